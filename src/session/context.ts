import type { ClusterConfig } from '../config/types.ts'
import type { Dialect, LocalAnswer, SessionState } from '../dialect.ts'
import type { Fleet } from '../fleet/types.ts'
import type { DigestStats } from '../observe/digests.ts'
import type { Log } from '../observe/log.ts'
import type { ClusterMetrics } from '../observe/metrics.ts'
import type { Pool } from '../pool/pool.ts'
import type { PoolAccount } from '../pool/pools.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import type { Floors } from '../routing/floors.ts'
import type { Policy } from '../routing/types.ts'
import type { Classifier } from '../sql/facts.ts'
import type { ServerId } from '../units.ts'

/** What all sessions of one database share. */
export interface DatabaseContext {
  readonly classifier: Classifier
  /** Grows with every schema change that was seen here. */
  schemaVersion: number
  /** A session of this database has read currval or lastval: those that use sequences keep their connection from now on. */
  readsLastSequence: boolean
  /** Functions that set a session's settings by names which they do not tell. */
  readonly settersOfOthers: ReadonlySet<string>
  /** A schema change was acknowledged: what is known of the catalog may be wrong. */
  schemaChanged(): void
}

/** What all sessions of one cluster share. One thread, so plain fields. */
export interface SessionContext {
  readonly config: () => ClusterConfig
  readonly dialect: Dialect
  readonly fleet: Fleet
  readonly floors: Floors
  readonly metrics: ClusterMetrics
  readonly digests: DigestStats
  readonly log: Log
  /** Units of work under way or waiting, by ServerId. */
  readonly loads: number[]
  /** Settings without a definition that sessions have used (`app.user`), bounded. */
  readonly customNames: Set<string>
  pool(server: ServerId, account: PoolAccount): Pool
  /** Asks the server to cancel what the connection runs. */
  cancel(connection: ServerConnection): void
  /** KILL of one of Freshet's own sessions; null when none has that id. */
  kill(by: SessionIdentity, id: number, target: 'connection' | 'query'): LocalAnswer | null
  /** Counts up; breaks ties between replicas. */
  turn: number
}

/** Who a session belongs to and how it began. */
export interface SessionIdentity {
  readonly id: number
  readonly user: string
  readonly database: string
  readonly account: PoolAccount
  readonly client: string
  readonly applicationName: string
  /** The state asked for at start-up: what RESET goes back to. */
  readonly startState: SessionState
  readonly policy: Policy
}

const CUSTOM_NAMES_MAX = 1000

/** Remembers the name of a setting that no server lists. */
export function rememberName({ customNames }: SessionContext, name: string): void {
  if (customNames.size < CUSTOM_NAMES_MAX) customNames.add(name.toLowerCase())
}
