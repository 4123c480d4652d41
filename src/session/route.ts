/** Where the current unit runs, given what the session is in the middle of. Everything about freshness is in routing/. */
import type { ServerConnection } from '../pool/server-connection.ts'
import { decide, decideRead } from '../routing/decide.ts'
import { effectiveFloor } from '../routing/floors.ts'
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
  const { work } = current
  const { facts } = work
  if (current.forcePrimary !== null) return toPrimary(session, current.forcePrimary)
  if (transaction.deferred || work.begins !== null) {
    const readOnly = transaction.deferred ? transaction.mayRunOnReplica : work.begins!.readOnly === true
    const harmless =
      facts.verdict !== 'primary' && !facts.usesLastSequence && !context.dialect.keepsOnPrimary(session.state)
    if (readOnly && harmless) return read(session, view, 'read-only-transaction', null, current.waited)
    return toPrimary(session, facts.verdict === 'primary' ? facts.because : 'transaction')
  }
  if (facts.verdict !== 'read') return toPrimary(session, facts.because)
  if (context.dialect.keepsOnPrimary(session.state)) return toPrimary(session, 'session-state')
  const snapshot = context.fleet.snapshot()
  const turn = ++context.turn
  return decide(facts, view, snapshot, current.policy, now(), context.loads, current.waited, current.floor, turn)
}

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

function toPrimary(session: Session, because: Reason): Decision {
  const { primary, primaryProblem } = session.context.fleet.snapshot()
  if (primary !== null) return { to: 'primary', because }
  const why = primaryProblem === null ? '' : `: ${primaryProblem}`
  return { to: 'refuse', because: 'no-primary', message: `no primary is known${why}` }
}
