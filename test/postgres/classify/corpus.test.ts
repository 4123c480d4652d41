import { describe, expect, test } from 'vitest'
import { analyze } from '../../../src/postgres/classify/analyze.ts'
import { readAhead } from '../../../src/postgres/classify/function-judge.ts'
import { judge } from '../../../src/postgres/classify/judge.ts'
import { corpus, type Row, recordedCatalog, VERSIONS } from '../../corpus/postgres/corpus.ts'
import { classifying } from './classifying.ts'

const catalog = recordedCatalog()

/** A row is told from another one by all that makes a difference to it. */
const keyOf = ({ sql, before, mode }: Row) => `${mode.standardConformingStrings} ${before} ${sql}`

test('the corpus is large, and says why everything is in it', () => {
  expect(new Set(corpus.map(keyOf)).size).toBe(corpus.length)
  expect(new Set(corpus.map(({ sql }) => sql)).size).toBeGreaterThan(1800)
  for (const row of corpus) expect(row.why, row.sql).toMatch(/\w/)
})

describe.each(VERSIONS)('with the catalog of a PostgreSQL %i', (version) => {
  const rows = corpus.filter((row) => row.since <= version)

  test.each([
    ['when they are asked for', false],
    ['ahead', true],
  ])('all facts are as expected, at first sight and from the cache, with definitions read %s', (_, early) => {
    const recorded = recordedCatalog(version)
    if (early) expect([...readAhead(recorded, null)].length).toBeGreaterThan(100)
    const { facts } = classifying(() => recorded, { digests: 10_000, parseBurstMs: 1e9 })
    const wrong: string[] = []
    for (const row of [...rows, ...rows]) {
      const { verdict, because, effect, usesClock, usesLastSequence, statements } = facts(row.sql, row.mode)
      const found = [verdict, because, effect.kind, usesClock, usesLastSequence, statements === 0]
      const expected = [row.verdict, row.because, row.effect, row.clock, row.sequence, row.empty]
      if (String(found) !== String(expected)) wrong.push(`${row.sql}: ${found}, not ${expected}`)
    }
    expect(wrong).toEqual([])
  })
})

test('without a catalog nothing of the corpus that is no read becomes one', () => {
  const blind = classifying(() => null, { digests: 10_000, parseBurstMs: 1e9 })
  for (const row of corpus) {
    const { verdict } = blind.facts(row.sql, row.mode)
    if (row.verdict === 'primary') expect(verdict, row.sql).toBe('primary')
    if (/^select \* from users\b/i.test(row.sql)) expect(verdict, row.sql).not.toBe('read')
  }
})

test('the canonical text is judged as the text itself would be', () => {
  const { facts } = classifying(() => catalog, { digests: 10_000, parseBurstMs: 1e9 })
  for (const row of corpus) {
    if (row.since > 15 || !row.mode.standardConformingStrings) continue
    const analysis = analyze(row.sql)
    if (analysis === null) continue
    const { verdict, because, effect } = judge(analysis, catalog, false)
    // A literal that names a setting of sessions is seen in the text only; the canonical text is stricter.
    if (/current_setting\('\w+\./.test(row.sql) || row.because === 'unparsed') continue
    const found = facts(row.sql)
    expect({ verdict, because, effect }, row.sql).toEqual({
      verdict: found.verdict,
      because: found.because,
      effect: found.effect,
    })
  }
})
