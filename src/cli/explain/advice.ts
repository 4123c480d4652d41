import type { Reason } from '../../routing/reasons.ts'

/** What to do about statements that stay on the primary, by reason. The other reasons cannot be seen in a log. */
const ADVICE: Readonly<Partial<Record<Reason, string>>> = {
  write: 'nothing: writes belong there',
  'in-transaction':
    'declare transactions that only read: BEGIN READ ONLY (drivers and frameworks have a read-only option), or read outside of them',
  transaction: 'the same as for in-transaction: BEGIN READ ONLY for transactions that only read',
  'locking-read':
    'leave FOR UPDATE and FOR SHARE out where nothing is written afterwards; GET_LOCK and LOCK belong there',
  'volatile-function':
    'declare functions of your own STABLE or IMMUTABLE, or READS SQL DATA, where that is true; those that have an effect belong there',
  'session-state':
    'settings at login instead of SET by statement; what is left is small, and plain SETs cost no offload of the reads behind them',
  pinned:
    'end the state that pins: drop temporary tables, release locks, use expressions or parameters instead of user variables',
  hint: 'the statement itself asks for the primary: take the hint out if it is not needed any more',
  'server-specific': 'nothing: the result describes one server, and a client means the primary',
  'multi-statement': 'send statements one by one, at least reads apart from writes',
  'unreplicated-table':
    'nothing for temporary tables; replicas have neither unlogged nor foreign tables: a logged table is replicated',
  unparsed:
    'look at these: what Freshet cannot read it cannot prove; a construct that a server accepts is worth a report',
  'too-large': 'nothing, or raise limits.statement: they are larger than it is',
}

const WITHOUT_CATALOG: Readonly<Partial<Record<Reason, string>>> = {
  'unknown-relation':
    'give --catalog: without it nobody knows whether a name is a table, or a view that does more than read',
  'unknown-function': 'give --catalog: without it functions of your own are not known',
}

const WITH_CATALOG: Readonly<Partial<Record<Reason, string>>> = {
  'unknown-relation':
    'the catalog that was read does not hold these: made or dropped since, in another database, or a view whose text the account may not read',
  'unknown-function':
    'declare the function STABLE or IMMUTABLE (MySQL: READS SQL DATA) if that is true, and see that the account may read it',
}

export function adviceFor(reason: Reason, catalog: boolean): string | null {
  return ADVICE[reason] ?? (catalog ? WITH_CATALOG : WITHOUT_CATALOG)[reason] ?? null
}
