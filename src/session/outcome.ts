/** What follows from a finished reply: floors, counters, and running the unit again elsewhere. */
import type { Failure, TransactionStatus } from '../dialect.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import type { Reason } from '../routing/reasons.ts'
import type { Decision } from '../routing/types.ts'
import { NO_DIGEST } from '../sql/classifier.ts'
import { type Instant, now } from '../units.ts'
import type { Reply } from './reply.ts'
import type { Session } from './session.ts'

/** The primary has told the client something: rows, errors, rollbacks and notifications may all show new state. */
export function raiseFloor(session: Session, at: Instant): void {
  session.floor = { epoch: session.context.fleet.snapshot().epoch, instant: at }
}

/** What the primary tells the client may be the end of a write. */
export function acknowledge(session: Session, at: Instant): void {
  raiseFloor(session, at)
  session.context.floors.acknowledge(session.policy.causalKey, session.floor)
}

export function settleFloors(session: Session, connection: ServerConnection, at: Instant): void {
  if (connection.readOnly) {
    session.lastReplica = connection.server
    session.lastReplicaIncarnation = session.incarnation
    session.lastReplicaReadEnd = at
  } else if (session.current.work.facts.verdict !== 'read' || session.transaction.wrote) {
    session.transaction.wrote = true
    acknowledge(session, at)
  } else raiseFloor(session, at)
}

/** What the primary says unasked. */
export function notified(session: Session, at: Instant): void {
  raiseFloor(session, at)
  session.observation?.mustSee(session.floor)
}

/** `status`: behind the unit. */
export function count(session: Session, connection: ServerConnection, at: Instant, status: TransactionStatus): void {
  const { current, context } = session
  const would = wouldHaveRun(session, connection)
  if (would !== null) session.observation?.replied(would, at, status !== 'idle')
  session.lastServer = connection.server
  session.lastReason = current.because
  if (current.work.executes === 0) return
  session.lease.timed(at)
  const target = connection.readOnly ? 'replica' : 'primary'
  session.statements++
  context.digests.seen(current.work.facts, current.work.text, would?.to ?? null)
  if (would !== null) context.metrics.observed(would.to, would.because)
  context.metrics.statement(target, current.because, connection.server)
  context.metrics.statementSeconds(target, (at - current.arrived) / 1000)
}

/** Freshet has answered it itself, or refused it. */
export function countLocal({ current, context }: Session, because: Reason): void {
  context.metrics.statement('local', because)
  context.metrics.statementSeconds('local', (now() - current.arrived) / 1000)
}

/** The current unit runs nowhere. */
export function countRefused(session: Session): void {
  const { because } = session.current
  countLocal(session, because)
  session.lastServer = null
  session.lastReason = because
}

/** What would have been done with the current unit if its cluster did not only observe; null: it does not. */
function wouldHaveRun({ current, observation }: Session, connection: ServerConnection): Decision | null {
  if (observation === null) return null
  if (current.would !== null) return current.would
  const { because } = current
  return connection.readOnly ? { to: 'replica', server: connection.server, because } : { to: 'primary', because }
}

/** Nothing of the reply has been sent and nothing was done: the primary runs it. */
export function runAgain(session: Session, connection: ServerConnection, reply: Reply): void {
  const { current, context } = session
  const { failure, rerun } = reply
  const cause = rerun === 'learn' ? 'replica-refused' : 'replica-conflict'
  context.metrics.rerun(cause)
  const statement = current.work.text().slice(0, 200)
  context.log.info({ cause, code: failure?.code, error: failure?.message, statement }, 'a replica refused a statement')
  current.refusedAsWrite = rerun === 'learn' && current.work.facts.digest !== NO_DIGEST
  current.forcePrimary = current.refusedAsWrite ? 'learned-write' : 're-run'
  // What was taken for a read is none: the primary's answer acknowledges a write, and its connection may be left with anything.
  if (current.refusedAsWrite) {
    const { facts } = current.work
    const effect = facts.effect.kind === 'none' ? ({ kind: 'unknown' } as const) : facts.effect
    current.work = { ...current.work, facts: { ...facts, verdict: 'primary', because: 'learned-write', effect } }
  }
  connection.retired = true
  session.lease.letGo()
  session.phase = 'idle'
  session.reroute()
}

/** The session's connection is gone, and its lease with it. */
export function afterLoss(session: Session, reply: Reply, failure: Failure): void {
  const { current } = session
  if (session.phase === 'running' && reply.guarded && !reply.forwarded && current.forcePrimary === null) {
    session.context.metrics.rerun('replica-lost')
    reply.drop()
    session.phase = 'idle'
    current.forcePrimary = 're-run'
    session.reroute()
  } else if (session.phase === 'preparing' && session.status === 'idle') {
    session.phase = 'idle'
    session.fail(failure)
  } else {
    // What the connection held (a transaction, a pinned state, half a reply) is gone, and only a new session can be sure of it.
    const told = session.phase === 'running' && reply.failure?.fatal === true
    session.close(told ? null : failure)
  }
}

/** Cancels what the session runs or waits for; nothing when it does neither. */
export function cancelUnit(session: Session): void {
  const { connection } = session.lease
  if (session.phase === 'running' && session.lease.stepAside()) session.fail(CANCELLED)
  else if (session.phase === 'running' && connection !== null) {
    // The signal may arrive late: it must find nobody else on this connection.
    connection.retired = true
    session.context.cancel(connection)
  } else if (session.phase === 'horizon' || session.phase === 'connection') {
    session.stopWaiting()
    session.fail(CANCELLED)
  }
}

const CANCELLED: Failure = { code: '57014', message: 'canceling statement due to user request' }
