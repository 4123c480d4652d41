/**
 * Servers that send anything: replies with bits turned, pieces cut out, doubled, swapped and lengths changed, cut anywhere. All that may come of
 * it is a failure as a value; never an exception, never an endless loop, and never more memory than one packet that is looked at as a whole. FRESHET_TEST_FULL=1: a million packets.
 */
import { expect, test } from 'vitest'
import { DEPRECATE_EOF, formatProfile, OPTIONAL_RESULTSET_METADATA } from '../../src/mysql/capabilities.ts'
import { readRows } from '../../src/mysql/own-rows.ts'
import { MySqlServerCodec } from '../../src/mysql/server-codec.ts'
import * as unit from '../../src/mysql/unit.ts'
import { ProtocolError } from '../../src/wire/protocol-error.ts'
import { below, pick, type Random, seeded } from '../support/random.ts'
import { CollectingSink, execute, onStatement, prepare, query, testClient } from './codec-client.ts'
import { Script, type Shape } from './scripted-replies.ts'

const PACKETS = process.env.FRESHET_TEST_FULL === '1' ? 1_000_000 : 250_000

const LENGTHS = [0, 1, 3, 4, 5, 8, 9, 255, 65_535, 0xfffffe, 0xffffff]
const FIRST = [0x00, 0x01, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff]

let mutated = 0

/** One packet changed in one way. */
function mutate(random: Random, packet: Buffer): Buffer {
  const bytes = Buffer.from(packet)
  mutated++
  if (bytes.length === 0) return Buffer.from([below(random, 256)])
  switch (below(random, 7)) {
    case 0:
      bytes[below(random, bytes.length)]! ^= 1 << below(random, 8)
      return bytes
    case 1:
      bytes[below(random, bytes.length)] = below(random, 256)
      return bytes
    case 2:
      return bytes.subarray(0, below(random, bytes.length))
    case 3:
      if (bytes.length >= 4) bytes.writeUIntLE(pick(random, LENGTHS), 0, 3)
      return bytes
    case 4:
      if (bytes.length >= 5) bytes[4] = pick(random, FIRST)
      return bytes
    case 5: {
      const at = below(random, bytes.length)
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(random, 4))])
    }
    default:
      return Buffer.concat([bytes, bytes.subarray(below(random, bytes.length))])
  }
}

const SHAPES: readonly Shape[] = [
  { deprecateEof: true, optionalMetadata: false },
  { deprecateEof: false, optionalMetadata: false },
  { deprecateEof: true, optionalMetadata: true },
]

/** Packets (header and payload together) of one reply to each sort of command. */
function replies(shape: Shape): (readonly [Buffer, Buffer[]])[] {
  const joined = (script: Script): Buffer[] => {
    const packets: Buffer[] = []
    for (let at = 0; at < script.parts.length; at++) {
      const part = script.parts[at]!
      const alone = part.length > 4 && part.readUIntLE(0, 3) === part.length - 4
      packets.push(alone ? part : Buffer.concat([part, script.parts[++at] ?? Buffer.alloc(0)]))
    }
    return packets
  }
  return [
    [
      query('SELECT 1'),
      joined(
        new Script(shape).resultSet(2, [
          ['a', null],
          ['b', 'x'.repeat(300)],
        ]),
      ),
    ],
    [
      query('CALL p()'),
      joined(
        new Script(shape)
          .ok(true)
          .resultSet(1, [['a']], true)
          .ok(),
      ),
    ],
    [query('x'), joined(new Script(shape).error())],
    [prepare('SELECT ?'), joined(new Script(shape).prepared(4, 2, 1))],
    [execute(1001, [1]), joined(new Script(shape).cursor(2))],
    [onStatement(unit.COM_STMT_FETCH, 1001, [1, 0, 0, 0]), joined(new Script(shape).rows([['a']]))],
    [Buffer.from([unit.COM_FIELD_LIST, 0x74, 0]), joined(new Script(shape).definitions(2))],
    [Buffer.from([unit.COM_STATISTICS]), joined(new Script(shape).payload(Buffer.from('Uptime')))],
  ]
}

function codecFor(shape: Shape, version: string): MySqlServerCodec {
  const capabilities =
    (shape.deprecateEof ? DEPRECATE_EOF : 0) | (shape.optionalMetadata ? OPTIONAL_RESULTSET_METADATA : 0)
  const profile = formatProfile({ capabilities, extended: 0, collation: 45 })
  return new MySqlServerCodec(
    {
      account: { user: 'u', database: 'app', secret: null, profile },
      greeting: { parameters: new Map([['version', version]]), cancel: { sql: '' } },
    },
    4,
    () => {},
  )
}

test(`${PACKETS} broken packets of servers`, () => {
  const random = seeded(4711)
  const scripts = SHAPES.map((shape) => [shape, replies(shape)] as const)
  const client = testClient()
  client.prepared({ resolved: { statement: client.unit(prepare('SELECT ?')).resolved!.statement! } } as never, 1, 1)
  let failures = 0
  let ends = 0
  let bytesIn = 0
  let bytesOut = 0
  mutated = 0
  while (mutated < PACKETS) {
    const [shape, script] = pick(random, scripts)
    const codec = codecFor(shape, pick(random, ['9.7.0', '10.11.0-MariaDB']))
    const verdict = pick(random, ['read', 'primary'] as const)
    const sink = new CollectingSink(client, undefined, random() < 0.1)
    for (let exchange = 0; exchange < 4; exchange++) {
      const [payload, packets] = pick(random, script)
      codec.begin(client.unit(payload, verdict), client, random() < 0.1 ? ['BEGIN'] : [], sink)
      const parts = packets.map((packet) => (random() < 0.7 ? mutate(random, packet) : packet))
      if (random() < 0.2) parts.push(mutate(random, pick(random, packets)))
      const bytes = Buffer.concat(parts)
      bytesIn += bytes.length
      const cutAt = below(random, bytes.length + 1)
      const failure = codec.feed(bytes.subarray(0, cutAt)) ?? codec.feed(bytes.subarray(cutAt))
      try {
        readRows(bytes)
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
      }
      if (failure !== null) {
        failures++
        expect(failure.message.length).toBeGreaterThan(0)
        break
      }
    }
    ends += sink.ends
    for (const part of sink.parts) bytesOut += part.length
    client.outcomes.length = 0
  }
  expect(mutated).toBeGreaterThanOrEqual(PACKETS)
  expect(failures).toBeGreaterThan(1_000)
  expect(ends).toBeGreaterThan(1_000)
  // Rewritten OK packets and errors of Freshet's own aside, nothing comes out that has not come in.
  expect(bytesOut).toBeLessThan(bytesIn * 2)
}, 300_000)
