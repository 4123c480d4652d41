import { once } from 'node:events'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTarget, type Target } from './target.ts'

let target: Target
let pool: pg.Pool
beforeAll(async () => {
  target = await startTarget()
  pool = new pg.Pool({ connectionString: target.url, max: 8 })
  await pool.query('DROP TABLE IF EXISTS node_items')
  await pool.query('CREATE TABLE node_items (id int PRIMARY KEY, name text, data jsonb)')
})
afterAll(async () => {
  await pool?.query('DROP TABLE IF EXISTS node_items')
  await pool?.end()
  await target?.stop()
})

async function connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(target.url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

describe('node-postgres', () => {
  it('transactions, parameters, named statements', () =>
    connected(async (client) => {
      await client.query('BEGIN')
      await client.query('INSERT INTO node_items VALUES ($1, $2, $3)', [1, "naïve 'text'", { a: [1, 2] }])
      await client.query('COMMIT')
      await client.query('BEGIN')
      await client.query('INSERT INTO node_items VALUES (2)')
      await client.query('ROLLBACK')
      const all = await client.query('SELECT * FROM node_items ORDER BY id')
      expect(all.rows).toEqual([{ id: 1, name: "naïve 'text'", data: { a: [1, 2] } }])
      for (let n = 0; n < 50; n++) {
        await client.query({
          name: 'write',
          text: 'UPDATE node_items SET name = $1 WHERE id = 1',
          values: [`name ${n}`],
        })
        const read = await client.query({
          name: 'read',
          text: 'SELECT name FROM node_items WHERE id = $1',
          values: [1],
        })
        expect(read.rows).toEqual([{ name: `name ${n}` }])
      }
    }))

  it('the same statement names on many connections at once', async () => {
    const one = (n: number) =>
      connected(async (client) => {
        for (let i = 0; i < 20; i++) {
          const { rows } = await client.query({ name: 'same', text: `SELECT $1::int + ${n} AS sum`, values: [i] })
          expect(rows).toEqual([{ sum: i + n }])
        }
      })
    await Promise.all(Array.from({ length: 16 }, (_, n) => one(n)))
  })

  it('many queries at once on a pool, each seeing its own answer', async () => {
    const asked = Array.from({ length: 500 }, (_, n) => n)
    const answers = await Promise.all(asked.map((n) => pool.query('SELECT $1::int AS n', [n])))
    expect(answers.map(({ rows }) => rows[0].n)).toEqual(asked)
  })

  it('several statements in one text', () =>
    connected(async (client) => {
      const results = (await client.query("SELECT 1 AS a; SELECT 'two' AS b; SELECT 3")) as unknown as pg.QueryResult[]
      expect(results.map(({ rows }) => rows[0])).toEqual([{ a: 1 }, { b: 'two' }, { '?column?': 3 }])
      await expect(
        client.query('INSERT INTO node_items (id) VALUES (77); SELECT 1 / 0; INSERT INTO node_items (id) VALUES (78)'),
      ).rejects.toMatchObject({ code: '22012' })
      const { rows } = await client.query('SELECT count(*)::int AS n FROM node_items WHERE id IN (77, 78)')
      expect(rows).toEqual([{ n: 0 }])
    }))

  it.each([
    ['INSERT INTO node_items (id) VALUES (1)', '23505'],
    ['SELECT * FROM no_such_table', '42P01'],
    ['SELEC 1', '42601'],
    ['SELECT 1 / 0', '22012'],
  ])('%s: %s, and the connection goes on', (sql, code) =>
    connected(async (client) => {
      await expect(client.query(sql)).rejects.toMatchObject({ code, severity: 'ERROR' })
      await expect(client.query(`${sql} -- $1`, [])).rejects.toMatchObject({ code })
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    }),
  )

  it('a result of some size, and a large parameter', () =>
    connected(async (client) => {
      const { rows } = await client.query('SELECT n, repeat($1, 100) AS t FROM generate_series(1, 20000) AS n', ['x'])
      expect(rows).toHaveLength(20_000)
      const large = 'y'.repeat(5_000_000)
      expect((await client.query('SELECT length($1) AS l, $1 AS t', [large])).rows).toEqual([
        { l: 5_000_000, t: large },
      ])
    }))

  it('notices and notifications', () =>
    connected(async (client) => {
      const noticed = once(client, 'notice')
      await client.query("DO $$ BEGIN RAISE WARNING 'look here'; END $$")
      expect((await noticed)[0]).toMatchObject({ message: 'look here', severity: 'WARNING' })
      await client.query('LISTEN node_news')
      const heard = once(client, 'notification')
      await pool.query("NOTIFY node_news, 'hello'")
      expect((await heard)[0]).toMatchObject({ channel: 'node_news', payload: 'hello' })
    }))

  it('settings stay with their session', async () => {
    await connected(async (client) => {
      await client.query("SET application_name = 'somebody'; SET search_path = pg_catalog")
      await client.query('SELECT 1')
      expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: 'pg_catalog' }])
    })
    const others = await Promise.all(Array.from({ length: 8 }, () => pool.query('SHOW search_path')))
    expect(others.every(({ rows }) => rows[0].search_path !== 'pg_catalog')).toBe(true)
  })

  it('a statement over its time is cancelled by the server', () =>
    connected(async (client) => {
      await client.query('SET statement_timeout = 100')
      await expect(client.query('SELECT pg_sleep(60)')).rejects.toMatchObject({ code: '57014' })
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    }))

  it('logins that fail', async () => {
    const fail = (change: pg.ClientConfig) => {
      const { host, port, user, password, database } = target
      return expect(new pg.Client({ host, port, user, password, database, ...change }).connect()).rejects
    }
    await fail({ password: 'wrong' }).toMatchObject({ code: '28P01', severity: 'FATAL' })
    await fail({ user: 'nobody_here' }).toMatchObject({ code: '28P01' })
    await fail({ database: 'no_such_db' }).toMatchObject({
      code: '3D000',
      message: 'database "no_such_db" does not exist',
    })
  })
})
