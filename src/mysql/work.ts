import type { Failure, Work } from '../dialect.ts'
import type { Control, Facts, SessionEffect } from '../sql/facts.ts'
import { needsPrimary } from '../sql/needs-primary.ts'
import { tellsFoundRows } from './diagnostics.ts'
import type { Mutable } from './exchange.ts'
import type { PreparedStatement } from './statements.ts'
import * as com from './unit.ts'

/** Texts for people, and of what is sent later, are cut to this. */
export const TEXT_BYTES_MAX = 16 * 1024

const NO_EFFECT: SessionEffect = { kind: 'none' }

/** A command about the session itself: wherever that is, and on the primary when it is nowhere. */
const ofSession = (command: string): Facts => ({
  ...needsPrimary(command, 'session-state', NO_EFFECT),
  verdict: 'read-in-transaction',
})

interface Command {
  /** COM_ is left out, as the servers' own process list does. */
  readonly name: string
  readonly facts: Facts
  readonly executes: number
  readonly continues?: true
}

/** Commands whose name says all that has to be known of them; the server answers them. */
const COMMANDS: ReadonlyMap<number, Command> = new Map<number, Command>([
  [com.COM_INIT_DB, { name: 'Init DB', facts: { ...ofSession('USE') }, executes: 1 }],
  [com.COM_FIELD_LIST, { name: 'Field List', facts: ofSession('FIELD LIST'), executes: 1 }],
  [com.COM_REFRESH, { name: 'Refresh', facts: needsPrimary('FLUSH', 'server-specific', NO_EFFECT), executes: 1 }],
  [com.COM_SHUTDOWN, { name: 'Shutdown', facts: needsPrimary('SHUTDOWN', 'server-specific', NO_EFFECT), executes: 1 }],
  [com.COM_STATISTICS, { name: 'Statistics', facts: serverSpecific('STATISTICS'), executes: 1 }],
  [com.COM_PROCESS_INFO, { name: 'Processlist', facts: serverSpecific('PROCESSLIST'), executes: 1 }],
  [com.COM_DEBUG, { name: 'Debug', facts: needsPrimary('DEBUG', 'server-specific', NO_EFFECT), executes: 1 }],
  [com.COM_PING, { name: 'Ping', facts: ofSession('PING'), executes: 0 }],
  [com.COM_SET_OPTION, { name: 'Set option', facts: ofSession('SET OPTION'), executes: 1 }],
  [com.COM_STMT_SEND_LONG_DATA, { name: 'Long Data', facts: ofSession('LONG DATA'), executes: 0 }],
  [com.COM_STMT_CLOSE, { name: 'Close stmt', facts: ofSession('CLOSE'), executes: 0 }],
  [com.COM_STMT_RESET, { name: 'Reset stmt', facts: ofSession('RESET'), executes: 0 }],
  [com.COM_STMT_FETCH, { name: 'Fetch', facts: ofSession('FETCH'), executes: 1, continues: true }],
])

function serverSpecific(command: string): Facts {
  return { ...ofSession(command), because: 'server-specific' }
}

const RESET_CONNECTION: Facts = needsPrimary('RESET CONNECTION', 'session-state', { kind: 'discard-all' })

const REPLICATION: ReadonlyMap<number, string> = new Map([
  [com.COM_BINLOG_DUMP, 'COM_BINLOG_DUMP'],
  [com.COM_BINLOG_DUMP_GTID, 'COM_BINLOG_DUMP_GTID'],
  [com.COM_REGISTER_SLAVE, 'COM_REGISTER_SLAVE'],
  [com.COM_CLONE, 'COM_CLONE'],
  [com.COM_SUBSCRIBE_GROUP_REPLICATION_STREAM, 'COM_SUBSCRIBE_GROUP_REPLICATION_STREAM'],
])

/** Where nothing else is said: no statement that runs to its end, nothing asked of Freshet. */
export const bareWork = (facts: Facts, executes: number, text: () => string, more: Partial<Work> = {}): Work =>
  Object.assign(blankWork(facts, executes, text), more)

/** For what is made for every statement: filled in by assignments, which cost less than objects put together. */
function blankWork(facts: Facts, executes: number, text: () => string): Mutable<Work> {
  return {
    facts,
    hint: null,
    control: null,
    begins: null,
    refusal: null,
    continues: false,
    bound: false,
    executes,
    deferrable: false,
    selfContained: false,
    shares: false,
    text,
  }
}

