import type { Failure } from '../../dialect.ts'
import type { Credential } from './types.ts'

export interface AccountsOptions {
  /** From the configuration; passwords are plain or verifiers (`SCRAM-SHA-256$...`, `md5...`). Empty: the servers' own accounts. */
  readonly users: readonly { readonly name: string; readonly password: string }[]
  /** `auth.query`: returns one row (name, verifier) for $1 = user name; null: pg_authid. */
  readonly query: string | null
  /** Runs one query through the monitor's account. Rejects with an error that has a `code` when the server refuses. */
  readonly run: (sql: string, parameters: readonly unknown[]) => Promise<readonly (readonly (string | null)[])[]>
  /** `auth.method: trust`: verifiers are not needed, so none are asked for. */
  readonly trust?: boolean
}

/** What one login needs to know. */
export interface Account {
  /** For createClientAuth. null: unknown user, no password, expired password. */
  readonly credential: Credential | null
  /** To be reported only after the client has proved who it is: NOLOGIN, no such database, no CONNECT privilege ... */
  readonly afterAuth: Failure | null
}

export interface Accounts {
  /** One round trip through the monitor. A Failure means that the account could not be looked up. Never rejects. */
  lookup(user: string, database: string): Promise<Account | Failure>
}

/** Tells the two results of `lookup` apart. */
export const isFailure = (result: Account | Failure): result is Failure => 'code' in result

export function createAccounts(options: AccountsOptions): Accounts {
  throw new Error(`not written yet: ${options.users.length}`)
}
