/**
 * Cuts a server's byte stream into replies by packet headers (manual, "Command Phase"). Rows are stepped over: only the first byte behind a
 * header is looked at. Whole packets are looked at where a reply begins and ends (OK, EOF, ERR) and for column definitions.
 *
 *     first --> columns --> (eof) --> rows --OK or EOF--> first (more results) or the end
 *     first --> parameters --> (eof) --> columns --> (eof) --> the end                       (COM_STMT_PREPARE)
 *
 * What is forwarded is handed on in as few pieces as possible: one per received chunk and reply, unless a packet in it is replaced.
 */
import { ProtocolError } from '../wire/protocol-error.ts'
import { HEADER_BYTES, lenencBytesOf, PAYLOAD_MAX, PacketReader } from './packets.ts'

/** What kind of reply a command has. `rows`: rows only, up to their end (COM_STMT_FETCH, binary log). `fields`: column definitions up to an EOF. */
export type ReplyShape = 'result' | 'prepare' | 'rows' | 'fields' | 'text'

/** The beginning of a reply to COM_STMT_PREPARE. */
export interface Prepared {
  readonly id: number
  readonly columns: number
  readonly parameters: number
}

/** What the scanner tells of. Views are valid during the call only. */
export interface ReplyEvents {
  /** The reply that begins with the next packet; null: nobody waits for one. `sequence`: of its first packet, -1 when that cannot be told. */
  expected(): { readonly shape: ReplyShape; readonly sequence: number } | null
  /** Bytes of the reply; they belong to the receiver. */
  forward(bytes: Buffer): void
  /** An OK packet. Returns what stands in its place, or null: it stays. */
  ok(payload: Buffer, sequence: number): Buffer | null
  /** An EOF packet, or an OK packet in its place, that ends `rows` rows (or column definitions, -1). Returns as `ok` does. */
  eof(payload: Buffer, sequence: number, rows: number): Buffer | null
  /** An ERR packet; the reply ends with it. Returns false when its bytes are not to be forwarded. */
  error(payload: Buffer, sequence: number): boolean
  /** Returns the id that stands in its place. */
  prepared(reply: Prepared): number
  /** The server asks for a file; the rest of the reply comes when it has got it. */
  localInfile(): void
  /** The reply is complete; the next packet belongs to what `expected` says then. */
  end(): void
}

/** Packets that are looked at as a whole are small. */
const WHOLE_PACKET_MAX = 1024 * 1024

/** Up to here a replaced packet goes together with what stands before it: copying is cheaper than another write. */
const JOINED_MAX = 8192

const STATUS_MORE_RESULTS = 0x0008
const STATUS_CURSOR_EXISTS = 0x0040
const STATUS_SESSION_STATE_CHANGED = 0x4000

type State =
  | 'idle'
  | 'first'
  | 'columns'
  | 'columns-eof'
  | 'rows'
  | 'parameters'
  | 'parameters-eof'
  | 'statement-columns'
  | 'statement-columns-eof'
  | 'fields'

const EMPTY = Buffer.alloc(0)

export class ReplyScanner {
  readonly #events: ReplyEvents
  /** CLIENT_DEPRECATE_EOF is agreed. */
  readonly #deprecateEof: boolean
  /** CLIENT_OPTIONAL_RESULTSET_METADATA is agreed. */
  readonly #optionalMetadata: boolean
  #state: State = 'idle'
  #shape: ReplyShape | 'nothing' = 'nothing'
  /** The beginning of a packet whose rest has not come. */
  #carry: Buffer = EMPTY
  /** Bytes of a row that have not come. */
  #skip = 0
  /** The packet before was full: this one goes on with its payload. */
  #continued = false
  /** Of the next packet; -1: any. */
  #sequence = -1
  /** Definitions that are still to come. */
  #definitions = 0
  #columnsBehind = 0
  #rows = 0
  /** Where the range of `#bytes` begins that waits to be forwarded. */
  #from = 0
  #bytes: Buffer = EMPTY
  /** `#bytes` is nobody else's, so that ranges of it need not be copied. */
  #own = false

  constructor(events: ReplyEvents, shape: { readonly deprecateEof: boolean; readonly optionalMetadata: boolean }) {
    this.#events = events
    this.#deprecateEof = shape.deprecateEof
    this.#optionalMetadata = shape.optionalMetadata
  }

