import { describe, expect, test } from 'vitest'
import { instant, NEVER, serverId } from '../../src/units.ts'
import { makeWorld, startWorld, type World } from './simulated-servers.ts'

const horizonOf = ({ fleet }: World, id: number) => fleet.snapshot().servers[id]!.horizon
const stalenessOf = (world: World, id: number) => world.time.clock() - horizonOf(world, id)
const roles = ({ fleet }: World) => fleet.snapshot().servers.map(({ role }) => role)

describe('getting to know the fleet', () => {
  test('roles are found out, and every replica that has everything gets a horizon', async () => {
    const world = await startWorld()
    expect(roles(world)).toEqual(['primary', 'replica', 'replica'])
    expect(world.fleet.snapshot()).toMatchObject({
      epoch: 1,
      primary: 0,
      primaryProblem: null,
      withoutPrimarySince: null,
    })
    for (const id of [1, 2]) expect(stalenessOf(world, id)).toBeLessThanOrEqual(60)
    expect(world.epochs).toEqual([])
  })

  test('before it is known, there is no primary and nothing is proved', () => {
    const { fleet } = makeWorld()
    expect(fleet.snapshot()).toMatchObject({ primary: null, primaryProblem: 'not known yet' })
    expect(
      fleet.snapshot().servers.every(({ up, role, horizon }) => !up && role === 'unknown' && horizon === NEVER),
    ).toBe(true)
  })

  test('a server that never answers delays the start no longer than the time-out', async () => {
    const world = makeWorld()
    world.servers[2]!.hangs = true
    let started = false
    void world.fleet.start().then(() => {
      started = true
    })
    await world.time.advance(499)
    expect(started).toBe(false)
    await world.time.advance(2)
    expect(started).toBe(true)
    await world.time.advance(100)
    expect(roles(world)).toEqual(['primary', 'replica', 'unknown'])
  })

  test('a stopped fleet leaves no timer, no connection and no waiting read behind', async () => {
    const world = await startWorld()
    let woken = 0
    world.fleet.waitForHorizon(instant(1e9), instant(1e9), () => woken++)
    const answer = world.fleet.query('SELECT 1', [])
    await world.time.advance(5)
    await answer
    world.fleet.stop()
    await world.time.advance(2000)
    expect(woken).toBe(1)
    expect(world.time.pending).toBe(0)
    expect(world.servers.map(({ openProbes }) => openProbes)).toEqual([0, 0, 0])
  })
})

