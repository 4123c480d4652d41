import type { Policy } from '../routing/types.ts'
import type { Hint } from '../sql/facts.ts'
import { changeSetting, isFailure } from './settings.ts'

/** The policy for one statement. A hint is a comment, and a comment never makes a statement fail: what is not understood is ignored. */
export function applyHint(policy: Policy, hint: Hint): Policy {
  let result = policy
  for (const { name, value } of hint) {
    const changed = changeSetting(result, policy, name, value)
    if (!isFailure(changed)) result = changed
  }
  return result
}
