import type { Facts, PinCause } from '../sql/facts.ts'
import { isUnread } from '../sql/needs-primary.ts'
import { createdTable, droppedTables } from './temporary-names.ts'

/**
 * What a session has left on its server connection that cannot follow it to another one. Facts say what a statement leaves and takes away; this
 * keeps count by name, because the state is gone only with the last of its kind. When in doubt a cause stays: that costs a connection, never a result.
 */

/** Causes that `Pins` keeps itself; the client adds those of its prepared statements. */
type Cause = PinCause | 'one-shot-variable' | 'multi-statements' | 'next-transaction' | 'no-schema' | 'diagnostics'

/** Of a kind of which nobody can tell how many there are. */
const UNNAMED = '?'

/** A failed statement may have done these before it failed. */
const SURVIVES_FAILURE = new Set<Cause>(['user-variable', 'advisory-lock', 'unknown'])
/**
 * The same of causes that are not what the statement itself is for: it runs programs. FLUSH TABLES WITH READ LOCK holds the lock already when it
 * gives up waiting for tables to be closed.
 */
const survivesFailure = (cause: Cause, { command, temporaryTables }: Facts): boolean =>
  SURVIVES_FAILURE.has(cause) ||
  command === 'CALL' ||
  command === 'FLUSH' ||
  (cause === 'temp-table' && temporaryTables === undefined)

/** Errors of statements that were refused before anything of them ran: syntax, names and privileges. */
const BEFORE_EXECUTION = new Set([
  1044, 1046, 1049, 1051, 1054, 1064, 1109, 1142, 1143, 1146, 1149, 1193, 1227, 1231, 1238, 1305, 1370, 1630,
])

/** Variables that hold for a moment, or on one server: they are not replayed elsewhere. `timestamp` and those below end by DEFAULT. */
const ONE_SHOT = new Set(['insert_id', 'timestamp', 'rand_seed1', 'rand_seed2', 'gtid_next', 'gtid_domain_id'])
const ONE_SHOT_MORE = new Set(['gtid_seq_no', 'server_id', 'skip_parallel_replication'])

/** Whether a variable's value is bound to one connection, so that it pins its session and is never replayed. */
export const isOneShot = (name: string): boolean =>
  ONE_SHOT.has(name) || ONE_SHOT_MORE.has(name) || name.startsWith('pseudo_')

/** How a statement ended, as far as pins are concerned. */
export interface Ending {
  /** The server's error number; null when all of it succeeded. */
  readonly error: number | null
  /** Results complete before the error. */
  readonly results: number
}

const LOCK_CALL =
  /^\s*(?:select|do)\s+(get|release)_lock\s*\(\s*'([^'\\]*)'\s*(?:,\s*-?[\d.]+\s*)?\)(?:\s+as\s+\w+|\s+\w+)?[\s;]*$/i
