/** `freshet demo`: real servers, the proxy in front, a workload that checks every answer, and replicas that fall behind. */
import { setTimeout as delay } from 'node:timers/promises'
import { parseUsage, UsageError } from '../usage.ts'
import { type DemoEngine, type DemoFleet, ENGINES, type EngineName } from './engines.ts'
import { type FreshetProcess, startFreshet } from './freshet-process.ts'
import { isFree } from './ports.ts'
import { type Reading, ratePerSecond, readingOf, shareOnReplicas } from './readings.ts'
import { openScreen, type Screen } from './screen.ts'
import { play } from './story.ts'
import { type Picture, summary } from './view.ts'
import { startWorkload, type Workload } from './workload.ts'

const HELP = `usage: freshet demo [--seconds N] [--engine ENGINE]

Starts a primary and two replicas on loopback, Freshet in front of them, and a small workload: sessions that write and
read their own writes at once, and sessions that only read. The replicas are delayed and stopped in turns. Nothing is installed, nothing stays
(packages of MySQL and MariaDB are fetched once, where the machine has none, and kept in a cache).

  --seconds N       end after N seconds with a summary; without it Ctrl-C ends the demo
  --engine ENGINE   ${Object.keys(ENGINES).join(', ')} (postgres)

Exit code 0: no read was stale. 1: one was, or something failed.
`

/** The port that the documentation names, as long as nobody else has it. */
const ADMIN_PORT = 9432
const MAX_LAG_MS = 1000
const SCENE_MS = 6000
/** A short demo still shows this many scenes. */
const SCENES_MIN = 4
const RATE_WINDOW_MS = 1000
/** One Ctrl-C can arrive several times: from the terminal, and handed over by npm and by a Node that starts a newer one. */
const SAME_SIGNAL_MS = 500

interface Wanted {
  readonly engine: DemoEngine
  /** Milliseconds; null for "until Ctrl-C". */
  readonly lengthMs: number | null
}

interface Demo {
  readonly engine: DemoEngine
  readonly fleet: DemoFleet
  readonly freshet: FreshetProcess
  readonly workload: Workload
  readonly screen: Screen
  readonly lengthMs: number | null
  readonly startedAt: number
  scene: string
}

const isEngine = (name: string): name is EngineName => Object.hasOwn(ENGINES, name)

function understand(args: readonly string[]): Wanted | 'help' {
  const { values, positionals } = parseUsage(args, { seconds: { type: 'string' }, engine: { type: 'string' } })
  if (values.help) return 'help'
  if (positionals.length > 0) throw new UsageError(`what is ${positionals[0]}? see --help`)
  const name = values.engine ?? 'postgres'
  if (!isEngine(name)) throw new UsageError(`--engine ${name}: there are ${Object.keys(ENGINES).join(', ')}`)
  const engine = ENGINES[name]
  if (values.seconds === undefined) return { engine, lengthMs: null }
  const seconds = Number(values.seconds)
  if (!(seconds > 0 && seconds <= 1e6)) throw new UsageError(`--seconds ${values.seconds}: a number above 0 is needed`)
  return { engine, lengthMs: seconds * 1000 }
}

const listen = async (port: number): Promise<string> => `127.0.0.1:${(await isFree(port)) ? port : 0}`

async function configuration({ engine, port }: DemoEngine, fleet: DemoFleet): Promise<object> {
  return {
    clusters: {
      demo: {
        engine,
        listen: await listen(port),
        servers: fleet.servers.map(({ name, address }) => ({ name, address })),
        monitor: { user: 'freshet', password: 'monitor' },
        max_lag: `${MAX_LAG_MS}ms`,
      },
    },
    admin: { listen: await listen(ADMIN_PORT) },
    shutdown_grace: '2s',
  }
}

function pictureOf(demo: Demo, readings: readonly Reading[], shares: readonly (number | null)[]): Picture {
  const { engine, fleet, freshet, workload, scene, lengthMs, startedAt } = demo
  const latest = readings.at(-1)!
  const before = readings.findLast(({ at }) => at <= latest.at - RATE_WINDOW_MS) ?? readings[0]!
  return {
    servedBy: `${engine.title} ${fleet.version}`,
    elapsedMs: latest.at - startedAt,
    lengthMs,
    dashboard: freshet.adminUrl ?? '',
    command: engine.command(freshet.port()),
    scene,
    maxLagMs: MAX_LAG_MS,
    servers: latest.servers.map((server) => ({
      ...server,
      perSecond: latest === before ? 0 : ratePerSecond(before, latest, server.name),
    })),
    share: latest === before ? null : shareOnReplicas(before, latest),
    shares,
    counts: workload.counts,
  }
}

