/** One pool whose server takes no more connections. */
import { expect, test } from 'vitest'
import type { Unit } from '../../src/dialect.ts'
import { Paces } from '../../src/pool/pace.ts'
import { Pool } from '../../src/pool/pool.ts'
import type { ServerConnection } from '../../src/pool/server-connection.ts'
import { digest, now } from '../../src/units.ts'

const UNIT: Unit = { size: 10, streaming: false, complete: true }
const SINK = { data: () => {}, error: () => false, report: () => false, copyIn: () => {}, end: () => {} }
const RIDER = { keeps: () => {}, evicted: () => {}, connectionLost: () => {} }

test('a server that refuses is not asked again by everybody who boards a full lane', async () => {
  let attempts = 0
  const open = () => {
    attempts++
    return Promise.reject(new Error('too many clients already'))
  }
  const limit = (value: number) => () => value
  const pool = new Pool({
    name: 'p',
    size: limit(8),
    wait: limit(1000),
    idle: limit(1000),
    lifetime: limit(1e9),
    waitingMax: limit(100),
    open,
  })
  const connection = {
    alive: true,
    retired: false,
    doubtfulSince: null,
    openedAt: now(),
    state: { key: '' },
    exchange: () => [Buffer.alloc(1)],
    write: () => {},
  } as unknown as ServerConnection
  const lane = pool.lanes.open(connection)!
  lane.board(UNIT, null as never, new Paces().of(digest(1)), RIDER, SINK)
  lane.expected = 1000
  for (let turn = 0; turn < 20; turn++) {
    expect(pool.lane('')).toBe(lane)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(attempts).toBe(1)
  pool.close()
})
