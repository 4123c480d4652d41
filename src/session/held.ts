/** What a unit does when its session holds a server connection already: inside a transaction, or pinned. */
import type { Failure, Work } from '../dialect.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import { insteadOf } from '../routing/observe.ts'
import type { Reason } from '../routing/reasons.ts'
import type { Facts, Isolation } from '../sql/facts.ts'
import { staysOn } from './route.ts'
import type { Session } from './session.ts'

const NOT_YET: Failure = {
  code: '55000',
  message: 'lastval is not yet defined in this session',
  detail:
    'This session has used several server connections, or the one that gave the last value has served another session since.',
  hint: 'From now on sessions of this database keep their connection once they have used a sequence.',
}

/** A replica refuses these as a primary does in a read-only transaction, or answers them for itself. */
const HARMLESS = new Set<Reason>(['server-specific', 'write', 'locking-read'])

function isHarmless({ context }: Session, work: Work): boolean {
  const { because, functions } = work.facts
  // An advisory lock on a replica would be taken, and lock nobody out.
  if (!HARMLESS.has(because) || (because === 'locking-read' && functions.length > 0)) return false
  return context.dialect.actsOnReplica?.(work) !== true
}

/** The session holds a connection: the unit runs there, unless it is a replica that may not or cannot run it. */
export function runOnHeld(session: Session, connection: ServerConnection): void {
  const { current, transaction } = session
  const { facts, executes } = current.work
  if (lostPrimary(session, connection)) return
  if (facts.usesLastSequence && executes > 0 && !knowsSequences(session, connection)) {
    session.fail(NOT_YET)
    return
  }
  if (connection.readOnly) {
    if (session.status === 'open' && executes > 0 && commits(session, facts) && session.tracker.pins.length === 0) {
      endOnReplica(session, connection)
      return
    }
    if (session.status === 'open' && facts.transaction === null && executes > 0) {
      const fits =
        (facts.verdict !== 'primary' || unlocks(facts)) &&
        (!transaction.snapshotPerStatement || current.work.continues || staysOn(session, connection.server))
      // It asks for a setting, and those are the session's own there as well: better than a transaction that cannot go on.
      const stays = !transaction.movable && facts.because === 'session-state' && facts.effect.kind === 'none'
      if (!fits && !stays) {
        leaveReplica(session, connection)
        return
      }
    }
    current.because = 'read-only-transaction'
  } else current.because = observed(session, connection) ?? ownReason(session)
  session.run(connection)
}

/** Where nothing is locked it does nothing, and on a replica nothing is. */
const unlocks = ({ unpins, statements }: Facts): boolean => statements === 1 && unpins?.includes('lock-tables') === true

/** It ends the transaction in front of it. SET autocommit does so only where that was off, which keeps a session on the primary. */
function commits(session: Session, facts: Facts): boolean {
  const { commitsImplicitly, statements, settings, transaction } = facts
  if (commitsImplicitly !== true || statements !== 1 || settings !== undefined || unlocks(facts)) return false
  const inherits = transaction?.op === 'begin' && transaction.readOnly === null && session.client.beginInherits
  return inherits !== true
}

/** What ends a read-only transaction on a replica runs behind it, as outside of any: there it may write, or begin another one. */
function endOnReplica(session: Session, connection: ServerConnection): void {
  backOut(session, connection, () => {
    session.endTransaction('idle')
    session.reroute()
  })
}

/** Gives the replica back; its transaction has changed nothing. */
function backOut(session: Session, connection: ServerConnection, then: () => void): void {
  session.phase = 'preparing'
  connection.command('ROLLBACK', () => {
    if (session.phase !== 'preparing' || !connection.alive) return
    session.lease.letGo()
    session.phase = 'idle'
    then()
  })
}

/** The end of something large comes when its beginning runs already. */
const ownReason = (session: Session): Reason =>
  session.current.work.facts.because === 'too-large' ? 'too-large' : heldBecause(session)

const heldBecause = (session: Session): Reason =>
  session.tracker.pins.length > 0 && session.status === 'idle' ? 'pinned' : 'in-transaction'

/** Why it runs on the primary's connection, when it would be elsewhere if its cluster did not only observe. */
function observed(session: Session, connection: ServerConnection): Reason | null {
  const would = session.observation?.held(connection) ?? null
  session.current.would = would
  if (would === null || would.to === 'primary') return null
  return insteadOf(would, session.context.fleet.snapshot()).because
}

