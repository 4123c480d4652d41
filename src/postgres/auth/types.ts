import type { Failure } from '../../dialect.ts'

/** What a server keeps of a SCRAM password: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`. */
export interface ScramVerifier {
  readonly iterations: number
  readonly salt: Buffer
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** What is known about a client's password. */
export type Credential =
  /** A plain password from the configuration. `verifier` is made from it once (see `credentialFrom`), so that its salt is stable. */
  | { readonly kind: 'password'; readonly password: string; readonly verifier: ScramVerifier }
  | { readonly kind: 'scram'; readonly verifier: ScramVerifier }
  /** `hash` as in pg_authid: `md5` and 32 hexadecimal digits. */
  | { readonly kind: 'md5'; readonly hash: string }

/** With what Freshet logs in to a server for its client: the outcome of the client's own authentication. */
export type ServerSecret =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly password: string }
  | ({ readonly kind: 'scram-keys'; readonly clientKey: Buffer } & ScramVerifier)
  | { readonly kind: 'md5-hash'; readonly hash: string }

/** What the authenticator of a client wants next. A failure ends the connection; `done` ends the exchange with success. */
export interface AuthStep {
  /** Complete protocol messages for the client, type byte and length included; never AuthenticationOk. */
  readonly send?: Buffer
  readonly done?: ServerSecret
  readonly failure?: Failure
}

/** What to do with an authentication request of a server. */
export type AuthReply =
  /** `send` holds complete messages; absent: nothing to send, wait for the server. */
  | { readonly send?: Buffer; readonly ok?: undefined; readonly failure?: undefined }
  /** AuthenticationOk: logged in. */
  | { readonly ok: true; readonly send?: undefined; readonly failure?: undefined }
  /** `verifierChanged`: the password was changed on that server since the keys were recovered; the client has to prove its password again. */
  | {
      readonly failure: Failure
      readonly verifierChanged?: boolean
      readonly send?: undefined
      readonly ok?: undefined
    }

/** Random bytes; injected by tests. */
export type RandomBytes = (size: number) => Buffer
