--= primary session-state unknown
LISTEN a
UNLISTEN *
PREPARE p AS SELECT 1
PREPARE p (int) AS INSERT INTO users (id) VALUES ($1)
EXECUTE p
EXECUTE p(1)
EXPLAIN EXECUTE p(1)
CREATE TABLE x AS EXECUTE p
LOAD 'auto_explain'
DISCARD TEMP
DISCARD SEQUENCES
DECLARE c CURSOR WITH HOLD FOR SELECT 1
SELECT set_config('search_path', 'x', false)
SELECT set_config('a', 'b', true)
SELECT pg_catalog.set_config('search_path', '', false)
SELECT setseed(0.5)
SELECT f_pl_session()
SELECT pg_replication_origin_session_setup('x')
SET search_path FROM CURRENT
SET seed TO 0.5
SET transaction_read_only TO off
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY
--= primary session-state none
SELECT current_setting('server_version')
SELECT current_setting('a.b', true)
SELECT pg_my_temp_schema()
SELECT pg_listening_channels()
SELECT * FROM pg_cursors
SELECT * FROM pg_prepared_statements
SELECT lo_open(1, 262144)
DISCARD PLANS
--= primary session-state none sequence
SELECT currval('seq')
SELECT lastval()
SELECT currval('seq'), * FROM users
--= primary session-state discard-all
DISCARD ALL
--= primary session-state reset-all
RESET ALL
--= primary session-state deallocate
DEALLOCATE p
DEALLOCATE PREPARE p
DEALLOCATE ALL
--= read-in-transaction session-state set
SET search_path TO a, b
SET search_path = 'a'
SET SESSION statement_timeout = 1000
SET LOCAL statement_timeout = '5s'
SET work_mem TO DEFAULT
SET TIME ZONE 'UTC'
SET TIME ZONE LOCAL
SET TIME ZONE -7
SET NAMES 'utf8'
SET SCHEMA 'x'
SET ROLE admin
SET ROLE NONE
SET LOCAL ROLE admin
SET SESSION AUTHORIZATION joe
SET SESSION AUTHORIZATION DEFAULT
SET app.tenant = 'a'
SET DateStyle = ISO, MDY
SET extra_float_digits = 3
SET client_encoding TO 'UTF8'
SET default_transaction_read_only = on
SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ
RESET search_path
RESET ROLE
RESET SESSION AUTHORIZATION
RESET TIME ZONE
--= read-in-transaction transaction none
BEGIN
BEGIN;
BEGIN TRANSACTION READ ONLY
BEGIN WORK ISOLATION LEVEL REPEATABLE READ, READ ONLY
START TRANSACTION
START TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY DEFERRABLE
COMMIT
COMMIT WORK AND CHAIN
END
END TRANSACTION
ROLLBACK
ABORT
ROLLBACK AND NO CHAIN
SAVEPOINT a
RELEASE SAVEPOINT a
RELEASE a
ROLLBACK TO SAVEPOINT a
ROLLBACK TO a
SET TRANSACTION READ ONLY
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED, READ ONLY
--= primary transaction none
BEGIN READ WRITE
BEGIN ISOLATION LEVEL SERIALIZABLE
SET TRANSACTION READ WRITE
SET TRANSACTION SNAPSHOT '00000003-0000001B-1'
PREPARE TRANSACTION 'x'
COMMIT PREPARED 'x'
ROLLBACK PREPARED 'x'
--= read-in-transaction session-state none
DECLARE c CURSOR FOR SELECT * FROM users
DECLARE c BINARY INSENSITIVE NO SCROLL CURSOR WITHOUT HOLD FOR SELECT 1
FETCH c
FETCH 10 FROM c
FETCH ALL IN c
MOVE FORWARD 5 FROM c
CLOSE c
CLOSE ALL
SET CONSTRAINTS ALL DEFERRED
--= primary write none
DECLARE c CURSOR FOR SELECT nextval('seq')
--= read-in-transaction server-specific none
SHOW search_path
SHOW TIME ZONE
SHOW transaction_isolation
SHOW transaction_read_only
--= primary server-specific none
SHOW ALL
SHOW server_version
SHOW port
SHOW in_hot_standby
SELECT pg_is_in_recovery()
SELECT inet_server_addr(), inet_server_port()
SELECT inet_client_addr()
SELECT pg_backend_pid()
SELECT version()
SELECT pg_postmaster_start_time()
SELECT pg_conf_load_time()
SELECT pg_current_wal_lsn()
SELECT pg_last_wal_replay_lsn()
SELECT pg_walfile_name('0/0')
SELECT pg_switch_wal()
SELECT pg_create_restore_point('x')
SELECT pg_export_snapshot()
SELECT txid_current_if_assigned()
SELECT txid_current_snapshot()
SELECT pg_current_snapshot()
SELECT pg_xact_status('1')
SELECT pg_terminate_backend(1)
SELECT pg_cancel_backend(1)
SELECT pg_reload_conf()
SELECT pg_rotate_logfile()
SELECT pg_promote()
SELECT pg_wal_replay_pause()
SELECT pg_stat_reset()
SELECT pg_stat_reset_shared('bgwriter')
SELECT pg_stat_get_numscans('users'::regclass)
SELECT pg_stat_file('x')
SELECT pg_read_file('x')
SELECT pg_read_binary_file('x')
SELECT pg_ls_dir('.')
SELECT pg_ls_waldir()
SELECT pg_create_physical_replication_slot('x')
SELECT pg_drop_replication_slot('x')
SELECT pg_logical_slot_get_changes('x', NULL, NULL)
SELECT pg_logical_slot_peek_changes('x', NULL, NULL)
SELECT pg_replication_slot_advance('x', '0/0')
SELECT pg_control_checkpoint()
SELECT pg_control_system()
SELECT lo_export(1, '/tmp/x')
SELECT pg_sequence_last_value('seq')
SELECT pg_database_size('c')
SELECT pg_relation_filepath('users')
SELECT pg_blocking_pids(1)
SELECT * FROM pg_locks
SELECT * FROM pg_settings
SELECT * FROM pg_catalog.pg_settings
SELECT * FROM pg_stat_activity
SELECT * FROM pg_stat_user_tables
SELECT * FROM pg_catalog.pg_stat_replication
SELECT * FROM pg_statio_user_tables
SELECT * FROM pg_replication_slots
SELECT * FROM pg_prepared_xacts
SELECT * FROM pg_file_settings
SELECT * FROM pg_hba_file_rules
SELECT * FROM pg_sequences
SELECT * FROM pg_timezone_names
SELECT * FROM pg_available_extensions
SELECT last_value FROM seq
SELECT * FROM v_stat
SELECT (SELECT count(*) FROM pg_stat_activity)
COPY users TO '/tmp/x'
COPY users TO PROGRAM 'cat'
COPY (SELECT 1) TO '/tmp/x' (FORMAT csv)
CHECKPOINT
ALTER SYSTEM SET work_mem = '1MB'
--= primary multi-statement none
INSERT INTO users (name) VALUES ('a'); SELECT 1
SELECT 1; DELETE FROM users
SELECT 1; SELECT nextval('seq')
SELECT 1; SELECT * FROM users FOR UPDATE
SELECT 1; SELECT * FROM scratch
SELECT 1; SELECT * INTO x FROM users
--= primary multi-statement unknown
BEGIN; SELECT 1; COMMIT
BEGIN; SELECT 1
SELECT 1; SET search_path = x
SELECT 1; CREATE TEMP TABLE t (a int)
SET a.b = 'c'; SELECT 1
SELECT 1; SELECT pg_advisory_lock(1)
COMMIT; BEGIN
PREPARE p AS SELECT 1; EXECUTE p
SET a.b = 'c'; SET a.d = 'e'
SELECT 1; LISTEN x
