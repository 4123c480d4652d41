import type { Reason } from '../../routing/reasons.ts'
import type { SessionEffect, TransactionControl } from '../../sql/facts.ts'

/** A name as it stands in a statement. `schema` null: found by search_path. */
export interface Name {
  readonly schema: string | null
  readonly name: string
}

/** `args`: how many arguments it is called with; null when that cannot be told. */
export interface Call extends Name {
  readonly args: number | null
}

/** Everything that a text uses and that the catalog must vouch for. */
export interface Uses {
  readonly functions: readonly Call[]
  /** Last parts of `x.y`: a call of y(x) when x has no column y. */
  readonly attributes: readonly string[]
  readonly relations: readonly Name[]
  /** Targets of INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY FROM: their triggers run. */
  readonly written: readonly Name[]
  readonly operators: readonly string[]
  readonly types: readonly Name[]
  /** Types to which something other than a literal is converted explicitly. */
  readonly casts: readonly Name[]
  /** Asks for the current time by itself (CURRENT_DATE, a literal `now`), not through a function. */
  readonly clock: boolean
}

/** What one text says, whatever the catalog holds. */
export interface Analysis extends Uses {
  readonly statements: number
  readonly command: string
  readonly kind: 'read' | 'in-transaction' | 'primary'
  readonly because: Reason
  readonly transaction: TransactionControl | null
  readonly effect: SessionEffect
  readonly literalDependent: boolean
  /** DDL: event triggers may fire. */
  readonly ddl: boolean
}

export const NO_EFFECT: SessionEffect = { kind: 'none' }
export const UNKNOWN_EFFECT: SessionEffect = { kind: 'unknown' }
