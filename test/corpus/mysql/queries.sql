--= read read none # queries of every form
SELECT id, name FROM users WHERE id IN (1, 2) AND name IN ('ann', 'bob')
SELECT u.id, o.total FROM users u JOIN orders o ON o.user_id = u.id WHERE o.total > 5 ORDER BY o.total DESC LIMIT 3
SELECT u.name, COUNT(o.id) AS n, SUM(o.total) AS s FROM users u LEFT JOIN orders o ON o.user_id = u.id GROUP BY u.id, u.name HAVING n > 0 ORDER BY s
SELECT users.id FROM users, orders, items WHERE users.id = orders.user_id AND items.order_id = orders.id
SELECT * FROM users AS a JOIN users AS b ON a.id < b.id
SELECT * FROM users a LEFT JOIN (orders b, items c) ON b.user_id = a.id AND c.order_id = b.id
SELECT * FROM users NATURAL RIGHT JOIN v_plain
SELECT * FROM (users u JOIN orders o ON o.user_id = u.id) LEFT JOIN items i ON i.order_id = o.id
SELECT (1, 2) = (SELECT 1, 2), ROW(1, 2) < ROW(2, 1)
SELECT * FROM users WHERE ROW(id, name) IN (SELECT user_id, 'ann' FROM orders)
SELECT 5 IN (1, 2, 5), 5 NOT IN (SELECT id FROM users), NULL IN (1)
SELECT * FROM users WHERE id > ANY (SELECT user_id FROM orders WHERE total > 1)
SELECT name, (SELECT COUNT(*) FROM orders o WHERE o.user_id = u.id) AS orders FROM users u
SELECT * FROM (SELECT u.id, ROW_NUMBER() OVER (ORDER BY u.id DESC) AS rn FROM users u) x WHERE rn <= 1
SELECT id, SUM(qty) OVER (PARTITION BY order_id ORDER BY id ROWS UNBOUNDED PRECEDING) AS running FROM items
SELECT id, AVG(qty) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM items
SELECT id, LAG(qty, 1) OVER w, LEAD(qty) OVER w FROM items WINDOW w AS (ORDER BY id)
SELECT id, MAX(qty) OVER (PARTITION BY order_id RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM items
SELECT id, NTILE(4) OVER (ORDER BY qty), DENSE_RANK() OVER (PARTITION BY sku ORDER BY qty DESC) FROM items
SELECT COUNT(*) OVER () AS all_rows, COUNT(DISTINCT sku) FROM items GROUP BY id
WITH RECURSIVE tree AS (SELECT id, 0 AS depth FROM users WHERE id = 1 UNION ALL SELECT u.id, t.depth + 1 FROM users u JOIN tree t ON u.id = t.id + 1) SELECT * FROM tree
WITH RECURSIVE fib (n, a, b) AS (SELECT 1, 0, 1 UNION ALL SELECT n + 1, b, a + b FROM fib WHERE n < 10) SELECT n, a FROM fib
WITH a AS (SELECT id FROM users), b AS (SELECT id FROM a WHERE id > 1) SELECT * FROM b UNION SELECT * FROM a
WITH a AS (WITH b AS (SELECT 1 AS n) SELECT n FROM b) SELECT n FROM a
SELECT * FROM users WHERE id IN (WITH a AS (SELECT user_id FROM orders) SELECT user_id FROM a)
WITH `for update` AS (SELECT 1 AS `into`) SELECT `into` FROM `for update`
SELECT id FROM users UNION ALL SELECT id FROM orders UNION SELECT id FROM items ORDER BY 1 DESC LIMIT 4 OFFSET 1
(SELECT id FROM users ORDER BY id LIMIT 1) UNION (SELECT id FROM orders ORDER BY id DESC LIMIT 1) ORDER BY id
SELECT id FROM users UNION (SELECT id FROM orders INTERSECT SELECT id FROM items)
(SELECT id FROM users EXCEPT SELECT 1) UNION ALL SELECT 7
((SELECT 1) UNION (SELECT 2)) LIMIT 1
SELECT 1 FROM users WHERE NOT EXISTS (SELECT 1 UNION SELECT 2)
SELECT JSON_EXTRACT(data, '$.a'), JSON_UNQUOTE(JSON_EXTRACT(data, '$.b')) FROM users
SELECT name FROM users WHERE JSON_CONTAINS(data, '1', '$.a') OR JSON_LENGTH(data) = 0
SELECT jt.* FROM users u, JSON_TABLE(u.data, '$.b[*]' COLUMNS (n FOR ORDINALITY, v int PATH '$')) AS jt
SELECT jt.v FROM users u LEFT JOIN JSON_TABLE(u.data, '$.b[*]' COLUMNS (v int PATH '$' NULL ON EMPTY NULL ON ERROR)) jt ON 1 = 1
SELECT JSON_OBJECTAGG(id, name) FROM users
SELECT id, CASE WHEN id < 2 THEN 'low' WHEN id BETWEEN 2 AND 5 THEN 'mid' ELSE 'high' END FROM users
SELECT SUM(IF(total > 5, total, 0)), SUM(total > 5), COUNT(NULLIF(total, 3)) FROM orders
SELECT YEAR(at), MONTH(at), COUNT(*) FROM orders GROUP BY YEAR(at), MONTH(at) WITH ROLLUP
SELECT DATE_FORMAT(at, '%Y-%m-%d %H:00') AS h, SUM(total) FROM orders GROUP BY h
SELECT TIMESTAMPDIFF(HOUR, MIN(at), MAX(at)) FROM orders
SELECT at + INTERVAL 1 MONTH - INTERVAL '1 2' DAY_HOUR, DATE_SUB(at, INTERVAL 1 QUARTER) FROM orders
SELECT GROUP_CONCAT(name ORDER BY id SEPARATOR '|') FROM users
SELECT GROUP_CONCAT(DISTINCT sku, qty ORDER BY sku DESC) FROM items
SELECT name COLLATE utf8mb4_bin, CONVERT(name USING latin1), BINARY name FROM users
SELECT CAST(total AS CHAR), CAST('5' AS UNSIGNED), CAST(at AS DATE), CONVERT(total, DECIMAL(5, 1)) FROM orders
SELECT * FROM users WHERE MATCH (name) AGAINST ('ann bob' IN NATURAL LANGUAGE MODE) > 0
SELECT name FROM users WHERE name REGEXP '^[a-z]+$' AND name NOT LIKE '\_%'
SELECT * FROM parts PARTITION (p1, p2) p WHERE p.y IS NULL ORDER BY p.id
SELECT * FROM users USE INDEX () WHERE id = 1
SELECT * FROM orders USE INDEX (by_user), users IGNORE INDEX (PRIMARY) WHERE orders.user_id = users.id
SELECT * FROM orders FORCE INDEX FOR ORDER BY (by_user) ORDER BY user_id
SELECT SQL_BIG_RESULT SQL_BUFFER_RESULT DISTINCT name FROM users
SELECT SQL_CALC_FOUND_ROWS id FROM users LIMIT 1
SELECT HIGH_PRIORITY STRAIGHT_JOIN SQL_SMALL_RESULT u.id FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.id
SELECT DISTINCTROW sku FROM items ORDER BY 1
SELECT ALL id FROM users LIMIT 0
SELECT id FROM users LIMIT 1 OFFSET 1
SELECT COUNT(*) FROM users WHERE 1 = 0
SELECT 1 WHERE 1 = 1
SELECT 1 HAVING 1
SELECT 1 LIMIT 1
SELECT 'x' FROM DUAL WHERE 1 = 1 LIMIT 1
SELECT f_read(id), f_body(id), f_nest() FROM users
SELECT f_cursor() + f_const() FROM dual
SELECT app.f_read(1), `app`.`f_body`(2), f_read ( 3 )
SELECT v.id, f.n FROM v_plain v, v_function f
SELECT * FROM v_plain WHERE id = (SELECT MAX(id) FROM v_plain)
SELECT ST_AsText(g), ST_X(POINT(1, 2)), ST_Distance(POINT(0, 0), POINT(3, 4)) FROM users
SELECT ST_AsText(ST_Buffer(POINT(0, 0), 1)) IS NOT NULL, ST_IsEmpty(POINT(1, 1))
SELECT BENCHMARK(5, f_const()), SLEEP(0) FROM users
SELECT BENCHMARK(1, (SELECT COUNT(*) FROM users))
SELECT 1; SELECT 2; SELECT name FROM users
SELECT 1; SHOW TABLES; DESCRIBE users
SELECT id FROM users WHERE id = ? AND name LIKE ?
SELECT id FROM users WHERE id IN (?, ?, ?) LIMIT ?
SELECT ?, ? + 1, COALESCE(?, 'x')
SELECT DATABASE() = SCHEMA(), DATABASE() IS NULL
SELECT RAND(5), RAND(5) * 2 FROM users
SELECT id FROM users WHERE RAND() < 2
SELECT UPPER(name), LENGTH(name), name + 0, -id, id * 1.5 FROM users
SELECT MAX(id) FROM users GROUP BY name ORDER BY NULL
SELECT `id`, `name` FROM `users` ORDER BY FIELD(`id`, 2, 1), `name` ASC
SELECT NAME_CONST('x', 5), COALESCE(NULL, 'x'), NULLIF(1, 1), IFNULL(NULL, 'y'), ISNULL(NULL)
SELECT INTERVAL(23, 1, 15, 17, 30), ELT(2, 'a', 'b'), FIELD('b', 'a', 'b'), FIND_IN_SET('b', 'a,b')
SELECT COERCIBILITY('x'), CHARSET('x'), COLLATION('x')
SELECT EXTRACT(YEAR_MONTH FROM at), DAYNAME(at), WEEK(at, 1), LAST_DAY(at) FROM orders
SELECT TRIM(BOTH '-' FROM '-x-'), SUBSTRING(name FROM 2), POSITION('n' IN name), LEFT(name, 1) FROM users
--= read read none mysql # MySQL's own grammar of queries
TABLE orders ORDER BY total DESC LIMIT 1
TABLE users UNION ALL TABLE users
(TABLE t) ORDER BY id
WITH w AS (TABLE users) SELECT id FROM w
WITH w AS (VALUES ROW(1, 'a'), ROW(2, 'b')) SELECT * FROM w
VALUES ROW(1, 2), ROW(3, 4) ORDER BY column_0 DESC LIMIT 1
SELECT * FROM (VALUES ROW(1, 'a')) v (n, s) JOIN users ON users.id = v.n
SELECT * FROM users WHERE id IN (VALUES ROW(1), ROW(2))
SELECT x.id, y.m FROM users x CROSS JOIN LATERAL (SELECT MAX(o.id) AS m FROM orders o WHERE o.user_id = x.id) y
SELECT * FROM users u JOIN LATERAL (SELECT o.total FROM orders o WHERE o.user_id = u.id ORDER BY o.total LIMIT 1) l ON TRUE
SELECT data->'$.a', data->>'$.a' FROM users WHERE data->>'$.a' = '1'
SELECT 2 MEMBER OF (data->'$.b'), JSON_OVERLAPS(data->'$.b', '[1]') FROM users
SELECT JSON_VALUE(data, '$.a' RETURNING UNSIGNED DEFAULT 0 ON EMPTY) FROM users
SELECT GROUPING(sku), sku, SUM(qty) FROM items GROUP BY sku WITH ROLLUP
SELECT id FROM users INTERSECT ALL SELECT user_id FROM orders
SELECT id FROM users EXCEPT DISTINCT SELECT user_id FROM orders
SELECT ANY_VALUE(name), COUNT(*) FROM users
SELECT CAST('12:30' AS TIME(3)), CAST(5 AS FLOAT), CAST('x' AS CHAR CHARACTER SET ascii), CAST(1 AS YEAR)
SELECT REGEXP_LIKE('abc', 'B', 'i'), BIN_TO_UUID(UUID_TO_BIN('6ccd780c-baba-1026-9564-5b8c656024db', 1), 1)
SELECT FIRST_VALUE(id) RESPECT NULLS OVER (ORDER BY id) FROM users
SELECT JSON_ARRAYAGG(id) OVER (ORDER BY id) FROM users
SELECT id FROM users WINDOW w AS (ORDER BY id), w2 AS (w)
SELECT LEAST(1, 2), GREATEST('a', 'b'), FORMAT(1234.5, 1, 'de_DE')
--= read read none mariadb # MariaDB's own grammar of queries
VALUES (1, 'a'), (2, 'b')
SELECT * FROM (VALUES (1, 2), (3, 4)) v
WITH w (a, b) AS (VALUES (1, 2)) SELECT a FROM w
SELECT id FROM users ORDER BY id OFFSET 1 ROWS
SELECT id FROM users ORDER BY id FETCH FIRST ROW ONLY
SELECT id FROM users ORDER BY name OFFSET 0 ROWS FETCH NEXT 1 ROWS WITH TIES
SELECT id FROM users LIMIT 1 ROWS EXAMINED 1000
SELECT id FROM users INTERSECT ALL SELECT id FROM orders
SELECT seq FROM seq_1_to_5_step_2
SELECT s.seq, u.name FROM seq_1_to_3 s LEFT JOIN users u ON u.id = s.seq
SELECT id, v FROM versioned FOR SYSTEM_TIME ALL ORDER BY id
SELECT MEDIAN(qty) OVER (), PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY qty) OVER () FROM items
SELECT NVL(name, 'x'), NVL2(name, 1, 2), DECODE_ORACLE(id, 1, 'a', 'b') FROM users
SELECT JSON_VALUE(data, '$.a'), JSON_QUERY(data, '$.b'), JSON_EXISTS(data, '$.c') FROM users
SELECT GROUP_CONCAT(name ORDER BY id LIMIT 1) FROM users
SELECT JSON_ARRAYAGG(DISTINCT sku ORDER BY sku LIMIT 2) FROM items
SELECT COLUMN_JSON(COLUMN_CREATE('a', 1, 'b', 'x')), COLUMN_GET(COLUMN_CREATE('a', 1), 'a' AS INT)
SELECT 1 UNION ALL SELECT 2 UNION SELECT 3 EXCEPT SELECT 1
SELECT SQL_CACHE id FROM users
SET STATEMENT max_statement_time = 100, join_buffer_size = 200000 FOR SELECT id FROM users
SET STATEMENT lock_wait_timeout = 1 FOR WITH w AS (SELECT 1 AS n) SELECT n FROM w
ANALYZE SELECT u.id FROM users u JOIN orders o ON o.user_id = u.id
ANALYZE FORMAT=JSON SELECT COUNT(*) FROM users
--= read read none clock mariadb # MariaDB's own grammar of queries
SELECT * FROM versioned FOR SYSTEM_TIME AS OF NOW()
--= primary unparsed unknown mariadb # not proved: a plain read that nobody sends
SELECT id FROM users PROCEDURE ANALYSE()
