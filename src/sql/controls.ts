import type { Control, LexMode } from './facts.ts'
import type { Lexicon } from './lexicon.ts'
import { endOfMysqlLineComment, endOfMysqlString } from './mysql-text.ts'
import { endOfComment, endOfString, NONE } from './tokens.ts'

const decoder = new TextDecoder()
/** A control longer than this is none; only EXPLAIN ROUTE carries a statement and may be longer. */
const CONTROL_BYTES_MAX = 8 * 1024

/**
 * A statement that Freshet answers itself: SET, RESET and SHOW of `freshet.*`, EXPLAIN ROUTE. Anything that only looks like one
 * (several statements, an expression as the value) is null and goes to the server, which then says what it thinks of it.
 */
export function findControl(
  lexicon: Lexicon,
  text: Uint8Array,
  start: number,
  end: number,
  mode: LexMode,
): Control | null {
  const at = skip(lexicon, text, start, end)
  if (at >= end) return null
  const first = text[at]! | 0x20
  // s(et), s(how), r(eset), e(xplain), MySQL's k(ill): everything else is no control, and that is nearly everything.
  if (first === 0x6b && lexicon.controls === 'mysql') return kill(new Reader(lexicon, text, at, end, mode))
  if (first !== 0x73 && first !== 0x72 && first !== 0x65) return null
  if (first === 0x65) return explainRoute(lexicon, text, at, end, mode)
  if ((text[at + 1]! | 0x20) === 0x65 && (text[at + 2]! | 0x20) === 0x6c) return null
  if (end - at > CONTROL_BYTES_MAX || !mentionsFreshet(text, at, end)) return null
  const reader = new Reader(lexicon, text, at, end, mode)
  switch (reader.word()) {
    case 'set':
      return setting(reader)
    case 'reset': {
      const name = freshetName(reader)
      return name !== null && reader.atEnd() ? { kind: 'set', name, value: null, local: false } : null
    }
    case 'show': {
      const name = freshetName(reader)
      return name !== null && reader.atEnd() ? { kind: 'show', name } : null
    }
    default:
      return null
  }
}

function setting(reader: Reader): Control | null {
  let local = false
  const { mysql } = reader
  // MySQL also says `@@session.freshet.max_lag`, and LOCAL means SESSION there.
  const system = mysql && reader.symbol('@') && reader.symbol('@')
  const before = reader.at
  const scope = reader.word()
  if (scope === 'local') local = !mysql
  else if (scope !== 'session') reader.at = before
  if (system && reader.at !== before && !reader.symbol('.')) return null
  const name = freshetName(reader)
  if (name === null) return null
  const assigned = reader.symbol('=') || (mysql && reader.symbol(':') && reader.symbol('='))
  if (!assigned && (mysql || reader.word() !== 'to')) return null
  const value = reader.value()
  if (value === undefined || !reader.atEnd()) return null
  return { kind: 'set', name, value, local }
}

/** KILL [HARD | SOFT] [CONNECTION | QUERY] id. Ids of queries, users and expressions are the server's own affair. */
function kill(reader: Reader): Control | null {
  if (reader.word() !== 'kill') return null
  let target: 'connection' | 'query' = 'connection'
  let word = reader.word()
  if (word === 'hard' || word === 'soft') word = reader.word()
  if (word === 'connection' || word === 'query') {
    target = word
    word = reader.word()
  }
  if (word === null || !/^[0-9]{1,20}$/.test(word) || !reader.atEnd()) return null
  return { kind: 'kill', id: word, target }
}

/** `freshet.max_lag` gives `max_lag`. */
function freshetName(reader: Reader): string | null {
  if (reader.word() !== 'freshet' || !reader.symbol('.')) return null
  return reader.word()
}

function explainRoute(lexicon: Lexicon, text: Uint8Array, start: number, end: number, mode: LexMode): Control | null {
  const at = keyword(lexicon, text, start, end, 'explain')
  if (at === NONE) return null
  const after = keyword(lexicon, text, skip(lexicon, text, at, end), end, 'route')
  if (after === NONE) return null
  const from = skip(lexicon, text, after, end)
  // With the comments in front of it: one of them may be a hint.
  const statement = decoder.decode(text.subarray(after, end)).trimStart()
  // A column or table called route: EXPLAIN has no such form, but be sure that a statement follows.
  if (from >= end) return null
  // MySQL's `EXPLAIN route id` describes a column of a table of that name.
  if (lexicon.controls === 'mysql') {
    const reader = new Reader(lexicon, text, from, end, mode)
    const word = reader.word()
    if (word !== null && reader.atEnd() && !/^(begin|commit|rollback)$/.test(word)) return null
  }
  return { kind: 'explain-route', statement }
}

/**
 * How many parameters a driver may bind to EXPLAIN ROUTE of this statement, which names them as if it were to run. Their values mean nothing.
 * Quotes and comments are read roughly: what is counted wrongly costs an error message of the driver.
 */
export function explainedParameters(control: Control | null, mysql: boolean): number {
  if (control?.kind !== 'explain-route') return 0
  const { statement } = control
  let count = 0
  // One pass: a text without ends must cost no more than one with them.
  for (let at = 0; at >= 0 && at < statement.length; at++) {
    const character = statement[at]!
    if (character === "'" || character === '"' || character === '`') at = endOf(statement, character, at + 1)
    else if (character === '-' && statement[at + 1] === '-') at = endOf(statement, '\n', at)
    else if (character === '/' && statement[at + 1] === '*') at = endOf(statement, '*/', at)
    else if (character === '?' && mysql) count++
    else if (character === '$' && !mysql)
      count = Math.max(count, Number(/^\d{1,5}/.exec(statement.slice(at + 1, at + 6))?.[0] ?? 0))
  }
  return Math.min(count, 65_535)
}

