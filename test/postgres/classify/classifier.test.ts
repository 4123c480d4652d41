import { describe, expect, test } from 'vitest'
import { catalogOf } from '../../../src/postgres/classify/catalog.ts'
import { createClassifier } from '../../../src/postgres/classify/index.ts'
import { recordedCatalog } from '../../corpus/postgres/corpus.ts'
import { classifying, usual } from './classifying.ts'

const catalog = recordedCatalog()
const encoder = new TextEncoder()

describe('facts', () => {
  const { facts } = classifying(() => catalog)

  test.each([
    ["SET search_path TO a, 'B'", { kind: 'set', name: 'search_path', value: "'a', 'B'", local: false }],
    ["SET LOCAL app.x = 'it''s'", { kind: 'set', name: 'app.x', value: "'it''s'", local: true }],
    ["SET app.x = 'a\\b'", { kind: 'set', name: 'app.x', value: "E'a\\\\b'", local: false }],
    ["SET app.x = ''", { kind: 'set', name: 'app.x', value: "''", local: false }],
    ['SET extra_float_digits = 0', { kind: 'set', name: 'extra_float_digits', value: '0', local: false }],
    ['SET extra_float_digits = -15', { kind: 'set', name: 'extra_float_digits', value: '-15', local: false }],
    ['SET random_page_cost = 1.5', { kind: 'set', name: 'random_page_cost', value: '1.5', local: false }],
    ['SET enable_seqscan = off', { kind: 'set', name: 'enable_seqscan', value: "'off'", local: false }],
    ['SET ROLE Admin', { kind: 'set', name: 'role', value: "'admin'", local: false }],
    ["SET SESSION AUTHORIZATION 'Joe'", { kind: 'set', name: 'session_authorization', value: "'Joe'", local: false }],
    ['SET SESSION AUTHORIZATION DEFAULT', { kind: 'set', name: 'session_authorization', value: null, local: false }],
    ["SET TIME ZONE 'UTC'", { kind: 'set', name: 'timezone', value: "'UTC'", local: false }],
    ['SET TIME ZONE LOCAL', { kind: 'set', name: 'timezone', value: null, local: false }],
    ["SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE", { kind: 'unknown' }],
    ['RESET app.x', { kind: 'set', name: 'app.x', value: null, local: false }],
    [
      'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
      { kind: 'set', name: 'default_transaction_read_only', value: 'off', local: false },
    ],
    ['DEALLOCATE "P"', { kind: 'deallocate', name: 'P' }],
    ['DEALLOCATE ALL', { kind: 'deallocate', name: null }],
  ])('%s', (sql, effect) => {
    expect(facts(sql).effect).toEqual(effect)
  })

  test('two SETs with one digest are told apart', () => {
    const first = facts("SET search_path = 'a'")
    const second = facts("SET search_path = 'b'")
    expect(first.digest).toBe(second.digest)
    expect(first.literalDependent).toBe(true)
    expect([first.effect, second.effect]).toMatchObject([{ value: "'a'" }, { value: "'b'" }])
  })

  test.each([
    ['BEGIN', { op: 'begin', readOnly: null, isolation: null }],
    [
      'START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
      { op: 'begin', readOnly: true, isolation: 'repeatable read' },
    ],
    ['BEGIN READ WRITE', { op: 'begin', readOnly: false, isolation: null }],
    ['SET TRANSACTION READ ONLY', { op: 'set-transaction', readOnly: true, isolation: null, snapshot: false }],
    ["SET TRANSACTION SNAPSHOT 'x'", { op: 'set-transaction', readOnly: null, isolation: null, snapshot: true }],
    ['COMMIT AND CHAIN', { op: 'commit', chain: true }],
    ['END', { op: 'commit', chain: false }],
    ['ABORT', { op: 'rollback', chain: false }],
    ['ROLLBACK TO a', { op: 'rollback-to' }],
    ["COMMIT PREPARED 'x'", { op: 'finish-prepared' }],
    ['BEGIN; COMMIT', null],
  ])('%s', (sql, transaction) => {
    expect(facts(sql).transaction).toEqual(transaction)
  })

  test('what it uses, for people', () => {
    const found = facts('WITH w AS (SELECT lower(name) FROM public.users) SELECT f_sql(1) FROM w, orders')
    expect([...found.tables].sort()).toEqual(['orders', 'public.users'])
    expect([...found.functions].sort()).toEqual(['f_sql', 'lower'])
    expect(found.command).toBe('SELECT')
  })
})

