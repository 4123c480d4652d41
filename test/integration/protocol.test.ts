/** Freshet's protocol against a server's own: conversations byte for byte, start-ups, faults, cancel requests. */
import { beforeAll, expect, it } from 'vitest'
import { configFor, type FreshetProcess, startFreshet } from '../support/freshet.ts'
import { createTestServers } from '../support/postgres.ts'
import { CONVERSATIONS, type Exchange } from './protocol/conversations.ts'
import { RawClient, show } from './protocol/raw-client.ts'

const fleet = createTestServers({ replicas: 2, hba: ['host all app 127.0.0.1/32 trust'] })
let freshet: FreshetProcess
beforeAll(async () => {
  freshet = await startFreshet(configFor(fleet(), { auth: { method: 'trust' } }))
  return async () => {
    await freshet.stop()
  }
})

/** The same table before every conversation; its object id is the same for both sides. */
async function prepare(): Promise<void> {
  await fleet().primary.query('ALTER TABLE IF EXISTS t DROP COLUMN IF EXISTS more')
  await fleet().primary.query('CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, v text)')
  await fleet().primary.query('ALTER TABLE t OWNER TO app')
  await fleet().primary.query('TRUNCATE t')
  await fleet().primary.query("INSERT INTO t VALUES (1, 'first'), (2, 'second')")
  await fleet().caughtUp()
}

async function talk(port: number, exchanges: readonly Exchange[]): Promise<string> {
  const client = await RawClient.login(port)
  const lines: string[] = []
  try {
    for (const [index, { send, ready = 1, until }] of exchanges.entries()) {
      client.send(...send)
      const reply = await (until ? client.take(...until) : client.ready(ready)).catch((error: Error) => {
        throw new Error(`exchange ${index + 1}: ${error.message}\n${lines.join('\n')}`)
      })
      lines.push(`-- ${index + 1}`, show(reply))
    }
    client.send(Buffer.from('X\0\0\0\x04'))
    lines.push('-- end', show(await client.end()))
  } finally {
    client.close()
  }
  return lines.join('\n')
}

it.each(CONVERSATIONS)('%s', async (_, exchanges) => {
  await prepare()
  const direct = await talk(fleet().primary.port, exchanges)
  await prepare()
  expect(await talk(freshet.port(), exchanges)).toBe(direct)
})
