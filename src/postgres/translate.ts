import { cstringEnd } from '../wire/reader.ts'
import { CLOSE_COMPLETE, PARSE_COMPLETE } from './backend.ts'
import type { PgClient } from './client.ts'
import type { ExpectedReply } from './expected-replies.ts'
import { closeStatement, FLUSH, parse, parseBindExecute, SYNC } from './frontend.ts'
import type { PreparedStatement, StatementNames } from './statements.ts'
import { type BatchUnit, endAt, type PgUnit, typeAt } from './unit.ts'

/** The statements that one server connection holds, least recently used first. */
export class ConnectionStatements {
  readonly names: StatementNames
  readonly #max: number
  readonly #held = new Set<string>()
  /** What the connection's unnamed statement is, when Freshet knows. */
  unnamed: PreparedStatement | null = null
  /** Statements under a client's own name, made to provoke the server's own error; closed before anything else runs. */
  strays: string[] = []

  constructor(names: StatementNames, max: number) {
    this.names = names
    this.#max = max
  }

  has(name: string): boolean {
    if (!this.#held.delete(name)) return false
    this.#held.add(name)
    return true
  }

  add(name: string): void {
    this.#held.add(name)
  }

  delete(name: string): void {
    this.#held.delete(name)
  }

  clear(): void {
    this.#held.clear()
    this.unnamed = null
  }

  /** The statement to close before one more is prepared; undefined while there is room. */
  surplus(): string | undefined {
    return this.#held.size < this.#max ? undefined : this.#held.values().next().value
  }
}

export interface Translation {
  readonly bytes: Buffer[]
  readonly expected: ExpectedReply[] | null
  readonly open: boolean
  /** Its last message is a Flush. */
  readonly flushed: boolean
}

const EXECUTE_PREFIX: readonly ExpectedReply[] = [
  { to: 'parse', forward: false, prefix: true },
  { to: 'bind', forward: false, prefix: true },
  { to: 'execute', forward: false, prefix: true },
]

/** What one connection has to be sent for a client's unit, and what it is going to answer. */
export function translate(
  unit: PgUnit,
  client: PgClient,
  held: ConnectionStatements,
  prefix: readonly string[],
): Translation {
  if (!client.exchangeOpen) client.pending.clear()
  const bytes: Buffer[] = []
  const expected: ExpectedReply[] = []
  for (const stray of held.strays.splice(0)) {
    bytes.push(closeStatement(stray))
    expected.push({ to: 'close', forward: false })
  }
  for (const sql of prefix) {
    bytes.push(parseBindExecute(sql))
    expected.push(...EXECUTE_PREFIX)
    held.unnamed = null
  }
  if (unit.kind === 'batch') return new BatchTranslation(unit, client, held, bytes, expected).run()
  client.forgetUnnamed()
  held.unnamed = null
  client.exchangeOpen = false
  bytes.push(unit.bytes)
  // Behind the prefix everything is the client's, up to ReadyForQuery.
  return { bytes, expected: expected.length === 0 ? null : expected, open: false, flushed: false }
}

const isPlain = (reply: ExpectedReply): boolean =>
  reply.to !== 'nothing' && reply.forward && reply.done === undefined && reply.undo === undefined

class BatchTranslation {
  readonly #unit: BatchUnit
  readonly #client: PgClient
  readonly #held: ConnectionStatements
  readonly #bytes: Buffer[]
  readonly #expected: ExpectedReply[]
  /** Start of the frames that go out unchanged. */
  #from = 0

  constructor(
    unit: BatchUnit,
    client: PgClient,
    held: ConnectionStatements,
    bytes: Buffer[],
    expected: ExpectedReply[],
  ) {
    this.#unit = unit
    this.#client = client
    this.#held = held
    this.#bytes = bytes
    this.#expected = expected
  }

