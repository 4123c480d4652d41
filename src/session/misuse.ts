import type { Failure } from '../dialect.ts'
import type { Misuse } from '../sql/facts.ts'
import { unreachable } from '../units.ts'
import { allowedFor, unknownSetting } from './settings.ts'

/** Why Freshet does not take its setting in this form, and in which it does. */
export function misuseFailure(what: Misuse, name: string): Failure {
  const allowed = allowedFor(name)
  if (allowed === null) return unknownSetting(name)
  const full = `freshet.${name}`
  switch (what) {
    case 'mixed':
      return {
        code: '0A000',
        message: `"${full}" cannot be set together with variables of the server; nothing has been set.`,
        hint: 'Set freshet.* in a statement of its own.',
      }
    case 'scope':
      return {
        code: 'HY000',
        number: 1228,
        message: `Variable '${full}' is a SESSION variable and can't be used with GLOBAL or PERSIST.`,
        hint: "For all sessions it is set in Freshet's configuration.",
      }
    case 'placeholder':
      return {
        code: 'HY000',
        number: 1295,
        message: `"${full}" takes no placeholder in a prepared statement.`,
        hint: `Write the value into the text: SET ${full} = '...'. Allowed: ${allowed}.`,
      }
    case 'expression':
      return {
        code: '22023',
        message: `invalid value for parameter "${full}": an expression.`,
        hint: `It has to be written out: SET ${full} = '...'. Allowed: ${allowed}.`,
      }
    case 'select':
      return {
        code: '42704',
        message: `"${full}" is no variable of the server, and cannot be read together with anything else.`,
        hint: `Send SHOW ${full}, or SELECT @@${full} alone.`,
      }
    case 'function':
      return {
        code: '0A000',
        message: `set_config() cannot set "${full}", which no server knows`,
        hint: `Send SET ${full} = '...', or SET LOCAL.`,
      }
    default:
      return unreachable(what)
  }
}
