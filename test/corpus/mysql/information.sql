--= read read none mysql # what the schema says, in columns that are the same wherever it is replicated to
SELECT table_name, table_type, engine FROM information_schema.tables WHERE table_schema = 'app' ORDER BY 1
SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'users'
SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'app' AND table_name LIKE 'u%'
SELECT EXISTS (SELECT * FROM information_schema.tables WHERE table_schema = 'app' AND table_name = 'users')
SELECT table_comment, table_collation, row_format FROM information_schema.tables WHERE table_name = 'users'
SELECT * FROM information_schema.columns WHERE table_schema = 'app' AND table_name = 'users'
SELECT column_name, column_type, is_nullable, column_key, column_default, extra FROM information_schema.columns WHERE table_schema = 'app' ORDER BY table_name, ordinal_position
SELECT * FROM information_schema.views WHERE table_schema = 'app'
SELECT c.table_name, c.column_name, t.table_type FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name WHERE c.table_schema = 'app'
SELECT `TABLE_NAME` FROM `information_schema`.`TABLES` WHERE `TABLE_SCHEMA` = 'app'
--= primary server-specific none mariadb # what the schema says, in columns that are the same wherever it is replicated to
SELECT table_name, table_type, engine FROM information_schema.tables WHERE table_schema = 'app' ORDER BY 1
SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'users'
SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'app' AND table_name LIKE 'u%'
SELECT EXISTS (SELECT * FROM information_schema.tables WHERE table_schema = 'app' AND table_name = 'users')
SELECT table_comment, table_collation, row_format FROM information_schema.tables WHERE table_name = 'users'
SELECT * FROM information_schema.columns WHERE table_schema = 'app' AND table_name = 'users'
SELECT column_name, column_type, is_nullable, column_key, column_default, extra FROM information_schema.columns WHERE table_schema = 'app' ORDER BY table_name, ordinal_position
SELECT * FROM information_schema.views WHERE table_schema = 'app'
SELECT c.table_name, c.column_name, t.table_type FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name WHERE c.table_schema = 'app'
SELECT `TABLE_NAME` FROM `information_schema`.`TABLES` WHERE `TABLE_SCHEMA` = 'app'
--= read read none # what the schema says, in columns that are the same wherever it is replicated to
SELECT index_name, column_name, seq_in_index, non_unique FROM information_schema.statistics WHERE table_schema = 'app' ORDER BY 1, 3
SELECT * FROM information_schema.table_constraints WHERE constraint_schema = 'app'
SELECT * FROM information_schema.key_column_usage WHERE table_schema = 'app'
SELECT rc.constraint_name, rc.delete_rule FROM information_schema.referential_constraints rc WHERE rc.constraint_schema = 'app'
SELECT * FROM information_schema.check_constraints
SELECT routine_name, routine_type, data_type FROM information_schema.routines WHERE routine_schema = 'app'
SELECT parameter_name, data_type FROM information_schema.parameters WHERE specific_schema = 'app' ORDER BY specific_name, ordinal_position
SELECT trigger_name, action_statement, event_manipulation FROM information_schema.triggers
SELECT * FROM information_schema.character_sets
SELECT * FROM information_schema.collations WHERE character_set_name = 'utf8mb4'
SELECT * FROM information_schema.collation_character_set_applicability
SELECT partition_name, partition_method, partition_expression FROM information_schema.partitions WHERE table_name = 'parts' ORDER BY 1
SELECT schema_name, default_character_set_name FROM information_schema.schemata
SELECT * FROM information_schema.table_privileges WHERE 1 = 0
SELECT * FROM information_schema.schema_privileges
SELECT * FROM information_schema.user_privileges
--= read read none mysql # the same, MySQL's own
SELECT word, reserved FROM information_schema.keywords ORDER BY 1 LIMIT 5
SELECT * FROM information_schema.st_units_of_measure
SELECT srs_name FROM information_schema.st_spatial_reference_systems WHERE srs_id = 4326
SELECT * FROM information_schema.st_geometry_columns
SELECT * FROM information_schema.view_table_usage
SELECT * FROM information_schema.columns_extensions WHERE table_schema = 'app'
SELECT * FROM information_schema.table_constraints_extensions
--= read read none mariadb # the same, MariaDB's own
SELECT * FROM information_schema.sql_functions
SELECT * FROM information_schema.keywords
SELECT * FROM information_schema.geometry_columns
SELECT * FROM information_schema.spatial_ref_sys
--= primary server-specific none mariadb # a sequence's state may be ahead on one server
SHOW CREATE SEQUENCE seq
--= primary server-specific none # statistics and times of files, which each server has for itself
SELECT * FROM INFORMATION_SCHEMA.STATISTICS
SHOW INDEX FROM users
SHOW KEYS FROM `users`
SELECT * FROM information_schema.tables WHERE table_schema = 'app'
SELECT t.* FROM information_schema.tables t
SELECT table_name, table_rows FROM information_schema.tables WHERE table_schema = 'app'
SELECT SUM(data_length + index_length) FROM information_schema.tables
SELECT table_schema, ROUND(SUM(DATA_LENGTH) / 1024 / 1024, 1) AS mb FROM information_schema.TABLES GROUP BY table_schema
SELECT create_time, update_time FROM information_schema.tables WHERE table_name = 'users'
SELECT table_name FROM information_schema.tables ORDER BY `data_free` DESC
SELECT auto_increment FROM information_schema.tables WHERE table_name = 'users'
SELECT x.n FROM (SELECT table_name AS n, check_time AS c FROM information_schema.tables) x
SELECT * FROM information_schema.statistics WHERE table_schema = 'app'
SELECT index_name, cardinality FROM information_schema.statistics
SELECT 1, s.* FROM information_schema.statistics s
SELECT * FROM information_schema.partitions
SELECT partition_name, table_rows FROM information_schema.partitions WHERE table_name = 'parts'
SELECT * FROM information_schema.tables NATURAL JOIN information_schema.columns
SELECT * FROM users JOIN information_schema.tables t ON t.table_rows = users.id
SHOW INDEX FROM orders
SHOW INDEXES FROM users IN app
SHOW KEYS FROM users WHERE Key_name = 'PRIMARY'
SHOW TABLE STATUS FROM app LIKE 'users'
SHOW TABLE STATUS WHERE Name = 'users'
--= primary server-specific none mysql # the same
TABLE information_schema.tables
TABLE information_schema.statistics
SELECT * FROM information_schema.innodb_tables
SELECT * FROM information_schema.innodb_metrics LIMIT 1
SELECT * FROM information_schema.innodb_buffer_pool_stats
SELECT * FROM information_schema.files
SELECT * FROM information_schema.optimizer_trace
SELECT * FROM information_schema.resource_groups
SELECT * FROM information_schema.column_statistics
SELECT * FROM information_schema.tablespaces_extensions
SELECT * FROM information_schema.user_attributes
SELECT * FROM information_schema.applicable_roles
SELECT * FROM information_schema.enabled_roles
SELECT * FROM performance_schema.global_variables WHERE variable_name = 'server_id'
SELECT * FROM performance_schema.session_status LIMIT 1
SELECT * FROM performance_schema.replication_connection_status
SELECT * FROM performance_schema.events_statements_summary_by_digest
SELECT variable_value FROM performance_schema.session_variables WHERE variable_name = 'sql_mode'
SELECT * FROM performance_schema.processlist
SELECT * FROM performance_schema.data_locks
SELECT * FROM performance_schema.metadata_locks
SELECT * FROM performance_schema.user_variables_by_thread
SELECT * FROM sys.processlist
SELECT * FROM sys.schema_table_statistics
SELECT sys.ps_thread_id(CONNECTION_ID())
SELECT sys.quote_identifier('a')
SHOW REPLICA STATUS FOR CHANNEL ''
SHOW ENGINE PERFORMANCE_SCHEMA STATUS
SHOW EXTENDED INDEX FROM users
SHOW LIBRARY STATUS
EXPLAIN FOR SCHEMA app SELECT 1
SELECT @@server_uuid, @@gtid_purged
SELECT @@innodb_read_only, @@super_read_only
SELECT @@replica_parallel_workers, @@tls_version
--= primary write none mysql # the same
UPDATE performance_schema.setup_consumers SET enabled = enabled WHERE name = 'x'
--= primary volatile-function unknown mysql # the same
CALL sys.ps_setup_show_enabled_consumers()
--= primary server-specific none fails mysql # the same; here an error
SHOW PARSE_TREE SELECT 1
SHOW CREATE LIBRARY x
EXPLAIN FORMAT=JSON FOR CONNECTION 1
DESCRIBE FOR CONNECTION 5
SELECT @@persist.max_connections
--= primary unparsed unknown fails mysql # the same; here an error
EXPLAIN INTO @a FORMAT=JSON SELECT 1
--= primary unparsed unknown mysql # the same
EXPLAIN FORMAT=JSON INTO @a SELECT id FROM users
--= primary server-specific none mariadb # the same
SELECT * FROM information_schema.innodb_sys_tables
SELECT * FROM information_schema.global_variables WHERE variable_name = 'server_id'
SELECT * FROM information_schema.session_variables LIMIT 1
SELECT * FROM information_schema.system_variables LIMIT 1
SELECT * FROM information_schema.session_status LIMIT 1
SELECT * FROM information_schema.client_statistics
SELECT * FROM information_schema.index_statistics
SELECT * FROM information_schema.table_statistics
SELECT * FROM information_schema.all_plugins LIMIT 1
SELECT * FROM information_schema.key_caches
SELECT * FROM information_schema.profiling
SELECT * FROM information_schema.optimizer_trace
SELECT * FROM information_schema.metadata_lock_info
SELECT * FROM information_schema.thread_pool_stats
SELECT * FROM information_schema.innodb_metrics LIMIT 1
SELECT * FROM information_schema.enabled_roles
SELECT * FROM information_schema.applicable_roles
SELECT * FROM mysql.gtid_slave_pos
SELECT * FROM mysql.global_priv WHERE user = 'nobody'
SHOW ALL REPLICAS STATUS
SHOW REPLICA HOSTS
SHOW SLAVE HOSTS
SHOW BINLOG STATUS
SHOW CLIENT_STATISTICS
SHOW INDEX_STATISTICS
SHOW TABLE_STATISTICS
SHOW CONTRIBUTORS
SHOW PLUGINS SONAME 'x'
SHOW ENGINE ARIA STATUS
SHOW ENGINE INNODB MUTEX
SELECT @@gtid_binlog_pos, @@gtid_domain_id
SELECT @@global.gtid_slave_pos
SELECT @@last_gtid
SELECT @@in_transaction, @@server_id
SELECT @@rand_seed1
SELECT @@hostname FROM users
--= primary server-specific none fails mariadb # the same; here an error
SHOW LOCALES
SHOW EXPLAIN FOR 5
SHOW ANALYZE FORMAT=JSON FOR 5
SHOW EXPLAIN FORMAT=JSON FOR 5
ANALYZE FORMAT=JSON FOR CONNECTION 5
--= primary server-specific none # what one server answers for itself, in every position
SELECT CONCAT(VERSION(), ' ', @@version_comment)
SELECT version ()
SELECT IF(@@read_only, 'replica', 'primary')
SELECT id FROM users WHERE CONNECTION_ID() > 0
SELECT id FROM users ORDER BY @@port
SELECT (SELECT @@server_id)
SELECT * FROM (SELECT @@hostname AS h) x
WITH w AS (SELECT CONNECTION_ID() AS id) SELECT id FROM w
SELECT 1 UNION SELECT CONNECTION_ID()
SELECT SUBSTRING_INDEX(USER(), '@', 1) = 'app'
SELECT CURRENT_USER = 'x', CURRENT_USER()
SELECT UUID_SHORT() + 0 FROM users
SELECT LENGTH(LOAD_FILE('freshet.in'))
SELECT @@global.server_id, @@global.port
SELECT @@GLOBAL.read_only = 1
SELECT @@`hostname`
SELECT @@default_storage_engine, @@tmpdir
SELECT @@log_bin, @@log_error, @@pid_file
SHOW GLOBAL STATUS
SHOW STATUS LIKE 'Uptime'
SHOW STATUS WHERE Variable_name = 'Threads_connected'
SHOW LOCAL VARIABLES LIKE 'time_zone'
SHOW VARIABLES WHERE Variable_name IN ('read_only', 'server_id')
SHOW FULL PROCESSLIST;
SHOW OPEN TABLES FROM app LIKE 'u%'
SHOW OPEN TABLES WHERE In_use > 0
SHOW EVENTS FROM app
SHOW GRANTS FOR CURRENT_USER
SHOW GRANTS FOR CURRENT_USER()
SHOW CREATE USER root
SHOW BINLOG EVENTS LIMIT 1
SHOW RELAYLOG EVENTS LIMIT 1
SELECT user FROM mysql.user WHERE user = 'nobody'
SELECT * FROM mysql.time_zone_name LIMIT 1
SELECT * FROM mysql.general_log LIMIT 1
SELECT * FROM mysql.slow_log LIMIT 1
SELECT COUNT(*) FROM mysql.help_topic
HELP 'contents'
help 'SHOW'
CHECKSUM TABLE users, orders QUICK
CHECKSUM TABLES users EXTENDED
LOAD INDEX INTO CACHE users
PURGE BINARY LOGS TO 'binlog.000001'
--= primary server-specific none fails # what one server answers for itself, in every position; here an error
SELECT @@uptime
KILL 4000000
KILL QUERY 4000000
--= primary write none # what one server answers for itself, in every position
CHECK TABLE users, orders FAST QUICK
CHECK TABLE users FOR UPGRADE
REPAIR TABLE users QUICK
OPTIMIZE TABLE users
OPTIMIZE LOCAL TABLES users, orders
OPTIMIZE NO_WRITE_TO_BINLOG TABLE users
ANALYZE TABLE users, orders
ANALYZE NO_WRITE_TO_BINLOG TABLE users
FLUSH BINARY LOGS
FLUSH ENGINE LOGS
FLUSH ERROR LOGS, GENERAL LOGS, SLOW LOGS
FLUSH RELAY LOGS
FLUSH USER_RESOURCES
FLUSH LOCAL TABLES
FLUSH TABLES users
FLUSH NO_WRITE_TO_BINLOG PRIVILEGES
--= primary write none fails mysql # what one server answers for itself, in every position; here an error
CACHE INDEX users IN hot
--= primary write none mariadb # what one server answers for itself, in every position
CACHE INDEX users IN hot
--= primary write none mysql # the same
FLUSH OPTIMIZER_COSTS
ANALYZE TABLE users UPDATE HISTOGRAM ON name WITH 4 BUCKETS
ANALYZE TABLE users DROP HISTOGRAM ON name
--= primary server-specific none mysql # the same
PURGE BINARY LOGS BEFORE NOW() - INTERVAL 10 YEAR
--= primary write none mariadb # the same
ANALYZE TABLE users PERSISTENT FOR ALL
ANALYZE TABLE users PERSISTENT FOR COLUMNS (name) INDEXES ()
FLUSH QUERY CACHE
RESET QUERY CACHE
FLUSH CLIENT_STATISTICS, INDEX_STATISTICS
FLUSH BINARY LOGS DELETE_DOMAIN_ID = (999)
FLUSH SSL
CHECK VIEW v_plain
REPAIR VIEW v_plain
--= primary server-specific none fails mariadb # the same; here an error
KILL HARD CONNECTION 4000000
KILL SOFT QUERY ID 4000000
--= primary server-specific none mariadb # the same
KILL USER nobody_here
--= read read none # SHOW of what is replicated
SHOW FULL TABLES FROM app WHERE Table_type = 'VIEW'
SHOW TABLES IN app LIKE 'or%'
SHOW FULL TABLES LIKE 'u_ers'
SHOW COLUMNS IN orders IN app
SHOW FULL FIELDS FROM orders LIKE 't%'
SHOW DATABASES WHERE `Database` = 'app'
--= primary server-specific none # AUTO_INCREMENT, which each server counts for itself
SHOW CREATE TABLE app.orders
--= read read none # SHOW of what is replicated
SHOW CREATE SCHEMA IF NOT EXISTS app
SHOW CREATE VIEW app.v_function
SHOW CREATE PROCEDURE app.p_write
SHOW CREATE FUNCTION app.f_body
SHOW FUNCTION STATUS WHERE Db = 'app'
SHOW PROCEDURE STATUS LIKE 'p%'
SHOW TRIGGERS FROM app LIKE 'orders'
SHOW TRIGGERS WHERE `Table` = 'orders'
SHOW CHARACTER SET LIKE 'latin%'
SHOW COLLATION WHERE Charset = 'latin1'
DESCRIBE app.orders total
DESC `users` `name`
EXPLAIN orders
DESCRIBE v_plain
EXPLAIN SELECT u.id FROM users u JOIN orders o ON o.user_id = u.id
EXPLAIN FORMAT=TRADITIONAL SELECT 1
EXPLAIN FORMAT = JSON SELECT id FROM users WHERE id = 1
DESC SELECT id FROM users UNION SELECT id FROM orders
EXPLAIN SELECT * FROM (SELECT id FROM users) x
--= read read none mysql # the same
EXPLAIN FORMAT=TREE SELECT id FROM users
EXPLAIN ANALYZE SELECT id FROM users WHERE id > 0
EXPLAIN VALUES ROW(1)
EXPLAIN FORMAT=JSON TABLE users
--= read read none mariadb # the same
EXPLAIN PARTITIONS SELECT * FROM parts
EXPLAIN VALUES (1)
--= primary write none # EXPLAIN of what changes rows asks for the right to change them
EXPLAIN INSERT INTO log (text) SELECT name FROM users
EXPLAIN UPDATE users SET name = 'x' WHERE id = 1
EXPLAIN DELETE FROM users WHERE id = 1
EXPLAIN REPLACE INTO log (id, text) VALUES (1, 'x')
EXPLAIN FORMAT=JSON UPDATE users SET name = 'x'
DESC DELETE u FROM users u JOIN orders o ON o.user_id = u.id
--= primary server-specific none unrun # they end the server, or what the test holds on to
SHUTDOWN
KILL CONNECTION_ID()
PURGE BINARY LOGS BEFORE '2099-01-01'
--= primary write none unrun # they end the server, or what the test holds on to
SET PASSWORD = 'x'
ALTER USER USER() IDENTIFIED BY 'x'
DROP USER judge
--= primary server-specific none unrun mysql # they end the server or its history, or take minutes
RESTART
CLONE LOCAL DATA DIRECTORY = '/nowhere/clone'
CLONE INSTANCE FROM root@127.0.0.1:3306 IDENTIFIED BY 'x'
CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = 1 FOR CHANNEL 'made'
CHANGE REPLICATION FILTER REPLICATE_DO_DB = (app)
START REPLICA SQL_THREAD
START REPLICA UNTIL SQL_AFTER_GTIDS = 'x'
STOP REPLICA IO_THREAD
START GROUP_REPLICATION
STOP GROUP_REPLICATION
--= primary write none unrun mysql # they end the server or its history, or take minutes
RESET BINARY LOGS AND GTIDS
RESET BINARY LOGS AND GTIDS TO 5
RESET REPLICA
RESET REPLICA ALL FOR CHANNEL 'x'
ALTER USER root IDENTIFIED BY 'root' RETAIN CURRENT PASSWORD
--= primary write none unrun mariadb # they end the server or its history
RESET MASTER
RESET MASTER TO 5
RESET SLAVE
RESET REPLICA ALL
--= primary server-specific none unrun mariadb # they end the server or its history
SHUTDOWN WAIT FOR ALL SLAVES
CHANGE MASTER 'made' TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1
START ALL SLAVES
STOP ALL SLAVES
START SLAVE UNTIL master_gtid_pos = '0-1-1'
STOP SLAVE SQL_THREAD
--= primary unparsed unknown unrun mariadb # they end the server or its history
BACKUP STAGE BLOCK_COMMIT
--= primary write none # accounts
CREATE USER made_u@localhost IDENTIFIED BY 'x'
CREATE USER made_u@localhost, made_v@`%`
CREATE USER made_u@localhost ⇒ ALTER USER made_u@localhost ACCOUNT LOCK PASSWORD EXPIRE NEVER
CREATE USER made_u@localhost ⇒ RENAME USER made_u@localhost TO made_v@localhost
CREATE USER made_u@localhost ⇒ GRANT SELECT, INSERT (text) ON app.log TO made_u@localhost
CREATE USER made_u@localhost ⇒ GRANT ALL ON *.* TO made_u@localhost WITH GRANT OPTION
CREATE USER made_u@localhost ⇒ GRANT EXECUTE ON FUNCTION app.f_const TO made_u@localhost
CREATE USER made_u@localhost ⇒ GRANT SELECT ON app.* TO made_u@localhost ⇒ REVOKE SELECT ON app.* FROM made_u@localhost
CREATE USER made_u@localhost ⇒ REVOKE ALL PRIVILEGES, GRANT OPTION FROM made_u@localhost
CREATE USER made_u@localhost ⇒ DROP USER made_u@localhost
CREATE ROLE made_r
CREATE ROLE made_r ⇒ DROP ROLE made_r
CREATE ROLE made_r ⇒ GRANT made_r TO judge
--= primary session-state unknown # accounts
CREATE ROLE made_r ⇒ GRANT made_r TO judge ⇒ SET ROLE made_r
--= primary write none mysql # accounts
CREATE USER made_u@localhost ⇒ SET PASSWORD FOR made_u@localhost = 'x'
--= primary write none fails mariadb # accounts; here an error
CREATE USER made_u@localhost ⇒ SET PASSWORD FOR made_u@localhost = 'x'
--= primary write none fails # plugins, functions of others, tables of others; here an error
INSTALL PLUGIN made_plugin SONAME 'nothing.so'
UNINSTALL PLUGIN made_plugin
CREATE FUNCTION made_udf RETURNS STRING SONAME 'nothing.so'
--= primary write none # plugins, functions of others, tables of others
DROP FUNCTION IF EXISTS made_udf
--= primary session-state unknown fails # plugins, functions of others, tables of others; here an error
BINLOG 'AAAA'
--= primary write none fails mariadb # the same; here an error
INSTALL SONAME 'nothing'
--= primary write none mariadb # the same
UNINSTALL SONAME IF EXISTS 'nothing'
CREATE USER made_u@localhost ⇒ CREATE OR REPLACE USER made_u@localhost
CREATE ROLE made_r2 WITH ADMIN CURRENT_USER
SET DEFAULT ROLE NONE
--= primary write none fails mysql # the same; here an error
INSTALL COMPONENT 'file://component_validate_nothing'
UNINSTALL COMPONENT 'file://component_validate_nothing'
CREATE USER made_u@localhost ⇒ GRANT PROXY ON made_u@localhost TO judge
--= primary write none mysql # the same
CREATE USER made_u@localhost ⇒ ALTER USER made_u@localhost DEFAULT ROLE NONE
CREATE USER made_u@localhost ⇒ SET DEFAULT ROLE ALL TO made_u@localhost
CREATE USER IF NOT EXISTS made_u@localhost ATTRIBUTE '{"a": 1}'
--= read read none mariadb # packages are replicated
SHOW PACKAGE STATUS
SHOW PACKAGE BODY STATUS LIKE 'x'
--= read read none unrun # it takes its time
SELECT SLEEP(1000)
--= read read none fails mariadb # packages that are not there; here an error
SHOW CREATE PACKAGE no_such_package
SHOW CREATE PACKAGE BODY no_such_package
