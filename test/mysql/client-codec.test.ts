/** A client's bytes become the same commands however they arrive, and nothing else than a violation comes of broken ones. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { ClientHandler } from '../../src/dialect.ts'
import { MySqlClientCodec } from '../../src/mysql/client-codec.ts'
import { PAYLOAD_MAX, packetHeader } from '../../src/mysql/packets.ts'
import type { MySqlUnit } from '../../src/mysql/unit.ts'
import { arrivals, type Heard, listener } from '../postgres/conversation.ts'
import { command as c, framed } from './client-side.ts'

/** Also hears COM_CHANGE_USER. */
function hearing(): ClientHandler & { readonly heard: Heard[]; readonly relogins: Buffer[] } {
  const inner = listener()
  const relogins: Buffer[] = []
  return {
    get heard() {
      return inner.heard
    },
    relogins,
    unit: inner.unit,
    stream: inner.stream,
    terminate: inner.terminate,
    violation: inner.violation,
    relogin: (packet) => void relogins.push(packet),
  }
}

const hear = (pieces: readonly Buffer[], statementBytes = 1 << 20) => {
  const codec = new MySqlClientCodec(statementBytes)
  const handler = hearing()
  for (const piece of pieces) codec.receive(piece, handler)
  return handler
}

const unitIn = (event: Heard): MySqlUnit => (event as unknown as { unit: MySqlUnit }).unit

/** Events in a line, such as `3:SELECT 1 stream:40 terminate`. */
const told = (heard: readonly Heard[]): string =>
  heard
    .map((event) => {
      if (event === 'terminate') return event
      if ('stream' in event) return `stream:${event.stream.length}`
      if ('violation' in event) return `violation:${event.violation.number}`
      const { command, payload, streaming } = unitIn(event)
      const text = payload.length > 30 ? `(${payload.length})` : payload.subarray(1).toString('latin1')
      return `${command}${streaming ? '+' : ''}:${text}`
    })
    .join(' ')

const CONVERSATIONS: readonly [string, readonly Buffer[], string][] = [
  ['a query', [c.query('SELECT 1')], '3:SELECT 1'],
  ['two queries at once', [c.query('A'), c.query('B')], '3:A 3:B'],
  ['an empty query', [c.query('')], '3:'],
  ['an empty packet', [Buffer.alloc(0), c.ping], '0: 14:'],
  [
    "MariaDB's way: prepare and execute the last one",
    [c.prepare('SELECT ?'), c.execute(0xffffffff)],
    '22:SELECT ? 23:\xff\xff\xff\xff\0\x01\0\0\0',
  ],
  [
    'long data',
    [c.longData(1, 'abc'), c.longData(1, 'def'), c.execute(1)].slice(0, 2),
    '24:\x01\0\0\0\0\0abc 24:\x01\0\0\0\0\0def',
  ],
  ['QUIT, and nothing after it', [c.query('A'), c.quit, c.query('B')], '3:A terminate'],
  ['a command nobody knows', [c.bare(0x99, 'xyz')], '153:xyz'],
]

