import type { Failure } from '../dialect.ts'
import type { Policy } from '../routing/types.ts'
import type { Hint } from '../sql/facts.ts'
import { changeSetting, isFailure } from './settings.ts'

/** The policy for one statement, or what is wrong with its hint: whoever asks for something that does not exist must not get something else. */
export function applyHint(policy: Policy, hint: Hint): Policy | Failure {
  let result = policy
  for (const { name, value } of hint) {
    const changed = changeSetting(result, policy, name, value)
    if (isFailure(changed)) return changed
    result = changed
  }
  return result
}
