import type { ServerTlsMode } from '../config/types.ts'
import type { Dialect, Failure, ServerGreeting, SessionState, Work } from '../dialect.ts'
import type { Isolation } from '../sql/facts.ts'
import type { ServerSecret } from './auth/types.ts'
import { parseProfile } from './capabilities.ts'
import { mysqlLexMode } from './classify/index.ts'
import { readRows } from './own-rows.ts'
import { formatToken, type MySqlPosition, tokenStanding } from './position.ts'
import { MySqlServerCodec } from './server-codec.ts'
import { createServerLogin } from './server-login.ts'
import {
  difference,
  isolationOf,
  keepsOnPrimary,
  LOGIN_STATE,
  literal,
  SCHEMA,
  stateAfterReport,
  stateOf,
  withSetting,
} from './session-state.ts'
import { COM_QUIT } from './unit.ts'
import { ER_UNKNOWN_STMT_HANDLER, ER_WRONG_ARGUMENTS } from './unit-steps.ts'
import { TEXT_BYTES_MAX } from './work.ts'

export interface MySqlDialectOptions {
  readonly tls: ServerTlsMode
  /** The servers are reached through a Unix socket. */
  readonly local: boolean
  readonly preparedPerConnection: number
}

/** A replica is read-only all its life; clients are shown the primary. */
const SERVER_ONLY = new Set(['read_only', 'super_read_only'])
const ISOLATIONS = new Set<string>(['read uncommitted', 'read committed', 'repeatable read', 'serializable'])
/** Plain reads lock rows, or see what has not been committed. */
const PRIMARY_ONLY = new Set<Isolation>(['serializable', 'read uncommitted'])
const NOTHING = Buffer.alloc(0)

/** MySQL and MariaDB behind the neutral core. */
export function createMySqlDialect(options: MySqlDialectOptions): Dialect {
  /** Of sessions that have chosen nothing else; servers of one cluster are configured alike. */
  let isolationAtLogin: Isolation = 'repeatable read'
  let autocommitAtLogin = true
  /** What the newest connection to a primary began with. */
  let reference: ReadonlyMap<string, string> | null = null
  const greeted = ({ parameters }: ServerGreeting): void => {
    const named = isolationOf(parameters)
    if (named !== null && ISOLATIONS.has(named)) isolationAtLogin = named as Isolation
    autocommitAtLogin = !/^(0|off)$/i.test(parameters.get('autocommit') ?? '')
  }
  const isolation = ({ settings }: SessionState): Isolation =>
    (isolationOf(settings) as Isolation | null) ?? isolationAtLogin
  return {
    serverLogin: ({ user, database, secret, profile }, readOnly) =>
      createServerLogin({
        user,
        database,
        secret: secret as ServerSecret,
        profile: parseProfile(profile),
        tls: options.tls,
        local: options.local,
        readOnly,
        reference,
      }),
    serverCodec: (write, opened) => {
      greeted(opened.greeting)
      if (!opened.readOnly) reference = opened.greeting.parameters
      return new MySqlServerCodec(opened, options.preparedPerConnection, write)
    },
    readRows,
    loginState: LOGIN_STATE,
    goodbye: Buffer.from([1, 0, 0, 0, COM_QUIT]),
    difference,
    // Nothing changes without a report.
    differenceFromUnknown: difference,
    withSetting: (state, name, value) => withSetting(state, name.toLowerCase(), value),
    stateFromValues: (values) =>
      stateOf(
        new Map(
          values.map(([name, value]) => {
            const lower = name.toLowerCase()
            return [lower, lower === SCHEMA ? value : literal(lower, value)] as const
          }),
        ),
      ),
    stateFromSettings: stateOf,
    keepsOnPrimary: (state) =>
      keepsOnPrimary(state) ||
      PRIMARY_ONLY.has(isolation(state)) ||
      (!autocommitAtLogin && !state.settings.has('autocommit')),
    stateAfterReport,
    errorFailsTransaction: false,
    transactionalSettings: false,
    isolation,
    isolationSql: null,
    // MariaDB has sequences, and nothing that would do this.
    forgetSequences: '',
    captureSql: () => null,
    settingNames: () => ({ names: [], others: false }),
    readCaptured: () => ({ state: LOGIN_STATE, pins: [] }),
    replicaRefusal,
    actsOnReplica,
    lacksStatement: ({ number, message }) =>
      number === ER_UNKNOWN_STMT_HANDLER || (number === ER_WRONG_ARGUMENTS && message.endsWith('mysqld_stmt_execute')),
    isInterruption: ({ number }) => number !== undefined && INTERRUPTIONS.has(number),
    serverOnly: (parameter) => SERVER_ONLY.has(parameter),
    formatToken: (position) => formatToken(position as MySqlPosition),
    tokenStanding,
    lexMode: (parameters) =>
      mysqlLexMode({
        sqlMode: parameters.get('sql_mode') ?? '',
        characterSetClient: parameters.get('character_set_client') ?? 'utf8mb4',
      }),
    // Clients learn of changes from OK packets only, and those are the server's own.
    encodeParameter: () => NOTHING,
  }
}

/**
 * In a read-only transaction the servers refuse FOR UPDATE and what writes to tables. They take shared locks, set global and user variables, write
 * files and do what else is said to a server.
 */
function actsOnReplica({ facts, text }: Work): boolean {
  const sql = text()
  // What is cut off may say anything.
  if (sql.length >= TEXT_BYTES_MAX && facts.because !== 'write') return true
  switch (facts.because) {
    case 'locking-read':
      return /\bshare\b/i.test(sql)
    case 'write':
      return facts.settings !== undefined || facts.pins?.some((pin) => pin !== 'temp-table') === true
    default:
      return !ASKING.test(facts.command) || /\b(?:outfile|dumpfile)\b/i.test(sql)
  }
}

const ASKING = /^(?:SELECT|TABLE|VALUES|SHOW|EXPLAIN|DESCRIBE|CHECKSUM TABLE|HELP)$/

/** KILL QUERY, and the limits of time: MySQL's max_execution_time and timer, MariaDB's max_statement_time. */
const INTERRUPTIONS = new Set([1317, 3024, 1028, 1969])

/**
 * What a replica answers to something that it cannot do because it is one (manual, "Server Error Message Reference"): 1290 it runs read-only,
 * 1792 its sessions are read-only, 1836 it is in read-only mode. 1053 and 1927: it ends the connection, and says so before anything has been
 * sent. 1412: a table's definition has changed under the read by replication.
 */
function replicaRefusal({ number, message }: Failure): 'learn' | 'once' | null {
  switch (number) {
    case 1792:
    case 1836:
      return 'learn'
    case 1290:
      // The same number stands for other options (secure-file-priv), which the primary has as well.
      return /read[-_]only/i.test(message) ? 'learn' : null
    case 1053:
    case 1412:
    case 1927:
      return 'once'
    default:
      return null
  }
}
