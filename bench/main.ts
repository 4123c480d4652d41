/** `npm run bench -- [ENGINE]`: Freshet, direct connections and other proxies in turn, each round in another order, and a page with the result. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Measured, table } from './report.ts'
import type { BenchFleet, Contestant, Load, Running, Suite, Workload } from './suite.ts'
import { mariadbSuite, mysqlSuite } from './suite-mysql.ts'
import { postgresSuite } from './suite-postgres.ts'
import { cpuMicros, findProgram, machine, versionOf } from './tools.ts'

const SUITES: readonly Suite[] = [postgresSuite, mysqlSuite, mariadbSuite]

const HELP = `usage: npm run bench -- [ENGINE] [options]
  ENGINE             ${SUITES.map(({ name }) => name).join(', ')} (postgres)
  --seconds N        length of one run (5)
  --warm-up N        seconds before each run that do not count: code is compiled meanwhile (10; 20 on a slow machine)
  --rounds N         rounds; medians are taken over them (3)
  --clients A,B      numbers of clients (1,16,64)
  --scale N          how much data: pgbench's scale factor; sysbench: 4 tables of N * 2500 rows (10)
  --only A,B         only these contestants and workloads, such as direct,freshet,haproxy
${SUITES.map(({ name, workloads }) => `                     ${name}: ${workloads.map((one) => one.name).join(', ')}`).join('\n')}
  --no-report        print only, write no file
`

interface Plan {
  readonly suite: Suite
  readonly seconds: number
  /** Each proxy is new in each run, and so are its server connections: code is compiled and memory is mapped meanwhile. */
  readonly warmUp: number
  readonly rounds: number
  readonly clients: readonly number[]
  readonly scale: number
  /** Names of contestants and workloads; empty for all. */
  readonly only: readonly string[]
  readonly report: boolean
}

interface Field {
  readonly contestants: readonly Contestant[]
  readonly workloads: readonly Workload[]
}

const say = (text: string) => process.stdout.write(`${text}\n`)

function number(text: string, name: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Mistake(`--${name} takes whole numbers above 0`)
  return value
}

/** What was asked for; null for --help. */
function readPlan(): Plan | null {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '5' },
      'warm-up': { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
      clients: { type: 'string', default: '1,16,64' },
      scale: { type: 'string', default: '10' },
      only: { type: 'string', default: '' },
      'no-report': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const [wanted = 'postgres', ...more] = positionals
  const suite = SUITES.find(({ name }) => name === wanted)
  if (!suite || more.length > 0) throw new Mistake(`one engine: ${SUITES.map(({ name }) => name).join(', ')}`)
  return {
    suite,
    seconds: number(values.seconds, 'seconds'),
    warmUp: number(values['warm-up'], 'warm-up'),
    rounds: number(values.rounds, 'rounds'),
    clients: values.clients.split(',').map((text) => number(text, 'clients')),
    scale: number(values.scale, 'scale'),
    only: values.only.split(',').filter((name) => name !== ''),
    report: !values['no-report'],
  }
}

/** A user's. */
class Mistake extends Error {}

/** Who takes part in what. */
function fieldOf({ suite, only }: Plan, fleet: BenchFleet): Field {
  const { present, missing } = suite.contestants(fleet)
  for (const line of missing) say(line)
  const known = [...present, ...suite.workloads].map(({ name }) => name)
  const unknown = only.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Mistake(`--only does not know ${unknown.join(', ')}; there are: ${known.join(', ')}`)
  const chosen = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] => {
    const some = all.filter(({ name }) => only.includes(name))
    return some.length > 0 ? some : all
  }
  return { contestants: chosen(present), workloads: chosen(suite.workloads) }
}

/** One contestant's turn: a warm-up, then the measurement. */
async function turn(plan: Plan, client: string, running: Running, workload: Workload, load: Load) {
  const { suite, warmUp } = plan
  await suite.run(client, running.target, workload, { ...load, seconds: warmUp })
  const before = running.pid === null ? null : cpuMicros(running.pid)
  const run = await suite.run(client, running.target, workload, load)
  const after = running.pid === null ? null : cpuMicros(running.pid)
  const used = before === null || after === null ? null : after - before
  return { run, cpuMicros: used === null || !run.ok ? null : used / run.outcome.transactions }
}

