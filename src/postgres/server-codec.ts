import type { ClientProtocol, Failure, ReplySink, ServerCodec, Unit } from '../dialect.ts'
import { Fifo } from '../wire/fifo.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { readFailure } from './backend.ts'
import type { PgClient } from './client.ts'
import { ConnectionStatements } from './connection-statements.ts'
import { completes, EXECUTE, type ExpectedReply } from './expected-replies.ts'
import { FLUSH, query, SYNC } from './frontend.ts'
import { neededBytes } from './needed-bytes.ts'
import type { StatementNames } from './statements.ts'
import { type Translation, translate } from './translate.ts'
import type { PgUnit } from './unit.ts'

/**
 * The server's half of a connection after login: a FIFO of exchanges and a scanner that reads message headers only.
 *
 * Most replies are forwarded as they come: `expected` is null and everything up to ReadyForQuery belongs to the client, in one view
 * per chunk. Where Freshet added or left out messages, `expected` says reply by reply what is forwarded. Bodies are looked at for
 * ReadyForQuery, ErrorResponse and ParameterStatus only.
 */
interface Exchange {
  readonly sink: ReplySink
  /** null: a command of Freshet's own. */
  readonly client: PgClient | null
  /** null: forward everything up to ReadyForQuery. */
  expected: ExpectedReply[] | null
  /** Index of the next expected reply. */
  next: number
  /** More messages will be added (a batch whose Sync has not come yet). */
  open: boolean
  /** It ended with a Flush: no ReadyForQuery comes, it is complete with its last reply. */
  flushed: boolean
  /** A simple Query stands behind a batch without Sync: an error in the batch makes the server skip the Query, too. */
  queryBehind: boolean
  /** An error came: everything up to ReadyForQuery is skipped by the server. */
  failed: boolean
  /** A command of Freshet's own: a notification that arrives during it is its client's all the same. */
  readonly own: boolean
  /** The rest of the reply is dropped. */
  swallowed: boolean
}

const EMPTY = Buffer.alloc(0)

export class PgServerCodec implements ServerCodec {
  listener: ((view: Buffer) => void) | null = null
  /** The server ended the connection in words; the cause of the close that follows. */
  lastFatal: Failure | null = null
  readonly #statements: ConnectionStatements
  readonly #write: (bytes: Buffer) => void
  readonly #queue = new Fifo<Exchange>()
  #carry: Buffer = EMPTY
  #skip = 0
  #skipForward = false
  /** The exchange is complete with the message that is being skipped. */
  #endsAfterSkip = false
  #current: Exchange | null = null

  constructor(names: StatementNames, preparedMax: number, write: (bytes: Buffer) => void) {
    this.#statements = new ConnectionStatements(names, preparedMax)
    this.#write = write
  }

  get outstanding(): number {
    return this.#queue.length
  }

  forgetPrepared(): void {
    this.#statements.clear()
  }

