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

  // What follows is absent where it does not apply; engines whose sessions can be asked what they hold leave it out.

  /** What the statement leaves on its connection, when it succeeds, that cannot follow the session to another one. */
  readonly pins?: readonly PinCause[]
  /** Causes that it takes away again, perhaps not the last of their kind. */
  readonly unpins?: readonly PinCause[]
  readonly temporaryTables?: { readonly created: readonly string[]; readonly dropped: readonly string[] }
  /** Reads variables that only the session's own connection knows. */
  readonly usesUserVariables?: true
  /** What it tells about the statement before it: the connection that ran that one must answer. */
  readonly asksPrevious?: readonly Previous[]
  /** Asks the server to remember how many rows there were without LIMIT. */
  readonly leavesFoundRows?: true
  /** It changes rows and answers with rows (RETURNING), which tell nothing of what it did. */
  readonly returnsChanged?: true
  /** Its reply does not tell how many rows it has found (LIMIT, INTO and the like). */
  readonly hidesFoundRows?: true
  readonly settings?: readonly Setting[]
  /** USE: the session's schema from then on. */
  readonly schema?: string
  /** It ends an open transaction by committing it. */
  readonly commitsImplicitly?: true
  /** What was found out about functions and relations may be out of date after it. */
  readonly changesSchema?: true
  /** The server will ask the client for a file. */
  readonly localInfile?: true
}

export type PinCause =
  | 'user-variable'
  | 'temp-table'
  | 'lock-tables'
  | 'advisory-lock'
  | 'handler'
  | 'xa'
  | 'prepared-in-sql'
  | 'profiling'
  | 'role'
  | 'unknown'

export type Previous = 'warnings' | 'found-rows' | 'row-count' | 'insert-id' | 'profiles'

/** One assignment of a SET. `value`: the SQL text of one literal or word, `default` for DEFAULT; null: an expression. */
export interface Setting {
  /** `next`: for the next transaction only; `user`: a user variable. */
  readonly scope: 'session' | 'global' | 'persist' | 'persist-only' | 'user' | 'next'
  readonly name: string
  readonly value: string | null
}

export type Isolation = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable'

/** Set only when the text is exactly one transaction control statement. */
export type TransactionControl =
  | {
      readonly op: 'begin'
      readonly readOnly: boolean | null
      readonly isolation: Isolation | null
      /** The snapshot is taken at once, so the statement must reach a server when it comes. */
      readonly consistentSnapshot?: true
    }
  /** SET TRANSACTION; `snapshot` when it names an exported one. `scope` next: for the transaction that begins next. */
  | {
      readonly op: 'set-transaction'
      readonly readOnly: boolean | null
      readonly isolation: Isolation | null
      readonly snapshot: boolean
      readonly scope?: 'next'
    }
  /** `release`: the server then ends the session. */
  | { readonly op: 'commit' | 'rollback'; readonly chain: boolean; readonly release?: true }
  /** SET autocommit alone; null: the value is an expression. */
  | { readonly op: 'set-autocommit'; readonly value: boolean | null }
  | {
      readonly op: 'xa'
      readonly verb: 'start' | 'end' | 'prepare' | 'commit' | 'rollback' | 'recover'
    }
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
  /** `standard_conforming_strings`; MySQL: true under NO_BACKSLASH_ESCAPES, otherwise backslashes escape. */
  readonly standardConformingStrings: boolean
  /** MySQL's ANSI_QUOTES: double quotes enclose names and not strings. */
  readonly ansiQuotes?: boolean
  /** MySQL: bytes from 0x80 on are letters (UTF-8); in other encodings some of them are white space. */
  readonly highBytesInWords?: boolean
  /** The session has chosen another grammar (MariaDB's sql_mode ORACLE, MSSQL), in which nothing is proved. */
  readonly unknownGrammar?: boolean
  /** False for client encodings in which a byte below 0x80 can be part of a character (SJIS, BIG5, GBK, CP932, UHC, GB18030, JOHAB). */
  readonly asciiSafeEncoding: boolean
}

/** A part of a text, in bytes. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** SET freshet.name; `value` null: back to what was configured. */
export interface SettingChange {
  readonly kind: 'set'
  readonly name: string
  readonly value: string | null
  readonly local: boolean
}

/**
 * `mixed`: assigned together with variables of the server. `scope`: for more than the session. `placeholder`, `expression`: as the value.
 * `select`: read together with something else. `function`: set by set_config().
 */
export type Misuse = 'mixed' | 'scope' | 'placeholder' | 'expression' | 'select' | 'function'

/** A control meant for Freshet itself; never sent to a server. */
export type Control =
  | SettingChange
  /** Several in one statement: all of them or none. */
  | { readonly kind: 'set-all'; readonly changes: readonly SettingChange[] }
  /** `column`: what its value is called, when not by its name. */
  | { readonly kind: 'show'; readonly name: string; readonly column?: string }
  /** It means Freshet's setting `name`, but in a form that Freshet does not take. */
  | { readonly kind: 'misuse'; readonly what: Misuse; readonly name: string }
  | { readonly kind: 'explain-route'; readonly statement: string }
  /** Several statements in one text. `rest`: the text from `from` up to `to` are they, and statements of the servers' follow; null: there are no others. */
  | { readonly kind: 'sequence'; readonly controls: readonly Control[]; readonly rest: Span | null }
  /** KILL of one connection or of what it runs; ids are Freshet's own. `id`: decimal digits. */
  | { readonly kind: 'kill'; readonly id: string; readonly target: 'connection' | 'query' }

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
