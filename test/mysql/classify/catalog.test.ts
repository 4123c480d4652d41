import { expect, test } from 'vitest'
import { type Catalog, catalogOf, loadCatalog } from '../../../src/mysql/classify/catalog.ts'
import { readAhead } from '../../../src/mysql/classify/routines.ts'
import { recordedCatalog } from '../../corpus/mysql/corpus.ts'
import { classifying, serversOf } from './classifying.ts'

type Body = string | null

/** A catalog of one routine `f` with this body and the parameter `p`. */
function withBody(body: Body, sqlMode = ''): Catalog {
  return catalogOf(
    {
      routines: [['app', 'f', 'FUNCTION', 'SQL', body, sqlMode]],
      parameters: [['app', 'f', 'p']],
      relations: [],
      tables: [['app', 'users']],
      loadable: [],
    },
    'test',
  )
}

test.each<[string, 'read' | 'primary', Body]>([
  ['an expression', 'read', 'RETURN p + 1'],
  ['a query', 'read', 'RETURN (SELECT count(*) FROM users WHERE id = p)'],
  ['SET of a local variable', 'read', 'BEGIN DECLARE x, y int; SET x = 1, y = p; RETURN x; END'],
  ['SET of its parameter', 'read', 'BEGIN SET p = p + 1; RETURN p; END'],
  ['SELECT INTO a local variable', 'read', 'BEGIN DECLARE x int; SELECT 1 INTO x; RETURN x; END'],
  [
    'handlers, loops and cases',
    'read',
    'BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION RETURN 0; l: REPEAT LEAVE l; UNTIL p > 1 END REPEAT; CASE p WHEN 1 THEN RETURN 2; ELSE RETURN 3; END CASE; END',
  ],
  ['SIGNAL', 'read', "BEGIN IF p < 0 THEN SIGNAL SQLSTATE '45000' SET p = 1; END IF; RETURN p; END"],
  ['functions that replace and insert in texts', 'read', "RETURN replace(insert('abc', 1, 1, 'x'), 'a', 'b')"],
  ['the word in a text', 'read', "RETURN 'INSERT INTO log VALUES (1)'"],
  ['the word in a comment', 'read', 'BEGIN /* DELETE FROM log */ RETURN 1; END'],
  ['INSERT', 'primary', 'BEGIN INSERT INTO log VALUES (1); RETURN 1; END'],
  ['REPLACE', 'primary', 'BEGIN REPLACE log VALUES (1); RETURN 1; END'],
  ['UPDATE', 'primary', 'BEGIN UPDATE log SET a = 1; RETURN 1; END'],
  ['DELETE', 'primary', 'BEGIN DELETE FROM log; RETURN 1; END'],
  ['CALL', 'primary', 'BEGIN CALL p(); RETURN 1; END'],
  ['a user variable set', 'primary', 'BEGIN SET @a = 1; RETURN 1; END'],
  ['a user variable read', 'primary', 'RETURN @a'],
  ['SELECT INTO a user variable', 'primary', 'BEGIN SELECT 1 INTO @a; RETURN 1; END'],
  ['a system variable', 'primary', "BEGIN SET sql_mode = ''; RETURN 1; END"],
  ['a system variable with a scope', 'primary', 'BEGIN SET SESSION wait_timeout = 1; RETURN 1; END'],
  ['a system variable behind a local one', 'primary', "BEGIN DECLARE x int; SET x = 1, sql_mode = ''; RETURN 1; END"],
  ['a locking read', 'primary', 'BEGIN DECLARE x int; SELECT 1 INTO x FROM users FOR UPDATE; RETURN x; END'],
  ['a lock in share mode', 'primary', 'RETURN (SELECT 1 FROM users LOCK IN SHARE MODE)'],
  ['GET_LOCK', 'primary', "RETURN get_lock('a', 1)"],
  ['the next value of a sequence', 'primary', 'RETURN NEXT VALUE FOR s'],
  ['a file', 'primary', "BEGIN SELECT 1 INTO OUTFILE '/x'; RETURN 1; END"],
  ['an unknown function', 'primary', 'RETURN something(1)'],
  ['itself', 'primary', 'RETURN f(p - 1)'],
  ['dynamic SQL', 'primary', "BEGIN PREPARE s FROM 'x'; RETURN 1; END"],
  ['code in an executable comment', 'primary', 'BEGIN /*! DELETE FROM log; */ RETURN 1; END'],
  ['a system table', 'primary', 'RETURN (SELECT count(*) FROM mysql.user)'],
  ['something unterminated', 'primary', "RETURN 'x"],
  ['nothing that can be seen', 'primary', null],
])('a function with %s is %s', (_what, verdict, body) => {
  const catalog = withBody(body)
  const { facts } = classifying(() => catalog)
  expect(facts('SELECT f(1)').verdict).toBe(verdict)
  expect(facts('SELECT app.f(1)').verdict).toBe(verdict)
})

