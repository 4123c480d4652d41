/** See watchdog-process.ts: whatever is registered here ends with this process, even when it is killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Watchdog {
  /** This process is to end with its parent. */
  watch(pid: number): void
  /** It has ended: its number may come to belong to somebody else. */
  forget(pid: number): void
  /** Ends what is left, removes the folder, and resolves when all of that is done. */
  close(): Promise<void>
}

/** @param folder removed at the end, with everything in it. */
export function startWatchdog(folder: string): Watchdog {
  const script = fileURLToPath(new URL(`./watchdog-process${extname(import.meta.filename)}`, import.meta.url))
  const child: ChildProcess = spawn(process.execPath, [script], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const pipe = child.stdin!
  pipe.on('error', () => {})
  // Neither the process nor the pipe keeps its parent alive.
  child.unref()
  if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
  pipe.write(`folder ${folder}\n`)
  return {
    watch: (pid) => void pipe.write(`pid ${pid}\n`),
    forget: (pid) => void pipe.write(`gone ${pid}\n`),
    async close() {
      child.ref()
      pipe.end()
      await ended
    },
  }
}
