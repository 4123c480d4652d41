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
