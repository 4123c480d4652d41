import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFloors, effectiveFloor, laterFloor, NO_FLOOR } from '../../src/routing/floors.ts'
import { instant, NEVER } from '../../src/units.ts'
import { floorAt, policy, session } from './world.ts'

describe('the later of two floors', () => {
  test('within an epoch the later instant, otherwise the later epoch, and no floor never wins', () => {
    expect(laterFloor(floorAt(5), floorAt(6))).toEqual(floorAt(6))
    expect(laterFloor(floorAt(9, 1), floorAt(6, 2))).toEqual(floorAt(6, 2))
    expect(laterFloor(NO_FLOOR, floorAt(1, 0))).toEqual(floorAt(1, 0))
    expect(laterFloor(floorAt(1, 0), floorAt(Number.NEGATIVE_INFINITY, 9))).toEqual(floorAt(1, 0))
  })
})

describe('remembered floors', () => {
  test('a write raises its own key and the global floor', () => {
    const floors = createFloors({ keysMax: 10 })
    floors.acknowledge('a', floorAt(5))
    floors.acknowledge('b', floorAt(7))
    floors.acknowledge(null, floorAt(9))
    expect(floors.scope('a')).toEqual(floorAt(5))
    expect(floors.scope('b')).toEqual(floorAt(7))
    expect(floors.scope('c')).toEqual(NO_FLOOR)
    expect(floors.global).toEqual(floorAt(9))
  })

  test('an acknowledgement that comes late lowers nothing', () => {
    const floors = createFloors({ keysMax: 10 })
    floors.acknowledge('a', floorAt(5))
    floors.acknowledge('a', floorAt(4))
    expect(floors.scope('a')).toEqual(floorAt(5))
    expect(floors.global).toEqual(floorAt(5))
  })

  test('a promotion moves every floor to the start of the new epoch, also those of forgotten keys', () => {
    const floors = createFloors({ keysMax: 1 })
    floors.acknowledge('a', floorAt(5))
    floors.acknowledge('b', floorAt(6))
    floors.startEpoch(2, instant(20))
    expect(floors.global).toEqual(floorAt(20, 2))
    expect(floors.scope('a')).toEqual(floorAt(20, 2))
    expect(floors.scope('b')).toEqual(floorAt(20, 2))
    floors.acknowledge('b', floorAt(19, 1))
    expect(floors.scope('b')).toEqual(floorAt(20, 2))
  })

  test('where nothing was written, a promotion asks for nothing', () => {
    const floors = createFloors({ keysMax: 1 })
    floors.startEpoch(2, instant(20))
    expect(floors.global).toEqual(NO_FLOOR)
    expect(floors.scope('a')).toEqual(NO_FLOOR)
  })

  test('forgetting keys is bounded and never lowers what a key asks for', () => {
    const writes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(100)), { maxLength: 60 })
    fc.assert(
      fc.property(writes, fc.integer({ min: 0, max: 4 }), (all, keysMax) => {
        const floors = createFloors({ keysMax })
        const truth = new Map<string, number>()
        for (const [key, at] of all) {
          floors.acknowledge(key, floorAt(at))
          truth.set(key, Math.max(truth.get(key) ?? 0, at))
          expect(floors.size).toBeLessThanOrEqual(keysMax)
          for (const [known, needed] of truth) expect(floors.scope(known).instant).toBeGreaterThanOrEqual(needed)
        }
      }),
    )
  })
})

describe('the floor of each level', () => {
  const floors = createFloors({ keysMax: 10 })
  floors.acknowledge('tenant', floorAt(50))
  floors.acknowledge(null, floorAt(70))
  const view = session({ floor: floorAt(30) })
  const at = (consistency: 'eventual' | 'session' | 'scope' | 'global' | 'strict', causalKey: string | null = null) =>
    effectiveFloor(policy({ consistency, causalKey }), view, floors, 1, instant(90)).instant

  test('each level asks for at least as much as the one before', () => {
    expect(at('eventual')).toBe(NEVER)
    expect(at('session')).toBe(30)
    expect(at('scope')).toBe(30)
    expect(at('scope', 'tenant')).toBe(50)
    expect(at('scope', 'nobody')).toBe(30)
    expect(at('global')).toBe(70)
    expect(at('strict')).toBe(90)
  })
})
