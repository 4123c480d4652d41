/** Prepared statements belong to the session, whichever connections run it, and connections hold a bounded number of copies. */
import { beforeAll, describe, expect, test } from 'vitest'
import { connectTo, failureOf, first } from '../support/clients.ts'
import { freshetFor, freshetForAll } from '../support/freshet.ts'
import { createTestServers } from '../support/postgres.ts'

const fleet = createTestServers({ replicas: 1 })

beforeAll(async () => {
  await fleet().primary.query(
    'CREATE TABLE rows (id int PRIMARY KEY, name text); GRANT ALL ON rows TO app; ALTER TABLE rows OWNER TO app',
  )
  await fleet().caughtUp()
})

const shared = freshetForAll(fleet, { pool: { size: 1 } })

const onPrimary = '/* freshet: route=primary */'

describe('named statements', () => {
  test('over many connections, of many clients under the same name', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 2 } })
    const clients = await Promise.all([1, 2, 3, 4, 5, 6].map(() => connectTo(freshet.url())))
    await Promise.all(
      clients.map(async (client, n) => {
        for (let i = 0; i < 40; i++) {
          const hint = i % 2 ? onPrimary : ''
          const text = `${hint} SELECT $1::int * 100 + ${n} AS sum`
          const { rows } = await client.query({ name: `same${i % 2}`, text, values: [i] })
          expect(rows).toEqual([{ sum: i * 100 + n }])
          const shared = await client.query({
            name: `shared${i % 2}`,
            text: `${hint} SELECT $1::int AS shared`,
            values: [i],
          })
          expect(shared.rows).toEqual([{ shared: i }])
        }
      }),
    )
  })

  test('more of them than a connection may hold', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 1 }, limits: { prepared_per_connection: 3 } })
    const a = await connectTo(freshet.url())
    const b = await connectTo(freshet.url())
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 12; n++) {
        for (const client of [a, b]) {
          const { rows } = await client.query({
            name: `many${n}`,
            text: `${onPrimary} SELECT ${n} + $1::int AS n`,
            values: [round],
          })
          expect(rows).toEqual([{ n: n + round }])
        }
      }
    }
    const held = await first(a, `${onPrimary} SELECT count(*)::int FROM pg_prepared_statements`)
    expect(held).toBeLessThanOrEqual(3)
  })

  test('a name that is taken is the servers error, and the session goes on', async () => {
    const freshet = shared()
    const a = await connectTo(freshet.url())
    await a.query({ name: 'taken', text: 'SELECT 1 AS n' })
    // The driver forgets that it has prepared it.
    ;(a as unknown as { connection: { parsedStatements: object } }).connection.parsedStatements = {}
    expect(await failureOf(a.query({ name: 'taken', text: 'SELECT 2 AS n' }))).toEqual({
      code: '42P05',
      message: 'prepared statement "taken" already exists',
    })
    await a.query('DEALLOCATE taken')
    expect((await a.query({ name: 'taken', text: 'SELECT 3 AS n' })).rows).toEqual([{ n: 3 }])
    expect((await failureOf(a.query('DEALLOCATE nosuch'))).code).toBe('26000')
    expect((await a.query({ name: 'other', text: 'SELECT 4 AS n' })).rows).toEqual([{ n: 4 }])
  })

  test.each(['DEALLOCATE ALL', 'DISCARD ALL'])('%s forgets them, for this session only', async (sql) => {
    const freshet = shared()
    const a = await connectTo(freshet.url())
    const b = await connectTo(freshet.url())
    for (const client of [a, b]) await client.query({ name: 's', text: `${onPrimary} SELECT 1 AS n` })
    await a.query("SET work_mem = '8MB'")
    await a.query(sql)
    expect((await failureOf(a.query({ name: 's', text: `${onPrimary} SELECT 1 AS n` }))).code).toBe('26000')
    expect((await b.query({ name: 's', text: `${onPrimary} SELECT 1 AS n` })).rows).toEqual([{ n: 1 }])
    expect((await a.query({ name: 't', text: `${onPrimary} SELECT 2 AS n` })).rows).toEqual([{ n: 2 }])
  })

  test('a statement that fails to parse leaves nothing behind', async () => {
    const freshet = shared()
    const a = await connectTo(freshet.url())
    for (let round = 0; round < 2; round++) {
      expect((await failureOf(a.query({ name: 'bad', text: 'SELECT nosuch FROM rows' }))).code).toBe('42703')
    }
    expect((await a.query({ name: 'bad', text: 'SELECT 1 AS n' })).rows).toEqual([{ n: 1 }])
  })
})

