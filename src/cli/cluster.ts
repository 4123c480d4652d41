/** Composes one cluster: servers watched, pools, listeners, sessions. */
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { ClusterView, RunningCluster, SessionRow } from '../admin/view.ts'
import { clusterNeedsRestart } from '../config/changes.ts'
import type { Address, ClusterConfig } from '../config/types.ts'
import type { ClientIdentity, ClientLogin, Failure, LocalAnswer } from '../dialect.ts'
import { createFleet } from '../fleet/fleet.ts'
import { scheduleBehindInput } from '../fleet/schedule.ts'
import { serverContext } from '../net/connect.ts'
import { type Listener, listen, type Socket } from '../net/listener.ts'
import type { Transport } from '../net/transport.ts'
import { createDigestStats } from '../observe/digests.ts'
import type { Log } from '../observe/log.ts'
import type { ClusterMetrics } from '../observe/metrics.ts'
import { Pools, poolAccount } from '../pool/pools.ts'
import { createFloors } from '../routing/floors.ts'
import { FRESH_SESSION, readiness } from '../routing/readiness.ts'
import type { Mode, Snapshot } from '../routing/types.ts'
import { rememberName, type SessionContext, type SessionIdentity } from '../session/context.ts'
import { explainRoute } from '../session/explain-route.ts'
import { applyHint } from '../session/hint.ts'
import { Logins } from '../session/logins.ts'
import { Session } from '../session/session.ts'
import { isFailure } from '../session/settings.ts'
import { now, type ServerId } from '../units.ts'
import { accept, type Opened } from './accept.ts'
import { sendCancel } from './cancel.ts'
import { Databases } from './databases.ts'
import { engineFor } from './engines.ts'
import { MissingRights } from './missing-rights.ts'

export interface Parts {
  readonly log: Log
  readonly metrics: ClusterMetrics
  /** Makes the engine, instead of the one that the configuration names. */
  readonly engine?: typeof engineFor
}

/** A server that does not answer at all for so many probe time-outs takes its busy connections with it: nobody hangs for ever. */
const DOWN_TIMEOUTS = 10

