import { chmodSync, existsSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Address } from '../config/types.ts'
import { withReadBuffer } from './read-buffer.ts'

export type { Socket } from 'node:net'

export interface Listener {
  /** With the real port when 0 was asked for. */
  readonly address: string
  close(): void
}

/** Accepts connections. Rejects with a sentence that names the address when it cannot listen there. */
export async function listen(address: Address, accept: (socket: Socket) => void): Promise<Listener> {
  if ('path' in address) await removeStaleSocket(address.path)
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => accept(withReadBuffer(socket)))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(explain(address, error))))
    if ('path' in address) server.listen({ path: address.path, backlog: 511 }, resolve)
    else server.listen({ host: address.host, port: address.port, backlog: 511 }, resolve)
  })
  if ('path' in address) chmodSync(address.path, 0o777)
  server.on('error', () => {})
  return { address: nameOf(server, address), close: () => void server.close() }
}

function nameOf(server: Server, address: Address): string {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') return 'path' in address ? address.path : ''
  return bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`
}

function explain(address: Address, error: NodeJS.ErrnoException): string {
  const where = 'path' in address ? address.path : `${address.host}:${address.port}`
  if (error.code === 'EADDRINUSE') return `cannot listen on ${where}: another program listens there already`
  if (error.code === 'EACCES') return `cannot listen on ${where}: permission denied (ports below 1024 need a privilege)`
  if (error.code === 'EADDRNOTAVAIL') return `cannot listen on ${where}: this machine has no such address`
  return `cannot listen on ${where}: ${error.message}`
}

/** A socket file that nobody listens on was left behind by a crash. */
async function removeStaleSocket(path: string): Promise<void> {
  if (!existsSync(path)) return
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
  if (!alive) unlinkSync(path)
}
