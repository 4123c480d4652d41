import type { ClientProtocol, Failure, ReplySink, SessionState } from '../dialect.ts'
import type { Outcome, TrackerWishes } from './outcome.ts'
import { packetsOf } from './packets.ts'
import type { Reframer } from './reframer.ts'
import type { Prepared, ReplyShape } from './reply-scanner.ts'
import type { PreparedStatement } from './statements.ts'
import { COM_PING, type MySqlUnit } from './unit.ts'

/** What the server codec asks of the client whose unit it runs, and tells it. */
export interface CodecClient extends ClientProtocol {
  readonly context: { readonly sessionTrack: boolean; state(): SessionState }
  readonly wishes: TrackerWishes
  /** The statement that a unit names; null: the client has none of that id. */
  statementFor(unit: MySqlUnit): PreparedStatement | null
  /** What LAST_INSERT_ID() must be before the unit runs; null: that does not matter. */
  insertIdFor(unit: MySqlUnit): bigint | null
  /** PREPARE succeeded: returns the client's id for it. */
  prepared(unit: MySqlUnit, parameters: number, columns: number): number
  /** The server waits for a file. */
  localInfile(): void
  /** The unit has run; called right before `end` of its sink. */
  completed(unit: MySqlUnit, outcome: Outcome): void
}

/**
 * One command to the server and what becomes of its reply. `unit`: the client's own. `own`: of Freshet, dropped, but its error becomes the
 * unit's. `status`: of Freshet, after an error, for the status flags and trackers that an error does not carry.
 */
export interface Step {
  readonly purpose: 'unit' | 'own' | 'status'
  /** The packets, made when its turn has come: ids are known only then. */
  readonly make: () => Buffer[]
  /** null: the server does not reply. */
  readonly shape: ReplyShape | null
  /** The reply's first packet; -1: not known. */
  readonly sequence: number
  /** It undoes something, and runs even when one before it has failed. */
  readonly always?: boolean
  /** Its error is of no interest. */
  readonly ignored?: boolean
  /** A reply that is made up: nothing is sent. */
  readonly local?: Buffer
  /** The local reply is this error. */
  readonly localFailure?: Failure
  /** What the rest of a streaming unit has to go through, once its head has been made; null: nothing. */
  readonly reframer?: () => Reframer | null
  /** Whether what has been made tells the server of other parameter types than before. */
  readonly setsTypes?: () => boolean
  readonly prepared?: (reply: Prepared) => number
  /** It was answered without an error, or sent when nothing answers. `status`: flags of the reply's end, 0 when it had none. */
  readonly done?: (status: number) => void
  readonly failed?: (failure: Failure) => void
  /** Takes the whole reply, which nobody else gets. */
  readonly collect?: (reply: Buffer) => void
}

/** A client's unit or a command of Freshet's own, on its way through one server connection. */
export interface Exchange {
  readonly sink: ReplySink
  readonly client: CodecClient | null
  readonly unit: MySqlUnit | null
  /** What is still to be sent. */
  steps: Step[]
  /** The unit's own steps come behind those; made when its turn has come, because which statements the connection has is known only then. null: they are among them. */
  ahead: (() => Step[]) | null
  /** A step's reply is still to come. */
  waiting: boolean
  /** All of it is on its way, and nothing is answered. */
  unanswered: boolean
  /** One plain read outside of a transaction: an error cannot have changed anything. */
  readonly plain: boolean
  /** It tells the server of parameter types: whether those count then, its reply shows. */
  setsTypes: boolean
  /** Bytes of a streaming unit that came before its head could be sent. */
  held: Buffer[]
  /** The streaming unit's head has not been sent. */
  headWaits: boolean
  reframer: Reframer | null
  swallowed: boolean
  /** Errors that end it. */
  failure: Failure | null
  /** The trackers were switched by the client and have to be switched back. */
  trackersTouched: boolean
  /** The reply ended without saying what has changed. */
  untold: boolean
  /** character_set_connection has changed, and with it the collation, of which nothing is told. */
  collationUnknown: boolean
  readonly outcome: Mutable<Outcome>
}

const PING: Step = { purpose: 'own', make: () => packetsOf(Buffer.of(COM_PING), 0), shape: 'result', sequence: 1 }

/** Its turn has come. Whoever has left may be in another state by now; a reply has to come all the same, because the others' are counted. */
export function makeSteps(exchange: Exchange): void {
  if (exchange.ahead === null) return
  exchange.steps.push(...(exchange.sink.gone ? [PING] : exchange.ahead()))
  exchange.ahead = null
}

export type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

export function newExchange(
  sink: ReplySink,
  client: CodecClient | null,
  unit: MySqlUnit | null,
  plain: boolean,
  status: number,
): Exchange {
  return {
    sink,
    client,
    unit,
    steps: [],
    ahead: null,
    waiting: false,
    unanswered: false,
    plain,
    setsTypes: false,
    held: [],
    headWaits: unit?.streaming ?? false,
    reframer: null,
    swallowed: false,
    failure: null,
    trackersTouched: false,
    untold: false,
    collationUnknown: false,
    outcome: {
      failure: null,
      results: 0,
      status,
      affectedRows: 0n,
      insertId: 0n,
      insertIdSeen: false,
      warnings: 0,
      rows: null,
    },
  }
}