describe('horizons', () => {
  test('a replica that stands still keeps its last proof, which ages', async () => {
    const world = await startWorld(1)
    const before = world.time.clock()
    world.servers[0]!.log.push(1)
    await world.time.advance(2000)
    expect(horizonOf(world, 1)).toBeLessThanOrEqual(before)
    expect(horizonOf(world, 1)).toBeGreaterThan(before - 60)
    world.replicate()
    await world.time.advance(60)
    expect(stalenessOf(world, 1)).toBeLessThanOrEqual(60)
  })

  test('an idle primary does not make its replicas look late', async () => {
    const world = await startWorld()
    await world.time.advance(60_000)
    for (const id of [1, 2]) expect(stalenessOf(world, id)).toBeLessThanOrEqual(60)
  })

  test('a busy primary and a replica close behind it: the horizon is never much older than one interval', async () => {
    const world = await startWorld(1)
    const [primary, replica] = world.servers
    let oldest = 0
    for (let step = 0; step < 500; step++) {
      replica!.log = [...primary!.log]
      primary!.log.push(step)
      await world.time.advance(2)
      oldest = Math.max(oldest, stalenessOf(world, 1))
    }
    expect(oldest).toBeLessThan(65)
  })

  test('nothing is interpolated: half of the way proves only what was sampled before', async () => {
    const world = await startWorld(1)
    const [primary, replica] = world.servers
    primary!.log.push(1, 2)
    await world.time.advance(100)
    const between = world.time.clock()
    primary!.log.push(3, 4)
    await world.time.advance(100)
    replica!.log = [1, 2, 3]
    await world.time.advance(100)
    expect(horizonOf(world, 1)).toBeLessThanOrEqual(between)
    expect(horizonOf(world, 1)).toBeGreaterThan(between - 60)
  })

  test('a replica killed and reopened behind has nothing proved until it is sampled anew', async () => {
    const world = await startWorld(1)
    const [primary, replica] = world.servers
    primary!.log.push(1, 2, 3)
    await world.time.advance(1)
    const needed = world.time.clock()
    world.replicate()
    await world.time.advance(100)
    expect(horizonOf(world, 1)).toBeGreaterThan(needed)
    const { incarnation } = world.fleet.snapshot().servers[1]!
    replica!.stop()
    replica!.log = []
    await world.time.advance(60)
    expect(horizonOf(world, 1)).toBe(NEVER)
    expect(world.downs).toEqual([1])
    replica!.start()
    await world.time.advance(200)
    const state = world.fleet.snapshot().servers[1]!
    expect(state.up).toBe(true)
    expect(state.incarnation).toBeGreaterThan(incarnation)
    expect(state.horizon).toBeLessThan(needed)
  })

  test('a lost connection takes the proof back though the server runs on, and is no reason to call it down', async () => {
    const world = await startWorld(1)
    world.servers[1]!.dropConnections()
    world.servers[1]!.latency = 20
    await world.time.advance(60)
    expect(world.fleet.snapshot().servers[1]).toMatchObject({
      up: true,
      horizon: NEVER,
      role: 'replica',
      incarnation: 2,
    })
    await world.time.advance(200)
    expect(stalenessOf(world, 1)).toBeLessThanOrEqual(100)
    expect(world.downs).toEqual([])
  })

  test('a sample without an answer is a failed one, and lowers', async () => {
    const world = await startWorld(1)
    world.servers[1]!.hangs = true
    await world.time.advance(700)
    expect(horizonOf(world, 1)).toBe(NEVER)
    await world.time.advance(700)
    expect(world.fleet.snapshot().servers[1]).toMatchObject({ up: false, role: 'unknown' })
    world.servers[1]!.hangs = false
    await world.time.advance(2500)
    expect(stalenessOf(world, 1)).toBeLessThanOrEqual(60)
  })

  test('a doubtful sample takes nothing back and proves nothing new', async () => {
    const world = await startWorld(1)
    const before = horizonOf(world, 1)
    world.servers[1]!.doubt = 'timeline unknown'
    await world.time.advance(1000)
    expect(horizonOf(world, 1)).toBeGreaterThanOrEqual(before)
    expect(horizonOf(world, 1)).toBeLessThan(before + 60)
    expect(world.fleet.snapshot().servers[1]!.ineligible).toBeNull()
    world.servers[1]!.dropConnections()
    await world.time.advance(200)
    expect(world.fleet.snapshot().servers[1]).toMatchObject({
      horizon: NEVER,
      ineligible: 'timeline unknown',
      up: true,
    })
  })

  test('a replica on another timeline proves nothing', async () => {
    const world = await startWorld(1, {}, ([, replica]) => {
      replica!.timeline = 0
    })
    expect(horizonOf(world, 1)).toBe(NEVER)
  })

  test('a replica that goes back under one connection is believed in its newest state', async () => {
    const world = await startWorld(1)
    world.servers[0]!.log.push(1)
    await world.time.advance(1)
    const needed = world.time.clock()
    world.replicate()
    await world.time.advance(100)
    world.servers[1]!.log = []
    await world.time.advance(100)
    expect(horizonOf(world, 1)).toBeLessThan(needed)
  })

  test('a primary that crashed and lost its tail starts a new list of positions', async () => {
    const world = await startWorld(1)
    const primary = world.servers[0]!
    primary.log.push(1, 2, 3)
    await world.time.advance(60)
    primary.restart()
    primary.log = [1]
    world.servers[1]!.log = [1]
    await world.time.advance(300)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 0, epoch: 1 })
    expect(stalenessOf(world, 1)).toBeLessThanOrEqual(60)
  })
})

describe('waiting for a horizon', () => {
  test('a read is woken soon after its replica caught up, long before the next regular sample', async () => {
    const world = await startWorld(2)
    world.servers[0]!.log.push(1)
    const written = world.time.clock()
    let woken = NEVER
    world.fleet.waitForHorizon(written, instant(written + 40), () => {
      woken = world.time.clock()
    })
    await world.time.advance(3)
    expect(woken).toBe(NEVER)
    const applied = world.time.clock()
    world.servers[1]!.log.push(1)
    await world.time.advance(40)
    expect(woken - applied).toBeLessThan(8)
    expect(horizonOf(world, 1)).toBeGreaterThanOrEqual(written)
  })

  test('it is woken at its time when nothing happens, once, and never when it was cancelled', async () => {
    const world = await startWorld(1)
    world.servers[0]!.log.push(1)
    const until = instant(world.time.clock() + 5)
    const woken: string[] = []
    world.fleet.waitForHorizon(world.time.clock(), until, () => woken.push('a'))
    const cancelled = world.fleet.waitForHorizon(world.time.clock(), until, () => woken.push('b'))
    cancelled.cancel()
    expect(woken).toEqual([])
    await world.time.advance(4)
    expect(woken).toEqual([])
    await world.time.advance(2)
    expect(woken).toEqual(['a'])
    world.replicate()
    await world.time.advance(100)
    expect(woken).toEqual(['a'])
  })

  test('what is reached already wakes at once, but not from within the call', async () => {
    const world = await startWorld(1)
    let woken = false
    world.fleet.waitForHorizon(horizonOf(world, 1), instant(world.time.clock() + 500), () => {
      woken = true
    })
    expect(woken).toBe(false)
    await world.time.advance(0)
    expect(woken).toBe(true)
  })

  test('eager samples keep to their share of the time and back off while nothing moves', async () => {
    const world = await startWorld(1, { nudge: false })
    const [primary, replica] = world.servers
    replica!.latency = 2
    await world.time.advance(100)
    primary!.log.push(1)
    const before = [primary!.samples, replica!.samples]
    world.fleet.waitForHorizon(world.time.clock(), instant(world.time.clock() + 1000), () => {})
    await world.time.advance(1000)
    expect(primary!.samples - before[0]!).toBeLessThan(30)
    expect(replica!.samples - before[1]!).toBeLessThan(30)
    // A replica that moves all the time is asked often, but not more than the share allows: 2 ms of every 8.
    const moving = replica!.samples
    primary!.log.push(...Array.from({ length: 2000 }, (_, index) => index))
    world.fleet.waitForHorizon(world.time.clock(), instant(world.time.clock() + 800), () => {})
    for (let index = 0; index < 400; index++) {
      replica!.log.push(index)
      await world.time.advance(2)
    }
    expect(replica!.samples - moving).toBeGreaterThan(60)
    expect(replica!.samples - moving).toBeLessThanOrEqual(105)
  })

  test('a promotion wakes everybody, with the new snapshot in place', async () => {
    const world = await startWorld(2)
    world.servers[0]!.log.push(1)
    let seen = 0
    world.fleet.waitForHorizon(world.time.clock(), instant(world.time.clock() + 5000), () => {
      seen = world.fleet.snapshot().epoch
    })
    world.servers[0]!.stop()
    await world.time.advance(0)
    world.servers[1]!.role = 'primary'
    world.servers[1]!.timeline = 2
    await world.time.advance(100)
    expect(seen).toBeGreaterThan(0)
  })
})

