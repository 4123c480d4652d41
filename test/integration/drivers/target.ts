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
  /** The servers must not be newer than the machine's pg_dump, which refuses them otherwise. */
  readonly forPgDump?: boolean
}

/**
 * `FRESHET_TEST_TARGET`, the URL of a user who owns the database and may create objects in it, makes the driver tests use what is already
 * there, such as a server without Freshet: that tells a driver's own trouble from ours.
 */
export async function startTarget(_options: TargetOptions = {}): Promise<Target> {
  const given = process.env.FRESHET_TEST_TARGET
  if (given === undefined) throw new Error('set FRESHET_TEST_TARGET to the URL that the drivers are to be tested with')
  return targetOf(given, async () => {})
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
