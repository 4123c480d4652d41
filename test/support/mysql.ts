/** Real MySQL and MariaDB servers for a test file. See src/cli/demo/local-mysql.ts for what can be done to them. */
import { afterAll, beforeAll } from 'vitest'
import { type MysqlFleet, type MysqlFleetOptions, startLocalMysql } from '../../src/cli/demo/local-mysql.ts'

export {
  type MysqlFleet,
  type MysqlFleetOptions,
  MysqlServer,
  startLocalMysql,
} from '../../src/cli/demo/local-mysql.ts'
export { until } from '../../src/cli/demo/processes.ts'
export { selfSigned } from '../../src/config/self-signed.ts'

/** A fleet that lives as long as the file (or the `describe`) that asks for it. Call the result inside of tests. */
export function createTestMysql(options: MysqlFleetOptions): () => MysqlFleet {
  let fleet: MysqlFleet | null = null
  beforeAll(async () => {
    fleet = await startLocalMysql(options)
    // The first fleet on a machine waits for its programs to be downloaded.
  }, 300_000)
  afterAll(async () => {
    await fleet?.stop()
  }, 60_000)
  return () => {
    if (!fleet) throw new Error('the servers run inside of tests only')
    return fleet
  }
}
