import type { LocalAnswer, Work } from '../dialect.ts'
import { candidates } from '../routing/candidates.ts'
import { decide } from '../routing/decide.ts'
import { effectiveFloor } from '../routing/floors.ts'
import { REASONS } from '../routing/reasons.ts'
import type { Policy, SessionView } from '../routing/types.ts'
import type { Facts } from '../sql/facts.ts'
import { now } from '../units.ts'
import type { SessionContext } from './context.ts'

/** The rows of EXPLAIN ROUTE: one per fact. */
export function explainRoute(
  context: SessionContext,
  facts: Facts,
  view: SessionView,
  policy: Policy,
  held: string | null,
): [string, string][] {
  const snapshot = context.fleet.snapshot()
  const at = now()
  const floor = effectiveFloor(policy, view, context.floors, snapshot.epoch, at)
  const decision = decide(facts, view, snapshot, policy, at, context.loads, false, floor, context.turn)
  const rows: [string, string][] = [
    ['statement', facts.command],
    ['class', facts.verdict],
    ['tables', facts.tables.join(', ')],
    ['functions', facts.functions.join(', ')],
  ]
  if (held !== null) {
    rows.push(['decision', `the connection that the session holds (${held})`], ['reason', 'in-transaction'])
    return rows
  }
  const server = decision.to === 'replica' ? decision.server : decision.to === 'primary' ? snapshot.primary : null
  rows.push(['decision', decision.to])
  if (server !== null) rows.push(['server', snapshot.servers[server]?.name ?? ''])
  rows.push(['reason', `${decision.because}: ${REASONS[decision.because]}`])
  rows.push(['consistency', policy.consistency])
  for (const candidate of candidates(facts, view, snapshot, policy, at, floor)) {
    rows.push([
      `candidate ${candidate.server}`,
      `${candidate.role}, ${candidate.eligible ? 'eligible' : 'not eligible'}: ${candidate.why}`,
    ])
  }
  return rows
}

export function oneValue(column: string, value: string): LocalAnswer {
  return { result: { columns: [column], rows: [[value]], tag: 'SHOW' } }
}

export function done(tag: string): LocalAnswer {
  return { result: { columns: [], rows: [], tag } }
}

/** Whether the unit is nothing but an empty query. */
export const isEmpty = (work: Work): boolean => work.facts.statements === 0 && work.facts.command !== 'NONE'
