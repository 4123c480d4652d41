/** The lanes of one pool, with pretended server connections. */
import { expect, test } from 'vitest'
import type { Unit } from '../../src/dialect.ts'
import type { Lane, Rider } from '../../src/pool/lane.ts'
import { Lanes } from '../../src/pool/lanes.ts'
import { Paces } from '../../src/pool/pace.ts'
import type { ServerConnection } from '../../src/pool/server-connection.ts'
import { digest, now } from '../../src/units.ts'

const UNIT: Unit = { size: 10, streaming: false, complete: true }

class FakeConnection {
  owner: unknown = null
  retired = false
  alive = true
  doubtfulSince = null
  openedAt = now()
  state = { key: '' }
  exchange(): Buffer[] {
    return [Buffer.alloc(1)]
  }
  write(): void {}
  close(): void {
    this.alive = false
  }
}

const RIDER: Rider = { keeps: () => {}, evicted: () => {}, connectionLost: () => {} }
const SINK = { data: () => {}, error: () => false, report: () => false, copyIn: () => {}, end: () => {} }
const board = (lane: Lane) => lane.board(UNIT, null as never, new Paces().of(digest(1)), RIDER, SINK)

function setUp(count: number) {
  const limits = { max: count }
  const lanes = new Lanes({ max: () => limits.max, lifetime: () => 1e9, release: () => {} })
  const connections = Array.from({ length: count }, () => new FakeConnection())
  const opened = connections.map((one) => lanes.open(one as unknown as ServerConnection)!)
  return { limits, lanes, connections, opened }
}

test('a pool that may have fewer lanes than it has lets the surplus come to rest', () => {
  const { limits, lanes, opened } = setUp(3)
  for (const lane of opened) board(lane)
  limits.max = 1
  for (const full of [true, false]) {
    const found = new Set(Array.from({ length: 50 }, () => lanes.find('', full)))
    expect([...found]).toEqual([opened[0]])
  }
  limits.max = 0
  expect(lanes.find('', true)).toBe(null)
})

test('a read that nobody waits for any more does not keep its connection for as long as it takes', async () => {
  const { lanes, connections, opened } = setUp(2)
  const ride = board(opened[0]!)
  lanes.find('', true)
  // Time enough for the watch to end: nobody is behind anybody.
  await new Promise((resolve) => setTimeout(resolve, 30))
  ride.detach()
  lanes.left()
  await expect.poll(() => connections[0]!.alive).toBe(false)
  expect(connections[1]!.alive).toBe(true)
  expect(lanes.counts.lanes).toBe(1)
})

test('a process that always has too much to do still moves those behind a head that is stuck', async () => {
  const { lanes, connections, opened } = setUp(2)
  board(opened[0]!)
  board(opened[0]!)
  lanes.find('', true)
  const until = now() + 2000
  while (opened[0]!.depth > 0 && now() < until) {
    const turn = now() + 20
    while (now() < turn);
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(opened[0]!.depth).toBe(0)
  expect(connections[0]!.retired).toBe(true)
})
