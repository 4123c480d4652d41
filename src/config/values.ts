/** The small languages inside the configuration: durations, sizes, addresses. Each function returns undefined for what it does not understand. */
import { type Millis, millis } from '../units.ts'
import type { Address } from './types.ts'

const DURATION_UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

function quantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text.trim())
  if (!match || !Object.hasOwn(units, match[2]!)) return undefined
  const value = Number(match[1]) * units[match[2]!]!
  return Number.isFinite(value) ? value : undefined
}

/** `250ms`, `5s`, `1.5h`; a bare number only when it is 0, because 5 could mean anything. */
export function parseDuration(text: string): Millis | undefined {
  if (/^0+$/.test(text.trim())) return millis(0)
  const value = quantity(text, DURATION_UNITS)
  return value === undefined ? undefined : millis(value)
}

/** `64KiB`, `1MiB`, or bytes as a bare number. */
export function parseSize(text: string): number | undefined {
  if (/^\d+$/.test(text.trim())) return Number(text)
  const value = quantity(text, SIZE_UNITS)
  return value === undefined || !Number.isSafeInteger(value) ? undefined : value
}

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/

/**
 * `host:port`, `[::1]:5432`, or a Unix socket's path. Without a port only where `defaultPort` is given; `*` stands for every
 * IPv4 interface. Port 0 (any free port) only where `anyPort` allows it.
 */
export function parseAddress(
  text: string,
  options: { readonly defaultPort?: number; readonly anyPort?: boolean },
): Address | undefined {
  if (/^\.{0,2}\//.test(text)) return Buffer.byteLength(text) <= 107 ? { path: text } : undefined
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text)
  if (!match) return undefined
  const host = match[1] ?? match[2]!
  const port = match[3] === undefined ? options.defaultPort : Number(match[3])
  if (port === undefined || port > 65_535 || (port === 0 && !options.anyPort)) return undefined
  if (host === '*') return { host: '0.0.0.0', port }
  if (match[1] === undefined && !HOST_NAME.test(host)) return undefined
  return { host, port }
}

export function formatAddress(address: Address): string {
  if ('path' in address) return address.path
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/** Whether only programs on this machine can reach it. */
export function isLoopback(address: Address): boolean {
  if ('path' in address) return true
  return address.host === 'localhost' || address.host === '::1' || /^127\./.test(address.host)
}
