/** What a reload cannot change while Freshet runs. Everything else is applied by the running parts. */
import { isDeepStrictEqual } from 'node:util'
import type { ClusterConfig, Config } from './types.ts'

/** Keys of a cluster whose change needs a restart, as the file spells them. */
export function clusterNeedsRestart(before: ClusterConfig, after: ClusterConfig): string[] {
  const places = ({ servers }: ClusterConfig) => servers.map(({ name, address }) => ({ name, address }))
  const changed: [string, unknown, unknown][] = [
    ['engine', before.engine, after.engine],
    ['listen', before.listen, after.listen],
    ['servers', places(before), places(after)],
    ['monitor', before.monitor, after.monitor],
    ['auth.method', before.auth.method, after.auth.method],
    ['server_tls', before.serverTls, after.serverTls],
    ['limits.digests', before.limits.digests, after.limits.digests],
    ['limits.causal_keys', before.limits.causalKeys, after.limits.causalKeys],
  ]
  return changed
    .filter(([, old, fresh]) => !isDeepStrictEqual(old, fresh))
    .map(([key]) => `clusters.${before.name}.${key}`)
}

/** Keys outside the clusters, and clusters that came or went. */
export function configNeedsRestart(before: Config, after: Config): string[] {
  const keys: string[] = []
  const names = (config: Config) => config.clusters.map(({ name }) => name)
  for (const name of names(before)) if (!names(after).includes(name)) keys.push(`clusters.${name} (removed)`)
  for (const name of names(after)) if (!names(before).includes(name)) keys.push(`clusters.${name} (added)`)
  if (before.workers !== after.workers) keys.push('workers')
  if (!isDeepStrictEqual(before.admin, after.admin)) keys.push('admin')
  if (!isDeepStrictEqual(before.log, after.log)) keys.push('log')
  return keys
}
