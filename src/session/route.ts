/** Where the current unit runs, given what the session is in the middle of. Everything about freshness is in routing/. */
import type { Failure } from '../dialect.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import { decide, decideRead, toPrimary } from '../routing/decide.ts'
import { effectiveFloor } from '../routing/floors.ts'
import { keptBy } from '../routing/kept.ts'
import { insteadOf } from '../routing/observe.ts'
import type { Reason } from '../routing/reasons.ts'
import type { Decision, Floor, SessionView } from '../routing/types.ts'
import { now, type ServerId } from '../units.ts'
import { Observation } from './observation.ts'
import type { Session } from './session.ts'

/** The session as decisions see it: itself, or, while its cluster only observes, as it would be if it did more than that. */
function viewOf(session: Session): SessionView {
  const observing = session.context.config().mode === 'observe'
  // A reload has changed the mode.
  if (observing !== (session.observation !== null)) session.observation = observing ? new Observation(session) : null
  return session.observation ?? session
}

/** What the current unit must not be older than. Asked once, when its turn has come. */
export function floorOf(session: Session): Floor {
  const { context, current } = session
  const { epoch } = context.fleet.snapshot()
  return effectiveFloor(current.policy, viewOf(session), context.floors, epoch, current.arrived)
}

export function decisionFor(session: Session): Decision {
  const view = viewOf(session)
  const decision = decisionAs(session, view)
  const { observation, current } = session
  if (observation === null) return decision
  current.would = decision
  observation.decided(decision)
  return insteadOf(decision, session.context.fleet.snapshot())
}

function decisionAs(session: Session, view: SessionView): Decision {
  const { context, current, transaction } = session
  const { facts, begins } = current.work
  const snapshot = context.fleet.snapshot()
  if (current.forcePrimary !== null) return toPrimary(snapshot, current.forcePrimary)
  const begun = transaction.deferred || begins !== null
  const readOnly = transaction.deferred ? transaction.mayRunOnReplica : begins?.readOnly === true
  const deferred = begun ? (readOnly ? 'read-only' : 'may-write') : null
  const because = keptBy(facts, deferred, context.dialect.keepsOnPrimary(session.state))
  if (because !== null) return toPrimary(snapshot, because)
  if (begun) return read(session, view, 'read-only-transaction', null, current.waited)
  const turn = ++context.turn
  return decide(facts, view, snapshot, current.policy, now(), context.loads, current.waited, current.floor, turn)
}

export const refusalOf = ({ because, message }: Extract<Decision, { to: 'refuse' }>): Failure => ({
  code: because === 'no-primary' ? '57P03' : '55000',
  message,
  hint: `The reason code is ${because}.`,
})

/** The current unit as a read; `only`: of all replicas only this one is looked at. */
function read(session: Session, view: SessionView, because: Reason, only: ServerId | null, waited: boolean): Decision {
  const { context, current } = session
  const snapshot = context.fleet.snapshot()
  const fleet =
    only === null ? snapshot : { ...snapshot, servers: snapshot.servers.filter((server) => server.id === only) }
  const { usesClock } = current.work.facts
  const turn = ++context.turn
  return decideRead(because, usesClock, view, fleet, current.policy, now(), context.loads, waited, current.floor, turn)
}

/** Whether the decision that led to this connection would still be made: time has passed. */
export function stillRight(session: Session, connection: ServerConnection): boolean {
  const { config, fleet } = session.context
  if (!connection.readOnly) return fleet.snapshot().primary === connection.server
  return config().mode === 'route' && staysOn(session, connection.server)
}

/** Whether a read that the session's transaction goes on with may still run on this replica. */
export function staysOn(session: Session, server: ServerId): boolean {
  const decision = read(session, session.observation ?? session, 'read', server, true)
  return decision.to === 'replica' && decision.server === server
}
