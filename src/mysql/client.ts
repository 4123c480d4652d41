import type {
  ClientHandler,
  ClientProtocol,
  Failure,
  LocalAnswer,
  LocalAnswers,
  TransactionStatus,
  Unit,
  Work,
} from '../dialect.ts'
import type { LexMode } from '../sql/facts.ts'
import { EXT_STMT_BULK_OPERATIONS, has, MULTI_STATEMENTS } from './capabilities.ts'
import { MySqlClientCodec } from './client-codec.ts'
import type { MySqlClientContext } from './client-context.ts'
import { Diagnostics } from './diagnostics.ts'
import { errorPacket } from './errors.ts'
import { NOT_PREPARABLE, noCursor, UNKNOWN_COMMAND, unknownStatement } from './faults.ts'
import { HeldStatements, isHeld } from './held-statements.ts'
import { answerDiagnostics, localAnswer, localAnswers } from './local-answer.ts'
import type { ReplyShape } from './local-reply.ts'
import {
  okPacket,
  STATUS_ANSI_QUOTES,
  STATUS_AUTOCOMMIT,
  STATUS_CURSOR_EXISTS,
  STATUS_IN_TRANS,
  STATUS_IN_TRANS_READONLY,
  STATUS_LAST_ROW_SENT,
  STATUS_NO_BACKSLASH_ESCAPES,
} from './ok.ts'
import type { Outcome, TrackerWishes } from './outcome.ts'
import { Pins, pinsOf } from './pins.ts'
import { resolveUnit } from './resolve.ts'
import { needsFirmConnection, needsInsertId, resultEncoding, schemaOf } from './session-facts.ts'
import { LAST_PREPARED, type PreparedStatement, StatementRegistry } from './statements.ts'
import type { MySqlUnit } from './unit.ts'
import * as com from './unit.ts'
import { UnknownCalls } from './unknown-calls.ts'
import { defaultWishes, wishesAfter } from './wishes.ts'
import { commandWork, textOf } from './work.ts'

const NOTHING = Buffer.alloc(0)
/** Status flags that a session keeps from one reply to the next. */
const LASTING = STATUS_AUTOCOMMIT | STATUS_NO_BACKSLASH_ESCAPES | STATUS_ANSI_QUOTES

/** One client's side of the protocol after login. */
export class MySqlClient implements ClientProtocol {
  readonly context: MySqlClientContext
  readonly statements = new StatementRegistry()
  readonly diagnostics: Diagnostics
  /** What of the servers' trackers this client is told. */
  wishes: TrackerWishes
  /** Status flags last seen. */
  status = STATUS_AUTOCOMMIT
  readonly #defaultWishes: TrackerWishes
  readonly #codec: MySqlClientCodec
  readonly #pins = new Pins()
  readonly #held: HeldStatements
  #pinList: readonly string[] = []
  #pinsFrom: readonly [readonly string[], readonly string[]] | null = null
  /** Characteristics of the transaction that begins next, as the server reported them. */
  #characteristics = ''
  /** It reads its diagnostics in ways that only one connection can answer. */
  #readsDiagnostics = false
  #foundRowsKept = false
  /** A transaction that no server knows of yet is READ ONLY. */
  #readOnly = false
  /** A transaction is open, or will be when its first statement comes. */
  #begun = false
  /** Its connection was given the session's last insert id before. */
  #givenTo: Unit | null = null
  readonly #unknown = new UnknownCalls()
  #lex: LexMode | null = null
  #asked: 'warnings' | 'locks' | 'insert-id' | null = null

  constructor(context: MySqlClientContext) {
    this.context = context
    this.beginInherits = context.flavour === 'mysql'
    this.diagnostics = new Diagnostics({ flavour: context.flavour, connectionId: context.connectionId })
    this.#defaultWishes = defaultWishes(context.flavour)
    this.wishes = this.#defaultWishes
    this.#held = new HeldStatements(this.statements)
    this.#codec = new MySqlClientCodec(context.limits.statementBytes)
  }

  /** The sequence number that the next packet to the client has. */
  get nextSequence(): number {
    return this.#codec.nextSequence
  }

  set nextSequence(sequence: number) {
    this.#codec.nextSequence = sequence
  }

  get midMessage(): boolean {
    return this.#codec.midMessage
  }

