import type { Failure, ReplySink, TransactionStatus } from '../dialect.ts'
import { now } from '../units.ts'
import type { Session } from './session.ts'

/**
 * The reply under way, on its way to the client. On a replica its first bytes are held back a little: an error may follow that says
 * that this was no read after all, and then the client must not have seen anything.
 */
export class Reply implements ReplySink {
  /** Some of it has been sent: nothing can be run again. */
  forwarded = false
  /** It may be run again elsewhere while nothing has been sent. */
  guarded = false
  failure: Failure | null = null
  /** Why it has to be run again. */
  rerun: 'learn' | 'once' | null = null
  readonly #session: Session
  #held: Buffer[] = []
  #heldBytes = 0
  #write = false

  constructor(session: Session) {
    this.#session = session
  }

  /** `write`: what the client is told of may be a write's acknowledgement. */
  begin(guarded: boolean, write: boolean): void {
    this.forwarded = false
    this.guarded = guarded
    this.failure = null
    this.rerun = null
    this.#write = write
  }

  drop(): void {
    this.#held = []
    this.#heldBytes = 0
  }

  /** Everything held back is sent now. */
  release(): void {
    if (this.#heldBytes === 0) return
    const held = this.#held
    this.drop()
    this.forwarded = true
    this.#session.sendAll(held)
  }

  data(view: Buffer): void {
    if (this.guarded && !this.forwarded) {
      this.#held.push(view)
      this.#heldBytes += view.length
      if (this.#heldBytes > this.#session.context.config().limits.holdBackBytes) this.release()
      return
    }
    this.forwarded = true
    // Whoever asks for `scope` or `global` must see what the next bytes may acknowledge.
    if (this.#write) this.#session.acknowledge(now())
    this.#session.send(view)
  }

  error(failure: Failure): boolean {
    this.failure = failure
    if (!this.guarded || this.forwarded) return false
    this.rerun = this.#session.context.dialect.replicaRefusal(failure)
    if (this.rerun === null) return false
    this.drop()
    return true
  }

  report(name: string, value: string): boolean {
    const { context, lease, tracker } = this.#session
    if (context.dialect.serverOnly(name)) return true
    lease.connection?.parameters.set(name, value)
    tracker.reported(name, value)
    return false
  }

  copyIn(): void {}

  end(status: TransactionStatus): void {
    this.#session.replied(status)
  }
}
