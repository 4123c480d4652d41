import type { LocalAnswer } from '../dialect.ts'
import type { Policy } from '../routing/types.ts'
import type { Control } from '../sql/facts.ts'
import { type Circumstances, explainRoute } from './explain-route.ts'
import { applyHint } from './hint.ts'
import { done, oneValue } from './local.ts'
import { misuseFailure } from './misuse.ts'
import { changeSettings } from './policy-changes.ts'
import type { Session } from './session.ts'
import { isFailure, showSetting } from './settings.ts'
import { showToken } from './token.ts'

/** SET freshet.*, SHOW freshet.*, EXPLAIN ROUTE, KILL; null: not for Freshet after all. `apply`: it is executed, not only prepared or described. */
export function answerControl(
  session: Session,
  control: Control,
  apply: boolean,
): LocalAnswer | Promise<LocalAnswer> | null {
  switch (control.kind) {
    case 'kill':
      return apply ? session.context.kill(session.identity, Number(control.id), control.target) : done('KILL')
    case 'set':
      return changeSettings(session, [control], apply)
    case 'set-all':
      return changeSettings(session, control.changes, apply)
    case 'misuse':
      return { failure: misuseFailure(control.what, control.name) }
    case 'show':
      return show(session, control, apply)
    case 'sequence':
      return null
    case 'explain-route': {
      const text = Buffer.from(control.statement)
      const { classifier } = session.database
      const facts = classifier.classify(text, 0, text.length, session.lex)
      const hint = classifier.hint(text, 0, text.length)
      const local = classifier.control(text, 0, text.length, session.lex) !== null
      // With the hint in front of EXPLAIN, if there is one.
      const { policy } = session.current
      const hinted = hint === null ? policy : applyHint(policy, hint)
      if (isFailure(hinted)) return { failure: hinted }
      const rows = explainRoute(session.context, facts, circumstancesOf(session, hinted, local))
      return { result: { columns: ['fact', 'value'], rows, tag: 'EXPLAIN' } }
    }
  }
}

function show(
  session: Session,
  { name, column = `freshet.${name}` }: Extract<Control, { kind: 'show' }>,
  apply: boolean,
): LocalAnswer | Promise<LocalAnswer> {
  if (name === 'server') {
    const server = nameOfLast(session) ?? 'none'
    return { result: { columns: [column, 'reason'], rows: [[server, session.lastReason]], tag: 'SHOW' } }
  }
  if (name === 'token') return apply ? showToken(session, column) : oneValue(column, '')
  const value = showSetting(session.policy, name)
  return typeof value === 'string' ? oneValue(column, value) : { failure: value }
}

function circumstancesOf(session: Session, policy: Policy, local: boolean): Circumstances {
  const { context, lease, state, status, transaction } = session
  const name = lease.connection && context.fleet.snapshot().servers[lease.connection.server]?.name
  const deferred = transaction.mayRunOnReplica ? 'read-only' : 'may-write'
  const because = lease.connection?.readOnly ? 'read-only-transaction' : status === 'idle' ? 'pinned' : 'in-transaction'
  return {
    view: session.observation ?? session,
    policy,
    held: name ? { server: name, readOnly: lease.connection!.readOnly, because } : null,
    deferred: transaction.deferred ? deferred : null,
    keptOnPrimary: context.dialect.keepsOnPrimary(state),
    local,
  }
}

function nameOfLast(session: Session): string | null {
  if (session.lastServer === null) return null
  return session.context.fleet.snapshot().servers[session.lastServer]?.name ?? null
}