const read = async (freshet: FreshetProcess): Promise<Reading> => readingOf(await freshet.metrics(), performance.now())

/** Shows a picture at each beat until the demo is over. */
async function watch(demo: Demo, over: AbortSignal): Promise<void> {
  const { screen, freshet } = demo
  const readings: Reading[] = [await read(freshet)]
  const shares: (number | null)[] = []
  let second = readings[0]!
  for (;;) {
    await delay(screen.everyMs, undefined, { signal: over }).catch(() => {})
    if (over.aborted) return
    const reading = await read(freshet).catch(() => null)
    // A proxy that does not answer has ended, or answers the next time; `perform` knows which.
    if (!reading) continue
    readings.push(reading)
    if (readings.length > 20) readings.shift()
    if (reading.at - second.at >= RATE_WINDOW_MS) {
      shares.push(shareOnReplicas(second, reading))
      if (shares.length > 100) shares.shift()
      second = reading
    }
    screen.show(pictureOf(demo, readings, shares))
  }
}

/** From the first statement to the last. Resolves with the exit code. */
async function perform(demo: Demo, stopped: AbortSignal): Promise<number> {
  const { fleet, freshet, workload, screen, lengthMs, startedAt } = demo
  const over = new AbortController()
  const end = () => over.abort()
  stopped.addEventListener('abort', end)
  if (stopped.aborted) end()
  const timer = lengthMs === null ? null : setTimeout(end, lengthMs)
  const died = freshet.ended.then((code) => {
    if (over.signal.aborted) return
    end()
    throw new Error(`Freshet ended with ${code}: ${freshet.logLines.slice(-5).join('\n')}`)
  })
  const sceneMs = lengthMs === null ? SCENE_MS : Math.min(SCENE_MS, lengthMs / SCENES_MIN)
  const story = play(fleet, sceneMs, over.signal, (text) => {
    demo.scene = text
    screen.note(`now: ${text}`)
  })
  try {
    await Promise.race([Promise.all([watch(demo, over.signal), story]), died])
    await Promise.race([workload.stop(), died])
    const share = shareOnReplicas(null, await read(freshet))
    screen.close()
    const { counts } = workload
    const lines = summary((performance.now() - startedAt) / 1000, share, counts)
    process.stdout.write(`${lines.join('\n')}\n`)
    return counts.stale === 0 && counts.backwards === 0 && counts.failures === 0 && counts.reads > 0 ? 0 : 1
  } finally {
    end()
    if (timer) clearTimeout(timer)
    screen.close()
    await workload.stop()
  }
}

/** Starts one thing after the other; what was started ends in the opposite order, whatever happens. */
async function run({ engine, lengthMs }: Wanted, stopped: AbortSignal): Promise<number> {
  const screen = openScreen(process.stdout)
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say(`starting ${engine.title}: a primary and two ${engine.replicas} ...`)
  const fleet: DemoFleet = await engine.start()
  try {
    if (stopped.aborted) return 0
    say(`${engine.title} ${fleet.version} runs on ${fleet.servers.map(({ address }) => address).join(', ')}`)
    const freshet = await startFreshet(await configuration(engine, fleet))
    try {
      say(`connect:   ${engine.command(freshet.port())}`)
      say(`dashboard: ${freshet.adminUrl}`)
      const workload = await startWorkload(
        engine.shop,
        engine.url(freshet.port()),
        fleet.replicas.map((replica) => replica.url()),
      )
      const startedAt = performance.now()
      return await perform({ engine, fleet, freshet, workload, screen, lengthMs, startedAt, scene: '' }, stopped)
    } finally {
      await freshet.stop()
    }
  } finally {
    await fleet.stop()
  }
}

export async function demo(args: readonly string[]): Promise<number> {
  const wanted = understand(args)
  if (wanted === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const stop = new AbortController()
  let askedAt = Number.POSITIVE_INFINITY
  const ask = () => {
    // A second Ctrl-C does not wait for the orderly end: the watchdogs clear up behind a process that is gone.
    if (performance.now() - askedAt > SAME_SIGNAL_MS) process.exit(130)
    askedAt = Math.min(askedAt, performance.now())
    stop.abort()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, ask)
  try {
    return await run(wanted, stop.signal)
  } catch (error) {
    process.stderr.write(`freshet demo: ${error instanceof Error ? error.message : error}\n`)
    return 1
  } finally {
    for (const name of signals) process.off(name, ask)
  }
}
