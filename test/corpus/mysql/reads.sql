--= read read none # plain queries
SELECT 1
SELECT 1;
SELECT 1 ; ;
select 1 as a, 2 as `B`
SELECT * FROM users
SELECT id, name FROM users WHERE id = 1
SELECT u.* FROM users u
SELECT u.*, o.total FROM users AS u, orders AS o WHERE o.user_id = u.id
SELECT DISTINCT name FROM users
SELECT DISTINCTROW name FROM users
SELECT ALL name FROM users
SELECT HIGH_PRIORITY name FROM users
SELECT STRAIGHT_JOIN u.id FROM users u JOIN orders o ON o.user_id = u.id
SELECT SQL_SMALL_RESULT name, count(*) FROM users GROUP BY name
SELECT SQL_BIG_RESULT name, count(*) FROM users GROUP BY name
SELECT SQL_BUFFER_RESULT name FROM users
SELECT SQL_NO_CACHE name FROM users
SELECT count(*) FROM users
SELECT count(DISTINCT name) FROM users
SELECT count(DISTINCT name, email) FROM users
SELECT name, count(*) FROM users GROUP BY name HAVING count(*) > 1
SELECT name, count(*) FROM users GROUP BY name WITH ROLLUP
SELECT * FROM users ORDER BY id DESC LIMIT 10 OFFSET 5
SELECT * FROM users ORDER BY id LIMIT 5, 10
SELECT * FROM users ORDER BY name COLLATE utf8mb4_bin DESC, 1 ASC
SELECT * FROM users JOIN orders ON orders.user_id = users.id
SELECT * FROM users INNER JOIN orders USING (id)
SELECT * FROM users LEFT JOIN orders ON orders.user_id = users.id
SELECT * FROM users LEFT OUTER JOIN orders ON orders.user_id = users.id AND orders.total > 1
SELECT * FROM users RIGHT JOIN orders ON orders.user_id = users.id
SELECT * FROM users CROSS JOIN orders
SELECT * FROM users NATURAL JOIN items
SELECT * FROM users NATURAL LEFT JOIN items
SELECT * FROM users STRAIGHT_JOIN orders ON orders.user_id = users.id
SELECT * FROM (users, orders) JOIN items ON items.order_id = orders.id
SELECT * FROM users JOIN (orders JOIN items ON items.order_id = orders.id) ON orders.user_id = users.id
SELECT * FROM users u JOIN orders o ON o.user_id = u.id JOIN items i ON i.order_id = o.id WHERE i.sku = 'a'
SELECT * FROM (SELECT 1 AS a) x
SELECT * FROM (SELECT id, name FROM users) AS x WHERE x.id > 0
SELECT * FROM app.users
SELECT app.users.id FROM app.users
SELECT `id` FROM `users`
SELECT `app`.`users`.`id` FROM `app`.`users`
SELECT id AS 'quoted alias' FROM users
SELECT id "alias" FROM users
SELECT * FROM users WHERE id IN (1, 2, 3)
SELECT * FROM users WHERE id NOT IN (SELECT user_id FROM orders)
SELECT * FROM users WHERE EXISTS (SELECT 1 FROM orders WHERE orders.user_id = users.id)
SELECT * FROM users WHERE NOT EXISTS (SELECT * FROM orders WHERE orders.user_id = users.id)
SELECT * FROM users WHERE id = ANY (SELECT user_id FROM orders)
SELECT * FROM users WHERE id > ALL (SELECT user_id FROM orders)
SELECT * FROM users WHERE id = SOME (SELECT user_id FROM orders)
SELECT * FROM users WHERE (id, name) = (1, 'ann')
SELECT * FROM users WHERE (id, name) IN ((1, 'ann'), (2, 'bob'))
SELECT * FROM users WHERE ROW(id, name) = ROW(1, 'ann')
SELECT * FROM users WHERE id BETWEEN 1 AND 5
SELECT * FROM users WHERE id NOT BETWEEN 1 AND 5
SELECT * FROM users WHERE name LIKE 'a%' ESCAPE '!'
SELECT * FROM users WHERE name NOT LIKE '%x'
SELECT * FROM users WHERE name REGEXP '^a'
SELECT * FROM users WHERE name RLIKE 'b' OR name NOT REGEXP 'c'
SELECT * FROM users WHERE name SOUNDS LIKE 'ann'
SELECT * FROM users WHERE name IS NULL OR email IS NOT NULL
SELECT * FROM users WHERE (id > 1) IS TRUE AND (id > 2) IS NOT UNKNOWN
SELECT * FROM users WHERE id <=> NULL
SELECT * FROM users WHERE id <> 1 AND id != 2 XOR id = 3
SELECT * FROM users WHERE id = 1 && name = 'a' || email = 'b'
SELECT * FROM users WHERE !(id = 1)
SELECT * FROM users WHERE NOT id = 1
SELECT 1 + 2 * 3 / 4 % 5 - 6 DIV 7 MOD 8
SELECT 1 | 2 & 3 ^ 4 << 5 >> 6, ~7
SELECT -1, +1, - -1, 5--1
SELECT CASE WHEN id = 1 THEN 'a' WHEN id = 2 THEN 'b' ELSE 'c' END FROM users
SELECT CASE id WHEN 1 THEN 'a' END FROM users
SELECT IF(id > 1, 'a', 'b'), IFNULL(name, ''), NULLIF(id, 1) FROM users
SELECT BINARY 'a', CAST('1' AS SIGNED), CONVERT('1', UNSIGNED INTEGER), CAST(1 AS CHAR(5))
SELECT CAST('2024-01-01' AS DATE), CAST('10:00' AS TIME), CAST('2024-01-01' AS DATETIME(3)), CAST(1.5 AS DECIMAL(10,2))
SELECT CONVERT('a' USING utf8mb4), CONVERT('a', CHAR CHARACTER SET utf8mb4), CAST('a' AS CHAR(3) CHARACTER SET latin1)
SELECT DATE '2024-01-01', TIME '10:00:00', TIMESTAMP '2024-01-01 00:00:00'
SELECT '2024-01-01' + INTERVAL 1 DAY, '2024-01-01' - INTERVAL '1:2' MINUTE_SECOND
SELECT INTERVAL 1 YEAR_MONTH + '2024-01-01'
SELECT EXTRACT(YEAR FROM '2024-01-01'), EXTRACT(DAY_HOUR FROM '2024-01-01 10:00:00')
SELECT TRIM(BOTH 'x' FROM 'xax'), TRIM(LEADING FROM ' a'), TRIM('x' FROM 'xa')
SELECT SUBSTRING('abc' FROM 2 FOR 1), SUBSTRING('abc', 2), POSITION('b' IN 'abc')
SELECT GROUP_CONCAT(DISTINCT name ORDER BY id DESC SEPARATOR '; ') FROM users
SELECT * FROM users WHERE MATCH(name) AGAINST ('ann')
SELECT * FROM users WHERE MATCH(name) AGAINST ('+ann -bob' IN BOOLEAN MODE)
SELECT MATCH(name) AGAINST ('ann' IN NATURAL LANGUAGE MODE WITH QUERY EXPANSION) FROM users
SELECT MATCH(name) AGAINST ('ann' WITH QUERY EXPANSION) FROM users
SELECT ROW_NUMBER() OVER (PARTITION BY name ORDER BY id) FROM users
SELECT sum(qty) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM items
SELECT sum(qty) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM items
SELECT avg(qty) OVER w, rank() OVER w FROM items WINDOW w AS (PARTITION BY order_id ORDER BY id)
SELECT lag(id) OVER (ORDER BY id), lead(id, 2) OVER (ORDER BY id), first_value(id) OVER (ORDER BY id) FROM users
SELECT cume_dist() OVER (ORDER BY id), percent_rank() OVER (ORDER BY id), ntile(2) OVER (ORDER BY id), dense_rank() OVER (ORDER BY id), nth_value(id, 1) OVER (ORDER BY id), last_value(id) OVER (ORDER BY id) FROM users
SELECT 1 UNION SELECT 2
SELECT 1 UNION ALL SELECT 2 ORDER BY 1 LIMIT 1
(SELECT 1) UNION DISTINCT (SELECT 2) LIMIT 5
(SELECT id FROM users LIMIT 1) UNION ALL (SELECT id FROM orders LIMIT 1)
SELECT id FROM users INTERSECT SELECT user_id FROM orders
SELECT id FROM users EXCEPT SELECT user_id FROM orders
(SELECT 1)
((SELECT 1))
WITH a AS (SELECT 1 AS n) SELECT n FROM a
WITH a AS (SELECT 1 AS n), b AS (SELECT n + 1 AS m FROM a) SELECT * FROM a, b
WITH a (x, y) AS (SELECT 1, 2) SELECT x FROM a
WITH RECURSIVE a (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 5) SELECT * FROM a
WITH a AS (SELECT 1), b (z) AS (SELECT 2) SELECT * FROM b
SELECT * FROM (WITH a AS (SELECT 1 AS n) SELECT n FROM a) x
SELECT (SELECT count(*) FROM users) AS n
SELECT id, (SELECT max(total) FROM orders WHERE user_id = users.id) FROM users
SELECT * FROM users USE INDEX (PRIMARY) WHERE id = 1
SELECT * FROM orders FORCE INDEX (by_user) WHERE user_id = 1
SELECT * FROM orders IGNORE INDEX FOR JOIN (by_user) WHERE user_id = 1
SELECT * FROM orders USE KEY FOR ORDER BY (by_user) ORDER BY user_id
SELECT * FROM orders USE INDEX FOR GROUP BY (by_user) WHERE user_id = 1
SELECT * FROM parts PARTITION (p0, p1)
SELECT * FROM parts PARTITION (p0) AS p WHERE p.id = 1
SELECT 1 FROM DUAL
SELECT 1 FROM dual WHERE 1 = 1
SELECT `from`, `into`, `for update` FROM `select`
SELECT s.`into` FROM `select` s
SELECT s.into FROM `select` s
SELECT * FROM v_plain
SELECT v.id FROM app.v_plain v JOIN users ON users.id = v.id
SELECT TRUE, FALSE, NULL, true = 1
SELECT .5, 1., 1e5, 1.5E-3, 0x1F, 0b101, 00012
SELECT x'41', X'4142', b'01', B'1'
SELECT N'national', n'x'
SELECT _utf8mb4'intro', _latin1 'x' COLLATE latin1_swedish_ci, _binary'x'
SELECT 'a' 'b' 'c', "double" "quoted"
SELECT 'it''s', 'it\'s', "say ""hi""", "say \"hi\"", 'back\\slash', '\0\n\t\%\_'
SELECT '-- no comment', '/* nor this */', "# nor this", `id` FROM users
SELECT 'ünïcode', 'こんにちは' AS `列` FROM users AS täble
SELECT 1 -- a comment
SELECT 1 # another
SELECT 1 --	a tab behind the dashes
SELECT /* inner */ 1 /* outer */
/* leading */ SELECT 1
-- leading line␤SELECT 1
# leading line␤SELECT 1
SELECT 1 /* FOR UPDATE */
SELECT 1 -- FOR UPDATE
SELECT 1 # INTO OUTFILE 'x'
SELECT 1 /* ; DROP TABLE users */
SELECT 1 -- it's a quote␤ + 1
SELECT 1 /* /* not nested */ + 1
SELECT/**/1
SELECT 1/**/+/**/1
SELECT/*!40001 SQL_NO_CACHE */ * FROM users
SELECT /*!40100 1 + */ 2
SELECT /*! STRAIGHT_JOIN */ u.id FROM users u JOIN orders o ON o.user_id = u.id
SELECT 1 /*!99999 INTO OUTFILE '/tmp/never' */
SELECT 1 /*!99999 FOR UPDATE */
SELECT /*+ MAX_EXECUTION_TIME(1000) */ * FROM users
SELECT /*+ NO_INDEX_MERGE(users) BKA(users) */ id FROM users
SELECT /*+ QB_NAME(qb1) */ id FROM users
SELECT id FROM users WHERE name = 'a' AND email = 'b' AND id IN (1,2,3,4,5,6,7,8,9,10)
SELECT DEFAULT(name) FROM users
SELECT DATABASE(), SCHEMA()
SELECT SLEEP(0)
SELECT BENCHMARK(10, SHA2('a', 256))
SELECT RAND(), RAND(5)
SELECT * FROM users ORDER BY RAND() LIMIT 1
SELECT f_const()
SELECT app.f_const(), `app`.`f_const`()
SELECT F_CONST()
SELECT f_read(0)
SELECT f_body(1)
SELECT f_cursor()
SELECT f_nest()
SELECT id FROM users WHERE id = f_read(1)
SELECT * FROM v_function
SELECT * FROM app.v_function
SELECT * FROM information_schema.key_column_usage
SELECT * FROM information_schema.routines
SELECT schema_name FROM information_schema.schemata
SELECT * FROM information_schema.character_sets JOIN information_schema.collations USING (character_set_name)
SELECT 1; SELECT 2
SELECT 1; SELECT name FROM users; SELECT 3;
--= read read none mysql # plain queries
SELECT * FROM information_schema.columns WHERE table_name = 'users'
SELECT table_name FROM information_schema.views
--= primary server-specific none mariadb # plain queries
SELECT * FROM information_schema.columns WHERE table_name = 'users'
SELECT table_name FROM information_schema.views
--= read read none mysql # MySQL's own grammar
SELECT * FROM archived
TABLE users
TABLE users ORDER BY id LIMIT 1 OFFSET 1
VALUES ROW(1, 2), ROW(3, 4)
VALUES ROW(1, 'a') ORDER BY 1
SELECT * FROM (VALUES ROW(1, 2), ROW(3, 4)) AS t (a, b)
TABLE users UNION TABLE users
SELECT * FROM users u, LATERAL (SELECT * FROM orders o WHERE o.user_id = u.id LIMIT 1) x
SELECT * FROM users u LEFT JOIN LATERAL (SELECT max(id) AS m FROM orders o WHERE o.user_id = u.id) x ON true
SELECT 1 MEMBER OF ('[1, 2]')
SELECT * FROM users WHERE 1 MEMBER OF (data->'$.b')
SELECT data->'$.a', data->>'$.b' FROM users WHERE data->'$.a' = 1
SELECT name, GROUPING(name) FROM users GROUP BY name WITH ROLLUP
SELECT ANY_VALUE(name) FROM users
SELECT JSON_VALUE('{"a": 1}', '$.a' RETURNING DECIMAL(4,2))
SELECT CAST('[1]' AS JSON), CAST('2024' AS YEAR)
SELECT sum(qty) OVER (ORDER BY id RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) FROM (SELECT 1 AS qty, DATE '2024-01-01' AS id) x
SELECT * FROM users WHERE (name, id) = ANY (TABLE parts)
SELECT /*+ JOIN_ORDER(u, o) */ * FROM users u JOIN orders o ON o.user_id = u.id
SELECT CAST(TIMESTAMP '2024-01-01 00:00:00' AT TIME ZONE '+00:00' AS DATETIME)
SELECT 1 /*M! FOR UPDATE */
SELECT id FROM users ORDER BY id LIMIT 1 /*M!100100 INTO OUTFILE 'x' */
--= read read none mariadb # MariaDB's own grammar
VALUES (1, 2), (3, 4)
SELECT * FROM users ORDER BY id FETCH FIRST 2 ROWS ONLY
SELECT * FROM users ORDER BY id OFFSET 1 ROW FETCH NEXT 1 ROWS WITH TIES
SELECT * FROM users LIMIT ROWS EXAMINED 100
SELECT * FROM versioned FOR SYSTEM_TIME AS OF TIMESTAMP '2100-01-01 00:00:00'
SELECT * FROM versioned FOR SYSTEM_TIME ALL
SELECT * FROM versioned FOR SYSTEM_TIME BETWEEN '2020-01-01' AND '2100-01-01'
SELECT * FROM versioned FOR SYSTEM_TIME FROM '2020-01-01' TO '2100-01-01'
SELECT * FROM seq_1_to_10
SELECT median(qty) OVER (PARTITION BY order_id) FROM items
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY qty) OVER (PARTITION BY order_id) FROM items
SET STATEMENT max_statement_time = 10 FOR SELECT * FROM users
SELECT 1 /*!50701 INTO OUTFILE 'x' */
SELECT 1 /*!80000 FOR UPDATE */
SELECT /*M! 1 + */ 2
SELECT /*M!100100 1 + */ 2
ANALYZE SELECT * FROM users
ANALYZE FORMAT=JSON SELECT * FROM users
EXPLAIN EXTENDED SELECT * FROM users
--= read read none clock # the current time: replicas while the clocks agree
SELECT NOW(), NOW(3)
SELECT CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP(6)
SELECT CURRENT_DATE, CURDATE(), CURRENT_TIME, CURTIME()
SELECT LOCALTIME, LOCALTIMESTAMP, LOCALTIME()
SELECT UTC_DATE, UTC_TIME(), UTC_TIMESTAMP
SELECT SYSDATE()
SELECT UNIX_TIMESTAMP()
SELECT UUID()
SELECT * FROM orders WHERE at > NOW() - INTERVAL 1 DAY
SELECT * FROM orders WHERE DATE(at) = CURDATE()
SELECT f_clock()
SELECT * FROM v_clock
SELECT COUNT(*) FROM orders WHERE at BETWEEN CURDATE() AND CURDATE() + INTERVAL 1 DAY
--= read read none # SHOW, DESCRIBE and EXPLAIN of what is replicated
SHOW TABLES
SHOW FULL TABLES
SHOW TABLES FROM app LIKE 'u%'
SHOW TABLES WHERE Tables_in_app = 'users'
SHOW COLUMNS FROM users
SHOW FULL COLUMNS FROM users FROM app LIKE 'n%'
SHOW FIELDS IN users
SHOW COLUMNS FROM `users` WHERE Field = 'id'
--= primary server-specific none # AUTO_INCREMENT, which each server counts for itself
SHOW CREATE TABLE users
--= read read none # SHOW, DESCRIBE and EXPLAIN of what is replicated
SHOW CREATE VIEW v_plain
SHOW CREATE DATABASE app
SHOW CREATE SCHEMA app
SHOW CREATE PROCEDURE p_read
SHOW CREATE FUNCTION f_const
SHOW CREATE TRIGGER orders_log
SHOW DATABASES
SHOW SCHEMAS LIKE 'app'
SHOW PROCEDURE STATUS
SHOW FUNCTION STATUS LIKE 'f%'
SHOW TRIGGERS
SHOW CHARACTER SET
SHOW CHARSET LIKE 'utf8%'
SHOW COLLATION
DESCRIBE users
DESC users
DESC app.users
DESCRIBE users name
DESC users 'n%'
EXPLAIN users
EXPLAIN SELECT * FROM users
EXPLAIN FORMAT=JSON SELECT * FROM users
DESC SELECT 1
EXPLAIN (SELECT 1)
EXPLAIN WITH a AS (SELECT 1) SELECT * FROM a
--= read read none mysql # the same
EXPLAIN ANALYZE SELECT * FROM users
EXPLAIN FORMAT=TREE SELECT * FROM users
EXPLAIN ANALYZE FORMAT=TREE SELECT count(*) FROM users
SHOW EXTENDED COLUMNS FROM users
EXPLAIN TABLE users
--= read read none empty # nothing in it
/* only a comment */
-- only a comment
# x
--= read read none empty fails # nothing in it; here an error
;
--= primary volatile-function none # SHOW CREATE VIEW opens what the view uses, and is refused in a read-only transaction
SHOW CREATE VIEW v_write
DESCRIBE v_write
SHOW COLUMNS FROM v_on_view
SHOW TABLES WHERE EXISTS (SELECT * FROM v_write)
--= read read none # as applications and their libraries write them
SELECT wp_posts.ID FROM wp_posts LEFT JOIN wp_term_relationships ON (wp_posts.ID = wp_term_relationships.object_id) WHERE 1=1 AND ( wp_term_relationships.term_taxonomy_id IN (5) ) AND wp_posts.post_type = 'post' AND ((wp_posts.post_status = 'publish')) GROUP BY wp_posts.ID ORDER BY wp_posts.post_date DESC LIMIT 0, 10
SELECT option_name, option_value FROM wp_options WHERE autoload IN ( 'yes', 'on', 'auto-on', 'auto' )
SELECT `users`.* FROM `users` WHERE `users`.`deleted_at` IS NULL AND `users`.`id` = 1 LIMIT 1
SELECT COUNT(*) AS count_all, `orders`.`status` AS orders_status FROM `orders` GROUP BY `orders`.`status`
SELECT COUNT(*) FROM (SELECT DISTINCT `t`.`id` FROM `t`) subquery_for_count
SELECT (1) AS `a` FROM `django_session` WHERE `django_session`.`session_key` = 'x' LIMIT 1
SELECT t0.id AS id_1, t0.name AS name_2 FROM product t0 WHERE t0.category_id = ? ORDER BY t0.name ASC
select u1_0.id,u1_0.name from users u1_0 left join roles r1_0 on r1_0.id=u1_0.role_id where u1_0.id in (?,?,?)
select c from sbtest1 where id=?
SELECT DISTINCT c FROM sbtest1 WHERE id BETWEEN 5 AND 104 ORDER BY c
SELECT `key`, `value`, `rank`, `groups` FROM settings WHERE `key` = 'x'
SELECT id, status, type, name, date, time, year, value, data, user, role, action, position, level, state, comment, content, session FROM things
SELECT t.order, t.group, t.key, t.read, t.update FROM t
SELECT id, text, language, path, host, password, account, version, count, t.row_count, t.offset FROM t
SELECT user, host FROM app_users
SELECT * FROM t WHERE date = '2024-01-01' AND time > '10:00' AND user = 'x'
SELECT JSON_EXTRACT(doc, '$.a') FROM docs WHERE JSON_CONTAINS(doc, '"x"', '$.tags')
SELECT ST_Distance_Sphere(p, POINT(1,2)) d FROM places HAVING d < 100 ORDER BY d
SELECT * FROM t WHERE MATCH (title, body) AGAINST ('x' IN BOOLEAN MODE)
SELECT SQL_CALC_FOUND_ROWS * FROM t LIMIT 10
SELECT x.* FROM (SELECT a, b, ROW_NUMBER() OVER(PARTITION BY a ORDER BY b DESC) rn FROM t) x WHERE rn = 1
SELECT CAST(a AS UNSIGNED), CAST(b AS DATE), CONVERT(c, SIGNED), CAST(d AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_bin, CAST(e AS DOUBLE), CAST(f AS FLOAT) FROM t
SELECT /*!40001 SQL_NO_CACHE */ `id`, `name` FROM `users`
SELECT LOWER(HEX(uuid)) FROM t WHERE uuid = UNHEX(REPLACE('a-b','-',''))
SELECT fk.referenced_table_name AS 'to_table', fk.column_name AS 'column' FROM information_schema.referential_constraints rc JOIN information_schema.key_column_usage fk USING (constraint_schema, constraint_name) WHERE fk.referenced_column_name IS NOT NULL
SHOW FULL FIELDS FROM `users`
SELECT EXISTS(SELECT 1 FROM users WHERE id = 1) AS `exists`
SELECT COALESCE(SUM(amount), 0) FROM payments WHERE user_id = 1 AND created_at >= '2024-01-01'
SELECT t1.a FROM t1 LEFT JOIN (t2, t3) ON (t2.a = t1.a AND t3.b = t1.b)
SELECT GREATEST(a, b) FROM t WHERE (a, b) IN (SELECT x, y FROM u)
SELECT 1 AS `end`, 2 `begin`
SELECT id FROM t ORDER BY IF(a, b, c), -id, ISNULL(x) ASC, CAST(y AS SIGNED)
SELECT name `n`, count(*) 'c' FROM t GROUP BY 1
SELECT u.name first_name, u.x last FROM users u WHERE u.active AND NOT u.banned
SELECT CONCAT_WS(' ', a, b) full_name FROM t WHERE a COLLATE utf8mb4_general_ci LIKE _utf8mb4 'x%'
SELECT COUNT(IF(a=1, 1, NULL)), SUM(a = 1), AVG(b), STDDEV(c), GROUP_CONCAT(DISTINCT d ORDER BY d ASC SEPARATOR ', ') FROM t
SELECT DATE(created_at) AS day, HOUR(created_at) hour FROM t GROUP BY day, hour
SELECT p.*, (SELECT COUNT(*) FROM c WHERE c.p_id = p.id) AS cnt FROM p WHERE EXISTS (SELECT * FROM z WHERE z.p_id = p.id) LIMIT 15
SELECT IFNULL(SUM(CASE WHEN type = 'a' THEN amount ELSE 0 END), 0) total FROM t
SELECT * FROM t WHERE id >= (SELECT FLOOR(MAX(id) * RAND()) FROM t) LIMIT 1
SELECT 'x' LIKE 'y', NULL IS NULL, 5 DIV 2, 5 MOD 2, !1, ~1, 1 XOR 0, BINARY 'a' = 'A'
--= read read none mysql # as applications and their libraries write them
SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = database() and table_name = 't' ORDER BY ordinal_position
--= primary server-specific none mariadb # as applications and their libraries write them
SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = database() and table_name = 't' ORDER BY ordinal_position
--= read read none clock # the same, with the time
SELECT a.*, b.name AS `user name`, IF(a.x > 1, 'y', 'n') flag, DATE_FORMAT(a.created, '%Y-%m') ym FROM a, b WHERE a.b_id = b.id AND a.created > DATE_SUB(NOW(), INTERVAL 7 DAY) AND (b.role = 'x' OR b.role LIKE '%y%') GROUP BY ym HAVING COUNT(*) > 1 ORDER BY FIELD(a.status, 'a','b'), a.id DESC LIMIT 20 OFFSET 40
SELECT * FROM t WHERE created_at BETWEEN DATE_SUB(CURDATE(), INTERVAL 30 DAY) AND CURDATE() + INTERVAL 1 DAY
SELECT TIMESTAMPDIFF(HOUR, a, NOW()), DATE_ADD(a, INTERVAL 90 MINUTE), a + INTERVAL b SECOND FROM t
SELECT id FROM t WHERE status NOT IN ('a') AND (x IS NULL OR x > NOW()) AND deleted = FALSE
--= read-in-transaction session-state none mysql # what drivers ask when they connect
SELECT @@session.transaction_isolation
--= read-in-transaction session-state none fails mariadb # what drivers ask when they connect; here an error
SELECT @@session.transaction_isolation
--= read-in-transaction session-state none # what drivers ask when they connect
SELECT @@max_allowed_packet, @@wait_timeout
SELECT @@sql_mode
--= primary server-specific none # and what only one server can answer
select @@version_comment limit 1
SELECT @@version, @@version_comment
SELECT VERSION(), DATABASE()
SHOW VARIABLES LIKE 'lower_case_%'
SHOW SESSION VARIABLES LIKE 'version_comment'
SHOW GLOBAL VARIABLES LIKE 'max_allowed_packet'
--= primary unknown-relation none fails # no catalog knows these: each may be a view that was made a moment ago; here an error
SELECT * FROM `db-name`.`table` AS t
SELECT `a`.`b` `c` , `d`.`e` AS f FROM `x`.`a` `a` INNER JOIN `d` `d` ON `a`.`id` = `d`.`id`
SELECT * FROM users JOIN newcomer USING (id)
