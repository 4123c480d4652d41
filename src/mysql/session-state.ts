/**
 * What a session has changed since its login: system variables by name (lower case) with the SQL literal that sets them, and `schema` with the
 * bare name. Learned from the servers' session trackers only, so it holds what the server made of a statement and not what was asked.
 */
import type { SessionState } from '../dialect.ts'
import { SYSTEM_SCHEMAS } from './classify/index.ts'
import { defaultIsInverted, keptVariable, nullWhenEmpty } from './replayable.ts'

export const LOGIN_STATE: SessionState = { key: '', settings: new Map() }

/** Schemas whose unqualified names are not the classifier's. */
export const isSystemSchema = (name: string): boolean => SYSTEM_SCHEMAS.has(name.toLowerCase())

/** The entry for the default schema, which no variable sets. */
export const SCHEMA = 'schema'

/** Freshet's own on replica connections. */
const READ_ONLY = new Set(['transaction_read_only', 'tx_read_only'])

/**
 * What a statement is bound to when it is prepared, so that it has to be prepared elsewhere under the same (manual, "PREPARE Statement": the
 * default schema; "Server SQL Modes"; literals with a time zone, character set introducers and lengths are resolved then).
 */
const AT_PREPARE = new Set([
  SCHEMA,
  'character_set_client',
  'character_set_collations',
  'character_set_connection',
  'character_set_results',
  'collation_connection',
  'default_collation_for_utf8mb4',
  'div_precision_increment',
  'group_concat_max_len',
  'lc_time_names',
  'old_mode',
  'sql_mode',
  'time_zone',
])

/**
 * `difference` names what a variable or the schema was at login between two of these; each connection puts in its own (`atLogin`).
 * It can stand in no literal that is written here.
 */
const AT_LOGIN = '\u0001'

export function stateOf(settings: ReadonlyMap<string, string>): SessionState {
  if (settings.size === 0) return LOGIN_STATE
  const names = [...settings.keys()].sort()
  return { key: names.map((name) => `${name}=${settings.get(name)}`).join('\n'), settings }
}

export function withSetting(state: SessionState, name: string, value: string | null): SessionState {
  const settings = new Map(state.settings)
  if (value === null) settings.delete(name)
  else settings.set(name, value)
  return stateOf(settings)
}

/** The SQL literal for a variable's value as trackers and SELECT @@name tell it. It means the same under every sql_mode and character set. */
export function literal(name: string, value: string): string {
  if (value === '' && nullWhenEmpty(name)) return 'NULL'
  if (/^-?\d+(\.\d+)?$/.test(value)) return value
  // MariaDB 10.11 reports autocommit as `OFf`.
  if (/^(on|off)$/i.test(value)) return `'${value.toUpperCase()}'`
  if (/^[\x20-\x7e]*$/.test(value) && !value.includes('\\')) return `'${value.replaceAll("'", "''")}'`
  return `_utf8mb4 x'${Buffer.from(value, 'utf8').toString('hex')}'`
}

/**
 * Setting one of these sets the other one, too, and only the one that was named is reported: SET NAMES reports character_set_connection,
 * which implies its default collation. So a state holds one of the two.
 */
const IMPLIED = new Map([
  ['character_set_connection', 'collation_connection'],
  ['collation_connection', 'character_set_connection'],
  ['character_set_database', 'collation_database'],
  ['collation_database', 'character_set_database'],
  ['character_set_server', 'collation_server'],
  ['collation_server', 'character_set_server'],
])

/** The state after a tracker's report; the same object when that says nothing that can be replayed, or nothing new. */
export function stateAfterReport(state: SessionState, name: string, value: string): SessionState {
  if (name !== SCHEMA && !keptVariable(name)) return state
  const setting = name === SCHEMA ? value : literal(name, value)
  const implied = IMPLIED.get(name)
  if (implied === undefined || !state.settings.has(implied)) {
    return state.settings.get(name) === setting ? state : withSetting(state, name, setting)
  }
  return withSetting(withSetting(state, implied, null), name, setting)
}

/** What of a state matters when a statement is prepared. */
export function atPrepare(state: SessionState): SessionState {
  if (state.settings.size === 0) return LOGIN_STATE
  return stateOf(new Map([...state.settings].filter(([name]) => AT_PREPARE.has(name))))
}

