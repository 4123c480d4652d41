/** Freshet's protocol against a server's own: conversations byte for byte, start-ups, faults, cancel requests. */
import { beforeAll, expect, it, test } from 'vitest'
import { frontend as f } from '../postgres/conversation.ts'
import { configFor, type FreshetProcess, freshetFor, startFreshet } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'
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

const TERMINATE = Buffer.from('X\0\0\0\x04')
const run = (text: string, ...values: string[]) => [f.parse('', text), f.bind('', '', ...values), f.execute('')]

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
    client.send(TERMINATE)
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

test('settings and temporary tables in a batch too large to be held stay with their session', async () => {
  const limits = { statement: '16KiB' }
  const small = await freshetFor(fleet(), { auth: { method: 'trust' }, pool: { size: 1, wait: '500ms' }, limits })
  const [one, two] = [await RawClient.login(small.port()), await RawClient.login(small.port())]
  const ask = async (client: RawClient, text: string) => {
    client.send(f.query(text))
    return show(await client.ready())
  }
  const long = run('SELECT length($1)', 'x'.repeat(40_000))
  one.send(...run("SET work_mem = '77MB'"), ...long, f.sync)
  await one.ready()
  expect(await ask(two, 'SHOW work_mem')).not.toContain('77MB')
  expect(await ask(one, 'SHOW work_mem')).toContain('77MB')
  one.send(...run('CREATE TEMP TABLE own (id int)'), ...long, f.sync)
  await one.ready()
  expect(await ask(two, 'SELECT * FROM own FOR UPDATE')).toContain('C53300')
  expect(await ask(one, 'SELECT * FROM own')).toContain('SELECT 0')
  for (const client of [one, two]) client.close()
})

test.each([
  ['before the server has asked for data', [f.query('COPY t FROM STDIN'), TERMINATE], []],
  ['in the middle of the data', [f.query('COPY t FROM STDIN')], [f.copyData('300\ta\n'), TERMINATE]],
  ['before the server has asked for data, extended', [...run('COPY t FROM STDIN'), f.sync, TERMINATE], []],
  ['in the middle of the data, extended', [...run('COPY t FROM STDIN'), f.sync], [f.copyData('300\ta\n'), TERMINATE]],
  ['after its data were refused', [...run('COPY t FROM STDIN'), f.sync], [f.copyData('x\ty\n'), TERMINATE]],
  [
    'without the Sync that would commit',
    [...run('COPY t FROM STDIN'), f.sync],
    [f.copyData('300\ta\n'), f.copyDone, TERMINATE],
  ],
])('a client that leaves a COPY %s takes its connection along, and no row stays', async (_, first, second) => {
  await prepare()
  const narrow = await freshetFor(fleet(), { auth: { method: 'trust' }, pool: { size: 1, wait: '20s' } })
  const client = await RawClient.login(narrow.port())
  client.send(...first)
  if (second.length > 0) await client.take('G')
  client.send(...second)
  await client.end()
  const other = await RawClient.login(narrow.port())
  other.send(
    f.query('SELECT count(*) FROM t WHERE id = 300 FOR UPDATE'),
    f.query('SELECT * FROM t WHERE id = 300 FOR UPDATE'),
  )
  expect(show((await other.ready(2)).slice(1))).toContain('SELECT 0')
  for (const one of [client, other]) one.close()
})

test('a client that leaves right behind the end of its COPY has copied', async () => {
  await prepare()
  for (let id = 400; id < 420; id++) {
    const client = await RawClient.login(freshet.port())
    client.send(f.query('COPY t FROM STDIN'), f.copyData(`${id}\ta\n`), f.copyDone, TERMINATE)
    await client.end()
    client.close()
  }
  for (let id = 420; id < 440; id++) {
    const client = await RawClient.login(freshet.port())
    client.send(f.query('COPY t FROM STDIN'))
    await client.take('G')
    client.send(f.copyData(`${id}\ta\n`), f.copyDone, TERMINATE)
    await client.end()
    client.close()
  }
  // The client's connection ends at once; nobody tells it when the server is done.
  await until('all of them have copied', async () => {
    const [row] = await fleet().primary.query('SELECT count(*) AS n FROM t WHERE id >= 400')
    return row?.n === '40'
  })
})
