/** What the servers of the MySQL family say differently. Statements are those of MySQL 8.2 and later, and of MariaDB 10.6 and later. */

export type Flavour = 'mysql' | 'mariadb'

/** Where a replica finds its source, and how it knows from where on. */
export interface SourceLink {
  readonly port: number
  /** By GTID, or else from the first byte of the source's first binary log. */
  readonly gtid: boolean
}

/** SHOW REPLICA STATUS under names that both flavours share. */
export interface ReplicaStatus {
  readonly receiving: boolean
  readonly applying: boolean
  /** Why it does not receive, or apply, and will not by itself; otherwise empty. */
  readonly receiveError: string
  readonly applyError: string
  /** What it has received: MySQL a GTID set, MariaDB a GTID list. */
  readonly received: string
  /** How far it has applied its source's binary log. */
  readonly file: string
  readonly offset: number
}

export type Row = Record<string, unknown>
export type Query = (sql: string, parameters?: readonly unknown[]) => Promise<Row[]>

export interface FlavourSql {
  readonly name: string
  /** Lines of my.cnf for every server, gtid or not. */
  readonly parameters: (gtid: boolean) => Readonly<Record<string, string | number>>
  /** Lines of my.cnf for replicas. */
  readonly readOnly: Readonly<Record<string, string>>
  /** Run when a data folder is made. They leave no trace in a binary log. */
  readonly accounts: readonly string[]
  readonly follow: (link: SourceLink) => readonly string[]
  readonly stop: string
  readonly startApplier: string
  readonly stopApplier: string
  readonly stopReceiver: string
  /** After `stop`: it forgets its source and takes writes. */
  readonly promote: readonly string[]
  readonly status: (query: Query) => Promise<ReplicaStatus | null>
  readonly position: (query: Query) => Promise<string>
  /** Whether a replica has everything up to `position`, which is another server's, or its own `received`. */
  readonly covers: (query: Query, position: string) => Promise<boolean>
  readonly binlogPosition: string
}

/** A thread that tries again has an error as well, but one that will pass. */
const errorOf = (row: Row, thread: 'IO' | 'SQL', running: string): string =>
  row[running] === 'No' ? text(row, `Last_${thread}_Error`) : ''
const text = (row: Row, name: string): string => String(row[name] ?? '')
const yes = (row: Row, name: string): boolean => row[name] === 'Yes'
const first = async (query: Query, sql: string, parameters?: readonly unknown[]): Promise<Row> =>
  (await query(sql, parameters))[0]!

/** Everything is for tests: nothing waits for a disk, and memory is kept small. */
const COMMON = {
  skip_name_resolve: 'ON',
  max_connections: 400,
  max_connect_errors: 1_000_000,
  local_infile: 'ON',
  default_time_zone: '+00:00',
  innodb_buffer_pool_size: '64M',
  innodb_flush_log_at_trx_commit: 2,
  innodb_flush_method: 'nosync',
  log_bin: 'binlog',
  sync_binlog: 0,
  log_bin_trust_function_creators: 'ON',
}

const rights = (monitor: readonly string[]): string[] => [
  "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION",
  "GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%'",
  ...monitor.map((right) => `GRANT ${right} TO 'freshet'@'%'`),
  'CREATE DATABASE app',
  "GRANT ALL ON app.* TO 'app'@'%'",
]

/** Passwords are the users' own names but for the monitor's, as with PostgreSQL. */
const accounts = (identified: (password: string) => string): string[] =>
  Object.entries({ root: 'root', repl: 'repl', app: 'app', freshet: 'monitor' }).map(
    ([name, password]) => `CREATE USER '${name}'@'%' ${identified(password)}`,
  )

