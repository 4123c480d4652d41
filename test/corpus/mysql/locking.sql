--= primary locking-read none # locks wherever a lock can stand
SELECT id FROM users WHERE id = 1 LOCK IN SHARE MODE
SELECT id FROM users ORDER BY id LIMIT 1 FOR UPDATE
SELECT id FROM users GROUP BY id FOR UPDATE
SELECT id FROM users HAVING id > 0 FOR UPDATE
SELECT DISTINCT id FROM users FOR UPDATE
SELECT SQL_NO_CACHE id FROM users FOR UPDATE
SELECT u.id FROM users u LEFT JOIN orders o ON o.user_id = u.id FOR UPDATE
SELECT id FROM parts PARTITION (p0) FOR UPDATE
SELECT id FROM orders FORCE INDEX (by_user) WHERE user_id > 0 FOR UPDATE
SELECT id FROM v_plain FOR UPDATE
SELECT id FROM users FOR UPDATE -- the end
SELECT id FROM users FOR /* x */ UPDATE /* y */
SELECT id FROM users FOR UPDATE # the end
SELECT id FROM users␤FOR␤UPDATE
SELECT id FROM users FOR	UPDATE
sElEcT id fRoM users fOr uPdAtE
SELECT id FROM users lock in/**/share mode
SELECT * FROM (SELECT id FROM users LOCK IN SHARE MODE) x WHERE x.id = 1
SELECT * FROM (SELECT * FROM (SELECT id FROM users FOR UPDATE) y) x
SELECT 1 FROM users WHERE EXISTS (SELECT 1 FROM orders FOR UPDATE)
SELECT (SELECT max(id) FROM users FOR UPDATE) + 1
SELECT IF(1, (SELECT id FROM users LIMIT 1 FOR UPDATE), 2)
SELECT * FROM users WHERE (id, 1) IN (SELECT user_id, 1 FROM orders LOCK IN SHARE MODE)
SELECT * FROM users ORDER BY (SELECT id FROM orders LIMIT 1 FOR UPDATE)
WITH w AS (SELECT id FROM users), x AS (SELECT id FROM orders FOR UPDATE) SELECT * FROM w, x
WITH w AS (SELECT id FROM users LOCK IN SHARE MODE) SELECT (SELECT id FROM w LIMIT 1)
(SELECT id FROM users LIMIT 1 FOR UPDATE) UNION ALL (SELECT id FROM orders LIMIT 1 FOR UPDATE)
(SELECT id FROM users) UNION ALL (SELECT id FROM orders LOCK IN SHARE MODE) ORDER BY 1
/*!50000 SELECT id FROM users FOR UPDATE */
SELECT id FROM users /*!50000 FOR */ UPDATE
SELECT id FROM users /*!40000 LOCK */ /*!40000 IN SHARE */ MODE
EXPLAIN SELECT id FROM users FOR UPDATE
DESCRIBE SELECT id FROM users LOCK IN SHARE MODE
--= primary session-state unknown # locks wherever a lock can stand
SELECT name INTO @a FROM users LIMIT 1 FOR UPDATE
--= primary locking-read unknown # locks wherever a lock can stand
SELECT id FROM users LIMIT 1 FOR UPDATE INTO @a
--= primary multi-statement none # locks wherever a lock can stand
SELECT 1; SELECT id FROM users FOR UPDATE; SELECT 2
--= primary locking-read none mysql # the same, MySQL's own
SELECT id FROM users FOR SHARE SKIP LOCKED
SELECT id FROM users FOR SHARE OF users
SELECT id FROM users u FOR UPDATE OF u NOWAIT
SELECT u.id FROM users u, orders o FOR SHARE OF u, o SKIP LOCKED
TABLE users FOR UPDATE
TABLE users ORDER BY id LIMIT 1 FOR SHARE
(TABLE users FOR UPDATE) UNION (TABLE users)
SELECT * FROM users WHERE id IN (SELECT id FROM t FOR UPDATE SKIP LOCKED)
SELECT u.id, l.id FROM users u, LATERAL (SELECT o.id FROM orders o WHERE o.user_id = u.id FOR UPDATE) l
SELECT id FROM users INTERSECT SELECT id FROM orders FOR UPDATE
SELECT id FROM users EXCEPT (SELECT id FROM orders FOR SHARE)
EXPLAIN ANALYZE SELECT id FROM users FOR UPDATE
SELECT /*+ NO_MERGE(x) */ * FROM (SELECT id FROM users FOR UPDATE) x
SELECT id FROM users /*!80001 FOR SHARE */
SELECT id FROM users LIMIT 1 FOR UPDATE /*M! SKIP LOCKED */
--= primary locking-read unknown mysql # the same, MySQL's own
SELECT id FROM users LIMIT 1 FOR SHARE INTO @a
--= primary session-state unknown mysql # the same, MySQL's own
SELECT id INTO @a FROM users LIMIT 1 FOR SHARE
--= primary locking-read none mariadb # the same, MariaDB's own
SELECT id FROM users FOR UPDATE WAIT 5
SELECT id FROM users LOCK IN SHARE MODE NOWAIT
SELECT id FROM users LOCK IN SHARE MODE SKIP LOCKED
SELECT id FROM users LOCK IN SHARE MODE WAIT 1
SELECT id FROM users LIMIT 1 OFFSET 0 FOR UPDATE
SELECT id FROM users ORDER BY id FETCH FIRST 1 ROW ONLY FOR UPDATE
SELECT id FROM users /*M! FOR UPDATE */
SELECT id FROM users /*M!100100 LOCK IN SHARE MODE */
SELECT id FROM users /*!100100 FOR UPDATE */
SET STATEMENT lock_wait_timeout = 1 FOR SELECT id FROM users FOR UPDATE
ANALYZE SELECT id FROM users FOR UPDATE
--= primary locking-read unknown # locks by name, by table and by instance, in every position
SELECT GET_LOCK('l', 0), GET_LOCK('m', 0)
SELECT COALESCE(GET_LOCK('l', 0), 0)
SELECT CASE GET_LOCK('l', 0) WHEN 1 THEN 'got' END
SELECT 1 FROM users HAVING GET_LOCK('l', 0)
SELECT id FROM users ORDER BY GET_LOCK('l', 0)
(SELECT id FROM users LIMIT 1) UNION ALL SELECT GET_LOCK('l', 0)
SELECT (SELECT GET_LOCK('l', 0))
SELECT * FROM (SELECT GET_LOCK('l', 0) AS n) x
WITH w AS (SELECT GET_LOCK('l', 0) AS n) SELECT * FROM w
SELECT SUM(GET_LOCK('l', 0)) OVER () FROM users
SELECT BENCHMARK(1, GET_LOCK('l', 0))
SELECT `GET_LOCK`('l', 0)
SELECT GET_LOCK/**/('l', 0)
SELECT/*!GET_LOCK('l', 0)*/
SELECT /*!40000 GET_LOCK */ ('l', 0)
SELECT GET_LOCK('l', 0) ⇒ SELECT RELEASE_LOCK('l')
SELECT GET_LOCK('l', 0) ⇒ SELECT RELEASE_ALL_LOCKS() AS n
SHOW TABLES WHERE GET_LOCK('l', 0)
LOCK TABLES users AS u READ, orders WRITE
LOCK TABLE `users` READ LOCAL
LOCK TABLES v_plain READ
--= primary volatile-function unknown # locks by name, by table and by instance, in every position
SELECT GET_LOCK('l', 0) ⇒ DO RELEASE_LOCK('l')
DO GET_LOCK('l', 0), 1
--= primary server-specific none # locks by name, by table and by instance, in every position
SELECT GET_LOCK('l', 0) ⇒ SELECT IS_USED_LOCK('l')
SELECT GET_LOCK('l', 0) ⇒ SELECT IS_FREE_LOCK('l') FROM dual
--= primary session-state unknown # locks by name, by table and by instance, in every position
SET @a = GET_LOCK('l', 0)
LOCK TABLES users READ ⇒ UNLOCK TABLES
LOCK TABLES users READ ⇒ UNLOCK TABLE
--= primary write unknown # locks by name, by table and by instance, in every position
UPDATE log SET text = GET_LOCK('l', 0) WHERE id = 1
--= primary locking-read unknown fails mysql # locks by name, by table and by instance, in every position; here an error
LOCK TABLES users LOW_PRIORITY WRITE
--= primary locking-read unknown mariadb # locks by name, by table and by instance, in every position
LOCK TABLES users LOW_PRIORITY WRITE
--= primary write unknown # locks by name, by table and by instance, in every position
FLUSH TABLES WITH READ LOCK
FLUSH NO_WRITE_TO_BINLOG TABLES WITH READ LOCK
FLUSH LOCAL TABLES users WITH READ LOCK
FLUSH TABLES users, orders WITH READ LOCK
FLUSH TABLES users FOR EXPORT
--= primary session-state unknown mysql # the same, MySQL's own
LOCK INSTANCE FOR BACKUP ⇒ UNLOCK INSTANCE
--= primary locking-read unknown fails mysql # the same, MySQL's own; here an error
SELECT service_get_write_locks('n', 'l', 0)
--= primary locking-read unknown mariadb # the same, MariaDB's own
LOCK TABLES users WRITE CONCURRENT
LOCK TABLES users READ WAIT 1
LOCK TABLES users WRITE NOWAIT
SELECT RELEASE_LOCK(NULL)
--= primary unparsed unknown mariadb # the same, MariaDB's own
BACKUP STAGE START
BACKUP LOCK app.users
BACKUP LOCK app.users ⇒ BACKUP UNLOCK
--= primary write unknown mariadb # the same, MariaDB's own
FLUSH TABLES users WITH READ LOCK AND DISABLE CHECKPOINT
