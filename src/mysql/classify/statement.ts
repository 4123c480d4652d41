import type { Reason } from '../../routing/reasons.ts'
import type { SessionEffect, TransactionControl } from '../../sql/facts.ts'
import { type Extras, NO_EFFECT, NOTHING_USED, type Statement, UNKNOWN_EFFECT, type Uses } from './analysis.ts'
import { Collector } from './collector.ts'
import { isSymbol, isWord, type Token } from './tokens.ts'

export interface Parts {
  readonly effect?: SessionEffect
  readonly transaction?: TransactionControl | null
  readonly extras?: Extras
  readonly uses?: Uses
  readonly literalDependent?: boolean
}

export function statement(command: string, kind: Statement['kind'], because: Reason, parts: Parts = {}): Statement {
  return {
    command,
    kind,
    because,
    effect: parts.effect ?? NO_EFFECT,
    transaction: parts.transaction ?? null,
    extras: parts.extras ?? {},
    uses: parts.uses ?? NOTHING_USED,
    literalDependent: parts.literalDependent ?? false,
  }
}

/** The SQL text of the literals, by their number; null when the text was canonical and they are not known. */
export type Values = readonly string[] | null

export const UNPARSED: Statement = statement('UNKNOWN', 'primary', 'unparsed', {
  effect: UNKNOWN_EFFECT,
  extras: { pins: ['unknown'], changesSchema: true },
})

/** A query in whatever clothes, its words included: a plain read unless it holds something that is none. */
export function query(command: string, tokens: readonly Token[], from = 0): Statement {
  const collector = new Collector()
  // A leading word is not the query's own: SELECT, TABLE, VALUES, or one that its own judge has understood.
  const start = isWord(tokens[from], 'select', 'with', 'table', 'values') || isSymbol(tokens[from], '(') ? from : -1
  if (start < 0 || tokens.length < from + 2) return { ...UNPARSED, command }
  collector.walk(tokens, from)
  collector.asQuery(tokens, from)
  if (!holdsSelect(tokens, from)) collector.fail('unparsed')
  return fromCollector(command, collector)
}

function holdsSelect(tokens: readonly Token[], from: number): boolean {
  return tokens.slice(from).some((token) => isWord(token, 'select', 'table', 'values'))
}

export function fromCollector(command: string, collector: Collector): Statement {
  const extras = extrasOf(collector)
  const uses = collector.uses()
  const { problem, inTransaction } = collector
  if (problem !== null) {
    const harmless = problem !== 'unparsed' && collector.pins.size === 0 && problem !== 'session-state'
    return statement(command, 'primary', problem, { extras, uses, effect: harmless ? NO_EFFECT : UNKNOWN_EFFECT })
  }
  if (inTransaction !== null) return statement(command, 'in-transaction', inTransaction, { extras, uses })
  return statement(command, 'read', 'read', { extras, uses })
}

export function extrasOf(collector: Collector): Extras {
  return {
    ...(collector.pins.size > 0 ? { pins: [...collector.pins] } : {}),
    ...(collector.previous.size > 0 ? { asksPrevious: [...collector.previous] } : {}),
    ...(collector.usesUserVariables ? { usesUserVariables: true as const } : {}),
    ...(collector.leavesFoundRows ? { leavesFoundRows: true as const } : {}),
    ...(collector.hidesFoundRows ? { hidesFoundRows: true as const } : {}),
  }
}
