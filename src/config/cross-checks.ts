/**
 * What no single field can know: names and addresses that are there twice, names that cannot be used. They look at the data as it was
 * written, not at what the schema made of it, so that they speak up even when other fields are wrong.
 */
import { ENGINES, engineOfSection } from './engines.ts'
import type { Address } from './types.ts'
import { formatAddress, parseAddress } from './values.ts'

/** Something wrong at a place of the configuration. */
export interface Issue {
  readonly path: readonly (string | number)[]
  readonly wrong: string
  readonly right: string
  /** The key itself is wrong, not its value. */
  readonly atKey?: boolean
}

const CLUSTER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const addressOf = (raw: unknown, defaultPort?: number): string | undefined => {
  const options = defaultPort === undefined ? { anyPort: true } : { defaultPort }
  const address: Address | undefined = typeof raw === 'string' ? parseAddress(raw, options) : undefined
  return address && formatAddress(address)
}

function serverIssues(name: string, cluster: Record<string, unknown>): Issue[] {
  const { servers } = cluster
  const { port } = ENGINES[engineOfSection(cluster) ?? 'postgres']
  if (!Array.isArray(servers)) return []
  const issues: Issue[] = []
  const seen = new Map<string, number>()
  for (const [index, raw] of servers.entries()) {
    const address = addressOf(isRecord(raw) ? raw.address : raw, port)
    const names = [address && `address ${address}`, isRecord(raw) && raw.name ? `name ${raw.name}` : undefined]
    for (const known of names) {
      if (known === undefined) continue
      const first = seen.get(known)
      if (first === undefined) seen.set(known, index)
      else {
        const right = `each server once, and each name once: server ${first + 1} of this list has the ${known} already`
        issues.push({ path: ['clusters', name, 'servers', index], wrong: 'is there twice', right })
      }
    }
  }
  return issues
}

/** The second one would silently win. */
function userIssues(name: string, { auth }: Record<string, unknown>): Issue[] {
  if (!isRecord(auth) || !Array.isArray(auth.users)) return []
  const issues: Issue[] = []
  const seen = new Map<string, number>()
  for (const [index, user] of auth.users.entries()) {
    if (!isRecord(user) || user.name === undefined) continue
    const known = String(user.name)
    const first = seen.get(known)
    if (first === undefined) seen.set(known, index)
    else {
      const right = `each user once, with one password: user ${first + 1} of this list has that name already`
      issues.push({ path: ['clusters', name, 'auth', 'users', index, 'name'], wrong: 'is there twice', right })
    }
  }
  return issues
}

function listenIssues(data: Record<string, unknown>): Issue[] {
  const issues: Issue[] = []
  const seen = new Map<string, string>()
  const see = (path: (string | number)[], raw: unknown) => {
    const address = addressOf(raw)
    if (address === undefined || address.endsWith(':0')) return
    const first = seen.get(address)
    if (first === undefined) seen.set(address, path.join('.'))
    else issues.push({ path, wrong: 'is taken', right: `${first} listens there already` })
  }
  for (const [name, cluster] of Object.entries(isRecord(data.clusters) ? data.clusters : {})) {
    if (!isRecord(cluster)) continue
    const { listen } = cluster
    if (Array.isArray(listen)) {
      for (const [index, raw] of listen.entries()) see(['clusters', name, 'listen', index], raw)
    } else see(['clusters', name, 'listen'], listen)
  }
  if (isRecord(data.admin)) see(['admin', 'listen'], data.admin.listen)
  return issues
}

export function crossIssues(data: unknown): Issue[] {
  if (!isRecord(data)) return []
  const issues = listenIssues(data)
  if (!isRecord(data.clusters)) return issues
  if (Object.keys(data.clusters).length === 0) {
    issues.push({ path: ['clusters'], wrong: 'is empty', right: 'name at least one cluster, for example `shop:`' })
  }
  for (const [name, cluster] of Object.entries(data.clusters)) {
    if (!CLUSTER_NAME.test(name)) {
      const right = 'letters, digits, - and _, beginning with a letter or a digit, at most 63'
      issues.push({ path: ['clusters', name], wrong: 'is not a name for a cluster', right, atKey: true })
    }
    if (isRecord(cluster)) issues.push(...serverIssues(name, cluster), ...userIssues(name, cluster))
  }
  return issues
}
