import type { Address, ClusterConfig } from '../config/types.ts'
import type { Dialect } from '../dialect.ts'
import { type Instant, now, type ServerId } from '../units.ts'
import { openConnection, tlsModeFor } from './open.ts'
import { Pool, PoolFailure } from './pool.ts'
import type { ServerConnection } from './server-connection.ts'

export interface PoolsOptions {
  readonly config: () => ClusterConfig
  readonly dialect: (address: Address) => Dialect
  /** Whether the server is a replica now: its connections then refuse to write. */
  readonly isReplica: (server: ServerId) => boolean
  /** Resolves once the server has been sampled after `openedAt`; null when it went away. */
  readonly confirm: (server: ServerId, openedAt: Instant) => Promise<number | null>
  readonly epoch: () => number
}

interface Entry {
  readonly pool: Pool
  readonly server: ServerId
  readonly user: string
  readonly database: string
  secret: unknown
}

/** Users whose newest secret is kept for pools that are yet to be made. */
const SECRETS_MAX = 10_000

/** All pools of one cluster: one per server, user and database. */
export class Pools {
  readonly #options: PoolsOptions
  readonly #byServer: Map<string, Entry>[]
  /** By user, from their newest logins, in that order. A session of before may know an older one only. */
  readonly #secrets = new Map<string, unknown>()
  readonly #timer: NodeJS.Timeout

  constructor(options: PoolsOptions) {
    this.#options = options
    this.#byServer = options.config().servers.map(() => new Map())
    this.#timer = setInterval(() => this.#sweep(), 1000)
    this.#timer.unref()
  }

  /** `secret`: what the session's own login yielded; a newer login of the same user counts more. */
  get(server: ServerId, user: string, database: string, secret: unknown): Pool {
    const key = `${user}\0${database}`
    const known = this.#byServer[server]!.get(key)
    if (known !== undefined) return known.pool
    const { config } = this.#options
    const entry: Entry = {
      server,
      user,
      database,
      secret: this.#secrets.get(user) ?? secret,
      pool: new Pool({
        name: `${user}@${database} on ${config().servers[server]!.name}`,
        size: () => config().pool.size,
        wait: () => config().pool.wait,
        idle: () => config().pool.idle,
        lifetime: () => config().pool.lifetime,
        waitingMax: () => config().limits.waiting,
        open: () => this.#open(entry),
      }),
    }
    this.#byServer[server]!.set(key, entry)
    return entry.pool
  }

  /** A client has just proved who it is: from now on connections are opened with what that yielded. */
  refreshSecret(user: string, secret: unknown): void {
    this.#secrets.delete(user)
    this.#secrets.set(user, secret)
    if (this.#secrets.size > SECRETS_MAX) this.#secrets.delete(this.#secrets.keys().next().value!)
    for (const pools of this.#byServer) {
      for (const entry of pools.values()) {
        if (entry.user !== user) continue
        entry.secret = secret
        entry.pool.secretChanged()
      }
    }
  }

  async #open(entry: Entry): Promise<ServerConnection> {
    const { config, isReplica, confirm, epoch } = this.#options
    const { servers, serverTls, limits } = config()
    const { address } = servers[entry.server]!
    const readOnly = isReplica(entry.server)
    const began = epoch()
    const connection = await openConnection({
      server: entry.server,
      address,
      tls: { ...serverTls, mode: tlsModeFor(serverTls, address) },
      dialect: this.#options.dialect(address),
      user: entry.user,
      database: entry.database,
      secret: entry.secret,
      readOnly,
      highWater: limits.writeBufferBytes,
      timeout: Math.max(1000, config().pool.wait),
    })
    // A connection is used under a horizon only if it was open before the sample that proves the horizon was sent.
    const incarnation = await confirm(entry.server, now())
    if (incarnation === null || epoch() !== began || isReplica(entry.server) !== readOnly) {
      connection.close()
      throw new PoolFailure({
        code: '08006',
        message: `server ${servers[entry.server]!.name} went away or changed its role while a connection was opened`,
      })
    }
    return connection
  }

  /** `busy`: also connections that somebody holds. */
  retire(server: ServerId, busy: boolean): void {
    for (const { pool } of this.#byServer[server]!.values()) pool.retireAll(busy)
  }

  retireEverything(): void {
    this.#byServer.forEach((_, server) => {
      this.retire(server as ServerId, true)
    })
  }

  *entries(): Iterable<{ server: ServerId; user: string; database: string; counts: Pool['counts'] }> {
    for (const pools of this.#byServer) {
      for (const { server, user, database, pool } of pools.values())
        yield { server, user, database, counts: pool.counts }
    }
  }

  close(): void {
    clearInterval(this.#timer)
    for (const pools of this.#byServer) for (const { pool } of pools.values()) pool.close()
  }

  #sweep(): void {
    const at = now()
    const { idle } = this.#options.config().pool
    for (const pools of this.#byServer) {
      for (const [key, { pool }] of pools) {
        pool.sweep(at)
        const { idle: free, busy, connecting, waiting } = pool.counts
        // A pool of a user who never came back is forgotten.
        if (free + busy + connecting + waiting === 0 && at - pool.lastUsed > Math.max(idle, 60_000)) pools.delete(key)
      }
    }
  }
}
