import { type Instant, NEVER, now } from '../units.ts'
import { DEPTH_MAX, Lane } from './lane.ts'
import type { ServerConnection } from './server-connection.ts'

/** So long, in milliseconds, a read may be expected to wait for those in front of it while another connection is free. */
const WAIT_MS = 0.5
/**
 * Now and then a lane may be fuller than that: on a server that has too much to do every reply takes long, and only what many in a row take
 * together shows what one of them is worth.
 */
const TRY_MS = 4
const TRY_EVERY_MS = 50
/** How often heads are looked at while somebody waits behind one, in milliseconds. */
const LOOK_MS = 5
/** When the heads of all lanes take long, the server does; then those behind them are moved after so much longer only. */
const ALL_STALL_MS = 500

/** Reads that are sent a second time: so many at once, and so many per second, on all servers together. */
const AGAIN_BURST = 200
const AGAIN_PER_SECOND = 500
const again = { left: AGAIN_BURST, at: now() }

/** Takes so many from what may be sent again; false when there are not as many left. */
function mayRunAgain(count: number, at: Instant): boolean {
  again.left = Math.min(AGAIN_BURST, again.left + ((at - again.at) / 1000) * AGAIN_PER_SECOND)
  again.at = at
  if (again.left < count) return false
  again.left -= count
  return true
}

export interface LanesOptions {
  /** How many connections may be lanes at a time. */
  readonly max: () => number
  /** ms; a lane whose connection is older takes nobody on board any more. */
  readonly lifetime: () => number
  /** Nobody rides on it any more. */
  readonly release: (connection: ServerConnection) => void
}

/** The lanes of one pool. */
export class Lanes {
  readonly #options: LanesOptions
  readonly #lanes: Lane[] = []
  #timer: NodeJS.Timeout | null = null
  #lookedAt: Instant = NEVER
  #fuller: Lane | null = null
  #triedAt: Instant = NEVER

  constructor(options: LanesOptions) {
    this.#options = options
  }

  /** A lane in this session state on which the wait is worth it, or null. `full`: there is no free connection to take instead. */
  find(stateKey: string, full: boolean): Lane | null {
    let best: Lane | null = null
    const at = now()
    // There may be more than there should be after a reload: nobody boards those, so that they come to rest.
    const count = Math.min(this.#lanes.length, this.#options.max())
    for (let index = 0; index < count; index++) {
      const lane = this.#lanes[index]!
      const { connection } = lane
      if (connection.state.key !== stateKey || connection.retired || !connection.alive) continue
      if (lane.depth >= DEPTH_MAX || at - connection.openedAt > this.#options.lifetime()) continue
      if (full) {
        if (best === null || lane.expected < best.expected) best = lane
        continue
      }
      // The fullest one that is not too full: few connections with much to do cost less than many with little.
      if (lane.expected > (lane === this.#fuller ? TRY_MS : WAIT_MS)) continue
      if (best === null || lane.expected > best.expected) best = lane
    }
    if (best !== null) {
      this.#watch()
      if (at - this.#triedAt > TRY_EVERY_MS) {
        this.#triedAt = at
        this.#fuller = best
      }
    }
    return best
  }

  /** Makes a lane of a connection that has just been taken from the pool; null when there are enough. */
  open(connection: ServerConnection): Lane | null {
    if (this.#lanes.length >= this.#options.max() || connection.retired || connection.doubtfulSince !== null)
      return null
    const lane = new Lane(connection, () => {
      this.#forget(lane)
      this.#options.release(connection)
    })
    this.#lanes.push(lane)
    return lane
  }

  /** The head of the lane keeps the connection. */
  clear(lane: Lane): number {
    this.#forget(lane)
    return lane.clear()
  }

  /** Somebody has left before the reply. */
  left(): void {
    this.#watch()
  }

  get counts(): { lanes: number; riders: number } {
    let riders = 0
    for (const lane of this.#lanes) riders += lane.depth
    return { lanes: this.#lanes.length, riders }
  }

  forgetLost(connection: ServerConnection): void {
    const lane = this.#lanes.find((one) => one.connection === connection)
    if (lane !== undefined) this.#forget(lane)
  }

  #forget(lane: Lane): void {
    const at = this.#lanes.indexOf(lane)
    if (at >= 0) this.#lanes.splice(at, 1)
  }

  #watch(): void {
    if (this.#timer !== null) return
    this.#timer = setInterval(() => {
      const at = now()
      // What has arrived by now is read first.
      setImmediate(() => this.#look(at))
    }, LOOK_MS)
    this.#timer.unref()
  }

  /** Those behind a head that is stuck go elsewhere. */
  #look(at: Instant): void {
    const late = at - this.#lookedAt > 3 * LOOK_MS
    this.#lookedAt = at
    let shared = false
    let allStall = this.#lanes.length > 1
    for (const lane of this.#lanes) {
      shared ||= lane.depth > 1 || lane.abandoned
      if (lane.overdue(at) <= 0) allStall = false
    }
    if (!shared) {
      if (this.#timer) clearInterval(this.#timer)
      this.#timer = null
      return
    }
    // Who could not look for a while could not send either. One who never looks in time must not let everybody wait for ever.
    const grace = allStall || late ? ALL_STALL_MS : 0
    for (const lane of [...this.#lanes]) {
      if ((lane.depth < 2 && !lane.abandoned) || lane.overdue(at) <= grace) continue
      if (mayRunAgain(lane.depth - 1, at)) this.clear(lane)
    }
  }
}
