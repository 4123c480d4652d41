/**
 * A real PostgreSQL fleet on loopback: a primary and streaming replicas, made in a few seconds in a temporary folder, gone without a
 * trace at the end. It serves `freshet demo` and the tests.
 *
 * Who may log in: `postgres` (superuser, password postgres), `app` (owner of database app, password app), `freshet` (the monitor's
 * account with no more rights than the manual asks for, password monitor). Over TCP everybody proves it by SCRAM unless `hba` says otherwise.
 */
import { execFile } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './ports.ts'
import { findBinaries, unprivileged } from './postgres-binaries.ts'
import { type FleetGround, PostgresServer } from './postgres-server.ts'
import { until } from './processes.ts'
import { startWatchdog } from './watchdog.ts'

export { PostgresServer } from './postgres-server.ts'

export interface FleetOptions {
  /** How many replicas. */
  readonly replicas?: number
  /** Lines of postgresql.conf, for all servers. */
  readonly parameters?: Readonly<Record<string, string | number>>
  /** Lines of pg_hba.conf that come before the usual ones, such as `host app guest 127.0.0.1/32 trust`. */
  readonly hba?: readonly string[]
  /** Makes the servers offer TLS; both are PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** A folder with initdb and postgres, instead of those that npm brought. At least version 15. */
  readonly binaries?: string
}

/** Durability is not tested here, so nothing waits for a disk. WAL is kept long enough that no replica is ever left behind. */
const PARAMETERS = {
  fsync: 'off',
  shared_buffers: '64MB',
  max_connections: 200,
  wal_level: 'replica',
  wal_keep_size: '1GB',
  max_wal_senders: 20,
  wal_retrieve_retry_interval: '100ms',
  hot_standby: 'on',
  autovacuum_naptime: '10s',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

const BOOTSTRAP = [
  "ALTER ROLE postgres PASSWORD 'postgres'",
  "CREATE ROLE freshet LOGIN PASSWORD 'monitor'",
  'GRANT pg_monitor TO freshet',
  'GRANT SELECT ON pg_authid TO freshet',
  "CREATE ROLE app LOGIN PASSWORD 'app'",
  'CREATE DATABASE app OWNER app',
]

/** What the superuser makes in database app, as `query` does, is usable by its owner. */
const BOOTSTRAP_APP = [
  'ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT ALL ON TABLES TO app',
  'ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT ALL ON SEQUENCES TO app',
]

export class Fleet {
  readonly servers: PostgresServer[]
  /** 18 for PostgreSQL 18. */
  readonly version: number
  readonly #ground: FleetGround

  constructor(ground: FleetGround, primary: PostgresServer) {
    this.#ground = ground
    this.#ground.primary = primary
    this.version = ground.binaries.major
    this.servers = [primary]
  }

  /** The server that was made the primary last. */
  get primary(): PostgresServer {
    return this.#ground.primary!
  }

  /** Where everything of it lies. */
  get folder(): string {
    return this.#ground.folder
  }

  /** All the others, whatever they are just now. */
  get replicas(): PostgresServer[] {
    return this.servers.filter((server) => server !== this.primary)
  }

  server(name: string): PostgresServer {
    const found = this.servers.find((server) => server.name === name)
    if (!found) throw new Error(`no server ${name}; there are ${this.servers.map((one) => one.name).join(', ')}`)
    return found
  }

  /**
   * Stops the primary, promotes a replica, and lets the other running replicas follow it. The old primary stays as `how` left it, until it is
   * started again (then there are two) or rejoins.
   */
  async failover(to: PostgresServer, how: 'stop' | 'kill' | 'leave' = 'stop'): Promise<void> {
    const old = this.primary
    if (how === 'stop') await old.stop()
    if (how === 'kill') await old.kill()
    await to.promote()
    const others = this.servers.filter((one) => one !== to && one !== old && one.role === 'replica' && one.isRunning)
    await Promise.all(others.map((one) => one.follow(to)))
  }

  /** A further replica with a copy of the primary's data. */
  async addReplica(): Promise<PostgresServer> {
    const port = await freePort()
    // Nothing is awaited between reading the number of servers and adding this one: several may be on their way at once.
    const name = `replica-${this.servers.length}`
    const server = new PostgresServer(this.#ground, { name, port, role: 'replica' })
    this.servers.push(server)
    await server.rejoin(this.primary)
    return server
  }

  /** Resolves when these replicas (all by default) have applied everything that the primary has written up to now. */
  async caughtUp(replicas: readonly PostgresServer[] = this.replicas): Promise<void> {
    const [row] = await this.primary.query('SELECT pg_current_wal_lsn()::text AS lsn')
    await Promise.all(
      replicas.map((replica) =>
        until(`${replica.name} has caught up`, async () => {
          const sql = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done'
          return (await replica.query(sql, [row!.lsn]))[0]!.done === true
        }),
      ),
    )
  }

  /** Stops everything and removes the folder. */
  async stop(): Promise<void> {
    for (const server of this.servers) server.thaw()
    await Promise.all(this.servers.map((server) => server.stop('immediate')))
    await this.#ground.watchdog.close()
  }
}

const run = promisify(execFile)

/** Makes the primary's data folder; the server does not run yet. */
async function initialize(ground: FleetGround, server: PostgresServer, options: FleetOptions): Promise<void> {
  const { binaries, watchdog } = ground
  const flags = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions']
  const made = run(binaries.initdb, ['-D', server.dataFolder, ...flags], { ...unprivileged })
  const pid = made.child.pid
  if (pid !== undefined) watchdog.watch(pid)
  await made
  if (pid !== undefined) watchdog.forget(pid)
  const tls = options.tls ? { ssl: 'on' } : {}
  if (options.tls) {
    server.writeFile('server.crt', options.tls.cert)
    server.writeFile('server.key', options.tls.key)
  }
  const lines = Object.entries({ ...PARAMETERS, ...tls, ...options.parameters }).map(
    ([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`,
  )
  appendFileSync(join(server.dataFolder, 'postgresql.conf'), `\n${lines.join('\n')}\ninclude 'standby.conf'\n`)
  server.writeFile('standby.conf', '')
  const rules = [
    ...(options.hba ?? []),
    'local all postgres trust',
    'local replication postgres trust',
    'host all all 127.0.0.1/32 scram-sha-256',
    'host replication all 127.0.0.1/32 scram-sha-256',
  ]
  server.writeFile('pg_hba.conf', `${rules.join('\n')}\n`)
}

async function bootstrap(primary: PostgresServer): Promise<void> {
  for (const sql of BOOTSTRAP) await primary.queryIn('postgres', sql)
  for (const sql of BOOTSTRAP_APP) await primary.query(sql)
}

/** Resolves when all servers accept connections and every replica streams. */
export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-'))
  chmodSync(folder, 0o700)
  if (unprivileged) chownSync(folder, unprivileged.uid, unprivileged.gid)
  const watchdog = startWatchdog(folder)
  try {
    const binaries = await findBinaries(options.binaries ?? null, unprivileged, folder)
    const ground: FleetGround = { folder, binaries, watchdog, database: 'app', primary: null }
    const primary = new PostgresServer(ground, { name: 'primary', port: await freePort(), role: 'primary' })
    await initialize(ground, primary, options)
    await primary.start()
    await bootstrap(primary)
    const fleet = new Fleet(ground, primary)
    const names = Array.from({ length: options.replicas ?? 2 })
    await Promise.all(names.map(() => fleet.addReplica()))
    return fleet
  } catch (error) {
    await watchdog.close()
    throw error
  }
}
