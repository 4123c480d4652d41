--= read read none # the shapes of a SELECT
SELECT 1
SELECT 1;
SELECT 1 ; ;
select 1 as a, 2 as "B"
SELECT * FROM users
SELECT id, name FROM users WHERE id = 1
SELECT u.* FROM users u
SELECT u.id, (u).name FROM users u
SELECT DISTINCT name FROM users
SELECT DISTINCT ON (name) name, id FROM users ORDER BY name, id
SELECT ALL name FROM users
SELECT count(*) FROM users
SELECT count(DISTINCT name) FROM users
SELECT count(*) FILTER (WHERE id > 1) FROM users
SELECT name, count(*) FROM users GROUP BY name HAVING count(*) > 1
SELECT name, count(*) FROM users GROUP BY ROLLUP (name)
SELECT name, email, count(*) FROM users GROUP BY CUBE (name, email)
SELECT name, email, count(*), grouping(name) FROM users GROUP BY GROUPING SETS ((name), (email), ())
SELECT * FROM users ORDER BY id DESC NULLS LAST LIMIT 10 OFFSET 5
SELECT * FROM users ORDER BY id FETCH FIRST 3 ROWS ONLY
SELECT * FROM users ORDER BY id FETCH FIRST 3 ROWS WITH TIES
SELECT * FROM users ORDER BY id USING <
SELECT * FROM users LIMIT ALL
SELECT * FROM users JOIN orders ON orders.user_id = users.id
SELECT * FROM users LEFT JOIN orders ON orders.user_id = users.id
SELECT * FROM users RIGHT JOIN orders ON orders.user_id = users.id
SELECT * FROM users FULL OUTER JOIN orders ON orders.user_id = users.id
SELECT * FROM users CROSS JOIN orders
SELECT * FROM users NATURAL JOIN v_plain
SELECT * FROM users JOIN orders USING (id)
SELECT * FROM users JOIN orders USING (id) AS j
SELECT * FROM users, orders, items WHERE users.id = orders.user_id AND items.order_id = orders.id
SELECT * FROM users u, LATERAL (SELECT * FROM orders o WHERE o.user_id = u.id LIMIT 1) x
SELECT * FROM users u LEFT JOIN LATERAL (SELECT max(id) AS m FROM orders o WHERE o.user_id = u.id) x ON true
SELECT * FROM (SELECT 1 AS a) x
SELECT * FROM ONLY users
SELECT * FROM public.users
SELECT public.users.id FROM public.users
SELECT "id" FROM "users"
SELECT "users"."id" FROM "public"."users"
SELECT * FROM other.v_bad
SELECT * FROM m_users
SELECT * FROM parted_1
SELECT * FROM v_plain
SELECT * FROM v_nested WHERE id = 2
SELECT * FROM secured
SELECT * FROM users TABLESAMPLE SYSTEM (100)
SELECT * FROM users TABLESAMPLE BERNOULLI (10) REPEATABLE (1)
TABLE users
VALUES (1, 'a'), (2, 'b')
VALUES (1), (2) ORDER BY 1 DESC LIMIT 1
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(n, s)
SELECT 1 UNION SELECT 2
SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 2 EXCEPT SELECT 3
(SELECT 1) UNION ALL (SELECT 2 ORDER BY 1 LIMIT 1)
((SELECT 1))
SELECT EXISTS (SELECT 1 FROM users)
SELECT * FROM users WHERE id IN (1, 2, 3)
SELECT * FROM users WHERE id NOT IN (1, 2, 3)
SELECT * FROM users WHERE id IN (SELECT user_id FROM orders)
SELECT * FROM users WHERE id = ANY (ARRAY[1, 2])
SELECT * FROM users WHERE id = ANY ('{1,2}'::int[])
SELECT * FROM users WHERE id > ALL (SELECT user_id FROM orders)
SELECT * FROM users WHERE (id, name) = (1, 'a')
SELECT * FROM users WHERE (id, name) IN ((1, 'a'), (2, 'b'))
SELECT * FROM users WHERE ROW(id, name) < ROW(1, 'a')
SELECT * FROM users WHERE id BETWEEN 1 AND 2
SELECT * FROM users WHERE id NOT BETWEEN SYMMETRIC 2 AND 1
SELECT * FROM users WHERE name LIKE 'a%'
SELECT * FROM users WHERE name NOT ILIKE 'a%' ESCAPE '!'
SELECT * FROM users WHERE name SIMILAR TO 'a(b|c)'
SELECT * FROM users WHERE name ~ '^a' AND name !~* 'b'
SELECT * FROM users WHERE email IS NULL OR email IS NOT NULL
SELECT * FROM users WHERE name IS DISTINCT FROM 'a'
SELECT * FROM users WHERE (id > 1) IS TRUE
SELECT * FROM users WHERE NOT (id > 1)
SELECT * FROM users WHERE data->>'a' = 'b'
SELECT * FROM users WHERE data #>> '{a,b}' = 'c'
SELECT * FROM users WHERE data @> '{"a": 1}'
SELECT * FROM users WHERE data ? 'a'
SELECT * FROM users WHERE data ?| ARRAY['a', 'b']
SELECT * FROM users WHERE data ?& ARRAY['a', 'b']
SELECT * FROM users WHERE data @? '$.a[*] ? (@ > 1)'
SELECT * FROM users WHERE tags && ARRAY['a']
SELECT tags[1], tags[1:2], tags[:2] FROM users
SELECT data['a'] FROM users WHERE false
SELECT tags || 'x'::text, tags || ARRAY['y'] FROM users
SELECT - id, + id, @ -5, |/ 4, 2 ^ 3, 5 % 2, 1 << 2, ~1, 1 # 2 FROM users
SELECT 'a' || 'b'
SELECT 1 OPERATOR(pg_catalog.+) 2
SELECT CASE WHEN id > 1 THEN 'a' ELSE 'b' END FROM users
SELECT CASE id WHEN 1 THEN 'a' END FROM users
SELECT coalesce(email, 'none'), nullif(name, 'a'), greatest(1, 2), least(1, 2) FROM users
SELECT CAST(id AS text), id::text, int4(id) FROM users
SELECT '1'::int, '1.5'::numeric(10, 2), 'a'::varchar(5), B'101'::bit(3), X'1F'
SELECT '2024-01-01'::date, '2024-01-01 10:00'::timestamp, '10:00'::time, '1 day'::interval
SELECT date '2024-01-01', timestamp '2024-01-01', interval '1' day, interval '1 day 2 hours'
SELECT extract(year FROM timestamp '2024-01-01'), date_trunc('day', created) FROM users
SELECT created AT TIME ZONE 'UTC' FROM users
SELECT created + interval '1 day', created - created FROM users
SELECT (date '2024-01-01', date '2024-02-01') OVERLAPS (date '2024-01-15', date '2024-03-01')
SELECT to_char(created, 'YYYY'), to_date('2024', 'YYYY'), to_timestamp(0), to_number('1', '9') FROM users
SELECT substring('abc' FROM 1 FOR 2), position('b' IN 'abc'), trim(BOTH 'a' FROM 'aba'), overlay('abc' PLACING 'x' FROM 1)
SELECT upper(name), lower(name), length(name), md5(name), initcap(name), reverse(name) FROM users
SELECT string_agg(name, ',' ORDER BY id), array_agg(id), json_agg(u), jsonb_object_agg(id, name) FROM users u
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM users
SELECT row_number() OVER (), rank() OVER (PARTITION BY name ORDER BY id), lag(id) OVER w FROM users WINDOW w AS (ORDER BY id)
SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM users
SELECT * FROM generate_series(1, 3)
SELECT * FROM generate_series(1, 3) WITH ORDINALITY AS t(a, b)
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) AS t(a, b)
SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3))
SELECT * FROM json_to_recordset('[{"a":1}]') AS x(a int)
SELECT * FROM jsonb_each('{"a": 1}')
SELECT * FROM json_populate_record(NULL::pair, '{"a": 1}')
SELECT regexp_split_to_table('a b', ' '), regexp_replace('a', 'b', 'c'), regexp_matches('abc', 'b')
SELECT to_tsvector('english', 'a b') @@ to_tsquery('english', 'a')
SELECT ts_rank(to_tsvector('a'), plainto_tsquery('a')), ts_headline('a', plainto_tsquery('a'))
SELECT encode('abc', 'hex'), decode('00', 'hex'), sha256('a'), convert_from('a', 'UTF8')
SELECT inet '10.0.0.1' << inet '10.0.0.0/8', host(inet '10.0.0.1')
SELECT point(1, 2) <-> point(2, 3), box '((0,0),(1,1))' && box '((0,0),(2,2))'
SELECT int4range(1, 5) @> 3, numrange(1.0, 2.0) && numrange(1.5, 3.0)
SELECT xmlelement(name a, xmlattributes(1 AS b), 'c'), xmlforest(1 AS a), xmlconcat('<a/>', '<b/>')
SELECT xmlparse(DOCUMENT '<a/>'), xmlserialize(CONTENT '<a/>' AS text), xpath('/a', '<a/>')
SELECT * FROM xmltable('/a' PASSING '<a><b>1</b></a>' COLUMNS b int PATH 'b')
SELECT array_length(ARRAY[1, 2], 1), array_to_string(ARRAY['a'], ','), ARRAY(SELECT id FROM users)
SELECT ARRAY[[1, 2], [3, 4]], '{1,2}'::int[], ARRAY[]::int[]
SELECT name COLLATE "C" FROM users ORDER BY name COLLATE "POSIX"
SELECT pg_typeof(1), pg_column_size('a'), format('%s %I', 'a', 'b'), quote_literal('a'), quote_ident('a')
SELECT current_database(), current_schemas(true)
SELECT has_table_privilege('users', 'SELECT'), pg_has_role('pg_monitor', 'USAGE')
SELECT pg_sleep(0)
WITH a AS (SELECT 1 AS x) SELECT * FROM a
WITH a AS MATERIALIZED (SELECT 1 AS x), b AS NOT MATERIALIZED (SELECT x FROM a) SELECT * FROM b
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SEARCH DEPTH FIRST BY n SET o SELECT * FROM t ORDER BY o
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) CYCLE n SET c USING p SELECT * FROM t
SELECT (WITH a AS (SELECT 1 AS x) SELECT x FROM a)
SELECT users FROM users
SELECT 1; SELECT 2
SELECT 1; SELECT 2; SELECT * FROM users;
EXPLAIN SELECT 1
EXPLAIN (VERBOSE, COSTS OFF) SELECT 1
COPY users TO STDOUT
COPY users (id, name) TO STDOUT WITH (FORMAT csv, HEADER true)
COPY (SELECT * FROM users) TO STDOUT
COPY (SELECT 1) TO STDOUT (FORMAT binary)
SELECT * FROM pg_class
SELECT * FROM pg_catalog.pg_attribute LIMIT 1
SELECT * FROM pg_tables
SELECT * FROM pg_stats LIMIT 1
SELECT oid::regclass, relname FROM pg_class WHERE relkind = 'r' LIMIT 2
SELECT * FROM information_schema.tables LIMIT 1
SELECT * FROM information_schema.columns LIMIT 1
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE pg_table_is_visible(c.oid)
SELECT pg_get_indexdef(indexrelid) FROM pg_index LIMIT 1
SELECT typname FROM pg_type WHERE oid = 'users'::regtype
SELECT obj_description('users'::regclass), col_description('users'::regclass, 1)
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef LIMIT 1
SELECT t.oid, t.typname FROM pg_type t LEFT JOIN pg_range r ON r.rngtypid = t.oid WHERE t.typname = 'int4'
SELECT pg_encoding_to_char(encoding) FROM pg_database
SELECT f_sql(1)
SELECT f_pl_assign(ARRAY[1])
SELECT public.f_sql(1)
SELECT * FROM f_sql(1) AS x
SELECT u.f_row FROM users u
SELECT f_row(u) FROM users u
SELECT agg_ok(id) FROM users
SELECT 1 *** 2
SELECT 1::d_ok, 'ok'::mood, ROW(1, 2)::pair
SELECT other.f_other()
SELECT id FROM users WHERE f_sql(id) = 2
SELECT id FROM users ORDER BY f_sql(id)
SELECT lower(name) FROM users GROUP BY lower(name)
SELECT $1::int
SELECT * FROM users WHERE id = $1 AND name = $2
SELECT * FROM users WHERE id IN ($1, $2, $3)
SELECT id FROM users WHERE name = $1 LIMIT $2 OFFSET $3
SELECT null, true, false
SELECT ''
--= read read none clock # it asks for the time: a replica may answer while the clocks agree
SELECT now()
SELECT now() - interval '1 day'
SELECT pg_catalog.now()
SELECT current_timestamp, current_date, current_time, localtime, localtimestamp, current_timestamp(3)
SELECT clock_timestamp(), statement_timestamp(), transaction_timestamp(), timeofday()
SELECT age(timestamp '2024-01-01')
SELECT * FROM users WHERE created > now() - interval '1 hour'
SELECT * FROM users WHERE birthday = 'today'
SELECT 'now'::timestamp, date 'tomorrow', 'Yesterday'::date
SELECT 'today 10:00'::timestamp
SELECT E'n\x6fw'::timestamp
SELECT $1::date
SELECT CAST($1 AS timestamptz)
SELECT $$now$$::timestamp
SELECT '[today,tomorrow)'::daterange
SELECT date_trunc('day', now())
--= read read none # joins, laterals, samples and derived tables of all kinds
SELECT * FROM users u JOIN orders o ON o.user_id = u.id JOIN items i ON i.order_id = o.id AND i.qty > 1
SELECT * FROM (users u JOIN orders o ON o.user_id = u.id) AS j (a, b, c, d, e, f, g)
SELECT * FROM users u CROSS JOIN LATERAL generate_series(1, u.id) AS g (n)
SELECT * FROM users u LEFT JOIN LATERAL (SELECT o.* FROM orders o WHERE o.user_id = u.id ORDER BY o.id DESC FETCH FIRST ROW ONLY) last ON true
SELECT * FROM users u, LATERAL unnest(u.tags) WITH ORDINALITY AS t (tag, n)
SELECT * FROM users u INNER JOIN orders o USING (id) AS j WHERE j.id > 0
SELECT * FROM users NATURAL LEFT JOIN orders NATURAL FULL JOIN items
SELECT * FROM users TABLESAMPLE SYSTEM (100) REPEATABLE (5) WHERE id > 1
SELECT * FROM (SELECT * FROM users TABLESAMPLE BERNOULLI (100) REPEATABLE (5)) s
SELECT x FROM (VALUES (1), (2)) AS v (x) WHERE x IN (VALUES (1))
SELECT * FROM (TABLE users) t, (VALUES (1, 'a')) v (a, b)
SELECT * FROM users * WHERE id = 1
SELECT u.*, o.* FROM users AS u, ONLY (orders) AS o
SELECT (u).name, (u).*, u FROM users u
SELECT (f_out(1)).*, (SELECT u FROM users u LIMIT 1).name
SELECT FROM users
SELECT
SELECT WHERE true
SELECT 1 FROM users GROUP BY ()
SELECT * FROM users WHERE (id, name) = (SELECT id, name FROM users WHERE id = 1)
SELECT * FROM users WHERE id = ANY (SELECT user_id FROM orders) AND id <> ALL (ARRAY[5, 6])
SELECT * FROM users WHERE id = SOME (ARRAY[1]) AND EXISTS (SELECT FROM orders WHERE user_id = users.id)
SELECT * FROM users WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.user_id = users.id)
SELECT * FROM users WHERE name LIKE ANY (ARRAY['a%', 'b%'])
SELECT * FROM users WHERE ROW(id, name) IS NOT DISTINCT FROM ROW(1, 'a') OR ROW(id, NULL) IS NULL
SELECT id, (SELECT count(*) FROM orders o WHERE o.user_id = u.id) AS n FROM users u ORDER BY n, 1 DESC NULLS FIRST
SELECT * FROM users FOR READ ONLY
SELECT * FROM users WHERE ctid = '(0,1)'::tid
SELECT tableoid::regclass, ctid, xmin FROM users
SELECT xmin::text, id FROM users WHERE id = 1
SELECT users.ctid FROM users WHERE xmin = '3'
SELECT users.* FROM users WHERE users IS NOT NULL
SELECT * FROM v_check, v_union, v_recursive
SELECT * FROM v_instead
SELECT * FROM m_random
SELECT * FROM partitioned WHERE at = '2024-01-01'
SELECT * FROM computed
SELECT * FROM session_default
SELECT * FROM other.v_bad, v_plain
SELECT path, props -> 'k', (addr).zip, period @> '2024-01-01'::timestamptz FROM shapes
SELECT * FROM docs
--@ before: SET LOCAL ROLE app
SELECT * FROM secured_sub
--@ before: SET LOCAL ROLE app
SELECT * FROM secured_fn
--@ before: SET LOCAL ROLE app
SELECT * FROM v_security
--= read read none # a function that is called with other numbers of arguments than the one that writes, and one whose path is fixed
SELECT f_sql(1), public.f_sql(2)
SELECT f_named(1), f_named(1, 2), f_named(b => 1, a => 2), f_variadic(1, 2, 3), f_variadic(VARIADIC ARRAY[1])
--= read read none # set operations
SELECT id FROM users EXCEPT ALL SELECT user_id FROM orders
SELECT id FROM users INTERSECT ALL (SELECT id FROM users UNION DISTINCT SELECT 5) ORDER BY id LIMIT 3
(SELECT id FROM users ORDER BY id LIMIT 1) UNION ALL (SELECT id FROM users ORDER BY id DESC LIMIT 1) ORDER BY 1 OFFSET 1 ROW
VALUES (1, 2) UNION SELECT 3, 4
TABLE m_users UNION ALL TABLE m_users
WITH a AS (SELECT 1 AS n) (SELECT n FROM a) UNION (WITH b AS (SELECT 2 AS n) SELECT n FROM b)
SELECT 1 WHERE EXISTS (SELECT 1 UNION SELECT 2 EXCEPT SELECT 1)
--= read read none # grouping, aggregates and windows
SELECT state, user_id, sum(amount) FROM orders GROUP BY GROUPING SETS (ROLLUP (state, user_id), CUBE (state)) ORDER BY 1, 2
SELECT GROUPING(state, user_id), count(*) FROM orders GROUP BY DISTINCT ROLLUP (state, user_id), CUBE (user_id)
SELECT state, count(*) FILTER (WHERE amount > 5), array_agg(DISTINCT user_id ORDER BY user_id DESC) FROM orders GROUP BY state HAVING bool_and(amount > 0)
SELECT mode() WITHIN GROUP (ORDER BY state), percentile_disc(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY amount), rank(5) WITHIN GROUP (ORDER BY amount) FROM orders
SELECT corr(id, user_id), regr_slope(id, user_id), stddev_pop(amount), variance(amount), bit_or(id), every(id > 0), covar_samp(id, user_id) FROM orders
SELECT jsonb_agg(u ORDER BY id), json_object_agg(id, name), xmlagg(xmlelement(name n, name)), string_agg(name, '' ORDER BY name COLLATE "C") FROM users u
SELECT range_agg(int4range(1, id + 1)), range_intersect_agg(int4range(1, 10)), max(tags), min(name) FROM users
SELECT id, sum(id) OVER (PARTITION BY name ORDER BY id RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) FROM users
SELECT id, avg(id) OVER (ORDER BY id GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW), ntile(2) OVER w, nth_value(name, 1) OVER w FROM users WINDOW w AS (ORDER BY id)
SELECT first_value(id) OVER w, last_value(id) OVER (w ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING), cume_dist() OVER w, percent_rank() OVER w, dense_rank() OVER w, lead(id, 1, 0) OVER w FROM users WINDOW w AS (ORDER BY id)
SELECT count(*) OVER (), row_number() OVER (ORDER BY (SELECT NULL)) FROM users
SELECT agg_moving(id) OVER (ORDER BY id ROWS 1 PRECEDING), agg_ok(id) FILTER (WHERE id > 0) OVER () FROM users
--@ since: 16
SELECT any_value(name), json_objectagg(id: name), json_arrayagg(name ORDER BY id ABSENT ON NULL) FROM users
--= read read none # common table expressions, recursion, search and cycle
WITH RECURSIVE tree(id, parent, path) AS (SELECT 1, NULL::int, ARRAY[1] UNION ALL SELECT t.id + 1, t.id, t.path || t.id FROM tree t WHERE t.id < 4) SELECT * FROM tree ORDER BY path
WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT n % 3 + 1 FROM t) SELECT * FROM t
WITH RECURSIVE t(a, b) AS (VALUES (1, 2) UNION ALL SELECT a + 1, b FROM t WHERE a < 3) SEARCH BREADTH FIRST BY a, b SET o CYCLE a SET looped TO 'Y' DEFAULT 'N' USING p SELECT * FROM t
WITH a (x, y) AS NOT MATERIALIZED (SELECT 1, 2), b AS (SELECT x + y AS z FROM a), c AS MATERIALIZED (TABLE b) SELECT * FROM c JOIN a ON true
WITH users AS (SELECT 1 AS only_here) SELECT * FROM users
WITH RECURSIVE a AS (SELECT 1 AS n), b AS (SELECT n FROM a UNION ALL SELECT n + 1 FROM b WHERE n < 2) SELECT * FROM b
SELECT * FROM (WITH w AS (SELECT id FROM users) SELECT max(id) FROM w) x
WITH w AS (SELECT 1) SELECT * FROM w, LATERAL (WITH v AS (SELECT 2) SELECT * FROM v) y
WITH scratch AS (SELECT 1 AS a) SELECT * FROM scratch
WITH v_bad AS (SELECT 1 AS a), b AS (SELECT * FROM v_bad) SELECT * FROM b, (SELECT * FROM v_bad) x
SELECT * FROM (WITH scratch AS (SELECT 1 AS a) SELECT * FROM scratch) x
WITH RECURSIVE scratch(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM scratch WHERE n < 3) SELECT * FROM scratch
--= primary unreplicated-table none # the name of a WITH is not seen there: it is the unlogged table
WITH scratch AS (SELECT * FROM scratch) SELECT * FROM scratch
SELECT * FROM (WITH scratch AS (SELECT 1 AS a) SELECT * FROM scratch) x, scratch
WITH a AS (SELECT * FROM scratch), scratch AS (SELECT 1 AS a) SELECT * FROM a
WITH scratch AS (SELECT 1 AS a) SELECT * FROM public.scratch
--= read read none # EXPLAIN of a read, whether it runs or not
EXPLAIN SELECT * FROM users WHERE id = 1
EXPLAIN VERBOSE SELECT * FROM v_nested
EXPLAIN (VERBOSE, COSTS OFF, FORMAT YAML) SELECT 1
EXPLAIN (COSTS OFF) CREATE TABLE x AS SELECT * FROM users
EXPLAIN CREATE MATERIALIZED VIEW x AS SELECT 1
EXPLAIN SELECT 1 INTO copied
EXPLAIN REFRESH MATERIALIZED VIEW m_users
EXPLAIN ANALYZE REFRESH MATERIALIZED VIEW m_users
EXPLAIN (VERBOSE) SELECT * INTO UNLOGGED copied FROM users
EXPLAIN (FORMAT JSON) SELECT * FROM users JOIN orders USING (id)
EXPLAIN (COSTS FALSE, FORMAT XML) TABLE users
EXPLAIN (ANALYZE FALSE, SUMMARY OFF) VALUES (1)
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT * FROM users
EXPLAIN WITH w AS (SELECT 1) SELECT * FROM w
EXPLAIN (ANALYZE 0) SELECT 1
--@ since: 16
EXPLAIN (GENERIC_PLAN) SELECT 1
--@ since: 17
EXPLAIN (MEMORY, SERIALIZE NONE, ANALYZE OFF, COSTS OFF, FORMAT TEXT) SELECT 1 WHERE false
--= read read none varies # EXPLAIN ANALYZE of a read: times differ from run to run
EXPLAIN ANALYZE SELECT * FROM users
EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM users
EXPLAIN ANALYZE VERBOSE SELECT count(*) FROM users, orders
--= primary session-state unknown # DECLARE has no plan to show; the server takes EXPLAIN of it, and a declared cursor would stay
EXPLAIN DECLARE c CURSOR WITH HOLD FOR SELECT 1
--= read read none # COPY TO STDOUT is a read in other clothes
COPY public.users TO STDOUT
COPY (TABLE users) TO STDOUT
COPY (VALUES (1, 'a')) TO STDOUT WITH CSV
COPY (WITH w AS (SELECT 1) SELECT * FROM w) TO STDOUT (DELIMITER ',')
COPY (SELECT * FROM users ORDER BY id) TO STDOUT (FORMAT csv, FORCE_QUOTE *, QUOTE '"', ESCAPE '"', NULL 'null')
COPY users TO STDOUT BINARY
COPY orders TO STDOUT DELIMITER AS '|' NULL AS 'n'
COPY (SELECT * FROM v_plain) TO STDOUT
--@ since: 18
COPY m_users TO STDOUT
--= read read none # several statements, all of them reads
SELECT 1;; SELECT 2
VALUES (1); TABLE users; WITH w AS (SELECT 1) SELECT * FROM w
SELECT 1; EXPLAIN SELECT 1
SELECT 1; COPY users TO STDOUT; SELECT 2
-- a␤SELECT 1; -- b␤SELECT 2
--= read read none # parameters instead of literals
SELECT $1::text, $2::int + 1, $1
SELECT * FROM users WHERE id = ANY($1::int[])
SELECT * FROM users WHERE ($1::text IS NULL OR name = $1) AND id > $2
SELECT * FROM users ORDER BY id LIMIT $1 OFFSET $2
SELECT * FROM users WHERE id IN ($1, $2, 3, $3)
SELECT coalesce($1, 'a'), $2::jsonb -> 'x', ($3::text[])[1]
SELECT * FROM generate_series($1::int, $2::int)
SELECT * FROM unnest($1::int[], $2::text[]) AS t (a, b)
COPY (SELECT 1) TO STDOUT WITH (DELIMITER '$')