/** Rejects only when it cannot listen. */
export async function startCluster(
  first: ClusterConfig,
  { log, metrics, engine: makeEngine = engineFor }: Parts,
): Promise<RunningCluster> {
  let config = first
  const engine = await makeEngine({ config: () => config, fleet: () => fleet, log })
  const nameOf = (address: Address) => ('path' in address ? address.path : `${address.host}:${address.port}`)
  const floors = createFloors({ keysMax: config.limits.causalKeys })
  const loads = config.servers.map(() => 0)
  const downTimers = new Map<ServerId, NodeJS.Timeout>()

  const fleet = createFleet({
    servers: config.servers.map(({ name, address, weight, zone }) => ({
      name,
      address: nameOf(address),
      weight,
      zone,
    })),
    connectProbe: (server, database) => {
      const { user, password, database: own, timeout } = config.monitor
      const account = { user, password, database: database ?? own, timeout }
      return engine.connectProbe(config.servers[server]!.address, account, config.serverTls)
    },
    covers: engine.covers,
    interval: config.monitor.interval,
    timeout: config.monitor.timeout,
    nudge: config.monitor.nudge,
    clockSkewMax: config.monitor.clockSkewMax,
    maxLag: config.policy.maxLag,
    clock: now,
    schedule: scheduleBehindInput,
    log,
    onEpoch: (epoch, at) => {
      floors.startEpoch(epoch, at)
      pools.retireEverything()
    },
    onServerDown: (server) => {
      pools.retire(server, false)
      if (downTimers.has(server)) return
      const timer = setTimeout(() => {
        downTimers.delete(server)
        if (!fleet.snapshot().servers[server]!.up) pools.retire(server, true)
      }, config.monitor.timeout * DOWN_TIMEOUTS)
      timer.unref()
      downTimers.set(server, timer)
    },
  })

  const pools = new Pools({
    config: () => config,
    dialect: engine.dialect,
    isReplica: (server) => fleet.snapshot().servers[server]!.role !== 'primary',
    confirm: (server, openedAt) => fleet.confirm(server, openedAt),
    epoch: () => fleet.snapshot().epoch,
  })

  const context: SessionContext = {
    config: () => config,
    dialect: engine.dialect(config.servers[0]!.address),
    fleet,
    floors,
    metrics,
    digests: createDigestStats({ max: config.limits.digests, sample: engine.digestSample }),
    log,
    loads,
    customNames: new Set(),
    pool: (server, account) => pools.get(server, account),
    cancel: (connection) => void sendCancel(connection, config, engine, pools).catch(() => {}),
    kill,
    turn: 0,
  }
  const logins = new Logins(context)
  const databases = new Databases({
    fleet,
    log,
    knowledge: engine.knowledge,
    refresh: () => config.catalogRefresh,
    settingFound: (name) => rememberName(context, name),
  })
  let secureContext = config.tls === null ? null : serverContext(config.tls.cert, config.tls.key)
  const sessions = new Map<number, { readonly session: Session; readonly key: Buffer }>()
  let clients = 0
  let stopping = false

  async function open(
    id: number,
    identity: ClientIdentity,
    transport: Transport,
    login: ClientLogin,
  ): Promise<Opened | Failure> {
    if (stopping) return SHUTTING_DOWN
    const policy = logins.policyOf(identity, config.policy)
    if ('message' in policy) return policy
    const startState = context.dialect.stateFromValues(identity.settings)
    const account = poolAccount(identity)
    if (identity.unproved) {
      const refused = await logins.prove(account, pools)
      engine.proved(identity.user, identity.secret, refused)
      if (refused !== null) return refused
    }
    pools.refreshSecret(identity.user, identity.secret)
    const parameters = await logins.parameters(account, startState)
    if (!(parameters instanceof Map)) return parameters as Failure
    const database = await databases.get(engine.catalogOf(identity.database))
    // Told so now: nobody drains a session that comes after the others were asked to leave.
    if (stopping) return SHUTTING_DOWN
    const session = new Session(
      {
        id,
        user: identity.user,
        database: identity.database,
        account,
        client: transport.remoteAddress,
        applicationName: identity.applicationName,
        startState,
        policy,
      },
      context,
      database,
      transport,
      parameters,
      () => sessions.delete(id),
    )
    const client = engine.protocol({
      id,
      profile: identity.profile,
      database: identity.database,
      login,
      classifier: database.classifier,
      state: () => session.state,
      schemaVersion: () => database.schemaVersion,
    })
    let key = randomBytes(32)
    const opened: Opened = {
      session,
      client,
      parameters,
      processId: id,
      cancelKey: (bytes) => {
        key = key.subarray(0, bytes)
        sessions.set(id, { session, key })
        return key
      },
    }
    return opened
  }

  function kill(by: SessionIdentity, id: number, target: 'connection' | 'query'): LocalAnswer | null {
    const found = sessions.get(id)
    if (found === undefined) return null
    const { session } = found
    if (session.identity.user !== by.user) {
      return { failure: { code: 'HY000', number: 1095, message: `You are not owner of thread ${id}` } }
    }
    const interrupted = { code: '70100', number: 1317, message: 'Query execution was interrupted' }
    const itself = session.identity === by
    if (target === 'query') {
      if (itself) return { failure: interrupted }
      session.cancel()
    } else if (itself) session.close(interrupted)
    else {
      // Closing alone would let its statement run to its end, and have its effect.
      session.cancel()
      session.close(null)
    }
    return { result: { columns: [], rows: [], tag: 'KILL' } }
  }

  function cancel(processId: number, secret: Buffer): void {
    const found = sessions.get(processId)
    if (found === undefined || found.key.length !== secret.length || !timingSafeEqual(found.key, secret)) return
    found.session.cancel()
  }

  const acceptSocket = (socket: Socket) => {
    clients++
    socket.once('close', () => clients--)
    const refuse = clients > config.limits.clients ? tooMany(config.limits.clients) : null
    let id = freshId()
    while (sessions.has(id)) id = freshId()
    const local = socket.remoteAddress === undefined
    const host = local ? 'localhost' : hostOf(socket)
    accept(socket, {
      login: (again) => engine.login({ id, again, refuse, local, host }),
      tls: secureContext,
      loginTimeout: config.limits.loginTimeout,
      highWater: config.limits.writeBufferBytes,
      open: (identity, transport, login) => open(id, identity, transport, login),
      cancel,
      onError: (error) =>
        log.error({ error: error.message, stack: error.stack }, 'a login failed in an unexpected way'),
    })
  }

  const rights = new MissingRights({ config: () => config, log })

  const listeners: Listener[] = []
  try {
    for (const address of config.listen) listeners.push(await listen(address, acceptSocket))
  } catch (error) {
    for (const listener of listeners) listener.close()
    pools.close()
    databases.close()
    throw error
  }
  await fleet.start()
  if (config.mode !== 'route') log.info({ mode: config.mode }, MODES[config.mode])

  function view(): ClusterView {
    const snapshot = fleet.snapshot()
    const at = now()
    return {
      mode: config.mode,
      snapshot,
      now: at,
      clients: sessions.size,
      ready: readiness(snapshot, config.policy, config.mode, floors, at),
      pools: [...pools.entries()].map(({ server, user, database, counts }) => ({
        server: config.servers[server]!.name,
        user,
        database,
        ...counts,
      })),
      sessions: (limit) => [...sessions.values()].slice(0, limit).map(({ session }) => rowOf(session, snapshot)),
      digests: (limit) => context.digests.rows(limit),
    }
  }

  return {
    name: config.name,
    addresses: listeners.map(({ address }) => address),
    view,
    nameMissingRights: () => rights.look(),
    stopAccepting() {
      stopping = true
      for (const listener of listeners) listener.close()
    },
    async drained() {
      const farewell: Failure = { code: '57P01', message: 'terminating connection due to administrator command' }
      for (const { session } of sessions.values()) session.drain(farewell)
      while (sessions.size > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    async close() {
      for (const { session } of sessions.values()) {
        session.close({ code: '57P01', message: 'terminating connection due to administrator command' })
      }
      for (const listener of listeners) listener.close()
      for (const timer of downTimers.values()) clearTimeout(timer)
      rights.stop()
      pools.close()
      databases.close()
      fleet.stop()
    },
    reload(next) {
      const restart = clusterNeedsRestart(config, next)
      if (next.mode !== config.mode) log.info({ mode: next.mode }, MODES[next.mode])
      config = {
        ...next,
        engine: config.engine,
        listen: config.listen,
        servers: config.servers,
        monitor: config.monitor,
        serverTls: config.serverTls,
        auth: { ...next.auth, method: config.auth.method },
      }
      engine.reloaded()
      secureContext = config.tls === null ? null : serverContext(config.tls.cert, config.tls.key)
      return restart
    },
    async explain(sql) {
      const database = databases.any()
      if (database === undefined) return [['error', 'no client has connected yet, so no catalog has been read']]
      const text = Buffer.from(sql)
      const { classifier } = database
      const facts = classifier.classify(text, 0, text.length, engine.lexMode)
      const hint = classifier.hint(text, 0, text.length)
      const policy = hint === null ? config.policy : applyHint(config.policy, hint)
      if (isFailure(policy)) return [['error', `${policy.message}. ${policy.hint}`]]
      return explainRoute(context, facts, {
        view: FRESH_SESSION,
        policy,
        held: null,
        deferred: null,
        keptOnPrimary: false,
        local: classifier.control(text, 0, text.length, engine.lexMode) !== null,
      })
    },
  }
}

/** What a mode means, for the log. */
const MODES: Readonly<Record<Mode, string>> = {
  route: 'mode is route: reads run on replicas',
  observe: 'mode is observe: every statement runs on the primary, and what would have been done is counted',
}

const SHUTTING_DOWN: Failure = { code: '57P03', message: 'Freshet is shutting down' }

const tooMany = (limit: number): Failure => ({
  code: '53300',
  message: 'sorry, too many clients already',
  hint: `limits.clients is ${limit}.`,
})

/** Above what servers count up to, so that an id of theirs is not taken for one of Freshet's. Clients of PostgreSQL read it as a signed number. */
const freshId = () => randomInt(2 ** 30, 2 ** 31)

/** IPv4 clients of a listener for both families are shown as such. */
const hostOf = (socket: Socket): string => (socket.remoteAddress ?? 'localhost').replace(/^::ffff:/, '')

function rowOf(session: Session, snapshot: Snapshot): SessionRow {
  const { identity } = session
  return {
    id: identity.id,
    user: identity.user,
    database: identity.database,
    client: identity.client,
    applicationName: identity.applicationName,
    state: session.phase === 'idle' && session.status !== 'idle' ? 'in transaction' : session.phase,
    server:
      session.lease.connection === null ? null : (snapshot.servers[session.lease.connection.server]?.name ?? null),
    pinned: session.tracker.pins[0] ?? null,
    statements: session.statements,
    connectedSeconds: (now() - session.connectedAt) / 1000,
  }
}
