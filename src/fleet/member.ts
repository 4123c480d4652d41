import type { Covers, Position, Sample } from '../dialect.ts'
import type { ServerState } from '../routing/types.ts'
import { type Instant, NEVER, type ServerId } from '../units.ts'
import type { ClockEstimate } from './clocks.ts'
import type { FleetServer } from './types.ts'

/** What is known of one server: from its newest sample, and proved from earlier ones under the same connection. */
export interface Member {
  readonly id: ServerId
  readonly config: FleetServer
  /** It has answered or failed at least once. */
  tried: boolean
  up: boolean
  /** From its newest sample, also an old one; null before the first. */
  newest: Sample | null
  /** Seen as a replica since it was last the primary. */
  wasReplica: boolean
  /** A replica's position from its newest sample of this incarnation and epoch. */
  position: Position | null
  /** It stands at this position since then. */
  positionSince: Instant
  /** Proved in this incarnation and epoch. */
  horizon: Instant
  clock: ClockEstimate | null
}

export const newMember = (id: ServerId, config: FleetServer): Member => ({
  id,
  config,
  tried: false,
  up: false,
  newest: null,
  wasReplica: false,
  position: null,
  positionSince: NEVER,
  horizon: NEVER,
  clock: null,
})

/** A lost connection, or a new epoch: nothing of what was proved holds any more. */
export function forgetProofs(member: Member): void {
  member.position = null
  member.positionSince = NEVER
  member.horizon = NEVER
}

/** Takes over a position from the newest sample; true when the server has moved. */
export function moveTo(member: Member, position: Position, now: Instant, covers: Covers): boolean {
  const before = member.position
  member.position = position
  if (before !== null && covers(before, position) && covers(position, before)) return false
  // Gone back, or into another history: what was proved from positions before is doubtful.
  if (before !== null && !covers(position, before)) member.horizon = NEVER
  member.positionSince = now
  return true
}

export const belongs = (member: Member, identity: string | null): boolean =>
  member.newest !== null && member.newest.identity === identity

export function stateOf(
  member: Member,
  identity: string | null,
  incarnation: number,
  clockAgrees: boolean,
): ServerState {
  const { id, config, newest, up, horizon } = member
  const { name, address, weight, zone } = config
  const known = up && identity !== null && belongs(member, identity)
  return {
    id,
    name,
    address,
    weight,
    zone,
    role: known ? newest!.role : 'unknown',
    up,
    horizon: known && newest!.role === 'replica' ? horizon : NEVER,
    ineligible: obstacle(member, identity),
    incarnation,
    clockAgrees,
  }
}

function obstacle({ up, newest, horizon }: Member, identity: string | null): string | null {
  if (!up || newest === null || identity === null) return null
  if (newest.identity !== identity) {
    return `belongs to another cluster (system identifier ${newest.identity} instead of ${identity})`
  }
  // A doubt takes nothing back from what was proved under the same connection: what was replayed stays visible.
  return newest.role === 'replica' && horizon === NEVER ? newest.doubt : null
}
