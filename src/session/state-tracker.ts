import type { LocalAnswer, SessionState, TransactionStatus, Work } from '../dialect.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import type { Facts, SessionEffect } from '../sql/facts.ts'
import { isUnread, mayMakeTemporary } from '../sql/needs-primary.ts'
import { rememberName } from './context.ts'
import { done } from './local.ts'
import { policyAfterUnit, resetPolicy } from './policy-changes.ts'
import { mayUseSequence, Sequences, usesSequence } from './sequences.ts'
import type { Session } from './session.ts'

/** Ordinary writes leave nothing behind on their connection. */
const PLAIN_WRITES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'TRUNCATE', 'COMMIT', 'ROLLBACK', 'BEGIN'])

/**
 * What one session has changed on its connections: settings that follow it to any other, and state that cannot and pins it.
 * A SET of one parameter outside of a transaction is believed; after anything else that may have changed something, and at the end of
 * a transaction in which that happened, the server is asked what the connection holds now.
 */
export class StateTracker {
  state: SessionState
  /** Causes that a server told of when it was asked. */
  #captured: readonly string[] = []
  readonly sequences = new Sequences()
  /** The connection that ran the session's last statement, and how often it had been handed out by then: it alone can tell how that went. */
  last: { readonly connection: ServerConnection; readonly uses: number } | null = null
  #ask = false
  /** Causes for a pin that no server can be asked for. */
  readonly #ownPins = new Set<'sequence' | 'unknown-setting'>()
  readonly #session: Session
  readonly #atStart: ReadonlyMap<string, string>
  readonly #parameters: Map<string, string>
  /** The server's reports tell everything, and it need not be asked. */
  readonly #reports: boolean

  constructor(session: Session, parameters: ReadonlyMap<string, string>) {
    this.#session = session
    this.#atStart = parameters
    this.#parameters = new Map(parameters)
    this.state = session.identity.startState
    this.#reports = session.context.dialect.captureSql([]) === null
  }

  /** Causes that keep the session on its connection. */
  get pins(): readonly string[] {
    const { pins } = this.#session.client
    return pins.length === 0 ? this.#captured : [...this.#captured, ...pins]
  }

