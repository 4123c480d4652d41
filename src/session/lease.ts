import { type Dialect, type Failure, type SessionState, UNREACHABLE_STATE, type Unit } from '../dialect.ts'
import type { Eviction, Lane, Ride, Rider } from '../pool/lane.ts'
import { isFast, noteAlone, noteHeldUp, type Pace } from '../pool/pace.ts'
import type { Pool, Waiter } from '../pool/pool.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import { NO_DIGEST } from '../sql/classifier.ts'
import { type Instant, NEVER, now, type ServerId } from '../units.ts'
import type { Reply } from './reply.ts'
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

/** Larger ones would hold up the others on a lane. */
const SHARED_BYTES_MAX = 16 * 1024

/** The server connection that a session holds, shares or waits for, and its way from the pool to the session's state. */
export class Lease implements Waiter, Rider {
  connection: ServerConnection | null = null
  readonly #session: Session
  /** Whose outstanding work counts this session; null while it has none. */
  #target: ServerId | null = null
  /** The connection is shared with others' reads. */
  #lane: Lane | null = null
  #ride: Ride | null = null
  #reply: Reply | null = null
  /** Of the current unit, if it may share a connection. */
  #pace: Pace | null = null
  #sentAt: Instant = NEVER
  /** It has its connection to itself, but behind the current unit there are still others'. */
  #followed = false

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
    const session = this.#session
    this.#count(server)
    const pool = this.#pool(server)
    this.#pace = this.#paceIn(pool, server)
    if (this.#mayShare()) {
      const lane = pool.lane(session.state.key)
      if (lane !== null) {
        this.#board(lane)
        return
      }
    }
    const connection = pool.acquire(session.state.key, this)
    if (connection === null) session.phase = 'connection'
    else this.#hold(connection)
  }

  /** How long such a statement takes there; null when it must have a connection of its own. Only what a replica refuses to write can be sent twice. */
  #paceIn(pool: Pool, server: ServerId): Pace | null {
    const { current, context, status, transaction, tracker } = this.#session
    const { work, unit } = current
    const { digest, verdict, usesUserVariables } = work.facts
    if (!work.shares || verdict !== 'read' || digest === NO_DIGEST || unit.size > SHARED_BYTES_MAX) return null
    if (status !== 'idle' || transaction.deferred || tracker.pins.length > 0 || usesUserVariables) return null
    if (!context.config().lanes.enabled || context.fleet.snapshot().primary === server) return null
    return pool.paces.of(digest)
  }

  #mayShare(): boolean {
    return this.#pace !== null && !this.#session.current.alone && isFast(this.#pace, this.#session.current.arrived)
  }

  #board(lane: Lane): void {
    this.#followed = false
    this.#lane = lane
    this.connection = lane.connection
    this.#session.run(lane.connection)
  }

  /** Sends the session's unit. Returns false when the caller should wait for the connection before sending more. */
  begin(unit: Unit, prefix: readonly string[], reply: Reply): boolean {
    const { client } = this.#session
    if (this.#lane !== null) {
      this.#reply = reply
      this.#ride = this.#lane.board(unit, client, this.#pace!, this, reply)
      return true
    }
    if (this.#pace !== null) this.#sentAt = now()
    return this.connection!.begin(unit, client, prefix, reply)
  }

  /** The reply is complete. */
  timed(at: Instant): void {
    if (this.#pace === null) return
    if (this.#ride === null) noteAlone(this.#pace, at - this.#sentAt)
    this.#pace = null
  }

  /** Others' reads are under way on its connection. */
  get shared(): boolean {
    return this.#lane !== null
  }

  /** Others' exchanges may be behind the current unit's: its connection cannot be asked about it any more. */
  get othersFollow(): boolean {
    return this.#lane !== null || this.#followed
  }

  /** Its client does not read as fast as the server sends. Replies on a lane are short, and the others there do read. */
  pause(): void {
    if (this.#lane === null) this.connection?.pause()
  }

  /** Its reply turns out to be long: whoever shares the connection has to leave it. */
  keepAlone(): void {
    if (this.#lane !== null) this.#pool(this.#lane.connection.server).lanes.clear(this.#lane)
  }

  keeps(connection: ServerConnection, followed: boolean): void {
    connection.owner = this.#session
    this.#lane = null
    this.#followed = followed
  }

  /** Its reply is complete. True: what the session has to ask about it nobody can tell any more on this connection, so it runs again, alone. */
  leavesToAsk({ forwarded, failure }: Reply): boolean {
    const { client, tracker, context } = this.#session
    if (forwarded || !this.othersFollow) return false
    // Who wanted it ended does not want it run again.
    if (failure !== null && context.dialect.isInterruption(failure)) return false
    if (client.question() === null && tracker.pins.length === 0) return false
    this.#runAlone()
    return true
  }

  /** Its reply is about to be sent, though it is not complete. True: something may have to be asked about it that then nobody could tell, so it runs again, alone. */
  leavesAsLong(): boolean {
    const others = this.#followed || (this.#lane !== null && this.#lane.depth > 1)
    if (!others || !this.#session.client.asksAfterwards) return false
    this.#runAlone()
    return true
  }

  #runAlone(): void {
    if (this.#lane !== null) {
      this.#pool(this.#lane.connection.server).lanes.left()
      this.evicted('question')
      return
    }
    this.#ride?.detach()
    this.drop()
    this.#again('question')
  }

  evicted(because: Eviction): void {
    const { current, context } = this.#session
    const crowded = !this.#pool(this.#lane!.connection.server).hasRoom
    this.#leave()
    // Behind others again, it might wait for the very one that was in front of it.
    if (crowded && context.fleet.snapshot().primary !== null) current.forcePrimary = 're-run'
    this.#again(because)
  }

  /** Nothing of its reply has been sent: it runs again, on a connection of its own. */
  #again(because: Eviction): void {
    const session = this.#session
    this.#reply?.drop()
    // It was not its own fault that another one stalled.
    if (because !== 'stalled' && this.#pace !== null) noteHeldUp(this.#pace, now())
    session.context.metrics.rerun(`lane-${because}`)
    session.current.alone = true
    session.phase = 'idle'
    session.reroute()
  }

  connectionLost(connection: ServerConnection, failure: Failure): void {
    this.#session.connectionLost(connection, failure)
  }

  /**
   * Its client wants no answer any more. True: it was behind others on a lane, and has left. False: it has its connection to itself now,
   * if it has one.
   */
  stepAside(): boolean {
    if (this.#lane === null || this.#ride === null) return false
    if (this.#lane.isBehind(this.#ride)) {
      this.#reply?.drop()
      this.#leaveEarly()
      return true
    }
    this.keepAlone()
    return false
  }

  /** Its ride goes on for nobody. */
  #leaveEarly(): void {
    const { lanes } = this.#pool(this.#lane!.connection.server)
    this.#leave()
    lanes.left()
  }

  #leave(): void {
    this.#ride?.detach()
    this.#ride = null
    this.#lane = null
    this.connection = null
    this.#count(null)
  }

  /** That very connection, when nobody has used it since. */
  take(connection: ServerConnection, uses: number): boolean {
    if (!this.#pool(connection.server).take(connection, uses)) return false
    this.#count(connection.server)
    this.#pace = null
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
    this.#followed = false
    connection.owner = this.#session
    this.connection = connection
    this.#session.tracker.sequences.took(connection)
    this.#prepare(connection)
  }

  /** Brings the connection to the session's state. The statement is sent only once that has succeeded: it must not run under another state. */
  #prepare(connection: ServerConnection): void {
    const session = this.#session
    const wanted = session.tracker.wantedOn(connection)
    const { dialect } = session.context
    const forget = session.tracker.forgetsSequences(connection)
    const bring = bringTo(connection, wanted, session.identity, dialect)
    const sql = forget === '' || bring === '' ? forget + bring : `${forget}; ${bring}`
    if (sql === '') {
      this.#ready(connection)
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
      if (forget !== '') session.tracker.sequences.forgotten(connection)
      if (connection.readOnly && session.current.forcePrimary === null && !stillRight(session, connection)) {
        this.letGo()
        session.phase = 'idle'
        session.reroute()
      } else session.run(connection)
    })
  }

  /** In the session's state. Where others want the same server, they come along. */
  #ready(connection: ServerConnection): void {
    const { loads } = this.#session.context
    const lane =
      connection.readOnly && loads[connection.server]! > 1 && this.#mayShare()
        ? this.#pool(connection.server).lanes.open(connection)
        : null
    if (lane === null) this.#session.run(connection)
    else this.#board(lane)
  }

  /** Gives the connection back. */
  letGo(): void {
    const { connection } = this
    if (this.#lane !== null) {
      this.#leave()
      return
    }
    this.#ride = null
    if (connection === null) return
    this.connection = null
    this.#count(null)
    connection.resume()
    this.#pool(connection.server).release(connection)
  }

  /** The connection is gone, or must not be used by anybody again. */
  drop(): void {
    const { connection } = this
    if (this.#lane !== null) {
      this.#leaveEarly()
      return
    }
    this.#ride = null
    this.connection = null
    this.#count(null)
    if (connection === null) return
    connection.owner = null
    connection.close()
  }
}
