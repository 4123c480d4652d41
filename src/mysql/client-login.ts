import type { ClientIdentity, ClientLogin, ClientLoginStep, Failure, Transform } from '../dialect.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import type { RsaKeys } from './auth/caching-sha2.ts'
import { type ClientAuth, canProve, createClientAuth } from './auth/client-auth.ts'
import { ED25519_NONCE_BYTES } from './auth/ed25519.ts'
import { accessDenied, badHandshake, loginFailure, outOfOrder, unsupportedClient } from './auth/failures.ts'
import { makeNonce } from './auth/nonce.ts'
import type { AuthStep, ClientPlugin, Credentials } from './auth/types.ts'
import {
  COMPRESS,
  EXTENDED_PASS_THROUGH,
  formatProfile,
  has,
  PLUGIN_AUTH,
  PROTOCOL_41,
  profileOf,
  SECURE_CONNECTION,
  SESSION_TRACK,
  SSL,
  shownCapabilities,
  ZSTD_COMPRESSION,
} from './capabilities.ts'
import { createCompression } from './compression.ts'
import { errorPacket } from './errors.ts'
import {
  authPacket,
  authSwitchPayload,
  clientFlags,
  greetingPacket,
  type HandshakeResponse,
  NONCE_BYTES,
  readChangeUser,
  readHandshakeResponse,
  SSL_REQUEST_BYTES,
} from './handshake.ts'
import { okPacket, STATUS_AUTOCOMMIT, schemaTracker } from './ok.ts'
import { type Packet, PacketBuffer } from './packets.ts'
import { isSystemSchema, SCHEMA } from './session-state.ts'

/** What the servers greet with, as Freshet has learned it from them. */
export interface ServerFace {
  /** As in the servers' own greeting (MariaDB 10: with `5.5.5-` before it). */
  readonly version: string
  readonly flavour: 'mysql' | 'mariadb'
  readonly capabilities: number
  readonly extended: number
  readonly collation: number
}

/** What stays of a login for COM_CHANGE_USER on the same connection. */
export interface Established {
  readonly capabilities: number
  readonly extended: number
  readonly collation: number
  readonly secure: boolean
  readonly nonce: Buffer
  readonly transform: Transform | null
}

export interface ClientLoginOptions {
  readonly server: ServerFace
  /** `auth.method`; null: the flavour's own (caching_sha2_password, MariaDB: mysql_native_password). */
  readonly plugin: ClientPlugin | null
  readonly credentials: Credentials
  readonly rsaKeys: () => Promise<RsaKeys>
  readonly tls: 'disable' | 'allow' | 'require'
  /** The client came through a Unix socket. */
  readonly local: boolean
  /** As the servers would name the client's host in an error. */
  readonly host: string
  /** 32 bits. */
  readonly connectionId: number
  /** The longest packet that is taken from a client which is not logged in. */
  readonly packetBytesMax: number
  /** 20 bytes; made by `makeNonce` unless a test says otherwise. */
  readonly nonce?: Buffer
  /** Said to whoever wants to log in, instead of a greeting. */
  readonly refuse: Failure | null
  /** COM_CHANGE_USER: the whole packet, header included, and what the login before it has left. */
  readonly again: { readonly packet: Buffer; readonly established: Established } | null
}

export interface MySqlClientLogin extends ClientLogin {
  /** After `identity`: for `again` of a later login on the same connection. */
  readonly established: Established | null
}

const EMPTY: Buffer = Buffer.alloc(0)

/**
 * One client from the greeting to the proof of who it is (manual, "Connection Phase").
 *
 *     greeted --SSLRequest--> tls --secured--> response --HandshakeResponse41--> auth --packets of the plugin--> over
 *        '--HandshakeResponse41---------------------------^   '--another plugin--> switched --its answer--^
 *     (COM_CHANGE_USER begins where HandshakeResponse41 is)
 */
