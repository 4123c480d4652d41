import type { AuthStep, Credential, RandomBytes } from './types.ts'

export interface ClientAuthOptions {
  readonly method: 'scram-sha-256' | 'md5' | 'trust'
  readonly user: string
  /** null: no such user, no password, or an expired one. The exchange then runs to its end and fails as with a wrong password. */
  readonly credential: Credential | null
  /** tls-server-end-point data of Freshet's own certificate when the client came by TLS, else null (see channel-binding.ts). */
  readonly channelBinding: Buffer | null
  /** Where nonces and salts come from; node:crypto unless a test says otherwise. */
  readonly random?: RandomBytes
}

/** The authenticator of one client: no socket, no timer. */
export interface ClientAuth {
  /** The first step; with `trust` it is `done` at once. */
  start(): AuthStep
  /** The payload of a 'p' message, without type byte and length. Never throws, never rejects. */
  receive(payload: Buffer): AuthStep | Promise<AuthStep>
}

export function createClientAuth(options: ClientAuthOptions): ClientAuth {
  throw new Error(`not written yet: ${options.method}`)
}
