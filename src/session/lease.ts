import { type Dialect, type Failure, type SessionState, UNREACHABLE_STATE } from '../dialect.ts'
import type { Pool, Waiter } from '../pool/pool.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import type { ServerId } from '../units.ts'
import { stillRight } from './route.ts'
import type { Session } from './session.ts'

/** SQL that brings a connection to this state for this session; '' when nothing has to be done. */
export function bringTo(connection: ServerConnection, wanted: SessionState, whose: object, dialect: Dialect): string {
  const { state, doubtfulSince, readOnly } = connection
  if (doubtfulSince !== null && doubtfulSince !== whose) return dialect.differenceFromUnknown(state, wanted, readOnly)
  if (state.key === wanted.key) return ''
  const sql = dialect.difference(state, wanted, readOnly)
  if (sql === '') connection.state = wanted
  return sql
}

/** The server connection that a session holds or waits for, and its way from the pool to the session's state. */
export class Lease implements Waiter {
  connection: ServerConnection | null = null
  readonly #session: Session
  /** Whose outstanding work counts this session; null while it has none. */
  #target: ServerId | null = null

  constructor(session: Session) {
    this.#session = session
  }

  #pool(server: ServerId): Pool {
    const { context, identity } = this.#session
    return context.pool(server, identity.account)
  }

  #count(server: ServerId | null): void {
    const { loads } = this.#session.context
    if (this.#target !== null) loads[this.#target]!--
    if (server !== null) loads[server]!++
    this.#target = server
  }

  acquire(server: ServerId): void {
    this.#count(server)
    const connection = this.#pool(server).acquire(this.#session.state.key, this)
    if (connection === null) this.#session.phase = 'connection'
    else this.#hold(connection)
  }

  /** That very connection, when nobody has used it since. */
  take(connection: ServerConnection, uses: number): boolean {
    if (!this.#pool(connection.server).take(connection, uses)) return false
    this.#count(connection.server)
    this.#hold(connection)
    return true
  }

  stopWaiting(): void {
    if (this.#target !== null) this.#pool(this.#target).cancel(this)
    this.#count(null)
  }

  granted(connection: ServerConnection): void {
    const session = this.#session
    if (session.phase !== 'connection') {
      this.#pool(connection.server).release(connection)
      return
    }
    session.phase = 'idle'
    // Time has passed in the queue, and a horizon does not wait: the decision is made again.
    if (session.current.forcePrimary === null && !stillRight(session, connection)) {
      this.#count(null)
      this.#pool(connection.server).release(connection)
      session.reroute()
    } else this.#hold(connection)
  }

  refused(failure: Failure): void {
    const session = this.#session
    if (session.phase !== 'connection') return
    session.phase = 'idle'
    const server = this.#target
    this.#count(null)
    const { primary } = session.context.fleet.snapshot()
    if (server !== primary && primary !== null && session.current.forcePrimary === null) {
      // A replica that takes no connection is no reason to fail a read.
      session.current.forcePrimary = 'no-replica'
      session.reroute()
    } else session.fail(failure)
  }

  #hold(connection: ServerConnection): void {
    connection.owner = this.#session
    this.connection = connection
    this.#prepare(connection)
  }

  /** Brings the connection to the session's state. The statement is sent only once that has succeeded: it must not run under another state. */
  #prepare(connection: ServerConnection): void {
    const session = this.#session
    const wanted = session.tracker.wantedOn(connection)
    const { dialect } = session.context
    const sql = bringTo(connection, wanted, session.identity, dialect)
    if (sql === '') {
      session.run(connection)
      return
    }
    session.phase = 'preparing'
    const before = connection.state.key
    connection.command(sql, (result) => {
      if (session.phase !== 'preparing' || this.connection !== connection) return
      if ('failure' in result) {
        // A lost connection tells its owner itself.
        if (!connection.alive) return
        connection.retired = true
        this.letGo()
        session.phase = 'idle'
        // A connection that nobody has changed is as far from it as any other.
        if (result.failure === UNREACHABLE_STATE && before !== dialect.loginState.key) session.reroute()
        else session.fail(result.failure)
        return
      }
      connection.state = wanted
      connection.doubtfulSince = null
      if (connection.readOnly && session.current.forcePrimary === null && !stillRight(session, connection)) {
        this.letGo()
        session.phase = 'idle'
        session.reroute()
      } else session.run(connection)
    })
  }

  /** Gives the connection back. */
  letGo(): void {
    const { connection } = this
    if (connection === null) return
    this.connection = null
    this.#count(null)
    connection.resume()
    this.#pool(connection.server).release(connection)
  }

  /** The connection is gone, or must not be used by anybody again. */
  drop(): void {
    const { connection } = this
    this.connection = null
    this.#count(null)
    if (connection === null) return
    connection.owner = null
    connection.close()
  }
}
