/** The answers of the HTTP API: plain data, no sockets. */
import type { Metrics } from '../observe/metrics.ts'
import { summaryOf } from '../routing/observe.ts'
import { stalenessMs } from './gauges.ts'
import type { RunningCluster } from './view.ts'

/** Rows of one answer when the request names no other number. */
const ROWS = 200
const ROWS_MAX = 10_000
/** A statement to be explained must fit into a request line anyway. */
const SQL_LENGTH_MAX = 8000

export interface Answer {
  readonly status: number
  readonly body: unknown
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const bad = (status: number, error: string): Answer => ({ status, body: { error } })

/** JSON knows no Infinity: null says that nothing is proved. */
const finite = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : Math.round(value * 1000) / 1000

export function servers(clusters: readonly RunningCluster[], metrics: Metrics): Answer {
  const body = clusters.map((cluster) => {
    const view = cluster.view()
    const { snapshot, now } = view
    const counts = metrics.cluster(cluster.name)
    return {
      cluster: cluster.name,
      mode: view.mode,
      addresses: cluster.addresses,
      ready: view.ready,
      epoch: snapshot.epoch,
      primary: snapshot.servers.find(({ id }) => id === snapshot.primary)?.name ?? null,
      primary_problem: snapshot.primaryProblem,
      clients: view.clients,
      pools: view.pools,
      statements: counts.totals(),
      observed: summaryOf(counts.observations()),
      servers: snapshot.servers.map((server) => ({
        name: server.name,
        address: server.address,
        role: server.role,
        up: server.up,
        weight: server.weight,
        zone: server.zone,
        staleness_ms: finite(stalenessMs(server, now)),
        ineligible: server.ineligible,
        clock_agrees: server.clockAgrees,
        statements: counts.ranOn(server.id),
      })),
    }
  })
  return ok({ clusters: body })
}

function rowsWanted(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? ROWS)
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, ROWS_MAX) : ROWS
}

export function sessions(clusters: readonly RunningCluster[], query: URLSearchParams): Answer {
  const limit = rowsWanted(query)
  return ok({
    clusters: clusters.map((cluster) => ({ cluster: cluster.name, sessions: cluster.view().sessions(limit) })),
  })
}

export function digests(clusters: readonly RunningCluster[], query: URLSearchParams): Answer {
  const limit = rowsWanted(query)
  return ok({
    clusters: clusters.map((cluster) => ({ cluster: cluster.name, digests: cluster.view().digests(limit) })),
  })
}

export async function explain(clusters: readonly RunningCluster[], query: URLSearchParams): Promise<Answer> {
  const names = clusters.map(({ name }) => name)
  const wanted = query.get('cluster') ?? (names.length === 1 ? names[0] : null)
  const sql = query.get('sql') ?? ''
  if (sql === '') return bad(400, 'name the statement: /api/v1/explain?cluster=NAME&sql=SELECT...')
  if (sql.length > SQL_LENGTH_MAX) return bad(400, `the statement is longer than ${SQL_LENGTH_MAX} characters`)
  if (wanted === null) return bad(400, `name the cluster: ${names.join(', ')}`)
  const cluster = clusters.find(({ name }) => name === wanted)
  if (!cluster) return bad(404, `there is no cluster ${JSON.stringify(wanted)}; there are: ${names.join(', ')}`)
  const rows = await cluster.explain(sql)
  return ok({ cluster: cluster.name, sql, rows: rows.map(([fact, value]) => ({ fact, value })) })
}

/** Whether every cluster can serve something. */
export function ready(clusters: readonly RunningCluster[]): Answer {
  const states = clusters.map((cluster) => ({ cluster: cluster.name, ...cluster.view().ready }))
  return { status: states.every((state) => state.ok) ? 200 : 503, body: { clusters: states } }
}
