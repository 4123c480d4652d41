/**
 * The smallest proxy that both logins make possible: each client is let in by a ClientLogin, one server connection is opened for it with what that
 * yielded, and then bytes pass as they are. No routing, no pool: for tests of logins and compression against real servers and real drivers.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket, connect as upgrade } from 'node:tls'
import type { ClientIdentity, Failure, ServerGreeting } from '../../src/dialect.ts'
import { parseProfile } from '../../src/mysql/capabilities.ts'
import { type ClientLoginOptions, createClientLogin, type MySqlClientLogin } from '../../src/mysql/client-login.ts'
import { PacketBuffer } from '../../src/mysql/packets.ts'
import { createServerLogin, type ServerLoginOptions } from '../../src/mysql/server-login.ts'

export type Target = { readonly port: number } | { readonly path: string }

export type Arrival = { readonly socket: Socket; readonly greeting: ServerGreeting } | { readonly failure: Failure }

/** Logs in to a real server. */
export async function logIn(target: Target, options: ServerLoginOptions): Promise<Arrival> {
  let socket: Socket = 'port' in target ? connect(target.port, '127.0.0.1') : connect(target.path)
  const login = createServerLogin(options)
  let chunks = chunksOf(socket)
  let step = await login.start()
  for (;;) {
    if (step.failure || step.greeting) {
      if (step.greeting) {
        chunks.stop()
        return { socket, greeting: step.greeting }
      }
      socket.destroy()
      return { failure: step.failure! }
    }
    if (step.send) socket.write(step.send)
    if (step.startTls) {
      chunks.stop()
      const secure = upgrade({ socket, rejectUnauthorized: false })
      await new Promise<void>((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject))
      socket = secure
      chunks = chunksOf(socket)
      step = login.secured(null)
      continue
    }
    const chunk = await chunks.next()
    if (chunk === null) return { failure: { code: '08006', message: 'the server closed the connection' } }
    step = await login.receive(chunk)
  }
}

function chunksOf(socket: Socket) {
  const held: Buffer[] = []
  let over = false
  let wake = () => {}
  const data = (chunk: Buffer) => {
    held.push(chunk)
    wake()
  }
  const end = () => {
    over = true
    wake()
  }
  socket.on('data', data).once('close', end).once('error', end)
  return {
    async next(): Promise<Buffer | null> {
      while (held.length === 0 && !over) await new Promise<void>((resolve) => (wake = resolve))
      return held.shift() ?? null
    },
    rest: () => Buffer.concat(held.splice(0)),
    stop() {
      socket.off('data', data)
      socket.pause()
    },
  }
}

export interface RelayOptions {
  readonly target: Target
  readonly login: (connectionId: number) => Omit<ClientLoginOptions, 'again' | 'connectionId' | 'refuse' | 'local'>
  /** PEM; for `tls` other than disable. */
  readonly certificate?: { readonly cert: string; readonly key: string }
  readonly serverTls?: ServerLoginOptions['tls']
  /** Called with what a server said to a client's secret. */
  readonly proved?: (identity: ClientIdentity, failure: Failure | null) => void
}

export interface Relay {
  readonly port: number
  readonly identities: ClientIdentity[]
  stop(): Promise<void>
}

export async function startRelay(options: RelayOptions): Promise<Relay> {
  const identities: ClientIdentity[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    void serve(socket, options, identities).catch((error) => socket.destroy(error as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { port: number }
  return {
    port: address.port,
    identities,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

let connections = 0

async function serve(accepted: Socket, options: RelayOptions, identities: ClientIdentity[]): Promise<void> {
  let socket = accepted
  const connectionId = ++connections
  const login: MySqlClientLogin = createClientLogin({
    ...options.login(connectionId),
    connectionId,
    refuse: null,
    local: false,
    again: null,
  })
  let chunks = chunksOf(socket)
  let step = await login.start()
  while (!step.identity) {
    if (step.send) socket.write(step.send)
    if (step.failure) {
      socket.end(login.encodeFailure(step.failure))
      return
    }
    if (step.startTls) {
      chunks.stop()
      const { cert, key } = options.certificate!
      if (step.startTls.head) socket.unshift(step.startTls.head)
      const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert, key }) })
      await new Promise<void>((resolve, reject) => secure.once('secure', resolve).once('error', reject))
      secure.on('error', () => {})
      socket = secure
      chunks = chunksOf(socket)
      login.secured()
    }
    const chunk = await chunks.next()
    if (chunk === null) return
    step = await login.receive(chunk)
  }
  const identity = step.identity
  identities.push(identity)
  const arrival = await logIn(options.target, serverOptions(identity, options))
  options.proved?.(identity, 'failure' in arrival ? arrival.failure : null)
  if ('failure' in arrival) {
    socket.end(login.encodeFailure(arrival.failure))
    return
  }
  const upstream = arrival.socket
  socket.write(login.welcome(arrival.greeting.parameters, connectionId, Buffer.alloc(0)))
  const { transform } = login
  upstream.on('data', (chunk: Buffer) => socket.write(transform === null ? chunk : transform.outgoing(chunk)))
  const inward = (chunk: Buffer) => upstream.write(transform === null ? chunk : transform.incoming(chunk))
  chunks.stop()
  inward(Buffer.concat([step.rest ?? Buffer.alloc(0), chunks.rest()]))
  socket.on('data', inward).once('close', () => upstream.destroy())
  upstream.once('close', () => socket.end()).on('error', () => {})
  socket.resume()
  upstream.resume()
}

function serverOptions(identity: ClientIdentity, options: RelayOptions): ServerLoginOptions {
  return {
    user: identity.user,
    database: identity.database,
    secret: identity.secret as ServerLoginOptions['secret'],
    profile: parseProfile(identity.profile),
    tls: options.serverTls ?? 'disable',
    local: 'path' in options.target,
    readOnly: false,
  }
}

/** The payload of the first packet that whoever listens there sends. */
export async function firstPayload(port: number): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1')
  const chunks = chunksOf(socket)
  const buffer = new PacketBuffer(1 << 16)
  for (;;) {
    const chunk = await chunks.next()
    if (chunk === null) throw new Error('closed without a greeting')
    buffer.push(chunk)
    const packet = buffer.take()
    if (packet === null) continue
    socket.destroy()
    return packet.payload
  }
}
