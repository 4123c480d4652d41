/** What one kind of server is asked in a sample, and how its answer is read. */
import type { Product, Sample } from '../dialect.ts'
import type { Result } from './probe-connection.ts'

/** What cannot change while a server runs, and a connection does not outlive its server. */
export interface Constants {
  readonly product: Product
  /** Global variables by name, as far as this server has them. */
  readonly variables: ReadonlyMap<string, string>
  /** Milliseconds since 1970, in whole seconds. */
  readonly startedAt: number
  /** Why the primary's position would prove nothing: what its binary log lacks. Null when it has everything. */
  readonly unlogged: string | null
}

export interface Sampler {
  /** Statements of the next sample. */
  sql(): string
  /** One result per statement. */
  read(results: readonly Result[]): Sample
}

export const cell = (results: readonly Result[], statement: number, column: number): string =>
  results[statement]?.rows[0]?.[column] ?? ''

/** `0` and `OFF`; newer MariaDB servers have several ways of being read-only. */
export const isOff = (value: string): boolean => value === '0' || value === 'OFF'

export const RESET =
  'its GTIDs have been reset since it was first asked: what replicas had before is not to be told any more'
