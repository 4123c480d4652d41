import { createHmac, randomBytes } from 'node:crypto'
import { unreachable } from '../../units.ts'
import { ProtocolError } from '../../wire/protocol-error.ts'
import { FieldReader } from '../../wire/reader.ts'
import { MessageWriter } from '../../wire/writer.ts'
import { AuthError, fatal, protocolViolation, wrongPassword } from './failures.ts'
import { md5Hash, md5Matches } from './md5.ts'
import { DEFAULT_ITERATIONS, makeNonce, SALT_BYTES, SCRAM_SHA_256, SCRAM_SHA_256_PLUS } from './scram.ts'
import { createScramServer, type ScramServer } from './scram-server.ts'
import type { AuthStep, Credential, RandomBytes, ScramVerifier, ServerSecret } from './types.ts'

/**
 * The server's side of a client's login (PostgreSQL's auth.c and auth-sasl.c), without socket and timer.
 *
 *     start --scram-sha-256, or md5 without an md5 hash--> mechanism --SASLInitialResponse--> sasl --SASLResponse--> over
 *       |---md5 with an md5 hash or a plain password--> md5 --PasswordMessage--> over
 *       '---trust--> over
 *
 * A user who is unknown, has no password or an expired one goes through the same messages as any other and fails at their end.
 */
export interface ClientAuthOptions {
  readonly method: 'scram-sha-256' | 'md5' | 'trust'
  readonly user: string
  /** null: no such user, no password, or an expired one. The exchange then runs to its end and fails as with a wrong password. */
  readonly credential: Credential | null
  /** tls-server-end-point data of Freshet's own certificate when the client came by TLS, else null (see channel-binding.ts). */
  readonly channelBinding: Buffer | null
  /** Where nonces and salts come from; node:crypto unless a test says otherwise. */
  readonly random?: RandomBytes
  /** Makes the salts of users that do not exist. Give all workers the same one, so that a stranger sees one salt per name. */
  readonly mockSecret?: Buffer
  /** What a user without a usable password is asked for when the method is md5 (Account.unknownAs). Default: SCRAM, as PostgreSQL's own default. */
  readonly unknownAs?: 'scram-sha-256' | 'md5'
}

/** The authenticator of one client. */
export interface ClientAuth {
  /** The first step; with `trust` it is `done` at once. */
  start(): AuthStep
  /** The payload of a 'p' message, without type byte and length. Never throws, never rejects. */
  receive(payload: Buffer): AuthStep | Promise<AuthStep>
}

/** PG_MAX_SASL_MESSAGE_LENGTH: a longer message is not even read; the server then fails the login as with a wrong password. */
const SASL_MESSAGE_BYTES_MAX = 1024
/** PG_MAX_AUTH_TOKEN_LENGTH */
const PASSWORD_MESSAGE_BYTES_MAX = 65535

const processSecret = randomBytes(32)

type State =
  | { readonly at: 'start' }
  | { readonly at: 'mechanism' }
  | { readonly at: 'sasl'; readonly scram: ScramServer }
  | { readonly at: 'md5'; readonly hash: string; readonly salt: Buffer }
  | { readonly at: 'over' }

interface Transition {
  readonly next: State
  readonly step: AuthStep
}

const OVER: State = { at: 'over' }

export function createClientAuth(options: ClientAuthOptions): ClientAuth {
  let state: State = { at: 'start' }
  const enter = ({ next, step }: Transition): AuthStep => {
    state = next
    return step
  }
  return {
    start: () => enter(begin(options)),
    receive(payload) {
      try {
        return enter(transition(state, payload, options))
      } catch (error) {
        state = OVER
        if (error instanceof AuthError) return { failure: error.failure }
        if (error instanceof ProtocolError) return { failure: protocolViolation(error.message) }
        throw error
      }
    },
  }
}

function begin(options: ClientAuthOptions): Transition {
  const { method, credential, channelBinding, random = randomBytes } = options
  switch (method) {
    case 'trust':
      return { next: OVER, step: { done: secretWithoutProof(credential) } }
    case 'md5': {
      const hash = md5HashToAsk(options)
      // As PostgreSQL: md5 in pg_hba.conf means md5 or better, and who has no md5 hash is asked for SCRAM.
      if (hash === null) return offerSasl(channelBinding)
      const salt = random(4)
      return { next: { at: 'md5', hash, salt }, step: { send: authentication(5, salt) } }
    }
    case 'scram-sha-256':
      return offerSasl(channelBinding)
    default:
      return unreachable(method)
  }
}

/** A password in the configuration may be used for the servers even when its user had to prove nothing; a stolen hash must not. */
const secretWithoutProof = (credential: Credential | null): ServerSecret =>
  credential?.kind === 'password' ? { kind: 'password', password: credential.password } : { kind: 'none' }

/** null: SCRAM is asked for instead. */
function md5HashToAsk({ credential, user, unknownAs, mockSecret = processSecret }: ClientAuthOptions): string | null {
  if (credential?.kind === 'md5') return credential.hash
  if (credential?.kind === 'password') return md5Hash(credential.password, user)
  return credential === null && unknownAs === 'md5' ? md5Hash(mockSecret.toString('latin1'), user) : null
}

