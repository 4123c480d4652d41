import type { Setting } from '../sql/facts.ts'
import type { TrackerWishes } from './outcome.ts'

/** What servers tell a client that has asked for nothing (manual, "Server Tracking of Client Session State"; MariaDB, session_track_system_variables). */
const VARIABLES = [
  'autocommit',
  'character_set_client',
  'character_set_connection',
  'character_set_results',
  'time_zone',
]

export function defaultWishes(flavour: 'mysql' | 'mariadb'): TrackerWishes {
  const variables = flavour === 'mysql' ? VARIABLES : [...VARIABLES, 'redirect_url']
  return { schema: true, stateChange: false, gtids: false, transaction: 'OFF', variables: new Set(variables) }
}

/** The wishes after these assignments of a SET have succeeded. Expressions leave them as they are. */
export function wishesAfter(
  wishes: TrackerWishes,
  settings: readonly Setting[],
  defaults: TrackerWishes,
): TrackerWishes {
  let after = wishes
  for (const { scope, name, value } of settings) {
    if (scope !== 'session' || value === null || !name.startsWith('session_track_')) continue
    const text = value.replace(/^(['"])(.*)\1$/s, '$2')
    const isDefault = value === 'default'
    switch (name) {
      case 'session_track_schema':
        after = { ...after, schema: isDefault ? defaults.schema : isOn(text) }
        break
      case 'session_track_state_change':
        after = { ...after, stateChange: isDefault ? defaults.stateChange : isOn(text) }
        break
      case 'session_track_gtids':
        after = { ...after, gtids: !isDefault && !/^(?:off|0)$/i.test(text) }
        break
      case 'session_track_transaction_info':
        after = { ...after, transaction: isDefault ? 'OFF' : transactionInfo(text) }
        break
      case 'session_track_system_variables':
        after = { ...after, variables: isDefault ? defaults.variables : variablesOf(text) }
        break
      default:
    }
  }
  return after
}

const isOn = (text: string): boolean => /^(?:on|1|true)$/i.test(text)

function transactionInfo(text: string): TrackerWishes['transaction'] {
  if (/^(?:characteristics|2)$/i.test(text)) return 'CHARACTERISTICS'
  return /^(?:state|1)$/i.test(text) ? 'STATE' : 'OFF'
}

function variablesOf(text: string): ReadonlySet<string> | '*' {
  const names = text.split(',').map((name) => name.trim().toLowerCase())
  return names.includes('*') ? '*' : new Set(names.filter((name) => name !== ''))
}
