/** Starting and ending the programs that are compared. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWatchdog } from '../src/cli/demo/watchdog.ts'
import type { Running, Target } from './suite.ts'
import { type Account, unprivileged } from './tools.ts'

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}

/** Waits for the process to accept connections; fails with what it said when it ends first. */
async function untilAccepting(child: ChildProcess, port: number, name: string): Promise<void> {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-4000)
    })
  }
  const deadline = performance.now() + 20_000
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`${name} does not accept connections: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** Ends it, and resolves when it has ended. */
async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })
  child.kill('SIGTERM')
  // Clients are gone by now; who still does not end is not waited for.
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}

/** A configuration file in a folder of its own that the unprivileged account may read. */
export function configFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-bench-'))
  const { uid, gid } = unprivileged()
  chmodSync(folder, 0o755)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
  return folder
}

/** `folder` is its own, and goes with it. Nothing of it stays, not even when this process is killed. */
export async function startPeer(
  path: string,
  args: readonly string[],
  folder: string,
  port: number,
  target: Target,
  account: Account = unprivileged(),
): Promise<Running> {
  const watchdog = startWatchdog(folder)
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder, ...account })
  const { pid } = child
  if (pid !== undefined) watchdog.watch(pid)
  const stop = async () => {
    await end(child)
    if (pid !== undefined) watchdog.forget(pid)
    await watchdog.close()
  }
  await untilAccepting(child, port, path).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return { target: { ...target, host: '127.0.0.1', port }, pid: pid!, stop }
}
