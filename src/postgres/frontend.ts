import { MessageWriter } from '../wire/writer.ts'

/** Messages that a client sends (PostgreSQL manual, "Message Formats"), as Freshet itself sends them to servers. */

const PROTOCOL_3_0 = 196608
export const SSL_REQUEST = 80877103
export const GSSENC_REQUEST = 80877104
export const CANCEL_REQUEST = 80877102

export const SYNC = new MessageWriter(8).begin('S').end().done()
export const FLUSH = new MessageWriter(8).begin('H').end().done()
export const TERMINATE = new MessageWriter(8).begin('X').end().done()
export const SSL_REQUEST_PACKET = new MessageWriter(8).begin(null).int32(SSL_REQUEST).end().done()

export function startupMessage(parameters: Iterable<readonly [string, string]>): Buffer {
  const writer = new MessageWriter().begin(null).int32(PROTOCOL_3_0)
  for (const [name, value] of parameters) writer.cstring(name).cstring(value)
  return writer.byte(0).end().done()
}

export function query(sql: string): Buffer {
  return new MessageWriter(sql.length + 16).begin('Q').cstring(sql).end().done()
}

/** `parameterTypes`: the raw Int16 count and Int32 object ids as a client's Parse carried them. */
export function parse(name: string, text: Uint8Array, parameterTypes: Uint8Array): Buffer {
  return new MessageWriter(text.length + parameterTypes.length + name.length + 8)
    .begin('P')
    .cstring(name)
    .raw(text)
    .byte(0)
    .raw(parameterTypes)
    .end()
    .done()
}

export function closeStatement(name: string): Buffer {
  return new MessageWriter(32).begin('C').byte(0x53).cstring(name).end().done()
}

/** Parse, Bind and Execute of one parameterless statement, unnamed throughout, without a Sync. */
export function parseBindExecute(sql: string): Buffer {
  return new MessageWriter(sql.length + 48)
    .begin('P')
    .cstring('')
    .cstring(sql)
    .int16(0)
    .end()
    .begin('B')
    .cstring('')
    .cstring('')
    .int16(0)
    .int16(0)
    .int16(0)
    .end()
    .begin('E')
    .cstring('')
    .int32(0)
    .end()
    .done()
}

export function cancelRequest(processId: number, secret: Uint8Array): Buffer {
  return new MessageWriter(32).begin(null).int32(CANCEL_REQUEST).int32(processId).raw(secret).end().done()
}
