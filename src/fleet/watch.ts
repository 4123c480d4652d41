/**
 * One server, watched: connect, sample again and again, and when anything goes wrong, drop the connection and connect anew. There is one
 * connection and at most one sample under way. Everything that was known under a connection is forgotten with it, because
 * the server may have restarted: the incarnation grows as soon as a connection is lost.
 */
import type { Probe, Sample } from '../dialect.ts'
import type { Instant } from '../units.ts'
import type { Schedule, TimedSample } from './types.ts'

export interface WatchOptions {
  readonly connect: () => Promise<Probe>
  readonly interval: number
  /** How long after each beat of the interval the regular sample goes out. */
  readonly phase: () => number
  readonly timeout: number
  readonly clock: () => Instant
  readonly schedule: Schedule
  /** Somebody waits for what this server will say. */
  readonly wanted: () => boolean
  readonly sampled: (t0: Instant, t1: Instant, sample: Sample) => void
  /** The connection is gone; the server itself may be well. */
  readonly lost: (error: Error) => void
  /** The server cannot be reached. Called once per failed attempt. */
  readonly down: (error: Error) => void
}

/** While somebody waits, samples may take this share of one connection's time. */
const EAGER_SHARE = 0.25
const EAGER_GAP_MIN = 2
const BACKOFF_MIN = 50
const BACKOFF_MAX = 1000

type State =
  | { readonly at: 'stopped' }
  | { readonly at: 'connecting' }
  | { readonly at: 'pausing' }
  /** `first`: this connection has not answered a sample yet. */
  | { readonly at: 'asking'; readonly probe: Probe; readonly sentAt: Instant; readonly first: boolean }
  | { readonly at: 'resting'; readonly probe: Probe; readonly lastSentAt: Instant; readonly earliest: Instant }

/**
 * Regular samples of all servers follow one beat, so that the process wakes up rarely. Timers may be early by a fraction of a millisecond;
 * that must not make two samples of one.
 */
function nextTick(lastSentAt: Instant, interval: number, phase: number): number {
  const early = Math.min(2, interval / 4)
  return (Math.floor((lastSentAt - phase + early) / interval) + 1) * interval + phase
}

interface Request {
  readonly sentAfter: Instant
  readonly answer: (sample: TimedSample | null) => void
}

export class Watch {
  readonly #options: WatchOptions
  #state: State = { at: 'stopped' }
  #incarnation = 1
  #stopTimer: () => void = () => {}
  #backoff = BACKOFF_MIN
  /** Grows while eager samples find nothing new. */
  #stillGap = EAGER_GAP_MIN
  #requests: Request[] = []

  constructor(options: WatchOptions) {
    this.#options = options
  }

  get incarnation(): number {
    return this.#incarnation
  }

  get connected(): boolean {
    return this.#state.at === 'asking' || this.#state.at === 'resting'
  }

