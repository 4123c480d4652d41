import type { Covers, Probe, Sample } from '../dialect.ts'
import type { Log } from '../observe/log.ts'
import type { Snapshot } from '../routing/types.ts'
import type { Instant, Millis, ServerId } from '../units.ts'

export interface FleetServer {
  readonly name: string
  readonly address: string
  readonly weight: number
  readonly zone: string | null
}

/** Runs `action` once after `delay` milliseconds; the returned function calls it off. */
export type Schedule = (delay: number, action: () => void) => () => void

export interface FleetOptions {
  /** In the order of their ServerIds. */
  readonly servers: readonly FleetServer[]
  /** Opens a watching connection. `database`: null for the monitor's own. Rejects when the server cannot be reached or refuses. */
  readonly connectProbe: (server: ServerId, database: string | null) => Promise<Probe>
  readonly covers: Covers
  readonly interval: Millis
  /** A sample, a connection attempt or the start longer than this has failed. */
  readonly timeout: Millis
  /** Whether a horizon that stands still below an idle primary may be moved by a marker in the replication stream. */
  readonly nudge: boolean
  readonly clockSkewMax: Millis
  /** The cluster's `max_lag`: a replica further behind than this that stands still is worth a nudge. */
  readonly maxLag: Millis
  readonly clock: () => Instant
  readonly schedule: Schedule
  readonly log: Log
  /** A promotion: every connection and lease to any server from before it must be closed now. The snapshot is already the new epoch's. */
  readonly onEpoch?: (epoch: number, at: Instant) => void
  /** The server does not answer any more. */
  readonly onServerDown?: (server: ServerId) => void
  /** Roles, health, primary or epoch changed (not called for horizons alone). */
  readonly onChange?: (snapshot: Snapshot) => void
}

export interface TimedSample {
  /** When it was sent. */
  readonly t0: Instant
  readonly sample: Sample
  readonly incarnation: number
}

export interface Fleet {
  /** The fleet at this moment: a property read. */
  snapshot(): Snapshot
  /** Resolves when every server has answered or failed once, after `timeout` at the latest. */
  start(): Promise<void>
  stop(): void
  /**
   * Calls `wake` once: when some replica's horizon has reached `horizon`, when the epoch changes, or at `until`. Never from within this
   * call. Samples are taken eagerly while somebody waits.
   */
  waitForHorizon(horizon: Instant, until: Instant, wake: () => void): { cancel(): void }
  /**
   * For a server connection whose opening was complete at `openedAt`: resolves with the incarnation under whose horizons it may be used,
   * once a sample that was sent after that has come back; null when the server went away instead.
   */
  confirm(server: ServerId, openedAt: Instant): Promise<number | null>
  /** Cold-path look-ups through the monitor's account on the primary, or on any server that is up; never delays samples. */
  query(sql: string, parameters: readonly unknown[]): Promise<readonly (readonly (string | null)[])[]>
  /** The same in another database. */
  queryDatabase(
    database: string,
    sql: string,
    parameters: readonly unknown[],
  ): Promise<readonly (readonly (string | null)[])[]>
  /** A sample of the primary that is sent after this call; null when there is no primary or it went away. */
  samplePrimary(): Promise<TimedSample | null>
}
