import type {
  ClientHandler,
  ClientProtocol,
  CopyStep,
  Failure,
  LocalAnswer,
  LocalAnswers,
  SessionState,
  TransactionStatus,
  Unit,
  Work,
} from '../dialect.ts'
import type { Classifier, LexMode } from '../sql/facts.ts'
import { needsPrimary } from '../sql/needs-primary.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { cstringEnd, FieldReader } from '../wire/reader.ts'
import * as backend from './backend.ts'
import { PgClientCodec } from './client-codec.ts'
import { localReplies, localReply } from './local-reply.ts'
import { setsByFunction } from './setting-names.ts'
import { type PreparedStatement, StatementRegistry } from './statements.ts'
import { type BatchUnit, endAt, type PgUnit, type SimpleUnit, typeAt } from './unit.ts'
import { afterParts, bareWork, combine, TEXT_BYTES_MAX } from './work.ts'

const CURSOR_COMMANDS = new Set(['FETCH', 'MOVE', 'CLOSE', 'CLOSE CURSOR', 'CLOSE PORTAL'])

/** What a session's protocol needs from its surroundings. */
export interface PgClientContext {
  readonly classifier: Classifier
  readonly limits: { readonly statementBytes: number; readonly preparedPerSession: number }
  /** The session's state now; statements parsed from here on are bound under it. */
  state(): SessionState
  schemaVersion(): number
}

/** One client's side of the protocol after login. */
export class PgClient implements ClientProtocol {
  readonly statements = new StatementRegistry()
  readonly context: PgClientContext
  readonly #codec: PgClientCodec
  /** After an error that Freshet answered alone, everything up to the next Sync is skipped, as a server would. */
  skippingToSync = false
  /** A batch without Sync is open on a server connection: what follows belongs there. */
  exchangeOpen = false
  /** The same before the unit that is being translated. */
  exchangeWasOpen = false
  /** An error came in the open exchange: the server skips everything up to the next Sync. */
  exchangeFailed = false
  /** The unnamed statement is parsed in the middle of a unit: after an error it cannot be told which one the server has. */
  unnamedDoubtful = false
  /** The unit before this one was a part of an exchange too large to be held. */
  #inParts = false
  /** Statements prepared (or closed: null) by units whose replies have not all come. */
  readonly pending = new Map<string, PreparedStatement | null>()
  /** The server is asked for these: see `captureSql`. */
  readonly pins: readonly string[] = []
  /** Portals bound in this transaction, by name: Execute names only the portal. */
  readonly portals = new Map<string, PreparedStatement | null>()

  constructor(context: PgClientContext) {
    this.context = context
    this.#codec = new PgClientCodec(context.limits.statementBytes)
  }

  receive(chunk: Buffer, handler: ClientHandler): void {
    this.#codec.receive(chunk, handler)
  }

  get midMessage(): boolean {
    return this.#codec.midMessage
  }

  /** The statement of that name, counting those whose ParseComplete is still to come. */
  lookup(name: string): PreparedStatement | undefined {
    const pending = this.pending.size > 0 ? this.pending.get(name) : undefined
    return pending === undefined ? this.statements.get(name) : (pending ?? undefined)
  }

  resolve(unit: Unit, lex: LexMode): Work {
    const follows = this.#inParts && this.exchangeOpen
    this.#inParts = !unit.complete
    const work = this.#resolve(unit, lex)
    // Earlier parts of this exchange have had no reply of their own: what they may have changed counts with this one.
    return follows ? afterParts(work) : work
  }

