/** MySQL and MariaDB: the servers of the demo and the tests, with memory for the whole data; sysbench; HAProxy and MySQL Router. */
import { startLocalMysql } from '../src/cli/demo/local-mysql.ts'
import { direct, freshets, haproxy, peer, sorted } from './contestants.ts'
import { mysqlRouter } from './mysql-router.ts'
import type { BenchFleet, Suite, Target } from './suite.ts'
import { data, prepare, sysbench, WORKLOADS } from './sysbench.ts'

const ACCOUNT = { user: 'app', password: 'app', database: 'app' }
const PARAMETERS = { innodb_buffer_pool_size: '256M', max_connections: 500, max_prepared_stmt_count: 100_000 }

const TITLES = { mysql: 'MySQL', mariadb: 'MariaDB' } as const

async function startServers(flavour: keyof typeof TITLES): Promise<BenchFleet> {
  const fleet = await startLocalMysql({ flavour, replicas: 2, parameters: PARAMETERS })
  const target = ({ host, port }: { host: string; port: number }): Target => ({ host, port, ...ACCOUNT })
  return {
    servers: { primary: target(fleet.primary), replicas: fleet.replicas.map(target) },
    version: `${TITLES[flavour]} ${fleet.version}, a primary and two replicas by GTID, 256 MB of buffer pool each, no flush at commit (no disk is measured)`,
    program: (name) => fleet.program(name),
    untilCaughtUp: () => fleet.caughtUp(),
    stop: () => fleet.stop(),
  }
}

/** Only MySQL's own packages bring the router. */
const router = (fleet: BenchFleet) => {
  const own = fleet.program('mysqlrouter')
  return own === null ? peer('mysqlrouter', "it comes with MySQL's packages", mysqlRouter) : mysqlRouter(own)
}

const suite = (flavour: keyof typeof TITLES): Suite => ({
  name: flavour,
  title: TITLES[flavour],
  client: { program: 'sysbench', package: 'sysbench' },
  workloads: WORKLOADS,
  against: ['direct', 'haproxy'],
  startServers: () => startServers(flavour),
  contestants: (fleet) =>
    sorted([
      direct('sysbench'),
      peer('haproxy', 'apt-get install haproxy', haproxy),
      ...(flavour === 'mysql' ? [router(fleet)] : []),
      // Like all the others, without TLS to the servers.
      ...freshets((hosts) => `mysql://freshet:monitor@${hosts}?ssl-mode=DISABLED`),
    ]),
  prepare,
  data,
  run: sysbench,
})

export const mysqlSuite = suite('mysql')
export const mariadbSuite = suite('mariadb')
