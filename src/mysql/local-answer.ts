import type { LocalAnswer, LocalResult, TransactionStatus } from '../dialect.ts'
import { explainedParameters } from '../sql/controls.ts'
import type { MySqlClient } from './client.ts'
import { diagnosticColumns, textColumn } from './diagnostic-columns.ts'
import { type DiagnosticQuery, readDiagnosticQuery } from './diagnostic-query.ts'
import { errorCode, errorPacket } from './errors.ts'
import { queryTextAt } from './execute-layout.ts'
import { binaryResult, type Column, prepareOk, textResult } from './local-reply.ts'
import { okPacket } from './ok.ts'
import { resultEncoding } from './session-facts.ts'
import type { PreparedStatement } from './statements.ts'
import {
  COM_QUERY,
  COM_STMT_BULK_EXECUTE,
  COM_STMT_EXECUTE,
  COM_STMT_PREPARE,
  hasNoReply,
  type MySqlUnit,
} from './unit.ts'

const NOTHING = Buffer.alloc(0)
/** Longer than any value of Freshet's own columns. */
const VALUE_CHARACTERS = 512
/** Texts that are longer are never diagnostic queries. */
const DIAGNOSTIC_BYTES = 450

/** Encodes the reply to a unit that no server sees, as a server would have answered. */
export function localAnswer(
  client: MySqlClient,
  unit: MySqlUnit,
  answer: LocalAnswer,
  status: TransactionStatus,
): Buffer {
  if (hasNoReply(unit.command)) return NOTHING
  if ('failure' in answer) {
    const { failure } = answer
    client.diagnostics.answered(['Error', String(errorCode(failure).number), failure.message])
    return errorPacket(failure, 1)
  }
  const { result } = answer
  const { notice } = result
  const executes = unit.command !== COM_STMT_PREPARE
  if (executes)
    client.diagnostics.answered(
      notice === undefined ? null : ['Warning', String(errorCode(notice).number), notice.message],
      result.columns.length > 0,
    )
  const shape = client.shape(status, notice === undefined ? 0 : 1)
  switch (unit.command) {
    case COM_STMT_PREPARE: {
      const columns = columnsOf(client, result)
      const marks = explainedParameters(unit.resolved?.statement?.control ?? null, true)
      const parameters = columnsOf(client, { ...result, columns: Array.from({ length: marks }, () => '?') })
      const id = client.prepared(unit, marks, columns.length)
      return prepareOk(id, columns, parameters, { ...shape, warnings: 0 })
    }
    case COM_QUERY:
    case COM_STMT_EXECUTE:
    case COM_STMT_BULK_EXECUTE:
      if (result.columns.length > 0) {
        const encode = unit.command === COM_QUERY ? textResult : binaryResult
        return encode(columnsOf(client, result), result.rows, shape)
      }
      break
    default:
  }
  return okPacket(1, { status: shape.status, warnings: shape.warnings }, client.context)
}

function columnsOf(client: MySqlClient, result: LocalResult): Column[] {
  const { flavour } = client.context
  const encoding = resultEncoding(client.context)
  return result.columns.map((name) => ({ ...textColumn(name, VALUE_CHARACTERS, flavour, encoding), flags: 0 }))
}

/**
 * Answers a statement that asks nothing but how the one before it went, when that is known here; null when it is another one, or a server has
 * to say. `statement`: the one that EXECUTE names; null for COM_QUERY.
 */
export function answerDiagnostics(
  client: MySqlClient,
  unit: MySqlUnit,
  statement: PreparedStatement | null,
  status: TransactionStatus,
): Buffer | null {
  const query = statement === null ? queryOf(client, unit) : asksOf(statement)
  if (query === null) return null
  const { context, diagnostics } = client
  if (query.kind === 'list' && !resultEncoding(context).readable) return null
  const rows = diagnostics.rows(query)
  if (rows === null) return null
  const columns = diagnosticColumns(query, context.flavour, resultEncoding(context))
  const shape = client.shape(status, diagnostics.asked(query, statement !== null))
  return statement === null ? textResult(columns, rows, shape) : binaryResult(columns, rows, shape)
}

function queryOf(client: MySqlClient, unit: MySqlUnit): DiagnosticQuery | null {
  const { payload, streaming } = unit
  if (streaming || payload.length > DIAGNOSTIC_BYTES) return null
  try {
    const from = queryTextAt(payload, client.context.profile.capabilities)
    const first = payload[from]! | 0x20
    // s(elect), s(how), or white space before it.
    if (first !== 0x73 && first > 0x20) return null
    // SELECT asks by functions and variables, SHOW by the words themselves.
    const second = payload[from + 1]! | 0x20
    if (first === 0x73 && second === 0x65 && !payload.includes('(', from) && !payload.includes('@', from)) return null
    return readDiagnosticQuery(payload.toString('latin1', from))
  } catch {
    // Malformed attributes: `resolve` says so.
    return null
  }
}

function asksOf(statement: PreparedStatement): DiagnosticQuery | null {
  if (statement.asks === undefined) {
    const { text, streamed } = statement
    statement.asks = streamed || text.length > DIAGNOSTIC_BYTES ? null : readDiagnosticQuery(text.toString('latin1'))
  }
  return statement.asks
}
