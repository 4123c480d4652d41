import { expect, test } from 'vitest'
import { explainText } from '../../src/cli/explain.ts'

test.each([
  ['SELECT 1', 'read'],
  ['INSERT INTO t VALUES (1)', 'write'],
  ["SELECT nextval('s')", 'write'],
  ['SELECT random_things(), pg_sleep(1)', 'unknown-function'],
  ['SELECT my_own(1)', 'unknown-function'],
  ['SELEC', 'unparsed'],
  ['SHOW freshet.server', 'local'],
])('%s counts as %s', async (sql, reason) => {
  const rows = new Map(await explainText(sql))
  expect(rows.get('because')?.split(':')[0]).toBe(reason)
})

test.each([
  ['mysql', 'SELECT 1 AS `a` WHERE "x" = \'x\' # and no more', 'read'],
  ['mysql', 'SELECT a FROM t', 'unknown-relation'],
  ['mysql', 'SELECT /*!80000 SQL_NO_CACHE */ 1', 'read'],
  ['mysql', 'INSERT INTO t VALUES (1)', 'write'],
  ['mysql', 'SELECT a FROM t LOCK IN SHARE MODE', 'locking-read'],
  ['mysql', "SELECT GET_LOCK('a', 1)", 'locking-read'],
  ['mysql', "SELECT a FROM t INTO OUTFILE '/tmp/a'", 'server-specific'],
  ['mysql', 'SELECT my_own(1)', 'unknown-function'],
  ['mysql', 'SHOW freshet.server', 'local'],
  ['mariadb', 'SELECT NEXTVAL(s)', 'write'],
] as const)('%s: %s counts as %s', async (engine, sql, reason) => {
  const rows = new Map(await explainText(sql, engine))
  expect(rows.get('because')?.split(':')[0]).toBe(reason)
})

test('what a MySQL statement leaves behind is told', async () => {
  expect(new Map(await explainText('SELECT @a := 1', 'mysql')).get('pins')).toContain('user-variable')
  expect(new Map(await explainText('SHOW WARNINGS', 'mariadb')).get('previous')).toContain('warnings')
  expect(new Map(await explainText('CREATE TABLE t (a int)', 'mysql')).has('commits')).toBe(true)
})
