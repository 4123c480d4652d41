import type { Exchange, Step } from './exchange.ts'
import {
  readTrackers,
  TRACK_SCHEMA,
  TRACK_STATE_CHANGE,
  TRACK_SYSTEM_VARIABLES,
  TRACK_TRANSACTION_CHARACTERISTICS,
} from './ok.ts'
import { trackedText, trackedVariable } from './ok-filter.ts'
import { isTrackerSwitch } from './replayable.ts'
import { SCHEMA } from './session-state.ts'
import { COM_QUERY, COM_STMT_EXECUTE, type MySqlUnit } from './unit.ts'

/** Reported with almost every statement of MySQL and every write of MariaDB. */
const NOISE = new Set(['statement_id', 'last_gtid'])

/** What the session trackers of one connection tell, and what Freshet itself needs to know of it. */
export class ConnectionTrackers {
  /** character_set_client: what the connection takes SQL to be encoded in. */
  charset: string
  /** The default schema; '' none. */
  schema: string

  constructor(charset: string, schema: string) {
    this.charset = charset
    this.schema = schema
  }

  /** Tells the sink what has changed for the session; `state`: of one OK packet. */
  read(exchange: Exchange, { purpose }: Step, state: Buffer): void {
    // What Freshet sets for itself is no change of the session's state; asking for the status chooses the schema again.
    const reported = purpose !== 'own' || exchange.client === null
    let changed = false
    let explained = purpose === 'own'
    readTrackers(state, (type, data) => {
      switch (type) {
        case TRACK_STATE_CHANGE:
          changed = true
          return
        case TRACK_SYSTEM_VARIABLES:
          if (this.#variable(exchange, data, reported)) explained = true
          return
        case TRACK_SCHEMA:
          explained = true
          this.schema = trackedText(data)
          if (reported && purpose !== 'status') exchange.sink.report(SCHEMA, this.schema)
          return
        case TRACK_TRANSACTION_CHARACTERISTICS:
          if (purpose !== 'own') exchange.outcome.characteristics = trackedText(data)
          return
        default:
      }
    })
    // Something that no tracker tells of: the trackers themselves perhaps, if the statement is not known to leave anything else.
    const leaves = exchange.unit?.resolved?.facts.pins?.length ?? 0
    if (changed && !explained && leaves === 0) exchange.trackersTouched = true
  }

  /** Returns whether it says what has changed. */
  #variable(exchange: Exchange, data: Buffer, reported: boolean): boolean {
    const [name, value] = trackedVariable(data)
    const variable = name.toLowerCase()
    if (NOISE.has(variable)) return false
    if (variable === 'character_set_client') this.charset = value
    // Freshet's own statements name the collation, and switch trackers on only.
    if (!reported) return true
    if (variable === 'character_set_connection') exchange.collationUnknown = true
    if (isTrackerSwitch(variable)) exchange.trackersTouched = true
    else exchange.sink.report(variable, value)
    return true
  }
}

/** SET NAMES without a collation: that is the character set's default then. */
export function isPlainSetNames({ command, payload, resolved }: MySqlUnit): boolean {
  if (command !== COM_QUERY || payload.length > 100) return false
  const text = payload.toString('latin1', Math.max(1, resolved?.textAt ?? 1))
  return /^\s*set\s+names\s+['"]?\w+['"]?\s*;?\s*$/i.test(text)
}

/** session_track_system_variables may take itself out of what it tracks. */
export function namesTrackers({ command, payload, resolved }: MySqlUnit): boolean {
  if (resolved?.facts.verdict === 'read' || payload.length > 4096) return false
  const text = command === COM_QUERY ? payload : command === COM_STMT_EXECUTE ? resolved?.statement?.text : undefined
  return text !== undefined && /session_track_/i.test(text.toString('latin1'))
}
