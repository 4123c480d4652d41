import { existsSync } from 'node:fs'
import { configFor, startFreshet } from '../../support/freshet.ts'
import { type Fleet, startFleet } from '../../support/postgres.ts'
import { succeed } from './programs.ts'

/** Where a driver under test connects to. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly url: string
  /** PGHOST and so on, for programs that read them. */
  readonly env: NodeJS.ProcessEnv
  stop(): Promise<void>
}

export interface TargetOptions {
  /** PostgreSQL's own programs are the test: the servers must not be newer than those, which pg_dump refuses and psql is confused by. */
  readonly clientPrograms?: boolean
}

/**
 * Freshet in front of a primary and two replicas. `FRESHET_TEST_TARGET` makes the driver tests use something else, which tells a driver's own
 * trouble from ours: `direct` is the primary without Freshet; a URL is what is already there (its user owns the database).
 */
export async function startTarget({ clientPrograms = false }: TargetOptions = {}): Promise<Target> {
  const instead = process.env.FRESHET_TEST_TARGET
  if (instead?.includes('://')) return targetOf(instead, async () => {})
  const binaries = clientPrograms ? await serverFolder() : null
  const fleet = await startFleet(binaries === null ? {} : { binaries })
  if (instead === 'direct') {
    return targetOf(`postgres://app:app@127.0.0.1:${fleet.primary.port}/app`, () => fleet.stop())
  }
  return await freshetBefore(fleet)
}

async function freshetBefore(fleet: Fleet): Promise<Target> {
  try {
    const freshet = await startFreshet(configFor(fleet))
    return targetOf(freshet.url(), async () => {
      await freshet.stop()
      await fleet.stop()
    })
  } catch (error) {
    await fleet.stop()
    throw error
  }
}

/** Debian's servers of the same version as the client programs. */
async function serverFolder(): Promise<string> {
  const { out } = await succeed('pg_dump', ['--version'], { from: 'postgresql postgresql-client postgresql-contrib' })
  const major = /(\d+)/.exec(out)![1]
  const folder = `/usr/lib/postgresql/${major}/bin`
  if (!existsSync(folder)) throw new Error(`PostgreSQL ${major} is missing: apt-get install postgresql-${major}`)
  return folder
}

function targetOf(url: string, stop: () => Promise<void>): Target {
  const { hostname: host, port, username, password, pathname } = new URL(url)
  const [user, secret, database] = [username, password, pathname.slice(1)].map(decodeURIComponent) as [
    string,
    string,
    string,
  ]
  const env = { PGHOST: host, PGPORT: port, PGUSER: user, PGPASSWORD: secret, PGDATABASE: database }
  return { host, port: Number(port), user, password: secret, database, url, env, stop }
}