  run(): Translation {
    const unit = this.#unit
    this.#client.exchangeWasOpen = this.#client.exchangeOpen
    let bound = this.#client.exchangeOpen
    for (let index = 0; index < unit.offsets.length; index++) {
      const at = unit.offsets[index]!
      const end = endAt(unit, index)
      const cut = unit.streaming && index === unit.offsets.length - 1
      switch (typeAt(unit, index)) {
        case 0x50:
          this.#parse(index, at, end, cut)
          break
        case 0x42:
          this.#bind(at, end)
          bound = true
          break
        case 0x44:
          this.#describe(at, end)
          break
        case 0x45:
          this.#expected.push({ to: 'execute', forward: true })
          bound = true
          break
        case 0x43:
          this.#close(at, end)
          break
        default:
      }
    }
    return this.#end(bound)
  }

  #end(bound: boolean): Translation {
    const unit = this.#unit
    const bytes = this.#bytes
    const client = this.#client
    if (unit.endsWith === 'flush' && !bound) {
      // Nothing runs and nothing is bound: a synchronisation point of our own frees the connection. Its answer is not forwarded.
      const flush = unit.offsets[unit.offsets.length - 1]!
      this.#copyTo(flush)
      bytes.push(SYNC)
      this.#expected.push({ to: 'sync', forward: false })
      client.exchangeOpen = false
      return { bytes, expected: this.#expected, open: false, flushed: false }
    }
    this.#copyTo(unit.bytes.length)
    client.exchangeOpen = unit.endsWith !== 'sync'
    if (unit.endsWith === 'sync') this.#expected.push({ to: 'sync', forward: true })
    else if (unit.endsWith === 'flush' && bytes.length === 0) bytes.push(FLUSH)
    const plain = unit.endsWith === 'sync' && !client.exchangeWasOpen && this.#expected.every(isPlain)
    return {
      bytes,
      expected: plain ? null : this.#expected,
      open: unit.endsWith === 'more',
      flushed: unit.endsWith === 'flush',
    }
  }

  /** Lets the frames up to `to` go out as they are. */
  #copyTo(to: number): void {
    if (to > this.#from) this.#bytes.push(this.#unit.bytes.subarray(this.#from, to))
    this.#from = to
  }

  #replace(at: number, end: number, bytes: Buffer | null): void {
    this.#copyTo(at)
    this.#from = end
    if (bytes !== null) this.#bytes.push(bytes)
  }

  #parse(index: number, at: number, end: number, cut: boolean): void {
    const client = this.#client
    const held = this.#held
    if (cut) {
      // Too large to be held: it goes through under the client's own name and is not shared.
      held.unnamed = null
      this.#expected.push({ to: 'parse', forward: true })
      return
    }
    const [name, statement] = client.parsed(this.#unit, index, at + 5, end)
    if (name === '') {
      client.statements.set('', statement)
      held.unnamed = statement
      this.#expected.push({ to: 'parse', forward: true })
      return
    }
    if (client.lookup(name) !== undefined) {
      this.#duplicate(name, at, end)
      return
    }
    if (client.statements.size >= client.context.limits.preparedPerSession) client.tooManyStatements = true
    client.pending.set(name, statement)
    const remember = () => client.statements.set(name, statement)
    const serverName = held.names.nameOf(statement)
    if (held.has(serverName)) {
      this.#replace(at, end, null)
      this.#expected.push({ to: 'nothing', inject: PARSE_COMPLETE, done: remember })
      return
    }
    this.#closeSurplus(at)
    this.#replace(at, end, parse(serverName, statement.text, statement.parameterTypes))
    this.#prepare(serverName, true, remember)
  }

