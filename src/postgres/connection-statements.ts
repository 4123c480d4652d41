import type { PreparedStatement, StatementNames } from './statements.ts'

/** The statements that one server connection holds, least recently used first. */
export class ConnectionStatements {
  readonly names: StatementNames
  readonly #max: number
  readonly #held = new Set<string>()
  /** What the connection's unnamed statement is, when Freshet knows. */
  unnamed: PreparedStatement | null = null
  /** Statements under a client's own name, made to provoke the server's own error, and abandoned ones; closed before anything else runs. */
  strays: string[] = []

  constructor(names: StatementNames, max: number) {
    this.names = names
    this.#max = max
  }

  has(name: string): boolean {
    if (!this.#held.delete(name)) return false
    this.#held.add(name)
    return true
  }

  add(name: string): void {
    this.#held.add(name)
  }

  delete(name: string): void {
    this.#held.delete(name)
  }

  clear(): void {
    this.#held.clear()
    this.unnamed = null
  }

  /** The server's plans are of no use any more: all are closed before anything else runs. */
  abandon(): void {
    this.strays.push(...this.#held)
    this.clear()
  }

  /** The statement to close before one more is prepared; undefined while there is room. */
  surplus(): string | undefined {
    return this.#held.size < this.#max ? undefined : this.#held.values().next().value
  }
}
