import type { ClientHandler, Failure } from '../dialect.ts'
import type { BatchUnit, PgUnit } from './unit.ts'

/**
 * Cuts a client's byte stream, after start-up, into units (PostgreSQL manual, "Message Flow").
 *
 * Frames are a type byte, an Int32 length that counts itself, and the body. A unit is a simple Query, a FunctionCall, or the
 * extended-protocol frames up to Sync or Flush. Bytes are held only until their unit is complete or has grown past `statementBytes`;
 * what is larger goes on as a stream, and so does COPY data. Scanning resumes where it stopped: a byte is looked at once, however
 * slowly it arrives.
 */
const Q = 0x51
const P = 0x50
const B = 0x42
const D = 0x44
const E = 0x45
const C = 0x43
const H = 0x48
const S = 0x53
const X = 0x58
const F = 0x46
const COPY_DATA = 0x64
const COPY_DONE = 0x63
const COPY_FAIL = 0x66

/** The server's own limits (PQ_SMALL_MESSAGE_LIMIT, PQ_LARGE_MESSAGE_LIMIT in libpq.h of the server). */
const SMALL_MESSAGE = 10_000
const LARGE_MESSAGE = 0x3fffffff

const EMPTY = Buffer.alloc(0)
/** A large Bind must show its portal and statement name before it can be streamed. */
const HEAD_BYTES = 16 * 1024

export class PgClientCodec {
  readonly #statementBytes: number
  #held: Buffer = EMPTY
  #heldLength = 0
  /** How far the held bytes were scanned: they begin with an unfinished unit. */
  #scanned = 0
  #offsets: number[] = []
  /** Bytes of the current message still to be handed on as a stream. */
  #streamLeft = 0
  /** CopyDone and CopyFail messages since the client's login. */
  copiesEnded = 0
  #closed = false

  constructor(statementBytes: number) {
    this.#statementBytes = statementBytes
  }

  /** What was handed on last ends in the middle of a message. */
  get midMessage(): boolean {
    return this.#streamLeft > 0
  }

