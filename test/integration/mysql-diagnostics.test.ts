/**
 * What a session hears of its last statement (SHOW WARNINGS, ROW_COUNT(), FOUND_ROWS(), LAST_INSERT_ID() ...) while its statements run on changing
 * connections that others use in between: byte by byte what a direct connection hears.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionState } from '../../src/dialect.ts'
import { DEPRECATE_EOF, MULTI_RESULTS, PS_MULTI_RESULTS } from '../../src/mysql/capabilities.ts'
import { loadCatalog, mysqlLexMode } from '../../src/mysql/classify/index.ts'
import { MySqlClient } from '../../src/mysql/client.ts'
import { LOGIN_STATE } from '../../src/mysql/session-state.ts'
import { classifying, serversOf } from '../mysql/classify/classifying.ts'
import { command as c, framed, unitOf } from '../mysql/client-side.ts'
import { CodecConnection } from '../mysql/codec-connection.ts'
import { RawConnection } from '../mysql/raw-connection.ts'
import { createTestMysql } from '../support/mysql.ts'

type Flavour = 'mysql' | 'mariadb'
const LEX = mysqlLexMode({ sqlMode: '', characterSetClient: 'utf8mb4' })
const ASKING = [
  'SHOW WARNINGS',
  'SHOW ERRORS',
  'SHOW COUNT(*) WARNINGS',
  'SHOW COUNT(*) ERRORS',
  'SHOW WARNINGS LIMIT 1',
  'show warnings limit 1, 5;',
  'SELECT ROW_COUNT()',
  'SELECT FOUND_ROWS()',
  'SELECT LAST_INSERT_ID()',
  'SELECT @@warning_count',
  'SELECT @@error_count, @@identity AS "last"',
  'SELECT last_insert_id() id, row_count() `rows`, found_rows()',
  'SELECT CONNECTION_ID()',
  'SELECT @@session.last_insert_id LIMIT 1',
]
/** Statements with something to tell about, none of which needs more than one connection for a moment. */
const DOING = [
  'SELECT 1/0',
  "SELECT 1/0, CAST('x' AS SIGNED) FROM counted",
  'SELECT 1',
  'SELECT id FROM counted',
  'SELECT nope',
  'SELEC 1',
  'INSERT INTO counted (v) VALUES (1)',
  'INSERT INTO counted (v) VALUES (1), (2)',
  'INSERT INTO counted (id, v) VALUES (900, 1)',
  'INSERT INTO counted (id, v) VALUES (900, 1)',
  'UPDATE counted SET v = v + 1',
  'UPDATE counted SET v = v WHERE id = -1',
  'DELETE FROM counted WHERE id = 900',
  'UPDATE counted SET v = LAST_INSERT_ID(5) LIMIT 1',
  'SELECT LAST_INSERT_ID(77)',
  'REPLACE INTO counted (v) VALUES (7)',
  "INSERT IGNORE INTO counted (v) VALUES ('many')",
  'DROP TABLE IF EXISTS missing',
  'DO 1',
  'SET NAMES utf8mb4',
]

