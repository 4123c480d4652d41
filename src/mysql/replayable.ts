/**
 * System variables that trackers report and that do not become part of a session's state. Found by setting every session variable of MySQL 9.7
 * and MariaDB 10.11, replaying the report on a fresh connection and comparing (test/integration/mysql-session-state.test.ts); all others
 * can be replayed just as they are reported.
 */
const NEVER = new Set([
  // Values for the next statement only, or that the next statement changes (MySQL and MariaDB, "Server System Variables").
  'insert_id',
  'last_insert_id',
  'identity',
  'timestamp',
  'rand_seed1',
  'rand_seed2',
  'gtid_next',
  'gtid_seq_no',
  'original_commit_timestamp',
  'sql_slave_skip_counter',
  // What applying a replication stream sets.
  'immediate_server_version',
  'original_server_version',
  'pseudo_replica_mode',
  'pseudo_slave_mode',
  'pseudo_thread_id',
  // Told with almost every statement.
  'statement_id',
  'last_gtid',
  'in_transaction',
  'error_count',
  'warning_count',
  // Freshet's own on its connections; what a client asks for is kept with that client.
  'session_track_schema',
  'session_track_state_change',
  'session_track_system_variables',
  'session_track_transaction_info',
])

/** `name` in lower case. */
export const keptVariable = (name: string): boolean => !NEVER.has(name)

/** Variables that are reported as empty when they are NULL and that cannot be set to an empty string. */
const NULL_WHEN_EMPTY = new Set([
  'character_set_results',
  'external_table_storage_engine',
  'innodb_ft_user_stopword_table',
  'innodb_tmpdir',
])

/** MySQL 9.7 sets these to the opposite of their default by SET name = DEFAULT. */
const INVERTED = new Set(['foreign_key_checks', 'unique_checks'])

export const defaultIsInverted = (name: string): boolean => INVERTED.has(name)

export const nullWhenEmpty = (name: string): boolean => NULL_WHEN_EMPTY.has(name)

/** The trackers that Freshet switched on at login and that a client's statement may have switched off. */
export const isTrackerSwitch = (name: string): boolean => name.startsWith('session_track_') && NEVER.has(name)
