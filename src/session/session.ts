/**
 * One client from its login to its end.
 *
 *     idle --unit--> (decide) --+--> horizon ------+
 *                               +--> connection ---+--> preparing --> running --+--> settling --> idle
 *                               +--> (answered locally) --> idle                +--> idle
 *
 * Units are taken one at a time, in order; what the client sends ahead waits in `queue`, bounded. A unit is routed when its turn has
 * come, and again whenever time has passed since: after a wait for a horizon, for a connection, for a re-run. `lease` is the server
 * connection that the session holds: during a unit, for a transaction, or pinned. All work is done in reaction to events; nothing
 * here waits or polls.
 */
import type {
  ClientHandler,
  ClientProtocol,
  Failure,
  LocalAnswer,
  ReplySink,
  SessionState,
  TransactionStatus,
  Unit,
  Work,
} from '../dialect.ts'
import type { Transport, TransportHandler } from '../net/transport.ts'
import type { Waiter } from '../pool/pool.ts'
import type { ConnectionOwner, ServerConnection } from '../pool/server-connection.ts'
import { decide, decideRead, readsBehindFloorAfter } from '../routing/decide.ts'
import { effectiveFloor, NO_FLOOR } from '../routing/floors.ts'
import type { Reason } from '../routing/reasons.ts'
import type { Decision, Floor, Policy, SessionView } from '../routing/types.ts'
import { NO_DIGEST } from '../sql/classifier.ts'
import type { LexMode } from '../sql/facts.ts'
import { type Instant, NEVER, now, type ServerId } from '../units.ts'
import type { DatabaseContext, SessionContext, SessionIdentity } from './context.ts'
import { answerControl } from './controls.ts'
import { applyHint } from './hint.ts'
import { done, isEmpty } from './local.ts'
import { StateTracker } from './state-tracker.ts'
import { Transaction } from './transaction.ts'

const ABORTED: LocalAnswer = {
  failure: {
    code: '25P02',
    message: 'current transaction is aborted, commands ignored until end of transaction block',
  },
}

export type Phase = 'idle' | 'horizon' | 'connection' | 'preparing' | 'running' | 'settling' | 'closed'

export class Session implements ClientHandler, TransportHandler, ConnectionOwner, Waiter, SessionView {
  readonly identity: SessionIdentity
  readonly context: SessionContext
  readonly database: DatabaseContext
  readonly connectedAt: Instant = now()
  readonly transaction = new Transaction()
  readonly tracker: StateTracker
  client!: ClientProtocol
  policy: Policy
  lex: LexMode
  statements = 0

  // What `decide` reads.
  floor: Floor = NO_FLOOR
  lastReplica: ServerId | null = null
  lastReplicaIncarnation = 0
  lastReplicaReadEnd: Instant = NEVER
  readsBehindFloor = 0

  phase: Phase = 'idle'
  lease: ServerConnection | null = null
  /** As the client sees it. */
  status: TransactionStatus = 'idle'
  lastServer: string | null = null
  lastReason: Reason = 'local'
  readonly #transport: Transport
  readonly #onClosed: (session: Session) => void
  readonly #queue: Unit[] = []
  #queuedBytes = 0
  #work: Work | null = null
  #unitPolicy: Policy
  /** What the policy goes back to when the transaction ends; null: it was not changed for the transaction only. */
  #policyAfter: Policy | null = null
  #unitFloor: Floor = NO_FLOOR
  #arrived: Instant = NEVER
  #waitedSince: Instant = NEVER
  #waited = false
  #because: Reason = 'local'
  #target: ServerId | null = null
  #horizon: { cancel(): void } | null = null
  /** Set while `#next` or one of its callers is on the stack. */
  #busy = false
  // The reply under way.
  #forwarded = false
  #guarded = false
  #held: Buffer[] = []
  #heldBytes = 0
  #error: Failure | null = null
  #rerun: 'learn' | 'once' | null = null
  #refusedDigest: Work | null = null
  #forcePrimary: Reason | null = null
  #stream: Buffer[] = []
  #paused = false
  #draining = false

