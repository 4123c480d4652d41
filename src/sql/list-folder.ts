/** The bytes that stand for literals in canonical text. None of them can occur there otherwise: control characters begin no token. */
export const STRING = 1
export const NUMBER = 2
/** One or more literals in a list. */
export const LIST = 3
/** A string that may name the current time. */
export const CLOCK_STRING = 5
/** One or more literals or parameters in a list, at least one parameter. */
export const PARAMETER_LIST = 6

/** Where lists of any length mean the same. */
const PLAIN = 0
const IN_LIST = 1
const ROW = 2

const COMMA = 0x2c
const OPEN = 0x28

/** Makes lists of literals equally long: `IN (1, 2, 3)`, `VALUES (1, 'a'), (2, 'b')`, `ARRAY[1, 2]`. Works on canonical text while it is written. */
export class ListFolder {
  private readonly context: Uint8Array
  private readonly opened: Int32Array
  /** The last row of VALUES at each depth. */
  private readonly rowStart: Int32Array
  private readonly rowEnd: Int32Array
  private readonly nesting: number
  private readonly parameter: number
  private depth = 0

  /** `parameter`: the byte that a parameter begins with; digits may follow it. */
  constructor(nesting: number, parameter = 0x24) {
    this.nesting = nesting
    this.parameter = parameter
    this.context = new Uint8Array(nesting + 2)
    this.opened = new Int32Array(nesting + 2)
    this.rowStart = new Int32Array(nesting + 2)
    this.rowEnd = new Int32Array(nesting + 2)
  }

  reset(): void {
    this.depth = 0
    this.rowEnd[1] = -1
  }

  /** A parenthesis or bracket will be written at `length`; `wordStart` is where the word right before it begins, or -1. False: too deep. */
  open(out: Uint8Array, length: number, byte: number, wordStart: number): boolean {
    if (this.depth >= this.nesting) return false
    const depth = ++this.depth
    this.opened[depth] = length
    this.rowEnd[depth + 1] = -1
    let context = PLAIN
    if (wordStart >= 0) {
      // A word behind a point is a name, whatever it spells.
      if (wordStart === 0 || out[wordStart - 1] !== 0x2e) context = contextOf(out, wordStart, length, byte)
      if (context === ROW) this.rowEnd[depth] = -1
    } else if (byte === OPEN && length > 0 && out[length - 1] === COMMA && this.rowEnd[depth] === length - 1)
      context = ROW
    this.context[depth] = context
    return true
  }

  /** Writes the closing byte at `length` and answers with the new length, which is smaller when something was folded. */
  close(out: Uint8Array, length: number, byte: number): number {
    const depth = this.depth
    if (depth > 0) this.depth--
    const context = depth > 0 ? this.context[depth] : PLAIN
    if (context === PLAIN) {
      out[length] = byte
      return length + 1
    }
    const start = this.opened[depth]!
    const kind = listKind(out, start + 1, length, this.parameter)
    if (kind !== 0) {
      out[start + 1] = kind
      length = start + 2
    }
    out[length++] = byte
    if (context !== ROW) return length
    const end = this.rowEnd[depth]!
    if (end >= 0 && start === end + 1 && sameBytes(out, this.rowStart[depth]!, end, start, length)) return end
    this.rowStart[depth] = start
    this.rowEnd[depth] = length
    return length
  }
}

function contextOf(out: Uint8Array, from: number, to: number, byte: number): number {
  const size = to - from
  if (byte !== OPEN) return size === 5 && is(out, from, 'array') ? IN_LIST : PLAIN
  if (size === 2 && is(out, from, 'in')) return IN_LIST
  return size === 6 && is(out, from, 'values') ? ROW : PLAIN
}

function is(out: Uint8Array, from: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (out[from + i] !== word.charCodeAt(i)) return false
  return true
}

/** What out[from, to) holds: LIST, PARAMETER_LIST, or 0 when there is anything but literals, parameters, signs and commas. */
function listKind(out: Uint8Array, from: number, to: number, parameter: number): number {
  if (from >= to) return 0
  let kind = LIST
  let expectsValue = true
  for (let at = from; at < to; at++) {
    const byte = out[at]!
    if (byte === COMMA) {
      if (expectsValue) return 0
      expectsValue = true
    } else if (!expectsValue) return 0
    else if (byte === STRING || byte === NUMBER) expectsValue = false
    else if (byte === 0x2d || byte === 0x2b) {
      if (at + 1 >= to || out[at + 1] !== NUMBER) return 0
    } else if (byte === parameter) {
      kind = PARAMETER_LIST
      while (at + 1 < to && out[at + 1]! >= 0x30 && out[at + 1]! <= 0x39) at++
      expectsValue = false
    } else return 0
  }
  return expectsValue ? 0 : kind
}

function sameBytes(out: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): boolean {
  if (aEnd - a !== bEnd - b) return false
  while (a < aEnd) if (out[a++] !== out[b++]) return false
  return true
}
