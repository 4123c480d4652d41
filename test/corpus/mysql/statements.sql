--= primary write none # Data Definition Statements: tables
CREATE TABLE made_a (id int NOT NULL AUTO_INCREMENT, a varchar(10) DEFAULT 'x', b timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (id), KEY k (a), UNIQUE u (b)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='x'
CREATE TABLE made_a (id int PRIMARY KEY, parent int, CONSTRAINT fk FOREIGN KEY (parent) REFERENCES made_a (id) ON DELETE CASCADE ON UPDATE SET NULL)
CREATE TABLE made_a (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int AS (a + 1) VIRTUAL, CHECK (a > 0))
CREATE TABLE made_a (a int DEFAULT (1 + 1), b varchar(40) DEFAULT (UUID()))
CREATE TABLE made_a (id int, d date) PARTITION BY RANGE (YEAR(d)) (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE)
CREATE TABLE made_a (id int) PARTITION BY LIST (id) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (3))
CREATE TABLE made_a (id int, k varchar(9)) PARTITION BY KEY (k) PARTITIONS 3
CREATE TABLE made_a (SELECT id, name FROM users)
CREATE TABLE made_a (extra int) IGNORE SELECT id FROM users
CREATE TABLE made_a (id int PRIMARY KEY) REPLACE SELECT 1 AS id
CREATE TABLE made_a AS WITH w AS (SELECT 1 AS n) SELECT n FROM w
CREATE TABLE made_a (LIKE users)
CREATE TABLE IF NOT EXISTS users (id int)
CREATE TABLE made_a (g geometry NOT NULL, SPATIAL INDEX (g), t text, FULLTEXT (t))
CREATE TABLE made_a (id int) ENGINE=MyISAM
CREATE TABLE made_a (id int) ENGINE=MEMORY
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a ADD COLUMN a int FIRST, ADD INDEX i (a), ALGORITHM=INPLACE, LOCK=NONE
CREATE TABLE made_a (id int, a int) ⇒ ALTER TABLE made_a CHANGE a b bigint, MODIFY id bigint NOT NULL
CREATE TABLE made_a (id int, a int) ⇒ ALTER TABLE made_a RENAME COLUMN a TO b, ALTER COLUMN id SET DEFAULT 1
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a RENAME TO made_b
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a ADD PRIMARY KEY (id), AUTO_INCREMENT = 100, COMMENT 'x'
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a DISABLE KEYS
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a FORCE
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a ORDER BY id
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a DISCARD TABLESPACE
CREATE TABLE made_a (id int) PARTITION BY HASH (id) PARTITIONS 2 ⇒ ALTER TABLE made_a ADD PARTITION PARTITIONS 2
CREATE TABLE made_a (id int) PARTITION BY HASH (id) PARTITIONS 4 ⇒ ALTER TABLE made_a COALESCE PARTITION 2
CREATE TABLE made_a (id int) PARTITION BY HASH (id) PARTITIONS 4 ⇒ ALTER TABLE made_a TRUNCATE PARTITION p0
CREATE TABLE made_a (id int) PARTITION BY HASH (id) PARTITIONS 4 ⇒ ALTER TABLE made_a REMOVE PARTITIONING
CREATE TABLE made_a (id int) PARTITION BY HASH (id) PARTITIONS 4 ⇒ ALTER TABLE made_a ANALYZE PARTITION ALL
CREATE TABLE made_a (id int) PARTITION BY HASH (id) PARTITIONS 2 ⇒ CREATE TABLE made_b LIKE made_a ⇒ ALTER TABLE made_b REMOVE PARTITIONING ⇒ ALTER TABLE made_a EXCHANGE PARTITION p0 WITH TABLE made_b
CREATE TABLE made_a (id int) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (9)) ⇒ ALTER TABLE made_a REORGANIZE PARTITION p0 INTO (PARTITION a VALUES LESS THAN (5), PARTITION b VALUES LESS THAN (9))
CREATE TABLE made_a (id int) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (9), PARTITION p1 VALUES LESS THAN (20)) ⇒ ALTER TABLE made_a DROP PARTITION p1
CREATE TABLE made_a (id int) ⇒ CREATE TABLE made_b (id int) ⇒ RENAME TABLE made_a TO made_c, made_b TO made_a
CREATE TABLE made_a (id int) ⇒ TRUNCATE made_a
CREATE TABLE made_a (id int) ⇒ DROP TABLE made_a RESTRICT
CREATE TABLE made_a (id int) ⇒ CREATE TABLE made_b (id int) ⇒ DROP TABLES made_a, made_b
DROP TABLE IF EXISTS made_nothing CASCADE
--= primary multi-statement none # Data Definition Statements: tables
CREATE TABLE made_a (id int); DROP TABLE made_a
--= primary write none # Data Definition Statements: everything else that has a name
CREATE TABLE made_a (a int, b varchar(20)) ⇒ CREATE INDEX i ON made_a (a DESC, b(5)) USING BTREE COMMENT 'x'
CREATE TABLE made_a (b varchar(20)) ⇒ CREATE FULLTEXT INDEX i ON made_a (b)
CREATE TABLE made_a (g geometry NOT NULL) ⇒ CREATE SPATIAL INDEX i ON made_a (g)
CREATE VIEW made_v (a, b) AS SELECT id, name FROM users WITH CASCADED CHECK OPTION
CREATE OR REPLACE ALGORITHM=TEMPTABLE VIEW made_v AS SELECT count(*) AS n FROM users
CREATE VIEW made_v AS SELECT 1 AS a UNION SELECT 2
CREATE VIEW made_v AS SELECT 1 AS a ⇒ ALTER ALGORITHM=MERGE VIEW made_v AS SELECT 3 AS a
CREATE VIEW made_v AS SELECT 1 AS a ⇒ DROP VIEW made_v
CREATE DEFINER=root@`%` PROCEDURE made_p(IN a int, OUT b int, INOUT c int) READS SQL DATA SQL SECURITY INVOKER COMMENT 'x' SELECT a INTO b
CREATE PROCEDURE made_p() BEGIN DECLARE i int DEFAULT 0; WHILE i < 3 DO SET i = i + 1; END WHILE; END
CREATE PROCEDURE made_p() l: LOOP LEAVE l; END LOOP l
CREATE PROCEDURE made_p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; UPDATE log SET text = 'x' WHERE id = 0; COMMIT; END
CREATE FUNCTION made_f(a int) RETURNS int NOT DETERMINISTIC READS SQL DATA RETURN (SELECT count(*) FROM users WHERE id > a)
CREATE PROCEDURE made_p() SELECT 1 ⇒ ALTER PROCEDURE made_p SQL SECURITY INVOKER
CREATE PROCEDURE made_p() SELECT 1 ⇒ DROP PROCEDURE made_p
CREATE FUNCTION made_f() RETURNS int NO SQL RETURN 1 ⇒ ALTER FUNCTION made_f COMMENT 'y'
CREATE FUNCTION made_f() RETURNS int NO SQL RETURN 1 ⇒ DROP FUNCTION IF EXISTS made_f
CREATE TABLE made_a (id int) ⇒ CREATE TRIGGER made_t AFTER INSERT ON made_a FOR EACH ROW BEGIN INSERT INTO log (text) VALUES (NEW.id); END
CREATE TABLE made_a (id int) ⇒ CREATE TRIGGER made_t BEFORE UPDATE ON made_a FOR EACH ROW SET NEW.id = OLD.id + 1
CREATE TABLE made_a (id int) ⇒ CREATE TRIGGER made_t BEFORE INSERT ON made_a FOR EACH ROW SET NEW.id = 1 ⇒ DROP TRIGGER made_t
CREATE EVENT made_e ON SCHEDULE AT '2037-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'x' DO DELETE FROM log WHERE id = 0
CREATE EVENT IF NOT EXISTS made_e ON SCHEDULE EVERY 1 HOUR STARTS '2037-01-01' ENDS '2037-02-01' DO BEGIN SELECT 1; SELECT 2; END
CREATE EVENT made_e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1 ⇒ ALTER EVENT made_e ON SCHEDULE EVERY 2 DAY RENAME TO made_e2
CREATE EVENT made_e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1 ⇒ DROP EVENT made_e
CREATE DATABASE made_db DEFAULT CHARACTER SET latin1 COLLATE latin1_bin
CREATE DATABASE made_db ⇒ ALTER SCHEMA made_db COLLATE utf8mb4_bin
CREATE DATABASE made_db ⇒ DROP DATABASE made_db
CREATE SERVER made_s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'x', HOST '127.0.0.1', DATABASE 'app')
CREATE SERVER made_s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'x', HOST '127.0.0.1', DATABASE 'app') ⇒ ALTER SERVER made_s OPTIONS (USER 'y')
CREATE SERVER made_s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'x', HOST '127.0.0.1', DATABASE 'app') ⇒ DROP SERVER IF EXISTS made_s
--= primary write none mysql # Data Definition Statements: everything else that has a name
CREATE TABLE made_a (a int, KEY i (a)) ⇒ DROP INDEX i ON made_a ALGORITHM=INPLACE LOCK=NONE
--= primary write none fails mariadb # Data Definition Statements: everything else that has a name; here an error
CREATE TABLE made_a (a int, KEY i (a)) ⇒ DROP INDEX i ON made_a ALGORITHM=INPLACE LOCK=NONE
--= primary write none mysql # Data Definition Statements that only MySQL has
CREATE TABLE made_a (id int, a int INVISIBLE, INDEX i ((a + 1)), INDEX j (id) INVISIBLE)
CREATE TABLE made_a TABLE users
CREATE TABLE made_a AS VALUES ROW(1, 2)
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a ADD COLUMN a int, ALGORITHM=INSTANT
CREATE TABLE made_a (id int, KEY k (id)) ⇒ ALTER TABLE made_a ALTER INDEX k INVISIBLE
CREATE TABLE made_a (id int, CONSTRAINT c CHECK (id > 0)) ⇒ ALTER TABLE made_a ALTER CHECK c NOT ENFORCED
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a SECONDARY_ENGINE = NULL
CREATE DATABASE made_db ⇒ ALTER DATABASE made_db READ ONLY = 0
CREATE TABLESPACE made_ts ADD DATAFILE 'made_ts.ibd' ENGINE=InnoDB
CREATE UNDO TABLESPACE made_undo ADD DATAFILE 'made_undo.ibu'
ALTER INSTANCE ENABLE INNODB REDO_LOG
CREATE RESOURCE GROUP made_rg TYPE = USER VCPU = 0
DROP RESOURCE GROUP made_rg
CREATE SPATIAL REFERENCE SYSTEM IF NOT EXISTS 4120 NAME 'Greek' DEFINITION 'x'
DROP SPATIAL REFERENCE SYSTEM IF EXISTS 990990
CREATE FUNCTION IF NOT EXISTS made_f() RETURNS int NO SQL RETURN 1
CREATE JSON RELATIONAL DUALITY VIEW made_v AS SELECT JSON_DUALITY_OBJECT('_id': id, 'name': name) FROM users
CREATE LIBRARY made_lib LANGUAGE JAVASCRIPT AS 'export function f() { return 1 }'
DROP LIBRARY IF EXISTS made_lib
--= primary write none fails mysql # Data Definition Statements that only MySQL has; here an error
ALTER UNDO TABLESPACE made_nothing SET INACTIVE
DROP TABLESPACE made_nothing
DROP UNDO TABLESPACE made_nothing
ALTER INSTANCE ROTATE INNODB MASTER KEY
ALTER INSTANCE RELOAD KEYRING
ALTER RESOURCE GROUP USR_default VCPU = 0
CREATE AGGREGATE FUNCTION made_f RETURNS INTEGER SONAME 'nothing.so'
CREATE LOGFILE GROUP made_l ADD UNDOFILE 'x' ENGINE=NDB
--= primary unparsed unknown mysql # Data Definition Statements that only MySQL has
CREATE FUNCTION made_f() RETURNS int LANGUAGE JAVASCRIPT AS $$ return 1 $$
--= primary write none mariadb # Data Definition Statements that only MariaDB has
CREATE OR REPLACE TABLE made_a (id int, KEY (id) IGNORED)
CREATE TABLE made_a (id int, s date, e date, PERIOD FOR p (s, e), UNIQUE (id, p WITHOUT OVERLAPS))
CREATE TABLE made_a (id int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME (PARTITION h HISTORY, PARTITION c CURRENT)
CREATE TABLE made_a (id int) ENGINE=Aria TRANSACTIONAL=1
CREATE TABLE made_a (id int) ⇒ ALTER TABLE IF EXISTS made_a ADD COLUMN IF NOT EXISTS a int, DROP COLUMN IF EXISTS b
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a ADD SYSTEM VERSIONING
CREATE TABLE made_a (id int) ⇒ ALTER TABLE made_a WAIT 5 ADD COLUMN b int
CREATE TABLE made_a (id int) ⇒ ALTER ONLINE TABLE made_a COMMENT = 'x'
CREATE TABLE made_a (id int) ⇒ RENAME TABLE IF EXISTS made_a WAIT 1 TO made_b
CREATE TABLE made_a (id int) ⇒ TRUNCATE TABLE made_a NOWAIT
CREATE TABLE made_a (id int) ⇒ DROP TABLE made_a NOWAIT
CREATE INDEX IF NOT EXISTS by_user ON orders (user_id)
CREATE OR REPLACE FUNCTION made_f() RETURNS int NO SQL RETURN 1
CREATE OR REPLACE PROCEDURE made_p() SELECT 1
CREATE AGGREGATE FUNCTION made_f(x int) RETURNS int BEGIN DECLARE s int DEFAULT 0; DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN s; LOOP FETCH GROUP NEXT ROW; SET s = s + x; END LOOP; END
CREATE OR REPLACE EVENT made_e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1
CREATE OR REPLACE DATABASE made_db COMMENT 'x'
CREATE SEQUENCE made_seq START WITH 10 INCREMENT BY 2 MINVALUE 1 MAXVALUE 100 CACHE 5 CYCLE
CREATE SEQUENCE made_seq ⇒ ALTER SEQUENCE IF EXISTS made_seq INCREMENT 3 NOCACHE
CREATE SEQUENCE made_seq ⇒ DROP SEQUENCE IF EXISTS made_seq
CREATE SEQUENCE made_seq ⇒ RENAME TABLE made_seq TO made_seq2
CREATE OR REPLACE VIEW made_v AS SELECT 1 FROM dual
--= primary write unknown mariadb # Data Definition Statements that only MariaDB has
CREATE TEMPORARY SEQUENCE made_seq
--= primary write none fails mariadb # Data Definition Statements that only MariaDB has; here an error
CREATE PACKAGE BODY made_pack PROCEDURE a() AS BEGIN NULL; END; END
DROP PACKAGE IF EXISTS made_pack
CREATE FUNCTION made_f RETURNS INTEGER SONAME 'nothing.so'
--= primary write none # Data Manipulation Statements that change rows, wherever the rows come from
INSERT INTO log (text) VALUES ('a'), (CONCAT('b', 1)), (NULL)
INSERT INTO parts PARTITION (p1) VALUES (1, 2), (5, 6)
INSERT INTO log (text) (SELECT name FROM users)
INSERT INTO log (text) SELECT name FROM users UNION SELECT email FROM users
INSERT INTO log (text) WITH w AS (SELECT 'w' AS n) SELECT n FROM w
INSERT INTO log (text) SELECT name FROM users FOR UPDATE
INSERT INTO log (text) SELECT name FROM users ON DUPLICATE KEY UPDATE text = 'again'
INSERT INTO log (id, text) VALUES (5, 'a') ON DUPLICATE KEY UPDATE text = CONCAT(text, VALUES(text)), id = LAST_INSERT_ID(id)
INSERT INTO log (text) VALUES ((SELECT max(name) FROM users))
INSERT INTO log VALUES (DEFAULT, 'a')
INSERT INTO log (text) VALUE ('a')
INSERT INTO users (name, data) VALUES ('x', JSON_OBJECT('a', 1))
INSERT INTO orders (user_id, total, at) VALUES (1, 2.5, '2024-05-05')
INSERT INTO v_plain (id, name) VALUES (500, 'through a view')
INSERT INTO parts VALUES (1, 2), (3, 4)
INSERT INTO log SET text = (SELECT name FROM users LIMIT 1)
REPLACE INTO log (id, text) VALUES (7, 'a'), (8, 'b')
UPDATE log SET text = CONCAT(text, 'x'), id = id + 1000 ORDER BY id DESC
UPDATE users SET name = UPPER(name) WHERE id IN (SELECT user_id FROM orders)
UPDATE users u JOIN (SELECT user_id, sum(total) s FROM orders GROUP BY user_id) o ON o.user_id = u.id SET u.email = o.s
UPDATE users u LEFT JOIN orders o ON o.user_id = u.id SET u.name = 'none' WHERE o.id IS NULL OR o.id > 0
UPDATE v_plain SET name = 'v' WHERE id = 1
UPDATE users SET data = JSON_SET(data, '$.a', 2) WHERE id = 1
UPDATE users SET name = 'nobody' WHERE id = 12345
UPDATE IGNORE users SET id = 1 WHERE id = 2
DELETE FROM items ORDER BY id DESC LIMIT 1
DELETE u, o FROM users u JOIN orders o ON o.user_id = u.id WHERE u.id = 1
DELETE FROM orders, items USING orders JOIN items ON items.order_id = orders.id WHERE orders.id = 2
DELETE LOW_PRIORITY QUICK IGNORE FROM log WHERE id = 1
DELETE FROM users WHERE EXISTS (SELECT 1 FROM orders WHERE orders.user_id = users.id)
LOAD DATA CONCURRENT INFILE 'freshet.in' IGNORE INTO TABLE log (text) SET id = NULL
--= primary write none clock # Data Manipulation Statements that change rows, wherever the rows come from
INSERT INTO log (text) VALUES (RAND()), (UUID()), (NOW())
--= primary write none mysql # Data Manipulation Statements that change rows, wherever the rows come from
INSERT DELAYED INTO log (text) VALUES ('a')
REPLACE DELAYED INTO log VALUES (7, 'a')
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) DELETE FROM items WHERE id IN (SELECT i FROM n)
--= primary write none fails mariadb # Data Manipulation Statements that change rows, wherever the rows come from; here an error
INSERT DELAYED INTO log (text) VALUES ('a')
REPLACE DELAYED INTO log VALUES (7, 'a')
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) DELETE FROM items WHERE id IN (SELECT i FROM n)
--= primary write unknown # Data Manipulation Statements that change rows, wherever the rows come from
LOAD DATA INFILE 'freshet.in' INTO TABLE log FIELDS TERMINATED BY ',' ENCLOSED BY '"' LINES TERMINATED BY '\n' IGNORE 1 LINES (text)
LOAD DATA LOW_PRIORITY INFILE 'freshet.in' REPLACE INTO TABLE log CHARACTER SET latin1 (text)
--= primary volatile-function none # Data Manipulation Statements that change rows, wherever the rows come from
SELECT 1 FROM users WHERE f_write() = 1
SELECT f_write() FROM users LIMIT 1
SELECT MAX(f_liar()) FROM users
SELECT name FROM users GROUP BY name HAVING f_liar() = 1
SELECT * FROM users u JOIN orders o ON o.user_id = u.id AND f_liar() = 1
(SELECT id FROM users LIMIT 1) UNION SELECT f_liar()
SELECT CASE WHEN f_liar() THEN 1 ELSE 2 END
SELECT COALESCE(NULL, f_liar())
SELECT id, f_liar() OVER_ FROM users
SELECT (SELECT (SELECT f_liar() + 0))
SELECT * FROM (SELECT f_liar() AS n) d
SELECT EXISTS (SELECT f_write() FROM users)
SELECT 1 WHERE 1 IN (SELECT f_liar())
SELECT BENCHMARK(2, f_liar())
SELECT SLEEP(f_liar() * 0)
SELECT JSON_ARRAY(f_liar(), 1)
SELECT GROUP_CONCAT(f_liar() ORDER BY id) FROM users
SELECT RANK() OVER (ORDER BY f_liar()) FROM users
SELECT /*! f_liar() */
SELECT /* f_const() */ f_liar /* x */ ()
SHOW COLUMNS FROM users WHERE f_liar() = 1
SHOW FULL TABLES WHERE f_write() = 0
--= primary write none mysql # the same, MySQL's own
INSERT INTO log (id, text) VALUES (1, 'a'), (2, 'b') AS new (i, t) ON DUPLICATE KEY UPDATE text = new.t
INSERT INTO log (text) SELECT * FROM (VALUES ROW('x')) AS v
INSERT INTO parts TABLE parts
REPLACE INTO log VALUES ROW(7, 'a')
UPDATE parts PARTITION (p1) SET y = 9
--= primary volatile-function none mysql # the same, MySQL's own
SELECT u.id FROM users u, LATERAL (SELECT f_liar() + u.id AS n) x
TABLE v_write
SELECT * FROM users WHERE id IN (TABLE v_write)
VALUES ROW(f_liar(), 2)
SELECT j.* FROM JSON_TABLE(JSON_ARRAY(f_liar()), '$[*]' COLUMNS (n int PATH '$')) j
EXPLAIN ANALYZE SELECT f_liar()
EXPLAIN FORMAT=TREE SELECT f_liar() FROM users
--= primary write none mariadb # the same, MariaDB's own
INSERT INTO log (text) VALUES ('r') RETURNING id, CONCAT(text, '!') AS t
INSERT IGNORE INTO log (id, text) VALUES (1, 'r') RETURNING *
INSERT INTO log (text) SELECT name FROM users RETURNING id
INSERT INTO log (id, text) VALUES (1, 'a') ON DUPLICATE KEY UPDATE text = VALUE(text) RETURNING id
REPLACE INTO log SET id = 9, text = 'r' RETURNING id, text
DELETE FROM log WHERE id < 3 RETURNING id
INSERT INTO log (text) VALUES (NEXT VALUE FOR seq)
UPDATE log SET text = NEXTVAL(seq) WHERE id = 1
DELETE HISTORY FROM versioned BEFORE SYSTEM_TIME '2030-01-01'
SELECT NEXT VALUE FOR app.seq
SELECT NEXT VALUE FOR `seq` AS n
SELECT NEXTVAL(seq) + 1 FROM users LIMIT 1
SELECT * FROM users ORDER BY NEXTVAL(seq)
(SELECT NEXTVAL(seq)) UNION (SELECT 1)
WITH w AS (SELECT NEXT VALUE FOR seq AS n) SELECT n FROM w
VALUES (NEXT VALUE FOR seq)
SELECT SETVAL(seq, 50, 0)
SELECT SETVAL(app.seq, 60, 1, 0)
ANALYZE FORMAT=JSON INSERT INTO log (text) VALUES ('x')
ANALYZE DELETE FROM log WHERE id = 1
ANALYZE REPLACE INTO log (id, text) VALUES (1, 'q')
--= primary volatile-function none mariadb # the same, MariaDB's own
DO NEXTVAL(seq)
ANALYZE SELECT f_liar()
ANALYZE FORMAT=JSON SELECT f_write() FROM users
SET STATEMENT max_statement_time = 60 FOR SELECT f_liar()
--= primary session-state unknown mariadb # the same, MariaDB's own
SET STATEMENT max_statement_time = 60 FOR DELETE FROM log WHERE id = 1
SET STATEMENT max_statement_time = 60 FOR CREATE TABLE made_a (id int)
EXECUTE IMMEDIATE 'INSERT INTO log (text) VALUES (?)' USING 'x'
EXECUTE IMMEDIATE CONCAT('SELECT ', '1')
--= primary unparsed unknown mariadb # the same, MariaDB's own
BEGIN NOT ATOMIC INSERT INTO log (text) VALUES ('compound'); END
BEGIN NOT ATOMIC SELECT 1; END
BEGIN NOT ATOMIC DECLARE a int DEFAULT 1; SET a = a + 1; SELECT a; END
IF (SELECT count(*) FROM users) > 0 THEN SELECT 1; ELSE SELECT 2; END IF
CASE 1 WHEN 1 THEN SELECT 1; ELSE SELECT 2; END CASE
FOR i IN 1..3 DO INSERT INTO log (text) VALUES (i); END FOR
WHILE 1 = 2 DO SELECT 1; END WHILE
REPEAT SELECT 1; UNTIL 1 END REPEAT
--= primary unparsed unknown fails mariadb # the same, MariaDB's own; here an error
l: LOOP LEAVE l; END LOOP
--= primary write none fails # no expression of a table can call a stored function, so that reading its columns runs none
CREATE TABLE made_a (a int, b int AS (f_liar()) VIRTUAL)
CREATE TABLE made_a (a int, b int AS (f_const() + a) STORED)
CREATE TABLE made_a (a int DEFAULT (f_const()))
CREATE TABLE made_a (a int CHECK (f_const() > a))
CREATE TABLE made_a (a int) PARTITION BY HASH (f_const())
--= primary write none fails mysql # nor can an index
CREATE TABLE made_a (a int, INDEX i ((f_const() + a)))
CREATE TABLE made_a (a int) ⇒ ALTER TABLE made_a ADD COLUMN b int AS (f_liar())
