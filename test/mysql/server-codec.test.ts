/** The server codec on scripted replies, cut in every way a network may cut them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Failure } from '../../src/dialect.ts'
import { DEPRECATE_EOF, formatProfile, OPTIONAL_RESULTSET_METADATA } from '../../src/mysql/capabilities.ts'
import { okPacket, readOk, STATUS_AUTOCOMMIT, STATUS_IN_TRANS } from '../../src/mysql/ok.ts'
import { readRows } from '../../src/mysql/own-rows.ts'
import { PacketWriter, payloadLength } from '../../src/mysql/packets.ts'
import { MySqlServerCodec } from '../../src/mysql/server-codec.ts'
import * as unit from '../../src/mysql/unit.ts'
import { CollectingSink, execute, onStatement, prepare, query, type TestClient, testClient } from './codec-client.ts'
import { Script, type Shape } from './scripted-replies.ts'

const SHAPES: readonly Shape[] = [
  { deprecateEof: true, optionalMetadata: false },
  { deprecateEof: false, optionalMetadata: false },
  { deprecateEof: true, optionalMetadata: true },
  { deprecateEof: false, optionalMetadata: true },
]
const MODERN = SHAPES[0]!

/** A codec whose writes are looked at as commands. */
function codecFor(shape: Shape, options: { version?: string; preparedMax?: number; database?: string } = {}) {
  const capabilities =
    (shape.deprecateEof ? DEPRECATE_EOF : 0) | (shape.optionalMetadata ? OPTIONAL_RESULTSET_METADATA : 0)
  const written: Buffer[] = []
  const parameters = new Map([
    ['version', options.version ?? '9.7.0'],
    ['character_set_client', 'utf8mb4'],
    ['collation_connection', 'utf8mb4_general_ci'],
  ])
  const account = {
    user: 'u',
    database: options.database ?? 'app',
    secret: null,
    profile: formatProfile({ capabilities, extended: 0, collation: 45 }),
  }
  const codec = new MySqlServerCodec(
    { account, greeting: { parameters, cancel: { sql: '' } } },
    options.preparedMax ?? 10,
    (bytes) => void written.push(bytes),
  )
  return { codec, written }
}

/** Commands in what was written: the byte, and the rest as text. */
function commandsIn(pieces: readonly Buffer[]): [number, string][] {
  const bytes = Buffer.concat(pieces)
  const found: [number, string][] = []
  for (let at = 0; at < bytes.length; at += 4 + payloadLength(bytes, at)) {
    found.push([bytes[at + 4]!, bytes.toString('latin1', at + 5, at + 4 + payloadLength(bytes, at))])
  }
  return found
}

