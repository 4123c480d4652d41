import type { Captured, SessionState } from '../dialect.ts'

/**
 * What a session changed since its login, as the statements that establish it: `timezone` -> `SET timezone TO 'UTC'`.
 * Two sessions (or a session and a connection) with equal keys need no synchronisation.
 */
export const LOGIN_STATE: SessionState = { key: '', settings: new Map() }

/** These come first and in this order: setting the user resets the role, and both decide what else may be set. */
const FIRST = ['session_authorization', 'role']

/** Freshet's own on replica connections, where it is on. Whatever a client makes of it, a read is the same there, and its value is read on the primary. */
const READ_ONLY = 'default_transaction_read_only'

export function stateOf(settings: ReadonlyMap<string, string>): SessionState {
  if (settings.size === 0) return LOGIN_STATE
  const names = [...settings.keys()].sort()
  return { key: names.map((name) => `${name}=${settings.get(name)}`).join('\n'), settings }
}

export function withSetting(state: SessionState, name: string, statement: string | null): SessionState {
  const settings = new Map(state.settings)
  if (statement === null) settings.delete(name)
  else settings.set(name, statement)
  return stateOf(settings)
}

const quoted = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const identifier = (name: string): string =>
  name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')

/** From a raw value, as start-up options and pg_settings have it (a list stays a list, which SET name TO 'a,b' would not do). */
export function settingFromValue(name: string, value: string): string {
  if (name === 'role')
    return value === 'none' ? 'SET ROLE NONE' : `SET ROLE ${identifier(value).replaceAll('"."', '.')}`
  return `SELECT pg_catalog.set_config(${quoted(name)}, ${quoted(value)}, false)`
}

/** From what stood to the right of SET name TO. */
export function settingFromSql(name: string, value: string): string {
  if (name === 'role') return `SET ROLE ${value}`
  if (name === 'session_authorization') return `SET SESSION AUTHORIZATION ${value}`
  if (name === 'timezone') return `SET TIME ZONE ${value}`
  return `SET ${identifier(name)} TO ${value}`
}

function reset(name: string): string {
  if (name === 'role') return 'RESET ROLE'
  if (name === 'session_authorization') return 'RESET SESSION AUTHORIZATION'
  return `RESET ${identifier(name)}`
}

/** SQL that takes a connection from one state to another; '' when they are the same. */
export function difference(from: SessionState, to: SessionState, replica: boolean): string {
  if (from.key === to.key) return ''
  const undo: string[] = []
  const redo: string[] = []
  const user = from.settings.get('session_authorization') !== to.settings.get('session_authorization')
  for (const name of from.settings.keys()) if (!to.settings.has(name)) undo.push(name)
  for (const [name, statement] of to.settings) {
    if (from.settings.get(name) !== statement || (user && FIRST.includes(name))) redo.push(name)
  }
  const first = (names: string[]) => names.sort((a, b) => rank(a) - rank(b))
  const skip = (name: string) => replica && name === READ_ONLY
  return [
    ...first(undo)
      .filter((name) => !skip(name))
      .map(reset),
    ...first(redo)
      .filter((name) => !skip(name))
      .map((name) => to.settings.get(name)!),
  ].join('; ')
}

/** RESET ALL takes away what nobody knows the name of, but leaves the user and the role alone. */
export function differenceFromUnknown(from: SessionState, to: SessionState, replica: boolean): string {
  const users = new Map([...from.settings].filter(([name]) => FIRST.includes(name)))
  const rest = difference(stateOf(users), to, replica)
  return rest === '' ? 'RESET ALL' : `RESET ALL; ${rest}`
}

const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length)

/** Settings whose effect on a replica would not be the primary's, so that such a session stays on the primary. */
export function keepsOnPrimary(state: SessionState): boolean {
  return state.settings.has('default_transaction_isolation') || state.settings.has('transaction_isolation')
}

/**
 * Asks a connection what it holds: settings that differ from the login's, and what cannot follow a session elsewhere.
 * Settings without a definition (SET app.user) are in no list that SQL can see: they are asked for by name.
 */
export function captureSql(customNames: Iterable<string>): string {
  const custom = [...customNames].map(
    (name) => `UNION ALL SELECT 'set', ${quoted(name)}, pg_catalog.current_setting(${quoted(name)}, true)`,
  )
  return `SELECT 'set' AS kind, name, setting FROM pg_catalog.pg_settings WHERE source = 'session' AND name NOT IN ('role', 'session_authorization', 'seed', 'transaction_read_only', 'transaction_isolation', 'transaction_deferrable')
UNION ALL SELECT 'set', 'role', pg_catalog.current_setting('role')
UNION ALL SELECT 'user', 'session_authorization', session_user
${custom.join('\n')}
UNION ALL SELECT 'pin', 'temp-table', null WHERE EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema())
UNION ALL SELECT 'pin', 'temp-type', null WHERE EXISTS (SELECT FROM pg_catalog.pg_type WHERE typnamespace = pg_catalog.pg_my_temp_schema() AND typtype IN ('d', 'e', 'r'))
UNION ALL SELECT 'pin', 'temp-function', null WHERE EXISTS (SELECT FROM pg_catalog.pg_proc WHERE pronamespace = pg_catalog.pg_my_temp_schema())
UNION ALL SELECT 'pin', 'advisory-lock', null WHERE EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid())
UNION ALL SELECT 'pin', 'listen', null WHERE EXISTS (SELECT FROM pg_catalog.pg_listening_channels())
UNION ALL SELECT 'pin', 'held-cursor', null WHERE EXISTS (SELECT FROM pg_catalog.pg_cursors WHERE is_holdable AND name <> '')
UNION ALL SELECT 'pin', 'prepared-in-sql', null WHERE EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE from_sql)`
}

export function readCaptured(rows: readonly (readonly (string | null)[])[], loginUser: string): Captured {
  const settings = new Map<string, string>()
  const pins: string[] = []
  for (const [kind, name, value] of rows) {
    if (kind === 'pin') pins.push(name!)
    else if (kind === 'user') {
      if (value !== loginUser) settings.set(name!, `SET SESSION AUTHORIZATION ${identifier(value!)}`)
    } else if (name === 'role') {
      if (value !== 'none') settings.set('role', `SET ROLE "${value!.replaceAll('"', '""')}"`)
    } else if (value !== null && value !== '') settings.set(name!.toLowerCase(), settingFromValue(name!, value!))
    else if (value === '' && !name!.includes('.')) settings.set(name!.toLowerCase(), settingFromValue(name!, ''))
  }
  return { state: stateOf(settings), pins }
}
