/** Pools of one or two connections under clients that wait, leave, and lose their server. */
import type pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { connectTo, failureOf, first } from '../support/clients.ts'
import { type FreshetProcess, freshetFor, total } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'

const fleet = createTestServers({ replicas: 1 })

beforeAll(async () => {
  await fleet().primary.query(
    'CREATE TABLE turns (id serial PRIMARY KEY, who text); GRANT ALL ON turns, turns_id_seq TO app',
  )
  await fleet().caughtUp()
})

const onPrimary = (sql: string) => `/* freshet: route=primary */ ${sql}`
async function clientsOf(freshet: FreshetProcess, count: number): Promise<pg.Client[]> {
  const clients: pg.Client[] = []
  while (clients.length < count) clients.push(await connectTo(freshet.url()))
  return clients
}

/** Resolves when so many clients wait for a connection. */
const waitingBecome = (freshet: FreshetProcess, count: number) =>
  until(`${count} wait`, async () => {
    const { clusters } = (await (await freshet.get('/api/v1/sessions')).json()) as {
      clusters: { sessions: { state: string }[] }[]
    }
    return clusters[0]!.sessions.filter(({ state }) => state === 'connection').length === count
  })

/** Backends of the user `app` on the primary. */
const backends = async (): Promise<number[]> => {
  const sql = "SELECT pid FROM pg_stat_activity WHERE usename = 'app' AND backend_type = 'client backend'"
  return (await fleet().primary.query(sql)).map(({ pid }) => Number(pid))
}

const inState = async (freshet: FreshetProcess, state: string): Promise<number> =>
  total(await freshet.metrics(), 'freshet_server_connections', { server: fleet().primary.name, state })

/** Resolves when the primary runs a statement with this text. */
const running = (text: string) =>
  until(`${text} runs`, async () => {
    const sql =
      "SELECT 1 FROM pg_stat_activity WHERE strpos(query, $1) > 0 AND state = 'active' AND pid <> pg_backend_pid()"
    return (await fleet().primary.query(sql, [text])).length > 0
  })

describe('size and waiting', () => {
  test('never more connections than its size, and everybody gets a turn', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 2 } })
    const clients = await clientsOf(freshet, 12)
    let most = 0
    let over = false
    const watching = (async () => {
      while (!over) most = Math.max(most, (await backends()).length)
    })()
    await Promise.all(
      clients.map(async (client, n) => {
        for (let i = 0; i < 10; i++) {
          await client.query('BEGIN')
          await client.query('INSERT INTO turns (who) VALUES ($1)', [`client ${n}`])
          await client.query('COMMIT')
        }
      }),
    )
    over = true
    await watching
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(2)
    expect(await first(clients[0]!, onPrimary('SELECT count(*)::int FROM turns'))).toBe(120)
  })

  test('who waits too long is told why, and can go on later', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 1, wait: '300ms' } })
    const [holder, waiter] = (await clientsOf(freshet, 2)) as [pg.Client, pg.Client]
    await holder.query('BEGIN')
    await holder.query("INSERT INTO turns (who) VALUES ('holder')")
    const failure = (await waiter.query(onPrimary('SELECT 1')).catch((error) => error)) as pg.DatabaseError
    expect(failure).toMatchObject({
      code: '53300',
      message: 'no server connection became free within 300 ms',
      hint: 'Raise pool.size or pool.wait, or end transactions sooner.',
    })
    expect(failure.detail).toContain('1 of 1 connections in use')
    await waiter.query('BEGIN')
    expect((await failureOf(waiter.query("INSERT INTO turns (who) VALUES ('waiter')"))).code).toBe('53300')
    // Its transaction never began, and what follows must not run outside of one.
    expect((await failureOf(waiter.query("INSERT INTO turns (who) VALUES ('waiter')"))).code).toBe('25P02')
    expect((await waiter.query('COMMIT')).command).toBe('ROLLBACK')
    await holder.query('COMMIT')
    expect(await first(waiter, onPrimary("SELECT count(*)::int FROM turns WHERE who = 'waiter'"))).toBe(0)
  })

  test('more waiting clients than allowed are refused at once', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 1, wait: '30s' }, limits: { waiting: 1 } })
    const [holder, second, third] = (await clientsOf(freshet, 3)) as [pg.Client, pg.Client, pg.Client]
    await holder.query('BEGIN')
    await holder.query("INSERT INTO turns (who) VALUES ('holder')")
    const waiting = first(second, onPrimary('SELECT 2'))
    await waitingBecome(freshet, 1)
    expect(await failureOf(third.query(onPrimary('SELECT 3')))).toMatchObject({ code: '53300' })
    await holder.query('COMMIT')
    expect(await waiting).toBe(2)
    expect(await first(third, onPrimary('SELECT 3'))).toBe(3)
  })

  test('first come, first served; who leaves is passed over', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 1 } })
    const [holder, ...others] = (await clientsOf(freshet, 7)) as [pg.Client, ...pg.Client[]]
    await holder.query('BEGIN')
    await holder.query("INSERT INTO turns (who) VALUES ('holder')")
    const order: number[] = []
    const waiting: Promise<unknown>[] = []
    for (const [n, other] of others.entries()) {
      waiting.push(
        other.query(onPrimary(`SELECT ${n}`)).then(
          () => order.push(n),
          () => {},
        ),
      )
      await waitingBecome(freshet, n + 1)
    }
    const leaver = others[2] as unknown as { connection: { stream: { destroy(): void } } }
    leaver.connection.stream.destroy()
    await holder.query('COMMIT')
    await Promise.all(waiting)
    expect(order).toEqual([0, 1, 3, 4, 5])
    expect(await first(holder, onPrimary('SELECT 1'))).toBe(1)
  })
})

