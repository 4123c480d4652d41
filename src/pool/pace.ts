import { type Digest, type Instant, NEVER } from '../units.ts'

/** A read that takes longer than this many milliseconds at its best shares a connection with nobody. On average all take long when a server has too much to do. */
const FAST_MS = 5
/** How often a statement has to run before anything is said of it. */
const RUNS_MIN = 8
const STATEMENTS_MAX = 2000
/** After it has held others up, a statement shares nothing for so many milliseconds; twice as long each time, up to the last. */
const HELD_UP_MS = 1000
const HELD_UP_MS_MAX = 600_000

/** How long one statement takes on one server, in milliseconds. */
export interface Pace {
  runs: number
  /** Of its runs alone on a connection: moving averages of the time, and of its distance from that. */
  mean: number
  spread: number
  /** Alone, at its best: what is left when the server has little else to do. Grows slowly, so that it is not for ever. */
  least: number
  /** What it keeps a connection busy for when others wait behind it, at its best: without the way there and back. */
  service: number
  /** It has held others up: until then it shares nothing, and for how long the last time. */
  aloneUntil: Instant
  penalty: number
}

/** How long statements take on one server, by digest; bounded, the oldest are forgotten. */
export class Paces {
  readonly #byDigest = new Map<Digest, Pace>()

  of(digest: Digest): Pace {
    const known = this.#byDigest.get(digest)
    if (known !== undefined) return known
    const pace = { runs: 0, mean: 0, spread: 0, least: 0, service: 0, aloneUntil: NEVER, penalty: 0 }
    this.#byDigest.set(digest, pace)
    if (this.#byDigest.size > STATEMENTS_MAX) this.#byDigest.delete(this.#byDigest.keys().next().value!)
    return pace
  }
}

/** It took so long, alone on its connection, from its first byte to the end of its reply. */
export function noteAlone(pace: Pace, ms: number): void {
  if (pace.runs === 0) {
    pace.mean = ms
    pace.least = ms
    pace.service = ms
  }
  pace.runs++
  const off = ms - pace.mean
  pace.mean += off / 16
  pace.spread += (Math.abs(off) - pace.spread) / 16
  pace.least = Math.min(ms, pace.least * 1.01)
  if (pace.service > pace.least) pace.service = pace.least
}

/**
 * A connection was busy for `ratio` times as long as was expected of what it did in that time, this statement among it. Believed at once when
 * it is less, and slowly when it is more: a server that has too much to do is slow for everybody, and more connections would not help.
 */
export function noteTogether(pace: Pace, ratio: number): void {
  pace.service *= ratio < 1 ? 1 + (ratio - 1) / 4 : 1 + (Math.min(ratio, 4) - 1) / 64
  if (pace.service > pace.least) pace.service = pace.least
}

/** Others had to leave a lane because of it (it is not always quick), or it had to leave itself. */
export function noteHeldUp(pace: Pace, at: Instant): void {
  // After ten times as long without a fault it is as good as any other.
  const calm = at - pace.aloneUntil > 10 * pace.penalty
  pace.penalty = calm ? HELD_UP_MS : Math.min(HELD_UP_MS_MAX, pace.penalty * 2)
  pace.aloneUntil = (at + pace.penalty) as Instant
}

/** Known to be quick. */
export const isFast = ({ runs, least, aloneUntil }: Pace, at: Instant): boolean =>
  runs >= RUNS_MIN && least <= FAST_MS && at >= aloneUntil

/** What takes longer than this, in milliseconds, is in trouble. */
export const patience = ({ mean, spread }: Pace): number => 50 + 8 * (mean + 2 * spread)
