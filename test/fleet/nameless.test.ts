/** Clusters without a name and histories without an order (MySQL, MariaDB): servers are recognised by what they share, and primaries by what they have. */
import { describe, expect, test } from 'vitest'
import { instant, NEVER } from '../../src/units.ts'
import { makeWorld, type SimulatedServer, startWorld, type World } from './simulated-servers.ts'

const state = ({ fleet }: World, id: number) => fleet.snapshot().servers[id]!

/** db0 wrote everything so far; the others follow it. */
function nameless(servers: readonly SimulatedServer[]): void {
  for (const [index, server] of servers.entries()) {
    server.identity = `server-${index}`
    server.plainHistory = true
    server.marks = ['server-0']
    server.log = [1, 2, 3]
    if (index > 0) server.follows = { identity: 'server-0', length: 3 }
  }
}

const start = (replicas: number, more: (servers: SimulatedServer[]) => void = () => {}) =>
  startWorld(replicas, {}, (servers) => {
    nameless(servers)
    more(servers)
  })

/** It takes writes of its own from now on, and those who are given follow it. */
function promote({ servers }: World, id: number, followers: readonly number[] = []): void {
  const server = servers[id]!
  server.role = 'primary'
  server.follows = null
  server.log.push(id)
  for (const follower of followers) {
    const its = servers[follower]!
    its.role = 'replica'
    its.log = [...server.log]
    its.marks = [`server-${id}`, ...(its.marks ?? [])]
    its.follows = { identity: server.identity, length: its.log.length }
  }
}

describe('a cluster is recognised', () => {
  test('by the mark that most servers share, and a foreign primary is no claimant', async () => {
    const world = await start(3, (servers) => {
      servers[3]!.role = 'primary'
      servers[3]!.marks = ['somebody-else']
    })
    expect(world.fleet.snapshot()).toMatchObject({ primary: 0 })
    expect(state(world, 2)).toMatchObject({ role: 'replica', ineligible: null })
    expect(state(world, 3)).toMatchObject({ role: 'unknown', horizon: NEVER })
    expect(state(world, 3).ineligible).toBe('belongs to another cluster (server-3 instead of server-0)')
  })

  test('along a chain, where each server knows its neighbour only', async () => {
    const world = await start(3, (servers) => {
      for (const [index, server] of servers.entries()) server.marks = index === 0 ? [] : [`server-${index - 1}`]
    })
    for (const id of [1, 2, 3]) expect(state(world, id)).toMatchObject({ role: 'replica', ineligible: null })
  })

  test('also by servers that only know the primary of today', async () => {
    const world = await start(2)
    world.servers[0]!.stop()
    await world.time.advance(60)
    promote(world, 1, [2])
    world.servers[2]!.marks = ['server-1']
    await world.time.advance(1500)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 1, epoch: 2 })
    expect(state(world, 2)).toMatchObject({ role: 'replica', ineligible: null })
  })

  test('and what else a server of several sources carries vouches for nobody', async () => {
    const world = await start(3, (servers) => {
      servers[2]!.marks = ['server-0', 'server-3']
      servers[3]!.marks = []
      servers[3]!.role = 'primary'
    })
    expect(world.fleet.snapshot().primary).toBe(0)
    expect(state(world, 3).ineligible).toContain('another cluster')
  })
})

describe('without an order of histories', () => {
  test('a promotion is one when the server was seen as a replica, whatever has been lost', async () => {
    const world = await start(2)
    world.servers[0]!.log.push(4)
    await world.time.advance(110)
    world.servers[0]!.stop()
    await world.time.advance(60)
    promote(world, 1, [2])
    // What the old primary wrote last has never arrived.
    world.servers[1]!.log = [1, 2, 3]
    await world.time.advance(110)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 1, epoch: 2, primaryProblem: null })
  })

  test('an old primary that reappears alone is not written to, until it has been a replica', async () => {
    const world = await start(1)
    world.servers[0]!.stop()
    await world.time.advance(60)
    promote(world, 1)
    await world.time.advance(110)
    world.servers[1]!.stop()
    await world.time.advance(60)
    world.servers[0]!.start()
    await world.time.advance(1500)
    expect(world.fleet.snapshot().primary).toBeNull()
    expect(world.fleet.snapshot().primaryProblem).toBe('db0 says that it is the primary, but db1 was promoted after it')
    world.servers[0]!.role = 'replica'
    await world.time.advance(60)
    world.servers[0]!.role = 'primary'
    await world.time.advance(60)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 0, primaryProblem: null })
  })

  test('a server never seen before may be the primary only with all that the last one had', async () => {
    const world = await start(2, (servers) => servers[2]!.stop())
    world.servers[0]!.log.push(4)
    await world.time.advance(110)
    world.servers[0]!.stop()
    await world.time.advance(60)
    world.servers[2]!.role = 'primary'
    world.servers[2]!.start()
    await world.time.advance(1500)
    expect(world.fleet.snapshot().primaryProblem).toBe(
      'db2 says that it is the primary, but lacks what db0 had as the primary',
    )
    world.servers[2]!.log.push(4)
    await world.time.advance(110)
    expect(world.fleet.snapshot()).toMatchObject({ primary: 2, epoch: 2 })
  })

  test('a primary that lacks what the leader of a replica has written is not written to, even by a Freshet that just started', async () => {
    const elsewhere = (servers: SimulatedServer[]) => {
      servers[1]!.log.push(7)
      servers[1]!.follows = { identity: 'unlisted', length: 4 }
    }
    const world = await start(2, elsewhere)
    expect(world.fleet.snapshot().primaryProblem).toBe(
      'db0 says that it is the primary, but lacks what the server that db1 follows has written',
    )
    world.servers[0]!.log.push(7)
    await world.time.advance(110)
    expect(world.fleet.snapshot().primary).toBe(0)
  })

  test('what a replica in between was made to write by itself is no objection', async () => {
    const world = await start(2, (servers) => {
      servers[2]!.log.push(7)
      servers[2]!.follows = { identity: 'server-1', length: 4 }
    })
    expect(world.fleet.snapshot().primary).toBe(0)
  })
})

describe('a replica that applies in any order', () => {
  test('is shown as one, and wakes nobody who needs order', async () => {
    const world = makeWorld(1)
    nameless(world.servers)
    world.servers[1]!.unordered = true
    void world.fleet.start()
    await world.time.advance(200)
    expect(state(world, 1)).toMatchObject({ unordered: true, ineligible: null, role: 'replica' })
    expect(state(world, 1).horizon).toBeGreaterThan(NEVER)
    let woken = NEVER
    const asked = world.time.clock()
    world.fleet.waitForHorizon(asked, instant(asked + 500), () => {
      woken = world.time.clock()
    })
    await world.time.advance(1000)
    expect(woken - asked).toBe(500)
  })
})
