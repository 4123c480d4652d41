--= read-in-transaction transaction none # transaction control
BEGIN
BEGIN WORK
begin;
START TRANSACTION
START TRANSACTION READ ONLY
START TRANSACTION WITH CONSISTENT SNAPSHOT
START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY
START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT
COMMIT
COMMIT WORK
COMMIT AND CHAIN
COMMIT AND NO CHAIN
COMMIT AND NO CHAIN NO RELEASE
COMMIT NO RELEASE
ROLLBACK
ROLLBACK WORK
ROLLBACK AND CHAIN
ROLLBACK AND NO CHAIN
/* c */ COMMIT -- x
BEGIN; # x
SAVEPOINT a
SAVEPOINT `a b`
BEGIN ⇒ SAVEPOINT a ⇒ ROLLBACK TO a
BEGIN ⇒ SAVEPOINT a ⇒ ROLLBACK TO SAVEPOINT a
BEGIN ⇒ SAVEPOINT `a b` ⇒ ROLLBACK WORK TO SAVEPOINT `a b`
BEGIN ⇒ SAVEPOINT a ⇒ RELEASE SAVEPOINT a
--= primary transaction none # and what no replica may do
START TRANSACTION READ WRITE
SET TRANSACTION READ ONLY
SET TRANSACTION READ WRITE
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY
XA RECOVER
--= primary transaction unknown # distributed transactions
XA START 'made'
XA BEGIN 'made'
XA START 'made' ⇒ XA END 'made'
XA START 'made' ⇒ XA END 'made' ⇒ XA PREPARE 'made'
XA START 'made' ⇒ XA END 'made' ⇒ XA PREPARE 'made' ⇒ XA COMMIT 'made'
XA START 'made' ⇒ XA END 'made' ⇒ XA COMMIT 'made' ONE PHASE
XA START 'made', 'b', 1 ⇒ XA END 'made', 'b', 1 ⇒ XA ROLLBACK 'made', 'b', 1
--= read-in-transaction session-state none # the state of the session, which follows it
SELECT @a
SELECT @a, @b FROM users
SELECT @`quoted name`, @'another', @a.b
SELECT * FROM users WHERE id = @id
SELECT @@session.sql_mode
SELECT @@sql_mode, @@time_zone
SELECT @@local.autocommit
SELECT @@autocommit
SELECT @@character_set_client, @@collation_connection
SELECT @@max_allowed_packet
SELECT @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client
SELECT CURRENT_ROLE()
--= read-in-transaction session-state none fails mysql # the state of the session, which follows it; here an error
SELECT @@tx_isolation
--= read-in-transaction session-state none mariadb # the state of the session, which follows it
SELECT @@tx_isolation
--= read-in-transaction session-state none mysql # the state of the session, which follows it
SELECT @@transaction_isolation
--= read-in-transaction session-state none fails mariadb # the state of the session, which follows it; here an error
SELECT @@transaction_isolation
--= read-in-transaction session-state none # what the statement before has left
SHOW WARNINGS
SHOW WARNINGS;
SHOW WARNINGS LIMIT 10
SHOW ERRORS
SHOW COUNT(*) WARNINGS
SHOW COUNT(*) ERRORS
SHOW PROFILES
SHOW PROFILE
SELECT LAST_INSERT_ID()
SELECT LAST_INSERT_ID() AS id
SELECT last_insert_id();
SELECT LAST_INSERT_ID() FROM dual
SELECT * FROM users WHERE id = LAST_INSERT_ID()
SELECT FOUND_ROWS()
SELECT ROW_COUNT()
SELECT @@identity
SELECT @@last_insert_id
SELECT @@warning_count
SELECT @@session.error_count
--= read-in-transaction session-state set # one setting of known value
SET sql_mode = 'ANSI_QUOTES'
SET SESSION sql_mode = ''
SET LOCAL time_zone = '+00:00'
SET @@session.time_zone = 'SYSTEM'
SET @@time_zone = '+01:00'
SET @@local.sql_mode = 'TRADITIONAL'
SET wait_timeout = 100
SET SESSION wait_timeout := 100
SET foreign_key_checks = OFF
SET sql_safe_updates = DEFAULT
SET lc_time_names = 'de_DE'
SET SESSION group_concat_max_len = 10000
SET timestamp = -1
--= primary session-state set # autocommit
SET autocommit = 0
SET autocommit = 1
SET autocommit=ON
SET SESSION autocommit = OFF
SET @@autocommit = 1
SET @@session.autocommit := 0
SET autocommit = DEFAULT
--= primary session-state set mysql # what a replica's connection must not be told
SET SESSION transaction_isolation = 'READ-COMMITTED'
SET SESSION transaction_read_only = OFF
SET gtid_next = 'AUTOMATIC'
--= primary session-state set fails mariadb # what a replica's connection must not be told; here an error
SET SESSION transaction_isolation = 'READ-COMMITTED'
SET SESSION transaction_read_only = OFF
SET gtid_next = 'AUTOMATIC'
--= primary session-state set fails mysql # what a replica's connection must not be told; here an error
SET @@session.tx_read_only = 0
--= primary session-state set mariadb # what a replica's connection must not be told
SET @@session.tx_read_only = 0
--= primary session-state set # what a replica's connection must not be told
SET sql_log_bin = 0
SET completion_type = 1
SET insert_id = 5
SET session_track_schema = OFF
--= primary session-state unknown # session state that has to be found out
SET NAMES utf8mb4
SET NAMES 'utf8mb4' COLLATE 'utf8mb4_bin'
SET NAMES DEFAULT
SET CHARACTER SET utf8mb4
SET CHARSET utf8mb4
SET @a = 1
SET @a := 1, @b = @a + 1
SET @a = (SELECT count(*) FROM users)
SET @'quoted' = 1
SET @a = 1, SESSION sql_mode = ''
SET sql_mode = '', time_zone = '+00:00'
SET sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')
SET time_zone = @old
SET /*!40101 NAMES utf8mb4 */
/*!40101 SET NAMES utf8mb4 */
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */
/*!40103 SET TIME_ZONE='+00:00', @x = 1 */
SET SESSION TRANSACTION READ ONLY
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED
SET LOCAL TRANSACTION READ WRITE
SET ROLE NONE
SELECT @a := 1
SELECT @n := @n + 1, users.* FROM users
SELECT * FROM users WHERE (@a := id) > 0
SELECT id FROM users ORDER BY (@a := 1)
SELECT (SELECT @a := 1)
SELECT count(*) INTO @n FROM users
SELECT count(*) FROM users INTO @n
SELECT 1, 2 INTO @a, @b
SELECT LAST_INSERT_ID(5)
SELECT LAST_INSERT_ID(id) FROM users
UNLOCK TABLES
HANDLER users OPEN
HANDLER users OPEN AS u
HANDLER users OPEN ⇒ HANDLER users READ FIRST
HANDLER users OPEN ⇒ HANDLER users READ `PRIMARY` = (1)
HANDLER users OPEN ⇒ HANDLER users CLOSE
PREPARE s FROM 'SELECT 1'
PREPARE s FROM @text
PREPARE s FROM 'SELECT 5' ⇒ EXECUTE s
PREPARE s FROM 'SELECT ? + 1' ⇒ EXECUTE s USING @a
PREPARE s FROM 'SELECT 5' ⇒ DEALLOCATE PREPARE s
GET DIAGNOSTICS @n = NUMBER
GET DIAGNOSTICS CONDITION 1 @p = MESSAGE_TEXT
--= primary session-state unknown mysql # session state that has to be found out
SET ROLE DEFAULT
--= primary session-state unknown fails mariadb # session state that has to be found out; here an error
SET ROLE DEFAULT
--= primary session-state unknown fails # session state that has to be found out; here an error
BINLOG 'x'
--= read-in-transaction session-state unknown # the schema, which follows the session
USE app
USE `app`
use app;
--= primary session-state none fails # raising conditions; here an error
SIGNAL SQLSTATE '45000'
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'x'
RESIGNAL
--= primary locking-read unknown # tables locked by the session
LOCK TABLES users READ
LOCK TABLES users WRITE, orders AS o READ LOCAL
LOCK TABLE users WRITE
--= primary write unknown # temporary tables live on one connection
CREATE TEMPORARY TABLE made_t1 (id int)
CREATE TEMPORARY TABLE IF NOT EXISTS made_t1 (id int)
CREATE TEMPORARY TABLE made_t2 AS SELECT * FROM users
DROP TEMPORARY TABLE IF EXISTS made_t1
CREATE TEMPORARY TABLE made_t1 (id int) ⇒ CREATE TEMPORARY TABLE made_t2 (id int) ⇒ DROP TEMPORARY TABLE made_t1, made_t2
INSERT INTO log (text) VALUES (@a := 'x')
INSERT INTO log (text) SELECT GET_LOCK('a', 0)
UPDATE log SET text = (@n := 1) WHERE id = 999
LOAD DATA INFILE 'freshet.in' INTO TABLE log (@a) SET text = @a
--= primary write unknown fails # temporary tables live on one connection; here an error
INSERT INTO log (text) VALUES (no_such_function())
--= primary session-state unknown fails mysql # the same; here an error
SET RESOURCE GROUP nothing
--= primary session-state unknown mysql # the same
LOCK INSTANCE FOR BACKUP
UNLOCK INSTANCE
SELECT /*+ SET_VAR(sort_buffer_size = 262144) */ 1
SELECT /*+ RESOURCE_GROUP(nothing) */ 1
--= primary session-state unknown mariadb # the same
SET STATEMENT sql_mode = 'ANSI_QUOTES' FOR SELECT 1
SET STATEMENT max_statement_time = 1 FOR INSERT INTO log (text) VALUES ('x')
EXECUTE IMMEDIATE 'SELECT 1'
