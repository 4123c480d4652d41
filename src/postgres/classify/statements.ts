import type { Reason } from '../../routing/reasons.ts'
import type { SessionEffect, TransactionControl } from '../../sql/facts.ts'
import { type Analysis, NO_EFFECT, UNKNOWN_EFFECT } from './analysis.ts'
import type { Node } from './parser.ts'
import { judgeSet } from './set-statement.ts'
import { judgeTransaction } from './transaction-statement.ts'
import { type Collector, list } from './walk.ts'

/** What one statement is; what it uses is in the collector. */
export type Statement = Pick<
  Analysis,
  'command' | 'kind' | 'because' | 'transaction' | 'effect' | 'literalDependent' | 'ddl'
>

export function statement(
  command: string,
  kind: Statement['kind'],
  because: Reason,
  effect: SessionEffect = NO_EFFECT,
  transaction: TransactionControl | null = null,
): Statement {
  return { command, kind, because, effect, transaction, literalDependent: false, ddl: false }
}

/** Judges the statement of one raw parse tree, `{ SelectStmt: {...} }`. */
export function judgeStatement(wrapped: Node, collector: Collector): Statement {
  const [kind, node] = Object.entries(wrapped)[0] as [string, Node]
  const judge = JUDGES[kind]
  if (judge !== undefined) return judge(node, collector, wrapped)
  return schemaChange(kind, wrapped, collector)
}

type Judge = (node: Node, collector: Collector, wrapped: Node) => Statement

const stateful = (command: string): Judge => {
  return () => statement(command, 'primary', 'session-state', UNKNOWN_EFFECT)
}
const dml = (command: string): Judge => {
  return (_node, collector, wrapped) => {
    collector.walk(wrapped)
    return statement(command, 'primary', 'write', collector.temporary ? UNKNOWN_EFFECT : NO_EFFECT)
  }
}
const inTransaction = (command: string): Judge => {
  return () => statement(command, 'in-transaction', 'session-state')
}

const JUDGES: Readonly<Record<string, Judge>> = {
  SelectStmt: select,
  InsertStmt: dml('INSERT'),
  UpdateStmt: dml('UPDATE'),
  DeleteStmt: dml('DELETE'),
  MergeStmt: dml('MERGE'),
  TruncateStmt(node, collector) {
    for (const relation of list(node.relations)) collector.write((relation as Node).RangeVar)
    return statement('TRUNCATE', 'primary', 'write')
  },
  TransactionStmt: judgeTransaction,
  VariableSetStmt: judgeSet,
  VariableShowStmt: show,
  ConstraintsSetStmt: inTransaction('SET CONSTRAINTS'),
  ExplainStmt: explain,
  CopyStmt: copy,
  PrepareStmt: stateful('PREPARE'),
  ExecuteStmt: stateful('EXECUTE'),
  DeallocateStmt(node) {
    const name = typeof node.name === 'string' ? node.name : null
    return statement('DEALLOCATE', 'primary', 'session-state', { kind: 'deallocate', name })
  },
  DeclareCursorStmt: declareCursor,
  FetchStmt: (node) => statement(node.ismove === true ? 'MOVE' : 'FETCH', 'in-transaction', 'session-state'),
  ClosePortalStmt: inTransaction('CLOSE'),
  ListenStmt: stateful('LISTEN'),
  UnlistenStmt: stateful('UNLISTEN'),
  NotifyStmt: () => statement('NOTIFY', 'primary', 'write'),
  LockStmt: () => statement('LOCK', 'primary', 'locking-read'),
  DoStmt: () => statement('DO', 'primary', 'volatile-function', UNKNOWN_EFFECT),
  CallStmt: () => statement('CALL', 'primary', 'volatile-function', UNKNOWN_EFFECT),
  LoadStmt: stateful('LOAD'),
  DiscardStmt: discard,
  CheckPointStmt: () => statement('CHECKPOINT', 'primary', 'server-specific'),
  AlterSystemStmt: () => statement('ALTER SYSTEM', 'primary', 'server-specific'),
  VacuumStmt: (node) => statement(node.is_vacuumcmd === true ? 'VACUUM' : 'ANALYZE', 'primary', 'write'),
  ReindexStmt: () => statement('REINDEX', 'primary', 'write'),
  CreateTableAsStmt(node, collector, wrapped) {
    const made = schemaChange('CreateTableAsStmt', wrapped, collector)
    return isExecute(node) ? { ...made, because: 'session-state', effect: UNKNOWN_EFFECT } : made
  },
  ClusterStmt: () => statement('CLUSTER', 'primary', 'write'),
}

function select(node: Node, collector: Collector, wrapped: Node): Statement {
  const command = node.valuesLists !== undefined ? 'VALUES' : node.intoClause !== undefined ? 'SELECT INTO' : 'SELECT'
  return query(command, collector, wrapped)
}

/** A query in whatever clothes: a plain read unless it holds something that is none. */
function query(command: string, collector: Collector, tree: unknown): Statement {
  // A problem of a statement before this one in the same text must not be taken for this one's.
  const before = collector.problem
  collector.problem = null
  collector.walk(tree)
  const problem = collector.problem as Reason | null
  collector.problem = before ?? problem
  if (problem !== null) {
    const harmless = problem !== 'unparsed' && !collector.temporary
    return statement(command, 'primary', problem, harmless ? NO_EFFECT : UNKNOWN_EFFECT)
  }
  if (collector.temporary) return statement(command, 'primary', 'unreplicated-table')
  return statement(command, 'read', 'read')
}

