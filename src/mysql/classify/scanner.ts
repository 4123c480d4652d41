import type { LexMode } from '../../sql/facts.ts'
import {
  CLOSE,
  DIGIT,
  NAME_QUOTE,
  OPEN,
  OPERATOR,
  PUNCTUATION,
  SEMICOLON,
  SPACE,
  STRING_QUOTE,
  WORD,
} from '../../sql/lexicon.ts'
import { ListFolder, NUMBER, STRING } from '../../sql/list-folder.ts'
import { foldedBy, OK, type Outcome, type ScanLimits, type TextScanner, TOO_LARGE, UNPARSED } from '../../sql/scan.ts'
import {
  endOfBlockComment,
  endOfLineComment,
  endOfNumber,
  endOfQuoted,
  hasHighByte,
  hintIsClear,
  NONE,
} from './ends.ts'
import { executableComment, type Servers } from './executable-comment.ts'
import { asciiBegins, asciiContinuesWord, mysqlLexicon } from './lexicon.ts'

/**
 * Reduces a MySQL or MariaDB statement to its canonical text, as `Scanner` in sql/scan.ts does for engines whose lexical rules are fixed.
 * Here they hang on sql_mode, on the character set and, for executable comments, on the servers. The canonical text does not: strings are
 * placeholders, names of every quoting stand in backticks, code from executable comments stands there like any other code, optimizer hints
 * stand as `/*+ ... *\/`.
 *
 * One pass, no allocation.
 */

const NOTHING = 0
const A_WORD = 1
const AN_OPERATOR = 2
const A_NAME = 3
const A_STRING = 4
const OTHER = 5

const ASCII_FOLDED = foldedBy(asciiContinuesWord)
const FOLDED = foldedBy(mysqlLexicon.continuesWord)

const BLANK = 0x20
const QUOTE = 0x27
const DOUBLE_QUOTE = 0x22
const BACKTICK = 0x60
const POINT = 0x2e
const STAR = 0x2a
const SLASH = 0x2f
const MINUS = 0x2d
const AT = 0x40

export class MysqlScanner implements TextScanner {
  readonly out: Uint8Array
  readonly words: Uint32Array
  length = 0
  /** Start and end of every literal of the last scan, in pairs, when they are wanted; lists keep their length then. */
  literals: number[] | null = null

  private readonly limits: ScanLimits
  private readonly servers: () => Servers
  private readonly lists: ListFolder
  private folded: Uint8Array = ASCII_FOLDED
  private mode: LexMode = NO_MODE
  private last = NOTHING
  private wordStart = 0
  private operators = 0
  private gap = false
  private comment = false
  private pendingSemicolon = false
  /** Inside an executable comment whose content is code. */
  private executable = false
  private hint = false

  constructor(limits: ScanLimits, servers: () => Servers) {
    this.limits = limits
    this.servers = servers
    this.words = new Uint32Array((limits.canonicalBytes >>> 2) + 1)
    this.out = new Uint8Array(this.words.buffer)
    this.lists = new ListFolder(limits.nesting, 0x3f)
  }

