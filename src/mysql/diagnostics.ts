import type { Failure } from '../dialect.ts'
import type { Facts } from '../sql/facts.ts'
import type { DiagnosticItem, DiagnosticQuery } from './diagnostic-query.ts'
import type { Outcome } from './outcome.ts'
import { makesInsertId } from './session-facts.ts'

/**
 * What a session remembers of its last statement, so that it can say how that went wherever its next one runs (manual, "Diagnostics Area" and
 * "Information Functions"). What the reply does not tell is asked of the server before its connection is given back. null: not known here.
 */
export type Condition = readonly [level: string, code: string, message: string]

export interface DiagnosticsOptions {
  readonly flavour: 'mysql' | 'mariadb'
  /** Freshet's own, as greeted. */
  readonly connectionId: number
}

/** The value of one item, or of SHOW COUNT(*); null: not known. */
type Value = bigint | null

/** They may run an INSERT that their own text does not show. */
const UNSHOWN = /^(?:EXECUTE|UNKNOWN)$/
const INSERT_IDS_MAX = 1000
const SETS_INSERT_ID = /\blast_insert_id\s*\(\s*[^)\s]|\bidentity\s*:?=|\blast_insert_id\s*:?=/i
const FOUND_ROWS_DEPRECATED: Condition = [
  'Warning',
  '1287',
  'FOUND_ROWS() is deprecated and will be removed in a future release. Consider using COUNT(*) instead.',
]
/** MariaDB keeps the list over these, unless they use tables. */
const TABLELESS =
  /^(?:|SELECT|SET|SET NAMES|SET TRANSACTION|BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO|USE|DO)$/
const KEEPS_FOUND_ROWS =
  /^(?:|SET|SET NAMES|SET TRANSACTION|BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO|USE|REPLACE)$/

const NO_CONDITIONS: readonly Condition[] = []

export class Diagnostics {
  readonly #options: DiagnosticsOptions
  /** null: the server has to be asked, or keeps it to itself. */
  #list: readonly Condition[] | null = []
  #warnings = 0
  #rowCount: Value = -1n
  #foundRows: Value = 0n
  /** What LAST_INSERT_ID() is, while `#insertIdDoubt` is false. */
  #insertId = 0n
  #insertIdDoubt = false
  /** Ids that replies have told since the last asking; the server's answer is this session's if it is one of them. */
  readonly #insertIds = new Set<bigint>()
  /** The connection had this session's id before, or made one itself: its answer is this session's. */
  #insertIdTrusted = false
  #listAsked = false
  /** The last statement's error. */
  #failure: Failure | null = null

  constructor(options: DiagnosticsOptions) {
    this.#options = options
  }

  /** LAST_INSERT_ID() of the session; null while only the connection that it holds knows. */
  get insertId(): Value {
    return this.#insertIdDoubt ? null : this.#insertId
  }

  /** Warnings of the last statement, as MySQL repeats them in the OK of a PING. */
  get warningCount(): number {
    return this.#options.flavour === 'mysql' ? this.#warnings : 0
  }

  reset(): void {
    this.#setList(NO_CONDITIONS, 0)
    this.#rowCount = -1n
    this.#foundRows = 0n
    this.#insertId = 0n
    this.#insertIdDoubt = false
    this.#insertIds.clear()
    this.#insertIdTrusted = false
  }

  /** A statement has run on a server. `given`: its connection was given the session's last insert id before. */
  ran(facts: Facts, outcome: Outcome, given: boolean, text: () => string): void {
    this.#noteConditions(facts, outcome, text)
    this.#noteInsertId(facts, outcome, given, text)
    if (outcome.failure !== null) {
      this.#rowCount = -1n
      return
    }
    this.#rowCount = outcome.rows === null ? outcome.affectedRows : -1n
    if (facts.asksPrevious?.includes('warnings') === true && facts.command === 'SHOW' && !/\bcount\b/i.test(text()))
      return
    this.#foundRows = this.#foundRowsAfter(facts, outcome, text)
  }

  /** A command without SQL in it has run, and the diagnostics are those from before it. */
  ranCommand(outcome: Outcome): void {
    if (outcome.failure === null) {
      this.#rowCount = 0n
      return
    }
    this.#rowCount = -1n
    this.#setList(null, 1)
  }

