import { describe, expect, test } from 'vitest'
import { corpus, type Flavour, recordedCatalog } from '../../corpus/mysql/corpus.ts'
import { classifying, serversOf } from './classifying.ts'

test('the corpus is large', () => {
  expect(corpus.length).toBeGreaterThan(800)
})

const flavours: readonly Flavour[] = ['mysql', 'mariadb']

describe.each(flavours)('%s', (flavour) => {
  const catalog = recordedCatalog(flavour)
  const { facts } = classifying(() => catalog, serversOf[flavour])
  const rows = corpus.filter((row) => row.flavours.includes(flavour))

  test.each(rows)('$verdict, $because: $sql', (row) => {
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

  test('without a catalog nothing that is no read becomes one, and tables are unknown', () => {
    const blind = classifying(() => null, serversOf[flavour])
    for (const row of rows) {
      const { verdict, tables } = blind.facts(row.sql)
      if (row.verdict === 'primary') expect(verdict, row.sql).toBe('primary')
      if (tables.some((table) => /users|orders/.test(table))) expect(verdict, row.sql).toBe('primary')
    }
  })
})
