import { describe, expect, test } from 'vitest'
import { instant, NEVER } from '../../src/units.ts'
import { startWorld, type World } from './simulated-servers.ts'

const state = ({ fleet }: World, id: number) => fleet.snapshot().servers[id]!

function promote({ servers }: World, id: number): void {
  const server = servers[id]!
  server.role = 'primary'
  server.timeline = Math.max(...servers.map(({ timeline }) => timeline)) + 1
  server.log.push(-server.timeline)
}

function follow({ servers }: World, id: number, leader: number): void {
  const server = servers[id]!
  server.role = 'replica'
  server.timeline = servers[leader]!.timeline
  server.log = [...servers[leader]!.log]
}

describe('promotions', () => {
  test('a promoted replica becomes the primary, an epoch begins, and nothing from before it is proved any more', async () => {
    const world = await startWorld(2)
    world.servers[0]!.stop()
    await world.time.advance(60)
    expect(world.fleet.snapshot()).toMatchObject({ primary: null, epoch: 1 })
    promote(world, 1)
    await world.time.advance(60)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 1, epoch: 2, withoutPrimarySince: null })
    expect(world.epochs).toMatchObject([{ epoch: 2 }])
    expect(state(world, 2).horizon).toBe(NEVER)
    follow(world, 2, 1)
    await world.time.advance(110)
    expect(state(world, 2).horizon).toBeGreaterThan(world.time.clock() - 60)
  })

  test('the snapshot is the new one when others are told', async () => {
    const seen: (number | null)[] = []
    const world: World = await startWorld(1, {
      onEpoch: () => seen.push(world.fleet.snapshot().primary, world.fleet.snapshot().epoch),
    })
    world.servers[0]!.stop()
    promote(world, 1)
    await world.time.advance(200)
    expect(seen).toEqual([1, 2])
  })

  test('the old primary coming back as a replica is used as one', async () => {
    const world = await startWorld(1)
    world.servers[0]!.stop()
    promote(world, 1)
    await world.time.advance(200)
    follow(world, 0, 1)
    world.servers[0]!.start()
    await world.time.advance(1500)
    expect(state(world, 0)).toMatchObject({ role: 'replica', up: true, ineligible: null })
    expect(state(world, 0).horizon).toBeGreaterThan(world.time.clock() - 60)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 1, epoch: 2 })
  })

  test('a switchover and back are two epochs', async () => {
    const world = await startWorld(1)
    world.servers[0]!.restart()
    promote(world, 1)
    follow(world, 0, 1)
    await world.time.advance(200)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 1, epoch: 2 })
    world.servers[1]!.restart()
    promote(world, 0)
    follow(world, 1, 0)
    await world.time.advance(200)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 0, epoch: 3 })
  })

  test('a replica that becomes the first primary of all starts an epoch: connections to it are from before', async () => {
    const world = await startWorld(1, {}, ([primary]) => primary!.stop())
    expect(world.fleet.snapshot()).toMatchObject({ primary: null, epoch: 1 })
    promote(world, 1)
    await world.time.advance(60)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 1, epoch: 2 })
  })

  test('a restarted primary is the same one in the same epoch', async () => {
    const world = await startWorld(1)
    world.servers[0]!.restart()
    await world.time.advance(200)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 0, epoch: 1 })
    expect(world.epochs).toEqual([])
  })

  test('the same server with a newer history starts an epoch', async () => {
    const world = await startWorld(1)
    world.servers[0]!.restart()
    promote(world, 0)
    await world.time.advance(200)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 0, epoch: 2 })
  })
})

describe('two claimants', () => {
  test('get no writes until one is gone', async () => {
    const world = await startWorld(2)
    promote(world, 1)
    await world.time.advance(60)
    expect(world.fleet.snapshot()).toMatchObject({ primary: null, epoch: 1 })
    expect(world.fleet.snapshot().primaryProblem).toBe(
      'db0 (history 1) and db1 (history 2) all say that they are the primary',
    )
    expect(world.fleet.snapshot().withoutPrimarySince).not.toBeNull()
    world.servers[0]!.stop()
    await world.time.advance(100)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 1, epoch: 2, primaryProblem: null })
  })

  test('when the newcomer goes away again, the old primary goes on in its epoch', async () => {
    const world = await startWorld(2)
    promote(world, 1)
    await world.time.advance(60)
    world.servers[1]!.stop()
    await world.time.advance(100)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 0, epoch: 1 })
  })

  test('an old primary that reappears beside the new one counts', async () => {
    const world = await startWorld(2)
    world.servers[0]!.stop()
    promote(world, 1)
    await world.time.advance(200)
    world.servers[0]!.start()
    await world.time.advance(1500)
    expect(world.fleet.snapshot()).toMatchObject({ primary: null })
    world.servers[0]!.stop()
    await world.time.advance(100)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 1, epoch: 2 })
  })

  test('an old primary that reappears while the new one is away is not written to', async () => {
    const world = await startWorld(2)
    world.servers[0]!.stop()
    promote(world, 1)
    await world.time.advance(200)
    world.servers[1]!.stop()
    await world.time.advance(100)
    world.servers[0]!.start()
    await world.time.advance(1500)
    expect(world.fleet.snapshot().primary).toBeNull()
    expect(world.fleet.snapshot().primaryProblem).toBe(
      'db0 says that it is the primary, but in history 1, and history 2 is known',
    )
  })

  test('a primary whose replicas already follow a newer history is not written to, even by a Freshet that just started', async () => {
    const world = await startWorld(1, {}, ([, replica]) => {
      replica!.timeline = 2
    })
    expect(world.fleet.snapshot().primary).toBeNull()
  })
})

