/** Freshet's MySQL protocol against a server's own, byte for byte. */
import { beforeAll, describe, expect, test } from 'vitest'
import { EXT_BULK_UNIT_RESULTS, EXT_STMT_BULK_OPERATIONS } from '../../src/mysql/capabilities.ts'
import { command as c } from '../mysql/client-side.ts'
import { configFor, type FreshetProcess, startFreshet } from '../support/freshet.ts'
import { createTestMysql } from '../support/mysql.ts'
import { type Conversation, conversation } from '../support/mysql-conversation.ts'
import { CONVERSATIONS } from '../support/mysql-conversations.ts'
import { createFreeAccount, errnoOf, MODERN, RawMysql } from '../support/mysql-raw.ts'

const TABLES = [
  'DROP TABLE IF EXISTS t',
  'CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(50))',
  "INSERT INTO t VALUES (1, 'first'), (2, 'second'), (3, 'third')",
]
const ROUTINES = [
  'CREATE DATABASE other',
  'CREATE TABLE other.o (n INT)',
  'CREATE VIEW v AS SELECT id FROM t',
  'CREATE PROCEDURE p(n INT) SELECT n + 1 AS next',
  'CREATE PROCEDURE two_results() BEGIN SELECT 1; SELECT 2; END',
  "CREATE PROCEDURE failing() BEGIN SELECT 1; SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'on purpose'; END",
  'CREATE PROCEDURE opens() START TRANSACTION',
]

const sorted = (heard: string): string =>
  heard.replace(/^(?:.*character_set_){2}.*$/gm, (line) => [...line].sort().join(''))

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 2, parameters: { max_allowed_packet: '64M', local_infile: 1 } })
  let freshet: FreshetProcess
  beforeAll(async () => {
    for (const sql of TABLES) await fleet().primary.query(sql)
    for (const sql of ROUTINES) await fleet().primary.query(sql)
    await createFreeAccount(fleet())
    await fleet().caughtUp()
    freshet = await startFreshet(configFor(fleet(), { auth: { method: 'trust' } }))
    return async () => {
      await freshet.stop()
    }
  })

  async function talk(port: number, { said, ...options }: Conversation): Promise<string[]> {
    for (const sql of TABLES) await fleet().primary.query(sql)
    await fleet().caughtUp()
    const client = await RawMysql.login(port, { ...options, database: 'app' })
    try {
      const say = conversation(client)
      const heard: string[] = []
      for (const one of said) heard.push(await say(one))
      return heard
    } finally {
      client.close()
    }
  }

  const ours = CONVERSATIONS.filter(({ only }) => only === undefined || only === flavour)
  test.each(ours)('$name', { timeout: 60_000 }, async (conversation) => {
    const direct = await talk(fleet().primary.port, conversation)
    const through = await talk(freshet.port(), conversation)
    // MariaDB tells of several variables in an order of no meaning.
    expect(through.map(sorted)).toEqual(direct.map(sorted))
  })

  const PACKET = 0xffffff
  test.each([
    ['one byte less than a whole packet', PACKET - 1],
    ['exactly a whole packet', PACKET],
    ['one byte more', PACKET + 1],
    ['40 MB', 40_000_000],
  ])('a command of %s, and its value back', { timeout: 60_000 }, async (_, bytes) => {
    const before = "SELECT '"
    const size = bytes - before.length - 2
    const sql = `${before}${'x'.repeat(size)}'`
    const client = await RawMysql.login(freshet.port(), { database: 'app' })
    const insert = 'REPLACE INTO large VALUES (1, '
    await fleet().primary.query('CREATE TABLE IF NOT EXISTS large (id INT PRIMARY KEY, v LONGTEXT)')
    try {
      // The name of the column is cut; the row is what comes back.
      const reply = await client.query(sql)
      expect(reply.length).toBeGreaterThan(size)
      expect(reply.includes('x'.repeat(1000))).toBe(true)
      const inserted = await client.query(`${insert}'${'y'.repeat(bytes - 1 - insert.length - 3)}')`)
      expect(inserted.subarray(3, 6)).toEqual(Buffer.from([inserted[3]!, 0, inserted[5]!]))
      expect(await fleet().primary.query('SELECT LENGTH(v) AS n FROM large')).toEqual([
        { n: bytes - insert.length - 4 },
      ])
      expect(errnoOf(await client.query('SELECT 1'))).toBe(null)
    } finally {
      client.close()
    }
  })

  // MySQL has no such command, and says so.
  test('bulk execute', async () => {
    const bulk = (id: number) => {
      const row = (n: number) => Buffer.from([0, n, 0, 0, 0, 0, 2, 98, 48 + n])
      const [head, types] = [Buffer.alloc(7), Buffer.from([3, 0, 253, 0])]
      head[0] = 0xfa
      head.writeUInt32LE(id, 1)
      head.writeUInt16LE(0x80, 5)
      return Buffer.concat([head, types, row(5), row(6), row(7)])
    }
    const said = [
      c.prepare('INSERT INTO t VALUES (?, ?)'),
      bulk(1),
      'SELECT * FROM t ORDER BY id',
      bulk(1),
      'SELECT COUNT(*) FROM t',
      c.prepare('DELETE FROM t WHERE id = ? AND v = ?'),
      bulk(2),
      'SELECT COUNT(*) FROM t',
    ]
    const mariadb = [EXT_STMT_BULK_OPERATIONS, EXT_STMT_BULK_OPERATIONS | EXT_BULK_UNIT_RESULTS]
    for (const extended of flavour === 'mariadb' ? mariadb : [0]) {
      const options = { name: 'bulk', said, capabilities: MODERN, extended }
      const direct = await talk(fleet().primary.port, options)
      expect(await talk(freshet.port(), options)).toEqual(direct)
      if (flavour === 'mariadb') expect(direct[2]).toContain('b7')
      else expect(direct[1]).toMatch(/Unknown command/i)
    }
  })
})
