/** What was found by attacking lanes: each of these was once possible. */
import { expect, test } from 'vitest'
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
    const sql = "SELECT 1 FROM pg_stat_activity WHERE usename = 'app' AND query LIKE '%pg_sleep(1)%' AND state = 'active'"
    return (await primary.query(sql)).length > 0
  })
  guest!.send(smuggler.subarray(15))
  let turns = 0
  expect(await askOn(other!, 'other', () => turns++ < 5, ' FOR UPDATE')).toEqual([])
  await guest!.untilReady(2)
  expect(other!.errors).toEqual([])
})
