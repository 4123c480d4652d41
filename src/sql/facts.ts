import type { Reason } from '../routing/reasons.ts'
import type { Digest } from '../units.ts'

/** What classification found out about one unit of text (one statement, or several sent together). Immutable, shared by all who send the same digest. */
export interface Facts {
  readonly digest: Digest
  /** How many statements the text holds; 0 for an empty query. */
  readonly statements: number
  /**
   * `read`: proved to be a plain read that leaves no state: may run on a replica in autocommit.
   * `read-in-transaction`: means nothing or leaves state outside a transaction, but may run on a replica inside a read-only one
   *  (SAVEPOINT, DECLARE of a read, FETCH, SET LOCAL ...).
   * `primary`: everything else.
   */
  readonly verdict: 'read' | 'read-in-transaction' | 'primary'
  /** Why not `read`; `read` when it is one. */
  readonly because: Reason
  /** A word for people: `SELECT`, `INSERT`, `BEGIN`, ... in upper case; `UNKNOWN` when not parsed. */
  readonly command: string
  readonly tables: readonly string[]
  readonly functions: readonly string[]
  /** Asks for the current time: runs on a replica only while the servers' clocks agree. */
  readonly usesClock: boolean
  /** Reads what an earlier statement left on its server connection (currval, lastval): must run on that very connection. */
  readonly usesLastSequence: boolean
  readonly transaction: TransactionControl | null
  readonly effect: SessionEffect
  /** True when the facts depend on literals, so that they hold for this text only and are not cached by digest. */
  readonly literalDependent: boolean
}

export type Isolation = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable'

/** Set only when the text is exactly one transaction control statement. */
export type TransactionControl =
  | { readonly op: 'begin'; readonly readOnly: boolean | null; readonly isolation: Isolation | null }
  /** SET TRANSACTION; `snapshot` when it names an exported one. */
  | {
      readonly op: 'set-transaction'
      readonly readOnly: boolean | null
      readonly isolation: Isolation | null
      readonly snapshot: boolean
    }
  | { readonly op: 'commit' | 'rollback'; readonly chain: boolean }
  | { readonly op: 'savepoint' | 'release' | 'rollback-to' | 'prepare-transaction' | 'finish-prepared' }

/** What the statement does to its session beyond its result. */
export type SessionEffect =
  | { readonly kind: 'none' }
  /**
   * One SET or RESET of one parameter with literal values. `value` is the SQL text to the right of the equals sign, ready to be replayed
   * (`null`: reset to the value at login). `name` in lower case; `role`, `session_authorization` and `timezone` for their special forms.
   */
  | { readonly kind: 'set'; readonly name: string; readonly value: string | null; readonly local: boolean }
  /** RESET ALL */
  | { readonly kind: 'reset-all' }
  /** DISCARD ALL */
  | { readonly kind: 'discard-all' }
  /** DEALLOCATE name, or all when `name` is null. */
  | { readonly kind: 'deallocate'; readonly name: string | null }
  /** It may have changed parameters or left temp tables, locks, listeners, ...: the server is asked afterwards what the connection now holds. */
  | { readonly kind: 'unknown' }

/** How the session's settings change the meaning of bytes. Part of the key of every cache of facts. */
export interface LexMode {
  /** `standard_conforming_strings`; MySQL: true unless NO_BACKSLASH_ESCAPES is off (backslashes escape). */
  readonly standardConformingStrings: boolean
  /** False for client encodings in which a byte below 0x80 can be part of a character (SJIS, BIG5, GBK, UHC, GB18030, JOHAB). */
  readonly asciiSafeEncoding: boolean
}

/** A control meant for Freshet itself; never sent to a server. */
export type Control =
  | { readonly kind: 'set'; readonly name: string; readonly value: string | null; readonly local: boolean }
  | { readonly kind: 'show'; readonly name: string }
  | { readonly kind: 'explain-route'; readonly statement: string }

/** What one comment hint asks for: names and raw values in order of appearance. */
export type Hint = readonly { readonly name: string; readonly value: string }[]

/** Bytes in, facts out. One per cluster and database. */
export interface Classifier {
  /**
   * Facts about text[start, end) in the client's encoding. Never throws; unknown input gives the conservative answer.
   * Hot path: a known digest allocates nothing.
   */
  classify(text: Uint8Array, start: number, end: number, mode: LexMode): Facts
  /** A control for Freshet, or null. Cheap when the text holds no `freshet` (checked first). */
  control(text: Uint8Array, start: number, end: number, mode: LexMode): Control | null
  /** The hint of a leading comment, or null. Cheap when the text does not begin with a comment. */
  hint(text: Uint8Array, start: number, end: number): Hint | null
  /** Remembers that a replica refused this digest and the primary then ran it: `primary` for a while. */
  learnWrite(digest: Digest): void
  /** Forgets all facts (DDL, a new catalog). */
  invalidate(): void
  /** Grows whenever facts given before may be out of date. */
  readonly version: number
  readonly stats: { readonly entries: number; readonly hits: number; readonly misses: number }
}
