import type { Failure, Work } from '../dialect.ts'
import type { Reason } from '../routing/reasons.ts'
import type { Facts, SessionEffect } from '../sql/facts.ts'
import { mayMakeTemporary, needsPrimary } from '../sql/needs-primary.ts'
import type { PreparedStatement } from './statements.ts'
import type { BatchUnit } from './unit.ts'

/** Texts for people, and of what is sent later, are cut to this. */
export const TEXT_BYTES_MAX = 16 * 1024

const NO_EFFECT: SessionEffect = { kind: 'none' }
const UNKNOWN_EFFECT: SessionEffect = { kind: 'unknown' }

/** Nothing is executed: a Sync alone, a Close, a Describe of something unknown. Any server will do, but the primary knows best. */
const NOTHING_EXECUTED: Facts = { ...needsPrimary('NONE', 'session-state', NO_EFFECT), statements: 0 }

export function bareWork(facts: Facts, bound: boolean, text: () => string): Work {
  const none = { hint: null, control: null, begins: null, refusal: null, continues: false }
  return { facts, ...none, executes: 1, deferrable: false, selfContained: false, shares: false, bound, text }
}

const TOO_MANY_STATEMENTS: Failure = {
  code: '53400',
  message: 'too many prepared statements in this session',
  hint: 'Close or DEALLOCATE those that are not needed, or raise limits.prepared_per_session.',
}

interface Parts {
  readonly unit: BatchUnit
  readonly executed: readonly PreparedStatement[]
  readonly prepared: readonly PreparedStatement[]
  /** It executes a portal that Freshet knows nothing of. */
  readonly unknown: boolean
  readonly binds: number
  readonly bound: boolean
  /** It leaves a portal behind, or part of one's rows. */
  readonly leavesPortal: boolean
  /** It prepares or closes a statement under a name. */
  readonly names: boolean
  /** It holds something besides one statement's Parse, Bind, Describe, Execute: a mistake, or more. */
  readonly odd: boolean
  /** All that it executes are portals bound before. */
  readonly continues: boolean
  /** It prepares more statements than a session may have. */
  readonly full: boolean
}

/** One Sync over many statements is an implicit transaction: the strictest statement decides for all. */
export function combine(parts: Parts): Work {
  const { executed, prepared } = parts
  // A statement that is prepared and described is one.
  const subjects = executed.length > 0 ? executed : prepared.length === 1 ? prepared : [...new Set(prepared)]
  const first = subjects[0]
  const text = () => subjects.map((statement) => statement.text.toString('utf8', 0, TEXT_BYTES_MAX)).join('; ')
  const selfContained = executed.length === 1 && !parts.leavesPortal
  const base = {
    bound: parts.bound,
    text,
    deferrable: false,
    begins: null,
    hint: null,
    control: null,
    selfContained,
    shares:
      selfContained && !parts.odd && !parts.bound && !parts.names && !parts.continues && parts.unit.endsWith === 'sync',
    refusal: parts.full ? TOO_MANY_STATEMENTS : null,
    continues: parts.continues,
  }
  if (parts.unknown) return { ...base, facts: needsPrimary('EXECUTE', 'session-state'), executes: executed.length + 1 }
  if (first === undefined) return { ...base, facts: NOTHING_EXECUTED, executes: 0 }
  // A portal that is bound and not run to its end before the next synchronisation point lives on one connection.
  const complete =
    parts.unit.endsWith === 'sync' || (parts.unit.endsWith === 'flush' && parts.binds === 0 && executed.length === 0)
  if (!complete) {
    const reason: Reason = parts.unit.endsWith === 'more' ? 'too-large' : 'session-state'
    return { ...base, facts: strictest(subjects, reason), executes: executed.length }
  }
  if (subjects.length === 1) {
    return {
      ...base,
      facts: executed.length === 0 ? withoutEffects(first.facts) : first.facts,
      hint: first.hint,
      control: first.control,
      executes: executed.length,
      deferrable:
        executed.length === 1 &&
        !parts.odd &&
        parts.unit.endsWith === 'sync' &&
        first.facts.transaction?.op === 'begin' &&
        first.text.length < TEXT_BYTES_MAX,
    }
  }
  const begin = executed[0]?.facts.transaction
  const rest = begin?.op === 'begin' ? executed.slice(1) : executed
  if (begin?.op === 'begin' && rest.length > 0) {
    const readOnly = begin.readOnly === true && rest.every((statement) => statement.facts.verdict !== 'primary')
    return {
      ...base,
      facts: readOnly
        ? { ...first.facts, verdict: 'read-in-transaction', because: 'read-only-transaction' }
        : strictest(rest, null),
      hint: rest[0]!.hint,
      executes: executed.length,
      begins: { readOnly: begin.readOnly },
    }
  }
  return { ...base, facts: strictest(subjects, null), hint: first.hint, executes: executed.length }
}

/** The end of an exchange whose beginning was too large to be judged. */
export function afterParts(work: Work): Work {
  const facts: Facts = { ...work.facts, verdict: 'primary', because: 'too-large', effect: UNKNOWN_EFFECT }
  return { ...work, facts, executes: Math.max(1, work.executes) }
}

/** Preparing alone has no effect on the session's settings, and takes no part in transaction control. */
function withoutEffects(facts: Facts): Facts {
  if (facts.effect.kind === 'none' && facts.transaction === null) return facts
  return { ...facts, effect: NO_EFFECT, transaction: null }
}

function strictest(subjects: readonly PreparedStatement[], forced: Reason | null): Facts {
  let result = subjects[0]!.facts
  let effects = false
  let clock = false
  let lastSequence = false
  const tables: string[] = []
  for (const { facts } of subjects) {
    if (facts.verdict !== 'read' && result.verdict === 'read') result = facts
    if (facts.verdict === 'primary' && result.verdict !== 'primary') result = facts
    effects ||=
      facts.effect.kind !== 'none' || facts.transaction !== null || (subjects.length > 1 && mayMakeTemporary(facts))
    clock ||= facts.usesClock
    lastSequence ||= facts.usesLastSequence
    tables.push(...facts.tables)
  }
  const several =
    subjects.length === 1
      ? {}
      : {
          statements: subjects.length,
          command: [...new Set(subjects.map(({ facts }) => facts.command))].join('; '),
          functions: [...new Set(subjects.flatMap(({ facts }) => facts.functions))],
        }
  const verdict = forced !== null || effects || lastSequence ? 'primary' : result.verdict
  return {
    ...result,
    ...several,
    verdict: subjects.length > 1 && verdict === 'read-in-transaction' ? 'primary' : verdict,
    because: forced ?? result.because,
    tables,
    usesClock: clock,
    usesLastSequence: lastSequence,
    transaction: null,
    effect: effects ? UNKNOWN_EFFECT : NO_EFFECT,
  }
}