describe('commands', () => {
  it.each(CONVERSATIONS)('%s', (_, payloads, expected) => {
    const bytes = Buffer.concat(payloads.map((payload) => framed(payload)))
    for (const [way, pieces] of arrivals(bytes, Buffer.from([9, 0, 0]))) {
      expect(told(hear(pieces).heard), way).toBe(expected)
    }
  })

  test('all of them in one stream, cut anywhere, are the same commands', () => {
    const payloads = CONVERSATIONS.slice(0, 6).flatMap(([, payload]) => [...payload])
    const bytes = Buffer.concat(payloads.map((payload) => framed(payload)))
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        const pieces = at.slice(1).map((end, index) => Buffer.from(bytes.subarray(at[index], end)))
        const { heard } = hear(pieces)
        expect(heard.map((event) => unitIn(event).payload.toString('hex'))).toEqual(
          payloads.map((payload) => payload.toString('hex')),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('COM_CHANGE_USER is for the login', () => {
    const packet = framed(c.bare(0x11, 'user\0\0db\0'))
    for (const [way, pieces] of arrivals(packet, Buffer.from([1, 0]))) {
      const { heard, relogins } = hear(pieces)
      expect(heard, way).toEqual([])
      expect(Buffer.concat(relogins).equals(packet), way).toBe(true)
    }
  })

  test('the reply to a command is numbered behind its last packet', () => {
    const codec = new MySqlClientCodec(40 << 20)
    const handler = listener()
    codec.receive(framed(c.query('SELECT 1')), handler)
    expect(codec.nextSequence).toBe(1)
    codec.receive(framed(c.query('x'.repeat(PAYLOAD_MAX))), handler)
    expect(codec.nextSequence).toBe(2)
  })
})

describe('payloads of 16 MiB and more', () => {
  test.each([
    ['one byte less than a full packet', PAYLOAD_MAX - 1, 1],
    ['exactly a full packet, and an empty one behind it', PAYLOAD_MAX, 2],
    ['a byte more', PAYLOAD_MAX + 1, 2],
    ['two full ones', 2 * PAYLOAD_MAX, 3],
  ])('%s', (_, size, packets) => {
    const payload = c.query('y'.repeat(size - 1))
    const bytes = Buffer.concat([framed(payload), framed(c.ping)])
    for (const piece of [1 << 16, 5_000_001, bytes.length]) {
      const pieces: Buffer[] = []
      for (let at = 0; at < bytes.length; at += piece) pieces.push(bytes.subarray(at, at + piece))
      const held = hear(pieces, 64 << 20).heard
      expect(held.map((event) => unitIn(event).command)).toEqual([3, 14])
      expect(unitIn(held[0]!).payload.equals(payload)).toBe(true)
      expect(unitIn(held[0]!).bytes.length).toBe(payload.length + 4 * packets)
      // The same one, larger than may be held.
      const { heard } = hear(pieces, 1 << 20)
      expect(heard).toHaveLength(heard.length === 2 ? 2 : 3)
      const parts = heard.slice(0, -1).map((event) => {
        if (typeof event === 'object' && 'stream' in event) return Buffer.from(event.stream, 'latin1')
        return unitIn(event).bytes
      })
      expect(Buffer.concat([...parts, framed(c.ping)]).equals(bytes)).toBe(true)
    }
  })
})

describe('what is too large to be held', () => {
  const flow = (bytes: Buffer, piece: number, statementBytes = 4096) => {
    const pieces: Buffer[] = []
    for (let at = 0; at < bytes.length; at += piece) pieces.push(bytes.subarray(at, at + piece))
    return hear(
      pieces.map((one) => Buffer.from(one)),
      statementBytes,
    ).heard
  }
  const big = 'x'.repeat(40_000)
  const PIECES = [1, 100, 4095, 4097, 17_000, 39_000]

  test.each([
    ['COM_QUERY', c.query(big)],
    ['COM_STMT_PREPARE', c.prepare(big)],
    ['COM_STMT_EXECUTE', Buffer.concat([c.execute(1), Buffer.from(big)])],
    ['COM_STMT_BULK_EXECUTE', Buffer.concat([c.bulk(1), Buffer.from(big)])],
  ])('%s is streamed, and no byte of it changes', (_, payload) => {
    const bytes = Buffer.concat([framed(payload), framed(c.query('SELECT 1'))])
    for (const piece of PIECES) {
      const heard = flow(bytes, piece)
      expect(told(heard).replace(/stream:\d+/, 'stream'), `pieces of ${piece}`).toMatch(
        new RegExp(`^${payload[0]}\\+:\\(\\d+\\) stream 3:SELECT 1$`),
      )
      const [first, second] = heard
      const rest = Buffer.from((second as { stream: string }).stream, 'latin1')
      expect(Buffer.concat([unitIn(first!).bytes, rest]).equals(framed(payload))).toBe(true)
    }
  })

  test('long data becomes several commands that append the same bytes', () => {
    const data = Buffer.from(Array.from({ length: 50_000 }, (_, n) => n % 251))
    const bytes = Buffer.concat([framed(c.longData(9, data, 3)), framed(c.ping)])
    for (const piece of PIECES) {
      const units = flow(bytes, piece).map(unitIn)
      expect(units.at(-1)!.command).toBe(0x0e)
      const parts = units.slice(0, -1)
      expect(parts.every((unit) => !unit.streaming && unit.command === 0x18)).toBe(true)
      for (const { payload, bytes } of parts) {
        expect(payload.subarray(0, 7).equals(c.longData(9, '', 3))).toBe(true)
        expect(bytes.equals(framed(payload))).toBe(true)
      }
      expect(Buffer.concat(parts.map(({ payload }) => payload.subarray(7))).equals(data)).toBe(true)
    }
  })

  test('long data that come in one piece of 16 MiB are framed as such', () => {
    const data = 'x'.repeat(PAYLOAD_MAX + 100)
    const units = flow(framed(c.longData(9, data)), 1 << 26, 1 << 20).map(unitIn)
    for (const { bytes, payload } of units) expect(bytes.equals(framed(payload))).toBe(true)
    expect(units.reduce((sum, { payload }) => sum + payload.length - 7, 0)).toBe(data.length)
  })

  test('long data of more than 16 MiB, too', () => {
    const data = Buffer.alloc(2 * PAYLOAD_MAX + 5, 7)
    const units = flow(Buffer.concat([framed(c.longData(9, data)), framed(c.ping)]), 1_000_003, 1 << 20).map(unitIn)
    const appended = Buffer.concat(units.slice(0, -1).map(({ payload }) => payload.subarray(7)))
    expect(appended.equals(data)).toBe(true)
    expect(units.at(-1)!.command).toBe(0x0e)
  })

  test('nobody needs a PING of 40 KB', () => {
    expect(told(flow(framed(c.bare(0x0e, big)), 1000))).toBe('violation:1153')
  })
})

describe('the file of LOAD DATA LOCAL', () => {
  const file = (...parts: string[]) =>
    Buffer.concat([...parts.map((part, n) => framed(Buffer.from(part), n + 2)), packetHeader(0, parts.length + 2)])

  test('goes through as it is, up to the empty packet', () => {
    const bytes = file('1\tone\n', '2\ttwo\n')
    for (const [way, pieces] of arrivals(Buffer.concat([bytes, framed(c.query('SELECT 1'))]), Buffer.from([1]))) {
      const codec = new MySqlClientCodec(100)
      const handler = listener()
      codec.receive(framed(c.query('LOAD DATA')), handler)
      codec.localInfile()
      for (const piece of pieces) codec.receive(piece, handler)
      const [, stream, after] = handler.heard
      expect(Buffer.from((stream as { stream: string }).stream, 'latin1').equals(bytes), way).toBe(true)
      expect(unitIn(after!).payload.toString(), way).toBe('\x03SELECT 1')
      expect(handler.heard, way).toHaveLength(3)
    }
  })

  test('a full packet and the empty one behind it are one piece of the file', () => {
    const codec = new MySqlClientCodec(100)
    const handler = listener()
    codec.localInfile()
    const full = Buffer.concat([packetHeader(PAYLOAD_MAX, 2), Buffer.alloc(PAYLOAD_MAX), packetHeader(0, 3)])
    codec.receive(full, handler)
    codec.receive(framed(Buffer.from('more'), 4), handler)
    codec.receive(packetHeader(0, 5), handler)
    codec.receive(framed(c.ping), handler)
    expect(told(handler.heard)).toBe(`stream:${full.length + 8 + 4} 14:`)
  })
})

describe('violations', () => {
  test.each([
    ['a command that begins with packet 1', framed(c.query('B'), 1)],
    [
      'a second packet with the wrong number',
      Buffer.concat([packetHeader(PAYLOAD_MAX, 0), Buffer.alloc(PAYLOAD_MAX), packetHeader(1, 3)]),
    ],
  ])('%s: out of order, and the end', (_, bytes) => {
    for (const limit of [64 << 20, 1 << 20]) {
      const { heard } = hear([Buffer.concat([framed(c.query('A')), bytes, framed(c.query('never'))])], limit)
      expect(told(heard)).toMatch(/^3:A (3\+:\(\d+\) |0\+:\(\d+\) )?(stream:\d+ )?violation:(1156|1153)$/)
    }
    const { heard } = hear([Buffer.concat([framed(c.query('A')), framed(c.query('B'), 1)])])
    expect(told(heard)).toBe('3:A violation:1156')
    expect(heard[1]).toMatchObject({ violation: { fatal: true, code: '08S01' } })
  })
})
