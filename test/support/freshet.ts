/** Freshet as a child process in front of a fleet. */
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { type FreshetOptions, type FreshetProcess, startFreshet } from '../../src/cli/demo/freshet-process.ts'
import type { MysqlFleet } from '../../src/cli/demo/local-mysql.ts'
import type { Fleet } from '../../src/cli/demo/local-postgres.ts'

export { FreshetProcess, startFreshet } from '../../src/cli/demo/freshet-process.ts'
export { type Sample, total } from '../../src/cli/demo/metrics-page.ts'

/** A configuration for this fleet on ports that the system chooses; `cluster` overrides keys of its one cluster, `shop`. */
export function configFor(fleet: Fleet | MysqlFleet, cluster: object = {}, top: object = {}): object {
  return {
    clusters: {
      shop: {
        engine: 'flavour' in fleet ? 'mysql' : 'postgres',
        listen: '127.0.0.1:0',
        servers: fleet.servers.map(({ address, name }) => ({ address, name })),
        monitor: { user: 'freshet', password: 'monitor' },
        ...cluster,
      },
    },
    admin: { listen: '127.0.0.1:0' },
    log: { level: 'debug' },
    shutdown_grace: '5s',
    ...top,
  }
}

/** Starts Freshet in front of the fleet until the test (not the file) is over. */
export async function freshetFor(
  fleet: Fleet | MysqlFleet,
  cluster: object = {},
  options: FreshetOptions = {},
): Promise<FreshetProcess> {
  const freshet = await startFreshet(configFor(fleet, cluster), options)
  onTestFinished(async () => {
    await freshet.stop()
  })
  return freshet
}

/** Freshet that lives as long as the file (or the `describe`) that asks for it, behind what its own `beforeAll`s do. Call the result inside of tests. */
export function freshetForAll(fleet: () => Fleet | MysqlFleet, cluster: object = {}): () => FreshetProcess {
  let freshet: FreshetProcess | null = null
  beforeAll(async () => {
    freshet = await startFreshet(configFor(fleet(), cluster))
  })
  afterAll(async () => {
    await freshet?.stop()
  })
  return () => {
    if (!freshet) throw new Error('Freshet runs inside of tests only')
    return freshet
  }
}

/** A connection string for clients of MySQL and MariaDB. */
export const mysqlUrl = (freshet: FreshetProcess, user = 'app', database = 'app', password = user): string =>
  `mysql://${user}:${password}@127.0.0.1:${freshet.port()}/${database}`
