import type { Failure, ReplySink, TransactionStatus } from '../dialect.ts'
import { now } from '../units.ts'
import type { CopyIn } from './copy-in.ts'
import { acknowledge } from './outcome.ts'
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
  readonly #copyIn: CopyIn
  /** What is held back: nearly always one piece. */
  #held: Buffer | null = null
  #heldBehind: Buffer[] = []
  #heldBytes = 0
  #write = false

  constructor(session: Session, copyIn: CopyIn) {
    this.#session = session
    this.#copyIn = copyIn
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
    this.#held = null
    if (this.#heldBehind.length > 0) this.#heldBehind = []
    this.#heldBytes = 0
  }

  /** Everything held back is sent now. */
  release(): void {
    if (this.#held === null) return
    const first = this.#held
    const behind = this.#heldBehind
    this.drop()
    this.forwarded = true
    if (behind.length === 0) this.#session.send(first)
    else this.#session.sendAll([first, ...behind])
  }

  data(view: Buffer): void {
    if (this.guarded && !this.forwarded) {
      if (this.#held === null) this.#held = view
      else this.#heldBehind.push(view)
      this.#heldBytes += view.length
      if (this.#heldBytes > this.#session.context.config().limits.holdBackBytes) {
        if (this.#session.lease.leavesAsLong()) return
        // Those behind it on a lane would wait for its client from now on.
        this.#session.lease.keepAlone()
        this.release()
      }
      return
    }
    this.forwarded = true
    // Whoever asks for `scope` or `global` must see what the next bytes may acknowledge.
    if (this.#write) acknowledge(this.#session, now())
    this.#session.send(view)
  }

  error(failure: Failure): boolean {
    this.failure = failure
    this.#copyIn.fails()
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
    tracker.reported(name, value, lease.connection)
    return false
  }

  copyIn(): void {
    this.#copyIn.begun()
  }

  end(status: TransactionStatus): void {
    this.#copyIn.over()
    this.#session.replied(status)
  }
}
