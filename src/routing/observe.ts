/**
 * Observe mode: every unit runs on the primary, and what would have been done is counted. Two pure functions say all of it: `insteadOf` is the
 * only way from a decision to what is really done, and `viewAfter` is what the session would be like had the decision been carried out.
 *
 * The second is needed because decisions depend on those before them. Each reply of the primary raises a session's floor, so with everything on the
 * primary nearly every read would look as if it were behind its floor, though had it been routed most would have raised nothing.
 */
import type { Instant } from '../units.ts'
import type { Reason } from './reasons.ts'
import type { Decision, SessionView, Snapshot } from './types.ts'

/** What would have been done. `wait`: it would have waited for a replica first, and where it would have run then nobody knows. */
export type ObservedTarget = 'replica' | 'wait' | 'primary' | 'refuse'

const TO_PRIMARY: Decision = { to: 'primary', because: 'observe' }

/** What is really done while a cluster only observes. What runs on the primary anyway keeps its reason. */
export function insteadOf(decision: Decision, snapshot: Snapshot): Decision {
  if (decision.to === 'primary') return decision
  if (snapshot.primary !== null) return TO_PRIMARY
  if (decision.to === 'refuse' && decision.because === 'no-primary') return decision
  const problem = snapshot.primaryProblem === null ? '' : `: ${snapshot.primaryProblem}`
  const message = `no primary is known${problem}; mode is observe, so no replica serves reads meanwhile`
  return { to: 'refuse', because: 'no-primary', message }
}

/**
 * The session behind a unit that would have gone this way. Its reply ended at `at`. A wait changes nothing: it would have ended on a replica
 * or not, and the horizons of the reads that follow tell.
 */
export function viewAfter(view: SessionView, would: Decision, snapshot: Snapshot, at: Instant): SessionView {
  switch (would.to) {
    case 'primary':
      return { ...view, floor: { epoch: snapshot.epoch, instant: at } }
    case 'replica':
      return {
        ...view,
        lastReplica: would.server,
        lastReplicaIncarnation: snapshot.servers[would.server]?.incarnation ?? 0,
        lastReplicaReadEnd: at,
      }
    default:
      return view
  }
}

/** Adds up what a cluster has observed: which share would have run on replicas, and what keeps the rest away from them, the most frequent first. */
export function summaryOf(counts: readonly ObservedCount[]): ObservedSummary {
  const sum = (targets: readonly ObservedTarget[]) =>
    counts.reduce((total, { target, count }) => (targets.includes(target) ? total + count : total), 0)
  const statements = counts.reduce((total, { count }) => total + count, 0)
  const replica = sum(['replica'])
  return {
    statements,
    replica,
    wait: sum(['wait']),
    share: statements === 0 ? null : replica / statements,
    others: counts.filter(({ target }) => target !== 'replica').sort((a, b) => b.count - a.count),
  }
}

export interface ObservedCount {
  readonly target: ObservedTarget
  readonly reason: Reason
  readonly count: number
}

export interface ObservedSummary {
  readonly statements: number
  /** Would have run on a replica. */
  readonly replica: number
  /** Would have waited for one first. */
  readonly wait: number
  /** `replica / statements`; null while there are none. */
  readonly share: number | null
  readonly others: readonly ObservedCount[]
}
