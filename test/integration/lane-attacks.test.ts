/** What was found by attacking lanes: each of these was once possible. */
import type pg from 'pg'
import { expect, test } from 'vitest'
import { connectTo } from '../support/clients.ts'
import { freshetFor } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'
import { message, query, type RawClient, rawClient } from '../support/raw-client.ts'

const fleet = createTestServers({ replicas: 1, hba: ['host all app 127.0.0.1/32 trust'] })
const shared = (more: object = {}) =>
  freshetFor(fleet(), { auth: { method: 'trust' }, pool: { size: 2, wait: '20s' }, max_lag: '1h', ...more })

/** Asks for marked rows until it is told to stop, and returns the replies that are not its own. */
async function askOn(client: RawClient, name: string, more: () => boolean, end = ''): Promise<string[]> {
  const wrong: string[] = []
  let text = ''
  client.socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  for (let turn = 1; more(); turn++) {
    const mark = `${name}-${turn}.`
    text = ''
    client.send(query(`SELECT '${mark}'${end}`))
    await client.untilReady(client.ready + 1)
    if (!text.includes(mark)) wrong.push(text)
  }
  return wrong
}

const COPY = message('d', Buffer.alloc(996, 'x'))

test('half a message that came with a read reaches no shared connection', async () => {
  const freshet = await shared()
  const [guest, ...others] = await Promise.all(Array.from({ length: 9 }, () => rawClient(freshet.port())))
  let over = false
  const going = Promise.all(others.map((other, index) => askOn(other, `client-${index}`, () => !over)))
  try {
    for (let round = 0; round < 150; round++) {
      // The second read has not begun when the beginning of the message comes.
      guest!.send(query("SELECT 'a'"), query("SELECT 'b'"), COPY.subarray(0, 15))
      await guest!.untilReady(1 + round * 2 + 2)
      guest!.send(COPY.subarray(15))
    }
  } finally {
    over = true
  }
  expect((await going).flat()).toEqual([])
  for (const one of [guest!, ...others]) expect(one.errors).toEqual([])
})

test('the rest of a message does not follow a read that runs again elsewhere', async () => {
  const freshet = await shared({ pool: { size: 1, wait: '20s' } })
  const [guest, other] = await Promise.all([rawClient(freshet.port()), rawClient(freshet.port())])
  // To a connection that has not got its beginning, the rest of this is a statement.
  const smuggler = message('d', Buffer.concat([Buffer.alloc(10), query("SELECT 'smuggled'")]))
  guest!.send(query('SELECT pg_sleep(1)'), smuggler.subarray(0, 15))
  const [replica] = fleet().replicas
  await until('the replica has ended it', async () => {
    const ended = await replica!.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app' AND query LIKE '%pg_sleep(1)%'",
    )
    return ended.length > 0
  })
  const { primary } = fleet()
  await until('the primary runs it', async () => {
    const sql =
      "SELECT 1 FROM pg_stat_activity WHERE usename = 'app' AND query LIKE '%pg_sleep(1)%' AND state = 'active'"
    return (await primary.query(sql)).length > 0
  })
  guest!.send(smuggler.subarray(15))
  let turns = 0
  expect(await askOn(other!, 'other', () => turns++ < 5, ' FOR UPDATE')).toEqual([])
  await guest!.untilReady(2)
  expect(other!.errors).toEqual([])
})

test('a statement that cannot be prepared spoils no other one on its connection', async () => {
  const { primary } = fleet()
  await primary.query('CREATE TABLE gone (n int); GRANT ALL ON gone TO app')
  await fleet().caughtUp()
  const freshet = await shared()
  const clients = await Promise.all(Array.from({ length: 12 }, () => connectTo(freshet.url())))
  const ask = (client: pg.Client, name: string, text: string) => client.query({ name, text })
  const kept = (client: pg.Client) => ask(client, 'kept', 'SELECT 1 AS n')
  const lost = (client: pg.Client) => ask(client, 'lost', 'SELECT n FROM gone')
  for (let turn = 0; turn < 15; turn++) {
    await Promise.all(clients.map(kept))
    await Promise.all(clients.map(lost))
  }
  await primary.query('DROP TABLE gone')
  await fleet().caughtUp()
  // New connections have prepared nothing yet.
  await fleet().replicas[0]!.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
  for (let turn = 0; turn < 5; turn++) await Promise.all(clients.map(kept))
  const codes = new Set<string>()
  for (let turn = 0; turn < 20; turn++) {
    const work = clients.map(async (client, index) => {
      await (index % 2 ? kept(client) : lost(client)).catch(({ code }) => codes.add(code))
      await kept(client).catch(({ code }) => codes.add(code))
    })
    await Promise.all(work)
    // Nobody else is there: on a connection of its own, an error is the client's.
    for (const client of clients) await kept(client).catch(({ code }) => codes.add(code))
  }
  expect([...codes]).toEqual(['42P01'])
})
