/** PostgreSQL: the servers of the demo and the tests, with memory for the whole data; pgbench; PgBouncer and HAProxy. */
import { startFleet } from '../src/cli/demo/local-postgres.ts'
import { direct, freshets, haproxy, peer, sorted } from './contestants.ts'
import { connection, pgbench, WORKLOADS } from './pgbench.ts'
import { newerPgBouncer, pgbouncer } from './pgbouncer.ts'
import type { BenchFleet, Suite, Target } from './suite.ts'
import { execute } from './tools.ts'

/** Everybody logs in as app, by SCRAM, to direct connections and through each proxy alike. */
const ACCOUNT = { user: 'app', password: 'app', database: 'app' }

async function startServers(): Promise<BenchFleet> {
  const bouncer = await newerPgBouncer()
  const fleet = await startFleet({ replicas: 2, parameters: { shared_buffers: '256MB', max_wal_size: '4GB' } })
  const target = (port: number): Target => ({ host: '127.0.0.1', port, ...ACCOUNT })
  return {
    servers: {
      primary: target(fleet.primary.port),
      replicas: fleet.replicas.map(({ port }) => target(port)),
    },
    version: `PostgreSQL ${fleet.version}, a primary and two streaming replicas, 256 MB of shared_buffers each, fsync off (no disk is measured)`,
    program: (name) => (name === 'pgbouncer' ? bouncer : null),
    untilCaughtUp: () => fleet.caughtUp(),
    stop: () => fleet.stop(),
  }
}

const bouncer = (fleet: BenchFleet) => {
  const newer = fleet.program('pgbouncer')
  return newer === null ? peer('pgbouncer', 'apt-get install pgbouncer', pgbouncer) : pgbouncer(newer)
}

export const postgresSuite: Suite = {
  name: 'postgres',
  title: 'PostgreSQL',
  client: { program: 'pgbench', package: 'postgresql-contrib' },
  workloads: WORKLOADS,
  against: ['direct', 'pgbouncer'],
  startServers,
  contestants: (fleet) =>
    sorted([
      direct('pgbench'),
      peer('haproxy', 'apt-get install haproxy', haproxy),
      bouncer(fleet),
      ...freshets((hosts) => `postgres://freshet:monitor@${hosts}/postgres`),
    ]),
  async prepare(client, primary, scale) {
    const args = ['-i', '-q', '-s', String(scale), ...connection(primary), primary.database]
    const { code, stderr } = await execute(client, args, { PGPASSWORD: primary.password })
    if (code !== 0) throw new Error(`pgbench -i failed: ${stderr}`)
  },
  data: (scale) => `pgbench scale ${scale}`,
  run: pgbench,
}
