/** A client's bytes become the same units however they arrive, and nothing else than a violation comes of broken ones. */
import { describe, expect, it, test } from 'vitest'
import { PgClientCodec } from '../../src/postgres/client-codec.ts'
import { message } from '../support/script.ts'
import { arrivals, frontend as f, type Heard, listener, typesOf } from './conversation.ts'

const hear = (pieces: readonly Buffer[], statementBytes = 1 << 20): readonly Heard[] => {
  const codec = new PgClientCodec(statementBytes)
  const handler = listener()
  for (const piece of pieces) codec.receive(piece, handler)
  return handler.heard
}

/** Events in a line, such as `query:Q batch/sync:PBES stream:... terminate`. */
const told = (heard: readonly Heard[]): string =>
  heard
    .map((event) => {
      if (event === 'terminate') return event
      if ('stream' in event) return `stream:${event.stream.length}`
      if ('violation' in event) return `violation:${event.violation.code}`
      const unit = event.unit as unknown as { kind: string; endsWith?: string; bytes: Buffer; streaming: boolean }
      const kind = unit.endsWith === undefined ? unit.kind : `${unit.kind}/${unit.endsWith}`
      return `${kind}${unit.streaming ? '+' : ''}:${unit.streaming ? unit.bytes[0] : typesOf(unit.bytes)}`
    })
    .join(' ')

const big = 'x'.repeat(40_000)

const CONVERSATIONS: readonly [string, Buffer, string][] = [
  ['a simple query', f.query('SELECT 1'), 'query:Q'],
  ['an empty query text', f.query(''), 'query:Q'],
  ['two queries at once', Buffer.concat([f.query('SELECT 1'), f.query('SELECT 2')]), 'query:Q query:Q'],
  [
    'a batch',
    Buffer.concat([f.parse('', 'SELECT 1'), f.bind('', ''), f.describe('P', ''), f.execute(''), f.sync]),
    'batch/sync:PBDES',
  ],
  [
    "asyncpg's way",
    Buffer.concat([
      ...[f.parse('a', 'SELECT 1'), f.describe('S', 'a'), f.flush],
      ...[f.bind('', 'a'), f.execute(''), f.sync],
    ]),
    'batch/flush:PDH batch/sync:BES',
  ],
  ['lone Syncs', Buffer.concat([f.sync, f.sync]), 'batch/sync:S batch/sync:S'],
  ['a function call', f.functionCall(2026), 'function-call:F'],
  [
    'a query with COPY data right behind it',
    Buffer.concat([
      f.query('COPY t FROM STDIN'),
      f.copyData('1\n'),
      f.copyData('2\n'),
      f.copyDone,
      f.query('SELECT 1'),
    ]),
    'query:Q stream:19 query:Q',
  ],
  ['CopyFail', Buffer.concat([f.query('COPY t FROM STDIN'), f.copyFail('no')]), 'query:Q stream:8'],
  [
    'COPY data behind a batch without Sync',
    Buffer.concat([
      f.parse('', 'COPY t FROM STDIN'),
      f.bind('', ''),
      f.execute(''),
      f.copyData('1'),
      f.copyDone,
      f.sync,
    ]),
    'batch/more:PBE stream:11 batch/sync:S',
  ],
  [
    'a query behind a batch without Sync',
    Buffer.concat([f.parse('', 'SELECT 1'), f.query('SELECT 2')]),
    'batch/more:P query:Q',
  ],
  ['Terminate, and nothing after it', Buffer.concat([f.query('A'), f.terminate, f.query('B')]), 'query:Q terminate'],
  ['Terminate in the middle of a batch', Buffer.concat([f.parse('', 'A'), f.terminate]), 'batch/more:P terminate'],
]

describe('units', () => {
  it.each(CONVERSATIONS)('%s', (_, bytes, expected) => {
    for (const [way, pieces] of arrivals(bytes, Buffer.from('Q\0\0'))) expect(told(hear(pieces)), way).toBe(expected)
  })

  it.each(CONVERSATIONS)('%s: no byte is lost or changed', (_, bytes) => {
    const close = bytes.indexOf(f.terminate)
    const expected = close < 0 ? bytes : bytes.subarray(0, close)
    for (const [way, pieces] of arrivals(bytes, Buffer.from('Q\0\0'))) {
      const out = hear(pieces).map((event) => {
        if (event === 'terminate' || 'violation' in event) return Buffer.alloc(0)
        return 'stream' in event
          ? Buffer.from(event.stream, 'latin1')
          : (event.unit as unknown as { bytes: Buffer }).bytes
      })
      expect(Buffer.concat(out).equals(expected), way).toBe(true)
    }
  })

  test('all conversations in one stream, cut anywhere, give the units of the parts', () => {
    const parts = CONVERSATIONS.filter(([, , expected]) => !expected.includes('terminate'))
    const bytes = Buffer.concat(parts.map(([, part]) => part))
    const expected = parts.map(([, , units]) => units).join(' ')
    for (let cut = 1; cut < bytes.length; cut++) {
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)]
      expect(told(hear(pieces)), `cut at ${cut}`).toBe(expected)
    }
  })
})

