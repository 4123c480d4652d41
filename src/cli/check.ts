/** `freshet check`: the configuration, then what the monitor account may do on each server, and what each missing right costs. */

import { formatProblem } from '../config/problems.ts'
import type { ClusterConfig, ServerConfig } from '../config/types.ts'
import { formatAddress } from '../config/values.ts'
import type { Sample } from '../dialect.ts'
import { connectProbe as connectMysql } from '../mysql/probe.ts'
import { connectProbe as connectPostgres } from '../postgres/probe.ts'
import { checkAccount } from './check-account.ts'
import { CONFIGURATION_OPTIONS, printProblems, readConfiguration } from './configuration.ts'
import { because, error, type Finding, ok, warning } from './finding.ts'
import { parseUsage } from './usage.ts'

const HELP = `usage: freshet check --config FILE [--offline]
       freshet check [--offline] 'postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE'     (or mysql://, mariadb://)

  -c, --config FILE   the configuration to check
      --offline       only the configuration; connect to nothing

Connects to each server as the monitor and names each missing right, what it costs, and how to grant it.
Exit codes: 0 nothing is wrong (there may be warnings), 1 something does not work, 2 the configuration is wrong.
`

const CONNECT = { postgres: connectPostgres, mysql: connectMysql } as const

/** What only the servers together show. */
export function checkFleet(samples: readonly Named[], skewMax: number): Finding[] {
  const findings: Finding[] = []
  const primaries = samples.filter(({ sample }) => sample.role === 'primary')
  if (primaries.length === 0)
    findings.push(error('none of the servers that answer is a primary: there can be no writes'))
  if (primaries.length > 1) {
    const names = primaries.map(({ name }) => name).join(' and ')
    findings.push(error(`${names} both claim to be the primary: there are no writes until one of them is gone`))
  }
  if (samples.length > 0 && primaries.length === samples.length && primaries.length === 1) {
    findings.push(warning('there is no replica: every read goes to the primary'))
  }
  const reference = primaries[0] ?? samples[0]
  const related = relatives(samples, reference)
  for (const { name, sample } of samples) {
    if (reference && !related.has(name)) {
      findings.push(error(`${name} belongs to another cluster than ${reference.name}: it is never used`))
    }
    if (sample.doubt !== null) findings.push(warning(`${name} serves no reads now: ${sample.doubt}`))
    else if (sample.unordered === true) {
      const cost = 'it may show a transaction before an earlier one, so it serves reads of level eventual only'
      findings.push(warning(`${name} applies in parallel without keeping the order: ${cost}`))
    }
    const skew = reference ? Math.abs(sample.clock - reference.sample.clock) : 0
    // The two samples are taken one after the other, so only a difference far beyond that is worth a word.
    if (skew > skewMax + 1000) {
      const cost = 'statements that ask for the time run on the primary'
      findings.push(warning(`the clock of ${name} is ${Math.round(skew)} ms from that of ${reference?.name}: ${cost}`))
    }
  }
  return [...findings, ...twins(samples)]
}

type Named = { readonly name: string; readonly sample: Sample }

/** Who is of one cluster with the reference: directly, or through others. */
function relatives(samples: readonly Named[], reference: Named | undefined): ReadonlySet<string> {
  const related = new Set<string>()
  const marks = new Set<string>()
  const take = ({ name, sample }: Named) => {
    related.add(name)
    for (const mark of marksOf(sample)) marks.add(mark)
  }
  if (reference) take(reference)
  for (let before = -1; before < related.size; ) {
    before = related.size
    for (const one of samples) if (marksOf(one.sample).some((mark) => marks.has(mark))) take(one)
  }
  return related
}

const marksOf = ({ identity, marks }: Sample): readonly string[] => [identity, ...(marks ?? [])]

/** Where servers have names of their own, two of one name are one server twice, or a copy that kept its name. */
function twins(samples: readonly Named[]): Finding[] {
  const seen = new Map<string, string>()
  const findings: Finding[] = []
  for (const { name, sample } of samples) {
    if (sample.marks === undefined) continue
    const first = seen.get(sample.identity)
    const cost = 'they cannot be told apart, and a replica ignores what a server of its own id wrote'
    if (first === undefined) seen.set(sample.identity, name)
    else findings.push(error(`${first} and ${name} have the same server id (${sample.identity}): ${cost}`))
  }
  return findings
}

function print(subject: string, { level, text }: Finding): void {
  process.stdout.write(`${level.padEnd(8)} ${subject}: ${text}\n`)
}

async function checkServer(
  server: ServerConfig,
  cluster: ClusterConfig,
): Promise<{ findings: Finding[]; sample: Sample | null }> {
  const { user, password, database, timeout } = cluster.monitor
  const findings: Finding[] = []
  try {
    findings.push(...(await checkAccount(server.address, cluster)))
  } catch (cause) {
    const where = formatAddress(server.address)
    return { findings: [error(`${where} cannot be used by ${user}: ${because(cause)}`)], sample: null }
  }
  try {
    const account = { user, password, database, timeout }
    const probe = await CONNECT[cluster.engine](server.address, account, cluster.serverTls)
    try {
      const sample = await probe.sample()
      return { findings: [ok(`answers as a ${productOf(sample)}${sample.role}`), ...findings], sample }
    } finally {
      probe.close()
    }
  } catch (cause) {
    return { findings: [error(`does not answer as expected: ${because(cause)}`), ...findings], sample: null }
  }
}

const PRODUCTS: Readonly<Record<string, string>> = { mysql: 'MySQL', mariadb: 'MariaDB' }

const productOf = ({ product }: Sample): string =>
  product ? `${PRODUCTS[product.flavour] ?? product.flavour} ${product.version.split('-')[0]} ` : ''

async function checkCluster(cluster: ClusterConfig): Promise<boolean> {
  const samples: { name: string; sample: Sample }[] = []
  const all: Finding[] = []
  for (const server of cluster.servers) {
    const { findings, sample } = await checkServer(server, cluster)
    for (const finding of findings) print(`${cluster.name} ${server.name}`, finding)
    if (sample) samples.push({ name: server.name, sample })
    all.push(...findings)
  }
  for (const finding of checkFleet(samples, cluster.monitor.clockSkewMax)) {
    print(cluster.name, finding)
    all.push(finding)
  }
  return all.every(({ level }) => level !== 'error')
}

export async function check(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseUsage(args, { ...CONFIGURATION_OPTIONS, offline: { type: 'boolean' } })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const loaded = readConfiguration({ ...values, url: positionals[0] })
  if (!loaded.ok) {
    printProblems(loaded.problems)
    return 2
  }
  for (const problem of loaded.warnings) process.stdout.write(`warning  ${formatProblem(problem)}\n`)
  print(
    'configuration',
    ok(
      `${loaded.config.clusters.length === 1 ? 'one cluster' : `${loaded.config.clusters.length} clusters`}, nothing wrong`,
    ),
  )
  if (values.offline) return 0
  let good = true
  for (const cluster of loaded.config.clusters) good = (await checkCluster(cluster)) && good
  return good ? 0 : 1
}
