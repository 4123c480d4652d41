/** Long texts are parsed by another thread: until it has answered they are the primary's. */
import { describe, expect, test } from 'vitest'
import { type Catalog, type CatalogRows, catalogOf } from '../../../src/postgres/classify/catalog.ts'
import { createClassifier, readLongDefinitions } from '../../../src/postgres/classify/index.ts'
import { classifying, usual } from './classifying.ts'

const encoder = new TextEncoder()
const columns = (count: number, name = 'col') => Array.from({ length: count }, (_, i) => `${name}${i}`).join(', ')

/** With a thread; the budget does not run out unless the test says so. */
function threaded(catalog: Catalog, limits: { parseBurstMs?: number; parseShare?: number } = { parseBurstMs: 1e9 }) {
  const options = { seed: 99, limits: { digests: 1000, ...limits }, catalog: () => catalog, now: () => 0, thread: true }
  const classifier = createClassifier(options)
  const facts = (sql: string) => {
    const bytes = encoder.encode(sql)
    return classifier.classify(bytes, 0, bytes.length, usual)
  }
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return { classifier, facts, until }
}

const NOTHING: CatalogRows = { builtins: [], functions: [], relations: [], implicit: [] }
const empty = () => catalogOf(NOTHING, '1')

describe('a long statement', () => {
  test('is the primary’s until the thread has read it; then it is what it would have been, and whoever keeps facts learns of it', async () => {
    const { classifier, facts, until } = threaded(empty())
    const sql = `SELECT ${columns(500)} FROM t`
    const before = classifier.version
    expect(facts(sql)).toMatchObject({ verdict: 'primary', because: 'unparsed', effect: { kind: 'unknown' } })
    await until(() => classifier.version > before)
    const here = classifying(() => empty()).facts(sql)
    const { digest: _, ...there } = facts(sql)
    expect(here).toMatchObject(there)
    expect(there).toMatchObject({ verdict: 'read', command: 'SELECT', tables: ['t'] })
  })

  test.each([
    [`INSERT INTO t (${columns(500)}) SELECT ${columns(500)} FROM u`, { verdict: 'primary', because: 'write' }],
    [`SELECT ${columns(500)} FROM t FOR UPDATE`, { verdict: 'primary', because: 'locking-read' }],
    [`SELECT ${columns(500)} FROM FROM t`, { verdict: 'primary', because: 'unparsed' }],
    [`SELECT ${'('.repeat(150)}${columns(500, 'a + c')}${')'.repeat(150)} FROM t`, { verdict: 'read' }],
  ])('%.40s ... is judged as here', async (sql, expected) => {
    const { classifier, facts, until } = threaded(empty())
    const before = classifier.version
    expect(facts(sql).verdict).toBe('primary')
    await until(() => classifier.version > before)
    expect(facts(sql)).toMatchObject(expected)
    // The answer is kept, also when it is that nobody can tell.
    const [hits, version] = [classifier.stats.hits, classifier.version]
    facts(sql)
    expect(classifier.stats.hits).toBeGreaterThan(hits)
    expect(classifier.version).toBe(version)
  })

  test('a short one is not sent there', () => {
    expect(threaded(empty()).facts(`SELECT ${columns(20)} FROM t`).verdict).toBe('read')
  })

  test('one that differs in its literals only is the same', async () => {
    const { classifier, facts, until } = threaded(empty())
    const sql = (id: number) => `SELECT ${columns(500)} FROM t WHERE id = ${id}`
    facts(sql(1))
    await until(() => classifier.version > 0)
    expect(facts(sql(2)).verdict).toBe('read')
  })

  test('thousands of different ones at once: some are read, the others are the primary’s, and nothing piles up', async () => {
    const { classifier, facts, until } = threaded(empty())
    for (let i = 0; i < 3000; i++) expect(facts(`SELECT ${columns(600, `c${i}x`)} FROM t`).verdict).toBe('primary')
    await until(() => classifier.version > 0)
    // What had no place then gets one when it comes again.
    const last = `SELECT ${columns(600, 'c2999x')} FROM t`
    await until(() => facts(last).verdict === 'read')
    expect(classifier.version).toBeLessThan(200)
  })

  test('parsing there counts as parsing: without budget nothing is sent', async () => {
    const { classifier, facts, until } = threaded(empty(), { parseBurstMs: 0.001, parseShare: 0 })
    const sql = (n: number) => `SELECT ${columns(500, `c${n}x`)} FROM t`
    facts(sql(1))
    await until(() => classifier.version === 1)
    facts(sql(2))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(classifier.version).toBe(1)
    expect(facts(sql(2)).verdict).toBe('primary')
  })
})

describe('long definitions', () => {
  const view = (definition: string) => ({ ...NOTHING, relations: [['public', 'v', 'view', definition]] })

  test.each([
    [`SELECT ${columns(500)} FROM t`, 'read'],
    [`SELECT ${columns(500)}, nextval('s') AS n FROM t`, 'primary'],
  ])('of a view: %.20s', async (definition, verdict) => {
    const rows = view(definition)
    const here = classifying(() => catalogOf(rows, '1')).facts('SELECT * FROM v')
    const catalog = catalogOf(rows, '1')
    await readLongDefinitions(catalog, null)
    expect(classifying(() => catalog).facts('SELECT * FROM v')).toEqual(here)
    expect(here.verdict).toBe(verdict)
  })
})
