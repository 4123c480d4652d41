import type { Probe } from '../dialect.ts'
import type { ServerId } from '../units.ts'
import type { Schedule } from './types.ts'

type Rows = readonly (readonly (string | null)[])[]

interface Line {
  readonly server: ServerId
  readonly probe: Promise<Probe>
}

export interface LookupOptions {
  readonly connect: (server: ServerId, database: string | null) => Promise<Probe>
  readonly schedule: Schedule
}

/** Connections kept for look-ups, over all servers and databases; the one used longest ago is closed first. */
const LINES_MAX = 8
const LOOKUP_TIMEOUT = 30_000

/** Slow questions through the monitor's account, on connections of their own so that samples never wait behind them. */
export class Lookups {
  readonly #options: LookupOptions
  /** By server and database, in the order of their last use. */
  readonly #lines = new Map<string, Line>()

  constructor(options: LookupOptions) {
    this.#options = options
  }

  query(server: ServerId, database: string | null, sql: string, parameters: readonly unknown[]): Promise<Rows> {
    return this.#run(server, database, (probe) => probe.query(sql, parameters))
  }

  nudge(server: ServerId): Promise<void> {
    return this.#run(server, null, (probe) => probe.nudge())
  }

  /** Forgets the connections to one server, or all of them. */
  close(server: ServerId | null): void {
    for (const [key, line] of this.#lines) if (server === null || line.server === server) this.#drop(key, line)
  }

  async #run<T>(server: ServerId, database: string | null, ask: (probe: Probe) => Promise<T>): Promise<T> {
    const key = `${server} ${database ?? ''}`
    const kept = this.#lines.get(key)
    if (kept !== undefined) {
      try {
        return await this.#ask(key, kept, ask)
      } catch (error) {
        // A kept connection may have died unnoticed. Look-ups only read, and a second marker does no harm, so asking again is safe.
        if (this.#lines.get(key) === kept) throw error
      }
    }
    return this.#ask(key, this.#lines.get(key) ?? this.#open(key, server, database), ask)
  }

  async #ask<T>(key: string, line: Line, ask: (probe: Probe) => Promise<T>): Promise<T> {
    this.#touch(key, line)
    let stopTimer = () => {}
    const late = new Promise<never>((_, reject) => {
      const action = () => reject(new Error(`no answer within ${LOOKUP_TIMEOUT} ms`))
      stopTimer = this.#options.schedule(LOOKUP_TIMEOUT, action)
    })
    try {
      return await Promise.race([line.probe.then(ask), late])
    } catch (error) {
      if (!isRefusal(error)) this.#drop(key, line)
      throw error
    } finally {
      stopTimer()
    }
  }

  #open(key: string, server: ServerId, database: string | null): Line {
    const line = { server, probe: this.#options.connect(server, database) }
    this.#lines.set(key, line)
    for (const [oldest, its] of this.#lines) {
      if (this.#lines.size <= LINES_MAX) break
      this.#drop(oldest, its)
    }
    return line
  }

  #touch(key: string, line: Line): void {
    if (this.#lines.get(key) !== line) return
    this.#lines.delete(key)
    this.#lines.set(key, line)
  }

  #drop(key: string, line: Line): void {
    if (this.#lines.get(key) === line) this.#lines.delete(key)
    line.probe.then(
      (probe) => probe.close(),
      () => {},
    )
  }
}

/** The server answered, with an error that ends only the statement: an SQLSTATE outside the classes that end connections. */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' && /^(?!08|57P|53|28|3D|XX)[0-9A-Z]{5}$/.test(code)
}
