import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { succeed } from './programs.ts'
import { startTarget, type Target } from './target.ts'

let target: Target
let written = 0
const pgbench = (...args: string[]) => succeed('pgbench', args, { env: target.env, from: 'postgresql-contrib' })

beforeAll(async () => {
  target = await startTarget({ clientPrograms: true })
  await pgbench('-i', '-s', '1', '-q')
})
afterAll(() => target?.stop())

describe.each(['simple', 'extended', 'prepared'])('pgbench -M %s', (mode) => {
  it('reads', async () => {
    const { out } = await pgbench('-M', mode, '-S', '-n', '-c', '8', '-j', '2', '-t', '200')
    expect(out).toContain('number of transactions actually processed: 1600/1600')
  })

  it('writes, and the sums agree', async () => {
    const { out } = await pgbench('-M', mode, '-n', '-c', '8', '-j', '2', '-t', '50')
    expect(out).toContain('number of transactions actually processed: 400/400')
    const client = new pg.Client(target.url)
    await client.connect()
    try {
      const { rows } = await client.query(
        `/* freshet: route=primary */ SELECT (SELECT sum(abalance) FROM pgbench_accounts) AS a, (SELECT sum(tbalance) FROM pgbench_tellers) AS t,
         (SELECT sum(bbalance) FROM pgbench_branches) AS b, (SELECT sum(delta) FROM pgbench_history) AS h, (SELECT count(*) FROM pgbench_history) AS n`,
      )
      const { a, t, b, h, n } = rows[0]
      written += 400
      expect([a, t, b, n]).toEqual([h, h, h, String(written)])
    } finally {
      await client.end()
    }
  })
})
