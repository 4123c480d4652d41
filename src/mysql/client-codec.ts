import type { ClientHandler, Failure } from '../dialect.ts'
import { HEADER_BYTES, PAYLOAD_MAX, packetCount, packetsOf, payloadLength } from './packets.ts'
import {
  COM_CHANGE_USER,
  COM_QUERY,
  COM_QUIT,
  COM_SLEEP,
  COM_STMT_BULK_EXECUTE,
  COM_STMT_EXECUTE,
  COM_STMT_PREPARE,
  COM_STMT_SEND_LONG_DATA,
  type MySqlUnit,
} from './unit.ts'

/**
 * Cuts a client's byte stream, after the login, into commands (manual, "Command Phase").
 *
 * A command is one payload in packets numbered from 0; several may come ahead of their replies. It is held until it is complete or has grown
 * past `statementBytes`; what is larger goes on as a stream, packet headers included, and so does the file of LOAD DATA LOCAL. Long data of a
 * parameter never streams: it is appended where it arrives, so a long piece becomes several commands.
 */
const EMPTY = Buffer.alloc(0)
/** A large command must show its head (query attributes, a statement's id, parameter types) before it can be streamed. */
const HEAD_BYTES = 16 * 1024
const LONG_DATA_HEAD = 7

const STREAMABLE = new Set([COM_QUERY, COM_STMT_PREPARE, COM_STMT_EXECUTE, COM_STMT_BULK_EXECUTE])

export const OUT_OF_ORDER: Failure = {
  code: '08S01',
  number: 1156,
  message: 'Got packets out of order',
  fatal: true,
}
const TOO_LARGE: Failure = {
  code: '08S01',
  number: 1153,
  message: "Got a packet bigger than 'max_allowed_packet' bytes",
  fatal: true,
}

/** What the bytes at hand belong to. */
type Mode = 'command' | 'stream' | 'long-data' | 'file' | 'closed'

export class MySqlClientCodec {
  /** The number that the reply to the last command begins with. */
  nextSequence = 1
  readonly #statementBytes: number
  #mode: Mode = 'command'
  #held: Buffer = EMPTY
  #heldLength = 0
  /** How far the held bytes were looked at: the header of a packet that is not complete. */
  #scanned = 0
  /** Payload bytes of the command's complete packets, and how many those are. */
  #payload = 0
  #packets = 0
  /** Bytes of the current packet still to be handed on in `stream`, `long-data` and `file`. */
  #left = 0
  /** The current packet is full: the payload goes on in the next one. */
  #continues = false
  #longDataHead: Buffer = EMPTY
  /** The server has asked for a file and does not have all of it. */
  owesFile = false

  constructor(statementBytes: number) {
    this.#statementBytes = statementBytes
  }

