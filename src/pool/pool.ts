import type { Failure } from '../dialect.ts'
import { type Instant, now } from '../units.ts'
import type { Lane } from './lane.ts'
import { Lanes } from './lanes.ts'
import { Paces } from './pace.ts'
import type { ServerConnection } from './server-connection.ts'

export interface PoolOptions {
  /** For people: `app@shop on eu-1`. */
  readonly name: string
  readonly size: () => number
  /** ms; how long a client waits for a connection. */
  readonly wait: () => number
  readonly idle: () => number
  readonly lifetime: () => number
  readonly waitingMax: () => number
  /** Opens one more, logged in and usable. Rejects with a PoolFailure. */
  readonly open: () => Promise<ServerConnection>
}

export class PoolFailure extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** Somebody who asked for a connection. */
export interface Waiter {
  granted(connection: ServerConnection): void
  refused(failure: Failure): void
}

interface Ticket {
  waiter: Waiter | null
  readonly stateKey: string
  readonly deadline: Instant
}

/** After a failed attempt to connect, the next one waits this long, so that a dead server is not hammered. */
const REOPEN_AFTER = 250

/**
 * The connections of one user to one database on one server. A freed connection goes to whoever has waited longest; an idle one with
 * the right session state is preferred, else the one used last, so that surplus ones stay idle and are closed.
 */
export class Pool {
  readonly options: PoolOptions
  readonly #idle: ServerConnection[] = []
  readonly #all = new Set<ServerConnection>()
  #connecting = 0
  #queue: Ticket[] = []
  #head = 0
  #failedAt: Instant | null = null
  #lastFailure: Failure | null = null
  #closed = false
  #timer: NodeJS.Timeout | null = null
  lastUsed: Instant = now()
  readonly paces = new Paces()
  readonly lanes: Lanes

  constructor(options: PoolOptions) {
    this.options = options
    this.lanes = new Lanes({
      // Who needs a connection of its own must find one.
      max: () => Math.floor((options.size() * 3) / 4),
      lifetime: options.lifetime,
      release: (connection) => this.release(connection),
    })
  }

