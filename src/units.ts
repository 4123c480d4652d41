/**
 * Quantities that must not be mixed up. Each is a plain number or string at run time; the brand exists for the compiler only.
 * This is the one place where they are made.
 */
declare const brand: unique symbol
type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** A moment on this process's own monotonic clock, in milliseconds (fractions allowed). Never a date; means nothing in another process. */
export type Instant = Branded<number, 'Instant'>
/** A length of time in milliseconds. */
export type Millis = Branded<number, 'Millis'>
/** Which configured server: its index in the cluster's `servers` list. Stable for the life of a configuration. */
export type ServerId = Branded<number, 'ServerId'>
/** A statement with its literals removed, hashed: an unsigned integer below 2^53, seeded per process. */
export type Digest = Branded<number, 'Digest'>

export const instant = (ms: number): Instant => ms as Instant
export const millis = (ms: number): Millis => ms as Millis
export const serverId = (index: number): ServerId => index as ServerId
export const digest = (hash: number): Digest => hash as Digest

/** Earlier than every instant: nothing is proved. */
export const NEVER = instant(Number.NEGATIVE_INFINITY)

/** A property of the global object is looked up at every call. */
const clock = performance

/** The monotonic clock. Only shells call it; pure code takes `now` as an argument. */
export const now = (): Instant => clock.now() as Instant

/** For the `default` of every switch over a union: the compiler proves that it cannot be reached. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
