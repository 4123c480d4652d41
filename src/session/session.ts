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
  LocalAnswers,
  SessionState,
  TransactionStatus,
  Unit,
} from '../dialect.ts'
import type { Transport, TransportHandler } from '../net/transport.ts'
import type { ConnectionOwner, ServerConnection } from '../pool/server-connection.ts'
import { readsBehindFloorAfter } from '../routing/decide.ts'
import { NO_FLOOR } from '../routing/floors.ts'
import type { Reason } from '../routing/reasons.ts'
import type { Decision, Floor, Policy, SessionView } from '../routing/types.ts'
import type { LexMode } from '../sql/facts.ts'
import { type Instant, NEVER, now, type ServerId } from '../units.ts'
import type { DatabaseContext, SessionContext, SessionIdentity } from './context.ts'
import { CopyIn } from './copy-in.ts'
import { CurrentUnit } from './current-unit.ts'
import { backToPrevious, backToSequence, failTransaction, runOnHeld } from './held.ts'
import { HorizonWait } from './horizon-wait.ts'
import { Lease } from './lease.ts'
import { answerLocally } from './local-answers.ts'
import { MessageStream } from './message-stream.ts'
import type { Observation } from './observation.ts'
import { afterLoss, cancelUnit, count, countLocal, countRefused, notified, runAgain, settleFloors } from './outcome.ts'
import { settlePolicy } from './policy-changes.ts'
import { EARLY_COMMAND, Reading } from './reading.ts'
import { Reply } from './reply.ts'
import { decisionFor, floorOf, refusalOf } from './route.ts'
import { StateTracker } from './state-tracker.ts'
import { releases, Transaction } from './transaction.ts'
import { UnitQueue } from './unit-queue.ts'

export type Phase = 'idle' | 'horizon' | 'connection' | 'preparing' | 'running' | 'settling' | 'closed'

export class Session implements ClientHandler, TransportHandler, ConnectionOwner, SessionView {
  readonly identity: SessionIdentity
  readonly context: SessionContext
  readonly database: DatabaseContext
  readonly connectedAt: Instant = now()
  readonly transaction = new Transaction()
  readonly tracker: StateTracker
  readonly current = new CurrentUnit()
  readonly lease = new Lease(this)
  readonly #queue = new UnitQueue()
  readonly #copyIn: CopyIn
  readonly #reply: Reply
  client!: ClientProtocol
  policy: Policy
  lex: LexMode

  floor: Floor = NO_FLOOR
  lastReplica: ServerId | null = null
  lastReplicaIncarnation = 0
  lastReplicaReadEnd: Instant = NEVER
  readsBehindFloor = 0
  /** null: the cluster routes. */
  observation: Observation | null = null

