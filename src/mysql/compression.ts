/**
 * The compressed protocol (manual, "Compression"), towards clients: each frame has a 7-byte header (length on the wire, sequence number, length
 * inside; 0 inside: not compressed) around any piece of the packet stream.
 *
 * Sequence numbers begin anew with each command. A reply goes on from the frame that its command came in; where commands were sent ahead, a later
 * reply is recognised by its first packet, whose own number is 1.
 */
import { deflateSync, inflateSync, constants as zlib, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Transform } from '../dialect.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { HEADER_BYTES, PAYLOAD_MAX, payloadLength } from './packets.ts'

const FRAME_HEADER_BYTES = 7
/** MIN_COMPRESS_LENGTH of the servers. */
const COMPRESS_BYTES_MIN = 50
/** What one piece read from a socket may unfold to. Honest clients stay far below; the lengths in headers are not to be trusted with memory. */
const UNFOLDED_BYTES_MAX = 128 * 1024 * 1024
/** The client chooses the level; beyond this a few clients could keep the whole process busy. */
const ZSTD_LEVEL_MAX = 6
const EMPTY: Buffer = Buffer.alloc(0)

export type Algorithm = { readonly name: 'zlib' } | { readonly name: 'zstd'; readonly level: number }

export function createCompression(algorithm: Algorithm): Transform {
  const frames = new FrameReader(algorithm)
  const writer = new FrameWriter(algorithm)
  return {
    incoming(chunk) {
      const bytes = frames.read(chunk)
      if (frames.sequence >= 0) writer.follow(frames.sequence)
      return bytes
    },
    outgoing: (bytes) => writer.write(bytes),
  }
}

function compress(bytes: Buffer, algorithm: Algorithm): Buffer {
  if (algorithm.name === 'zlib') return deflateSync(bytes)
  const level = Math.min(Math.max(algorithm.level, 1), ZSTD_LEVEL_MAX)
  return zstdCompressSync(bytes, { params: { [zlib.ZSTD_c_compressionLevel]: level } })
}

function decompress(bytes: Buffer, length: number, algorithm: Algorithm): Buffer {
  let unfolded: Buffer
  try {
    const options = { maxOutputLength: length }
    unfolded = algorithm.name === 'zlib' ? inflateSync(bytes, options) : zstdDecompressSync(bytes, options)
  } catch {
    throw new ProtocolError('a compressed packet cannot be decompressed')
  }
  if (unfolded.length !== length) throw new ProtocolError('a compressed packet has another length than it says')
  return unfolded
}

/**
 * Numbers the packets of commands. Servers look at the frames' numbers only, and there are clients (MariaDB's Connector/J 2.7) whose packets
 * inside are numbered anyhow. A command begins with frame 0; what comes in later frames of an exchange (a file) is left as it is.
 */
class PacketNumbers {
  #frame = 0
  #command = false
  #headerBytes = 0
  #length = 0
  #left = 0
  #full = false
  #next = 0

  /** Changes the bytes, which are the content of the frame `sequence`. */
  correct(bytes: Buffer, sequence: number): void {
    const first = sequence === 0 && this.#frame !== 0xff
    this.#frame = sequence
    for (let at = 0; at < bytes.length; ) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at)
        this.#left -= step
        at += step
        continue
      }
      if (this.#headerBytes < 3) {
        if (this.#headerBytes === 0 && !this.#full) this.#begin(first)
        this.#length |= bytes[at++]! << (8 * this.#headerBytes++)
        continue
      }
      if (this.#command) bytes[at] = this.#next
      this.#next = (bytes[at++]! + 1) & 0xff
      this.#left = this.#length
      this.#full = this.#length === PAYLOAD_MAX
      this.#headerBytes = 0
      this.#length = 0
    }
  }

  #begin(command: boolean): void {
    this.#command = command
    this.#next = 0
  }
}

class FrameReader {
  readonly #algorithm: Algorithm
  readonly #numbers = new PacketNumbers()
  #held: Buffer[] = []
  #heldBytes = 0
  /** Bytes that the frame at the head of what is held takes; the header alone while that is not complete. */
  #needed = FRAME_HEADER_BYTES
  /** Of the last complete frame of the last read; -1: there was none. */
  sequence = -1