/** A command that is not a statement; null when there is none of that number. */
export function commandWork(command: number, payload: Buffer): Work | null {
  const known = COMMANDS.get(command)
  if (known !== undefined) {
    return bareWork(known.facts, known.executes, () => known.name, known.continues ? { continues: true } : {})
  }
  if (command === com.COM_RESET_CONNECTION) return bareWork(RESET_CONNECTION, 1, () => 'Reset Connection')
  if (command === com.COM_PROCESS_KILL && payload.length >= 5) {
    const control: Control = { kind: 'kill', id: String(payload.readUInt32LE(1)), target: 'connection' }
    return bareWork(needsPrimary('KILL', 'session-state', NO_EFFECT), 1, () => 'Kill', { control })
  }
  const replication = REPLICATION.get(command)
  if (replication === undefined) return null
  return bareWork(needsPrimary(replication, 'server-specific', NO_EFFECT), 1, () => replication, {
    refusal: {
      code: '42000',
      number: 1235,
      message: `This version of Freshet doesn't yet support '${replication}'`,
      hint: 'Replicas and binary log readers connect to the server itself.',
    },
  })
}

export function refused(refusal: Failure): Work {
  return bareWork(needsPrimary('UNKNOWN', 'unparsed', NO_EFFECT), 1, () => '', { refusal })
}

/** A text that is executed at once. `deferrable`: its session would not notice that it is sent later. */
export function textWork(facts: Facts, text: () => string, more: Pick<Work, 'hint' | 'control' | 'deferrable'>): Work {
  const work = blankWork(withoutNextTransaction(facts), facts.statements, text)
  work.hint = more.hint
  work.control = more.control
  work.deferrable = more.deferrable
  work.selfContained = facts.statements === 1
  work.shares = tellsAll(facts)
  return work
}

/** A statement that is prepared and not executed yet. */
export function prepareWork(statement: PreparedStatement, text: () => string, refusal: Failure | null): Work {
  const { hint, control } = statement
  return bareWork(withoutEffects(statement.facts), 0, text, { hint, control, refusal })
}

/** `cursor`: its rows are fetched later, from the connection on which it ran. */
export function executeWork(statement: PreparedStatement, cursor: boolean, refusal: Failure | null): Work {
  const { facts } = statement
  const text = () => textOf(statement.text)
  const work = blankWork(withoutNextTransaction(cursor ? withCursor(facts) : facts), 1, text)
  work.hint = statement.hint
  work.control = statement.control
  work.refusal = refusal
  // What lies on the session's connection for it is nowhere else.
  work.bound = statement.longData
  work.selfContained = !cursor
  work.shares = !cursor && !statement.streamed && !statement.longData && tellsAll(facts)
  return work
}

/** Whatever the session may ask about it afterwards, its reply has told, unless that announces warnings. */
const tellsAll = (facts: Facts): boolean => facts.asksPrevious === undefined && tellsFoundRows(facts)

export const textOf = (bytes: Buffer, from = 0): string => bytes.toString('utf8', from, from + TEXT_BYTES_MAX)

/** SET TRANSACTION is for the server, which refuses it inside a transaction. A text without statements is answered there too. */
function withoutNextTransaction(facts: Facts): Facts {
  if (facts.statements === 0) return { ...facts, command: 'NONE' }
  return facts.transaction?.op === 'set-transaction' ? { ...facts, transaction: null } : facts
}

/** A cursor lives on one connection, where the session's writes must be able to follow. */
function withCursor(facts: Facts): Facts {
  return facts.verdict === 'read' ? { ...facts, verdict: 'read-in-transaction', because: 'session-state' } : facts
}

/** Preparing alone does nothing of what the statement will do. */
function withoutEffects(facts: Facts): Facts {
  const { digest, verdict, because, command, tables, functions, usesClock, literalDependent } = facts
  const statements = Math.max(1, facts.statements)
  const base = { digest, statements, verdict, because, command: command || 'NONE', tables, functions, usesClock }
  return { ...base, usesLastSequence: false, transaction: null, effect: NO_EFFECT, literalDependent }
}
