/** Whether servers' clocks agree, from the samples: a server's clock, read somewhere between sending and answer, is known up to half the time between them. */
import type { Instant } from '../units.ts'

/** A server's clock relative to this process's own, in milliseconds. */
export interface ClockEstimate {
  readonly offset: number
  /** The true offset is within this many milliseconds. */
  readonly error: number
  readonly at: Instant
}

/** A good estimate is kept so long against worse ones. */
const KEEP_MS = 5000

export function estimateClock(before: ClockEstimate | null, t0: Instant, t1: Instant, clock: number): ClockEstimate {
  const estimate = { offset: clock - (t0 + t1) / 2, error: (t1 - t0) / 2, at: t1 }
  if (before === null || estimate.error <= before.error || t1 - before.at > KEEP_MS) return estimate
  const stepped = Math.abs(estimate.offset - before.offset) > estimate.error + before.error
  return stepped ? estimate : before
}

/** True only when the clocks surely agree within `limit` milliseconds. */
export function clocksAgree(a: ClockEstimate | null, b: ClockEstimate | null, limit: number): boolean {
  if (a === null || b === null) return false
  return Math.abs(a.offset - b.offset) + a.error + b.error <= limit
}
