/** `npm run bench`: Freshet, direct connections, PgBouncer and HAProxy in turn, each round in another order, and a page with the result. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Contestant, contestants, type Running, type Servers } from './contestants.ts'
import { startServers } from './fleet.ts'
import { connection, execute, pgbench, WORKLOADS, type Workload } from './pgbench.ts'
import { type Measured, table } from './report.ts'
import { cpuMicros, findProgram, machine, versionOf } from './tools.ts'

const HELP = `usage: npm run bench -- [options]
  --seconds N        length of one run (5)
  --rounds N         rounds; medians are taken over them (3)
  --clients A,B      numbers of clients (1,16,64)
  --scale N          pgbench's scale factor (10)
  --only A,B         only these contestants and workloads:
                     direct, haproxy, pgbouncer, freshet, freshet-one-replica, freshet-primary,
                     select-simple, select-prepared, tpcb
  --no-report        print only, write no file
`

interface Plan {
  readonly seconds: number
  readonly rounds: number
  readonly clients: readonly number[]
  readonly scale: number
  readonly contestants: readonly Contestant[]
  readonly workloads: readonly Workload[]
  readonly report: boolean
}

const say = (text: string) => process.stdout.write(`${text}\n`)

function number(text: string, name: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes whole numbers above 0`)
  return value
}

/** What was asked for; null for --help. */
function readPlan(): Plan | null {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '3' },
      clients: { type: 'string', default: '1,16,64' },
      scale: { type: 'string', default: '10' },
      only: { type: 'string', default: '' },
      'no-report': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const { present, missing } = contestants()
  for (const line of missing) say(line)
  const only = values.only.split(',').filter((name) => name !== '')
  const known = [...present, ...WORKLOADS].map(({ name }) => name)
  const unknown = only.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`--only does not know ${unknown.join(', ')}; there are: ${known.join(', ')}`)
  const chosen = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] => {
    const some = all.filter(({ name }) => only.includes(name))
    return some.length > 0 ? some : all
  }
  return {
    seconds: number(values.seconds, 'seconds'),
    rounds: number(values.rounds, 'rounds'),
    clients: values.clients.split(',').map((text) => number(text, 'clients')),
    scale: number(values.scale, 'scale'),
    contestants: chosen(present),
    workloads: chosen(WORKLOADS),
    report: !values['no-report'],
  }
}

/** One contestant's turn: a short warm-up, then the measurement. */
async function turn(path: string, running: Running, workload: Workload, clients: number, seconds: number) {
  await pgbench(path, running.target, workload, { clients, seconds: 1 })
  const before = running.pid === null ? null : cpuMicros(running.pid)
  const run = await pgbench(path, running.target, workload, { clients, seconds })
  const after = running.pid === null ? null : cpuMicros(running.pid)
  const used = before === null || after === null ? null : after - before
  return { run, cpuMicros: used === null || !run.ok ? null : used / run.outcome.transactions }
}

/** What has to be stopped when somebody interrupts. */
let current: Running | null = null

/** Starts, measures and stops one contestant; one that does not even start has failed, and the others go on. */
async function inTurn(
  path: string,
  contestant: Contestant,
  servers: Servers,
  workload: Workload,
  clients: number,
  seconds: number,
): Promise<Pick<Measured, 'run' | 'cpuMicros'>> {
  try {
    current = await contestant.start(servers, clients, workload.name)
    return await turn(path, current, workload, clients, seconds)
  } catch (error) {
    const why = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').slice(0, 160) : String(error)
    return { run: { ok: false, why }, cpuMicros: null }
  } finally {
    await current?.stop()
    current = null
  }
}

const rotated = <T>(list: readonly T[], by: number): T[] => list.map((_, index) => list[(index + by) % list.length]!)

function line({ contestant, workload, clients, round, run, cpuMicros: cpu }: Measured): string {
  const result = run.ok
    ? `${Math.round(run.outcome.tps).toString().padStart(8)} tps${cpu === null ? '' : `, ${cpu.toFixed(1)} us of proxy CPU`}`
    : `failed: ${run.why}`
  return `round ${round + 1}  ${workload.padEnd(16)} ${String(clients).padStart(3)} clients  ${contestant.padEnd(20)} ${result}`
}

async function measure(path: string, servers: Servers, plan: Plan): Promise<Measured[]> {
  const measured: Measured[] = []
  for (let round = 0; round < plan.rounds; round++) {
    for (const workload of plan.workloads) {
      for (const clients of plan.clients) {
        for (const contestant of rotated(plan.contestants, round)) {
          const result = await inTurn(path, contestant, servers, workload, clients, plan.seconds)
          const one = { contestant: contestant.name, workload: workload.name, clients, round, ...result }
          measured.push(one)
          say(line(one))
        }
      }
    }
  }
  return measured
}

function page(measured: readonly Measured[], plan: Plan, versions: readonly string[]): string {
  const titles = new Map(plan.contestants.map(({ name, title }) => [name, title]))
  const options = { titles, clients: plan.clients }
  const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ')
  return `# PostgreSQL: ${new Date().toISOString().slice(0, 10)}

Command: \`${command}\`

${[...machine(), ...versions].map((text) => `- ${text}`).join('\n')}
- pgbench scale ${plan.scale}, ${plan.rounds} rounds of ${plan.seconds} s after 1 s of warm-up, the order rotated each round; medians.
  Ratios are medians of the ratios within one round. Everything shares the same cores, so read the ratios, not the figures.

${plan.contestants.map(({ title, note }) => `- **${title}**: ${note}`).join('\n')}

${plan.workloads.map((workload) => table(measured, workload, options)).join('\n\n')}
`
}

async function main(): Promise<number> {
  const plan = readPlan()
  if (!plan) {
    say(HELP)
    return 0
  }
  const path = findProgram('pgbench')
  if (!path) {
    say('pgbench is not on this machine: apt-get install postgresql-contrib')
    return 1
  }
  say('starting a primary and two replicas ...')
  const fleet = await startServers()
  const stop = async () => {
    await current?.stop()
    await fleet.stop()
    process.exit(130)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    const { primary } = fleet.servers
    const init = await execute(path, ['-i', '-q', '-s', String(plan.scale), ...connection(primary), primary.database], {
      PGPASSWORD: primary.password,
    })
    if (init.code !== 0) throw new Error(`pgbench -i failed: ${init.stderr}`)
    await fleet.untilCaughtUp()
    const measured = await measure(path, fleet.servers, plan)
    const text = page(measured, plan, [fleet.version, versionOf(path)])
    say(`\n${text}`)
    if (plan.report) {
      const folder = join(import.meta.dirname, 'results')
      mkdirSync(folder, { recursive: true })
      const file = join(folder, `${new Date().toISOString().slice(0, 10)}-postgres.md`)
      writeFileSync(file, text)
      say(`written to bench/results/${file.split('/').at(-1)}`)
    }
    return 0
  } finally {
    await fleet.stop()
  }
}

process.exitCode = await main()
