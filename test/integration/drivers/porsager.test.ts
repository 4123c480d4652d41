import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTarget, type Target } from './target.ts'

let target: Target
let sql: postgres.Sql
const notices: postgres.Notice[] = []
beforeAll(async () => {
  target = await startTarget()
  // Its queries run on any of its connections, so what one has written must be seen by the others: that is what `global` is for.
  const connection = { 'freshet.consistency': 'global' }
  sql = postgres(target.url, { max: 8, connection, onnotice: (notice) => notices.push(notice) })
  await sql`DROP TABLE IF EXISTS porsager_items`
  await sql`CREATE TABLE porsager_items (id int PRIMARY KEY, name text, tags text[])`
})
afterAll(async () => {
  await sql?.end()
  await target?.stop()
})

// This driver pipelines: it sends Parse, Describe, Bind and Execute of many queries on one connection without waiting.
describe('postgres (porsager)', () => {
  it('transactions and savepoints', async () => {
    await sql.begin(async (tx) => {
      await tx`INSERT INTO porsager_items VALUES (1, 'one', ${['a', 'b,c']})`
      await tx
        .savepoint(async (inner) => {
          await inner`INSERT INTO porsager_items VALUES (2)`
          throw new Error('undo')
        })
        .catch(() => {})
    })
    await expect(
      sql.begin(async (tx) => {
        await tx`INSERT INTO porsager_items VALUES (3)`
        throw new Error('undo')
      }),
    ).rejects.toThrow('undo')
    expect([...(await sql`SELECT * FROM porsager_items`)]).toEqual([{ id: 1, name: 'one', tags: ['a', 'b,c'] }])
    const rows = await sql.begin('read only', (tx) => tx`SELECT count(*)::int AS n FROM porsager_items`)
    expect([...rows]).toEqual([{ n: 1 }])
    await expect(sql.begin('read only', (tx) => tx`DELETE FROM porsager_items`)).rejects.toMatchObject({
      code: '25006',
    })
  })

  it('pipelines within a transaction', async () => {
    const sums = await sql.begin((tx) => [1, 2, 3].map((n) => tx`SELECT ${n}::int + 1 AS n`))
    expect(sums.map((rows) => rows[0]!.n)).toEqual([2, 3, 4])
  })

  it('a thousand queries at once get their own answers', async () => {
    const asked = Array.from({ length: 1000 }, (_, n) => n)
    const answers = await Promise.all(asked.map((n) => sql`SELECT ${n}::int AS n, ${`text ${n}`} AS t`))
    expect(answers.map(([row]) => [row!.n, row!.t])).toEqual(asked.map((n) => [n, `text ${n}`]))
  })

  it('one connection reads what it wrote', async () => {
    const one = postgres(target.url, { max: 1 })
    try {
      for (let n = 0; n < 50; n++) {
        const [, read] = await Promise.all([
          one`UPDATE porsager_items SET name = ${`name ${n}`} WHERE id = 1`,
          one`SELECT name FROM porsager_items WHERE id = 1`,
        ])
        expect(read[0]!.name).toBe(`name ${n}`)
      }
    } finally {
      await one.end()
    }
  })

  it('errors stay with their query', async () => {
    const settled = await Promise.allSettled([
      sql`SELECT 1 AS n`,
      sql`SELECT 1 / 0`,
      sql`SELECT * FROM no_such_table`,
      sql`INSERT INTO porsager_items (id) VALUES (1)`,
      sql`SELECT 2 AS n`,
    ])
    const seen = settled.map((one) => (one.status === 'fulfilled' ? one.value[0]!.n : one.reason.code))
    expect(seen).toEqual([1, '22012', '42P01', '23505', 2])
  })

  it('COPY in both directions', async () => {
    const lines = Array.from({ length: 5000 }, (_, n) => `${n + 100}\tcopied ${n}\n`)
    await pipeline(Readable.from(lines), await sql`COPY porsager_items (id, name) FROM STDIN`.writable())
    const out = await sql`COPY (SELECT id, name FROM porsager_items WHERE id >= 100 ORDER BY id) TO STDOUT`.readable()
    let text = ''
    for await (const chunk of out) text += chunk
    expect(text).toBe(lines.join(''))
  })

  it('cursors', async () => {
    const seen: number[] = []
    await sql`SELECT n FROM generate_series(1, 100) AS n`.cursor(7, (rows) => {
      seen.push(...rows.map(({ n }) => n))
    })
    expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
  })

  it('cancels', async () => {
    const query = sql`SELECT pg_sleep(60)`.execute()
    setTimeout(() => query.cancel(), 300)
    await expect(query).rejects.toMatchObject({ code: '57014' })
    expect([...(await sql`SELECT 1 AS one`)]).toEqual([{ one: 1 }])
  })

  it('listens and notifies, and hears notices', async () => {
    const heard = new Promise((resolve) => {
      sql.listen('porsager_news', resolve).then(() => sql.notify('porsager_news', 'hello'))
    })
    expect(await heard).toBe('hello')
    await sql`DO $$ BEGIN RAISE NOTICE 'look here'; END $$`
    expect(notices.map(({ message }) => message)).toContain('look here')
  })

  it('simple queries with several statements', async () => {
    const results = await sql`SELECT 1 AS a; SELECT 2 AS b`.simple()
    expect(JSON.parse(JSON.stringify(results))).toEqual([[{ a: 1 }], [{ b: 2 }]])
  })
})
