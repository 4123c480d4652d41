/**
 * At the start of `serve`: what the monitor's account lacks on each server and what that costs, in the log. A server is looked at once, when it can
 * first be reached, on a connection of its own, one server after the other: clients never wait for it, and nothing fails because of it.
 */
import type { ClusterConfig, ServerConfig } from '../config/types.ts'
import type { Log } from '../observe/log.ts'
import { checkAccount } from './check-account.ts'
import { because, error, type Finding } from './finding.ts'

export interface MissingRightsOptions {
  readonly config: () => ClusterConfig
  readonly log: Log
  /** `freshet check`'s, unless a test has others. */
  readonly check?: typeof checkAccount
  /** ms before servers that could not be reached are tried again; doubles up to `RETRY_MAX`. */
  readonly retry?: number
}

const RETRY_MIN = 1000
const RETRY_MAX = 60_000

export class MissingRights {
  readonly #options: MissingRightsOptions
  /** Nothing is said twice, also when it is looked for again. */
  readonly #said = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  /** Grows with each look; an older one that is still under way gives up. */
  #turn = 0

  constructor(options: MissingRightsOptions) {
    this.#options = options
  }

  /** Returns at once. */
  look(): void {
    this.stop()
    const { config, retry = RETRY_MIN } = this.#options
    void this.#visit(config().servers, this.#turn, retry)
  }

  stop(): void {
    this.#turn++
    clearTimeout(this.#timer)
  }

  async #visit(servers: readonly ServerConfig[], turn: number, retry: number): Promise<void> {
    const { config, check = checkAccount } = this.#options
    const again: ServerConfig[] = []
    for (const server of servers) {
      const findings = await check(server.address, config()).catch((cause) => {
        again.push(server)
        return refusal(cause, config())
      })
      if (turn !== this.#turn) return
      for (const finding of findings) this.#say(server.name, finding)
    }
    if (again.length === 0) return
    const next = Math.min(retry * 2, RETRY_MAX)
    this.#timer = setTimeout(() => void this.#visit(again, turn, next), retry)
    this.#timer.unref()
  }

  #say(server: string, { level, text }: Finding): void {
    const line = `${server} ${text}`
    if (level === 'ok' || this.#said.has(line)) return
    this.#said.add(line)
    this.#options.log.warn({ server, finding: level }, text)
  }
}

/** What there is to say when the server was reached and does not let the account in. One that was not reached may yet be. */
function refusal(cause: unknown, { monitor }: ClusterConfig): Finding[] {
  const { code, number } = Object(cause) as { code?: unknown; number?: unknown }
  // SQLSTATEs of logins, rights and databases; 1130: MySQL does not know the account's host.
  const refused = number === 1130 || (typeof code === 'string' && /^(28...|3D000|42000|42501)$/.test(code))
  const cost = 'the server cannot be asked for its position, so it is not used at all'
  return refused ? [error(`the account ${monitor.user} cannot be used (${because(cause)}): ${cost}`)] : []
}
