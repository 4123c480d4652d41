import type { Failure } from '../dialect.ts'
import { FieldReader } from '../wire/reader.ts'
import { MessageWriter } from '../wire/writer.ts'

/** Messages that a server sends (PostgreSQL manual, "Message Formats"), as Freshet itself sends them to clients. */

const status = (letter: string): Buffer => new MessageWriter(8).begin('Z').byte(letter.charCodeAt(0)).end().done()

export const READY_IDLE = status('I')
export const READY_OPEN = status('T')
export const READY_FAILED = status('E')
export const PARSE_COMPLETE = new MessageWriter(8).begin('1').end().done()
export const BIND_COMPLETE = new MessageWriter(8).begin('2').end().done()
export const CLOSE_COMPLETE = new MessageWriter(8).begin('3').end().done()
export const NO_DATA = new MessageWriter(8).begin('n').end().done()
export const EMPTY_QUERY = new MessageWriter(8).begin('I').end().done()
export const AUTHENTICATION_OK = new MessageWriter(16).begin('R').int32(0).end().done()

const TEXT_OID = 25

/** ParameterDescription. `types`: Parse's, as they came (Int16 count and Int32 object ids); those that it leaves open are text. */
export function parameterDescription(count: number, types: Buffer): Buffer {
  const writer = new MessageWriter(8 + 4 * count).begin('t').int16(count)
  for (let index = 0; index < count; index++) {
    const at = 2 + 4 * index
    writer.int32((at + 4 <= types.length ? types.readInt32BE(at) : 0) || TEXT_OID)
  }
  return writer.end().done()
}

export function commandComplete(tag: string): Buffer {
  return new MessageWriter(tag.length + 8).begin('C').cstring(tag).end().done()
}

export function parameterStatus(name: string, value: string): Buffer {
  return new MessageWriter(64).begin('S').cstring(name).cstring(value).end().done()
}

export function backendKeyData(processId: number, secret: Uint8Array): Buffer {
  return new MessageWriter(48).begin('K').int32(processId).raw(secret).end().done()
}

/** Protocol 3.2: "Indicates that the server does not support the requested minor version, or unrecognized options". */
export function negotiateProtocolVersion(minor: number, unrecognized: readonly string[]): Buffer {
  const writer = new MessageWriter().begin('v').int32(minor).int32(unrecognized.length)
  for (const name of unrecognized) writer.cstring(name)
  return writer.end().done()
}

function fields(type: 'E' | 'N', severity: string, failure: Failure): Buffer {
  const writer = new MessageWriter(failure.message.length + 128).begin(type)
  writer.byte(0x53).cstring(severity).byte(0x56).cstring(severity)
  writer.byte(0x43).cstring(failure.code).byte(0x4d).cstring(failure.message)
  if (failure.detail !== undefined) writer.byte(0x44).cstring(failure.detail)
  if (failure.hint !== undefined) writer.byte(0x48).cstring(failure.hint)
  return writer.byte(0).end().done()
}

export function errorResponse(failure: Failure): Buffer {
  return fields('E', failure.fatal === true ? 'FATAL' : 'ERROR', failure)
}

export function noticeResponse(failure: Failure, severity: 'NOTICE' | 'WARNING' = 'NOTICE'): Buffer {
  return fields('N', severity, failure)
}

/** Reads the body of an ErrorResponse or NoticeResponse. */
export function readFailure(body: Buffer): Failure {
  let code = 'XX000'
  let message = ''
  let detail: string | undefined
  let hint: string | undefined
  let severity = ''
  const reader = new FieldReader(body)
  for (let field = reader.byte(); field !== 0; field = reader.byte()) {
    const value = reader.cstring()
    if (field === 0x43) code = value
    else if (field === 0x4d) message = value
    else if (field === 0x44) detail = value
    else if (field === 0x48) hint = value
    else if (field === 0x56 || (field === 0x53 && severity === '')) severity = value
  }
  return {
    code,
    message,
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
    ...(severity === 'FATAL' || severity === 'PANIC' ? { fatal: true } : {}),
  }
}

/** One text result: RowDescription, DataRows, CommandComplete. All columns are of type text (oid 25). */
export function textResult(
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  tag: string,
): Buffer {
  const writer = new MessageWriter(256).begin('T').int16(columns.length)
  for (const column of columns) {
    writer.cstring(column).int32(0).int16(0).int32(25).int16(-1).int32(-1).int16(0)
  }
  writer.end()
  for (const row of rows) {
    writer.begin('D').int16(row.length)
    for (const value of row) {
      if (value === null) writer.int32(-1)
      else {
        const bytes = Buffer.from(value, 'utf8')
        writer.int32(bytes.length).raw(bytes)
      }
    }
    writer.end()
  }
  return Buffer.concat([writer.done(), commandComplete(tag)])
}
