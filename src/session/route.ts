/** Where the current unit runs, given what the session is in the middle of. Everything about freshness is in routing/. */
import type { ServerConnection } from '../pool/server-connection.ts'
import { decide, decideRead } from '../routing/decide.ts'
import type { Reason } from '../routing/reasons.ts'
import type { Decision } from '../routing/types.ts'
import { now, type ServerId } from '../units.ts'
import type { Session } from './session.ts'

export function decisionFor(session: Session): Decision {
  const { context, current, transaction } = session
  const { work } = current
  const { facts } = work
  if (current.forcePrimary !== null) return toPrimary(session, current.forcePrimary)
  if (transaction.deferred || work.begins !== null) {
    const readOnly = transaction.deferred ? transaction.mayRunOnReplica : work.begins!.readOnly === true
    const harmless =
      facts.verdict !== 'primary' && !facts.usesLastSequence && !context.dialect.keepsOnPrimary(session.state)
    if (readOnly && harmless) return read(session, 'read-only-transaction', null, current.waited)
    return toPrimary(session, facts.verdict === 'primary' ? facts.because : 'transaction')
  }
  if (facts.verdict !== 'read') return toPrimary(session, facts.because)
  if (context.dialect.keepsOnPrimary(session.state)) return toPrimary(session, 'session-state')
  const snapshot = context.fleet.snapshot()
  const turn = ++context.turn
  return decide(facts, session, snapshot, current.policy, now(), context.loads, current.waited, current.floor, turn)
}

/** The current unit as a read; `only`: of all replicas only this one is looked at. */
function read(session: Session, because: Reason, only: ServerId | null, waited: boolean): Decision {
  const { context, current } = session
  const snapshot = context.fleet.snapshot()
  const fleet =
    only === null ? snapshot : { ...snapshot, servers: snapshot.servers.filter((server) => server.id === only) }
  const { usesClock } = current.work.facts
  const turn = ++context.turn
  return decideRead(
    because,
    usesClock,
    session,
    fleet,
    current.policy,
    now(),
    context.loads,
    waited,
    current.floor,
    turn,
  )
}

/** Whether the decision that led to this connection would still be made: time has passed. */
export function stillRight(session: Session, connection: ServerConnection): boolean {
  if (!connection.readOnly) return session.context.fleet.snapshot().primary === connection.server
  const decision = read(session, 'read', connection.server, true)
  return decision.to === 'replica' && decision.server === connection.server
}

function toPrimary(session: Session, because: Reason): Decision {
  const { primary, primaryProblem } = session.context.fleet.snapshot()
  if (primary !== null) return { to: 'primary', because }
  const why = primaryProblem === null ? '' : `: ${primaryProblem}`
  return { to: 'refuse', because: 'no-primary', message: `no primary is known${why}` }
}
