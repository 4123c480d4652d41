import type { Work } from '../dialect.ts'
import type { Facts, LexMode } from '../sql/facts.ts'
import { needsPrimary } from '../sql/needs-primary.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { has, MULTI_STATEMENTS } from './capabilities.ts'
import type { MySqlClient } from './client.ts'
import { executeLayout, queryTextAt } from './execute-layout.ts'
import { malformed, tooManyStatements, UNKNOWN_COMMAND, unknownStatement } from './faults.ts'
import type { PreparedStatement } from './statements.ts'
import * as com from './unit.ts'
import { bareWork, commandWork, executeWork, prepareWork, refused, TEXT_BYTES_MAX, textOf, textWork } from './work.ts'

/** A longer BEGIN is sent at once. */
const BEGIN_BYTES_MAX = 1000

/** What must be known of a unit before it can be routed; leaves in `unit.resolved` what is needed again. */
export function resolveUnit(client: MySqlClient, unit: com.MySqlUnit, lex: LexMode): Work {
  try {
    switch (unit.command) {
      case com.COM_QUERY:
        return resolveQuery(client, unit, lex)
      case com.COM_STMT_PREPARE:
        return resolvePrepare(client, unit, lex)
      case com.COM_STMT_EXECUTE:
      case com.COM_STMT_BULK_EXECUTE:
        return resolveExecute(client, unit)
      default: {
        const work = commandWork(unit.command, unit.payload) ?? refused(UNKNOWN_COMMAND)
        unit.resolved = { facts: work.facts, statement: client.statementFor(unit), execute: null, textAt: -1 }
        return work
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const work = refused(malformed(client.context.flavour))
    unit.resolved = { facts: work.facts, statement: null, execute: null, textAt: -1 }
    return work
  }
}

function resolveQuery({ context, wishes }: MySqlClient, unit: com.MySqlUnit, lex: LexMode): Work {
  const { payload } = unit
  const textAt = queryTextAt(payload, context.profile.capabilities)
  const text = () => textOf(payload, textAt)
  if (unit.streaming) {
    const facts = needsPrimary('UNKNOWN', 'too-large')
    unit.resolved = { facts, statement: null, execute: null, textAt }
    return bareWork(facts, 1, text)
  }
  const { classifier } = context
  const facts = classifier.classify(payload, textAt, payload.length, lex)
  unit.resolved = { facts, statement: null, execute: null, textAt }
  const deferrable = isPlainBegin(facts) && wishes.transaction === 'OFF' && isShortAscii(payload, textAt)
  const control = classifier.control(payload, textAt, payload.length, lex)
  // Who has not asked for several statements gets the server's error for them.
  const several = control?.kind === 'sequence' && !has(context.profile.capabilities, MULTI_STATEMENTS)
  return textWork(facts, text, {
    hint: classifier.hint(payload, textAt, payload.length),
    control: several ? null : control,
    deferrable,
  })
}

/** BEGIN and START TRANSACTION as they can be answered at once. */
function isPlainBegin({ transaction }: Facts): boolean {
  return transaction?.op === 'begin' && transaction.consistentSnapshot === undefined
}

/** It can be kept as text and sent later, in whatever encoding the session has then. */
function isShortAscii(payload: Buffer, from: number): boolean {
  if (payload.length - from > BEGIN_BYTES_MAX) return false
  for (let at = from; at < payload.length; at++) if (payload[at]! > 0x7f) return false
  return true
}

function resolvePrepare({ context, statements }: MySqlClient, unit: com.MySqlUnit, lex: LexMode): Work {
  const { payload, streaming } = unit
  const { classifier, limits } = context
  const end = payload.length
  const control = streaming ? null : classifier.control(payload, 1, end, lex)
  const statement: PreparedStatement = {
    id: 0,
    // The unit is held no longer than it runs.
    text: streaming ? Buffer.alloc(0) : Buffer.from(payload.subarray(1)),
    facts: streaming ? needsPrimary('UNKNOWN', 'too-large') : classifier.classify(payload, 1, end, lex),
    factsVersion: classifier.version,
    lex,
    hint: streaming ? null : classifier.hint(payload, 1, end),
    control: control?.kind === 'sequence' ? null : control,
    state: context.state(),
    schemaVersion: context.schemaVersion(),
    parameters: 0,
    columns: 0,
    types: null,
    typesCount: 0,
    cursor: false,
    longData: false,
    streamed: streaming,
    serverKey: null,
  }
  unit.resolved = { facts: statement.facts, statement, execute: null, textAt: 1 }
  const full = statements.size >= limits.preparedPerSession
  const text = () => payload.toString('utf8', 1, Math.min(end, 1 + TEXT_BYTES_MAX))
  return prepareWork(statement, text, full ? tooManyStatements(limits.preparedPerSession) : null)
}

function resolveExecute(client: MySqlClient, unit: com.MySqlUnit): Work {
  const { context } = client
  const statement = client.statementFor(unit)
  if (statement === null) return refused(unknownStatement(unit, context.flavour))
  upToDate(client, statement)
  const execute = executeLayout(unit.payload, statement.parameters, context.profile.capabilities)
  if (execute.typesEnd > execute.typesAt) {
    statement.types = Buffer.from(unit.payload.subarray(execute.typesAt, execute.typesEnd))
    statement.typesCount = execute.parameters
  }
  unit.resolved = { facts: statement.facts, statement, execute, textAt: -1 }
  return executeWork(statement, execute.cursor !== 0, statement.lost ?? null)
}

/** A catalog changes, and replicas refuse: what was found out when it was prepared may not hold any more. */
function upToDate({ context: { classifier } }: MySqlClient, statement: PreparedStatement): void {
  if (statement.streamed || statement.factsVersion >= classifier.version) return
  statement.facts = classifier.classify(statement.text, 0, statement.text.length, statement.lex)
  statement.factsVersion = classifier.version
}
