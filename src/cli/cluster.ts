/** Composes one cluster: servers watched, pools, listeners, sessions. */
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { ClusterView, RunningCluster, SessionRow } from '../admin/view.ts'
import { clusterNeedsRestart } from '../config/changes.ts'
import type { Address, ClusterConfig } from '../config/types.ts'
import type { ClientIdentity, Dialect, Failure } from '../dialect.ts'
import { createFleet } from '../fleet/fleet.ts'
import { connect, serverContext, upgradeToServer, wantsTls } from '../net/connect.ts'
import { type Listener, listen, type Socket } from '../net/listener.ts'
import type { Transport } from '../net/transport.ts'
import { createDigestStats } from '../observe/digests.ts'
import type { Log } from '../observe/log.ts'
import type { ClusterMetrics } from '../observe/metrics.ts'
import { Pools } from '../pool/pools.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import { createAccounts } from '../postgres/auth/accounts.ts'
import { tlsServerEndPoint } from '../postgres/auth/channel-binding.ts'
import { digestSample, initClassifier } from '../postgres/classify/index.ts'
import { PgClient } from '../postgres/client.ts'
import { createClientLogin } from '../postgres/client-login.ts'
import { createPgDialect } from '../postgres/dialect.ts'
import { SSL_REQUEST_PACKET } from '../postgres/frontend.ts'
import { covers } from '../postgres/position.ts'
import { connectProbe } from '../postgres/probe.ts'
import { createFloors } from '../routing/floors.ts'
import type { Snapshot } from '../routing/types.ts'
import { rememberName, type SessionContext } from '../session/context.ts'
import { explainRoute } from '../session/local.ts'
import { Logins } from '../session/logins.ts'
import { Session } from '../session/session.ts'
import { millis, now, type ServerId } from '../units.ts'
import { accept, type Opened } from './accept.ts'
import { accountLookups } from './account-lookups.ts'
import { Databases } from './databases.ts'
import { pemToDer } from './pem.ts'

interface Parts {
  readonly log: Log
  readonly metrics: ClusterMetrics
}

/** A server that does not answer at all for so many probe time-outs takes its busy connections with it: nobody hangs for ever. */
const DOWN_TIMEOUTS = 10

