import type { ServerTlsMode } from '../config/types.ts'
import type { Failure, ServerGreeting, ServerLogin, ServerLoginStep } from '../dialect.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { loginFailure } from './auth/failures.ts'
import { createServerAuth, type ServerAuth } from './auth/server-auth.ts'
import type { ServerSecret } from './auth/types.ts'
import {
  ALWAYS_ASKED,
  CONNECT_WITH_DB,
  DEPRECATE_EOF,
  has,
  LONG_PASSWORD,
  OPTIONAL_RESULTSET_METADATA,
  PASS_THROUGH,
  type Profile,
  QUERY_ATTRIBUTES,
  SESSION_TRACK,
  SSL,
} from './capabilities.ts'
import { readError } from './errors.ts'
import { authPacket, type Greeting, handshakeResponsePacket, readGreeting, sslRequestPacket } from './handshake.ts'
import { alignment, createReplyReader, loginStatements, queryPacket, readRow } from './login-statements.ts'
import { type Packet, PacketBuffer } from './packets.ts'

export interface ServerLoginOptions {
  readonly user: string
  /** '' for none. */
  readonly database: string
  readonly secret: ServerSecret
  readonly profile: Profile
  readonly tls: ServerTlsMode
  /** The server is reached through a Unix socket. */
  readonly local: boolean
  /** A replica's connections refuse to write, also after a promotion. */
  readonly readOnly: boolean
  /** What connections of the primary begin with, so that a replica's begin alike; null while that is not known. */
  readonly reference?: ReadonlyMap<string, string> | null
}

/** Nothing that a server sends during login is larger than this. */
const LOGIN_BYTES = 64 * 1024
const ER_ACCESS_DENIED = 1045
/** Without these the replies of this server have another shape than those that the session's client was promised. */
const SHAPING = DEPRECATE_EOF | OPTIONAL_RESULTSET_METADATA | QUERY_ATTRIBUTES
/** utf8mb4_general_ci, which every server has: for what the profile's collation cannot carry. */
const UTF8MB4 = 45

/**
 * Freshet as a client of a server, from the greeting to the first statement that a session may run (manual, "Connection Phase").
 *
 *     greeting --(SSLRequest, TLS)--> auth --OK--> statements --> over
 */
