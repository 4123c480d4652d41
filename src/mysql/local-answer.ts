import type { LocalAnswer, LocalAnswers, LocalResult, TransactionStatus } from '../dialect.ts'
import { explainedParameters } from '../sql/controls.ts'
import type { MySqlClient } from './client.ts'
import { diagnosticColumns, textColumn } from './diagnostic-columns.ts'
import { type DiagnosticQuery, readDiagnosticQuery } from './diagnostic-query.ts'
import { errorCode, errorPacket } from './errors.ts'
import { queryTextAt } from './execute-layout.ts'
import { binaryResult, type Column, prepareOk, textResult } from './local-reply.ts'
import { okPacket, STATUS_MORE_RESULTS } from './ok.ts'
import { HEADER_BYTES, packetsOf, payloadLength } from './packets.ts'
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

/** Encodes the reply to a unit that no server sees, as a server would have answered. `more`: SERVER_MORE_RESULTS_EXISTS, where it does. */
export function localAnswer(
  client: MySqlClient,
  unit: MySqlUnit,
  answer: LocalAnswer,
  status: TransactionStatus,
  more = 0,
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
  const shape = client.shape(status, notice === undefined ? 0 : 1, more)
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

/**
 * Replies to all statements of a COM_QUERY. A server numbers its replies from 1, so where it has to run the rest of them it gives those in front
 * of them itself: to a statement each that says nothing but what the reply is.
 */
export function localAnswers(
  client: MySqlClient,
  unit: MySqlUnit,
  { answers, rest }: LocalAnswers,
  status: TransactionStatus,
): [Buffer, MySqlUnit | null] {
  if (rest === null) {
    const replies = answers.map((answer, index) =>
      localAnswer(client, unit, answer, status, index < answers.length - 1 ? STATUS_MORE_RESULTS : 0),
    )
    return [numbered(Buffer.concat(replies)), null]
  }
  const { textAt } = unit.resolved!
  const payload = Buffer.concat([
    unit.payload.subarray(0, textAt + rest.from),
    Buffer.from(answers.map(sameReply).join('')),
    unit.payload.subarray(textAt + rest.to),
  ])
  const bytes = Buffer.concat(packetsOf(payload, 0))
  return [NOTHING, { ...unit, payload, bytes, size: bytes.length, resolved: null }]
}

/** A statement to which any server replies so. */
function sameReply(answer: LocalAnswer): string {
  if ('failure' in answer || answer.result.columns.length === 0) return 'DO 0;'
  const { columns, rows } = answer.result
  const fields = columns.map((name, index) => `${literal(rows[0]![index]!)} AS \`${name.replaceAll('`', '``')}\``)
  return `SELECT ${fields.join(', ')};`
}

const literal = (value: string | null): string => {
  if (value === null) return 'NULL'
  return value === '' ? "''" : `_utf8mb4 0x${Buffer.from(value).toString('hex')}`
}

/** The packets of several replies as those of one. */
function numbered(bytes: Buffer): Buffer {
  for (let at = 0, number = 1; at < bytes.length; at += HEADER_BYTES + payloadLength(bytes, at))
    bytes[at + 3] = number++
  return bytes
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
