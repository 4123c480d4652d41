/** Reads of many clients on few connections: each hears its own answer, and nobody waits for anybody else for long. */
import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { connectTo, failureOf, first, lastRoute } from '../support/clients.ts'
import { type FreshetProcess, freshetFor, total } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'
import { query, rawClient, rawSocket } from '../support/raw-client.ts'

const fleet = createTestServers({
  replicas: 1,
  hba: ['host all app 127.0.0.1/32 trust'],
  parameters: { max_connections: 60 },
})

/** Two connections per server: at most one of them is shared. */
const shared = (more: object = {}) =>
  freshetFor(fleet(), { auth: { method: 'trust' }, pool: { size: 2, wait: '30s' }, max_lag: '1h', ...more })

const several = (freshet: FreshetProcess, count: number): Promise<pg.Client[]> =>
  Promise.all(Array.from({ length: count }, () => connectTo(freshet.url())))

const laneReruns = async (freshet: FreshetProcess) =>
  total(await freshet.metrics(), 'freshet_reruns_total', { cause: 'lane-stalled' })

/** Quick reads, one after the other, until it is told to stop; returns how many. */
async function readOn(client: pg.Client, more: () => boolean): Promise<number> {
  let count = 0
  while (more()) {
    expect(await first(client, 'SELECT $1::int + 1', [count])).toBe(count + 1)
    count++
  }
  return count
}

/** A statement that is quick unless it is told to sleep: known as quick, it shares. */
const NAP = 'SELECT $1::float8 AS n, pg_sleep($1)'
async function learnNap(clients: readonly pg.Client[]): Promise<void> {
  await Promise.all(
    clients.map(async (client) => {
      for (let turn = 0; turn < 20; turn++) await client.query(NAP, [0])
    }),
  )
}

/** Connections of `app` that the replica has. */
const connections = async () =>
  Number((await fleet().replicas[0]!.query("SELECT count(*) AS n FROM pg_stat_activity WHERE usename = 'app'"))[0]!.n)

describe.each(['simple', 'extended', 'prepared'] as const)('%s', (protocol) => {
  test('40 clients on one connection: each hears its own answers and errors', async () => {
    const freshet = await shared()
    const clients = await several(freshet, 40)
    const ask = (client: pg.Client, n: number) => {
      const text = 'SELECT 100 / $1::int AS n'
      if (protocol === 'simple') return client.query(text.replace('$1::int', `(${n})`))
      return client.query(protocol === 'prepared' ? { name: 'divide', text, values: [n] } : { text, values: [n] })
    }
    let deepest = 0
    let busy = true
    const watching = (async () => {
      while (busy) deepest = Math.max(deepest, total(await freshet.metrics(), 'freshet_lane_depth'))
    })()
    const work = async (client: pg.Client, number: number) => {
      for (let turn = 0; turn < 60; turn++) {
        const n = ((number * 7 + turn) % 11) - 5
        if (n === 0) expect((await failureOf(ask(client, n))).code).toBe('22012')
        else expect((await ask(client, n)).rows).toEqual([{ n: Math.trunc(100 / n) }])
      }
    }
    await Promise.all(clients.map(work))
    busy = false
    await watching
    expect(deepest).toBeGreaterThan(1)
    expect(await connections()).toBeLessThanOrEqual(2)
    expect((await lastRoute(clients[0]!)).server).toBe('replica-1')
  })
})

test('sessions with different settings never share a connection', async () => {
  const freshet = await shared({ pool: { size: 8, wait: '30s' } })
  const clients = await several(freshet, 24)
  for (const [index, client] of clients.entries()) await client.query(`SET DateStyle = ${index % 2 ? 'German' : 'ISO'}`)
  await Promise.all(
    clients.map(async (client, index) => {
      const { n } = { n: index % 2 ? '31.12.2024' : '2024-12-31' }
      for (let turn = 0; turn < 100; turn++) expect(await first(client, "SELECT '2024-12-31'::date::text")).toBe(n)
    }),
  )
})

