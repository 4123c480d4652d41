import type { Unit } from '../dialect.ts'
import type { MessageStream } from './message-stream.ts'
import type { Reading } from './reading.ts'
import type { Session } from './session.ts'
import type { UnitQueue } from './unit-queue.ts'

/**
 * COPY ... FROM STDIN, and LOAD DATA LOCAL: within one statement the server reads on, and what its client sends meanwhile is no unit with a turn
 * of its own. The dialect says what becomes of it. What the server would read over is only dropped when more follows: after an error in the data
 * the server takes it for what it is.
 */
export class CopyIn {
  readonly #session: Session
  readonly #queue: UnitQueue
  readonly #stream: MessageStream
  readonly #reading: Reading
  /** The unit that the exchange began with; null: the server does not copy in, or everything else is a unit of its own again. */
  #first: Unit | null = null
  #copies = 0
  #begunWith: Unit | null = null
  #failed = false

  constructor(session: Session, queue: UnitQueue, stream: MessageStream, reading: Reading) {
    this.#session = session
    this.#queue = queue
    this.#stream = stream
    this.#reading = reading
  }

  /** A unit is sent. `goesOn`: in the exchange of the one before. */
  sent(unit: Unit, goesOn: boolean): void {
    if (goesOn) return
    this.#begunWith = unit
    this.#copies = 0
    this.#first = null
    this.#failed = false
  }

  /** The server copies in. */
  begun(): void {
    this.#copies++
    this.#first = this.#begunWith
    if (this.#session.leaving && this.waits) this.#session.close(null)
    else this.more()
  }

  /** An error has come. */
  fails(): void {
    this.#failed = true
    if (this.#first !== null) this.more()
  }

  /** The reply is complete. */
  over(): void {
    this.#first = null
  }

  /** Whether the exchange cannot end before the client sends more. */
  get waits(): boolean {
    const { client, current } = this.#session
    return this.#first !== null && client.copyWaits(this.#first, current.unit, this.#copies, this.#failed)
  }

  /** Something has come behind the running unit, or may have. */
  more(): void {
    this.#step()
    this.#reading.balance()
  }

  #step(): void {
    const { phase, current, client, lease } = this.#session
    const { connection } = lease
    while (this.#first !== null && this.#queue.next !== null && phase === 'running' && connection !== null) {
      const step = client.copyStep(this.#first, current.unit, this.#queue.next, this.#copies, this.#failed)
      if (step.do === 'wait' || (step.do === 'skip' && !this.#queue.nextHasMore)) return
      if (step.do === 'flush') {
        this.#first = null
        connection.endCopy()
        return
      }
      if (step.do === 'send') {
        if (step.ends) this.#first = null
        connection.stream(step.bytes)
      }
      this.#stream.send(connection, this.#queue.dropNext())
    }
  }
}
