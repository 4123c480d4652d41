/** The programs that the benchmark needs, and the machine that it runs on. */
import { execFileSync, spawn } from 'node:child_process'
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { delimiter, join } from 'node:path'

function folders(): string[] {
  const versions = (() => {
    try {
      return readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a))
    } catch {
      return []
    }
  })()
  const own = versions.map((version) => join('/usr/lib/postgresql', version, 'bin'))
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', ...own]
}

/** The program's path, or null when the machine does not have it. */
export function findProgram(name: string): string | null {
  for (const folder of folders()) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this folder.
    }
  }
  return null
}

/** First line of what the program says about its version. */
export function versionOf(path: string, flag = '--version'): string {
  const output = execFileSync(path, [flag], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return output
    .split('\n')[0]!
    .replace(/ - http.*$/, '')
    .trim()
}

export interface Account {
  readonly uid?: number
  readonly gid?: number
}

/** PgBouncer and PostgreSQL refuse root, so as root the peers run as `nobody`. */
export function unprivileged(): Account {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** CPU time (user and system, all threads) that a process has used, in microseconds. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / TICKS_PER_SECOND
}

export function machine(): string[] {
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  return [
    `${cpus().length} x ${model}, ${Math.round(totalmem() / 1024 ** 3)} GiB of memory`,
    `Linux ${release()}, Node ${process.versions.node}`,
    'clients, proxies and all servers on this one machine, over loopback, without TLS',
  ]
}

/** Runs a program to its end. */
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
