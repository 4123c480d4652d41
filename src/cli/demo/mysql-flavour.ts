/** What the servers of the MySQL family say differently. Statements are those of MySQL 8.0.23 and later, and of MariaDB 10.6 and later. */

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
  readonly error: string
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
  /** Run at a server's first start, as an administrator. */
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
    gtid_mode: gtid ? 'ON' : 'OFF',
    enforce_gtid_consistency: gtid ? 'ON' : 'OFF',
    log_replica_updates: 'ON',
    replica_preserve_commit_order: 'ON',
    relay_log_recovery: 'ON',
    innodb_redo_log_capacity: '128M',
    performance_schema: 'ON',
  }),
  readOnly: { super_read_only: 'ON' },
  accounts: [
    ...accounts((password) => `IDENTIFIED WITH caching_sha2_password BY '${password}'`),
    ...rights(['REPLICATION CLIENT, SHOW_ROUTINE, SHOW VIEW ON *.*', 'SELECT ON performance_schema.*']),
  ],
  follow: ({ port, gtid }) => [
    'STOP REPLICA',
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=${port}, SOURCE_USER='repl', SOURCE_PASSWORD='repl',
      GET_SOURCE_PUBLIC_KEY=1, SOURCE_CONNECT_RETRY=1, SOURCE_RETRY_COUNT=86400, SOURCE_HEARTBEAT_PERIOD=2,
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
      error: text(row, 'Last_IO_Error') + text(row, 'Last_SQL_Error'),
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
    ...accounts((password) => `IDENTIFIED VIA mysql_native_password USING PASSWORD('${password}')`),
    ...rights(['BINLOG MONITOR, SLAVE MONITOR, SHOW VIEW ON *.*', 'SELECT ON mysql.*']),
  ],
  follow: ({ port, gtid }) => [
    'STOP SLAVE',
    `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${port}, MASTER_USER='repl', MASTER_PASSWORD='repl',
      MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=2,
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
      error: text(row, 'Last_IO_Error') + text(row, 'Last_SQL_Error'),
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
