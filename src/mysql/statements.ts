import type { Failure, SessionState } from '../dialect.ts'
import type { Control, Facts, Hint, LexMode } from '../sql/facts.ts'
import type { DiagnosticQuery } from './diagnostic-query.ts'

/** A statement as one client prepared it. It belongs to the session; server connections hold copies under ids of their own. */
export interface PreparedStatement {
  /** What the client calls it; 0 until its prepare has been answered. */
  id: number
  /** SQL in the encoding of the session's character_set_client. Empty when `streamed`. */
  readonly text: Buffer
  facts: Facts
  /** The classifier's version that `facts` are from, and how the text was to be read. */
  factsVersion: number
  readonly lex: LexMode
  readonly hint: Hint | null
  readonly control: Control | null
  /** The session's state when it was prepared: schema, sql_mode and character sets were bound then. */
  readonly state: SessionState
  /** How many schema changes had been seen when it was prepared. */
  readonly schemaVersion: number
  /** Parameters and result columns, as its prepare was answered. */
  parameters: number
  columns: number
  /**
   * Parameter types as they came with the last EXECUTE that sent any: 2 bytes each, followed by a length-encoded name where query attributes
   * are agreed. null: none was sent yet. A new object for each new sending, so that a connection knows by identity which ones it has had.
   */
  types: Buffer | null
  /** As many parameters as `types` are for. */
  typesCount: number
  /** A cursor of it is open on the connection that the session holds. */
  cursor: boolean
  /** Long data for its next EXECUTE lies on the connection that the session holds. */
  longData: boolean
  /** Some of its long data reached no server: it must not be executed before it is reset. */
  lost?: Failure | null
  /** It asks only how the statement before it went; null: it does not. Read when it is first executed. */
  asks?: DiagnosticQuery | null
  /** Its text was too large to be held: only the connection where it was prepared has it, and the session keeps that. */
  readonly streamed: boolean
  /** For the server codec: what it is remembered by on a connection; computed once. */
  serverKey: string | null
}

/** MariaDB: "the statement prepared last", for an EXECUTE sent right behind its PREPARE. */
export const LAST_PREPARED = 0xffffffff
const ID_MAX = 0x7fffffff

/** The prepared statements of one session. */
export class StatementRegistry {
  readonly #byId = new Map<number, PreparedStatement>()
  #lastId = 0
  /** What the last PREPARE made; null when it failed, or that statement has been closed. */
  #last: PreparedStatement | null = null

  get size(): number {
    return this.#byId.size
  }

  get(id: number): PreparedStatement | null {
    return id === LAST_PREPARED ? this.#last : (this.#byId.get(id) ?? null)
  }

  has(statement: PreparedStatement): boolean {
    return this.#byId.get(statement.id) === statement
  }

  /** Gives the statement its id: counted from 1, as servers do. */
  add(statement: PreparedStatement): number {
    do this.#lastId = this.#lastId >= ID_MAX ? 1 : this.#lastId + 1
    while (this.#byId.has(this.#lastId))
    statement.id = this.#lastId
    this.#byId.set(statement.id, statement)
    this.#last = statement
    return statement.id
  }

  /** The last PREPARE failed: there is nothing that a direct EXECUTE could mean. Servers use up an id all the same. */
  prepareFailed(): void {
    this.#last = null
    this.#lastId++
  }

  delete(id: number): PreparedStatement | null {
    const statement = this.get(id)
    if (statement === null) return null
    this.#byId.delete(statement.id)
    if (this.#last === statement) this.#last = null
    return statement
  }

  clear(): void {
    this.#byId.clear()
    this.#last = null
  }

  /** Ids go on counting, so that an id is not given twice in a session. */
  values(): IterableIterator<PreparedStatement> {
    return this.#byId.values()
  }
}
