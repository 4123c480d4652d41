import type { SessionState } from '../dialect.ts'
import { needsPrimary } from '../sql/needs-primary.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { cstringEnd } from '../wire/reader.ts'
import { CLOSE_COMPLETE, PARSE_COMPLETE } from './backend.ts'
import type { PgClient } from './client.ts'
import type { ConnectionStatements } from './connection-statements.ts'
import { BIND, DESCRIBE_PORTAL, EXECUTE, type ExpectedReply, SYNCHRONIZE } from './expected-replies.ts'
import { closeStatement, FLUSH, parse, parseBindExecute, SYNC } from './frontend.ts'
import { executedName } from './sql-execute.ts'
import type { PreparedStatement } from './statements.ts'
import { type BatchUnit, endAt, type PgUnit, typeAt } from './unit.ts'

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
  if (!client.exchangeOpen && client.pending.size > 0) client.pending.clear()
  client.skippingToSync = false
  client.unnamedDoubtful = false
  const named = unit.kind === 'query' && client.statements.size > 0
  if (unit.kind !== 'batch' && !named && prefix.length === 0 && held.strays.length === 0) {
    startSimple(client, held)
    return { bytes: [unit.bytes], expected: null, open: false, flushed: false }
  }
  const bytes: Buffer[] = []
  const expected: ExpectedReply[] = []
  // In an open exchange the server may be skipping, and would not close them.
  if (held.strays.length > 0 && !client.exchangeOpen) {
    for (const stray of held.strays.splice(0)) {
      bytes.push(closeStatement(stray))
      expected.push({ to: 'close', forward: false })
    }
  }
  for (const sql of prefix) {
    bytes.push(parseBindExecute(sql))
    expected.push(...EXECUTE_PREFIX)
    held.unnamed = null
  }
  if (unit.kind === 'batch') return new BatchTranslation(unit, client, held, bytes, expected).run()
  const executed = named ? executedName(unit.bytes) : null
  const statement = executed === null ? undefined : client.lookup(executed)
  if (statement !== undefined && statement.streamed !== true) {
    bytes.push(parse(executed!, statement.text, statement.parameterTypes))
    expected.push({ to: 'parse', forward: false, prefix: true })
    held.strays.push(executed!)
  }
  startSimple(client, held)
  bytes.push(unit.bytes)
  // Behind the prefix everything is the client's, up to ReadyForQuery.
  return { bytes, expected: expected.length === 0 ? null : expected, open: false, flushed: false }
}