describe('large messages are streamed', () => {
  const flow = (bytes: Buffer, piece: number) => {
    const pieces: Buffer[] = []
    for (let at = 0; at < bytes.length; at += piece) pieces.push(bytes.subarray(at, at + piece))
    const codec = new PgClientCodec(4096)
    const handler = listener()
    for (const one of pieces) codec.receive(Buffer.from(one), handler)
    const all = handler.heard.map((event) => {
      if (event === 'terminate' || 'violation' in event) throw new Error('not expected')
      return 'stream' in event
        ? Buffer.from(event.stream, 'latin1')
        : (event.unit as unknown as { bytes: Buffer }).bytes
    })
    expect(Buffer.concat(all).equals(bytes)).toBe(true)
    return told(handler.heard).replace(/stream:\d+/g, 'stream')
  }

  test.each([
    ['Query', f.query(big), /^query\+:81 stream query:Q$/],
    [
      'Parse',
      Buffer.concat([f.parse('', big), f.bind('', ''), f.sync]),
      /^batch\/more\+:80 stream batch\/sync:BS query:Q$/,
    ],
    [
      'Bind',
      Buffer.concat([f.bind('', 's', big), f.execute(''), f.sync]),
      /^batch\/more\+:66 stream batch\/sync:ES query:Q$/,
    ],
    ['FunctionCall', message('F', big), /^function-call\+:70 stream query:Q$/],
  ])('%s', (_, bytes, expected) => {
    for (const piece of [1, 100, 4095, 4097, 17_000, 39_000]) {
      expect(flow(Buffer.concat([bytes, f.query('SELECT 1')]), piece), `pieces of ${piece}`).toMatch(expected)
    }
  })

  test('a batch that grows past the limit goes out in parts, the last one with its Sync', () => {
    const bytes = Buffer.concat([...Array.from({ length: 300 }, () => f.bind('', 's', 'y'.repeat(50))), f.sync])
    expect(flow(bytes, 1000)).toMatch(/^(batch\/more:B+ )+batch\/sync:B*S$/)
  })

  test('COPY rows whose headers are cut in two arrive unchanged, also when they are written later', () => {
    const rows = Buffer.concat(Array.from({ length: 500 }, (_, n) => f.copyData(`row ${n} ${'z'.repeat(n % 40)}\n`)))
    for (const piece of [13, 31, 64, 101]) {
      const codec = new PgClientCodec(4096)
      const written: Buffer[] = []
      const handler = { ...listener(), stream: (view: Buffer) => void written.push(view) }
      for (let at = 0; at < rows.length; at += piece) codec.receive(Buffer.from(rows.subarray(at, at + piece)), handler)
      expect(Buffer.concat(written).equals(rows), `pieces of ${piece}`).toBe(true)
    }
  })
})

describe('violations', () => {
  const frame = (type: string, size: number) => {
    const bytes = Buffer.from(`${type}\0\0\0\0`, 'latin1')
    bytes.writeInt32BE(size, 1)
    return bytes
  }
  test.each([
    ['an unknown type', message('!', 'abc'), 'invalid frontend message type 33'],
    ["a server's message", message('Z', 'I'), 'invalid frontend message type 90'],
    ['a length below 4', frame('Q', 3), 'invalid message length'],
    ['a length of 0', frame('S', 0), 'invalid message length'],
    ['a negative length', frame('Q', -1), 'invalid message length'],
    ['a Query of 2 GB', frame('Q', 0x7fffffff), 'invalid message length'],
    ['an Execute of 1 MB', frame('E', 1 << 20), 'invalid message length'],
    ['a Sync of 1 MB', frame('S', 1 << 20), 'invalid message length'],
    ['a Terminate of 1 MB', frame('X', 1 << 20), 'invalid message length'],
  ])('%s', (_, bytes, text) => {
    const valid = f.query('SELECT 1')
    for (const [way, pieces] of arrivals(Buffer.concat([valid, bytes]), f.query('never'))) {
      const heard = hear(pieces)
      expect(told(heard), way).toBe('query:Q violation:08P01')
      expect(heard[1]).toMatchObject({ violation: { message: text, fatal: true } })
    }
  })
})
