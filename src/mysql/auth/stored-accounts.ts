/**
 * MariaDB's own accounts, read through the monitor's at every login: SHA1(SHA1(password)) and the client's proof give the key for the servers.
 * Which account it is goes by Freshet's own host as the servers see it (manual, "CREATE USER", account names): the most specific host first.
 */
import type { Failure } from '../../dialect.ts'
import { loginFailure } from './failures.ts'
import { parseNativeHash } from './native.ts'
import type { StoredAccount } from './types.ts'

type Row = readonly (string | null)[]

export interface StoredAccountsOptions {
  /** Runs one query through the monitor's account. Rejects with an error when the server refuses. */
  readonly run: (sql: string, parameters: readonly unknown[]) => Promise<readonly Row[]>
  /** ms since 1970. */
  readonly clock: () => number
}

/** `Priv` as text, since drivers may take JSON apart. USER() shows the host that the server has for Freshet. */
const LOOKUP = `SELECT SUBSTRING_INDEX(USER(), '@', -1), Host, User, CONCAT(Priv, '') FROM mysql.global_priv WHERE User IN (?, '')`

/** What a row of mysql.global_priv says, as far as it matters here. */
interface Priv {
  readonly plugin?: string
  readonly authentication_string?: string
  readonly auth_or?: readonly { readonly plugin?: string; readonly authentication_string?: string }[]
  readonly account_locked?: boolean
  readonly is_role?: boolean
  /** Seconds since 1970; 0: PASSWORD EXPIRE. */
  readonly password_last_changed?: number
  /** Days; 0: never; -1 or absent: the server's default. */
  readonly password_lifetime?: number
}

interface Candidate {
  readonly host: string
  readonly user: string
  readonly priv: Priv
  readonly match: 'yes' | 'maybe'
}

/** Looks one user up. Never rejects: what goes wrong is a Failure. */
export function createStoredAccounts({
  run,
  clock,
}: StoredAccountsOptions): (user: string) => Promise<StoredAccount | Failure> {
  return async (user) => {
    let rows: readonly Row[]
    try {
      rows = await run(LOOKUP, [user])
    } catch (error) {
      return lookupFailure(error)
    }
    return account(chooseAccount(rows), clock())
  }
}

const UNKNOWN: StoredAccount = { nativeHash: null, afterAuth: null, unusable: null, doubtful: false }

/** The row that the server would take for a client that comes from `host`, which is the first column of each row; null: none. */
export function chooseAccount(rows: readonly Row[]): Candidate | null {
  const candidates: Candidate[] = []
  for (const [from, pattern, user, text] of rows) {
    const priv = parsePriv(text ?? '')
    const match = hostMatches(pattern ?? '', from ?? '')
    if (priv === null || priv.is_role === true || match === 'no') continue
    candidates.push({ host: pattern ?? '', user: user ?? '', priv, match })
  }
  // A sure match first: one by an address that is not known here only where there is no other.
  const rank = (one: Candidate): number => (one.match === 'yes' ? 1000 : 0) + specificity(one.host)
  const better = (one: Candidate, other: Candidate): number =>
    rank(other) - rank(one) || other.user.length - one.user.length
  return candidates.sort(better)[0] ?? null
}

function parsePriv(text: string): Priv | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? (value as Priv) : null
  } catch {
    return null
  }
}

/** How the server sorts host patterns: those without a wildcard first, else by how far the first wildcard stands. */
function specificity(pattern: string): number {
  const wildcard = pattern.search(/[%_]/)
  if (pattern === '') return 0
  return wildcard < 0 ? 255 : wildcard
}

const ADDRESS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

