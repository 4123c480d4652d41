import { expect, test } from 'vitest'
import { initClassifier } from '../../../src/mysql/classify/index.ts'
import { isFlat, objects } from '../../../src/mysql/classify/second-opinion.ts'
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

test.each([
  'select a,b from t where c=\x02 and d in(\x03)',
  'select t.a,count(*)as n from t join u on u.id=t.u_id where t.b>\x02 group by t.a order by n desc limit \x02',
  'select a from t where exists(select \x02 from u where u.a=t.a)',
  'select lower(a),upper(b)from t where(a=b)',
])('%j is looked at', (canonical) => {
  expect(isFlat(canonical)).toBe(true)
})

// What two, three or more of them cost is a multiple each time, up to minutes for a hundred words.
test.each([
  'select ((a)) from t',
  'select lower(upper(a)) from t',
  'select a from t where b in(select c from u where d in(\x03))',
  'select cast(a as char) from t',
  'select CONVERT (a, char) from t',
  'select case when a xor case when(a b)then a end then a end',
  'select a xor b from t',
  "select {d 'x'}",
  'select a,'.repeat(30),
  `select ${'x'.repeat(600)}`,
  `select ${'('.repeat(100)}`,
])('%j is not', (canonical) => {
  expect(isFlat(canonical)).toBe(false)
  expect(objects(canonical, 'mysql')).toBe(false)
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
