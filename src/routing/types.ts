import type { Product } from '../dialect.ts'
import type { Instant, Millis, ServerId } from '../units.ts'
import type { Reason } from './reasons.ts'

export type Consistency = 'eventual' | 'session' | 'scope' | 'global' | 'strict'
export type WhenStale = 'primary' | 'wait' | 'error' | 'serve'
/** `observe`: everything runs on the primary; decisions are made all the same, and counted. */
export type Mode = 'route' | 'observe'
export type Route = 'auto' | 'primary' | 'replica'

/** What the user asked for: the cluster's configuration, overlaid by SET freshet.*, overlaid by a hint. */
export interface Policy {
  readonly consistency: Consistency
  readonly maxLag: Millis
  readonly whenStale: WhenStale
  /** Longest wait of a read for the horizon. */
  readonly wait: Millis
  readonly route: Route
  readonly causalKey: string | null
  readonly whenNoPrimary: 'serve' | 'error'
  readonly maxLagWithoutPrimary: Millis
}

/** One server as last seen. */
export interface ServerState {
  readonly id: ServerId
  readonly name: string
  readonly address: string
  readonly weight: number
  readonly zone: string | null
  readonly role: 'primary' | 'replica' | 'unknown'
  readonly up: boolean
  /** Every commit acknowledged before this is visible there. NEVER when nothing is proved. The primary's is not used. */
  readonly horizon: Instant
  /** Why it can serve no reads at all although it is up (`foreign cluster`, `timeline unknown` ...), for people; null when it can. */
  readonly ineligible: string | null
  /** Grows whenever the server may have restarted: state seen under another incarnation proves nothing about this one. */
  readonly incarnation: number
  /** Whether its clock agrees with the primary's within the limit. */
  readonly clockAgrees: boolean
  /** It may show a transaction before an earlier one: for `eventual` only. */
  readonly unordered?: boolean
  /** What the server last said it is; null before its first answer. */
  readonly product?: Product | null
}

/** The fleet at one moment. Immutable; a new one replaces it. */
export interface Snapshot {
  readonly epoch: number
  /** null: none known, or two claimants; `primaryProblem` says which. */
  readonly primary: ServerId | null
  readonly primaryProblem: string | null
  /** Since when there has been no primary; null while there is one. */
  readonly withoutPrimarySince: Instant | null
  readonly servers: readonly ServerState[]
}

/** The instant that a read must not be older than, and the epoch in which that instant was taken. */
export interface Floor {
  readonly epoch: number
  readonly instant: Instant
}

/** What `decide` must know of the session; read only. */
export interface SessionView {
  /** The session's last reply from the primary. */
  readonly floor: Floor
  /** Where its last replica read ran, under which incarnation, and when that read ended (monotonic reads). */
  readonly lastReplica: ServerId | null
  readonly lastReplicaIncarnation: number
  readonly lastReplicaReadEnd: Instant
  /** Reads in a row that went to the primary only because of the floor; `decide` lets the next one wait once there are a few. */
  readonly readsBehindFloor: number
}

export type Decision =
  | { readonly to: 'primary'; readonly because: Reason }
  | { readonly to: 'replica'; readonly server: ServerId; readonly because: Reason }
  /** For a horizon of at least `horizon` on some replica, until `until` at the latest; then decide again with `waited`. */
  | { readonly to: 'wait'; readonly horizon: Instant; readonly until: Instant; readonly because: Reason }
  | { readonly to: 'refuse'; readonly because: Reason; readonly message: string }

/** Outstanding work per server, indexed by ServerId. */
export type Loads = readonly number[]

/** One candidate as EXPLAIN ROUTE shows it. */
export interface Candidate {
  readonly server: string
  readonly role: string
  readonly eligible: boolean
  readonly why: string
}