describe.each<Flavour>(['mysql', 'mariadb'])('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 0 })
  const connections: { close(): void }[] = []

  async function direct(capabilities: number): Promise<{ raw: RawConnection; ask(payload: Buffer): Promise<Buffer> }> {
    const { socketPath } = fleet().primary
    const raw = await RawConnection.open({ socketPath, capabilities, database: 'app' })
    connections.push(raw)
    const ask = (payload: Buffer) =>
      new Promise<Buffer>((resolve, reject) => {
        const overdue = setTimeout(() => reject(new Error(`no whole reply to ${payload.toString('latin1')}`)), 10_000)
        let got = Buffer.alloc(0)
        raw.onData = (chunk) => {
          got = Buffer.concat([got, chunk])
          const end = endOfReply(got, payload[0]!, capabilities)
          if (end === 0) return
          clearTimeout(overdue)
          resolve(got.subarray(0, end))
        }
        raw.socket.write(framed(payload))
      })
    return { raw, ask }
  }

  /** A session over two connections that it gives back whenever it can, and that somebody else then uses. */
  async function proxied(capabilities: number, connectionId: number) {
    const { socketPath } = fleet().primary
    const open = () => CodecConnection.open({ socketPath, capabilities })
    const servers = [await open(), await open()]
    connections.push(...servers)
    const catalog = await loadCatalog((sql) => servers[0]!.command(sql), flavour)
    const { classifier } = classifying(() => catalog, serversOf[flavour])
    const sessions = new Map<MySqlClient, { state: SessionState }>()
    const session = (id: number) => {
      // The sink keeps the session's state there.
      const kept: { state: SessionState } = { state: LOGIN_STATE }
      const client = new MySqlClient({
        classifier,
        limits: { statementBytes: 1 << 20, preparedPerSession: 100 },
        profile: { capabilities, extended: 0, collation: 45 },
        database: 'app',
        sessionTrack: false,
        flavour,
        serverVersion: flavour === 'mysql' ? 90700 : 101118,
        connectionId: id,
        state: () => sessions.get(client)?.state ?? kept.state,
        schemaVersion: () => 0,
      })
      const both = Object.assign(client, kept)
      sessions.set(client, both)
      return both
    }
    const mine = session(connectionId)
    const other = session(1)
    let turn = 0
    let held: CodecConnection | null = null
    let answered = 0
    const run = async (client: MySqlClient, payload: Buffer, on: CodecConnection) => {
      const unit = unitOf(client, payload)
      client.resolve(unit, LEX)
      return on.run(client as never, unit)
    }
    const settle = async (client: MySqlClient, on: CodecConnection) => {
      for (let question = client.question(); question !== null; question = client.question()) {
        client.answered(await on.command(question))
      }
    }
    return {
      get answered() {
        return answered
      },
      async ask(payload: Buffer): Promise<Buffer> {
        const local = mine.withoutServer(unitOf(mine, payload), 'idle', held !== null)
        if (local !== null) {
          answered++
          return local
        }
        const on: CodecConnection = held ?? servers[turn++ % 2]!
        const reply = await run(mine, payload, on)
        held = mine.pins.length > 0 || reply.status !== 'idle' ? on : null
        if (held === null) {
          await settle(mine, on)
          // Somebody else leaves warnings, an insert id and a row count of its own there.
          await run(other, c.query('INSERT INTO others (v) VALUES (1)'), on)
          await run(other, c.query("SELECT 1/0, 2/0, CAST('y' AS SIGNED) FROM others LIMIT 3"), on)
        }
        return reply.bytes
      },
    }
  }

  async function freshTables() {
    const { primary } = fleet()
    for (const name of ['counted', 'others']) {
      await primary.query(`DROP TABLE IF EXISTS ${name}`)
      await primary.query(`CREATE TABLE ${name} (id INT AUTO_INCREMENT PRIMARY KEY, v INT)`)
    }
    await primary.query('INSERT INTO counted (v) VALUES (0), (0)')
  }

  beforeAll(freshTables)
  afterAll(() => {
    for (const connection of connections) connection.close()
  })

  test.each([
    ['with EOF packets', MULTI_RESULTS | PS_MULTI_RESULTS],
    ['with OK packets in their place', MULTI_RESULTS | PS_MULTI_RESULTS | DEPRECATE_EOF],
  ])('texts, %s', { timeout: 60_000 }, async (_, capabilities) => {
    await freshTables()
    const one = await direct(capabilities)
    // FOUND_ROWS() after these is not known to a session; the core asks the connection that ran them while nobody else has used it.
    const unknowable = (asking: string, doing: string) =>
      /found_rows/i.test(asking) && /^(UPDATE|DELETE|DROP|DO|SET|REPLACE|INSERT)/.test(doing)
    const script = ASKING.flatMap((asking) =>
      DOING.flatMap((doing) => (unknowable(asking, doing) ? [] : [doing, asking])),
    )
    const expected: Buffer[] = []
    for (const sql of script) expected.push(await one.ask(c.query(sql)))
    await freshTables()
    const two = await proxied(capabilities, one.raw.greeting.threadId)
    const differing: string[] = []
    let before = ''
    for (const [index, sql] of script.entries()) {
      const got = await two.ask(c.query(sql))
      if (!got.equals(expected[index]!))
        differing.push(`${before} ; ${sql}\n  ${printable(expected[index]!)}\n  ${printable(got)}`)
      before = sql
    }
    expect(differing).toEqual([])
    expect(two.answered).toBeGreaterThan(script.length / 4)
  })

  test('prepared', { timeout: 60_000 }, async () => {
    const capabilities = MULTI_RESULTS | PS_MULTI_RESULTS | DEPRECATE_EOF
    await freshTables()
    const one = await direct(capabilities)
    const two = await proxied(capabilities, one.raw.greeting.threadId)
    const differing: string[] = []
    for (const sql of ASKING) {
      const prepare = c.prepare(sql)
      const there = await one.ask(prepare)
      const here = await two.ask(prepare)
      if (there[4] === 0xff || here[4] === 0xff) {
        expect(here.equals(there), sql).toBe(true)
        continue
      }
      for (const doing of ['SELECT 1/0 FROM counted', 'SELECT nope', 'SELECT id FROM counted WHERE id < 3']) {
        await one.ask(c.query(doing))
        await two.ask(c.query(doing))
        const expected = await one.ask(c.execute(there.readUInt32LE(5)))
        const got = await two.ask(c.execute(here.readUInt32LE(5)))
        if (!got.equals(expected)) differing.push(`${doing} ; ${sql}\n  ${printable(expected)}\n  ${printable(got)}`)
      }
    }
    expect(differing).toEqual([])
    expect(two.answered).toBeGreaterThan(10)
  })

  test('errors about commands and ids', async () => {
    const one = await direct(0)
    const two = await proxied(0, 1)
    const payloads = [
      ...[
        c.execute(77),
        c.fetch(77),
        c.reset(77),
        c.bare(0x17, 'ab'),
        c.bare(0x0f),
        c.bare(0x99),
        c.bulk(77, [0, 1, 0, 0, 0]),
      ],
      ...[Buffer.alloc(0), c.bare(0x0b), c.query('SELEC'), c.query(''), c.query('/* nothing */'), c.prepare('')],
      ...[c.prepare('SELECT 1'), c.prepare('-- nothing')],
    ]
    for (const payload of payloads) {
      const expected = await one.ask(payload)
      const got = await two.ask(payload)
      expect(printable(got), payload.toString('latin1')).toBe(printable(expected))
    }
  })
})