  /** When the newest sample, answered or not, was sent; null without a connection. */
  get newestSentAt(): Instant | null {
    if (this.#state.at === 'asking') return this.#state.sentAt
    return this.#state.at === 'resting' ? this.#state.lastSentAt : null
  }

  start(): void {
    if (this.#state.at === 'stopped') this.#connect()
  }

  stop(): void {
    this.#leave({ at: 'stopped' })
    this.#refuseRequests()
  }

  /** The first sample that is sent after this instant; null when the connection is lost before, or there is none. */
  sampleAfter(sentAfter: Instant): Promise<TimedSample | null> {
    if (!this.connected) return Promise.resolve(null)
    return new Promise((answer) => {
      this.#requests.push({ sentAfter, answer })
      this.poke()
    })
  }

  /** Somebody began to wait: the next sample goes out as soon as the share of time allows. */
  poke(): void {
    if (this.#state.at === 'resting') this.#rest(this.#state.probe, this.#state.lastSentAt, this.#state.earliest)
  }

  /** The server moved, or somebody new waits: eager samples follow each other quickly again. */
  quicken(): void {
    this.#stillGap = EAGER_GAP_MIN
  }

  #connect(): void {
    const attempt: State = { at: 'connecting' }
    this.#leave(attempt)
    const failed = (error: Error) => {
      if (this.#state === attempt) this.#unreachable(error)
    }
    const { timeout } = this.#options
    this.#stopTimer = this.#options.schedule(timeout, () => failed(new Error(`no connection within ${timeout} ms`)))
    this.#options.connect().then((probe) => {
      if (this.#state === attempt) this.#ask(probe, true)
      else probe.close()
    }, failed)
  }

  /** No connection, or one on which nothing is ever answered. */
  #unreachable(error: Error): void {
    this.#incarnation++
    this.#leave({ at: 'pausing' })
    this.#stopTimer = this.#options.schedule(this.#backoff, () => this.#connect())
    this.#backoff = Math.min(this.#backoff * 2, BACKOFF_MAX)
    this.#options.down(error)
    this.#refuseRequests()
  }

  #ask(probe: Probe, first: boolean): void {
    const { clock, schedule, timeout } = this.#options
    const sentAt = clock()
    const asking: State = { at: 'asking', probe, sentAt, first }
    this.#stopTimer()
    this.#state = asking
    const failed = (error: Error) => {
      if (this.#state !== asking) return
      if (first) this.#unreachable(error)
      else this.#lose(error)
    }
    this.#stopTimer = schedule(timeout, () => failed(new Error(`no answer within ${timeout} ms`)))
    probe.sample().then((sample) => {
      if (this.#state === asking) this.#answered(probe, sentAt, sample)
    }, failed)
  }

  #answered(probe: Probe, sentAt: Instant, sample: Sample): void {
    const t1 = this.#options.clock()
    const took = t1 - sentAt
    this.#backoff = BACKOFF_MIN
    this.#stillGap = Math.min(this.#stillGap * 2, this.#options.interval)
    const gap = Math.max(took / EAGER_SHARE - took, EAGER_GAP_MIN)
    const resting: State = { at: 'resting', probe, lastSentAt: sentAt, earliest: (t1 + gap) as Instant }
    this.#stopTimer()
    this.#state = resting
    this.#options.sampled(sentAt, t1, sample)
    this.#answerRequests(sentAt, sample)
    // A handler may have stopped the watch or asked for the next sample already.
    if (this.#state === resting) this.#rest(probe, sentAt, resting.earliest)
  }

  #rest(probe: Probe, lastSentAt: Instant, earliest: Instant): void {
    const { clock, interval, phase, schedule, wanted } = this.#options
    const now = clock()
    const regular = Math.max(nextTick(lastSentAt, interval, phase()), Math.min(earliest, now + interval))
    let at = regular
    if (this.#requests.length > 0) at = Math.min(regular, earliest)
    else if (wanted()) at = Math.min(regular, Math.max(earliest, lastSentAt + this.#stillGap))
    this.#stopTimer()
    this.#state = { at: 'resting', probe, lastSentAt, earliest }
    if (at <= now) this.#ask(probe, false)
    else this.#stopTimer = schedule(at - now, () => this.#ask(probe, false))
  }

  #answerRequests(t0: Instant, sample: Sample): void {
    if (this.#requests.length === 0) return
    const answered = this.#requests.filter(({ sentAfter }) => t0 > sentAfter)
    this.#requests = this.#requests.filter(({ sentAfter }) => !(t0 > sentAfter))
    for (const { answer } of answered) answer({ t0, sample, incarnation: this.#incarnation })
  }

  #refuseRequests(): void {
    const refused = this.#requests
    this.#requests = []
    for (const { answer } of refused) answer(null)
  }

  #lose(error: Error): void {
    this.#incarnation++
    this.#stillGap = EAGER_GAP_MIN
    // Told before the next attempt begins, so that nobody sees the old knowledge with a new connection.
    this.#leave({ at: 'pausing' })
    this.#options.lost(error)
    this.#refuseRequests()
    if (this.#state.at === 'pausing') this.#connect()
  }

  /** Leaves the present state with its timer and its connection. */
  #leave(next: State): void {
    this.#stopTimer()
    this.#stopTimer = () => {}
    const before = this.#state
    this.#state = next
    if (before.at === 'asking' || before.at === 'resting') before.probe.close()
  }
}
