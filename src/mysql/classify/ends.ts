/** Where MySQL's tokens end. All functions look at text[at, end) and answer with the position behind the token, or NONE when it does not end. */
export const NONE = -1

const BACKSLASH = 0x5c
const STAR = 0x2a
const SLASH = 0x2f

/** `at` is behind the opening quote; a doubled quote does not end it. */
export function endOfQuoted(text: Uint8Array, at: number, end: number, quote: number, escapes: boolean): number {
  for (; at < end; at++) {
    const byte = text[at]!
    if (byte === quote) {
      if (at + 1 >= end || text[at + 1] !== quote) return at + 1
      at++
    } else if (escapes && byte === BACKSLASH) at++
  }
  return NONE
}

/** Only a line feed ends it: a carriage return does not, unlike in PostgreSQL. */
export function endOfLineComment(text: Uint8Array, at: number, end: number): number {
  for (; at < end; at++) {
    const byte = text[at]!
    if (byte === 0x0a) return at
    if (byte === 0) return NONE
  }
  return at
}

/** `at` is behind the opening. `strict`: another opening inside makes it NONE. */
export function endOfBlockComment(text: Uint8Array, at: number, end: number, strict: boolean): number {
  for (; at + 1 < end; at++) {
    const byte = text[at]!
    if (byte === STAR && text[at + 1] === SLASH) return at + 2
    if (byte === 0 || (strict && byte === SLASH && text[at + 1] === STAR)) return NONE
  }
  return NONE
}

/** `at` is at a digit, or at a point before one. */
export function endOfNumber(text: Uint8Array, at: number, end: number): number {
  if (text[at] === 0x30 && at + 2 < end) {
    // Capital letters make a name here: only 0x and 0b are numbers.
    const hex = text[at + 1] === 0x78
    if (hex || text[at + 1] === 0x62) {
      let after = at + 2
      while (after < end && (hex ? isHexDigit(text[after]!) : (text[after]! & 0xfe) === 0x30)) after++
      if (after > at + 2) return after
    }
  }
  at = digits(text, at, end)
  if (at < end && text[at] === 0x2e) at = digits(text, at + 1, end)
  if (at < end && (text[at]! | 0x20) === 0x65) {
    let exponent = at + 1
    if (exponent < end && (text[exponent] === 0x2b || text[exponent] === 0x2d)) exponent++
    const after = digits(text, exponent, end)
    if (after > exponent) at = after
  }
  return at
}

/** Whether every server agrees where the hint text[at, end) ends, whether it reads hints there or takes them for comments. */
export function hintIsClear(text: Uint8Array, at: number, end: number): boolean {
  let quoted = false
  for (; at < end; at++) {
    const byte = text[at]!
    if (byte === 0x60) quoted = !quoted
    if (byte === 0x27 || byte === 0x22 || byte === BACKSLASH || byte === 0x3b || byte === 0x23) return false
    if (byte === 0x2d && text[at + 1] === 0x2d) return false
    if (byte === 0) return false
  }
  return !quoted
}

export function hasHighByte(text: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text[at]! >= 0x80) return true
  return false
}

function digits(text: Uint8Array, at: number, end: number): number {
  while (at < end && isDigit(text[at]!)) at++
  return at
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
const isHexDigit = (byte: number) => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
