/** Real PostgreSQL servers for a test file. See src/cli/demo/local-postgres.ts for what can be done to them. */
import { afterAll, beforeAll } from 'vitest'
import { type Fleet, type FleetOptions, startFleet } from '../../src/cli/demo/local-postgres.ts'

export { type Fleet, type FleetOptions, PostgresServer, startFleet } from '../../src/cli/demo/local-postgres.ts'
export { until } from '../../src/cli/demo/processes.ts'
export { selfSigned } from '../../src/config/self-signed.ts'

/** A fleet that lives as long as the file (or the `describe`) that asks for it. Call the result inside of tests. */
export function createTestServers(options: FleetOptions = {}): () => Fleet {
  let fleet: Fleet | null = null
  beforeAll(async () => {
    fleet = await startFleet(options)
  }, 60_000)
  afterAll(async () => {
    await fleet?.stop()
  }, 60_000)
  return () => {
    if (!fleet) throw new Error('the servers run inside of tests only')
    return fleet
  }
}
