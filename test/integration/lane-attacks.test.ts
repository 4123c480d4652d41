/** What was found by attacking lanes: each of these was once possible. */
import { expect, test } from 'vitest'
import { freshetFor } from '../support/freshet.ts'
import { createTestServers } from '../support/postgres.ts'
import { message, query, type RawClient, rawClient } from '../support/raw-client.ts'

const fleet = createTestServers({ replicas: 1, hba: ['host all app 127.0.0.1/32 trust'] })
const shared = (more: object = {}) =>
  freshetFor(fleet(), { auth: { method: 'trust' }, pool: { size: 2, wait: '20s' }, max_lag: '1h', ...more })

/** Asks for marked rows until it is told to stop, and returns the replies that are not its own. */
async function askOn(client: RawClient, name: string, more: () => boolean): Promise<string[]> {
  const wrong: string[] = []
  let text = ''
  client.socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  for (let turn = 1; more(); turn++) {
    const mark = `${name}-${turn}.`
    text = ''
    client.send(query(`SELECT '${mark}'`))
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
