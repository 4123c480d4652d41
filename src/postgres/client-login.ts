import type { ClientIdentity, ClientLogin, ClientLoginStep, Failure } from '../dialect.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { FieldReader } from '../wire/reader.ts'
import type { Accounts } from './auth/accounts.ts'
import { isFailure } from './auth/accounts.ts'
import { type ClientAuth, createClientAuth } from './auth/client-auth.ts'
import { fatal } from './auth/failures.ts'
import type { AuthStep, ServerSecret } from './auth/types.ts'
import * as backend from './backend.ts'
import { CANCEL_REQUEST, GSSENC_REQUEST, SSL_REQUEST } from './frontend.ts'
import { startupOptions } from './startup-options.ts'

export interface ClientLoginOptions {
  readonly method: 'scram-sha-256' | 'md5' | 'trust'
  readonly accounts: Accounts
  readonly tls: 'disable' | 'allow' | 'require'
  /** tls-server-end-point data of Freshet's own certificate. */
  readonly channelBinding: Buffer | null
  readonly startupBytes: number
  /** Said to whoever wants to log in; cancel requests are still served. */
  readonly refuse: Failure | null
}

const EMPTY: Buffer = Buffer.alloc(0)
const YES = Buffer.from('S')
const NO = Buffer.from('N')
/** PG_MAX_AUTH_TOKEN_LENGTH of the server. */
const AUTH_BYTES = 65535

/**
 * One client from its first byte to the proof of who it is (manual, "Start-up" and "SSL Session Encryption").
 *
 *     first --SSLRequest/GSSENCRequest--> first --StartupMessage--> auth --'p' messages--> done
 *       '--CancelRequest--> over          '--ClientHello (direct TLS)--> first
 *
 * SSLRequest and GSSENCRequest may come in any order, each once; bytes behind an SSLRequest that is granted would be an attack
 * (CVE-2021-23214) and end the connection.
 */
