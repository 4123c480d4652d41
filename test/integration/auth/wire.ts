import { createConnection, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface Message {
  readonly type: string
  readonly payload: Buffer
}

/** A socket of which whole messages are read one by one. */
export interface Wire {
  send(bytes: Buffer): void
  /** null at the end of the connection. */
  next(): Promise<Message | null>
  close(): void
}

export function wireOf(socket: Socket): Wire {
  let bytes = Buffer.alloc(0)
  let ended = false
  let wake = () => {}
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    wake()
  })
  const end = () => {
    ended = true
    wake()
  }
  socket.on('end', end).on('close', end).on('error', end)
  return {
    send: (out) => socket.write(out),
    async next() {
      for (;;) {
        if (bytes.length >= 5 && bytes.length > bytes.readInt32BE(1)) {
          const size = bytes.readInt32BE(1) + 1
          const message = { type: String.fromCharCode(bytes[0]!), payload: bytes.subarray(5, size) }
          bytes = bytes.subarray(size)
          return message
        }
        if (ended) return null
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    close: () => socket.destroy(),
  }
}

const once = (socket: Socket, event: string): Promise<unknown> =>
  new Promise((resolve, reject) => socket.once(event, resolve).once('error', reject))

/** Connects to 127.0.0.1, asks for TLS where told to, and sends the start-up message. */
export async function startUp(port: number, user: string, database: string, tls = false): Promise<Wire> {
  let socket = createConnection({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  if (tls) {
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
    const answer = await once(socket, 'data')
    if (String(answer) !== 'S') throw new Error('no TLS')
    const secure = connectTls({ socket, rejectUnauthorized: false })
    await once(secure, 'secureConnect')
    socket = secure
  }
  const wire = wireOf(socket)
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  wire.send(Buffer.concat([length, body]))
  return wire
}

/** A message of type 'p'. */
export function answer(payload: Buffer): Buffer {
  const header = Buffer.from('p\0\0\0\0')
  header.writeInt32BE(payload.length + 4, 1)
  return Buffer.concat([header, payload])
}

/** The fields of an ErrorResponse as far as clients show them. */
export function errorFields({ payload }: Message): Record<string, string> {
  const names: Record<string, string> = { S: 'severity', C: 'code', M: 'message', D: 'detail', H: 'hint' }
  const fields: Record<string, string> = {}
  for (const field of payload.toString('utf8').split('\0')) {
    const name = names[field[0] ?? '']
    if (name !== undefined) fields[name] = field.slice(1)
  }
  return fields
}
