import type { Address, ClusterConfig } from '../config/types.ts'
import type { Dialect, Failure, ServerAccount } from '../dialect.ts'
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
  account: ServerAccount
}

/** An account under which pools are looked up often. */
export interface PoolAccount extends ServerAccount {
  readonly poolKey: string
}

/** `secret` does not count: it is the same user's, older or newer. */
export const poolAccount = ({ user, database, secret, profile }: ServerAccount): PoolAccount => {
  return { user, database, secret, profile, poolKey: `${user}\0${database}\0${profile}` }
}

/** Users whose newest secret is kept for pools that are yet to be made. */
const SECRETS_MAX = 10_000

/** All pools of one cluster: one per server, user, database and shape of the protocol. */
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

  /** Of the secrets a newer login of the same user counts more. */
  get(server: ServerId, account: PoolAccount): Pool {
    return this.#entry(server, account).pool
  }

  #entry(server: ServerId, account: PoolAccount): Entry {
    const known = this.#byServer[server]!.get(account.poolKey)
    if (known !== undefined) return known
    const { config } = this.#options
    const { user, database } = account
    const entry: Entry = {
      server,
      account: { ...account, secret: this.#secrets.get(user) ?? account.secret },
      pool: new Pool({
        name: `${user}@${database} on ${config().servers[server]!.name}`,
        size: () => config().pool.size,
        wait: () => config().pool.wait,
        idle: () => config().pool.idle,
        lifetime: () => config().pool.lifetime,
        waitingMax: () => config().limits.waiting,
        open: () => this.#open(server, entry.account),
      }),
    }
    this.#byServer[server]!.set(account.poolKey, entry)
    return entry
  }

  /** Logs in to the server as that account, whatever the pool knows. Resolves with null, or with what the server said. */
  async prove(server: ServerId, account: PoolAccount): Promise<Failure | null> {
    try {
      this.#entry(server, account).pool.adopt(await this.#open(server, account))
      return null
    } catch (error) {
      if (error instanceof PoolFailure) return error.failure
      throw error
    }
  }

  /** Runs SQL on a connection of its own under the same account as another one. Rejects when that cannot be opened. */
  async aside(beside: ServerConnection, sql: string): Promise<void> {
    const connection = await this.#open(beside.server, beside.account)
    connection.command(sql, () => connection.close())
  }

  /** A client has just proved who it is: from now on connections are opened with what that yielded. */
  refreshSecret(user: string, secret: unknown): void {
    this.#secrets.delete(user)
    this.#secrets.set(user, secret)
    if (this.#secrets.size > SECRETS_MAX) this.#secrets.delete(this.#secrets.keys().next().value!)
    for (const pools of this.#byServer) {
      for (const entry of pools.values()) {
        if (entry.account.user !== user) continue
        entry.account = { ...entry.account, secret }
        entry.pool.secretChanged()
      }
    }
  }

  async #open(server: ServerId, account: ServerAccount): Promise<ServerConnection> {
    const { config, isReplica, confirm, epoch } = this.#options
    const { servers, serverTls, limits } = config()
    const { address } = servers[server]!
    const readOnly = isReplica(server)
    const began = epoch()
    const connection = await openConnection({
      server,
      address,
      tls: { ...serverTls, mode: tlsModeFor(serverTls, address) },
      dialect: this.#options.dialect(address),
      account,
      readOnly,
      highWater: limits.writeBufferBytes,
      timeout: Math.max(1000, config().pool.wait),
    })
    // A connection is used under a horizon only if it was open before the sample that proves the horizon was sent.
    const incarnation = await confirm(server, now())
    if (incarnation === null || epoch() !== began || isReplica(server) !== readOnly) {
      connection.close()
      throw new PoolFailure({
        code: '08006',
        message: `server ${servers[server]!.name} went away or changed its role while a connection was opened`,
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
      for (const { server, account, pool } of pools.values())
        yield { server, user: account.user, database: account.database, counts: pool.counts }
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