  #resolve(unit: Unit, lex: LexMode): Work {
    if (!this.exchangeOpen && this.pending.size > 0) this.pending.clear()
    const pg = unit as PgUnit
    if (pg.kind === 'function-call')
      return bareWork(needsPrimary('FUNCTION CALL', 'unknown-function'), this.exchangeOpen, () => 'FunctionCall')
    if (pg.kind !== 'batch') return this.#resolveQuery(pg.bytes, pg.streaming, lex)
    try {
      return this.#resolveBatch(pg, lex)
    } catch (error) {
      // The server says what is wrong with a malformed frame; it gets it as it came.
      if (error instanceof ProtocolError) return bareWork(needsPrimary('UNKNOWN', 'unparsed'), true, () => '')
      throw error
    }
  }

  #resolveQuery(bytes: Buffer, streaming: boolean, lex: LexMode): Work {
    const text = () => bytes.toString('utf8', 5, Math.min(bytes.length - 1, 5 + TEXT_BYTES_MAX))
    if (streaming) return bareWork(needsPrimary('UNKNOWN', 'too-large'), this.exchangeOpen, text)
    let end = bytes.length - 1
    // A text that ends before its frame does is the server's to refuse.
    if (bytes[end] !== 0 || bytes.indexOf(0, 5) !== end) {
      return bareWork(needsPrimary('UNKNOWN', 'unparsed'), this.exchangeOpen, text)
    }
    if (end < 5) end = 5
    const { classifier } = this.context
    const facts = classifier.classify(bytes, 5, end, lex)
    return {
      facts,
      hint: classifier.hint(bytes, 5, end),
      control: classifier.control(bytes, 5, end, lex) ?? setsByFunction(facts, text),
      executes: facts.statements,
      deferrable: facts.transaction?.op === 'begin' && bytes.length < TEXT_BYTES_MAX,
      begins: null,
      selfContained: facts.statements === 1,
      shares: facts.statements === 1 && !this.exchangeOpen,
      continues: facts.statements === 1 && CURSOR_COMMANDS.has(facts.command),
      refusal: null,
      bound: this.exchangeOpen,
      text,
    }
  }

  #resolveBatch(unit: BatchUnit, lex: LexMode): Work {
    const executed: PreparedStatement[] = []
    const prepared: PreparedStatement[] = []
    let local: Map<string, PreparedStatement> | null = null
    const find = (name: string) => local?.get(name) ?? this.#upToDate(this.lookup(name))
    const portals = new BoundPortals()
    let unknown = false
    let leavesPortal = false
    let opened = 0
    let odd = unit.offsets.length > 5
    /** Statements of names come and go with it. */
    let names = false
    let binds = 0
    for (let index = 0; index < unit.offsets.length; index++) {
      const at = unit.offsets[index]! + 5
      const end = endAt(unit, index)
      const cut = unit.streaming && index === unit.offsets.length - 1
      switch (typeAt(unit, index)) {
        case 0x50: {
          if (cut) return bareWork(needsPrimary('UNKNOWN', 'too-large'), this.exchangeOpen, () => '')
          const [name, statement] = this.readParse(unit.bytes, at, end, lex)
          unit.parsed.set(index, [name, statement])
          if (name !== '') names = true
          if (name !== '' && this.lookup(name) !== undefined) odd = true
          local ??= new Map()
          local.set(name, statement)
          prepared.push(statement)
          break
        }
        case 0x42: {
          const portalEnd = cstringEnd(unit.bytes, at, end)
          const nameEnd = cstringEnd(unit.bytes, portalEnd + 1, end)
          const statement = find(unit.bytes.toString('utf8', portalEnd + 1, nameEnd)) ?? null
          portals.set(unit.bytes.toString('utf8', at, portalEnd), statement)
          binds++
          break
        }
        case 0x45: {
          const nameEnd = cstringEnd(unit.bytes, at, end)
          const name = unit.bytes.toString('utf8', at, nameEnd)
          if (name !== '' || (nameEnd + 5 <= end && unit.bytes.readInt32BE(nameEnd + 1) !== 0)) leavesPortal = true
          const bound = portals.get(name)
          const statement = bound === undefined ? this.#upToDate(this.portals.get(name) ?? undefined) : bound
          if (bound !== undefined) opened++
          if (statement) executed.push(statement)
          else unknown = true
          break
        }
        case 0x44: {
          const name = unit.bytes.toString('utf8', at + 1, cstringEnd(unit.bytes, at + 1, end))
          const statement = unit.bytes[at] === 0x53 ? find(name) : (portals.get(name) ?? null)
          if (statement) prepared.push(statement)
          else odd = true
          break
        }
        case 0x43:
          names = true
          break
        default:
      }
    }
    return combine({
      unit,
      executed,
      prepared,
      unknown,
      binds,
      bound: this.exchangeOpen,
      leavesPortal,
      names,
      continues: executed.length > 0 && opened === 0,
      odd,
      full: local !== null && this.statements.size >= this.context.limits.preparedPerSession,
    })
  }

  /** A catalog changes, and replicas refuse: what was found out at its Parse may not hold any more. */
  #upToDate(statement: PreparedStatement | undefined): PreparedStatement | undefined {
    const { classifier } = this.context
    if (statement === undefined || statement.factsVersion >= classifier.version) return statement
    statement.facts = classifier.classify(statement.text, 0, statement.text.length, statement.lex)
    statement.factsVersion = classifier.version
    return statement
  }

  transactionOver(): void {
    if (this.portals.size > 0) this.portals.clear()
  }

  /** The statement of a Parse message: read once, when its unit is resolved. */
  parsed(unit: BatchUnit, index: number, at: number, end: number): [string, PreparedStatement] {
    const known = unit.parsed.get(index)
    if (known !== undefined) return known
    return this.readParse(unit.bytes, at, end, { standardConformingStrings: true, asciiSafeEncoding: true })
  }

  /** Reads a Parse message's body. */
  readParse(bytes: Buffer, at: number, end: number, lex: LexMode): [string, PreparedStatement] {
    const nameEnd = cstringEnd(bytes, at, end)
    const textEnd = cstringEnd(bytes, nameEnd + 1, end)
    const { classifier } = this.context
    // A small statement must not keep a large unit in memory.
    const own = nameEnd > at && bytes.length > 4 * (end - at) + 1024
    const rest = own ? Buffer.from(bytes.subarray(nameEnd + 1, end)) : bytes.subarray(nameEnd + 1, end)
    const text = rest.subarray(0, textEnd - nameEnd - 1)
    const facts = classifier.classify(bytes, nameEnd + 1, textEnd, lex)
    const control = classifier.control(bytes, nameEnd + 1, textEnd, lex)
    const statement: PreparedStatement = {
      text,
      parameterTypes: rest.subarray(textEnd - nameEnd),
      facts,
      hint: classifier.hint(bytes, nameEnd + 1, textEnd),
      // Several statements in a Parse are an error that the server knows best.
      control:
        control?.kind === 'sequence'
          ? null
          : (control ?? setsByFunction(facts, () => text.toString('utf8', 0, TEXT_BYTES_MAX))),
      state: this.context.state(),
      schemaVersion: this.context.schemaVersion(),
      factsVersion: classifier.version,
      lex,
      serverName: null,
    }
    return [bytes.toString('utf8', at, nameEnd), statement]
  }

  withoutServer(unit: Unit, status: TransactionStatus): Buffer | null {
    const pg = unit as PgUnit
    // Clearing an empty map allocates another one.
    if (status === 'idle' && this.portals.size > 0) this.portals.clear()
    if (this.exchangeFailed && !unit.streaming && (pg.kind !== 'batch' || pg.endsWith === 'flush')) return NOTHING
    if (pg.kind !== 'batch') {
      // A server that skips to Sync ignores simple queries too.
      return this.skippingToSync ? NOTHING : null
    }
    if (this.skippingToSync) {
      if (pg.endsWith !== 'sync') return NOTHING
      this.skippingToSync = false
      return ready(status)
    }
    if (this.exchangeOpen || pg.endsWith !== 'sync') return null
    const replies: Buffer[] = []
    for (let index = 0; index < pg.offsets.length - 1; index++) {
      if (typeAt(pg, index) !== 0x43 || pg.bytes[pg.offsets[index]! + 5] !== 0x53) return null
    }
    for (let index = 0; index < pg.offsets.length - 1; index++) {
      const reader = new FieldReader(pg.bytes, pg.offsets[index]! + 6, endAt(pg, index))
      try {
        this.statements.delete(reader.cstring())
      } catch {
        return null
      }
      replies.push(backend.CLOSE_COMPLETE)
    }
    replies.push(ready(status))
    return Buffer.concat(replies)
  }

  /** While it copies in, a server reads over Sync and Flush (manual, "COPY Operations"), and fails at what is not data either. */
  copyStep(first: Unit, running: Unit, next: Unit, copies: number, failed: boolean): CopyStep {
    const [before, unit] = [running as PgUnit, next as PgUnit]
    const isCopying = ({ copiesEnded }: PgUnit) => copiesEnded - (first as PgUnit).copiesEnded < copies
    const { bytes } = unit
    const alone = unit.kind === 'batch' && unit.offsets.length === 1 && unit.endsWith !== 'more' && bytes.length === 5
    const syncs = unit.kind === 'batch' && unit.endsWith === 'sync'
    const unsynced = before.kind === 'batch' && isCopying(before)
    // After an error it skips to the next Sync, whatever comes before that.
    if (failed) return unsynced && before.endsWith === 'sync' ? { do: 'send', bytes, ends: syncs } : { do: 'wait' }
    // What is neither data nor these fails, and where the Sync was read over everything up to the next one is skipped.
    const ends = syncs || !unsynced || before.endsWith !== 'sync'
    if (isCopying(unit)) return alone ? { do: 'skip' } : { do: 'send', bytes, ends }
    if (!unsynced) return { do: 'wait' }
    return alone && syncs && before.endsWith === 'sync' ? { do: 'send', bytes, ends: true } : { do: 'flush' }
  }

  copyWaits(first: Unit, running: Unit, copies: number, failed: boolean): boolean {
    const { kind, copiesEnded } = running as PgUnit
    // Where its Sync was read over, only another one ends it.
    const from = kind === 'batch' ? copiesEnded : this.#codec.copiesEnded
    return (!failed || kind === 'batch') && from - (first as PgUnit).copiesEnded < copies
  }

  answer(unit: Unit, answer: LocalAnswer, status: TransactionStatus): Buffer {
    return localReply(this, unit as PgUnit, answer, status)
  }

  answerAll(unit: Unit, all: LocalAnswers, status: TransactionStatus): [Buffer, Unit | null] {
    return localReplies(this, unit as SimpleUnit, all, status)
  }

  readonly asksAfterwards = false

  question(): null {
    return null
  }

  answered(): void {}

  reset(): void {
    this.statements.clear()
  }

  encodeFailure(failure: Failure): Buffer {
    return backend.errorResponse(failure)
  }

  encodeNotice(failure: Failure): Buffer {
    return backend.noticeResponse(failure)
  }

  deallocate(name: string | null): boolean {
    if (name !== null) return this.statements.delete(name)
    this.statements.clear()
    return true
  }

  /** A simple Query destroys the unnamed statement and portal (manual, "Extended Query"). */
  forgetUnnamed(): void {
    if (this.statements.size > 0) this.statements.delete('')
    if (this.portals.size > 0) this.portals.delete('')
  }
}

const NOTHING = Buffer.alloc(0)

/** The portals that one unit binds: nearly always one, and a map for one entry costs more than the rest. */
class BoundPortals {
  #name: string | null = null
  #statement: PreparedStatement | null = null
  #others: Map<string, PreparedStatement | null> | null = null

  set(name: string, statement: PreparedStatement | null): void {
    if (this.#name === null || this.#name === name) {
      this.#name = name
      this.#statement = statement
      return
    }
    this.#others ??= new Map()
    this.#others.set(name, statement)
  }

  /** undefined: the unit binds no such portal; null: to a statement that nobody knows. */
  get(name: string): PreparedStatement | null | undefined {
    return name === this.#name ? this.#statement : this.#others?.get(name)
  }
}

export function ready(status: TransactionStatus): Buffer {
  return status === 'open' ? backend.READY_OPEN : status === 'failed' ? backend.READY_FAILED : backend.READY_IDLE
}
