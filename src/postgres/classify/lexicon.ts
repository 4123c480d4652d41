import {
  CLOSE,
  DIGIT,
  DOLLAR,
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

/** PostgreSQL's lexical structure: the manual's section 4.1 and the rules of its scan.l. */
export const postgresLexicon: Lexicon = {
  begins: begins(),
  continuesWord: continuesWord(),
  nestedComments: true,
  dollarQuotes: true,
  escapePrefix: code('e'),
  plainPrefixes: [code('b'), code('x'), code('n')],
  unicodePrefix: code('u'),
}

function code(letter: string): number {
  return letter.charCodeAt(0)
}

function begins(): Uint8Array {
  const table = new Uint8Array(256).fill(INVALID)
  const set = (characters: string, what: number) => {
    for (const character of characters) table[code(character)] = what
  }
  set(' \t\n\r\f\v', SPACE)
  set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', WORD)
  table.fill(WORD, 0x80)
  set('0123456789', DIGIT)
  set('~!@#^&|`?+-*/%<>=:', OPERATOR)
  set(',.', PUNCTUATION)
  set('([', OPEN)
  set(')]', CLOSE)
  set(';', SEMICOLON)
  set("'", STRING_QUOTE)
  set('"', NAME_QUOTE)
  set('$', DOLLAR)
  return table
}

function continuesWord(): Uint8Array {
  const table = new Uint8Array(256)
  for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789$') table[code(character)] = 1
  table.fill(1, 0x80)
  return table
}