  constructor(algorithm: Algorithm) {
    this.#algorithm = algorithm
  }

  read(chunk: Buffer): Buffer {
    this.sequence = -1
    // The chunk is valid during this call only; what stays is copied when it is known to stay.
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    if (this.#heldBytes < this.#needed) {
      this.#held[this.#held.length - 1] = Buffer.from(chunk)
      return EMPTY
    }
    const bytes = this.#held.length === 1 ? chunk : Buffer.concat(this.#held)
    const pieces: Buffer[] = []
    let at = 0
    let total = 0
    this.#needed = FRAME_HEADER_BYTES
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const length = payloadLength(bytes, at)
      if (bytes.length - at < FRAME_HEADER_BYTES + length) {
        this.#needed = FRAME_HEADER_BYTES + length
        break
      }
      const inside = payloadLength(bytes, at + 4)
      const body = bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + length)
      total += inside === 0 ? length : inside
      if (total > UNFOLDED_BYTES_MAX) throw new ProtocolError('compressed packets unfold to too much at once')
      const piece = inside === 0 ? body : decompress(body, inside, this.#algorithm)
      this.sequence = bytes[at + 3]!
      this.#numbers.correct(piece, this.sequence)
      pieces.push(piece)
      at += FRAME_HEADER_BYTES + length
    }
    this.#held = at === bytes.length ? [] : [Buffer.from(bytes.subarray(at))]
    this.#heldBytes = bytes.length - at
    if (pieces.length === 1) return pieces[0]!
    return pieces.length === 0 ? EMPTY : Buffer.concat(pieces)
  }
}

class FrameWriter {
  readonly #algorithm: Algorithm
  #sequence = 0
  /** No reply has begun since the last frame from the client: the next one goes on from there. */
  #fresh = true
  /** Where the packets inside stand: header bytes seen, payload bytes left, number of the last packet. */
  readonly #header = Buffer.alloc(HEADER_BYTES)
  #headerBytes = 0
  #left = 0
  #last = 0
  /** The packet at hand is a full one: the next belongs to the same payload. */
  #full = false

  constructor(algorithm: Algorithm) {
    this.#algorithm = algorithm
  }

  follow(sequence: number): void {
    this.#sequence = (sequence + 1) & 0xff
    this.#fresh = true
  }

  write(bytes: Buffer): Buffer {
    const parts: Buffer[] = []
    let from = 0
    for (let at = 0; at < bytes.length; ) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at)
        this.#left -= step
        at += step
        continue
      }
      this.#header[this.#headerBytes++] = bytes[at++]!
      if (this.#headerBytes < HEADER_BYTES) continue
      const start = at - HEADER_BYTES
      if (this.#beginsReply() && start >= from) {
        this.#frames(bytes.subarray(from, start), parts)
        this.#sequence = 1
        from = start
      }
    }
    this.#frames(bytes.subarray(from), parts)
    return Buffer.concat(parts)
  }

  /** A packet's header is complete. Whether it is the first of a reply to a command that was sent ahead. */
  #beginsReply(): boolean {
    this.#headerBytes = 0
    this.#left = payloadLength(this.#header, 0)
    const number = this.#header[3]!
    // A number 1 behind a 0 is a long reply's count starting over.
    const begins = number === 1 && this.#last !== 0 && !this.#full && !this.#fresh
    this.#last = number
    this.#full = this.#left === PAYLOAD_MAX
    this.#fresh = false
    return begins
  }

  #frames(bytes: Buffer, parts: Buffer[]): void {
    for (let at = 0; at < bytes.length; at += PAYLOAD_MAX) {
      const piece = bytes.subarray(at, at + PAYLOAD_MAX)
      const packed = piece.length < COMPRESS_BYTES_MIN ? piece : compress(piece, this.#algorithm)
      const smaller = packed.length < piece.length
      const body = smaller ? packed : piece
      const header = Buffer.alloc(FRAME_HEADER_BYTES)
      header.writeUIntLE(body.length, 0, 3)
      header[3] = this.#sequence
      header.writeUIntLE(smaller ? piece.length : 0, 4, 3)
      this.#sequence = (this.#sequence + 1) & 0xff
      parts.push(header, body)
    }
  }
}
