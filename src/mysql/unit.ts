import type { Unit } from '../dialect.ts'
import type { Facts } from '../sql/facts.ts'
import type { PreparedStatement } from './statements.ts'

/** Command bytes (manual, "Command Phase"; enum_server_command). */
export const COM_SLEEP = 0x00
export const COM_QUIT = 0x01
export const COM_INIT_DB = 0x02
export const COM_QUERY = 0x03
export const COM_FIELD_LIST = 0x04
export const COM_REFRESH = 0x07
export const COM_SHUTDOWN = 0x08
export const COM_STATISTICS = 0x09
export const COM_PROCESS_INFO = 0x0a
export const COM_PROCESS_KILL = 0x0c
export const COM_DEBUG = 0x0d
export const COM_PING = 0x0e
export const COM_CHANGE_USER = 0x11
export const COM_BINLOG_DUMP = 0x12
export const COM_REGISTER_SLAVE = 0x15
export const COM_STMT_PREPARE = 0x16
export const COM_STMT_EXECUTE = 0x17
export const COM_STMT_SEND_LONG_DATA = 0x18
export const COM_STMT_CLOSE = 0x19
export const COM_STMT_RESET = 0x1a
export const COM_SET_OPTION = 0x1b
export const COM_STMT_FETCH = 0x1c
export const COM_BINLOG_DUMP_GTID = 0x1e
export const COM_RESET_CONNECTION = 0x1f
export const COM_CLONE = 0x20
export const COM_SUBSCRIBE_GROUP_REPLICATION_STREAM = 0x21
/** MariaDB: one statement executed for many rows of parameters. */
export const COM_STMT_BULK_EXECUTE = 0xfa

/** Where the parts of COM_STMT_EXECUTE and COM_STMT_BULK_EXECUTE stand; offsets in the unit's `payload`. */
export interface ExecuteLayout {
  /** Cursor flags of EXECUTE; 0 for bulk. */
  readonly cursor: number
  /** Parameters (with query attributes, where those are agreed); for bulk, of one row. 0: nothing but the fixed part is there. */
  readonly parameters: number
  /** EXECUTE: the byte new_params_bind_flag. Bulk: the byte of the flags whose bit 0x80 says the same. -1 without parameters. */
  readonly boundAt: number
  /** Types begin here, when they are sent; the place to put them when they are not. */
  readonly typesAt: number
  /** Where they end; `typesAt` when they are not sent. */
  readonly typesEnd: number
}

/** What resolving a unit found out that is needed again when it runs and when it has run. */
export interface Resolved {
  readonly facts: Facts
  /** The statement that EXECUTE, FETCH, RESET, CLOSE and SEND_LONG_DATA name; of PREPARE the one that it is about to make. null: none of that id. */
  readonly statement: PreparedStatement | null
  readonly execute: ExecuteLayout | null
  /** Where the SQL text of QUERY and PREPARE begins in `payload`, behind any attributes; it goes on to the end. -1: no text. */
  readonly textAt: number
}

/** One command. */
export interface MySqlUnit extends Unit {
  readonly complete: true
  readonly command: number
  /** The packets as they came, with their headers; the beginning of them when `streaming`. */
  readonly bytes: Buffer
  /** What the packets hold of the command, headers taken out; begins with the command byte. */
  readonly payload: Buffer
  /** Set by `MySqlClient.resolve` (and by `withoutServer` when it has had to look closer). */
  resolved: Resolved | null
}

/** Commands that no server replies to. */
export const hasNoReply = (command: number): boolean =>
  command === COM_STMT_CLOSE || command === COM_STMT_SEND_LONG_DATA || command === COM_QUIT

/** The id that EXECUTE, FETCH, RESET, CLOSE and SEND_LONG_DATA begin with; -1 when it is not all there. */
export const statementIdOf = (payload: Buffer): number => (payload.length < 5 ? -1 : payload.readUInt32LE(1))
