--= read read none # quoting and literals that hold no code
SELECT 'FOR UPDATE', "INTO OUTFILE", `id` AS `LOCK IN SHARE MODE` FROM users
SELECT 'a''b', "a""b", 'a\'b', "a\"b", 'a"b', "a'b"
SELECT '\\', '\\\\', '\\\'', 'x\\'
SELECT '', "", 'a' '', '' 'b'
SELECT 'a'␤'b'␤'c'
SELECT 'a' -- x␤'b'
SELECT 'a' /* x */ 'b'
SELECT ';', "; DELETE FROM users", `name` FROM users
SELECT '/*', '*/', '--', '#', '-- x', '/*!40000 INTO @a */'
SELECT "/*! DELETE FROM users */"
SELECT '\n\r\t\0\Z\b\%\_', '\x'
SELECT 'é', 'こ', '😀', N'ü', _utf8mb4 'ß'
SELECT `name` AS `na``me`, id AS `"`, id AS `'` FROM users
SELECT id AS `/* x */`, id AS `-- x` FROM users
SELECT `users` . `id` FROM `app` . `users`
SELECT app . users . id FROM app . users
SELECT users.`id`, `users`.id FROM users
SELECT 2 AS `2x`, 3 x3
SELECT 0x4D7953514C, X'4D', x'4d', 0b1010, B'1010', b'0'
SELECT 0xff + 0, 0b11 + 0, x'ff' | 0
SELECT _binary 0x41, _latin1 X'E9', _utf8mb4 b'01000001'
SELECT _latin1'abc' COLLATE latin1_bin = _latin1'ABC'
SELECT N'x' = n'x', N''
SELECT .5, 5., 1.5e3, 1e+3, 1E-3, -.5, +.5, 00.10, 1e0
SELECT 18446744073709551615, 99999999999999999999.5
SELECT TRUE, FALSE, UNKNOWN_ FROM (SELECT 1 AS UNKNOWN_) x
SELECT DATE'2024-02-29', TIME'10:11:12.5', TIMESTAMP'2024-02-29 10:11:12'
SELECT {d '2024-02-29'}, {t '10:11:12'}, {ts '2024-02-29 10:11:12'}
SELECT 1--1, 1 --1␤, 2
SELECT 1 - -1, 1-(-1), - 1, !1, ~1, NOT 1
SELECT 2*3/4%5, 7 DIV 2, 7 MOD 2, 1<<2, 8>>1, 5&3, 5|3, 5^3
SELECT 1<=>1, 1<>2, 1!=2, 1<=2, 1>=2, 1=1, NOT 1=2
SELECT 1 AND 0 OR 1 XOR 0, 1 && 0 || 1
SELECT 'a' 'b' = 'ab', 'a' LIKE 'A' ESCAPE '|'
SELECT/**/id/**/FROM/**/users
SELECT␤id␤FROM␤users
SELECT	id	FROM	users
SELECT id FROM users -- FOR UPDATE
SELECT id FROM users --	INTO OUTFILE 'x'
SELECT id FROM users # INTO @a
SELECT id FROM users /* LOCK IN SHARE MODE */
SELECT id /* 'quote */ FROM users /* " ` */
SELECT id -- 'quote␤FROM users
SELECT id # "quote␤FROM users
SELECT /* /* /* */ id FROM users
SELECT id /**** stars ****/ FROM users
SELECT id /*/ odd */ FROM users
SELECT id --␤FROM users
/* a */ /* b */ SELECT /* c */ id /* d */ FROM /* e */ users /* f */
-- a␤-- b␤SELECT id FROM users
# a␤# b␤SELECT id FROM users
/*!50000 SELECT id FROM users */
/*! SELECT */ id /*! FROM */ users
SELECT /*!40001 SQL_NO_CACHE */ id FROM users /*!40000 WHERE id > 0 */
SELECT id /*!40000 , name */ FROM users
SELECT /*!00000 id */ FROM users
SELECT 'a' /*!40000 'b' */
SELECT id FROM users /*!40000 ORDER BY id */ LIMIT /*!40000 1 */
SELECT id FROM users /*! USE INDEX (PRIMARY) */
SELECT /*!50000 1 + */ /* x */ 2
SELECT id FROM users;
SELECT id FROM users ;␤
 ␤	SELECT id FROM users
