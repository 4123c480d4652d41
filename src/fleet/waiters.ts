import { type Instant, NEVER } from '../units.ts'
import type { Schedule } from './types.ts'

interface Waiter {
  readonly horizon: Instant
  readonly wake: () => void
  /** Calls off whatever would wake it by time. */
  stopTimer: () => void
}

/** Reads that wait for a horizon. Each is woken exactly once, or cancelled, and never from within `add`. */
export class Waiters {
  readonly #waiting = new Set<Waiter>()
  readonly #clock: () => Instant
  readonly #schedule: Schedule
  /** No waiter asks for less than this; may be lower than the truth, never higher. */
  #lowest: Instant = NEVER

  constructor(clock: () => Instant, schedule: Schedule) {
    this.#clock = clock
    this.#schedule = schedule
  }

  get size(): number {
    return this.#waiting.size
  }

  /** The latest horizon that anyone waits for; NEVER when nobody does. */
  get furthest(): Instant {
    let furthest = NEVER
    for (const { horizon } of this.#waiting) if (horizon > furthest) furthest = horizon
    return furthest
  }

  add(horizon: Instant, reached: boolean, until: Instant, wake: () => void): { cancel(): void } {
    const waiter: Waiter = { horizon, wake, stopTimer: () => {} }
    const delay = reached ? 0 : Math.max(0, until - this.#clock())
    waiter.stopTimer = this.#schedule(delay, () => {
      if (this.#waiting.delete(waiter)) wake()
    })
    if (this.#waiting.size === 0 || horizon < this.#lowest) this.#lowest = horizon
    this.#waiting.add(waiter)
    return {
      cancel: () => {
        if (this.#waiting.delete(waiter)) waiter.stopTimer()
      },
    }
  }

  /** Some replica's horizon is `horizon` now. */
  reached(horizon: Instant): void {
    if (this.#waiting.size === 0 || !(horizon >= this.#lowest)) return
    let lowest = Number.POSITIVE_INFINITY as Instant
    const woken: Waiter[] = []
    for (const waiter of this.#waiting) {
      if (horizon >= waiter.horizon) woken.push(waiter)
      else if (waiter.horizon < lowest) lowest = waiter.horizon
    }
    this.#lowest = lowest
    this.#wake(woken)
  }

  wakeAll(): void {
    this.#wake([...this.#waiting])
  }

  #wake(woken: readonly Waiter[]): void {
    for (const waiter of woken) {
      // A wake-up before may have cancelled this one.
      if (!this.#waiting.delete(waiter)) continue
      waiter.stopTimer()
      waiter.wake()
    }
  }
}
