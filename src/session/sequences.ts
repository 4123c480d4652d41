import type { ServerConnection } from '../pool/server-connection.ts'
import type { Facts } from '../sql/facts.ts'
import { isUnread } from '../sql/needs-primary.ts'

const FILLS_IN_VALUES = /\b(?:INSERT|MERGE|COPY|DO|CALL)\b/
/** No trigger fires and no default is filled in. */
const TOUCHES_NO_SEQUENCE =
  /^(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PREPARE|SET|RESET|SHOW|USE|LISTEN|UNLISTEN|NOTIFY|LOCK|DEALLOCATE|DECLARE|CLOSE)\b/

/** May give this session a value of a sequence: directly, by a default, or in a function, trigger or rule. */
export const mayUseSequence = (facts: Facts): boolean =>
  facts.verdict !== 'read' && !(TOUCHES_NO_SEQUENCE.test(facts.command) && facts.statements === 1)

/** Likely enough for a session that will ask for that value to keep its connection. */
export const usesSequence = (facts: Facts): boolean =>
  FILLS_IN_VALUES.test(facts.command) || isUnread(facts) || (facts.verdict !== 'read' && facts.functions.length > 0)

/**
 * Where the values that sequences gave to one session are known: currval and lastval mean these, and only the connection that got them
 * can tell. Once they may be in two places nobody knows which is the last one, and no answer is better than another session's.
 */
export class Sequences {
  #home: { readonly connection: ServerConnection; uses: number } | null = null
  #lost = false

  /** The session has a connection from the pool again. */
  took(connection: ServerConnection): void {
    // Nobody else has had it since.
    if (this.#home?.connection === connection && connection.uses === this.#home.uses + 1) this.#home.uses++
  }

  /** Something that may have used a sequence has run there. */
  used(connection: ServerConnection): void {
    if (this.#home === null && !this.#lost) this.#home = { connection, uses: connection.uses }
    else if (!this.isHome(connection)) {
      this.#home = null
      this.#lost = true
    }
  }

  /** That connection was made to forget all values of sequences: whatever it tells from now on is this session's. */
  forgotten(connection: ServerConnection): void {
    this.#home = { connection, uses: connection.uses }
    this.#lost = false
  }

  isHome(connection: ServerConnection): boolean {
    return this.#home?.connection === connection && this.#home.uses === connection.uses
  }

  /** The one connection that can be asked; null: none was used, or more than one. */
  get home(): { readonly connection: ServerConnection; readonly uses: number } | null {
    return this.#home
  }

  clear(): void {
    this.#home = null
    this.#lost = false
  }
}
