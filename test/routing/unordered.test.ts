import { expect, test } from 'vitest'
import { candidates } from '../../src/routing/candidates.ts'
import { ELIGIBLE, INELIGIBLE, stageOf } from '../../src/routing/eligibility.ts'
import { instant } from '../../src/units.ts'
import { facts, floorAt, policy, server, session, snapshot } from './world.ts'

const now = instant(1000)
const replica = server(1, { horizon: now, unordered: true })
const none = floorAt(Number.NEGATIVE_INFINITY, 0)

test('a replica that may show a transaction before an earlier one serves eventual reads only', () => {
  for (const consistency of ['session', 'scope', 'global', 'strict', 'eventual'] as const) {
    const stage = stageOf(replica, false, session(), policy({ consistency }), none, 1, instant(0))
    expect(stage).toBe(consistency === 'eventual' ? ELIGIBLE : INELIGIBLE)
  }
})

test('EXPLAIN ROUTE says so', () => {
  const [, shown] = candidates(facts(), session(), snapshot([server(0), replica]), policy(), now, none)
  expect(shown).toMatchObject({
    eligible: false,
    why: 'it may show a transaction before an earlier one: for eventual only',
  })
})
