import { type Instant, NEVER, now } from '../units.ts'
import type { Session } from './session.ts'

/** A read that waits until some replica is proved to have what it must see. */
export class HorizonWait {
  readonly #session: Session
  #handle: { cancel(): void } | null = null
  #since: Instant = NEVER

  constructor(session: Session) {
    this.#session = session
  }

  wait(horizon: Instant, until: Instant): void {
    this.#since = now()
    this.#handle = this.#session.context.fleet.waitForHorizon(horizon, until, () => this.#over())
  }

  cancel(): void {
    this.#handle?.cancel()
    this.#handle = null
  }

  /** The horizon has come, or the time is up: the unit is routed again. */
  #over(): void {
    const session = this.#session
    if (session.phase !== 'horizon' || this.#handle === null) return
    this.#handle = null
    session.context.metrics.horizonWait((now() - this.#since) / 1000)
    session.phase = 'idle'
    session.current.waited = true
    session.reroute()
  }
}