test('a body is read under the sql_mode it was made with', () => {
  const hidden = "RETURN '\\' + something() -- '"
  const ansi = 'RETURN "delete"'
  const verdict = (body: string, mode: string) => {
    const catalog = withBody(body, mode)
    return classifying(() => catalog).facts('SELECT f(1)').verdict
  }
  expect(verdict(ansi, '')).toBe('read')
  expect(verdict(hidden, '')).toBe('read')
  expect(verdict('BEGIN DECLARE x int; RETURN x; END', 'PIPES_AS_CONCAT,ORACLE')).toBe('primary')
  expect(verdict(hidden, 'NO_BACKSLASH_ESCAPES')).toBe('primary')
})

test('names are judged by the worst of all schemas, qualified ones by their own', () => {
  const catalog = catalogOf(
    {
      routines: [
        ['a', 'f', 'FUNCTION', 'SQL', 'RETURN 1', ''],
        ['b', 'F', 'FUNCTION', 'SQL', 'BEGIN DELETE FROM log; RETURN 1; END', ''],
        ['a', 'abs', 'FUNCTION', 'SQL', 'BEGIN DELETE FROM log; RETURN 1; END', ''],
        ['a', 'js', 'FUNCTION', 'EXTERNAL', 'return 1', ''],
        ['pack', 'g', 'FUNCTION', 'SQL', 'RETURN 1', ''],
        ['a', 'pack', 'PACKAGE', 'SQL', '', ''],
      ],
      parameters: [],
      relations: [
        ['a', 'Things', 'BASE TABLE', null],
        ['b', 'v', 'VIEW', 'select 1'],
        ['c', 'v', 'VIEW', ''],
      ],
      tables: [
        ['a', 't'],
        ['a', 'users'],
        ['b', 'things'],
        ['b', 'v'],
      ],
      loadable: [['median']],
    },
    'test',
  )
  const { facts } = classifying(() => catalog, serversOf.mariadb)
  expect(facts('SELECT f()').verdict).toBe('primary')
  expect(facts('SELECT a.f()').verdict).toBe('read')
  expect(facts('SELECT A.F()').verdict).toBe('read')
  expect(facts('SELECT b.f()').verdict).toBe('primary')
  expect(facts('SELECT c.f()').verdict).toBe('primary')
  // Without IGNORE_SPACE a space before the parenthesis makes it the stored function.
  expect(facts('SELECT abs (1)').verdict).toBe('primary')
  expect(facts('SELECT ceil(1)').verdict).toBe('read')
  expect(facts('SELECT pack.g()').because).toBe('unknown-function')
  expect(facts('SELECT a.js()').because).toBe('unknown-function')
  expect(facts('SELECT median(x) OVER () FROM t').because).toBe('unknown-function')
  expect(facts('SELECT * FROM things').because).toBe('unreplicated-table')
  expect(facts('SELECT * FROM a.things').because).toBe('unreplicated-table')
  expect(facts('SELECT * FROM b.things').verdict).toBe('read')
  expect(facts('SELECT things FROM users WHERE things = 1').verdict).toBe('read')
  expect(facts('SELECT * FROM v').because).toBe('unknown-relation')
  expect(facts('SELECT * FROM b.v').verdict).toBe('read')
  // Perhaps a view that was made a moment ago.
  expect(facts('SELECT * FROM newcomer').because).toBe('unknown-relation')
  expect(facts('SELECT * FROM a.things2 JOIN users').because).toBe('unknown-relation')
  expect(facts('WITH w AS (SELECT 1), w2 (x) AS (SELECT 2) SELECT * FROM w, w2 JOIN users').verdict).toBe('read')
  expect(facts('SELECT EXTRACT(YEAR FROM newcomer), TRIM(LEADING x FROM y) FROM users').verdict).toBe('read')
  expect(facts('SELECT STRAIGHT_JOIN newcomer FROM users').verdict).toBe('read')
  // The alias of a derived table hides no table from the subqueries beside it.
  expect(facts('SELECT * FROM (SELECT 1) z (n) JOIN users ON z.n = users.id').verdict).toBe('read')
  expect(facts('SELECT * FROM (SELECT 1) z (n) WHERE EXISTS (SELECT 1 FROM z)').because).toBe('unknown-relation')
})

