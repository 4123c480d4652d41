import type { Failure } from '../../dialect.ts'

/** With what Freshet logs in to a server for its client: the outcome of the client's own authentication. */
export type ServerSecret =
  /** No password: an account without one, or `trust`. */
  | { readonly kind: 'none' }
  /** The password's bytes as the client sent them. */
  | { readonly kind: 'password'; readonly password: Buffer }
  /** SHA1(password), recovered from a client's proof and the stored double hash: enough for `mysql_native_password`. */
  | { readonly kind: 'native-key'; readonly key: Buffer }

/** The plugins that a client can be asked for. */
export type ClientPlugin = 'caching_sha2_password' | 'mysql_native_password' | 'client_ed25519'

/** What the authenticator of a client wants next. */
export type AuthStep =
  /** The payload of the next packet for the client, which answers it. */
  | { readonly kind: 'send'; readonly payload: Buffer }
  /** `unproved`: only a login to the primary shows whether it is right. `farewell`: payload to be sent right before the OK packet. */
  | {
      readonly kind: 'done'
      readonly secret: ServerSecret
      readonly unproved: boolean
      readonly farewell?: Buffer
    }
  /** Wrong password, unknown user: one and the same answer. */
  | { readonly kind: 'denied' }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** One account as the servers have it (MariaDB). */
export interface StoredAccount {
  /** SHA1(SHA1(password)); empty: no password. null: nobody of that name may come from Freshet's host. */
  readonly nativeHash: Buffer | null
  /** Told only after the proof: locked, expired. */
  readonly afterAuth: Failure | null
  /** Another plugin than mysql_native_password: nothing can be proved with what is stored. */
  readonly unusable: Failure | null
  /** It is not sure that this is the account that the server would take (it knows the host by another name). */
  readonly doubtful: boolean
}

/** By what clients are proved. */
export type Credentials =
  /** `auth.users`. null: no such user. */
  | { readonly kind: 'users'; password(user: string): Buffer | null }
  /** MySQL: the servers decide; a password that they took lately is recognised. */
  | { readonly kind: 'servers'; readonly cache: PasswordCache }
  /** MariaDB: stored double hashes. Never rejects. */
  | { readonly kind: 'stored'; lookup(user: string): Promise<StoredAccount | Failure> }
  | { readonly kind: 'trust' }

/** Passwords that servers have accepted, so that their owners need not send them again (the fast exchange of caching_sha2_password). */
export interface PasswordCache {
  /** The password of the user whose scramble of `nonce` this is; null: unknown user, another password. Says nothing about who is refused. */
  recognise(user: string, nonce: Buffer, scramble: Buffer): Buffer | null
  /** A server has let this user in with this password. */
  proved(user: string, password: Buffer): void
  /** A server has refused this password (1045): it is forgotten, unless another one has taken its place. */
  refused(user: string, password: Buffer): void
  clear(): void
}