describe('the cache', () => {
  test('the same object for the same digest', () => {
    const { facts, classifier } = classifying(() => catalog)
    expect(facts('select * from users where id = 1')).toBe(facts('SELECT *  FROM users WHERE id = 222 -- x'))
    expect(classifier.stats).toMatchObject({ hits: 1, misses: 1 })
  })

  test('a new catalog changes the facts at once, and back', () => {
    let current: typeof catalog | null = null
    const { facts } = classifying(() => current)
    expect(facts('select * from users').because).toBe('unknown-relation')
    current = catalog
    expect(facts('select * from users').verdict).toBe('read')
    current = null
    expect(facts('select * from users').because).toBe('unknown-relation')
  })

  test('after DDL, what users made is not trusted until the catalog has been read again', () => {
    let current = catalog
    const { facts, classifier } = classifying(() => current)
    expect([facts('select f_sql(1)').verdict, facts('select * from v_plain').verdict]).toEqual(['read', 'read'])
    classifier.invalidate()
    expect([facts('select f_sql(1)').verdict, facts('select * from v_plain').verdict]).toEqual(['primary', 'primary'])
    expect(facts('select btrim(email) from users').because).toBe('read')
    current = { ...catalog }
    expect([facts('select f_sql(1)').verdict, facts('select * from v_plain').verdict]).toEqual(['read', 'read'])
  })

  test('a learned write stays one for its time, also after everything was forgotten', () => {
    let now = 0
    const classifier = createClassifier({
      seed: 1,
      limits: { digests: 100, learnedMs: 1000 },
      catalog: () => catalog,
      now: () => now,
    })
    const text = encoder.encode('select * from users')
    const classify = () => classifier.classify(text, 0, text.length, usual)
    classifier.learnWrite(classify().digest)
    expect(classify()).toMatchObject({ verdict: 'primary', because: 'learned-write' })
    classifier.invalidate()
    now = 999
    expect(classify().because).toBe('learned-write')
    now = 1001
    expect(classify().because).toBe('read')
    expect(classify().because).toBe('read')
  })

  test('a stream of new digests meets the budget, and known ones do not suffer', () => {
    let now = 0
    const classifier = createClassifier({
      seed: 1,
      limits: { digests: 100, parseShare: 0.1, parseBurstMs: 50 },
      catalog: () => catalog,
      // Each look at the clock takes a millisecond, so each parse costs one.
      now: () => now++,
    })
    const classify = (sql: string) => {
      const text = encoder.encode(sql)
      return classifier.classify(text, 0, text.length, usual)
    }
    expect(classify('select * from users').verdict).toBe('read')
    let parsed = 0
    for (let i = 0; i < 2000; i++) if (classify(`select x${i} from users`).because !== 'unparsed') parsed++
    expect(parsed).toBeGreaterThan(50)
    expect(parsed).toBeLessThan(500)
    now += 10_000
    expect(classify('select y from users').verdict).toBe('read')
  })
})

describe('hostile texts', () => {
  const { facts } = classifying(() => catalog)
  const primary = { verdict: 'primary', effect: { kind: 'unknown' } }

  test.each([
    ['nested parentheses', `select ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['nested below the limit, sixteen times over', `select ${'(select '.repeat(3000)}1${')'.repeat(3000)}`],
    ['a chain of operators', `select ${'1 + '.repeat(20_000)}1`],
    ['a chain of NOT', `select ${'not '.repeat(20_000)}true`],
    ['a chain of UNION', `select 1 ${'union select 1 '.repeat(20_000)}`],
    ['a chain of casts', `select x${'::text'.repeat(5000)}`],
    ['16 MB', `select '${'x'.repeat(16 * 1024 * 1024)}'`],
    ['NULs', 'select 1\0; drop table users'],
    ['an unterminated quote', "select 'abc"],
  ])('%s', (_name, sql) => {
    expect(facts(sql)).toMatchObject(primary)
    expect(facts('select 1').verdict).toBe('read')
  })

  test('what lies just inside the limits goes through the parser, again and again', () => {
    for (let i = 0; i < 30; i++) {
      const depth = 190
      const name = `a${i}`
      facts(`select ${'('.repeat(depth)}${name}${')'.repeat(depth)}`)
      facts(`select ${name} ${'+ 1 '.repeat(990)}`)
      facts(`select ${name}, ${'not '.repeat(3000)}true`)
      facts(`select ${name} ${'union select 1 '.repeat(850)}`)
      facts(`select ${'case when x then '.repeat(700)}${name}${' end'.repeat(700)}`)
      facts(`select ${name} from t ${'join t on x '.repeat(1000)}`)
    }
    expect(facts('select other_column from users').verdict).toBe('read')
  })

  test('invalid UTF-8 does not hurt', () => {
    expect(facts(Uint8Array.from([...Buffer.from("select '"), 0xff, 0xfe, 0xc0, ...Buffer.from("'")])).verdict).toBe(
      'read',
    )
    expect(facts(Uint8Array.from([...Buffer.from('select '), 0xff, 0xfe])).statements).toBe(1)
  })

  test('a byte order mark is a letter for the server, and so no SELECT follows', () => {
    expect(facts('\ufeffSELECT 1')).toMatchObject(primary)
  })

  test('what would take long to parse is not parsed', () => {
    const columns = (count: number) => Array.from({ length: count }, (_, i) => `c.col${i}`).join(',')
    expect(facts(`select ${columns(370)} from users c`).verdict).toBe('read')
    expect(facts(`select ${columns(380)} from users c`)).toMatchObject({ ...primary, because: 'unparsed' })
    // It is words and signs that take time, not letters: what an ORM sends is long for fewer of them.
    const aliases = Array.from({ length: 200 }, (_, i) => `"Customer"."addressLine${i}" AS "Customer_addressLine${i}"`)
    expect(facts(`select ${aliases.join(', ')} from "Customer"`).verdict).toBe('read')
    expect(facts(`select ${'x'.repeat(13_000)} from users`)).toMatchObject(primary)
  })

  test('a definition may be longer, up to a point', () => {
    const view = (count: number) => {
      const definition = `SELECT ${Array.from({ length: count }, (_, i) => `c.col${i}`).join(',')} FROM users c`
      const rows = { builtins: [], functions: [], implicit: [], relations: [['public', 'v', 'view', definition]] }
      return classifying(() => catalogOf(rows, '1')).facts('select * from v').verdict
    }
    expect(view(900)).toBe('read')
    expect(view(1100)).toBe('primary')
  })

  test('what was seen of a schema is in doubt until a catalog has been read that is younger', () => {
    let current = catalog
    const { facts, classifier } = classifying(() => current)
    expect(facts('select * from v_plain').verdict).toBe('read')
    // It was read before the change, and has come since the last statement.
    current = { ...catalog }
    classifier.invalidate()
    expect(facts('select * from v_plain').verdict).toBe('primary')
    current = { ...catalog }
    expect(facts('select * from v_plain').verdict).toBe('read')
  })
})
