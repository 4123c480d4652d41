import type { ServerConnection } from '../pool/server-connection.ts'
import { readsBehindFloorAfter } from '../routing/decide.ts'
import { viewAfter } from '../routing/observe.ts'
import type { Decision, Floor, SessionView } from '../routing/types.ts'
import type { Instant, ServerId } from '../units.ts'
import { staysOn } from './route.ts'
import type { Session } from './session.ts'

/** The same session as it would be if its cluster did not only observe: what its next decision would depend on. */
export class Observation implements SessionView {
  floor: Floor
  lastReplica: ServerId | null
  lastReplicaIncarnation: number
  lastReplicaReadEnd: Instant
  readsBehindFloor = 0
  readonly #session: Session
  /** What would have been done with the unit that was decided last; those behind it in one exchange go the same way. */
  #decided: Decision | null = null
  /** How the open transaction would have begun, while it would not be on the primary. */
  #began: Decision | null = null

  constructor(session: Session) {
    this.#session = session
    this.floor = session.floor
    this.lastReplica = session.lastReplica
    this.lastReplicaIncarnation = session.lastReplicaIncarnation
    this.lastReplicaReadEnd = session.lastReplicaReadEnd
  }

  /** What would be done with a unit whose session holds this connection; null: what is done. */
  held(connection: ServerConnection): Decision | null {
    if (connection.readOnly) this.#decided = null
    else if (this.#session.status !== 'unsynced') this.#decided = this.#inTransaction()
    return this.#decided
  }

  /** Mirrors `runOnHeld`. */
  #inTransaction(): Decision | null {
    const session = this.#session
    const began = this.#began
    if (began === null || session.status !== 'open') return null
    const { current, transaction } = session
    const { facts, executes, continues } = current.work
    const fits = facts.verdict !== 'primary'
    const asked = began.to !== 'replica' || !transaction.snapshotPerStatement || continues
    if (facts.transaction !== null || executes === 0 || (fits && (asked || staysOn(session, began.server))))
      return began
    this.#began = null
    return { to: 'primary', because: fits ? 'stale' : facts.because }
  }

  decided(would: Decision): void {
    this.#decided = would
  }

  /** Something else than a reply has moved the session's floor: a notification, a token. */
  mustSee(floor: Floor): void {
    this.floor = floor
  }

  /** The current unit has had its reply. `would`: what would have been done with it. */
  replied(would: Decision, at: Instant, inTransaction: boolean): void {
    const snapshot = this.#session.context.fleet.snapshot()
    this.readsBehindFloor = readsBehindFloorAfter(this.readsBehindFloor, would, would.to === 'wait')
    const { floor, lastReplica, lastReplicaIncarnation, lastReplicaReadEnd } = viewAfter(this, would, snapshot, at)
    this.floor = floor
    this.lastReplica = lastReplica
    this.lastReplicaIncarnation = lastReplicaIncarnation
    this.lastReplicaReadEnd = lastReplicaReadEnd
    const away = would.to === 'replica' || would.to === 'wait'
    this.#began = inTransaction && away ? would : null
  }
}
