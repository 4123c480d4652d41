/**
 * The fleet: every server watched on one connection, and what follows from the answers. Theory of operation:
 *
 * - A sample sent to the primary at t0 that answers P proves that every commit acknowledged before t0 is covered by P (`History` keeps
 *   these). A replica's answer R then proves its horizon: the latest t0 whose P is covered by R. Both kinds of answers re-evaluate it.
 * - Proofs hold under one connection (incarnation) and within one epoch. A lost connection or a promotion takes them all back; a
 *   failed, doubtful or old sample never raises anything.
 * - Who is the primary is decided anew after every answer and every loss (`elect`). Everybody else reads the snapshot, which is
 *   immutable and replaced whenever anything in it changes.
 */
import type { Position, Sample } from '../dialect.ts'
import type { ServerState, Snapshot } from '../routing/types.ts'
import { type Instant, NEVER, type ServerId, serverId } from '../units.ts'
import { describeChanges } from './changes.ts'
import { clocksAgree, estimateClock } from './clocks.ts'
import { type Claim, elect, type LastPrimary } from './elect.ts'
import { History } from './history.ts'
import { Lookups } from './lookups.ts'
import { belongs, forgetProofs, type Member, marksOf, moveTo, newMember, stateOf } from './member.ts'
import { Nudger } from './nudge.ts'
import type { Fleet, FleetOptions, TimedSample } from './types.ts'
import { Waiters } from './waiters.ts'
import { Watch } from './watch.ts'

export const createFleet = (options: FleetOptions): Fleet => new WatchedFleet(options)

class WatchedFleet implements Fleet {
  readonly #options: FleetOptions
  readonly #members: readonly Member[]
  readonly #watches: readonly Watch[]
  readonly #history: History
  readonly #waiters: Waiters
  readonly #lookups: Lookups
  readonly #nudger = new Nudger()
  /** What its servers are recognised by, pinned when the fleet is first known; who has once been recognised vouches for others. */
  readonly #marks = new Set<string>()
  #last: LastPrimary = null
  /** The newest position of the last primary. */
  #lastPosition: Position | null = null
  #epoch = 1
  #epochSince: Instant = NEVER
  #primary: ServerId | null = null
  #primaryProblem: string | null = 'not known yet'
  #withoutPrimarySince: Instant | null
  /** When the primary whose positions the history holds was started. */
  #historyOf: number | null = null
  #snapshot: Snapshot
  #settled: () => void = () => {}

  constructor(options: FleetOptions) {
    const { clock, connectProbe, covers, schedule, servers } = options
    this.#options = options
    this.#members = servers.map((config, index) => newMember(serverId(index), config))
    this.#watches = this.#members.map((member) => this.#watchOf(member))
    this.#history = new History(covers)
    this.#waiters = new Waiters(clock, schedule)
    this.#lookups = new Lookups({ connect: connectProbe, schedule })
    this.#withoutPrimarySince = clock()
    this.#snapshot = this.#makeSnapshot()
  }

