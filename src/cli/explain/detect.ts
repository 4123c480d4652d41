import type { Emit, Reader } from './entry.ts'
import { isMysqlGeneralLine, mysqlGeneralLog } from './mysql-general-log.ts'
import { isMysqlLogHead, isMysqlSlowLine, mysqlSlowLog } from './mysql-slow-log.ts'
import { isPostgresCsvLine, postgresCsvLog } from './postgres-csv-log.ts'
import { isPostgresJsonLine, postgresJsonLog } from './postgres-json-log.ts'
import { isPostgresLine, postgresStderrLog } from './postgres-stderr-log.ts'
import { type Splitting, SqlFile } from './sql-file.ts'

export interface Format {
  /** For people. */
  readonly name: string
  /** Whose it is; null: anybody's. */
  readonly engine: Splitting['engine'] | null
  /** Whether it says of each statement which session sent it. */
  readonly tellsSessions: boolean
  /** Whether a line of it is like no line of any other format. */
  readonly is: (line: string) => boolean
  readonly reader: (emit: Emit, splitting: Splitting) => Reader
}

const SQL_WORD =
  /^\s*(?:\/\*!|\(\s*select\b|(?:abort|alter|analyze|begin|binlog|cache|call|change|check|checkpoint|checksum|clone|close|cluster|comment|commit|copy|create|deallocate|declare|delete|delimiter|desc|describe|discard|do|drop|end|execute|explain|fetch|flush|get|grant|handler|help|import|insert|install|kill|listen|load|lock|merge|move|notify|optimize|prepare|purge|reassign|refresh|reindex|release|rename|repair|replace|reset|resignal|restart|revoke|rollback|savepoint|security|select|set|show|shutdown|signal|start|stop|table|truncate|uninstall|unlisten|unlock|update|use|vacuum|values|with|xa)\b)/i

/** In the order in which they are recognised: what is most like nothing else comes first. */
export const FORMATS = {
  'postgres-json': {
    name: "PostgreSQL's log as JSON (jsonlog)",
    engine: 'postgres',
    tellsSessions: true,
    is: isPostgresJsonLine,
    reader: postgresJsonLog,
  },
  'postgres-csv': {
    name: "PostgreSQL's log as CSV (csvlog)",
    engine: 'postgres',
    tellsSessions: true,
    is: isPostgresCsvLine,
    reader: postgresCsvLog,
  },
  'mysql-slow': {
    name: 'a slow query log of MySQL or MariaDB',
    engine: 'mysql',
    tellsSessions: true,
    is: isMysqlSlowLine,
    reader: mysqlSlowLog,
  },
  'mysql-general': {
    name: 'a general query log of MySQL or MariaDB',
    engine: 'mysql',
    tellsSessions: true,
    is: isMysqlGeneralLine,
    reader: mysqlGeneralLog,
  },
  'postgres-log': {
    name: "PostgreSQL's log",
    engine: 'postgres',
    tellsSessions: true,
    is: isPostgresLine,
    reader: postgresStderrLog,
  },
  sql: {
    name: 'a file of statements',
    engine: null,
    tellsSessions: false,
    is: (line) => SQL_WORD.test(line),
    reader: (emit, splitting) => new SqlFile(splitting, emit),
  },
} as const satisfies Readonly<Record<string, Format>>

export type FormatName = keyof typeof FORMATS

/** So much of the beginning is looked at. */
export const HEAD_BYTES = 64 * 1024

/** What the beginning of a file, one character per byte, is the beginning of; or why it is nothing that can be read. */
export function detect(head: string): FormatName | { readonly unknown: string } {
  if (head.startsWith('\x1f\x8b') || head.startsWith('\x28\xb5\x2f\xfd')) {
    return { unknown: 'it is compressed: unpack it first, as in zcat FILE | freshet explain --file -' }
  }
  if (head.includes('\0')) return { unknown: 'it is no text' }
  const lines = head.split('\n').map((line) => line.replace(/\r$/, ''))
  const names = Object.keys(FORMATS) as FormatName[]
  // A log may hold lines that look like SQL, before its first own one if it was cut; a file of SQL hardly two that look like a log's.
  const first = lines.findIndex(FORMATS.sql.is)
  const log = names.find((name) => {
    const { is } = FORMATS[name]
    const at = lines.findIndex(is)
    return name !== 'sql' && at >= 0 && (first < 0 || at < first || lines.filter(is).length > 1)
  })
  if (log !== undefined) return log
  if (first >= 0) return 'sql'
  if (lines.some(isMysqlLogHead)) return { unknown: 'it is a log of MySQL or MariaDB without any statement' }
  return { unknown: `it is none of: ${names.map((name) => FORMATS[name].name).join(', ')}` }
}

/** The server whose log it is names itself in the head that MySQL and MariaDB write. */
export const isMariadb = (head: string): boolean => /, Version: [^\n]*mariadb/i.test(head)
