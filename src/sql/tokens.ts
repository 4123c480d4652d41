/** Where tokens end. All functions look at text[at, end) and answer with the position behind the token, or NONE when it does not end. */
export const NONE = -1

/** Whether the last string may name the current time (`now`, `today`, ...), as PostgreSQL's date types understand it. */
export const literal = { clock: false }

const QUOTE = 0x27
const BACKSLASH = 0x5c
const STAR = 0x2a
const SLASH = 0x2f
const DOLLAR = 0x24

const CLOCK_WORDS = ['now', 'today', 'tomorrow', 'yesterday'].map((word) =>
  Uint8Array.from(word, (letter) => letter.charCodeAt(0)),
)

/** `at` is behind the opening quote. A backslash that could mean either (`conforming` false) makes it NONE, like a NUL. */
export function endOfString(text: Uint8Array, at: number, end: number, escapes: boolean, conforming: boolean): number {
  let clock = false
  for (; at < end; at++) {
    const byte = text[at]!
    if (byte === QUOTE) {
      if (at + 1 < end && text[at + 1] === QUOTE) {
        at++
        continue
      }
      literal.clock = clock
      return at + 1
    }
    if (byte === BACKSLASH) {
      if (!escapes && !conforming) return NONE
      if (escapes) {
        // Such an escape can spell any letter, or white space right before a word.
        at++
        if (at < end && isAlphanumeric(text[at]!)) clock = true
      }
    } else if (byte === 0) return NONE
    else if (!clock && beginsClockWord(byte)) clock = clockWord(text, at, end)
  }
  return NONE
}

/** `at` is at the opening double quote. */
export function endOfName(text: Uint8Array, at: number, end: number): number {
  for (at++; at < end; at++) {
    const byte = text[at]!
    if (byte === 0) return NONE
    if (byte !== 0x22) continue
    if (at + 1 < end && text[at + 1] === 0x22) at++
    else return at + 1
  }
  return NONE
}

/** `at` is at `--` or at the slash of a block comment. */
export function endOfComment(text: Uint8Array, at: number, end: number, nested: boolean): number {
  if (text[at] !== SLASH) {
    for (; at < end; at++) {
      const byte = text[at]!
      if (byte === 0x0a || byte === 0x0d) return at
      if (byte === 0) return NONE
    }
    return at
  }
  let depth = 1
  for (at += 2; at < end; at++) {
    const byte = text[at]!
    if (byte === STAR && at + 1 < end && text[at + 1] === SLASH) {
      at++
      if (--depth === 0) return at + 1
    } else if (nested && byte === SLASH && at + 1 < end && text[at + 1] === STAR) {
      at++
      depth++
    } else if (byte === 0) return NONE
  }
  return NONE
}

/** `at` is at the first dollar of `$tag$`. */
export function endOfDollarQuote(text: Uint8Array, at: number, end: number, continuesWord: Uint8Array): number {
  let tagEnd = at + 1
  while (tagEnd < end && text[tagEnd] !== DOLLAR && continuesWord[text[tagEnd]!] === 1) tagEnd++
  if (tagEnd >= end || text[tagEnd] !== DOLLAR) return NONE
  const tagLength = tagEnd - at
  let clock = false
  for (let p = tagEnd + 1; p < end; p++) {
    const byte = text[p]!
    if (byte === 0) return NONE
    if (!clock && beginsClockWord(byte)) clock = clockWord(text, p, end)
    if (byte !== DOLLAR || p + tagLength >= end) continue
    let same = 1
    while (same <= tagLength && text[p + same] === text[at + same]) same++
    if (same > tagLength) {
      literal.clock = clock
      return p + tagLength + 1
    }
  }
  return NONE
}

/** `at` is at a digit, or at a point before one. */
export function endOfNumber(text: Uint8Array, at: number, end: number): number {
  if (text[at] === 0x30 && at + 2 < end) {
    const base = text[at + 1]! | 0x20
    if ((base === 0x78 || base === 0x6f || base === 0x62) && isHexDigit(text[at + 2]!)) {
      for (at += 3; at < end && (isHexDigit(text[at]!) || text[at] === 0x5f); ) at++
      return at
    }
  }
  at = digits(text, at, end)
  // `1..2` is a range between two numbers.
  if (at < end && text[at] === 0x2e && !(at + 1 < end && text[at + 1] === 0x2e)) at = digits(text, at + 1, end)
  if (at < end && (text[at]! | 0x20) === 0x65) {
    let exponent = at + 1
    if (exponent < end && (text[exponent] === 0x2b || text[exponent] === 0x2d)) exponent++
    const after = digits(text, exponent, end)
    if (after > exponent) at = after
  }
  return at
}

function digits(text: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = text[at]!
    const between = byte === 0x5f && at + 1 < end && isDigit(text[at + 1]!)
    if (!between && !isDigit(byte)) break
    at++
  }
  return at
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
const isHexDigit = (byte: number) => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
const isAlphanumeric = (byte: number) => isDigit(byte) || isLetter(byte)
const isLetter = (byte: number) => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a

function beginsClockWord(byte: number): boolean {
  const letter = byte | 0x20
  return letter === 0x6e || letter === 0x74 || letter === 0x79
}

/** Whether one of the words stands at `at`, no letter before and behind it. */
function clockWord(text: Uint8Array, at: number, end: number): boolean {
  if (isLetter(text[at - 1]!)) return false
  for (let i = 0; i < CLOCK_WORDS.length; i++) {
    const word = CLOCK_WORDS[i]!
    let same = 0
    while (same < word.length && at + same < end && (text[at + same]! | 0x20) === word[same]) same++
    if (same === word.length && !(at + same < end && isLetter(text[at + same]!))) return true
  }
  return false
}
