/**
 * MySQL's framing and basic data types (manual, "Protocol Basics"): a packet is a 3-byte length, a sequence number and a payload; a payload of
 * 16 MiB - 1 bytes or more goes in several packets, of which all but the last are full, so the last may be empty.
 */
import { ProtocolError } from '../wire/protocol-error.ts'
import { cstringEnd } from '../wire/reader.ts'

export const HEADER_BYTES = 4
/** A full packet: the payload goes on in the next one. */
export const PAYLOAD_MAX = 0xffffff

/** The payload's length that a header at `at` announces; all 4 header bytes must be there. */
export function payloadLength(bytes: Buffer, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
}

/** The packets of one payload, headers written, numbered from `sequence`. The payload is not copied. */
export function packetsOf(payload: Buffer, sequence: number): Buffer[] {
  const parts: Buffer[] = []
  let at = 0
  for (let number = sequence; ; number++) {
    const length = Math.min(PAYLOAD_MAX, payload.length - at)
    parts.push(packetHeader(length, number))
    if (length > 0) parts.push(payload.subarray(at, at + length))
    at += length
    if (length < PAYLOAD_MAX) return parts
  }
}

/** How many packets a payload of `length` bytes takes, the empty follower included. */
export const packetCount = (length: number): number => Math.floor(length / PAYLOAD_MAX) + 1

export function packetHeader(length: number, sequence: number): Buffer {
  return Buffer.from([length & 0xff, (length >>> 8) & 0xff, length >>> 16, sequence & 0xff])
}

/** One payload, joined from its packets. */
export interface Packet {
  /** Of the receiver. */
  readonly payload: Buffer
  /** Sequence number of its first packet. */
  readonly sequence: number
  /** What the answer is numbered with: one more than its last packet, 0 to 255. */
  readonly nextSequence: number
}

/**
 * Cuts a byte stream into payloads. Cold path (logins, Freshet's own statements): everything is held until a payload is complete.
 * `take` throws a ProtocolError when a payload would exceed `limit` bytes, as soon as its length is known.
 */
