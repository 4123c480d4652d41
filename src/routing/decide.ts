/**
 * Where one unit of work runs, and why. Pure and total: everything it depends on is an argument, it never throws, and it answers
 * `primary` only when there is one. Asked at arrival, again on every wake-up and at dispatch, because time passes in queues.
 */
import type { Facts } from '../sql/facts.ts'
import { type Instant, instant, type ServerId } from '../units.ts'
import { pointOnRing, pressure } from './balance.ts'
import {
  BEHIND_FLOOR,
  BEHIND_LAST_READ,
  CLOCK_SKEW,
  ELIGIBLE,
  OLDER_EPOCH,
  oldestAllowed,
  REASON_AT,
  STALE,
  type Stage,
  stageOf,
} from './eligibility.ts'
import type { Reason } from './reasons.ts'
import type { Decision, Floor, Loads, Policy, ServerState, SessionView, Snapshot } from './types.ts'

/** After so many reads in a row that went to the primary only because of the floor, the next one waits for a replica. */
export const READS_BEHIND_FLOOR_MAX = 3

/**
 * `floor`: from `effectiveFloor`, taken when the unit arrived. `turn`: any counter that grows; breaks ties. `waited`: this unit has
 * already waited for a horizon, so it does not wait again.
 */
export function decide(
  facts: Facts,
  session: SessionView,
  snapshot: Snapshot,
  policy: Policy,
  now: Instant,
  loads: Loads,
  waited: boolean,
  floor: Floor,
  turn: number,
): Decision {
  if (facts.verdict !== 'read') return toPrimary(snapshot, facts.because)
  return decideRead('read', facts.usesClock, session, snapshot, policy, now, loads, waited, floor, turn)
}

/** The same for work that is known to be a read for another reason than its own facts: a read-only transaction. */
export function decideRead(
  because: Reason,
  usesClock: boolean,
  session: SessionView,
  snapshot: Snapshot,
  policy: Policy,
  now: Instant,
  loads: Loads,
  waited: boolean,
  floor: Floor,
  turn: number,
): Decision {
  if (policy.route === 'primary') return toPrimary(snapshot, 'hint')
  const oldest = oldestAllowed(snapshot, policy, now)
  eligible.length = 0
  let furthest: Stage = 0
  for (const server of snapshot.servers) {
    const stage = stageOf(server, usesClock, session, policy, floor, snapshot.epoch, oldest)
    if (stage === ELIGIBLE) eligible.push(server)
    if (stage > furthest) furthest = stage
  }
  if (furthest === ELIGIBLE) return toReplica(leastLoaded(loads, turn), because)
  if (!waited && mayHelpToWait(furthest, session, snapshot, policy)) {
    const horizon =
      policy.consistency === 'eventual' ? oldest : latest(oldest, floor.instant, session.lastReplicaReadEnd)
    return { to: 'wait', horizon, until: instant(now + policy.wait), because: REASON_AT[furthest] }
  }
  return withoutEligible(furthest, usesClock, snapshot, policy)
}

/** Filled and emptied within one call, which cannot be interrupted; kept so that a decision allocates nothing. */
const eligible: ServerState[] = []

/** The least outstanding work per weight; among equals, by turns in proportion to the weights. */
function leastLoaded(loads: Loads, turn: number): ServerId {
  let least = Number.POSITIVE_INFINITY
  let weights = 0
  for (const server of eligible) {
    const its = pressure(server, loads)
    if (its < least) {
      least = its
      weights = server.weight
    } else if (its === least) weights += server.weight
  }
  let point = pointOnRing(turn, weights)
  let chosen = eligible[0] as ServerState
  for (const server of eligible) {
    if (pressure(server, loads) !== least) continue
    chosen = server
    point -= server.weight
    if (point < 0) break
  }
  return chosen.id
}

const latest = (a: Instant, b: Instant, c: Instant): Instant => instant(Math.max(a, b, c))

