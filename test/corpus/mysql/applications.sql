--= read read none # ActiveRecord
SELECT `users`.* FROM `users` WHERE `users`.`name` = 'ann' ORDER BY `users`.`id` ASC LIMIT 1
SELECT 1 AS one FROM `users` WHERE `users`.`email` = 'ann@example.org' LIMIT 1
SELECT COUNT(DISTINCT `users`.`id`) FROM `users` LEFT OUTER JOIN `orders` ON `orders`.`user_id` = `users`.`id` WHERE `orders`.`total` > 1
SELECT `users`.`id` AS t0_r0, `users`.`name` AS t0_r1, `orders`.`id` AS t1_r0 FROM `users` LEFT OUTER JOIN `orders` ON `orders`.`user_id` = `users`.`id` WHERE `users`.`id` IN (1, 2)
SELECT `orders`.* FROM `orders` INNER JOIN `users` ON `users`.`id` = `orders`.`user_id` WHERE `users`.`name` = 'ann' AND (orders.total BETWEEN 1.0 AND 20.0) ORDER BY orders.at DESC LIMIT 25 OFFSET 0 /*application:Shop,controller:orders,action:index*/
SELECT column_name FROM information_schema.statistics WHERE index_name = 'PRIMARY' AND table_schema = database() AND table_name = 'users' ORDER BY seq_in_index
SELECT fk.column_name AS 'column', rc.update_rule AS 'on_update', rc.delete_rule AS 'on_delete' FROM information_schema.referential_constraints rc JOIN information_schema.key_column_usage fk USING (constraint_schema, constraint_name) WHERE fk.table_schema = database() AND rc.constraint_schema = database()
--= read read none mysql # ActiveRecord
SELECT table_name FROM (SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = database()) _subquery WHERE _subquery.table_type = 'BASE TABLE'
--= primary server-specific none mariadb # ActiveRecord
SELECT table_name FROM (SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = database()) _subquery WHERE _subquery.table_type = 'BASE TABLE'
--= read read none # Hibernate and JPA
select u1_0.id, u1_0.email, u1_0.name from users u1_0 where u1_0.id = ?
select count(u1_0.id) from users u1_0
select o1_0.id, o1_0.at, o1_0.total, u1_0.id, u1_0.name from orders o1_0 left join users u1_0 on u1_0.id = o1_0.user_id where o1_0.total > ? order by o1_0.at desc limit ?, ?
select distinct u1_0.name from users u1_0 where exists (select 1 from orders o1_0 where o1_0.user_id = u1_0.id) and (u1_0.email like ? escape '')
/* criteria query */ select u.id as col_0_0_ from users u where u.name in (?, ?) group by u.id having count(*) > ?
select case when count(u1_0.id) > ? then 1 else 0 end from users u1_0
--= read read none # Django
SELECT `users`.`id`, `users`.`name` FROM `users` WHERE (`users`.`name` LIKE BINARY '%an%' AND NOT (`users`.`id` = 5)) ORDER BY `users`.`name` ASC LIMIT 21
SELECT COUNT(*) AS `__count` FROM `users` INNER JOIN `orders` ON (`users`.`id` = `orders`.`user_id`)
SELECT (1) AS `a` FROM `users` WHERE `users`.`id` = 1 LIMIT 1
SELECT CAST(DATE_FORMAT(`orders`.`at`, '%Y-%m-01') AS DATE) AS `m`, SUM(`orders`.`total`) AS `s` FROM `orders` GROUP BY `m` ORDER BY NULL
SELECT kc.`constraint_name`, kc.`column_name`, kc.`referenced_table_name`, kc.`referenced_column_name`, c.`constraint_type` FROM information_schema.key_column_usage AS kc, information_schema.table_constraints AS c WHERE kc.table_schema = DATABASE() AND c.table_schema = kc.table_schema AND c.constraint_name = kc.constraint_name AND kc.table_name = 'users'
SHOW FULL TABLES FROM `app`
--= read read none mysql # Django
SELECT table_name, table_type, table_comment FROM information_schema.tables WHERE table_schema = DATABASE()
--= primary server-specific none mariadb # Django
SELECT table_name, table_type, table_comment FROM information_schema.tables WHERE table_schema = DATABASE()
--= read read none # SQLAlchemy, Laravel, Doctrine
SELECT users.id AS users_id, users.name AS users_name FROM users WHERE users.name = ? LIMIT ?
SELECT anon_1.users_id FROM (SELECT users.id AS users_id FROM users LIMIT 5) AS anon_1 INNER JOIN orders AS orders_1 ON anon_1.users_id = orders_1.user_id
--= primary server-specific none # AUTO_INCREMENT, which each server counts for itself
SHOW CREATE TABLE `users`
--= read read none # SQLAlchemy, Laravel, Doctrine
DESCRIBE `app`.`users`
select * from `users` where `email` = ? and `users`.`id` is not null limit 1
select count(*) as aggregate from `orders` where `total` > ?
select `users`.*, (select count(*) from `orders` where `users`.`id` = `orders`.`user_id`) as `orders_count` from `users` order by `id` desc limit 15 offset 0
select exists(select * from `users` where `id` = ?) as `exists`
SELECT t0.id AS id_1, t0.name AS name_2 FROM users t0 WHERE t0.email = ? LIMIT 1
--= read read none mysql # SQLAlchemy, Laravel, Doctrine
select table_name from information_schema.tables where table_schema = ? and table_name = ? and table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
SELECT COLUMN_NAME AS Field, COLUMN_TYPE AS Type, IS_NULLABLE AS `Null`, COLUMN_KEY AS `Key`, COLUMN_DEFAULT AS `Default`, EXTRA AS Extra, COLUMN_COMMENT AS Comment FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'app' AND TABLE_NAME = 'users'
--= primary server-specific none mariadb # SQLAlchemy, Laravel, Doctrine
select table_name from information_schema.tables where table_schema = ? and table_name = ? and table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
SELECT COLUMN_NAME AS Field, COLUMN_TYPE AS Type, IS_NULLABLE AS `Null`, COLUMN_KEY AS `Key`, COLUMN_DEFAULT AS `Default`, EXTRA AS Extra, COLUMN_COMMENT AS Comment FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'app' AND TABLE_NAME = 'users'
--= read read none # Prisma, Sequelize, TypeORM, Knex, Drizzle
SELECT `app`.`users`.`id`, `app`.`users`.`email` FROM `app`.`users` WHERE (`app`.`users`.`id` = ? AND 1=1) LIMIT ? OFFSET ? /* traceparent='00-aa-bb-01' */
SELECT `id`, `name`, `email` FROM `users` AS `User` WHERE `User`.`id` = 1
SELECT count(*) AS `count` FROM `users` AS `User` WHERE (`User`.`name` LIKE '%a%' OR `User`.`email` LIKE '%a%')
SELECT `User`.*, `orders`.`id` AS `orders.id`, `orders`.`total` AS `orders.total` FROM (SELECT `User`.`id` FROM `users` AS `User` ORDER BY `User`.`id` LIMIT 0, 20) AS `User` LEFT OUTER JOIN `orders` AS `orders` ON `User`.`id` = `orders`.`user_id`
SELECT DISTINCT `distinctAlias`.`User_id` AS `ids_User_id` FROM (SELECT `User`.`id` AS `User_id` FROM `users` `User`) `distinctAlias` ORDER BY `User_id` ASC LIMIT 1
select `users`.`id`, json_arrayagg(json_array(`orders`.`id`, `orders`.`total`)) as `o` from `users` left join `orders` on `orders`.`user_id` = `users`.`id` group by `users`.`id`
SELECT 'keepalive' AS ping
SELECT 1 AS ok FROM dual
/* ping */ SELECT 1
SELECT 1 -- validation query
--= read read none # WordPress and shops
SELECT SQL_CALC_FOUND_ROWS wp_posts.ID FROM wp_posts WHERE 1=1 AND wp_posts.post_type = 'post' AND (wp_posts.post_status = 'publish') ORDER BY wp_posts.post_date DESC LIMIT 0, 10
SELECT option_value FROM wp_options WHERE option_name = 'siteurl' LIMIT 1
SELECT t.*, tr.object_id FROM wp_posts AS t INNER JOIN wp_term_relationships AS tr ON t.ID = tr.object_id WHERE tr.term_taxonomy_id IN (1, 2, 3)
SELECT post_id, meta_key, meta_value FROM (SELECT 1 AS post_id, 'k' AS meta_key, 'v' AS meta_value) wp_postmeta WHERE post_id IN (1,2) ORDER BY post_id ASC
--= read read none # reports, as BI tools write them
SELECT DATE(`orders`.`at`) AS `at`, COUNT(*) AS `count`, SUM(`orders`.`total`) AS `sum` FROM `orders` WHERE `orders`.`at` >= CAST('2024-01-01' AS date) GROUP BY DATE(`orders`.`at`) ORDER BY DATE(`orders`.`at`) ASC
SELECT STR_TO_DATE(CONCAT(DATE_FORMAT(`at`, '%Y-%m'), '-01'), '%Y-%m-%d') AS `month`, AVG(total) FROM orders GROUP BY 1
WITH base AS (SELECT user_id, total, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY total DESC) AS r FROM orders) SELECT user_id, SUM(CASE WHEN r = 1 THEN total END) AS top, SUM(total) AS sum_total FROM base GROUP BY user_id WITH ROLLUP
SELECT `SOURCE`.`name`, SUM(`SOURCE`.`x`) FROM (SELECT u.name, o.total AS x FROM users u JOIN orders o ON o.user_id = u.id) `SOURCE` GROUP BY `SOURCE`.`name` HAVING SUM(`SOURCE`.`x`) > 0
SELECT sku, SUM(qty) AS q, SUM(SUM(qty)) OVER (ORDER BY sku) AS running, 100 * SUM(qty) / SUM(SUM(qty)) OVER () AS pct FROM items GROUP BY sku
SELECT u.id, u.name, GROUP_CONCAT(DISTINCT CONCAT(i.sku, ':', i.qty) ORDER BY i.sku SEPARATOR ';') AS basket FROM users u JOIN orders o ON o.user_id = u.id JOIN items i ON i.order_id = o.id GROUP BY u.id, u.name
SELECT FLOOR(total / 5) * 5 AS bucket, COUNT(*) AS n, MIN(total), MAX(total), STDDEV_POP(total), VARIANCE(total) FROM orders GROUP BY bucket
--= read read none clock clock # the same, with the time
SELECT `orders`.* FROM `orders` WHERE `orders`.`at` < CURRENT_TIMESTAMP - INTERVAL 30 DAY
SELECT COUNT(*) FROM orders WHERE at >= UTC_TIMESTAMP() - INTERVAL 24 HOUR
SELECT DATEDIFF(NOW(), at) AS age, UNIX_TIMESTAMP(at) FROM orders
SELECT IF(at > NOW(), 'future', 'past') FROM orders
SELECT * FROM orders WHERE YEAR(at) = YEAR(CURDATE()) AND MONTH(at) = MONTH(CURRENT_DATE())
SELECT UUID(), REPLACE(UUID(), '-', '')
SELECT SYSDATE(), SYSDATE(3)
SELECT NOW() = SYSDATE(), LOCALTIME(), LOCALTIMESTAMP(3)
SELECT UTC_DATE(), UTC_TIME, UTC_TIMESTAMP(6)
SELECT * FROM (SELECT NOW() AS t) x
WITH w AS (SELECT CURRENT_DATE AS d) SELECT d FROM w
SELECT 1 UNION SELECT CURRENT_TIME
SELECT f_clock() > NOW()
SELECT TIMESTAMPDIFF(YEAR, '2000-01-01', CURDATE())
SELECT /*!40000 NOW() */
--= read read none clock clock fails # the same, with the time; here an error
SELECT now ( )
--= read-in-transaction session-state none # what drivers ask and say when they connect
SELECT @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@character_set_connection AS character_set_connection, @@character_set_results AS character_set_results, @@collation_connection AS collation_connection, @@sql_mode AS sql_mode, @@time_zone AS time_zone, @@wait_timeout AS wait_timeout
SELECT @@session.autocommit
SELECT @@SESSION.sql_mode, @@SESSION.time_zone
SELECT @@sql_mode, @@character_set_client, @@collation_connection
--= read-in-transaction session-state set # what drivers ask and say when they connect
SET sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'
set session time_zone='+00:00'
SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION,STRICT_ALL_TABLES'
SET SQL_AUTO_IS_NULL = 0
SET net_write_timeout=600
SET SESSION group_concat_max_len = 1048576
SET sql_quote_show_create = 1
--= primary session-state unknown # and what only one server can answer, or what changes more than one thing
SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci
SET @@SESSION.sql_auto_is_null = 0, @@SESSION.wait_timeout = 2147483, @@SESSION.sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')
--= primary multi-statement unknown # and what only one server can answer, or what changes more than one thing
SET NAMES 'utf8mb4'; SET time_zone = '+00:00'
--= primary session-state set # and what only one server can answer, or what changes more than one thing
set autocommit=1
SET AUTOCOMMIT = 0
--= primary server-specific none # and what only one server can answer, or what changes more than one thing
SELECT VERSION() AS version
SELECT CONNECTION_ID(), DATABASE(), USER()
SELECT DATABASE(), USER(), @@hostname
SHOW VARIABLES LIKE 'sql_mode'
SHOW VARIABLES WHERE Variable_name = 'language' OR Variable_name = 'net_write_timeout' OR Variable_name = 'wait_timeout' OR Variable_name = 'time_zone'
SHOW SESSION VARIABLES LIKE 'tx_isolation'
SHOW GLOBAL VARIABLES LIKE 'version'
SELECT @@GLOBAL.lower_case_table_names
SELECT @@version, @@version_comment, @@version_compile_os
SELECT CURRENT_USER()
--= primary server-specific none fails # and what only one server can answer, or what changes more than one thing; here an error
SHOW SLAVE STATUS NONBLOCKING
--= primary session-state unknown # mysqldump
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */
SET @OLD_SQL_NOTES = 1 ⇒ /*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */
/*!50503 SET NAMES utf8mb4 */
SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ
--= primary locking-read unknown # mysqldump
LOCK TABLES `users` READ /*!32311 LOCAL */,`orders` READ /*!32311 LOCAL */
--= primary write none # mysqldump
/*!40000 ALTER TABLE `log` DISABLE KEYS */
FLUSH /*!40101 LOCAL */ TABLES
DROP TABLE IF EXISTS `made_dump`
CREATE TABLE `made_dump` (`id` int NOT NULL, `x` int /*!80023 INVISIBLE */) /*!50100 TABLESPACE innodb_system */ ENGINE=InnoDB
INSERT INTO `log` VALUES (10,'a'),(11,NULL),(12,_binary 'x')
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER made_t BEFORE INSERT ON log FOR EACH ROW SET NEW.text = 'x' */
/*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50013 DEFINER=CURRENT_USER SQL SECURITY DEFINER */ /*!50001 VIEW `made_v` AS select 1 AS `a` */
/*!50106 SET GLOBAL event_scheduler = @@global.event_scheduler */
--= primary transaction none # mysqldump
START TRANSACTION /*!40100 WITH CONSISTENT SNAPSHOT, READ WRITE */
--= primary server-specific none # mysqldump
SELECT /*!40001 SQL_NO_CACHE */ * INTO OUTFILE 'freshet.out' FROM `users`
SHOW TABLE STATUS LIKE 'users'
--= read read none # mysqldump's reads
SELECT /*!40001 SQL_NO_CACHE */ * FROM `users`
SELECT /*!40001 SQL_NO_CACHE */ `id`, `name` FROM `users` WHERE id > 0 ORDER BY `users`.`id`
--= primary server-specific none # AUTO_INCREMENT, which each server counts for itself
SHOW CREATE TABLE `users`;
--= read read none # mysqldump's reads
SHOW FIELDS FROM `orders`
show triggers like 'orders'
SHOW CREATE DATABASE IF NOT EXISTS `app`
--= primary server-specific none # phpMyAdmin, DBeaver, Workbench, HeidiSQL
SELECT *, `TABLE_SCHEMA` AS `Db`, `TABLE_NAME` AS `Name`, `TABLE_ROWS` AS `Rows` FROM `information_schema`.`TABLES` t WHERE `TABLE_SCHEMA` IN ('app')
SHOW INDEXES FROM `app`.`users`
SELECT CURRENT_USER(), @@basedir
SHOW SESSION STATUS LIKE 'Ssl_cipher'
SHOW /*!50002 GLOBAL */ STATUS
SELECT `EVENT_NAME` FROM `information_schema`.`EVENTS`
SELECT * FROM performance_schema.session_account_connect_attrs
--= primary multi-statement none # phpMyAdmin, DBeaver, Workbench, HeidiSQL
SHOW WARNINGS; SELECT 1
--= primary multi-statement unknown # phpMyAdmin, DBeaver, Workbench, HeidiSQL
SET SQL_SAFE_UPDATES=0; DELETE FROM log WHERE id = 0
SHOW PROFILES; SET profiling = 0
--= primary write none # an application's writes
INSERT INTO `users` (`name`, `email`) VALUES ('new', 'new@example.org')
INSERT INTO users (name) VALUES (?)
insert into orders (at, total, user_id) values (?, ?, ?)
INSERT INTO `items` (`order_id`,`sku`,`qty`) VALUES (1,'x',1),(1,'y',2) ON DUPLICATE KEY UPDATE `qty`=VALUES(`qty`)
UPDATE `users` SET `name` = 'x', `email` = NULL WHERE `users`.`id` = 1
update users set name = ? where id = ?
UPDATE `items` SET `qty` = `qty` - 1 WHERE `id` = 1 AND `qty` > 0
delete from orders where id = ?
DELETE FROM `users` WHERE `users`.`id` IN (1, 2)
INSERT INTO log (text) SELECT CONCAT('archived ', id) FROM orders WHERE at < '2025-01-01'
REPLACE INTO `log` (`id`, `text`) VALUES (1, 'session')
INSERT IGNORE INTO wp_options (id) VALUES (NULL)
/* traceparent='00-aa' */ INSERT INTO log (text) VALUES ('traced')
UPDATE users SET name = CONCAT(name, '-', (SELECT COUNT(*) FROM orders)) WHERE id = (SELECT MIN(user_id) FROM orders)
--= primary server-specific none # of the server, or what a replica's own connections hold
SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@character_set_connection AS character_set_connection, @@sql_mode AS sql_mode, @@system_time_zone AS system_time_zone, @@time_zone AS time_zone
SELECT @@lower_case_table_names
SELECT @@license, @@init_connect
--= primary server-specific none mysql # of the server, or what a replica's own connections hold
SELECT @@session.transaction_read_only
--= primary server-specific none fails mariadb # of the server, or what a replica's own connections hold; here an error
SELECT @@session.transaction_read_only
--= primary server-specific none fails mysql # of the server, or what a replica's own connections hold; here an error
SELECT @@tx_read_only
--= primary server-specific none mariadb # of the server, or what a replica's own connections hold
SELECT @@tx_read_only