/** `maybe`: the pattern is one of addresses, and the server knows the host by its name, so its address is not known here. */
export function hostMatches(pattern: string, host: string): 'yes' | 'no' | 'maybe' {
  const netmask = /^([\d.]+)\/([\d.]+)$/.exec(pattern)
  const named = !ADDRESS.test(host) && !host.includes(':')
  if (netmask) {
    if (named) return 'maybe'
    const [address, network, mask] = [ipNumber(host), ipNumber(netmask[1]!), ipNumber(netmask[2]!)]
    if (address === null || network === null || mask === null) return 'no'
    return (address & mask) === network ? 'yes' : 'no'
  }
  if (pattern === '' || likeToRegExp(pattern).test(host)) return 'yes'
  return named && /^[\d.:%_]*\d[\d.:%_]*$/.test(pattern) ? 'maybe' : 'no'
}

function ipNumber(text: string): number | null {
  const parts = ADDRESS.exec(text)
  if (!parts) return null
  return parts.slice(1).reduce((sum, part) => (sum << 8) | Number(part), 0)
}

function likeToRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\\?[\s\S]/g, (one) => {
    if (one === '%') return '.*'
    if (one === '_') return '.'
    return one.at(-1)!.replace(/[.*+?^${}()|[\]\\/]/, '\\$&')
  })
  return new RegExp(`^${source}$`, 'i')
}

const DAY_MS = 86_400_000

function account(found: Candidate | null, clock: number): StoredAccount {
  if (found === null) return UNKNOWN
  const { priv, host, user, match } = found
  const hash = nativeHashOf(priv)
  const doubtful = match === 'maybe'
  if (hash === null) {
    const message =
      `account '${user}'@'${host}' proves itself by ${priv.plugin ?? 'another plugin'}, from which Freshet gets no key for the servers: ` +
      "give it mysql_native_password, or list it in Freshet's auth.users"
    return { ...UNKNOWN, doubtful, unusable: loginFailure(1251, '08004', message) }
  }
  return { nativeHash: hash, afterAuth: afterAuth(priv, clock), unusable: null, doubtful }
}

/** Of several plugins (`IDENTIFIED VIA a OR b`; an empty entry stands for the first) the native one is the one to use. null: there is none. */
function nativeHashOf(priv: Priv): Buffer | null {
  for (const one of [priv, ...(priv.auth_or ?? [])]) {
    if ((one.plugin ?? '') !== 'mysql_native_password') continue
    const hash = parseNativeHash(one.authentication_string ?? '')
    if (hash !== null) return hash
  }
  // Without any plugin (accounts of the installation): no password.
  return priv.plugin === undefined && priv.auth_or === undefined
    ? parseNativeHash(priv.authentication_string ?? '')
    : null
}

/** What the server checks once the client has proved who it is. */
function afterAuth(priv: Priv, clock: number): Failure | null {
  if (priv.account_locked === true) return loginFailure(4151, 'HY000', 'Access denied, this account is locked')
  const changed = priv.password_last_changed
  const lifetime = priv.password_lifetime ?? -1
  const expired = changed === 0 || (changed !== undefined && lifetime > 0 && clock > changed * 1000 + lifetime * DAY_MS)
  if (!expired) return null
  return loginFailure(
    1862,
    'HY000',
    'Your password has expired. To log in you must change it using a client that supports expired passwords.',
  )
}

/** ER_DBACCESS_DENIED_ERROR, ER_TABLEACCESS_DENIED_ERROR, ER_COLUMNACCESS_DENIED_ERROR. */
const DENIED = new Set<unknown>([1044, 1142, 1143])

/**
 * Not 1045: that would tell a client whose password may well be right that it is wrong. Of a missing right the client is told no more than
 * who has to mend it; the server's words, which name the monitor's account, are for the log.
 */
function lookupFailure(error: unknown): Failure {
  const { number } = Object(error) as { number?: unknown }
  const reason = error instanceof Error ? error.message : String(error)
  const message = DENIED.has(number)
    ? "the monitor's account may not read the servers' accounts (GRANT SELECT ON mysql.* TO it, or use auth.users)"
    : `the account could not be looked up: ${reason}`
  return loginFailure(1105, 'HY000', message)
}
