import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Instant } from '../../src/units.ts'
import { serverId } from '../../src/units.ts'
import { type SimulatedServer, startWorld, type World } from './simulated-servers.ts'

/**
 * The promise itself, against servers that do everything servers do: at any moment, a connection that may be used under a horizon leads to a
 * server that has every commit acknowledged before that horizon (unless a promotion lost it for everyone).
 */

interface Commit {
  readonly record: number
  readonly acknowledged: Instant
}

interface Connection {
  readonly id: number
  readonly life: number
  /** Under whose horizons it may be used; null before it is confirmed. */
  incarnation: number | null
}

type Step =
  | { readonly do: 'commit'; readonly count: number }
  | { readonly do: 'apply'; readonly server: number; readonly count: number }
  | { readonly do: 'restart behind'; readonly server: number; readonly back: number }
  | {
      readonly do: 'stop' | 'start' | 'drop' | 'hang' | 'unhang' | 'promote' | 'connect' | 'doubt' | 'no doubt'
      readonly server: number
    }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'wait for horizon' }

const which = fc.integer({ min: 0, max: 2 })
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 3 }) }) },
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('apply' as const), server: which, count: fc.integer({ min: 1, max: 6 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('restart behind' as const),
        server: which,
        back: fc.integer({ min: 0, max: 5 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('connect' as const), server: which }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'stop',
          'start',
          'start',
          'drop',
          'hang',
          'unhang',
          'promote',
          'doubt',
          'no doubt' as const,
        ),
        server: which,
      }),
    },
    {
      weight: 9,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 3, 7, 20, 60, 200) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait for horizon' as const) }) },
  ) as fc.Arbitrary<Step>,
  { minLength: 10, maxLength: 80, size: 'max' },
)

class Model {
  readonly #world: World
  #commits: Commit[] = []
  readonly #connections: Connection[] = []
  #record = 1
  /** Servers whose log is a part of the primary's: the others must be rebuilt before they can follow. */
  #leader: SimulatedServer
  checked = 0

  constructor(world: World) {
    this.#world = world
    this.#leader = world.servers[0]!
  }

  async run(step: Step): Promise<void> {
    const { fleet, time, servers } = this.#world
    const server = 'server' in step ? servers[step.server]! : this.#leader
    switch (step.do) {
      case 'commit':
        for (let index = 0; index < step.count && this.#leader.running; index++) this.#commit()
        return
      case 'apply':
        return this.#apply(server, step.count)
      case 'restart behind':
        if (server === this.#leader) return
        server.restart()
        server.log = server.log.slice(0, Math.max(0, server.log.length - step.back))
        // A pool that lost its connections opens new ones at once.
        return this.#connect(step.server)
      case 'stop':
        return server.stop()
      case 'start':
        return server.running ? undefined : server.start()
      case 'drop':
        return server.dropConnections()
      case 'hang':
      case 'unhang':
        server.hangs = step.do === 'hang'
        return
      case 'doubt':
      case 'no doubt':
        server.doubt = step.do === 'doubt' && server !== this.#leader ? 'doubt' : null
        return
      case 'promote':
        return this.#promote(server)
      case 'connect':
        return this.#connect(step.server)
      case 'wait':
        return time.advance(step.ms)
      case 'wait for horizon':
        fleet.waitForHorizon(time.clock(), (time.clock() + 20) as Instant, () => this.check())
        return
    }
  }

  /** A commit becomes a record, and is acknowledged at once; nothing later can be harder. */
  #commit(): void {
    const record = this.#record++
    this.#leader.log.push(record)
    this.#commits.push({ record, acknowledged: this.#world.time.clock() })
  }

  #apply(server: SimulatedServer, count: number): void {
    const leader = this.#leader
    if (server === leader || server.role !== 'replica' || !server.running || !leader.running) return
    if (server.log.some((record, index) => leader.log[index] !== record)) {
      // Its history left the leader's: it is rewound, which restarts it.
      server.restart()
      let common = 0
      while (server.log[common] !== undefined && server.log[common] === leader.log[common]) common++
      server.log = server.log.slice(0, common)
    }
    server.timeline = leader.timeline
    server.log = leader.log.slice(0, Math.min(leader.log.length, server.log.length + count))
  }

  #promote(server: SimulatedServer): void {
    const old = this.#leader
    if (server === old || !server.running) return
    // The old one is fenced, as whoever promotes sees to; it comes back as a replica.
    old.restart()
    old.role = 'replica'
    server.role = 'primary'
    server.doubt = null
    server.timeline = Math.max(...this.#world.servers.map(({ timeline }) => timeline)) + 1
    server.log = [...server.log, -server.timeline]
    this.#leader = server
    const survives = new Set(server.log)
    this.#commits = this.#commits.filter(({ record }) => survives.has(record))
  }

  #connect(id: number): void {
    const { fleet, servers, time } = this.#world
    const server = servers[id]!
    if (!server.running) return
    const connection: Connection = { id, life: server.life, incarnation: null }
    this.#connections.push(connection)
    void fleet.confirm(serverId(id), time.clock()).then((incarnation) => {
      connection.incarnation = incarnation
    })
  }

  check(): void {
    const { fleet, servers } = this.#world
    const { servers: states } = fleet.snapshot()
    for (const { id, life, incarnation } of this.#connections) {
      const server = servers[id]!
      const state = states[id]!
      const usable =
        server.running && server.life === life && state.incarnation === incarnation && state.role === 'replica'
      if (!usable) continue
      this.checked++
      const has = new Set(server.log)
      const missing = this.#commits.filter(
        ({ record, acknowledged }) => acknowledged < state.horizon && !has.has(record),
      )
      expect(missing, `db${id} at horizon ${state.horizon}`).toEqual([])
    }
  }
}

test('no horizon ever claims more than its server has', { timeout: 120_000 }, async () => {
  let checked = 0
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const world = await startWorld(2, {}, (servers) => {
        for (const server of servers) server.latency = 12
      })
      const model = new Model(world)
      for (const id of [1, 2]) await model.run({ do: 'connect', server: id })
      for (const step of all) {
        await model.run(step)
        model.check()
        await world.time.advance(0.05)
        model.check()
      }
      world.fleet.stop()
      checked += model.checked
    }),
    { numRuns: 1500 },
  )
  expect(checked).toBeGreaterThan(20_000)
})
