/**
 * The server's side of a client's authentication, without socket and timer, for one plugin at a time.
 *
 *     native:   answer --> over
 *     ed25519:  answer --> over
 *     sha2:     answer --known by heart--> over
 *                      '--0x04--> full --password (TLS, Unix socket)--> over
 *                                      '--0x02--> key sent --encrypted password--> over
 *
 * Unknown users go through the same packets as known ones whose password is wrong.
 */
import { randomBytes } from 'node:crypto'
import { unreachable } from '../../units.ts'
import { AUTH_MORE_DATA } from '../handshake.ts'
import {
  decryptPassword,
  ENCRYPTED_BYTES,
  FAST_AUTH_OK,
  FULL_AUTH,
  REQUEST_PUBLIC_KEY,
  type RsaKeys,
  recoverSha2Key,
  sha2DoubleHash,
  withoutNul,
} from './caching-sha2.ts'
import { ed25519PublicKey, ed25519Verify } from './ed25519.ts'
import { unsupportedClient } from './failures.ts'
import { NATIVE_BYTES, nativeHash, nativeKey, recoverNativeKey } from './native.ts'
import type { AuthStep, ClientPlugin, Credentials, StoredAccount } from './types.ts'

export interface ClientAuthOptions {
  readonly user: string
  readonly plugin: ClientPlugin
  /** What the client's answer is an answer to: 20 bytes, for ed25519 32. */
  readonly nonce: Buffer
  readonly credentials: Credentials
  /** Nobody can listen: TLS or a Unix socket. */
  readonly secure: boolean
  readonly rsaKeys: () => Promise<RsaKeys>
}

/** The authenticator of one client. */
export interface ClientAuth {
  /** The payload of the client's next packet (the first: its scramble). Never rejects for anything that a client sends. */
  receive(payload: Buffer): Promise<AuthStep>
}

const DENIED: AuthStep = { kind: 'denied' }
const send = (payload: Buffer): AuthStep => ({ kind: 'send', payload })
const NONE = Buffer.alloc(0)
const FAST_VERDICT = Buffer.from([AUTH_MORE_DATA, FAST_AUTH_OK])

/** Whether this plugin can prove anybody by these credentials. */
export function canProve(plugin: ClientPlugin, credentials: Credentials): boolean {
  switch (credentials.kind) {
    case 'users':
    case 'trust':
      return true
    case 'servers':
      return plugin === 'caching_sha2_password'
    case 'stored':
      return plugin !== 'client_ed25519'
    default:
      return unreachable(credentials)
  }
}

export function createClientAuth(options: ClientAuthOptions): ClientAuth {
  if (options.credentials.kind === 'trust') {
    return { receive: async (payload) => trusted(payload, options.plugin) }
  }
  if (!canProve(options.plugin, options.credentials)) {
    return { receive: async () => ({ kind: 'failed', failure: unsupportedClient() }) }
  }
  switch (options.plugin) {
    case 'mysql_native_password':
      return { receive: (payload) => native(payload, options) }
    case 'client_ed25519':
      return { receive: async (payload) => ed25519(payload, options) }
    case 'caching_sha2_password':
      return cachingSha2(options)
    default:
      return unreachable(options.plugin)
  }
}

/** Stands in for the hash of users who do not exist, so that they cost as much as the others. */
const DECOY = randomBytes(NATIVE_BYTES)

async function native(scramble: Buffer, options: ClientAuthOptions): Promise<AuthStep> {
  const { credentials, nonce, user } = options
  if (credentials.kind === 'users') {
    const password = credentials.password(user)
    if (password !== null && password.length === 0) return scramble.length === 0 ? passed(password) : DENIED
    const hash = nativeHash(nativeKey(password ?? DECOY))
    const key = recoverNativeKey(scramble, nonce, hash)
    return key === null || password === null ? DENIED : passed(password)
  }
  if (credentials.kind !== 'stored') return DENIED
  const account = await credentials.lookup(user)
  if ('code' in account) return { kind: 'failed', failure: account }
  if (account.unusable) return { kind: 'failed', failure: account.unusable }
  const hash = account.nativeHash
  if (hash !== null && hash.length === 0) return scramble.length === 0 ? stored(account, null) : DENIED
  const key = recoverNativeKey(scramble, nonce, hash ?? DECOY)
  return key === null || hash === null ? DENIED : stored(account, key)
}