  receive(chunk: Buffer, handler: ClientHandler): void {
    this.#codec.receive(chunk, handler)
  }

  /** The server has asked for a file (LOAD DATA LOCAL): it follows, up to an empty packet, through `handler.stream`. */
  localInfile(): void {
    this.#codec.localInfile()
  }

  /** The statement that a unit names; of PREPARE the one that it is about to make; null: the client has no such statement. */
  statementFor(unit: Unit): PreparedStatement | null {
    const { command, payload, resolved } = unit as MySqlUnit
    if (command === com.COM_STMT_PREPARE) return resolved?.statement ?? null
    const id = com.statementIdOf(payload)
    if (id < 0) return null
    // Only MariaDB knows "the last one".
    return id === LAST_PREPARED && this.context.flavour === 'mysql' ? null : this.statements.get(id)
  }

  /** What LAST_INSERT_ID() has to be on the connection before this unit runs; null: that does not matter, or the connection knows better. */
  insertIdFor(unit: Unit): bigint | null {
    const { resolved, command } = unit as MySqlUnit
    if (resolved === null) return null
    const kept = this.#begun || this.pins.length > 0
    if (!needsInsertId(resolved.facts, kept, command === com.COM_STMT_BULK_EXECUTE)) return null
    this.#givenTo = unit
    return this.diagnostics.insertId
  }

  resolve(unit: Unit, lex: LexMode): Work {
    this.#lex = lex
    return resolveUnit(this, unit as MySqlUnit, lex)
  }

  // ---- answers without a server
  withoutServer(unit: Unit, status: TransactionStatus, held: boolean): Buffer | null {
    const mysql = unit as MySqlUnit
    const statement = this.statementFor(mysql)
    switch (mysql.command) {
      case com.COM_QUERY:
      case com.COM_STMT_EXECUTE:
      case com.COM_STMT_BULK_EXECUTE:
        return this.#answerStatement(mysql, statement, status)
      case com.COM_STMT_PREPARE:
      case com.COM_INIT_DB:
        return null
      case com.COM_PING:
        return held ? null : this.#ping(status)
      case com.COM_STMT_CLOSE:
        if (statement !== null && held && isHeld(statement)) return null
        if (statement !== null) this.#held.forget(statement)
        return NOTHING
      case com.COM_STMT_SEND_LONG_DATA:
        return statement === null ? NOTHING : null
      case com.COM_STMT_RESET:
        if (statement === null) return this.#refuse(unknownStatement(mysql, this.context.flavour))
        if (held && isHeld(statement)) return null
        statement.lost = null
        return okPacket(1, { status: this.flags(status) }, this.context)
      case com.COM_STMT_FETCH:
        if (statement === null) return this.#refuse(unknownStatement(mysql, this.context.flavour))
        return statement.cursor ? null : this.#refuse(noCursor(statement, this.context.flavour))
      case com.COM_PROCESS_KILL:
        // MySQL 9 has no such command any more.
        if (this.context.flavour === 'mariadb' || this.context.serverVersion < 90000) return null
        return this.#refuse(UNKNOWN_COMMAND)
      default:
        return commandWork(mysql.command, mysql.payload) === null ? this.#refuse(UNKNOWN_COMMAND) : null
    }
  }