describe('how long connections live', () => {
  test('unused ones are closed', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 2, idle: '1s' } })
    const client = await connectTo(freshet.url())
    await client.query(onPrimary('SELECT 1'))
    expect((await backends()).length).toBeGreaterThan(0)
    await until('none is left', async () => (await backends()).length === 0)
    expect(await first(client, onPrimary('SELECT 2'))).toBe(2)
  })

  test('none lives longer than its lifetime, and no statement suffers', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 1, lifetime: '1s' } })
    const client = await connectTo(freshet.url())
    const seen = new Set<unknown>()
    await until('three connections have come and gone', async () => {
      seen.add(await first(client, onPrimary('SELECT pg_backend_pid()')))
      return seen.size >= 3
    })
    // A transaction is not cut off.
    await client.query('BEGIN')
    const pid = await first(client, 'SELECT pg_backend_pid() FROM pg_sleep(1.5)')
    expect(await first(client, 'SELECT pg_backend_pid()')).toBe(pid)
    await client.query('COMMIT')
  })
})

describe('backends that are terminated', () => {
  const terminate = (pid: unknown) => fleet().primary.query('SELECT pg_terminate_backend($1)', [pid])

  test('idle ones are noticed before anybody gets them', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 2 } })
    const client = await connectTo(freshet.url())
    for (let round = 0; round < 3; round++) {
      await client.query(onPrimary('SELECT 1'))
      await Promise.all((await backends()).map(terminate))
      await until('the pool knows', async () => (await inState(freshet, 'idle')) === 0)
      expect(await first(client, onPrimary('SELECT 2'))).toBe(2)
    }
  })

  test('in the middle of a statement or a transaction: the servers words, and the slot is free', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 1 } })
    const other = await connectTo(freshet.url())
    for (const begin of [false, true]) {
      const client = await connectTo(freshet.url())
      const ended = new Promise<pg.DatabaseError>((resolve) =>
        client.on('error', (error) => resolve(error as pg.DatabaseError)),
      )
      if (begin) {
        await client.query('BEGIN')
        await terminate(await first(client, 'SELECT pg_backend_pid()'))
        expect((await ended).code).toBe('57P01')
      } else {
        const statement = failureOf(client.query("INSERT INTO turns (who) SELECT 'killed' FROM pg_sleep(600)"))
        await running("'killed' FROM pg_sleep(600)")
        const waiting = first(other, onPrimary('SELECT 7'))
        await Promise.all((await backends()).map(terminate))
        expect((await statement).code).toBe('57P01')
        expect(await waiting).toBe(7)
      }
      expect(await first(other, onPrimary("SELECT count(*)::int FROM turns WHERE who = 'killed'"))).toBe(0)
    }
  })
})