describe('the session decides what a text means', () => {
  test('literals of time under two time zones', async () => {
    const freshet = shared()
    const zones = ['UTC', 'Asia/Tokyo', 'America/New_York']
    const clients = await Promise.all(zones.map((zone) => connectTo(freshet.url(), { options: `-c timezone=${zone}` })))
    const text = `${onPrimary} SELECT extract(epoch FROM timestamptz '2020-01-01 00:00')::int + $1::int AS at`
    for (let round = 0; round < 3; round++) {
      const answers: number[] = []
      for (const client of clients) answers.push((await client.query({ name: 'at', text, values: [0] })).rows[0].at)
      expect(answers).toEqual([1577836800, 1577836800 - 9 * 3600, 1577836800 + 5 * 3600])
    }
  })

  test('two search paths', async () => {
    const freshet = shared()
    await fleet().primary.query(`CREATE SCHEMA one; CREATE SCHEMA two; GRANT USAGE ON SCHEMA one, two TO app;
      CREATE TABLE one.which AS SELECT 1 AS n; CREATE TABLE two.which AS SELECT 2 AS n; GRANT SELECT ON one.which, two.which TO app`)
    await fleet().caughtUp()
    const one = await connectTo(freshet.url())
    const two = await connectTo(freshet.url())
    await one.query('SET search_path = one')
    await two.query('SET search_path = two')
    for (let round = 0; round < 3; round++) {
      for (const hint of ['', onPrimary]) {
        expect((await one.query({ name: `w${hint}`, text: `${hint} SELECT n FROM which` })).rows).toEqual([{ n: 1 }])
        expect((await two.query({ name: `w${hint}`, text: `${hint} SELECT n FROM which` })).rows).toEqual([{ n: 2 }])
      }
    }
  })
})

describe('after DDL', () => {
  test.each(['through Freshet', 'behind its back'])(
    'a new statement of the same text works at once: %s',
    async (how) => {
      const freshet = shared()
      const old = await connectTo(freshet.url())
      const text = `${onPrimary} SELECT * FROM changing`
      await old.query('DROP TABLE IF EXISTS changing')
      await old.query('CREATE TABLE changing AS SELECT 1 AS a')
      await old.query({ name: 'c', text })
      const ddl = 'ALTER TABLE changing ADD b int DEFAULT 2'
      if (how === 'through Freshet') await old.query(ddl)
      else await fleet().primary.query(ddl)
      // What a server says to the session that prepared it before.
      expect(await failureOf(old.query({ name: 'c', text }))).toEqual({
        code: '0A000',
        message: 'cached plan must not change result type',
      })
      const fresh = await connectTo(freshet.url())
      for (let round = 0; round < 2; round++) {
        expect((await fresh.query({ name: 'c', text })).rows).toEqual([{ a: 1, b: 2 }])
        expect((await old.query({ name: `d${round}`, text })).rows).toEqual([{ a: 1, b: 2 }])
      }
    },
  )

  test('within a transaction the error fails it, as it does without Freshet', async () => {
    const freshet = shared()
    const client = await connectTo(freshet.url())
    const text = 'SELECT * FROM changing2'
    await client.query('CREATE TABLE changing2 AS SELECT 1 AS a')
    await client.query('BEGIN')
    await client.query({ name: 'c', text })
    await client.query('ALTER TABLE changing2 ADD b int')
    expect((await failureOf(client.query({ name: 'c', text }))).code).toBe('0A000')
    expect((await failureOf(client.query('SELECT 1'))).code).toBe('25P02')
    await client.query('ROLLBACK')
    expect((await client.query({ name: 'c', text })).rows).toEqual([{ a: 1 }])
  })
})

test('memory does not grow with statements and portals that come and go', async () => {
  const freshet = await freshetFor(fleet(), { pool: { size: 1 }, limits: { prepared_per_connection: 20 } })
  const client = await connectTo(freshet.url())
  const filler = 'x'.repeat(20_000)
  const round = async (count: number) => {
    for (let n = 0; n < count; n++) {
      const name = `s${n % 50}`
      await client.query({ name, text: `SELECT ${Math.random()} + $1::int /* ${filler} */`, values: [n] })
      await client.query(`DEALLOCATE ${name}`)
      delete (client as unknown as { connection: { parsedStatements: Record<string, string> } }).connection
        .parsedStatements[name]
    }
  }
  await round(500)
  const before = freshet.memory().residentBytes
  await round(2000)
  // 40 MB of statements have passed.
  expect(freshet.memory().residentBytes - before).toBeLessThan(40e6)
})