const printable = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[^ -~]/g, (one) => `\\${one.charCodeAt(0)}`)

/** Where one whole reply ends; 0 when there is more to come. No multi-results. */
function endOfReply(bytes: Buffer, command: number, capabilities: number): number {
  const ends: number[] = []
  const firsts: number[] = []
  const sizes: number[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const size = bytes.readUIntLE(at, 3)
    if (at + 4 + size > bytes.length) break
    firsts.push(bytes[at + 4] ?? 0)
    sizes.push(size)
    at += 4 + size
    ends.push(at)
  }
  if (ends.length === 0) return 0
  const eofs = (capabilities & DEPRECATE_EOF) === 0
  if (firsts[0] === 0xff) return ends[0]!
  if (command === 0x16) {
    const [columns, parameters] = [bytes.readUInt16LE(9), bytes.readUInt16LE(11)]
    const eof = eofs ? 1 : 0
    const packets = 1 + (columns > 0 ? columns + eof : 0) + (parameters > 0 ? parameters + eof : 0)
    return ends[packets - 1] ?? 0
  }
  if (firsts[0] === 0) return ends[0]!
  const isEnd = (index: number) => firsts[index] === 0xff || (firsts[index] === 0xfe && sizes[index]! < 100)
  const found = firsts.flatMap((_, index) => (index > firsts[0]! && isEnd(index) ? [index] : []))
  const last = found[eofs && firsts[found[0]!] !== 0xff ? 1 : 0]
  return last === undefined ? 0 : ends[last]!
}
