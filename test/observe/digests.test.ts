import { expect, test } from 'vitest'
import { createDigestStats } from '../../src/observe/digests.ts'
import { postgresLexicon } from '../../src/postgres/classify/lexicon.ts'
import { digestSampler } from '../../src/sql/digest-sample.ts'
import type { Facts } from '../../src/sql/facts.ts'
import { digest } from '../../src/units.ts'

const facts = (key: number, verdict: Facts['verdict'] = 'read'): Facts => ({
  digest: digest(key),
  statements: 1,
  verdict,
  because: verdict === 'read' ? 'read' : 'write',
  command: 'SELECT',
  tables: [],
  functions: [],
  usesClock: false,
  usesLastSequence: false,
  transaction: null,
  effect: { kind: 'none' },
  literalDependent: false,
})
const sample = digestSampler(postgresLexicon)

test('digests are counted, the most frequent come first, and no literal is kept', () => {
  const stats = createDigestStats({ max: 100, sample })
  for (let turn = 0; turn < 3; turn++)
    stats.seen(facts(1), () => `SELECT * FROM cards WHERE number = '4111-${turn}'`, null)
  stats.seen(facts(2), () => 'SELECT 1', null)
  stats.seen(facts(2, 'primary'), () => 'SELECT 1', null)
  const rows = stats.rows(10)
  expect(rows).toMatchObject([
    { digest: 1, count: 3, verdict: 'read', reason: 'read' },
    { digest: 2, count: 2, verdict: 'primary', reason: 'write' },
  ])
  expect(rows[0]!.text).toBe('select*from cards where number=?')
  expect(stats.rows(1)).toHaveLength(1)
})

test('a text that cannot be read is not shown', () => {
  const stats = createDigestStats({ max: 100, sample })
  stats.seen(facts(1), () => "SELECT 'secret", null)
  expect(stats.rows(1)[0]!.text).toBe('SELECT')
})

test('it is bounded, and what runs all the time is kept with its count', () => {
  const stats = createDigestStats({ max: 10, sample })
  for (let key = 2; key < 1000; key++) {
    stats.seen(facts(1), () => 'SELECT 1', null)
    stats.seen(facts(key), () => 'SELECT 2', null)
  }
  expect(stats.rows(1000).length).toBeLessThanOrEqual(10)
  expect(stats.rows(1)).toMatchObject([{ digest: 1, count: 998 }])
})

test('while its cluster only observes, a digest counts what would have been done', () => {
  const stats = createDigestStats({ max: 100, sample })
  for (const would of [null, 'replica', 'replica', 'primary', 'wait'] as const)
    stats.seen(facts(1), () => 'SELECT 1', would)
  expect(stats.rows(1)).toMatchObject([{ count: 5, observed: 4, offloadable: 2 }])
})