const endOf = (text: string, mark: string, from: number): number => {
  const at = text.indexOf(mark, from)
  return at < 0 ? text.length : at
}

function keyword(lexicon: Lexicon, text: Uint8Array, at: number, end: number, word: string): number {
  for (let i = 0; i < word.length; i++, at++) if (at >= end || (text[at]! | 0x20) !== word.charCodeAt(i)) return NONE
  return at < end && lexicon.continuesWord[text[at]!] === 1 ? NONE : at
}

/** Behind white space and comments. An unclosed comment ends the text. */
function skip(lexicon: Lexicon, text: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = text[at]!
    if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) at++
    else if (lexicon.controls === 'mysql' && (byte === 0x23 || byte === 0x2d)) {
      const after = endOfMysqlLineComment(text, at, end)
      if (after === NONE) break
      at = after
    } else if (lexicon.controls === 'mysql' && isExecutable(text, at, end)) break
    else if (at + 1 < end && ((byte === 0x2d && text[at + 1] === 0x2d) || (byte === 0x2f && text[at + 1] === 0x2a))) {
      at = endOfComment(text, at, end, lexicon.nestedComments)
      if (at === NONE) return end
    } else break
  }
  return at
}

/** `/*!` and `/*M!`: the server may run what stands there. */
function isExecutable(text: Uint8Array, at: number, end: number): boolean {
  if (at + 3 >= end || text[at] !== 0x2f || text[at + 1] !== 0x2a) return false
  return text[at + 2] === 0x21 || (text[at + 2] === 0x4d && text[at + 3] === 0x21)
}

function mentionsFreshet(text: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + 7 <= end; at++) {
    if ((text[at]! | 0x20) === 0x66 && (text[at + 1]! | 0x20) === 0x72 && (text[at + 2]! | 0x20) === 0x65) {
      let same = 3
      while (same < 7 && (text[at + same]! | 0x20) === 'freshet'.charCodeAt(same)) same++
      if (same === 7) return true
    }
  }
  return false
}

/** Reads the few tokens of a control from left to right. */
class Reader {
  at: number
  private readonly lexicon: Lexicon
  private readonly text: Uint8Array
  private readonly end: number
  private readonly mode: LexMode

  constructor(lexicon: Lexicon, text: Uint8Array, at: number, end: number, mode: LexMode) {
    this.lexicon = lexicon
    this.text = text
    this.at = at
    this.end = end
    this.mode = mode
  }

  get mysql(): boolean {
    return this.lexicon.controls === 'mysql'
  }

  /** The next word in lower case, or the content of a quoted name; null when there is none. */
  word(): string | null {
    const { text, end } = this
    const start = skip(this.lexicon, text, this.at, end)
    if (start >= end) return null
    let at = start
    const quote = this.mysql ? 0x60 : 0x22
    if (text[at] === quote) {
      while (++at < end && text[at] !== quote);
      if (at >= end) return null
      this.at = at + 1
      return decoder.decode(text.subarray(start + 1, at))
    }
    while (at < end && this.lexicon.continuesWord[text[at]!] === 1) at++
    if (at === start) return null
    this.at = at
    return decoder.decode(text.subarray(start, at)).toLowerCase()
  }

  symbol(character: string): boolean {
    const at = skip(this.lexicon, this.text, this.at, this.end)
    if (at >= this.end || this.text[at] !== character.charCodeAt(0)) return false
    this.at = at + 1
    return true
  }

  /** A string, a number or a word; null for DEFAULT, undefined for anything else. */
  value(): string | null | undefined {
    const { text, end } = this
    const start = skip(this.lexicon, text, this.at, end)
    if (start >= end) return undefined
    if (this.mysql && (text[start] === 0x27 || text[start] === 0x22)) {
      const string = endOfMysqlString(text, start, end, !this.mode.standardConformingStrings)
      if (string === null) return undefined
      this.at = string.end
      return string.value
    }
    const escapes = (text[start]! | 0x20) === this.lexicon.escapePrefix && text[start + 1] === 0x27
    if (text[start] === 0x27 || escapes) {
      const from = start + (escapes ? 2 : 1)
      const after = endOfString(text, from, end, escapes, this.mode.standardConformingStrings)
      if (after === NONE) return undefined
      this.at = after
      const content = decoder.decode(text.subarray(from, after - 1)).replaceAll("''", "'")
      return escapes ? content.replace(/\\(.)/gs, '$1') : content
    }
    const quoted = text[start] === 0x22
    let at = start
    // Bare values may be `200ms`, `0.5s` or `-1`: read up to white space or the semicolon.
    if (!quoted) while (at < end && (this.lexicon.continuesWord[text[at]!] === 1 || isNumberSign(text[at]!))) at++
    if (!quoted && at === start) return undefined
    if (quoted) return this.word() ?? undefined
    this.at = at
    const bare = decoder.decode(text.subarray(start, at))
    return bare.toLowerCase() === 'default' ? null : bare
  }

  /** Nothing but white space, comments and semicolons is left. */
  atEnd(): boolean {
    let at = skip(this.lexicon, this.text, this.at, this.end)
    while (at < this.end && this.text[at] === 0x3b) at = skip(this.lexicon, this.text, at + 1, this.end)
    return at >= this.end
  }
}

const isNumberSign = (byte: number) => byte === 0x2d || byte === 0x2b || byte === 0x2e
