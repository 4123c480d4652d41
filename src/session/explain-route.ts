/** EXPLAIN ROUTE: what is known of a statement, where it would run now and why, and why not elsewhere. For people, so it may be slow. */
import { candidates } from '../routing/candidates.ts'
import { decideRead, toPrimary } from '../routing/decide.ts'
import { effectiveFloor } from '../routing/floors.ts'
import { type Deferred, keptBy } from '../routing/kept.ts'
import { insteadOf } from '../routing/observe.ts'
import { REASONS, type Reason } from '../routing/reasons.ts'
import type { Decision, Floor, Mode, Policy, SessionView, Snapshot } from '../routing/types.ts'
import type { Facts } from '../sql/facts.ts'
import { type Instant, now } from '../units.ts'
import type { SessionContext } from './context.ts'

/** What the session is in the middle of. */
export interface Circumstances {
  readonly view: SessionView
  readonly policy: Policy
  /** The server whose connection the session holds, and why. */
  readonly held: { readonly server: string; readonly readOnly: boolean; readonly because: Reason } | null
  readonly deferred: Deferred
  /** The session's settings keep its reads on the primary. */
  readonly keptOnPrimary: boolean
  /** Freshet answers the statement itself. */
  readonly local: boolean
}

/** The rows of EXPLAIN ROUTE: one per fact. */
export function explainRoute(context: SessionContext, facts: Facts, about: Circumstances): [string, string][] {
  const snapshot = context.fleet.snapshot()
  const { mode } = context.config()
  const { view, policy, held } = about
  const at = now()
  const rows = factRows(facts)
  const begins = held === null && about.deferred === null ? beginning(facts) : null
  if (about.local || begins !== null) {
    const said: [string, string][] = begins === null ? [] : [['transaction', begins]]
    return [...rows, ['decision', 'local'], ['server', 'none'], ['reason', reasonText('local')], ...said]
  }
  const floor = effectiveFloor(policy, view, context.floors, snapshot.epoch, at)
  const last: [string, string][] = [
    ['consistency', policy.consistency],
    ...candidateRows(facts, about, snapshot, at, floor),
  ]
  if (held !== null) {
    const decision = held.readOnly ? 'replica' : 'primary'
    return [...rows, ['decision', decision], ['server', held.server], ['reason', reasonText(held.because)], ...last]
  }
  return [...rows, ...decisionRows(decisionFor(context, facts, about, snapshot, at, floor), mode, snapshot), ...last]
}

const reasonText = (reason: Reason): string => `${reason}: ${REASONS[reason]}`

function factRows(facts: Facts): [string, string][] {
  const rows: [string, string][] = [
    ['statement', facts.command],
    ['class', facts.verdict],
    ['tables', facts.tables.join(', ')],
    ['functions', facts.functions.join(', ')],
  ]
  if (facts.usesClock) rows.push(['clock', "it asks for the time: on replicas only while the servers' clocks agree"])
  return rows
}

/** A transaction of which no server has to know before its first statement; null: it is none. */
function beginning({ transaction, statements }: Facts): string | null {
  if (statements !== 1 || transaction?.op !== 'begin' || transaction.consistentSnapshot) return null
  return transaction.readOnly === true
    ? 'read-only: its first statement decides where all of it runs, on a replica if that is fresh enough'
    : 'it begins with its first statement: on the primary, unless the session makes its transactions read-only'
}

/** As `route.ts` decides. */
function decisionFor(
  context: SessionContext,
  facts: Facts,
  about: Circumstances,
  snapshot: Snapshot,
  at: Instant,
  floor: Floor,
): Decision {
  const { loads, turn } = context
  const { view, policy, deferred } = about
  const because = keptBy(facts, deferred, about.keptOnPrimary)
  if (because !== null) return toPrimary(snapshot, because)
  const reason = deferred === null ? 'read' : 'read-only-transaction'
  return decideRead(reason, facts.usesClock, view, snapshot, policy, at, loads, false, floor, turn)
}

function decisionRows(would: Decision, mode: Mode, snapshot: Snapshot): [string, string][] {
  const decision = mode === 'observe' ? insteadOf(would, snapshot) : would
  const rows: [string, string][] = [['decision', decision.to]]
  const server = serverOf(decision, snapshot)
  rows.push(['server', server ?? 'none'])
  rows.push(['reason', reasonText(decision.because)])
  if (decision.to === 'refuse') rows.push(['error', decision.message])
  if (mode === 'route') return rows
  const where = serverOf(would, snapshot)
  const done = where === null || would.to === 'primary' ? would.to : `${would.to} ${where}`
  return [...rows, ['mode', mode], ['would be', done], ['would be because', reasonText(would.because)]]
}

function serverOf(decision: Decision, snapshot: Snapshot): string | null {
  const server = decision.to === 'replica' ? decision.server : decision.to === 'primary' ? snapshot.primary : null
  return server === null ? null : (snapshot.servers[server]?.name ?? null)
}

function candidateRows(
  facts: Facts,
  about: Circumstances,
  snapshot: Snapshot,
  at: Instant,
  floor: Floor,
): [string, string][] {
  const { view, policy, held } = about
  const because = held?.because ?? keptBy(facts, about.deferred, about.keptOnPrimary)
  return candidates({ ...facts, verdict: 'read', because: 'read' }, view, snapshot, policy, at, floor).map(
    ({ server, role, eligible, why }) => {
      const its = verdictOn(server, role, facts, held, because)
      return [
        `candidate ${server}`,
        `${role}, ${(its?.eligible ?? eligible) ? 'eligible' : 'not eligible'}: ${its?.why ?? why}`,
      ]
    },
  )
}

/** What settles it for this server before anybody looks at its horizon. */
function verdictOn(
  server: string,
  role: string,
  facts: Facts,
  held: Circumstances['held'],
  because: Reason | null,
): { readonly eligible: boolean; readonly why: string } | null {
  if (because === null) return null
  if (server === held?.server) return { eligible: true, why: 'the session holds a connection to it' }
  if (held !== null) return { eligible: false, why: `the session holds a connection to ${held.server}` }
  if (role !== 'replica') return null
  return { eligible: false, why: `${facts.verdict === 'primary' ? 'not a plain read: ' : ''}${REASONS[because]}` }
}
