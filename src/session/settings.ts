import type { Failure } from '../dialect.ts'
import type { Consistency, Policy, Route, WhenStale } from '../routing/types.ts'
import { millis } from '../units.ts'

/** The settings that clients control: `SET freshet.NAME`, start-up options, hints. One table for all three. */
interface Setting {
  readonly allowed: string
  readonly show: (policy: Policy) => string
  /** null: not a valid value. */
  readonly apply: (policy: Policy, value: string) => Policy | null
  readonly reset: (policy: Policy, initial: Policy) => Policy
}

const CONSISTENCIES: readonly Consistency[] = ['eventual', 'session', 'scope', 'global', 'strict']
const WHEN_STALE: readonly WhenStale[] = ['primary', 'wait', 'error', 'serve']
const ROUTES: readonly Route[] = ['auto', 'primary', 'replica']
const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `250ms`, `5s`, `1min`; as in the configuration, a plain number is none unless it is 0. null also when it is negative. */
export function parseDuration(text: string): number | null {
  if (/^\s*0+\s*$/.test(text)) return 0
  const match = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|m|h|d)\s*$/.exec(text)
  if (match === null) return null
  const ms = Number(match[1]) * UNITS[match[2]!]!
  return Number.isFinite(ms) ? ms : null
}

export function formatDuration(ms: number): string {
  if (ms === 0) return '0'
  if (ms % 1000 === 0) return `${ms / 1000}s`
  return `${ms}ms`
}

function duration(key: 'maxLag' | 'wait'): Setting {
  return {
    allowed: 'a duration with its unit, such as 200ms or 5s',
    show: (policy) => formatDuration(policy[key]),
    apply: (policy, value) => {
      const ms = parseDuration(value)
      return ms === null ? null : { ...policy, [key]: millis(ms) }
    },
    reset: (policy, initial) => ({ ...policy, [key]: initial[key] }),
  }
}

function choice<Key extends 'consistency' | 'whenStale' | 'route'>(key: Key, values: readonly Policy[Key][]): Setting {
  return {
    allowed: values.join(', '),
    show: (policy) => policy[key],
    apply: (policy, value) => {
      const found = values.find((one) => one === value.trim().toLowerCase())
      return found === undefined ? null : { ...policy, [key]: found }
    },
    reset: (policy, initial) => ({ ...policy, [key]: initial[key] }),
  }
}

const CAUSAL_KEY_BYTES = 256

const SETTINGS: Readonly<Record<string, Setting>> = {
  max_lag: duration('maxLag'),
  wait: duration('wait'),
  consistency: choice('consistency', CONSISTENCIES),
  when_stale: choice('whenStale', WHEN_STALE),
  route: choice('route', ROUTES),
  causal_key: {
    allowed: `a text of at most ${CAUSAL_KEY_BYTES} bytes`,
    show: (policy) => policy.causalKey ?? '',
    apply: (policy, value) =>
      Buffer.byteLength(value) > CAUSAL_KEY_BYTES ? null : { ...policy, causalKey: value === '' ? null : value },
    reset: (policy, initial) => ({ ...policy, causalKey: initial.causalKey }),
  },
}

export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS)

/** What SHOW can show besides the settings. */
const SHOWN = ['token', 'server']

/** What can be shown and not be set: `server`; `token` where it would have to be proved first (hints, start-up options). */
function notSettable(name: string): Failure {
  return {
    code: '55P02',
    message: `parameter "freshet.${name}" cannot be changed${name === 'token' ? ' here' : ''}`,
    hint: name === 'token' ? "Send SET freshet.token = '...'." : `It can only be shown: SHOW freshet.${name}.`,
  }
}

export function unknownSetting(name: string): Failure {
  return {
    code: '42704',
    message: `unrecognized configuration parameter "freshet.${name}"`,
    hint: `Freshet knows ${[...SETTING_NAMES, ...SHOWN].map((one) => `freshet.${one}`).join(', ')}.`,
  }
}

const settingOf = (name: string): Setting | undefined => (Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined)

/** What SET takes as its value; null: there is no such setting. */
export const allowedFor = (name: string): string | null =>
  SHOWN.includes(name) ? `what SHOW freshet.${name} gives` : (settingOf(name)?.allowed ?? null)

export function showSetting(policy: Policy, name: string): string | Failure {
  const setting = settingOf(name)
  return setting === undefined ? unknownSetting(name) : setting.show(policy)
}

/** `value` null: back to `initial`. */
export function changeSetting(policy: Policy, initial: Policy, name: string, value: string | null): Policy | Failure {
  const setting = settingOf(name)
  if (setting === undefined) return SHOWN.includes(name) ? notSettable(name) : unknownSetting(name)
  if (value === null) return setting.reset(policy, initial)
  return (
    setting.apply(policy, value) ?? {
      code: '22023',
      message: `invalid value for parameter "freshet.${name}": "${value}"`,
      hint: `Allowed: ${setting.allowed}.`,
    }
  )
}

export const isFailure = (result: Policy | Failure | string): result is Failure =>
  typeof result === 'object' && 'message' in result