  begin(unit: Unit, client: ClientProtocol, prefix: readonly string[], sink: ReplySink): Buffer[] {
    const translation = translate(unit as PgUnit, client as PgClient, this.#statements, prefix)
    const tail = this.#queue.last
    if (tail?.open) this.#extend(tail, translation)
    else {
      this.#queue.push({
        sink,
        client: client as PgClient,
        expected: translation.expected,
        queryBehind: false,
        next: 0,
        open: translation.open,
        flushed: translation.flushed,
        failed: false,
        own: false,
        swallowed: false,
      })
    }
    if (translation.flushed) this.#endFlushed()
    return translation.bytes
  }

  /** A Flush behind which nothing is expected any more is not answered: its exchange is over. */
  #endFlushed(): void {
    const exchange = this.#queue.first!
    if (this.#queue.length > 1 || !this.#ended(exchange, 0)) return
    if (this.#skip > 0) this.#endsAfterSkip = true
    else this.#finish(exchange, 0, 0)
  }

  #extend(tail: Exchange, translation: Translation): void {
    tail.open = translation.open
    tail.flushed = translation.flushed
    if (tail.failed && translation.expected !== null) {
      // The server skips to Sync; only that is still answered.
      undoFrom(translation.expected, 0)
      tail.expected = translation.expected.filter((reply) => reply.to === 'sync')
      tail.next = 0
      return
    }
    // Behind a Query's predecessors everything is the client's, up to ReadyForQuery.
    if (translation.expected === null) tail.queryBehind = true
    else tail.expected?.push(...translation.expected)
  }

  /** While it copies in a server reads over Sync: the exchange ends with a Flush in its place, and goes on with the unit behind the data. */
  endCopy(): Buffer {
    const exchange = this.#queue.last
    if (exchange !== null && !exchange.failed && !exchange.flushed) {
      // All that can have been answered is what came before CopyInResponse.
      exchange.expected = exchange.expected?.filter(({ to }) => to !== 'sync') ?? [EXECUTE]
      exchange.flushed = true
      exchange.client!.exchangeOpen = true
    }
    return FLUSH
  }

  command(sql: string, sink: ReplySink): Buffer[] {
    this.#statements.unnamed = null
    this.#queue.push({
      sink,
      client: null,
      expected: null,
      queryBehind: false,
      next: 0,
      open: false,
      flushed: false,
      failed: false,
      own: true,
      swallowed: false,
    })
    return [query(sql)]
  }

  feed(chunk: Buffer): Failure | null {
    try {
      this.#scan(chunk)
      return null
    } catch (error) {
      if (error instanceof ProtocolError) return { code: '08P01', message: error.message, fatal: true }
      throw error
    }
  }

  #scan(chunk: Buffer): void {
    let bytes = chunk
    if (this.#carry.length > 0) {
      bytes = Buffer.concat([this.#carry, chunk])
      this.#carry = EMPTY
    }
    const length = bytes.length
    let at = 0
    /** Where the range that waits to be forwarded begins. */
    let from = 0
    this.#current = this.#queue.first
    if (this.#skip > 0) {
      at = Math.min(this.#skip, length)
      this.#skip -= at
      if (!this.#skipForward) from = at
      if (this.#skip === 0 && this.#endsAfterSkip) {
        this.#endsAfterSkip = false
        this.#flush(this.#current!, bytes, from, at)
        from = at
        this.#finish(this.#current!, 0, 0)
      }
    }
    while (length - at >= 5) {
      const type = bytes[at]!
      const size = (bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!
      if (size < 4) throw new ProtocolError(`the server sent a message of type ${type} with the length ${size}`)
      const end = at + 1 + size
      const exchange = this.#current
      // DataRow and CopyData: most of all messages, and nothing to decide.
      if ((type === 0x44 || type === 0x64) && exchange !== null && !exchange.swallowed) {
        if (exchange.expected !== null) from = this.#inject(exchange, bytes, from, at)
        const forward = exchange.expected === null || forwards(exchange)
        if (!forward) {
          this.#flush(exchange, bytes, from, at)
          from = end
        }
        if (end > length) {
          this.#skip = end - length
          this.#skipForward = forward
          at = length
          from = Math.min(from, length)
          break
        }
        at = end
        continue
      }
      const needed = neededBytes(type, size)
      if (at + needed > length) break
      if (exchange === null) {
        this.#unsolicited(type, bytes, at, end, length)
        at = end
        from = end
        if (end > length) {
          this.#skip = end - length
          this.#skipForward = false
          at = length
          from = length
        }
        continue
      }
      if (exchange.expected !== null) from = this.#inject(exchange, bytes, from, at)
      const forward = this.#message(exchange, type, bytes, at, Math.min(end, length))
      if (!forward) {
        this.#flush(exchange, bytes, from, at)
        from = Math.min(end, length)
      }
      if (end > length) {
        this.#skip = end - length
        this.#skipForward = forward
        this.#endsAfterSkip = this.#ended(exchange, type)
        at = length
        break
      }
      at = end
      if (this.#ended(exchange, type)) {
        this.#flush(exchange, bytes, from, at)
        from = at
        this.#finish(exchange, type, bytes[at - 1]!)
      }
    }
    if (this.#current !== null) this.#flush(this.#current, bytes, from, at)
    if (at < length) this.#carry = Buffer.from(bytes.subarray(at))
  }

  /** Hands on [from, to). */
  #flush(exchange: Exchange, bytes: Buffer, from: number, to: number): void {
    if (to > from && !exchange.swallowed) exchange.sink.data(own(bytes, from, to))
  }

  /** Puts in the replies that the client expects and the server was not asked for. */
  #inject(exchange: Exchange, bytes: Buffer, from: number, at: number): number {
    const expected = exchange.expected!
    let start = from
    for (
      let reply = expected[exchange.next];
      reply !== undefined && reply.to === 'nothing';
      reply = expected[exchange.next]
    ) {
      this.#flush(exchange, bytes, start, at)
      start = at
      exchange.next++
      reply.done?.()
      if (!exchange.swallowed && !exchange.failed) exchange.sink.data(reply.inject)
    }
    return start
  }

  /** Looks at one message of an exchange; returns whether its bytes are forwarded. */
  #message(exchange: Exchange, type: number, bytes: Buffer, at: number, end: number): boolean {
    switch (type) {
      case 0x45:
        return this.#error(exchange, bytes, at, end)
      case 0x53: {
        const nameEnd = bytes.indexOf(0, at + 5)
        const valueEnd = bytes.indexOf(0, nameEnd + 1)
        return !exchange.sink.report(
          bytes.toString('utf8', at + 5, nameEnd),
          bytes.toString('utf8', nameEnd + 1, valueEnd),
        )
      }
      case 0x47:
        exchange.sink.copyIn()
        return true
      case 0x4e:
        return true
      case 0x41:
        if (!exchange.own) return true
        this.listener?.(own(bytes, at, end))
        return false
      default: {
        if (exchange.expected === null) return true
        const reply = exchange.expected[exchange.next]
        if (type === 0x5a) return reply === undefined || reply.to !== 'sync' || reply.forward
        if (reply === undefined || reply.to === 'nothing') return true
        if (completes(reply, type)) {
          exchange.next++
          reply.done?.()
        }
        return reply.forward
      }
    }
  }

  #error(exchange: Exchange, bytes: Buffer, at: number, end: number): boolean {
    let failure: Failure
    try {
      failure = readFailure(bytes.subarray(at + 5, end))
    } catch {
      failure = { code: 'XX000', message: 'error' }
    }
    if (failure.fatal) this.lastFatal = failure
    exchange.failed = true
    this.#statements.unnamed = null
    if (exchange.client?.unnamedDoubtful) exchange.client.statements.delete('')
    if (exchange.expected !== null) {
      const failing = exchange.expected[exchange.next]
      const sync = exchange.expected.filter((reply) => reply.to === 'sync')
      undoFrom(exchange.expected, exchange.next)
      if (failing !== undefined && failing.to !== 'nothing' && failing.prefix === true && sync.length === 0) {
        // A simple Query waits behind the failed prefix: the server skips it until a Sync that Freshet has to send.
        this.#write(SYNC)
        sync.push({ to: 'sync', forward: true })
      }
      exchange.expected = sync
      exchange.next = 0
      if (exchange.queryBehind) exchange.queryBehind = failing !== undefined
      if (
        exchange.client !== null &&
        sync.length === 0 &&
        (exchange.open || exchange.flushed || exchange.queryBehind)
      ) {
        exchange.client.exchangeOpen = true
        exchange.client.exchangeFailed = true
      }
    }
    // Something on the server (DISCARD in a function, DEALLOCATE in a multi-statement) has taken statements away.
    if (failure.code === '26000' && failure.message.includes('"freshet_')) this.#statements.clear()
    if (failure.code === '0A000' && failure.message.startsWith('cached plan')) this.#statements.abandon()
    if (exchange.sink.error(failure)) {
      exchange.swallowed = true
      return false
    }
    return true
  }

  /** Whether the message just handled completes its exchange. */
  #ended(exchange: Exchange, type: number): boolean {
    if (type === 0x5a) return true
    if (exchange.queryBehind && exchange.failed) return true
    if (!exchange.flushed || exchange.expected === null) return false
    const { expected } = exchange
    // Complete when nothing more is expected, or an error has come.
    for (let index = exchange.next; index < expected.length; index++)
      if (expected[index]!.to !== 'nothing') return false
    return true
  }

  #finish(exchange: Exchange, type: number, letter: number): void {
    if (exchange.expected !== null && type !== 0x5a) this.#inject(exchange, EMPTY, 0, 0)
    this.#queue.shift()
    const { sink } = exchange
    if (type !== 0x5a) sink.end('unsynced')
    else sink.end(letter === 0x49 ? 'idle' : letter === 0x54 ? 'open' : 'failed')
    this.#current = this.#queue.first
  }

  /** Between exchanges: notifications, notices, parameter changes, and the server's last words. */
  #unsolicited(type: number, bytes: Buffer, at: number, end: number, length: number): void {
    if (type === 0x45) {
      try {
        this.lastFatal = readFailure(bytes.subarray(at + 5, Math.min(end, length)))
      } catch {
        this.lastFatal = { code: '08006', message: 'the server closed the connection', fatal: true }
      }
      return
    }
    if (type !== 0x41 && type !== 0x4e && type !== 0x53) {
      throw new ProtocolError(`the server sent a message of type ${type} that nobody waits for`)
    }
    if (end <= length) this.listener?.(own(bytes, at, end))
  }
}

/** What never happened is taken back, the last first: a statement may have been closed and prepared again. */
function undoFrom(expected: readonly ExpectedReply[], next: number): void {
  for (let index = expected.length - 1; index >= next; index--) expected[index]!.undo?.()
}

/** The chunk is read into again as soon as it has been fed: what is handed on is copied. */
function own(bytes: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafe(to - from)
  bytes.copy(copy, 0, from, to)
  return copy
}

function forwards(exchange: Exchange): boolean {
  const reply = exchange.expected![exchange.next]
  return reply === undefined || reply.to === 'nothing' || reply.forward
}
