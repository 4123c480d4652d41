--= primary write none # INSERT, UPDATE, DELETE and MERGE in every form
INSERT INTO users (name) VALUES ('a')
INSERT INTO users (name) VALUES ('a'), ('b'), ('c')
INSERT INTO users (name) VALUES ('a') RETURNING id
INSERT INTO users (name) SELECT name FROM users
INSERT INTO users DEFAULT VALUES
INSERT INTO users (id, name) VALUES (1, 'a') ON CONFLICT DO NOTHING
INSERT INTO users (id, name) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET name = excluded.name
INSERT INTO users (id, name) VALUES (1, 'a') ON CONFLICT ON CONSTRAINT users_pkey DO UPDATE SET (name, email) = (excluded.name, DEFAULT) WHERE users.id > 5
INSERT INTO users AS u (id) OVERRIDING SYSTEM VALUE VALUES (7)
INSERT INTO items TABLE items
INSERT INTO audited VALUES (1, 'a')
INSERT INTO computed (a) VALUES (1), (2) RETURNING doubled, n
INSERT INTO parted VALUES (1, 'x')
INSERT INTO users (tags[1], data) VALUES ('a', '{}')
INSERT INTO v_check (id, name) VALUES (50, 'v')
INSERT INTO v_plain VALUES (60, 'v')
INSERT INTO v_instead VALUES (1, 'x')
INSERT INTO other.v_bad VALUES (1)
INSERT INTO docs SELECT 2, x.*, '{}', NULL, '', 0 FROM (SELECT '<a/>'::xml, '{}'::json) x
INSERT INTO items WITH w AS (SELECT 5, 'w', 1) SELECT * FROM w
WITH a AS (SELECT 1) INSERT INTO users (name) SELECT 'x' FROM a
WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 3) INSERT INTO items SELECT n, 'r', n FROM r
insert/**/into users(name)values('x')
UPDATE users SET name = 'b'
UPDATE users SET name = 'b' WHERE id = 1 RETURNING *
UPDATE users u SET name = o.state FROM orders o WHERE o.user_id = u.id
UPDATE users SET (name, email) = ('a', 'b')
UPDATE users SET (name, email) = ROW('a', 'b'), tags[1] = 'x'
UPDATE users SET (name, email) = (SELECT 'x', 'y')
UPDATE ONLY users SET name = DEFAULT
UPDATE users SET data['b'] = '2', data['a'] = jsonb_set(coalesce(data, '{}'), '{a}', '1') WHERE false
UPDATE shapes SET addr.street = 'x'
UPDATE parted SET a = a + 1
UPDATE v_plain SET name = 'x' WHERE id = 1
UPDATE audited SET v = 'x'
WITH w AS (SELECT id FROM users) UPDATE users SET name = 'x' FROM w WHERE w.id = users.id
DELETE FROM users
DELETE FROM users WHERE id = 1
DELETE FROM users USING orders WHERE orders.user_id = users.id
DELETE FROM users RETURNING id
DELETE FROM ONLY items AS i WHERE i.qty > (SELECT avg(qty) FROM items)
DELETE FROM v_plain
WITH w AS (SELECT 1 AS id) DELETE FROM users USING w WHERE w.id = users.id
MERGE INTO users u USING orders o ON o.user_id = u.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (name) VALUES ('x')
MERGE INTO items i USING (VALUES (1, 'a')) v(o, s) ON i.order_id = v.o AND i.sku = v.s WHEN MATCHED AND i.qty > 1 THEN UPDATE SET qty = 0 WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT DEFAULT VALUES
WITH w AS (SELECT 1 AS id) MERGE INTO users u USING w ON w.id = u.id WHEN MATCHED THEN UPDATE SET name = 'x'
--@ since: 17
MERGE INTO items i USING users u ON u.id = i.order_id WHEN MATCHED THEN DELETE RETURNING merge_action(), i.*
--@ since: 17
MERGE INTO items i USING users u ON u.id = i.order_id WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED BY TARGET THEN INSERT VALUES (u.id, 'm', 1)
--@ since: 18
UPDATE users SET name = 'x' RETURNING old.name, new.name
--@ since: 18
UPDATE users SET name = 'x' RETURNING WITH (OLD AS o, NEW AS n) o.name, n.name
--@ since: 18
DELETE FROM items RETURNING old.*, new.sku
--= primary write none # a SELECT writes through its WITH, whether or not anything reads what it returns
WITH d AS (DELETE FROM users RETURNING *) SELECT * FROM d
WITH u AS (UPDATE users SET name = 'x' RETURNING id) SELECT count(*) FROM u
WITH i AS (INSERT INTO users (name) VALUES ('x') RETURNING id) SELECT id FROM i
WITH i AS (INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO NOTHING RETURNING id) SELECT id FROM i
WITH a AS (SELECT 1), b AS (DELETE FROM items RETURNING 1) SELECT * FROM a
WITH b AS (DELETE FROM items) SELECT 1
WITH a AS (SELECT 1 AS x), b AS MATERIALIZED (UPDATE items SET qty = 0 FROM a RETURNING x) SELECT 1 UNION SELECT x FROM b
WITH b AS (DELETE FROM items RETURNING *) VALUES (1)
WITH b AS (DELETE FROM items RETURNING *) TABLE b
--@ since: 17
WITH m AS (MERGE INTO items i USING users u ON u.id = i.order_id WHEN MATCHED THEN DELETE RETURNING i.*) SELECT * FROM m
SELECT * INTO copied FROM users
SELECT id INTO TABLE copied FROM users WHERE false
SELECT id INTO UNLOGGED copied FROM users UNION SELECT 5
WITH w AS (SELECT 1 AS a) SELECT a INTO copied FROM w
--= primary write none # COPY FROM writes, COPY (query) does what its query does
COPY users FROM STDIN
COPY users (id, name) FROM STDIN WITH (FORMAT csv)
COPY users FROM STDIN WITH (FORMAT text, DELIMITER '|', NULL '', ENCODING 'UTF8', FREEZE false) WHERE id > 5
--@ fails: 22P04
COPY items FROM STDIN BINARY
COPY items FROM STDIN CSV HEADER QUOTE '"' ESCAPE '\' FORCE NOT NULL sku
COPY items FROM '/dev/null'
COPY items FROM PROGRAM 'true'
COPY v_instead FROM STDIN
COPY audited FROM STDIN
--@ since: 17
COPY items FROM STDIN (ON_ERROR ignore, LOG_VERBOSITY verbose)
--@ since: 18
COPY items FROM STDIN (ON_ERROR ignore, REJECT_LIMIT 5)
COPY (DELETE FROM users RETURNING *) TO STDOUT
COPY (WITH d AS (DELETE FROM users RETURNING *) SELECT * FROM d) TO STDOUT
COPY (INSERT INTO items VALUES (1, 'c', 1) RETURNING *) TO STDOUT (FORMAT csv)
COPY (UPDATE items SET qty = 1 RETURNING *) TO '/dev/null'
COPY (SELECT nextval('seq')) TO STDOUT
--@ fails: 42809
COPY v_bad TO STDOUT
--= primary write none # EXPLAIN ANALYZE runs the statement; without it, planning a write takes its locks, which a standby refuses
EXPLAIN ANALYZE INSERT INTO users (name) VALUES ('x')
EXPLAIN ANALYZE UPDATE users SET name = 'x'
EXPLAIN (ANALYZE, BUFFERS) DELETE FROM items
EXPLAIN (ANALYZE true, WAL, TIMING off) MERGE INTO items i USING users u ON u.id = i.order_id WHEN MATCHED THEN DELETE
EXPLAIN ANALYZE WITH d AS (DELETE FROM items RETURNING *) SELECT * FROM d
EXPLAIN ANALYZE SELECT nextval('seq')
EXPLAIN DELETE FROM users
EXPLAIN (ANALYZE off) UPDATE users SET name = 'x'
EXPLAIN (ANALYZE 0) INSERT INTO items VALUES (1, 'a', 1)
EXPLAIN (ANALYZE 1) INSERT INTO items VALUES (1, 'a', 1)
EXPLAIN VERBOSE DELETE FROM items
--= primary write none # planning alone, of what would write: proved to be harmless by nothing but a literal
EXPLAIN SELECT nextval('seq')
EXPLAIN SELECT * FROM users WHERE id = f_liar()
EXPLAIN CREATE TABLE x AS SELECT nextval('seq')
--= primary write unknown # what ANALYZE makes is temporary when search_path begins with the temporary schema: the server is asked
EXPLAIN ANALYZE CREATE TABLE x AS SELECT 1
EXPLAIN ANALYZE CREATE MATERIALIZED VIEW x AS SELECT 1
EXPLAIN ANALYZE SELECT 1 INTO copied
EXPLAIN (ANALYZE off) CREATE TABLE x AS SELECT 1
--= primary write none # sequences move for everybody, wherever in the query they are called
SELECT nextval('seq')
SELECT pg_catalog.nextval('seq')
SELECT "nextval"('seq')
SELECT NEXTVAL ( 'seq' )
SELECT setval('seq', 1)
SELECT setval('seq'::regclass, 5, false)
SELECT setval(pg_get_serial_sequence('users', 'id'), coalesce(max(id), 1)) FROM users
SELECT nextval(pg_get_serial_sequence('users', 'id'))
SELECT id, nextval('seq') FROM users
SELECT * FROM users WHERE id = nextval('seq')
SELECT * FROM users ORDER BY nextval('seq')
SELECT * FROM users LIMIT nextval('seq')
SELECT * FROM users OFFSET nextval('seq')
SELECT name FROM users GROUP BY name, nextval('seq')
SELECT name FROM users GROUP BY name HAVING nextval('seq') > 0
SELECT DISTINCT ON (nextval('seq')) name FROM users
SELECT ('seq'::regclass).nextval
SELECT (y.r).nextval FROM (SELECT 'seq'::regclass AS r) y
SELECT (SELECT nextval('seq'))
SELECT ARRAY(SELECT nextval('seq') FROM users)
SELECT ARRAY[nextval('seq')], ROW(nextval('seq'))
SELECT nextval('seq')::text, CAST(nextval('seq') AS int)
SELECT nextval('seq') BETWEEN 1 AND 5, nextval('seq') IN (1, 2), nextval('seq') IS NULL
SELECT CASE nextval('seq') WHEN 1 THEN 2 END
SELECT greatest(nextval('seq'), 1), coalesce(nextval('seq'), 1), nullif(nextval('seq'), 1)
SELECT (ARRAY[1,2])[nextval('seq')]
SELECT xmlelement(name a, nextval('seq'))
SELECT xmlelement(name a, xmlattributes(nextval('seq') AS b))
SELECT * FROM xmltable('/a' PASSING xmlelement(name a, nextval('seq')) COLUMNS b text PATH '.')
SELECT * FROM generate_series(1, nextval('seq')) LIMIT 1
SELECT * FROM users u, LATERAL (SELECT nextval('seq') + u.id AS n) x
SELECT * FROM ROWS FROM (nextval('seq'), generate_series(1, 2))
SELECT * FROM users TABLESAMPLE BERNOULLI (nextval('seq') % 100)
SELECT count(*) OVER (PARTITION BY nextval('seq')) FROM users
SELECT sum(id) OVER (ORDER BY nextval('seq')) FROM users
SELECT sum(id) OVER w FROM users WINDOW w AS (ORDER BY nextval('seq'))
SELECT string_agg(name, ',' ORDER BY nextval('seq')) FROM users
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY nextval('seq')) FROM users
SELECT count(*) FILTER (WHERE nextval('seq') > 1) FROM users
SELECT * FROM users JOIN orders ON nextval('seq') > 0
VALUES (nextval('seq'))
VALUES (1), (nextval('seq'))
SELECT * FROM nextval('seq')
SELECT 1 UNION SELECT nextval('seq')
WITH RECURSIVE r(n) AS (SELECT nextval('seq') UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT * FROM r
WITH w AS (SELECT nextval('seq') AS n) SELECT n FROM w
WITH v_plain AS (SELECT nextval('seq')) SELECT * FROM v_plain
SELECT json_build_object('a', nextval('seq'))
--@ since: 16
SELECT json_object('a': nextval('seq')), json_array(nextval('seq')), json_arrayagg(nextval('seq'))
--@ since: 17
SELECT json_value('{"a": 1}', '$.a' DEFAULT nextval('seq') ON EMPTY), json_exists('1', '$ ? (@ > $x)' PASSING nextval('seq') AS x)
--@ since: 17
SELECT * FROM json_table('[1]', '$[*] ? (@ < $x)' PASSING nextval('seq') AS x COLUMNS (a int PATH '$'))
DECLARE c CURSOR FOR SELECT nextval('seq')
--= primary write none # it would write if the data were other: what never runs is not proved never to run
SELECT coalesce(id, nextval('seq')) FROM users
SELECT CASE WHEN true THEN 1 ELSE nextval('seq') END
SELECT nextval('seq') FROM users WHERE false
SELECT 1 WHERE false AND nextval('seq') > 0
SELECT EXISTS (SELECT nextval('seq'))
SELECT count(*) FROM (SELECT nextval('seq') FROM users) x
--= primary write none # transaction ids are the primary's to give
SELECT txid_current()
SELECT pg_current_xact_id()
SELECT pg_catalog.pg_current_xact_id()::text::bigint
SELECT pg_logical_emit_message(true, 'a', 'b')
SELECT pg_logical_emit_message(false, 'a', 'b')
--= primary write none # large objects are rows of a table
SELECT lo_create(0)
SELECT lo_creat(-1)
SELECT lo_from_bytea(0, '\x00')
--@ before: SELECT lo_create(4242)
SELECT lo_put(4242, 0, 'x')
--@ before: SELECT lo_create(4242)
SELECT lo_unlink(4242)
--@ before: SELECT lo_create(4242)
SELECT lo_truncate(lo_open(4242, 131072), 0)
SELECT lo_import('/dev/null')
--= primary write none # a message for other sessions
SELECT pg_notify('a', 'b')
SELECT pg_notify('a', name) FROM users
--= primary write none # labelled or not, by body, default, view, operator, cast, domain, aggregate or policy: in the end it takes a sequence's value
SELECT f_liar()
SELECT f_default()
SELECT f_default(a => 1)
SELECT f_atomic_bad()
SELECT f_path(1)
SELECT other.f_sql(1, 2)
SELECT * FROM v_bad
SELECT * FROM v_over_bad
SELECT * FROM v_union_bad
SELECT id FROM users UNION SELECT x FROM v_bad
SELECT f_pl_view_bad()
SELECT * FROM users u WHERE u.f_row_bad > 0
SELECT f_row_bad(u) FROM users u
SELECT f_row_bad(u.*) FROM users u
SELECT u +@ 1 FROM users u
SELECT u OPERATOR(public.+@) 1 FROM users u
SELECT * FROM v_op_bad
SELECT 1::d_bad
SELECT 1::d_over
SELECT CAST('1' AS d_bad)
SELECT d_bad '1'
SELECT '{1}'::d_bad[]
SELECT ROW(1)::p_bad
SELECT f_pl_domain(1)
SELECT f_liar_cast()
SELECT * FROM v_domain_bad
SELECT json_populate_record(NULL::p_bad, '{"a": 1}')
SELECT * FROM json_to_record('{"a": 1}') AS x(a d_bad)
SELECT * FROM jsonb_to_recordset('[{"a": 1}]') AS x(a d_over)
SELECT 'red'::text::tint
SELECT name::tint FROM users WHERE id = 1
SELECT agg_bad(id) FROM users
SELECT agg_late(id) FROM users
SELECT agg_bad(id) OVER () FROM users
--@ before: SET LOCAL ROLE app
SELECT * FROM secured_bad
--@ before: SET LOCAL ROLE app
UPDATE secured_fn SET tenant = 'x'
--= primary write none # f_overload(text) writes and f_overload(int) does not: which one is meant hangs on types that the text does not show
SELECT f_overload(1)
SELECT f_overload('a'::text)
--= primary locking-read none # rows are locked for others, which a standby cannot
SELECT * FROM users FOR UPDATE
SELECT * FROM users FOR NO KEY UPDATE
SELECT * FROM users FOR SHARE
SELECT * FROM users FOR KEY SHARE
SELECT * FROM users WHERE id = 1 FOR UPDATE NOWAIT
SELECT * FROM users FOR UPDATE SKIP LOCKED LIMIT 1
SELECT * FROM users LIMIT 1 FOR UPDATE
SELECT * FROM users u JOIN orders o ON true FOR UPDATE OF u
SELECT * FROM users u, orders o FOR UPDATE OF u FOR SHARE OF o NOWAIT
(SELECT * FROM users FOR UPDATE)
((SELECT * FROM users) FOR SHARE)
SELECT * FROM (SELECT * FROM users FOR UPDATE) x
SELECT * FROM users u, LATERAL (SELECT * FROM orders o WHERE o.user_id = u.id FOR UPDATE) x
WITH a AS (SELECT * FROM users FOR UPDATE) SELECT * FROM a
WITH a AS (SELECT * FROM users WHERE id = 1 FOR UPDATE SKIP LOCKED) SELECT count(*) FROM a
SELECT * FROM users WHERE id IN (SELECT user_id FROM orders FOR SHARE)
SELECT (SELECT id FROM users LIMIT 1 FOR UPDATE)
SELECT ARRAY(SELECT id FROM users FOR KEY SHARE)
SELECT * FROM v_plain FOR UPDATE
TABLE users FOR UPDATE
--@ fails: 0A000
VALUES (1) FOR UPDATE
--@ fails: 0A000
(SELECT * FROM users FOR UPDATE) UNION ALL (SELECT * FROM users)
EXPLAIN ANALYZE SELECT * FROM users FOR UPDATE
EXPLAIN SELECT * FROM users FOR UPDATE
COPY (SELECT * FROM users FOR UPDATE) TO STDOUT
DECLARE c CURSOR FOR SELECT * FROM users FOR UPDATE
--= primary locking-read none # an advisory lock of a transaction locks out nobody when it is taken on a replica, which does take it
SELECT pg_advisory_xact_lock(1)
SELECT pg_advisory_xact_lock(1, 2)
SELECT pg_advisory_xact_lock_shared(1)
SELECT pg_try_advisory_xact_lock(1)
SELECT pg_try_advisory_xact_lock_shared(1, 2)
SELECT pg_advisory_xact_lock(hashtext('x'))
SELECT id FROM users WHERE pg_try_advisory_xact_lock(id)
--= primary locking-read unknown # the same for a session: it keeps its connection until it has given them back
SELECT pg_advisory_lock(1)
SELECT pg_advisory_lock(1, 2)
SELECT pg_advisory_lock_shared(1)
SELECT pg_try_advisory_lock(1)
SELECT pg_try_advisory_lock_shared(1)
--@ before: SELECT pg_advisory_lock(1)
SELECT pg_advisory_unlock(1)
--@ before: SELECT pg_advisory_lock_shared(1)
SELECT pg_advisory_unlock_shared(1)
--@ before: SELECT pg_advisory_lock(1)
SELECT pg_advisory_unlock_all()
SELECT id, pg_advisory_lock(id) FROM users
WITH l AS MATERIALIZED (SELECT pg_try_advisory_lock(5) AS got) SELECT got FROM l
--= primary locking-read unknown # labelled stable, and takes a lock
SELECT f_liar_lock()
--= primary unknown-relation none # a view that locks the rows that it shows
SELECT * FROM v_lock
--= primary write unknown # a trigger, a rule, a default or a function of the statement changes the session
INSERT INTO notified VALUES (1, 'a')
UPDATE notified SET v = 'x'
COPY notified FROM STDIN
INSERT INTO ruled VALUES (1)
DELETE FROM v_ruled
UPDATE v_instead_session SET name = 'x'
INSERT INTO session_default (b) VALUES (1)
INSERT INTO session_default DEFAULT VALUES
INSERT INTO v_notified VALUES (1, 'a')
DELETE FROM parent
INSERT INTO logged VALUES (1, 'a')
INSERT INTO domained VALUES (1)
INSERT INTO indexed VALUES (1)
--@ before: SET LOCAL ROLE app
INSERT INTO restricted VALUES (1)
INSERT INTO users (name) VALUES (set_config('a.b', 'c', false))
UPDATE users SET name = f_pl_session()
DELETE FROM users WHERE pg_advisory_lock(id) IS NULL
WITH d AS (DELETE FROM items RETURNING set_config('a.b', sku, false)) SELECT 1
--= primary unreplicated-table none # unlogged and foreign tables have no rows, or other rows, on a replica, whatever inherits from what
SELECT * FROM scratch
SELECT * FROM public.scratch
SELECT * FROM parted
SELECT * FROM parted_2
SELECT * FROM v_scratch
SELECT * FROM users, scratch
SELECT (SELECT a FROM scratch)
SELECT f_unlogged()
COPY scratch TO STDOUT
TABLE parted_none
SELECT * FROM nothing
SELECT * FROM v_foreign
--@ fails: 55000
SELECT * FROM remote
--@ fails: 55000
SELECT * FROM inherits_remote
--= primary unreplicated-table none # a temporary table is its session's own
--@ before: CREATE TEMP TABLE tmp (a int)
SELECT * FROM pg_temp.tmp
--@ before: CREATE TEMP TABLE tmp (a int)
SELECT count(*) FROM pg_temp.tmp, users
--@ before: CREATE TEMP TABLE tmp (a int)
COPY pg_temp.tmp TO STDOUT
--@ before: CREATE TEMP TABLE tmp (a int)
DECLARE c CURSOR FOR SELECT * FROM pg_temp.tmp
--@ fails: 42P01
SELECT f_temp_read()
--= primary volatile-function none # SQL and PL/pgSQL bodies that write, and what calls them
SELECT f_writes()
SELECT f_pl_writes(1)
SELECT f_pl_catch()
SELECT f_pl_lock()
SELECT f_calls_writer()
SELECT f_liar_nested()
SELECT id FROM users WHERE f_pl_writes(id) = 1
SELECT * FROM f_writes()
--= primary write none # a PL/pgSQL body that sends a message although it is called immutable
SELECT f_liar_pl()
--= primary multi-statement none # one statement among several that is no read keeps all of them on the primary
INSERT INTO users (name) VALUES ('a'); SELECT 1
SELECT 1; DELETE FROM users
SELECT 1; SELECT nextval('seq')
SELECT 1; SELECT * FROM users FOR UPDATE
SELECT 1; SELECT * FROM scratch
SELECT 1; SELECT * INTO x FROM users
SELECT 1; EXPLAIN ANALYZE DELETE FROM items; SELECT 2
SELECT 1; COPY items FROM STDIN
SELECT 1; NOTIFY x
SELECT 1; CREATE TABLE x (a int); SELECT * FROM x
SELECT 1; SELECT pg_backend_pid()
DELETE FROM items; DELETE FROM audit
--= primary multi-statement unknown # several statements of which one changes the session or its transaction
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
SELECT 1; SHOW work_mem; SAVEPOINT a
BEGIN READ ONLY; SELECT * FROM users; ROLLBACK
SET LOCAL a.b = 'c'; SELECT current_setting('a.b')
SELECT 1; DO $$ BEGIN END $$
