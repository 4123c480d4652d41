--= read read none # ActiveRecord
SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2
SELECT "users".* FROM "users" ORDER BY "users"."id" ASC LIMIT $1
SELECT 1 AS one FROM "users" WHERE "users"."name" = $1 LIMIT $2
SELECT COUNT(*) FROM (SELECT 1 AS one FROM "orders" WHERE "orders"."state" = 'new' LIMIT 100) subquery_for_count
SELECT DISTINCT "users"."id", "users"."name" AS alias_0 FROM "users" LEFT OUTER JOIN "orders" ON "orders"."user_id" = "users"."id" WHERE "orders"."amount" > 5 ORDER BY "users"."name" ASC LIMIT 20
SELECT "orders".* FROM "orders" WHERE "orders"."user_id" IN ($1, $2, $3) AND "orders"."placed" BETWEEN $4 AND $5
SELECT SUM("orders"."amount") AS "sum_amount", "orders"."state" AS "orders_state" FROM "orders" GROUP BY "orders"."state"
SELECT "users"."name" FROM "users" /*application:Shop,controller:users,action:index*/
SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attnotnull, a.atttypid, a.atttypmod, c.collname, col_description(a.attrelid, a.attnum) AS comment, attidentity AS identity, attgenerated as attgenerated FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum LEFT JOIN pg_type t ON a.atttypid = t.oid LEFT JOIN pg_collation c ON a.attcollation = c.oid AND a.attcollation <> t.typcollation WHERE a.attrelid = '"users"'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype, t.typbasetype FROM pg_type as t LEFT JOIN pg_range as r ON oid = rngtypid WHERE t.typname IN ('int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'numeric', 'bool', 'timestamp', 'timestamptz')
SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false)) AND c.relname = 'schema_migrations' AND c.relkind IN ('r','v','m','p','f')
SELECT a.attname FROM (SELECT indrelid, indkey, generate_subscripts(indkey, 1) idx FROM pg_index WHERE indrelid = '"users"'::regclass AND indisprimary) i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.idx] ORDER BY i.idx
SELECT distinct i.relname, d.indisunique, d.indkey, pg_get_indexdef(d.indexrelid), pg_catalog.obj_description(i.oid, 'pg_class') AS comment, d.indisvalid, ARRAY(SELECT pg_get_indexdef(d.indexrelid, k + 1, true) FROM generate_subscripts(d.indkey, 1) AS k ORDER BY k) AS columns FROM pg_class t INNER JOIN pg_index d ON t.oid = d.indrelid INNER JOIN pg_class i ON d.indexrelid = i.oid LEFT JOIN pg_namespace n ON n.oid = t.relnamespace WHERE i.relkind IN ('i', 'I') AND d.indisprimary = 'f' AND t.relname = 'users' AND n.nspname = ANY (current_schemas(false)) ORDER BY i.relname
SELECT t2.oid::regclass::text AS to_table, a1.attname AS column, a2.attname AS primary_key, c.conname AS name, c.confupdtype AS on_update, c.confdeltype AS on_delete, c.convalidated AS valid, c.condeferrable AS deferrable, c.condeferred AS deferred FROM pg_constraint c JOIN pg_class t1 ON c.conrelid = t1.oid JOIN pg_class t2 ON c.confrelid = t2.oid JOIN pg_attribute a1 ON a1.attnum = c.conkey[1] AND a1.attrelid = t1.oid JOIN pg_attribute a2 ON a2.attnum = c.confkey[1] AND a2.attrelid = t2.oid JOIN pg_namespace t3 ON c.connamespace = t3.oid WHERE c.contype = 'f' AND t1.relname = 'orders' ORDER BY c.conname
--= primary locking-read unknown # ActiveRecord's migrations
SELECT pg_try_advisory_lock(3057926143894028425)
--@ before: SELECT pg_advisory_lock(3057926143894028425)
SELECT pg_advisory_unlock(3057926143894028425)
--= primary locking-read none # lock!
SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2 FOR UPDATE
--= read-in-transaction session-state set # what ActiveRecord sends at login
SET client_min_messages TO 'warning'
SET standard_conforming_strings TO on
SET SESSION timezone TO 'UTC'
SET intervalstyle = iso_8601
--= primary write none # ActiveRecord writes
INSERT INTO "users" ("name", "email", "created") VALUES ($1, $2, $3) RETURNING "id"
INSERT INTO "users" ("id","name") VALUES (1, 'x'), (2, 'y') ON CONFLICT ("id") DO UPDATE SET "name"=excluded."name" RETURNING "id"
UPDATE "users" SET "name" = $1, "created" = $2 WHERE "users"."id" = $3
DELETE FROM "orders" WHERE "orders"."user_id" = $1
--= read read none # Hibernate and Spring Data
select u1_0.id,u1_0.email,u1_0.name from users u1_0 where u1_0.id=$1
select u1_0.id,u1_0.name,o1_0.user_id,o1_0.id,o1_0.amount from users u1_0 left join orders o1_0 on u1_0.id=o1_0.user_id where u1_0.name like $1 escape '' order by u1_0.id fetch first $2 rows only
select count(u1_0.id) from users u1_0
select o1_0.id from orders o1_0 where o1_0.user_id in ($1,$2) offset $3 rows fetch first $4 rows only
select distinct u1_0.id,coalesce(u1_0.email,''),case when u1_0.id>5 then 1 else 0 end from users u1_0 join orders o1_0 on o1_0.user_id=u1_0.id group by u1_0.id having sum(o1_0.amount)>$1
/* select generatedAlias0 from User as generatedAlias0 */ select user0_.id as id1_0_, user0_.name as name2_0_ from users user0_ where user0_.id=$1
--= primary write none # Hibernate's sequences
select nextval ('users_id_seq')
select next_val as id_val from (select nextval('seq') as next_val) x
--= primary locking-read none # Hibernate's pessimistic locks
select u1_0.id,u1_0.name from users u1_0 where u1_0.id=$1 for no key update
select u1_0.id from users u1_0 where u1_0.id=$1 for share nowait
select u1_0.id from users u1_0 where u1_0.id=$1 for update of u1_0 skip locked
--= read read none # Django
SELECT "users"."id", "users"."name" FROM "users" WHERE UPPER("users"."name"::text) LIKE UPPER('%a%') ORDER BY "users"."id" DESC LIMIT 21
SELECT COUNT(*) AS "__count" FROM "users" WHERE ("users"."created" >= '2024-01-01T00:00:00+00:00'::timestamptz AND NOT ("users"."email" IS NULL))
SELECT (1) AS "a" FROM "users" WHERE "users"."name" = 'x' LIMIT 1
SELECT "orders"."state", COUNT("orders"."id") AS "n", DATE_TRUNC('month', "orders"."placed") AS "m" FROM "orders" GROUP BY 1, 3 ORDER BY "m" ASC
SELECT "users"."id", (SELECT U0."amount" FROM "orders" U0 WHERE U0."user_id" = ("users"."id") ORDER BY U0."placed" DESC LIMIT 1) AS "latest" FROM "users"
SELECT ("users"."data" -> 'a') AS "x", ("users"."data" #>> '{b,c}') AS "y" FROM "users" WHERE "users"."data" @> '{"a": 1}'::jsonb
SELECT "users"."id" FROM "users" WHERE "users"."id" IN (1, 2, 3) UNION (SELECT "orders"."user_id" AS "col1" FROM "orders") ORDER BY 1
SELECT c.relname, CASE WHEN c.relispartition THEN 'p' WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END, obj_description(c.oid, 'pg_class') FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v') AND n.nspname NOT IN ('pg_catalog', 'pg_toast') AND pg_catalog.pg_table_is_visible(c.oid) AND c.relname = 'users'
SELECT c.conname, array(SELECT attname FROM unnest(c.conkey) WITH ORDINALITY cols(colid, arridx) JOIN pg_attribute AS ca ON cols.colid = ca.attnum WHERE ca.attrelid = c.conrelid ORDER BY cols.arridx), c.contype, (SELECT fkc.relname || '.' || fka.attname FROM pg_attribute AS fka JOIN pg_class AS fkc ON fka.attrelid = fkc.oid WHERE fka.attrelid = c.confrelid AND fka.attnum = c.confkey[1]), cl.reloptions FROM pg_constraint AS c JOIN pg_class AS cl ON c.conrelid = cl.oid WHERE cl.relname = 'users' AND pg_catalog.pg_table_is_visible(cl.oid)
--= read read none # SQLAlchemy
SELECT users.id, users.name AS users_name, anon_1.n FROM users LEFT OUTER JOIN (SELECT orders.user_id AS user_id, count('*') AS n FROM orders GROUP BY orders.user_id) AS anon_1 ON users.id = anon_1.user_id ORDER BY users.id
SELECT users.name FROM users WHERE users.id = $1::INTEGER
SELECT users.id FROM users WHERE users.name IN ($1::VARCHAR, $2::VARCHAR)
SELECT CAST('test plain returns' AS VARCHAR(60)) AS anon_1
select pg_catalog.pg_type.typname from pg_catalog.pg_type where oid = 16
SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_class.relname = 'users' AND pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm']) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != 'pg_catalog'
SELECT t.oid, typarray FROM pg_type t JOIN pg_namespace ns ON typnamespace = ns.oid WHERE typname = 'hstore'
--= primary server-specific none # SQLAlchemy asks at login for the version and for the rest of what a server is
select pg_catalog.version()
--= read read none # Prisma
SELECT "public"."users"."id", "public"."users"."name" FROM "public"."users" WHERE ("public"."users"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3
SELECT "t0"."id", COALESCE("aggr_selection_0_Order"."_aggr_count_orders", 0) AS "n" FROM "public"."users" AS "t0" LEFT JOIN (SELECT "user_id", COUNT(*) AS "_aggr_count_orders" FROM "public"."orders" WHERE 1=1 GROUP BY "user_id") AS "aggr_selection_0_Order" ON ("t0"."id" = "aggr_selection_0_Order"."user_id")
SELECT JSONB_BUILD_OBJECT('id', "t1"."id") AS "__prisma_data__" FROM (SELECT "t0".* FROM "public"."users" AS "t0" LIMIT 1) AS "t1" LEFT JOIN LATERAL (SELECT COALESCE(JSONB_AGG("__prisma_data__"), '[]') AS "__prisma_data__" FROM (SELECT 1 AS "__prisma_data__") AS "t3") AS "o" ON TRUE
SELECT table_info.table_name, info.column_name, format_type(att.atttypid, att.atttypmod) as formatted_type, info.numeric_precision, info.column_default, info.is_nullable, info.is_identity, info.data_type, info.character_maximum_length FROM information_schema.columns info JOIN pg_attribute att ON att.attname = info.column_name JOIN (SELECT pg_class.oid, relname AS table_name FROM pg_class WHERE relkind = 'r') as table_info ON table_info.oid = att.attrelid AND table_info.table_name = info.table_name WHERE info.table_schema = 'other' ORDER BY 1, 2
--= read read none # Ecto, Sequelize, TypeORM, Knex, Drizzle, Doctrine, Entity Framework, GORM, jOOQ
SELECT u0."id", u0."name" FROM "users" AS u0 WHERE (u0."id" = $1)
SELECT o0."id", s1."n" FROM "orders" AS o0 INNER JOIN LATERAL (SELECT count(*) AS "n" FROM "items" AS i0 WHERE (i0."order_id" = o0."id")) AS s1 ON TRUE
SELECT "id", "name", "created" AS "createdAt" FROM "users" AS "User" WHERE "User"."email" ILIKE '%x' ORDER BY "User"."id" ASC LIMIT 10 OFFSET 0
SELECT DISTINCT "distinctAlias"."u_id" AS "ids_u_id" FROM (SELECT "u"."id" AS "u_id", "u"."name" AS "u_name" FROM "users" "u" LEFT JOIN "orders" "o" ON "o"."user_id"="u"."id") "distinctAlias" ORDER BY "u_id" ASC LIMIT 1
select "users".*, array_agg(orders.id) as order_ids from "users" inner join "orders" on "orders"."user_id" = "users"."id" where "users"."id" in ($1, $2) group by "users"."id" order by "users"."id" asc limit $3
select "id", (select coalesce(json_agg(json_build_array("o"."id", "o"."amount")), '[]'::json) from "orders" "o" where "o"."user_id" = "users"."id") from "users"
SELECT t0.id AS id_1, t0.name AS name_2 FROM users t0 WHERE t0.name = $1 ORDER BY t0.id ASC LIMIT 1
SELECT u."id", u."name", u.xmin FROM "users" AS u WHERE u."id" = $1 LIMIT 2
SELECT COUNT(*)::INT FROM "users" AS u WHERE u."created" < TIMESTAMPTZ '2030-01-01T00:00:00Z' AND NOT (u."email" = 'x' AND u."email" IS NOT NULL)
SELECT * FROM "users" WHERE "users"."id" = 10 AND "users"."created" IS NULL ORDER BY "users"."id" LIMIT 1
select alias_1.v0 from (select "public"."users"."name" as v0, row_number() over (order by "public"."users"."id") as rn from "public"."users") as alias_1 where (rn > 0 and rn <= 10) order by rn
SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = CURRENT_SCHEMA() AND table_name = 'users'
SELECT count(*) FROM information_schema.tables WHERE table_schema = CURRENT_SCHEMA() AND table_name = 'users' AND table_type = 'BASE TABLE'
--= read read none # psql's \d, \dt, \df, \l, \du, \dn, \dx and completion
SELECT n.nspname as "Schema", c.relname as "Name", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 't' THEN 'TOAST table' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END as "Type", pg_catalog.pg_get_userbyid(c.relowner) as "Owner" FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2;
SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname OPERATOR(pg_catalog.~) '^(users)$' COLLATE pg_catalog.default AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2, 3;
SELECT c.relchecks, c.relkind, c.relhasindex, c.relhasrules, c.relhastriggers, c.relrowsecurity, c.relforcerowsecurity, false AS relhasoids, c.relispartition, pg_catalog.array_to_string(c.reloptions || array(select 'toast.' || x from pg_catalog.unnest(tc.reloptions) x), ', '), c.reltablespace, CASE WHEN c.reloftype = 0 THEN '' ELSE c.reloftype::pg_catalog.regtype::pg_catalog.text END, c.relpersistence, c.relreplident, am.amname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_class tc ON (c.reltoastrelid = tc.oid) LEFT JOIN pg_catalog.pg_am am ON (c.relam = am.oid) WHERE c.relname = 'users';
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull, (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation, a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'users'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;
SELECT c2.relname, i.indisprimary, i.indisunique, i.indisclustered, i.indisvalid, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid, true), contype, condeferrable, condeferred, i.indisreplident, c2.reltablespace FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i LEFT JOIN pg_catalog.pg_constraint con ON (conrelid = i.indrelid AND conindid = i.indexrelid AND contype IN ('p','u','x')) WHERE c.relname = 'users' AND c.oid = i.indrelid AND i.indexrelid = c2.oid ORDER BY i.indisprimary DESC, c2.relname;
SELECT pol.polname, pol.polpermissive, CASE WHEN pol.polroles = '{0}' THEN NULL ELSE pg_catalog.array_to_string(array(select rolname from pg_catalog.pg_roles where oid = any (pol.polroles) order by 1),',') END, pg_catalog.pg_get_expr(pol.polqual, pol.polrelid), pg_catalog.pg_get_expr(pol.polwithcheck, pol.polrelid) FROM pg_catalog.pg_policy pol WHERE pol.polrelid = 'secured'::regclass ORDER BY 1;
SELECT n.nspname as "Schema", p.proname as "Name", pg_catalog.pg_get_function_result(p.oid) as "Result data type", pg_catalog.pg_get_function_arguments(p.oid) as "Argument data types", CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc' ELSE 'func' END as "Type" FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE pg_catalog.pg_function_is_visible(p.oid) AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' ORDER BY 1, 2, 4;
SELECT r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolconnlimit, r.rolvaliduntil, r.rolreplication, r.rolbypassrls FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_' ORDER BY 1;
SELECT n.nspname AS "Name", pg_catalog.pg_get_userbyid(n.nspowner) AS "Owner" FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1;
SELECT e.extname AS "Name", e.extversion AS "Version", n.nspname AS "Schema", c.description AS "Description" FROM pg_catalog.pg_extension e LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace LEFT JOIN pg_catalog.pg_description c ON c.objoid = e.oid AND c.classoid = 'pg_catalog.pg_extension'::pg_catalog.regclass ORDER BY 1;
SELECT pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'S', 'v', 'm', 'f', 'p') AND substring(pg_catalog.quote_ident(c.relname),1,3)='use' AND pg_catalog.pg_table_is_visible(c.oid) LIMIT 1000
SELECT pubname, NULL, NULL FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_rel pr ON p.oid = pr.prpubid WHERE pr.prrelid = 'users'::regclass ORDER BY 1
SELECT t.tgname, pg_catalog.pg_get_triggerdef(t.oid, true), t.tgenabled, t.tgisinternal FROM pg_catalog.pg_trigger t WHERE t.tgrelid = 'audited'::regclass ORDER BY 1
SELECT conname, pg_catalog.pg_get_constraintdef(r.oid, true) as condef, conrelid::pg_catalog.regclass AS ontable FROM pg_catalog.pg_constraint r WHERE r.conrelid = 'orders'::regclass AND r.contype = 'f' ORDER BY conname
SELECT inhrelid::pg_catalog.regclass, pg_catalog.pg_get_expr(c.relpartbound, inhrelid) FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class c ON c.oid = inhrelid WHERE inhparent = 'parted'::regclass ORDER BY 1
SELECT l.lanname, p.prosrc FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE p.proname = 'f_pl'
--= primary server-specific none # what psql's \d+, \dt+ and \conninfo add: sizes, addresses
SELECT c.relname, pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid)) as "Size" FROM pg_catalog.pg_class c WHERE c.relname = 'users'
SELECT pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(d.datname)) FROM pg_catalog.pg_database d WHERE d.datname = 'app'
SELECT s.seqtypid::regtype, s.seqstart, last_value FROM pg_catalog.pg_sequence s, seq WHERE s.seqrelid = 'seq'::regclass
--= read read none # psql's \d of a sequence, which shows no value
SELECT pg_catalog.format_type(seqtypid, NULL) AS "Type", seqstart AS "Start", seqmin AS "Minimum", seqmax AS "Maximum", seqincrement AS "Increment", CASE WHEN seqcycle THEN 'yes' ELSE 'no' END AS "Cycles?", seqcache AS "Cache" FROM pg_catalog.pg_sequence WHERE seqrelid = 'seq'::regclass
--= primary session-state unknown # pg_dump
SELECT pg_catalog.set_config('search_path', '', false);
SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'
--= read-in-transaction transaction none # pg_dump's transaction
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
--= read-in-transaction session-state set # pg_dump
SET extra_float_digits TO 3
SET synchronize_seqscans TO off
SET statement_timeout = 0
SET quote_all_identifiers = true
SET INTERVALSTYLE = POSTGRES
SET idle_in_transaction_session_timeout = 0
--= read read none # pg_dump reads
SELECT oid, rolname FROM pg_catalog.pg_roles ORDER BY 1
SELECT classid, objid, refclassid, refobjid, deptype FROM pg_depend WHERE deptype != 'p' AND deptype != 'e' UNION ALL SELECT 'pg_opfamily'::regclass AS classid, amopfamily AS objid, refclassid, refobjid, deptype FROM pg_depend d, pg_amop o WHERE deptype NOT IN ('p', 'e', 'i') AND classid = 'pg_amop'::regclass AND objid = o.oid ORDER BY 1, 2, 3, 4, 5
SELECT tableoid, oid, nspname, nspowner, nspacl, acldefault('n', nspowner) AS acldefault FROM pg_namespace
SELECT a.attrelid, a.attnum, a.attname, a.attstattarget, a.attstorage, t.typstorage, a.attnotnull, a.atthasdef, a.attisdropped, a.attlen, a.attalign, a.attislocal, pg_catalog.format_type(t.oid, a.atttypmod) AS atttypname, array_to_string(a.attoptions, ', ') AS attoptions FROM unnest('{1259}'::pg_catalog.oid[]) AS src(tbloid) JOIN pg_catalog.pg_attribute a ON (src.tbloid = a.attrelid) LEFT JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid) WHERE a.attnum > 0::pg_catalog.int2 ORDER BY a.attrelid, a.attnum
COPY public.users (id, name, email, created, tags, data, birthday) TO stdout;
SELECT pg_catalog.pg_get_viewdef('v_plain'::pg_catalog.regclass::pg_catalog.oid) AS viewdef
SELECT proretset, prosrc, probin, provolatile, proisstrict, prosecdef, lanname, proconfig, procost, prorows, pg_catalog.pg_get_function_sqlbody(p.oid) AS prosqlbody, pg_catalog.pg_get_function_identity_arguments(p.oid) FROM pg_catalog.pg_proc p, pg_catalog.pg_language l WHERE p.proname = 'f_atomic' AND l.oid = p.prolang
--= primary locking-read none # pg_dump locks what it dumps
LOCK TABLE public.users, public.orders IN ACCESS SHARE MODE
--= primary server-specific none # pg_dump asks where it is, and for a snapshot to share
SELECT pg_catalog.pg_is_in_recovery()
SELECT pg_catalog.pg_export_snapshot()
SELECT last_value, is_called FROM public.seq
--= read read none # JDBC's DatabaseMetaData, Npgsql's and pgx's types, asyncpg's introspection
SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, c.relname AS TABLE_NAME, CASE n.nspname ~ '^pg_' OR n.nspname = 'information_schema' WHEN true THEN 'SYSTEM TABLE' ELSE 'TABLE' END AS TABLE_TYPE, d.description AS REMARKS FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0 and d.classoid = 'pg_class'::regclass) WHERE c.relnamespace = n.oid AND c.relname LIKE 'us%' ORDER BY TABLE_TYPE, TABLE_SCHEM, TABLE_NAME
SELECT * FROM (SELECT n.nspname, c.relname, a.attname, a.atttypid, a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull, a.atttypmod, a.attlen, t.typtypmod, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum, nullif(a.attidentity, '') as attidentity, pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc, dsc.description, t.typbasetype, t.typtype FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid) JOIN pg_catalog.pg_attribute a ON (a.attrelid = c.oid) JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid) LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid = def.adrelid AND a.attnum = def.adnum) LEFT JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid) WHERE c.relkind in ('r','p','v','f','m') and a.attnum > 0 AND NOT a.attisdropped AND c.relname LIKE 'users') c WHERE true ORDER BY nspname, c.relname, attnum
SELECT result.TABLE_CAT, result.COLUMN_NAME, result.KEY_SEQ FROM (SELECT NULL AS TABLE_CAT, a.attname AS COLUMN_NAME, (information_schema._pg_expandarray(i.indkey)).n AS KEY_SEQ, information_schema._pg_expandarray(i.indkey) AS KEYS, a.attnum AS A_ATTNUM FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid) JOIN pg_catalog.pg_index i ON (a.attrelid = i.indrelid) WHERE ct.relname = 'users' AND i.indisprimary) result WHERE result.A_ATTNUM = (result.KEYS).x ORDER BY 3
SELECT typinput='pg_catalog.array_in'::regproc as is_array, typtype, typname, pg_type.oid FROM pg_catalog.pg_type LEFT JOIN (select ns.oid as nspoid, ns.nspname, r.r from pg_namespace as ns join (select s.r, (current_schemas(false))[s.r] as nspname from generate_series(1, array_upper(current_schemas(false), 1)) as s(r)) as r using (nspname)) as sp ON sp.nspoid = typnamespace WHERE typname = $1 ORDER BY sp.r, pg_type.oid DESC
SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, t.elemtypoid FROM (SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind, elemtyp.oid AS elemtypoid FROM (SELECT typ.oid, typnamespace, typname, typrelid, typnotnull, relkind, typelem AS elemoid, CASE WHEN proc.proname='array_recv' THEN 'a' ELSE typ.typtype END AS typtype FROM pg_type AS typ LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid) LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive) AS typ LEFT JOIN pg_type AS elemtyp ON elemtyp.oid = elemoid) AS t JOIN pg_namespace AS ns ON (ns.oid = typnamespace) WHERE t.typname = 'mood'
SELECT t.typname, r.rngsubtype, e.enumlabel FROM pg_type t LEFT JOIN pg_range r ON r.rngtypid = t.oid LEFT JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typname IN ('mood', 'percent') ORDER BY e.enumsortorder
WITH RECURSIVE typeinfo_tree(oid, ns, name, kind, basetype, elemtype, depth) AS (SELECT t.oid, ns.nspname::text, t.typname::text, t.typtype::text, t.typbasetype, t.typelem, 0 FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace ns ON ns.oid = t.typnamespace WHERE t.oid = any($1::oid[]) UNION ALL SELECT t.oid, ns.nspname::text, t.typname::text, t.typtype::text, t.typbasetype, t.typelem, tt.depth + 1 FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace ns ON ns.oid = t.typnamespace JOIN typeinfo_tree tt ON t.oid = tt.elemtype) SELECT DISTINCT *, basetype::regtype::text AS basetype_name FROM typeinfo_tree ORDER BY depth DESC
--= read-in-transaction transaction none # drivers
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED
BEGIN READ ONLY
--@ before: SAVEPOINT "PGJDBC_AUTOSAVE"
ROLLBACK TO SAVEPOINT "PGJDBC_AUTOSAVE"
--= read-in-transaction session-state set # drivers and poolers at login
SET extra_float_digits = 2
SET application_name = 'PostgreSQL JDBC Driver'
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
SET datestyle TO 'ISO'
SET client_encoding = 'UNICODE'
--= primary server-specific none # drivers ask what a server is
SHOW server_version_num; 
select pg_is_in_recovery(), version()
SELECT name, setting FROM pg_settings WHERE name IN ('max_connections', 'server_version')
--= read read none # health checks
SELECT 1 AS ping
SELECT 'x'
/* ping */ SELECT 1
SELECT true AS "ok";
--= read read none # BI tools: Metabase, Tableau, Superset, Looker, Grafana
SELECT "source"."state" AS "state", SUM("source"."amount") AS "sum" FROM (SELECT "public"."orders"."id" AS "id", "public"."orders"."state" AS "state", "public"."orders"."amount" AS "amount" FROM "public"."orders") AS "source" GROUP BY "source"."state" ORDER BY "source"."state" ASC
-- Metabase:: userID: 1 queryType: MBQL queryHash: abc␤SELECT count(*) AS "count" FROM "public"."users" LIMIT 2000
SELECT date_trunc('day', placed::timestamp) AS __timestamp, state AS state, count(*) AS count FROM public.orders WHERE placed >= TO_DATE('2024-01-01', 'YYYY-MM-DD') GROUP BY state, date_trunc('day', placed::timestamp) ORDER BY count DESC LIMIT 50000
WITH order_facts AS (SELECT user_id, COUNT(DISTINCT id) AS orders, MIN(placed) AS first FROM orders GROUP BY 1) SELECT users.name AS "users.name", COALESCE(SUM(order_facts.orders), 0) AS "total" FROM users LEFT JOIN order_facts ON users.id = order_facts.user_id GROUP BY 1 HAVING NOT (COALESCE(SUM(order_facts.orders), 0) IS NULL) ORDER BY 2 DESC LIMIT 500
SELECT floor(extract(epoch from created)/60)*60 AS "time", count(*) AS value FROM users WHERE created BETWEEN '2020-01-01T00:00:00Z' AND '2030-01-01T00:00:00Z' GROUP BY 1 ORDER BY 1
SELECT state, percentile_cont(0.95) WITHIN GROUP (ORDER BY amount) AS p95, lag(sum(amount)) OVER (ORDER BY state) FROM orders GROUP BY state
SELECT u.name, rank() OVER (PARTITION BY o.state ORDER BY sum(o.amount) DESC) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.name, o.state
SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY placed DESC) AS n FROM orders) x WHERE n = 1
SELECT a.state, b.state FROM orders a CROSS JOIN orders b WHERE a.id < b.id GROUP BY CUBE (a.state, b.state)
SELECT d::date AS day, coalesce(sum(o.amount), 0) FROM generate_series('2024-01-01'::date, '2024-01-07'::date, '1 day') AS d LEFT JOIN orders o ON o.placed = d::date GROUP BY 1 ORDER BY 1
SELECT id FROM users WHERE to_tsvector('english', coalesce(name, '') || ' ' || coalesce(email, '')) @@ plainto_tsquery('english', 'a') ORDER BY ts_rank(to_tsvector('english', name), plainto_tsquery('english', 'a')) DESC
SELECT id, 1 - (2 <-> 3) AS s FROM (SELECT id FROM users) x CROSS JOIN LATERAL (SELECT 1) y WHERE false
SELECT * FROM users WHERE (id, created) > (1, '2020-01-01') ORDER BY id, created LIMIT 10
SELECT jsonb_build_object('type', 'FeatureCollection', 'features', jsonb_agg(jsonb_build_object('id', id, 'p', to_jsonb(u) - 'id'))) FROM users u
--= read read none clock # a function's result or an escape is converted to a date: it may spell the time
SELECT d.datname as "Name", pg_catalog.pg_get_userbyid(d.datdba) as "Owner", pg_catalog.pg_encoding_to_char(d.encoding) as "Encoding", d.datcollate as "Collate", pg_catalog.array_to_string(d.datacl, E'\n') AS "Access privileges" FROM pg_catalog.pg_database d ORDER BY 1 OFFSET 0
SELECT setconfig, pg_catalog.array_to_string(setconfig, E'\n') FROM pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_database d ON d.oid = setdatabase
SELECT CAST(DATE_TRUNC('QUARTER', CAST("orders"."placed" AS DATE)) AS DATE) AS "tqr_placed_ok", SUM(CASE WHEN ("orders"."state" = 'new') THEN 1 ELSE 0 END) AS "sum_ok" FROM "public"."orders" "orders" GROUP BY 1
--= primary multi-statement none # several questions about a server in one text
show standard_conforming_strings; show transaction isolation level
SHOW TRANSACTION_READ_ONLY; SELECT pg_is_in_recovery()
--= read read none clock # dashboards and jobs ask for the last so and so much time
SELECT count(*) FROM users WHERE created > now() - interval '5 minutes'
SELECT * FROM orders WHERE placed = CURRENT_DATE AND state <> 'done' ORDER BY id LIMIT 100
SELECT extract(epoch FROM (now() - max(created))) FROM users
SELECT date_trunc('month', CURRENT_DATE)::date, (date_trunc('month', CURRENT_DATE) + interval '1 month - 1 day')::date
SELECT id FROM users WHERE created < (CURRENT_TIMESTAMP AT TIME ZONE 'UTC') - '1 day'::interval
--= primary locking-read none # job queues: Que, Solid Queue, Oban, pg-boss, graphile-worker
SELECT id FROM orders WHERE state = 'new' ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1
SELECT o.id FROM orders o WHERE o.state = 'new' AND pg_try_advisory_xact_lock(o.id) LIMIT 1
--= primary write none # job queues take jobs by writing
WITH next AS (SELECT id FROM orders WHERE state = 'new' ORDER BY placed LIMIT 1 FOR UPDATE SKIP LOCKED) UPDATE orders SET state = 'taken' FROM next WHERE orders.id = next.id RETURNING orders.*
UPDATE orders SET state = 'taken' WHERE id = (SELECT id FROM orders WHERE state = 'new' FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING id
DELETE FROM orders USING (SELECT id FROM orders LIMIT 1 FOR UPDATE SKIP LOCKED) q WHERE q.id = orders.id RETURNING orders.*
WITH j AS (INSERT INTO orders (state) VALUES ('new') ON CONFLICT DO NOTHING RETURNING id) SELECT pg_notify('jobs', id::text) FROM j
--= primary locking-read unknown # Que holds a lock for as long as a job runs
WITH RECURSIVE jobs AS (SELECT (j).*, pg_try_advisory_lock((j).id) AS locked FROM (SELECT j FROM orders AS j ORDER BY id LIMIT 1) AS t1 UNION ALL (SELECT (j).*, pg_try_advisory_lock((j).id) AS locked FROM (SELECT (SELECT j FROM orders AS j WHERE j.id > jobs.id ORDER BY id LIMIT 1) AS j FROM jobs WHERE jobs.id IS NOT NULL LIMIT 1) AS t1)) SELECT id FROM jobs WHERE locked LIMIT 1
--= primary write none # migrations and bulk loads
CREATE TABLE IF NOT EXISTS "schema_migrations" ("version" character varying NOT NULL PRIMARY KEY)
INSERT INTO "audit" ("what") SELECT md5(i::text) FROM generate_series(1, 10) i
COPY "items" ("order_id","sku","qty") FROM STDIN WITH (FORMAT csv, HEADER)
--@ before: CREATE TABLE swap (LIKE items)
ALTER TABLE swap RENAME TO items_next
UPDATE users SET email = lower(email) WHERE id IN (SELECT id FROM users WHERE email <> lower(email) LIMIT 1000)
--= primary multi-statement unknown # a migration in one text
BEGIN; ALTER TABLE items ADD COLUMN z int; ROLLBACK
SET search_path TO other; SELECT 1
