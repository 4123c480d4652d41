import type { Isolation, TransactionControl } from '../../sql/facts.ts'
import type { Node } from './parser.ts'
import { type Statement, statement } from './statements.ts'
import { constant, list } from './walk.ts'

export interface Modes {
  readonly readOnly: boolean | null
  readonly isolation: Isolation | null
}

const OPERATIONS: Readonly<Record<string, { readonly command: string; readonly op: TransactionControl['op'] }>> = {
  TRANS_STMT_BEGIN: { command: 'BEGIN', op: 'begin' },
  TRANS_STMT_START: { command: 'START TRANSACTION', op: 'begin' },
  TRANS_STMT_COMMIT: { command: 'COMMIT', op: 'commit' },
  TRANS_STMT_ROLLBACK: { command: 'ROLLBACK', op: 'rollback' },
  TRANS_STMT_SAVEPOINT: { command: 'SAVEPOINT', op: 'savepoint' },
  TRANS_STMT_RELEASE: { command: 'RELEASE', op: 'release' },
  TRANS_STMT_ROLLBACK_TO: { command: 'ROLLBACK TO', op: 'rollback-to' },
  TRANS_STMT_PREPARE: { command: 'PREPARE TRANSACTION', op: 'prepare-transaction' },
  TRANS_STMT_COMMIT_PREPARED: { command: 'COMMIT PREPARED', op: 'finish-prepared' },
  TRANS_STMT_ROLLBACK_PREPARED: { command: 'ROLLBACK PREPARED', op: 'finish-prepared' },
}

/** BEGIN, COMMIT, SAVEPOINT and their relatives. */
export function judgeTransaction(node: Node): Statement {
  const operation = OPERATIONS[String(node.kind)]
  if (operation === undefined) return statement('UNKNOWN', 'primary', 'unparsed', { kind: 'unknown' })
  const { command, op } = operation
  switch (op) {
    case 'begin': {
      const modes = transactionModes(node.options)
      // A hot standby refuses both.
      const replicaRefuses = modes.readOnly === false || modes.isolation === 'serializable'
      return control(command, { op, ...modes }, replicaRefuses)
    }
    case 'commit':
    case 'rollback':
      return control(command, { op, chain: node.chain === true }, false)
    case 'prepare-transaction':
    case 'finish-prepared':
      return control(command, { op }, true)
    default:
      return control(command, { op } as TransactionControl, false)
  }
}

function control(command: string, transaction: TransactionControl, primary: boolean): Statement {
  return statement(command, primary ? 'primary' : 'in-transaction', 'transaction', { kind: 'none' }, transaction)
}

const ISOLATIONS: readonly string[] = [
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
] satisfies Isolation[]

/** The modes of BEGIN and SET TRANSACTION: DefElem nodes. The last of several of one kind counts, as on the server. */
export function transactionModes(options: unknown): Modes {
  let readOnly: boolean | null = null
  let isolation: Isolation | null = null
  for (const option of list(options)) {
    const element = (option as Node).DefElem as Node | undefined
    if (element === undefined) continue
    const { defname, arg } = element
    if (defname === 'transaction_isolation') {
      const level = constant(arg)
      if (level !== null && ISOLATIONS.includes(level)) isolation = level as Isolation
    } else if (defname === 'transaction_read_only') readOnly = integer(arg) === 1
  }
  return { readOnly, isolation }
}

/** libpg-query leaves out fields that are zero. */
function integer(arg: unknown): number {
  const value = ((arg as Node | undefined)?.A_Const as Node | undefined)?.ival as Node | undefined
  return typeof value?.ival === 'number' ? value.ival : 0
}
