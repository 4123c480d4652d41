/** The servers that everything is measured against: those of the demo and the tests, with memory for the whole data. */
import { startFleet } from '../src/cli/demo/local-postgres.ts'
import type { Servers } from './contestants.ts'
import type { Target } from './pgbench.ts'

export interface BenchFleet {
  readonly servers: Servers
  readonly version: string
  untilCaughtUp(): Promise<void>
  stop(): Promise<void>
}

/** Everybody logs in as app, by SCRAM, to direct connections and through each proxy alike. */
const ACCOUNT = { user: 'app', password: 'app', database: 'app' }
/** With it Freshet watches the servers. */
export const MONITOR = { user: 'freshet', password: 'monitor', database: 'postgres' }

export async function startServers(): Promise<BenchFleet> {
  const fleet = await startFleet({ replicas: 2, parameters: { shared_buffers: '256MB', max_wal_size: '4GB' } })
  const target = (port: number): Target => ({ host: '127.0.0.1', port, ...ACCOUNT })
  return {
    servers: {
      primary: target(fleet.primary.port),
      replicas: fleet.replicas.map(({ port }) => target(port)),
    },
    version: `PostgreSQL ${fleet.version}, a primary and two streaming replicas, 256 MB of shared_buffers each, fsync off (no disk is measured)`,
    untilCaughtUp: () => fleet.caughtUp(),
    stop: () => fleet.stop(),
  }
}