/** Rejects only when it cannot listen. */
export async function startCluster(first: ClusterConfig, { log, metrics }: Parts): Promise<RunningCluster> {
  await initClassifier()
  let config = first
  const dialects = new Map<string, Dialect>()
  const dialectFor = (address: Address): Dialect => {
    const mode = wantsTls(config.serverTls, address) ? config.serverTls.mode : 'disable'
    let dialect = dialects.get(mode)
    if (dialect === undefined) {
      const { preparedPerConnection } = config.limits
      dialect = createPgDialect({ tls: mode, preparedPerConnection, statementNames: preparedPerConnection * 20 })
      dialects.set(mode, dialect)
    }
    return dialect
  }
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
      return connectProbe(
        config.servers[server]!.address,
        { user, password, database: database ?? own, timeout },
        config.serverTls,
      )
    },
    covers,
    interval: config.monitor.interval,
    timeout: config.monitor.timeout,
    nudge: config.monitor.nudge,
    clockSkewMax: config.monitor.clockSkewMax,
    maxLag: config.policy.maxLag,
    clock: now,
    schedule: (delay, action) => {
      const timer = setTimeout(action, delay)
      return () => clearTimeout(timer)
    },
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
    dialect: dialectFor,
    isReplica: (server) => fleet.snapshot().servers[server]!.role !== 'primary',
    confirm: (server, openedAt) => fleet.confirm(server, openedAt),
    epoch: () => fleet.snapshot().epoch,
  })

  const context: SessionContext = {
    config: () => config,
    dialect: dialectFor(config.servers[0]!.address),
    fleet,
    floors,
    metrics,
    digests: createDigestStats({ max: config.limits.digests, sample: digestSample }),
    log,
    loads,
    customNames: new Set(),
    pool: (server, user, database, secret) => pools.get(server, user, database, secret),
    cancel: (connection) => void sendCancel(connection).catch(() => {}),
    turn: 0,
  }
  const logins = new Logins(context)
  const databases = new Databases({
    fleet,
    log,
    digests: config.limits.digests,
    refresh: () => config.catalogRefresh,
    settingFound: (name) => rememberName(context, name),
  })
  const accounts = () =>
    createAccounts({
      users: config.auth.users,
      query: config.auth.query,
      trust: config.auth.method === 'trust',
      run: accountLookups(fleet, config.auth.query !== null),
    })
  let currentAccounts = accounts()
  let secureContext = config.tls === null ? null : serverContext(config.tls.cert, config.tls.key)
  const bindingOf = () => (config.tls === null ? null : tlsServerEndPoint(pemToDer(config.tls.cert)))
  let channelBinding = bindingOf()

  /** A cancel request needs a connection of its own; the server closes it. */
  async function sendCancel(connection: ServerConnection): Promise<void> {
    const { address } = config.servers[connection.server]!
    let socket = await connect(address, 5000)
    if (wantsTls(config.serverTls, address)) {
      socket.write(SSL_REQUEST_PACKET)
      const [answer] = (await new Promise<Buffer>((resolve, reject) => {
        socket.once('data', resolve)
        socket.once('error', reject)
      })) as Buffer
      if (answer === 0x53)
        socket = await upgradeToServer(socket, config.serverTls, 'host' in address ? address.host : 'localhost')
    }
    socket.on('error', () => {})
    socket.end(connection.greeting.cancelPacket)
  }

  const sessions = new Map<number, { readonly session: Session; readonly key: Buffer }>()
  let clients = 0
  let stopping = false

  async function open(identity: ClientIdentity, transport: Transport): Promise<Opened | Failure> {
    if (stopping) return { code: '57P03', message: 'Freshet is shutting down' }
    const policy = logins.policyOf(identity, config.policy)
    if ('message' in policy) return policy
    const { dialect } = context
    const startState = dialect.stateFromValues(identity.settings)
    pools.refreshSecret(identity.user, identity.secret)
    const parameters = await logins.parameters(identity, startState)
    if (!(parameters instanceof Map)) return parameters as Failure
    const database = await databases.get(identity.database)
    // Told so now: nobody drains a session that comes after the others were asked to leave.
    if (stopping) return { code: '57P03', message: 'Freshet is shutting down' }
    let id = randomInt(1, 2 ** 31)
    while (sessions.has(id)) id = randomInt(1, 2 ** 31)
    const session = new Session(
      {
        id,
        user: identity.user,
        database: identity.database,
        secret: identity.secret,
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
    const client = new PgClient({
      classifier: database.classifier,
      limits: config.limits,
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

  function cancel(processId: number, secret: Buffer): void {
    const found = sessions.get(processId)
    if (found === undefined || found.key.length !== secret.length || !timingSafeEqual(found.key, secret)) return
    found.session.cancel()
  }

  const acceptSocket = (socket: Socket) => {
    clients++
    socket.once('close', () => clients--)
    const full = clients > config.limits.clients
    accept(socket, {
      login: () =>
        createClientLogin({
          method: config.auth.method as 'scram-sha-256' | 'md5' | 'trust',
          accounts: currentAccounts,
          tls: config.tls?.mode ?? 'disable',
          channelBinding,
          startupBytes: config.limits.startupBytes,
          refuse: full
            ? {
                code: '53300',
                message: 'sorry, too many clients already',
                hint: `limits.clients is ${config.limits.clients}.`,
              }
            : null,
        }),
      tls: secureContext,
      loginTimeout: config.limits.loginTimeout,
      highWater: config.limits.writeBufferBytes,
      open,
      cancel,
      onError: (error) =>
        log.error({ error: error.message, stack: error.stack }, 'a login failed in an unexpected way'),
    })
  }

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

  function view(): ClusterView {
    const snapshot = fleet.snapshot()
    const able =
      snapshot.primary !== null ||
      snapshot.servers.some((one) => one.up && one.role === 'replica' && one.ineligible === null)
    return {
      snapshot,
      now: now(),
      clients: sessions.size,
      ready: able ? { ok: true, why: 'ok' } : { ok: false, why: snapshot.primaryProblem ?? 'no server answers' },
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
      pools.close()
      databases.close()
      fleet.stop()
    },
    reload(next) {
      const restart = clusterNeedsRestart(config, next)
      config = {
        ...next,
        engine: config.engine,
        listen: config.listen,
        servers: config.servers,
        monitor: config.monitor,
        serverTls: config.serverTls,
        auth: { ...next.auth, method: config.auth.method },
      }
      currentAccounts = accounts()
      secureContext = config.tls === null ? null : serverContext(config.tls.cert, config.tls.key)
      channelBinding = bindingOf()
      return restart
    },
    async explain(sql) {
      const database = databases.any()
      if (database === undefined) return [['error', 'no client has connected yet, so no catalog has been read']]
      const text = Buffer.from(sql)
      const facts = database.classifier.classify(text, 0, text.length, {
        standardConformingStrings: true,
        asciiSafeEncoding: true,
      })
      return explainRoute(context, facts, FRESH_SESSION, config.policy, null)
    },
  }
}

const FRESH_SESSION = {
  floor: { epoch: 0, instant: millis(Number.NEGATIVE_INFINITY) as never },
  lastReplica: null,
  lastReplicaIncarnation: 0,
  lastReplicaReadEnd: millis(Number.NEGATIVE_INFINITY) as never,
  readsBehindFloor: 0,
}

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
    pinned: session.pinned,
    statements: session.statements,
    connectedSeconds: (now() - session.connectedAt) / 1000,
  }
}
