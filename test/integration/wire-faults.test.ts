/** Start-ups of every kind, clients that break the protocol or stop in the middle, and cancel requests; others are never harmed. */
import { afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import { frontend as f } from '../postgres/conversation.ts'
import { configFor, type FreshetProcess, startFreshet } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'
import { message } from '../support/script.ts'
import { cancelRequest, GSSENC_REQUEST, int32, RawClient, SSL_REQUEST, show, startup } from './protocol/raw-client.ts'

const fleet = createTestServers({ replicas: 1, hba: ['host all app 127.0.0.1/32 trust'] })
let freshet: FreshetProcess
let witness: RawClient
const open: RawClient[] = []

const connect = async () => {
  const client = await RawClient.open(freshet.port())
  open.push(client)
  return client
}
const login = async (parameters: string[] = [], version = 196608) => {
  const client = await RawClient.login(freshet.port(), parameters, version)
  open.push(client)
  return client
}

beforeAll(async () => {
  freshet = await startFreshet(configFor(fleet(), { auth: { method: 'trust' }, limits: { login_timeout: '1s' } }))
  witness = await RawClient.login(freshet.port())
  return async () => {
    witness.close()
    await freshet.stop()
  }
})

afterEach(async () => {
  for (const client of open.splice(0)) client.close()
  witness.send(f.query('SELECT 1'))
  expect((await witness.ready()).map(({ type }) => type).join('')).toBe('TDCZ')
})

const USER = ['user', 'app', 'database', 'app']

describe('start-up', () => {
  test.each([
    ['SSLRequest, GSSENCRequest', [SSL_REQUEST, GSSENC_REQUEST]],
    ['GSSENCRequest, SSLRequest', [GSSENC_REQUEST, SSL_REQUEST]],
    ['none', []],
  ])('%s, then a StartupMessage', async (_, requests) => {
    const client = await connect()
    client.framed = false
    for (const [index, request] of requests.entries()) {
      client.send(request)
      await client.until('N', () => client.bytes.length > index)
    }
    expect(client.bytes.toString()).toBe('N'.repeat(requests.length))
    client.bytes = Buffer.alloc(0)
    client.framed = true
    client.send(startup(USER))
    expect((await client.ready()).map(({ type }) => type).join('')).toMatch(/^RS+KZ$/)
  })

  test('protocol 3.0, 3.2 and 3.9, with options that nobody knows', async () => {
    const told = async (version: number, more: string[] = []) => {
      const client = await connect()
      client.send(startup([...USER, ...more], version))
      const reply = await client.ready()
      const key = reply.find(({ type }) => type === 'K')!.body.length - 4
      const negotiated = reply.find(({ type }) => type === 'v')?.body
      return { key, negotiated }
    }
    expect(await told(196608)).toEqual({ key: 4, negotiated: undefined })
    expect(await told(196610)).toEqual({ key: 32, negotiated: undefined })
    const unknown = await told(196617, ['_pq_.wishes', 'many', '_pq_.more', 'x'])
    expect(unknown.key).toBe(32)
    expect(unknown.negotiated).toEqual(Buffer.concat([int32(2), int32(2), Buffer.from('_pq_.wishes\0_pq_.more\0')]))
  })

  const fatal: readonly [string, Buffer, RegExp][] = [
    ['protocol 2.0', startup(USER, 131072), /^E SFATAL VFATAL C0A000 Munsupported frontend protocol 2\.0/],
    ['protocol 4.0', startup(USER, 4 << 16), /^E SFATAL VFATAL C0A000 Munsupported frontend protocol 4\.0/],
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'), /C08P01/],
    ['an oversized packet', int32(10_001), /C08P01 Minvalid length of startup packet/],
    ['a length below 4', int32(3), /C08P01/],
    ['a negative length', int32(-1), /C08P01/],
    ['no user', startup(['database', 'app']), /C28000 Mno PostgreSQL user name specified in startup packet/],
    ['no terminator', message('', Buffer.concat([int32(196608), Buffer.from('user\0app')])), /C08P01/],
    ['an odd number of strings', startup(['user']), /C(08P01|28000)/],
    ['replication', startup([...USER, 'replication', 'database']), /C0A000 Mreplication connections do not pass/],
    ['bytes behind an SSLRequest', Buffer.concat([SSL_REQUEST, startup(USER)]), /C08P01/],
    ['an option that a server refuses', startup([...USER, 'options', '-c no_such_thing=1']), /C42704/],
    ['a value that a server refuses', startup([...USER, 'DateStyle', 'nonsense']), /C22023/],
  ]
  test.each(fatal)('%s is refused in words', async (_, bytes, expected) => {
    const client = await connect()
    client.send(bytes)
    const reply = show(await client.end())
    expect(reply).toMatch(/^E SFATAL/)
    expect(reply).toMatch(expected)
  })

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a part of a packet', startup(USER).subarray(0, 11)],
  ])('a client that sends %s and waits is let go after login_timeout', async (_, bytes) => {
    const client = await connect()
    client.send(bytes)
    await client.end()
  })
})