export function createClientLogin(options: ClientLoginOptions): MySqlClientLogin {
  const { server, again, credentials } = options
  const mariadb = server.flavour === 'mariadb'
  const plugin = options.plugin ?? (mariadb ? 'mysql_native_password' : 'caching_sha2_password')
  const shown = shownCapabilities(server.capabilities, options.tls !== 'disable')
  const nonce = again?.established.nonce ?? options.nonce ?? makeNonce(NONCE_BYTES)
  const buffer = new PacketBuffer(options.packetBytesMax)
  /** What a client without its own idea of it answers to in COM_CHANGE_USER. */
  let lastNonce = nonce
  let phase: 'greeted' | 'tls' | 'response' | 'switched' | 'auth' | 'over' = 'greeted'
  let secure = again?.established.secure ?? options.local
  /** The number of the next packet, in either direction. */
  let sequence = 0
  let protocol41 = again !== null
  let auth: ClientAuth | null = null
  let response: HandshakeResponse | null = null
  let usingPassword = false
  let farewell: Buffer = EMPTY
  let transform: Transform | null = again?.established.transform ?? null
  let established: Established | null = null

  const refuse = (failure: Failure): ClientLoginStep => {
    phase = 'over'
    return { failure: { ...failure, fatal: true } }
  }

  const sendPayload = (payload: Buffer): ClientLoginStep => ({ send: authPacket(payload, sequence++) })

  async function handle(packet: Packet): Promise<ClientLoginStep> {
    const expected = sequence & 0xff
    sequence = packet.nextSequence
    if (packet.sequence !== expected) return refuse(outOfOrder())
    switch (phase) {
      case 'greeted':
      case 'response':
        return firstPacket(packet.payload)
      case 'switched':
        phase = 'auth'
        usingPassword = packet.payload.length > 0
        return authStep(await auth!.receive(packet.payload))
      case 'auth':
        return authStep(await auth!.receive(packet.payload))
      default:
        return {}
    }
  }

  function firstPacket(payload: Buffer): Promise<ClientLoginStep> | ClientLoginStep {
    const flags = clientFlags(payload)
    if (!has(flags, PROTOCOL_41)) return refuse(unsupportedClient())
    protocol41 = true
    if (has(flags, SSL) && !secure && payload.length === SSL_REQUEST_BYTES) {
      if (phase !== 'greeted' || options.tls === 'disable') return refuse(badHandshake())
      phase = 'tls'
      // The client does not wait for an answer: its ClientHello may have come along.
      const head = buffer.rest()
      return { startTls: { head: head.length > 0 ? head : null } }
    }
    const read = readHandshakeResponse(payload, mariadb)
    return begin({
      ...read,
      capabilities: (read.capabilities & shown) >>> 0,
      extended: read.extended & server.extended,
    })
  }

  function changeUser(bytes: Buffer, before: Established): Promise<ClientLoginStep> | ClientLoginStep {
    buffer.push(bytes)
    const packet = buffer.take()
    if (packet === null) throw new ProtocolError('COM_CHANGE_USER is not complete')
    sequence = packet.nextSequence
    return begin(readChangeUser(packet.payload, before))
  }

  /** The client has said who it wants to be. */
  async function begin(said: HandshakeResponse): Promise<ClientLoginStep> {
    response = said
    if (again !== null && options.refuse !== null) return refuse(options.refuse)
    if (!has(said.capabilities, SECURE_CONNECTION)) return refuse(unsupportedClient())
    if (options.tls === 'require' && !secure) {
      const message = 'Connections using insecure transport are prohibited while --require_secure_transport=ON.'
      return refuse(loginFailure(3159, mariadb ? '08004' : 'HY000', message))
    }
    usingPassword = said.authResponse.length > 0
    if (credentials.kind === 'trust') return answered(plugin, nonce, said.authResponse)
    if (!has(said.capabilities, PLUGIN_AUTH)) {
      if (!canProve('mysql_native_password', credentials)) return refuse(unsupportedClient())
      return answered('mysql_native_password', nonce, said.authResponse)
    }
    // After COM_CHANGE_USER, too: which nonce its answer belongs to is not the same thing for all clients.
    if (again === null && said.plugin === plugin && plugin !== 'client_ed25519') {
      return answered(plugin, nonce, said.authResponse)
    }
    phase = 'switched'
    // libmariadb's native plugin answers to the nonce of its first login then, whatever it is sent; the servers take that one again, too.
    const same = again !== null && plugin === 'mysql_native_password'
    const asked = same ? nonce : makeNonce(plugin === 'client_ed25519' ? ED25519_NONCE_BYTES : NONCE_BYTES)
    auth = authenticator(plugin, asked)
    if (plugin === 'mysql_native_password') lastNonce = asked
    return sendPayload(authSwitchPayload(plugin, asked))
  }

  async function answered(by: ClientPlugin, to: Buffer, answer: Buffer): Promise<ClientLoginStep> {
    phase = 'auth'
    auth = authenticator(by, to)
    return authStep(await auth.receive(answer))
  }

  function authenticator(by: ClientPlugin, to: Buffer): ClientAuth {
    const { rsaKeys } = options
    return createClientAuth({ user: response!.user, plugin: by, nonce: to, credentials, secure, rsaKeys })
  }

  function authStep(step: AuthStep): ClientLoginStep {
    if (step.kind === 'send') return sendPayload(step.payload)
    if (step.kind === 'failed') return refuse(step.failure)
    if (step.kind === 'denied') return refuse(accessDenied(response!.user, options.host, usingPassword))
    phase = 'over'
    farewell = step.farewell ?? EMPTY
    const { capabilities, extended, collation, user, database } = response!
    if (again === null) transform = compressionOf(response!)
    established = { capabilities, extended, collation, secure, nonce: lastNonce, transform }
    const profile = formatProfile(profileOf(response!, server, collation))
    const { controls, applicationName } = attributesOf(response!)
    const identity: ClientIdentity = {
      user,
      database,
      secret: step.secret,
      // Named, so that it is seen in the session's state what unqualified names mean.
      settings: isSystemSchema(database) ? [[SCHEMA, database]] : [],
      controls,
      applicationName,
      profile,
      ...(step.unproved ? { unproved: true } : {}),
    }
    return { identity, rest: buffer.rest() }
  }

  async function steps(): Promise<ClientLoginStep> {
    for (;;) {
      if (phase === 'tls' || phase === 'over') return {}
      const packet = buffer.take()
      if (packet === null) return {}
      const step = await handle(packet)
      if (Object.keys(step).length > 0) return step
    }
  }

  /** What peers get wrong becomes a failure; anything else is a fault of ours. */
  async function guarded(work: () => Promise<ClientLoginStep> | ClientLoginStep): Promise<ClientLoginStep> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      const tooLong = /longer than/.test(error.message)
      return refuse(
        tooLong ? loginFailure(1153, '08S01', "Got a packet bigger than 'max_allowed_packet' bytes") : badHandshake(),
      )
    }
  }

  return {
    start() {
      if (again !== null) return guarded(() => changeUser(again.packet, again.established))
      if (options.refuse !== null) return refuse(options.refuse)
      sequence = 1
      const { version, extended, collation } = server
      const greeting = {
        version,
        connectionId: options.connectionId,
        nonce,
        capabilities: shown,
        extended: extended & EXTENDED_PASS_THROUGH,
        collation,
        status: STATUS_AUTOCOMMIT,
        plugin: plugin === 'client_ed25519' ? 'mysql_native_password' : plugin,
      }
      return { send: greetingPacket(greeting) }
    },
    receive: (chunk) =>
      guarded(() => {
        buffer.push(chunk)
        return steps()
      }),
    secured() {
      secure = true
      phase = 'response'
    },
    welcome() {
      const parts: Buffer[] = []
      if (farewell.length > 0) parts.push(authPacket(farewell, sequence++))
      const sessionTrack = has(response?.capabilities ?? 0, SESSION_TRACK)
      // Both servers tell the schema of the login, and nothing else, by its tracker.
      const state = response?.database ? schemaTracker(response.database) : null
      parts.push(okPacket(sequence & 0xff, { state }, { sessionTrack }))
      return Buffer.concat(parts)
    },
    encodeFailure: (failure) => errorPacket(failure, sequence & 0xff, protocol41),
    get transform() {
      return transform
    },
    get established() {
      return established
    },
    cancelKeyBytes: 0,
  }
}

/** zlib goes first where a client offers both, as the servers have it. */
function compressionOf({ capabilities, zstdLevel }: HandshakeResponse): Transform | null {
  if (has(capabilities, COMPRESS)) return createCompression({ name: 'zlib' })
  if (has(capabilities, ZSTD_COMPRESSION)) return createCompression({ name: 'zstd', level: zstdLevel })
  return null
}

function attributesOf({ attributes }: HandshakeResponse): Pick<ClientIdentity, 'controls' | 'applicationName'> {
  const controls: [string, string][] = []
  let applicationName = ''
  for (const [name, value] of attributes) {
    if (name.toLowerCase().startsWith('freshet.')) controls.push([name.slice(8).toLowerCase(), value])
    else if (name === 'program_name') applicationName = value
  }
  return { controls, applicationName }
}
