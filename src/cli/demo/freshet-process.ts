/** `freshet serve` as a process of its own, as a user would start it: for the demo and for the tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { parseMetrics, type Sample } from './metrics-page.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'

const PROGRAM = fileURLToPath(new URL('../../../bin/freshet.js', import.meta.url))
const READY_TIMEOUT_MS = 30_000
const LOG_LINES_MAX = 50_000

export interface FreshetOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Options of Node itself, such as --expose-gc. */
  readonly nodeOptions?: readonly string[]
}

/** Starts it with a configuration (an object, or YAML as it is); resolves at its line `freshet ready`. */
export async function startFreshet(
  config: object | string,
  { env = {}, nodeOptions = [] }: FreshetOptions = {},
): Promise<FreshetProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-serve-'))
  const file = join(folder, 'freshet.yaml')
  writeFileSync(file, typeof config === 'string' ? config : stringify(config), { mode: 0o600 })
  const watchdog = startWatchdog(folder)
  const child = spawn(process.execPath, [...nodeOptions, PROGRAM, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    detached: true,
  })
  if (child.pid !== undefined) watchdog.watch(child.pid)
  const freshet = new FreshetProcess(child, watchdog, file)
  try {
    await freshet.ready()
    return freshet
  } catch (error) {
    child.kill('SIGKILL')
    await watchdog.close()
    throw error
  }
}

export class FreshetProcess {
  /** What it wrote to standard error, line by line; the oldest are dropped when there are very many. */
  readonly logLines: string[] = []
  /** Everything it wrote to standard output. */
  output = ''
  readonly configFile: string
  /** Resolves with the exit code (null: by a signal) when it has ended. */
  readonly ended: Promise<number | null>
  readonly #child: ChildProcess
  readonly #watchdog: Watchdog
  readonly #waiting = new Set<() => void>()
  #hasEnded = false

  constructor(child: ChildProcess, watchdog: Watchdog, configFile: string) {
    this.configFile = configFile
    this.#child = child
    this.#watchdog = watchdog
    let rest = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
      this.#wake()
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      this.logLines.push(...lines)
      if (this.logLines.length > LOG_LINES_MAX) this.logLines.splice(0, this.logLines.length - LOG_LINES_MAX)
      this.#wake()
    })
    this.ended = new Promise((resolve) => {
      const over = (code: number | null) => {
        this.#hasEnded = true
        if (rest !== '') this.logLines.push(rest)
        if (child.pid !== undefined) watchdog.forget(child.pid)
        resolve(code)
        this.#wake()
      }
      child.once('close', over)
      child.once('error', () => over(127))
    })
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** The first port that the cluster (the first one, unless named) listens on. */
  port(cluster?: string): number {
    const listening =
      cluster === undefined ? /^freshet ready: \S+ on \S*:(\d+)/m : new RegExp(`${cluster} on \\S*:(\\d+)`)
    return Number(listening.exec(this.output)![1])
  }

  /** Such as `http://127.0.0.1:9432/`; null when there is no admin address. */
  get adminUrl(): string | null {
    return /dashboard (http:\S+)/.exec(this.output)?.[1] ?? null
  }

  url(user = 'app', database = 'app', password = user): string {
    return `postgres://${user}:${password}@127.0.0.1:${this.port()}/${database}`
  }

  /** Its log as objects; lines that are no JSON (a crash) as `{ msg: line }`. */
  log(): Record<string, unknown>[] {
    return this.logLines.map((line) => {
      try {
        return JSON.parse(line)
      } catch {
        return { msg: line }
      }
    })
  }

  /** Resolves when the condition holds, which is asked again at everything it writes. Rejects when it ends before, or at the time limit. */
  async until(what: string, condition: () => boolean, timeoutMs = READY_TIMEOUT_MS): Promise<void> {
    const end = performance.now() + timeoutMs
    while (!condition()) {
      const left = end - performance.now()
      if (this.#hasEnded || left <= 0) {
        const why = this.#hasEnded
          ? `freshet ended with ${this.#child.exitCode}`
          : `freshet: not within ${timeoutMs} ms`
        throw new Error(`${why}: ${what}\n${this.output}${this.logLines.slice(-20).join('\n')}`)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#waiting.add(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  ready(): Promise<void> {
    return this.until('ready', () => /^freshet ready.*\n/m.test(this.output))
  }

  async get(path: string): Promise<Response> {
    return await fetch(new URL(path, this.adminUrl ?? 'http://127.0.0.1:9432/'))
  }

  async metrics(): Promise<Sample[]> {
    return parseMetrics(await (await this.get('/metrics')).text())
  }

  /** What it holds in memory now, and at most so far (Linux only: from /proc). */
  memory(): { readonly residentBytes: number; readonly peakBytes: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)![1]) * 1024
    return { residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Asks it to end and resolves with its exit code. */
  async stop(name: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.signal(name)
    const code = await this.ended
    await this.#watchdog.close()
    return code
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}
