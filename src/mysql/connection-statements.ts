import { atPrepare } from './session-state.ts'
import type { PreparedStatement } from './statements.ts'
import { COM_STMT_CLOSE } from './unit.ts'

/** A prepared statement on one server connection. */
export interface ServerStatement {
  readonly key: string
  /** The server's id for it. */
  readonly id: number
  /** The parameter types that the server remembers; null: none, or nobody knows. */
  types: Buffer | null
  /** Whose cursor is open on it, or whose long data lies there: nobody else may use it, and it stays. */
  holder: PreparedStatement | null
  /**
   * It has been executed with a cursor. MySQL (9.7) then answers an execution without one by column definitions and an OK packet, and the
   * rows are lost, also after COM_STMT_RESET: such a copy serves cursors only.
   */
  cursors: boolean
  /** When it was used last, as its connection counts. */
  usedAt: number
}

let streamed = 0

/** What a statement is remembered by: its text, and what of the session it was bound to. */
export function statementKey(statement: PreparedStatement): string {
  statement.serverKey ??= statement.streamed
    ? `\0${++streamed}`
    : `${atPrepare(statement.state).key}\0${statement.text.toString('latin1')}`
  return statement.serverKey
}

/** The statements that one server connection holds. */
export class ConnectionStatements {
  readonly #max: number
  /** By key; a second one with the same text, while the first is held, has a key of its own. */
  readonly #held = new Map<string, ServerStatement>()
  readonly #byHolder = new Map<PreparedStatement, ServerStatement>()
  /** Ids to close before anything else runs. */
  #surplus: number[] = []
  #uses = 0

  /** `max`: how many are kept; those that are held do not count as surplus. */
  constructor(max: number) {
    this.#max = max
  }

  /** The copy that holds a cursor or long data for this very statement. */
  heldFor(statement: PreparedStatement): ServerStatement | null {
    return this.#byHolder.get(statement) ?? null
  }

  /** Nobody else may use it from now on. */
  hold(found: ServerStatement, statement: PreparedStatement): void {
    found.holder = statement
    this.#byHolder.set(statement, found)
  }

  /** Everybody may use it again; a copy of a text that nobody else has stays held. */
  release(found: ServerStatement): void {
    if (found.holder === null || found.holder.streamed) return
    this.#byHolder.delete(found.holder)
    found.holder = null
  }

  /** The copy that runs `statement` here, or null: it has to be prepared. `cursor`: it will be executed with one. */
  find(statement: PreparedStatement, cursor: boolean): ServerStatement | null {
    const found = this.heldFor(statement) ?? this.#held.get(this.#keyFor(statement, cursor))
    if (found === undefined) return null
    found.usedAt = ++this.#uses
    return found
  }

  /** Under which key a copy stands that is free, or a new one may stand. */
  #keyFor(statement: PreparedStatement, cursor: boolean): string {
    const key = statementKey(statement)
    let candidate = key
    for (let number = 1; ; number++) {
      const there = this.#held.get(candidate)
      if (there === undefined || (there.holder === null && (cursor || !there.cursors))) return candidate
      candidate = `${key}\0${number}`
    }
  }

  /** The server has prepared it. */
  add(statement: PreparedStatement, id: number): void {
    const key = this.#keyFor(statement, false)
    const before = this.#held.get(key)
    if (before !== undefined) this.#surplus.push(before.id)
    this.#held.delete(key)
    const made = { key, id, types: null, holder: null, cursors: false, usedAt: ++this.#uses }
    this.#held.set(key, made)
    if (statement.streamed) this.hold(made, statement)
    while (this.#held.size > this.#max) {
      const surplus = this.#leastRecentlyUsed()
      if (surplus === null || surplus === made) return
      this.remove(surplus)
    }
  }

  /** Looked for only when a server has just been asked to prepare: keeping them in order would cost every execution more. */
  #leastRecentlyUsed(): ServerStatement | null {
    let least: ServerStatement | null = null
    for (const one of this.#held.values())
      if (one.holder === null && (least === null || one.usedAt < least.usedAt)) least = one
    return least
  }

  /** It is closed before anything else runs. */
  remove(found: ServerStatement): void {
    if (this.#held.get(found.key) === found) this.#held.delete(found.key)
    if (found.holder !== null) this.#byHolder.delete(found.holder)
    found.holder = null
    this.#surplus.push(found.id)
  }

  /** The server has thrown all of them away. */
  clear(): void {
    this.#held.clear()
    this.#byHolder.clear()
    this.#surplus = []
  }

  /** Packets that close what is not kept; null: there is nothing to close. */
  closing(): Buffer[] | null {
    if (this.#surplus.length === 0) return null
    const packets = this.#surplus.map((id) => statementCommand(COM_STMT_CLOSE, id))
    this.#surplus = []
    return packets
  }
}

/** A command that consists of a statement's id. */
export function statementCommand(command: number, id: number): Buffer {
  const packet = Buffer.from([5, 0, 0, 0, command, 0, 0, 0, 0])
  packet.writeUInt32LE(id >>> 0, 5)
  return packet
}
