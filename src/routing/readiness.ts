/** Whether a cluster can serve anybody at this moment: the judgement of `decide`, for the plain read of a session that has just begun. */
import { type Instant, NEVER } from '../units.ts'
import { candidates } from './candidates.ts'
import { decideRead } from './decide.ts'
import { effectiveFloor, type Floors, NO_FLOOR } from './floors.ts'
import { insteadOf } from './observe.ts'
import type { Mode, Policy, SessionView, Snapshot } from './types.ts'

/** What a session is like that has asked for nothing yet. */
export const FRESH_SESSION: SessionView = {
  floor: NO_FLOOR,
  lastReplica: null,
  lastReplicaIncarnation: 0,
  lastReplicaReadEnd: NEVER,
  readsBehindFloor: 0,
}

export interface Readiness {
  readonly ok: boolean
  /** For people: `ok`, or what keeps each server from it. */
  readonly why: string
}

/** A primary can serve everything, whatever the policy says of reads. Without one it is all up to the replicas. */
export function readiness(snapshot: Snapshot, policy: Policy, mode: Mode, floors: Floors, now: Instant): Readiness {
  if (snapshot.primary !== null) return { ok: true, why: 'ok' }
  const floor = effectiveFloor(policy, FRESH_SESSION, floors, snapshot.epoch, now)
  const loads = snapshot.servers.map(() => 0)
  const would = decideRead('read', false, FRESH_SESSION, snapshot, policy, now, loads, true, floor, 0)
  const decision = mode === 'observe' ? insteadOf(would, snapshot) : would
  if (decision.to !== 'refuse') return { ok: true, why: 'ok' }
  const facts = { verdict: 'read', because: 'read', usesClock: false } as const
  const replicas = mode === 'observe' ? [] : candidates(facts, FRESH_SESSION, snapshot, policy, now, floor)
  const each = replicas.filter(({ role }) => role === 'replica').map(({ server, why }) => `${server}: ${why}`)
  return { ok: false, why: [decision.message, ...each].join('; ') }
}
