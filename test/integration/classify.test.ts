/** The servers are the judges: every row of the corpus is run on a primary and on its replica, and what it was seen to do is compared with its facts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../src/postgres/classify/catalog.ts'
import { loadCatalog } from '../../src/postgres/classify/index.ts'
import type { Facts } from '../../src/sql/facts.ts'
import { corpus, type Row } from '../corpus/postgres/corpus.ts'
import { kept, type Why } from '../corpus/postgres/kept.ts'
import { classifying } from '../postgres/classify/classifying.ts'
import { asText, connect, Judge, judges, type Observation } from '../support/postgres-judge.ts'

/** What a replica answers to what it must not be asked. */
const REFUSALS = new Set(['25006', '0A000', '55000'])

interface Judged {
  readonly row: Row
  readonly facts: Facts
  readonly seen: Observation
}

test('a PostgreSQL 15 or another one of the distribution is judged by, too: apt-get install postgresql', () => {
  expect(judges().length).toBeGreaterThan(1)
})

describe.each(judges())('on a real PostgreSQL (%s)', (binaries) => {
  let judge: Judge
  let catalog: Catalog
  let all: readonly Judged[] = []
  let rows: readonly Row[] = []

  beforeAll(async () => {
    judge = await Judge.open(binaries)
    const monitor = await connect(judge.fleet.primary.url('freshet'))
    catalog = await loadCatalog((text, parameters) => asText(monitor, text, parameters))
    await monitor.end()
    rows = corpus.filter((row) => row.since <= judge.fleet.version)
    const { facts } = classifying(() => catalog, { digests: 10_000, parseBurstMs: 1e9 })
    const judged: Judged[] = []
    for (const row of rows) {
      if (row.notRun?.where !== 'anywhere')
        judged.push({ row, facts: facts(row.sql, row.mode), seen: await judge.observe(row) })
    }
    all = judged
  }, 180_000)

  afterAll(async () => {
    await judge?.close()
  })

  /** The statements of those for which there is something to say. */
  function complaints(say: (judged: Judged) => string | null): string[] {
    return all.flatMap((judged) => {
      const said = say(judged)
      return said === null ? [] : [`${judged.row.sql}: ${said} ${JSON.stringify(judged.seen)}`]
    })
  }

  const leavesNothing = ({ trace, session }: Observation) => trace.length + session.length === 0

  test('all rows have run, but for a few that say why not', () => {
    const notRun = rows.filter((row) => row.notRun !== null)
    expect(notRun.length).toBeLessThanOrEqual(10)
    for (const row of notRun) expect(row.notRun!.why, row.sql).toMatch(/\w+ \w+/)
    expect(all.length).toBe(rows.length - notRun.filter((row) => row.notRun!.where === 'anywhere').length)
    const failed = complaints(({ row, seen }) => (seen.error === row.fails ? null : `not ${row.fails}`))
    expect(failed).toEqual([])
  })

  test('the monitor account reads the same catalog that the unit tests use', () => {
    const wrong = complaints(({ row, facts }) =>
      facts.verdict === row.verdict && facts.because === row.because && facts.effect.kind === row.effect
        ? null
        : `${facts.verdict} ${facts.because} ${facts.effect.kind}`,
    )
    expect(wrong).toEqual([])
  })

  test('no read leaves a trace on the primary, in its database or in its session', () => {
    const traces = complaints(({ facts, seen }) =>
      facts.verdict === 'read' && !leavesNothing(seen) ? 'a trace' : null,
    )
    expect(traces).toEqual([])
  })

  test('a replica answers every read as the primary does: the same rows, or the same error', () => {
    const other = complaints(({ row, facts, seen }) => {
      if (facts.verdict !== 'read') return null
      if (seen.replica !== seen.error) return 'other errors'
      if (seen.error !== null) return null
      return seen.same || facts.usesClock || row.varies ? null : 'other rows'
    })
    expect(other).toEqual([])
    expect(all.filter(({ facts, seen }) => facts.verdict === 'read' && seen.same === true).length).toBeGreaterThan(550)
  })

  test('what is said to vary does so on the primary by itself', () => {
    expect(complaints(({ row, seen }) => (row.varies && seen.steady !== false ? 'steady' : null))).toEqual([])
  })

  test('at least 99 of 100 plain reads are found to be some, and the rest has reasons', () => {
    const unlisted: string[] = []
    const counts: Record<Why, number> = { effect: 0, place: 0, circumstances: 0, unproved: 0 }
    const used = new Set<RegExp>()
    let found = 0
    for (const { row, facts, seen } of all) {
      const plain =
        seen.error === null && seen.rows && leavesNothing(seen) && seen.replica === null && seen.same === true
      if (facts.verdict === 'read' && seen.error === null) found++
      if (!plain || seen.personal || facts.verdict !== 'primary') continue
      const reason = kept.find(([, pattern]) => pattern.test(row.sql))
      if (reason === undefined) unlisted.push(row.sql)
      else {
        counts[reason[0]]++
        used.add(reason[1])
      }
    }
    expect(unlisted).toEqual([])
    expect(found / (found + counts.unproved)).toBeGreaterThanOrEqual(0.99)
    expect(used.size).toBeGreaterThan(kept.length - 6)
    expect(found).toBeGreaterThan(600)
  })

  test('a replica refuses nothing that may run in a read-only transaction there', () => {
    const refused = complaints(({ row, facts, seen }) => {
      if (facts.verdict !== 'read-in-transaction' || row.because === 'transaction' || row.fails !== null) return null
      return seen.replica !== null && seen.replica !== undefined && REFUSALS.has(seen.replica) ? 'refused' : null
    })
    expect(refused).toEqual([])
  })

  test('what leaves something in its session is known to', () => {
    const unknown = complaints(({ facts, seen }) =>
      facts.effect.kind === 'none' && seen.session.length > 0 ? 'said to leave nothing' : null,
    )
    expect(unknown).toEqual([])
  })

  test('what a replica refuses is never a read, and what it accepts although it is none is denied beforehand', () => {
    const refused = all.filter(({ seen }) => typeof seen.replica === 'string' && REFUSALS.has(seen.replica))
    expect(refused.filter(({ row, facts, seen }) => facts.verdict === 'read' && row.fails !== seen.replica)).toEqual([])
    expect(refused.length).toBeGreaterThan(500)
    // No safety net is below these: the replica does what they say, or answers for itself.
    const accepted = all.filter(({ row, facts, seen }) => {
      if (facts.verdict === 'read' || facts.transaction !== null || seen.error !== null || seen.replica !== null)
        return false
      if (!leavesNothing(seen) || seen.personal === true || seen.same === false) return true
      return kept.some(([why, pattern]) => why === 'effect' && pattern.test(row.sql))
    })
    expect(accepted.length).toBeGreaterThan(150)
  })
})