/**
 * Behind its floor, a read usually goes to the primary at once. It waits when that is no good (`strict` would never see a replica, the
 * route or `when_stale` asks for one), and after a few reads in a row, because every reply of the primary raises the floor again.
 */
function mayHelpToWait(furthest: Stage, session: SessionView, snapshot: Snapshot, policy: Policy): boolean {
  // Without a primary no horizon moves.
  if (!(policy.wait > 0) || snapshot.primary === null) return false
  if (furthest === STALE) return policy.whenStale === 'wait' || policy.whenStale === 'error'
  if (furthest !== BEHIND_FLOOR && furthest !== BEHIND_LAST_READ) return false
  return (
    policy.consistency === 'strict' ||
    policy.route === 'replica' ||
    policy.whenStale !== 'primary' ||
    session.readsBehindFloor >= READS_BEHIND_FLOOR_MAX
  )
}

function withoutEligible(furthest: Stage, usesClock: boolean, snapshot: Snapshot, policy: Policy): Decision {
  const because = REASON_AT[furthest]
  // One reply of the new primary lifts the session into its epoch, so that nothing else than the primary makes sense as long as there is one.
  const primaryOnly = snapshot.primary !== null && (furthest === OLDER_EPOCH || furthest === CLOCK_SKEW)
  if (!primaryOnly && policy.whenStale === 'serve') {
    const freshest = freshestReplica(snapshot, usesClock)
    if (freshest !== null) return toReplica(freshest.id, because)
  }
  if (!primaryOnly && policy.whenStale === 'error' && snapshot.primary !== null) {
    return { to: 'refuse', because, message: REFUSALS[because] ?? 'no replica may serve this read' }
  }
  return toPrimary(snapshot, because)
}

const REFUSALS: Readonly<Partial<Record<Reason, string>>> = {
  stale: 'no replica is within max_lag, and when_stale is error',
  'behind-floor': 'no replica has yet what this session must see, and when_stale is error',
  'no-replica': 'no replica can serve at the moment, and when_stale is error',
}

/** For `when_stale: serve`, which accepts the past but not what is no replica of this cluster. */
function freshestReplica(snapshot: Snapshot, usesClock: boolean): ServerState | null {
  let freshest: ServerState | null = null
  for (const server of snapshot.servers) {
    if (server.role !== 'replica' || !server.up || server.ineligible !== null) continue
    if (usesClock && !server.clockAgrees) continue
    if (freshest === null || server.horizon > freshest.horizon) freshest = server
  }
  return freshest
}

/** Decisions are immutable and few, so each is made once. */
const primaryDecisions = new Map<Reason, Decision>()
const replicaDecisions = new Map<Reason, Decision[]>()

/** `because`: what keeps it there. */
export function toPrimary(snapshot: Snapshot, because: Reason): Decision {
  if (snapshot.primary === null) {
    const problem = snapshot.primaryProblem
    const message = problem === null ? 'no primary is known' : `no primary is known: ${problem}`
    return { to: 'refuse', because: 'no-primary', message }
  }
  let decision = primaryDecisions.get(because)
  if (decision === undefined) {
    decision = { to: 'primary', because }
    primaryDecisions.set(because, decision)
  }
  return decision
}

function toReplica(server: ServerId, because: Reason): Decision {
  let byServer = replicaDecisions.get(because)
  if (byServer === undefined) {
    byServer = []
    replicaDecisions.set(because, byServer)
  }
  let decision = byServer[server]
  if (decision === undefined) {
    decision = { to: 'replica', server, because }
    byServer[server] = decision
  }
  return decision
}

/**
 * The session's `readsBehindFloor` after this decision was carried out. A wait that did not help starts the count again, so that a replica
 * that stands still costs one wait in a few reads and not one in each.
 */
export function readsBehindFloorAfter(before: number, decision: Decision, waited: boolean): number {
  if (decision.to === 'replica' || waited) return 0
  return decision.to === 'primary' && decision.because === 'behind-floor' ? before + 1 : before
}