  receive(chunk: Buffer, handler: ClientHandler): void {
    if (this.#closed) return
    let bytes = chunk
    let length = chunk.length
    let start = 0
    if (this.#heldLength > 0) {
      this.#append(chunk)
      bytes = this.#held
      length = this.#heldLength
    }
    let at = this.#scanned
    while (!this.#closed) {
      if (this.#streamLeft > 0) {
        const take = Math.min(this.#streamLeft, length - at)
        if (take === 0) break
        this.#streamLeft -= take
        // The receiver may keep the view, and both the chunk and the held bytes are written over.
        handler.stream(copy(bytes, at, at + take))
        at += take
        start = at
        continue
      }
      if (length - at < 5) break
      const type = bytes[at]!
      const size = bytes.readInt32BE(at + 1)
      const fault = frameFault(type, size)
      if (fault !== null) {
        this.#violate(handler, fault)
        return
      }
      const end = at + 1 + size
      if (type === COPY_DATA || type === COPY_DONE || type === COPY_FAIL) {
        // COPY data belongs to the statement before it; inside a batch the frames held so far have to go first.
        if (this.#offsets.length > 0) {
          handler.unit(this.#batch(bytes, start, at, 'more', false))
        }
        if (type !== COPY_DATA) this.copiesEnded++
        start = at
        this.#streamLeft = 1 + size
        continue
      }
      if (end > length) {
        const held = end - start
        if (held <= this.#statementBytes || length - at < Math.min(1 + size, HEAD_BYTES)) break
        at = this.#openStream(handler, bytes, start, at, length, end)
        start = at
        continue
      }
      at = end
      if (type === P || type === B || type === D || type === E || type === C || type === H || type === S) {
        this.#offsets.push(end - 1 - size - start)
        if (type === S || type === H) {
          handler.unit(this.#batch(bytes, start, end, type === S ? 'sync' : 'flush', false))
          start = end
        } else if (end - start > this.#statementBytes) {
          handler.unit(this.#batch(bytes, start, end, 'more', false))
          start = end
        }
        continue
      }
      if (this.#offsets.length > 0) {
        // A Query without a Sync before it: what came before runs first, on the same connection.
        handler.unit(this.#batch(bytes, start, end - 1 - size, 'more', false))
        start = end - 1 - size
      }
      if (type === X) {
        this.#closed = true
        handler.terminate()
        return
      }
      handler.unit(this.#simple(type, copy(bytes, start, end), false))
      start = end
    }
    if (!this.#closed) this.#keep(bytes, start, at, length)
  }

  /** Begins a stream with the frame at `at`, of which only a part is here. Returns how far the bytes are used. */
  #openStream(handler: ClientHandler, bytes: Buffer, start: number, at: number, length: number, end: number): number {
    const type = bytes[at]!
    this.#streamLeft = end - length
    if (type === Q || type === F) {
      if (this.#offsets.length > 0) handler.unit(this.#batch(bytes, start, at, 'more', false))
      handler.unit(this.#simple(type, copy(bytes, at, length), true))
    } else {
      this.#offsets.push(at - start)
      handler.unit(this.#batch(bytes, start, length, 'more', true))
    }
    return length
  }

  #batch(bytes: Buffer, start: number, end: number, endsWith: BatchUnit['endsWith'], streaming: boolean): PgUnit {
    const offsets = this.#offsets
    this.#offsets = []
    const own = copy(bytes, start, end)
    return {
      kind: 'batch',
      copiesEnded: this.copiesEnded,
      bytes: own,
      offsets,
      endsWith,
      parsed: new Map(),
      streaming,
      complete: endsWith !== 'more',
      size: own.length,
    }
  }

  #simple(type: number, bytes: Buffer, streaming: boolean): PgUnit {
    return {
      kind: type === Q ? 'query' : 'function-call',
      copiesEnded: this.copiesEnded,
      bytes,
      streaming,
      complete: true,
      size: bytes.length,
    }
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

  /** Holds the unfinished unit for the next chunk. */
  #keep(bytes: Buffer, start: number, at: number, length: number): void {
    const rest = length - start
    if (rest === 0) {
      // The buffer is given up, not kept for reuse: thousands of idle clients must cost nothing.
      this.#held = EMPTY
      this.#heldLength = 0
      this.#scanned = 0
      return
    }
    if (bytes === this.#held) {
      if (start > 0) this.#held.copyWithin(0, start, length)
    } else {
      this.#held = Buffer.allocUnsafe(Math.max(rest, 256))
      bytes.copy(this.#held, 0, start, length)
    }
    this.#heldLength = rest
    this.#scanned = at - start
  }

  #violate(handler: ClientHandler, failure: Failure): void {
    this.#closed = true
    this.#held = EMPTY
    handler.violation(failure)
  }
}

/** Units outlive the chunk they came in (waiting, running again), and a chunk is far larger than most units: hold the unit only. */
function copy(bytes: Buffer, start: number, end: number): Buffer {
  const own = Buffer.allocUnsafe(end - start)
  bytes.copy(own, 0, start, end)
  return own
}

function frameFault(type: number, size: number): Failure | null {
  switch (type) {
    case Q:
    case P:
    case B:
    case F:
    case COPY_DATA:
      return size < 4 || size > LARGE_MESSAGE ? invalidLength : null
    case D:
    case E:
    case C:
    case H:
    case S:
    case X:
    case COPY_DONE:
    case COPY_FAIL:
      return size < 4 || size > SMALL_MESSAGE ? invalidLength : null
    default:
      return { code: '08P01', message: `invalid frontend message type ${type}`, fatal: true }
  }
}

const invalidLength: Failure = { code: '08P01', message: 'invalid message length', fatal: true }
