/** What the composition of a cluster needs from its engine. The two of them are `engine-postgres.ts` and `engine-mysql.ts`; nothing else in cli/ names one. */
import type { Address, ClusterConfig } from '../config/types.ts'
import type {
  ClientLogin,
  ClientProtocol,
  Covers,
  Dialect,
  Failure,
  Probe,
  ProbeAccount,
  ProbeTarget,
  ProbeTls,
  SessionState,
} from '../dialect.ts'
import type { Fleet } from '../fleet/types.ts'
import type { Log } from '../observe/log.ts'
import type { Classifier, LexMode } from '../sql/facts.ts'

export interface EngineParts {
  readonly config: () => ClusterConfig
  /** Not to be called before the cluster is composed. */
  readonly fleet: () => Fleet
  readonly log: Log
}

export interface LoginRequest {
  /** The session's id, should it come to one: MySQL tells it first of all. */
  readonly id: number
  /** What a client that becomes somebody else on the same connection begins with. */
  readonly again: { readonly packet: Buffer; readonly before: ClientLogin } | null
  /** Said to whoever wants to log in. */
  readonly refuse: Failure | null
  /** The client came through a Unix socket. */
  readonly local: boolean
  /** As the servers would name the client's host in an error. */
  readonly host: string
}

/** A session as its protocol sees it. */
export interface ProtocolRequest {
  readonly id: number
  readonly profile: string
  readonly database: string
  readonly login: ClientLogin
  readonly classifier: Classifier
  readonly state: () => SessionState
  readonly schemaVersion: () => number
}

/** What is known of one database: how to read it, and what it says. */
export interface Knowledge {
  readonly classifier: Classifier
  /** Rejects when it cannot be read. */
  load(query: Probe['query']): Promise<void>
  /** Settings without a definition that functions of this database set. */
  readonly settings: readonly string[]
  /** Functions that set settings by names which they do not tell. */
  readonly settersOfOthers: ReadonlySet<string>
}

export interface Engine {
  readonly covers: Covers
  connectProbe(target: ProbeTarget, account: ProbeAccount, tls: ProbeTls): Promise<Probe>
  dialect(address: Address): Dialect
  /** Statements for people, without literals; null when there is nothing to show. */
  readonly digestSample: (sql: string) => string | null
  login(request: LoginRequest): ClientLogin
  protocol(request: ProtocolRequest): ClientProtocol
  /** Under which name the catalog of this database is kept: those of one server may be one. */
  catalogOf(database: string): string
  knowledge(): Knowledge
  /** What a session without any settings has. */
  readonly lexMode: LexMode
  /** The configuration is a new one. */
  reloaded(): void
  /** A login to a server has shown whether that is the user's password. */
  proved(user: string, secret: unknown, failure: Failure | null): void
  /** Asks a server for TLS on a fresh connection, and whether this answer means yes; null: it is not asked for this way. */
  readonly tlsRequest: { readonly packet: Buffer; accepts(answer: number): boolean } | null
}
