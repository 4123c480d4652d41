import type { LexMode } from './facts.ts'
import type { Lexicon } from './lexicon.ts'
import { endOfMysqlLineComment, endOfMysqlString } from './mysql-text.ts'
import { endOfComment, endOfString, NONE } from './tokens.ts'

const decoder = new TextDecoder()
const COMMA = 0x2c
const SEMICOLON = 0x3b

/** Behind white space and comments. An unclosed comment ends the text. */
export function skip(lexicon: Lexicon, text: Uint8Array, at: number, end: number): number {
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
export function isExecutable(text: Uint8Array, at: number, end: number): boolean {
  if (at + 3 >= end || text[at] !== 0x2f || text[at + 1] !== 0x2a) return false
  return text[at + 2] === 0x21 || (text[at + 2] === 0x4d && text[at + 3] === 0x21)
}

/** Reads the few tokens of a control from left to right. */
export class Reader {
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

  /** MySQL: an expression of any kind, up to the comma or semicolon behind it. False when none is there, or it does not end. */
  expression(): boolean {
    const { text, end, lexicon } = this
    let depth = 0
    const start = skip(lexicon, text, this.at, end)
    let at = start
    while (at < end) {
      const byte = text[at]!
      if (depth === 0 && (byte === COMMA || byte === SEMICOLON)) break
      if (byte === 0x28) depth++
      else if (byte === 0x29) depth--
      if (byte === 0x27 || byte === 0x22 || byte === 0x60) {
        const escapes = byte !== 0x60 && !this.mode.standardConformingStrings
        const quoted = endOfMysqlString(text, at, end, escapes)
        if (quoted === null) return false
        at = quoted.end
      } else if (isExecutable(text, at, end)) return false
      else at++
      at = skip(lexicon, text, at, end)
    }
    this.at = at
    return at > start && depth === 0
  }

  /** What comes next ends a statement. */
  atStop(): boolean {
    const at = skip(this.lexicon, this.text, this.at, this.end)
    return at >= this.end || this.text[at] === SEMICOLON
  }

  /** What comes next ends an assignment. */
  atDelimiter(): boolean {
    const at = skip(this.lexicon, this.text, this.at, this.end)
    return at >= this.end || this.text[at] === COMMA || this.text[at] === SEMICOLON
  }

  /** As it was written, from there up to here. */
  textFrom(start: number): string {
    return decoder.decode(this.text.subarray(start, this.at))
  }

  /** Nothing but white space, comments and semicolons is left. */
  atEnd(): boolean {
    let at = skip(this.lexicon, this.text, this.at, this.end)
    while (at < this.end && this.text[at] === SEMICOLON) at = skip(this.lexicon, this.text, at + 1, this.end)
    return at >= this.end
  }
}

const isNumberSign = (byte: number) => byte === 0x2d || byte === 0x2b || byte === 0x2e