describe('after login', () => {
  const broken: readonly [string, Buffer, string][] = [
    ['an unknown message', message('!', 'abc'), 'Minvalid frontend message type 33'],
    ['a length below 4', Buffer.from('Q\0\0\0\x03'), 'Minvalid message length'],
    ['a length of 2 GB', Buffer.from('Q\x7f\xff\xff\xff', 'latin1'), 'Minvalid message length'],
    ['a start-up message', startup(USER), 'Minvalid frontend message type 0'],
  ]
  test.each(broken)('%s: 08P01, closed', async (_, bytes, text) => {
    const client = await login()
    client.send(f.query('SELECT 1'))
    await client.ready()
    client.send(bytes)
    expect(show(await client.end())).toBe(`E SFATAL VFATAL C08P01 ${text}`)
  })

  test.each([
    ['in the middle of a message', f.query('SELECT 1').subarray(0, 7)],
    ['in the middle of a batch', f.parse('', 'SELECT 1')],
    ['in the middle of a long statement', f.query('SELECT pg_sleep(30)')],
    ['in the middle of COPY', Buffer.concat([f.query('COPY lost FROM STDIN'), f.copyData('1\n')])],
    ['in a transaction', Buffer.concat([f.query('BEGIN'), f.query('INSERT INTO lost VALUES (1)')])],
    ['by Terminate in a transaction', Buffer.concat([f.query('BEGIN; INSERT INTO lost VALUES (2)'), f.terminate])],
  ])('a client that goes away %s', async (_, bytes) => {
    await fleet().primary.query('CREATE TABLE IF NOT EXISTS lost (id int)')
    const client = await login()
    client.send(bytes)
    if (bytes.includes('BEGIN') && !bytes.includes(f.terminate)) await client.ready(2)
    if (bytes.includes('COPY')) await client.take('G')
    client.close()
    await until('nothing of it is left on the server', async () => {
      const sql = "SELECT count(*)::int AS n FROM pg_locks l JOIN pg_class c ON c.oid = relation WHERE relname = 'lost'"
      return (await fleet().primary.query(sql))[0]!.n === 0
    })
    expect(await fleet().primary.query('SELECT * FROM lost')).toEqual([])
  })
})