export class PacketBuffer {
  readonly #limit: number
  #held: Buffer = Buffer.alloc(0)

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The chunk is copied: it may live in memory that is read into again. */
  push(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk])
  }

  /** The next complete payload, or null. */
  take(): Packet | null {
    const parts: Buffer[] = []
    let at = 0
    let total = 0
    for (;;) {
      if (this.#held.length - at < HEADER_BYTES) return null
      const length = payloadLength(this.#held, at)
      total += length
      if (total > this.#limit) throw new ProtocolError(`a packet is longer than ${this.#limit} bytes`)
      if (this.#held.length - at < HEADER_BYTES + length) return null
      const sequence = this.#held[at + 3]!
      parts.push(this.#held.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length))
      at += HEADER_BYTES + length
      if (length === PAYLOAD_MAX) continue
      const first = this.#held[3]!
      this.#held = this.#held.subarray(at)
      return {
        payload: parts.length === 1 ? parts[0]! : Buffer.concat(parts),
        sequence: first,
        nextSequence: (sequence + 1) & 0xff,
      }
    }
  }

  /** Whatever has not been taken; the buffer is empty afterwards. */
  rest(): Buffer {
    const rest = this.#held
    this.#held = Buffer.alloc(0)
    return rest
  }
}

/** Bytes that a length-encoded integer beginning with `first` takes, that byte included. 0xFB (NULL) and 0xFF (no integer): 1. */
export function lenencBytesOf(first: number): number {
  if (first < 0xfb) return 1
  if (first === 0xfc) return 3
  if (first === 0xfd) return 4
  return first === 0xfe ? 9 : 1
}

/** Reads one payload's fields in order, little-endian; every read is checked against the end and throws a ProtocolError beyond it. Cold path. */
export class PacketReader {
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

  /** Offset of the next field in the buffer given. */
  get at(): number {
    return this.#at
  }

  #advance(bytes: number): number {
    const at = this.#at
    if (bytes < 0 || at + bytes > this.#end) throw new ProtocolError('malformed packet')
    this.#at = at + bytes
    return at
  }

  skip(bytes: number): void {
    this.#advance(bytes)
  }

  /** Goes on at an offset that `at` has shown before. */
  moveTo(at: number): void {
    this.#at = Math.min(at, this.#end)
  }

  /** The next byte without reading it; -1 at the end. */
  peek(): number {
    return this.#at < this.#end ? this.#bytes[this.#at]! : -1
  }

  byte(): number {
    return this.#bytes[this.#advance(1)]!
  }

  int16(): number {
    return this.#bytes.readUInt16LE(this.#advance(2))
  }

  int24(): number {
    return this.#bytes.readUIntLE(this.#advance(3), 3)
  }

  /** Unsigned. */
  int32(): number {
    return this.#bytes.readUInt32LE(this.#advance(4))
  }

  /** Unsigned. */
  int64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#advance(8))
  }

  /** A length-encoded integer of any size. NULL and 0xFF are malformed here. */
  lenencBig(): bigint {
    const first = this.byte()
    if (first < 0xfb) return BigInt(first)
    if (first === 0xfc) return BigInt(this.int16())
    if (first === 0xfd) return BigInt(this.int24())
    if (first === 0xfe) return this.int64()
    throw new ProtocolError('malformed packet')
  }

  /** A length-encoded integer that must be below 2^53 (lengths, counts). */
  lenenc(): number {
    const first = this.peek()
    if (first >= 0 && first < 0xfb) return this.byte()
    const value = this.lenencBig()
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ProtocolError('malformed packet')
    return Number(value)
  }

  /** A view. */
  bytes(length: number): Buffer {
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** Length-encoded bytes; null for NULL (0xFB). A view. */
  lenencBytes(): Buffer | null {
    if (this.peek() === 0xfb) {
      this.#at++
      return null
    }
    return this.bytes(this.lenenc())
  }

  /** Length-encoded UTF-8 text; null for NULL. */
  lenencText(): string | null {
    return this.lenencBytes()?.toString('utf8') ?? null
  }

  /** NUL-terminated UTF-8 text. */
  cstring(): string {
    const end = cstringEnd(this.#bytes, this.#at, this.#end)
    const text = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }

  /** The bytes of a NUL-terminated string. A view. */
  cstringBytes(): Buffer {
    const end = cstringEnd(this.#bytes, this.#at, this.#end)
    const view = this.#bytes.subarray(this.#at, end)
    this.#at = end + 1
    return view
  }

  /** Everything up to the end. A view. */
  rest(): Buffer {
    return this.bytes(this.remaining)
  }
}

/**
 * Appends packets to one growing buffer; `end` patches the header and splits what is longer than one packet can be.
 * Cold path and small control packets only; forwarded data is never copied through here.
 */
export class PacketWriter {
  #buffer: Buffer
  #at = 0
  #headerAt = 0
  #sequence: number

  /** `sequence`: the number of the first packet. */
  constructor(sequence: number, size = 256) {
    this.#buffer = Buffer.allocUnsafe(size)
    this.#sequence = sequence
  }

  /** The number of the packet that is written next (after `end`), 0 to 255. */
  get sequence(): number {
    return this.#sequence & 0xff
  }

  #room(bytes: number): void {
    const need = this.#at + bytes
    if (need <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(need, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }

  begin(): this {
    this.#room(HEADER_BYTES)
    this.#headerAt = this.#at
    this.#at += HEADER_BYTES
    return this
  }

  end(): this {
    const length = this.#at - this.#headerAt - HEADER_BYTES
    if (length >= PAYLOAD_MAX) return this.#split()
    this.#header(this.#headerAt, length)
    return this
  }

  #header(at: number, length: number): void {
    this.#buffer.writeUIntLE(length, at, 3)
    this.#buffer[at + 3] = this.#sequence++ & 0xff
  }

  #split(): this {
    const payload = Buffer.from(this.#buffer.subarray(this.#headerAt + HEADER_BYTES, this.#at))
    this.#at = this.#headerAt
    const parts = packetsOf(payload, this.#sequence)
    this.#sequence += packetCount(payload.length)
    for (const part of parts) this.raw(part)
    return this
  }

  byte(value: number): this {
    this.#room(1)
    this.#buffer[this.#at++] = value
    return this
  }

  int16(value: number): this {
    this.#room(2)
    this.#at = this.#buffer.writeUInt16LE(value, this.#at)
    return this
  }

  int24(value: number): this {
    this.#room(3)
    this.#at = this.#buffer.writeUIntLE(value, this.#at, 3)
    return this
  }

  int32(value: number): this {
    this.#room(4)
    this.#at = this.#buffer.writeUInt32LE(value >>> 0, this.#at)
    return this
  }

  int64(value: bigint): this {
    this.#room(8)
    this.#at = this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.#at)
    return this
  }

  /** A length-encoded integer. */
  lenenc(value: number | bigint): this {
    if (value < 0xfb) return this.byte(Number(value))
    if (value <= 0xffff) return this.byte(0xfc).int16(Number(value))
    if (value <= 0xffffff) return this.byte(0xfd).int24(Number(value))
    return this.byte(0xfe).int64(BigInt(value))
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length)
    this.#buffer.set(bytes, this.#at)
    this.#at += bytes.length
    return this
  }

  zeros(count: number): this {
    this.#room(count)
    this.#buffer.fill(0, this.#at, this.#at + count)
    this.#at += count
    return this
  }

  /** UTF-8 text without length or end. */
  text(text: string): this {
    return this.raw(Buffer.from(text, 'utf8'))
  }

  /** UTF-8 text with its terminating NUL. */
  cstring(text: string): this {
    return this.text(text).byte(0)
  }

  /** Length-encoded bytes; text as UTF-8; null as NULL (0xFB). */
  lenencBytes(value: Uint8Array | string | null): this {
    if (value === null) return this.byte(0xfb)
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
    return this.lenenc(bytes.length).raw(bytes)
  }

  /** What was written so far. The writer must not be used afterwards. */
  done(): Buffer {
    return this.#buffer.subarray(0, this.#at)
  }
}
