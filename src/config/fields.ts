/** The kinds of values that a configuration holds, as zod schemas whose errors say what would be right. */
import { z } from 'zod'
import type { Millis } from '../units.ts'
import type { Address } from './types.ts'
import { parseAddress, parseDuration, parseSize } from './values.ts'

/** What a field's parser answers: its value, or what is wrong with it and what would be right. */
export type Parsed<T> = { readonly value: T } | { readonly wrong: string; readonly right: string }

/** A field; `right` says what belongs there when it is missing. Add `.default()` to make it optional. */
export function field<T>(right: string, parse: (raw: unknown) => Parsed<T>) {
  return z.unknown().transform((raw, context): T => {
    const parsed = raw === undefined ? { wrong: 'is missing', right } : parse(raw)
    if ('value' in parsed) return parsed.value
    context.issues.push({ code: 'custom', message: parsed.wrong, input: raw, params: { right: parsed.right } })
    return z.NEVER
  })
}

export function text(right: string) {
  return field(right, (raw): Parsed<string> => {
    if (typeof raw === 'number' || typeof raw === 'boolean') return { value: String(raw) }
    return typeof raw === 'string' && raw !== '' ? { value: raw } : { wrong: 'is not a text', right }
  })
}

/** A password: may be empty, and is never shown. */
export const password = () =>
  field(`a text, best written as "\${NAME}" or "\${file:PATH}"`, (raw): Parsed<string> => {
    if (typeof raw === 'string' || typeof raw === 'number') return { value: String(raw) }
    return { wrong: 'is not a text', right: 'put it into quotes' }
  })

export function choice<const T extends string>(allowed: readonly T[]) {
  const right = `allowed: ${allowed.join(' | ')}`
  return field(right, (raw): Parsed<T> => {
    const value = allowed.find((candidate) => candidate === raw)
    return value === undefined ? { wrong: 'is not known here', right } : { value }
  })
}

export const flag = () =>
  field('true or false', (raw): Parsed<boolean> => {
    if (typeof raw === 'boolean') return { value: raw }
    if (raw === 'true' || raw === 'false') return { value: raw === 'true' }
    return { wrong: 'is neither true nor false', right: 'write true or false' }
  })

export function whole(min: number, max: number) {
  const right = `a whole number from ${min} to ${max}`
  return field(right, (raw): Parsed<number> => {
    const value = typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : raw
    if (typeof value !== 'number' || !Number.isInteger(value)) return { wrong: 'is not a whole number', right }
    return value < min || value > max ? { wrong: 'is out of range', right } : { value }
  })
}

export function positive(max: number) {
  const right = `a number above 0, at most ${max}`
  return field(right, (raw): Parsed<number> => {
    const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw
    if (typeof value !== 'number' || !Number.isFinite(value)) return { wrong: 'is not a number', right }
    return value <= 0 || value > max ? { wrong: 'is out of range', right } : { value }
  })
}

const DURATIONS = 'write for example 250ms, 5s, 10m or 1h'

/** `min` and `max` in milliseconds. */
export function duration(min: number, max = 365 * 86_400_000) {
  return field(DURATIONS, (raw): Parsed<Millis> => {
    const value = typeof raw === 'string' || raw === 0 ? parseDuration(String(raw)) : undefined
    if (value !== undefined) {
      if (value >= min && value <= max) return { value }
      return { wrong: value < min ? 'is too short' : 'is too long', right: `from ${min}ms to ${max}ms` }
    }
    return typeof raw === 'number'
      ? { wrong: 'has no unit', right: DURATIONS }
      : { wrong: 'is not a duration', right: DURATIONS }
  })
}

const SIZES = 'write for example 64KiB, 1MiB, or bytes as a bare number'

export function size(min: number, max: number) {
  return field(SIZES, (raw): Parsed<number> => {
    const value = typeof raw === 'string' || typeof raw === 'number' ? parseSize(String(raw)) : undefined
    if (value === undefined) return { wrong: 'is not a size', right: SIZES }
    if (value >= min && value <= max) return { value }
    return { wrong: value < min ? 'is too small' : 'is too large', right: `from ${min} to ${max} bytes` }
  })
}

/** `example`: host and port. */
export function listenAddress(example: string) {
  const everywhere = example.replace(/^.*:/, '*:')
  const right = `write host:port such as ${example}, ${everywhere} for every interface, or the path of a socket`
  return field(right, (raw): Parsed<Address> => {
    const value = typeof raw === 'string' ? parseAddress(raw, { anyPort: true }) : undefined
    return value === undefined ? { wrong: 'is not an address to listen on', right } : { value }
  })
}

export function serverAddress(defaultPort: number) {
  const right = `write host:port such as 10.0.0.1:${defaultPort}, [::1]:${defaultPort}, or the path of a socket`
  return field(right, (raw): Parsed<Address> => {
    const value = typeof raw === 'string' ? parseAddress(raw, { defaultPort }) : undefined
    return value === undefined ? { wrong: 'is not the address of a server', right } : { value }
  })
}

/** A value, or a list of at least one; always yields the list. */
export function oneOrMore<T extends z.ZodType>(item: T) {
  return z
    .unknown()
    .transform((raw) => (raw === undefined || Array.isArray(raw) ? raw : [raw]))
    .pipe(z.array(item, { error: 'is missing' }).min(1, { error: 'is empty' }))
}
