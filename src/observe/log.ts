/** The log: pino's JSON lines on standard error, or lines for people with `pretty`. Secrets are removed by name, wherever they stand. */
import { type DestinationStream, pino } from 'pino'
import pretty from 'pino-pretty'

/** What the rest of Freshet may do with the log. Fields first, then a sentence. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** A log that adds these fields to each of its lines. */
  child(fields: Record<string, unknown>): Log
}

const SECRETS = ['password', 'verifier', 'clientKey', 'serverKey', 'storedKey', 'proof', 'secret', 'token']
const redact = {
  paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]),
  censor: '[secret]',
}

/** Log lines waiting for a slow reader of standard error; further ones are dropped rather than held or waited for. */
const BUFFER_BYTES_MAX = 4 * 1024 * 1024

export interface LogOptions {
  readonly level: string
  readonly pretty: boolean
  /** Instead of standard error (tests). */
  readonly destination?: DestinationStream
}

export function createLog({ level, pretty: forPeople, destination }: LogOptions): Log {
  const stream =
    destination ??
    (forPeople
      ? pretty({ destination: 2, colorize: process.stderr.isTTY === true, ignore: 'pid,hostname' })
      : pino.destination({ dest: 2, sync: false, maxLength: BUFFER_BYTES_MAX }))
  return pino({ level, redact, base: { pid: process.pid } }, stream)
}

/** A log that says nothing. */
export const quietLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => quietLog,
}