export function createServerLogin(options: ServerLoginOptions): ServerLogin {
  const { profile, user, database, secret } = options
  const buffer = new PacketBuffer(LOGIN_BYTES)
  let phase: 'greeting' | 'tls' | 'auth' | 'statements' = 'greeting'
  let greeting: Greeting | null = null
  let auth: ServerAuth | null = null
  let capabilities = 0
  let sequence = 0
  let secure = options.local
  let statements: string[] = []
  let flavour: 'mysql' | 'mariadb' = 'mysql'
  let begun: ServerGreeting | null = null
  let reader = createReplyReader(0)

  /** The handshake has one byte for the collation, and names travel in its character set. */
  const carried = profile.collation <= 0xff && isAscii(user) && isAscii(database)
  const collation = carried ? profile.collation : UTF8MB4

  const extended = (): number => ((greeting?.extended ?? 0) & profile.extended) >>> 0

  const refused = (failure: Failure): ServerLoginStep => {
    const changed = failure.number === ER_ACCESS_DENIED && secret.kind !== 'none'
    return { failure: { ...failure, fatal: true, ...(changed ? { credentialsChanged: true } : {}) } }
  }
  const broken = (message: string): ServerLoginStep => ({ failure: { code: '08001', message, fatal: true } })

  function greeted(packet: Packet): ServerLoginStep {
    if (packet.payload[0] === 0xff) return { failure: { ...readError(packet.payload), fatal: true } }
    greeting = readGreeting(packet.payload)
    sequence = packet.nextSequence
    const withDatabase = database === '' ? 0 : CONNECT_WITH_DB
    const asked = (profile.capabilities & PASS_THROUGH) | ALWAYS_ASKED | withDatabase
    capabilities = (asked & greeting.capabilities) >>> 0
    const missing = profile.capabilities & ~greeting.capabilities & SHAPING
    if (missing !== 0 || extended() !== profile.extended || !has(capabilities, SESSION_TRACK)) {
      return broken(`server version ${greeting.version} lacks protocol capabilities that the session relies on`)
    }
    if (options.tls === 'disable') return respond()
    if (has(greeting.capabilities, SSL)) {
      phase = 'tls'
      return { send: sslRequestPacket({ capabilities, extended: extended(), collation }, sequence++), startTls: true }
    }
    if (options.tls === 'prefer') return respond()
    return broken('the server does not support TLS, but server_tls demands it')
  }

  function respond(): ServerLoginStep {
    phase = 'auth'
    auth = createServerAuth({ secret, secure })
    const { plugin, response } = auth.first(greeting!.plugin, greeting!.nonce)
    const said = {
      capabilities: secure && !options.local ? (capabilities | SSL) >>> 0 : capabilities,
      extended: extended(),
      collation,
      user,
      authResponse: response,
      database,
      plugin,
      attributes: [
        ['_client_name', 'freshet'],
        ['program_name', 'freshet'],
      ] as const,
      zstdLevel: 0,
    }
    return { send: handshakeResponsePacket(said, sequence++) }
  }

  function authenticate(packet: Packet): ServerLoginStep {
    const { payload } = packet
    if (payload.length === 0) throw new ProtocolError('the server sent an empty packet during login')
    if (payload[0] === 0xff) return refused(readError(payload))
    if (payload[0] === 0) {
      phase = 'statements'
      flavour = has(greeting!.capabilities, LONG_PASSWORD) ? 'mysql' : 'mariadb'
      const { readOnly } = options
      statements = loginStatements({ flavour, readOnly, collation: carried ? null : profile.collation })
      return nextStatement()
    }
    sequence = packet.nextSequence
    const reply = auth!.receive(payload)
    if ('problem' in reply) return { failure: loginFailure(1251, '08004', reply.problem) }
    return reply.send === null ? {} : { send: authPacket(reply.send, sequence++) }
  }

  function nextStatement(): ServerLoginStep {
    reader = createReplyReader(capabilities)
    return { send: queryPacket(statements.shift()!, capabilities) }
  }

  function answered(packet: Packet): ServerLoginStep {
    const reply = reader(packet.payload)
    if (reply === null) return {}
    if ('failure' in reply) return { failure: { ...reply.failure, fatal: true } }
    if (statements.length > 0) return nextStatement()
    if (begun !== null) return { greeting: begun }
    const parameters = readRow(reply.row)
    const id = parameters.get('connection_id') ?? String(greeting!.connectionId)
    parameters.delete('connection_id')
    begun = { parameters, cancel: { sql: `KILL QUERY ${id}` } }
    const { readOnly, reference = null } = options
    const aligned = readOnly && reference !== null ? alignment(parameters, reference, flavour) : null
    if (aligned === null) return { greeting: begun }
    for (const name of aligned.names) parameters.set(name, reference!.get(name)!)
    statements.push(aligned.sql)
    return nextStatement()
  }

  function step(packet: Packet): ServerLoginStep {
    if (phase === 'greeting') return greeted(packet)
    if (phase === 'auth') return authenticate(packet)
    if (phase === 'statements') return answered(packet)
    throw new ProtocolError('the server sent a packet where TLS should begin')
  }

  return {
    start: () => ({}),
    secured() {
      secure = true
      return respond()
    },
    receive(chunk) {
      buffer.push(chunk)
      try {
        for (let packet = buffer.take(); packet !== null; packet = buffer.take()) {
          const next = step(packet)
          if (Object.keys(next).length > 0) return next
        }
        return {}
      } catch (error) {
        if (error instanceof ProtocolError) return { failure: { code: '08P01', message: error.message, fatal: true } }
        throw error
      }
    },
  }
}

const isAscii = (text: string): boolean => !/[^\x00-\x7f]/.test(text)
