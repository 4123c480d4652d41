import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decide, readsBehindFloorAfter } from '../../src/routing/decide.ts'
import { createFloors, effectiveFloor } from '../../src/routing/floors.ts'
import { insteadOf } from '../../src/routing/observe.ts'
import { REASONS, type Reason } from '../../src/routing/reasons.ts'
import type { Decision, Policy, ServerState } from '../../src/routing/types.ts'
import type { Facts } from '../../src/sql/facts.ts'
import { instant, NEVER, serverId } from '../../src/units.ts'
import { facts, floorAt, policy, server, session, snapshot } from './world.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

const number = (text: string): number =>
  text === 'never' ? Number.NEGATIVE_INFINITY : text === 'forever' ? Number.POSITIVE_INFINITY : Number(text)

const POLICY_KEYS: Record<string, keyof Policy> = {
  max_lag: 'maxLag',
  wait: 'wait',
  when_stale: 'whenStale',
  when_no_primary: 'whenNoPrimary',
  max_lag_without_primary: 'maxLagWithoutPrimary',
  route: 'route',
}

/** Reads the left side of one line of the table and decides. */
function decideLine(line: string): Decision {
  const now = instant(10_000)
  const servers = [server(0), server(1), server(2)] as Mutable<ServerState>[]
  const loads = [0, 0, 0]
  const asked: Record<string, unknown> = {}
  let view = session()
  let its: Facts = facts()
  let waited = false
  let withPrimary = true
  let observes = false
  for (const word of line.trim().split(/\s+/)) {
    const [key = '', value = ''] = word.split('=')
    const index = Number(key.at(-1))
    if (/^db\d$/.test(key)) setServer(servers[index]!, value)
    else if (/^load\d$/.test(key)) loads[index] = number(value)
    else if (/^weight\d$/.test(key)) servers[index]!.weight = number(value)
    else if (key === 'floor') view = { ...view, floor: parseFloor(value) }
    else if (key === 'last') view = { ...view, ...parseLast(value) }
    else if (key === 'behind') view = { ...view, readsBehindFloor: Number(value) }
    else if (key === 'waited') waited = true
    else if (key === 'no-primary') withPrimary = false
    else if (key === 'observe') observes = true
    else if (key === 'clock') its = { ...its, usesClock: true }
    else if (key in REASONS) its = { ...its, verdict: 'primary', because: key as Reason }
    else if (key in POLICY_KEYS) asked[POLICY_KEYS[key]!] = /^\d|forever/.test(value) ? number(value) : value
    else if (key === 'eventual' || key === 'strict') asked.consistency = key
    else throw new Error(`unknown word: ${word}`)
  }
  if (!withPrimary) servers[0] = { ...servers[0]!, up: false, role: 'unknown' }
  const fleet = snapshot(
    servers,
    withPrimary ? {} : { primary: null, primaryProblem: 'it is gone', withoutPrimarySince: instant(9000) },
  )
  const rules = policy(asked as Partial<Policy>)
  const floor = effectiveFloor(rules, view, createFloors({ keysMax: 10 }), fleet.epoch, now)
  const decision = decide(its, view, fleet, rules, now, loads, waited, floor, 0)
  return observes ? insteadOf(decision, fleet) : decision
}

function setServer(its: Mutable<ServerState>, text: string): void {
  const [horizon = '', ...marks] = text.split(':')
  its.horizon = instant(number(horizon))
  for (const mark of marks) {
    if (mark === 'down') its.up = false
    else if (mark === 'ineligible') its.ineligible = 'foreign cluster'
    else if (mark === 'clock') its.clockAgrees = false
    else if (mark === 'primary') its.role = 'primary'
    else if (mark === 'inc2') its.incarnation = 2
    else throw new Error(`unknown mark: ${mark}`)
  }
}

function parseFloor(text: string) {
  const [at = '', epoch = '1'] = text.split('@')
  return floorAt(number(at), Number(epoch))
}

function parseLast(text: string) {
  const [id, end = ''] = text.split(':')
  return { lastReplica: serverId(Number(id)), lastReplicaIncarnation: 1, lastReplicaReadEnd: instant(number(end)) }
}

