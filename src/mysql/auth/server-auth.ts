/**
 * Freshet's side of the authentication at a server, for whichever plugin the server asks for.
 * Passwords leave as they are over TLS or a Unix socket only; else encrypted for the RSA key that the server shows.
 */
import { ProtocolError } from '../../wire/protocol-error.ts'
import { AUTH_MORE_DATA, AUTH_SWITCH, NONCE_BYTES, readAuthSwitch } from '../handshake.ts'
import { encryptPassword, FAST_AUTH_OK, FULL_AUTH, REQUEST_PUBLIC_KEY, sha2Scramble } from './caching-sha2.ts'
import { ED25519_NONCE_BYTES, ed25519Sign } from './ed25519.ts'
import { nativeKey, nativeScramble } from './native.ts'
import type { ServerSecret } from './types.ts'

export interface ServerAuthOptions {
  readonly secret: ServerSecret
  /** Nobody can listen: TLS or a Unix socket. */
  readonly secure: boolean
}

/** What to answer: a payload, nothing yet (null), or why it cannot go on. */
export type ServerAuthReply = { readonly send: Buffer | null } | { readonly problem: string }

export interface ServerAuth {
  /** For the handshake response: what the greeting's plugin and nonce make of the secret. */
  first(plugin: string, nonce: Buffer): { readonly plugin: string; readonly response: Buffer }
  /** The payload of an AuthSwitchRequest or AuthMoreData. Throws a ProtocolError for anything else. */
  receive(payload: Buffer): ServerAuthReply
}

const NONE = Buffer.alloc(0)
const SHA256_REQUEST_PUBLIC_KEY = 0x01

export function createServerAuth({ secret, secure }: ServerAuthOptions): ServerAuth {
  let plugin = ''
  let nonce: Buffer = NONE

  function answer(): ServerAuthReply {
    // Ed25519 signs with an empty password like with any other.
    if (secret.kind === 'none') return { send: plugin === 'client_ed25519' ? ed25519Sign(NONE, nonce) : NONE }
    switch (plugin) {
      case 'mysql_native_password':
        return { send: nativeScramble(secret.kind === 'password' ? nativeKey(secret.password) : secret.key, nonce) }
      case 'caching_sha2_password':
        return withPassword((password) => sha2Scramble(password, nonce))
      case 'client_ed25519':
        return withPassword((password) => ed25519Sign(password, nonce))
      case 'mysql_clear_password':
        return secure
          ? withPassword(clear)
          : { problem: 'the server asks for the password in the clear, which needs TLS on the way to it (server_tls)' }
      case 'sha256_password':
        return secure ? withPassword(clear) : { send: Buffer.from([SHA256_REQUEST_PUBLIC_KEY]) }
      default:
        return { problem: `the server asks for the authentication plugin ${plugin}, which Freshet does not speak` }
    }
  }

  function withPassword(make: (password: Buffer) => Buffer): ServerAuthReply {
    if (secret.kind === 'password') return { send: make(secret.password) }
    return {
      problem: `the server asks for ${plugin}, but Freshet has no more than a key for mysql_native_password: list the user in auth.users`,
    }
  }

  function more(data: Buffer): ServerAuthReply {
    if (plugin === 'caching_sha2_password' && data.length === 1) {
      if (data[0] === FAST_AUTH_OK) return { send: null }
      if (data[0] === FULL_AUTH) return secure ? withPassword(clear) : { send: Buffer.from([REQUEST_PUBLIC_KEY]) }
    }
    if ((plugin === 'caching_sha2_password' || plugin === 'sha256_password') && data.length > 1 && !secure) {
      return withPassword((password) => encrypted(password, data))
    }
    throw new ProtocolError(`the server sent unexpected data during ${plugin}`)
  }

  function encrypted(password: Buffer, pem: Buffer): Buffer {
    try {
      return encryptPassword(password, nonce, pem)
    } catch {
      throw new ProtocolError('the server sent no usable public key')
    }
  }

  return {
    first(asked, challenge) {
      // A plugin that cannot be answered yet is not named: the server then asks for what the account needs.
      const known = asked === 'caching_sha2_password' && secret.kind === 'password'
      plugin = known ? asked : 'mysql_native_password'
      nonce = challenge
      const reply = answer()
      return { plugin, response: 'send' in reply ? (reply.send ?? NONE) : NONE }
    },
    receive(payload) {
      if (payload[0] === AUTH_MORE_DATA) return more(payload.subarray(1))
      if (payload[0] !== AUTH_SWITCH) throw new ProtocolError('the server sent an unexpected packet during login')
      const asked = readAuthSwitch(payload)
      if (asked === null)
        return { problem: 'the account has a password from before MySQL 4.1, which Freshet does not speak' }
      plugin = asked.plugin
      nonce = asked.data.subarray(0, plugin === 'client_ed25519' ? ED25519_NONCE_BYTES : NONCE_BYTES)
      return answer()
    },
  }
}

const clear = (password: Buffer): Buffer => Buffer.concat([password, Buffer.alloc(1)])