  phase: Phase = 'idle'
  /** As the client sees it. */
  status: TransactionStatus = 'idle'
  statements = 0
  lastServer: ServerId | null = null
  lastReason: Reason = 'local'
  readonly #transport: Transport
  readonly #reading: Reading
  readonly #stream: MessageStream
  readonly #onClosed: (session: Session) => void
  /** Set while `#next` or `reroute` is on the stack. */
  #busy = false
  readonly #horizon = new HorizonWait(this)
  /** The replica's incarnation when the unit was sent there. */
  incarnation = 0
  #draining: Failure | null = null
  leaving = false
  #relogin: (packet: Buffer) => void = () => {}
  #newLogin: Buffer | null = null

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
    this.tracker = new StateTracker(this, parameters)
    this.lex = context.dialect.lexMode(parameters)
    this.#transport = transport
    this.#reading = new Reading(this.#queue, transport, () => context.config().limits.readAheadBytes)
    this.#stream = new MessageStream(this, this.#queue, this.#reading)
    this.#copyIn = new CopyIn(this, this.#queue, this.#stream, this.#reading)
    this.#reply = new Reply(this, this.#copyIn)
    this.#onClosed = onClosed
  }

  /** Takes the client over from the login. `rest`: what it has sent already. `relogin`: gives it back to one. */
  start(client: ClientProtocol, rest: Buffer, relogin: (packet: Buffer) => void): void {
    this.client = client
    this.#relogin = relogin
    this.#transport.handler = this
    if (rest.length > 0) this.data(rest)
  }

  get state(): SessionState {
    return this.tracker.state
  }

  data(chunk: Buffer): void {
    if (this.phase !== 'closed') this.client.receive(chunk, this)
  }

  drained(): void {
    this.lease.connection?.resume()
    this.#reading.balance()
    this.#next()
  }

  closed(): void {
    if (!this.leaving || this.#queue.length === 0) this.#end()
  }

  unit(unit: Unit): void {
    if (this.#newLogin !== null) this.close(EARLY_COMMAND)
    if (this.phase === 'closed') return
    this.#queue.push(unit)
    if (this.phase === 'idle') this.#next()
    else this.#copyIn.more()
  }

  stream(view: Buffer): void {
    if (this.phase === 'closed') return
    this.#stream.take(view)
    if (this.#queue.holdsStream) this.#copyIn.more()
  }

  /** What was sent before is done before; nobody may be there any more to hear of it. */
  terminate(): void {
    this.leaving = true
    if (this.#copyIn.waits || (this.phase === 'idle' && this.#queue.length === 0)) this.#end(true)
    else this.#transport.end()
  }

  /** The same connection, another user: once all is done that was sent before. Replies may have come while the server is still asked something. */
  relogin(packet: Buffer): void {
    this.#newLogin = packet
    this.#next()
  }

  readonly violation = (failure: Failure): void => this.close(failure)

  /** Says why (null: without a word), and ends the connection. */
  close(failure: Failure | null): void {
    if (this.phase === 'closed') return
    this.#reply.release()
    if (failure !== null) this.#transport.write(this.client.encodeFailure({ ...failure, fatal: true }))
    this.#end(true)
  }

  /** Ends the session as soon as it is outside of a transaction. */
  drain(failure: Failure): void {
    this.#draining = failure
    if (this.phase === 'idle' && this.status === 'idle') this.close(failure)
  }

  /** Somebody with this session's key wants its statement cancelled. */
  readonly cancel = (): void => cancelUnit(this)

  sendAll(views: readonly Buffer[]): void {
    if (!this.#transport.writeAll(views)) this.lease.pause()
  }

  send(view: Buffer): void {
    if (!this.#transport.write(view)) this.lease.pause()
  }

  #next(): void {
    // A local answer leads to the next unit at once; this loop keeps that from becoming recursion. Who does not read gets no more replies.
    if (this.#busy) return
    this.#busy = true
    while (this.phase === 'idle' && this.#queue.length > 0 && (this.leaving || !this.#transport.full))
      this.#take(this.#queue.head)
    this.#busy = false
    if (this.phase !== 'idle') return
    if (this.leaving && this.#queue.length === 0) this.#end(true)
    else if (this.#newLogin !== null && this.#queue.length === 0) {
      this.#end()
      this.#relogin(this.#newLogin)
    } else if (this.#draining !== null && this.status === 'idle') this.close(this.#draining)
    else this.#reading.balance()
  }

  #take(unit: Unit): void {
    const reply = this.client.withoutServer(unit, this.status, this.lease.connection !== null)
    if (reply !== null) {
      this.#finishWith(reply)
      return
    }
    const { current } = this
    const work = this.client.resolve(unit, this.lex)
    current.begin(unit, work, this.policy, now())
    const answer = answerLocally(this, work)
    if (answer !== null) {
      if (answer instanceof Promise) this.#answerLater(answer)
      else if (this.phase === 'idle') this.#answer(answer) // otherwise it has killed itself
      return
    }
    current.floor = floorOf(this)
    if (this.lease.connection !== null) runOnHeld(this, this.lease.connection)
    else if (work.facts.usesLastSequence && work.executes > 0) backToSequence(this)
    else if (work.facts.asksPrevious === undefined || !backToPrevious(this)) this.#carryOut(decisionFor(this))
  }

  #answerLater(answer: Promise<LocalAnswer | LocalAnswers>): void {
    this.phase = 'settling'
    void answer.then((answer) => {
      if (this.phase === 'settling') this.#answer(answer)
    })
  }

  #answer(answer: LocalAnswer | LocalAnswers): void {
    const unit = this.#queue.head
    const last = 'answers' in answer ? answer.answers.at(-1)! : answer
    const failure = 'failure' in last ? last.failure : null
    if (failure !== null && failure === this.current.wrongHint) countRefused(this)
    else countLocal(this, 'local')
    const finish = () => {
      if ('answers' in answer) this.#finishWith(...this.client.answerAll(unit, answer, this.status))
      else this.#finishWith(this.client.answer(unit, answer, this.status))
    }
    if (failure === null) finish()
    else failTransaction(this, finish)
  }

  /** Routes the current unit again, from outside of `#next`. */
  reroute(): void {
    this.#busy = true
    if (this.lease.connection !== null) runOnHeld(this, this.lease.connection)
    else this.#carryOut(decisionFor(this))
    this.#busy = false
    this.#next()
  }

  #carryOut(decision: Decision): void {
    this.readsBehindFloor = readsBehindFloorAfter(this.readsBehindFloor, decision, this.current.waited)
    this.current.because = decision.because
    switch (decision.to) {
      case 'primary':
        this.lease.acquire(this.context.fleet.snapshot().primary!)
        return
      case 'replica':
        this.lease.acquire(decision.server)
        return
      case 'wait':
        this.phase = 'horizon'
        this.#horizon.wait(decision.horizon, decision.until)
        return
      case 'refuse':
        this.fail(refusalOf(decision))
    }
  }

  stopWaiting(): void {
    this.#horizon.cancel()
    if (this.phase === 'connection') this.lease.stopWaiting()
    this.phase = 'idle'
  }

  /** Sends the current unit; the connection is in the session's state. */
  run(connection: ServerConnection): void {
    const { unit, work } = this.current
    const { transaction } = this
    this.phase = 'running'
    if (work.begins !== null || work.facts.verdict !== 'read' || !work.selfContained) transaction.movable = false
    const again = unit.complete && !unit.streaming && (this.status === 'idle' || transaction.deferred)
    this.#copyIn.sent(unit, this.status === 'unsynced')
    this.#reply.begin(connection.readOnly && again, !connection.readOnly && work.facts.verdict !== 'read')
    if (connection.readOnly) {
      this.incarnation = this.context.fleet.snapshot().servers[connection.server]!.incarnation
    }
    const begun = this.lease.begin(unit, transaction.prefix, this.#reply)
    const room = this.#stream.sendWaiting(connection, unit)
    if (!begun || !room) this.#reading.pause()
    else this.#reading.balance()
    if (unit.complete) return
    // Its exchange goes on with the next unit, on this connection.
    if (transaction.deferred) transaction.started()
    this.status = 'unsynced'
    this.#finishUnit()
  }

  replied(status: TransactionStatus): void {
    const { connection } = this.lease
    if (this.phase === 'closed' || connection === null) return
    const reply = this.#reply
    const { rerun } = reply
    if (rerun !== null) runAgain(this, connection, reply)
    if (rerun !== null || this.lease.leavesToAsk(reply)) return
    const { current, transaction } = this
    const at = now()
    const succeeded = reply.failure === null
    settleFloors(this, connection, at)
    reply.release()
    if (transaction.deferred) {
      if (status === 'idle') transaction.prefix = []
      else transaction.started()
    }
    if (succeeded && current.refusedAsWrite) this.database.classifier.learnWrite(current.work.facts.digest)
    count(this, connection, at, status)
    this.tracker.ran(current.work, succeeded, connection, status)
    this.status = status
    if (succeeded && releases(current.work)) this.close(null)
    else if (status !== 'idle') this.#finishUnit()
    else this.#transactionOver(connection)
  }

  /** Forgets the transaction; `status` is what the client sees now. */
  endTransaction(status: TransactionStatus): void {
    settlePolicy(this, status === 'failed')
    this.transaction.over()
    this.client.transactionOver()
    this.status = status
  }

  #transactionOver(connection: ServerConnection): void {
    this.endTransaction('idle')
    this.phase = 'settling'
    this.#stream.whenWhole(connection, () => this.tracker.settle(connection, () => this.#settled(connection)))
  }

  #settled(connection: ServerConnection): void {
    if (this.phase === 'closed' || this.lease.connection !== connection) return
    if (this.tracker.pins.length === 0) this.lease.letGo()
    this.#finishUnit()
  }

  #finishWith(reply: Buffer, rest: Unit | null = null): void {
    this.#reading.answer(reply)
    this.#finishUnit(rest)
  }

  #finishUnit(rest: Unit | null = null): void {
    if (rest === null) this.#queue.shift()
    else this.#queue.replaceHead(rest)
    this.phase = 'idle'
    this.#next()
  }

  /** The unit ends with an error of Freshet's own; the session goes on. */
  fail(failure: Failure): void {
    countRefused(this)
    failTransaction(this, () => this.#finishWith(this.client.answer(this.#queue.head, { failure }, this.status)))
  }

  readonly connectionDrained = (): void => this.#reading.balance()

  connectionMessage(view: Buffer): void {
    notified(this, now())
    this.#transport.write(view)
  }

  connectionLost(connection: ServerConnection, failure: Failure): void {
    if (this.lease.connection !== connection) return
    this.lease.drop()
    if (this.phase !== 'closed') afterLoss(this, this.#reply, failure)
  }

  #end(orderly = false): void {
    if (this.phase === 'closed') return
    if (orderly) this.#transport.end()
    if (this.phase === 'horizon' || this.phase === 'connection') this.stopWaiting()
    this.phase = 'closed'
    // Whatever its connection was in the middle of, or held for this session, must reach nobody else.
    this.lease.drop()
    this.#queue.clear()
    this.#reply.drop()
    this.#onClosed(this)
  }
}