/** Feeds through one buffer that is overwritten afterwards, as the shared read buffer is. */
function feedIn(codec: MySqlServerCodec, bytes: Buffer, sizes: readonly number[]): Failure | null {
  let at = 0
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes.length === 0 ? bytes.length : Math.max(1, sizes[index % sizes.length]!)
    const chunk = Buffer.from(bytes.subarray(at, at + size))
    const failure = codec.feed(chunk)
    chunk.fill(0xee)
    if (failure !== null) return failure
    at += size
  }
  return null
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('replies pass through unchanged, however they are cut', () => {
  const value = fc.oneof(fc.constant(null), fc.string({ maxLength: 40 }), fc.constant('x'.repeat(300)))
  const reply = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('ok' as const) }),
      fc.record({
        kind: fc.constant('rows' as const),
        rows: fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { maxLength: 6 }),
      }),
    ),
    { minLength: 1, maxLength: 4 },
  )

  test.each(SHAPES)('results one after another %o', (shape) => {
    fc.assert(
      fc.property(reply, fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }), (results, sizes) => {
        const script = new Script(shape)
        results.forEach((result, index) => {
          const more = index < results.length - 1
          if (result.kind === 'ok') script.ok(more)
          else script.resultSet(3, result.rows, more)
        })
        const { codec } = codecFor(shape)
        const client = testClient()
        const sink = new CollectingSink(client)
        codec.begin(client.unit(query('CALL many()'), 'read'), client, [], sink)
        expect(feedIn(codec, script.bytes, sizes)).toBeNull()
        expect(sink.ends).toBe(1)
        expect(Buffer.concat(sink.parts).equals(script.bytes)).toBe(true)
        expect(client.outcomes[0]!.results).toBe(results.length)
        const last = results[results.length - 1]!
        expect(client.outcomes[0]!.rows).toBe(last.kind === 'ok' ? null : last.rows.length)
        expect(codec.outstanding).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  test('a reply in one chunk goes on in one piece', () => {
    const { codec } = codecFor(MODERN)
    const client = testClient()
    const sink = new CollectingSink(client)
    const bytes = new Script(MODERN).resultSet(2, [
      ['a', 'b'],
      ['c', null],
    ]).bytes
    codec.begin(client.unit(query('SELECT 1'), 'read'), client, [], sink)
    codec.feed(bytes)
    expect(sink.parts.length).toBe(1)
  })

  test.each(SHAPES)('an error among rows %o', (shape) => {
    const { codec } = codecFor(shape)
    const client = testClient()
    const sink = new CollectingSink(client)
    const script = new Script(shape).columns(1)
    script.payload(Buffer.from([1, 0x61])).error(1317, 'Query execution was interrupted')
    codec.begin(client.unit(query('SELECT 1'), 'read'), client, [], sink)
    feedIn(codec, script.bytes, [7])
    expect(sink.failure?.number).toBe(1317)
    expect(Buffer.concat(sink.parts).equals(script.bytes)).toBe(true)
    expect(sink.status).toBe('idle')
  })

  test('rows of more than one packet: what goes on with FE or FF is no end', () => {
    const { codec } = codecFor(MODERN)
    const client = testClient()
    const sink = new CollectingSink(client)
    const full = 0xffffff
    for (const first of [0xfe, 0xff]) {
      const value = Buffer.alloc(full, 0x61)
      // The continuation begins with this byte; the value's own 9 length bytes come before it.
      value[full - 9] = first
      const row = new PacketWriter(0, full + 32).lenencBytes(value).done()
      const script = new Script(MODERN)
        .columns(1)
        .payload(row)
        .payload(Buffer.from([1, 0x62]))
        .end()
      codec.begin(client.unit(query('SELECT 1'), 'read'), client, [], sink)
      expect(feedIn(codec, script.bytes, [65536])).toBeNull()
      expect(client.outcomes.pop()).toMatchObject({ rows: 2, results: 1 })
    }
    // Exactly 16 MiB - 1: an empty packet follows.
    const exact = new PacketWriter(0, full + 32).lenencBytes(Buffer.alloc(full - 4, 0x61)).done()
    const script = new Script(MODERN).columns(1).payload(exact).end()
    codec.begin(client.unit(query('SELECT 1'), 'read'), client, [], sink)
    expect(feedIn(codec, script.bytes, [65536])).toBeNull()
    expect(client.outcomes.pop()).toMatchObject({ rows: 1 })
    expect(sink.ends).toBe(3)
  })

  test('other shapes: statistics, fields, fetched rows, option, cursors, no metadata', () => {
    for (const shape of SHAPES) {
      const { codec } = codecFor(shape)
      const client = testClient()
      const run = (payload: Buffer, bytes: Buffer) => {
        const sink = new CollectingSink(client)
        codec.begin(client.unit(payload, 'read'), client, [], sink)
        expect(feedIn(codec, bytes, [5])).toBeNull()
        expect(sink.ends).toBe(1)
        expect(Buffer.concat(sink.parts).equals(bytes)).toBe(true)
      }
      run(Buffer.from([unit.COM_STATISTICS]), new Script(shape).payload(Buffer.from('Uptime: 1')).bytes)
      run(Buffer.from([unit.COM_SET_OPTION, 0, 0]), new Script(shape).end().bytes)
      const fields = new Script({ ...shape, deprecateEof: true })
      run(
        Buffer.from([unit.COM_FIELD_LIST, 0x74, 0]),
        shape.deprecateEof ? fields.definitions(3).end().bytes : new Script(shape).definitions(3).bytes,
      )
      run(query('SELECT 1'), new Script(shape).columns(2, !shape.optionalMetadata).rows([['a', 'b']]).bytes)
      if (!shape.optionalMetadata) run(query('x'), new Script(shape).cursor(2).bytes)
    }
  })
})

describe('prepared statements', () => {
  test.each(SHAPES)('the id in the reply is the client’s %o', (shape) => {
    const { codec } = codecFor(shape)
    const client = testClient()
    const sink = new CollectingSink(client)
    codec.begin(client.unit(prepare('SELECT ?, a FROM t')), client, [], sink)
    feedIn(codec, new Script(shape).prepared(77, 2, 1).bytes, [3])
    expect(sink.ends).toBe(1)
    expect(Buffer.concat(sink.parts).equals(new Script(shape).prepared(1001, 2, 1).bytes)).toBe(true)
    const sent = codec.begin(client.unit(execute(1001, [5])), client, [], sink)
    expect(Buffer.concat(sent).readUInt32LE(5)).toBe(77)
  })

  /** A client that has prepared `sql` on a connection where it is statement `id`. */
  function preparedOn(codec: MySqlServerCodec, client: TestClient, sql: string, id: number, parameters = 1): number {
    codec.begin(client.unit(prepare(sql)), client, [], new CollectingSink(client))
    codec.feed(new Script(MODERN).prepared(id, 1, parameters).bytes)
    return [...client.statements.keys()].at(-1)!
  }

  test('on another connection it is prepared first, and gets the types that were sent before', () => {
    const first = codecFor(MODERN)
    const second = codecFor(MODERN)
    const client = testClient()
    const id = preparedOn(first.codec, client, 'SELECT ?', 7)
    const sink = new CollectingSink(client)
    first.codec.begin(client.unit(execute(id, [5])), client, [], sink)
    first.codec.feed(new Script(MODERN).resultSet(1, [['5']]).bytes)

    const other = new CollectingSink(client)
    const sent = second.codec.begin(client.unit(execute(id, [6], false)), client, [], other)
    expect(commandsIn(sent)).toEqual([[unit.COM_STMT_PREPARE, 'SELECT ?']])
    second.codec.feed(new Script(MODERN).prepared(3, 1, 1).bytes)
    const executed = Buffer.concat(second.written)
    expect(executed.readUInt32LE(5)).toBe(3)
    // null bitmap, new types, the type, the value
    expect([...executed.subarray(14)]).toEqual([0, 1, 3, 0, 6, 0, 0, 0])
    const reply = new Script(MODERN).resultSet(1, [['6']]).bytes
    second.codec.feed(reply)
    expect(Buffer.concat(other.parts).equals(reply)).toBe(true)

    // Known now, so that it goes as it is.
    const again = second.codec.begin(client.unit(execute(id, [8], false)), client, [], other)
    expect([...Buffer.concat(again).subarray(14)]).toEqual([0, 0, 8, 0, 0, 0])
  })

  test('under the state that it was prepared under, and back', () => {
    const { codec, written } = codecFor(MODERN)
    const client = testClient()
    client.state = { key: 'schema=b', settings: new Map([['schema', 'b']]) }
    const made = client.unit(prepare('SELECT a FROM t')).resolved!.statement!
    client.prepared({ resolved: { statement: made } } as never, 0, 1)
    client.state = { key: 'schema=c', settings: new Map([['schema', 'c']]) }
    const sink = new CollectingSink(client)
    const sent = codec.begin(client.unit(execute(made.id)), client, [], sink)
    codec.feed(new Script(MODERN).ok().bytes)
    codec.feed(new Script(MODERN).error().bytes)
    // It cannot be prepared any more: the client hears why, and the connection is where it was.
    expect(commandsIn([...sent, ...written]).map(([, text]) => text)).toEqual(['USE `b`', 'SELECT a FROM t', 'USE `c`'])
    expect(sink.ends).toBe(0)
    codec.feed(new Script(MODERN).ok().bytes)
    expect(sink.failure?.number).toBe(1146)
    expect(sink.ends).toBe(1)
  })

  test('the least recently used are closed, those with a cursor stay', async () => {
    const { codec } = codecFor(MODERN, { preparedMax: 2 })
    const client = testClient()
    const ids = ['SELECT 1', 'SELECT 2'].map((sql, index) => preparedOn(codec, client, sql, index + 1, 0))
    const sink = new CollectingSink(client)
    codec.begin(client.unit(execute(ids[0]!, [], false, 1)), client, [], sink)
    codec.feed(new Script(MODERN).cursor(1).bytes)
    preparedOn(codec, client, 'SELECT 3', 3, 0)
    const sent = codec.begin(client.unit(query('SELECT 9'), 'read'), client, [], sink)
    expect(commandsIn(sent)[0]![0]).toBe(unit.COM_STMT_CLOSE)
    expect(Buffer.concat(sent).readUInt32LE(5)).toBe(2)
    codec.feed(new Script(MODERN).resultSet(1, []).bytes)
    // Closing it closes the cursor on the server, where the statement stays for others.
    const closing = codec.begin(client.unit(onStatement(unit.COM_STMT_CLOSE, ids[0]!)), client, [], sink)
    expect(commandsIn(closing)[0]![0]).toBe(unit.COM_STMT_RESET)
    codec.feed(new Script(MODERN).ok().bytes)
    expect(sink.ends).toBe(3)
    codec.begin(client.unit(onStatement(unit.COM_STMT_CLOSE, ids[1]!)), client, [], sink)
    await settled()
    expect(sink.ends).toBe(4)
    expect(codec.outstanding).toBe(0)
  })

  test('two statements with the same text do not share a cursor', () => {
    const { codec, written } = codecFor(MODERN)
    const client = testClient()
    const first = preparedOn(codec, client, 'SELECT 1', 1, 0)
    const second = client.unit(prepare('SELECT 1'))
    const sink = new CollectingSink(client)
    codec.begin(client.unit(execute(first, [], false, 1)), client, [], sink)
    codec.feed(new Script(MODERN).cursor(1).bytes)
    client.prepared(second, 0, 1)
    const sent = codec.begin(client.unit(execute(second.resolved!.statement!.id)), client, [], sink)
    expect(commandsIn(sent)).toEqual([[unit.COM_STMT_PREPARE, 'SELECT 1']])
    codec.feed(new Script(MODERN).prepared(2, 1, 0).bytes)
    expect(Buffer.concat(written).readUInt32LE(5)).toBe(2)
    codec.feed(new Script(MODERN).resultSet(1, []).bytes)
    const fetch = codec.begin(client.unit(onStatement(unit.COM_STMT_FETCH, first, [1, 0, 0, 0])), client, [], sink)
    expect(Buffer.concat(fetch).readUInt32LE(5)).toBe(1)
  })

  test('ids that the client does not have are refused in the server’s words', async () => {
    const { codec } = codecFor(MODERN)
    const client = testClient()
    const sink = new CollectingSink(client)
    expect(codec.begin(client.unit(execute(5)), client, [], sink)).toEqual([])
    await settled()
    expect(sink.failure?.message).toBe('Unknown prepared statement handler (5) given to mysqld_stmt_execute')
    expect(Buffer.concat(sink.parts)[3]).toBe(1)
  })
})

describe('what runs before and after a unit', () => {
  test('nothing of a unit is sent before its prefix has succeeded', () => {
    const { codec, written } = codecFor(MODERN)
    const client = testClient()
    client.insertId = 5n
    const sink = new CollectingSink(client)
    const sent = codec.begin(client.unit(query('INSERT')), client, ['SET TRANSACTION READ WRITE', 'BEGIN'], sink)
    for (let index = 0; index < 4; index++) codec.feed(new Script(MODERN).ok().bytes)
    expect(commandsIn([...sent, ...written]).map(([, text]) => text)).toEqual([
      'SET TRANSACTION READ WRITE',
      'BEGIN',
      'SET last_insert_id=5',
      'INSERT',
    ])
    expect(Buffer.concat(sink.parts).equals(new Script(MODERN).ok().bytes)).toBe(true)
  })

  test('a prefix that fails is the reply', () => {
    const { codec, written } = codecFor(MODERN)
    const client = testClient()
    const sink = new CollectingSink(client)
    codec.begin(client.unit(query('INSERT')), client, ['BEGIN'], sink)
    const error = new Script(MODERN).error(1227).bytes
    codec.feed(error)
    expect(written).toEqual([])
    expect(sink.ends).toBe(1)
    expect(Buffer.concat(sink.parts).equals(error)).toBe(true)
    expect(client.outcomes[0]!.failure?.number).toBe(1227)
  })

  test.each([
    ['9.7.0', unit.COM_PING],
    ['10.11.6-MariaDB', unit.COM_INIT_DB],
  ])('after an error the status is asked for: %s', (version, command) => {
    const { codec, written } = codecFor(MODERN, { version })
    const client = testClient()
    const sink = new CollectingSink(client)
    codec.begin(client.unit(query('CALL p()')), client, [], sink)
    codec.feed(new Script(MODERN).error().bytes)
    expect(sink.ends).toBe(0)
    expect(commandsIn(written)[0]![0]).toBe(command)
    codec.feed(okPacket(1, { status: STATUS_AUTOCOMMIT | STATUS_IN_TRANS }, { sessionTrack: true }))
    expect(sink.status).toBe('open')
    expect(Buffer.concat(sink.parts).equals(new Script(MODERN).error().bytes)).toBe(true)
  })

  test('an error that the core swallows leaves nothing behind', () => {
    const { codec, written } = codecFor(MODERN)
    const client = testClient()
    const sink = new CollectingSink(client, () => {}, true)
    codec.begin(client.unit(query('UPDATE')), client, [], sink)
    codec.feed(new Script(MODERN).error(1792).bytes)
    expect([sink.ends, sink.parts, written, client.outcomes]).toEqual([1, [], [], []])
  })

  test('plain reads follow each other at once', () => {
    const { codec } = codecFor(MODERN)
    const clients = [testClient(), testClient(), testClient()]
    const sinks = clients.map((client) => new CollectingSink(client))
    const sent = clients.map((client, index) =>
      codec.begin(client.unit(query(`SELECT ${index}`), 'read'), client, [], sinks[index]!),
    )
    expect(sent.every((pieces) => pieces.length > 0)).toBe(true)
    const error = new Script(MODERN).error().bytes
    const replies = [new Script(MODERN).resultSet(1, [['0']]).bytes, error, new Script(MODERN).resultSet(1, []).bytes]
    codec.feed(Buffer.concat(replies))
    expect(sinks.map((sink) => Buffer.concat(sink.parts))).toEqual(replies)
    expect(sinks.map((sink) => sink.ends)).toEqual([1, 1, 1])
  })

  test('a streaming unit waits for its prefix, and so does what streams behind it', () => {
    const { codec, written } = codecFor(MODERN)
    const client = testClient()
    const sink = new CollectingSink(client)
    const whole = client.unit(query('INSERT '.padEnd(100, 'x')))
    codec.begin(client.unit(query('INSERT '.padEnd(100, 'x')), 'primary', 50), client, ['BEGIN'], sink)
    expect(codec.stream(whole.bytes.subarray(50, 80))).toBeNull()
    expect(codec.stream(whole.bytes.subarray(80))).toBeNull()
    codec.feed(new Script(MODERN).ok().bytes)
    expect(Buffer.concat(written).equals(whole.bytes)).toBe(true)
  })

  test('a file for LOAD DATA LOCAL is asked for and streamed', () => {
    const { codec } = codecFor(MODERN)
    const client = testClient()
    const sink = new CollectingSink(client)
    codec.begin(client.unit(query('LOAD DATA LOCAL INFILE')), client, [], sink)
    const asked = Buffer.from([6, 0, 0, 1, 0xfb, ...Buffer.from('a.csv')])
    codec.feed(asked)
    expect([sink.copying, client.files, sink.ends]).toEqual([true, 1, 0])
    expect(codec.stream(Buffer.from([1, 0, 0, 2, 0x61]))).toEqual([Buffer.from([1, 0, 0, 2, 0x61])])
    const done = new Script(MODERN, 4).ok(false, 0n, 1n).bytes
    codec.feed(done)
    expect(Buffer.concat(sink.parts).equals(Buffer.concat([asked, done]))).toBe(true)
    expect(client.outcomes[0]!.affectedRows).toBe(1n)
  })
})

describe('trackers', () => {
  const entry = (name: string, value: string): Buffer => {
    const data = new PacketWriter(0).lenencBytes(name).lenencBytes(value).done()
    return new PacketWriter(0).byte(0).lenencBytes(data).done()
  }
  const tracked = (state: Buffer, header: 0 | 0xfe = 0): Buffer =>
    okPacket(1, { state, info: '' }, { sessionTrack: true, header })
  const state = Buffer.concat([entry('sql_mode', 'ANSI'), entry('time_zone', '+01:00'), entry('statement_id', '9')])

  test.each([
    ['none of them', false, ''],
    ['those it asked for', true, 'time_zone'],
  ])('a client is told %s', (_, sessionTrack, expected) => {
    const { codec } = codecFor(MODERN)
    const client = testClient({ sessionTrack })
    const sink = new CollectingSink(client)
    codec.begin(client.unit(query('SET ...')), client, [], sink)
    codec.feed(tracked(state))
    const bytes = Buffer.concat(sink.parts)
    expect(payloadLength(bytes, 0)).toBe(bytes.length - 4)
    expect(bytes[3]).toBe(1)
    const left = readOk(bytes.subarray(4), true).state
    expect(left?.toString('latin1') ?? '').toContain(expected)
    expect(left?.toString('latin1') ?? '').not.toContain('sql_mode')
    expect(sink.reports).toEqual([
      ['sql_mode', 'ANSI'],
      ['time_zone', '+01:00'],
    ])
  })

  test('what a client switches off is switched on again, unseen', () => {
    const { codec, written } = codecFor(MODERN)
    const client = testClient()
    const sink = new CollectingSink(client)
    codec.begin(client.unit(query("SET session_track_system_variables='a'")), client, [], sink)
    codec.feed(new Script(MODERN).ok().bytes)
    expect(commandsIn(written)[0]![1]).toContain('session_track_system_variables')
    expect(sink.ends).toBe(0)
    codec.feed(new Script(MODERN).ok().bytes)
    expect(sink.ends).toBe(1)
    expect(Buffer.concat(sink.parts).equals(new Script(MODERN).ok().bytes)).toBe(true)
  })
})

describe('Freshet’s own commands', () => {
  test('run one after another up to the first that fails; the last one’s rows are read', () => {
    const { codec, written } = codecFor(MODERN)
    const sink = new CollectingSink(null)
    const sent = codec.command('USE `a`\0SELECT 1', sink)
    codec.feed(new Script(MODERN).ok().bytes)
    codec.feed(new Script(MODERN).resultSet(2, [['1', null]]).bytes)
    expect(commandsIn([...sent, ...written]).map(([, text]) => text)).toEqual(['USE `a`', 'SELECT 1'])
    expect(readRows(Buffer.concat(sink.parts))).toEqual([['1', null]])
    const failing = new CollectingSink(null)
    codec.command('USE `a`\0SELECT 1', failing)
    codec.feed(new Script(MODERN).error(1049).bytes)
    expect([failing.ends, failing.failure?.number]).toEqual([1, 1049])
  })

  test.each(SHAPES)('rows with and without metadata %o', (shape) => {
    const rows = [
      ['1', null],
      ['', 'x'],
    ]
    expect(readRows(new Script(shape).resultSet(2, rows).bytes)).toEqual(rows)
    expect(readRows(new Script(shape).resultSet(2, []).bytes)).toEqual([])
    if (shape.optionalMetadata) expect(readRows(new Script(shape).columns(2, false).rows(rows).bytes)).toEqual(rows)
    expect(readRows(new Script(shape).ok().bytes)).toEqual([])
  })
})

describe('servers that misbehave', () => {
  test('last words on an idle connection', () => {
    const { codec } = codecFor(MODERN)
    expect(codec.feed(new Script(MODERN, 0).error(4031, 'The client was disconnected').bytes)).toBeNull()
    expect(codec.lastFatal).toMatchObject({ number: 4031, fatal: true })
  })

  test.each([
    ['a packet that nobody waits for', [1, 0, 0, 1, 0]],
    ['an empty packet', [0, 0, 0, 1]],
  ])('%s', (_, bytes) => {
    const { codec } = codecFor(MODERN)
    expect(codec.feed(Buffer.from(bytes))?.code).toBe('08P01')
  })

  test('packets out of order', () => {
    const { codec } = codecFor(MODERN)
    const client = testClient()
    codec.begin(client.unit(query('SELECT 1'), 'read'), client, [], new CollectingSink(client))
    const bytes = new Script(MODERN).resultSet(1, [['a'], ['b']]).bytes
    const row = bytes.indexOf(Buffer.from([1, 0x61]))
    bytes[row - 1] = 99
    expect(codec.feed(bytes)).toMatchObject({ code: '08P01', fatal: true })
  })
})
