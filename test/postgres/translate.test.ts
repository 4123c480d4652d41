/** Whatever a client sends, through however many connections: the same replies as from one server of its own. */
import { describe, expect, it, test } from 'vitest'
import { seeded } from '../support/random.ts'
import { backend as b, frontend as f, typesOf } from './conversation.ts'
import { type JoinedOptions, joined } from './joined.ts'
import { PretendServer, readable } from './pretend-server.ts'

const direct = (...conversation: Buffer[]) => readable(new PretendServer().receive(Buffer.concat(conversation)))
const through = (options: JoinedOptions, ...conversation: Buffer[]) =>
  readable(joined(options).client().talk(Buffer.concat(conversation)))

const run = (statement: string, ...values: string[]) => [f.bind('', statement, ...values), f.execute(''), f.sync]

describe('replies are those of a server that the client has for itself', () => {
  const cases: readonly [string, Buffer[]][] = [
    ['named statement, used again', [f.parse('a', 'one'), f.sync, ...run('a', 'x'), ...run('a', 'y')]],
    ['two names of one text', [f.parse('a', 'one'), f.parse('b', 'one'), f.sync, ...run('a'), ...run('b')]],
    ['duplicate name', [f.parse('a', 'one'), f.sync, f.parse('a', 'two'), ...run('a'), ...run('a')]],
    ['duplicate name in one batch', [f.parse('a', 'one'), f.parse('a', 'two'), f.sync, ...run('a')]],
    ['the same text twice under one name', [f.parse('a', 'one'), f.sync, f.parse('a', 'one'), f.sync]],
    ['Close and Parse again', [f.parse('a', 'one'), f.close('S', 'a'), f.parse('a', 'two'), f.sync, ...run('a')]],
    ['Close alone', [f.parse('a', 'one'), f.sync, f.close('S', 'a'), f.sync, ...run('a')]],
    ['Close of what is not there', [f.close('S', 'nothing'), f.close('P', 'nothing'), f.sync]],
    [
      'Close behind an error is not done',
      [f.parse('a', 'one'), f.sync, f.parse('', 'bad'), f.close('S', 'a'), f.sync, ...run('a')],
    ],
    ['Parse behind an error is not done', [f.parse('', 'bad'), f.parse('a', 'one'), f.sync, ...run('a')]],
    [
      'an error in the middle',
      [
        f.parse('', 'one'),
        f.bind('', ''),
        f.execute(''),
        f.parse('', 'bad'),
        f.bind('', ''),
        f.execute(''),
        f.sync,
        f.query('next'),
      ],
    ],
    ['Bind of nothing', [...run(''), ...run('a'), f.describe('S', ''), f.sync, f.describe('S', 'a'), f.sync]],
    [
      'Describe of statement and portal',
      [f.parse('a', 'one'), f.describe('S', 'a'), f.bind('p', 'a'), f.describe('P', 'p'), f.execute('p'), f.sync],
    ],
    ["asyncpg's way", [f.parse('a', 'one'), f.describe('S', 'a'), f.flush, ...run('a', 'x')]],
    [
      'an error before a Flush skips to Sync',
      [f.parse('a', 'bad'), f.describe('S', 'a'), f.flush, ...run(''), f.query('next')],
    ],
    [
      'several Flushes, an error in the first',
      [
        f.parse('', 'one'),
        f.bind('', 'no'),
        f.execute(''),
        f.flush,
        f.parse('', 'two'),
        f.bind('', ''),
        f.execute(''),
        f.flush,
        f.sync,
        f.query('next'),
      ],
    ],
    ['Flush alone', [f.flush, f.parse('', 'one'), f.bind('', ''), f.execute(''), f.flush, f.flush, f.sync]],
    [
      'several Flushes',
      [
        f.parse('', 'one'),
        f.bind('', ''),
        f.execute(''),
        f.flush,
        f.parse('', 'two'),
        f.bind('', ''),
        f.execute(''),
        f.flush,
        f.sync,
      ],
    ],
    [
      'a portal in parts',
      [f.parse('', 'many'), f.bind('p', ''), f.execute('p', 2), f.flush, f.execute('p', 2), f.sync],
    ],
    [
      'a portal is gone after Sync',
      [f.parse('', 'many'), f.bind('p', ''), f.execute('p', 2), f.sync, f.execute('p', 2), f.sync],
    ],
    ['the unnamed statement used by a later batch', [f.parse('', 'one'), f.sync, ...run('', 'x'), ...run('', 'y')]],
    ['the unnamed statement is gone after a Query', [f.parse('', 'one'), f.sync, f.query('two'), ...run('')]],
    ['the unnamed statement is gone after Close', [f.parse('', 'one'), f.sync, f.close('S', ''), f.sync, ...run('')]],
    ['a Query behind a batch without Sync', [f.parse('a', 'one'), f.query('two'), ...run('a')]],
    ['a Query behind a failed batch is skipped', [f.parse('a', 'bad'), f.query('two'), f.sync, f.query('three')]],
    ['Bind without its strings', [Buffer.from('B\0\0\0\x07abc'), f.sync, f.query('next')]],
    ['Parse without its strings', [Buffer.from('P\0\0\0\x07abc'), f.bind('', ''), f.sync, f.query('next')]],
    ['several Syncs', [f.sync, f.sync, ...run('no'), f.sync, f.parse('', 'one'), ...run('')]],
  ]
  it.each(cases)('%s', (_, conversation) => {
    const expected = direct(...conversation)
    expect(through({}, ...conversation)).toBe(expected)
    let next = 0
    expect(through({ connections: 3, choose: () => next++ % 3, piece: () => 3 }, ...conversation)).toBe(expected)
    expect(through({ connections: 2, choose: () => next++ % 2, preparedPerConnection: 1 }, ...conversation)).toBe(
      expected,
    )
  })

  test('a client never reaches what another one left on the connection', () => {
    const { client } = joined()
    const other = client()
    other.talk(f.parse('', 'secret'), f.sync)
    const curious = client()
    expect(readable(curious.talk(Buffer.concat(run(''))))).toBe(direct(...run('')))
    expect(readable(curious.talk(f.describe('S', ''), f.sync))).toBe(direct(f.describe('S', ''), f.sync))
    expect(readable(other.talk(Buffer.concat(run('', 'x'))))).toBe(
      direct(...run('', 'x')).length > 0
        ? readable(new PretendServer().receive(Buffer.concat([f.parse('', 'secret'), ...run('', 'x')])).subarray(5))
        : '',
    )
  })
})