  /** PREPARE and FETCH: their conditions count, and no rows. */
  prepared(outcome: Outcome): void {
    if (outcome.failure !== null) this.#setList(null, 1)
    else if (outcome.warnings > 0) this.#setList(null, outcome.warnings)
    else if (this.#options.flavour === 'mysql') this.#setList(NO_CONDITIONS, 0)
    if (outcome.failure !== null) this.#rowCount = -1n
  }

  /** A PING was answered: it has changed nothing but the row count. */
  pinged(): void {
    this.#rowCount = 0n
  }

  /** Freshet answered a statement itself, as a server would have that had nothing to warn of. */
  answered(condition: Condition | null, rows = false): void {
    this.#rowCount = rows || condition?.[0] === 'Error' ? -1n : 0n
    if (rows) this.#foundRows = null
    this.#setList(condition === null ? [] : [condition], condition === null ? 0 : 1)
  }

  /** What has to be asked before the connection serves anybody else; warnings first, because the other question ends them. */
  question(): string | null {
    if (this.#list === null && !this.#listAsked) return 'SHOW WARNINGS'
    return this.#insertIdDoubt ? 'SELECT LAST_INSERT_ID()' : null
  }

  /** Rows for the question asked last; null: the server refused. */
  told(rows: readonly (readonly (string | null)[])[] | null): void {
    if (this.#list === null && !this.#listAsked) {
      this.#listAsked = true
      if (rows === null && this.#failure !== null)
        this.#list = [['Error', String(this.#failure.number), this.#failure.message]]
      if (rows !== null) this.#list = rows.map(([level, code, message]) => [level ?? '', code ?? '', message ?? ''])
      return
    }
    const id = BigInt(rows?.[0]?.[0] ?? '0')
    this.#insertIdDoubt = false
    if (rows !== null && (this.#insertIdTrusted || this.#insertIds.has(id))) this.#insertId = id
    this.#insertIds.clear()
    this.#insertIdTrusted = false
  }

  /** The rows that the query gives; null when not all of it is known here. Its own effect on the diagnostics is noted by `asked`. */
  rows(query: DiagnosticQuery): readonly (readonly (string | null)[])[] | null {
    switch (query.kind) {
      case 'list': {
        const list = this.#list
        if (list === null) return null
        const chosen = query.errorsOnly ? list.filter(([level]) => level === 'Error') : list
        return chosen.slice(query.offset, query.offset + query.limit)
      }
      case 'count': {
        const count = query.errorsOnly ? this.#errorCount() : this.#warningTotal()
        return count === null ? null : [[String(count)]]
      }
      case 'select': {
        const values = query.items.map((item) => this.#value(item))
        return values.includes(null) ? null : [values.map(String)]
      }
    }
  }

  /** Such a query has been answered here. `prepared`: by EXECUTE. Returns the warnings that its own reply announces. */
  asked(query: DiagnosticQuery, prepared: boolean): number {
    this.#rowCount = -1n
    if (query.kind === 'list') return 0
    this.#foundRows = 1n
    if (query.kind === 'count' || this.#options.flavour === 'mariadb') return 0
    const uses = prepared ? 0 : query.items.filter((item) => item.value === 'found-rows').length
    this.#setList(Array<Condition>(uses).fill(FOUND_ROWS_DEPRECATED), uses)
    return uses
  }

  #value(item: DiagnosticItem): Value {
    switch (item.value) {
      case 'row-count':
        return this.#rowCount
      case 'found-rows':
        return this.#foundRows
      case 'insert-id':
        return this.insertId
      case 'connection-id':
        return BigInt(this.#options.connectionId)
      case 'warning-count':
        return this.#warningTotal()
      case 'error-count':
        return this.#errorCount()
    }
  }

  /** More may have been counted than are listed (max_error_count). */
  #warningTotal(): Value {
    return this.#list === null ? null : BigInt(Math.max(this.#warnings, this.#list.length))
  }

  #errorCount(): Value {
    const list = this.#list
    if (list === null || list.length < this.#warnings) return null
    return BigInt(list.filter(([level]) => level === 'Error').length)
  }

  #noteConditions(facts: Facts, outcome: Outcome, text: () => string): void {
    this.#failure = outcome.failure
    if (outcome.failure !== null) {
      this.#setList(null, 1)
      return
    }
    if (asksConditions(facts)) return
    if (outcome.warnings > 0) this.#setList(null, outcome.warnings)
    else if (this.#options.flavour === 'mysql' || !isTableless(facts, text)) this.#setList(NO_CONDITIONS, 0)
  }

  #noteInsertId(facts: Facts, outcome: Outcome, given: boolean, text: () => string): void {
    // From here on the connection's own answer is right, whatever it did before.
    if (given) this.#insertIdTrusted = true
    // Only LAST_INSERT_ID(expr) changes it without a word in an OK packet; of what is not one plain statement nobody knows.
    const plain = facts.statements === 1 && facts.command !== 'CALL' && facts.because !== 'unparsed'
    if (given && !(plain && !SETS_INSERT_ID.test(text()))) this.#insertIdDoubt = true
    // Rows in answer to an INSERT (RETURNING): they do not tell.
    if (given && outcome.rows !== null && (makesInsertId(facts) || UNSHOWN.test(facts.command)))
      this.#insertIdDoubt = true
    if (!outcome.insertIdSeen) return
    this.#insertIdDoubt = true
    if (facts.statements > 1 || this.#insertIds.size >= INSERT_IDS_MAX) this.#insertIdTrusted = true
    else this.#insertIds.add(outcome.insertId)
  }

  #foundRowsAfter(facts: Facts, outcome: Outcome, text: () => string): Value {
    if (facts.statements !== 1) return null
    if (tellsFoundRows(facts)) return outcome.rows === null ? null : outcome.rows === 1 ? 1n : BigInt(outcome.rows)
    if (facts.command === 'INSERT') return outcome.rows === null && !/\bselect\b/i.test(text()) ? this.#foundRows : null
    return KEEPS_FOUND_ROWS.test(facts.command) ? this.#foundRows : null
  }

  #setList(list: readonly Condition[] | null, warnings: number): void {
    this.#list = list
    this.#listAsked = false
    this.#warnings = warnings
  }
}

/** Whether the reply to it says all that FOUND_ROWS() will. */
export const tellsFoundRows = (facts: Facts): boolean =>
  facts.statements === 1 &&
  facts.command === 'SELECT' &&
  facts.leavesFoundRows === undefined &&
  facts.hidesFoundRows === undefined

/** Statements about the conditions leave them as they are. A SELECT of `@@warning_count` does not on MySQL. */
const asksConditions = (facts: Facts): boolean =>
  facts.asksPrevious?.includes('warnings') === true && (facts.command === 'SHOW' || facts.command === 'GET DIAGNOSTICS')

/** MariaDB clears the list for a statement that uses tables or has more than one level (sql_parse.cc, mysql_execute_command). */
const isTableless = (facts: Facts, text: () => string): boolean =>
  TABLELESS.test(facts.command) && facts.tables.length === 0 && !/\bselect\b.*\bselect\b/is.test(text())
