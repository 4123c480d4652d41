/** The server codec on scripted replies, cut in every way a network may cut them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { okPacket, readOk, STATUS_AUTOCOMMIT, STATUS_IN_TRANS } from '../../src/mysql/ok.ts'
import { readRows } from '../../src/mysql/own-rows.ts'
import { PacketWriter, payloadLength } from '../../src/mysql/packets.ts'
import * as unit from '../../src/mysql/unit.ts'
import { CollectingSink, query, testClient } from './codec-client.ts'
import { codecFor, commandsIn, feedIn, MODERN, SHAPES } from './scripted-codec.ts'
import { Script } from './scripted-replies.ts'

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
    const wide = [Array.from({ length: 300 }, (_, index) => String(index))]
    expect(readRows(new Script(shape).resultSet(300, wide).bytes)).toEqual(wide)
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
