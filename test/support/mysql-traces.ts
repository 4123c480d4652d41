/** What a statement can leave behind on a server of MySQL or MariaDB, and how it is seen and taken away again. */
import type { Connection, QueryError } from 'mysql2/promise'
import type { MysqlServer } from './mysql.ts'

/** One statement and the circumstances under which it means something. */
export interface Case {
  readonly sql: string
  /** The text as it is sent. */
  readonly bytes: Buffer
  /** Run before it, on the same connection. */
  readonly before: readonly string[]
  readonly sqlMode: string
  readonly charset: string
}

export interface Reply {
  readonly errno: number | null
  readonly message: string
  /** Everything it answered with was a result set, and there was one. */
  readonly isQuery: boolean
  readonly rows: string
}

/** Variables that move by themselves, or with every statement. */
export const MOVING =
  /^(timestamp|rand_seed\d|warning_count|error_count|gtid_(executed|binlog|current|purged|owned)\w*|last_gtid|.*_gtid|statement_id|innodb_buffer_pool_\w+|identity|insert_id|immediate_server\w*|server_audit\w*|binlog_gtid_pos)$/

export const STATE = {
  mysql: `
    SELECT @@global.gtid_executed;
    SELECT DATABASE(), @@last_insert_id, CURRENT_ROLE();
    SELECT VARIABLE_NAME, HEX(VARIABLE_VALUE) FROM performance_schema.user_variables_by_thread WHERE THREAD_ID = PS_CURRENT_THREAD_ID() ORDER BY 1;
    SELECT OBJECT_TYPE, OBJECT_NAME, LOCK_TYPE, LOCK_DURATION FROM performance_schema.metadata_locks
      WHERE OWNER_THREAD_ID = PS_CURRENT_THREAD_ID() AND (OBJECT_SCHEMA IS NULL OR OBJECT_SCHEMA NOT IN ('performance_schema', 'information_schema', 'mysql')) ORDER BY 1, 2, 3;
    SELECT STATEMENT_NAME FROM performance_schema.prepared_statements_instances
      WHERE OWNER_THREAD_ID = PS_CURRENT_THREAD_ID() AND STATEMENT_NAME IS NOT NULL ORDER BY 1;
    SELECT COUNT(*) FROM information_schema.INNODB_TEMP_TABLE_INFO;
    SELECT STATE FROM performance_schema.events_transactions_current WHERE THREAD_ID = PS_CURRENT_THREAD_ID() AND STATE = 'ACTIVE';
    SELECT LOCK_TYPE, LOCK_MODE FROM performance_schema.data_locks WHERE THREAD_ID = PS_CURRENT_THREAD_ID();
    SHOW SESSION VARIABLES`,
  mariadb: `
    SELECT @@global.gtid_binlog_pos;
    SELECT DATABASE(), @@last_insert_id, CURRENT_ROLE();
    SELECT VARIABLE_NAME, HEX(VARIABLE_VALUE) FROM information_schema.USER_VARIABLES ORDER BY 1;
    SELECT LOCK_TYPE, TABLE_NAME, LOCK_MODE, LOCK_DURATION FROM information_schema.METADATA_LOCK_INFO WHERE THREAD_ID = CONNECTION_ID() ORDER BY 1, 2, 3;
    SHOW SESSION STATUS WHERE Variable_name IN ('Com_prepare_sql', 'Com_dealloc_sql', 'Com_ha_open', 'Com_ha_close');
    SHOW SESSION STATUS LIKE 'Com_create_temporary_table';
    SELECT @@in_transaction;
    SELECT 1;
    SHOW SESSION VARIABLES`,
} as const

/** The kinds of traces, in the order of the queries above. */
export const KINDS = [
  'position',
  'session',
  'user-variable',
  'lock',
  'prepared',
  'temporary-table',
  'transaction',
  'row-lock',
  'variable',
] as const

export type State = readonly string[]

/** Ends what it has begun and gives back what it holds, so that nobody has to wait for it. */
export async function released(connection: Connection): Promise<void> {
  await connection.reset().catch(() => {})
}

export async function globalsOf(server: MysqlServer): Promise<Map<string, string>> {
  const rows = await server.query('SHOW GLOBAL VARIABLES')
  return new Map(
    rows.map((row) => [String(row.Variable_name), String(row.Value)] as const).filter(([name]) => !MOVING.test(name)),
  )
}

export async function rowLocks(connection: Connection, flavour: 'mysql' | 'mariadb'): Promise<number> {
  if (flavour === 'mysql') {
    const [rows] = await connection.query(
      'SELECT COUNT(*) FROM performance_schema.data_locks WHERE THREAD_ID = PS_CURRENT_THREAD_ID()',
    )
    return Number((rows as unknown as number[][])[0]![0])
  }
  const [rows] = await connection.query('SELECT CONNECTION_ID(); SHOW ENGINE INNODB STATUS')
  const [[id], [status]] = [(rows as never[][])[0]![0]!, (rows as never[][])[1]!] as [number[], string[][]]
  const transactions = status![2]!.split(/^---TRANSACTION /m).slice(1)
  const own = transactions.find((text) => new RegExp(`^MariaDB thread id ${id},`, 'm').test(text)) ?? ''
  return Number(/^(\d+) lock struct/m.exec(own)?.[1] ?? 0)
}

