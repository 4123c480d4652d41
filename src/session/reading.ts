import type { Failure } from '../dialect.ts'
import type { Transport } from '../net/transport.ts'
import type { UnitQueue } from './unit-queue.ts'

/** As whom a command is sent behind a change of the user is known only when that is over. */
export const EARLY_COMMAND: Failure = { code: '08P01', message: 'a command came before the new login was over' }

/** Stops reading from a client that is far ahead of its replies, or whose data has nowhere to go yet, and goes on when that is over. */
export class Reading {
  readonly #queue: UnitQueue
  readonly #transport: Transport
  readonly #aheadMax: () => number
  #paused = false

  constructor(queue: UnitQueue, transport: Transport, aheadMax: () => number) {
    this.#queue = queue
    this.#transport = transport
    this.#aheadMax = aheadMax
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#transport.pause()
  }

  /** Writes an answer of Freshet's own. A client that asks and never listens is not answered without end. */
  answer(bytes: Buffer): void {
    if (bytes.length > 0 && !this.#transport.write(bytes)) this.pause()
  }

  balance(): void {
    if (this.#queue.length > 1 && this.#queue.isFull(this.#aheadMax())) this.pause()
    else if (this.#paused && !this.#transport.full && !this.#queue.holdsStream) {
      this.#paused = false
      this.#transport.resume()
    }
  }
}
