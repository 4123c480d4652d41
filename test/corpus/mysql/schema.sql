CREATE TABLE users (id int PRIMARY KEY AUTO_INCREMENT, name varchar(50), email varchar(100), data json, g geometry, FULLTEXT KEY ft (name))
CREATE TABLE orders (id int PRIMARY KEY AUTO_INCREMENT, user_id int, total decimal(10,2), at datetime, KEY by_user (user_id))
CREATE TABLE items (id int PRIMARY KEY AUTO_INCREMENT, order_id int, sku varchar(20), qty int)
CREATE TABLE log (id int PRIMARY KEY AUTO_INCREMENT, text varchar(200))
CREATE TABLE `select` (`from` int, `into` int, `for update` int)
CREATE TABLE parts (id int, y int) PARTITION BY HASH (id) PARTITIONS 4
CREATE TABLE in_memory (id int) ENGINE=MEMORY
CREATE TABLE hole (id int) ENGINE=BLACKHOLE
CREATE TABLE archived (id int) ENGINE=ARCHIVE
CREATE TABLE wp_posts (id int)
CREATE TABLE wp_term_relationships (id int)
CREATE TABLE wp_options (id int)
CREATE TABLE t (id int)
CREATE TABLE django_session (id int)
CREATE TABLE product (id int)
CREATE TABLE roles (id int)
CREATE TABLE sbtest1 (id int)
CREATE TABLE settings (id int)
CREATE TABLE things (id int)
CREATE TABLE app_users (id int)
CREATE TABLE docs (id int)
CREATE TABLE places (id int)
CREATE TABLE payments (id int)
CREATE TABLE t1 (id int)
CREATE TABLE t2 (id int)
CREATE TABLE t3 (id int)
CREATE TABLE u (id int)
CREATE TABLE d (id int)
CREATE TABLE c (id int)
CREATE TABLE p (id int)
CREATE TABLE z (id int)
CREATE TABLE a (id int)
CREATE TABLE b (id int)
INSERT INTO users (name, email, data) VALUES ('ann', 'ann@example.org', '{"a": 1, "b": [1, 2]}'), ('bob', 'bob@example.org', '[]')
INSERT INTO orders (user_id, total, at) VALUES (1, 10.5, '2024-01-01 10:00:00'), (2, 3, '2024-01-02 10:00:00')
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
