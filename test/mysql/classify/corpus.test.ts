import { describe, expect, test } from 'vitest'
import { readAhead } from '../../../src/mysql/classify/routines.ts'
import { corpus, type Flavour, recordedCatalog } from '../../corpus/mysql/corpus.ts'
import { classifying, serversOf } from './classifying.ts'
import { modeOf } from './scanning.ts'

test('the corpus is large, and no statement is in it twice', () => {
  const texts = corpus.flatMap(({ flavours, before, sql, sqlMode, charset }) =>
    flavours.map((flavour) => JSON.stringify([flavour, before, sql, sqlMode, charset])),
  )
  const seen = new Set<string>()
  expect(texts.filter((text) => seen.size === seen.add(text).size)).toEqual([])
  expect(corpus.length).toBeGreaterThanOrEqual(1550)
})

const flavours: readonly Flavour[] = ['mysql', 'mariadb']

describe.each(flavours)('%s', (flavour) => {
  const catalog = recordedCatalog(flavour)
  const { facts } = classifying(() => catalog, serversOf[flavour])
  const rows = corpus.filter((row) => row.flavours.includes(flavour))

  test.each(rows)('$verdict, $because: $sql', (row) => {
    // Twice: at first sight, and from the cache.
    for (let sight = 0; sight < 2; sight++) {
      const found = facts(row.bytes, modeOf(row.sqlMode, row.charset))
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

  test('the same when definitions were read ahead', () => {
    const early = recordedCatalog(flavour)
    expect([...readAhead(early, null)].length).toBeGreaterThan(50)
    const after = classifying(() => early, serversOf[flavour])
    for (const row of rows) {
      const mode = modeOf(row.sqlMode, row.charset)
      expect(after.facts(row.bytes, mode), row.sql).toEqual(facts(row.bytes, mode))
    }
  })

  test('without a catalog nothing that is no read becomes one, and tables are unknown', () => {
    const blind = classifying(() => null, serversOf[flavour])
    for (const row of rows) {
      const { verdict, tables } = blind.facts(row.bytes, modeOf(row.sqlMode, row.charset))
      if (row.verdict === 'primary') expect(verdict, row.sql).toBe('primary')
      if (tables.some((table) => /users|orders/.test(table))) expect(verdict, row.sql).toBe('primary')
    }
  })
})
