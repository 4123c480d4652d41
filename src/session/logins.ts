/** From a proved identity to a session: the connection that shows that the servers agree, and what the client is told at its start. */
import type { ClientIdentity, Failure, SessionState } from '../dialect.ts'
import type { Waiter } from '../pool/pool.ts'
import type { PoolAccount, Pools } from '../pool/pools.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import type { Policy } from '../routing/types.ts'
import { type Instant, now, type ServerId } from '../units.ts'
import type { SessionContext } from './context.ts'
import { bringTo } from './lease.ts'
import { changeSetting, isFailure } from './settings.ts'

interface Welcome {
  readonly parameters: ReadonlyMap<string, string>
  readonly epoch: number
  readonly until: Instant
}

/** How long a login may be told what an earlier, equal one was told; settings of roles and databases can change. */
const WELCOME_MS = 10_000
const WELCOMES_MAX = 1000

export class Logins {
  readonly #context: SessionContext
  readonly #welcomes = new Map<string, Welcome>()

  constructor(context: SessionContext) {
    this.#context = context
  }

  /** The policy after the client's `freshet.*` start-up options. */
  policyOf(identity: ClientIdentity, base: Policy): Policy | Failure {
    let policy = base
    for (const [name, value] of identity.controls) {
      const changed = changeSetting(policy, base, name, value)
      if (isFailure(changed)) return changed
      policy = changed
    }
    return policy
  }

  /**
   * What a server reports to such a client at its login. The first client of its kind waits for a real connection in the wanted state,
   * so a setting that the server refuses is refused here, in the server's words.
   */
  async parameters(account: PoolAccount, state: SessionState): Promise<ReadonlyMap<string, string> | Failure> {
    const snapshot = this.#context.fleet.snapshot()
    const key = `${account.poolKey}\0${state.key}`
    const known = this.#welcomes.get(key)
    if (known !== undefined && known.epoch === snapshot.epoch && known.until > now()) return known.parameters
    const server = this.#greeter()
    if (typeof server !== 'number') return server
    const connection = await this.#acquire(server, account, state)
    if ('code' in connection) return connection
    const failure = await bring(connection, this.#context, state)
    const parameters = new Map(connection.parameters)
    if (failure !== null) connection.retired = true
    this.#context.pool(server, account).release(connection)
    if (failure !== null) return failure
    for (const name of [...parameters.keys()]) {
      // A replica greets on the primary's behalf while there is none.
      if (this.#context.dialect.serverOnly(name)) parameters.set(name, 'off')
    }
    if (this.#welcomes.size >= WELCOMES_MAX) this.#welcomes.clear()
    this.#welcomes.set(key, { parameters, epoch: snapshot.epoch, until: (now() + WELCOME_MS) as Instant })
    return parameters
  }

  /** Whether the primary lets that account in; null when it does. */
  prove(account: PoolAccount, pools: Pools): Promise<Failure | null> {
    const server = this.#greeter()
    return typeof server === 'number' ? pools.prove(server, account) : Promise.resolve(server)
  }

  /** The server that speaks to clients who log in. */
  #greeter(): ServerId | Failure {
    const { config, fleet } = this.#context
    const { primary, primaryProblem, servers } = fleet.snapshot()
    // While a cluster only observes, no client's connection is opened to a replica, and none would be of use.
    const others = config().mode === 'observe' ? [] : servers
    const server = primary ?? others.find((one) => one.up && one.ineligible === null)?.id
    if (server !== undefined) return server
    const message = `no server can take the connection: ${primaryProblem ?? 'no primary is known'}`
    return { code: '57P03', message, fatal: true }
  }

  #acquire(server: ServerId, account: PoolAccount, state: SessionState): Promise<ServerConnection | Failure> {
    const pool = this.#context.pool(server, account)
    return new Promise((resolve) => {
      const waiter: Waiter = { granted: resolve, refused: resolve }
      const connection = pool.acquire(state.key, waiter)
      if (connection !== null) resolve(connection)
    })
  }
}

function bring(connection: ServerConnection, context: SessionContext, state: SessionState): Promise<Failure | null> {
  const sql = bringTo(connection, state, context, context.dialect)
  if (sql === '') return Promise.resolve(null)
  return new Promise((resolve) => {
    connection.command(sql, (result) => {
      if ('failure' in result) resolve(result.failure)
      else {
        connection.state = state
        connection.doubtfulSince = null
        resolve(null)
      }
    })
  })
}