  /** Expects the reply to a Parse of Freshet's own making; the connection holds the statement unless it fails. */
  #prepare(serverName: string, forward: boolean, done?: () => void): void {
    const held = this.#held
    held.add(serverName)
    this.#expected.push({ to: 'parse', forward, undo: () => held.delete(serverName), ...(done ? { done } : {}) })
  }

  /**
   * The client's name is taken. The server has to say so itself (and to fail the transaction): it is given the statement under that
   * name for a moment. Two Parse messages of one name: the second fails with 42P05 and the right text.
   */
  #duplicate(name: string, at: number, end: number): void {
    const twice = parse(name, NO_TEXT, NO_TYPES)
    this.#replace(at, end, Buffer.concat([twice, twice]))
    this.#held.strays.push(name)
    this.#expected.push({ to: 'parse', forward: false }, { to: 'parse', forward: true })
  }

  #closeSurplus(at: number): void {
    const surplus = this.#held.surplus()
    if (surplus === undefined) return
    this.#copyTo(at)
    this.#bytes.push(closeStatement(surplus))
    this.#held.delete(surplus)
    this.#expected.push({ to: 'close', forward: false })
  }

  /** Makes sure that the connection has the statement; returns its name there, or null when the client's name is to be used. */
  #ensure(name: string, at: number): string | null {
    const statement = this.#client.lookup(name)
    if (statement === undefined) return null
    const held = this.#held
    if (name === '') {
      if (held.unnamed !== statement && !this.#parsedHere()) {
        this.#copyTo(at)
        this.#bytes.push(parse('', statement.text, statement.parameterTypes))
        this.#expected.push({ to: 'parse', forward: false })
        held.unnamed = statement
      }
      return null
    }
    const serverName = held.names.nameOf(statement)
    if (!held.has(serverName)) {
      this.#closeSurplus(at)
      this.#copyTo(at)
      this.#bytes.push(parse(serverName, statement.text, statement.parameterTypes))
      this.#prepare(serverName, false)
    }
    return serverName
  }

  /** Whether this unit has itself parsed the unnamed statement before. */
  #parsedHere(): boolean {
    const { bytes, offsets } = this.#unit
    for (const offset of offsets) if (bytes[offset] === 0x50 && bytes[offset + 5] === 0) return true
    return false
  }

  #bind(at: number, end: number): void {
    const { bytes } = this.#unit
    const portalEnd = cstringEnd(bytes, at + 5, end)
    const nameEnd = cstringEnd(bytes, portalEnd + 1, end)
    const name = bytes.toString('utf8', portalEnd + 1, nameEnd)
    const serverName = this.#ensure(name, at)
    this.#client.portals.set(bytes.toString('utf8', at + 5, portalEnd), this.#client.lookup(name) ?? null)
    this.#expected.push({ to: 'bind', forward: true })
    if (serverName === null) return
    const declared = bytes.readInt32BE(at + 1)
    const size = declared - (nameEnd - portalEnd - 1) + serverName.length
    const head = Buffer.allocUnsafe(5 + (portalEnd + 1 - at - 5) + serverName.length)
    head[0] = 0x42
    head.writeInt32BE(size, 1)
    bytes.copy(head, 5, at + 5, portalEnd + 1)
    head.write(serverName, 5 + portalEnd + 1 - at - 5, 'latin1')
    // The rest of the frame, from the name's NUL on, goes out as it came, also when its end is still to be streamed.
    this.#replace(at, nameEnd, head)
  }

  #describe(at: number, end: number): void {
    const { bytes } = this.#unit
    if (bytes[at + 5] !== 0x53) {
      this.#expected.push({ to: 'describe-portal', forward: true })
      return
    }
    const name = bytes.toString('utf8', at + 6, cstringEnd(bytes, at + 6, end))
    const serverName = this.#ensure(name, at)
    this.#expected.push({ to: 'describe-statement', forward: true })
    if (serverName === null) return
    const message = Buffer.allocUnsafe(7 + serverName.length)
    message[0] = 0x44
    message.writeInt32BE(6 + serverName.length, 1)
    message[5] = 0x53
    message.write(serverName, 6, 'latin1')
    message[6 + serverName.length] = 0
    this.#replace(at, end, message)
  }

  #close(at: number, end: number): void {
    const { bytes } = this.#unit
    const name = bytes.toString('utf8', at + 6, cstringEnd(bytes, at + 6, end))
    const client = this.#client
    if (bytes[at + 5] !== 0x53) client.portals.delete(name)
    else if (name === '') this.#held.unnamed = null
    else if (client.lookup(name) !== undefined) {
      // The connection keeps its copy for others. Should something before it fail, the server skips the Close: so does `done`.
      this.#replace(at, end, null)
      client.pending.set(name, null)
      this.#expected.push({ to: 'nothing', inject: CLOSE_COMPLETE, done: () => client.statements.delete(name) })
      return
    }
    this.#expected.push({ to: 'close', forward: true })
  }
}

const NO_TEXT = Buffer.alloc(0)
const NO_TYPES = Buffer.alloc(2)
