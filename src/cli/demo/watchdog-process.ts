/**
 * The process that outlives a killed parent for a moment. Its standard input is a pipe that only the parent holds, so it ends
 * whenever the parent does, however that came about; then everything that was registered is killed and removed.
 * Lines: `folder PATH`, `pid N`, `gone N`.
 */
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { crashTree, pause, processTree, running, signal } from './processes.ts'
import { removeSharedMemory } from './shared-memory.ts'

const GRACE_MS = 3000

const pids = new Set<number>()
let folder: string | null = null

// A Ctrl-C at the terminal goes to the whole group; this process must still be there when the parent has gone.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const [word, value] = line.split(/ (.*)/s)
  if (word === 'folder') folder = value!
  if (word === 'pid') pids.add(Number(value))
  if (word === 'gone') pids.delete(Number(value))
}

// An immediate shutdown lets a postmaster give back its shared memory; what is still there after a moment is killed.
for (const pid of pids) {
  signal(processTree(pid), 'SIGCONT')
  signal([pid], 'SIGQUIT')
}
const end = performance.now() + GRACE_MS
while (running([...pids]).length > 0 && performance.now() < end) await pause(20)
for (const pid of running([...pids])) await crashTree(pid)
if (folder !== null) {
  removeSharedMemory(folder)
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
}
