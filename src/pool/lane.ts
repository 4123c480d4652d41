/**
 * A lane: one connection to a replica that carries the plain reads of many clients, one behind the other. What arrives in one turn of
 * the event loop, or in the next two, leaves in one write, and one read brings several replies; each read keeps its own synchronisation point, so an error
 * is its own.
 *
 *     head                                   tail
 *     [ride A][ride B][ride C]  <-- board       replies come in this order
 *
 * Nobody may hold up the others. When the head takes far longer than usual, when its reply grows beyond what is held back, or when it is
 * cancelled, it keeps the connection for itself (`clear`): those behind it, of whose replies nothing has been sent, go elsewhere, and
 * what the server still answers to them is dropped. That is safe because they are reads on a connection that can do nothing else.
 */
import type { ClientProtocol, Failure, ReplySink, TransactionStatus, Unit } from '../dialect.ts'
import { type Instant, now } from '../units.ts'
import { noteAlone, noteHeldUp, noteTogether, type Pace, patience } from './pace.ts'
import type { ConnectionOwner, ServerConnection } from './server-connection.ts'

/**
 * Why a rider has to go elsewhere. `stalled`: what was in front of it takes too long. `statement`: the connection lacks what another rider was to
 * prepare. `question`: only a connection that has run nothing since can tell the rest (warnings).
 */
export type Eviction = 'stalled' | 'statement' | 'question'

/** Who rides. */
export interface Rider {
  /** From now on it has the connection to itself. `followed`: behind its own exchange there are still those of others. */
  keeps(connection: ServerConnection, followed: boolean): void
  /** Its place is gone, and nothing of its reply has been sent. */
  evicted(because: Eviction): void
  connectionLost(connection: ServerConnection, failure: Failure): void
}

/** One read on a lane, and where its reply goes. */
export class Ride implements ReplySink {
  readonly pace: Pace
  /** null: the reply is dropped. */
  rider: Rider | null
  sink: ReplySink | null
  /** null: it has the connection to itself. */
  lane: Lane | null
  readonly sentAt: Instant = now()
  /** What it was expected to take when it came. */
  readonly expected: number
  #misses = false

  constructor(lane: Lane, pace: Pace, rider: Rider, sink: ReplySink) {
    this.lane = lane
    this.pace = pace
    this.expected = pace.service
    this.rider = rider
    this.sink = sink
  }

  /** Whatever still comes is for nobody. */
  detach(): void {
    this.rider = null
    this.sink = null
  }

  get gone(): boolean {
    return this.sink === null
  }

  data(view: Buffer): void {
    this.sink?.data(view)
  }

  error(failure: Failure): boolean {
    // A ride in front of it has failed, or has not closed what it was to close: with that the connection's statements are not what they were taken for.
    if (this.lane?.connection.lacksStatement(failure)) {
      this.#misses = true
      // Which of the others it has nobody can tell any more, and on a connection of its own a client would hear of it.
      this.lane.connection.retired = true
      return true
    }
    return this.sink === null || this.sink.error(failure)
  }

  report(name: string, value: string): boolean {
    // A plain read changes nothing. Where one has, nobody else comes on board.
    if (this.lane !== null) this.lane.connection.retired = true
    return this.sink === null || this.sink.report(name, value)
  }

  copyIn(): void {
    this.sink?.copyIn()
  }

  end(status: TransactionStatus): void {
    const { lane, rider, sink } = this
    if (lane === null) {
      sink?.end(status)
      return
    }
    lane.arrived(this)
    if (this.#misses && rider !== null) {
      this.detach()
      rider.evicted('statement')
    } else sink?.end(status)
    lane.rest()
  }
}

/** Rides on one lane; far more than ever pay. */
export const DEPTH_MAX = 64

/** After so many rides it is time to look at how long they took. */
const PERIOD_RIDES = 16

/** A look at the sockets that do not wait costs a tenth of a write, and nearly always more has come: so often at most before all of it leaves. */
const LOOKS_MAX = 2

/** Lanes with something to send. */
let unsent: Lane[] = []
let scheduled = false
let looks = 0
/** Somebody has boarded since the sockets were looked at. */
let boarded = false

/** What all sockets of a turn have brought leaves together, with what has come meanwhile. */
function sendAll(): void {
  if (boarded && looks < LOOKS_MAX) {
    boarded = false
    looks++
    setImmediate(sendAll)
    return
  }
  scheduled = false
  looks = 0
  boarded = false
  const lanes = unsent
  unsent = []
  for (const lane of lanes) lane.send()
}

