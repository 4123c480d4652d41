/** What the metrics ask of a cluster at each scrape, taken from its view. */
import type { GaugeSources } from '../observe/metrics.ts'
import type { ClusterView } from './view.ts'

/** How old a server's data may be, in milliseconds; null for what is no replica, Infinity when nothing is proved. */
export function stalenessMs(server: ClusterView['snapshot']['servers'][number], now: number): number | null {
  if (server.role !== 'replica') return null
  return server.up && server.ineligible === null ? Math.max(0, now - server.horizon) : Number.POSITIVE_INFINITY
}

export function gaugesFrom(view: () => ClusterView): GaugeSources {
  return {
    clientConnections: () => view().clients,
    serverNames: () => view().snapshot.servers.map(({ name }) => name),
    servers() {
      const { snapshot, now } = view()
      return snapshot.servers.map((server) => {
        const age = stalenessMs(server, now)
        const { name, role, up } = server
        return { server: name, role, up, stalenessSeconds: age === null ? null : age / 1000 }
      })
    },
    serverConnections() {
      const counts = new Map<string, { server: string; state: string; count: number }>()
      for (const pool of view().pools) {
        for (const state of ['idle', 'busy', 'connecting'] as const) {
          const key = `${pool.server} ${state}`
          const before = counts.get(key)?.count ?? 0
          counts.set(key, { server: pool.server, state, count: before + pool[state] })
        }
      }
      return counts.values()
    },
    laneDepths() {
      const { pools, snapshot } = view()
      return snapshot.servers.map(({ name }) => {
        const its = pools.filter(({ server }) => server === name)
        const lanes = its.reduce((sum, pool) => sum + pool.lanes, 0)
        const riders = its.reduce((sum, pool) => sum + pool.riders, 0)
        return { server: name, depth: lanes === 0 ? 0 : riders / lanes }
      })
    },
    pinnedSessions() {
      const counts = new Map<string, number>()
      for (const { pinned } of view().sessions(Number.POSITIVE_INFINITY)) {
        if (pinned !== null) counts.set(pinned, (counts.get(pinned) ?? 0) + 1)
      }
      return [...counts].map(([cause, count]) => ({ cause, count }))
    },
  }
}