  /** `chunk` is valid during the call only. Throws a ProtocolError when the server breaks the protocol. */
  feed(chunk: Buffer): void {
    this.#own = this.#carry.length > 0
    this.#bytes = this.#own ? Buffer.concat([this.#carry, chunk]) : chunk
    this.#carry = EMPTY
    this.#from = 0
    const length = this.#bytes.length
    let at = Math.min(this.#skip, length)
    this.#skip -= at
    while (at < length && this.#skip === 0) {
      if (this.#state === 'idle') this.#begin()
      const next = this.#state === 'rows' ? this.#stepRows(at) : this.#packet(at)
      if (next < 0) break
      at = next
    }
    if (this.#skip > 0) at = length
    this.#flush(at)
    if (at < length) this.#carry = Buffer.from(this.#bytes.subarray(at))
    this.#bytes = EMPTY
  }

  /** Goes over rows until something else comes; returns where that is, or -1 when more bytes are needed, with `#skip` set when inside a row. */
  #stepRows(start: number): number {
    const bytes = this.#bytes
    const length = bytes.length
    let at = start
    let sequence = this.#sequence
    let continued = this.#continued
    let rows = this.#rows
    while (at + HEADER_BYTES < length || (at + HEADER_BYTES === length && continued)) {
      const size = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
      if (!continued) {
        const first = bytes[at + HEADER_BYTES]!
        if (first >= 0xfe && size < PAYLOAD_MAX && (first === 0xff || this.#endsRows(size))) break
        rows++
      }
      if (sequence >= 0 && bytes[at + 3] !== sequence) throw outOfOrder(bytes[at + 3]!, sequence)
      sequence = (bytes[at + 3]! + 1) & 0xff
      continued = size === PAYLOAD_MAX
      at += HEADER_BYTES + size
    }
    this.#sequence = sequence
    this.#continued = continued
    this.#rows = rows
    if (at > length) {
      this.#skip = at - length
      return length
    }
    if (at === start) {
      // Nothing but the end of the rows, or too little of a header.
      return at + HEADER_BYTES < length ? this.#packet(at) : -1
    }
    return at
  }

  #endsRows(size: number): boolean {
    return this.#deprecateEof || size < 9
  }

  /** One packet that is looked at as a whole; returns where the next one begins, or -1 when it is not all there. */
  #packet(at: number): number {
    const bytes = this.#bytes
    if (bytes.length - at < HEADER_BYTES) return -1
    const size = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    if (size > WHOLE_PACKET_MAX) throw new ProtocolError('the server sent a packet that is too long where it stands')
    if (bytes.length - at < HEADER_BYTES + size) return -1
    if (size === 0) throw new ProtocolError('the server sent an empty packet')
    const sequence = bytes[at + 3]!
    const first = bytes[at + HEADER_BYTES]!
    // Errors about the request itself may carry any number.
    if (this.#sequence >= 0 && sequence !== this.#sequence && !(first === 0xff && this.#state === 'first')) {
      throw outOfOrder(sequence, this.#sequence)
    }
    this.#sequence = (sequence + 1) & 0xff
    const next = at + HEADER_BYTES + size
    // Most packets of short results are these: nothing in them is looked at.
    if (this.#state === 'columns' && first !== 0xff) this.#columnDefinition()
    else this.#look(bytes.subarray(at + HEADER_BYTES, next), sequence, at, next)
    return next
  }

  #columnDefinition(): void {
    if (--this.#definitions === 0) this.#state = this.#deprecateEof ? 'rows' : 'columns-eof'
  }

  #begin(): void {
    const expected = this.#events.expected()
    this.#shape = expected?.shape ?? 'nothing'
    this.#sequence = expected?.sequence ?? -1
    this.#rows = 0
    this.#continued = false
    this.#state = this.#shape === 'rows' || this.#shape === 'fields' ? this.#shape : 'first'
  }

  #look(payload: Buffer, sequence: number, at: number, next: number): void {
    switch (this.#state) {
      case 'idle':
      case 'first':
        this.#first(payload, sequence, at, next)
        return
      case 'columns':
        this.#error(payload, sequence, at, next)
        return
      case 'columns-eof':
        this.#columnsEof(payload, sequence, at, next)
        return
      case 'rows':
        if (payload[0] === 0xff) this.#error(payload, sequence, at, next)
        else this.#lastOfResult(payload, sequence, at, next, this.#rows)
        return
      case 'fields':
        if (payload[0] === 0xff) this.#error(payload, sequence, at, next)
        else if (payload[0] === 0xfe) this.#lastOfResult(payload, sequence, at, next, -1)
        return
      default:
        this.#definition(payload, sequence, at, next)
    }
  }

  #first(payload: Buffer, sequence: number, at: number, next: number): void {
    const type = payload[0]!
    if (type === 0xff) this.#error(payload, sequence, at, next)
    else if (this.#shape === 'nothing') throw new ProtocolError('the server sent a packet that nobody waits for')
    else if (this.#shape === 'text') this.#end(next)
    else if (this.#shape === 'prepare') this.#prepared(payload, at, next)
    else if (type === 0) {
      this.#replace(this.#events.ok(payload, sequence), at, next)
      this.#endOfResult(statusOf(payload, false), next)
    } else if (type === 0xfe) this.#lastOfResult(payload, sequence, at, next, -1)
    else if (type === 0xfb) {
      this.#flush(next)
      this.#sequence = -1
      this.#events.localInfile()
    } else this.#columnCount(payload)
  }

  #columnCount(payload: Buffer): void {
    const width = lenencBytesOf(payload[0]!)
    const columns = width === 1 ? payload[0]! : new PacketReader(payload).lenenc()
    const metadata = !this.#optionalMetadata || payload.length === width || payload[width] !== 0
    this.#definitions = columns
    this.#rows = 0
    this.#continued = false
    if (columns === 0) throw new ProtocolError('the server sent a result set without columns')
    if (metadata) this.#state = 'columns'
    else this.#state = this.#deprecateEof ? 'rows' : 'columns-eof'
  }

  /** Behind the column definitions: rows, unless a cursor holds them. */
  #columnsEof(payload: Buffer, sequence: number, at: number, next: number): void {
    if (payload[0] === 0xff) {
      this.#error(payload, sequence, at, next)
      return
    }
    if (payload[0] !== 0xfe || payload.length > 8) throw new ProtocolError('the server sent no end of the columns')
    if ((statusOf(payload, true) & STATUS_CURSOR_EXISTS) !== 0) this.#lastOfResult(payload, sequence, at, next, 0)
    else {
      this.#clearStateChanged(payload, at)
      this.#state = 'rows'
    }
  }

  /** An EOF packet carries no trackers; MariaDB says there that some have changed, and means those that only Freshet has asked for. */
  #clearStateChanged(payload: Buffer, at: number): void {
    if ((statusOf(payload, true) & STATUS_SESSION_STATE_CHANGED) !== 0) this.#bytes[at + HEADER_BYTES + 4]! &= 0xbf
  }

  /** Parameters and columns of a prepared statement, each list with an EOF behind it unless that is deprecated. */
  #definition(payload: Buffer, sequence: number, at: number, next: number): void {
    if (payload[0] === 0xff) {
      this.#error(payload, sequence, at, next)
      return
    }
    switch (this.#state) {
      case 'parameters':
        if (--this.#definitions > 0) return
        if (this.#deprecateEof) this.#statementColumns(next)
        else this.#state = 'parameters-eof'
        return
      case 'parameters-eof':
        this.#statementColumns(next)
        return
      case 'statement-columns':
        if (--this.#definitions > 0) return
        if (this.#deprecateEof) this.#end(next)
        else this.#state = 'statement-columns-eof'
        return
      default:
        this.#end(next)
    }
  }

  #prepared(payload: Buffer, at: number, next: number): void {
    if (payload[0] !== 0 || payload.length < 12) throw new ProtocolError('malformed reply to COM_STMT_PREPARE')
    const columns = payload.readUInt16LE(5)
    const parameters = payload.readUInt16LE(7)
    const id = this.#events.prepared({ id: payload.readUInt32LE(1), columns, parameters })
    // The chunk is this call's for as long as it lasts, and what is forwarded of it is a copy.
    this.#bytes.writeUInt32LE(id >>> 0, at + HEADER_BYTES + 1)
    const metadata = !this.#optionalMetadata || payload.length < 13 || payload[12] !== 0
    this.#columnsBehind = metadata ? columns : 0
    this.#definitions = metadata ? parameters : 0
    if (this.#definitions > 0) this.#state = 'parameters'
    else this.#statementColumns(next)
  }

  #statementColumns(next: number): void {
    this.#definitions = this.#columnsBehind
    if (this.#definitions > 0) this.#state = 'statement-columns'
    else this.#end(next)
  }

  #lastOfResult(payload: Buffer, sequence: number, at: number, next: number, rows: number): void {
    const { length } = payload
    if (length < 5) throw new ProtocolError('malformed EOF packet')
    this.#replace(this.#events.eof(payload, sequence, rows), at, next)
    if (length < 7) this.#clearStateChanged(payload, at)
    this.#endOfResult(statusOf(payload, length < 7), next)
  }

  #error(payload: Buffer, sequence: number, at: number, next: number): void {
    this.#flush(at)
    if (!this.#events.error(payload, sequence)) this.#from = next
    this.#end(next)
  }

  #replace(replacement: Buffer | null, at: number, next: number): void {
    if (replacement === null) return
    const before = this.#bytes.subarray(this.#from, at)
    if (before.length > JOINED_MAX) this.#flush(at)
    this.#from = next
    this.#events.forward(before.length > JOINED_MAX ? replacement : Buffer.concat([before, replacement]))
  }

  #endOfResult(status: number, next: number): void {
    if ((status & STATUS_MORE_RESULTS) === 0) this.#end(next)
    else this.#state = 'first'
  }

  #end(next: number): void {
    this.#flush(next)
    this.#state = 'idle'
    this.#events.end()
  }

  /** Hands on what has been gone over up to `to`. */
  #flush(to: number): void {
    if (to > this.#from) {
      const range = this.#bytes.subarray(this.#from, to)
      this.#events.forward(this.#own ? range : Buffer.from(range))
    }
    this.#from = to
  }
}

/** Status flags of an EOF packet (`short`) or an OK packet. */
function statusOf(payload: Buffer, short: boolean): number {
  if (short) return new PacketReader(payload, 3).int16()
  if (payload[1] === 0 && payload[2] === 0 && payload.length >= 5) return payload[3]! | (payload[4]! << 8)
  const reader = new PacketReader(payload, 1)
  reader.lenencBig()
  reader.lenencBig()
  return reader.int16()
}

const outOfOrder = (got: number, expected: number): ProtocolError =>
  new ProtocolError(`the server sent packet ${got} where ${expected} was due`)
