import type { LocalAnswer, LocalAnswers, TransactionStatus } from '../dialect.ts'
import { explainedParameters } from '../sql/controls.ts'
import * as backend from './backend.ts'
import type { PgClient } from './client.ts'
import { ready } from './client.ts'
import { endAt, type PgUnit, type SimpleUnit, typeAt } from './unit.ts'

/** Encodes the reply to a unit that no server sees, message by message as a server would have answered. */
export function localReply(client: PgClient, unit: PgUnit, answer: LocalAnswer, status: TransactionStatus): Buffer {
  if (unit.kind !== 'batch') {
    client.forgetUnnamed()
    return Buffer.concat([...ofStatement(answer), ready(status)])
  }
  const parts: Buffer[] = []
  for (let index = 0; index < unit.offsets.length; index++) {
    const at = unit.offsets[index]! + 5
    switch (typeAt(unit, index)) {
      case 0x50: {
        if ('failure' in answer) return failed(client, unit, parts, answer, status)
        const [name, statement] = client.parsed(unit, index, at, endAt(unit, index))
        client.statements.set(name, statement)
        parts.push(backend.PARSE_COMPLETE)
        break
      }
      case 0x42:
        parts.push(backend.BIND_COMPLETE)
        break
      case 0x44:
        if ('failure' in answer) return failed(client, unit, parts, answer, status)
        if (unit.bytes[at] === 0x53) parts.push(parameters(client, unit, index))
        parts.push(answer.result.columns.length === 0 ? backend.NO_DATA : description(answer.result.columns))
        break
      case 0x45:
        if ('failure' in answer) return failed(client, unit, parts, answer, status)
        if (answer.result.notice) parts.push(backend.noticeResponse(answer.result.notice, 'WARNING'))
        if (answer.result.tag === '') parts.push(backend.EMPTY_QUERY)
        else if (answer.result.columns.length === 0) parts.push(backend.commandComplete(answer.result.tag))
        else parts.push(withoutDescription(answer.result.columns, answer.result.rows, answer.result.tag))
        break
      case 0x43:
        parts.push(backend.CLOSE_COMPLETE)
        break
      case 0x53:
        parts.push(ready(status))
        break
      default:
    }
  }
  return Buffer.concat(parts)
}

function ofStatement(answer: LocalAnswer): Buffer[] {
  if ('failure' in answer) return [backend.errorResponse(answer.failure)]
  const { notice, columns, rows, tag } = answer.result
  const parts = notice === undefined ? [] : [backend.noticeResponse(notice, 'WARNING')]
  if (columns.length > 0) parts.push(backend.textResult(columns, rows, tag))
  else parts.push(tag === '' ? backend.EMPTY_QUERY : backend.commandComplete(tag))
  return parts
}

/** Replies to the statements in front of a Query's text. The rest stays where it is, so that the positions in its errors are right. */
export function localReplies(
  client: PgClient,
  unit: SimpleUnit,
  { answers, rest }: LocalAnswers,
  status: TransactionStatus,
): [Buffer, SimpleUnit | null] {
  client.forgetUnnamed()
  const parts = answers.flatMap(ofStatement)
  if (rest === null) return [Buffer.concat([...parts, ready(status)]), null]
  const bytes = Buffer.from(unit.bytes)
  bytes.fill(' ', TEXT_AT + rest.from, TEXT_AT + rest.to)
  return [Buffer.concat(parts), { ...unit, bytes }]
}

/** Behind a Query's type and length. */
const TEXT_AT = 5

/** What may be bound to the statement that this Describe names. */
function parameters(client: PgClient, unit: PgUnit & { kind: 'batch' }, index: number): Buffer {
  const name = unit.bytes.toString('utf8', unit.offsets[index]! + 6, endAt(unit, index) - 1)
  const statement = client.statements.get(name)
  const count = explainedParameters(statement?.control ?? null, false)
  return backend.parameterDescription(count, statement?.parameterTypes ?? NO_TYPES)
}

const NO_TYPES = Buffer.alloc(2)

/** The error takes the place of this message's reply; the rest up to Sync is skipped. */
function failed(
  client: PgClient,
  unit: PgUnit & { kind: 'batch' },
  parts: Buffer[],
  answer: { failure: Parameters<typeof backend.errorResponse>[0] },
  status: TransactionStatus,
): Buffer {
  parts.push(backend.errorResponse(answer.failure))
  if (unit.endsWith === 'sync') parts.push(ready(status))
  else client.skippingToSync = true
  return Buffer.concat(parts)
}

function description(columns: readonly string[]): Buffer {
  const result = backend.textResult(columns, [], '')
  return result.subarray(0, 1 + result.readInt32BE(1))
}

function withoutDescription(
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  tag: string,
): Buffer {
  const result = backend.textResult(columns, rows, tag)
  return result.subarray(1 + result.readInt32BE(1))
}
