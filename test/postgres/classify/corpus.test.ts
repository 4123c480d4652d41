import { expect, test } from 'vitest'
import { analyze } from '../../../src/postgres/classify/analyze.ts'
import { judge } from '../../../src/postgres/classify/judge.ts'
import { corpus, recordedCatalog } from '../../corpus/postgres/corpus.ts'
import { classifying } from './classifying.ts'

const catalog = recordedCatalog()
const { facts } = classifying(() => catalog)

test('the corpus is large', () => {
  expect(corpus.length).toBeGreaterThan(600)
})

test.each(corpus)('$verdict, $because: $sql', (row) => {
  // Twice: at first sight, and from the cache.
  for (let sight = 0; sight < 2; sight++) {
    const found = facts(row.sql)
    expect({
      verdict: found.verdict,
      because: found.because,
      effect: found.effect.kind,
      clock: found.usesClock,
      sequence: found.usesLastSequence,
      empty: found.statements === 0,
    }).toEqual({
      verdict: row.verdict,
      because: row.because,
      effect: row.effect,
      clock: row.clock,
      sequence: row.sequence,
      empty: row.empty,
    })
  }
})

test('without a catalog nothing of the corpus that is no read becomes one', () => {
  const blind = classifying(() => null)
  for (const row of corpus) {
    const { verdict } = blind.facts(row.sql)
    if (row.verdict === 'primary') expect(verdict, row.sql).toBe('primary')
    const code = row.sql.replace(/'(''|[^'])*'|\$\$.*?\$\$|\$tag\$.*?\$tag\$|\/\*.*\*\/|--.*/g, '')
    if (/\busers\b/.test(code)) expect(verdict, row.sql).not.toBe('read')
  }
})

test('the canonical text is judged as the text itself would be', () => {
  for (const row of corpus) {
    const analysis = analyze(row.sql)
    if (analysis === null) continue
    const { verdict, because, effect } = judge(analysis, catalog, false)
    // A literal that names a setting of sessions is seen in the text only; the canonical text is stricter.
    if (row.sql.includes("current_setting('a.b'") || row.because === 'unparsed') continue
    const found = facts(row.sql)
    expect({ verdict, because, effect }, row.sql).toEqual({
      verdict: found.verdict,
      because: found.because,
      effect: found.effect,
    })
  }
})
