import { type Instant, instant } from '../../src/units.ts'

interface Timer {
  readonly at: number
  readonly order: number
  readonly action: () => void
}

/** Lets promises that are due run on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A clock that moves only when it is told to, with the timers that hang on it. */
export class FakeTime {
  #now = 1000
  #order = 0
  readonly #timers = new Set<Timer>()

  readonly clock = (): Instant => instant(this.#now)

  readonly schedule = (delay: number, action: () => void): (() => void) => {
    const timer = { at: this.#now + Math.max(0, delay), order: this.#order++, action }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Resolves after this time on the fake clock. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.schedule(ms, resolve))
  }

  get pending(): number {
    return this.#timers.size
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (;;) {
      let next: Timer | null = null
      for (const timer of this.#timers) {
        if (timer.at > end) continue
        if (next === null || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
      }
      if (next === null) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.action()
      await settle()
    }
    this.#now = end
  }
}