describe('nobody holds up the others', () => {
  test('a read that takes long for once: those behind it go elsewhere, and it ends well', async () => {
    const freshet = await shared()
    const [sleeper, ...others] = await several(freshet, 13)
    await learnNap([sleeper!, ...others])
    await Promise.all(others.map((client) => readOn(client, countdown(50))))
    // A transaction has the other connection, so there is nothing but the lane.
    const holder = await connectTo(freshet.url())
    await holder.query('BEGIN READ ONLY')
    expect(await first(holder, 'SELECT 1')).toBe(1)
    expect((await lastRoute(holder)).server).toBe('replica-1')
    await until('somebody was behind it', async () => {
      let awake = false
      const nap = sleeper!.query(NAP, [1]).then(({ rows }) => {
        awake = true
        return rows
      })
      const counts = await Promise.all(others.map((client) => readOn(client, () => !awake)))
      expect(await nap).toEqual([{ n: 1, pg_sleep: '' }])
      for (const count of counts) expect(count).toBeGreaterThan(1)
      return (await laneReruns(freshet)) > 0
    })
  })

  test('a long reply to a client that does not read it', async () => {
    const freshet = await shared()
    const others = await several(freshet, 10)
    const idler = await rawClient(freshet.port())
    const repeat = (n: number) => query(`SELECT repeat('x', ${n})`)
    for (let turn = 1; turn <= 20; turn++) {
      idler.send(repeat(10))
      await idler.untilReady(turn + 1)
    }
    await Promise.all(others.map((client) => readOn(client, countdown(50))))
    const going = Promise.all(others.map((client) => readOn(client, countdown(500))))
    idler.socket.pause()
    idler.send(repeat(100_000_000))
    await going
    expect(await Promise.all(others.map((client) => readOn(client, countdown(100))))).toEqual(Array(10).fill(100))
    idler.socket.resume()
    await idler.untilReady(22)
    expect(idler.bytes).toBeGreaterThan(100_000_000)
  })

  test('a client that cancels: its own statement ends, and no other', async () => {
    const freshet = await shared()
    const [sleeper, ...others] = await several(freshet, 13)
    await learnNap([sleeper!, ...others])
    await Promise.all(others.map((client) => readOn(client, countdown(50))))
    let over = false
    const going = Promise.all(others.map((client) => readOn(client, () => !over)))
    for (let round = 0; round < 5; round++) {
      const nap = failureOf(sleeper!.query(NAP, [30]))
      // It may be at the head of its lane, behind somebody, or on a connection of its own.
      await new Promise((resolve) => setTimeout(resolve, round * 10))
      await cancel(sleeper!, freshet)
      expect((await nap).code).toBe('57014')
    }
    over = true
    await going
    expect(await first(sleeper!, 'SELECT 1')).toBe(1)
  })

  test('clients that go away in the middle', async () => {
    const freshet = await shared()
    const others = await several(freshet, 10)
    await learnNap(others)
    let over = false
    const going = Promise.all(others.map((client) => readOn(client, () => !over)))
    for (let round = 0; round < 20; round++) {
      const guest = await rawClient(freshet.port())
      guest.send(query('SELECT 1 AS n, pg_sleep(0.01)'))
      if (round % 2) await guest.untilReady(2)
      guest.socket.resetAndDestroy()
    }
    over = true
    await going
    await until('they have left', async () => total(await freshet.metrics(), 'freshet_client_connections') === 10)
  })
})

test('a replica that is killed: every read is answered, by the primary', async () => {
  const freshet = await shared()
  const clients = await several(freshet, 20)
  await Promise.all(clients.map((client) => readOn(client, countdown(50))))
  let over = false
  const going = Promise.all(clients.map((client) => readOn(client, () => !over)))
  await fleet().replicas[0]!.kill()
  await until(
    'it is known',
    async () => total(await freshet.metrics(), 'freshet_server_up', { server: 'replica-1' }) === 0,
  )
  for (const client of clients.slice(0, 3)) expect((await lastRoute(client)).server).toMatch(/primary|replica-1/)
  over = true
  await going
  await fleet().replicas[0]!.start()
  await fleet().caughtUp()
  await until('it serves again', async () => {
    await first(clients[0]!, 'SELECT 1')
    return (await lastRoute(clients[0]!)).server === 'replica-1'
  })
})

test('switched off, no connection is shared', async () => {
  const freshet = await shared({ lanes: { enabled: false } })
  const clients = await several(freshet, 12)
  await Promise.all(clients.map((client) => readOn(client, countdown(100))))
  expect(await laneReruns(freshet)).toBe(0)
  expect(total(await freshet.metrics(), 'freshet_lane_depth')).toBe(0)
})

function countdown(count: number): () => boolean {
  let left = count
  return () => left-- > 0
}

/** A cancel request as drivers send it. */
async function cancel(client: pg.Client, freshet: FreshetProcess): Promise<void> {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
  const packet = Buffer.alloc(16)
  packet.writeInt32BE(16, 0)
  packet.writeInt32BE(80_877_102, 4)
  packet.writeInt32BE(processID, 8)
  packet.writeInt32BE(secretKey, 12)
  const { socket } = await rawSocket(freshet.port())
  socket.end(packet)
  await new Promise((resolve) => socket.once('close', resolve))
}
