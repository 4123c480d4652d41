/**
 * Who is the primary: whoever says so, if it is exactly one, of this cluster, and not from an older history than one already seen. Freshet
 * never decides it; in doubt there is none, and nothing is written.
 */
import type { ServerId } from '../units.ts'

export interface Claim {
  readonly id: ServerId
  readonly name: string
  /** PostgreSQL: its timeline. */
  readonly history: number
  /** It was a replica when it was last seen before it made this claim. */
  readonly wasReplica: boolean
  /** Why it cannot be the primary though its history is not older: "it lacks ...", "... was promoted after it"; null when nothing is. */
  readonly objection: string | null
}

/** Who was the primary last, and in which history; null before the first. */
export type LastPrimary = { readonly id: ServerId; readonly history: number } | null

export interface Election {
  readonly primary: ServerId | null
  readonly problem: string | null
  /** Another primary than before, or the same one with a newer history: an epoch begins. */
  readonly promoted: boolean
  readonly last: LastPrimary
}

/** `followed`: the highest history that a replica of the cluster follows at the moment. */
export function elect(claims: readonly Claim[], followed: number, last: LastPrimary): Election {
  const none = (problem: string): Election => ({ primary: null, problem, promoted: false, last })
  const [claim] = claims
  if (claim === undefined) return none('no server says that it is the primary')
  if (claims.length > 1) {
    const names = claims.map(({ name, history }) => `${name} (history ${history})`).join(' and ')
    return none(`${names} all say that they are the primary`)
  }
  const { id, name, history, objection } = claim
  // An old primary that reappears alone, while the new one is away, must not be written to.
  const newest = Math.max(followed, last?.history ?? 0)
  if (history < newest) {
    return none(`${name} says that it is the primary, but in history ${history}, and history ${newest} is known`)
  }
  if (objection !== null) return none(`${name} says that it is the primary, but ${objection}`)
  const promoted = claim.wasReplica || (last !== null && (last.id !== id || history > last.history))
  return { primary: id, problem: null, promoted, last: { id, history } }
}