export const MYSQL: FlavourSql = {
  name: 'MySQL',
  parameters: (gtid) => ({
    ...COMMON,
    mysqlx: 'OFF',
    // The default is a folder of the system's own installation. FILE rights are root's alone here.
    secure_file_priv: '',
    // With its thread around, a primary's shutdown waits eight seconds for it before it lets go of the replicas.
    event_scheduler: 'OFF',
    gtid_mode: gtid ? 'ON' : 'OFF',
    enforce_gtid_consistency: gtid ? 'ON' : 'OFF',
    log_replica_updates: 'ON',
    replica_preserve_commit_order: 'ON',
    relay_log_recovery: 'ON',
    innodb_redo_log_capacity: '128M',
    innodb_log_buffer_size: '8M',
    // The monitor and the tests ask it; these make it 130 MB smaller.
    performance_schema: 'ON',
    performance_schema_digests_size: 1000,
    performance_schema_events_statements_history_long_size: 100,
    performance_schema_events_waits_history_long_size: 100,
    performance_schema_events_stages_history_long_size: 100,
    performance_schema_events_transactions_history_long_size: 100,
  }),
  readOnly: { super_read_only: 'ON' },
  accounts: [
    ...accounts((password) => `IDENTIFIED WITH caching_sha2_password BY '${password}'`),
    ...rights(['REPLICATION CLIENT, SHOW_ROUTINE, SHOW VIEW ON *.*', 'SELECT ON performance_schema.*']),
  ],
  follow: ({ port, gtid }) => [
    'STOP REPLICA',
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=${port}, SOURCE_USER='repl', SOURCE_PASSWORD='repl',
      GET_SOURCE_PUBLIC_KEY=1, SOURCE_CONNECT_RETRY=1, SOURCE_RETRY_COUNT=86400, SOURCE_HEARTBEAT_PERIOD=0.2,
      ${gtid ? 'SOURCE_AUTO_POSITION=1' : "SOURCE_AUTO_POSITION=0, SOURCE_LOG_FILE='binlog.000001', SOURCE_LOG_POS=4"}`,
    'START REPLICA',
  ],
  stop: 'STOP REPLICA',
  startApplier: 'START REPLICA SQL_THREAD',
  stopApplier: 'STOP REPLICA SQL_THREAD',
  stopReceiver: 'STOP REPLICA IO_THREAD',
  promote: ['RESET REPLICA ALL', 'SET GLOBAL super_read_only = OFF', 'SET GLOBAL read_only = OFF'],
  async status(query) {
    const [row] = await query('SHOW REPLICA STATUS')
    if (!row) return null
    return {
      receiving: yes(row, 'Replica_IO_Running'),
      applying: yes(row, 'Replica_SQL_Running'),
      receiveError: errorOf(row, 'IO', 'Replica_IO_Running'),
      applyError: errorOf(row, 'SQL', 'Replica_SQL_Running'),
      received: text(row, 'Retrieved_Gtid_Set'),
      file: text(row, 'Relay_Source_Log_File'),
      offset: Number(row.Exec_Source_Log_Pos),
    }
  },
  position: async (query) => text(await first(query, 'SELECT @@global.gtid_executed AS position'), 'position'),
  covers: async (query, position) =>
    (await first(query, 'SELECT GTID_SUBSET(?, @@global.gtid_executed) AS done', [position])).done === 1,
  binlogPosition: 'SHOW BINARY LOG STATUS',
}

export const MARIADB: FlavourSql = {
  name: 'MariaDB',
  parameters: () => ({
    ...COMMON,
    character_set_server: 'utf8mb4',
    collation_server: 'utf8mb4_general_ci',
    binlog_format: 'ROW',
    log_slave_updates: 'ON',
    gtid_strict_mode: 'ON',
    relay_log_recovery: 'ON',
    innodb_log_file_size: '128M',
  }),
  readOnly: { read_only: 'ON' },
  accounts: [
    'FLUSH PRIVILEGES',
    // They have no password, and would win over root@'%'.
    "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1'",
    ...accounts((password) => `IDENTIFIED VIA mysql_native_password USING PASSWORD('${password}')`),
    ...rights(['BINLOG MONITOR, SLAVE MONITOR, SHOW VIEW ON *.*', 'SELECT ON mysql.*']),
  ],
  follow: ({ port, gtid }) => [
    'STOP SLAVE',
    `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${port}, MASTER_USER='repl', MASTER_PASSWORD='repl',
      MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=0.2,
      ${gtid ? 'MASTER_USE_GTID=slave_pos' : "MASTER_USE_GTID=no, MASTER_LOG_FILE='binlog.000001', MASTER_LOG_POS=4"}`,
    'START SLAVE',
  ],
  stop: 'STOP SLAVE',
  startApplier: 'START SLAVE SQL_THREAD',
  stopApplier: 'STOP SLAVE SQL_THREAD',
  stopReceiver: 'STOP SLAVE IO_THREAD',
  promote: ['RESET SLAVE ALL', 'SET GLOBAL read_only = OFF'],
  async status(query) {
    const [row] = await query('SHOW SLAVE STATUS')
    if (!row) return null
    return {
      receiving: yes(row, 'Slave_IO_Running'),
      applying: yes(row, 'Slave_SQL_Running'),
      receiveError: errorOf(row, 'IO', 'Slave_IO_Running'),
      applyError: errorOf(row, 'SQL', 'Slave_SQL_Running'),
      received: text(row, 'Gtid_IO_Pos'),
      file: text(row, 'Relay_Master_Log_File'),
      offset: Number(row.Exec_Master_Log_Pos),
    }
  },
  position: async (query) => text(await first(query, 'SELECT @@gtid_current_pos AS position'), 'position'),
  covers: async (query, position) =>
    (await first(query, 'SELECT MASTER_GTID_WAIT(?, 0) AS result', [position])).result === 0,
  binlogPosition: 'SHOW MASTER STATUS',
}

export const flavourSql = (flavour: Flavour): FlavourSql => (flavour === 'mysql' ? MYSQL : MARIADB)
