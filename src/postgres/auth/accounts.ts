import type { Failure } from '../../dialect.ts'
import { credentialFromConfigured, credentialFromStored } from './credential.ts'
import { fatal } from './failures.ts'
import { parseVerifier } from './scram.ts'
import type { Credential } from './types.ts'

type Row = readonly (string | null)[]

export interface AccountsOptions {
  /** From the configuration; passwords are plain or verifiers (`SCRAM-SHA-256$...`, `md5...`). Empty: the servers' own accounts. */
  readonly users: readonly { readonly name: string; readonly password: string }[]
  /** `auth.query`: returns one row (name, verifier) for $1 = user name; null: pg_authid. */
  readonly query: string | null
  /** Runs one query through the monitor's account. Rejects with an error that has a `code` when the server refuses. */
  readonly run: (sql: string, parameters: readonly unknown[]) => Promise<readonly Row[]>
  /** `auth.method: trust`: verifiers are not needed, so none are asked for. */
  readonly trust?: boolean
}

/** What one login needs to know. */
export interface Account {
  /** For createClientAuth. null: unknown user, no password, expired password. */
  readonly credential: Credential | null
  /** For createClientAuth: how to ask an unknown user when the method is md5, so that he looks like the others. */
  readonly unknownAs: 'scram-sha-256' | 'md5'
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
  const { users, query, run, trust = false } = options
  const configured = new Map(users.map(({ name, password }) => [name, password]))
  const credentials = new Map<string, Promise<Credential>>()
  const fromServer = users.length === 0 && !trust
  const sql = lookupSql(fromServer, query)
  const unknownAs = users.some(({ password }) => parseVerifier(password) === null) ? 'md5' : 'scram-sha-256'

  /** A verifier is made of a plain password once, so that its user always sees the same salt. */
  function configuredCredential(user: string): Promise<Credential> | null {
    const password = configured.get(user)
    if (password === undefined) return null
    let credential = credentials.get(user)
    if (credential === undefined) {
      credential = credentialFromConfigured(password)
      credentials.set(user, credential)
    }
    return credential
  }

  async function account(user: string, database: string): Promise<Account> {
    const parameters = fromServer && query !== null ? [user, database, user] : [user, database]
    const rows = await run(sql, parameters)
    const row = rows[0]
    if (row === undefined) throw new Error('the query returned no row')
    const expired = isTrue(row[EXPIRED])
    const credential = fromServer ? credentialFromStored(row[VERIFIER] ?? null) : await configuredCredential(user)
    return {
      // An expired password counts only where one is asked for.
      credential: expired && !trust ? null : credential,
      unknownAs,
      afterAuth: afterAuth(row, user, database),
    }
  }

  return {
    async lookup(user, database) {
      try {
        return await account(user, database)
      } catch (error) {
        return lookupFailure(error, user, fromServer, query)
      }
    },
  }
}

/** Columns of the look-up's one row. */
const [VERIFIER, CAN_LOGIN, EXPIRED, DATABASE, INVALID, ALLOWS, MAY_CONNECT] = [0, 1, 2, 3, 4, 5, 6]
const isTrue = (value: string | null | undefined): boolean => value === 't' || value === 'true'

/**
 * One statement that always returns one row. Names are cast to `name`, which cuts them at 63 bytes like the server does with those of
 * a start-up message. The parameter of `auth.query` stands apart from them, since its type is what that query makes of it.
 */
function lookupSql(fromServer: boolean, query: string | null): string {
  const verifiers =
    query === null
      ? 'LEFT JOIN (SELECT oid, rolpassword AS verifier FROM pg_catalog.pg_authid) AS stored ON stored.oid = account.oid'
      : `LEFT JOIN (\n${query.replace(/;\s*$/, '')}\n) AS stored(name, verifier) ON true`
  const [user, database] = fromServer && query !== null ? ['$3', '$2'] : ['$1', '$2']
  return `SELECT ${fromServer ? 'stored.verifier' : 'NULL'}::text,
 account.rolcanlogin::text, (account.rolvaliduntil < pg_catalog.now())::text,
 base.datname::text, (base.datconnlimit = -2)::text, base.datallowconn::text,
 pg_catalog.has_database_privilege(account.oid, base.oid, 'CONNECT')::text
FROM (SELECT 1) AS always
LEFT JOIN pg_catalog.pg_roles AS account ON account.rolname = ${user}::pg_catalog.name
LEFT JOIN pg_catalog.pg_database AS base ON base.datname = ${database}::pg_catalog.name
${fromServer ? verifiers : ''}`
}

/** What the server checks once the client has proved who it is, in its order (InitializeSessionUserId, InitPostgres, CheckMyDatabase). */
function afterAuth(row: Row, user: string, database: string): Failure | null {
  if (row[CAN_LOGIN] === null) return fatal('28000', `role "${user}" does not exist`)
  if (!isTrue(row[CAN_LOGIN])) return fatal('28000', `role "${user}" is not permitted to log in`)
  if (row[DATABASE] === null) return fatal('3D000', `database "${database}" does not exist`)
  if (isTrue(row[INVALID])) {
    const hint = 'Use DROP DATABASE to drop invalid databases.'
    return fatal('55000', `cannot connect to invalid database "${database}"`, undefined, hint)
  }
  if (!isTrue(row[ALLOWS])) return fatal('55000', `database "${database}" is not currently accepting connections`)
  if (!isTrue(row[MAY_CONNECT])) {
    return fatal('42501', `permission denied for database "${database}"`, 'User does not have CONNECT privilege.')
  }
  return null
}

function lookupFailure(error: unknown, user: string, fromServer: boolean, query: string | null): Failure {
  const reason = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === '42501' && fromServer) {
    const hint =
      query === null
        ? "Run GRANT SELECT ON pg_authid for the monitor's account in the monitor's database, or set auth.query to a query or function that it may use."
        : "Grant the monitor's account the right to run auth.query."
    return fatal('42501', "the monitor's account may not read password verifiers", reason, hint)
  }
  return fatal('08006', `the account of user "${user}" could not be looked up`, reason)
}
