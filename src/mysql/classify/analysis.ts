import type { Reason } from '../../routing/reasons.ts'
import type { Facts, PinCause, Previous, SessionEffect, Setting, TransactionControl } from '../../sql/facts.ts'

/** A name as it stands in a statement, in lower case. `schema` null: unqualified. */
export interface Name {
  readonly schema: string | null
  readonly name: string
}

/** Everything that a text uses and that the catalog must vouch for. */
export interface Uses {
  readonly functions: readonly Name[]
  /** Everything that may be a table: columns are among them, because only the catalog can tell. */
  readonly relations: readonly Name[]
  /** Names behind FROM, JOIN, INTO, UPDATE and the like, which must be there. */
  readonly tables: readonly Name[]
  readonly clock: boolean
}

/** What one statement is. */
export interface Statement {
  readonly command: string
  readonly kind: 'read' | 'in-transaction' | 'primary'
  readonly because: Reason
  readonly transaction: TransactionControl | null
  readonly effect: SessionEffect
  readonly literalDependent: boolean
  readonly extras: Extras
  readonly uses: Uses
}

/** Fields of the facts that are left out where they do not apply. */
export type Extras = Pick<
  Facts,
  | 'pins'
  | 'unpins'
  | 'temporaryTables'
  | 'usesUserVariables'
  | 'asksPrevious'
  | 'leavesFoundRows'
  | 'hidesFoundRows'
  | 'returnsChanged'
  | 'settings'
  | 'schema'
  | 'commitsImplicitly'
  | 'changesSchema'
  | 'localInfile'
>
export type { PinCause, Previous, Setting }

/** What one text says, whatever the catalog holds. */
export interface Analysis extends Omit<Statement, 'uses'>, Uses {
  readonly statements: number
}

export const NO_EFFECT: SessionEffect = { kind: 'none' }
export const UNKNOWN_EFFECT: SessionEffect = { kind: 'unknown' }
export const NOTHING_USED: Uses = { functions: [], relations: [], tables: [], clock: false }
