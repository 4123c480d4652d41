import type { LocalAnswer, LocalAnswers, Work } from '../dialect.ts'
import { answerSequence, hasControl, NOT_ALONE } from './control-sequence.ts'
import { answerControl } from './controls.ts'
import { done, isEmpty } from './local.ts'
import { settlePolicy } from './policy-changes.ts'
import type { Session } from './session.ts'

const ABORTED: LocalAnswer = {
  failure: {
    code: '25P02',
    message: 'current transaction is aborted, commands ignored until end of transaction block',
  },
}

/** The other way to say BEGIN has a command tag of its own. */
const STARTS = /^(?:\s|--.*\n|\/\*[\s\S]*?\*\/)*start\b/i

/** A longer statement is sent at once. */
const DEFERRED_MAX = 1000

/** The answer to a unit that needs no lease; null when it needs one. */
export function answerLocally(
  session: Session,
  work: Work,
): LocalAnswer | LocalAnswers | Promise<LocalAnswer | LocalAnswers> | null {
  if (work.bound) return null
  if (session.status === 'failed' && session.lease.connection === null) return inFailedTransaction(session, work)
  if (work.refusal !== null) return { failure: work.refusal }
  if (session.current.wrongHint !== null && session.status !== 'failed') {
    session.current.because = 'hint'
    return { failure: session.current.wrongHint }
  }
  if (work.control?.kind === 'sequence')
    return session.status === 'failed' ? ABORTED : answerSequence(session, work.control, work)
  if (work.control !== null && work.executes <= 1) {
    const answer = session.status === 'failed' ? ABORTED : answerControl(session, work.control, work.executes > 0)
    if (answer !== null) return answer
  }
  if (work.executes > 1 && work.facts.verdict !== 'read' && hasControl(session, work, 0)) return NOT_ALONE
  if (isEmpty(work)) return done('')
  const anew = session.tracker.startsAnew(work.facts)
  if (anew !== null) return anew
  if (session.transaction.deferred) return inDeferredTransaction(session, work)
  if (work.deferrable && session.lease.connection === null && session.status === 'idle') {
    session.transaction.defer(work, session.context.dialect.isolation(session.state))
    session.status = 'open'
    return done(STARTS.test(work.text()) ? 'START TRANSACTION' : 'BEGIN')
  }
  if (work.executes === 1 && session.status !== 'failed') return session.tracker.locally(work.facts)
  return null
}

/** BEGIN was answered and no server knows of it yet. */
function inDeferredTransaction(session: Session, work: Work): LocalAnswer | null {
  const control = work.facts.transaction
  if (work.executes !== 1 || control === null) return null
  if ((control.op === 'commit' || control.op === 'rollback') && !control.chain && !control.release) {
    settlePolicy(session, control.op === 'rollback')
    session.endTransaction('idle')
    return done(control.op === 'commit' ? 'COMMIT' : 'ROLLBACK')
  }
  if (
    control.op !== 'set-transaction' ||
    control.snapshot ||
    control.scope === 'next' ||
    work.text().length > DEFERRED_MAX
  )
    return null
  session.transaction.defer(work, session.transaction.isolation)
  return done('SET')
}

/** A transaction that failed before it began anywhere: what a server says in that state. */
function inFailedTransaction(session: Session, work: Work): LocalAnswer {
  const control = work.facts.transaction
  if (control?.op !== 'commit' && control?.op !== 'rollback') return isEmpty(work) ? done('') : ABORTED
  session.endTransaction('idle')
  return done('ROLLBACK')
}