  scan(text: Uint8Array, start: number, end: number, mode: LexMode): Outcome {
    this.reset(mode)
    if (mode.unknownGrammar || (!mode.asciiSafeEncoding && hasHighByte(text, start, end))) return UNPARSED
    const begins = mode.highBytesInWords ? mysqlLexicon.begins : asciiBegins
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
          at = this.word(text, at, end)
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
          if (!this.lists.open(this.out, this.length, byte, this.foldable())) return TOO_LARGE
          this.put(byte)
          at++
          break
        case CLOSE:
          this.separate()
          this.length = this.literals === null ? this.lists.close(this.out, this.length, byte) : this.plain(byte)
          this.last = OTHER
          at++
          break
        case SEMICOLON:
          // Inside a comment it would end the statement for some clients and servers, and not for others.
          if (this.executable || this.hint) return UNPARSED
          if (this.length > 0) this.pendingSemicolon = true
          at++
          break
        case STRING_QUOTE:
          at =
            byte === DOUBLE_QUOTE && mode.ansiQuotes === true
              ? this.name(text, at, end, byte)
              : this.string(text, at, at + 1, end, byte, !mode.standardConformingStrings)
          break
        case NAME_QUOTE:
          at = this.name(text, at, end, byte)
          break
        default:
          at = NONE
      }
      if (at === NONE) return UNPARSED
      this.gap = this.comment
      this.comment = false
      if (this.length > capacity || this.operators > this.limits.operators) return TOO_LARGE
    }
    return at > end || this.executable || this.hint ? UNPARSED : OK
  }

  private reset(mode: LexMode): void {
    this.mode = mode
    this.folded = mode.highBytesInWords ? FOLDED : ASCII_FOLDED
    this.length = 0
    this.last = NOTHING
    this.operators = 0
    this.gap = false
    this.comment = false
    this.pendingSemicolon = false
    this.executable = false
    this.hint = false
    this.lists.reset()
    if (this.literals !== null) this.literals.length = 0
  }

  /** Where the word before a parenthesis begins, if lists behind it may be folded. */
  private foldable(): number {
    return this.last === A_WORD && this.literals === null ? this.wordStart : -1
  }

  private plain(byte: number): number {
    this.lists.close(this.out, this.length, byte)
    this.out[this.length] = byte
    return this.length + 1
  }

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

  private literal(byte: number, from: number, to: number): void {
    this.put(byte)
    if (this.literals !== null) this.literals.push(from, to)
  }

  private word(text: Uint8Array, at: number, end: number): number {
    if (at + 1 < end && text[at + 1] === QUOTE && mysqlLexicon.plainPrefixes.includes(text[at]! | 0x20)) {
      // Only N'...' knows backslashes; X'...' and B'...' hold digits.
      const escapes = (text[at]! | 0x20) === 0x6e && !this.mode.standardConformingStrings
      return this.string(text, at, at + 2, end, QUOTE, escapes)
    }
    this.separate()
    const out = this.out
    let length = this.length
    if (this.last === A_WORD) out[length++] = BLANK
    this.wordStart = length
    const { folded } = this
    // What begins a word here may be a digit, and in some character sets a byte that goes on with none.
    let byte = text[at]!
    if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20
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
    if (after < end && this.folded[text[after]!] !== 0) return isName(text, at, after) ? this.word(text, at, end) : NONE
    this.separate()
    this.literal(NUMBER, at, after)
    return after
  }

  private punctuation(text: Uint8Array, at: number, end: number): number {
    const byte = text[at]!
    if (byte === POINT && at + 1 < end && mysqlLexicon.begins[text[at + 1]!] === DIGIT) {
      const behindName = (this.last === A_WORD || this.last === A_NAME) && !this.gap && !this.pendingSemicolon
      if (!behindName) return this.number(text, at, end)
      // Behind a name and its point digits begin a name, too.
      this.put(byte)
      return this.word(text, at + 1, end)
    }
    this.separate()
    this.put(byte)
    return at + 1
  }

  private operator(text: Uint8Array, at: number, end: number): number {
    const byte = text[at]!
    const next = at + 1 < end ? text[at + 1]! : 0
    if (byte === 0x23) return this.skip(endOfLineComment(text, at + 1, end))
    if (byte === MINUS && next === MINUS && (at + 2 >= end || text[at + 2]! <= BLANK || text[at + 2] === 0x7f))
      return this.skip(endOfLineComment(text, at + 2, end))
    if (byte === SLASH && next === STAR) return this.blockComment(text, at, end)
    if (byte === STAR && next === SLASH && (this.executable || this.hint)) return this.closeComment(at)
    this.separate()
    if (byte === AT) return this.variable(text, at, end)
    // `- -` must not become a comment for whoever reads the canonical text.
    const minuses = byte === MINUS && this.last === AN_OPERATOR && this.out[this.length - 1] === MINUS
    if (this.last === AN_OPERATOR && (this.gap || minuses)) this.out[this.length++] = BLANK
    this.put(byte)
    this.last = AN_OPERATOR
    this.operators++
    return at + 1
  }

  private skip(at: number): number {
    this.comment = true
    return at
  }

  private blockComment(text: Uint8Array, at: number, end: number): number {
    const third = at + 2 < end ? text[at + 2]! : 0
    if (third === 0x2b) return this.openHint(text, at, end)
    const fourth = at + 3 < end ? text[at + 3]! : 0
    const marker = third === 0x21 ? 1 : third === 0x4d && fourth === 0x21 ? 2 : 0
    if (marker === 0) return this.skip(endOfBlockComment(text, at + 2, end, false))
    // Nothing runs code inside of comments inside of code.
    if (this.executable || this.hint) return NONE
    const from = at + 2 + marker
    let after = from
    while (after < end && text[after]! >= 0x30 && text[after]! <= 0x39) after++
    const digits = after - from > 6 ? '0000000' : String.fromCharCode(...text.subarray(from, after))
    switch (executableComment(marker === 1 ? '!' : 'M!', digits, this.servers())) {
      case 'comment':
        // What is skipped this way may hold whole comments, which a plain comment may not.
        return this.skip(endOfBlockComment(text, after, end, true))
      case 'code':
        this.executable = true
        return this.skip(after)
      default:
        return NONE
    }
  }

  private openHint(text: Uint8Array, at: number, end: number): number {
    const after = endOfBlockComment(text, at + 3, end, true)
    if (after === NONE || this.executable || this.hint || !hintIsClear(text, at + 3, after - 2)) return NONE
    this.separate()
    if (this.last === AN_OPERATOR) this.out[this.length++] = BLANK
    this.put(SLASH)
    this.put(STAR)
    this.put(0x2b)
    this.hint = true
    return at + 3
  }

  private closeComment(at: number): number {
    if (this.hint) {
      this.hint = false
      this.put(BLANK)
      this.put(STAR)
      this.put(SLASH)
    }
    this.executable = false
    return this.skip(at + 2)
  }

  /** `@name`, `@'name'`, `@@`. */
  private variable(text: Uint8Array, at: number, end: number): number {
    // `"x"@` and `x @y` stay two tokens either way; a name in quotes must not grow.
    this.out[this.length++] = AT
    this.last = AN_OPERATOR
    at++
    if (at >= end) return NONE
    const byte = text[at]!
    if (byte === AT) {
      this.out[this.length++] = AT
      return at + 1
    }
    if (byte === QUOTE || byte === DOUBLE_QUOTE || byte === BACKTICK) return this.quoted(text, at, end, byte)
    const from = this.length
    for (; at < end; at++) {
      const letter = text[at] === POINT ? POINT : this.folded[text[at]!]!
      if (letter === 0) break
      this.out[this.length++] = letter
    }
    this.wordStart = from - 1
    this.last = A_WORD
    return this.length === from ? NONE : at
  }

  private string(text: Uint8Array, from: number, at: number, end: number, quote: number, escapes: boolean): number {
    const after = endOfQuoted(text, at, end, quote, escapes)
    if (after === NONE || this.hint) return NONE
    this.separate()
    // 'a' 'b' is one string.
    if (this.last !== A_STRING) this.literal(STRING, from, after)
    else if (this.literals !== null) this.literals[this.literals.length - 1] = after
    this.last = A_STRING
    return after
  }

  private name(text: Uint8Array, at: number, end: number, quote: number): number {
    if (this.hint && quote !== BACKTICK) return NONE
    this.separate()
    if (this.last === A_NAME) this.out[this.length++] = BLANK
    return this.quoted(text, at, end, quote)
  }

  /** Writes what stands in quotes as a name in backticks. `at` is at the opening quote. */
  private quoted(text: Uint8Array, at: number, end: number, quote: number): number {
    // Variables' names in quotes are strings and know backslashes: rare, and not worth knowing.
    const after = endOfQuoted(text, at + 1, end, quote, false)
    if (after === NONE) return NONE
    const out = this.out
    let length = this.length
    out[length++] = BACKTICK
    for (let from = at + 1; from < after - 1; from++) {
      const byte = text[from]!
      if (byte === 0 || (byte === 0x5c && quote !== BACKTICK && !this.mode.ansiQuotes)) return NONE
      if (byte < BLANK) return NONE
      if (byte === quote) from++
      if (byte === BACKTICK) out[length++] = BACKTICK
      out[length++] = byte
    }
    out[length++] = BACKTICK
    this.length = length
    this.last = A_NAME
    return after
  }
}

/** Whether the digits text[at, after) begin a name, as in `2fa`: not those of `1e5x` or `0xg`, which are rare enough not to be worth knowing. */
function isName(text: Uint8Array, at: number, after: number): boolean {
  for (let i = at; i < after; i++) if (text[i]! < 0x30 || text[i]! > 0x39) return false
  const letter = text[after]! | 0x20
  return letter !== 0x65 && letter !== 0x78 && letter !== 0x62
}

const NO_MODE: LexMode = { standardConformingStrings: false, asciiSafeEncoding: true }
