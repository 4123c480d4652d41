/** One run of pgbench against one address. */
import { spawn } from 'node:child_process'

export interface Target {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface Workload {
  readonly name: string
  readonly title: string
  readonly args: readonly string[]
}

export const WORKLOADS: readonly Workload[] = [
  { name: 'select-simple', title: 'SELECT only (`-S`), simple protocol', args: ['-S', '-M', 'simple'] },
  { name: 'select-prepared', title: 'SELECT only (`-S`), prepared', args: ['-S', '-M', 'prepared'] },
  { name: 'tpcb', title: 'TPC-B, simple protocol', args: ['-b', 'tpcb-like', '-M', 'simple'] },
]

export interface Outcome {
  readonly tps: number
  readonly latencyMs: number
  readonly transactions: number
}

export type Run = { readonly ok: true; readonly outcome: Outcome } | { readonly ok: false; readonly why: string }

export const connection = ({ host, port, user }: Target): string[] => ['-h', host, '-p', String(port), '-U', user]

/** Runs a program to its end. `stderr` is where pgbench says what went wrong. */
export function execute(
  path: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-10_000)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
  })
}

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
  options: { readonly clients: number; readonly seconds: number },
): Promise<Run> {
  const { clients, seconds } = options
  const load = ['-n', '-T', String(seconds), '-c', String(clients), '-j', String(Math.min(clients, 2))]
  const args = [...workload.args, ...load, ...connection(target), target.database]
  const { code, stdout, stderr } = await execute(path, args, { PGPASSWORD: target.password })
  const outcome = parseOutput(stdout)
  if (code === 0 && outcome && outcome.transactions > 0) return { ok: true, outcome }
  const fault = /(?:ERROR|FATAL|error):?\s+(.*)/.exec(stderr)?.[1] ?? stderr.split('\n')[0] ?? ''
  return { ok: false, why: fault.trim().slice(0, 160) || `exit code ${code}` }
}
