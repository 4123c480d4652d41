/** What Freshet runs on every fresh server connection before it is of use: session tracking, the safety net, and what the session begins with. */
import type { Failure } from '../dialect.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { DEPRECATE_EOF, has, QUERY_ATTRIBUTES } from './capabilities.ts'
import { readError } from './errors.ts'
import { PAYLOAD_MAX, PacketReader, PacketWriter } from './packets.ts'
import { literal } from './session-state.ts'

const COM_QUERY = 0x03

export interface LoginStatementsOptions {
  readonly flavour: 'mysql' | 'mariadb'
  readonly readOnly: boolean
  /** A collation that the handshake could not carry; null: it did. */
  readonly collation: number | null
}

/** Session variables that are asked for, by the names under which they are known here. */
const VARIABLES = [
  'version',
  'version_comment',
  'sql_mode',
  'character_set_client',
  'character_set_connection',
  'character_set_results',
  'character_set_database',
  'character_set_server',
  'collation_connection',
  'collation_database',
  'collation_server',
  'autocommit',
  'transaction_isolation',
  'time_zone',
  'system_time_zone',
  'max_allowed_packet',
  'lower_case_table_names',
  'wait_timeout',
  'interactive_timeout',
  'sql_select_limit',
  'group_concat_max_len',
  'div_precision_increment',
  'default_week_format',
  'lc_time_names',
  'session_track_schema',
] as const

/** MariaDB has its own names for these, the MySQL ones since 11.1 only. */
const MARIADB_NAMES: Readonly<Record<string, string>> = { transaction_isolation: 'tx_isolation' }

const ROW_NAMES: readonly string[] = ['connection_id', 'schema', ...VARIABLES]

/** Of these a replica may have other defaults than the primary, and then the same read would have another result there. */
const ALIGNED = [
  'sql_mode',
  'time_zone',
  'transaction_isolation',
  'sql_select_limit',
  'group_concat_max_len',
  'div_precision_increment',
  'default_week_format',
  'lc_time_names',
]

/**
 * What a replica's connection has to be given so that it begins as one of the primary does: names, and the statement that sets them; null when
 * nothing differs. Servers whose `time_zone` is SYSTEM in different zones are not told apart.
 */
export function alignment(
  parameters: ReadonlyMap<string, string>,
  reference: ReadonlyMap<string, string>,
  flavour: 'mysql' | 'mariadb',
): { readonly names: readonly string[]; readonly sql: string } | null {
  const names = ALIGNED.filter((name) => {
    const wanted = reference.get(name)
    return wanted !== undefined && parameters.has(name) && parameters.get(name) !== wanted
  })
  if (names.length === 0) return null
  const assignments = names.map((name) => `@@session.${nameOn(flavour, name)}=${literal(name, reference.get(name)!)}`)
  return { names, sql: `SET ${assignments.join(', ')}` }
}

const nameOn = (flavour: 'mysql' | 'mariadb', name: string): string =>
  flavour === 'mariadb' ? (MARIADB_NAMES[name] ?? name) : name

/** In this order, each only after the one before it has succeeded. The last one returns the row that `readRow` reads. */
export function loginStatements({ flavour, readOnly, collation }: LoginStatementsOptions): string[] {
  const tracking = [
    'session_track_schema=ON',
    "session_track_system_variables='*'",
    "session_track_transaction_info='CHARACTERISTICS'",
  ]
  // MariaDB has it, too, but nothing there depends on it.
  if (flavour === 'mysql') tracking.push('session_track_state_change=ON')
  const statements = [`SET ${tracking.map((one) => `SESSION ${one}`).join(', ')}`]
  if (collation !== null) {
    statements.push(
      `SET character_set_client=${collation}, character_set_results=${collation}, collation_connection=${collation}`,
    )
  }
  if (readOnly) statements.push('SET SESSION TRANSACTION READ ONLY')
  const columns = VARIABLES.map((name) => `@@${nameOn(flavour, name)}`)
  statements.push(`SELECT CONNECTION_ID(), DATABASE(), ${columns.join(', ')}`)
  return statements
}

/** One COM_QUERY in the shape that a connection of these capabilities expects. */
export function queryPacket(sql: string, capabilities: number): Buffer {
  const writer = new PacketWriter(0, sql.length + 16).begin().byte(COM_QUERY)
  // No attributes, one set of them.
  if (has(capabilities, QUERY_ATTRIBUTES)) writer.byte(0).byte(1)
  return writer.text(sql).end().done()
}

export type ReplyState = { readonly row: readonly (string | null)[] | null } | { readonly failure: Failure } | null

/** Reads the reply to one statement that returns an OK packet or one result set; returns null until it is complete. The last row counts. */
export function createReplyReader(capabilities: number): (payload: Buffer) => ReplyState {
  let state: 'first' | 'columns' | 'rows' = 'first'
  let columns = 0
  let columnsLeft = 0
  let row: (string | null)[] | null = null
  const deprecateEof = has(capabilities, DEPRECATE_EOF)

  return (payload) => {
    if (payload[0] === 0xff) return { failure: readError(payload) }
    if (state === 'first') {
      if (payload[0] === 0) return { row: null }
      // A byte may follow, saying that the definitions do: on both servers it stands behind the count (the manual has it before).
      columns = new PacketReader(payload).lenenc()
      columnsLeft = columns + (deprecateEof ? 0 : 1)
      state = 'columns'
      return null
    }
    if (state === 'columns') {
      columnsLeft--
      if (columnsLeft === 0) state = 'rows'
      return null
    }
    if (payload[0] === 0xfe && payload.length < (deprecateEof ? PAYLOAD_MAX : 9)) return { row }
    const reader = new PacketReader(payload)
    row = Array.from({ length: columns }, () => reader.lenencText())
    return null
  }
}

/** The variables by name; NULL is left out. */
export function readRow(row: readonly (string | null)[] | null): Map<string, string> {
  if (row === null || row.length !== ROW_NAMES.length) {
    throw new ProtocolError('the server answered the statements at login in an unexpected way')
  }
  const found = new Map<string, string>()
  for (const [at, name] of ROW_NAMES.entries()) {
    const value = row[at]
    if (value !== null && value !== undefined) found.set(name, value)
  }
  return found
}