select ID, Name from users where iD = 1
SELECT id FROM users WHERE name = 'O\'Reilly; DROP TABLE users; --'
SELECT id FROM users WHERE name = "x\" INTO @a -- "
SELECT * FROM `select` WHERE `for update` = 1 AND `into` IS NULL
SELECT a.`from`, a.`for update` FROM `select` a
SELECT `lock`.id, `share`.id FROM users `lock`, orders `share`
SELECT id AS share, name AS mode FROM users
SELECT id AS nextval, name AS `update` FROM users
SELECT users.id AS locked, 1 AS skip, 2 AS nowait FROM users
SELECT id AS sql_calc, 1 AS handler, 2 AS execute, 3 AS prepare FROM users
SELECT id AS truncate, 1 AS begin, 2 AS commit, 3 AS savepoint FROM users
SELECT ((((((((((1))))))))))
SELECT (((id))) FROM (((users)))
--= read read none mysql # optimizer hints, MySQL's comments and its own literals
SELECT /*+ NO_RANGE_OPTIMIZATION(users PRIMARY) */ id FROM users
SELECT /*+ SEMIJOIN(FIRSTMATCH) NO_ICP(users) */ id FROM users
SELECT /*+ INDEX(orders by_user) NO_INDEX(orders by_user) */ id FROM orders
SELECT /*+ HASH_JOIN(u, o) NO_BNL(u, o) */ u.id FROM users u JOIN orders o ON o.user_id = u.id
SELECT /*+ MAX_EXECUTION_TIME(5000) NO_MERGE(x) */ x.id FROM (SELECT id FROM users) x
SELECT /*+ JOIN_FIXED_ORDER() */ u.id FROM users u, orders o
SELECT /*+ QB_NAME(main) SUBQUERY(@sub MATERIALIZATION) */ id FROM users WHERE id IN (SELECT /*+ QB_NAME(sub) */ user_id FROM orders)
SELECT /*+ nonsense */ id FROM users
SELECT/*+*/id FROM users
SELECT id /*+ too late */ FROM users
SELECT /*M! 5 + */ 2
SELECT id FROM users /*M!100100 FOR UPDATE */
SELECT id FROM users /*!99999 FOR UPDATE */
SELECT id FROM users /*!90799 FOR UPDATE */
SELECT id FROM users /*!80000 WHERE id > 0 */
--= primary unparsed unknown mysql # hints that do something
SELECT /*+ SET_VAR(sql_mode = 'ANSI_QUOTES') */ id FROM users
SELECT /*+ set_var(optimizer_switch = 'mrr=off') */ id FROM users
SELECT /*! /*+ SET_VAR(sql_mode = '') */ 1 */
--= primary session-state unknown mysql # hints that do something
SELECT /*+ SET_VAR(max_sort_length = 100) MAX_EXECUTION_TIME(100) */ id FROM users
SELECT /*+ MAX_EXECUTION_TIME(100) SET_VAR(foreign_key_checks = OFF) */ id FROM users
SELECT /*+ RESOURCE_GROUP(USR_default) */ id FROM users
SELECT id FROM users WHERE id IN (SELECT /*+ SET_VAR(sort_buffer_size = 1M) */ user_id FROM orders)
--= primary write none mysql # hints that do something
INSERT /*+ SET_VAR(foreign_key_checks = OFF) */ INTO log (text) VALUES ('x')
--= read read none mariadb # MariaDB's comments
SELECT /*M! 3 + */ 2
SELECT /*M!50000 id */ /*M!100100 , name */ FROM users
SELECT id FROM users /*M!999999 FOR UPDATE */
SELECT id FROM users /*!50700 FOR UPDATE */
SELECT id FROM users /*!80000 FOR UPDATE */
SELECT id FROM users /*!99999 INTO @a */
SELECT id FROM users /*!100100 WHERE id > 0 */
SELECT id FROM users /*!101100 ORDER BY id */
SELECT /*+ MAX_EXECUTION_TIME(100) */ id FROM users
--= primary session-state unknown # code that only looks like a comment, or text
SELECT id /*!50000 INTO @a */ FROM users LIMIT 1 # again
SELECT id FROM users /*!40000 LIMIT 1 */ /*! INTO @a */
SELECT '\' /*', 1 INTO @a, @b -- */
SELECT 'a' INTO @a -- 'b'
SELECT "it's" INTO @a # '
SELECT `name`'/*' FROM users LIMIT 1 INTO @a /*'*/
SELECT 1 /* x */ INTO /* y */ @a
SELECT 1 -- x␤INTO @a
SELECT 1 # x␤INTO @a
SELECT 1--␤INTO @a
SELECT 1 /*!99999 x */ INTO @a
SELECT 1/*!INTO*/@a
SELECT 1 /*!50000INTO @a*/
--= primary unparsed unknown fails # code that only looks like a comment, or text; here an error
SELECT 1 /*!40000 ; DELETE FROM log WHERE id = 0 */
--= primary session-state unknown fails # code that only looks like a comment, or text; here an error
SELECT 1 --x␤INTO @a
--= primary multi-statement none # code that only looks like a comment, or text
SELECT 1;DELETE FROM log WHERE id = 0
SELECT 1;-- x␤DELETE FROM log WHERE id = 0
--= primary write none # code that only looks like a comment, or text
/*!50000 DELETE FROM log WHERE id = 1 */
/*! INSERT */ /*! INTO */ log (text) /*! VALUES */ ('x')
/*!40000 UPDATE log */ SET text = 'x' WHERE id = 1
# x␤DELETE FROM log WHERE id = 1
-- x␤DELETE FROM log WHERE id = 1
/* x */DELETE/* y */FROM/* z */log WHERE id = 1
 ␤ delete	from␤log where id=1
