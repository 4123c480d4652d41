--= read read none
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
SELECT * FROM users TABLESAMPLE SYSTEM (10)
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
SELECT current_user, session_user, user, current_role, current_catalog, current_schema
SELECT current_database(), current_schemas(true)
SELECT has_table_privilege('users', 'SELECT'), pg_has_role('pg_monitor', 'USAGE')
SELECT random(), gen_random_uuid()
SELECT random() < 0.5, * FROM users ORDER BY random()
SELECT pg_sleep(0)
WITH a AS (SELECT 1 AS x) SELECT * FROM a
WITH a AS MATERIALIZED (SELECT 1 AS x), b AS NOT MATERIALIZED (SELECT x FROM a) SELECT * FROM b
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SEARCH DEPTH FIRST BY n SET o SELECT * FROM t ORDER BY o
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) CYCLE n SET c USING p SELECT * FROM t
SELECT (WITH a AS (SELECT 1 AS x) SELECT x FROM a)
SELECT users FROM users
SELECT count(*) AS "delete", 'insert into x' AS "update" FROM users
SELECT 'DROP TABLE users; DELETE FROM users'
SELECT $$delete from users$$, $tag$update $$ users$tag$
SELECT 'it''s', E'it\'s', 'a"b', "name" FROM users
SELECT 1 /* delete from users */
SELECT 1 -- delete from users
SELECT /* a /* nested */ comment */ 1
SELECT 1; SELECT 2
SELECT 1; SELECT 2; SELECT * FROM users;
EXPLAIN SELECT 1
EXPLAIN ANALYZE SELECT * FROM users
EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM users
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
SELECT f_sql_reads()
SELECT f_unlabelled(2)
SELECT f_pl(1), f_atomic(1), f_return(1)
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
SELECT 1.5, .5, 5., 1e3, 1.5E-3, 0.1e+2
SELECT null, true, false
SELECT ''
/* application: shop */ SELECT 1
SELECT"id"FROM"users"
SELECT*FROM users
SELECT'a'
--= read read none clock
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
SELECT E'a\nb'
SELECT $1::date
SELECT CAST($1 AS timestamptz)
SELECT $$now$$::timestamp
SELECT '[today,tomorrow)'::daterange
SELECT date_trunc('day', now())
--= read read none empty
;
;;
/* nothing */
--= primary unparsed unknown
SELEC 1
SELECT * FROM
SELECT 'unterminated
SELECT "unterminated
SELECT /* unterminated
SELECT $$unterminated
SELECT $tag$unterminated$other$
SELECT (1
SELECT 1)
SELECT 1abc
SELECT U&'\0061' UESCAPE '!'
SELECT \
SELECT {1}
SELECT 1; SELECT FROM WHERE
