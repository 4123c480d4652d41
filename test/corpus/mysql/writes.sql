--= primary write none # rows are changed
INSERT INTO log (text) VALUES ('a')
INSERT INTO log VALUES (NULL, 'a'), (NULL, 'b')
INSERT INTO log SET text = 'a'
INSERT log (text) VALUES ('a')
INSERT IGNORE INTO log (id, text) VALUES (1, 'a')
INSERT LOW_PRIORITY INTO log (text) VALUES ('a')
INSERT HIGH_PRIORITY INTO log (text) VALUES ('a')
INSERT INTO log (text) SELECT name FROM users
INSERT INTO log (id, text) VALUES (1, 'a') ON DUPLICATE KEY UPDATE text = VALUES(text)
INSERT INTO app.log (text) VALUES (concat('a', 'b'))
INSERT INTO `log` (`text`) VALUES ("a")
INSERT /* comment */ INTO log (text) VALUES ('a')
/* leading */ INSERT INTO log (text) VALUES ('a')
/*!40000 INSERT INTO log (text) VALUES ('a') */
INSERT INTO log () VALUES ()
INSERT INTO log (text) VALUES (DEFAULT)
REPLACE INTO log (id, text) VALUES (1, 'a')
REPLACE log VALUES (1, 'a')
REPLACE INTO log SET id = 1, text = 'b'
REPLACE INTO log (id, text) SELECT id, name FROM users
UPDATE log SET text = 'a' WHERE id = 1
UPDATE log, users SET log.text = users.name WHERE log.id = users.id
UPDATE log l JOIN users u ON u.id = l.id SET l.text = u.name
UPDATE LOW_PRIORITY IGNORE log SET text = 'a' ORDER BY id LIMIT 1
DELETE FROM log WHERE id = 999
DELETE log FROM log JOIN users ON users.id = log.id WHERE log.id = 999
DELETE FROM log USING log JOIN users ON users.id = log.id WHERE log.id = 999
DELETE QUICK FROM log WHERE id = 999 ORDER BY id LIMIT 1
LOAD DATA INFILE 'freshet.in' INTO TABLE log (text)
LOAD DATA LOCAL INFILE 'local.csv' INTO TABLE log FIELDS TERMINATED BY ',' (text)
LOAD XML INFILE 'freshet.in' INTO TABLE log (text)
EXPLAIN INSERT INTO log (text) VALUES ('a')
EXPLAIN UPDATE log SET text = 'a'
EXPLAIN DELETE FROM log
DESC REPLACE INTO log VALUES (1, 'a')
--= primary write none mysql # rows are changed
WITH a AS (SELECT 1 AS n) UPDATE log SET text = 'x' WHERE id IN (SELECT n FROM a)
WITH a AS (SELECT 1 AS n) DELETE FROM log WHERE id IN (SELECT n FROM a)
--= primary write none fails mariadb # rows are changed; here an error
WITH a AS (SELECT 1 AS n) UPDATE log SET text = 'x' WHERE id IN (SELECT n FROM a)
WITH a AS (SELECT 1 AS n) DELETE FROM log WHERE id IN (SELECT n FROM a)
--= primary write none # schema
CREATE TABLE made_1 (id int)
CREATE TABLE IF NOT EXISTS made_1 (id int)
CREATE TABLE made_2 LIKE users
CREATE TABLE made_3 AS SELECT * FROM users
CREATE TABLE made_4 SELECT 1 AS a
CREATE OR REPLACE VIEW made_v AS SELECT 1 AS a
CREATE ALGORITHM=MERGE DEFINER=CURRENT_USER SQL SECURITY INVOKER VIEW made_v2 AS SELECT 1 AS a
CREATE TABLE made_1 (id int) ⇒ CREATE INDEX made_i ON made_1 (id)
CREATE TABLE made_2 (id int) ⇒ CREATE UNIQUE INDEX made_u ON made_2 (id)
CREATE DATABASE IF NOT EXISTS made_db
CREATE SCHEMA IF NOT EXISTS made_db
CREATE PROCEDURE made_p() SELECT 1
CREATE PROCEDURE made_p2() BEGIN SELECT 1; INSERT INTO log (text) VALUES ('x'); END
CREATE FUNCTION made_f() RETURNS int DETERMINISTIC RETURN 1
CREATE TABLE made_1 (id int) ⇒ CREATE TRIGGER made_t BEFORE INSERT ON made_1 FOR EACH ROW SET NEW.id = 1
CREATE EVENT made_e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1
CREATE USER IF NOT EXISTS made_user
CREATE ROLE IF NOT EXISTS made_role
CREATE TABLE made_1 (id int) ⇒ ALTER TABLE made_1 ADD COLUMN b int
CREATE TABLE made_1 (id int, b int) ⇒ ALTER TABLE made_1 DROP COLUMN b, ENGINE=InnoDB
CREATE DATABASE made_db ⇒ ALTER DATABASE made_db CHARACTER SET utf8mb4
CREATE VIEW made_v AS SELECT 1 AS a ⇒ ALTER VIEW made_v AS SELECT 2 AS a
CREATE PROCEDURE made_p() SELECT 1 ⇒ ALTER PROCEDURE made_p COMMENT 'x'
CREATE EVENT made_e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1 ⇒ ALTER EVENT made_e COMMENT 'x'
CREATE TABLE made_2 (id int) ⇒ RENAME TABLE made_2 TO made_5
CREATE USER made_user ⇒ GRANT SELECT ON app.* TO made_user
CREATE USER made_user ⇒ GRANT SELECT ON app.* TO made_user ⇒ REVOKE SELECT ON app.* FROM made_user
DROP EVENT IF EXISTS made_e
DROP TRIGGER IF EXISTS made_t
DROP FUNCTION IF EXISTS made_f
DROP PROCEDURE IF EXISTS made_p
DROP PROCEDURE IF EXISTS made_p2
DROP VIEW IF EXISTS made_v, made_v2
CREATE TABLE made_1 (id int, KEY made_i (id)) ⇒ DROP INDEX made_i ON made_1
DROP TABLE IF EXISTS made_1, made_3, made_4, made_5
DROP DATABASE IF EXISTS made_db
DROP SCHEMA IF EXISTS made_db
DROP USER IF EXISTS made_user
DROP ROLE IF EXISTS made_role
TRUNCATE TABLE log
TRUNCATE log
ANALYZE TABLE users
ANALYZE LOCAL TABLE users
OPTIMIZE TABLE log
CHECK TABLE users
REPAIR TABLE users
FLUSH TABLES
FLUSH PRIVILEGES
FLUSH STATUS
FLUSH NO_WRITE_TO_BINLOG LOGS
SET GLOBAL max_connections = 151
SET @@global.max_connections = 151
SET GLOBAL TRANSACTION ISOLATION LEVEL REPEATABLE READ
--= primary write none fails # schema; here an error
SET PASSWORD FOR nobody = 'x'
--= primary write none mysql # schema
SET DEFAULT ROLE NONE TO nobody
--= primary write none fails mariadb # schema; here an error
SET DEFAULT ROLE NONE TO nobody
--= primary write none mysql # the same
SET PERSIST max_connections = 151
SET PERSIST_ONLY back_log = 100
SET @@persist.max_connections = 151
ALTER USER IF EXISTS nobody ACCOUNT LOCK
ALTER INSTANCE RELOAD TLS
EXPLAIN ANALYZE INSERT INTO log (text) VALUES ('a')
INSERT INTO log (text) TABLE roles
INSERT INTO log (text) VALUES ROW('a')
INSERT INTO log (id, text) VALUES (1, 'a') AS new ON DUPLICATE KEY UPDATE text = new.text
--= primary write none fails mysql # the same; here an error
IMPORT TABLE FROM '/nowhere.sdi'
INSTALL COMPONENT 'file://component_nothing'
UNINSTALL PLUGIN nothing
--= primary write none mariadb # the same
INSERT INTO log (text) VALUES ('a') RETURNING id
DELETE FROM log WHERE id = 998 RETURNING text
REPLACE INTO log (id, text) VALUES (1, 'a') RETURNING id
SELECT NEXT VALUE FOR seq
SELECT NEXTVAL(seq)
SELECT * FROM v_sequence
SELECT f_sequence()
SELECT nextval(app.seq)
SELECT SETVAL(seq, 100)
SELECT 1 FROM users WHERE id = NEXT VALUE FOR seq
ALTER SEQUENCE seq RESTART 5
CREATE SEQUENCE made_seq
CREATE SEQUENCE made_seq ⇒ DROP SEQUENCE made_seq
CREATE OR REPLACE TABLE made_6 (id int)
CREATE TABLE made_6 (id int) ⇒ DROP TABLE made_6
ANALYZE UPDATE log SET text = 'a' WHERE id = 999
--= primary write none fails mariadb # the same; here an error
CREATE PACKAGE made_pack PROCEDURE a(); END
--= primary session-state none sequence mariadb # the last value of this session
SELECT LASTVAL(seq)
--= primary write none sequence mariadb # the same by another grammar: for all it matters here
SELECT PREVIOUS VALUE FOR seq
--= primary locking-read none # every place where a lock can stand
SELECT * FROM users FOR UPDATE
SELECT * FROM users WHERE id = 1 FOR UPDATE;
SELECT * FROM users WHERE id = 1 FOR UPDATE NOWAIT
SELECT * FROM users FOR UPDATE SKIP LOCKED
select * from users for/**/update
SELECT * FROM users FOR-- x␤UPDATE
SELECT * FROM users LOCK IN SHARE MODE
(SELECT * FROM users FOR UPDATE)
((SELECT * FROM users LIMIT 1 FOR UPDATE))
(SELECT id FROM users FOR UPDATE) UNION (SELECT 1)
(SELECT 1) UNION ALL (SELECT id FROM users LOCK IN SHARE MODE)
SELECT * FROM (SELECT * FROM users FOR UPDATE) x
SELECT * FROM users WHERE id IN (SELECT user_id FROM orders FOR UPDATE)
SELECT (SELECT id FROM users LIMIT 1 FOR UPDATE)
WITH a AS (SELECT * FROM users FOR UPDATE) SELECT * FROM a
WITH a AS (SELECT 1) SELECT * FROM users FOR UPDATE
SELECT * FROM users /*! FOR UPDATE */
SELECT * FROM users /*!40000 LOCK IN SHARE MODE */
--= primary locking-read none mysql # MySQL's own
SELECT * FROM users FOR SHARE
SELECT * FROM users FOR SHARE NOWAIT
SELECT * FROM users u JOIN orders o ON o.user_id = u.id FOR UPDATE OF u SKIP LOCKED
SELECT * FROM users u JOIN orders o ON o.user_id = u.id FOR SHARE OF u FOR UPDATE OF o
SELECT 1 UNION SELECT id FROM users FOR UPDATE
--= primary locking-read unknown # named locks belong to the session
SELECT GET_LOCK('a', 0)
SELECT get_lock ('a', 0)
SELECT * FROM users WHERE GET_LOCK('a', 0) = 1
SELECT RELEASE_LOCK('a')
SELECT RELEASE_ALL_LOCKS()
SELECT f_lock()
SELECT 1, GET_LOCK('b', 0) + 1 FROM dual
SELECT 1 UNION SELECT GET_LOCK('a', 0)
--= primary volatile-function none # functions that write, whatever they promise
SELECT f_liar()
SELECT f_write()
SELECT app.f_liar()
SELECT `f_liar`()
SELECT F_LIAR ()
SELECT f_nest_write()
SELECT f_calls()
SELECT f_locking()
SELECT id FROM users WHERE id = f_liar()
SELECT * FROM users ORDER BY f_liar()
SELECT IF(f_liar() = 1, 'a', 'b')
SELECT (SELECT f_liar())
WITH a AS (SELECT f_liar() AS n) SELECT n FROM a
SELECT f_read(f_liar())
SHOW TABLES WHERE f_liar() = 1
EXPLAIN SELECT f_liar()
SELECT * FROM v_write
SELECT * FROM v_on_view
SELECT * FROM users JOIN v_write
SELECT * FROM users, v_write
SELECT * FROM app.v_write
DO f_const()
DO SLEEP(0)
--= primary volatile-function unknown # functions that leave something in the session
SELECT f_variable()
SELECT f_reads_variable()
SELECT f_session()
CALL p_dynamic()
CALL p_variable()
CALL p_temporary()
CALL p_read()
CALL app.p_write()
CALL p_out(@n)
DO GET_LOCK('a', 0)
DO RELEASE_LOCK('a')
--= primary unknown-function unknown fails # nobody knows them; here an error
SELECT no_such_function()
SELECT no_such_function(1) FROM users
SELECT app.no_such_function()
SELECT other.f_const()
SELECT sys_exec('id')
SELECT lib_mysqludf_sys_info()
SELECT `abs `(1)
SELECT id FROM users WHERE no_such_function(id) = 1
SELECT abs(no_such_function())
--= primary unreplicated-table none # tables that replicas have not, or may have empty
SELECT * FROM in_memory
SELECT * FROM app.in_memory
SELECT * FROM users JOIN in_memory USING (id)
SELECT * FROM users, in_memory
SELECT * FROM users WHERE id IN (SELECT id FROM in_memory)
SELECT * FROM `in_memory`
SELECT * FROM v_memory
--= primary unreplicated-table none fails # tables that replicas have not, or may have empty; here an error
SELECT count(*) FROM IN_MEMORY
--= primary unreplicated-table none mysql # a table that keeps nothing
SELECT * FROM hole
--= primary server-specific none # what one server answers for itself
SELECT VERSION()
SELECT * FROM v_server
SELECT CONNECTION_ID()
SELECT USER(), CURRENT_USER(), SESSION_USER(), SYSTEM_USER()
SELECT CURRENT_USER
SELECT UUID_SHORT()
SELECT LOAD_FILE('/etc/hostname')
SELECT IS_FREE_LOCK('a'), IS_USED_LOCK('a')
SELECT @@hostname, @@server_id
SELECT @@port
SELECT @@version
SELECT @@version_comment LIMIT 1
SELECT @@read_only
SELECT @@global.read_only
SELECT @@GLOBAL.sql_mode
SELECT @@global.time_zone, @@global.max_connections
SELECT @@datadir
SELECT @@max_connections
SELECT * FROM users WHERE id = @@server_id
SELECT * FROM mysql.user
SELECT * FROM mysql.db WHERE 1 = 0
SELECT * FROM performance_schema.threads
SELECT * FROM `performance_schema`.`threads`
SELECT * FROM sys.version
SELECT sys.format_bytes(1)
SELECT * FROM information_schema.processlist
SELECT * FROM information_schema.innodb_trx
SELECT * FROM information_schema.engines
SELECT * FROM information_schema.plugins
SELECT * FROM information_schema.events
SELECT * FROM users JOIN information_schema.processlist p ON p.id = users.id
SHOW PROCESSLIST
SHOW FULL PROCESSLIST
SHOW STATUS
SHOW GLOBAL STATUS LIKE 'Threads%'
SHOW SESSION STATUS
SHOW VARIABLES
SHOW VARIABLES LIKE 'server_id'
SHOW GLOBAL VARIABLES
SHOW SESSION VARIABLES WHERE Variable_name = 'sql_mode'
SHOW BINARY LOGS
SHOW BINLOG EVENTS
SHOW ENGINE INNODB STATUS
SHOW ENGINES
SHOW STORAGE ENGINES
SHOW PLUGINS
SHOW OPEN TABLES
SHOW TABLE STATUS
SHOW EVENTS
CREATE EVENT made_e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1 ⇒ SHOW CREATE EVENT made_e
SHOW GRANTS
SHOW PRIVILEGES
SHOW REPLICA STATUS
SHOW RELAYLOG EVENTS
SELECT MASTER_POS_WAIT('x', 1, 1)
CHECKSUM TABLE users
HELP 'select'
PURGE BINARY LOGS BEFORE '2000-01-01'
SELECT * INTO OUTFILE 'freshet.out' FROM users
SELECT * FROM users INTO OUTFILE 'freshet.out' FIELDS TERMINATED BY ','
SELECT name INTO DUMPFILE 'freshet.out' FROM users LIMIT 1
SELECT 1 UNION SELECT 2 INTO OUTFILE 'freshet.out'
SELECT 1 /*! INTO OUTFILE 'freshet.out' */
SELECT 1 /*!40000 INTO OUTFILE 'freshet.out' */
SELECT 1 INTO/**/OUTFILE 'freshet.out'
SELECT 1 INTO# x␤OUTFILE 'freshet.out'
--= primary server-specific none mysql # what one server answers for itself
SELECT @@gtid_executed
SHOW REPLICAS
SHOW BINARY LOG STATUS
--= primary server-specific none fails mariadb # what one server answers for itself; here an error
SELECT @@gtid_executed
SHOW REPLICAS
SHOW BINARY LOG STATUS
--= primary server-specific none fails # what one server answers for itself; here an error
SELECT * FROM PERFORMANCE_SCHEMA.THREADS
SHOW CREATE USER nobody
SHOW GRANTS FOR nobody
SHOW FUNCTION CODE f_const
SHOW PROCEDURE CODE p_read
EXPLAIN FOR CONNECTION 1
KILL 999999
KILL QUERY 999999
KILL CONNECTION 999999
--= primary server-specific none fails mysql # what one server answers for itself; here an error
SHOW MASTER LOGS
SHOW SLAVE STATUS
SHOW MASTER STATUS
--= primary server-specific none mariadb # what one server answers for itself
SHOW MASTER LOGS
SHOW SLAVE STATUS
SHOW MASTER STATUS
--= primary server-specific none mysql # the same
SELECT WAIT_FOR_EXECUTED_GTID_SET('', 0)
SELECT SOURCE_POS_WAIT('x', 1, 0)
SELECT @@server_uuid
SELECT @@super_read_only
SELECT PS_CURRENT_THREAD_ID()
SELECT ICU_VERSION()
SELECT VALIDATE_PASSWORD_STRENGTH('x')
--= primary server-specific none mariadb # the same
SELECT MASTER_GTID_WAIT('0-1-1', 0)
SELECT BINLOG_GTID_POS('x', 1)
SELECT @@gtid_current_pos, @@gtid_slave_pos
SELECT * FROM seq
SELECT * FROM information_schema.user_variables
SELECT * FROM information_schema.global_status
SHOW ALL SLAVES STATUS
SHOW AUTHORS
SHOW USER_STATISTICS
--= primary server-specific none fails mariadb # the same; here an error
SHOW EXPLAIN FOR 1
--= primary multi-statement none # several statements, one of which is none
SELECT 1; INSERT INTO log (text) VALUES ('a')
INSERT INTO log (text) VALUES ('a'); SELECT 1
UPDATE log SET text = 'a' WHERE id = 999; DELETE FROM log WHERE id = 999
SELECT 1; SELECT * FROM users FOR UPDATE
SELECT 1; SELECT f_liar()
SELECT 1; SELECT VERSION()
SELECT 1; SHOW PROCESSLIST
SELECT 1; CREATE TABLE IF NOT EXISTS made_7 (id int); DROP TABLE made_7
--= primary multi-statement unknown # and leave something in the session
SELECT 1; SET @a = 1
SELECT @a := 1; SELECT @a
SET @freshet_corpus = 1; SELECT 1
BEGIN; SELECT 1; COMMIT
START TRANSACTION; INSERT INTO log (text) VALUES ('a'); ROLLBACK
USE app; SELECT 1
SELECT GET_LOCK('a', 0); SELECT RELEASE_LOCK('a')
CREATE TEMPORARY TABLE made_8 (id int); DROP TEMPORARY TABLE made_8
--= primary unparsed unknown fails # not understood, and therefore not proved; here an error
SELECT
SELECT (1
SELECT 1)
SELECT 'unterminated
SELECT `unterminated
SELECT 1 /* unterminated
SELECT 1 /*! unterminated
SELECT /*!40000 /*!40000 1 */ */
SELECT /*!123 1 */
SELEKT 1
FOO
explain
SELECT * FROM users WHERE a b c d e
START TRANSACTION READ
START TRANSACTION READ ONLY READ WRITE
COMMIT NOW
ROLLBACK TO
SELECT 1 /*!40000 ; SELECT 2 */
--= primary unparsed unknown fails mysql # not understood, and therefore not proved; here an error
SELECT \N
SELECT 1 FROM users PROCEDURE ANALYSE()
IF 1 THEN SELECT 1; END IF
BEGIN NOT ATOMIC SELECT 1; INSERT INTO log (text) VALUES ('a'); END
--= primary unparsed unknown mariadb # not understood, and therefore not proved
SELECT \N
SELECT 1 FROM users PROCEDURE ANALYSE()
IF 1 THEN SELECT 1; END IF
BEGIN NOT ATOMIC SELECT 1; INSERT INTO log (text) VALUES ('a'); END
--= primary unparsed unknown # not understood, and therefore not proved
SELECT 1 /*!99998 /* inner */ */
--= primary unparsed unknown mysql # not understood, and therefore not proved
SELECT @ FROM users
--= primary unparsed unknown fails mariadb # not understood, and therefore not proved; here an error
SELECT @ FROM users
