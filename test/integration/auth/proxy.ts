import { createServer, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Failure } from '../../../src/dialect.ts'
import { type ClientAuthOptions, createClientAuth } from '../../../src/postgres/auth/client-auth.ts'
import type { ServerSecret } from '../../../src/postgres/auth/types.ts'
import { AUTHENTICATION_OK, errorResponse, READY_IDLE } from '../../../src/postgres/backend.ts'
import { wireOf } from './wire.ts'

/** A listener that does nothing but let clients log in, and remembers with what they could log in to the servers. */
export interface LoginListener {
  readonly port: number
  readonly secrets: ServerSecret[]
  readonly failures: Failure[]
  close(): void
}

export async function listenForLogins(
  options: Omit<ClientAuthOptions, 'user'>,
  tls: { cert: string; key: string } | null = null,
): Promise<LoginListener> {
  const secrets: ServerSecret[] = []
  const failures: Failure[] = []
  const server: Server = createServer((socket) => {
    login(socket, tls, options).then(
      (result) => ('code' in result ? failures.push(result) : secrets.push(result)),
      () => socket.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { port, secrets, failures, close: () => server.close() }
}

/** The first packet has no type byte, so it is read here; clients send it and wait. */
const firstPacket = (socket: Socket): Promise<Buffer> => new Promise((resolve) => socket.once('data', resolve))

async function login(
  raw: Socket,
  tls: { cert: string; key: string } | null,
  options: Omit<ClientAuthOptions, 'user'>,
): Promise<ServerSecret | Failure> {
  let socket = raw
  if (tls !== null) {
    await firstPacket(socket)
    const secure = new Promise<void>((resolve) => {
      socket = new TLSSocket(raw, { isServer: true, ...tls })
      socket.once('secure', resolve)
    })
    raw.write('S')
    await secure
  }
  const words = (await firstPacket(socket)).toString('utf8', 8).split('\0')
  const wire = wireOf(socket)
  const auth = createClientAuth({ ...options, user: words[words.indexOf('user') + 1]! })
  let step = auth.start()
  for (;;) {
    if (step.send !== undefined) wire.send(step.send)
    if (step.failure !== undefined) {
      socket.end(errorResponse(step.failure))
      return step.failure
    }
    if (step.done !== undefined) {
      wire.send(Buffer.concat([AUTHENTICATION_OK, READY_IDLE]))
      return step.done
    }
    const message = await wire.next()
    if (message === null) throw new Error('the client left')
    step = await auth.receive(message.payload)
  }
}