  /** A lane to share, or null: then one is better off with a connection of its own, or has to wait for one. */
  lane(stateKey: string): Lane | null {
    const lane = this.lanes.find(stateKey, false)
    if (lane !== null || this.#idle.length > 0) return lane
    const crowded = this.lanes.find(stateKey, true)
    if (crowded !== null && this.#connecting === 0 && !this.#hasJustFailed() && this.#mayOpen()) this.#open()
    return crowded
  }

  /** A connection at once, or null: then `waiter` is called later, once, unless `cancel` comes first. */
  acquire(stateKey: string, waiter: Waiter): ServerConnection | null {
    const idle = this.#takeIdle(stateKey)
    if (idle !== null) return idle
    if (this.#waiting() >= this.options.waitingMax()) {
      queueMicrotask(() =>
        waiter.refused({
          code: '53300',
          message: `too many clients wait for a connection of pool ${this.options.name}`,
          hint: 'limits.waiting is the limit.',
        }),
      )
      return null
    }
    this.#queue.push({ waiter, stateKey, deadline: (now() + this.options.wait()) as Instant })
    this.#grow()
    this.#watch()
    return null
  }

  /** That very connection, if it is idle and nobody has used it since `uses`. */
  take(connection: ServerConnection, uses: number): boolean {
    const at = this.#idle.indexOf(connection)
    if (at < 0 || connection.uses !== uses || !connection.alive) return false
    this.#idle.splice(at, 1)
    connection.uses++
    return true
  }

  cancel(waiter: Waiter): void {
    for (let index = this.#head; index < this.#queue.length; index++) {
      if (this.#queue[index]!.waiter === waiter) this.#queue[index]!.waiter = null
    }
  }

  release(connection: ServerConnection): void {
    connection.owner = null
    if (!connection.alive) return
    const at = now()
    if (
      connection.retired ||
      this.#closed ||
      at - connection.openedAt > this.options.lifetime() ||
      this.#all.size > this.options.size()
    ) {
      connection.close()
      return
    }
    const ticket = this.#nextTicket()
    if (ticket !== null) {
      connection.uses++
      ticket.waiter!.granted(connection)
      return
    }
    connection.idleSince = at
    this.lastUsed = at
    this.#idle.push(connection)
  }

  /** A connection that was opened for another reason: kept while there is room. */
  adopt(connection: ServerConnection): void {
    if (this.#closed || this.#all.size + this.#connecting >= this.options.size()) connection.close()
    else {
      this.#connecting++
      this.#opened(connection)
    }
  }

  /** A login that was refused is worth another attempt at once. */
  secretChanged(): void {
    if (this.#lastFailure?.code.startsWith('28')) this.#failedAt = null
  }

  /** Closes what is idle and lets nobody use the rest again; `busy`: closes those as well. */
  retireAll(busy: boolean): void {
    for (const connection of [...this.#all]) {
      connection.retired = true
      if (busy || connection.owner === null) connection.close()
    }
  }

  close(): void {
    this.#closed = true
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
    this.retireAll(true)
    this.#refuseAll({ code: '57P01', message: 'Freshet is shutting down', fatal: true })
  }

  /** Closes connections that were idle or lived too long. */
  sweep(at: Instant): void {
    for (const connection of [...this.#idle]) {
      if (at - connection.idleSince > this.options.idle() || at - connection.openedAt > this.options.lifetime())
        connection.close()
    }
  }

  /** Somebody could have a connection to itself soon. */
  get hasRoom(): boolean {
    return this.#idle.length > 0 || (this.#waiting() === 0 && this.#mayOpen())
  }

  get counts() {
    const idle = this.#idle.length
    const { lanes, riders } = this.lanes.counts
    return { idle, busy: this.#all.size - idle, connecting: this.#connecting, waiting: this.#waiting(), lanes, riders }
  }

  #takeIdle(stateKey: string): ServerConnection | null {
    const idle = this.#idle
    const last = idle.length - 1
    if (last < 0) return null
    let at = last
    // A few steps are worth a saved round trip; a long search is not.
    for (let index = last; index >= 0 && index > last - 16; index--) {
      if (idle[index]!.state.key === stateKey) {
        at = index
        break
      }
    }
    const connection = idle[at]!
    if (at === last) idle.pop()
    else idle.splice(at, 1)
    connection.uses++
    return connection
  }

  #waiting(): number {
    return this.#queue.length - this.#head
  }

  #nextTicket(): Ticket | null {
    while (this.#head < this.#queue.length) {
      const ticket = this.#queue[this.#head++]!
      if (this.#head > 64 && this.#head * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head)
        this.#head = 0
      }
      if (ticket.waiter !== null) return ticket
    }
    this.#queue.length = 0
    this.#head = 0
    return null
  }

  #grow(): void {
    if (this.#closed) return
    if (this.#hasJustFailed()) {
      // With no connection there is nothing to wait for: the server has just refused.
      if (this.#all.size === 0 && this.#connecting === 0) {
        const failure = this.#lastFailure!
        queueMicrotask(() => this.#refuseAll(failure))
      }
      return
    }
    while (this.#connecting < this.#waiting() && this.#mayOpen()) this.#open()
  }

  #hasJustFailed(): boolean {
    return this.#failedAt !== null && now() - this.#failedAt < REOPEN_AFTER
  }

  #mayOpen(): boolean {
    return this.#all.size + this.#connecting < this.options.size()
  }

  #open(): void {
    this.#connecting++
    this.options.open().then(
      (connection) => this.#opened(connection),
      (error: unknown) => this.#openFailed(error),
    )
  }

  #opened(connection: ServerConnection): void {
    this.#connecting--
    this.#failedAt = null
    if (!connection.alive) {
      this.#grow()
      return
    }
    this.#all.add(connection)
    connection.onClosed = () => {
      this.#all.delete(connection)
      this.lanes.forgetLost(connection)
      const at = this.#idle.indexOf(connection)
      if (at >= 0) this.#idle.splice(at, 1)
      this.#grow()
    }
    this.release(connection)
  }

  #openFailed(error: unknown): void {
    this.#connecting--
    this.#failedAt = now()
    this.#lastFailure =
      error instanceof PoolFailure
        ? error.failure
        : { code: '08006', message: `cannot connect for pool ${this.options.name}: ${(error as Error).message}` }
    if (this.#all.size === 0 && this.#connecting === 0) this.#refuseAll(this.#lastFailure)
  }

  #refuseAll(failure: Failure): void {
    for (let ticket = this.#nextTicket(); ticket !== null; ticket = this.#nextTicket()) ticket.waiter!.refused(failure)
  }

  /** Deadlines are in the order of the queue, so looking at its head now and then is enough. */
  #watch(): void {
    if (this.#timer !== null) return
    this.#timer = setInterval(() => {
      const at = now()
      while (this.#head < this.#queue.length) {
        const ticket = this.#queue[this.#head]!
        if (ticket.waiter !== null && ticket.deadline > at) break
        this.#head++
        ticket.waiter?.refused(this.#exhausted())
      }
      if (this.#waiting() > 0) {
        this.#grow()
        return
      }
      if (this.#timer) clearInterval(this.#timer)
      this.#timer = null
    }, 25)
    this.#timer.unref()
  }

  #exhausted(): Failure {
    const { name, size, wait } = this.options
    const { busy, connecting } = this.counts
    return {
      code: '53300',
      message: `no server connection became free within ${wait()} ms`,
      detail: `Pool ${name}: ${busy} of ${size()} connections in use, ${connecting} connecting, ${this.#waiting()} clients waiting.`,
      hint: 'Raise pool.size or pool.wait, or end transactions sooner.',
    }
  }
}
