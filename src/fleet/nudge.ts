import type { Instant } from '../units.ts'

/** What decides whether a marker in the replication stream would help. */
export interface Standstill {
  /** The primary's position is the same since then. */
  readonly primarySince: Instant
  /** The longest that a replica has been standing below the primary's position; null when none does. */
  readonly replicaSince: Instant | null
  /** Somebody waits for a horizon, or a replica is further behind than the lag budget. */
  readonly matters: boolean
}

const STILL_MS = 200
const GAP_MIN = 1000
const GAP_MAX = 60_000

/**
 * An idle primary's insert position can include WAL that nobody flushes for seconds, and replicas then stand still below it. A marker flushes
 * it. When that does not help (a paused replica), the next one comes later and later.
 */
export class Nudger {
  #next = Number.NEGATIVE_INFINITY
  #gap = GAP_MIN

  /** True when it is time for a marker; counts it as sent. */
  due(now: Instant, { primarySince, replicaSince, matters }: Standstill): boolean {
    if (replicaSince === null) {
      this.#gap = GAP_MIN
      return false
    }
    if (!matters || now - primarySince <= STILL_MS || now - replicaSince <= STILL_MS || now < this.#next) return false
    this.#next = now + this.#gap
    this.#gap = Math.min(this.#gap * 2, GAP_MAX)
    return true
  }

  /** The account may not: there is no use in trying again soon. */
  refused(now: Instant): void {
    this.#gap = GAP_MAX
    this.#next = now + GAP_MAX
  }
}
