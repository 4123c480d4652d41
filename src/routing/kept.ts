import type { Facts } from '../sql/facts.ts'
import type { Reason } from './reasons.ts'

/** A transaction has been begun that no server knows of yet: the statement decides where it goes. null: there is none. */
export type Deferred = 'read-only' | 'may-write' | null

/** Why a statement stays on the primary, whatever the replicas could do; null: they decide. `keptOnPrimary`: the session's settings do. */
export function keptBy(facts: Facts, deferred: Deferred, keptOnPrimary: boolean): Reason | null {
  const { verdict } = facts
  if (deferred === 'read-only' && verdict !== 'primary' && !facts.usesLastSequence && !keptOnPrimary) return null
  if (deferred !== null) return verdict === 'primary' ? facts.because : 'transaction'
  if (verdict !== 'read') return facts.because
  return keptOnPrimary ? 'session-state' : null
}
