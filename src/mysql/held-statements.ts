import type { PreparedStatement, StatementRegistry } from './statements.ts'

/** Something of it lies on the connection that its session holds. */
export const isHeld = (statement: PreparedStatement): boolean =>
  statement.cursor || statement.longData || statement.streamed

type Cause = 'cursor' | 'long-data' | 'large-statement'
const NONE: readonly Cause[] = []

/** Which of a session's prepared statements keep it on its connection: open cursors, long data that waits for its EXECUTE, texts that only one connection has. */
export class HeldStatements {
  readonly #statements: StatementRegistry
  #cursors = 0
  #longData = 0
  #large = 0
  #causes: readonly Cause[] = NONE

  constructor(statements: StatementRegistry) {
    this.#statements = statements
  }

  get causes(): readonly Cause[] {
    return this.#causes
  }

  added(statement: PreparedStatement): void {
    if (statement.streamed) this.#large++
    this.#refresh()
  }

  /** What of it lies there from now on; what is not named is as before. */
  hold(
    statement: PreparedStatement | null,
    { cursor, longData }: { readonly cursor?: boolean; readonly longData?: boolean },
  ): void {
    if (statement === null || !this.#statements.has(statement)) return
    if (cursor !== undefined && cursor !== statement.cursor) {
      statement.cursor = cursor
      this.#cursors += cursor ? 1 : -1
    }
    if (longData !== undefined && longData !== statement.longData) {
      statement.longData = longData
      this.#longData += longData ? 1 : -1
    }
    this.#refresh()
  }

  /** The client has closed it. */
  forget(statement: PreparedStatement): void {
    this.hold(statement, { cursor: false, longData: false })
    if (this.#statements.delete(statement.id) !== null && statement.streamed) this.#large--
    this.#refresh()
  }

  /** All statements are gone. */
  clear(): void {
    this.#statements.clear()
    this.#cursors = 0
    this.#longData = 0
    this.#large = 0
    this.#refresh()
  }

  #refresh(): void {
    const causes: Cause[] = []
    if (this.#cursors > 0) causes.push('cursor')
    if (this.#longData > 0) causes.push('long-data')
    if (this.#large > 0) causes.push('large-statement')
    if (causes.length > 0 || this.#causes.length > 0) this.#causes = causes.length === 0 ? NONE : causes
  }
}
