import { hash, randomBytes } from 'node:crypto'
import type { SessionState } from '../dialect.ts'
import type { Control, Facts, Hint, LexMode } from '../sql/facts.ts'

/** A statement as one client prepared it. It belongs to the session; server connections hold copies under names of Freshet's own. */
export interface PreparedStatement {
  /** SQL in the client's encoding, without the final NUL. */
  readonly text: Buffer
  /** Parse's parameter types as they came: Int16 count and Int32 object ids. */
  readonly parameterTypes: Buffer
  facts: Facts
  /** The classifier's version that `facts` are from, and how the text was to be read. */
  factsVersion: number
  readonly lex: LexMode
  readonly hint: Hint | null
  readonly control: Control | null
  /** The session's state when it was parsed: literals such as timestamps were bound under it. */
  readonly state: SessionState
  /** How many schema changes had been seen when it was parsed. */
  readonly schemaVersion: number
  /** Its name on every server connection; given when it is first needed there. */
  serverName: string | null
  /** Its text was too large to be held: only the connection where it was parsed has it. */
  readonly streamed?: true
}

/** The prepared statements of one session. The unnamed statement has the name ''. */
export class StatementRegistry {
  readonly #byName = new Map<string, PreparedStatement>()

  get size(): number {
    return this.#byName.size
  }

  get(name: string): PreparedStatement | undefined {
    return this.#byName.get(name)
  }

  set(name: string, statement: PreparedStatement): void {
    this.#byName.set(name, statement)
  }

  delete(name: string): boolean {
    return this.#byName.delete(name)
  }

  clear(): void {
    this.#byName.clear()
  }
}

/** A longer key is remembered by its hash, so that the number of names bounds their memory. */
const KEY_LENGTH_MAX = 512

function keyOf({ schemaVersion, state, parameterTypes, text }: PreparedStatement): string {
  const key = `${schemaVersion}\0${state.key}\0${parameterTypes.toString('latin1')}\0${text.toString('latin1')}`
  return key.length > KEY_LENGTH_MAX ? hash('sha256', key, 'base64') : key
}

/**
 * Names for prepared statements on server connections: the same text, types, state and schema version always get the same name,
 * so that a connection's cache is a set of names. Two generations bound it: a forgotten text gets a new name later, which is harmless.
 */
export class StatementNames {
  readonly #max: number
  #young = new Map<string, string>()
  #old = new Map<string, string>()
  #next = 1
  /** Random, so that no client can name another's statement by guessing. */
  readonly #prefix = `freshet_${randomBytes(6).toString('hex')}_`

  constructor(max: number) {
    this.#max = max
  }

  nameOf(statement: PreparedStatement): string {
    if (statement.serverName !== null) return statement.serverName
    const key = keyOf(statement)
    let name = this.#young.get(key)
    if (name === undefined) {
      name = this.#old.get(key) ?? `${this.#prefix}${this.#next++}`
      if (this.#young.size >= this.#max) {
        this.#old = this.#young
        this.#young = new Map()
      }
      this.#young.set(key, name)
    }
    statement.serverName = name
    return name
  }
}