/** Statements, joined by NUL, that take a connection from one state to the other; '' when they are the same. */
export function difference(from: SessionState, to: SessionState, readOnly: boolean): string {
  if (from.key === to.key) return ''
  const statements: string[] = []
  const assignments: string[] = []
  const names = new Set([...from.settings.keys(), ...to.settings.keys()])
  names.delete(SCHEMA)
  const charset = CHARACTER_SETS.some((name) => from.settings.get(name) !== to.settings.get(name)) ? setNames(to) : null
  if (charset !== null) {
    assignments.push(charset)
    for (const name of CHARACTER_SETS) names.delete(name)
  }
  for (const name of [...names].sort()) {
    if (readOnly && READ_ONLY.has(name)) continue
    const value = to.settings.get(name)
    const implied = IMPLIED.get(name) ?? name
    if (value === undefined && to.settings.has(implied)) continue
    if (value === from.settings.get(name) && (implied === name || !from.settings.has(implied))) continue
    assignments.push(`@@session.${name}=${value ?? `${AT_LOGIN}${name}${AT_LOGIN}`}`)
  }
  const schema = to.settings.get(SCHEMA)
  if (schema !== from.settings.get(SCHEMA)) {
    statements.push(schema === undefined ? `USE ${AT_LOGIN}${SCHEMA}${AT_LOGIN}` : use(schema))
  }
  if (assignments.length > 0) statements.push(`SET ${assignments.join(', ')}`)
  return statements.join('\0')
}

/** What SET NAMES sets. */
const CHARACTER_SETS = [
  'character_set_client',
  'character_set_connection',
  'character_set_results',
  'collation_connection',
]

/**
 * As a part of SET; null when the state cannot have come of it. Column definitions name a collation for character_set_results, too: the one of
 * the login or of SET NAMES ... COLLATE. No variable tells which, and setting the variable by itself gives its character set's default.
 */
function setNames({ settings }: SessionState): string | null {
  const [client, connection, results, collation] = CHARACTER_SETS.map((name) => settings.get(name))
  if (client !== results) return null
  if (client === undefined) {
    if (connection !== undefined || collation !== undefined) return null
    return `NAMES ${AT_LOGIN}character_set_client${AT_LOGIN} COLLATE ${AT_LOGIN}collation_connection${AT_LOGIN}`
  }
  if (collation === undefined) return connection === client ? `NAMES ${client}` : null
  const charset = client.slice(1, -1)
  return collation === client || collation.startsWith(`'${charset}_`) ? `NAMES ${client} COLLATE ${collation}` : null
}

/** '' (the schema was dropped, or there never was one): no statement leads back to that. */
const use = (schema: string): string => `USE ${schema === '' ? AT_LOGIN + AT_LOGIN : quotedName(schema)}`

const quotedName = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/**
 * One statement of `difference` for one connection: what it had at login is put in. null: there is no way back, because it had no schema.
 * `parameters`: as the server told them at login, without `schema`.
 */
export function atLogin(sql: string, parameters: ReadonlyMap<string, string>, schema: string): string | null {
  if (!sql.includes(AT_LOGIN)) return sql
  let possible = true
  const whole = sql.replaceAll(/\u0001(\w*)\u0001/g, (_, name: string) => {
    if (name === SCHEMA && schema !== '') return quotedName(schema)
    if (name === SCHEMA || name === '') possible = false
    const value = parameters.get(name === 'tx_isolation' ? 'transaction_isolation' : name)
    if (value !== undefined) return literal(name, value)
    return defaultIsInverted(name) ? `@@global.${name}` : 'DEFAULT'
  })
  return possible ? whole : null
}

const isOff = (value: string | undefined): boolean => value !== undefined && /^'?(off|0)'?$/i.test(value)
const isOn = (value: string | undefined): boolean => value !== undefined && /^'?(on|1)'?$/i.test(value)

/**
 * Settings under which a plain SELECT does more than read, or must see what only the primary has. In a system schema unqualified names are not
 * the classifier's.
 */
export function keepsOnPrimary({ settings }: SessionState): boolean {
  if (settings.size === 0) return false
  const completion = settings.get('completion_type')
  return (
    isOff(settings.get('autocommit')) ||
    // What it wrote while that was off is on no replica, however it is set now.
    settings.has('sql_log_bin') ||
    isOn(settings.get('sql_auto_is_null')) ||
    isOn(settings.get('profiling')) ||
    (completion !== undefined && !/^'?(NO_CHAIN|0)'?$/i.test(completion)) ||
    isSystemSchema(settings.get(SCHEMA) ?? '')
  )
}

/** Isolation level that a session has set for itself, in the words of the standard; null: none. */
export function isolationOf(settings: ReadonlyMap<string, string>): string | null {
  const value = settings.get('transaction_isolation') ?? settings.get('tx_isolation')
  return value === undefined ? null : value.replaceAll("'", '').replaceAll('-', ' ').toLowerCase()
}
