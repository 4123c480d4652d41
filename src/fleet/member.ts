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
  /** It was the primary, then another one was, and it has not been seen as a replica since. */
  superseded: boolean
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
  superseded: false,
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

/** How a cluster is recognised: the identities and marks that its servers have shown. Empty while it is not known. */
export type Marks = ReadonlySet<string>

export const marksOf = ({ identity, marks = [] }: Sample): ReadonlySet<string> => new Set([...marks, identity])

export const belongs = ({ newest }: Member, known: Marks): boolean =>
  newest !== null && (known.has(newest.identity) || (newest.marks?.some((mark) => known.has(mark)) ?? false))

export function stateOf(member: Member, marks: Marks, incarnation: number, clockAgrees: boolean): ServerState {
  const { id, config, newest, up, horizon } = member
  const { name, address, weight, zone } = config
  const known = up && belongs(member, marks)
  return {
    id,
    name,
    address,
    weight,
    zone,
    role: known ? newest!.role : 'unknown',
    up,
    horizon: known && newest!.role === 'replica' ? horizon : NEVER,
    ineligible: obstacle(member, marks),
    unordered: known && (newest!.unordered ?? false),
    product: newest?.product ?? null,
    incarnation,
    clockAgrees,
  }
}

function obstacle(member: Member, marks: Marks): string | null {
  const { up, newest, horizon } = member
  if (!up || newest === null || marks.size === 0) return null
  if (!belongs(member, marks)) {
    const [first] = marks
    return `belongs to another cluster (${newest.identity} instead of ${first})`
  }
  // A doubt takes nothing back from what was proved under the same connection: what was replayed stays visible.
  return newest.role === 'replica' && horizon === NEVER ? newest.doubt : null
}