describe('foreign clusters', () => {
  test('a foreign primary is no claimant and a foreign replica serves nothing', async () => {
    const world = await startWorld(3, {}, (servers) => {
      servers[3]!.identity = 'cluster-b'
      servers[3]!.role = 'primary'
    })
    expect(world.fleet.snapshot()).toMatchObject({ primary: 0 })
    expect(state(world, 3)).toMatchObject({ role: 'unknown', up: true, horizon: NEVER })
    expect(state(world, 3).ineligible).toContain('another cluster')
    world.servers[3]!.role = 'replica'
    await world.time.advance(100)
    expect(state(world, 3)).toMatchObject({ role: 'unknown', horizon: NEVER })
  })

  test('an address that now leads to another cluster serves nothing', async () => {
    const world = await startWorld(2)
    world.servers[1]!.restart()
    world.servers[1]!.identity = 'cluster-b'
    await world.time.advance(200)
    expect(state(world, 1)).toMatchObject({ role: 'unknown', horizon: NEVER })
    world.servers[0]!.restart()
    world.servers[0]!.identity = 'cluster-b'
    await world.time.advance(200)
    expect(world.fleet.snapshot().primary).toBeNull()
  })
})

describe('without a primary', () => {
  test('horizons are kept and age while the replicas run on, and since when is known', async () => {
    const world = await startWorld(2)
    const lost = world.time.clock()
    world.servers[0]!.stop()
    for (const id of [1, 2]) world.servers[id]!.doubt = 'its WAL receiver is gone'
    await world.time.advance(5000)
    const { withoutPrimarySince, primaryProblem } = world.fleet.snapshot()
    expect(primaryProblem).toBe('no server says that it is the primary')
    expect(withoutPrimarySince! - lost).toBeLessThan(60)
    for (const id of [1, 2]) {
      expect(state(world, id)).toMatchObject({ up: true, ineligible: null, role: 'replica' })
      expect(lost - state(world, id).horizon).toBeLessThan(60)
    }
    world.servers[1]!.restart()
    await world.time.advance(200)
    expect(state(world, 1).horizon).toBe(NEVER)
  })

  test('a watching connection that breaks is not yet a lost primary', async () => {
    const world = await startWorld(1)
    const seen = new Set<number | null>()
    world.servers[0]!.dropConnections()
    for (let step = 0; step < 100; step++) {
      await world.time.advance(1)
      seen.add(world.fleet.snapshot().primary)
    }
    expect([...seen]).toEqual([0])
  })
})

describe('a horizon that stands still', () => {
  test('below an idle primary is moved by a marker, while somebody waits', async () => {
    const world = await startWorld(1)
    const [primary, replica] = world.servers
    primary!.onNudge = () => {
      primary!.log.push(9)
      world.replicate()
    }
    primary!.log.push(1)
    await world.time.advance(150)
    expect(primary!.nudges).toBe(0)
    let woken = NEVER
    const asked = world.time.clock()
    world.fleet.waitForHorizon(asked, instant(asked + 5000), () => {
      woken = world.time.clock()
    })
    await world.time.advance(2000)
    expect(primary!.nudges).toBe(1)
    expect(woken - asked).toBeLessThan(400)
    expect(replica!.log).toEqual([1, 9])
  })

  test('is moved when it exceeds the lag budget, though nobody waits', async () => {
    const world = await startWorld(1)
    world.servers[0]!.onNudge = () => world.replicate()
    world.servers[0]!.log.push(1)
    await world.time.advance(900)
    expect(world.servers[0]!.nudges).toBe(0)
    await world.time.advance(300)
    expect(world.servers[0]!.nudges).toBe(1)
  })

  test('and stays so in spite of markers gets them more and more rarely', async () => {
    const world = await startWorld(1)
    world.servers[0]!.onNudge = () => world.servers[0]!.log.push(9)
    world.servers[0]!.log.push(1)
    await world.time.advance(120_000)
    expect(world.servers[0]!.nudges).toBeGreaterThan(3)
    expect(world.servers[0]!.nudges).toBeLessThanOrEqual(8)
  })

  test('a monitor that may not write one is not sent to try again and again, and `nudge: false` tries nothing', async () => {
    const refused = await startWorld(1, {}, ([primary]) => {
      primary!.refuseNudge = true
    })
    const off = await startWorld(1, { nudge: false })
    for (const world of [refused, off]) {
      world.servers[0]!.log.push(1)
      await world.time.advance(50_000)
    }
    expect(refused.servers[0]!.nudges).toBe(1)
    expect(off.servers[0]!.nudges).toBe(0)
  })
})

describe("the servers' clocks", () => {
  test('agree only within the limit, and a clock that is set is noticed', async () => {
    const world = await startWorld(2, {}, ([, , second]) => {
      second!.clockOffset = 150
    })
    expect(state(world, 1).clockAgrees).toBe(true)
    expect(state(world, 2).clockAgrees).toBe(false)
    world.servers[1]!.clockOffset = -3000
    world.servers[2]!.clockOffset = 20
    await world.time.advance(100)
    expect(state(world, 1).clockAgrees).toBe(false)
    expect(state(world, 2).clockAgrees).toBe(true)
  })
})