const MADE_BY_MYSQL = `
  UNION ALL SELECT 'TABLESPACE', NAME FROM information_schema.INNODB_TABLESPACES WHERE NAME LIKE 'made%' AND SPACE_TYPE = 'General'
  UNION ALL SELECT 'LIBRARY', CONCAT('\`', LIBRARY_SCHEMA, '\`.\`', LIBRARY_NAME, '\`') FROM information_schema.LIBRARIES WHERE LIBRARY_NAME LIKE 'made%'`

/** Everything that statements of the corpus make has a name that begins with `made`. */
export async function dropMade(server: MysqlServer, flavour: 'mysql' | 'mariadb'): Promise<void> {
  const sequence = flavour === 'mariadb' ? "IF(TABLE_TYPE = 'SEQUENCE', 'SEQUENCE', 'TABLE')" : "'TABLE'"
  const made = await server.query(`
    SELECT IF(TABLE_TYPE = 'VIEW', 'VIEW', ${sequence}) AS kind, CONCAT('\`', TABLE_SCHEMA, '\`.\`', TABLE_NAME, '\`') AS name
      FROM information_schema.TABLES WHERE TABLE_NAME LIKE 'made%' AND TABLE_TYPE NOT LIKE '%TEMPORARY%'
    UNION ALL SELECT ROUTINE_TYPE, CONCAT('\`', ROUTINE_SCHEMA, '\`.\`', ROUTINE_NAME, '\`') FROM information_schema.ROUTINES WHERE ROUTINE_NAME LIKE 'made%'
    UNION ALL SELECT 'TRIGGER', CONCAT('\`', TRIGGER_SCHEMA, '\`.\`', TRIGGER_NAME, '\`') FROM information_schema.TRIGGERS WHERE TRIGGER_NAME LIKE 'made%'
    UNION ALL SELECT 'EVENT', CONCAT('\`', EVENT_SCHEMA, '\`.\`', EVENT_NAME, '\`') FROM information_schema.EVENTS WHERE EVENT_NAME LIKE 'made%'
    UNION ALL SELECT 'DATABASE', CONCAT('\`', SCHEMA_NAME, '\`') FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'made%'
    UNION ALL SELECT 'USER', CONCAT('\`', User, '\`@\`', Host, '\`') FROM mysql.user WHERE User LIKE 'made%' AND Host <> ''
    ${flavour === 'mariadb' ? "UNION ALL SELECT 'ROLE', User FROM mysql.user WHERE User LIKE 'made%' AND Host = ''" : MADE_BY_MYSQL}
    UNION ALL SELECT 'SERVER', Server_name FROM mysql.servers WHERE Server_name LIKE 'made%'`)
  const xids = await server.query('XA RECOVER')
  if (made.length + xids.length === 0) return
  const locked = server.role === 'replica' && flavour === 'mysql'
  if (locked) await server.query('SET GLOBAL super_read_only = OFF')
  for (const { kind, name } of made)
    await server
      .query(`DROP ${kind} ${kind === 'TRIGGER' || kind === 'TABLESPACE' ? '' : 'IF EXISTS '}${name}`)
      .catch(() => {})
  for (const { data, gtrid_length, bqual_length } of xids as {
    data: string
    gtrid_length: number
    bqual_length: number
  }[]) {
    const parts = bqual_length > 0 ? `'${data.slice(0, gtrid_length)}', '${data.slice(gtrid_length)}', 1` : `'${data}'`
    await server.query(`XA ROLLBACK ${parts}`).catch(() => {})
  }
  if (locked) await server.query('SET GLOBAL super_read_only = ON')
}

export function differing(before: State, after: State): string[] {
  return KINDS.filter((_, i) => before[i] !== after[i])
}

/** Runs the statement: as text, or as a prepared one when it has parameters, for which ones are given. */
export async function runCase(connection: Connection, one: Case): Promise<Reply> {
  const text = one.bytes.toString('latin1')
  const parameters = one.sql.replace(/'[^']*'|"[^"]*"|`[^`]*`/g, '').split('?').length - 1
  try {
    const [found, fields] =
      parameters > 0 ? await connection.execute(text, Array(parameters).fill(1)) : await connection.query(text)
    const replies = Array.isArray(fields) && fields.some((each) => Array.isArray(each) || each === undefined)
    const sets = replies ? (found as unknown[]) : [found]
    const isQuery = sets.length > 0 && sets.every((set) => Array.isArray(set))
    const rows = sets.map((set) => (Array.isArray(set) ? set.map((row) => printed(row)).sort() : []))
    return { errno: null, message: '', isQuery, rows: JSON.stringify(rows) }
  } catch (error) {
    const { errno, message } = error as QueryError & { errno?: number }
    return { errno: errno ?? -1, message, isQuery: false, rows: '' }
  }
}

const printed = (row: unknown): string =>
  JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value))
