/** What a unit does when its session holds a server connection already: inside a transaction, or pinned. */
import type { Failure } from '../dialect.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import { stillRight } from './route.ts'
import type { Session } from './session.ts'

/** The session holds a connection: the unit runs there, unless it is a replica that may not or cannot run it. */
export function runOnHeld(session: Session, connection: ServerConnection): void {
  const { current, transaction } = session
  const { facts, executes } = current.work
  if (connection.readOnly) {
    if (session.status === 'open' && facts.transaction === null) {
      const fits = facts.verdict !== 'primary' && (!transaction.snapshotPerStatement || stillRight(session, connection))
      if (!fits) {
        leaveReplica(session, connection)
        return
      }
    }
    if (facts.verdict !== 'read' || executes > 1) transaction.movable = false
    current.because = 'read-only-transaction'
  } else current.because = session.pinned !== null && session.status === 'idle' ? 'pinned' : 'in-transaction'
  session.run(connection)
}

/** A read-only transaction goes on where its next statement can run. */
function leaveReplica(session: Session, connection: ServerConnection): void {
  const { transaction, current } = session
  const { facts } = current.work
  if (!transaction.movable || !transaction.snapshotPerStatement) {
    abandon(session, {
      code: '40001',
      message: 'could not go on with a read-only transaction on a replica',
      detail: `The statement (${facts.command}) needs the primary, and the transaction's snapshot cannot move.`,
      hint: 'Retry the transaction after SET freshet.route = primary.',
    })
    return
  }
  session.phase = 'preparing'
  connection.command('COMMIT', () => {
    if (session.phase !== 'preparing' || !connection.alive) return
    session.lease.letGo()
    session.phase = 'idle'
    transaction.prefix = [...transaction.sent]
    current.forcePrimary = facts.verdict === 'primary' ? facts.because : 'stale'
    session.reroute()
  })
}

/** The transaction has failed for a reason of Freshet's own; its connection is given up, and the client has to roll back. */
function abandon(session: Session, failure: Failure): void {
  session.lease.drop()
  session.endTransaction('failed')
  session.fail(failure)
}

/** currval and lastval mean this session's last value, which only the connection that gave it knows. */
export function backToSequence(session: Session): boolean {
  session.database.readsLastSequence = true
  const last = session.tracker.lastWriter
  const { primary } = session.context.fleet.snapshot()
  if (primary === null || last === null || last.connection.server !== primary) return false
  session.current.because = 'session-state'
  return session.lease.take(last.connection, last.uses)
}
