/** /readyz says what clients would meet: the same judgement as routing's. */
import { expect, test } from 'vitest'
import { createFloors } from '../../src/routing/floors.ts'
import { readiness } from '../../src/routing/readiness.ts'
import type { Policy } from '../../src/routing/types.ts'
import { instant, millis } from '../../src/units.ts'
import { floorAt, policy, server, snapshot } from './world.ts'

const NOW = instant(10_000)
const without = { primary: null, primaryProblem: 'db0 is down' }
const servers = [server(0, { up: false }), server(1, { horizon: instant(4000) })]
const floors = createFloors({ keysMax: 10 })

const ready = (over: Partial<Policy>, mode: 'route' | 'observe' = 'route') =>
  readiness(snapshot(servers, without), policy(over), mode, floors, NOW)

test('a primary is enough, whatever reads may do', () => {
  const strict = policy({ consistency: 'strict', whenStale: 'error', maxLag: millis(0) })
  expect(readiness(snapshot([server(0)]), strict, 'observe', floors, NOW)).toEqual({ ok: true, why: 'ok' })
})

test('without one, a replica is enough as long as it may serve reads', () => {
  expect(ready({})).toEqual({ ok: true, why: 'ok' })
  expect(ready({ whenNoPrimary: 'error', maxLag: millis(7000) }).ok).toBe(true)
  expect(ready({ maxLagWithoutPrimary: millis(5000), whenStale: 'serve' }).ok).toBe(true)
})

test('once nobody may serve anything, it says why', () => {
  expect(ready({ maxLagWithoutPrimary: millis(5000) })).toEqual({
    ok: false,
    why: 'no primary is known: db0 is down; db1: proved up to 6000 ms ago, and max_lag_without_primary is 5000 ms',
  })
  expect(ready({ whenNoPrimary: 'error' }).why).toMatch(/; db1: proved up to 6000 ms ago, and max_lag is 1000 ms$/)
  expect(ready({ consistency: 'strict' }).ok).toBe(false)
  expect(ready({}, 'observe')).toEqual({ ok: false, why: expect.stringContaining('mode is observe') })
})

test('what everybody must see keeps newcomers off a replica that lacks it', () => {
  const written = createFloors({ keysMax: 10 })
  written.acknowledge(null, floorAt(5000))
  const asked = (consistency: 'session' | 'global') =>
    readiness(snapshot(servers, without), policy({ consistency }), 'route', written, NOW).ok
  expect([asked('session'), asked('global')]).toEqual([true, false])
})
