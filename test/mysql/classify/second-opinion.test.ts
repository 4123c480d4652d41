import { expect, test } from 'vitest'
import { initClassifier } from '../../../src/mysql/classify/index.ts'
import { isCheap, objects } from '../../../src/mysql/classify/second-opinion.ts'
import { corpus, recordedCatalog } from '../../corpus/mysql/corpus.ts'
import { classifying, serversOf } from './classifying.ts'
import { modeOf } from './scanning.ts'

await initClassifier()

test.each([
  'insert into t(a)values(\x02)',
  'update t set a=\x02',
  'delete from t',
  'select*from t for update',
  'drop table t',
  'call p()',
])('it objects to %j', (canonical) => {
  expect(objects(canonical, 'mysql')).toBe(true)
  expect(objects(canonical, 'mariadb')).toBe(true)
})

test.each([
  'select \x02',
  'select*from t where a in(\x03)and b=?',
  'show tables',
  'select this is no sql at all',
  'select(',
  '',
])('it has nothing to say against %j', (canonical) => {
  expect(objects(canonical, 'mysql')).toBe(false)
})

/** `(` and `)` around something, several times. */
const within = (before: string, depth: number, after: string) =>
  `select ${before.repeat(depth)}a${after.repeat(depth)} from t`

test.each([
  'select a,b from t where c=\x02 and d in(\x03)',
  'select t.a,count(*)as n from t join u on u.id=t.u_id where t.b>\x02 group by t.a order by n desc limit \x02',
  within('lower(', 3, ')'),
  within('(select ', 1, ' from u)'),
  'select a from t where exists(select \x02 from u where u.a=t.a)',
])('%j is looked at', (canonical) => {
  expect(isCheap(canonical)).toBe(true)
})

// What two, three or more of them cost is a multiple each time, up to minutes for a hundred words.
test.each([
  within('cast(', 1, ' as char)'),
  within('CONVERT (', 1, ', char)'),
  within('{d (', 3, ')}'),
  within('cast(exists (select ', 3, ' from t) as char)'),
  within('(', 6, ')'),
  within('(select ', 3, ' from u)'),
  'select a,'.repeat(60),
  `select ${'x'.repeat(600)}`,
  within('(', 5000, ')'),
])('%j is not', (canonical) => {
  expect(isCheap(canonical)).toBe(false)
  expect(objects(canonical, 'mysql')).toBe(false)
})

test('parentheses that close nothing change nothing', () => {
  expect(isCheap('select )))))) a')).toBe(true)
})

test('it takes away no read of the corpus', () => {
  for (const flavour of ['mysql', 'mariadb'] as const) {
    const catalog = recordedCatalog(flavour)
    const { facts } = classifying(() => catalog, serversOf[flavour])
    for (const row of corpus) {
      if (row.verdict === 'read' && row.flavours.includes(flavour))
        expect(facts(row.bytes, modeOf(row.sqlMode, row.charset)).verdict, row.sql).toBe('read')
    }
  }
})
