import type { SessionEffect } from '../../sql/facts.ts'
import { NO_EFFECT, UNKNOWN_EFFECT } from './analysis.ts'
import type { Node } from './parser.ts'
import { type Statement, statement } from './statements.ts'
import { transactionModes } from './transaction-statement.ts'
import { constant, list } from './walk.ts'

/** Not settings but actions, or settings of the open transaction: setting them again later is not the same. */
const NOT_REPLAYABLE = /^(seed|transaction_isolation|transaction_read_only|transaction_deferrable)$/

/** SET and RESET in all their forms. */
export function judgeSet(node: Node): Statement {
  const name = String(node.name ?? '').toLowerCase()
  const local = node.is_local === true
  switch (node.kind) {
    case 'VAR_SET_MULTI':
      return severalModes(node)
    case 'VAR_RESET_ALL':
      return setting('RESET', { kind: 'reset-all' })
    case 'VAR_RESET':
      return setting('RESET', replayable(name, null, local))
    case 'VAR_SET_DEFAULT':
      return setting('SET', replayable(name, null, local))
    case 'VAR_SET_VALUE': {
      const values = list(node.args).map(literal)
      const value = values.includes(null) ? null : values.join(', ')
      const effect = value === null ? UNKNOWN_EFFECT : replayable(name, value, local)
      return { ...setting('SET', effect), literalDependent: effect.kind === 'set' }
    }
    default:
      return setting('SET', UNKNOWN_EFFECT)
  }
}

function setting(command: string, effect: SessionEffect): Statement {
  // A setting of known value may change inside a transaction on a replica: it follows the session.
  return statement(command, effect.kind === 'set' ? 'in-transaction' : 'primary', 'session-state', effect)
}

function replayable(name: string, value: string | null, local: boolean): SessionEffect {
  return NOT_REPLAYABLE.test(name) ? UNKNOWN_EFFECT : { kind: 'set', name, value, local }
}

/** SET TRANSACTION, SET TRANSACTION SNAPSHOT, SET SESSION CHARACTERISTICS. */
function severalModes(node: Node): Statement {
  const modes = transactionModes(node.args)
  if (node.name === 'SESSION CHARACTERISTICS') {
    const options = list(node.args)
    if (options.length === 1 && modes.readOnly !== null) {
      return setting('SET', replayable('default_transaction_read_only', modes.readOnly ? 'on' : 'off', false))
    }
    if (options.length === 1 && modes.isolation !== null) {
      return setting('SET', replayable('default_transaction_isolation', quoted(modes.isolation), false))
    }
    return setting('SET', UNKNOWN_EFFECT)
  }
  const snapshot = node.name === 'TRANSACTION SNAPSHOT'
  const replicaRefuses = snapshot || modes.readOnly === false || modes.isolation === 'serializable'
  return statement('SET TRANSACTION', replicaRefuses ? 'primary' : 'in-transaction', 'transaction', NO_EFFECT, {
    op: 'set-transaction',
    ...modes,
    snapshot,
  })
}

/** One value as SQL that means the same under every setting of standard_conforming_strings; null when it is no constant. */
function literal(argument: unknown): string | null {
  const text = constant(argument)
  if (text !== null) return quoted(text)
  const node = (argument as Node).A_Const as Node | undefined
  if (node === undefined || node.isnull === true) return null
  if (node.fval !== undefined) return String((node.fval as Node).fval)
  if (node.ival !== undefined) return String((node.ival as Node).ival ?? 0)
  // An empty string: libpg-query leaves the field out.
  if (node.sval !== undefined) return "''"
  return null
}

function quoted(text: string): string {
  const doubled = text.replaceAll("'", "''")
  return text.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}