describe('cancel requests', () => {
  const keyOf = async (version: number) => {
    const client = await connect()
    client.send(startup(USER, version))
    const key = (await client.ready()).find(({ type }) => type === 'K')!.body
    return { client, processId: Buffer.from(key.subarray(0, 4)), secret: Buffer.from(key.subarray(4)) }
  }
  const running = async (marker: string) => {
    const sql = 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = $1 AND query LIKE $2'
    const counts = await Promise.all(
      fleet().servers.map((server) => server.query(sql, ['active', `SELECT pg_sleep(20), '${marker}'`])),
    )
    return counts.some(([row]) => row!.n === 1)
  }
  const cancel = async (processId: Buffer, secret: Buffer) => {
    const client = await connect()
    client.send(cancelRequest(processId, secret))
    expect(await client.end()).toEqual([])
  }

  it.each([196608, 196610])('reach the right client only, and only with its key (%d)', async (version) => {
    const one = await keyOf(version)
    const two = await keyOf(version)
    one.client.send(f.query("SELECT pg_sleep(20), 'one'"))
    two.client.send(f.query("SELECT pg_sleep(20), 'two'"))
    await until('both run', async () => (await running('one')) && (await running('two')))
    const wrong = Buffer.from(one.secret)
    wrong[0]! ^= 1
    await cancel(one.processId, wrong)
    await cancel(one.processId, two.secret)
    await cancel(one.processId, Buffer.concat([one.secret, Buffer.alloc(1)]))
    await cancel(one.processId, Buffer.concat([one.secret, one.secret]))
    await cancel(Buffer.alloc(4, 0x55), one.secret)
    await cancel(two.processId, two.secret)
    expect(show(await two.client.ready())).toContain('C57014')
    expect(one.client.types).toBe('')
    expect(await running('one')).toBe(true)
    await cancel(one.processId, one.secret)
    expect(show(await one.client.ready())).toContain('C57014')
    for (const { client } of [one, two]) {
      client.send(f.query('SELECT 1'))
      expect((await client.ready()).map(({ type }) => type).join('')).toBe('TDCZ')
    }
  })

  it('of an idle client do nothing', async () => {
    const { client, processId, secret } = await keyOf(196608)
    await cancel(processId, secret)
    client.send(f.query('SELECT 1'))
    expect((await client.ready()).map(({ type }) => type).join('')).toBe('TDCZ')
  })
})

test('notifications reach an idle client', async () => {
  const client = await login()
  client.send(f.query('LISTEN news'))
  await client.ready()
  await fleet().primary.query("NOTIFY news, 'hello'")
  expect(show(await client.take('A'))).toContain('hello')
})

test('writes that were sent before a Terminate are done, though nobody waits for them', async () => {
  await fleet().primary.query('CREATE TABLE IF NOT EXISTS farewells (n int)')
  await fleet().primary.query('GRANT ALL ON farewells TO app')
  const client = await login()
  client.send(
    Buffer.concat([
      f.query('INSERT INTO farewells VALUES (1)'),
      f.query('INSERT INTO farewells VALUES (2)'),
      f.query('BEGIN'),
      f.query('INSERT INTO farewells VALUES (3)'),
      message('X', Buffer.alloc(0)),
    ]),
  )
  const rows = async () =>
    (await fleet().primary.query('SELECT n FROM farewells ORDER BY n')).map((row) => Object.values(row)[0])
  await until('both rows', async () => (await rows()).length === 2)
  expect(await rows()).toEqual([1, 2])
})

test('a client that asks far more than it reads is answered in full once it reads', async () => {
  const client = await login()
  const question = f.query('SHOW freshet.max_lag')
  client.socket.removeAllListeners('data')
  let bytes = 0
  client.socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  client.send(question)
  await until('one answer', () => bytes > 0)
  const one = bytes
  const questions = 300_000
  client.socket.pause()
  client.send(Buffer.alloc(questions * question.length, question))
  // Nothing moves any more: both sides' buffers are full.
  let before = -1
  let still = 0
  await until('Freshet reads no further', () => {
    still = client.socket.writableLength === before ? still + 1 : 0
    before = client.socket.writableLength
    return before > 0 && still > 20
  })
  client.socket.resume()
  await until('every answer', () => bytes >= one * (questions + 1))
  expect(bytes).toBe(one * (questions + 1))
})