/** A read-only transaction goes on where its next statement can run. */
function leaveReplica(session: Session, connection: ServerConnection): void {
  const { transaction, current } = session
  const { facts } = current.work
  const { isolationSql } = session.context.dialect
  if (
    transaction.isolationAssumed &&
    isolationSql !== null &&
    transaction.movable &&
    transaction.snapshotPerStatement
  ) {
    askIsolation(session, connection, isolationSql)
    return
  }
  if (!transaction.movable || !transaction.snapshotPerStatement || transaction.sent.length === 0) {
    if (isHarmless(session, current.work)) {
      current.because = 'read-only-transaction'
      session.run(connection)
      return
    }
    abandon(session, {
      code: '40001',
      message: 'could not go on with a read-only transaction on a replica',
      detail: `The statement (${facts.command}) needs the primary, and the transaction's snapshot cannot move.`,
      hint: 'Retry the transaction after SET freshet.route = primary.',
    })
    return
  }
  backOut(session, connection, () => {
    transaction.prefix = [...transaction.sent]
    current.forcePrimary = facts.verdict === 'primary' ? facts.because : 'stale'
    session.reroute()
  })
}

/** The default may be its role's or its database's own: a transaction that goes on elsewhere must not lose its snapshot by that. */
function askIsolation(session: Session, connection: ServerConnection, sql: string): void {
  session.phase = 'preparing'
  connection.command(sql, (result) => {
    if (session.phase !== 'preparing' || !connection.alive) return
    const told = 'rows' in result ? result.rows[0]?.[0] : null
    // When in doubt it stays.
    session.transaction.isolation = (told as Isolation | null | undefined) ?? 'repeatable read'
    session.transaction.isolationAssumed = false
    session.phase = 'idle'
    session.reroute()
  })
}

/** The transaction has failed for a reason of Freshet's own; its connection is given up, and the client has to roll back. */
function abandon(session: Session, failure: Failure): void {
  session.lease.drop()
  session.endTransaction(session.context.dialect.errorFailsTransaction ? 'failed' : 'idle')
  session.fail(failure)
}

/** There is no such savepoint: a server fails the transaction for it, and does nothing else. */
const FAILS = 'ROLLBACK TO SAVEPOINT "freshet: refused"'

/** A statement that is not run fails its transaction, where the engine does so: what follows must neither run outside of it nor be committed without it. */
export function failTransaction(session: Session, then: () => void): void {
  const { connection } = session.lease
  if (session.status !== 'open' || !session.context.dialect.errorFailsTransaction) then()
  else if (connection === null) {
    // It had not begun anywhere.
    session.endTransaction('failed')
    then()
  } else {
    session.phase = 'preparing'
    connection.command(FAILS, () => {
      if (session.phase !== 'preparing' || !connection.alive) return
      session.status = 'failed'
      session.phase = 'idle'
      then()
    })
  }
}

/** currval and lastval mean this session's last value, which only the connection that gave it knows. */
export function backToSequence(session: Session): void {
  session.database.readsLastSequence = true
  const { home } = session.tracker.sequences
  session.current.because = 'session-state'
  const { primary } = session.context.fleet.snapshot()
  const there = primary !== null && home !== null && home.connection.server === primary
  // Any other connection would answer with somebody else's value.
  if (!there || !session.lease.take(home.connection, home.uses)) session.fail(NOT_YET)
}

/** What a statement left to be asked about, only the connection that ran it knows. True when the session holds it again. */
export function backToPrevious(session: Session): boolean {
  const { last } = session.tracker
  if (last === null) return false
  const { primary } = session.context.fleet.snapshot()
  const fits = last.connection.readOnly
    ? session.current.work.facts.verdict !== 'primary'
    : last.connection.server === primary
  if (!fits) return false
  session.current.because = 'session-state'
  return session.lease.take(last.connection, last.uses)
}

function knowsSequences(session: Session, connection: ServerConnection): boolean {
  session.database.readsLastSequence = true
  return session.tracker.sequences.isHome(connection)
}

/** Somebody else is, or claims to be, the primary: nothing more may be written through this connection, and what it holds is lost. */
function lostPrimary(session: Session, connection: ServerConnection): boolean {
  if (connection.readOnly) return false
  const { primary, servers } = session.context.fleet.snapshot()
  if (primary === connection.server) return false
  const another =
    primary !== null ||
    servers.some((server) => server.id !== connection.server && server.role === 'primary' && server.up)
  if (!another) return false
  session.close({ code: '57P01', message: 'the server of this session is not the only primary any more' })
  return true
}