function stored(account: StoredAccount, key: Buffer | null): AuthStep {
  if (account.afterAuth) return { kind: 'failed', failure: account.afterAuth }
  const secret = key === null ? { kind: 'none' as const } : { kind: 'native-key' as const, key }
  return { kind: 'done', secret, unproved: account.doubtful }
}

/** Nobody looks at what the client has answered; one that has scrambled a password waits for the verdict on it before the OK packet. */
function trusted(payload: Buffer, plugin: ClientPlugin): AuthStep {
  const waits = plugin === 'caching_sha2_password' && payload.length > 1
  return { kind: 'done', secret: { kind: 'none' }, unproved: true, ...(waits ? { farewell: FAST_VERDICT } : {}) }
}

/** The password is right by Freshet's own list. */
function passed(password: Buffer, farewell?: Buffer): AuthStep {
  const secret = password.length === 0 ? { kind: 'none' as const } : { kind: 'password' as const, password }
  return { kind: 'done', secret, unproved: false, ...(farewell ? { farewell } : {}) }
}

function ed25519(signature: Buffer, { credentials, nonce, user }: ClientAuthOptions): AuthStep {
  if (credentials.kind !== 'users') return DENIED
  const password = credentials.password(user)
  const valid = ed25519Verify(signature, nonce, ed25519PublicKey(password ?? DECOY))
  return valid && password !== null ? passed(password) : DENIED
}

function cachingSha2(options: ClientAuthOptions): ClientAuth {
  const { nonce, secure } = options
  let state: 'scramble' | 'full' | 'encrypted' = 'scramble'
  return {
    async receive(payload) {
      switch (state) {
        case 'scramble': {
          if (payload.length === 0 || (payload.length === 1 && payload[0] === 0)) return whole(NONE, options)
          const fast = byHeart(payload, options)
          if (fast !== null) return fast
          state = 'full'
          return send(Buffer.from([AUTH_MORE_DATA, FULL_AUTH]))
        }
        case 'full': {
          if (secure) return whole(withoutNul(payload), options)
          if (payload.length !== 1 || payload[0] !== REQUEST_PUBLIC_KEY) return encrypted(payload, options)
          state = 'encrypted'
          const { publicKey } = await options.rsaKeys()
          return send(Buffer.concat([Buffer.from([AUTH_MORE_DATA]), publicKey]))
        }
        case 'encrypted':
          return encrypted(payload, options)
        default:
          return unreachable(state)
      }
    },
  }

  async function encrypted(payload: Buffer, { rsaKeys }: ClientAuthOptions): Promise<AuthStep> {
    if (payload.length !== ENCRYPTED_BYTES) return DENIED
    return whole(decryptPassword(payload, nonce, await rsaKeys()), options)
  }
}

/** "Fast authentication"; null: the password itself is needed. */
function byHeart(scramble: Buffer, { credentials, user, nonce }: ClientAuthOptions): AuthStep | null {
  if (credentials.kind === 'users') {
    const password = credentials.password(user)
    const key = recoverSha2Key(scramble, nonce, sha2DoubleHash(password ?? DECOY))
    return key === null || password === null ? null : passed(password, FAST_VERDICT)
  }
  if (credentials.kind !== 'servers') return null
  const password = credentials.cache.recognise(user, nonce, scramble)
  return password === null
    ? null
    : { kind: 'done', secret: { kind: 'password', password }, unproved: true, farewell: FAST_VERDICT }
}

/** The client has said its password; null: something that is none. */
async function whole(password: Buffer | null, { credentials, user }: ClientAuthOptions): Promise<AuthStep> {
  if (password === null) return DENIED
  if (credentials.kind === 'servers') {
    const secret = password.length === 0 ? { kind: 'none' as const } : { kind: 'password' as const, password }
    return { kind: 'done', secret, unproved: true }
  }
  if (credentials.kind === 'users') {
    const expected = credentials.password(user)
    const equal = sha2DoubleHash(password).equals(sha2DoubleHash(expected ?? DECOY))
    return equal && expected !== null ? passed(password) : DENIED
  }
  if (credentials.kind !== 'stored') return DENIED
  const account = await credentials.lookup(user)
  if ('code' in account) return { kind: 'failed', failure: account }
  if (account.unusable) return { kind: 'failed', failure: account.unusable }
  const key = password.length === 0 ? null : nativeKey(password)
  const equal = (key === null ? NONE : nativeHash(key)).equals(account.nativeHash ?? DECOY)
  return equal && account.nativeHash !== null ? stored(account, key) : DENIED
}
