/**
 * The server's half of a connection after login: a FIFO of exchanges, each a few commands (steps) one after another, of which one is the
 * client's. A step is sent when the one before it has been answered, so a statement cannot run if its prefix failed; the steps of the next
 * exchange follow at once where nothing can come between (plain reads). Replies are cut by the scanner; the client's goes on as it came.
 */
import type { ClientProtocol, Failure, ReplySink, ServerCodec, Unit } from '../dialect.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { DEPRECATE_EOF, has, OPTIONAL_RESULTSET_METADATA, parseProfile, QUERY_ATTRIBUTES } from './capabilities.ts'
import { ConnectionStatements } from './connection-statements.ts'
import { ConnectionTrackers, isPlainSetNames, namesTrackers } from './connection-trackers.ts'
import { errorPacket, readError } from './errors.ts'
import { type CodecClient, type Exchange, makeSteps, newExchange, type Step } from './exchange.ts'
import { OUT_OF_TURN, readOnlyTransaction, refusedByReplica } from './faults.ts'
import {
  type OkPacket,
  readOk,
  STATUS_AUTOCOMMIT,
  STATUS_IN_TRANS,
  STATUS_IN_TRANS_READONLY,
  STATUS_SESSION_STATE_CHANGED,
} from './ok.ts'
import { filterOk } from './ok-filter.ts'
import { readRows } from './own-rows.ts'
import { type Opened, OwnSql, statusStep } from './own-sql.ts'
import { type Prepared, type ReplyEvents, ReplyScanner, type ReplyShape } from './reply-scanner.ts'
import { SWITCH_TRACKERS_ON } from './session-trackers.ts'
import { COM_QUERY, COM_STMT_BULK_EXECUTE, COM_STMT_EXECUTE, COM_STMT_FETCH, type MySqlUnit } from './unit.ts'
import { type StepContext, unitSteps } from './unit-steps.ts'

/** Errors behind which the server closes the connection: shutdown, killed, idle for too long (manual, "Server Error Message Reference"; MariaDB 1927). */
const LAST_WORDS = new Set([1053, 1077, 1080, 1152, 1184, 1927, 3169, 4031])
/** Commands whose failure may have left a transaction open or ended one. */
const MAY_CHANGE_STATUS = new Set([COM_QUERY, COM_STMT_EXECUTE, COM_STMT_BULK_EXECUTE, COM_STMT_FETCH])

/** Up to here copying pieces together is cheaper than several writes. */
const JOINED_MAX = 8192

interface Sent {
  readonly exchange: Exchange
  readonly step: Step
}

export class MySqlServerCodec implements ServerCodec, ReplyEvents {
  listener: ((view: Buffer) => void) | null = null
  lastFatal: Failure | null = null
  readonly #write: (bytes: Buffer) => void

  readonly #mariadb: boolean
  readonly #sql: OwnSql
  readonly #statements: ConnectionStatements
  readonly #scanner: ReplyScanner
  readonly #context: StepContext
  readonly #queue: Exchange[] = []
  /** The first exchange behind which nothing may be sent yet: all before it are on their way as a whole. */
  #next = 0
  /** Whose replies are to come, in order. */
  readonly #sent: Sent[] = []
  /** Status flags as last seen. */
  #status: number
  /** LAST_INSERT_ID() on this connection, when Freshet set it and nothing has run since that may change it. */
  #insertId: bigint | null = null
  readonly #trackers: ConnectionTrackers
  /** Of a reply to a question of Freshet's own. */
  #collected: Buffer[] = []
  /** The reply under way is an error. */
  #failing = false
  /** It is one of Freshet's own statements', and the client gets it in place of its own. */
  #ownError = false
  /** Freshet's own statement failed and left the connection in a state that nobody knows. */
  #broken: Failure | null = null

