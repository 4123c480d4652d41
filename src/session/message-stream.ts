import type { Unit } from '../dialect.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import type { Reading } from './reading.ts'
import type { Session } from './session.ts'
import type { UnitQueue } from './unit-queue.ts'

/**
 * COPY data, and the rest of messages that are too large to be held, on their way to the server. All of one message goes to the same
 * place: a connection that has got half of one takes whatever comes next for the other half, so nobody else may have it before.
 */
export class MessageStream {
  readonly #session: Session
  readonly #queue: UnitQueue
  readonly #reading: Reading
  /** Where the beginning of the message at hand went; null: there is none, or it waits with its unit. */
  #into: ServerConnection | 'nowhere' | null = null
  #whole: (() => void) | null = null

  constructor(session: Session, queue: UnitQueue, reading: Reading) {
    this.#session = session
    this.#queue = queue
    this.#reading = reading
  }

  take(view: Buffer): void {
    const session = this.#session
    const into = this.#into ?? this.#place()
    if (into === null) {
      this.#queue.hold(view)
      this.#reading.pause()
      return
    }
    const { connection } = session.lease
    if (into !== 'nowhere' && into === connection && !connection.stream(view)) this.#reading.pause()
    this.#into = session.client.midMessage ? into : null
    if (this.#into !== null || this.#whole === null) return
    const whole = this.#whole
    this.#whole = null
    whole()
  }

  /** Where a message goes that begins now; null: its statement has not begun, and it waits with it. */
  #place(): ServerConnection | 'nowhere' | null {
    const { lease, status, phase } = this.#session
    const waiting = this.#queue.length
    const begun = waiting === 0 ? status === 'unsynced' : waiting === 1 && phase === 'running'
    if (!begun || lease.connection === null) return waiting > 0 ? null : 'nowhere'
    // A read does not copy in, and servers ignore such data; on a lane they would come between the messages of others.
    return lease.shared ? 'nowhere' : lease.connection
  }

  /** What waited for the unit at the head of the queue goes where that has gone. Returns false when the caller should wait before sending more. */
  sendWaiting(connection: ServerConnection, unit: Unit): boolean {
    const waiting = this.#queue.takeStream()
    // A unit that is sent again takes nothing along: where the beginning of a message went before, its rest goes as well.
    return (waiting.length === 0 && !unit.streaming) || this.send(connection, waiting)
  }

  /** The same for what waited behind that. */
  send(connection: ServerConnection, waiting: readonly Buffer[]): boolean {
    const { lease, client } = this.#session
    let room = true
    if (!lease.shared) for (const view of waiting) room = connection.stream(view)
    if (this.#queue.length === 1 && client.midMessage) this.#into = lease.shared ? 'nowhere' : connection
    return room
  }

  /** Calls back once the connection has no half of a message: at once, as a rule. */
  whenWhole(connection: ServerConnection, whole: () => void): void {
    if (this.#into === connection) this.#whole = whole
    else whole()
  }
}
