import type { Mode, Policy } from '../routing/types.ts'
import type { Millis } from '../units.ts'

/** Where to listen or connect: a TCP address or a Unix socket path. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string }

export interface ServerConfig {
  readonly name: string
  readonly address: Address
  readonly weight: number
  readonly zone: string | null
}

export interface Limits {
  /** Client connections per cluster; one more gets 53300. */
  readonly clients: number
  /** A statement or batch larger than this many bytes is not held for classification: it streams to the primary. */
  readonly statementBytes: number
  /** Bytes that a client may send ahead of the replies before Freshet stops reading from it. */
  readonly readAheadBytes: number
  /** Bytes waiting to be written to one socket before Freshet stops reading from the other side. */
  readonly writeBufferBytes: number
  /** First bytes of a reply held back while its digest is not yet proven on a replica. */
  readonly holdBackBytes: number
  /** Statements prepared per server connection (least recently used are closed). */
  readonly preparedPerConnection: number
  /** Statements prepared per client session; one more is an error 53400. */
  readonly preparedPerSession: number
  /** Digests whose facts are remembered. */
  readonly digests: number
  /** Causal keys whose floors are remembered. */
  readonly causalKeys: number
  /** Clients waiting for a server connection per pool. */
  readonly waiting: number
  /** Time a client has for its start-up and authentication. */
  readonly loginTimeout: Millis
  /** Start-up packet size (PostgreSQL itself: 10,000 bytes). */
  readonly startupBytes: number
}

export type TlsMode = 'disable' | 'allow' | 'require'
export type ServerTlsMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

export interface ClusterConfig {
  readonly name: string
  readonly engine: 'postgres' | 'mysql'
  readonly listen: readonly Address[]
  readonly servers: readonly ServerConfig[]
  readonly monitor: {
    readonly user: string
    readonly password: string
    readonly database: string
    readonly interval: Millis
    /** A sample older than this has failed. */
    readonly timeout: Millis
    /** Whether Freshet may write an empty transactional message to move a stuck horizon. */
    readonly nudge: boolean
    /** Clocks further apart than this do not agree. */
    readonly clockSkewMax: Millis
  }
  readonly auth: {
    readonly method: 'scram-sha-256' | 'md5' | 'trust' | 'caching_sha2_password' | 'mysql_native_password'
    readonly users: readonly { readonly name: string; readonly password: string }[]
    /** Returns one row (name, verifier) for $1 = user name; null: pg_authid. */
    readonly query: string | null
  }
  readonly mode: Mode
  /** consistency, max_lag, when_stale, wait, when_no_primary ... as every session starts with them. */
  readonly policy: Policy
  readonly pool: { readonly size: number; readonly idle: Millis; readonly lifetime: Millis; readonly wait: Millis }
  /** Reads of many clients on few connections to replicas. */
  readonly lanes: { readonly enabled: boolean }
  /** Towards clients; null: TLS is not offered. `cert` and `key` are PEM texts (already read). */
  readonly tls: { readonly mode: TlsMode; readonly cert: string; readonly key: string } | null
  /** Towards servers. `ca` is a PEM text or null for the system's. */
  readonly serverTls: { readonly mode: ServerTlsMode; readonly ca: string | null }
  readonly limits: Limits
  /** How often the catalog (functions, views, ...) is read again. */
  readonly catalogRefresh: Millis
}

export interface Config {
  readonly clusters: readonly ClusterConfig[]
  readonly workers: number
  readonly admin: { readonly listen: Address } | null
  /** How long transactions may go on after SIGTERM. */
  readonly shutdownGrace: Millis
  readonly log: { readonly level: string; readonly pretty: boolean }
}
