// Which Node runs Freshet: the one that runs this script when it is new enough, else the one the project brings.
// Plain JavaScript in old syntax on purpose: it must load on the machine's own Node, however old.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const [major, minor] = process.versions.node.split('.').map(Number)
export const newEnough = major > 24 || (major === 24 && minor >= 12)

export function nodePath() {
  if (newEnough) return process.execPath
  const brought = join(root, 'node_modules', 'node', 'bin', 'node')
  if (existsSync(brought)) return brought
  process.stderr.write(
    `freshet needs Node 24.12 or newer; this is ${process.version}. Run 'npm ci' in ${root} to get the Node it brings, or install a newer Node.\n`,
  )
  process.exit(2)
}

/**
 * Options that V8 takes only when a process starts. Its space for new objects would grow to 64 MiB under load, several times of what a
 * thousand clients hold, and a proxy's garbage is gone long before a space of a quarter of that is full. And from what happens to be alive during a pause
 * it would conclude that such objects live long, and put each statement's among the old ones from then on, where only a full collection finds them.
 */
export const v8Options = ['--max-semi-space-size=8', '--no-allocation-site-pretenuring']

const kinds = [/--max[-_]semi[-_]space[-_]size/, /--(no[-_])?allocation[-_]site[-_]pretenuring/]

/** Begins this very process anew with those options, unless it has them or others of the kind; nothing where the platform cannot. */
export function restartWithOptions() {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? '']
  const missing = v8Options.filter((_, at) => !given.some((option) => kinds[at].test(option)))
  if (missing.length === 0) return
  // A parent's channel (fork, cluster, process managers) would be lost.
  if (typeof process.execve !== 'function' || process.connected) return
  try {
    process.execve(process.execPath, [process.execPath, ...missing, ...process.execArgv, ...process.argv.slice(1)])
  } catch {
    // It runs as well without them.
  }
}

/** Runs a program to its end, handing over signals, and resolves with its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: root, ...options })
    const pass = (signal) => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, pass)
    child.on('error', (error) => {
      process.stderr.write(`cannot run ${command}: ${error.message}\n`)
      resolve(127)
    })
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, pass)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143))
    })
  })
}
