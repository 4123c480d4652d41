/** What a running cluster shows of itself. The composition root makes it; the HTTP API, the dashboard and `serve` read it. */
import type { ClusterConfig } from '../config/types.ts'
import type { Mode, Snapshot } from '../routing/types.ts'

export interface PoolView {
  readonly server: string
  readonly user: string
  readonly database: string
  /** Connections by what they do now. */
  readonly idle: number
  readonly busy: number
  readonly connecting: number
  /** Clients waiting for a connection of this pool. */
  readonly waiting: number
  /** Connections that reads of many clients share, and those reads. */
  readonly lanes: number
  readonly riders: number
}

export interface SessionRow {
  readonly id: number
  readonly user: string
  readonly database: string
  readonly client: string
  readonly applicationName: string
  /** A word for people: `idle`, `active`, `in transaction`, `waiting for a connection` ... */
  readonly state: string
  /** The server that it holds now, or null. */
  readonly server: string | null
  /** Why it is pinned, or null. */
  readonly pinned: string | null
  readonly statements: number
  readonly connectedSeconds: number
}

export interface DigestRow {
  readonly digest: number
  /** A sample of the text with its literals removed. */
  readonly text: string
  readonly verdict: string
  readonly reason: string
  readonly count: number
  /** How many of them ran while the cluster only observed, and how many of those would have run on a replica. */
  readonly observed: number
  readonly offloadable: number
}

export interface ClusterView {
  readonly mode: Mode
  readonly snapshot: Snapshot
  /** Now, on the clock of the snapshot's instants: `staleness = now - horizon`. */
  readonly now: number
  readonly clients: number
  readonly ready: { readonly ok: boolean; readonly why: string }
  readonly pools: readonly PoolView[]
  /** At most `limit` rows, in the order of connecting. */
  sessions(limit: number): readonly SessionRow[]
  /** At most `limit` rows, the most frequent first. */
  digests(limit: number): readonly DigestRow[]
}

export interface RunningCluster {
  readonly name: string
  /** Where it accepts clients, with the real ports. */
  readonly addresses: readonly string[]
  view(): ClusterView
  /** Begins to look for what the monitor's account lacks, and says it in the log. Returns at once. */
  nameMissingRights(): void
  /** New connections are refused from now on. */
  stopAccepting(): void
  /** Resolves when no session is inside a transaction or a statement any more. */
  drained(): Promise<void>
  close(): Promise<void>
  /** Applies what can change while running; returns the keys that need a restart. */
  reload(config: ClusterConfig): string[]
  /** The rows of EXPLAIN ROUTE. */
  explain(sql: string): Promise<[string, string][]>
}
