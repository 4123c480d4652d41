import type { LexMode } from './facts.ts'
import {
  CLOSE,
  DIGIT,
  DOLLAR,
  type Lexicon,
  NAME_QUOTE,
  OPEN,
  OPERATOR,
  PUNCTUATION,
  SEMICOLON,
  SPACE,
  STRING_QUOTE,
  WORD,
} from './lexicon.ts'
import { CLOCK_STRING, ListFolder, NUMBER, STRING } from './list-folder.ts'
import { endOfComment, endOfDollarQuote, endOfName, endOfNumber, endOfString, literal, NONE } from './tokens.ts'

/**
 * Reduces a statement to its canonical text: literals become one placeholder byte each, white space and comments go, words are
 * in lower case, lists of literals in IN, VALUES and ARRAY have one length, and a trailing semicolon is gone. Whoever classifies
 * sees the canonical text only (see `canonicalText`), so equal canonical texts cannot have different facts.
 *
 * One pass, no allocation: the canonical text is written to a buffer that the next scan overwrites.
 */

export const OK = 0
/** Not understood, or it depends on the session's settings: only the conservative answer is safe. */
export const UNPARSED = 1
/** More than the limits allow: too long, too deeply nested, too many operators in a row. */
export const TOO_LARGE = 2
export type Outcome = typeof OK | typeof UNPARSED | typeof TOO_LARGE

/** What the last token was, as far as the next one must know to stay apart from it. */
const NOTHING = 0
const A_WORD = 1
const AN_OPERATOR = 2
const A_NAME = 3
const A_STRING = 4
const AN_ESCAPE_STRING = 5
const OTHER = 6

/** Backslashes escape always, while the session has it so, or may not stand there at all. */
const ESCAPES = 0
const PLAIN = 1
const DIGITS = 2
type StringKind = typeof ESCAPES | typeof PLAIN | typeof DIGITS

const BLANK = 0x20
/** `N'text'` */
const NATIONAL = 0x6e
const QUOTE = 0x27

export interface ScanLimits {
  /** Bytes of canonical text. */
  readonly canonicalBytes: number
  /** Parentheses and brackets inside each other. The real parser is recursive. */
  readonly nesting: number
  /** Operator characters: a chain of them is a deep tree. */
  readonly operators: number
}

/** What reduces texts to canonical text; one engine's rules. */
export interface TextScanner {
  /** The canonical text of the last scan: out[0, length). */
  readonly out: Uint8Array
  /** The same bytes as words, for the hash. */
  readonly words: Uint32Array
  readonly length: number
  /** Scans text[start, end). On OK, `out` and `length` hold the canonical text. */
  scan(text: Uint8Array, start: number, end: number, mode: LexMode): Outcome
}

export class Scanner implements TextScanner {
  /** The canonical text of the last scan: out[0, length). */
  readonly out: Uint8Array
  readonly words: Uint32Array
  length = 0

  private readonly lexicon: Lexicon
  private readonly folded: Uint8Array
  private readonly limits: ScanLimits
  private readonly lists: ListFolder
  private last = NOTHING
  private wordStart = 0
  private operators = 0
  /** White space or a comment came after the last token. */
  private gap = false
  private comment = false
  private pendingSemicolon = false

  constructor(lexicon: Lexicon, limits: ScanLimits) {
    this.lexicon = lexicon
    this.folded = foldedBy(lexicon.continuesWord)
    this.limits = limits
    // Writes behind the end of a typed array vanish, so a token may run over; the loop looks at the length after each.
    this.words = new Uint32Array((limits.canonicalBytes >>> 2) + 1)
    this.out = new Uint8Array(this.words.buffer)
    this.lists = new ListFolder(limits.nesting)
  }

  /** Scans text[start, end). On OK, `out` and `length` hold the canonical text. */
  scan(text: Uint8Array, start: number, end: number, mode: LexMode): Outcome {
    this.length = 0
    this.last = NOTHING
    this.operators = 0
    this.gap = false
    this.comment = false
    this.pendingSemicolon = false
    this.lists.reset()
    if (!mode.asciiSafeEncoding && hasHighByte(text, start, end)) return UNPARSED
    const begins = this.lexicon.begins
    const capacity = this.limits.canonicalBytes
    let at = start
    while (at < end) {
      const byte = text[at]!
      switch (begins[byte]) {
        case SPACE:
          this.gap = true
          at++
          continue
        case WORD:
          at = this.word(text, at, end, mode)
          break
        case DIGIT:
          at = this.number(text, at, end)
          break
        case OPERATOR:
          at = this.operator(text, at, end)
          break
        case PUNCTUATION:
          at = this.punctuation(text, at, end)
          break
        case OPEN:
          this.separate()
          if (!this.lists.open(this.out, this.length, byte, this.last === A_WORD ? this.wordStart : -1))
            return TOO_LARGE
          this.put(byte)
          at++
          break
        case CLOSE:
          this.separate()
          this.length = this.lists.close(this.out, this.length, byte)
          this.last = OTHER
          at++
          break
        case SEMICOLON:
          if (this.length > 0) this.pendingSemicolon = true
          at++
          break
        case STRING_QUOTE:
          if (this.last === AN_ESCAPE_STRING) return UNPARSED
          at = this.string(text, at + 1, end, PLAIN, mode)
          break
        case NAME_QUOTE:
          at = this.name(text, at, end)
          break
        case DOLLAR:
          at = this.dollar(text, at, end)
          break
        default:
          at = NONE
      }
      if (at === NONE) return UNPARSED
      // A comment is white space.
      this.gap = this.comment
      this.comment = false
      if (this.length > capacity || this.operators > this.limits.operators) return TOO_LARGE
    }
    return at > end ? UNPARSED : OK
  }

