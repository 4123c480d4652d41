import type { Covers, Position } from '../dialect.ts'
import { type Instant, NEVER } from '../units.ts'

interface Entry {
  t0: Instant
  readonly position: Position
}

/** Enough for half a minute at the base interval in full detail, and for hours in growing steps. */
const ENTRIES_MAX = 512

/**
 * Where the primary was at which instant. An entry says: every commit acknowledged before `t0` is covered by `position`. Leaving an entry out
 * only makes horizons older, so when the list is full the older half loses every second entry, again and again: steps
 * grow with age. Nothing is ever interpolated between two entries.
 */
export class History {
  #entries: Entry[] = []
  readonly #covers: Covers

  constructor(covers: Covers) {
    this.#covers = covers
  }

  /** The primary, asked at `t0`, answered `position`. Answers arrive in the order of their questions. */
  push(t0: Instant, position: Position): void {
    const last = this.#entries.at(-1)
    if (last !== undefined && this.#covers(last.position, position)) {
      // An idle primary: what covered the last position covers this instant too.
      last.t0 = t0
      return
    }
    if (this.#entries.length >= ENTRIES_MAX) {
      const half = ENTRIES_MAX / 2
      this.#entries = this.#entries.filter((_, index) => index >= half || index % 2 === 1)
    }
    this.#entries.push({ t0, position })
  }

  /** The latest instant whose position is covered by `have`; NEVER when none is. */
  horizonOf(have: Position): Instant {
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      const entry = this.#entries[index] as Entry
      if (this.#covers(have, entry.position)) return entry.t0
    }
    return NEVER
  }

  /** Whether `have` covers the newest position. False when there is none. */
  coversNewest(have: Position): boolean {
    const last = this.#entries.at(-1)
    return last !== undefined && this.#covers(have, last.position)
  }

  clear(): void {
    this.#entries = []
  }

  get size(): number {
    return this.#entries.length
  }
}