  /** What the connection has to hold before the current unit runs. What that is about to set need not be set before, and perhaps cannot be any more. */
  wantedOn(connection: ServerConnection): SessionState {
    const { current, status, context } = this.#session
    const { effect, command } = current.work.facts
    if (this.#reports && command === 'USE' && status === 'idle') {
      // Somebody may have dropped the schema that the session is about to leave: it could never go there before.
      return context.dialect.withSetting(this.state, 'schema', connection.state.settings.get('schema') ?? null)
    }
    if (
      this.#reports ||
      effect.kind !== 'set' ||
      effect.local ||
      status !== 'idle' ||
      !this.state.settings.has(effect.name)
    ) {
      return this.state
    }
    // Of a parameter that the server reports, the client is told when it changes from what the client believes.
    if (effect.name !== 'session_authorization' && this.#isReported(effect.name)) return this.state
    return context.dialect.withSetting(this.state, effect.name, null)
  }

  /** SQL that takes away what sequences gave to others there, before this session may use one and ask for its own; '' when it need not. */
  forgetsSequences(connection: ServerConnection): string {
    const { current, database, context, status } = this.#session
    if (!database.readsLastSequence || connection.readOnly || this.sequences.isHome(connection)) return ''
    const { facts } = current.work
    // In a transaction something may follow that does.
    return mayUseSequence(facts) || status !== 'idle' ? context.dialect.forgetSequences : ''
  }

  #isReported(setting: string): boolean {
    for (const name of this.#parameters.keys()) if (name.toLowerCase() === setting) return true
    return false
  }

  /** Finds out what has to be known before the connection can serve anybody else; `done` is not called when it is lost. */
  settle(connection: ServerConnection, done: () => void): void {
    if (this.#ask) {
      this.#askFor(connection, () => this.settle(connection, done))
      return
    }
    const { client, lease } = this.#session
    const question = this.pins.length === 0 ? client.question() : null
    if (question === null) {
      done()
      return
    }
    if (lease.othersFollow) {
      client.answered(null)
      done()
      return
    }
    connection.command(question, (result) => {
      if (!connection.alive) return
      client.answered('rows' in result ? result.rows : null)
      this.settle(connection, done)
    })
  }

  /** A parameter that the server reported to this session; `connection`: during one of its own statements. */
  reported(name: string, value: string, connection: ServerConnection | null): void {
    const { dialect } = this.#session.context
    this.#parameters.set(name, value)
    this.#session.lex = dialect.lexMode(this.#parameters)
    const state = dialect.stateAfterReport(this.state, name, value)
    if (state === this.state) return
    this.state = state
    if (connection !== null) connection.state = state
  }

  /** Statements about state that lives in Freshet: answered here unless a server holds some of it. */
  locally(facts: Facts): LocalAnswer | null {
    const session = this.#session
    const { effect } = facts
    if (effect.kind === 'deallocate') {
      if (effect.name === null)
        return session.lease.connection === null && session.client.deallocate(null) ? done('DEALLOCATE ALL') : null
      return session.client.deallocate(effect.name) ? done('DEALLOCATE') : null
    }
    if (effect.kind !== 'discard-all' || session.status !== 'idle' || session.lease.connection !== null) return null
    // The server has to tell the client what changes back.
    if (this.state.key !== session.identity.startState.key) return null
    this.#startAgain()
    return done('DISCARD ALL')
  }

  /** Where servers report by themselves, a connection whose state is to be thrown away is thrown away itself: nothing can be left then. */
  startsAnew(facts: Facts): LocalAnswer | null {
    if (facts.effect.kind !== 'discard-all' || !this.#reports) return null
    const session = this.#session
    session.lease.drop()
    session.endTransaction('idle')
    this.#startAgain()
    return done('DISCARD ALL')
  }

  #startAgain(): void {
    const session = this.#session
    this.state = session.identity.startState
    session.client.reset()
    session.policy = session.identity.policy
    this.sequences.clear()
    this.last = null
    this.#captured = []
    this.#ownPins.clear()
    if (!this.#reports) return
    for (const [name, value] of this.#atStart) this.#parameters.set(name, value)
    session.lex = session.context.dialect.lexMode(this.#parameters)
  }

  /** A unit has run. `status`: after it. */
  ran(work: Work, succeeded: boolean, connection: ServerConnection, status: TransactionStatus): void {
    const { facts } = work
    policyAfterUnit(this.#session, work, succeeded, status)
    if (work.executes === 0) return
    const { lease } = this.#session
    if (this.#reports) this.last = lease.othersFollow ? null : { connection, uses: connection.uses }
    if (facts.verdict === 'read' && facts.effect.kind === 'none') return
    const session = this.#session
    const alone = session.status === 'idle' && status === 'idle'
    this.#settle(facts.effect, succeeded, alone, connection, work)
    if (!this.#reports && mayMakeTemporary(facts)) this.#ask = true
    if (this.#captured.length > 0 && facts.verdict !== 'read' && !PLAIN_WRITES.has(facts.command)) this.#ask = true
    if (!connection.readOnly) {
      if (mayUseSequence(facts)) this.sequences.used(connection)
      if (session.database.readsLastSequence && usesSequence(facts)) this.#keepSequence()
    }
    const { transaction } = session
    const changes = this.#reports ? facts.changesSchema === true : changesSchema(work)
    if (succeeded && changes) transaction.schemaChanged = true
    if (transaction.schemaChanged) {
      session.database.schemaChanged()
      if (status === 'idle') transaction.schemaChanged = false
    }
  }

  #settle(effect: SessionEffect, succeeded: boolean, alone: boolean, connection: ServerConnection, work: Work): void {
    const session = this.#session
    const { dialect } = session.context
    switch (effect.kind) {
      case 'none':
        return
      case 'set': {
        if (this.#reports) return
        if (effect.name.includes('.')) rememberName(session.context, effect.name)
        if (effect.local) return
        if (!alone) {
          this.#ask = true
          return
        }
        if (!succeeded) return
        connection.state = dialect.withSetting(connection.state, effect.name, effect.value)
        this.state = connection.state
        // RESET goes back to what the start-up asked for.
        if (effect.value === null && session.identity.startState.settings.has(effect.name)) this.#ask = true
        return
      }
      case 'discard-all':
        if (!succeeded) return
        connection.forgetPrepared()
        connection.state = dialect.loginState
        this.#startAgain()
        this.#ask = true
        return
      case 'deallocate':
        if (succeeded && effect.name === null) {
          connection.forgetPrepared()
          session.client.deallocate(null)
        }
        return
      case 'reset-all':
        this.#ask = true
        if (succeeded) resetPolicy(session)
        if (succeeded && alone) this.#ownPins.delete('unknown-setting')
        return
      case 'unknown':
        if (this.#reports) return
        this.#ask = true
        connection.doubtfulSince = session.identity
        this.#rememberNames(work)
        // DEALLOCATE or DISCARD among other statements takes away what the connection had prepared for others.
        if (/\b(?:deallocate|discard)\b/i.test(work.text())) connection.forgetPrepared()
    }
  }

  #rememberNames({ facts, text }: Work): void {
    const { context, database } = this.#session
    const { names, others } = context.dialect.settingNames(text())
    for (const name of names) rememberName(context, name)
    const inFunction = isUnread(facts)
      ? [...database.settersOfOthers].some((name) => text().toLowerCase().includes(name))
      : facts.functions.some((name) => database.settersOfOthers.has(name.slice(name.lastIndexOf('.') + 1)))
    if (others || inFunction) this.#ownPins.add('unknown-setting')
  }

  /** What a connection with this state lacks of what the session's start-up asked for. */
  #withStart(state: SessionState): SessionState {
    const { startState } = this.#session.identity
    const missing = [...startState.settings].filter(([name]) => !state.settings.has(name))
    if (missing.length === 0) return state
    return this.#session.context.dialect.stateFromSettings(new Map([...state.settings, ...missing]))
  }

  #keepSequence(): void {
    this.#ownPins.add('sequence')
    if (!this.#captured.includes('sequence')) this.#captured = [...this.#captured, 'sequence']
  }

  #askFor(connection: ServerConnection, done: () => void): void {
    const { context, identity } = this.#session
    this.#ask = false
    const sql = context.dialect.captureSql(context.customNames)
    if (sql === null) {
      done()
      return
    }
    connection.command(sql, (result) => {
      if (!connection.alive) return
      if ('failure' in result) {
        // Unknown state must not reach another session.
        context.log.warn({ failure: result.failure.message }, 'a server did not tell the state of a connection')
        connection.retired = true
        this.#captured = []
      } else {
        const captured = context.dialect.readCaptured(result.rows, identity.user)
        connection.state = captured.state
        this.#captured = [...captured.pins, ...this.#ownPins]
        this.state = this.#withStart(captured.state)
        if (this.state !== captured.state) {
          this.#restore(connection, done)
          return
        }
      }
      done()
    })
  }

  /** After a RESET: the connection gets what the start-up asked for again, and the client is told what it reports of that. */
  #restore(connection: ServerConnection, done: () => void): void {
    const session = this.#session
    const { dialect } = session.context
    connection.command(dialect.difference(connection.state, this.state, connection.readOnly), (result) => {
      if (!connection.alive) return
      if ('failure' in result) connection.retired = true
      else connection.state = this.state
      for (const [name, value] of connection.parameters) {
        if (dialect.serverOnly(name) || this.#parameters.get(name) === value) continue
        this.reported(name, value, null)
        session.send(dialect.encodeParameter(name, value))
      }
      done()
    })
  }
}

const CHANGES_SCHEMA =
  /(?:^|; )(CREATE|ALTER|DROP|REINDEX|COMMENT|GRANT|REVOKE|IMPORT|REFRESH|SECURITY|DO|CALL|UNKNOWN)/
const READS_OR_WRITES_ROWS = /^\s*(?:(?:insert|update|delete|values|table)\b|select\b(?!.*\binto\b))/is
/** A longer text may have been cut. */
const WHOLE_TEXT_MAX = 16_000

function changesSchema({ facts, text }: Work): boolean {
  if (!CHANGES_SCHEMA.test(facts.command)) return false
  return facts.command !== 'UNKNOWN' || !leavesSchema(text())
}

/** One statement of a kind that changes no schema (SELECT INTO does), though it was too long or too odd to be read. */
function leavesSchema(sql: string): boolean {
  if (sql.length > WHOLE_TEXT_MAX) return false
  const semicolon = sql.indexOf(';')
  return (semicolon < 0 || sql.slice(semicolon + 1).trim() === '') && READS_OR_WRITES_ROWS.test(sql)
}
