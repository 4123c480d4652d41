/** The narrow contract between the neutral core and one engine's protocol. Grows here, never in two places. */

/** A fault that a client is told of, in the engine's own terms. */
export interface Failure {
  /** SQLSTATE (five characters). */
  readonly code: string
  readonly message: string
  readonly detail?: string
  readonly hint?: string
  /** The connection ends after it. */
  readonly fatal?: boolean
}

/** A position in the replication stream as one engine's adapter made it; opaque to everyone else. */
export type Position = { readonly engine: string }

/** One answer to "who are you, what is your role and position?". */
export interface Sample {
  readonly role: 'primary' | 'replica'
  /** The cluster's identity (PostgreSQL: system identifier), equal on all its servers. */
  readonly identity: string
  /** null: the server could not say (timeline unknown, ...): it proves nothing; `doubt` says why. */
  readonly position: Position | null
  readonly doubt: string | null
  /** A number that changes when the server restarts (PostgreSQL: postmaster start, ms since 1970). */
  readonly startedAt: number
  /** The server's clock, ms since 1970. */
  readonly clock: number
  /** Orders histories: a higher one was promoted later (PostgreSQL: timeline). */
  readonly history: number
}

/** One watching connection to one server. */
export interface Probe {
  /** Asks once. Rejects when the server does not answer; the probe is then closed for good. */
  sample(): Promise<Sample>
  /** Writes nothing but a marker into the replication stream (PostgreSQL: pg_logical_emit_message); rejects where the account may not. */
  nudge(): Promise<void>
  /** For account and catalog look-ups on the cold path. */
  query(sql: string, parameters: readonly unknown[]): Promise<readonly (readonly (string | null)[])[]>
  close(): void
}

/** Whether a server at `have` has everything that a server at `need` had. Unknown or foreign histories: false. */
export type Covers = (have: Position, need: Position) => boolean