export class Lane implements ConnectionOwner {
  readonly connection: ServerConnection
  /** Waiting rides take so long, in milliseconds. */
  expected = 0
  readonly #rides: Ride[] = []
  readonly #onEmpty: (lane: Lane) => void
  #bytes: Buffer[] = []
  /** Since when the head is the head. */
  #since: Instant = now()
  /** Since when the connection has been at `done`. */
  #busySince: Instant = now()
  readonly #done: Ride[] = []
  /** No more rides: the connection is somebody's, or gone. */
  #over = false

  constructor(connection: ServerConnection, onEmpty: (lane: Lane) => void) {
    this.connection = connection
    this.#onEmpty = onEmpty
    connection.owner = this
  }

  get depth(): number {
    return this.#rides.length
  }

  board(unit: Unit, client: ClientProtocol, pace: Pace, rider: Rider, sink: ReplySink): Ride {
    const ride = new Ride(this, pace, rider, sink)
    if (this.#rides.length === 0) {
      this.#since = ride.sentAt
      this.#busySince = ride.sentAt
    }
    this.#rides.push(ride)
    boarded = true
    this.expected += ride.expected
    if (this.#bytes.length === 0) unsent.push(this)
    for (const piece of this.connection.exchange(unit, client, ride)) this.#bytes.push(piece)
    if (!scheduled) {
      scheduled = true
      setImmediate(sendAll)
    }
    return ride
  }

  send(): void {
    if (this.#bytes.length === 0) return
    const bytes = this.#bytes
    this.#bytes = []
    if (this.connection.alive) this.connection.write(bytes)
  }

  /** Whether nothing of it has begun yet, because another one is in front. */
  isBehind(ride: Ride): boolean {
    return this.#rides[0] !== ride
  }

  /** The head has its reply. */
  arrived(ride: Ride): void {
    const at = now()
    this.#rides.splice(this.#rides.indexOf(ride), 1)
    this.#since = at
    this.#done.push(ride)
    const empty = this.#rides.length === 0
    this.expected = empty ? 0 : this.expected - ride.expected
    if (empty || this.#done.length === PERIOD_RIDES) this.#timeBusy(at)
  }

  /** How long the rides since `busySince` have taken together says what each of them takes when others are behind it. */
  #timeBusy(at: Instant): void {
    const took = at - this.#busySince
    this.#busySince = at
    const done = this.#done.splice(0)
    if (done.length === 1) noteAlone(done[0]!.pace, took)
    else {
      let wanted = 0
      for (const ride of done) wanted += ride.expected
      for (const ride of done) noteTogether(ride.pace, took / wanted)
    }
  }

  rest(): void {
    if (this.#rides.length > 0 || this.#over) return
    this.#over = true
    this.#onEmpty(this)
  }

  /** Whom the head was for has left: nobody would ever stop waiting for it. */
  get abandoned(): boolean {
    return this.#rides.length > 0 && this.#rides[0]!.rider === null
  }

  /** For how much longer than its patience the head has been at it; below 0 while all is well. */
  overdue(at: Instant): number {
    const head = this.#rides[0]
    return head === undefined ? Number.NEGATIVE_INFINITY : at - this.#since - patience(head.pace)
  }

  /**
   * The head keeps the connection, or takes it along when its client has gone; the others lose their places. The connection is retired
   * when something was behind the head. Returns how many went.
   */
  clear(): number {
    this.#over = true
    this.send()
    const [head, ...others] = this.#rides.splice(0)
    if (head !== undefined && others.length > 0) noteHeldUp(head.pace, now())
    this.connection.owner = null
    if (others.length > 0) this.connection.retired = true
    if (head !== undefined) head.lane = null
    if (head?.rider) head.rider.keeps(this.connection, others.length > 0)
    else this.connection.close()
    for (const ride of others) {
      const { rider } = ride
      ride.lane = null
      ride.detach()
      rider?.evicted('stalled')
    }
    return others.length
  }

  connectionLost(connection: ServerConnection, failure: Failure): void {
    this.#over = true
    this.#bytes = []
    for (const ride of this.#rides.splice(0)) {
      const { rider } = ride
      ride.lane = null
      ride.detach()
      rider?.connectionLost(connection, failure)
    }
  }

  connectionDrained(): void {}

  /** Nobody here listens to anything, and what is said to all is not said to one of many. */
  connectionMessage(_view: Buffer): void {}
}