  constructor(opened: Opened, preparedMax: number, write: (bytes: Buffer) => void) {
    const { parameters } = opened.greeting
    const { capabilities } = parseProfile(opened.account.profile)

    this.#write = write
    this.#mariadb = (parameters.get('version') ?? '').toLowerCase().includes('mariadb')

    this.#trackers = new ConnectionTrackers(
      parameters.get('character_set_client') ?? 'utf8mb4',
      opened.account.database,
    )
    this.#status = parameters.get('autocommit') === '0' ? 0 : STATUS_AUTOCOMMIT
    this.#sql = new OwnSql(opened, this.#trackers, has(capabilities, QUERY_ATTRIBUTES))
    this.#statements = new ConnectionStatements(preparedMax)
    this.#scanner = new ReplyScanner(this, {
      deprecateEof: has(capabilities, DEPRECATE_EOF),
      optionalMetadata: has(capabilities, OPTIONAL_RESULTSET_METADATA),
    })
    this.#context = {
      statements: this.#statements,
      status: () => this.#status,
      sql: this.#sql,
    }
  }

  get outstanding(): number {
    return this.#queue.length
  }

  forgetPrepared(): void {
    this.#statements.clear()
  }

  begin(unit: Unit, client: ClientProtocol, prefix: readonly string[], sink: ReplySink): Buffer[] {
    const request = unit as MySqlUnit
    const session = client as CodecClient
    const reads = request.resolved?.facts.verdict === 'read' && request.resolved.facts.statements <= 1
    // Without autocommit a read that fails may have begun a transaction.
    const outside = (this.#status & (STATUS_IN_TRANS | STATUS_AUTOCOMMIT)) === STATUS_AUTOCOMMIT
    const plain = reads && prefix.length === 0 && outside
    const exchange = newExchange(sink, session, request, plain, this.#status)
    for (const sql of prefix) exchange.steps.push(...this.#sql.steps(sql))
    const insertId = session.insertIdFor(request)
    if (insertId !== null && insertId !== this.#insertId) {
      const done = () => {
        this.#insertId = insertId
      }
      exchange.steps.push(...this.#sql.steps(`SET last_insert_id=${insertId}`, { done }))
    }
    exchange.ahead = () => unitSteps(this.#context, session, request)
    this.#queue.push(exchange)
    return this.#advance()
  }

  command(sql: string, sink: ReplySink): Buffer[] {
    const exchange = newExchange(sink, null, null, false, this.#status)
    const texts = sql.split('\0')
    texts.forEach((text, index) => {
      const purpose = index === texts.length - 1 ? 'unit' : 'own'
      exchange.steps.push(...this.#sql.steps(text, { purpose }))
    })
    this.#queue.push(exchange)
    return this.#advance()
  }

  stream(view: Buffer): Buffer[] | null {
    const exchange = this.#queue[this.#queue.length - 1]
    if (exchange === undefined) return [view]
    if (exchange.headWaits) {
      exchange.held.push(view)
      return null
    }
    return exchange.reframer === null ? [view] : exchange.reframer.push(view)
  }

  feed(chunk: Buffer): Failure | null {
    try {
      this.#scanner.feed(chunk)
      return this.#broken
    } catch (error) {
      if (error instanceof ProtocolError) return { code: '08P01', message: error.message, fatal: true }
      throw error
    }
  }

  // ---- sending

  /** Makes what may be sent now. */
  #advance(): Buffer[] {
    const out: Buffer[] = []
    for (; this.#next < this.#queue.length; this.#next++) {
      const exchange = this.#queue[this.#next]!
      if (!exchange.waiting) this.#sendNext(exchange, out)
      const sentWhole = exchange.steps.length === 0 && exchange.waiting && exchange.unit?.streaming !== true
      if (!exchange.plain || exchange.setsTypes || !sentWhole) break
    }
    return out
  }

  /** Sends steps of one exchange up to the first that is answered. */
  #sendNext(exchange: Exchange, out: Buffer[]): void {
    makeSteps(exchange)
    for (let step = exchange.steps.shift(); step !== undefined; step = exchange.steps.shift()) {
      const skipped = exchange.failure !== null && !step.always && step.purpose !== 'status'
      if (skipped) continue
      const closing = this.#statements.closing()
      if (closing !== null) out.push(...closing)
      if (step.purpose === 'unit' && exchange.unit !== null) this.#sendUnit(exchange, step, out)
      else out.push(...step.make())
      if (step.shape !== null) {
        this.#sent.push({ exchange, step })
        exchange.waiting = true
        return
      }
      if (step.local !== undefined || step.localFailure !== undefined) this.#answerLocally(exchange, step)
      step.done?.(0)
    }
    exchange.waiting = true
    exchange.unanswered = true
    queueMicrotask(this.#finishUnanswered)
  }

  /** Nothing is answered: it ends when its bytes are on their way, and all before it have ended. */
  readonly #finishUnanswered = (): void => {
    for (let head = this.#queue[0]; head?.unanswered; head = this.#queue[0]) this.#finish(head)
  }

  #sendUnit(exchange: Exchange, step: Step, out: Buffer[]): void {
    const unit = exchange.unit!
    if (unit.resolved?.facts.verdict !== 'read') this.#insertId = null
    out.push(...step.make())
    exchange.setsTypes = step.setsTypes?.() === true
    if (!exchange.headWaits) return
    exchange.headWaits = false
    exchange.reframer = step.reframer?.() ?? null
    for (const view of exchange.held) out.push(...(exchange.reframer?.push(view) ?? [view]))
    exchange.held = []
  }

  #answerLocally(exchange: Exchange, { local, localFailure }: Step): void {
    if (localFailure !== undefined) {
      exchange.failure = localFailure
      exchange.outcome.failure = localFailure
      exchange.swallowed = exchange.sink.error(localFailure)
    }
    if (local !== undefined && !exchange.swallowed) exchange.sink.data(local)
  }

  /** Goes on after a reply. */
  #goOn(exchange: Exchange): void {
    exchange.waiting = false
    if (exchange.steps.length === 0 || !isUnsent(exchange)) {
      this.#finish(exchange)
      return
    }
    const at = this.#queue.indexOf(exchange)
    // What others have been sent meanwhile would come before it.
    if (this.#queue[at + 1]?.waiting) this.#broken = OUT_OF_TURN
    this.#next = Math.min(this.#next, at)
    this.#writeAll(this.#advance())
  }

  #finish(exchange: Exchange): void {
    const at = this.#queue.indexOf(exchange)
    if (at === 0) this.#queue.shift()
    else if (at > 0) this.#queue.splice(at, 1)
    if (at >= 0 && at < this.#next) this.#next--
    const { client, unit, outcome, sink } = exchange
    if (this.#queue.length > 0) this.#writeAll(this.#advance())
    if (client !== null && unit !== null && !exchange.swallowed && !sink.gone) client.completed(unit, outcome)
    sink.end((this.#status & STATUS_IN_TRANS) !== 0 ? 'open' : 'idle')
    if (this.#queue[0]?.unanswered) queueMicrotask(this.#finishUnanswered)
  }

  #writeAll(pieces: Buffer[]): void {
    if (pieces.length === 0) return
    let size = 0
    for (const piece of pieces) size += piece.length
    if (size <= JOINED_MAX) this.#write(Buffer.concat(pieces, size))
    else for (const piece of pieces) this.#write(piece)
  }

  // ---- what the scanner tells

  expected(): { readonly shape: ReplyShape; readonly sequence: number } | null {
    const step = this.#sent[0]?.step
    return step === undefined ? null : { shape: step.shape!, sequence: step.sequence }
  }

  forward(bytes: Buffer): void {
    const { exchange, step } = this.#sent[0]!
    if (step.collect !== undefined) this.#collected.push(bytes)
    else if (!exchange.swallowed && (step.purpose === 'unit' || this.#ownError)) exchange.sink.data(bytes)
  }

  ok(payload: Buffer, sequence: number): Buffer | null {
    const ok = readOk(payload, true)
    const { exchange, step } = this.#sent[0]!
    if (step.purpose === 'unit') {
      const { outcome } = exchange
      outcome.rows = null
      outcome.affectedRows = ok.affectedRows
      outcome.insertId = ok.insertId
      if (ok.insertId !== 0n) outcome.insertIdSeen = true
    }
    return this.#resultEnded(payload, sequence, ok)
  }

  eof(payload: Buffer, sequence: number, rows: number): Buffer | null {
    const { exchange, step } = this.#sent[0]!
    if (step.purpose === 'unit') exchange.outcome.rows = rows < 0 ? null : rows
    if (payload.length < 7) {
      const status = payload.readUInt16LE(3)
      this.#ended(status, payload.readUInt16LE(1))
      // No trackers in here. MariaDB at least says that there would be some.
      const read = exchange.unit?.resolved?.facts.verdict === 'read'
      exchange.untold ||= this.#mariadb ? (status & STATUS_SESSION_STATE_CHANGED) !== 0 : !read
      return null
    }
    // What most result sets end with: no counts, nothing tracked.
    if (payload[1] === 0 && payload[2] === 0 && (payload[4]! & (STATUS_SESSION_STATE_CHANGED >> 8)) === 0) {
      this.#ended(payload[3]! | (payload[4]! << 8), payload[5]! | (payload[6]! << 8))
      return null
    }
    return this.#resultEnded(payload, sequence, readOk(payload, true))
  }

  #ended(status: number, warnings: number): void {
    this.#status = status
    const { exchange, step } = this.#sent[0]!
    const { outcome } = exchange
    // What is asked after a reply without an error must not hide the flags of that reply (cursors).
    if (step.purpose === 'unit' || outcome.failure !== null) outcome.status = status
    if (step.purpose !== 'unit') return
    outcome.results++
    outcome.warnings = warnings
  }

  #resultEnded(payload: Buffer, sequence: number, ok: OkPacket): Buffer | null {
    this.#ended(ok.status, ok.warnings)
    if ((ok.status & STATUS_SESSION_STATE_CHANGED) === 0) return null
    const { exchange, step } = this.#sent[0]!
    if (ok.state !== null) this.#trackers.read(exchange, step, ok.state)
    if (exchange.client === null || step.purpose !== 'unit') return null
    const { context, wishes } = exchange.client
    return filterOk(payload, sequence, ok, context.sessionTrack ? wishes : null)
  }

  error(payload: Buffer, sequence: number): boolean {
    const said = readError(payload)
    const inReadOnly = (this.#status & STATUS_IN_TRANS_READONLY) !== 0
    const failure = inReadOnly && refusedByReplica(said) ? readOnlyTransaction(this.#mariadb) : said
    const sent = this.#sent[0]
    if (failure.number !== undefined && LAST_WORDS.has(failure.number)) this.lastFatal = { ...failure, fatal: true }
    if (sent === undefined) {
      this.lastFatal = { ...failure, fatal: true }
      return false
    }
    const { exchange, step } = sent
    step.failed?.(failure)
    this.#failing = true
    if (step.ignored || step.purpose === 'status') return false
    if (exchange.failure !== null || step.always) {
      this.#broken = { ...failure, fatal: true }
      return false
    }
    exchange.failure = failure
    exchange.outcome.failure = failure
    exchange.swallowed = exchange.sink.error(failure)
    this.#ownError = step.purpose === 'own'
    if (failure === said || exchange.swallowed) return !exchange.swallowed
    exchange.sink.data(errorPacket(failure, sequence))
    return false
  }

  prepared(reply: Prepared): number {
    return this.#sent[0]!.step.prepared?.(reply) ?? reply.id
  }

  localInfile(): void {
    const { exchange } = this.#sent[0]!
    exchange.client?.localInfile()
    exchange.sink.copyIn()
  }

  end(): void {
    const sent = this.#sent.shift()
    const failed = this.#failing
    this.#failing = false
    this.#ownError = false
    if (sent === undefined) return
    const { exchange, step } = sent
    if (!failed) step.done?.(this.#status)
    if (step.collect !== undefined) {
      const reply = Buffer.concat(this.#collected)
      this.#collected = []
      if (!failed) step.collect(reply)
    }
    if (step.purpose === 'unit' && (failed || exchange.untold)) this.#askStatus(exchange)
    if (step.purpose !== 'own') this.#lookAfter(exchange, step)
    this.#goOn(exchange)
  }

  /** What a client's statement has changed that its reply does not tell, or that must not stay so. */
  #lookAfter(exchange: Exchange, { purpose }: Step): void {
    const { sink, unit, steps } = exchange
    const touched = exchange.trackersTouched || (purpose === 'unit' && unit !== null && namesTrackers(unit))
    if (touched && unit !== null) steps.push(this.#sql.query(SWITCH_TRACKERS_ON, { always: true }))
    exchange.trackersTouched = false
    if (exchange.collationUnknown && unit !== null && !isPlainSetNames(unit)) {
      const collect = (reply: Buffer) => {
        const value = readRows(reply)[0]?.[0]
        if (typeof value === 'string') sink.report('collation_connection', value)
      }
      steps.push(this.#sql.query('SELECT @@session.collation_connection', { collect, always: true }))
    }
    exchange.collationUnknown = false
  }

  #askStatus({ unit, steps, plain, swallowed }: Exchange): void {
    if (unit === null || plain || swallowed || !MAY_CHANGE_STATUS.has(unit.command)) return
    steps.push(statusStep(this.#mariadb, this.#trackers.schema))
  }
}

const isUnsent = ({ steps, failure }: Exchange): boolean =>
  steps.some((step) => failure === null || step.always || step.purpose === 'status')