  /** The server has asked for a file: packets up to an empty one are its content. */
  localInfile(): void {
    this.owesFile = true
    if (this.#mode !== 'command') return
    this.#mode = 'file'
    this.#left = 0
    this.#continues = false
  }

  /** What was handed on last ends in the middle of a command. */
  get midMessage(): boolean {
    return this.#mode === 'stream' && (this.#left > 0 || this.#continues)
  }

  receive(chunk: Buffer, handler: ClientHandler): void {
    if (this.#isClosed()) return
    let bytes = chunk
    let length = chunk.length
    if (this.#heldLength > 0) {
      this.#append(chunk)
      bytes = this.#held
      length = this.#heldLength
    }
    let start = 0
    for (;;) {
      const before = start
      start =
        this.#mode === 'command'
          ? this.#command(handler, bytes, start, length)
          : this.#passOn(handler, bytes, start, length)
      if (this.#isClosed()) return
      if (start === before) break
    }
    this.#keep(bytes, start, length)
  }

  /** Its own function, because the handler may change the mode in ways that the compiler cannot see. */
  #isClosed(): boolean {
    return this.#mode === 'closed'
  }

  /** Cuts one command. Returns where the next begins; `start` when it is not complete. */
  #command(handler: ClientHandler, bytes: Buffer, start: number, length: number): number {
    let at = start + this.#scanned
    for (;;) {
      if (length - at < HEADER_BYTES) break
      const size = payloadLength(bytes, at)
      if (bytes[at + 3] !== (this.#packets & 0xff)) return this.#violate(handler, OUT_OF_ORDER, 0)
      const end = at + HEADER_BYTES + size
      if (this.#payload + size > this.#statementBytes) {
        const here = length - at - HEADER_BYTES
        if (here < Math.min(size, HEAD_BYTES)) break
        return this.#large(handler, bytes, start, at, Math.min(length, end), end)
      }
      if (end > length) break
      at = end
      this.#packets++
      this.#payload += size
      if (size === PAYLOAD_MAX) continue
      this.nextSequence = this.#packets & 0xff
      const unit = cut(bytes, start, end, this.#packets, false)
      this.#startAgain()
      return this.#hand(handler, unit, end)
    }
    this.#scanned = at - start
    return start
  }

  #hand(handler: ClientHandler, unit: MySqlUnit, end: number): number {
    if (unit.command === COM_QUIT && unit.payload.length > 0) {
      this.#close()
      handler.terminate()
    } else if (unit.command === COM_CHANGE_USER) handler.relogin(unit.bytes)
    else handler.unit(unit)
    return end
  }

  #startAgain(): void {
    this.#scanned = 0
    this.#payload = 0
    this.#packets = 0
  }

  /** A command that is not held: `at` is the header of the packet with which it grows past the limit, `here` how far that packet is at hand. */
  #large(handler: ClientHandler, bytes: Buffer, start: number, at: number, here: number, end: number): number {
    const command = bytes[start + HEADER_BYTES] ?? COM_SLEEP
    this.#left = end - here
    this.#continues = payloadLength(bytes, at) === PAYLOAD_MAX
    this.#packets++
    this.nextSequence = this.#packets & 0xff
    const more = this.#left > 0 || this.#continues
    if (command === COM_STMT_SEND_LONG_DATA && here - start >= HEADER_BYTES + LONG_DATA_HEAD) {
      const { payload } = cut(bytes, start, here, this.#packets, false)
      this.#mode = 'long-data'
      this.#longDataHead = payload.subarray(0, LONG_DATA_HEAD)
      handler.unit(this.#longData(payload.subarray(LONG_DATA_HEAD)))
    } else if (STREAMABLE.has(command)) {
      this.#mode = more ? 'stream' : 'command'
      handler.unit(cut(bytes, start, here, this.#packets, more))
    } else return this.#violate(handler, TOO_LARGE, this.nextSequence)
    if (!more) this.#endOfPayload()
    return here
  }

  /** Hands on what belongs to a payload that is not held. Returns how far the bytes are used. */
  #passOn(handler: ClientHandler, bytes: Buffer, start: number, length: number): number {
    if (this.#left > 0) {
      const take = Math.min(this.#left, length - start)
      if (take === 0) return start
      this.#left -= take
      const view = bytes.subarray(start, start + take)
      const ends = this.#left === 0 && !this.#continues && this.#mode !== 'file'
      // The receiver may keep what it gets, and both the chunk and the held bytes are written over.
      if (this.#mode === 'long-data') handler.unit(this.#longData(view))
      else handler.stream(Buffer.from(view))
      if (ends) this.#endOfPayload()
      return start + take
    }
    if (length - start < HEADER_BYTES) return start
    const size = payloadLength(bytes, start)
    if (this.#mode !== 'file' && bytes[start + 3] !== (this.#packets & 0xff))
      return this.#violate(handler, OUT_OF_ORDER, 0)
    this.#packets++
    this.nextSequence = (bytes[start + 3]! + 1) & 0xff
    this.#left = size
    // An empty packet ends a file, unless the one before was full.
    const ends = size === 0 && (this.#mode !== 'file' || !this.#continues)
    this.#continues = size === PAYLOAD_MAX
    if (this.#mode !== 'long-data') handler.stream(copy(bytes, start, start + HEADER_BYTES))
    if (ends) this.#endOfPayload()
    return start + HEADER_BYTES
  }

  #endOfPayload(): void {
    if (this.#mode === 'file') this.owesFile = false
    this.#mode = 'command'
    this.#longDataHead = EMPTY
    this.#startAgain()
  }

  #longData(data: Buffer): MySqlUnit {
    const payload = Buffer.concat([this.#longDataHead, data])
    const bytes = Buffer.concat(packetsOf(payload, 0))
    return cut(bytes, 0, bytes.length, packetCount(payload.length), false)
  }

  #append(chunk: Buffer): void {
    const need = this.#heldLength + chunk.length
    if (need > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(need, this.#held.length * 2))
      this.#held.copy(larger, 0, 0, this.#heldLength)
      this.#held = larger
    }
    chunk.copy(this.#held, this.#heldLength)
    this.#heldLength = need
  }

  /** Holds what is not used yet for the next chunk. */
  #keep(bytes: Buffer, start: number, length: number): void {
    const rest = length - start
    if (rest === 0) {
      // The buffer is given up, not kept for reuse: thousands of idle clients must cost nothing.
      this.#held = EMPTY
      this.#heldLength = 0
      return
    }
    if (bytes === this.#held) {
      if (start > 0) this.#held.copyWithin(0, start, length)
    } else {
      this.#held = Buffer.allocUnsafe(Math.max(rest, 256))
      bytes.copy(this.#held, 0, start, length)
    }
    this.#heldLength = rest
  }

  #close(): void {
    this.#mode = 'closed'
    this.#held = EMPTY
    this.#heldLength = 0
  }

  /** `sequence`: what the error is numbered with; servers begin anew when packets are out of order. */
  #violate(handler: ClientHandler, failure: Failure, sequence: number): number {
    this.nextSequence = sequence
    this.#close()
    handler.violation(failure)
    return 0
  }
}

/** Units outlive the chunk they came in (waiting, running again), and a chunk is far larger than most units: hold the unit only. */
function copy(bytes: Buffer, start: number, end: number): Buffer {
  const own = Buffer.allocUnsafe(end - start)
  bytes.copy(own, 0, start, end)
  return own
}

function cut(bytes: Buffer, start: number, end: number, packets: number, streaming: boolean): MySqlUnit {
  const own = copy(bytes, start, end)
  const payload = packets === 1 ? own.subarray(HEADER_BYTES) : joined(own)
  return {
    command: payload[0] ?? COM_SLEEP,
    bytes: own,
    payload,
    size: own.length,
    streaming,
    complete: true,
    resolved: null,
  }
}

/** The payload of several packets; of the last one as much as is there. */
function joined(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const end = at + HEADER_BYTES + payloadLength(bytes, at)
    parts.push(bytes.subarray(at + HEADER_BYTES, Math.min(end, bytes.length)))
    at = end
  }
  return Buffer.concat(parts)
}
