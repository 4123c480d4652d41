--= primary session-state unknown # it changes the session by an expression, or in a way that cannot be replayed
SELECT set_config('search_path', 'x', false)
SELECT set_config('a.b', 'c', true)
SELECT pg_catalog.set_config('search_path', '', false)
SELECT set_config('work_mem', work_mem || 'MB', false) FROM (SELECT '5' AS work_mem) x
--@ fails: 42704
SELECT set_config('a', 'b', true)
SELECT setseed(0.5)
SELECT random() FROM setseed(0.1)
SELECT f_pl_session()
--@ fails: 42704
SELECT pg_replication_origin_session_setup('x')
SELECT pg_replication_origin_session_is_setup()
--@ undo: SELECT 1
SELECT pg_replication_origin_create('o')
SET search_path FROM CURRENT
SET seed TO 0.5
SET transaction_read_only TO off
SET transaction_isolation TO 'repeatable read'
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE
--@ since: 16
--@ fails: 0A000
RESET transaction_isolation
--= primary session-state none # settings differ from server to server, and between sessions
SELECT current_setting('server_version')
SELECT current_setting('work_mem')
SELECT current_setting('server_version_num')::int / 10000
SELECT current_setting('a.b', true)
SELECT current_setting(name) FROM (SELECT 'work_mem' AS name) x
SELECT * FROM v_setting
SELECT pg_size_bytes(current_setting('work_mem'))
--= read read none # settings with a point in their name exist in sessions only, and follow them; seen through a view or a function, where the name is known
SELECT * FROM v_tenant
SELECT f_setting()
--= primary session-state none # what only this session's own connection knows
SELECT pg_my_temp_schema()
SELECT pg_my_temp_schema()::regnamespace
SELECT pg_is_other_temp_schema(pg_my_temp_schema())
SELECT pg_listening_channels()
SELECT * FROM pg_listening_channels() c
SELECT pg_trigger_depth()
SELECT * FROM pg_cursors
SELECT * FROM pg_catalog.pg_cursors
SELECT name FROM pg_prepared_statements WHERE from_sql
SELECT * FROM pg_prepared_statement()
SELECT * FROM pg_cursor()
--@ before: SELECT lo_create(4242)
SELECT lo_open(4242, 262144)
--@ before: SELECT lo_create(4242)
SELECT loread(lo_open(4242, 262144), 10)
--= primary session-state none sequence # the last value that a sequence gave to this very session
--@ before: SELECT nextval('seq')
SELECT currval('seq')
--@ before: SELECT nextval('seq')
SELECT lastval()
--@ before: SELECT nextval('seq')
SELECT currval('seq'), * FROM users
--@ before: SELECT nextval('seq')
SELECT currval(pg_get_serial_sequence('users', 'id')) WHERE false
--@ before: SELECT nextval('seq')
SELECT f_currval()
--@ before: SELECT nextval('seq')
SELECT ('seq'::regclass).currval
--= read-in-transaction session-state set # one setting of known value: it follows its session, and a replica takes it, too
SET search_path TO a, b
SET search_path = 'a'
SET SESSION statement_timeout = 1000
SET LOCAL statement_timeout = '5s'
SET work_mem TO DEFAULT
SET work_mem = '64MB'
SET TIME ZONE 'UTC'
SET TIME ZONE 'Europe/Vienna'
SET TIME ZONE LOCAL
SET TIME ZONE DEFAULT
SET TIME ZONE -7
SET NAMES 'utf8'
SET NAMES DEFAULT
SET SCHEMA 'x'
SET ROLE somebody
SET ROLE 'somebody'
SET ROLE NONE
SET LOCAL ROLE somebody
SET SESSION AUTHORIZATION somebody
SET SESSION AUTHORIZATION DEFAULT
SET LOCAL SESSION AUTHORIZATION somebody
SET app.tenant = 'a'
SET app.tenant TO a
SET "app.user" = '5'
SET DateStyle = ISO, MDY
SET extra_float_digits = 3
SET client_encoding TO 'UTF8'
SET client_min_messages TO warning
SET standard_conforming_strings = on
SET bytea_output = hex
SET IntervalStyle TO 'iso_8601'
SET default_transaction_read_only = on
SET default_transaction_isolation TO 'repeatable read'
SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ
SET session_replication_role = replica
SET synchronous_commit TO off
SET lock_timeout = 0
SET idle_in_transaction_session_timeout = '1min'
SET row_security = off
SET enable_seqscan = off
SET random_page_cost = 1.1
SET application_name = 'psql'
SET constraint_exclusion = on
SET plan_cache_mode = force_custom_plan
SET XML OPTION DOCUMENT
RESET search_path
RESET ROLE
RESET SESSION AUTHORIZATION
RESET TIME ZONE
RESET app.tenant
RESET "work_mem"
--= read-in-transaction session-state set # the server refuses it, the client sees that, and nothing is remembered
--@ fails: 22023
SET ROLE nosuch
--@ fails: 22023
SET SESSION AUTHORIZATION joe
--@ fails: 42704
SET nosuch = 1
--@ fails: 22023
SET work_mem = 'lots'
--@ fails: 55P02
SET port = 5
--= read-in-transaction transaction none # transactions begin and end wherever they are, savepoints too
BEGIN
BEGIN;
BEGIN TRANSACTION READ ONLY
BEGIN WORK ISOLATION LEVEL REPEATABLE READ, READ ONLY
BEGIN NOT DEFERRABLE
START TRANSACTION
START TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY DEFERRABLE
START TRANSACTION READ ONLY, ISOLATION LEVEL READ COMMITTED
COMMIT
COMMIT WORK
COMMIT AND NO CHAIN
COMMIT WORK AND CHAIN
END
END TRANSACTION
END AND CHAIN
ROLLBACK
ROLLBACK WORK AND CHAIN
ABORT
ABORT AND CHAIN
ROLLBACK AND NO CHAIN
SAVEPOINT a
SAVEPOINT "A b"
--@ before: SAVEPOINT a
RELEASE SAVEPOINT a
--@ before: SAVEPOINT a
RELEASE a
--@ before: SAVEPOINT a
ROLLBACK TO SAVEPOINT a
--@ before: SAVEPOINT a
ROLLBACK TO a
--@ before: SAVEPOINT a
ROLLBACK WORK TO SAVEPOINT a
SET TRANSACTION READ ONLY
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED, READ ONLY
SET TRANSACTION READ ONLY, DEFERRABLE
SET LOCAL TRANSACTION READ ONLY
--= primary transaction none # a hot standby refuses to write, to be serializable, to prepare, and knows no snapshot of another server
BEGIN READ WRITE
BEGIN ISOLATION LEVEL SERIALIZABLE
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE
START TRANSACTION READ WRITE, ISOLATION LEVEL REPEATABLE READ
SET TRANSACTION READ WRITE
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
--@ fails: 0A000
SET TRANSACTION SNAPSHOT 'x'
--@ before: INSERT INTO items VALUES (1, 'x', 1)
--@ undo: ROLLBACK PREPARED 'x'
PREPARE TRANSACTION 'x'
--@ before: BEGIN; INSERT INTO items VALUES (1, 'y', 1); PREPARE TRANSACTION 'y'
--@ undo: DELETE FROM items WHERE sku = 'y'
COMMIT PREPARED 'y'
--@ before: BEGIN; INSERT INTO items VALUES (1, 'z', 1); PREPARE TRANSACTION 'z'
--@ undo: SELECT 1
ROLLBACK PREPARED 'z'
--= read-in-transaction session-state none # cursors over reads live in their transaction, which may be on a replica
DECLARE c CURSOR FOR SELECT * FROM users
DECLARE c BINARY INSENSITIVE NO SCROLL CURSOR WITHOUT HOLD FOR SELECT 1
DECLARE c SCROLL CURSOR FOR WITH w AS (SELECT 1 AS a) SELECT * FROM w
DECLARE "C" ASENSITIVE CURSOR FOR VALUES (1), (2)
DECLARE c CURSOR FOR SELECT * FROM users FOR READ ONLY
--@ before: DECLARE c CURSOR FOR SELECT * FROM users
FETCH c
--@ before: DECLARE c CURSOR FOR SELECT * FROM users
FETCH 10 FROM c
--@ before: DECLARE c CURSOR FOR SELECT * FROM users
FETCH ALL IN c
--@ before: DECLARE c SCROLL CURSOR FOR SELECT * FROM users
FETCH LAST FROM c
--@ before: DECLARE c SCROLL CURSOR FOR SELECT * FROM users
FETCH ABSOLUTE 2 FROM c
--@ before: DECLARE c SCROLL CURSOR FOR SELECT * FROM users
FETCH BACKWARD ALL FROM c
--@ before: DECLARE c SCROLL CURSOR FOR SELECT * FROM users
FETCH PRIOR c
--@ before: DECLARE c SCROLL CURSOR FOR SELECT * FROM users
FETCH RELATIVE -1 IN c
--@ before: DECLARE c CURSOR FOR SELECT * FROM users
MOVE FORWARD 5 FROM c
--@ before: DECLARE c CURSOR FOR SELECT * FROM users
MOVE c
--@ before: DECLARE c CURSOR FOR SELECT * FROM users
CLOSE c
CLOSE ALL
--@ fails: 34000
FETCH FORWARD 10 FROM "<unnamed portal 1>"
SET CONSTRAINTS ALL DEFERRED
SET CONSTRAINTS ALL IMMEDIATE
--= read-in-transaction server-specific none # settings of the session or its transaction: a replica that runs the transaction shows the same
SHOW search_path
SHOW TIME ZONE
SHOW timezone
SHOW DateStyle
SHOW client_encoding
SHOW application_name
SHOW statement_timeout
SHOW transaction_isolation
SHOW TRANSACTION ISOLATION LEVEL
SHOW transaction_read_only
SHOW standard_conforming_strings
--= primary server-specific none # settings that servers may have differently
SHOW ALL
SHOW server_version
SHOW server_version_num
SHOW port
SHOW in_hot_standby
SHOW work_mem
SHOW cluster_name
SHOW max_connections
SHOW hot_standby
SHOW SESSION AUTHORIZATION
SHOW data_directory
--@ fails: 42704
SHOW nosuch
--@ fails: 42704
SHOW TABLES
--@ before: SET LOCAL app.tenant = 'a'
SHOW app.tenant
--= primary server-specific none # addresses, processes and times of one server
SELECT pg_is_in_recovery()
SELECT NOT pg_catalog.pg_is_in_recovery() AS primary
SELECT CASE WHEN pg_is_in_recovery() THEN 'replica' ELSE 'primary' END
SELECT inet_server_addr(), inet_server_port()
SELECT inet_client_addr()
SELECT inet_client_port()
SELECT pg_backend_pid()
SELECT f_backend()
SELECT version()
SELECT split_part(version(), ' ', 2)
SELECT pg_postmaster_start_time()
SELECT pg_conf_load_time()
SELECT pg_jit_available()
SELECT pg_current_logfile()
SELECT pg_blocking_pids(pg_backend_pid())
SELECT pg_safe_snapshot_blocking_pids(1)
SELECT pg_notification_queue_usage()
--= primary server-specific none # the log: positions, files, backups, what is replayed
SELECT pg_current_wal_lsn()
SELECT pg_current_wal_insert_lsn(), pg_current_wal_flush_lsn()
SELECT pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()
SELECT pg_last_xact_replay_timestamp()
SELECT pg_walfile_name('0/1000000')
SELECT pg_walfile_name_offset('0/1000000')
SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')
--@ not-run-on-a-replica: one segment for each run would fill the replica's folder
SELECT pg_switch_wal()
SELECT pg_create_restore_point('x')
--@ not-run: it would leave a backup open for the other rows
SELECT pg_backup_start('x')
--@ fails: 55000
SELECT pg_backup_stop()
--@ since: 16
SELECT pg_log_standby_snapshot()
--@ fails: 55000
SELECT pg_is_wal_replay_paused()
--@ fails: 55000
SELECT pg_get_wal_replay_pause_state()
--@ fails: 55000
--@ not-run-on-a-replica: it would be promoted
SELECT pg_promote()
--@ fails: 55000
--@ not-run-on-a-replica: it would stand still
SELECT pg_wal_replay_pause()
--@ fails: 55000
SELECT pg_wal_replay_resume()
SELECT * FROM pg_get_wal_resource_managers()
--= primary server-specific none # transactions and snapshots of one server
SELECT pg_export_snapshot()
SELECT txid_current_if_assigned()
SELECT pg_current_xact_id_if_assigned()
SELECT txid_current_snapshot()
SELECT pg_current_snapshot()
SELECT pg_snapshot_xmin(pg_current_snapshot())
SELECT pg_xact_status('3')
SELECT txid_status(3)
SELECT txid_visible_in_snapshot(3, txid_current_snapshot())
SELECT xmin, pg_xact_commit_timestamp(xmin) FROM users
SELECT * FROM pg_last_committed_xact()
--= primary server-specific none # the counters of a row's commands and its locks are no part of what is replicated
SELECT cmin, cmax FROM users
SELECT users.cmin::text FROM users ORDER BY id
--@ before: SELECT * FROM users FOR UPDATE
SELECT xmax FROM users
SELECT id FROM users WHERE xmax = 0
--= primary server-specific none # it tells of planner settings that servers may have differently
EXPLAIN (VERBOSE, COSTS OFF, SETTINGS, FORMAT YAML) SELECT 1
EXPLAIN (SETTINGS ON) SELECT * FROM users
--= primary server-specific none # signals and orders for one server
SELECT pg_terminate_backend(1)
SELECT pg_cancel_backend(1)
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'nothing'
SELECT pg_reload_conf()
SELECT pg_rotate_logfile()
SELECT pg_log_backend_memory_contexts(pg_backend_pid())
--= primary server-specific none # statistics are counted by each server for itself
SELECT pg_stat_reset()
SELECT pg_stat_reset_shared('bgwriter')
SELECT pg_stat_reset_single_table_counters('users'::regclass)
SELECT pg_stat_reset_slru('notify')
SELECT pg_stat_clear_snapshot()
SELECT pg_stat_force_next_flush()
SELECT pg_stat_get_numscans('users'::regclass)
SELECT pg_stat_get_live_tuples('users'::regclass)
SELECT pg_stat_get_activity(NULL)
SELECT * FROM pg_stat_get_wal()
SELECT * FROM pg_stat_activity
SELECT * FROM pg_stat_user_tables
SELECT * FROM pg_stat_all_indexes
SELECT * FROM pg_catalog.pg_stat_replication
SELECT * FROM pg_stat_wal_receiver
SELECT * FROM pg_stat_subscription
SELECT * FROM pg_stat_database WHERE datname = 'app'
SELECT * FROM pg_stat_database_conflicts
SELECT * FROM pg_stat_bgwriter
SELECT * FROM pg_stat_wal
SELECT * FROM pg_stat_archiver
SELECT * FROM pg_stat_slru
SELECT * FROM pg_stat_ssl
SELECT * FROM pg_stat_gssapi
SELECT * FROM pg_stat_progress_vacuum
SELECT * FROM pg_stat_xact_user_tables
SELECT * FROM pg_stat_user_functions
SELECT * FROM pg_stat_replication_slots
SELECT * FROM pg_stat_recovery_prefetch
SELECT * FROM pg_statio_user_tables
SELECT * FROM pg_statio_all_sequences
--@ since: 16
SELECT * FROM pg_stat_io
--@ since: 17
SELECT * FROM pg_stat_checkpointer
SELECT * FROM v_stat
SELECT (SELECT count(*) FROM pg_stat_activity)
SELECT relname FROM pg_stat_user_tables WHERE seq_scan > 0
SELECT blks_hit::float / (blks_hit + blks_read + 1) FROM pg_stat_database
--= primary server-specific none # locks, processes, memory and files of one server
SELECT * FROM pg_locks
SELECT pg_lock_status()
SELECT pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted
SELECT * FROM pg_settings
SELECT * FROM pg_catalog.pg_settings
SELECT setting FROM pg_settings WHERE name = 'work_mem'
SELECT pg_show_all_settings()
SELECT * FROM pg_file_settings
SELECT * FROM pg_hba_file_rules
SELECT * FROM pg_ident_file_mappings
SELECT * FROM pg_config
SELECT * FROM pg_shmem_allocations
SELECT * FROM pg_backend_memory_contexts
SELECT * FROM pg_timezone_names
SELECT * FROM pg_timezone_abbrevs
SELECT * FROM pg_available_extensions
SELECT * FROM pg_available_extension_versions WHERE name = 'hstore'
SELECT pg_control_checkpoint()
SELECT pg_control_system()
SELECT pg_control_init()
SELECT pg_control_recovery()
--@ since: 18
SELECT * FROM pg_aios
--@ since: 18
SELECT pg_numa_available()
--@ since: 18
SELECT * FROM pg_get_loaded_modules()
--@ since: 17
SELECT pg_available_wal_summaries()
SELECT pg_ls_dir('.')
SELECT pg_ls_waldir()
SELECT pg_ls_tmpdir()
SELECT pg_ls_archive_statusdir()
SELECT pg_read_file('PG_VERSION')
SELECT pg_read_binary_file('PG_VERSION')
SELECT pg_stat_file('PG_VERSION')
--@ fails: 58P01
SELECT pg_read_file('nosuch')
SELECT pg_relation_filepath('users')
SELECT pg_relation_filenode('users')
SELECT pg_filenode_relation(0, pg_relation_filenode('users'))
SELECT pg_tablespace_location(oid) FROM pg_tablespace
SELECT pg_tablespace_databases(oid) FROM pg_tablespace
SELECT pg_collation_actual_version(oid) FROM pg_collation WHERE collname = 'C'
SELECT pg_database_collation_actual_version(oid) FROM pg_database
SELECT pg_database_size(current_database())
SELECT pg_size_pretty(pg_total_relation_size('users'))
SELECT pg_relation_size('users'), pg_table_size('users'), pg_indexes_size('users')
SELECT pg_relation_size('users', 'fsm')
SELECT pg_tablespace_size('pg_default')
--= primary server-specific none # replication: slots, origins, prepared transactions of one server
SELECT * FROM pg_replication_slots
SELECT pg_get_replication_slots()
SELECT * FROM pg_prepared_xacts
SELECT * FROM pg_replication_origin_status
SELECT pg_replication_origin_oid('nosuch')
--@ undo: SELECT 1
SELECT pg_create_physical_replication_slot('x')
--@ fails: 42704
SELECT pg_drop_replication_slot('nosuch')
--@ undo: SELECT 1
--@ not-run: the slot would keep every row's WAL, and decoding waits for the other rows' transactions
SELECT pg_create_logical_replication_slot('x', 'test_decoding')
--@ fails: 55000
SELECT pg_logical_slot_get_changes('x', NULL, NULL)
--@ fails: 55000
SELECT pg_logical_slot_peek_changes('x', NULL, NULL)
--@ since: 18
--@ fails: 22023
SELECT pg_replication_slot_advance('x', '0/0')
--@ fails: 55000
SELECT pg_copy_physical_replication_slot('x', 'y')
--= primary server-specific none # sequences: a standby sees them up to 32 values ahead
SELECT last_value FROM seq
SELECT * FROM seq
SELECT is_called FROM public.seq
SELECT pg_sequence_last_value('seq')
SELECT * FROM pg_sequences
SELECT last_value FROM pg_catalog.pg_sequences WHERE sequencename = 'seq'
SELECT last_value + 1 FROM users_id_seq
--@ since: 18
SELECT pg_get_sequence_data('seq')
--= primary server-specific none # files and programs on the server: a replica would take these orders
COPY users TO '/dev/null'
COPY users TO PROGRAM 'cat'
COPY (SELECT 1) TO '/dev/null' (FORMAT csv)
COPY (SELECT * FROM users) TO PROGRAM 'cat' WITH CSV HEADER
--@ before: SELECT lo_create(4242)
SELECT lo_export(4242, '/dev/null')
