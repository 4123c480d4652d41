--= read read none # whatever stands inside of quotes and comments is no code
SELECT count(*) AS "delete", 'insert into x' AS "update" FROM users
SELECT 'DROP TABLE users; DELETE FROM users'
SELECT $$delete from users$$, $tag$update $$ users$tag$
SELECT 'it''s', E'it\'s', 'a"b', "name" FROM users
SELECT 1 /* delete from users */
SELECT 1 -- delete from users
SELECT /* a /* nested */ comment */ 1
SELECT /* /* /* three */ deep */ for update */ 1
SELECT 1 -- one␤, 2 -- two␤
SELECT 1 --␤+ 1
/* application: shop */ SELECT 1
-- leading␤SELECT 1
/*+ IndexScan(users) */ SELECT * FROM users
SELECT /*!50000 1 */ 2
SELECT 1 /**/ + /***/ 2
SELECT 4 /*/ 2 /*/ / 2 */ */ / 2
SELECT"id"FROM"users"
SELECT*FROM users
SELECT'a'
SELECT 'for update of users'
SELECT E'\\', '\'
SELECT '\', '; DELETE FROM users; --'
SELECT 'C:\path\', E'C:\\path\\'
SELECT e'a''b\'c'
SELECT E'', '', ''''
SELECT E'\'', E'\\\''
SELECT $$it's$$, $_$a$_$, $é$x$é$
SELECT $$$$, $a$$$$a$
SELECT $a$ $b$ $a$
SELECT $q$; DROP TABLE users; $q$
SELECT B'101', b'0', X'1f', x'AB', N'national'
SELECT "users"."name", "public"."users"."id" FROM "public"."users"
SELECT 1 AS "a""b", 2 AS "c'd", 3 AS "e--f", 4 AS "/*"
SELECT 1 AS "select", 2 AS "for update"
SELECT "name"FROM"users"WHERE"id"=1
SELECT name AS Größe FROM users
SELECT 1 AS übér, 2 AS "naïve", '日本語', '🐘'
SELECT id AS a$b, id AS _c, id AS d1 FROM users
SELECT 1 AS "ＦＯＲ ＵＰＤＡＴＥ"
SeLeCt Id fRoM UsErS wHeRe ID = 1
SELECT␤␤	id␤FROM␤	users
SELECT 1 ; /* after */ -- and more
;SELECT 1
;;SELECT 1;;
( SELECT 1 );
--= read read none # numbers in every form
SELECT 1.5, .5, 5., 1e3, 1.5E-3, 0.1e+2
SELECT 1, 12345678901234567890, 1e400::numeric, 'NaN'::float8, 'Infinity'::numeric
SELECT -1, - 1, +1, 1 - -1, 1 --1
SELECT 1::int2, 2::int8, 3.0::real, 4::oid, 5::"char"
SELECT 4!=3, 4<>3, 4 != -3
SELECT (array[1,2])[1], (array[1,2])[1:2], 2*array_length(array[1],1)
--@@ since: 16
SELECT 0x1F, 0o17, 0b101, 1_000_000, 0xFFFF_FFFF, 1_0.2_5e1_0
SELECT 0X1f, 0O7, 0B1, -0x10
--= read read none # operators are spelled with all kinds of characters, and casts bind tighter
SELECT '{"a":1}'::jsonb ? 'a', '{"a":1}'::jsonb ?| array['a','b'], '{"a":1}'::jsonb ?& array['a']
SELECT '{"a":{"b":1}}'::json -> 'a' ->> 'b', '{"a":1}'::json #> '{a}', '{"a":1}'::jsonb #>> '{a}'
SELECT '{"a":1}'::jsonb @> '{"a":1}', '{"a":1}'::jsonb <@ '{}', '{"a":1}'::jsonb || '{"b":2}', '{"a":1}'::jsonb - 'a', '{"a":1}'::jsonb #- '{a}'
SELECT '{"a":1}'::jsonb @@ '$.a == 1', '{"a":1}'::jsonb @? '$.a'
SELECT id::text::varchar(10)::text FROM users
SELECT 1<2, 1<=2, 1=1, 1>=0, 2>1, 2*3/4%5, 5^2, |/25, ||/27, @ -5, ~1, 1&3, 1|2, 1#3, 1<<2, 8>>1
SELECT name||'-'||id FROM users
SELECT 'a' ~ 'b', 'a' ~* 'b', 'a' !~ 'b', 'a' !~* 'b', 'a' ~~ 'b', 'a' !~~ 'b', 'a' ~~* 'b', 'a' !~~* 'b', 'a' ^@ 'b'
SELECT 3 operator(pg_catalog.*) 4, operator(pg_catalog.-) 5
SELECT -(-(-(1))), + + 1, - - 1
SELECT point(1,1) ~= point(1,1), box '((0,0),(1,1))' @> point(0,0), lseg '((0,0),(1,1))' ?# lseg '((0,1),(1,0))', path '((0,0),(1,1))' <-> path '((2,2),(3,3))'
SELECT circle '<(0,0),1>' |>> circle '<(5,5),1>', point '(1,1)' <<| point '(2,2)', point '(1,1)' ?- point '(2,1)', ?| lseg '((0,0),(0,1))'
SELECT int4range(1,5) && int4range(2,3), int4range(1,5) -|- int4range(5,6), int4range(1,5) &< int4range(2,9), int4range(1,3) + int4range(2,5), int4multirange(int4range(1,2)) @> 1
SELECT inet '10.0.0.1' >>= '10.0.0.0/8', inet '10.0.0.0/8' && inet '10.1.0.0/16', ~ inet '10.0.0.1', inet '10.0.0.1' + 5, macaddr '08:00:2b:01:02:03' & macaddr 'ff:ff:ff:00:00:00'
SELECT array[1,2] @> array[1], array[1] <@ array[1,2], array[1] && array[2], array[1] || array[2], 1 || array[2], array[1] = array[1]
SELECT tsvector 'a b' @@ tsquery 'a & b', tsquery 'a' && tsquery 'b', tsquery 'a' || 'b', !! tsquery 'a', tsquery 'a' <-> tsquery 'b', tsvector 'a' || tsvector 'b'
SELECT B'101' & B'110', B'101' | B'010', B'101' # B'111', ~ B'101', B'1' || B'0', B'101' << 1
SELECT name COLLATE "C" < 'b' COLLATE "C", (name COLLATE "POSIX") LIKE 'a%' FROM users
SELECT interval '1 day' * 2, date '2024-01-01' + 1, date '2024-01-02' - date '2024-01-01', timestamp '2024-01-01' + interval '1 hour', time '10:00' + interval '5 min'
--= read read none clock # an escape may spell a word that names the time, which only the server would know
SELECT E'a\nb'
SELECT 'a'␤'b'
SELECT 'a' -- between␤'b'
SELECT E'\101\x42\u0043\U00000044\b\f\n\r\t'
--@ fails: 42601
SELECT 'a' 'b'
SELECT E'\x6e'
SELECT U&'\0061'
SELECT U&'d\0061t\+000061'
SELECT u&'a\\b', U&''
SELECT U&'\0061' || 'b', U&'x'␤'y'
--= primary unparsed unknown # an escape character of one's own choosing, and names spelled by escapes: not worth reading
SELECT U&'!0061' UESCAPE '!'
SELECT U&"n\0061me" FROM users
SELECT U&"d!0061ta" UESCAPE '!' FROM users
--@ fails: 42601
SELECT U&'a' UESCAPE '+'
--= read read none # backslashes in plain strings are only letters while standard_conforming_strings is on, as it is unless said otherwise
SELECT 'a\', 'b'
SELECT '\x41', '\101', '\'
--= read read none # standard_conforming_strings is off: a backslash escapes in every string
--@@ escapes: yes
SELECT 'a\'b'
SELECT 'a\\'
SELECT '\'; DELETE FROM items; --'
SELECT 'a\', nextval(''seq'') --'
SELECT * FROM users WHERE name = '\'' OR email = 'x\\' OR name = E'\''
--= read read none clock # standard_conforming_strings is off, and an escape may spell the time
--@@ escapes: yes
SELECT 'it\'s', 'n\x6fw', 1
--= primary write none # standard_conforming_strings is off: a string ends where it would not otherwise, and behind it is code
--@@ escapes: yes
SELECT '\\', nextval('seq') --'
SELECT 'a\\' FROM nextval('seq')
--= primary unparsed unknown # standard_conforming_strings is off: a setting whose value has escapes is asked for and not believed; the server refuses U&''
--@@ escapes: yes
SET app.x = 'a\\b'
--@ fails: 0A000
SELECT U&'\0061'
--= read read none # standard_conforming_strings is off, and nothing hangs on it
--@@ escapes: yes
SELECT 'a', 1
SELECT 'it''s'
SELECT E'it\'s'
SELECT $$a\b$$
SELECT "name" FROM users WHERE name = 'a'
--= read read none clock # the server alone finds what is wrong with it, on whichever server
--@ fails: 42601
SELECT U&'\00'
--= primary unparsed unknown # no valid SQL: whatever the server then says is what the client sees
--@@ fails: 42601
SELEC 1
SELECT * FROM
SELECT 'unterminated
SELECT "unterminated
SELECT /* unterminated
SELECT /* /* half */ terminated
SELECT $$unterminated
SELECT $tag$unterminated$other$
SELECT $tag$unterminated$TAG$
SELECT E'unterminated\'
SELECT (1
SELECT 1)
SELECT [1]
SELECT \
SELECT {1}
SELECT 1 `a`
SELECT 1; SELECT FROM WHERE
SELECT ""
SELECT 1 FROM users FOR UPDATE OF
SELECT # FROM users
SELECT @a := 1
SELECT 1 LIMIT 1, 2
USE app
DESCRIBE users
REPLACE INTO users VALUES (1)
SELECT TOP 1 * FROM users
EXEC p_one
CREATE TABLE x (a int auto_increment)
INSERT INTO users VALUES (1) ON DUPLICATE KEY UPDATE id = 1
\d users
GO
SELECT 1 FROM users WHERE id = :id
SELECT 1 FROM users WHERE id = ?
KILL 5
START SLAVE
COPY users TO
SET x
BEGIN READ
DECLARE c FOR SELECT 1
MERGE INTO users USING orders
SELECT * FROM users WINDOW
WITH a SELECT 1
VALUES
--= primary unparsed unknown # a word right behind a number: 14 and older take it for an alias, newer ones for an error
--@@ fails: 42601
SELECT 1abc
SELECT 0x
SELECT 1 FROM users LIMIT 10x
--= read read none # it looks like a word that changes something, and is a name
SELECT delete, update, insert FROM (SELECT 1, 2, 3) AS t (delete, update, insert)
SELECT t.truncate, t.copy, t.lock FROM (SELECT 1 AS truncate, 2 AS copy, 3 AS lock) t
SELECT share, nowait, skip, locked FROM (SELECT 1 AS share, 2 AS nowait, 3 AS skip, 4 AS locked) x
SELECT 1 AS set, 2 AS reset, 3 AS listen, 4 AS notify, 5 AS vacuum
WITH delete AS (SELECT 1 AS a), update AS (SELECT 2 AS a) SELECT * FROM delete, update
SELECT "into".x FROM (SELECT 1 AS x) "into"
SELECT nextval FROM (SELECT 1 AS nextval) x
SELECT now FROM (SELECT 1 AS now) x
--= read read none empty # an empty text is answered with nothing
;
;;
/* nothing */
-- nothing
/* a */ ; -- b
