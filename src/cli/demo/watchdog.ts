/** See watchdog-process.ts: whatever is registered here ends with this process, even when it is killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export interface Watchdog {
  /** This process is to end with its parent. */
  watch(pid: number): void
  /** It has ended: its number may come to belong to somebody else. */
  forget(pid: number): void
  /** Ends what is left, removes the folder, and resolves when all of that is done. */
  close(): Promise<void>
}

/** One process guards all that this one starts. It never keeps this one alive, but for a close that is awaited. */
class Guard {
  readonly #child: ChildProcess
  readonly #closing = new Map<number, () => void>()
  #groups = 0

  /** @param ended called when the process is gone, whatever the reason. */
  constructor(ended: () => void) {
    const script = fileURLToPath(new URL(`./watchdog-process${extname(import.meta.filename)}`, import.meta.url))
    this.#child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
    const { stdin, stdout } = this.#pipes
    stdin.on('error', () => {})
    createInterface({ input: stdout }).on('line', (line) => this.#closed(Number(line)))
    this.#child.once('exit', () => {
      ended()
      for (const group of [...this.#closing.keys()]) this.#closed(group)
    })
    this.#hold(false)
  }

  open(folder: string): Watchdog {
    const group = ++this.#groups
    const tell = (word: string, value: string | number) => this.#tell(word, group, value)
    let closed: Promise<void> | null = null
    tell('open', folder)
    return {
      watch: (pid) => tell('watch', pid),
      forget: (pid) => tell('forget', pid),
      close: () => (closed ??= this.#close(group)),
    }
  }

  #tell(word: string, group: number, value: string | number = ''): void {
    this.#pipes.stdin.write(`${word} ${group} ${value}\n`)
  }

  #close(group: number): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve()
    return new Promise((resolve) => {
      this.#closing.set(group, resolve)
      this.#hold(true)
      this.#tell('close', group)
    })
  }

  get #pipes(): { readonly stdin: Writable; readonly stdout: Readable } {
    return { stdin: this.#child.stdin!, stdout: this.#child.stdout! }
  }

  #closed(group: number): void {
    this.#closing.get(group)?.()
    this.#closing.delete(group)
    if (this.#closing.size === 0) this.#hold(false)
  }

  #hold(held: boolean): void {
    const { stdin, stdout } = this.#pipes as { stdin: Socket; stdout: Socket }
    for (const handle of [this.#child, stdin, stdout]) held ? handle.ref() : handle.unref()
  }
}

let guard: Guard | null = null

/** @param folder removed at the end, with everything in it. */
export function startWatchdog(folder: string): Watchdog {
  guard ??= new Guard(() => {
    guard = null
  })
  return guard.open(folder)
}
