/**
 * A real MySQL or MariaDB fleet on loopback: a primary and GTID replicas, made in a few seconds in a temporary folder, gone without a trace
 * at the end. It serves `freshet demo` and the tests; what can be done to it is what can be done to the fleet of local-postgres.ts.
 *
 * Who may log in over TCP: `root` (password root; none over the socket), `app` (everything in database app, password app), `freshet` (the
 * monitor's account with no more rights than the manual asks for, password monitor), `repl` (what replicas log in as).
 */
import { chmodSync, chownSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clientProgram, findMysql, type MysqlBinaries } from './mysql-binaries.ts'
import type { Flavour } from './mysql-flavour.ts'
import { type MysqlGround, MysqlServer } from './mysql-server.ts'
import { templateOf } from './mysql-template.ts'
import { freePort } from './ports.ts'
import { unprivileged } from './postgres-binaries.ts'
import { until } from './processes.ts'
import { startWatchdog } from './watchdog.ts'

export { MysqlServer } from './mysql-server.ts'

export interface MysqlFleetOptions {
  readonly flavour: Flavour
  /** How many replicas. */
  readonly replicas?: number
  /** Lines of my.cnf, for all servers. */
  readonly parameters?: Readonly<Record<string, string | number>>
  /** false: the binary log's file and offset are all that a position is. */
  readonly gtid?: boolean
  /** The servers' own certificate, as PEM texts. Without it MySQL offers TLS with one that it made, and MariaDB offers none. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

export class MysqlFleet {
  readonly servers: MysqlServer[]
  readonly flavour: Flavour
  /** Such as 9.7.4. */
  readonly version: string
  readonly #ground: MysqlGround

  constructor(ground: MysqlGround, primary: MysqlServer) {
    this.#ground = ground
    this.#ground.primary = primary
    this.flavour = ground.binaries.flavour
    this.version = ground.binaries.version
    this.servers = [primary]
  }

  /** The server that was made the primary last. */
  get primary(): MysqlServer {
    return this.#ground.primary!
  }

  /** Where everything of it lies. */
  get folder(): string {
    return this.#ground.folder
  }

  /** All the others, whatever they are just now. */
  get replicas(): MysqlServer[] {
    return this.servers.filter((server) => server !== this.primary)
  }

  server(name: string): MysqlServer {
    const found = this.servers.find((server) => server.name === name)
    if (!found) throw new Error(`no server ${name}; there are ${this.servers.map((one) => one.name).join(', ')}`)
    return found
  }

  /** The path of a client program that came with the servers, such as mysqldump; null when none did. */
  program(name: string): string | null {
    return clientProgram(this.#ground.binaries, name)
  }

  /**
   * Stops the primary, promotes a replica, and lets the other running replicas follow it. The old primary stays as `how` left it, until it is
   * started again (then there are two) or rejoins. Nobody tells it anything.
   */
  async failover(to: MysqlServer, how: 'stop' | 'kill' | 'leave' = 'stop'): Promise<void> {
    const old = this.primary
    if (how === 'stop') await old.stop()
    if (how === 'kill') await old.kill()
    await to.promote()
    const others = this.servers.filter((one) => one !== to && one !== old && one.role === 'replica' && one.isRunning)
    await Promise.all(others.map((one) => (this.#ground.gtid ? one.follow(to) : one.rejoin(to))))
  }

  /** A further replica; it gets everything from the primary's binary log. */
  async addReplica(): Promise<MysqlServer> {
    const port = await freePort()
    // Nothing is awaited between reading the number of servers and adding this one: several may be on their way at once.
    const name = `replica-${this.servers.length}`
    const server = new MysqlServer(this.#ground, { name, port, role: 'replica' })
    this.servers.push(server)
    await server.rejoin(this.primary)
    return server
  }

  /** Resolves when these replicas (all by default) have applied everything that the primary has written up to now. */
  async caughtUp(replicas: readonly MysqlServer[] = this.replicas): Promise<void> {
    await Promise.all(
      replicas.map(async (replica) => {
        await until(`${replica.name} has caught up`, await replica.hasAppliedAllOf(this.primary), { everyMs: 5 })
      }),
    )
  }

  /** Stops everything and removes the folder. */
  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop('immediate')))
    await this.#ground.watchdog.close()
  }
}

/** Lines of my.cnf that make servers offer TLS with this certificate. */
function tlsParameters(folder: string, tls: { readonly cert: string; readonly key: string }): Record<string, string> {
  const files = { ssl_cert: ['server-cert.pem', tls.cert], ssl_key: ['server-key.pem', tls.key] } as const
  return Object.fromEntries(
    Object.entries(files).map(([parameter, [name, text]]) => {
      const path = join(folder, name)
      writeFileSync(path, text, { mode: 0o600 })
      if (unprivileged) chownSync(path, unprivileged.uid, unprivileged.gid)
      return [parameter, path]
    }),
  )
}

/** Resolves when all servers accept connections and every replica replicates. */
export async function startLocalMysql(options: MysqlFleetOptions): Promise<MysqlFleet> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-'))
  chmodSync(folder, 0o700)
  if (unprivileged) chownSync(folder, unprivileged.uid, unprivileged.gid)
  const watchdog = startWatchdog(folder)
  try {
    const found = await findMysql(options.flavour, folder, async (binaries: MysqlBinaries) => ({
      binaries,
      template: await templateOf(binaries, folder, watchdog),
    }))
    const parameters = { ...(options.tls ? tlsParameters(folder, options.tls) : {}), ...options.parameters }
    const ground: MysqlGround = {
      ...found,
      folder,
      watchdog,
      parameters,
      gtid: options.gtid ?? true,
      serverIds: 0,
      primary: null,
    }
    const primary = new MysqlServer(ground, { name: 'primary', port: await freePort(), role: 'primary' })
    await primary.prepare()
    await primary.start()
    const fleet = new MysqlFleet(ground, primary)
    const names = Array.from({ length: options.replicas ?? 2 })
    await Promise.all(names.map(() => fleet.addReplica()))
    return fleet
  } catch (error) {
    await watchdog.close()
    throw error
  }
}