dElEtE fRoM log WHERE id = 1
--= primary volatile-function none mode=ANSI_QUOTES # ANSI_QUOTES: double quotes are names
SELECT "f_liar"()
--= primary session-state unknown mode=ANSI_QUOTES # ANSI_QUOTES: double quotes are names
SELECT id AS "/*" INTO @a FROM users LIMIT 1 -- "*/"
--= primary locking-read none mode=ANSI_QUOTES # ANSI_QUOTES: double quotes are names
SELECT "id" FROM "users" FOR UPDATE
--= primary write none mode=ANSI_QUOTES # ANSI_QUOTES: double quotes are names
INSERT INTO "log" ("text") VALUES ('x')
--= primary unreplicated-table none mode=ANSI_QUOTES # ANSI_QUOTES: double quotes are names
SELECT "in_memory"."id" FROM "in_memory"
--= read read none mode=ANSI_QUOTES # ANSI_QUOTES: double quotes are names
SELECT "id", 'x' FROM "users" WHERE "name" = 'FOR UPDATE'
SELECT "u"."id" FROM "app"."users" AS "u"
SELECT "f_const"()
SELECT "a""b".id FROM users AS "a""b"
SELECT 'it''s "quoted"' AS "x"
--= read read none mode=NO_BACKSLASH_ESCAPES # NO_BACKSLASH_ESCAPES: a backslash is a character
SELECT '\', 'x'
SELECT 'C:\' AS path, '\\' AS two
SELECT id FROM users WHERE name LIKE '%\%' ESCAPE '|'
--= primary session-state unknown mode=NO_BACKSLASH_ESCAPES # NO_BACKSLASH_ESCAPES: the text ends at the quote
SELECT '\' INTO @a -- '
SELECT "\" INTO @a -- "
--= primary locking-read none mode=NO_BACKSLASH_ESCAPES # NO_BACKSLASH_ESCAPES: the text ends at the quote
SELECT 'x\' FROM users FOR UPDATE -- '
--= primary write none mode=NO_BACKSLASH_ESCAPES # NO_BACKSLASH_ESCAPES: the text ends at the quote
INSERT INTO log (text) VALUES ('\')
--= primary unparsed unknown mode=ORACLE mariadb # ORACLE: another grammar, in which nothing is proved
SELECT 1 FROM dual
SELECT seq.nextval FROM dual
BEGIN SELECT 1; END
SELECT NVL(NULL, 1) FROM users
--= primary unparsed unknown charset=gbk # characters whose second byte is a quote or a backslash
SELECT '⟦bf5c⟧' INTO @a -- '
SELECT '⟦815c⟧' FOR UPDATE -- '
SELECT 'こ', 1
--= primary unparsed unknown charset=gbk fails # characters whose second byte is a quote or a backslash; here an error
SELECT '⟦bf5c⟧', 1 FROM users
--= primary unparsed unknown charset=sjis # the same in another of them
SELECT '⟦835c⟧' INTO @a -- '
--= primary unparsed unknown charset=sjis fails # the same in another of them; here an error
SELECT '⟦835c⟧', 1 FROM users
--= primary unparsed unknown charset=big5 fails # and another; here an error
SELECT '⟦a55c⟧', 1 INTO @a
SELECT '⟦a55c⟧' AS x
--= read read none charset=gbk # texts of plain letters are the same in all of them
SELECT id FROM users WHERE name = 'ann'
SELECT 'a\'b' AS x
--= read read none charset=latin1 # one byte, one character
SELECT '⟦e9⟧' AS x, id FROM users
SELECT id FROM users WHERE name <> '⟦ff⟧⟦27⟧⟦27⟧'
--= read read none # names may begin with digits
SELECT id AS 1st, 2nd.id AS 3_ FROM users AS 2nd
SELECT 2fa_enabled FROM (SELECT 1 AS 2fa_enabled) x
--= primary unparsed unknown # not proved, and not worth it
SELECT 1e5x FROM (SELECT 1 AS e5x) q
--= primary unparsed unknown mysql # some of the servers may run it, and others not
SELECT id FROM users /*!90704 WHERE id = 1 */
SELECT id FROM users LIMIT 1 /*!90702 INTO @a */
--= read read none mode=NO_BACKSLASH_ESCAPES # a doubled quote behind a backslash that is none
SELECT 'a\'' INTO @a -- '
--= read read none mysql # names in quotes within hints
SELECT /*+ BKA(`users`) */ 1 FROM users
SELECT /*+ INDEX(`orders` `by_user`) */ id FROM orders
