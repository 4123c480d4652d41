/**
 * A configuration from a connection string: `postgres://monitor:secret@db1:5432,db2:5432/app?max_lag=200ms`, or `mysql://` and `mariadb://`
 * likewise. Every key of a cluster can be given as an option (`pool.size=40`); libpq's `sslmode` and `sslrootcert` and MySQL's `ssl-mode`
 * and `ssl-ca` mean what they mean there.
 */
import { ENGINES, type EngineName, engineOfScheme } from './engines.ts'
import { type Loaded, validate } from './load.ts'
import type { Problem } from './problems.ts'

export interface CommandLine {
  readonly url: string
  /** Empty for the engine's default. */
  readonly listen: readonly string[]
  /** The admin address, `off`, or undefined for the default. */
  readonly admin?: string | undefined
  readonly pretty: boolean
}

/** The one cluster's name in metrics and the API. */
const CLUSTER = 'main'

/** As libpq and as MySQL's clients spell them. */
const SSL_MODES: Readonly<Record<string, string>> = {
  allow: 'prefer',
  disabled: 'disable',
  preferred: 'prefer',
  required: 'require',
  verify_ca: 'verify-ca',
  verify_identity: 'verify-full',
}
const SSL_MODE_OPTIONS = new Set(['sslmode', 'ssl-mode'])
const SSL_CA_OPTIONS = new Set(['sslrootcert', 'ssl-ca'])

const problem = (wrong: string, right: string): Problem => ({ where: 'command line', key: '', wrong, right })
const failed = (wrong: string, right: string): Loaded => ({ ok: false, problems: [problem(wrong, right)] })

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** `pool.size` and its value into nested sections; false when the key is not of that form or goes through something that is no section. */
function assign(target: Record<string, unknown>, key: string, value: string): boolean {
  if (!/^[a-z][a-z_]*(\.[a-z][a-z_]*)*$/.test(key)) return false
  const parts = key.split('.')
  let section = target
  for (const part of parts.slice(0, -1)) {
    if (!Object.hasOwn(section, part)) section[part] = {}
    const next = section[part]
    if (typeof next !== 'object' || next === null || Array.isArray(next)) return false
    section = next as Record<string, unknown>
  }
  section[parts.at(-1)!] = value
  return true
}

const FORMS = `write ${Object.values(ENGINES)
  .map(({ url }) => url)
  .join(' or ')}`

/** Puts the options into the cluster. `given`: keys that the rest of the command line has given already, and where. */
function assignAll(cluster: Record<string, unknown>, query: string, given: Map<string, string>): Problem[] {
  const problems: Problem[] = []
  for (const [name, text] of new URLSearchParams(query)) {
    const [key, value] = optionOf(name, text)
    const before = given.get(key)
    if (before !== undefined) problems.push(problem(`the option ${name} is given twice`, `${before} says it already`))
    else if (!assign(cluster, key, value)) {
      problems.push(problem(`the option ${name} cannot be given here`, 'write a configuration file for that'))
    } else given.set(key, `another ${name}`)
  }
  return problems
}

/** The key that an option stands for, and its value. */
function optionOf(name: string, value: string): [key: string, value: string] {
  if (SSL_MODE_OPTIONS.has(name)) return ['server_tls.mode', SSL_MODES[value.toLowerCase()] ?? value]
  return [SSL_CA_OPTIONS.has(name) ? 'server_tls.ca' : name, value]
}

interface Parts {
  readonly engine: EngineName
  readonly user: string
  readonly password: string
  readonly database: string
  readonly hosts: string
  readonly query: string
}

/** The parts of a connection string, decoded, or why it is none. */
function partsOf(url: string): Parts | Loaded {
  const match = /^([A-Za-z]+):\/\/(?:([^:@/?]*)(?::([^@/?]*))?@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url)
  if (!match) return failed('is not a connection string', FORMS)
  const [, scheme = '', rawUser, rawPassword, hosts = '', rawDatabase, query = ''] = match
  const engine = engineOfScheme(scheme)
  if (engine === undefined) return failed(`${scheme}:// is not known`, FORMS)
  const [user, password, database] = [rawUser, rawPassword, rawDatabase].map((part) => decode(part ?? ''))
  if (user == null || password == null || database == null) {
    return failed('holds a % that is not followed by two hexadecimal digits', 'write a % itself as %25')
  }
  return { engine, user, password, database, hosts, query }
}

export function fromCommandLine({ url, listen, admin, pretty }: CommandLine): Loaded {
  const parts = partsOf(url)
  if ('ok' in parts) return parts
  const { engine, user, password, database, hosts, query } = parts
  const monitor: Record<string, unknown> = { password }
  if (user !== '') monitor.user = user
  // PostgreSQL cannot log in without one. MySQL can, and its monitor needs no right on the application's database.
  if (database !== '' && engine === 'postgres') monitor.database = database
  const cluster: Record<string, unknown> = {
    engine,
    listen: listen.length === 0 ? [ENGINES[engine].listen] : listen,
    monitor,
  }
  if (hosts !== '') cluster.servers = hosts.split(',').map((host) => decode(host) ?? host)
  const given = new Map([['engine', 'the scheme']])
  if (listen.length > 0) given.set('listen', '--listen')
  // The monitor may live in another database than the one that the application's connection strings name.
  const named = { 'monitor.user': user, 'monitor.password': password, servers: hosts }
  for (const [key, value] of Object.entries(named)) if (value) given.set(key, 'the connection string')
  const problems = assignAll(cluster, query, given)
  if (problems.length > 0) return { ok: false, problems }
  const data = {
    clusters: { [CLUSTER]: cluster },
    ...(admin === undefined ? {} : { admin: admin === 'off' ? 'off' : { listen: admin } }),
    log: { pretty },
  }
  return validate(data, process.cwd(), { where: () => 'command line', source: () => null })
}
