import type { LocalAnswer } from '../dialect.ts'
import type { Policy } from '../routing/types.ts'
import type { Control, Hint } from '../sql/facts.ts'
import { type Circumstances, explainRoute } from './explain-route.ts'
import { applyHint } from './hint.ts'
import { done, oneValue } from './local.ts'
import type { Session } from './session.ts'
import { changeSetting, isFailure, showSetting } from './settings.ts'
import { setToken, showToken } from './token.ts'

/** SET freshet.*, SHOW freshet.*, EXPLAIN ROUTE, KILL; null: not for Freshet after all. `apply`: it is executed, not only prepared or described. */
export function answerControl(
  session: Session,
  control: Control,
  apply: boolean,
): LocalAnswer | Promise<LocalAnswer> | null {
  switch (control.kind) {
    case 'kill':
      return apply ? session.context.kill(session.identity, Number(control.id), control.target) : done('KILL')
    case 'set': {
      if (control.name === 'token') {
        if (control.value === null) return done('RESET')
        return apply ? setToken(session, control.value) : done('SET')
      }
      const changed = changeSetting(session.policy, session.identity.policy, control.name, control.value)
      if (isFailure(changed)) return { failure: changed }
      if (apply) changePolicy(session, changed, control.local)
      return done(control.value === null ? 'RESET' : 'SET')
    }
    case 'show': {
      if (control.name === 'server') {
        const server = nameOfLast(session) ?? 'none'
        return {
          result: { columns: ['freshet.server', 'reason'], rows: [[server, session.lastReason]], tag: 'SHOW' },
        }
      }
      if (control.name === 'token') return apply ? showToken(session) : oneValue('freshet.token', '')
      const value = showSetting(session.policy, control.name)
      return typeof value === 'string' ? oneValue(`freshet.${control.name}`, value) : { failure: value }
    }
    case 'explain-route': {
      const text = Buffer.from(control.statement)
      const { classifier } = session.database
      const facts = classifier.classify(text, 0, text.length, session.lex)
      const hint = classifier.hint(text, 0, text.length)
      const local = classifier.control(text, 0, text.length, session.lex) !== null
      const rows = explainRoute(session.context, facts, circumstancesOf(session, hint, local))
      return { result: { columns: ['fact', 'value'], rows, tag: 'EXPLAIN' } }
    }
  }
}

function circumstancesOf(session: Session, hint: Hint | null, local: boolean): Circumstances {
  const { context, current, lease, state, status, transaction } = session
  // With the hint in front of EXPLAIN, if there is one.
  const { policy } = current
  const name = lease.connection && context.fleet.snapshot().servers[lease.connection.server]?.name
  const deferred = transaction.mayRunOnReplica ? 'read-only' : 'may-write'
  const because = lease.connection?.readOnly ? 'read-only-transaction' : status === 'idle' ? 'pinned' : 'in-transaction'
  return {
    view: session.observation ?? session,
    policy: hint === null ? policy : applyHint(policy, hint),
    held: name ? { server: name, readOnly: lease.connection!.readOnly, because } : null,
    deferred: transaction.deferred ? deferred : null,
    keptOnPrimary: context.dialect.keepsOnPrimary(state),
    local,
  }
}

/** `local`: until the transaction ends, as SET LOCAL; outside of one it has no effect. */
function changePolicy(session: Session, policy: Policy, local: boolean): void {
  const { transaction } = session
  if (local) {
    if (session.status !== 'open') return
    transaction.policyAfter ??= session.policy
  } else if (transaction.policyAfter !== null) transaction.policyAfter = policy
  session.policy = policy
}

function nameOfLast(session: Session): string | null {
  if (session.lastServer === null) return null
  return session.context.fleet.snapshot().servers[session.lastServer]?.name ?? null
}
