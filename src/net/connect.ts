import { connect as connectSocket, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { Address, ServerTlsMode } from '../config/types.ts'
import { readBuffer } from './read-buffer.ts'

export type { SecureContext } from 'node:tls'

export interface ServerTls {
  readonly mode: ServerTlsMode
  readonly ca: string | null
}

/**
 * Opens a connection; rejects after `timeout` milliseconds or when refused. `forTransport`: a Transport is going to read from it.
 */
export function connect(address: Address, timeout: number, forTransport = false): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const reading = forTransport ? readBuffer() : null
    const onread = reading === null ? {} : { onread: reading.onread }
    const socket =
      'path' in address
        ? connectSocket({ path: address.path, ...onread })
        : connectSocket({ host: address.host, port: address.port, noDelay: true, ...onread })
    reading?.tie(socket)
    const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeout} ms`)), timeout)
    const failed = (error: Error) => {
      clearTimeout(timer)
      reject(error)
    }
    socket.once('error', failed)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', failed)
      resolve(socket)
    })
  })
}

/** Whether this mode asks the server for TLS at all. */
export const wantsTls = (tls: ServerTls, address: Address): boolean => tls.mode !== 'disable' && !('path' in address)

/** Speaks TLS on a connected socket as its client. Rejects when the certificate is not what the mode demands. */
export function upgradeToServer(socket: Socket, tls: ServerTls, host: string): Promise<TLSSocket> {
  const verify = tls.mode === 'verify-ca' || tls.mode === 'verify-full'
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      socket,
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      rejectUnauthorized: verify,
      ...(tls.ca === null ? {} : { ca: tls.ca }),
      ...(tls.mode === 'verify-full' ? { host } : { checkServerIdentity: () => undefined }),
      ALPNProtocols: ['postgresql'],
    })
    secure.once('error', reject)
    secure.once('close', () => reject(new Error('closed during the TLS handshake')))
    secure.once('secureConnect', () => {
      secure.off('error', reject)
      resolve(secure)
    })
  })
}

export function serverContext(cert: string, key: string): SecureContext {
  return createSecureContext({ cert, key, minVersion: 'TLSv1.2' })
}

/** Speaks TLS on an accepted socket. `direct`: the client began with a ClientHello (sslnegotiation=direct), which needs ALPN. */
export function upgradeToClient(
  socket: Socket,
  context: SecureContext,
  { head, direct }: { readonly head: Buffer | null; readonly direct?: true },
): Promise<TLSSocket> {
  if (head !== null && head.length > 0) socket.unshift(head)
  return new Promise((resolve, reject) => {
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: context,
      ALPNCallback: ({ protocols }) => (protocols.includes('postgresql') ? 'postgresql' : undefined),
    })
    secure.once('error', reject)
    socket.once('close', () => reject(new Error('closed during the TLS handshake')))
    secure.once('secure', () => {
      secure.off('error', reject)
      if (direct && secure.alpnProtocol !== 'postgresql') {
        // Without it, another protocol's client could be made to speak to Freshet (manual, "SSL Session Encryption").
        secure.destroy()
        reject(new Error('direct TLS without ALPN'))
        return
      }
      resolve(secure)
    })
  })
}