function explain(node: Node, collector: Collector): Statement {
  // It has no plan to show, and ANALYZE does not run it either.
  if ((node.query as Node).RefreshMatViewStmt !== undefined) return statement('EXPLAIN', 'read', 'read')
  const options = list(node.options).map((option) =>
    String(((option as Node).DefElem as Node | undefined)?.defname).toLowerCase(),
  )
  const inner = options.includes('analyze')
    ? judgeStatement(node.query as Node, collector)
    : judgePlanned(node.query as Node, collector)
  if (options.includes('settings') && inner.kind === 'read') return statement('EXPLAIN', 'primary', 'server-specific')
  // Only ANALYZE runs the statement, but whether it is on may hang on a literal (`ANALYZE 0`), which facts do not see.
  if (inner.kind === 'read') return { ...inner, command: 'EXPLAIN' }
  const effect = inner.ddl || inner.command === 'SELECT INTO' ? UNKNOWN_EFFECT : inner.effect
  return { ...inner, command: 'EXPLAIN', kind: 'primary', effect, literalDependent: false }
}

/** Planning what would make a table plans its query, and nothing else; a temporary one's schema is made all the same. */
function judgePlanned(wrapped: Node, collector: Collector): Statement {
  const made = wrapped.CreateTableAsStmt as Node | undefined
  const selected = wrapped.SelectStmt as Node | undefined
  const into = (made?.into ?? selected?.intoClause) as Node | undefined
  const target = into?.rel as Node | undefined
  const temporary = target?.relpersistence === 't' || String(target?.schemaname ?? '').startsWith('pg_temp')
  if (target === undefined || temporary) return judgeStatement(wrapped, collector)
  if (made !== undefined)
    return isExecute(made) ? judgeStatement(wrapped, collector) : query('EXPLAIN', collector, made.query)
  const { intoClause: _, ...rest } = selected!
  return query('EXPLAIN', collector, { SelectStmt: rest })
}

const isExecute = (made: Node) => (made.query as Node | undefined)?.ExecuteStmt !== undefined

function copy(node: Node, collector: Collector): Statement {
  if (node.is_from === true) {
    collector.write(node.relation)
    collector.walk(node.whereClause)
    return statement('COPY', 'primary', 'write')
  }
  const written = query('COPY', collector, node.query !== undefined ? node.query : { relation: node.relation })
  if (written.kind !== 'read') return written
  return node.filename !== undefined || node.is_program === true
    ? statement('COPY', 'primary', 'server-specific')
    : written
}

const CURSOR_OPT_HOLD = 0x20

function declareCursor(node: Node, collector: Collector): Statement {
  const inner = query('DECLARE', collector, node.query)
  if ((Number(node.options) & CURSOR_OPT_HOLD) !== 0)
    return statement('DECLARE', 'primary', 'session-state', UNKNOWN_EFFECT)
  return inner.kind === 'read' ? statement('DECLARE', 'in-transaction', 'session-state') : inner
}

function discard(node: Node): Statement {
  switch (node.target) {
    case 'DISCARD_ALL':
      return statement('DISCARD ALL', 'primary', 'session-state', { kind: 'discard-all' })
    case 'DISCARD_PLANS':
      return statement('DISCARD PLANS', 'primary', 'session-state')
    default:
      return statement('DISCARD', 'primary', 'session-state', UNKNOWN_EFFECT)
  }
}

/** Settings that follow their session, or describe its transaction: a replica that runs the transaction shows the same. */
const SHOWN_IN_TRANSACTION: ReadonlySet<string> = new Set(
  (
    'transaction_isolation transaction_read_only transaction_deferrable search_path timezone datestyle intervalstyle client_encoding ' +
    'application_name statement_timeout lock_timeout standard_conforming_strings extra_float_digits bytea_output'
  ).split(' '),
)

function show(node: Node): Statement {
  const inside = SHOWN_IN_TRANSACTION.has(String(node.name).toLowerCase())
  return statement('SHOW', inside ? 'in-transaction' : 'primary', 'server-specific')
}

/** DDL, and every kind of statement that nothing is known of. */
function schemaChange(kind: string, wrapped: Node, collector: Collector): Statement {
  const command =
    COMMANDS[kind] ??
    kind
      .replace(/Stmt$/, '')
      .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
      .toUpperCase()
  collector.walk(wrapped)
  const known =
    /^(Create|Alter|Drop|Comment|Grant|Rename|Index|View|Rule|Define|Refresh|SecLabel|Reassign|Import|Composite)/.test(
      kind,
    )
  const temporary = collector.temporary || JSON.stringify(wrapped).includes('"pg_temp')
  return { ...statement(command, 'primary', 'write', known && !temporary ? NO_EFFECT : UNKNOWN_EFFECT), ddl: true }
}

const COMMANDS: Readonly<Record<string, string>> = {
  CreateStmt: 'CREATE TABLE',
  CreateTableAsStmt: 'CREATE TABLE AS',
  CreateSeqStmt: 'CREATE SEQUENCE',
  CreateTrigStmt: 'CREATE TRIGGER',
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  IndexStmt: 'CREATE INDEX',
  ViewStmt: 'CREATE VIEW',
  RuleStmt: 'CREATE RULE',
  DefineStmt: 'CREATE',
  CompositeTypeStmt: 'CREATE TYPE',
  RefreshMatViewStmt: 'REFRESH MATERIALIZED VIEW',
  SecLabelStmt: 'SECURITY LABEL',
  GrantRoleStmt: 'GRANT',
  RenameStmt: 'ALTER',
  ReassignOwnedStmt: 'REASSIGN OWNED',
  ImportForeignSchemaStmt: 'IMPORT FOREIGN SCHEMA',
}
