import type { ServerTlsMode } from '../config/types.ts'
import type { ServerLogin, ServerLoginStep } from '../dialect.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { FieldReader } from '../wire/reader.ts'
import { tlsServerEndPoint } from './auth/channel-binding.ts'
import { fatal } from './auth/failures.ts'
import { createServerAuth, type ServerAuth } from './auth/server-auth.ts'
import type { ServerSecret } from './auth/types.ts'
import { readFailure } from './backend.ts'
import { cancelRequest, SSL_REQUEST_PACKET, startupMessage } from './frontend.ts'

export interface ServerLoginOptions {
  readonly user: string
  readonly database: string
  readonly secret: ServerSecret
  readonly tls: ServerTlsMode
  /** A replica's connections refuse to write, also after a promotion. */
  readonly readOnly: boolean
}

/** Nothing that a server sends during login is larger than this. */
const LOGIN_BYTES = 64 * 1024
const EMPTY: Buffer = Buffer.alloc(0)

/** Freshet as a client of a server, from the first byte to ReadyForQuery (manual, "Start-up"). */
export function createServerLogin(options: ServerLoginOptions): ServerLogin {
  let phase: 'tls' | 'login' = 'tls'
  let held: Buffer = EMPTY
  let auth: ServerAuth | null = null
  let cancelPacket: Buffer = EMPTY
  const parameters = new Map<string, string>()

  const startup = (binding: Buffer | null): ServerLoginStep => {
    phase = 'login'
    auth = createServerAuth({ user: options.user, secret: options.secret, channelBinding: binding })
    const asked: [string, string][] = [
      ['user', options.user],
      ['database', options.database],
    ]
    if (options.readOnly) asked.push(['options', '-c default_transaction_read_only=on'])
    return { send: startupMessage(asked) }
  }

  async function messages(): Promise<ServerLoginStep> {
    const send: Buffer[] = []
    while (held.length >= 5) {
      const size = held.readInt32BE(1)
      if (size < 4 || size > LOGIN_BYTES)
        throw new ProtocolError(`the server sent a message of length ${size} during login`)
      if (held.length < 1 + size) break
      const type = held[0]!
      const body = held.subarray(5, 1 + size)
      held = held.subarray(1 + size)
      const fields = new FieldReader(body)
      switch (type) {
        case 0x52: {
          const reply = await auth!.receive(body)
          if (reply.failure)
            return { failure: { ...reply.failure, ...(reply.verifierChanged ? { credentialsChanged: true } : {}) } }
          if (reply.send) send.push(reply.send)
          break
        }
        case 0x53:
          parameters.set(fields.cstring(), fields.cstring())
          break
        case 0x4b:
          cancelPacket = cancelRequest(fields.int32(), fields.bytes(fields.remaining))
          break
        case 0x45:
          return { failure: readFailure(body) }
        case 0x5a:
          return { greeting: { parameters, cancel: { packet: cancelPacket } } }
        case 0x4e:
        case 0x76:
          break
        default:
          throw new ProtocolError(`the server sent a message of type ${type} during login`)
      }
    }
    return send.length > 0 ? { send: Buffer.concat(send) } : {}
  }

  return {
    start: () => (options.tls === 'disable' ? startup(null) : { send: SSL_REQUEST_PACKET }),
    secured: (certificate) => startup(certificate === null ? null : tlsServerEndPoint(certificate)),
    receive(chunk) {
      if (phase === 'tls') {
        if (chunk[0] === 0x53 && chunk.length === 1) return { startTls: true }
        if (chunk[0] === 0x4e && chunk.length === 1) {
          if (options.tls === 'prefer') return startup(null)
          return { failure: fatal('08001', 'the server does not support TLS, but server_tls demands it') }
        }
        return { failure: fatal('08P01', 'the server gave no valid answer to the request for TLS') }
      }
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      return messages().catch((error: unknown) => {
        if (error instanceof ProtocolError) return { failure: fatal('08P01', error.message) }
        throw error
      })
    },
  }
}
