/**
 * Broken commands by the hundred thousand: bits turned, pieces cut out, doubled, lengths and sequence numbers changed. All that may come of it is
 * an error as a value; never an exception, and never more memory than the limits say. FRESHET_TEST_FULL=1: a million packets.
 */
import { expect, test } from 'vitest'
import type { TransactionStatus } from '../../src/dialect.ts'
import { EXT_STMT_BULK_OPERATIONS, PASS_THROUGH } from '../../src/mysql/capabilities.ts'
import type { MySqlUnit } from '../../src/mysql/unit.ts'
import { listener } from '../postgres/conversation.ts'
import { below, pick, type Random, seeded } from '../support/random.ts'
import { command as c, clientSide, framed, LEX, outcome } from './client-side.ts'

const PACKETS = process.env.FRESHET_TEST_FULL === '1' ? 1_000_000 : 100_000
const STATEMENT_BYTES = 2000

const TYPES = [8, 0, 1, 0x61, 0xfd, 0, 1, 0x62]
const COMMANDS: readonly Buffer[] = [
  ...[c.query('SELECT 1'), c.query(''), c.attributedQuery('SHOW WARNINGS'), c.attributedQuery('SELECT ROW_COUNT()')],
  Buffer.concat([
    Buffer.from([3, 2, 1, 0, 1, ...TYPES, 1, 2, 3, 4, 5, 6, 7, 8, 2, 0x68, 0x69]),
    Buffer.from('SELECT 2'),
  ]),
  ...[c.prepare('SELECT ?, ?'), c.prepare('SELECT 1'), c.prepare('x'.repeat(3000)), c.prepare('SHOW COUNT(*) ERRORS')],
  ...[c.execute(1), c.execute(0xffffffff), c.execute(2, [0, 1, 8, 0, 0xfd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0x61], 1)],
  ...[c.execute(1, [1, 0, 1, 0xfd, 0, 1, 0x61, 1, 0x62], 8), c.bulk(1, [0x80, 0, 3, 0, 0, 1, 2, 3, 4])],
  ...[c.longData(1, 'abc'), c.longData(2, 'd'.repeat(5000), 1), c.fetch(1), c.reset(1), c.close(1), c.close(2)],
  ...[c.ping, c.resetConnection, c.setOption(0), c.kill(5), c.initDb('shop'), c.bare(4, 't\0'), c.bare(9)],
  ...[c.bare(0x12, 'x'), c.bare(0x99), c.query('y'.repeat(9000)), Buffer.alloc(0)],
]

let mutated = 0

function mutate(random: Random, packet: Buffer): Buffer {
  const bytes = Buffer.from(packet)
  mutated++
  switch (below(random, 8)) {
    case 0:
      bytes[below(random, bytes.length)]! ^= 1 << below(random, 8)
      return bytes
    case 1:
      bytes[below(random, bytes.length)] = below(random, 256)
      return bytes
    case 2:
      return bytes.subarray(0, below(random, bytes.length))
    case 3:
      bytes.writeUIntLE(pick(random, [0, 1, 4, 5, 255, 9999, 65_536, 0xfffffe, 0xffffff]), 0, 3)
      return bytes
    case 4: {
      const at = below(random, bytes.length)
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(random, 4))])
    }
    case 5:
      // Well framed, but its fields are not all there.
      return framed(bytes.subarray(4, 4 + below(random, Math.max(1, bytes.length - 4))))
    case 6:
      // Well framed, with other content.
      if (bytes.length > 4)
        bytes[4 + below(random, bytes.length - 4)] = pick(random, [0, 1, 0x7f, 0xfb, 0xfc, 0xfe, 0xff])
      return bytes
    default:
      bytes[3] = below(random, 256)
      return bytes
  }
}

test(`${PACKETS} changed packets from clients, through codec, answers, resolution and endings`, {
  timeout: 300_000,
}, () => {
  const random = seeded(20261121)
  let violations = 0
  let units = 0
  for (let round = 0; mutated < PACKETS; round++) {
    const client = clientSide({
      statementBytes: STATEMENT_BYTES,
      preparedPerSession: 3,
      flavour: round % 2 === 0 ? 'mysql' : 'mariadb',
      profile: { capabilities: round % 3 === 0 ? 0 : PASS_THROUGH, extended: EXT_STMT_BULK_OPERATIONS, collation: 45 },
      facts: (sql) => ({ pins: ['user-variable'], statements: sql.length % 3 }),
    })
    const handler = { ...listener(), relogin() {} }
    const heard = listener()
    handler.unit = heard.unit
    handler.stream = heard.stream
    handler.violation = heard.violation
    handler.terminate = heard.terminate
    const bytes = Buffer.concat(
      Array.from({ length: 8 }, () => {
        const packet = framed(pick(random, COMMANDS))
        return random() < 0.6 ? mutate(random, packet) : packet
      }),
    )
    const size = pick(random, [1, 7, 64, 1000, 100_000])
    if (random() < 0.1) client.localInfile()
    for (let at = 0; at < bytes.length; at += size) client.receive(Buffer.from(bytes.subarray(at, at + size)), handler)
    for (const event of heard.heard) {
      if (typeof event !== 'object' || 'stream' in event) continue
      if ('violation' in event) {
        violations++
        expect([1153, 1156]).toContain(event.violation.number)
        client.encodeFailure(event.violation)
        continue
      }
      units++
      const unit = event.unit as unknown as MySqlUnit
      // At most the limit, or the head of what is streamed and what came with it.
      expect(unit.size).toBeLessThan(STATEMENT_BYTES + 2 * 16 * 1024 + 100_000)
      const status = pick<TransactionStatus>(random, ['idle', 'open'])
      if (client.withoutServer(unit, status, random() < 0.3) !== null) continue
      const work = client.resolve(unit, LEX)
      work.text()
      if (work.refusal !== null || random() < 0.2) {
        client.answer(unit, { failure: work.refusal ?? { code: '57P03', message: 'nobody is there' } }, status)
        continue
      }
      client.insertIdFor(unit)
      if (unit.command === 0x16) client.prepared(unit, below(random, 4), below(random, 3))
      client.completed(
        unit,
        outcome({ status: below(random, 0x10000), warnings: below(random, 2), rows: below(random, 3) }),
      )
      if (client.pins.length === 0 && client.question() !== null)
        client.answered(pick(random, [null, [], [['1', '2', '3']]]))
    }
  }
  expect(violations).toBeGreaterThan(PACKETS / 1000)
  expect(units).toBeGreaterThan(PACKETS / 10)
})

test('64 MiB of large packets are handed on as they come, and not collected', () => {
  const client = clientSide({ statementBytes: 100_000 })
  let handedOn = 0
  const handler = {
    ...listener(),
    unit({ size }: { readonly size: number }) {
      handedOn += size
    },
    stream(view: Buffer) {
      handedOn += view.length
    },
  }
  const packet = framed(c.query('z'.repeat(0xfffff0)))
  let received = 0
  let held = 0
  for (let round = 0; round < 4; round++) {
    for (let at = 0; at < packet.length; at += 10_000) {
      const chunk = packet.subarray(at, at + 10_000)
      received += chunk.length
      client.receive(chunk, handler)
      held = Math.max(held, received - handedOn)
    }
  }
  expect(handedOn).toBe(received)
  expect(held).toBeLessThan(16 * 1024 + 10_000)
})