  /** Writes the semicolon that was seen before, now that something follows it. */
  private separate(): void {
    if (!this.pendingSemicolon) return
    this.pendingSemicolon = false
    this.out[this.length++] = 0x3b
    this.last = OTHER
  }

  private put(byte: number): void {
    this.out[this.length++] = byte
    this.last = OTHER
  }

  private word(text: Uint8Array, at: number, end: number, mode: LexMode): number {
    const next = at + 1 < end ? text[at + 1]! : 0
    if (next === QUOTE || next === 0x26) {
      const prefix = text[at]! | 0x20
      if (next === QUOTE && prefix === this.lexicon.escapePrefix) return this.string(text, at + 2, end, ESCAPES, mode)
      if (next === QUOTE && this.lexicon.plainPrefixes.includes(prefix)) {
        if (this.last === A_STRING || this.last === AN_ESCAPE_STRING) return NONE
        return this.string(text, at + 2, end, prefix === NATIONAL ? PLAIN : DIGITS, mode)
      }
      if (next === 0x26 && prefix === this.lexicon.unicodePrefix && at + 2 < end) {
        // A string ends where it would without the escapes, which may spell anything. Names that escapes spell are not worth knowing.
        const third = text[at + 2]!
        if (third === 0x22) return NONE
        if (third === QUOTE) {
          if (!mode.standardConformingStrings || this.last === A_STRING || this.last === AN_ESCAPE_STRING) return NONE
          const after = this.string(text, at + 3, end, PLAIN, mode)
          if (after !== NONE) this.out[this.length - 1] = CLOCK_STRING
          return after
        }
      }
    }
    this.separate()
    const folded = this.folded
    const out = this.out
    let length = this.length
    if (this.last === A_WORD) out[length++] = BLANK
    this.wordStart = length
    let byte = folded[text[at]!]!
    do {
      out[length++] = byte
      at++
      byte = at < end ? folded[text[at]!]! : 0
    } while (byte !== 0)
    this.length = length
    this.last = A_WORD
    return at
  }

  private number(text: Uint8Array, at: number, end: number): number {
    const after = endOfNumber(text, at, end)
    if (after === NONE || (after < end && this.lexicon.continuesWord[text[after]!] === 1)) return NONE
    this.separate()
    this.put(NUMBER)
    return after
  }

  private punctuation(text: Uint8Array, at: number, end: number): number {
    const byte = text[at]!
    if (byte === 0x2e && at + 1 < end && this.lexicon.begins[text[at + 1]!] === DIGIT) return this.number(text, at, end)
    this.separate()
    this.put(byte)
    return at + 1
  }

  private operator(text: Uint8Array, at: number, end: number): number {
    const byte = text[at]!
    if (at + 1 < end) {
      const next = text[at + 1]!
      if ((byte === 0x2d && next === 0x2d) || (byte === 0x2f && next === 0x2a)) {
        const after = endOfComment(text, at, end, this.lexicon.nestedComments)
        this.comment = true
        return after
      }
    }
    this.separate()
    if (this.last === AN_OPERATOR && this.gap) this.out[this.length++] = BLANK
    this.put(byte)
    this.last = AN_OPERATOR
    this.operators++
    return at + 1
  }

  private string(text: Uint8Array, at: number, end: number, kind: StringKind, mode: LexMode): number {
    const conforming = mode.standardConformingStrings
    const escapes = kind === ESCAPES
    const after = endOfString(text, at, end, escapes || (kind === PLAIN && !conforming), conforming)
    if (after === NONE) return NONE
    this.separate()
    if (this.last === A_STRING && !escapes) {
      // 'a' newline 'b' is one string, and may spell a word that neither part does.
      this.out[this.length - 1] = CLOCK_STRING
      return after
    }
    this.put(literal.clock ? CLOCK_STRING : STRING)
    this.last = escapes ? AN_ESCAPE_STRING : A_STRING
    return after
  }

  private name(text: Uint8Array, at: number, end: number): number {
    const after = endOfName(text, at, end)
    if (after === NONE) return NONE
    this.separate()
    const out = this.out
    let length = this.length
    // `"a" "b"` must not become `"a""b"`, nor `u & "x"` become `u&"x"`.
    if (this.last === A_NAME || this.last === AN_OPERATOR) out[length++] = BLANK
    while (at < after) out[length++] = text[at++]!
    this.length = length
    this.last = A_NAME
    return after
  }

  private dollar(text: Uint8Array, at: number, end: number): number {
    if (!this.lexicon.dollarQuotes || at + 1 >= end) return NONE
    if (this.lexicon.begins[text[at + 1]!] !== DIGIT) {
      const after = endOfDollarQuote(text, at, end, this.lexicon.continuesWord)
      if (after === NONE) return NONE
      this.separate()
      this.put(literal.clock ? CLOCK_STRING : STRING)
      return after
    }
    this.separate()
    if (this.last === A_WORD) this.out[this.length++] = BLANK
    this.wordStart = this.length
    do this.out[this.length++] = text[at++]!
    while (at < end && this.lexicon.begins[text[at]!] === DIGIT)
    this.last = A_WORD
    return at < end && this.lexicon.continuesWord[text[at]!] === 1 ? NONE : at
  }
}

/** By byte: what stands for it in canonical text when it goes on with a word; 0: it does not. */
export function foldedBy(continuesWord: Uint8Array): Uint8Array {
  return continuesWord.map((continues, byte) =>
    continues === 0 ? 0 : byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte,
  )
}

function hasHighByte(text: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text[at]! >= 0x80) return true
  return false
}
