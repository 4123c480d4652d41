import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { Flavour } from '../../../src/cli/demo/mysql-flavour.ts'
import { configFor, startFreshet } from '../../support/freshet.ts'
import { type MysqlFleet, selfSigned, startLocalMysql } from '../../support/mysql.ts'

/** Where a driver under test connects to. */
export interface Target {
  readonly flavour: Flavour
  readonly host: string
  readonly port: number
  /** A file with the certificate that stands behind TLS, on Freshet and on the servers. */
  readonly ca: string
  /** An empty folder for what a test writes. */
  readonly folder: string
  readonly fleet: MysqlFleet
  /** DB_HOST and so on, for programs that read them. */
  env(database: string): NodeJS.ProcessEnv
  stop(): Promise<void>
}

const PARAMETERS = { max_allowed_packet: '64M' }

/**
 * Freshet in front of a primary and two replicas, or, with FRESHET_TEST_TARGET=direct, the primary without Freshet, which tells a driver's own
 * trouble from ours. The account `app` (password app) may do everything in the databases of databaseFor(), `root` (root) everywhere.
 */
async function startTarget(flavour: Flavour): Promise<Target> {
  const tls = selfSigned()
  const folder = mkdtempSync(join(tmpdir(), 'freshet-drivers-'))
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, tls.cert)
  const fleet = await startLocalMysql({ flavour, tls, parameters: PARAMETERS })
  try {
    const freshet =
      process.env.FRESHET_TEST_TARGET === 'direct' ? null : await startFreshet(configFor(fleet, clusterOf(tls)))
    const { host } = fleet.primary
    const port = freshet?.port() ?? fleet.primary.port
    const env = { DB_FLAVOUR: flavour, DB_HOST: host, DB_PORT: String(port), DB_CA: ca }
    return {
      flavour,
      host,
      port,
      ca,
      folder,
      fleet,
      env: (database) => ({ ...env, DB_NAME: database }),
      async stop() {
        await freshet?.stop()
        await fleet.stop()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await fleet.stop()
    throw error
  }
}

const clusterOf = ({ cert, key }: { cert: string; key: string }): object => ({
  tls: { mode: 'allow', cert, key },
  // Test programs send more than a pool's default at a time.
  pool: { size: 50 },
})

/** One for all the tests of a file. Call the result inside of tests. */
export function createTarget(flavour: Flavour): () => Target {
  let target: Target | null = null
  beforeAll(async () => {
    target = await startTarget(flavour)
    // The first fleet on a machine waits for its programs to be downloaded.
  }, 300_000)
  afterAll(() => target?.stop())
  return () => {
    if (!target) throw new Error('the target is there inside of tests only')
    return target
  }
}

/**
 * A database of its own for one driver, and two accounts that nobody has logged in with yet: NAME_rsa and NAME_tls (the passwords are the same as
 * the names). With caching_sha2_password a server knows nothing of such an account's password until it was sent once, whole.
 */
export async function databaseFor({ fleet, flavour }: Target, name: string): Promise<void> {
  const { primary } = fleet
  await primary.query(`CREATE DATABASE ${name}`)
  await primary.query(`GRANT ALL ON ${name}.* TO 'app'@'%'`)
  const how = flavour === 'mysql' ? 'WITH caching_sha2_password BY' : 'BY'
  for (const user of [`${name}_rsa`, `${name}_tls`]) {
    await primary.query(`CREATE USER '${user}'@'%' IDENTIFIED ${how} '${user}'`)
    await primary.query(`GRANT ALL ON ${name}.* TO '${user}'@'%'`)
  }
  await fleet.caughtUp()
}
