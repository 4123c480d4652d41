/** One run of sysbench against one address. */
import type { Load, Outcome, Run, Target, Workload } from './suite.ts'
import { execute } from './tools.ts'

const TABLES = 4
/** Per table, times the scale. */
const ROWS = 2500

/** `--db-ps-mode=auto` prepares on the server whatever can be prepared; `disable` sends texts. */
const prepared = ['--db-ps-mode=auto']
const text = ['--db-ps-mode=disable']

export const WORKLOADS: readonly Workload[] = [
  { name: 'point-select', title: '`oltp_point_select`, text', args: ['oltp_point_select', ...text] },
  { name: 'point-select-prepared', title: '`oltp_point_select`, prepared', args: ['oltp_point_select', ...prepared] },
  { name: 'read-only', title: '`oltp_read_only`, text', args: ['oltp_read_only', ...text] },
  { name: 'read-only-prepared', title: '`oltp_read_only`, prepared', args: ['oltp_read_only', ...prepared] },
  { name: 'read-write', title: '`oltp_read_write`, text', args: ['oltp_read_write', ...text] },
  { name: 'read-write-prepared', title: '`oltp_read_write`, prepared', args: ['oltp_read_write', ...prepared] },
]

export const data = (scale: number): string => `sysbench with ${TABLES} tables of ${ROWS * scale} rows`

const at = ({ host, port, user, password, database }: Target, scale: number): string[] => [
  `--mysql-host=${host}`,
  `--mysql-port=${port}`,
  `--mysql-user=${user}`,
  `--mysql-password=${password}`,
  `--mysql-db=${database}`,
  `--tables=${TABLES}`,
  `--table-size=${ROWS * scale}`,
]

/** What went wrong, in one line. */
function faultOf(output: string): string {
  const faults = output.split('\n').filter((line) => line.startsWith('FATAL'))
  const told = faults.find((line) => /error \d+/.test(line)) ?? faults[0] ?? ''
  return told.replace(/^FATAL: /, '').slice(0, 160)
}

export async function prepare(client: string, primary: Target, scale: number): Promise<void> {
  const { code, stdout, stderr } = await execute(client, ['oltp_common', ...at(primary, scale), 'prepare'])
  if (code !== 0) throw new Error(`sysbench prepare failed: ${faultOf(stdout + stderr)}`)
}

export function parseOutput(stdout: string): Outcome | null {
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN)
  const outcome = {
    tps: number(/^ +transactions: +\d+ +\(([\d.]+) per sec/m),
    latencyMs: number(/^ +avg: +([\d.]+)$/m),
    transactions: number(/^ +transactions: +(\d+)/m),
  }
  return Object.values(outcome).every(Number.isFinite) ? outcome : null
}

/** Deadlocks are repeated by sysbench itself; any other error ends it. */
export async function sysbench(
  client: string,
  target: Target,
  workload: Workload,
  { clients, seconds, scale }: Load,
): Promise<Run> {
  const [script = '', ...options] = workload.args
  const load = [`--threads=${clients}`, `--time=${seconds}`, '--percentile=0']
  const { code, stdout, stderr } = await execute(client, [script, ...at(target, scale), ...options, ...load, 'run'])
  const outcome = parseOutput(stdout)
  if (code === 0 && outcome && outcome.transactions > 0) return { ok: true, outcome }
  return { ok: false, why: faultOf(stdout + stderr) || `exit code ${code}` }
}
