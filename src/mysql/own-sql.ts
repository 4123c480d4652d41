import { type ServerAccount, type ServerGreeting, UNREACHABLE_STATE } from '../dialect.ts'
import type { ConnectionTrackers } from './connection-trackers.ts'
import type { Step } from './exchange.ts'
import { packetCount, packetsOf } from './packets.ts'
import { atLogin } from './session-state.ts'
import { COM_INIT_DB, COM_PING, COM_QUERY } from './unit.ts'

export interface Opened {
  readonly account: ServerAccount
  readonly greeting: ServerGreeting
}

/**
 * An error tells neither whether a transaction is open now nor what the statement had changed before it, and an EOF packet not the latter.
 * PING does on MySQL; MariaDB's tells the flags only, but its OK to choosing the schema that is chosen already tells everything. Both
 * leave the diagnostics as they are (MySQL 9.7, MariaDB 10.11).
 */
export function statusStep(mariadb: boolean, schema: string): Step {
  const chooses = mariadb && /^[\x20-\x7e]+$/.test(schema)
  const payload = Buffer.from(chooses ? String.fromCharCode(COM_INIT_DB) + schema : String.fromCharCode(COM_PING))
  return { purpose: 'status', make: () => packetsOf(payload, 0), shape: 'result', sequence: 1 }
}

/** Freshet's own SQL on one connection, as steps of an exchange. */
export class OwnSql {
  readonly #opened: Opened
  readonly #trackers: ConnectionTrackers
  readonly #head: Buffer

  /** `attributes`: CLIENT_QUERY_ATTRIBUTES is agreed. */
  constructor(opened: Opened, trackers: ConnectionTrackers, attributes: boolean) {
    this.#opened = opened
    this.#trackers = trackers
    // Behind the command byte: no attributes, in one set (manual, "COM_QUERY").
    this.#head = Buffer.from(attributes ? [COM_QUERY, 0, 1] : [COM_QUERY])
  }

  /** One statement; what was at login is put in. What is not ASCII goes as UTF-8, and a connection that speaks something else is told so. */
  steps(text: string, extra: Partial<Step> = {}): Step[] {
    const { account, greeting } = this.#opened
    const sql = atLogin(text, greeting.parameters, account.database)
    if (sql === null) {
      return [{ purpose: 'own', make: () => [], shape: null, sequence: 1, localFailure: UNREACHABLE_STATE }]
    }
    const { charset } = this.#trackers
    if (charset.startsWith('utf8') || isAscii(sql)) return [this.query(sql, extra)]
    return [
      this.query('SET character_set_client=utf8mb4'),
      this.query(sql, extra),
      this.query(`SET character_set_client=${charset}`, { always: true }),
    ]
  }

  /** One statement of ASCII characters as it is. */
  query(sql: string, extra: Partial<Step> = {}): Step {
    const payload = Buffer.concat([this.#head, Buffer.from(sql, 'utf8')])
    return {
      purpose: 'own',
      make: () => packetsOf(payload, 0),
      shape: 'result',
      sequence: packetCount(payload.length) & 0xff,
      ...extra,
    }
  }
}

const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length