describe('connections opened by others', () => {
  test('are confirmed by a sample that was sent after they were opened', async () => {
    const world = await startWorld(1)
    world.servers[1]!.latency = 10
    await world.time.advance(100)
    const before = world.servers[1]!.samples
    let confirmed: number | null | undefined
    const openedAt = world.time.clock()
    void world.fleet.confirm(serverId(1), openedAt).then((incarnation) => {
      confirmed = incarnation
    })
    await world.time.advance(8)
    expect(confirmed).toBeUndefined()
    await world.time.advance(60)
    expect(confirmed).toBe(1)
    expect(world.servers[1]!.samples).toBeGreaterThan(before)
  })

  test('are refused when the server restarts in between, and when there is no such server', async () => {
    const world = await startWorld(1)
    const answers: (number | null)[] = []
    void world.fleet.confirm(serverId(1), world.time.clock()).then((answer) => answers.push(answer))
    world.servers[1]!.restart()
    await world.time.advance(200)
    void world.fleet.confirm(serverId(1), world.time.clock()).then((answer) => answers.push(answer))
    void world.fleet.confirm(serverId(7), world.time.clock()).then((answer) => answers.push(answer))
    await world.time.advance(200)
    expect(answers).toEqual([null, null, 2])
  })

  test('a sample of the primary for a token is sent after it was asked for', async () => {
    const world = await startWorld(1)
    const asked = world.time.clock()
    const got: unknown[] = []
    void world.fleet.samplePrimary().then((timed) => got.push(timed))
    await world.time.advance(60)
    expect(got).toMatchObject([{ sample: { role: 'primary' }, incarnation: 1 }])
    expect((got[0] as { t0: number }).t0).toBeGreaterThan(asked)
    world.servers[0]!.stop()
    await world.time.advance(100)
    expect(await world.fleet.samplePrimary()).toBeNull()
  })
})

describe('look-ups', () => {
  test('run on the primary over a connection of their own, which is kept and replaced when it died', async () => {
    const world = await startWorld(1)
    const ask = async (sql: string) => {
      const answer = world.fleet.queryDatabase('app', sql, [])
      await world.time.advance(5)
      return answer
    }
    expect(await ask('one')).toEqual([['one']])
    expect(world.servers[0]!.openProbes).toBe(2)
    world.servers[0]!.dropConnections()
    expect(await ask('two')).toEqual([['two']])
    expect(world.servers[0]!.lookups).toEqual(['one', 'two'])
  })

  test('a slow one delays no sample', async () => {
    const world = await startWorld(1)
    world.fleet.query('slow', []).catch(() => {})
    await world.time.advance(5000)
    expect(stalenessOf(world, 1)).toBeLessThanOrEqual(60)
  })

  test('without a primary any replica answers, and without any server nobody does', async () => {
    const world = await startWorld(1)
    world.servers[0]!.stop()
    await world.time.advance(100)
    const answer = world.fleet.query('one', [])
    await world.time.advance(5)
    expect(await answer).toEqual([['one']])
    world.servers[1]!.stop()
    await world.time.advance(100)
    await expect(world.fleet.query('two', [])).rejects.toThrow('no server')
  })

  test('connections to many databases are bounded', async () => {
    const world = await startWorld(1)
    for (let index = 0; index < 30; index++) {
      const answer = world.fleet.queryDatabase(`db${index}`, 'one', [])
      await world.time.advance(2)
      await answer
    }
    expect(world.servers[0]!.openProbes).toBeLessThanOrEqual(9)
  })
})
