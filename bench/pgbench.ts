/** One run of pgbench against one address. */
import type { Load, Outcome, Run, Target, Workload } from './suite.ts'
import { execute } from './tools.ts'

export const WORKLOADS: readonly Workload[] = [
  { name: 'select-simple', title: 'SELECT only (`-S`), simple protocol', args: ['-S', '-M', 'simple'] },
  { name: 'select-prepared', title: 'SELECT only (`-S`), prepared', args: ['-S', '-M', 'prepared'] },
  { name: 'tpcb', title: 'TPC-B, simple protocol', args: ['-b', 'tpcb-like', '-M', 'simple'] },
]

export const connection = ({ host, port, user }: Target): string[] => ['-h', host, '-p', String(port), '-U', user]

export function parseOutput(stdout: string): Outcome | null {
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN)
  const outcome = {
    tps: number(/^tps = ([\d.]+)/m),
    latencyMs: number(/^latency average = ([\d.]+) ms/m),
    transactions: number(/^number of transactions actually processed: (\d+)/m),
  }
  return Object.values(outcome).every(Number.isFinite) ? outcome : null
}

export async function pgbench(
  path: string,
  target: Target,
  workload: Workload,
  { clients, seconds }: Load,
): Promise<Run> {
  const load = ['-n', '-T', String(seconds), '-c', String(clients), '-j', String(Math.min(clients, 2))]
  const args = [...workload.args, ...load, ...connection(target), target.database]
  const { code, stdout, stderr } = await execute(path, args, { PGPASSWORD: target.password })
  const outcome = parseOutput(stdout)
  if (code === 0 && outcome && outcome.transactions > 0) return { ok: true, outcome }
  const fault = /(?:ERROR|FATAL|error):?\s+(.*)/.exec(stderr)?.[1] ?? stderr.split('\n')[0] ?? ''
  return { ok: false, why: fault.trim().slice(0, 160) || `exit code ${code}` }
}