test('after DDL only what the servers bring is trusted, until a new catalog is there', () => {
  let catalog: Catalog | null = recordedCatalog('mysql')
  const { facts, classifier } = classifying(() => catalog)
  const before = classifier.version
  expect(facts('SELECT f_const()').verdict).toBe('read')
  expect(facts('SELECT * FROM v_plain').verdict).toBe('read')
  classifier.invalidate()
  expect(classifier.version).toBeGreaterThan(before)
  expect(facts('SELECT f_const()').because).toBe('unknown-function')
  expect(facts('SELECT * FROM v_plain').because).toBe('unknown-relation')
  expect(facts('SELECT uuid_to_bin(1)').because).toBe('unknown-function')
  expect(facts('SELECT abs(1) FROM users').verdict).toBe('read')
  catalog = { ...catalog }
  expect(facts('SELECT f_const()').verdict).toBe('read')
  catalog = null
  expect(facts('SELECT abs(1)').verdict).toBe('read')
  expect(facts('SELECT value(1)').because).toBe('unknown-function')
  expect(facts('SELECT * FROM users').because).toBe('unknown-relation')
})

test('what a replica has refused is a write for a while', () => {
  const { facts, classifier } = classifying(() => recordedCatalog('mysql'))
  const found = facts('SELECT 1 FROM users WHERE id = 1')
  classifier.learnWrite(found.digest)
  expect(facts('SELECT 1 FROM users WHERE id = 2')).toMatchObject({ verdict: 'primary', because: 'learned-write' })
})

test('a catalog is read by four queries, and once more for loadable functions, which the account need not see', async () => {
  const asked: string[] = []
  const query = (failing: boolean) => async (sql: string) => {
    asked.push(sql)
    if (failing && /user_defined_functions|mysql\.func/.test(sql)) throw new Error('denied')
    return []
  }
  const first = await loadCatalog(query(false), 'mysql')
  expect(first.loadable?.size).toBe(0)
  expect(asked.length).toBe(5)
  const again = await loadCatalog(query(false), 'mysql', first)
  expect(again).not.toBe(first)
  expect(again.routines).toBe(first.routines)
  const blind = await loadCatalog(query(true), 'mariadb')
  expect(blind.loadable).toBeNull()
  expect(classifying(() => blind, serversOf.mariadb).facts('SELECT median(1)').because).toBe('unknown-function')
})

test.each([
  ['a view that writes', 'BEGIN UPDATE c SET n = n + 1; RETURN 1; END'],
  [
    'a function that writes and looks there itself',
    'BEGIN DECLARE x int; SELECT count(*) INTO x FROM information_schema.tables; UPDATE c SET n = n + 1; RETURN 1; END',
  ],
])('MariaDB leaves %s out of INFORMATION_SCHEMA, though it looks there', (_, body) => {
  const view = 'select `app`.`w`() AS `x`,`t`.`TABLE_NAME` AS `n` from `information_schema`.`TABLES` `t`'
  const statements = ['select table_name from information_schema.tables', 'select * from app.v1']
  for (const early of [false, true]) {
    for (const order of [statements, statements.toReversed()]) {
      const catalog = catalogOf(
        {
          routines: [['app', 'w', 'FUNCTION', 'SQL', body, '']],
          parameters: [],
          relations: [['app', 'v1', 'VIEW', view]],
          tables: [['app', 'c']],
          loadable: [],
        },
        'test',
        true,
      )
      if (early) for (const _ of readAhead(catalog, null));
      const { facts } = classifying(() => catalog, serversOf.mariadb)
      expect(order.map((sql) => facts(sql).verdict)).toEqual(['primary', 'primary'])
    }
  }
})
