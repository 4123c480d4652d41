import { ProtocolError } from './protocol-error.ts'

const SHORT_STRING = 64

/** The position of the NUL that ends the string starting at `from`, before `end`. Throws ProtocolError when there is none. */
export function cstringEnd(bytes: Buffer, from: number, end: number): number {
  // Names are short, and a call into C++ costs more than they do.
  const near = Math.min(end, from + SHORT_STRING)
  for (let at = from; at < near; at++) if (bytes[at] === 0) return at
  const at = near < end ? bytes.indexOf(0, near) : -1
  if (at < 0 || at >= end) throw new ProtocolError('invalid string in message')
  return at
}

/** Reads one message's fields in order; every read is checked against the message's end. Cold path. */
export class FieldReader {
  readonly #bytes: Buffer
  #at: number
  readonly #end: number

  constructor(bytes: Buffer, from = 0, end: number = bytes.length) {
    this.#bytes = bytes
    this.#at = from
    this.#end = end
  }

  get remaining(): number {
    return this.#end - this.#at
  }

  #need(bytes: number): void {
    if (bytes < 0 || this.#at + bytes > this.#end) throw new ProtocolError('insufficient data left in message')
  }

  byte(): number {
    this.#need(1)
    return this.#bytes[this.#at++]!
  }

  int16(): number {
    this.#need(2)
    const value = this.#bytes.readInt16BE(this.#at)
    this.#at += 2
    return value
  }

  int32(): number {
    this.#need(4)
    const value = this.#bytes.readInt32BE(this.#at)
    this.#at += 4
    return value
  }

  bytes(length: number): Buffer {
    this.#need(length)
    const view = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return view
  }

  cstring(): string {
    const end = cstringEnd(this.#bytes, this.#at, this.#end)
    const text = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }
}
