/** `freshet serve`: the proxy from its configuration to its end. */
import { gaugesFrom } from '../admin/gauges.ts'
import { type Admin, startAdmin } from '../admin/server.ts'
import type { RunningCluster } from '../admin/view.ts'
import { configNeedsRestart } from '../config/changes.ts'
import { formatProblem, type Problem } from '../config/problems.ts'
import type { ClusterConfig, Config } from '../config/types.ts'
import { createLog, type Log } from '../observe/log.ts'
import { type ClusterMetrics, createMetrics, type Metrics } from '../observe/metrics.ts'
import { CONFIGURATION_OPTIONS, printProblems, readConfiguration, type Source } from './configuration.ts'
import { parseUsage, UsageError } from './usage.ts'

const HELP = `usage: freshet serve --config FILE [--pretty]
       freshet serve [--listen ADDRESS]... [--admin ADDRESS|off] [--pretty] 'postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?OPTION=VALUE'
       freshet serve [--listen ADDRESS]... [--admin ADDRESS|off] [--pretty] 'mysql://USER:PASSWORD@HOST:PORT,HOST:PORT?OPTION=VALUE'

  -c, --config FILE      the configuration; config/freshet.yaml is the commented example
  -l, --listen ADDRESS   where clients connect (127.0.0.1:6432; mysql: 127.0.0.1:3307); may be given more than once
      --admin ADDRESS    dashboard, API, metrics, health checks (127.0.0.1:9432), or off
      --pretty           log lines for people instead of JSON

The account in the connection string watches the servers. Options are keys of the configuration: ?max_lag=200ms&pool.size=40&sslmode=require
Prints one line beginning with "freshet ready" when it accepts clients. The log goes to standard error.
SIGTERM: stop accepting, let transactions finish (shutdown_grace), end. A second one: end now. SIGHUP: read the configuration again.
`

/** Composes one cluster; rejects when it cannot listen. Servers that do not answer are no reason to reject: they may come. */
export type StartCluster = (
  config: ClusterConfig,
  parts: { readonly log: Log; readonly metrics: ClusterMetrics },
) => Promise<RunningCluster>

interface Running {
  config: Config
  readonly source: Source
  readonly clusters: readonly RunningCluster[]
  readonly admin: Admin | null
  readonly log: Log
}

const because = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** All of it or nothing: what was started before something failed is closed again. */
async function start(
  { config, source, log, metrics }: Pick<Running, 'config' | 'source' | 'log'> & { readonly metrics: Metrics },
  startCluster: StartCluster,
): Promise<Running> {
  const clusters: RunningCluster[] = []
  try {
    for (const clusterConfig of config.clusters) {
      const { name } = clusterConfig
      const cluster = await startCluster(clusterConfig, {
        log: log.child({ cluster: name }),
        metrics: metrics.cluster(name),
      })
      clusters.push(cluster)
      metrics.cluster(name).sources(gaugesFrom(cluster.view))
    }
    const admin = config.admin && (await startAdmin(config.admin.listen, { clusters: () => clusters, metrics, log }))
    return { config, source, clusters, admin, log }
  } catch (error) {
    await Promise.allSettled(clusters.map((cluster) => cluster.close()))
    throw error
  }
}

function readyLine({ clusters, admin }: Running): string {
  const listening = clusters.map(({ name, addresses }) => `${name} on ${addresses.join(' and ')}`)
  return `freshet ready: ${listening.join(', ')}${admin ? `; dashboard http://${admin.address}/` : ''}\n`
}

function warn(log: Log, problems: readonly Problem[], message: string): void {
  for (const problem of problems) log.warn({ problem: formatProblem(problem) }, message)
}