/** A simple Query, or a FunctionCall, is its own synchronisation point. */
function startSimple(client: PgClient, held: ConnectionStatements): void {
  client.forgetUnnamed()
  held.unnamed = null
  client.exchangeOpen = false
  client.exchangeFailed = false
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
    if (this.#client.exchangeFailed) return this.#skipped()
    this.#client.exchangeWasOpen = this.#client.exchangeOpen
    let bound = this.#client.exchangeOpen
    for (let index = 0; index < unit.offsets.length; index++) {
      const type = typeAt(unit, index)
      bound ||= type === 0x42 || type === 0x45
      try {
        this.#frame(type, index)
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        // A malformed frame goes out as it came: the server says what is wrong with it, and skips the rest.
        this.#expected.push({ to: 'parse', forward: true })
      }
    }
    return this.#end(bound)
  }

  /** Throws ProtocolError before it has changed anything. */
  #frame(type: number, index: number): void {
    const unit = this.#unit
    const at = unit.offsets[index]!
    const end = endAt(unit, index)
    switch (type) {
      case 0x50:
        this.#parse(index, at, end, unit.streaming && index === unit.offsets.length - 1)
        break
      case 0x42:
        this.#bind(at, end)
        break
      case 0x44:
        this.#describe(at, end)
        break
      case 0x45:
        this.#expected.push(EXECUTE)
        break
      case 0x43:
        this.#close(at, end)
        break
      default:
    }
  }

  /** The server skips this unit; of a synchronisation point it has to be told all the same. */
  #skipped(): Translation {
    const unit = this.#unit
    if (unit.endsWith !== 'sync') {
      return { bytes: [unit.bytes], expected: [], open: unit.endsWith === 'more', flushed: unit.endsWith === 'flush' }
    }
    this.#client.exchangeFailed = false
    this.#client.exchangeOpen = false
    return { bytes: [SYNC], expected: [{ to: 'sync', forward: true }], open: false, flushed: false }
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
      // After an error the server would skip to the client's own Sync.
      const undo = () => {
        client.skippingToSync = true
      }
      this.#expected.push({ to: 'sync', forward: false, undo })
      client.exchangeOpen = false
      return { bytes, expected: this.#expected, open: false, flushed: false }
    }
    this.#copyTo(unit.bytes.length)
    client.exchangeOpen = unit.endsWith !== 'sync'
    if (unit.endsWith === 'sync') this.#expected.push(SYNCHRONIZE)
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
      if (this.#unit.bytes[at + 5] === 0) {
        held.unnamed = streamedStatement(client.context.state())
        client.statements.set('', held.unnamed)
      }
      this.#expected.push({ to: 'parse', forward: true })
      return
    }
    const [name, statement] = client.parsed(this.#unit, index, at + 5, end)
    if (name === '') {
      client.statements.set('', statement)
      client.pending.delete('')
      if (index > 0) client.unnamedDoubtful = true
      held.unnamed = statement
      this.#expected.push({ to: 'parse', forward: true })
      return
    }
    const known = client.lookup(name)
    // This very message may have succeeded on a server that then refused what followed.
    if (known !== undefined && known !== statement) {
      this.#duplicate(name, at)
      return
    }
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
   * name for a moment. Of two Parse messages of one name the second, the client's own, fails with 42P05 (or for a reason that comes first).
   */
  #duplicate(name: string, at: number): void {
    this.#copyTo(at)
    this.#bytes.push(parse(name, NO_TEXT, NO_TYPES))
    this.#held.strays.push(name)
    this.#expected.push({ to: 'parse', forward: false }, { to: 'parse', forward: true })
  }

  #closeSurplus(at: number): void {
    const surplus = this.#held.surplus()
    if (surplus === undefined) return
    this.#copyTo(at)
    this.#bytes.push(closeStatement(surplus))
    this.#held.delete(surplus)
    this.#expected.push({ to: 'close', forward: false, undo: () => this.#held.add(surplus) })
  }

  /** Makes sure that the connection has the statement; returns its name there, or null when the client's name is to be used. */
  #ensure(name: string, at: number): string | null {
    const statement = this.#client.lookup(name)
    const held = this.#held
    if (name === '' && (statement === undefined || (statement.streamed && held.unnamed !== statement))) {
      if (!this.#parsedHere()) {
        // What the connection's unnamed statement is was never this client's: the server has to find none.
        this.#copyTo(at)
        this.#bytes.push(closeStatement(''))
        this.#expected.push({ to: 'close', forward: false })
        held.unnamed = null
      }
      return null
    }
    if (statement === undefined) return null
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
    this.#expected.push(BIND)
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
      this.#expected.push(DESCRIBE_PORTAL)
      return
    }
    const name = lastString(bytes, at + 6, end)
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
    const name = lastString(bytes, at + 6, end)
    const client = this.#client
    if (bytes[at + 5] !== 0x53) client.portals.delete(name)
    else if (name === '') {
      this.#held.unnamed = null
      client.pending.set('', null)
      this.#expected.push({ to: 'close', forward: true, done: () => client.statements.delete('') })
      return
    } else if (client.lookup(name) !== undefined) {
      // The connection keeps its copy for others. Should something before it fail, the server skips the Close: so does `done`.
      this.#replace(at, end, null)
      client.pending.set(name, null)
      this.#expected.push({ to: 'nothing', inject: CLOSE_COMPLETE, done: () => client.statements.delete(name) })
      return
    }
    this.#expected.push({ to: 'close', forward: true })
  }
}

/** The string that a message ends with. */
function lastString(bytes: Buffer, from: number, end: number): string {
  const nul = cstringEnd(bytes, from, end)
  if (nul + 1 !== end) throw new ProtocolError('invalid message format')
  return bytes.toString('utf8', from, nul)
}

const streamedStatement = (state: SessionState): PreparedStatement => ({
  text: NO_TEXT,
  parameterTypes: NO_TYPES,
  facts: needsPrimary('UNKNOWN', 'too-large'),
  hint: null,
  control: null,
  state,
  schemaVersion: 0,
  serverName: null,
  factsVersion: Number.POSITIVE_INFINITY,
  lex: { standardConformingStrings: true, asciiSafeEncoding: true },
  streamed: true,
})

const NO_TEXT = Buffer.alloc(0)
const NO_TYPES = Buffer.alloc(2)