describe('the cache of a connection', () => {
  test('statements of many clients are prepared once, and no more than fit', () => {
    const { client, connections } = joined({ preparedPerConnection: 3 })
    const clients = Array.from({ length: 5 }, client)
    for (let round = 0; round < 40; round++) {
      const one = clients[round % 5]!
      const reply = one.talk(f.parse(`s${round}`, `text ${round % 7}`), ...run(`s${round}`, 'v'))
      expect(typesOf(reply)).toBe('12DCZ')
      expect(connections[0]!.server.statements.size).toBeLessThanOrEqual(3)
    }
  })

  test('a statement too large to be held works under its own name, and does not stand for an older one', () => {
    const { client } = joined({ statementBytes: 1000 })
    const large = 'l'.repeat(30_000)
    const one = client()
    one.talk(f.parse('', 'small'), f.sync)
    const conversation = Buffer.concat([f.parse('', large), ...run('', 'v')])
    const pieces = [conversation.subarray(0, 20_000), conversation.subarray(20_000)]
    expect(readable(one.talk(...pieces))).toBe(direct(conversation))
    expect(readable(one.talk(Buffer.concat(run('', 'w'))))).toContain('lll')
    client().talk(f.parse('', 'other'), f.sync)
    expect(readable(one.talk(Buffer.concat(run('', 'w'))))).toContain('26000')
  })
})

/** A random conversation in which every message is well formed, but not always sensible. */
function conversation(random: () => number): Buffer[] {
  const pick = <T>(...of: T[]): T => of[Math.floor(random() * of.length)]!
  const name = () => pick('', 'a', 'b', 'c')
  const named = () => pick('a', 'b', 'c')
  const text = () => pick('one', 'two', 'many', 'fail', 'bad', 'three')
  const messages = Array.from({ length: 40 }, () =>
    pick(
      () => f.parse(named(), text()),
      // At the beginning of its batch: after an error further on it is known which unnamed statement the server has.
      () => Buffer.concat([f.sync, f.parse('', pick('one', 'two', 'many', 'fail'))]),
      () => f.bind(pick('', 'p'), name(), String(Math.floor(random() * 100))),
      () => f.bind('', name(), 'v'.repeat(Math.floor(random() * 300))),
      () => f.describe(pick('S', 'P'), name()),
      () => f.execute(pick('', '', 'p'), pick(0, 0, 1, 2)),
      () => f.close(pick('S', 'P'), name()),
      () => f.sync,
      () => f.sync,
      () => f.flush,
      () => f.query(text()),
    )(),
  )
  return [...messages, f.sync]
}

test('4,000 random conversations over shared connections', () => {
  for (let seed = 1; seed <= 4000; seed++) {
    const random = seeded(seed * 7919)
    const { client } = joined({
      connections: 3,
      preparedPerConnection: 1 + (seed % 4),
      statementBytes: seed % 3 === 0 ? 200 : 1 << 20,
      choose: () => Math.floor(random() * 3),
      piece: () => 1 + Math.floor(random() * 40),
    })
    const [one, two] = [client(), client()]
    for (const who of [one, two]) {
      const messages = conversation(random)
      const expected = new PretendServer().receive(Buffer.concat(messages))
      expect(readable(who.talk(...messages)), `seed ${seed}: ${typesOf(Buffer.concat(messages))}`).toBe(
        readable(expected),
      )
    }
  }
})

test('backend messages of the pretended server are well formed', () => {
  expect(typesOf(Buffer.concat([b.ready(), b.row('x'), b.description, b.parameters]))).toBe('ZDTt')
})
