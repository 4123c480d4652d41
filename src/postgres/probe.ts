import type { ServerTlsMode } from '../config/types.ts'
import type { Probe } from '../dialect.ts'

export type ProbeTarget = { readonly host: string; readonly port: number } | { readonly path: string }

export interface ProbeAccount {
  readonly user: string
  readonly password: string
  readonly database: string
  /** Milliseconds after which an attempt to connect has failed. */
  readonly timeout: number
}

export interface ProbeTls {
  readonly mode: ServerTlsMode
  /** PEM text, or null for the system's authorities. */
  readonly ca: string | null
}

/** Logs in as the monitor. Rejects when the server cannot be reached, refuses, or says who it is only to others. */
export async function connectProbe(target: ProbeTarget, account: ProbeAccount, tls: ProbeTls): Promise<Probe> {
  throw new Error(`not yet: ${JSON.stringify(target)} ${account.user} ${tls.mode}`)
}