/** Applies what can change; says what cannot, and keeps everything as it is when the new configuration is wrong. */
function reload(running: Running): void {
  const { log, source } = running
  const loaded = readConfiguration(source)
  if (!loaded.ok) {
    const problems = loaded.problems.map(formatProblem)
    log.error({ problems }, 'the new configuration is wrong; the old one stays')
    return
  }
  warn(log, loaded.warnings, 'configuration')
  const restart = configNeedsRestart(running.config, loaded.config)
  for (const cluster of running.clusters) {
    const config = loaded.config.clusters.find(({ name }) => name === cluster.name)
    if (!config) continue
    restart.push(...cluster.reload(config))
    cluster.nameMissingRights()
  }
  // What needs a restart stays in the old one's place, so that the next reload names it again.
  running.config = { ...loaded.config, clusters: running.config.clusters, admin: running.config.admin }
  if (restart.length > 0) log.warn({ keys: restart }, 'reloaded, but these changes need a restart')
  else log.info({}, 'reloaded')
}

/** Resolves when the clusters are drained, the grace is over, or somebody insists. */
async function drain({ clusters, config, log }: Running, insisted: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const grace = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('the grace is over'), config.shutdownGrace)
  })
  const why = await Promise.race([
    Promise.all(clusters.map((cluster) => cluster.drained())).then(() => 'all transactions are finished'),
    insisted.then(() => 'asked again'),
    grace,
  ])
  clearTimeout(timer)
  log.info({ why }, 'closing')
}

interface Signals {
  /** Resolves at the first SIGTERM or SIGINT. */
  readonly stop: Promise<NodeJS.Signals>
  /** Resolves at the second. */
  readonly insisted: Promise<void>
  /** What SIGHUP does; nothing while it is null. */
  onHangup: (() => void) | null
}

/** Listens before anybody can know that this process runs, so that no signal meets its default action. */
function listenToSignals(): Signals {
  const stop = Promise.withResolvers<NodeJS.Signals>()
  const insisted = Promise.withResolvers<void>()
  const signals: Signals = { stop: stop.promise, insisted: insisted.promise, onHangup: null }
  let asked = 0
  const onStop = (signal: NodeJS.Signals) => {
    asked++
    if (asked === 1) stop.resolve(signal)
    else insisted.resolve()
  }
  process.on('SIGTERM', onStop)
  process.on('SIGINT', onStop)
  process.on('SIGHUP', () => signals.onHangup?.())
  return signals
}

async function untilStopped(running: Running, signals: Signals): Promise<void> {
  const { clusters, admin, log } = running
  signals.onHangup = () => reload(running)
  const signal = await signals.stop
  signals.onHangup = null
  log.info({ signal }, 'stopping: no new connections, open transactions may finish')
  for (const cluster of clusters) cluster.stopAccepting()
  await drain(running, signals.insisted)
  await Promise.allSettled(clusters.map((cluster) => cluster.close()))
  await admin?.close()
}

export async function serve(args: readonly string[], startCluster: StartCluster): Promise<number> {
  const { values, positionals } = parseUsage(args, CONFIGURATION_OPTIONS)
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (positionals.length > 1) throw new UsageError('one connection string at most; put it into quotes')
  const source: Source = { ...values, url: positionals[0] }
  const loaded = readConfiguration(source)
  if (!loaded.ok) {
    printProblems(loaded.problems)
    return 2
  }
  const log = createLog(loaded.config.log)
  warn(log, loaded.warnings, 'configuration')
  process.on('uncaughtExceptionMonitor', (error) => log.error({ err: error }, 'a bug: ending'))
  const signals = listenToSignals()
  let running: Running
  try {
    running = await start({ config: loaded.config, source, log, metrics: createMetrics() }, startCluster)
  } catch (error) {
    process.stderr.write(`freshet: cannot start: ${because(error)}\n`)
    return 1
  }
  process.stdout.write(readyLine(running))
  for (const cluster of running.clusters) cluster.nameMissingRights()
  await untilStopped(running, signals)
  log.info({}, 'stopped')
  // A handle that somebody forgot must not keep a stopped proxy alive.
  process.exitCode = 0
  setTimeout(() => process.exit(0), 1000).unref()
  return 0
}
