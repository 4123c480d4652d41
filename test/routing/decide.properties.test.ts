import fc from 'fast-check'
import { expect, test } from 'vitest'
import { candidates } from '../../src/routing/candidates.ts'
import { decide } from '../../src/routing/decide.ts'
import { createFloors, effectiveFloor } from '../../src/routing/floors.ts'
import type { Policy, ServerState, SessionView, Snapshot } from '../../src/routing/types.ts'
import type { Facts } from '../../src/sql/facts.ts'
import { type Instant, instant, millis, NEVER, serverId } from '../../src/units.ts'
import { facts, server } from './world.ts'

const moment: fc.Arbitrary<Instant> = fc.oneof(fc.integer({ min: 8000, max: 10_100 }).map(instant), fc.constant(NEVER))

const servers: fc.Arbitrary<ServerState[]> = fc
  .array(
    fc.record({
      role: fc.constantFrom('primary' as const, 'replica' as const, 'replica' as const, 'unknown' as const),
      up: fc.boolean(),
      // A horizon that is not a number would be a bug elsewhere; it must not make a replica eligible.
      horizon: fc.oneof(moment, moment, fc.constant(instant(Number.NaN))),
      ineligible: fc.constantFrom(null, null, 'foreign cluster'),
      incarnation: fc.integer({ min: 1, max: 2 }),
      clockAgrees: fc.boolean(),
      weight: fc.constantFrom(0, 0.5, 1, 3),
    }),
    { maxLength: 5 },
  )
  .map((states) => states.map((state, id) => server(id, state)))

const fleets: fc.Arbitrary<Snapshot> = fc.record({
  epoch: fc.integer({ min: 1, max: 2 }),
  primary: fc.constantFrom(null, serverId(0)),
  primaryProblem: fc.constant(null),
  withoutPrimarySince: fc.constant(null),
  servers,
})

const policies: fc.Arbitrary<Policy> = fc.record({
  consistency: fc.constantFrom('eventual', 'session', 'scope', 'global', 'strict'),
  maxLag: fc.integer({ min: 0, max: 2000 }).map(millis),
  whenStale: fc.constantFrom('primary', 'wait', 'error', 'serve'),
  wait: fc.constantFrom(millis(0), millis(5)),
  route: fc.constantFrom('auto', 'primary', 'replica'),
  causalKey: fc.constantFrom(null, 'key'),
  whenNoPrimary: fc.constantFrom('serve', 'error'),
  maxLagWithoutPrimary: fc.integer({ min: 0, max: 3000 }).map(millis),
})

const sessions: fc.Arbitrary<SessionView> = fc.record({
  floor: fc.record({ epoch: fc.integer({ min: 0, max: 2 }), instant: moment }),
  lastReplica: fc.constantFrom(null, serverId(1), serverId(2)),
  lastReplicaIncarnation: fc.integer({ min: 1, max: 2 }),
  lastReplicaReadEnd: moment,
  readsBehindFloor: fc.integer({ min: 0, max: 4 }),
})

const anyFacts: fc.Arbitrary<Facts> = fc
  .record({
    verdict: fc.constantFrom('read' as const, 'read' as const, 'primary' as const, 'read-in-transaction' as const),
    usesClock: fc.boolean(),
  })
  .map((its) => facts({ ...its, because: its.verdict === 'read' ? 'read' : 'write' }))

const cases = fc.record({
  its: anyFacts,
  view: sessions,
  fleet: fleets,
  rules: policies,
  loads: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 }),
  waited: fc.boolean(),
  written: moment,
  turn: fc.nat(),
})

const now = instant(10_000)

test('whatever the situation, the decision keeps every rule', () => {
  fc.assert(
    fc.property(cases, ({ its, view, fleet, rules, loads, waited, written, turn }) => {
      const floors = createFloors({ keysMax: 4 })
      floors.acknowledge('key', { epoch: fleet.epoch, instant: written })
      const floor = effectiveFloor(rules, view, floors, fleet.epoch, now)
      const decision = decide(its, view, fleet, rules, now, loads, waited, floor, turn)
      if (decision.to === 'primary') expect(fleet.primary).not.toBeNull()
      if (decision.to === 'wait') {
        expect(waited).toBe(false)
        expect(decision.until).toBe(now + rules.wait)
        expect(rules.wait).toBeGreaterThan(0)
      }
      if (its.verdict !== 'read' || rules.route === 'primary') expect(['primary', 'refuse']).toContain(decision.to)
      if (decision.to !== 'replica') return
      const chosen = fleet.servers[decision.server] as ServerState
      expect(chosen).toMatchObject({ role: 'replica', up: true, ineligible: null })
      if (its.usesClock) expect(chosen.clockAgrees).toBe(true)
      if (decision.because !== 'read') {
        // The only way to a stale read is to have asked for it, and it is named.
        expect(rules.whenStale).toBe('serve')
        expect(decision.because).not.toBe('read')
        return
      }
      const budget =
        fleet.primary === null && rules.whenNoPrimary === 'serve'
          ? Math.max(rules.maxLag, rules.maxLagWithoutPrimary)
          : rules.maxLag
      expect(chosen.horizon).toBeGreaterThan(NEVER)
      expect(chosen.horizon).toBeGreaterThanOrEqual(now - budget)
      if (rules.consistency === 'eventual') return
      for (const need of [view.floor, floor]) {
        if (need.instant === NEVER) continue
        if (need.epoch === fleet.epoch) expect(chosen.horizon).toBeGreaterThanOrEqual(need.instant)
      }
      if (floor.instant !== NEVER) expect(floor.epoch).toBe(fleet.epoch)
      const same = chosen.id === view.lastReplica && chosen.incarnation === view.lastReplicaIncarnation
      if (!same) expect(chosen.horizon).toBeGreaterThanOrEqual(view.lastReplicaReadEnd)
      if (rules.consistency === 'strict') expect(chosen.horizon).toBeGreaterThanOrEqual(now)
    }),
    { numRuns: 20_000 },
  )
})

test('the candidates of EXPLAIN ROUTE agree with the decision', () => {
  fc.assert(
    fc.property(cases, ({ its, view, fleet, rules, loads, turn }) => {
      const floor = effectiveFloor(rules, view, createFloors({ keysMax: 4 }), fleet.epoch, now)
      const decision = decide(its, view, fleet, rules, now, loads, true, floor, turn)
      const listed = candidates(its, view, fleet, rules, now, floor)
      expect(listed.map(({ server: name }) => name)).toEqual(fleet.servers.map(({ name }) => name))
      for (const { why } of listed) expect(why).not.toBe('')
      if (decision.to === 'replica' && decision.because === 'read') expect(listed[decision.server]?.eligible).toBe(true)
      if (decision.to === 'primary') expect(listed[fleet.primary as number]?.eligible ?? true).toBe(true)
      if (decision.to === 'primary' && its.verdict === 'read' && rules.route !== 'primary') {
        expect(listed.filter(({ eligible }, id) => eligible && id !== fleet.primary)).toEqual([])
      }
    }),
    { numRuns: 5000 },
  )
})
