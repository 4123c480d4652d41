import { randomBytes } from 'node:crypto'
import type { Failure } from '../../dialect.ts'
import { unreachable } from '../../units.ts'
import { ProtocolError } from '../../wire/protocol-error.ts'
import { FieldReader } from '../../wire/reader.ts'
import { MessageWriter } from '../../wire/writer.ts'
import { AuthError, fatal, protocolViolation } from './failures.ts'
import { md5Hash, md5Response } from './md5.ts'
import { makeNonce, SCRAM_SHA_256, SCRAM_SHA_256_PLUS } from './scram.ts'
import { createScramClient, type ScramClient, VerifierChanged } from './scram-client.ts'
import type { AuthReply, RandomBytes, ServerSecret } from './types.ts'

/**
 * The client's side of a login to a server, without socket and timer: one reply to each authentication request ('R' message).
 * What else a server may send meanwhile (ErrorResponse, NoticeResponse, NegotiateProtocolVersion) is its caller's business.
 */
export interface ServerAuthOptions {
  readonly user: string
  readonly secret: ServerSecret
  /** tls-server-end-point data of the server's certificate, or null without TLS (see channel-binding.ts). */
  readonly channelBinding: Buffer | null
  /** Whether a password may be sent in clear text when the server asks for it. Default: only when `channelBinding` is given. */
  readonly allowCleartext?: boolean
  readonly random?: RandomBytes
}

/** Answers one server's authentication requests. */
export interface ServerAuth {
  /** The payload of an 'R' message, without type byte and length. Never throws, never rejects. */
  receive(payload: Buffer): AuthReply | Promise<AuthReply>
}

type State =
  /** Nothing asked yet. */
  | { readonly at: 'open' }
  /** All is proved on this side and, with SCRAM, on the other: only AuthenticationOk may follow. */
  | { readonly at: 'answered' }
  | { readonly at: 'scram-first' | 'scram-final'; readonly scram: ScramClient }
  | { readonly at: 'over' }

export function createServerAuth(options: ServerAuthOptions): ServerAuth {
  let state: State = { at: 'open' }

  const fail = (error: unknown): AuthReply => {
    state = { at: 'over' }
    if (error instanceof VerifierChanged) return { failure: verifierChanged(options.user), verifierChanged: true }
    if (error instanceof AuthError) return { failure: error.failure }
    if (error instanceof ProtocolError) return { failure: protocolViolation(error.message) }
    throw error
  }

  function request(payload: Buffer): AuthReply | Promise<AuthReply> {
    const reader = new FieldReader(payload)
    const code = reader.int32()
    const data = reader.bytes(reader.remaining)
    if (state.at === 'over') throw unexpected(code)
    switch (code) {
      case 0:
        if (state.at !== 'open' && state.at !== 'answered')
          throw refusal('the server ended the SCRAM exchange without proving who it is')
        state = { at: 'over' }
        return { ok: true }
      case 3:
      case 5: {
        if (state.at !== 'open') throw unexpected(code)
        const send = passwordMessage(code === 3 ? cleartext(options) : md5(data, options))
        state = { at: 'answered' }
        return { send }
      }
      case 10: {
        if (state.at !== 'open') throw unexpected(code)
        const { scram, send } = beginScram(data, options)
        state = { at: 'scram-first', scram }
        return { send }
      }
      case 11:
        if (state.at !== 'scram-first') throw unexpected(code)
        return answerChallenge(state.scram, data)
      case 12:
        if (state.at !== 'scram-final') throw unexpected(code)
        state.scram.verify(data.toString('latin1'))
        state = { at: 'answered' }
        return {}
      default:
        throw refusal(`the server asks for an authentication method that Freshet does not have: ${methodName(code)}`)
    }
  }

  function answerChallenge(scram: ScramClient, data: Buffer): AuthReply | Promise<AuthReply> {
    const answer = scram.answer(data.toString('latin1'))
    state = { at: 'scram-final', scram }
    if (typeof answer === 'string') return { send: saslResponse(answer) }
    return answer.then((text) => ({ send: saslResponse(text) }), fail)
  }

  return {
    receive(payload) {
      try {
        return request(payload)
      } catch (error) {
        return fail(error)
      }
    },
  }
}

