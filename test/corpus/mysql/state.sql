--= primary session-state unknown # INTO in every position and every form
SELECT 1 INTO @a
SELECT 1, 'x' INTO @a, @b
SELECT id INTO @a FROM users WHERE id = 1
SELECT id INTO @`quoted name` FROM users LIMIT 1
SELECT id INTO @'quoted name' FROM users LIMIT 1
SELECT id INTO/**/@a FROM users LIMIT 1
SELECT id INTO -- x␤@a FROM users LIMIT 1
SELECT id FROM users ORDER BY id LIMIT 1 INTO @a
SELECT max(id) FROM users GROUP BY name LIMIT 1 INTO @a
SELECT id FROM users LIMIT 1 /*! INTO @a */
SELECT id /*!50000 INTO @a */ FROM users LIMIT 1
SELECT 1 UNION SELECT 1 INTO @a
WITH w AS (SELECT 1 AS n) SELECT n FROM w INTO @a
SELECT count(*) INTO @a FROM v_plain
SELECT (@a := 1), (@b := @a + 1)
SELECT @a:=id FROM users
SELECT @'a' := 2
SELECT @`quoted name` := 2
SELECT IF(@a := 3, 1, 2)
SELECT CASE WHEN (@a := 4) THEN 1 END
SELECT * FROM (SELECT @a := 5 AS n) x
SELECT * FROM users WHERE id = (@a := 1)
SELECT * FROM users u JOIN orders o ON o.user_id = (@a := u.id)
SELECT name FROM users GROUP BY name, (@a := 2)
SELECT count(*) FROM users HAVING (@a := 7)
SELECT @a := @a + 1 AS rn, id FROM users CROSS JOIN (SELECT @a := 0) AS init
SELECT 1 UNION SELECT @a := 6
WITH w AS (SELECT @a := 8 AS n) SELECT n FROM w
SELECT SUM(@a := id) OVER () FROM users
SELECT 1, @a /* x */ := /* y */ 9
SELECT /*! @a := */ 10
--= primary session-state unknown mysql # INTO in every position and every form
(SELECT 1 INTO @a)
--= primary session-state unknown fails mariadb # INTO in every position and every form; here an error
(SELECT 1 INTO @a)
--= primary server-specific none # INTO in every position and every form
SELECT 1 INTO OUTFILE 'freshet.out'
SELECT * FROM users INTO OUTFILE 'freshet.out' CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' LINES TERMINATED BY '\n'
SELECT 'x' INTO DUMPFILE 'freshet.out'
WITH w AS (SELECT 1 AS n) SELECT n FROM w INTO OUTFILE 'freshet.out'
SELECT 1 /*! INTO OUTFILE */ 'freshet.out'
SELECT/*!40000 1 INTO DUMPFILE 'freshet.out' */
--= primary server-specific none mysql # the same, MySQL's own
TABLE users INTO OUTFILE 'freshet.out'
TABLE users ORDER BY id LIMIT 1 INTO OUTFILE 'freshet.out'
VALUES ROW(1, 2) INTO OUTFILE 'freshet.out'
--= primary session-state unknown mysql # the same, MySQL's own
VALUES ROW(1) INTO @a
TABLE parts ORDER BY id LIMIT 1 INTO @a, @b
--= read-in-transaction session-state none # what the session holds, which follows it
SELECT @a + 1
SELECT @a IS NULL, COALESCE(@nothing, 1)
SELECT * FROM users WHERE id = @id OR name LIKE @text
(SELECT id, name FROM users LIMIT 1) UNION SELECT @a, @b
SELECT @A
SELECT @a.b
SELECT @@SQL_MODE
SELECT @@session . sql_mode
SELECT @@`sql_mode`
SELECT @@session.`sql_mode`
SELECT @@sql_mode LIKE '%ANSI%', @@autocommit + 0
SELECT @@foreign_key_checks, @@unique_checks
SELECT @@time_zone, @@lc_time_names
SELECT @@group_concat_max_len
SELECT @@sql_select_limit, @@sql_safe_updates
SELECT @@collation_connection, @@collation_database
SELECT @@wait_timeout
SELECT * FROM users WHERE id = @@auto_increment_increment
SELECT CURRENT_ROLE() AS role
SELECT LAST_INSERT_ID() + 0
SELECT LAST_INSERT_ID ()
SELECT `LAST_INSERT_ID`()
SELECT /*!40000 LAST_INSERT_ID() */
SELECT name FROM users WHERE id = LAST_INSERT_ID() LIMIT 1
SELECT (SELECT LAST_INSERT_ID())
SELECT id FROM users UNION SELECT LAST_INSERT_ID()
SELECT FOUND_ROWS() AS n
SELECT FOUND_ROWS() + 1
SELECT ROW_COUNT() AS n
SELECT @@IDENTITY
SELECT @@error_count + @@warning_count
SHOW WARNINGS LIMIT 1, 5
SHOW ERRORS LIMIT 1
SHOW PROFILE CPU FOR QUERY 1
SHOW PROFILE ALL
show count(*) warnings;
--= primary session-state unknown # LAST_INSERT_ID with an argument sets it
SELECT LAST_INSERT_ID(5) + 1
SELECT LAST_INSERT_ID( 5 )
SELECT LAST_INSERT_ID(NULL)
SELECT LAST_INSERT_ID(LAST_INSERT_ID() + 1)
SELECT id, LAST_INSERT_ID(id) FROM users
SELECT (SELECT LAST_INSERT_ID(5))
SELECT IF(LAST_INSERT_ID(6), 1, 2)
SELECT `LAST_INSERT_ID`(9)
SELECT LAST_INSERT_ID/**/(9)
--= primary write none # LAST_INSERT_ID with an argument sets it
UPDATE log SET id = LAST_INSERT_ID(id + 100) WHERE id = 1
--= primary session-state unknown # prepared statements in SQL
PREPARE s FROM 'SELECT ? + ?'
PREPARE `s t` FROM 'INSERT INTO log (text) VALUES (?)'
PREPARE s FROM 'DELETE FROM log'
PREPARE s FROM "SELECT 1"
SET @q = 'SELECT 2' ⇒ PREPARE s FROM @q
PREPARE s FROM 'SELECT 1' ⇒ EXECUTE s
PREPARE s FROM 'SELECT ?' ⇒ EXECUTE s USING @a
PREPARE s FROM 'INSERT INTO log (text) VALUES (?)' ⇒ EXECUTE s USING @text
PREPARE s FROM 'SELECT id FROM users FOR UPDATE' ⇒ EXECUTE s
PREPARE s FROM 'SELECT 1' ⇒ DEALLOCATE PREPARE s
--= primary write none # prepared statements in SQL
PREPARE s FROM 'SELECT 1' ⇒ DROP PREPARE s
--= primary multi-statement unknown # prepared statements in SQL
PREPARE s FROM 'SELECT 1'; EXECUTE s; DEALLOCATE PREPARE s
--= primary session-state unknown mariadb # prepared statements that only MariaDB takes
PREPARE s FROM CONCAT('SELECT ', 1)
PREPARE s FROM 'SELECT ?, ?' ⇒ EXECUTE s USING 1, 'x'
EXECUTE IMMEDIATE @text
EXECUTE IMMEDIATE 'SELECT ?' USING 5
EXECUTE IMMEDIATE 'CREATE TABLE made_a (id int)'
--= primary session-state unknown # HANDLER
HANDLER users OPEN ⇒ HANDLER users READ NEXT LIMIT 1
HANDLER users OPEN ⇒ HANDLER users READ `PRIMARY` >= (1) LIMIT 2
HANDLER users OPEN ⇒ HANDLER users READ `PRIMARY` LAST
HANDLER orders OPEN AS o ⇒ HANDLER o READ by_user = (1) WHERE total > 0
HANDLER app.users OPEN AS `x y`
--= primary write unknown # temporary tables
CREATE TEMPORARY TABLE made_t SELECT * FROM users
CREATE TEMPORARY TABLE made_t LIKE orders
CREATE TEMPORARY TABLE made_t (id int) ENGINE=MEMORY
CREATE TEMPORARY TABLE made_t (id int PRIMARY KEY AUTO_INCREMENT) AS SELECT 1 AS a
CREATE /* x */ TEMPORARY TABLE made_t (id int)
CREATE TEMPORARY TABLE IF NOT EXISTS made_t AS (SELECT 1 AS a)
CREATE TEMPORARY TABLE users (fake int)
CREATE TEMPORARY TABLE made_t (id int) ⇒ DROP TEMPORARY TABLE made_t
--= primary write none # temporary tables
CREATE TEMPORARY TABLE made_t (id int) ⇒ DROP TABLE made_t
CREATE TEMPORARY TABLE made_t (id int) ⇒ ALTER TABLE made_t ADD a int
CREATE TEMPORARY TABLE made_t (id int) ⇒ INSERT INTO made_t VALUES (1)
CREATE TEMPORARY TABLE made_t (id int) ⇒ TRUNCATE TABLE made_t
--= primary unknown-relation none # temporary tables
CREATE TEMPORARY TABLE made_t (id int) ⇒ SELECT * FROM made_t
--= primary multi-statement unknown # temporary tables
CREATE TEMPORARY TABLE made_t (id int); SELECT * FROM made_t
--= primary write unknown mariadb # the same, MariaDB's own
CREATE OR REPLACE TEMPORARY TABLE made_t (id int)
CREATE TEMPORARY TABLE made_t (id int) ENGINE=Aria
--= primary session-state unknown # SET that does more than one constant
SET @a = 1, @b = 2
SET @a = @a + 1
SET @a = f_const()
SET @a = (SELECT name FROM users LIMIT 1)
SET @@session.sql_mode = @@sql_mode
SET SESSION sql_mode = REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', '')
SET sql_mode = (SELECT '')
SET @old = @@sql_mode, sql_mode = ''
SET SESSION wait_timeout = 100 + 5
SET NAMES latin1
SET NAMES 'utf8mb4' COLLATE utf8mb4_unicode_ci
SET CHARACTER SET 'latin1'
SET CHARACTER SET DEFAULT
SET collation_connection = 'utf8mb4_bin', character_set_results = NULL
SET autocommit = 0, sql_mode = ''
SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY
SET SESSION TRANSACTION READ WRITE, ISOLATION LEVEL REPEATABLE READ
SET rand_seed1 = 1, rand_seed2 = 2
--= primary session-state unknown clock # SET that does more than one constant
SET @a = NOW()
--= primary multi-statement unknown # SET that does more than one constant
SET @a = 1; SET @b = 2
--= primary session-state set mysql # SET that does more than one constant
SET @@session.transaction_isolation = 'READ-UNCOMMITTED'
SET @@transaction_isolation = 'SERIALIZABLE'
--= primary session-state set fails mariadb # SET that does more than one constant; here an error
SET @@session.transaction_isolation = 'READ-UNCOMMITTED'
SET @@transaction_isolation = 'SERIALIZABLE'
--= primary session-state set # SET that does more than one constant
SET pseudo_thread_id = 5
SET insert_id = 100
SET sql_log_bin = OFF
SET SESSION binlog_format = 'ROW'
--= primary session-state unknown mysql # SET that does more than one constant
SET ROLE ALL
--= primary session-state unknown fails mariadb # SET that does more than one constant; here an error
SET ROLE ALL
--= read-in-transaction session-state set # SET of one session variable to one constant
SET sql_select_limit = 10
SET SESSION max_sort_length = 512
SET SESSION lock_wait_timeout = 5
SET innodb_lock_wait_timeout = 3
SET @@session.unique_checks = 0
SET SESSION sql_big_selects = ON
SET lc_messages = 'en_US'
SET default_week_format = 1
SET div_precision_increment = 6
SET SESSION net_read_timeout = 60
SET SESSION sort_buffer_size = 300000
SET LOCAL tmp_table_size = 1000000
SET optimizer_switch = 'mrr=on'
SET SESSION sql_auto_is_null = 0
SET time_zone = 'SYSTEM'
SET time_zone = "+05:30"
set session SQL_MODE='STRICT_TRANS_TABLES,NO_ZERO_DATE'
SET timestamp = 1500000000
SET TIMESTAMP = DEFAULT
--= primary write none # SET of what belongs to everybody
SET GLOBAL max_connections = 399
SET GLOBAL sort_buffer_size = 300000, GLOBAL join_buffer_size = 300000
SET @@GLOBAL.max_connections = 398
SET GLOBAL sql_mode = ''
SET GLOBAL TRANSACTION READ WRITE
SET GLOBAL long_query_time = 5
SET GLOBAL wait_timeout = DEFAULT
--= primary write unknown # SET of what belongs to everybody
SET GLOBAL max_connections = 397, SESSION sort_buffer_size = 300000
SET @a = 1, GLOBAL max_connections = 396
--= primary write none mysql # the same, MySQL's own
SET PERSIST_ONLY max_connections = 399
SET PERSIST max_connections = 395
SET @@PERSIST.sort_buffer_size = 300000
SET @@persist_only.back_log = 90
RESET PERSIST IF EXISTS max_connections
--= primary session-state set mysql # the same, MySQL's own
SET SESSION transaction_read_only = 1
SET session_track_gtids = 'OWN_GTID'
--= primary session-state unknown mysql # the same, MySQL's own
SET RESOURCE GROUP USR_default
--= primary session-state set mariadb # the same, MariaDB's own
SET SESSION tx_read_only = 1
SET gtid_domain_id = 5
SET skip_replication = 1
SET SESSION server_id = 77
--= primary session-state unknown mariadb # the same, MariaDB's own
SET STATEMENT sort_buffer_size = 300000, sql_mode = 'ANSI' FOR SELECT 1
SET STATEMENT time_zone = '+03:00' FOR SELECT FROM_UNIXTIME(0)
--= primary write none mariadb # the same, MariaDB's own
SET GLOBAL hot.key_buffer_size = 1000000
--= read-in-transaction transaction none # transactions
BEGIN ⇒ SAVEPOINT a
BEGIN ⇒ SAVEPOINT a ⇒ ROLLBACK WORK TO a
BEGIN ⇒ COMMIT
BEGIN ⇒ COMMIT WORK AND CHAIN
BEGIN ⇒ ROLLBACK AND CHAIN NO RELEASE
BEGIN ⇒ BEGIN
start transaction read only
START TRANSACTION /* x */ READ ONLY
/*!40000 BEGIN */
--= primary transaction none # transactions that no replica may have
START TRANSACTION READ WRITE, WITH CONSISTENT SNAPSHOT
--= primary transaction unknown # transactions that no replica may have
XA START 'made', 'b', 7
XA START 'made' ⇒ XA END 'made' ⇒ XA ROLLBACK 'made'
XA BEGIN X'6d616465'
--= primary transaction unknown fails # transactions that no replica may have; here an error
XA START 'made' ⇒ XA END 'made' SUSPEND
--= primary transaction none mysql # transactions that no replica may have
XA RECOVER CONVERT XID
--= primary transaction none fails mariadb # transactions that no replica may have; here an error
XA RECOVER CONVERT XID
--= primary multi-statement unknown # transactions that no replica may have
BEGIN; INSERT INTO log (text) VALUES ('x'); COMMIT
START TRANSACTION; SELECT id FROM users; COMMIT
BEGIN ⇒ INSERT INTO log (text) VALUES ('x'); COMMIT
SELECT 1; COMMIT
COMMIT; SELECT 1
SELECT 1; USE app
SELECT 1; SAVEPOINT a
SHOW TABLES; SET @a = 1
SELECT 1; CALL p_write()
--= primary multi-statement none # transactions that no replica may have
SELECT 1;␤INSERT INTO log (text) VALUES ('x')
SELECT 'a;b'; DELETE FROM log WHERE id = 0
SELECT 1; /* x */ UPDATE log SET text = 'x' WHERE id = 0
SELECT 1; DO 1
SELECT 1; SHOW WARNINGS
SELECT 1; SELECT LAST_INSERT_ID()
INSERT INTO log (text) VALUES ('x'); SELECT LAST_INSERT_ID()
--= primary multi-statement none fails # transactions that no replica may have; here an error
SELECT 1; KILL 999999
--= primary session-state unknown # conditions and diagnostics
GET DIAGNOSTICS @a = NUMBER, @b = ROW_COUNT
GET CURRENT DIAGNOSTICS CONDITION 1 @a = RETURNED_SQLSTATE
--= primary session-state none # conditions and diagnostics
SIGNAL SQLSTATE '01000' SET MESSAGE_TEXT = 'a warning'
--= primary session-state none fails # conditions and diagnostics; here an error
SIGNAL SQLSTATE VALUE '45000' SET MESSAGE_TEXT = 'x', MYSQL_ERRNO = 1001
--= primary session-state unknown fails # conditions and diagnostics; here an error
GET STACKED DIAGNOSTICS @a = NUMBER
--= primary volatile-function none # DO and CALL
DO 1
DO 1 + 1, f_read(1)
DO SLEEP(0), BENCHMARK(1, 1)
DO (SELECT count(*) FROM users)
DO f_liar()
DO RAND()
--= primary session-state unknown # DO and CALL
DO @a := 1
--= primary volatile-function unknown # DO and CALL
CALL app.p_read
CALL `p_read`()
CALL p_write
CALL p_out(@a)
CALL p_dynamic
CALL app.p_variable()
/*!50000 CALL p_write() */
--= primary volatile-function unknown fails # DO and CALL; here an error
CALL no_such_procedure()
--= read-in-transaction multi-statement none # the session's own, within one text
SELECT SQL_CALC_FOUND_ROWS id FROM users LIMIT 1; SELECT FOUND_ROWS()
--= read-in-transaction session-state set # the session's own, within one text
SET character_set_results = NULL
SET last_insert_id = 9
SET identity = 9
SET profiling = 1
--= read-in-transaction transaction none # the session's own, within one text
BEGIN ⇒ SAVEPOINT sp ⇒ ROLLBACK TO SAVEPOINT sp
--= read-in-transaction transaction none unrun # they end the session
COMMIT RELEASE
ROLLBACK AND NO CHAIN RELEASE