/** What has to be stopped when somebody interrupts. */
let current: Running | null = null

/** Starts, measures and stops one contestant; one that does not even start has failed, and the others go on. */
async function inTurn(
  plan: Plan,
  client: string,
  fleet: BenchFleet,
  contestant: Contestant,
  workload: Workload,
  load: Load,
): Promise<Pick<Measured, 'run' | 'cpuMicros'>> {
  try {
    current = await contestant.start(fleet.servers, load.clients, workload.name)
    return await turn(plan, client, current, workload, load)
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
  return `round ${round + 1}  ${workload.padEnd(21)} ${String(clients).padStart(3)} clients  ${contestant.padEnd(20)} ${result}`
}

async function measure(client: string, fleet: BenchFleet, plan: Plan, field: Field): Promise<Measured[]> {
  const { seconds, scale } = plan
  const measured: Measured[] = []
  for (let round = 0; round < plan.rounds; round++) {
    for (const workload of field.workloads) {
      for (const clients of plan.clients) {
        for (const contestant of rotated(field.contestants, round)) {
          const result = await inTurn(plan, client, fleet, contestant, workload, { clients, seconds, scale })
          const one = { contestant: contestant.name, workload: workload.name, clients, round, ...result }
          measured.push(one)
          say(line(one))
        }
      }
    }
  }
  return measured
}

function page(measured: readonly Measured[], plan: Plan, field: Field, versions: readonly string[]): string {
  const { suite, scale, rounds, seconds, warmUp, clients } = plan
  const titles = new Map(field.contestants.map(({ name, title }) => [name, title]))
  const options = { titles, clients, against: suite.against }
  const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ')
  return `# ${suite.title}: ${new Date().toISOString().slice(0, 10)}

Command: \`${command}\`

${[...machine(), ...versions].map((text) => `- ${text}`).join('\n')}
- ${suite.data(scale)}, ${rounds} rounds of ${seconds} s after ${warmUp} s of warm-up, the order rotated each round; medians.
  Ratios are medians of the ratios within one round. Everything shares the same cores, so read the ratios, not the figures.

${field.contestants.map(({ title, note }) => `- **${title}**: ${note}`).join('\n')}

${field.workloads.map((workload) => table(measured, workload, options)).join('\n\n')}
`
}

function write(name: string, text: string): void {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const file = `${new Date().toISOString().slice(0, 10)}-${name}.md`
  writeFileSync(join(folder, file), text)
  say(`written to bench/results/${file}`)
}

async function main(): Promise<number> {
  const plan = readPlan()
  if (!plan) {
    say(HELP)
    return 0
  }
  const { suite } = plan
  const client = findProgram(suite.client.program)
  if (!client) {
    say(`${suite.client.program} is not on this machine: apt-get install ${suite.client.package}`)
    return 1
  }
  say('starting a primary and two replicas ...')
  const fleet = await suite.startServers()
  const stop = async () => {
    await current?.stop()
    await fleet.stop()
    process.exit(130)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    const field = fieldOf(plan, fleet)
    await suite.prepare(client, fleet.servers.primary, plan.scale)
    await fleet.untilCaughtUp()
    const measured = await measure(client, fleet, plan, field)
    const text = page(measured, plan, field, [fleet.version, versionOf(client)])
    say(`\n${text}`)
    if (plan.report) write(suite.name, text)
    return 0
  } finally {
    await fleet.stop()
  }
}

process.exitCode = await main().catch((error: Error & { code?: string }) => {
  if (!(error instanceof Mistake) && error.code?.startsWith('ERR_PARSE_ARGS') !== true) throw error
  say(`${error.message}\nnpm run bench -- --help says what there is`)
  return 2
})
