/** Process trees by their ids. A postmaster's children live in process groups of their own, so a group signal would miss them. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

interface Process {
  readonly pid: number
  readonly parent: number
  /** Ended, but its parent has not asked for its exit code yet. */
  readonly zombie: boolean
  /** Stopped by a signal. Of a process with several threads: the first of them. */
  readonly stopped: boolean
}

const PROC = existsSync('/proc/self/stat')

/** One line of `stat` below /proc; the name in parentheses may hold anything, so the fields are read from behind it. */
function parseStat(pid: number, stat: string): Process {
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return processOf(pid, Number(parent), state!)
}

const processOf = (pid: number, parent: number, state: string): Process => ({
  pid,
  parent,
  zombie: /^[ZX]/.test(state),
  stopped: /^[Tt]/.test(state),
})

function allProcesses(): Process[] {
  if (!PROC) {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' }).trim().split('\n')
    return lines.map((line) => {
      const [pid, parent, state] = line.trim().split(/\s+/)
      return processOf(Number(pid), Number(parent), state!)
    })
  }
  return readStats('/proc')
}

/** All processes, or all threads of one. */
function readStats(folder: string): Process[] {
  const found: Process[] = []
  for (const name of readdirSync(folder)) {
    if (!/^\d+$/.test(name)) continue
    try {
      found.push(parseStat(Number(name), readFileSync(`${folder}/${name}/stat`, 'latin1')))
    } catch {
      // It ended while the list was read.
    }
  }
  return found
}

/** The process and everything below it that still runs, parents first. */
export function processTree(root: number): number[] {
  const running = allProcesses().filter(({ zombie }) => !zombie)
  const tree = running.filter(({ pid }) => pid === root).map(({ pid }) => pid)
  for (let at = 0; at < tree.length; at++) {
    for (const { pid, parent } of running) if (parent === tree[at]) tree.push(pid)
  }
  return tree
}

/** Those of these processes that still run. */
export function running(pids: readonly number[]): number[] {
  if (pids.length === 0) return []
  const now = new Set(allProcesses().flatMap(({ pid, zombie }) => (zombie ? [] : [pid])))
  return pids.filter((pid) => now.has(pid))
}

export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // Already gone.
    }
  }
}

/** Does every thread of this process stand still, or is it gone? */
function standsStill(pid: number): boolean {
  try {
    const threads = PROC ? readStats(`/proc/${pid}/task`) : allProcesses().filter((one) => one.pid === pid)
    return threads.every(({ stopped, zombie }) => stopped || zombie)
  } catch {
    return true
  }
}

/** Stops processes without ending them. Resolves when all their threads stand still: the signal is only on its way when kill(2) returns. */
async function stopAll(pids: readonly number[]): Promise<void> {
  signal(pids, 'SIGSTOP')
  await until('they stand still', () => pids.every(standsStill), { everyMs: PROC ? 1 : 50 })
}

/** Stops a tree without ending it, the root first, so that it cannot start a child while its children are counted. Returns who was hit. */
export async function freezeTree(root: number): Promise<number[]> {
  await stopAll([root])
  const tree = processTree(root)
  await stopAll(tree)
  return tree
}

/** Ends a tree as a crash would. Returns who was hit. */
export async function crashTree(root: number): Promise<number[]> {
  // What does not stand still in time is killed on the run.
  const tree = await freezeTree(root).catch(() => processTree(root))
  signal(tree, 'SIGKILL')
  return tree
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks again and again until the answer is true. Rejects with `what` when the time is over. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 30_000, everyMs = 10 }: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await pause(everyMs)
  }
}
