/**
 * The one inequality: a plain read may run on a replica if and only if
 *
 *     horizon(replica) >= max(now - max_lag, floor(session))
 *
 * and, for everyone but `eventual`, when it would be another replica than the session's last one (or the same one restarted), the
 * horizon is not before the end of the session's last replica read. `stageOf` says how far one server gets on the way there.
 */
import { type Instant, instant, type Millis, NEVER } from '../units.ts'
import type { Reason } from './reasons.ts'
import type { Floor, Policy, ServerState, SessionView, Snapshot } from './types.ts'

/** How far a server gets; the last one means eligible. Plain numbers, because the furthest one decides the reason. */
export const NOT_A_REPLICA = 0
export const DOWN = 1
export const INELIGIBLE = 2
export const STALE = 3
export const OLDER_EPOCH = 4
export const BEHIND_FLOOR = 5
export const BEHIND_LAST_READ = 6
export const CLOCK_SKEW = 7
export const ELIGIBLE = 8
export type Stage = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** The reason when no server got further than this. */
export const REASON_AT: Readonly<Record<Stage, Reason>> = {
  [NOT_A_REPLICA]: 'no-replica',
  [DOWN]: 'no-replica',
  [INELIGIBLE]: 'no-replica',
  [STALE]: 'stale',
  [OLDER_EPOCH]: 'older-epoch',
  [BEHIND_FLOOR]: 'behind-floor',
  [BEHIND_LAST_READ]: 'behind-floor',
  [CLOCK_SKEW]: 'clock-skew',
  [ELIGIBLE]: 'read',
}

/** Without a primary horizons can only age, so a budget of its own applies if the policy says so. */
export function lagBudget(snapshot: Snapshot, policy: Policy): Millis {
  const longer = snapshot.primary === null && policy.whenNoPrimary === 'serve'
  return longer && policy.maxLagWithoutPrimary > policy.maxLag ? policy.maxLagWithoutPrimary : policy.maxLag
}

/** The oldest horizon that the lag budget allows. */
export const oldestAllowed = (snapshot: Snapshot, policy: Policy, now: Instant): Instant =>
  instant(now - lagBudget(snapshot, policy))

export function stageOf(
  server: ServerState,
  usesClock: boolean,
  session: SessionView,
  policy: Policy,
  floor: Floor,
  epoch: number,
  oldest: Instant,
): Stage {
  if (server.role !== 'replica') return NOT_A_REPLICA
  if (!server.up) return DOWN
  if (server.ineligible !== null) return INELIGIBLE
  if (server.unordered && policy.consistency !== 'eventual') return INELIGIBLE
  const { horizon } = server
  // Written so that anything that is not a number fails.
  if (!(horizon > NEVER && horizon >= oldest)) return STALE
  if (floor.instant !== NEVER) {
    if (floor.epoch !== epoch) return OLDER_EPOCH
    if (!(horizon >= floor.instant)) return BEHIND_FLOOR
  }
  if (policy.consistency !== 'eventual' && !(horizon >= session.lastReplicaReadEnd)) {
    // Replay does not go back while a server runs, so the very same one still has what the session saw there.
    const same = server.id === session.lastReplica && server.incarnation === session.lastReplicaIncarnation
    if (!same) return BEHIND_LAST_READ
  }
  return usesClock && !server.clockAgrees ? CLOCK_SKEW : ELIGIBLE
}
