/** The server codec on real servers: what it forwards is what a bare connection of the same capabilities receives. */
import { describe, expect, test } from 'vitest'
import * as capabilities from '../../src/mysql/capabilities.ts'
import { readOk } from '../../src/mysql/ok.ts'
import { payloadLength } from '../../src/mysql/packets.ts'
import { difference, LOGIN_STATE } from '../../src/mysql/session-state.ts'
import * as unit from '../../src/mysql/unit.ts'
import { execute, onStatement, prepare, query, type Reply, type TestClient, testClient } from '../mysql/codec-client.ts'
import { CodecConnection } from '../mysql/codec-connection.ts'
import { createTestMysql } from '../support/mysql.ts'

const MODERN =
  capabilities.DEPRECATE_EOF |
  capabilities.MULTI_STATEMENTS |
  capabilities.MULTI_RESULTS |
  capabilities.PS_MULTI_RESULTS |
  capabilities.LOCAL_FILES
const OLD = MODERN & ~capabilities.DEPRECATE_EOF
const OPTIONAL = MODERN | capabilities.OPTIONAL_RESULTSET_METADATA

const packetsIn = (bytes: Buffer): Buffer[] => {
  const packets: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 4 + payloadLength(bytes, at))
    packets.push(bytes.subarray(at + 4, at + 4 + payloadLength(bytes, at)))
  return packets
}

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({
    flavour,
    replicas: 0,
    parameters: { max_allowed_packet: '64M', local_infile: '1' },
  })
  const open = (flags = MODERN, options: { preparedMax?: number; database?: string; extended?: number } = {}) =>
    CodecConnection.open({ socketPath: fleet().primary.socketPath, capabilities: flags, ...options })
  const sql = (connection: CodecConnection, client: TestClient, text: string): Promise<Reply> =>
    connection.run(client, client.unit(query(text)))
  const last = (client: TestClient) => client.outcomes.at(-1)!

  test.each([
    ['with CLIENT_DEPRECATE_EOF', MODERN],
    ['without', OLD],
    ['with optional metadata', OPTIONAL],
  ])('every command, %s', async (_, flags) => {
    const connection = await open(flags)
    const client = testClient()
    await sql(connection, client, 'CREATE TABLE IF NOT EXISTS plain (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(20))')
    await sql(connection, client, "INSERT INTO plain (v) VALUES ('a'), ('b')")
    expect(last(client)).toMatchObject({ affectedRows: 2n, insertIdSeen: true, rows: null, results: 1 })
    await sql(connection, client, 'SELECT * FROM plain LIMIT 2')
    expect(last(client)).toMatchObject({ rows: 2, results: 1, failure: null })
    const several = await sql(connection, client, 'SELECT 1; DO 0; SELECT 2, 3; SELECT nope')
    expect(several.failure?.number).toBe(1054)
    expect(last(client)).toMatchObject({ results: 3 })
    await sql(connection, client, 'BEGIN')
    expect((await sql(connection, client, 'SELECT nope')).status).toBe('open')
    expect((await sql(connection, client, 'COMMIT')).status).toBe('idle')
    const other = (payload: number[]) => connection.run(client, client.unit(Buffer.from(payload)))
    expect((await other([unit.COM_PING])).bytes.length).toBe(11)
    expect((await other([unit.COM_STATISTICS])).bytes.toString()).toContain('Uptime')
    expect((await other([unit.COM_SET_OPTION, 1, 0])).failure).toBeNull()
    expect((await other([unit.COM_INIT_DB, ...Buffer.from('mysql')])).reports).toContainEqual(['schema', 'mysql'])
    expect((await other([unit.COM_INIT_DB, ...Buffer.from('app')])).failure).toBeNull()
    const fields = await other([unit.COM_FIELD_LIST, ...Buffer.from('plain\0%')])
    expect(packetsIn(fields.bytes).length).toBe(3)
    expect((await other([0x7f])).failure?.number).toBe(1047)
    expect((await sql(connection, client, 'SELECT 5')).failure).toBeNull()
    connection.close()
  })

  test('a client without trackers and one with the defaults get what servers would have sent', async () => {
    const connection = await open()
    const bare = testClient({ sessionTrack: false })
    const plain = await sql(connection, bare, "SET time_zone = '+03:00'")
    expect([...plain.bytes]).toEqual([7, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])
    const client = testClient()
    const told = await sql(connection, client, "SET time_zone = '+04:00', sql_mode = ''")
    const state = readOk(told.bytes.subarray(4), true).state!.toString('latin1')
    expect(state).toContain('time_zone')
    expect(state).not.toContain('sql_mode')
    expect(client.state.settings.get('sql_mode')).toBe("''")
    connection.close()
  })

  test.each([
    ['with CLIENT_DEPRECATE_EOF', MODERN],
    ['without', OLD],
  ])('what failing and unseen statements change is known, %s', async (_, flags) => {
    const connection = await open(flags)
    const client = testClient()
    for (const text of [
      'DROP PROCEDURE IF EXISTS half',
      'CREATE PROCEDURE half() BEGIN SET SESSION lock_wait_timeout = 77; START TRANSACTION; SELECT * FROM nowhere; END',
      'DROP FUNCTION IF EXISTS changes_it',
      'CREATE FUNCTION changes_it() RETURNS INT NO SQL BEGIN SET SESSION net_read_timeout = 78; RETURN 1; END',
    ])
      expect((await sql(connection, client, text)).failure).toBeNull()
    const failed = await sql(connection, client, 'CALL half()')
    expect([failed.failure?.number, failed.status]).toEqual([1146, 'open'])
    expect(client.state.settings.get('lock_wait_timeout')).toBe('77')
    expect((await connection.command('SHOW WARNINGS'))[0]![1]).toBe('1146')
    await sql(connection, client, 'ROLLBACK')
    await sql(connection, client, 'SELECT changes_it()')
    expect(client.state.settings.get('net_read_timeout')).toBe('78')
    await sql(connection, client, "SET session_track_system_variables = 'time_zone'")
    await sql(connection, client, 'SET SESSION net_write_timeout = 79')
    expect(client.state.settings.get('net_write_timeout')).toBe('79')
    connection.close()
  })

  test('a statement prepared on one connection runs on another, under its own state', async () => {
    const [first, second] = [await open(), await open(MODERN, { preparedMax: 2 })]
    const client = testClient()
    await sql(first, client, 'CREATE TABLE IF NOT EXISTS moved (v INT)')
    await sql(first, client, 'INSERT INTO moved VALUES (40)')
    await first.run(client, client.unit(prepare('SELECT v + ? FROM moved LIMIT 1')))
    const id = [...client.statements.keys()].at(-1)!
    const values = (reply: Reply) => packetsIn(reply.bytes).at(-2)!.readBigInt64LE(2)
    expect(values(await first.run(client, client.unit(execute(id, [1]))))).toBe(41n)
    await sql(first, client, 'USE mysql')
    await second.command(difference(LOGIN_STATE, client.state, false))
    // Types were sent to the other connection only.
    expect(values(await second.run(client, client.unit(execute(id, [2], false))))).toBe(42n)
    expect(await second.command('SELECT DATABASE()')).toEqual([['mysql']])
    expect(values(await second.run(client, client.unit(execute(id, [3], false), 'read')))).toBe(43n)
    // More of them than the connection keeps.
    for (let number = 0; number < 5; number++) {
      await second.run(client, client.unit(prepare(`SELECT ${number}`)))
      const made = [...client.statements.keys()].at(-1)!
      expect((await second.run(client, client.unit(execute(made)))).failure).toBeNull()
    }
    expect(values(await second.run(client, client.unit(execute(id, [4], false))))).toBe(44n)
    const held = await second.command("SHOW STATUS LIKE 'Com_stmt_close'")
    expect(Number(held[0]![1])).toBeGreaterThan(2)
    first.close()
    second.close()
  })

  test('long data of many pieces, on a connection that has never seen the statement', async () => {
    const [first, second] = [await open(), await open()]
    const client = testClient()
    await first.run(client, client.unit(prepare('SELECT LENGTH(?)')))
    const id = [...client.statements.keys()].at(-1)!
    for (let piece = 0; piece < 3; piece++) {
      const data = Buffer.concat([Buffer.from([0, 0]), Buffer.alloc(100_000, 0x61)])
      await second.run(client, client.unit(onStatement(unit.COM_STMT_SEND_LONG_DATA, id, data)))
    }
    // Parameter 0 is a BLOB whose value came before.
    const run = onStatement(unit.COM_STMT_EXECUTE, id, [0, 1, 0, 0, 0, 0, 1, 0xfc, 0])
    const reply = await second.run(client, client.unit(run))
    expect(packetsIn(reply.bytes).at(-2)!.readUInt32LE(2)).toBe(300_000)
    first.close()
    second.close()
  })

  test.each([
    ['with CLIENT_DEPRECATE_EOF', MODERN],
    ['without', OLD],
  ])('cursors, %s', async (_, flags) => {
    const connection = await open(flags)
    const client = testClient()
    await sql(connection, client, 'CREATE TABLE IF NOT EXISTS many (id INT PRIMARY KEY)')
    await sql(connection, client, 'REPLACE INTO many VALUES (1), (2), (3)')
    const text = 'SELECT id FROM many ORDER BY id'
    await connection.run(client, client.unit(prepare(text)))
    await connection.run(client, client.unit(prepare(text)))
    const [one, two] = [...client.statements.keys()].slice(-2) as [number, number]
    await connection.run(client, client.unit(execute(one, [], false, 1)))
    expect(last(client).status & 0x40).toBe(0x40)
    await connection.run(client, client.unit(execute(two, [], false, 1)))
    const fetch = (id: number, rows: number) =>
      connection.run(client, client.unit(onStatement(unit.COM_STMT_FETCH, id, [rows, 0, 0, 0])))
    expect(packetsIn((await fetch(one, 2)).bytes).map((row) => row[2])).toEqual([1, 2, expect.anything()])
    expect(packetsIn((await fetch(two, 1)).bytes).map((row) => row[2])).toEqual([1, expect.anything()])
    await fetch(one, 5)
    expect(last(client).status & 0x80).toBe(0x80)
    expect((await fetch(one, 1)).failure?.number).toBe(1421)
    await connection.run(client, client.unit(onStatement(unit.COM_STMT_CLOSE, two)))
    expect((await connection.run(client, client.unit(execute(one)))).failure).toBeNull()
    connection.close()
  })

  test('rows of 40 MB, and statements of as much', async () => {
    const connection = await open()
    const client = testClient()
    await connection.command('SET SESSION max_statement_time = 0').catch(() => [])
    const size = 40 * 1024 * 1024
    const reply = await connection.run(
      client,
      client.unit(query(`SELECT REPEAT('a', ${size}), 7 UNION ALL SELECT 'b', 8`)),
    )
    expect(reply.failure).toBeNull()
    expect(last(client)).toMatchObject({ rows: 2, results: 1 })
    expect(reply.bytes.length).toBeGreaterThan(size)
    const text = query(`SELECT LENGTH('${'x'.repeat(size)}')`)
    const big = await connection.run(client, client.unit(text))
    expect(packetsIn(big.bytes).at(-2)!.toString('latin1', 1)).toBe(String(size))
    // The same as a stream, behind a prefix.
    const whole = client.unit(text)
    const streamed = client.unit(text, 'primary', 1_000_000)
    const more = [whole.bytes.subarray(1_000_000, 30_000_000), whole.bytes.subarray(30_000_000)]
    const again = await connection.run(client, streamed, ['BEGIN'], more)
    expect(packetsIn(again.bytes).at(-2)!.toString('latin1', 1)).toBe(String(size))
    expect(again.status).toBe('open')
    connection.close()
  })

  test('a streaming EXECUTE of several packets gets the types that it lacks', async () => {
    const [first, second] = [await open(), await open()]
    const client = testClient()
    await first.run(client, client.unit(prepare('SELECT LENGTH(?)')))
    const id = [...client.statements.keys()].at(-1)!
    for (const size of [
      0xffffff - 17,
      0xffffff - 16,
      0xffffff - 15,
      20_000_000,
      2 * 0xffffff - 18,
      2 * 0xffffff - 16,
    ]) {
      const value = Buffer.alloc(size, 0x61)
      const length = Buffer.from([0xfd, size & 0xff, (size >> 8) & 0xff, size >> 16])
      if (size > 0xffffff) {
        length[0] = 0xfe
      }
      const prefix = size > 0xffffff ? Buffer.concat([Buffer.from([0xfe]), bigLength(size)]) : length
      const body = (bound: number[]) =>
        onStatement(
          unit.COM_STMT_EXECUTE,
          id,
          Buffer.concat([Buffer.from([0, 1, 0, 0, 0, 0, ...bound]), prefix, value]),
        )
      client.unit(body([1, 0xfc, 0]))
      const payload = body([0])
      const { bytes } = client.unit(payload)
      const reply = await second.run(client, client.unit(payload, 'primary', 70_000), [], cut(bytes.subarray(70_000)))
      expect(reply.failure).toBeNull()
      expect(packetsIn(reply.bytes).at(-2)!.readUInt32LE(2)).toBe(size)
      // The connection knows the types now; another one must not.
      const statement = client.statements.get(id)!
      statement.types = null
    }
    first.close()
    second.close()
  })

  test('LOAD DATA LOCAL', async () => {
    const connection = await open()
    const client = testClient()
    await sql(connection, client, 'CREATE TABLE IF NOT EXISTS loaded (v INT)')
    const file = [
      Buffer.from([4, 0, 0, 2, ...Buffer.from('1\n2\n')]),
      Buffer.from([2, 0, 0, 3, ...Buffer.from('3\n')]),
      Buffer.from([0, 0, 0, 4]),
    ]
    const running = connection.run(client, client.unit(query("LOAD DATA LOCAL INFILE 'f' INTO TABLE loaded")))
    while (client.files === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    for (const packet of file) connection.write(connection.codec.stream(packet)!)
    const reply = await running
    expect(reply.failure).toBeNull()
    expect(last(client).affectedRows).toBe(3n)
    expect((await sql(connection, client, 'SELECT 1')).failure).toBeNull()
    connection.close()
  })

  test('commands that carry attributes, and results of 300 columns without metadata', async () => {
    const connection = await open(OPTIONAL | capabilities.QUERY_ATTRIBUTES)
    const agreed = (connection.raw.greeting.capabilities & capabilities.QUERY_ATTRIBUTES) !== 0
    const client = testClient()
    const run = (text: string) => {
      const [command, rest] = [query(text).subarray(0, 1), query(text).subarray(1)]
      return connection.run(client, client.unit(Buffer.concat([command, Buffer.from(agreed ? [0, 1] : []), rest])), [
        'BEGIN',
      ])
    }
    const wide = `SELECT ${Array.from({ length: 300 }, (_, index) => index).join(', ')}`
    expect((await run(wide)).status).toBe('open')
    expect(last(client)).toMatchObject({ rows: 1, failure: null })
    if (flavour === 'mysql') expect((await run("SET resultset_metadata = 'NONE'")).failure).toBeNull()
    expect((await run(wide)).failure).toBeNull()
    expect((await connection.command(wide))[0]).toHaveLength(300)
    connection.close()
  })

  if (flavour === 'mariadb') {
    test('bulk execution, also where the statement has not been prepared', async () => {
      const extended = capabilities.EXT_STMT_BULK_OPERATIONS
      const [first, second] = [await open(MODERN, { extended }), await open(MODERN, { extended })]
      const client = testClient()
      await sql(first, client, 'CREATE TABLE IF NOT EXISTS bulk (v INT)')
      await first.run(client, client.unit(prepare('INSERT INTO bulk VALUES (?)')))
      const id = [...client.statements.keys()].at(-1)!
      const rows = (types: boolean) =>
        onStatement(unit.COM_STMT_BULK_EXECUTE, id, [
          types ? 0x80 : 0,
          0,
          ...(types ? [3, 0] : []),
          0,
          1,
          0,
          0,
          0,
          0,
          2,
          0,
          0,
          0,
        ])
      await first.run(client, client.unit(rows(true)))
      expect(last(client).affectedRows).toBe(2n)
      expect((await second.run(client, client.unit(rows(false)))).failure).toBeNull()
      expect(last(client).affectedRows).toBe(2n)
      first.close()
      second.close()
    })
  }

  test('last_insert_id is set before a unit that needs it', async () => {
    const connection = await open()
    const client = testClient()
    client.insertId = 123n
    const reply = await sql(connection, client, 'SELECT LAST_INSERT_ID()')
    expect(packetsIn(reply.bytes).at(-2)!.toString('latin1', 1)).toBe('123')
    connection.close()
  })

  test('a connection without a schema cannot go back to that; others go back to theirs', async () => {
    const without = await open(MODERN, { database: '' })
    const client = testClient()
    await sql(without, client, 'USE app')
    await expect(without.command(difference(client.state, LOGIN_STATE, false))).rejects.toThrow('cannot be brought')
    const connection = await open()
    const changed = testClient()
    await sql(connection, changed, 'USE mysql')
    await sql(connection, changed, 'SET NAMES latin1 COLLATE latin1_bin')
    await connection.command(difference(changed.state, LOGIN_STATE, false))
    expect(await connection.command('SELECT DATABASE(), @@character_set_client, @@collation_connection')).toEqual([
      ['app', 'utf8mb4', 'utf8mb4_general_ci'],
    ])
    without.close()
    connection.close()
  })

  test('a schema whose name is not ASCII, on a connection that speaks latin1', async () => {
    const connection = await open()
    const client = testClient()
    await sql(connection, client, 'CREATE DATABASE IF NOT EXISTS `zürich☕`')
    await sql(connection, client, 'USE `zürich☕`')
    const elsewhere = await open()
    const latin = testClient()
    await sql(elsewhere, latin, 'SET NAMES latin1')
    await elsewhere.command(difference(latin.state, client.state, false))
    expect(await elsewhere.command('SELECT DATABASE()')).toEqual([['zürich☕']])
    connection.close()
    elsewhere.close()
  })

  test('a connection that the server kills: its last words', async () => {
    const connection = await open()
    const client = testClient()
    const running = sql(connection, client, 'SELECT SLEEP(30)')
    running.catch(() => {})
    const closed = new Promise((resolve) => connection.raw.socket.on('close', resolve))
    await fleet().primary.query(`KILL ${connection.raw.greeting.threadId}`)
    await closed
    expect(connection.codec.outstanding).toBe(1)
  })
})

function bigLength(size: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(size))
  return bytes
}

/** In pieces of an odd size, so that headers are cut. */
function cut(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 65_537) pieces.push(bytes.subarray(at, at + 65_537))
  return pieces
}