  #answerStatement(unit: MySqlUnit, statement: PreparedStatement | null, status: TransactionStatus): Buffer | null {
    const bulk = unit.command === com.COM_STMT_BULK_EXECUTE
    if (bulk && !has(this.context.profile.extended, EXT_STMT_BULK_OPERATIONS))
      return this.#refuse(this.context.flavour === 'mariadb' ? NOT_PREPARABLE : UNKNOWN_COMMAND)
    if (unit.command === com.COM_QUERY) return answerDiagnostics(this, unit, null, status)
    if (statement === null) return this.#refuse(unknownStatement(unit, this.context.flavour))
    return bulk ? null : answerDiagnostics(this, unit, statement, status)
  }

  #ping(status: TransactionStatus): Buffer {
    const warnings = this.diagnostics.warningCount
    this.diagnostics.pinged()
    return okPacket(1, { status: this.flags(status), warnings }, this.context)
  }

  #refuse(failure: Failure): Buffer {
    this.diagnostics.answered(['Error', String(failure.number ?? 1105), failure.message])
    return errorPacket(failure, 1)
  }

  answer(unit: Unit, answer: LocalAnswer, status: TransactionStatus): Buffer {
    const { resolved, command } = unit as MySqlUnit
    const begin = resolved?.facts.transaction
    if (status === 'open' && begin?.op === 'begin') {
      this.#begun = true
      this.#readOnly = begin.readOnly === true
    }
    if (command === com.COM_STMT_PREPARE && 'failure' in answer) this.statements.prepareFailed()
    if (command === com.COM_STMT_SEND_LONG_DATA && 'failure' in answer) {
      const statement = this.statementFor(unit)
      if (statement !== null) statement.lost = answer.failure
    }
    return localAnswer(this, unit as MySqlUnit, answer, status)
  }

  readonly answerAll = (unit: Unit, all: LocalAnswers, status: TransactionStatus) =>
    localAnswers(this, unit as MySqlUnit, all, status)

  /** What shapes a reply of Freshet's own now. */
  shape(status: TransactionStatus, warnings = 0, more = 0): ReplyShape {
    const { profile, sessionTrack } = this.context
    const { capabilities, extended } = profile
    return { capabilities, extended, sessionTrack, status: this.flags(status) | more, warnings }
  }

  /** Status flags for a reply of Freshet's own. */
  flags(status: TransactionStatus): number {
    const open = status === 'open' ? STATUS_IN_TRANS : 0
    const readOnly = status === 'open' && (this.#readOnly || (this.status & STATUS_IN_TRANS_READONLY) !== 0)
    return (this.status & LASTING) | open | (readOnly ? STATUS_IN_TRANS_READONLY : 0)
  }

  // ---- what the server codec tells
  /** PREPARE has been answered; returns the client's id for the statement. */
  prepared(unit: Unit, parameters: number, columns: number): number {
    const statement = this.statementFor(unit)
    if (statement === null) return 0
    statement.parameters = parameters
    statement.columns = columns
    const id = this.statements.add(statement)
    this.#held.added(statement)
    return id
  }

  /** A unit's reply is complete, and not swallowed: what it says of the session. */
  completed(unit: Unit, outcome: Outcome): void {
    const mysql = unit as MySqlUnit
    this.status = outcome.status
    this.#readOnly = false
    if (outcome.characteristics !== undefined) this.#characteristics = outcome.characteristics
    this.#begun = (outcome.status & STATUS_IN_TRANS) !== 0
    this.#pins.set('next-transaction', this.#characteristics !== '' && !this.#begun)
    // It has dropped its own schema: no statement leads another connection to having none.
    this.#pins.set('no-schema', this.context.state().settings.get('schema') === '')
    switch (mysql.command) {
      case com.COM_QUERY:
      case com.COM_STMT_EXECUTE:
      case com.COM_STMT_BULK_EXECUTE:
        this.#ran(mysql, outcome)
        break
      case com.COM_STMT_PREPARE:
        if (outcome.failure !== null) this.statements.prepareFailed()
        this.diagnostics.prepared(outcome)
        break
      case com.COM_STMT_SEND_LONG_DATA:
        this.#held.hold(this.statementFor(mysql), { longData: true })
        return
      case com.COM_STMT_CLOSE: {
        const statement = this.statementFor(mysql)
        if (statement !== null) this.#held.forget(statement)
        return
      }
      default:
        this.#ranCommand(mysql, outcome)
    }
    if (this.#unknown.isSettled(this.context.classifier)) this.#pins.set('unknown', false)
    this.#pins.set('diagnostics', this.#readsDiagnostics || this.#foundRowsKept || this.#cannotAsk())
  }

  #ran(unit: MySqlUnit, outcome: Outcome): void {
    if (unit.resolved === null) return
    const { facts, statement, execute, textAt } = unit.resolved
    const text = () => (statement === null ? textOf(unit.payload, Math.max(0, textAt)) : textOf(statement.text))
    this.diagnostics.ran(facts, outcome, this.#givenTo === unit, text)
    const ending = { error: outcome.failure?.number ?? null, results: outcome.results }
    this.#pins.ran(facts, ending, schemaOf(this.context), text)
    if (pinsOf(facts)?.includes('unknown')) {
      const bytes = statement?.text ?? unit.payload.subarray(Math.max(0, textAt))
      this.#unknown.ran(facts, bytes, this.#lex!, this.context.classifier)
    }
    this.#foundRowsKept = facts.leavesFoundRows === true
    this.#readsDiagnostics ||= needsFirmConnection(facts, text)
    if (outcome.failure === null && facts.settings !== undefined)
      this.wishes = wishesAfter(this.wishes, facts.settings, this.#defaultWishes)
    if (statement === null) return
    const opened = (outcome.status & STATUS_CURSOR_EXISTS) !== 0 && (outcome.status & STATUS_LAST_ROW_SENT) === 0
    this.#held.hold(statement, { cursor: outcome.failure === null && execute?.cursor !== 0 && opened, longData: false })
  }

  #ranCommand(unit: MySqlUnit, outcome: Outcome): void {
    const statement = this.statementFor(unit)
    const { command, payload } = unit
    if (command === com.COM_STMT_FETCH) {
      // After an error nobody can tell whether the cursor is still there.
      const last = outcome.failure === null && (outcome.status & STATUS_LAST_ROW_SENT) !== 0
      if (last) this.#held.hold(statement, { cursor: false })
      this.diagnostics.prepared(outcome)
      return
    }
    if (command === com.COM_STMT_RESET && statement !== null) {
      statement.lost = null
      this.#held.hold(statement, { cursor: false, longData: false })
    }
    if (command === com.COM_SET_OPTION && outcome.failure === null && payload.length >= 3) {
      const on = payload.readUInt16LE(1) === 0
      this.#pins.set('multi-statements', on !== has(this.context.profile.capabilities, MULTI_STATEMENTS))
    }
    this.diagnostics.ranCommand(outcome)
  }

  /** The list of warnings cannot be read in this session's encoding: its connection keeps it. */
  #cannotAsk(): boolean {
    return this.diagnostics.question() === 'SHOW WARNINGS' && !resultEncoding(this.context).readable
  }

  // ---- what the core asks
  get pins(): readonly string[] {
    const { causes } = this.#pins
    const held = this.#held.causes
    if (this.#pinsFrom?.[0] !== causes || this.#pinsFrom[1] !== held) {
      this.#pinsFrom = [causes, held]
      this.#pinList = held.length === 0 ? causes : [...causes, ...held]
    }
    return this.#pinList
  }

  readonly asksAfterwards = true
  readonly beginInherits: boolean
  question(): string | null {
    const next = this.diagnostics.question()
    const locks = next === 'SHOW WARNINGS' ? null : this.#pins.question()
    this.#asked = next === 'SHOW WARNINGS' ? 'warnings' : locks !== null ? 'locks' : next === null ? null : 'insert-id'
    return locks ?? next
  }

  answered(rows: readonly (readonly (string | null)[])[] | null): void {
    if (this.#asked === 'locks') this.#pins.answered(rows?.[0] ?? null)
    else this.diagnostics.told(rows)
    this.#asked = null
  }

  reset(): void {
    this.diagnostics.reset()
    this.#pins.clear()
    this.#unknown.clear()
    this.wishes = this.#defaultWishes
    this.status = STATUS_AUTOCOMMIT
    this.#held.clear()
    this.#characteristics = ''
    this.#readsDiagnostics = false
    this.#foundRowsKept = false
    this.#readOnly = false
    this.#begun = false
  }

  /** Statements are closed by COM_STMT_CLOSE; those of SQL's PREPARE live on the connection, which answers DEALLOCATE. */
  deallocate(name: string | null): boolean {
    if (name !== null) return false
    this.#held.clear()
    return true
  }

  transactionOver(): void {
    this.#begun = false
    this.#readOnly = false
    this.status &= ~(STATUS_IN_TRANS | STATUS_IN_TRANS_READONLY)
  }

  readonly copyStep = (): { do: 'wait' } => ({ do: 'wait' })

  copyWaits(): boolean {
    return this.#codec.owesFile
  }

  encodeFailure(failure: Failure): Buffer {
    return errorPacket(failure, this.nextSequence)
  }

  /** MySQL has no messages outside of replies. */
  encodeNotice(): Buffer {
    return NOTHING
  }
}
