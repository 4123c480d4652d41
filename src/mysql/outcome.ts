import type { Failure } from '../dialect.ts'

/** How a unit ended, as its server codec read it off the reply's headers. */
export interface Outcome {
  /** The ERR packet that ended the reply. */
  readonly failure: Failure | null
  /** Results that were complete before that; 0: the first statement failed. */
  readonly results: number
  /** Status flags of the last OK or EOF packet (after an error: of the codec's own PING). */
  readonly status: number
  /** Of the last OK packet. */
  readonly affectedRows: bigint
  readonly insertId: bigint
  /** Some OK packet of this unit had an insert id. */
  readonly insertIdSeen: boolean
  /** Of the last OK or EOF packet. */
  readonly warnings: number
  /** Rows of the last result set; null: the last result was an OK packet. */
  readonly rows: number | null
  /** What the transaction-characteristics tracker said, when it said anything; '' when there are none any more. */
  readonly characteristics?: string
}

/** What of the servers' session trackers this client itself has asked for (session_track_*). */
export interface TrackerWishes {
  readonly schema: boolean
  readonly stateChange: boolean
  readonly gtids: boolean
  readonly transaction: 'OFF' | 'STATE' | 'CHARACTERISTICS'
  /** Names in lower case. */
  readonly variables: ReadonlySet<string> | '*'
}