  constructor(
    identity: SessionIdentity,
    context: SessionContext,
    database: DatabaseContext,
    transport: Transport,
    parameters: ReadonlyMap<string, string>,
    onClosed: (session: Session) => void,
  ) {
    this.identity = identity
    this.context = context
    this.database = database
    this.policy = identity.policy
    this.#unitPolicy = identity.policy
    this.tracker = new StateTracker(this, parameters)
    this.lex = context.dialect.lexMode(parameters)
    this.#transport = transport
    this.#onClosed = onClosed
  }

  /** Takes the client over from the login. `rest`: what it has sent already. */
  start(client: ClientProtocol, rest: Buffer | undefined): void {
    this.client = client
    this.#transport.handler = this
    if (rest !== undefined && rest.length > 0) this.data(rest)
    this.#transport.resume()
  }

  get state(): SessionState {
    return this.tracker.state
  }

  get pinned(): string | null {
    return this.tracker.pins[0] ?? null
  }

  /** SET freshet.*. `local`: until the transaction ends, as SET LOCAL; outside of one it has no effect. */
  changePolicy(policy: Policy, local: boolean): void {
    if (local) {
      if (this.status !== 'open') return
      this.#policyAfter ??= this.policy
    } else if (this.#policyAfter !== null) this.#policyAfter = policy
    this.policy = policy
  }

  // ------------------------------------------------------------------ the client's side

  data(chunk: Buffer): void {
    if (this.phase !== 'closed') this.client.receive(chunk, this)
  }

  drained(): void {
    this.lease?.resume()
  }

  closed(): void {
    this.#end()
  }

  unit(unit: Unit): void {
    if (this.phase === 'closed') return
    this.#queue.push(unit)
    this.#queuedBytes += unit.size
    if (this.phase === 'idle') this.#next()
    this.#balanceReading()
  }

  stream(view: Buffer): void {
    if (this.phase === 'closed') return
    const direct =
      this.#queue.length === 0 ? this.status === 'unsynced' : this.#queue.length === 1 && this.phase === 'running'
    if (direct && this.lease !== null) {
      if (!this.lease.stream(view)) this.#pause()
      return
    }
    // Its statement has not begun, so the data waits; after a statement that failed nobody wants it.
    if (this.#queue.length === 0) return
    this.#stream.push(view)
    this.#pause()
  }

  terminate(): void {
    this.#transport.end()
    this.#end()
  }

  violation(failure: Failure): void {
    this.close(failure)
  }

  /** Says why, and ends the connection. */
  close(failure: Failure): void {
    if (this.phase === 'closed') return
    this.#transport.write(this.client.encodeFailure({ ...failure, fatal: true }))
    this.#transport.end()
    this.#end()
  }

  /** Ends the session as soon as it is outside of a transaction. */
  drain(failure: Failure): void {
    this.#draining = true
    if (this.phase === 'idle' && this.status === 'idle') this.close(failure)
  }

  /** Somebody with this session's key wants its statement cancelled. */
  cancel(): void {
    if (this.phase === 'running' && this.lease !== null) {
      this.lease.retired = true
      this.context.cancel(this.lease)
    } else if (this.phase === 'horizon' || this.phase === 'connection') {
      this.#stopWaiting()
      this.#fail({ code: '57014', message: 'canceling statement due to user request' })
    }
  }

  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#transport.pause()
  }

  /** Stops reading from a client that is far ahead, and goes on when it no longer is. */
  #balanceReading(): void {
    const limit = this.context.config().limits.readAheadBytes
    if (this.#queue.length > 1 && (this.#queuedBytes > limit || this.#queue.length > 1000)) this.#pause()
    else if (this.#paused && this.#stream.length === 0) {
      this.#paused = false
      this.#transport.resume()
    }
  }

  // ------------------------------------------------------------------ from a unit to a decision

  #next(): void {
    // A local answer leads to the next unit at once; this loop keeps that from becoming recursion.
    if (this.#busy) return
    this.#busy = true
    while (this.phase === 'idle' && this.#queue.length > 0) this.#take(this.#queue[0]!)
    this.#busy = false
    if (this.phase === 'idle') {
      if (this.#draining && this.status === 'idle')
        this.close({ code: '57P01', message: 'terminating connection due to administrator command' })
      else if (this.#paused) this.#balanceReading()
    }
  }

  #take(unit: Unit): void {
    const local = this.client.withoutServer(unit, this.status)
    if (local !== null) {
      if (local.length > 0) this.#transport.write(local)
      this.#finishUnit()
      return
    }
    const work = this.client.resolve(unit, this.lex)
    this.#work = work
    this.#arrived = now()
    this.#waited = false
    this.#forcePrimary = null
    this.#refusedDigest = null
    const answer = this.#locally(work)
    if (answer !== null) {
      this.#answer(answer)
      return
    }
    const policy = work.hint === null ? this.policy : applyHint(this.policy, work.hint)
    this.#unitPolicy = policy
    if (this.lease !== null) {
      this.#onLease(work)
      return
    }
    this.#unitFloor = effectiveFloor(
      policy,
      this,
      this.context.floors,
      this.context.fleet.snapshot().epoch,
      this.#arrived,
    )
    this.#route()
  }

  /** What needs no server at all. */
  #locally(work: Work): LocalAnswer | null {
    if (work.bound) return null
    const { facts } = work
    const control = facts.transaction
    if (this.status === 'failed' && this.lease === null) return this.#inFailedTransaction(work)
    if (work.control !== null)
      return work.executes > 0 && this.status === 'failed' ? ABORTED : answerControl(this, work.control)
    if (isEmpty(work)) return done('')
    if (this.transaction.deferred) {
      if (work.executes !== 1 || control === null) return null
      if ((control.op === 'commit' || control.op === 'rollback') && !control.chain) {
        this.transaction.over()
        this.status = 'idle'
        return done(control.op === 'commit' ? 'COMMIT' : 'ROLLBACK')
      }
      if (control.op === 'set-transaction' && !control.snapshot) {
        this.transaction.defer(work)
        return done('SET')
      }
      return null
    }
    if (work.deferrable && this.lease === null && this.status === 'idle') {
      this.transaction.defer(work)
      this.status = 'open'
      return done('BEGIN')
    }
    if (work.executes === 1 && this.status !== 'failed') return this.tracker.locally(facts)
    return null
  }

  /** A transaction that failed before it began anywhere: what a server says in that state. */
  #inFailedTransaction(work: Work): LocalAnswer {
    const control = work.facts.transaction
    if (control?.op !== 'commit' && control?.op !== 'rollback') return isEmpty(work) ? done('') : ABORTED
    this.transaction.over()
    this.status = 'idle'
    return done('ROLLBACK')
  }

