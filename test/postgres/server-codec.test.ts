/** A server's replies reach the right sink unchanged, however they are cut, and what is Freshet's own stays out of sight. */
import { describe, expect, test } from 'vitest'
import type { Unit } from '../../src/dialect.ts'
import { PgServerCodec } from '../../src/postgres/server-codec.ts'
import { StatementNames } from '../../src/postgres/statements.ts'
import {
  arrivals,
  backend as b,
  frontend as f,
  type HeardReply,
  listener,
  replySink,
  testClient,
} from './conversation.ts'

/** A codec with one exchange begun, and everything that was written to the server. */
function begun(bytes: Buffer, prefix: readonly string[] = [], swallow = false) {
  const client = testClient()
  const handler = listener()
  client.receive(bytes, handler)
  const written: Buffer[] = []
  const codec = new PgServerCodec(new StatementNames(100), 10, (late) => void written.push(late))
  const heard: string[] = []
  codec.listener = (view) => void heard.push(view.toString('latin1'))
  const sinks: HeardReply[] = []
  for (const event of handler.heard) {
    const { unit } = event as { unit: Unit }
    const sink = replySink(swallow)
    written.push(...codec.begin(unit, client, prefix, sink))
    sinks.push(sink)
  }
  return { codec, client, sinks, sink: sinks[0]!, heard, written: () => Buffer.concat(written) }
}

const query = f.query('SELECT 1')
const rows = Buffer.concat([b.description, b.row('one'), b.row('x'.repeat(300)), b.complete('SELECT 2')])
const batch = Buffer.concat([f.parse('', 'SELECT 1'), f.bind('', ''), f.execute(''), f.sync])
const prefixReply = Buffer.concat([b.parseComplete, b.bindComplete, b.complete('BEGIN')])

const replies: readonly [string, Buffer, readonly string[], Buffer, Buffer, 'idle' | 'open' | 'failed'][] = [
  ['rows', query, [], Buffer.concat([rows, b.ready()]), Buffer.concat([rows, b.ready()]), 'idle'],
  [
    'an error',
    query,
    [],
    Buffer.concat([b.error('22012'), b.ready('E')]),
    Buffer.concat([b.error('22012'), b.ready('E')]),
    'failed',
  ],
  [
    'a long error',
    query,
    [],
    Buffer.concat([b.error('22012', 'e'.repeat(20_000)), b.ready()]),
    Buffer.concat([b.error('22012', 'e'.repeat(20_000)), b.ready()]),
    'idle',
  ],
  [
    'notices, reports and notifications in between',
    query,
    [],
    Buffer.concat([b.notice('look'), b.parameter('TimeZone', 'UTC'), b.notification('news'), rows, b.ready('T')]),
    Buffer.concat([b.notice('look'), b.parameter('TimeZone', 'UTC'), b.notification('news'), rows, b.ready('T')]),
    'open',
  ],
  [
    'COPY out',
    query,
    [],
    Buffer.concat([b.copyOut, b.copyData('1\n'), b.copyData('2\n'), b.copyDone, b.complete('COPY 2'), b.ready()]),
    Buffer.concat([b.copyOut, b.copyData('1\n'), b.copyData('2\n'), b.copyDone, b.complete('COPY 2'), b.ready()]),
    'idle',
  ],
  [
    'a query behind a prefix',
    query,
    ['BEGIN'],
    Buffer.concat([prefixReply, rows, b.ready('T')]),
    Buffer.concat([rows, b.ready('T')]),
    'open',
  ],
  [
    'a batch behind a prefix',
    batch,
    ['BEGIN'],
    Buffer.concat([prefixReply, b.parseComplete, b.bindComplete, b.row('1'), b.complete('SELECT 1'), b.ready('T')]),
    Buffer.concat([b.parseComplete, b.bindComplete, b.row('1'), b.complete('SELECT 1'), b.ready('T')]),
    'open',
  ],
]

