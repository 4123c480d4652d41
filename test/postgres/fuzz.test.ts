/**
 * Broken conversations by the hundred thousand: client and server bytes with bits turned, pieces cut out, doubled, swapped and lengths
 * changed. All that may come of it is a violation or a failure as a value; never an exception, and never more memory than the limits say.
 */
import { expect, test } from 'vitest'
import type { Accounts } from '../../src/postgres/auth/accounts.ts'
import { createClientLogin } from '../../src/postgres/client-login.ts'
import { PgServerCodec } from '../../src/postgres/server-codec.ts'
import { StatementNames } from '../../src/postgres/statements.ts'
import { below, pick, type Random, seeded } from '../support/random.ts'
import { message } from '../support/script.ts'
import { backend as b, frontend as f, listener, replySink, testClient } from './conversation.ts'

const LEX = { standardConformingStrings: true, asciiSafeEncoding: true }
const CLIENT_FRAMES = 550_000
const SERVER_FRAMES = 400_000
const LOGIN_FRAMES = 100_000

const LENGTHS = [-1, 0, 1, 3, 4, 5, 8, 255, 9_999, 10_001, 65_536, 1 << 20, 0x3fffffff, 0x40000000, 0x7fffffff]

/** How many frames were changed so far. */
let mutated = 0

/** One frame changed in one way. */
function mutate(random: Random, frame: Buffer): Buffer {
  const bytes = Buffer.from(frame)
  mutated++
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
      if (bytes.length >= 5) bytes.writeInt32BE(pick(random, LENGTHS), 1)
      return bytes
    case 4: {
      const at = below(random, bytes.length)
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(random, 4))])
    }
    case 5:
      return Buffer.concat([bytes, bytes.subarray(below(random, bytes.length))])
    case 6:
      // The body cut short, and its length with it: well framed, but its fields are not all there.
      return message(
        String.fromCharCode(bytes[0]!),
        bytes.subarray(5, 5 + below(random, Math.max(1, bytes.length - 5))),
      )
    default:
      return bytes
  }
}

function* pieces(random: Random, bytes: Buffer): Generator<Buffer> {
  const size = pick(random, [1, 7, 64, 1000, 100_000])
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size))
}

const CLIENT: readonly Buffer[] = [
  ...[
    f.query('SELECT 1'),
    f.query(''),
    f.parse('', 'SELECT $1'),
    f.parse('a', 'SELECT 2'),
    f.parse('b', 'x'.repeat(300)),
  ],
  ...[
    f.bind('', 'a', 'v'),
    f.bind('p', 'b'),
    f.bind('', '', 'v'.repeat(500)),
    f.describe('S', 'a'),
    f.describe('P', 'p'),
  ],
  ...[f.execute(''), f.execute('p', 2), f.close('S', 'a'), f.close('P', 'p'), f.sync, f.sync, f.flush],
  ...[f.copyData('1\t2\n'), f.copyDone, f.copyFail('no'), f.functionCall(2026), f.terminate],
]

const SERVER: readonly Buffer[] = [
  ...[
    b.parseComplete,
    b.bindComplete,
    b.closeComplete,
    b.noData,
    b.emptyQuery,
    b.suspended,
    b.parameters,
    b.description,
  ],
  ...[
    b.row('value'),
    b.row('y'.repeat(400)),
    b.complete('SELECT 1'),
    b.error('42601'),
    b.error('0A000', 'cached plan'),
  ],
  ...[b.fatal('57P01'), b.notice('look'), b.notification('news'), b.parameter('TimeZone', 'UTC'), b.copyIn, b.copyOut],
  ...[b.copyData('row'), b.copyDone, b.ready(), b.ready('T'), b.ready('E')],
]

const some = (random: Random, of: readonly Buffer[], count: number, broken: number): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, () => {
      const frame = pick(random, of)
      return random() < broken ? mutate(random, frame) : frame
    }),
  )

test(`${CLIENT_FRAMES} changed frames from clients, through codec, resolution and translation`, {
  timeout: 120_000,
}, () => {
  const random = seeded(20260801)
  const names = new StatementNames(50)
  let violations = 0
  for (const end = mutated + CLIENT_FRAMES; mutated < end; ) {
    const client = testClient({ statementBytes: 2000, preparedPerSession: 20 })
    let server = new PgServerCodec(names, 3, () => {})
    const handler = listener()
    for (const piece of pieces(random, some(random, CLIENT, 8, 0.5))) client.receive(piece, handler)
    for (const event of handler.heard) {
      if (event === 'terminate') break
      if ('violation' in event) {
        violations++
        expect(event.violation).toMatchObject({ code: '08P01', fatal: true })
        break
      }
      if ('stream' in event) continue
      // A unit is at most the limit and one frame that just fitted, or the head of one that is streamed.
      expect(event.unit.size).toBeLessThan(2000 + 2 * 16 * 1024 + 100_000)
      if (client.withoutServer(event.unit, pick(random, ['idle', 'open', 'failed'])) !== null) continue
      client.resolve(event.unit, LEX)
      server.begin(event.unit, client, random() < 0.1 ? ['BEGIN'] : [], replySink())
      const failure = server.feed(some(random, SERVER, 4, 0.02))
      // A connection whose server breaks the protocol is given up.
      if (failure !== null) server = new PgServerCodec(names, 3, () => {})
    }
  }
  expect(violations).toBeGreaterThan(CLIENT_FRAMES / 1000)
})