  #watchOf(member: Member): Watch {
    const { clock, connectProbe, interval, schedule, timeout } = this.#options
    return new Watch({
      connect: () => connectProbe(member.id, null),
      interval,
      // Replicas a little after the primary, so that they can have what it just had: asked together they would prove the beat before.
      phase: () => (member.newest?.role === 'replica' ? interval / 10 : 0),
      timeout,
      clock,
      schedule,
      wanted: () => this.#wanted(member),
      sampled: (t0, t1, sample) => this.#sampled(member, t0, t1, sample),
      lost: (error) => this.#lost(member, error),
      down: (error) => this.#down(member, error),
    })
  }

  snapshot(): Snapshot {
    return this.#snapshot
  }

  start(): Promise<void> {
    const { schedule, timeout } = this.#options
    return new Promise((resolve) => {
      const stopTimer = schedule(timeout, () => this.#settle())
      this.#settled = () => {
        stopTimer()
        resolve()
      }
      for (const watch of this.#watches) watch.start()
    })
  }

  stop(): void {
    for (const watch of this.#watches) watch.stop()
    this.#lookups.close(null)
    this.#waiters.wakeAll()
    this.#settled()
  }

  waitForHorizon(horizon: Instant, until: Instant, wake: () => void): { cancel(): void } {
    const first = this.#waiters.size === 0
    const handle = this.#waiters.add(horizon, this.#furthestHorizon() >= horizon, until, wake)
    for (const [index, watch] of this.#watches.entries()) {
      if (first) watch.quicken()
      if (this.#wanted(this.#members[index] as Member)) watch.poke()
    }
    return handle
  }

  async confirm(server: ServerId, openedAt: Instant): Promise<number | null> {
    const timed = (await this.#watches[server]?.sampleAfter(openedAt)) ?? null
    return timed === null ? null : timed.incarnation
  }

  query(sql: string, parameters: readonly unknown[]) {
    return this.#lookUp(null, sql, parameters)
  }

  queryDatabase(database: string, sql: string, parameters: readonly unknown[]) {
    return this.#lookUp(database, sql, parameters)
  }

  async #lookUp(database: string | null, sql: string, parameters: readonly unknown[]) {
    const server = this.#primary ?? this.#members.find(({ up, id }) => up && this.#state(id).role === 'replica')?.id
    if (server === undefined) throw new Error('no server of the cluster can be asked')
    return this.#lookups.query(server, database, sql, parameters)
  }

  async samplePrimary(): Promise<TimedSample | null> {
    const primary = this.#primary
    if (primary === null) return null
    const timed = await (this.#watches[primary] as Watch).sampleAfter(this.#options.clock())
    return timed !== null && this.#primary === primary && timed.sample.role === 'primary' ? timed : null
  }

  /** Somebody waits for what this server will say next. The primary is asked once per waiting instant, replicas until one gets there. */
  #wanted(member: Member): boolean {
    if (this.#waiters.size === 0 || this.#primary === null) return false
    if (member.id !== this.#primary) return member.newest?.role === 'replica' && belongs(member, this.#marks)
    const newest = this.#watches[member.id]?.newestSentAt ?? null
    return newest === null || newest < this.#waiters.furthest
  }

  #sampled(member: Member, t0: Instant, t1: Instant, sample: Sample): void {
    const firstAnswer = !member.tried
    member.tried = true
    member.up = true
    if (member.newest?.role !== sample.role) forgetProofs(member)
    member.newest = sample
    member.clock = estimateClock(member.clock, t0, t1, sample.clock)
    if (this.#marks.size === 0) {
      if (firstAnswer || this.#isSettled()) this.#settleWhenAllTried()
      if (this.#marks.size === 0) return
    }
    if (belongs(member, this.#marks)) {
      this.#marks.add(sample.identity)
      this.#elect()
      this.#evaluate(member, t0, t1, sample)
      if (sample.role === 'replica') {
        member.wasReplica = true
        member.superseded = false
      }
    } else {
      forgetProofs(member)
      this.#elect()
    }
    this.#publish()
    this.#nudgeWhenStuck(t1)
  }

  /** The connection is gone, and with it every proof; whether the server is gone too shows the next attempt. */
  #lost(member: Member, error: Error): void {
    const { log, servers } = this.#options
    log.debug({ server: servers[member.id]?.name, error: error.message }, 'lost the watching connection')
    forgetProofs(member)
    this.#publish()
  }

  #down(member: Member, error: Error): void {
    const { log, onServerDown } = this.#options
    const firstTry = !member.tried
    const wasUp = member.up
    member.tried = true
    member.up = false
    forgetProofs(member)
    if (wasUp || firstTry)
      log.warn({ server: member.config.name, error: error.message }, 'the server cannot be reached')
    if (wasUp) {
      this.#lookups.close(member.id)
      this.#elect()
    }
    if (firstTry) this.#settleWhenAllTried()
    this.#publish()
    if (wasUp) onServerDown?.(member.id)
  }

  #isSettled(): boolean {
    return this.#members.every(({ tried }) => tried)
  }

  #settleWhenAllTried(): void {
    if (this.#marks.size === 0 && this.#isSettled()) this.#settle()
  }

  /** Pins the mark that most servers share (the first server's when there is a tie), and lets `start` resolve. */
  #settle(): void {
    const votes = new Map<string, number>()
    for (const { newest } of this.#members) {
      if (newest !== null) for (const mark of marksOf(newest)) votes.set(mark, (votes.get(mark) ?? 0) + 1)
    }
    let most = 0
    let shared: string | null = null
    for (const [mark, count] of votes) {
      if (count <= most) continue
      most = count
      shared = mark
    }
    if (shared !== null) this.#recognise(shared)
    for (const member of this.#members) member.tried = true
    this.#elect()
    this.#publish()
    this.#settled()
  }

  /** In a chain of replicas each shares a mark with its neighbours only. */
  #recognise(mark: string): void {
    this.#marks.add(mark)
    for (const member of this.#members) {
      if (belongs(member, this.#marks) && !this.#marks.has(member.newest!.identity))
        this.#recognise(member.newest!.identity)
    }
  }

  #elect(): void {
    if (this.#marks.size === 0) return
    const members = this.#members.filter((member) => member.up && belongs(member, this.#marks))
    const replicas = members.filter(({ newest }) => newest!.role === 'replica')
    const followed = replicas.reduce((highest, { newest }) => Math.max(highest, newest!.history), 0)
    const claims: Claim[] = members
      .filter(({ newest }) => newest!.role === 'primary')
      .map((member) => {
        const { id, config, newest, wasReplica } = member
        const objection = this.#objectionTo(member, replicas)
        return { id, name: config.name, history: newest!.history, wasReplica, objection }
      })
    const before = this.#last
    const { primary, problem, promoted, last } = elect(claims, followed, before)
    this.#last = last
    if (before !== null && before.id !== last?.id) (this.#members[before.id] as Member).superseded = true
    this.#primary = primary
    this.#primaryProblem = problem
    if (primary !== null) {
      this.#withoutPrimarySince = null
      const member = this.#members[primary] as Member
      member.wasReplica = false
      member.superseded = false
    } else this.#withoutPrimarySince ??= this.#options.clock()
    if (promoted) this.#beginEpoch()
  }

  /** Where histories have no order, positions must tell a primary of the past from the present one. */
  #objectionTo({ id, newest, superseded, wasReplica }: Member, replicas: readonly Member[]): string | null {
    const { covers } = this.#options
    const { history, identity, position } = newest as Sample
    const last = this.#last
    if (last !== null && last.id !== id && last.history === history && !wasReplica) {
      const name = this.#members[last.id]?.config.name
      if (superseded) return `${name} was promoted after it`
      const had = this.#lastPosition
      if (had !== null && (position === null || !covers(position, had))) return `lacks what ${name} had as the primary`
    }
    if (position === null) return null
    const led = replicas.find(({ newest: its }) => {
      const follows = its?.follows
      if (follows === undefined || follows.identity === identity || covers(position, follows.written)) return false
      // What a replica between this one and the primary was made to write by itself says nothing.
      return !replicas.some((between) => between.newest?.identity === follows.identity)
    })
    return led === undefined ? null : `lacks what the server that ${led.config.name} follows has written`
  }

  /** Nothing that was proved against the old primary holds against the new one. */
  #beginEpoch(): void {
    this.#epoch++
    this.#epochSince = this.#options.clock()
    this.#history.clear()
    this.#lastPosition = null
    for (const member of this.#members) forgetProofs(member)
    this.#lookups.close(null)
  }

  #evaluate(member: Member, t0: Instant, t1: Instant, { position, role, startedAt }: Sample): void {
    if (role === 'primary') {
      if (member.id === this.#primary && position !== null) this.#primaryAt(member, t0, t1, position, startedAt)
      else forgetProofs(member)
      return
    }
    // Sent before the epoch began: it says nothing about this one.
    if (t0 < this.#epochSince) return
    // A doubt takes nothing back, but until it is gone nothing new is proved either.
    if (position === null) member.position = null
    if (position === null) return
    if (moveTo(member, position, t1, this.#options.covers)) this.#watches[member.id]?.quicken()
    this.#raiseHorizon(member)
  }

  #primaryAt(member: Member, t0: Instant, t1: Instant, position: Position, startedAt: number): void {
    // A crash may have taken back what was never flushed, so positions from before it are compared with nothing.
    if (this.#historyOf !== startedAt) this.#history.clear()
    this.#historyOf = startedAt
    this.#history.push(t0, position)
    this.#lastPosition = position
    moveTo(member, position, t1, this.#options.covers)
    // Each waiting instant needs an answer of its own from the primary, whether it has moved or not.
    this.#watches[member.id]?.quicken()
    for (const replica of this.#members) if (replica.newest?.role === 'replica') this.#raiseHorizon(replica)
  }

  /** Within one incarnation and epoch what was proved stays proved, also when the history has forgotten the proof. */
  #raiseHorizon(member: Member): void {
    if (member.position === null) return
    const horizon = this.#history.horizonOf(member.position)
    if (horizon > member.horizon) member.horizon = horizon
  }

  #furthestHorizon(): Instant {
    let furthest = NEVER
    for (const { role, horizon, up, ineligible, unordered } of this.#snapshot.servers) {
      if (role === 'replica' && up && ineligible === null && !unordered && horizon > furthest) furthest = horizon
    }
    return furthest
  }

  #nudgeWhenStuck(now: Instant): void {
    const { log, maxLag, nudge } = this.#options
    const primary = this.#primary === null ? undefined : this.#members[this.#primary]
    if (!nudge || primary === undefined || primary.position === null) return
    let replicaSince: Instant | null = null
    let matters = this.#waiters.size > 0
    for (const { newest, position, positionSince, horizon } of this.#members) {
      if (newest?.role !== 'replica' || position === null || this.#history.coversNewest(position)) continue
      if (replicaSince === null || positionSince < replicaSince) replicaSince = positionSince
      if (now - horizon > maxLag) matters = true
    }
    if (!this.#nudger.due(now, { primarySince: primary.positionSince, replicaSince, matters })) return
    this.#lookups.nudge(primary.id).catch((error: Error) => {
      this.#nudger.refused(this.#options.clock())
      log.warn({ server: primary.config.name, error: error.message }, 'could not move a horizon that stands still')
    })
  }

  #state(id: ServerId): ServerState {
    const member = this.#members[id] as Member
    const reference = this.#last === null ? null : (this.#members[this.#last.id]?.clock ?? null)
    const agrees = clocksAgree(member.clock, reference, this.#options.clockSkewMax)
    return stateOf(member, this.#marks, (this.#watches[id] as Watch).incarnation, agrees)
  }

  #makeSnapshot(): Snapshot {
    return {
      epoch: this.#epoch,
      primary: this.#primary,
      primaryProblem: this.#primaryProblem,
      withoutPrimarySince: this.#withoutPrimarySince,
      servers: this.#members.map(({ id }) => this.#state(id)),
    }
  }

  /** Replaces the snapshot first and tells others afterwards, so that whoever is told decides by the new one. */
  #publish(): void {
    const before = this.#snapshot
    const after = this.#makeSnapshot()
    this.#snapshot = after
    const { log, onChange, onEpoch } = this.#options
    if (after.epoch !== before.epoch) {
      log.warn({ epoch: after.epoch }, 'a promotion: an epoch begins')
      onEpoch?.(after.epoch, this.#epochSince)
    }
    const changes = describeChanges(before, after)
    for (const { fields, message, level } of changes) log[level](fields, message)
    if (changes.length > 0) onChange?.(after)
    // Without a primary, or with another one, nobody's horizon will come as expected.
    if (after.epoch !== before.epoch || after.primary !== before.primary) this.#waiters.wakeAll()
    else this.#waiters.reached(this.#furthestHorizon())
  }
}
