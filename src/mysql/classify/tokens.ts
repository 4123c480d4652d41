import { LIST, NUMBER, PARAMETER_LIST, STRING } from '../../sql/list-folder.ts'

/** One token of a canonical text. Comments are gone, hints are one token. */
export interface Token {
  /**
   * `word`: unquoted, in lower case, maybe a keyword. `name`: in backticks, or anything behind a point. `variable`: `@x`. `system`: `@@x`, with
   * its scope and name in `text` (`global.x`). `hint`: what stands between `/*+` and its end.
   */
  readonly kind:
    | 'word'
    | 'name'
    | 'string'
    | 'number'
    | 'list'
    | 'parameter'
    | 'variable'
    | 'system'
    | 'hint'
    | 'symbol'
  readonly text: string
  /** Which of the scanner's literals it is; -1: none. */
  readonly literal: number
}

const TOKEN =
  /`((?:[^`]|``)*)`|@@|@`((?:[^`]|``)*)`|@([^\s`@()[\],;'"=<>!+*/%&|^~:\x00-\x20-]+)|\/\*\+((?:.|\n)*?)\*\/|([a-z0-9_$\x80-\uffff]+)|:=|->>?|[^ ]/gy

/** A canonical text as tokens. */
export function tokensOf(canonical: string): Token[] {
  const tokens: Token[] = []
  let literals = 0
  let at = 0
  while (at < canonical.length) {
    if (canonical[at] === ' ') {
      at++
      continue
    }
    TOKEN.lastIndex = at
    const match = TOKEN.exec(canonical)!
    at = TOKEN.lastIndex
    const [whole, name, quotedVariable, variable, hint, word] = match
    if (name !== undefined) tokens.push({ kind: 'name', text: unquoted(name), literal: -1 })
    else if (word !== undefined) {
      const kind = tokens.at(-1)?.text === '.' && tokens.at(-1)!.kind === 'symbol' ? 'name' : 'word'
      tokens.push({ kind, text: word, literal: -1 })
    } else if (quotedVariable !== undefined)
      tokens.push({ kind: 'variable', text: unquoted(quotedVariable).toLowerCase(), literal: -1 })
    else if (variable !== undefined) tokens.push({ kind: 'variable', text: variable, literal: -1 })
    else if (hint !== undefined) tokens.push({ kind: 'hint', text: hint, literal: -1 })
    else if (whole === '@@') {
      const [length, text] = systemVariable(canonical, at)
      tokens.push({ kind: 'system', text, literal: -1 })
      at += length
    } else {
      const kind = PLACEHOLDERS[whole.charCodeAt(0)] ?? 'symbol'
      tokens.push({ kind, text: whole, literal: kind === 'string' || kind === 'number' ? literals++ : -1 })
    }
  }
  return tokens
}

const PLACEHOLDERS: Readonly<Record<number, Token['kind']>> = {
  [STRING]: 'string',
  [NUMBER]: 'number',
  [LIST]: 'list',
  [PARAMETER_LIST]: 'parameter',
  63: 'parameter',
}

const unquoted = (name: string) => name.replaceAll('``', '`')

const PART = /(?:`((?:[^`]|``)*)`|([a-z0-9_$\x80-\uffff]+))(\s*\.\s*)?/y

/** What follows `@@`: up to three parts, as in `@@global.cache.key_buffer_size`. */
function systemVariable(canonical: string, from: number): [length: number, text: string] {
  const parts: string[] = []
  let at = from
  for (;;) {
    PART.lastIndex = at
    const match = PART.exec(canonical)
    if (match === null) break
    at = PART.lastIndex
    parts.push((match[1] === undefined ? match[2]! : unquoted(match[1])).toLowerCase())
    if (match[3] === undefined) break
  }
  return [at - from, parts.join('.')]
}

/** Splits at semicolons; a stored program's body, which has semicolons of its own, takes the rest. */
export function statementsOf(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = []
  let current: Token[] = []
  for (const token of tokens) {
    if (token.kind === 'symbol' && token.text === ';' && !holdsBody(current)) {
      if (current.length > 0) statements.push(current)
      current = []
    } else current.push(token)
  }
  if (current.length > 0) statements.push(current)
  return statements
}

const COMPOUND: ReadonlySet<string> = new Set('if case loop repeat while for declare <<'.split(' '))
const PROGRAMS: ReadonlySet<string> = new Set('procedure function trigger event package'.split(' '))

/** Whether a statement that begins like this goes on behind semicolons: CREATE PROCEDURE, MariaDB's compound statements. */
function holdsBody(tokens: readonly Token[]): boolean {
  const first = tokens[0]
  if (first === undefined) return false
  if (isWord(first, 'begin')) return isWord(tokens[1], 'not')
  if (first.kind === 'word' && COMPOUND.has(first.text)) return true
  if (tokens[1]?.text === ':' && first.kind !== 'symbol') return true
  // SET STATEMENT ... FOR and EXPLAIN cannot have one, but PREPARE'd text and CREATE in any form can.
  if (!isWord(first, 'create') && !isWord(first, 'alter') && !isWord(first, 'set')) return false
  for (const token of tokens.slice(1, 40)) if (token.kind === 'word' && PROGRAMS.has(token.text)) return true
  return false
}

export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token !== undefined && token.kind === 'word' && words.includes(token.text)
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token !== undefined && token.kind === 'symbol' && token.text === symbol
}

/** Anything that can be a name: not told from keywords, which most engines' users may use as names here and there. */
export const isIdentifier = (token: Token | undefined): token is Token =>
  token?.kind === 'word' || token?.kind === 'name'

/** `a`, `a.b` at `at`: the name and the position behind it; null when there is none. Names in lower case. */
export function nameAt(
  tokens: readonly Token[],
  at: number,
): { readonly parts: string[]; readonly next: number } | null {
  const parts: string[] = []
  if (isSymbol(tokens[at], '.')) at++
  while (isIdentifier(tokens[at])) {
    parts.push(tokens[at]!.text.toLowerCase())
    at++
    if (!isSymbol(tokens[at], '.')) break
    at++
  }
  return parts.length === 0 ? null : { parts, next: at }
}
