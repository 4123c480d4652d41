import {
  CLOSE,
  DIGIT,
  INVALID,
  type Lexicon,
  NAME_QUOTE,
  OPEN,
  OPERATOR,
  PUNCTUATION,
  SEMICOLON,
  SPACE,
  STRING_QUOTE,
  WORD,
} from '../../sql/lexicon.ts'

/** MySQL's and MariaDB's lexical structure: the manual's chapter "Language Structure". What no table can tell is in scanner.ts. */
export const mysqlLexicon: Lexicon = {
  begins: begins(WORD),
  continuesWord: continuesWord(1),
  nestedComments: false,
  dollarQuotes: false,
  escapePrefix: 0,
  plainPrefixes: ['b', 'x', 'n'].map(code),
  unicodePrefix: 0,
  controls: 'mysql',
}

/** The same where bytes from 0x80 on may be anything. */
export const asciiBegins = begins(INVALID)
export const asciiContinuesWord = continuesWord(0)

function code(character: string): number {
  return character.charCodeAt(0)
}

function begins(highBytes: number): Uint8Array {
  const table = new Uint8Array(256).fill(INVALID)
  const set = (characters: string, what: number) => {
    for (const character of characters) table[code(character)] = what
  }
  set(' \t\n\r\f\v', SPACE)
  set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', WORD)
  table.fill(highBytes, 0x80)
  set('0123456789', DIGIT)
  set('~!@#^&|*/%<>=:+-', OPERATOR)
  // `{d '2024-01-01'}` is what ODBC and JDBC write.
  set(',.?{}', PUNCTUATION)
  set('(', OPEN)
  set(')', CLOSE)
  set(';', SEMICOLON)
  set('\'"', STRING_QUOTE)
  set('`', NAME_QUOTE)
  return table
}

function continuesWord(highBytes: number): Uint8Array {
  const table = new Uint8Array(256)
  for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789$') table[code(character)] = 1
  table.fill(highBytes, 0x80)
  return table
}