function offerSasl(channelBinding: Buffer | null): Transition {
  const mechanisms = channelBinding === null ? [SCRAM_SHA_256] : [SCRAM_SHA_256_PLUS, SCRAM_SHA_256]
  const list = Buffer.from(`${mechanisms.join('\0')}\0\0`, 'latin1')
  return { next: { at: 'mechanism' }, step: { send: authentication(10, list) } }
}

function transition(state: State, payload: Buffer, options: ClientAuthOptions): Transition {
  switch (state.at) {
    case 'mechanism':
      return selectMechanism(payload, options)
    case 'sasl':
      refuseLongerThan(SASL_MESSAGE_BYTES_MAX, payload, options)
      return exchange(state.scram, payload, options)
    case 'md5':
      refuseLongerThan(PASSWORD_MESSAGE_BYTES_MAX, payload, options)
      return checkMd5(state.hash, state.salt, payload, options)
    case 'start':
    case 'over':
      throw new AuthError(protocolViolation('no authentication message was expected'))
    default:
      return unreachable(state)
  }
}

function refuseLongerThan(bytes: number, payload: Buffer, { user }: ClientAuthOptions): void {
  if (payload.length > bytes) throw new AuthError(wrongPassword(user))
}

/** SASLInitialResponse: mechanism, length (-1: none), client-first-message. */
function selectMechanism(payload: Buffer, options: ClientAuthOptions): Transition {
  refuseLongerThan(SASL_MESSAGE_BYTES_MAX, payload, options)
  const { user, credential, channelBinding, random = randomBytes } = options
  const reader = new FieldReader(payload)
  const mechanism = reader.cstring()
  const plus = mechanism === SCRAM_SHA_256_PLUS && channelBinding !== null
  if (!plus && mechanism !== SCRAM_SHA_256) {
    throw new AuthError(protocolViolation('client selected an invalid SASL authentication mechanism'))
  }
  const length = reader.int32()
  const message = length === -1 ? null : reader.bytes(length)
  if (reader.remaining > 0) throw new ProtocolError('invalid message format')
  const known = scramVerifierOf(credential)
  const verifier = known ?? mockVerifier(user, options.mockSecret ?? processSecret)
  const nonce = makeNonce(random)
  const scram = createScramServer({ verifier, doomed: known === null, plus, channelBinding, nonce })
  return exchange(scram, message, options)
}

function exchange(scram: ScramServer, message: Buffer | null, options: ClientAuthOptions): Transition {
  const step = scram.receive(message)
  switch (step.kind) {
    case 'challenge':
      return { next: { at: 'sasl', scram }, step: { send: authentication(11, Buffer.from(step.message, 'latin1')) } }
    case 'proven': {
      const send = authentication(12, Buffer.from(step.message, 'latin1'))
      return { next: OVER, step: { send, done: provenSecret(options.credential, step.clientKey) } }
    }
    case 'refused':
      throw new AuthError(wrongPassword(options.user))
    default:
      return unreachable(step)
  }
}

function provenSecret(credential: Credential | null, clientKey: Buffer): ServerSecret {
  if (credential?.kind === 'password') return { kind: 'password', password: credential.password }
  if (credential?.kind === 'scram') return { kind: 'scram-keys', clientKey, ...credential.verifier }
  return { kind: 'none' }
}

function scramVerifierOf(credential: Credential | null): ScramVerifier | null {
  return credential === null || credential.kind === 'md5' ? null : credential.verifier
}

/** What a user who does not exist shows: always the same salt for the same name, as a real one would. */
function mockVerifier(user: string, secret: Buffer): ScramVerifier {
  const salt = createHmac('sha256', secret).update(user, 'utf8').digest().subarray(0, SALT_BYTES)
  return { iterations: DEFAULT_ITERATIONS, salt, storedKey: Buffer.alloc(32), serverKey: Buffer.alloc(32) }
}

function checkMd5(hash: string, salt: Buffer, payload: Buffer, { user, credential }: ClientAuthOptions): Transition {
  if (payload.length === 0 || payload.indexOf(0) !== payload.length - 1) {
    throw new ProtocolError('invalid password packet size')
  }
  if (payload.length === 1) throw new AuthError(fatal('28P01', 'empty password returned by client'))
  const matches = md5Matches(hash, salt, payload.subarray(0, -1))
  if (!matches || credential === null) throw new AuthError(wrongPassword(user))
  const done: ServerSecret =
    credential?.kind === 'password' ? { kind: 'password', password: credential.password } : { kind: 'md5-hash', hash }
  return { next: OVER, step: { done } }
}

/** An authentication request (manual: AuthenticationMD5Password 5, SASL 10, SASLContinue 11, SASLFinal 12). */
function authentication(code: number, data: Buffer): Buffer {
  return new MessageWriter(data.length + 9).begin('R').int32(code).raw(data).end().done()
}
