import type { Failure } from '../dialect.ts'
import type { PreparedStatement } from './statements.ts'
import * as com from './unit.ts'

/** The connection cannot be used any more: what has to be sent next would come behind what others have sent. */
export const OUT_OF_TURN: Failure = {
  code: '08006',
  message: 'a statement that many share the connection with has changed its state',
  fatal: true,
}

/** Errors about commands and statement ids, in the words of the server that a session stands for. */
export const UNKNOWN_COMMAND: Failure = { code: '08S01', number: 1047, message: 'Unknown command' }

export const NOT_PREPARABLE: Failure = {
  code: 'HY000',
  number: 1295,
  message: 'This command is not supported in the prepared statement protocol yet',
}

const MALFORMED: Failure = { code: 'HY000', number: 1835, message: 'Malformed communication packet' }
const MALFORMED_MYSQL: Failure = { ...MALFORMED, message: 'Malformed communication packet.' }

export const malformed = (flavour: 'mysql' | 'mariadb'): Failure => (flavour === 'mysql' ? MALFORMED_MYSQL : MALFORMED)

const GIVEN_TO: ReadonlyMap<number, string> = new Map([
  [com.COM_STMT_EXECUTE, 'mysqld_stmt_execute'],
  [com.COM_STMT_BULK_EXECUTE, 'mysqld_stmt_bulk_execute'],
  [com.COM_STMT_FETCH, 'mysqld_stmt_fetch'],
  [com.COM_STMT_RESET, 'mysqld_stmt_reset'],
])

export function unknownStatement({ payload, command }: com.MySqlUnit, flavour: 'mysql' | 'mariadb'): Failure {
  const id = com.statementIdOf(payload)
  if (id < 0) return malformed(flavour)
  const given = flavour === 'mysql' ? 'mysql_stmt_precheck' : (GIVEN_TO.get(command) ?? '')
  return { code: 'HY000', number: 1243, message: `Unknown prepared statement handler (${id}) given to ${given}` }
}

export const noCursor = ({ id }: PreparedStatement, flavour: 'mysql' | 'mariadb'): Failure => ({
  code: 'HY000',
  number: 1421,
  message: `The statement (${id}) has no open cursor${flavour === 'mysql' ? '.' : ''}`,
})

/** What the primary says of a write in a transaction that is declared READ ONLY; a replica names an option of its own. */
export const readOnlyTransaction = (mariadb: boolean): Failure => ({
  code: '25006',
  number: 1792,
  message: `Cannot execute statement in a READ ONLY transaction${mariadb ? '' : '.'}`,
})

export const refusedByReplica = ({ number, message }: Failure): boolean =>
  number === 1290 && message.includes('read-only option')

export const tooManyStatements = (max: number): Failure => ({
  code: '42000',
  number: 1461,
  message: `Can't create more than max_prepared_stmt_count statements (current value: ${max})`,
})
