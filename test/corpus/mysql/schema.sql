CREATE TABLE users (id int PRIMARY KEY AUTO_INCREMENT, name varchar(50), email varchar(100), data json, g geometry, role_id int, x int, active int DEFAULT 1, banned int DEFAULT 0, deleted_at datetime, FULLTEXT KEY ft (name)) DEFAULT CHARSET=utf8mb4
CREATE TABLE orders (id int PRIMARY KEY AUTO_INCREMENT, user_id int, total decimal(10,2), at datetime, status int, KEY by_user (user_id))
CREATE TABLE items (id int PRIMARY KEY AUTO_INCREMENT, order_id int, sku varchar(20), qty int)
CREATE TABLE log (id int PRIMARY KEY AUTO_INCREMENT, text varchar(200))
CREATE TABLE `select` (`from` int, `into` int, `for update` int)
CREATE TABLE parts (id int, y int) PARTITION BY HASH (id) PARTITIONS 4
CREATE TABLE in_memory (id int) ENGINE=MEMORY
CREATE TABLE hole (id int) ENGINE=BLACKHOLE
CREATE TABLE archived (id int) ENGINE=ARCHIVE
CREATE TABLE wp_posts (ID int, post_type varchar(20), post_status varchar(20), post_date datetime)
CREATE TABLE wp_term_relationships (object_id int, term_taxonomy_id int)
CREATE TABLE wp_options (id int, option_name varchar(50), option_value varchar(50), autoload varchar(20))
CREATE TABLE t (id int, a varchar(20), b int, c int, d int, e int, f int, x int, y int, type varchar(20), status varchar(20), name varchar(20), date date, time time, user varchar(20), amount int, uuid binary(16), deleted int, created_at datetime, title varchar(20), body varchar(20), text varchar(20), language varchar(20), path varchar(20), `offset` int, host varchar(20), password varchar(20), account varchar(20), version int, count int, `row_count` int, `order` int, `group` int, `key` int, `read` int, `update` int, FULLTEXT KEY tb (title, body)) DEFAULT CHARSET=utf8mb4
CREATE TABLE django_session (id int, session_key varchar(40))
CREATE TABLE product (id int, name varchar(20), category_id int)
CREATE TABLE roles (id int)
CREATE TABLE sbtest1 (id int, c varchar(20))
CREATE TABLE settings (`key` varchar(20), `value` int, `rank` int, `groups` int)
CREATE TABLE things (id int, status int, type int, name int, date int, time int, year int, value int, data int, user int, role int, action int, position int, level int, state int, comment int, content int, session int)
CREATE TABLE app_users (user int, host int)
CREATE TABLE docs (doc json)
CREATE TABLE places (p point)
CREATE TABLE payments (user_id int, amount int, created_at datetime)
CREATE TABLE t1 (a int, b int)
CREATE TABLE t2 (a int)
CREATE TABLE t3 (b int)
CREATE TABLE u (x int, y int)
CREATE TABLE d (id int)
CREATE TABLE c (p_id int)
CREATE TABLE p (id int)
CREATE TABLE z (p_id int)
CREATE TABLE a (id int, b_id int, x int, created datetime, status varchar(5))
CREATE TABLE b (id int, name varchar(5), role varchar(5))
INSERT INTO users (name, email, data) VALUES ('ann', 'ann@example.org', '{"a": 1, "b": [1, 2]}'), ('bob', 'bob@example.org', '[]')
INSERT INTO orders (user_id, total, at) VALUES (1, 10.5, '2024-01-01 10:00:00'), (2, 3, '2024-01-02 10:00:00')
INSERT INTO log (id, text) VALUES (1, 'one'), (2, 'two')
INSERT INTO parts VALUES (1, 1), (2, 2), (3, NULL)
INSERT INTO t (id, a, b, name) VALUES (1, '1', 2, 'n')
INSERT INTO items (order_id, sku, qty) VALUES (1, 'a', 1), (1, 'b', 2), (2, 'a', 5)
CREATE FUNCTION f_const() RETURNS int DETERMINISTIC NO SQL RETURN 42
CREATE FUNCTION f_read(p int) RETURNS int READS SQL DATA RETURN (SELECT count(*) FROM users WHERE id > p)
CREATE FUNCTION f_body(p int) RETURNS int READS SQL DATA BEGIN DECLARE i, n int DEFAULT 0; DECLARE CONTINUE HANDLER FOR NOT FOUND SET n = 0; SELECT count(*) INTO n FROM orders WHERE user_id = p; WHILE i < 3 DO SET i = i + 1, n = n + 1; END WHILE; IF n > 100 THEN SET n = 100; END IF; RETURN n; END
CREATE FUNCTION f_cursor() RETURNS int READS SQL DATA BEGIN DECLARE done int DEFAULT 0; DECLARE v int; DECLARE total int DEFAULT 0; DECLARE c CURSOR FOR SELECT id FROM users; DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1; OPEN c; l: LOOP FETCH c INTO v; IF done THEN LEAVE l; END IF; SET total = total + v; END LOOP; CLOSE c; RETURN total; END
CREATE FUNCTION f_nest() RETURNS int READS SQL DATA RETURN f_read(0) + f_const()
CREATE FUNCTION f_clock() RETURNS datetime NO SQL RETURN now() - interval 1 day
CREATE FUNCTION f_liar() RETURNS int DETERMINISTIC NO SQL BEGIN INSERT INTO log (text) VALUES ('f_liar'); RETURN 1; END
CREATE FUNCTION f_write() RETURNS int MODIFIES SQL DATA BEGIN UPDATE log SET text = 'f_write' WHERE id = 1; RETURN 1; END
CREATE FUNCTION f_nest_write() RETURNS int READS SQL DATA RETURN f_liar() + 1
CREATE FUNCTION f_variable() RETURNS int NO SQL BEGIN SET @freshet_corpus = 1; RETURN 1; END
CREATE FUNCTION f_reads_variable() RETURNS int NO SQL RETURN @freshet_corpus
CREATE FUNCTION f_session() RETURNS int NO SQL BEGIN SET sql_mode = ''; RETURN 1; END
CREATE FUNCTION f_lock() RETURNS int NO SQL RETURN get_lock('freshet corpus', 0)
CREATE FUNCTION f_locking() RETURNS int READS SQL DATA BEGIN DECLARE n int; SELECT count(*) INTO n FROM users FOR UPDATE; RETURN n; END
CREATE FUNCTION f_calls() RETURNS int MODIFIES SQL DATA BEGIN CALL p_write(); RETURN 1; END
CREATE PROCEDURE p_read() SELECT count(*) FROM users
CREATE PROCEDURE p_write() INSERT INTO log (text) VALUES ('p_write')
CREATE PROCEDURE p_variable() SET @freshet_corpus = 2
CREATE PROCEDURE p_out(OUT n int) SELECT count(*) INTO n FROM users
CREATE PROCEDURE p_temporary() CREATE TEMPORARY TABLE IF NOT EXISTS made_by_procedure (id int)
CREATE PROCEDURE p_dynamic() BEGIN PREPARE s FROM 'SELECT 1'; EXECUTE s; DEALLOCATE PREPARE s; END
CREATE VIEW v_plain AS SELECT id, name FROM users WHERE id > 0
CREATE VIEW v_function AS SELECT f_nest() AS n FROM users
CREATE VIEW v_clock AS SELECT now() AS t FROM users
CREATE VIEW v_write AS SELECT f_liar() AS n FROM users
CREATE VIEW v_on_view AS SELECT * FROM v_write
CREATE VIEW v_memory AS SELECT * FROM in_memory
CREATE VIEW v_server AS SELECT version() AS v
CREATE TRIGGER orders_log AFTER INSERT ON orders FOR EACH ROW INSERT INTO log (text) VALUES (concat('order ', NEW.id))