const METHODS: Readonly<Record<number, string>> = {
  2: 'Kerberos V5',
  6: 'SCM credentials',
  7: 'GSSAPI',
  8: 'GSSAPI',
  9: 'SSPI',
}
const methodName = (code: number): string => METHODS[code] ?? `number ${code}`

const refusal = (message: string, hint?: string): AuthError => new AuthError(fatal('28000', message, undefined, hint))
const unexpected = (code: number): AuthError =>
  new AuthError(protocolViolation(`authentication request ${code} from the server was not expected`))

const verifierChanged = (user: string): Failure =>
  fatal(
    '28P01',
    `the password of user "${user}" was changed on the server`,
    "The server's salt or iteration count differs from the one that this client proved its password with.",
    'Connect again.',
  )

function noPassword({ secret, user }: ServerAuthOptions, method: string): AuthError {
  const has = {
    none: 'no password',
    password: 'a password',
    'scram-keys': 'only SCRAM keys',
    'md5-hash': 'only an MD5 hash',
  }
  return refusal(
    `the server asks user "${user}" for ${method} authentication, for which Freshet has ${has[secret.kind]}`,
    'List the user with a password in auth.users, or let the servers use the method that matches the stored password.',
  )
}

function cleartext(options: ServerAuthOptions): string {
  const { secret, channelBinding, allowCleartext = channelBinding !== null } = options
  if (secret.kind !== 'password') throw noPassword(options, 'clear-text password')
  if (!allowCleartext) {
    throw refusal('the server asks for the password in clear text on a connection without TLS', 'Set server_tls.')
  }
  return secret.password
}

function md5(salt: Buffer, options: ServerAuthOptions): string {
  const { secret, user } = options
  if (salt.length !== 4) throw new ProtocolError('invalid AuthenticationMD5Password message')
  if (secret.kind === 'md5-hash') return md5Response(secret.hash, salt)
  if (secret.kind === 'password') return md5Response(md5Hash(secret.password, user), salt)
  throw noPassword(options, 'MD5 password')
}

function beginScram(list: Buffer, options: ServerAuthOptions): { scram: ScramClient; send: Buffer } {
  const { secret, channelBinding, random = randomBytes } = options
  const offered = list.toString('latin1').split('\0')
  const bound = channelBinding !== null && offered.includes(SCRAM_SHA_256_PLUS)
  if (!bound && !offered.includes(SCRAM_SHA_256)) {
    throw refusal('the server offers no SASL mechanism that Freshet has: it needs SCRAM-SHA-256')
  }
  switch (secret.kind) {
    case 'password':
    case 'scram-keys': {
      const binding = bound
        ? ({ kind: 'bound', data: channelBinding } as const)
        : ({ kind: channelBinding === null ? 'impossible' : 'not-offered' } as const)
      const scram = createScramClient({ secret, binding, nonce: makeNonce(random) })
      return { scram, send: saslInitialResponse(bound ? SCRAM_SHA_256_PLUS : SCRAM_SHA_256, scram.clientFirst) }
    }
    case 'none':
    case 'md5-hash':
      throw noPassword(options, SCRAM_SHA_256)
    default:
      return unreachable(secret)
  }
}

const passwordMessage = (text: string): Buffer => new MessageWriter().begin('p').cstring(text).end().done()

const saslResponse = (text: string): Buffer =>
  new MessageWriter().begin('p').raw(Buffer.from(text, 'latin1')).end().done()

function saslInitialResponse(mechanism: string, text: string): Buffer {
  const message = Buffer.from(text, 'latin1')
  return new MessageWriter().begin('p').cstring(mechanism).int32(message.length).raw(message).end().done()
}