describe('replies', () => {
  test.each(replies)('%s', (_, request, prefix, reply, expected, status) => {
    for (const [way, pieces] of arrivals(reply, b.notification('later'))) {
      const { codec, sink, heard } = begun(request, prefix)
      for (const piece of pieces) expect(codec.feed(piece), way).toBeNull()
      expect(sink.bytes().equals(expected), way).toBe(true)
      expect(sink.status, way).toBe(status)
      expect(codec.outstanding, way).toBe(0)
      expect(heard.length, way).toBe(way === 'with trailing bytes' ? 1 : 0)
    }
  })

  test('a swallowed error leaves nothing of its reply', () => {
    const reply = Buffer.concat([b.error('25006'), b.ready()])
    for (const [way, pieces] of arrivals(reply, Buffer.alloc(0))) {
      const { codec, sink } = begun(query, [], true)
      for (const piece of pieces) codec.feed(piece)
      expect(sink.bytes().length, way).toBe(0)
      expect(sink.failures, way).toMatchObject([{ code: '25006' }])
      expect(sink.status, way).toBe('idle')
    }
  })

  test('a prefix that fails: the query behind it is skipped, and a Sync of our own ends that', () => {
    for (const [way, pieces] of arrivals(Buffer.concat([b.error('25001')]), Buffer.alloc(0))) {
      const { codec, sink, written } = begun(query, ['BEGIN'])
      const before = written().length
      for (const piece of pieces) codec.feed(piece)
      expect(written().subarray(before).equals(f.sync), way).toBe(true)
      codec.feed(b.ready())
      expect(sink.bytes().equals(Buffer.concat([b.error('25001'), b.ready()])), way).toBe(true)
    }
  })

  test('several exchanges in flight: each reply reaches its own sink', () => {
    const replies = [
      Buffer.concat([rows, b.ready()]),
      Buffer.concat([b.error('22012'), b.ready()]),
      Buffer.concat([b.emptyQuery, b.ready()]),
    ]
    for (const [way, pieces] of arrivals(Buffer.concat(replies), Buffer.alloc(0))) {
      const { codec, sinks } = begun(Buffer.concat([query, query, query]))
      for (const piece of pieces) codec.feed(piece)
      expect(
        sinks.map((sink) => sink.bytes().toString('latin1')),
        way,
      ).toEqual(replies.map((one) => one.toString('latin1')))
    }
  })

  test('a Flush is over with its last reply, wherever that is cut', () => {
    const flushed = Buffer.concat([f.parse('', 'SELECT 1'), f.bind('', ''), f.execute(''), f.flush])
    const replies = [
      Buffer.concat([b.parseComplete, b.bindComplete, b.row('1'), b.complete('SELECT 1')]),
      Buffer.concat([b.parseComplete, b.bindComplete, b.suspended]),
      Buffer.concat([b.parseComplete, b.error('22012', 'e'.repeat(20_000))]),
    ]
    for (const reply of replies) {
      for (const [way, pieces] of arrivals(reply, Buffer.alloc(0))) {
        const { codec, sink } = begun(flushed)
        for (const [index, piece] of pieces.entries()) {
          expect(sink.status, `${way} ${index}`).toBeNull()
          codec.feed(piece)
        }
        expect(sink.status, way).toBe('unsynced')
        expect(sink.bytes().equals(reply), way).toBe(true)
      }
    }
  })
})

describe('outside of exchanges', () => {
  test('notifications, notices and reports go to the listener; last words are remembered', () => {
    const words = Buffer.concat([
      b.notification('news'),
      b.notice('look'),
      b.parameter('TimeZone', 'UTC'),
      b.fatal('57P01'),
    ])
    for (const [way, pieces] of arrivals(words, Buffer.alloc(0))) {
      const { codec, heard } = begun(Buffer.alloc(0))
      for (const piece of pieces) expect(codec.feed(piece), way).toBeNull()
      expect(heard.length, way).toBe(3)
      expect(codec.lastFatal, way).toMatchObject({ code: '57P01', fatal: true })
    }
  })

  test("a notification during a command of our own is its client's", () => {
    const { codec, heard } = begun(Buffer.alloc(0))
    const sink = replySink()
    codec.command('SELECT 1', sink)
    codec.feed(Buffer.concat([b.notification('news'), rows, b.ready()]))
    expect(heard.length).toBe(1)
    expect(sink.bytes().equals(Buffer.concat([rows, b.ready()]))).toBe(true)
  })

  test.each([
    ['a row that nobody asked for', b.row('1')],
    ['a length below 4', Buffer.from('D\0\0\0\x03')],
    ['a ReadyForQuery of 2 MB', Buffer.from('Z\0\x20\0\0')],
  ])('%s breaks the protocol', (_, bytes) => {
    expect(begun(Buffer.alloc(0)).codec.feed(bytes)).toMatchObject({ code: '08P01', fatal: true })
  })
})
