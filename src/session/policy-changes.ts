/** What SET and RESET of freshet.* do to a session's policy, now and when its transaction ends. */
import type { Failure, LocalAnswer, TransactionStatus, Work } from '../dialect.ts'
import type { Policy } from '../routing/types.ts'
import type { SettingChange } from '../sql/facts.ts'
import { done } from './local.ts'
import type { Session } from './session.ts'
import { changeSetting, isFailure } from './settings.ts'
import { setToken } from './token.ts'

const NO_TRANSACTION: Failure = { code: '25P01', message: 'SET LOCAL can only be used in transaction blocks' }

/** All of them, or none and the first one's failure. `apply`: they are executed, not only prepared or described. */
export function changeSettings(
  session: Session,
  changes: readonly SettingChange[],
  apply: boolean,
): LocalAnswer | Promise<LocalAnswer> {
  const initial = session.identity.policy
  const settings: SettingChange[] = []
  const tokens: string[] = []
  let policy = session.policy
  for (const change of changes) {
    if (change.name === 'token') {
      if (change.value !== null) tokens.push(change.value)
      continue
    }
    const changed = changeSetting(policy, initial, change.name, change.value)
    if (isFailure(changed)) return { failure: changed }
    policy = changed
    settings.push(change)
  }
  const inVain = session.status !== 'open' && changes.some(({ local }) => local)
  const tag = changes.every(({ value }) => value === null) ? 'RESET' : 'SET'
  const answer: LocalAnswer = inVain ? { result: { columns: [], rows: [], tag, notice: NO_TRANSACTION } } : done(tag)
  if (!apply) return answer
  const act = () => {
    for (const { name, value, local } of settings) {
      changePolicy(session, (before) => changeSetting(before, initial, name, value), local)
    }
    return answer
  }
  return tokens.length === 0 ? act() : afterTokens(session, tokens, act)
}

async function afterTokens(session: Session, tokens: readonly string[], act: () => LocalAnswer): Promise<LocalAnswer> {
  for (const token of tokens) {
    const answer = await setToken(session, token)
    if ('failure' in answer) return answer
  }
  return act()
}

/** The transaction has ended: what it set for itself goes, and so does all else when it was rolled back. */
export function settlePolicy(session: Session, rolledBack: boolean): void {
  const { transaction } = session
  const before = rolledBack ? transaction.policyBefore : null
  session.policy = before ?? transaction.policyAfter ?? session.policy
  transaction.policyAfter = null
  transaction.policyBefore = null
}

/** A unit of the session's transaction has run; `status`: behind it. */
export function policyAfterUnit(
  session: Session,
  { facts }: Work,
  succeeded: boolean,
  status: TransactionStatus,
): void {
  if (session.transaction.policyBefore === null && session.transaction.policyAfter === null) return
  const control = facts.transaction
  const ends = control?.op === 'commit' || control?.op === 'rollback'
  // AND CHAIN: the next one has begun.
  if (status !== 'idle' && !(succeeded && ends && control.chain)) return
  settlePolicy(session, !succeeded || control?.op === 'rollback' || session.status === 'failed')
}

/** RESET ALL. */
export const resetPolicy = (session: Session): void => changePolicy(session, () => session.identity.policy, false)

/** `local`: until the transaction ends, as SET LOCAL; outside of one it has no effect. */
function changePolicy(session: Session, change: (policy: Policy) => ReturnType<typeof changeSetting>, local: boolean) {
  const changed = change(session.policy)
  if (isFailure(changed)) return
  const { transaction } = session
  if (local && session.status !== 'open') return
  if (session.status === 'open' && session.context.dialect.transactionalSettings)
    transaction.policyBefore ??= session.policy
  if (local) {
    transaction.policyAfter ??= session.policy
  } else if (transaction.policyAfter !== null) {
    const after = change(transaction.policyAfter)
    if (!isFailure(after)) transaction.policyAfter = after
  }
  session.policy = changed
}
