/** `freshet check`: the configuration, then what the monitor account may do on each server, and what each missing right costs. */

import { formatProblem } from '../config/problems.ts'
import type { ClusterConfig, ServerConfig } from '../config/types.ts'
import { formatAddress } from '../config/values.ts'
import type { Probe, Sample } from '../dialect.ts'
import { connectProbe } from '../postgres/probe.ts'
import { CONFIGURATION_OPTIONS, printProblems, readConfiguration } from './configuration.ts'
import { parseUsage } from './usage.ts'

const HELP = `usage: freshet check --config FILE [--offline]
       freshet check [--offline] 'postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE'

  -c, --config FILE   the configuration to check
      --offline       only the configuration; connect to nothing

Connects to each server as the monitor and names each missing right, what it costs, and how to grant it.
Exit codes: 0 nothing is wrong (there may be warnings), 1 something does not work, 2 the configuration is wrong.
`

export type Finding = { readonly level: 'ok' | 'warning' | 'error'; readonly text: string }

const ok = (text: string): Finding => ({ level: 'ok', text })
const warning = (text: string): Finding => ({ level: 'warning', text })
const error = (text: string): Finding => ({ level: 'error', text })
const because = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

async function asks(probe: Probe, sql: string): Promise<boolean> {
  const [row] = await probe.query(sql, [])
  return row?.[0] === 't' || row?.[0] === 'true'
}

const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`

/** What the account may do on one server. */
export async function checkRights(probe: Probe, cluster: ClusterConfig): Promise<Finding[]> {
  const findings: Finding[] = []
  const who = quoteName(cluster.monitor.user)
  if (!(await asks(probe, "SELECT pg_has_role(current_user, 'pg_monitor', 'MEMBER')"))) {
    const cost = 'the timeline of replicas stays unknown, so they serve no reads at all'
    findings.push(error(`not a member of pg_monitor: ${cost}. GRANT pg_monitor TO ${who}`))
  }
  // By name, because its arguments differ between versions.
  const nudge =
    "SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_catalog.pg_proc WHERE proname = 'pg_logical_emit_message'"
  if (cluster.monitor.nudge && !(await asks(probe, nudge))) {
    const cost = 'after a write on an otherwise idle primary, reads can stay on the primary for some seconds'
    findings.push(warning(`may not call pg_logical_emit_message: ${cost}. Or set monitor.nudge: false`))
  }
  findings.push(...(await checkVerifiers(probe, cluster, who)))
  return findings.length > 0 ? findings : [ok('the monitor account has every right that it needs')]
}

async function checkVerifiers(probe: Probe, { auth, monitor }: ClusterConfig, who: string): Promise<Finding[]> {
  if (auth.method === 'trust') return []
  if (auth.query !== null) {
    try {
      const [row] = await probe.query(auth.query, [monitor.user])
      return row && row.length < 2
        ? [error('auth.query returns fewer than two columns: it must return name and verifier')]
        : []
    } catch (cause) {
      return [error(`auth.query fails (${because(cause)}): nobody can log in whose name is not in auth.users`)]
    }
  }
  if (await asks(probe, "SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')")) return []
  const grant = `In database ${quoteName(monitor.database)}: GRANT SELECT ON pg_authid TO ${who}, or set auth.query or auth.users`
  if (auth.users.length > 0) return []
  return [error(`may not read pg_authid, and auth.users is empty: nobody can log in. ${grant}`)]
}

/** What only the servers together show. */
export function checkFleet(
  samples: readonly { readonly name: string; readonly sample: Sample }[],
  skewMax: number,
): Finding[] {
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
  for (const { name, sample } of samples) {
    if (reference && sample.identity !== reference.sample.identity) {
      findings.push(error(`${name} belongs to another cluster than ${reference.name}: it is never used`))
    }
    if (sample.doubt !== null) findings.push(warning(`${name} serves no reads now: ${sample.doubt}`))
    const skew = reference ? Math.abs(sample.clock - reference.sample.clock) : 0
    // The two samples are taken one after the other, so only a difference far beyond that is worth a word.
    if (skew > skewMax + 1000) {
      const cost = 'statements that ask for the time run on the primary'
      findings.push(warning(`the clock of ${name} is ${Math.round(skew)} ms from that of ${reference?.name}: ${cost}`))
    }
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
  let probe: Probe
  try {
    probe = await connectProbe(server.address, { user, password, database, timeout }, cluster.serverTls)
  } catch (cause) {
    return {
      findings: [error(`${formatAddress(server.address)} cannot be used by ${user}: ${because(cause)}`)],
      sample: null,
    }
  }
  try {
    const sample = await probe.sample()
    return { findings: [ok(`answers as a ${sample.role}`), ...(await checkRights(probe, cluster))], sample }
  } catch (cause) {
    return { findings: [error(`does not answer as expected: ${because(cause)}`)], sample: null }
  } finally {
    probe.close()
  }
}

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
