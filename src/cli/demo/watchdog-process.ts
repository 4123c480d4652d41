/**
 * The process that outlives a killed parent for a moment. Its standard input is a pipe that only the parent holds, so it ends
 * whenever the parent does, however that came about; then everything that was registered is killed and removed.
 * Lines: `open GROUP FOLDER`, `watch GROUP PID`, `forget GROUP PID`, `close GROUP`, which is answered by `GROUP` when it is done.
 */
import { existsSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { crashTree, pause, processTree, running, signal } from './processes.ts'
import { removeSharedMemory } from './shared-memory.ts'

const GRACE_MS = 3000

interface Group {
  readonly folder: string
  readonly pids: Set<number>
  /** Set when its end has begun: the parent's own may come meanwhile. */
  cleared?: Promise<void>
}

const groups = new Map<string, Group>()

// A Ctrl-C at the terminal goes to the whole group; this process must still be there when the parent has gone.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {})
// So must it when nobody reads its answers any more.
process.stdout.on('error', () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const [, word, id, value] = /^(\w+) (\d+) (.*)$/s.exec(line)!
  if (word === 'open') groups.set(id!, { folder: value!, pids: new Set() })
  const group = groups.get(id!)
  if (word === 'watch') group?.pids.add(Number(value))
  if (word === 'forget') group?.pids.delete(Number(value))
  if (word === 'close') void close(id!)
}
await Promise.all([...groups.values()].map((group) => group.cleared ?? clear(group)))

async function close(id: string): Promise<void> {
  const group = groups.get(id)
  if (group) {
    group.cleared ??= clear(group)
    await group.cleared
  }
  groups.delete(id)
  process.stdout.write(`${id}\n`)
}

/** Ends what is left of a group and removes its folder. What fails is told, and holds up nothing else. */
async function clear({ folder, pids }: Group): Promise<void> {
  try {
    // An immediate shutdown lets a postmaster give back its shared memory; what is still there after a moment is killed.
    for (const pid of pids) {
      signal(processTree(pid), 'SIGCONT')
      signal([pid], 'SIGQUIT')
    }
    const end = performance.now() + GRACE_MS
    while (running([...pids]).length > 0 && performance.now() < end) await pause(20)
    for (const pid of running([...pids])) await crashTree(pid)
    if (!existsSync(folder)) return
    removeSharedMemory(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  } catch (error) {
    process.stderr.write(`cannot clear up ${folder}: ${(error as Error).message}\n`)
  }
}
