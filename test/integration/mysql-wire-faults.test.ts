/** Clients of MySQL and MariaDB that break the protocol or stop in the middle; others are never harmed, and memory stays bounded. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { command as c, framed } from '../mysql/client-side.ts'
import { configFor, type FreshetProcess, startFreshet } from '../support/freshet.ts'
import { createTestMysql, until } from '../support/mysql.ts'
import { createFreeAccount, errnoOf, RawMysql, show } from '../support/mysql-raw.ts'

const MB = 1024 * 1024
const EXTRA_MAX = 50 * MB

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 0, parameters: { max_allowed_packet: '64M' } })
  let freshet: FreshetProcess
  let witness: RawMysql

  beforeAll(async () => {
    await createFreeAccount(fleet())
    await fleet().primary.query('CREATE TABLE lost (id INT)')
    freshet = await startFreshet(configFor(fleet(), { auth: { method: 'trust' }, limits: { login_timeout: '1s' } }))
    witness = await RawMysql.login(freshet.port(), { database: 'app' })
    return async () => {
      witness.close()
      await freshet.stop()
    }
  })
  afterEach(async () => {
    expect(errnoOf(await witness.query('SELECT 1'))).toBe(null)
  })

  test.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['zeros', Buffer.alloc(200)],
    ['a packet of 16 MiB announced', Buffer.from([0xff, 0xff, 0xff, 1, 0, 0])],
    ['a wrong sequence number', framed(Buffer.alloc(64), 9)],
    ['half of a packet', Buffer.from([60, 0, 0, 1, 5])],
    ['nothing', Buffer.alloc(0)],
  ])('%s instead of a login', async (_, bytes) => {
    const client = await RawMysql.open(freshet.port())
    await client.packet()
    client.send(bytes)
    // Told what is wrong, or let go after login_timeout.
    await client.end()
    client.close()
  })

  const login = () => RawMysql.login(freshet.port(), { database: 'app' })

  test('commands with a wrong sequence number are refused, and the connection ends', async () => {
    const client = await login()
    client.send(framed(c.query('SELECT 1'), 5))
    expect(show(await client.end())).toContain('packets out of order')
  })

  test('unknown and empty commands are answered, and the session goes on', async () => {
    const client = await login()
    for (const payload of [c.bare(0x99), c.bare(0xee, 'x'.repeat(1000)), Buffer.alloc(0), c.bare(0x17, 'ab')]) {
      client.send(framed(payload))
      expect((await client.packet())[4], String(payload[0])).toBe(0xff)
    }
    expect(errnoOf(await client.query('SELECT 1'))).toBe(null)
    client.close()
  })

  test('byte by byte, and many at once', async () => {
    const client = await login()
    for (const byte of framed(c.query('SELECT 1'))) client.send(Buffer.from([byte]))
    const one = await client.reply(3)
    client.send(Buffer.concat(Array.from({ length: 50 }, () => framed(c.query('SELECT 1')))))
    for (let turn = 0; turn < 50; turn++) expect(await client.reply(3)).toEqual(one)
    client.close()
  })

  test.each([
    ['in the middle of a packet', framed(c.query('SELECT 1')).subarray(0, 7)],
    ['in the middle of a long statement', framed(c.query("SELECT SLEEP(60), 'lost'"))],
    ['in a transaction', Buffer.concat([framed(c.query('BEGIN')), framed(c.query('INSERT INTO lost VALUES (1)'))])],
  ])('a client that goes away %s', async (_, bytes) => {
    const client = await login()
    client.send(bytes)
    if (bytes.includes('BEGIN')) {
      await client.reply(3)
      await client.reply(3)
    }
    client.close()
    await until('nothing of it is left on the server', async () => {
      const sql =
        "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE info LIKE '%lost%' AND info NOT LIKE '%processlist%'"
      return Number((await fleet().primary.query(sql))[0]!.n) === 0
    })
    expect(await fleet().primary.query('SELECT * FROM lost')).toEqual([])
  })

  test('a large result, read slowly, does not lie in memory', { timeout: 60_000 }, async () => {
    const client = await login()
    for (let turn = 0; turn < 10; turn++) await client.query(`SELECT REPEAT('x', ${MB})`)
    const before = freshet.memory().residentBytes
    // 128 rows of a megabyte.
    client.socket.pause()
    const row = `SELECT REPEAT('x', ${MB}) AS r`
    client.send(framed(c.query(Array.from({ length: 128 }, () => row).join(' UNION ALL '))))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(freshet.memory().peakBytes - before).toBeLessThan(EXTRA_MAX)
    client.socket.resume()
    expect((await client.reply(3)).length).toBeGreaterThan(128 * MB)
    expect(freshet.memory().peakBytes - before).toBeLessThan(EXTRA_MAX)
    client.close()
  })
})