test(`${SERVER_FRAMES} changed frames from servers`, { timeout: 120_000 }, () => {
  const random = seeded(77)
  const names = new StatementNames(50)
  let failures = 0
  for (const end = mutated + SERVER_FRAMES; mutated < end; ) {
    const client = testClient()
    const codec = new PgServerCodec(names, 3, () => {})
    codec.listener = () => {}
    const handler = listener()
    client.receive(Buffer.concat([some(random, CLIENT, 5, 0).subarray(0, -1), f.sync]), handler)
    for (const event of handler.heard.slice(0, 3)) {
      if (typeof event !== 'object' || !('unit' in event)) continue
      client.resolve(event.unit, LEX)
      codec.begin(event.unit, client, [], replySink(random() < 0.3))
    }
    if (random() < 0.3) codec.command('SELECT 1', replySink())
    for (const piece of pieces(random, some(random, SERVER, 8, 0.5))) {
      const failure = codec.feed(piece)
      if (failure === null) continue
      failures++
      expect(failure.code).toBe('08P01')
      break
    }
  }
  expect(failures).toBeGreaterThan(SERVER_FRAMES / 1000)
})

const accounts: Accounts = {
  lookup: async () => ({ credential: null, afterAuth: null, unknownAs: 'scram-sha-256' }),
}

function startup(random: Random): Buffer {
  const version = pick(random, [196608, 196610, 196617, 131072, 80877103, 80877104, 80877102, 0, -1])
  const body = `user\0app\0database\0shop\0${pick(random, ['', '_pq_.x\0y\0', 'options\0-c a=b\0', 'replication\0true\0'])}\0`
  const head = Buffer.alloc(4)
  head.writeInt32BE(version)
  return message('', Buffer.concat([head, Buffer.from(version > 80_000_000 ? '' : body)]))
}

test(`${LOGIN_FRAMES} changed frames of clients that log in`, { timeout: 120_000 }, async () => {
  const random = seeded(4711)
  let refused = 0
  const options = {
    method: 'scram-sha-256',
    accounts,
    channelBinding: null,
    startupBytes: 10_000,
    refuse: null,
  } as const
  const scram = message('p', Buffer.concat([Buffer.from('SCRAM-SHA-256\0\0\0\0\x0a'), Buffer.from('n,,n=,r=abc')]))
  for (const end = mutated + LOGIN_FRAMES; mutated < end; ) {
    const login = createClientLogin({ ...options, tls: pick(random, ['disable', 'allow', 'require']) })
    const parts = [startup(random), startup(random), scram, scram].map((frame) => mutate(random, frame))
    for (const piece of pieces(random, Buffer.concat(parts).subarray(0, 400))) {
      const step = await login.receive(piece)
      if (step.failure) {
        refused++
        expect(step.failure).toMatchObject({ fatal: true })
        login.encodeFailure(step.failure)
      }
      if (step.failure || step.cancel || step.identity || step.startTls) break
    }
  }
  expect(refused).toBeGreaterThan(LOGIN_FRAMES / 20)
})

test('512 MiB of frames that claim to be large are not collected', () => {
  const client = testClient({ statementBytes: 100_000 })
  const codec = new PgServerCodec(new StatementNames(50), 3, () => {})
  client.receive(f.query('SELECT 1'), {
    ...listener(),
    unit: (unit) => void codec.begin(unit, client, [], { ...replySink(), data() {} }),
  })
  let seen = 0
  const handler = {
    ...listener(),
    unit() {},
    stream(view: Buffer) {
      seen += view.length
    },
  }
  const head = (type: string) => {
    const bytes = Buffer.from(`${type}\0\0\0\0`, 'latin1')
    bytes.writeInt32BE(0x3ffffff0, 1)
    return bytes
  }
  // The process has garbage of its own: what is collected would be four times the bound.
  const before = process.memoryUsage().arrayBuffers
  const chunk = Buffer.alloc(65_536, 0x61)
  client.receive(head('Q'), handler)
  codec.feed(head('E'))
  for (let round = 0; round < 8192; round++) {
    client.receive(chunk, handler)
    expect(codec.feed(chunk)).toBeNull()
  }
  expect(seen).toBeGreaterThan(500 << 20)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(128 << 20)
})
