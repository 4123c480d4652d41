/**
 * A configuration from a connection string: `postgres://monitor:secret@db1:5432,db2:5432/app?max_lag=200ms`. Every key of a cluster can
 * be given as an option (`pool.size=40`), and libpq's `sslmode` and `sslrootcert` mean what they mean there.
 */
import { type Loaded, validate } from './load.ts'

export interface CommandLine {
  readonly url: string
  readonly listen: readonly string[]
  /** The admin address, `off`, or undefined for the default. */
  readonly admin?: string | undefined
  readonly pretty: boolean
}

/** The one cluster's name in metrics and the API. */
const CLUSTER = 'main'

const SSL_MODES: Readonly<Record<string, string>> = { allow: 'prefer' }

const failed = (wrong: string, right: string): Loaded => ({
  ok: false,
  problems: [{ where: 'command line', key: '', wrong, right }],
})

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

const FORM = "'postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?OPTION=VALUE'"

export function fromCommandLine({ url, listen, admin, pretty }: CommandLine): Loaded {
  const match = /^([A-Za-z]+):\/\/(?:([^:@/?]*)(?::([^@/?]*))?@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url)
  if (!match) return failed('is not a connection string', `write ${FORM}`)
  const [, scheme, rawUser, rawPassword, hosts, rawDatabase, query] = match
  if (scheme === 'mysql') return failed('mysql:// is not in this version yet', 'only postgres:// works so far')
  if (scheme !== 'postgres' && scheme !== 'postgresql') return failed(`${scheme}:// is not known`, `write ${FORM}`)
  const [user, password, database] = [rawUser, rawPassword, rawDatabase].map((part) => decode(part ?? ''))
  if (user == null || password == null || database == null) {
    return failed('holds a % that is not followed by two hexadecimal digits', 'write a % itself as %25')
  }
  const monitor: Record<string, unknown> = { password }
  if (user !== '') monitor.user = user
  if (database !== '') monitor.database = database
  const cluster: Record<string, unknown> = { engine: 'postgres', listen, monitor }
  if (hosts !== undefined && hosts !== '') cluster.servers = hosts.split(',').map((host) => decode(host) ?? host)
  for (const [key, value] of new URLSearchParams(query ?? '')) {
    const known =
      key === 'sslmode'
        ? assign(cluster, 'server_tls.mode', SSL_MODES[value] ?? value)
        : assign(cluster, key === 'sslrootcert' ? 'server_tls.ca' : key, value)
    if (!known) return failed(`the option ${key} cannot be given here`, 'write a configuration file for that')
  }
  const data = {
    clusters: { [CLUSTER]: cluster },
    ...(admin === undefined ? {} : { admin: admin === 'off' ? 'off' : { listen: admin } }),
    log: { pretty },
  }
  return validate(data, process.cwd(), { where: () => 'command line', source: () => null })
}