  #answer(answer: LocalAnswer): void {
    this.context.metrics.statement('local', 'local')
    this.#transport.write(this.client.answer(this.#queue[0]!, answer, this.status))
    this.lastReason = 'local'
    this.#finishUnit()
  }

  #route(): void {
    const work = this.#work!
    const { context } = this
    const { facts } = work
    const snapshot = context.fleet.snapshot()
    const { transaction } = this
    let decision: Decision
    const at = now()
    if (this.#forcePrimary !== null) decision = this.#primary(this.#forcePrimary)
    else if (facts.usesLastSequence && work.executes > 0 && this.#backToSequence()) return
    else if (transaction.deferred || work.begins !== null) {
      const readOnly = transaction.deferred ? transaction.mayRunOnReplica : work.begins!.readOnly === true
      const harmless =
        facts.verdict !== 'primary' && !facts.usesLastSequence && !context.dialect.keepsOnPrimary(this.state)
      decision =
        readOnly && harmless
          ? decideRead(
              'read-only-transaction',
              facts.usesClock,
              this,
              snapshot,
              this.#unitPolicy,
              at,
              context.loads,
              this.#waited,
              this.#unitFloor,
              ++context.turn,
            )
          : this.#primary(facts.verdict === 'primary' ? facts.because : 'transaction')
    } else if (facts.verdict === 'read' && context.dialect.keepsOnPrimary(this.state))
      decision = this.#primary('session-state')
    else {
      decision = decide(
        facts,
        this,
        snapshot,
        this.#unitPolicy,
        at,
        context.loads,
        this.#waited,
        this.#unitFloor,
        ++context.turn,
      )
    }
    this.#carryOut(decision)
  }

  /** Routes the unit again, from outside of `#next`. */
  #reroute(): void {
    this.#busy = true
    this.#route()
    this.#busy = false
    this.#next()
  }

  #primary(because: Reason): Decision {
    const snapshot = this.context.fleet.snapshot()
    if (snapshot.primary !== null) return { to: 'primary', because }
    const problem = snapshot.primaryProblem
    return {
      to: 'refuse',
      because: 'no-primary',
      message: problem === null ? 'no primary is known' : `no primary is known: ${problem}`,
    }
  }

  #carryOut(decision: Decision): void {
    this.readsBehindFloor = readsBehindFloorAfter(this.readsBehindFloor, decision, this.#waited)
    switch (decision.to) {
      case 'primary':
        this.#because = decision.because
        this.#acquire(this.context.fleet.snapshot().primary!)
        return
      case 'replica':
        this.#because = decision.because
        this.#acquire(decision.server)
        return
      case 'wait':
        this.phase = 'horizon'
        this.#waitedSince = now()
        this.#horizon = this.context.fleet.waitForHorizon(decision.horizon, decision.until, () =>
          this.#horizonReached(),
        )
        return
      case 'refuse':
        this.#because = decision.because
        this.#fail({
          code: decision.because === 'no-primary' ? '57P03' : '55000',
          message: decision.message,
          hint: `The reason code is ${decision.because}.`,
        })
    }
  }

  #horizonReached(): void {
    if (this.phase !== 'horizon') return
    this.#horizon = null
    this.phase = 'idle'
    this.context.metrics.horizonWait((now() - this.#waitedSince) / 1000)
    this.#waited = true
    this.#reroute()
  }

  #stopWaiting(): void {
    this.#horizon?.cancel()
    this.#horizon = null
    if (this.phase === 'connection' && this.#target !== null) {
      this.#pool(this.#target).cancel(this)
      this.context.loads[this.#target]!--
      this.#target = null
    }
    this.phase = 'idle'
  }

  // ------------------------------------------------------------------ from a decision to a connection

  #pool(server: ServerId) {
    return this.context.pool(server, this.identity.user, this.identity.database, this.identity.secret)
  }

  #acquire(server: ServerId): void {
    this.#target = server
    this.context.loads[server]!++
    const connection = this.#pool(server).acquire(this.state.key, this)
    if (connection === null) this.phase = 'connection'
    else this.#hold(connection)
  }

  granted(connection: ServerConnection): void {
    if (this.phase !== 'connection') {
      // Cancelled in the meantime.
      this.#pool(connection.server).release(connection)
      return
    }
    this.phase = 'idle'
    // Time has passed in the queue, and a horizon does not wait: the decision is made again.
    if (this.#forcePrimary === null && !this.#stillRight(connection)) {
      this.context.loads[connection.server]!--
      this.#pool(connection.server).release(connection)
      this.#reroute()
    } else this.#hold(connection)
  }

  #stillRight(connection: ServerConnection): boolean {
    const snapshot = this.context.fleet.snapshot()
    if (!connection.readOnly) return snapshot.primary === connection.server
    const policy = this.#unitPolicy
    const decision = decideRead(
      'read',
      this.#work!.facts.usesClock,
      this,
      onlyServer(snapshot, connection.server),
      policy,
      now(),
      this.context.loads,
      true,
      this.#unitFloor,
      0,
    )
    return decision.to === 'replica' && decision.server === connection.server
  }

  refused(failure: Failure): void {
    if (this.phase !== 'connection') return
    this.phase = 'idle'
    const server = this.#target
    if (server !== null) this.context.loads[server]!--
    this.#target = null
    const snapshot = this.context.fleet.snapshot()
    if (server !== null && server !== snapshot.primary && this.#forcePrimary === null && snapshot.primary !== null) {
      // A replica that takes no connection is no reason to fail a read.
      this.#forcePrimary = 'no-replica'
      this.#reroute()
      return
    }
    this.#fail(failure)
  }

  #hold(connection: ServerConnection): void {
    connection.owner = this
    this.lease = connection
    this.#prepare(connection)
  }

  /** Brings the connection to the session's state. The statement is sent only once that has succeeded: it must not run under another state. */
  #prepare(connection: ServerConnection): void {
    const wanted = this.state
    if (connection.state.key === wanted.key) {
      this.#run(connection)
      return
    }
    const sql = this.context.dialect.difference(connection.state, wanted, connection.readOnly)
    if (sql === '') {
      connection.state = wanted
      this.#run(connection)
      return
    }
    this.phase = 'preparing'
    connection.command(sql, (result) => {
      if (this.phase !== 'preparing' || this.lease !== connection) return
      if ('failure' in result) {
        connection.retired = true
        this.#letGo()
        this.#fail(result.failure)
        return
      }
      connection.state = wanted
      if (connection.readOnly && this.#forcePrimary === null && !this.#stillRight(connection)) {
        this.#letGo()
        this.phase = 'idle'
        this.#reroute()
        return
      }
      this.#run(connection)
    })
  }

  #run(connection: ServerConnection): void {
    const unit = this.#queue[0]!
    const { transaction } = this
    this.phase = 'running'
    this.#forwarded = false
    this.#error = null
    this.#rerun = null
    this.#guarded =
      connection.readOnly && unit.complete && !unit.streaming && (this.status === 'idle' || transaction.deferred)
    const room = connection.begin(unit, this.client, transaction.prefix, this.#sink)
    if (!room) this.#pause()
    const stream = this.#stream
    if (stream.length > 0) {
      this.#stream = []
      for (const view of stream) connection.stream(view)
    }
    if (room && this.#paused) this.#balanceReading()
    if (!unit.complete) {
      // Its exchange goes on with the next unit, on this connection.
      if (this.status !== 'unsynced') transaction.started()
      this.status = 'unsynced'
      this.#finishUnit()
    }
  }

  /** The session holds a connection: the unit runs there, unless it is a replica that may not or cannot run it. */
  #onLease(work: Work): void {
    const connection = this.lease!
    const { facts } = work
    const { transaction } = this
    this.#target = connection.server
    if (connection.readOnly && this.status === 'open' && facts.transaction === null) {
      const fits = facts.verdict !== 'primary' && (!transaction.snapshotPerStatement || this.#fitsReplica(connection))
      if (!fits) {
        this.#leaveReplica(connection)
        return
      }
      if (facts.verdict !== 'read' || work.executes > 1) transaction.movable = false
    } else if (connection.readOnly) transaction.movable = false
    this.#because =
      this.pinned !== null && this.status === 'idle'
        ? 'pinned'
        : connection.readOnly
          ? 'read-only-transaction'
          : 'in-transaction'
    this.#run(connection)
  }

  #fitsReplica(connection: ServerConnection): boolean {
    const { epoch } = this.context.fleet.snapshot()
    this.#unitFloor = effectiveFloor(this.#unitPolicy, this, this.context.floors, epoch, this.#arrived)
    return this.#stillRight(connection)
  }

  /** A read-only transaction goes on where its next statement can run. */
  #leaveReplica(connection: ServerConnection): void {
    const { transaction } = this
    if (!transaction.movable || !transaction.snapshotPerStatement) {
      this.#fail({
        code: '40001',
        message: 'could not go on with a read-only transaction on a replica',
        detail: `The statement (${this.#work!.facts.command}) needs the primary, and the transaction's snapshot cannot move.`,
        hint: 'Retry the transaction with the hint /* freshet: route=primary */ or SET freshet.route = primary.',
      })
      return
    }
    this.phase = 'preparing'
    const prefix = transaction.sent
    connection.command('COMMIT', () => {
      if (this.phase !== 'preparing' || this.lease !== connection) return
      this.#letGo()
      this.phase = 'idle'
      transaction.prefix = [...prefix]
      this.#forcePrimary = this.#work!.facts.verdict === 'primary' ? this.#work!.facts.because : 'stale'
      this.#reroute()
    })
  }

  /** currval and lastval mean this session's last value, which only the connection that gave it knows. */
  #backToSequence(): boolean {
    this.database.readsLastSequence = true
    const last = this.tracker.lastWriter
    const primary = this.context.fleet.snapshot().primary
    if (primary === null) return false
    if (last !== null && last.connection.server === primary && this.#pool(primary).take(last.connection, last.uses)) {
      this.#target = primary
      this.context.loads[primary]!++
      this.#because = 'session-state'
      this.#hold(last.connection)
      return true
    }
    return false
  }

  // ------------------------------------------------------------------ the reply

  readonly #sink: ReplySink = {
    data: (view) => this.#reply(view),
    error: (failure) => this.#replyError(failure),
    report: (name, value) => this.#report(name, value),
    copyIn: () => {},
    end: (status) => this.#ended(status),
  }

  #report(name: string, value: string): boolean {
    const { dialect } = this.context
    if (dialect.serverOnly(name)) return true
    this.lease?.parameters.set(name, value)
    this.tracker.reported(name, value)
    return false
  }

  #replyError(failure: Failure): boolean {
    this.#error = failure
    if (this.#guarded && !this.#forwarded) {
      this.#rerun = this.context.dialect.replicaRefusal(failure)
      if (this.#rerun !== null) {
        this.#held = []
        this.#heldBytes = 0
        return true
      }
    }
    return false
  }

  #forward(view: Buffer): void {
    if (!this.#transport.write(view)) this.lease?.pause()
  }

  /** Bytes for the client. On a replica the first ones are held back a little: an error may still follow that the client must not see. */
  #reply(view: Buffer): void {
    if (this.phase === 'closed') return
    if (this.#guarded && !this.#forwarded) {
      this.#held.push(view)
      this.#heldBytes += view.length
      if (this.#heldBytes <= this.context.config().limits.holdBackBytes) return
      this.#release()
      return
    }
    this.#forwarded = true
    this.#forward(view)
  }

  #release(): void {
    this.#forwarded = true
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    for (const view of held) this.#forward(view)
  }

  #ended(status: TransactionStatus): void {
    if (this.phase === 'closed') return
    const connection = this.lease!
    const work = this.#work!
    if (this.#rerun !== null) {
      this.#runAgain(connection, work)
      return
    }
    if (this.#held.length > 0) this.#release()
    const at = now()
    const { transaction } = this
    if (transaction.deferred && status !== 'unsynced') {
      if (status === 'idle') transaction.prefix = []
      else transaction.started()
    }
    this.#settleFloors(connection, work, at)
    const succeeded = this.#error === null
    if (succeeded && this.#refusedDigest !== null) this.database.classifier.learnWrite(this.#refusedDigest.facts.digest)
    this.#count(connection, work, at)
    this.tracker.ran(work, succeeded, connection, status)
    this.status = status
    if (status === 'idle') this.#transactionOver(connection, work)
    else this.#finishUnit()
  }

  #settleFloors(connection: ServerConnection, work: Work, at: Instant): void {
    const { context } = this
    if (connection.readOnly) {
      this.lastReplica = connection.server
      this.lastReplicaIncarnation = context.fleet.snapshot().servers[connection.server]!.incarnation
      this.lastReplicaReadEnd = at
      return
    }
    // Rows, errors and rollbacks of the primary may all have shown new state.
    this.floor = { epoch: context.fleet.snapshot().epoch, instant: at }
    if (work.facts.verdict !== 'read' || this.transaction.wrote)
      context.floors.acknowledge(this.policy.causalKey, this.floor)
    if (work.facts.verdict !== 'read') this.transaction.wrote = true
  }

  #count(connection: ServerConnection, work: Work, at: Instant): void {
    const target = connection.readOnly ? 'replica' : 'primary'
    this.statements++
    this.lastServer = this.context.fleet.snapshot().servers[connection.server]?.name ?? null
    this.lastReason = this.#because
    if (work.executes === 0) return
    this.context.metrics.statement(target, this.#because, connection.server)
    this.context.metrics.statementSeconds(target, (at - this.#arrived) / 1000)
  }

  /** Nothing of the reply has been sent and nothing was done: the primary runs it. */
  #runAgain(connection: ServerConnection, work: Work): void {
    const cause = this.#rerun === 'learn' ? 'replica-refused' : 'replica-conflict'
    this.context.metrics.rerun(cause)
    this.context.log.info(
      { cause, code: this.#error?.code, error: this.#error?.message, statement: work.text().slice(0, 200) },
      'a replica refused a statement; the primary runs it',
    )
    if (this.#rerun === 'learn' && work.facts.digest !== NO_DIGEST) this.#refusedDigest = work
    this.#rerun = null
    this.#error = null
    connection.retired = true
    this.#letGo()
    this.phase = 'idle'
    this.#forcePrimary = this.#refusedDigest !== null ? 'learned-write' : 're-run'
    this.#reroute()
  }

  #transactionOver(connection: ServerConnection, work: Work): void {
    this.transaction.over()
    if (this.tracker.mustAsk) {
      this.phase = 'settling'
      this.tracker.ask(connection, work, () => this.#settled(connection))
      return
    }
    this.#settled(connection)
  }

  #settled(connection: ServerConnection): void {
    if (this.phase === 'closed' || this.lease !== connection) return
    if (this.tracker.pins.length === 0) this.#letGo()
    this.#finishUnit()
  }

  /** Gives the connection back. */
  #letGo(): void {
    const connection = this.lease
    if (connection === null) return
    this.lease = null
    this.#target = null
    this.context.loads[connection.server]!--
    if (this.#transport.full) connection.resume()
    this.#pool(connection.server).release(connection)
  }

  #finishUnit(): void {
    const unit = this.#queue.shift()
    if (unit !== undefined) this.#queuedBytes -= unit.size
    if (this.#queue.length === 0) this.#stream = []
    this.phase = 'idle'
    this.#next()
  }

  /** The unit ends with an error of Freshet's own; the session goes on. */
  #fail(failure: Failure): void {
    this.context.metrics.statement('local', this.#because)
    if (this.status === 'open' && this.lease === null) {
      // The transaction had not begun anywhere. It has failed all the same: what follows must not run outside of it.
      this.transaction.over()
      this.status = 'failed'
    }
    this.#transport.write(this.client.answer(this.#queue[0]!, { failure }, this.status))
    this.#finishUnit()
  }

  // ------------------------------------------------------------------ the connection's side

  connectionDrained(): void {
    if (this.#paused) this.#balanceReading()
  }

  connectionMessage(view: Buffer): void {
    this.floor = { epoch: this.context.fleet.snapshot().epoch, instant: now() }
    this.#transport.write(view)
  }

  connectionLost(connection: ServerConnection, failure: Failure): void {
    if (this.lease !== connection) return
    this.lease = null
    this.#target = null
    this.context.loads[connection.server]!--
    if (this.phase === 'closed') return
    const untouched = this.#guarded && !this.#forwarded && this.status !== 'failed'
    if (this.phase === 'running' && connection.readOnly && untouched && this.#forcePrimary === null) {
      this.context.metrics.rerun('replica-lost')
      this.#held = []
      this.#heldBytes = 0
      this.phase = 'idle'
      this.#forcePrimary = 're-run'
      this.#reroute()
      return
    }
    if (this.phase === 'preparing' && this.status === 'idle') {
      this.phase = 'idle'
      this.#fail(failure)
      return
    }
    // What the connection held (a transaction, a pinned state, half a reply) is gone, and only a new session can be sure of it.
    this.close(failure)
  }

  #end(): void {
    if (this.phase === 'closed') return
    if (this.phase === 'horizon' || this.phase === 'connection') this.#stopWaiting()
    const connection = this.lease
    this.lease = null
    if (connection !== null) {
      this.context.loads[connection.server]!--
      connection.owner = null
      // Whatever it was in the middle of, or held for this session, must reach nobody else.
      connection.close()
    }
    this.phase = 'closed'
    this.#queue.length = 0
    this.#stream = []
    this.#held = []
    this.#onClosed(this)
  }
}

function onlyServer<S extends { readonly servers: readonly { readonly id: ServerId }[] }>(
  snapshot: S,
  server: ServerId,
): S {
  return { ...snapshot, servers: snapshot.servers.filter((one) => one.id === server) }
}
