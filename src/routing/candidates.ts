/** Each server and why it can or cannot run this unit of work: the lines of EXPLAIN ROUTE. For people, so it may be slow. */
import type { Facts } from '../sql/facts.ts'
import { type Instant, NEVER, unreachable } from '../units.ts'
import {
  BEHIND_FLOOR,
  BEHIND_LAST_READ,
  CLOCK_SKEW,
  DOWN,
  ELIGIBLE,
  INELIGIBLE,
  lagBudget,
  NOT_A_REPLICA,
  OLDER_EPOCH,
  oldestAllowed,
  STALE,
  type Stage,
  stageOf,
} from './eligibility.ts'
import { REASONS } from './reasons.ts'
import type { Candidate, Floor, Policy, ServerState, SessionView, Snapshot } from './types.ts'

/** Takes what `decide` takes; one entry per server, in their order. */
export function candidates(
  facts: Pick<Facts, 'verdict' | 'because' | 'usesClock'>,
  session: SessionView,
  snapshot: Snapshot,
  policy: Policy,
  now: Instant,
  floor: Floor,
): Candidate[] {
  const oldest = oldestAllowed(snapshot, policy, now)
  return snapshot.servers.map((server): Candidate => {
    const { name, role } = server
    if (server.id === snapshot.primary)
      return { server: name, role, eligible: true, why: 'the primary can run everything' }
    if (role === 'replica' && facts.verdict !== 'read') {
      return { server: name, role, eligible: false, why: `not a plain read: ${REASONS[facts.because]}` }
    }
    if (role === 'replica' && policy.route === 'primary') {
      return { server: name, role, eligible: false, why: `route is primary: ${REASONS.hint}` }
    }
    const stage = stageOf(server, facts.usesClock, session, policy, floor, snapshot.epoch, oldest)
    const why = explain(stage, server, session, snapshot, policy, now, floor)
    return { server: name, role, eligible: stage === ELIGIBLE, why }
  })
}

/** The lag budget that counts now, by its name. */
function budget(snapshot: Snapshot, policy: Policy): string {
  const allowed = lagBudget(snapshot, policy)
  return `${allowed > policy.maxLag ? 'max_lag_without_primary' : 'max_lag'} is ${ms(allowed)}`
}

const ms = (length: number): string => `${length < 10 ? length.toFixed(1) : Math.round(length)} ms`

function explain(
  stage: Stage,
  server: ServerState,
  session: SessionView,
  snapshot: Snapshot,
  policy: Policy,
  now: Instant,
  floor: Floor,
): string {
  const { horizon, ineligible, role, up } = server
  const proved = `proved up to ${ms(now - horizon)} ago`
  switch (stage) {
    case NOT_A_REPLICA:
      if (!up) return 'it is down'
      if (ineligible !== null) return ineligible
      return role === 'primary'
        ? `not accepted as the primary: ${snapshot.primaryProblem ?? 'unknown why'}`
        : 'its role is not known'
    case DOWN:
      return 'it is down'
    case INELIGIBLE:
      return ineligible ?? 'it may show a transaction before an earlier one: for eventual only'
    case STALE:
      return horizon > NEVER ? `${proved}, and ${budget(snapshot, policy)}` : 'nothing is proved of it yet'
    case OLDER_EPOCH:
      return REASONS['older-epoch']
    case BEHIND_FLOOR:
      return `${proved}, and the read must see everything up to ${ms(now - floor.instant)} ago`
    case BEHIND_LAST_READ:
      return `${proved}, and the session read from another replica until ${ms(now - session.lastReplicaReadEnd)} ago`
    case CLOCK_SKEW:
      return REASONS['clock-skew']
    case ELIGIBLE:
      return proved
    default:
      return unreachable(stage)
  }
}
