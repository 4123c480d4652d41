import type { AuthReply, RandomBytes, ServerSecret } from './types.ts'

export interface ServerAuthOptions {
  readonly user: string
  readonly secret: ServerSecret
  /** tls-server-end-point data of the server's certificate, or null without TLS (see channel-binding.ts). */
  readonly channelBinding: Buffer | null
  /** Whether a password may be sent in clear text when the server asks for it. Default: only when `channelBinding` is given. */
  readonly allowCleartext?: boolean
  readonly random?: RandomBytes
}

/** Answers one server's authentication requests: no socket, no timer. */
export interface ServerAuth {
  /** The payload of an 'R' message, without type byte and length. Never throws, never rejects. */
  receive(payload: Buffer): AuthReply | Promise<AuthReply>
}

export function createServerAuth(options: ServerAuthOptions): ServerAuth {
  throw new Error(`not written yet: ${options.user}`)
}