export function createClientLogin(options: ClientLoginOptions): ClientLogin {
  let held: Buffer = EMPTY
  let phase: 'first' | 'auth' | 'over' = 'first'
  let secure = false
  let askedTls = false
  let askedGss = false
  let minor = 0
  let unrecognized: string[] = []
  let auth: ClientAuth | null = null
  let identity: Omit<ClientIdentity, 'secret'> | null = null
  let afterAuth: ClientLoginStep['failure'] | null = null

  const refuse = (failure: NonNullable<ClientLoginStep['failure']>): ClientLoginStep => {
    phase = 'over'
    return { failure: { ...failure, fatal: true } }
  }

  function first(): Promise<ClientLoginStep> | ClientLoginStep {
    if (held.length > 0 && held[0] === 0x16 && !secure && !askedTls) {
      if (options.tls === 'disable') return refuse(fatal('08P01', 'this listener does not speak TLS'))
      const head = held
      held = EMPTY
      askedTls = true
      return { startTls: { head, direct: true } }
    }
    if (held.length < 4) return {}
    const size = held.readInt32BE(0)
    if (size < 8 || size > options.startupBytes) return refuse(fatal('08P01', 'invalid length of startup packet'))
    if (held.length < size) return {}
    const packet = held.subarray(0, size)
    held = held.subarray(size)
    const code = packet.readInt32BE(4)
    if (code === SSL_REQUEST || code === GSSENC_REQUEST) return encryption(code)
    if (code === CANCEL_REQUEST) {
      phase = 'over'
      if (size < 16) return refuse(fatal('08P01', 'invalid length of startup packet'))
      return { cancel: { processId: packet.readInt32BE(8), secret: Buffer.from(packet.subarray(12)) } }
    }
    return startup(packet, code)
  }

  function encryption(code: number): ClientLoginStep {
    if (moreBytes() || (code === SSL_REQUEST ? askedTls : askedGss)) {
      return refuse(fatal('08P01', 'received unencrypted data after SSL request'))
    }
    if (code === GSSENC_REQUEST) {
      askedGss = true
      return { send: NO }
    }
    askedTls = true
    if (options.tls === 'disable') return { send: NO }
    return { send: YES, startTls: { head: null } }
  }

  /** Whether bytes came behind a request whose answer decides how they are to be read. */
  const moreBytes = () => held.length > 0

  async function startup(packet: Buffer, code: number): Promise<ClientLoginStep> {
    const major = code >>> 16
    minor = code & 0xffff
    if (major !== 3) {
      return refuse(fatal('0A000', `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to 3.2`))
    }
    if (packet[packet.length - 1] !== 0) {
      return refuse(fatal('08P01', 'invalid startup packet layout: expected terminator as last byte'))
    }
    const parameters = new Map<string, string>()
    const reader = new FieldReader(packet, 8)
    while (reader.remaining > 1) parameters.set(reader.cstring(), reader.cstring())
    unrecognized = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'))
    for (const name of unrecognized) parameters.delete(name)
    if (options.refuse !== null) return refuse(options.refuse)
    const user = parameters.get('user') ?? ''
    if (user === '') return refuse(fatal('28000', 'no PostgreSQL user name specified in startup packet'))
    if (options.tls === 'require' && !secure) {
      return refuse(
        fatal(
          '28000',
          'this listener accepts encrypted connections only',
          undefined,
          'Connect with sslmode=require or better.',
        ),
      )
    }
    const replication = parameters.get('replication')
    if (replication !== undefined && !['false', 'off', 'no', '0'].includes(replication)) {
      return refuse(
        fatal(
          '0A000',
          'replication connections do not pass through Freshet',
          undefined,
          'Connect to the server directly.',
        ),
      )
    }
    const database = parameters.get('database') || user
    const startupSettings = startupOptions(parameters)
    if ('code' in startupSettings) return refuse(startupSettings)
    identity = { user, database, profile: '', ...startupSettings }
    const account = await options.accounts.lookup(user, database)
    if (isFailure(account)) return refuse(account)
    afterAuth = account.afterAuth
    auth = createClientAuth({
      method: options.method,
      user,
      credential: account.credential,
      channelBinding: secure ? options.channelBinding : null,
      unknownAs: account.unknownAs,
    })
    phase = 'auth'
    const negotiated =
      minor > 2 || unrecognized.length > 0 ? backend.negotiateProtocolVersion(Math.min(minor, 2), unrecognized) : EMPTY
    const step = authStep(auth.start())
    return step.send ? { ...step, send: Buffer.concat([negotiated, step.send]) } : { ...step, send: negotiated }
  }

  function authStep(step: AuthStep): ClientLoginStep {
    const send = step.send ? { send: step.send } : {}
    if (step.failure) return { ...send, ...refuse(step.failure) }
    if (step.done === undefined) return send
    if (afterAuth) return { send: Buffer.concat([step.send ?? EMPTY, backend.AUTHENTICATION_OK]), ...refuse(afterAuth) }
    phase = 'over'
    const secret: ServerSecret = step.done
    return { ...send, identity: { ...identity!, secret }, rest: held }
  }

  async function proofs(): Promise<ClientLoginStep> {
    if (held.length < 5) return {}
    const size = held.readInt32BE(1)
    if (held[0] !== 0x70) {
      const wanted = options.method === 'md5' ? 'password' : 'SASL'
      return refuse(fatal('08P01', `expected ${wanted} response, got message type ${held[0]}`))
    }
    if (size < 4 || size > AUTH_BYTES) return refuse(fatal('08P01', 'invalid message length'))
    if (held.length < 1 + size) return {}
    const body = held.subarray(5, 1 + size)
    held = held.subarray(1 + size)
    return authStep(await auth!.receive(body))
  }

  return {
    start: () => ({}),
    transform: null,
    async receive(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      try {
        if (phase === 'first') return await first()
        if (phase === 'auth') return await proofs()
        return {}
      } catch (error) {
        if (error instanceof ProtocolError) return refuse(fatal('08P01', `invalid startup packet: ${error.message}`))
        throw error
      }
    },
    secured() {
      secure = true
    },
    welcome(parameters, processId, secret) {
      const parts = [backend.AUTHENTICATION_OK]
      for (const [name, value] of parameters) parts.push(backend.parameterStatus(name, value))
      parts.push(backend.backendKeyData(processId, secret), backend.READY_IDLE)
      return Buffer.concat(parts)
    },
    encodeFailure: backend.errorResponse,
    get cancelKeyBytes() {
      return minor >= 2 ? 32 : 4
    },
  }
}