function inWords(decision: Decision): string {
  if (decision.to === 'replica') return `replica db${decision.server} ${decision.because}`
  if (decision.to === 'wait') return `wait ${decision.horizon} until ${decision.until} ${decision.because}`
  return `${decision.to} ${decision.because}`
}

const table = readFileSync(new URL('./testdata/decide.txt', import.meta.url), 'utf8')
let section = ''
describe('the decision table', () => {
  for (const [index, line] of table.split('\n').entries()) {
    if (line.startsWith('## ')) section = line.slice(3)
    if (line === '' || line.startsWith('#')) continue
    const [asked = '', expected = ''] = line.split('->')
    test(`${section}: ${line.trim().replace(/\s+/g, ' ')} (line ${index + 1})`, () => {
      expect(inWords(decideLine(asked))).toBe(expected.trim())
    })
  }
})

describe('what the table cannot say', () => {
  const fleet = snapshot([server(0), server(1, { horizon: instant(9990) }), server(2, { horizon: instant(9990) })])
  const ask = (turn: number, servers = fleet, loads: number[] = []) =>
    decide(
      facts(),
      session(),
      servers,
      policy(),
      instant(10_000),
      loads,
      false,
      floorAt(Number.NEGATIVE_INFINITY),
      turn,
    )

  test('the usual decisions are the same object every time, so that deciding allocates nothing', () => {
    expect(ask(4)).toBe(ask(4))
    const toPrimary = () =>
      decide(
        facts({ verdict: 'primary', because: 'write' }),
        session(),
        fleet,
        policy(),
        instant(0),
        [],
        false,
        floorAt(0),
        0,
      )
    expect(toPrimary()).toBe(toPrimary())
  })

  test('equals take turns in proportion to their weights', () => {
    const count = (weights: [number, number]) => {
      const servers = snapshot([
        server(0),
        server(1, { horizon: instant(9990), weight: weights[0] }),
        server(2, { horizon: instant(9990), weight: weights[1] }),
      ])
      let first = 0
      for (let turn = 0; turn < 1000; turn++) if ((ask(turn, servers) as { server: number }).server === 1) first++
      return first / 1000
    }
    expect(count([1, 1])).toBeCloseTo(1 / 2, 1)
    expect(count([3, 1])).toBeCloseTo(3 / 4, 1)
    expect(count([1, 0])).toBe(1)
  })

  test('a load that nobody counted is none', () => {
    expect(ask(0, fleet, [0, 5])).toMatchObject({ to: 'replica', server: 2 })
  })

  test('a refusal says what is wrong with the primary', () => {
    const none = snapshot([server(0)], { primary: null, primaryProblem: 'db0 and db1 both claim it' })
    expect(
      decide(
        facts({ verdict: 'primary', because: 'write' }),
        session(),
        none,
        policy(),
        instant(0),
        [],
        false,
        floorAt(0),
        0,
      ),
    ).toEqual({
      to: 'refuse',
      because: 'no-primary',
      message: 'no primary is known: db0 and db1 both claim it',
    })
  })

  test('a fleet without servers is no accident', () => {
    expect(ask(0, snapshot([], { primary: null }))).toMatchObject({ to: 'refuse', because: 'no-primary' })
  })

  test('reads behind the floor are counted until one reaches a replica or has waited', () => {
    const behind: Decision = { to: 'primary', because: 'behind-floor' }
    const replica: Decision = { to: 'replica', server: serverId(1), because: 'read' }
    expect(readsBehindFloorAfter(2, behind, false)).toBe(3)
    expect(readsBehindFloorAfter(3, behind, true)).toBe(0)
    expect(readsBehindFloorAfter(3, replica, false)).toBe(0)
    expect(readsBehindFloorAfter(2, { to: 'primary', because: 'write' }, false)).toBe(2)
    expect(readsBehindFloorAfter(2, { to: 'wait', horizon: NEVER, until: NEVER, because: 'behind-floor' }, false)).toBe(
      2,
    )
  })
})
