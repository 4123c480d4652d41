import { expect, test } from 'vitest'
import { initClassifier } from '../../../src/mysql/classify/index.ts'
import { objects } from '../../../src/mysql/classify/second-opinion.ts'
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
