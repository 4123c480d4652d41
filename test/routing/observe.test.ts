import { describe, expect, test } from 'vitest'
import { insteadOf, summaryOf, viewAfter } from '../../src/routing/observe.ts'
import type { Decision } from '../../src/routing/types.ts'
import { instant, NEVER, serverId } from '../../src/units.ts'
import { server, session, snapshot } from './world.ts'

const fleet = snapshot([server(0), server(1, { incarnation: 7 })], { epoch: 3 })
const at = instant(500)
const read: Decision = { to: 'replica', server: serverId(1), because: 'read' }

test('no decision survives as anything but the primary or a refusal for want of one', () => {
  const decisions: Decision[] = [
    read,
    { to: 'wait', horizon: NEVER, until: at, because: 'behind-floor' },
    { to: 'refuse', because: 'stale', message: 'no replica is within max_lag' },
  ]
  for (const decision of decisions) {
    expect(insteadOf(decision, fleet)).toEqual({ to: 'primary', because: 'observe' })
    const none = snapshot([], { primary: null, primaryProblem: 'it is gone' })
    const refused = insteadOf(decision, none)
    expect(refused).toMatchObject({ to: 'refuse', because: 'no-primary' })
    expect(refused).toHaveProperty('message', expect.stringContaining('it is gone'))
  }
  expect(insteadOf(read, fleet)).toBe(insteadOf(read, fleet))
})

describe('the session as it would be', () => {
  test('a read that would have run on a replica raises no floor', () => {
    const view = viewAfter(session({ readsBehindFloor: 2 }), read, fleet, at)
    expect(view).toEqual(
      session({ readsBehindFloor: 2, lastReplica: serverId(1), lastReplicaIncarnation: 7, lastReplicaReadEnd: at }),
    )
  })

  test('what runs on the primary does', () => {
    const view = viewAfter(session(), { to: 'primary', because: 'write' }, fleet, at)
    expect(view).toEqual(session({ floor: { epoch: 3, instant: at } }))
  })

  test('after a wait or a refusal the session is what it was', () => {
    const before = session({ floor: { epoch: 3, instant: instant(400) } })
    expect(viewAfter(before, { to: 'wait', horizon: at, until: at, because: 'behind-floor' }, fleet, at)).toBe(before)
    expect(viewAfter(before, { to: 'refuse', because: 'stale', message: '' }, fleet, at)).toBe(before)
  })
})

test('the summary has the share, and what keeps the rest, the most frequent first', () => {
  expect(summaryOf([])).toEqual({ statements: 0, replica: 0, wait: 0, share: null, others: [] })
  const summary = summaryOf([
    { target: 'replica', reason: 'read', count: 50 },
    { target: 'replica', reason: 'read-only-transaction', count: 10 },
    { target: 'wait', reason: 'behind-floor', count: 5 },
    { target: 'primary', reason: 'stale', count: 15 },
    { target: 'primary', reason: 'write', count: 20 },
  ])
  expect(summary).toMatchObject({ statements: 100, replica: 60, wait: 5, share: 0.6 })
  expect(summary.others.map(({ reason }) => reason)).toEqual(['write', 'stale', 'behind-floor'])
})