const PREPARE_NAME = /^\s*(?:prepare|(?:deallocate|drop)\s+prepare)\s+(?:`([^`]+)`|([\w$]+))/i
const HANDLER_READ = /^\s*handler\s+[^\s;]+\s+read\b/i
const HANDLER_NAME = /^\s*handler\s+([^\s;]+)\s+(?:open(?:\s+(?:as\s+)?([^\s;]+))?|close)[\s;]*$/i

const ANYTHING: readonly PinCause[] = ['unknown']

/** What a statement leaves; what was not read, or not understood, may leave anything. */
export function pinsOf(facts: Facts): readonly PinCause[] | undefined {
  return facts.pins ?? (isUnread(facts) ? ANYTHING : undefined)
}

export class Pins {
  /** By cause, the names of what is there. */
  readonly #held = new Map<Cause, Set<string>>()
  /** Names of locks that the server has to be asked about: some may have been taken several times. */
  readonly #doubtfulLocks = new Set<string>()
  #list: readonly Cause[] = []

  get causes(): readonly Cause[] {
    return this.#list
  }

  /** `schema`: the session's, for unqualified names. `text`: the statement, for names that the facts do not tell. */
  ran(facts: Facts, ending: Ending, schema: string, text: () => string): void {
    const causes = pinsOf(facts)
    if (ending.error === null && this.#renames(facts, text)) this.#add('temp-table', UNNAMED)
    if (causes === undefined && facts.unpins === undefined && facts.settings === undefined && !this.#insertId(facts))
      return
    const succeeded = ending.error === null
    const several = facts.statements > 1
    if (!succeeded && !several && ending.results === 0 && BEFORE_EXECUTION.has(ending.error)) return
    for (const cause of causes ?? []) {
      if (succeeded || several || survivesFailure(cause, facts)) this.#pin(cause, facts, schema, several, text)
    }
    if (succeeded || several) this.#settings(facts)
    if (succeeded && !several) for (const cause of facts.unpins ?? []) this.#unpin(cause, facts, schema, text)
    this.#refresh()
  }

  /** Sets or takes away a cause that has no names. */
  set(cause: 'multi-statements' | 'next-transaction' | 'no-schema' | 'diagnostics' | 'unknown', there: boolean): void {
    // Called for every statement, nearly always to say that nothing is there.
    if (!there && this.#held.size === 0) return
    if (this.#held.has(cause) === there) return
    if (there) this.#add(cause, UNNAMED)
    else this.#held.delete(cause)
    this.#refresh()
  }

  clear(): void {
    this.#held.clear()
    this.#doubtfulLocks.clear()
    this.#refresh()
  }

  /** SQL that tells by one row whether this connection still has locks whose release was seen; null when that is not in question. */
  question(): string | null {
    if (this.#doubtfulLocks.size === 0) return null
    const names = [...this.#doubtfulLocks].map((name) => `IS_USED_LOCK('${name}') <=> CONNECTION_ID()`)
    return `SELECT ${names.join(', ')}`
  }

  /** `row`: what the question gave; null when it was refused. */
  answered(row: readonly (string | null)[] | null): void {
    let index = 0
    for (const name of this.#doubtfulLocks) {
      if (row === null || row[index] !== '0') this.#add('advisory-lock', name)
      index++
    }
    this.#doubtfulLocks.clear()
    this.#refresh()
  }

  #pin(cause: Cause, facts: Facts, schema: string, several: boolean, text: () => string): void {
    if (cause === 'lock-tables') {
      for (const name of lockedBy(facts, several, text)) this.#add(cause, name)
      return
    }
    if (several) {
      this.#add(cause, UNNAMED)
      return
    }
    switch (cause) {
      case 'temp-table':
        this.#add(cause, createdTable(text(), schema) ?? UNNAMED)
        return
      case 'user-variable':
        // Names are told only where every assignment is one of SET.
        if (facts.command === 'SET' && facts.settings?.some((setting) => setting.scope === 'user')) return
        this.#add(cause, UNNAMED)
        return
      case 'advisory-lock':
        this.#add(cause, lockName(text(), 'get') ?? UNNAMED)
        return
      case 'prepared-in-sql':
        this.#add(cause, preparedName(text()) ?? UNNAMED)
        return
      case 'handler':
        // Reading takes one that is open.
        if (!HANDLER_READ.test(text())) this.#add(cause, handlerName(text()) ?? UNNAMED)
        return
      default:
        this.#add(cause, UNNAMED)
    }
  }

  #unpin(cause: Cause, facts: Facts, schema: string, text: () => string): void {
    switch (cause) {
      case 'temp-table':
        for (const name of droppedTables(text(), schema)) this.#remove(cause, name)
        return
      case 'advisory-lock':
        this.#unlock(text())
        return
      case 'prepared-in-sql':
        this.#remove(cause, preparedName(text()))
        return
      case 'handler':
        this.#remove(cause, handlerName(text()))
        return
      case 'lock-tables':
        for (const name of lockedBy(facts, false, text)) this.#remove(cause, name)
        return
      case 'xa':
        this.#held.delete(cause)
        return
      default:
    }
  }

  /** A temporary table may have another name from here on. */
  #renames({ changesSchema, command }: Facts, text: () => string): boolean {
    if (changesSchema !== true || !this.#held.has('temp-table')) return false
    return command === 'CALL' || command === 'EXECUTE' || /\brename\b/i.test(text())
  }

  #unlock(text: string): void {
    const name = lockName(text, 'release')
    if (name === null) {
      if (!/^\s*(?:select|do)\s+release_all_locks\s*\(\s*\)[^(]*$/i.test(text)) return
      this.#held.delete('advisory-lock')
      this.#doubtfulLocks.clear()
      return
    }
    if (!this.#held.get('advisory-lock')?.has(name)) return
    this.#remove('advisory-lock', name)
    this.#doubtfulLocks.add(name)
  }

  #settings(facts: Facts): void {
    if (this.#insertId(facts)) this.#remove('one-shot-variable', 'insert_id')
    for (const { scope, name, value } of facts.settings ?? []) {
      if (scope === 'user') {
        if (facts.statements === 1 && value?.toLowerCase() === 'null') this.#remove('user-variable', name)
        else this.#add('user-variable', name)
      } else if (scope === 'session' && isOneShot(name)) {
        if (facts.statements === 1 && value === 'default') this.#remove('one-shot-variable', name)
        else this.#add('one-shot-variable', name)
      }
    }
  }

  /** The next insert uses up `insert_id`. */
  #insertId(facts: Facts): boolean {
    return facts.command === 'INSERT' && this.#held.get('one-shot-variable')?.has('insert_id') === true
  }

  #add(cause: Cause, name: string): void {
    const names = this.#held.get(cause)
    if (names === undefined) this.#held.set(cause, new Set([name]))
    else if (names.size < NAMES_MAX) names.add(name)
    else names.add(UNNAMED)
  }

  #remove(cause: Cause, name: string | null): void {
    const names = this.#held.get(cause)
    if (names === undefined || name === null) return
    names.delete(name)
    if (names.size === 0) this.#held.delete(cause)
  }

  #refresh(): void {
    this.#list = this.#held.size === 0 ? NONE : [...this.#held.keys()]
  }
}

const NONE: readonly Cause[] = []
/** More than this are not told apart: then they stay until the session begins anew. */
const NAMES_MAX = 1000

/** The lock of the instance and those of tables are taken and given back apart from each other. */
function lockedBy(facts: Facts, several: boolean, text: () => string): readonly ('tables' | 'instance')[] {
  if (several) return /\binstance\b/i.test(text()) ? ['tables', 'instance'] : ['tables']
  return facts.command.endsWith('INSTANCE') ? ['instance'] : ['tables']
}

function lockName(text: string, verb: 'get' | 'release'): string | null {
  const match = LOCK_CALL.exec(text)
  // Names of locks do not depend on case.
  return match?.[1]?.toLowerCase() === verb ? match[2]!.toLowerCase() : null
}

function preparedName(text: string): string | null {
  const match = PREPARE_NAME.exec(text)
  return match === null ? null : (match[1] ?? match[2]!).toLowerCase()
}

function handlerName(text: string): string | null {
  const match = HANDLER_NAME.exec(text)
  return match === null ? null : (match[2] ?? match[1]!)
}
