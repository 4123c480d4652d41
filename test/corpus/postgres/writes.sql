--= primary write none
INSERT INTO users (name) VALUES ('a')
INSERT INTO users (name) VALUES ('a'), ('b'), ('c')
INSERT INTO users (name) VALUES ('a') RETURNING id
INSERT INTO users (name) SELECT name FROM users
INSERT INTO users DEFAULT VALUES
INSERT INTO users (id, name) VALUES (1, 'a') ON CONFLICT DO NOTHING
INSERT INTO users (id, name) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET name = excluded.name
INSERT INTO users AS u (id) OVERRIDING SYSTEM VALUE VALUES (7)
INSERT INTO audited VALUES (1, 'a')
WITH a AS (SELECT 1) INSERT INTO users (name) SELECT 'x' FROM a
UPDATE users SET name = 'b'
UPDATE users SET name = 'b' WHERE id = 1 RETURNING *
UPDATE users u SET name = o.state FROM orders o WHERE o.user_id = u.id
UPDATE users SET (name, email) = ('a', 'b')
UPDATE ONLY users SET name = DEFAULT
DELETE FROM users
DELETE FROM users WHERE id = 1
DELETE FROM users USING orders WHERE orders.user_id = users.id
DELETE FROM users RETURNING id
MERGE INTO users u USING orders o ON o.user_id = u.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (name) VALUES ('x')
TRUNCATE users
TRUNCATE TABLE users, orders RESTART IDENTITY CASCADE
WITH d AS (DELETE FROM users RETURNING *) SELECT * FROM d
WITH u AS (UPDATE users SET name = 'x' RETURNING id) SELECT count(*) FROM u
WITH i AS (INSERT INTO users (name) VALUES ('x') RETURNING id) SELECT id FROM i
WITH i AS (INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO NOTHING RETURNING id) SELECT id FROM i
WITH a AS (SELECT 1), b AS (DELETE FROM items RETURNING 1) SELECT * FROM a
SELECT * INTO copied FROM users
SELECT id INTO TABLE copied FROM users WHERE false
CREATE TABLE copied AS SELECT * FROM users
CREATE TABLE copied AS TABLE users WITH NO DATA
CREATE TABLE copied (a int PRIMARY KEY, b text DEFAULT 'x', CHECK (a > 0))
CREATE TABLE IF NOT EXISTS copied (LIKE users INCLUDING ALL)
CREATE UNLOGGED TABLE copied (a int)
CREATE TABLE part PARTITION OF parted FOR VALUES FROM (50) TO (60)
CREATE INDEX ON users (name)
CREATE UNIQUE INDEX CONCURRENTLY i ON users (lower(name)) WHERE id > 1
CREATE VIEW w AS SELECT * FROM users
CREATE OR REPLACE VIEW w AS SELECT 1
CREATE MATERIALIZED VIEW mw AS SELECT 1
REFRESH MATERIALIZED VIEW m_users
REFRESH MATERIALIZED VIEW CONCURRENTLY m_users
CREATE SEQUENCE s2
ALTER SEQUENCE seq RESTART WITH 5
CREATE SCHEMA s3
CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'select 1'
CREATE OR REPLACE PROCEDURE g() LANGUAGE sql AS 'select 1'
CREATE TRIGGER t AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION t_audit()
CREATE TYPE e AS ENUM ('a', 'b')
CREATE TYPE c AS (a int)
CREATE DOMAIN d AS int CHECK (value > 0)
CREATE ROLE r
CREATE USER u PASSWORD 'secret'
CREATE DATABASE d
CREATE EXTENSION IF NOT EXISTS hstore
CREATE RULE r AS ON INSERT TO users DO NOTHING
CREATE POLICY p ON users USING (true)
CREATE PUBLICATION p FOR ALL TABLES
CREATE STATISTICS s ON id, name FROM users
CREATE AGGREGATE a (int) (sfunc = int4pl, stype = int)
CREATE OPERATOR @@@ (leftarg = int, rightarg = int, function = op_ok)
CREATE CAST (mood AS int) WITHOUT FUNCTION
ALTER TABLE users ADD COLUMN x int DEFAULT 1
ALTER TABLE users RENAME TO people
ALTER TABLE users RENAME COLUMN name TO title
ALTER TABLE users ENABLE ROW LEVEL SECURITY
ALTER INDEX i RENAME TO j
ALTER VIEW v_plain RENAME TO w
ALTER ROLE r SET search_path = x
ALTER DATABASE c SET work_mem = '1MB'
ALTER TYPE mood ADD VALUE 'great'
ALTER FUNCTION f_sql(int) VOLATILE
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO public
DROP TABLE users
DROP TABLE IF EXISTS a, b CASCADE
DROP INDEX CONCURRENTLY i
DROP FUNCTION f_sql(int)
DROP SCHEMA other CASCADE
DROP DATABASE d
DROP ROLE r
DROP OWNED BY r
REASSIGN OWNED BY a TO b
GRANT SELECT ON users TO public
GRANT a TO b
REVOKE ALL ON users FROM public
COMMENT ON TABLE users IS 'x'
SECURITY LABEL ON TABLE users IS 'x'
IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c
VACUUM
VACUUM FULL users
VACUUM (ANALYZE, VERBOSE) users
ANALYZE
ANALYZE users (name)
REINDEX TABLE users
CLUSTER users
COPY users FROM STDIN
COPY users (id, name) FROM STDIN WITH (FORMAT csv)
COPY users FROM '/tmp/x'
COPY users FROM PROGRAM 'cat /tmp/x'
COPY (DELETE FROM users RETURNING *) TO STDOUT
COPY (WITH d AS (DELETE FROM users RETURNING *) SELECT * FROM d) TO STDOUT
NOTIFY channel
NOTIFY channel, 'payload'
SELECT pg_notify('a', 'b')
SELECT nextval('seq')
SELECT pg_catalog.nextval('seq')
SELECT "nextval"('seq')
SELECT NEXTVAL ( 'seq' )
SELECT setval('seq', 1)
SELECT id, nextval('seq') FROM users
SELECT * FROM users WHERE id = nextval('seq')
SELECT * FROM users ORDER BY nextval('seq')
SELECT * FROM users LIMIT nextval('seq')
SELECT coalesce(id, nextval('seq')) FROM users
SELECT ('seq'::regclass).nextval
SELECT (SELECT nextval('seq'))
SELECT CASE WHEN true THEN 1 ELSE nextval('seq') END
VALUES (nextval('seq'))
SELECT * FROM nextval('seq')
SELECT count(*) FILTER (WHERE nextval('seq') > 1) FROM users
SELECT sum(id) OVER (ORDER BY nextval('seq')) FROM users
SELECT * FROM users JOIN orders ON nextval('seq') > 0
SELECT txid_current()
SELECT pg_current_xact_id()
SELECT pg_logical_emit_message(false, 'a', 'b')
SELECT lo_create(0)
SELECT lo_unlink(1)
SELECT lo_put(1, 0, 'x')
EXPLAIN ANALYZE INSERT INTO users (name) VALUES ('x')
EXPLAIN DELETE FROM users
EXPLAIN (ANALYZE off) UPDATE users SET name = 'x'
EXPLAIN ANALYZE CREATE TABLE x AS SELECT 1
SELECT f_liar()
SELECT f_default()
SELECT f_atomic_bad()
SELECT f_overload(1)
SELECT * FROM v_bad
SELECT * FROM users u WHERE u.f_row_bad > 0
SELECT f_row_bad(u) FROM users u
SELECT u +@ 1 FROM users u
SELECT 1::d_bad
SELECT 1::d_over
SELECT '{1}'::d_bad[]
SELECT ROW(1)::p_bad
SELECT json_populate_record(NULL::p_bad, '{"a": 1}')
SELECT agg_bad(id) FROM users
SELECT * FROM secured_bad
EXPLAIN ANALYZE SELECT nextval('seq')
COPY (SELECT nextval('seq')) TO STDOUT
COPY v_bad TO STDOUT
WITH v_plain AS (SELECT nextval('seq')) SELECT * FROM v_plain
insert/**/into users(name)values('x')
--= primary locking-read none
SELECT * FROM users FOR UPDATE
SELECT * FROM users FOR NO KEY UPDATE
SELECT * FROM users FOR SHARE
SELECT * FROM users FOR KEY SHARE
SELECT * FROM users WHERE id = 1 FOR UPDATE NOWAIT
SELECT * FROM users FOR UPDATE SKIP LOCKED LIMIT 1
SELECT * FROM users u JOIN orders o ON true FOR UPDATE OF u
(SELECT * FROM users FOR UPDATE)
SELECT * FROM (SELECT * FROM users FOR UPDATE) x
WITH a AS (SELECT * FROM users FOR UPDATE) SELECT * FROM a
SELECT * FROM users WHERE id IN (SELECT user_id FROM orders FOR SHARE)
EXPLAIN ANALYZE SELECT * FROM users FOR UPDATE
COPY (SELECT * FROM users FOR UPDATE) TO STDOUT
DECLARE c CURSOR FOR SELECT * FROM users FOR UPDATE
LOCK TABLE users
LOCK TABLE users IN ACCESS SHARE MODE NOWAIT
SELECT pg_advisory_xact_lock(1)
SELECT pg_try_advisory_xact_lock_shared(1, 2)
--= primary locking-read unknown
SELECT pg_advisory_lock(1)
SELECT pg_try_advisory_lock(1)
SELECT pg_advisory_unlock(1)
SELECT pg_advisory_unlock_all()
SELECT id, pg_advisory_lock(id) FROM users
--= primary write unknown
INSERT INTO notified VALUES (1, 'a')
UPDATE notified SET v = 'x'
INSERT INTO ruled VALUES (1)
INSERT INTO users (name) VALUES (set_config('a.b', 'c', false))
UPDATE users SET name = f_pl_session()
DELETE FROM users WHERE pg_advisory_lock(id) IS NULL
CREATE TEMP TABLE tmp (a int)
CREATE TEMPORARY TABLE tmp AS SELECT * FROM users
CREATE LOCAL TEMP TABLE tmp (a int) ON COMMIT DROP
CREATE TABLE pg_temp.tmp (a int)
CREATE TEMP VIEW tv AS SELECT 1
CREATE TEMP SEQUENCE ts
CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'select 1'
SELECT * INTO TEMP tmp FROM users
SELECT 1 INTO TEMPORARY tmp
SELECT 1 AS a INTO pg_temp.tmp
INSERT INTO pg_temp.tmp VALUES (1)
--= primary unreplicated-table none
SELECT * FROM scratch
SELECT * FROM public.scratch
SELECT * FROM parted
SELECT * FROM parted_2
SELECT * FROM remote
SELECT * FROM inherits_remote
SELECT * FROM v_scratch
SELECT * FROM users, scratch
SELECT (SELECT a FROM scratch)
SELECT * FROM pg_temp.tmp
COPY scratch TO STDOUT
--= primary volatile-function none
SELECT f_writes()
SELECT f_pl_writes(1)
SELECT f_calls_writer()
SELECT id FROM users WHERE f_pl_writes(id) = 1
--= primary volatile-function unknown
DO $$ BEGIN NULL; END $$
DO LANGUAGE plpgsql 'begin null; end'
CALL p_one()
CALL nothing(1, 2)
SELECT query_to_xml('delete from users', true, true, '')
SELECT table_to_xml('users', true, true, '')
SELECT pg_input_is_valid('1', 'd_bad')
SELECT ts_stat('select to_tsvector(name) from users')
SELECT dblink_exec('x', 'delete from users')
--= primary unknown-function unknown
SELECT f_pl_dynamic('delete from users')
SELECT f_cycle_a(1)
SELECT nosuch(1)
SELECT nowhere.nosuch(1)
SELECT * FROM users TABLESAMPLE nosuch (1)
