import type { ServerTlsMode } from './config/types.ts'
import type { Control, Facts, Hint, Isolation, LexMode, Span } from './sql/facts.ts'

/** The narrow contract between the neutral core and one engine's protocol. Grows here, never in two places. */

/** A fault that a client is told of, in the engine's own terms. */
export interface Failure {
  /** SQLSTATE (five characters). */
  readonly code: string
  /** The engine's own error number where it has such (MySQL). */
  readonly number?: number
  readonly message: string
  readonly detail?: string
  readonly hint?: string
  /** The connection ends after it. */
  readonly fatal?: boolean
}

/** What a command fails with when no statement leads from the connection's state to the wanted one. Any fresh connection will do. */
export const UNREACHABLE_STATE: Failure = {
  code: '55000',
  message: 'the connection cannot be brought to the state of this session',
}

/** A position in the replication stream as one engine's adapter made it; opaque to everyone else. */
export type Position = { readonly engine: string }

/** What a server says it is. */
export interface Product {
  /** `mysql`, `mariadb` ...: what its dialect distinguishes. */
  readonly flavour: string
  /** As the server writes it: `9.7.4`, `10.11.19-MariaDB-log`. */
  readonly version: string
  /** MySQL: what it greets with, for Freshet's own greetings. */
  readonly greeting?: {
    readonly version: string
    readonly capabilities: number
    readonly extended: number
    readonly collation: number
  }
}

/** One answer to "who are you, what is your role and position?". */
export interface Sample {
  readonly role: 'primary' | 'replica'
  /** The cluster's identity (PostgreSQL: system identifier), equal on all its servers. Where clusters have none, the server's own, and `marks` tell the rest. */
  readonly identity: string
  /** Whose data it has or is configured to follow, by their `identity`: servers that share a mark are of one cluster. */
  readonly marks?: readonly string[]
  /** On a replica that is connected to the server it follows: that one's `identity`, and up to where it has what that one wrote itself. */
  readonly follows?: { readonly identity: string; readonly written: Position }
  /** A replica that may show a transaction before an earlier one: good enough for `eventual` only. */
  readonly unordered?: boolean
  /** What it says it is; where several products speak one protocol, some things depend on it. */
  readonly product?: Product
  /** null: the server could not say (timeline unknown, ...): it proves nothing; `doubt` says why. */
  readonly position: Position | null
  readonly doubt: string | null
  /** A number that changes when the server restarts (PostgreSQL: postmaster start, ms since 1970). */
  readonly startedAt: number
  /** The server's clock, ms since 1970. */
  readonly clock: number
  /** Orders histories: a higher one was promoted later (PostgreSQL: timeline). 0 where they cannot be told apart. */
  readonly history: number
}

/** Where a probe connects to. */
export type ProbeTarget = { readonly host: string; readonly port: number } | { readonly path: string }

/** The monitor's account. */
export interface ProbeAccount {
  readonly user: string
  readonly password: string
  /** '' for none, where the engine knows that. */
  readonly database: string
  /** Milliseconds after which an attempt to connect has failed. */
  readonly timeout: number
}

export interface ProbeTls {
  readonly mode: ServerTlsMode
  /** PEM text, or null for the system's authorities. */
  readonly ca: string | null
}

/** One watching connection to one server. */
export interface Probe {
  /** Asks once. Rejects when the server does not answer; the probe is then closed for good. */
  sample(): Promise<Sample>
  /** Writes nothing but a marker into the replication stream (PostgreSQL: pg_logical_emit_message); rejects where the account may not. Nothing at all where positions never stand beyond what replicas get. */
  nudge(): Promise<void>
  /** For account and catalog look-ups on the cold path. */
  query(sql: string, parameters: readonly unknown[]): Promise<readonly (readonly (string | null)[])[]>
  close(): void
}

/** Whether a server at `have` has everything that a server at `need` had. Unknown or foreign histories: false. */
export type Covers = (have: Position, need: Position) => boolean

/** Whether a server connection is inside a transaction after an exchange. `unsynced`: the exchange ended without a synchronisation point, more must follow on the same connection. */
export type TransactionStatus = 'idle' | 'open' | 'failed' | 'unsynced'

/** Where the reply of one exchange goes. The views belong to the receiver. */
export interface ReplySink {
  /** Reply bytes, ready for the client. */
  data(view: Buffer): void
  /** An error begins; called before its bytes. Returning true swallows it and the rest of this exchange's reply. */
  error(failure: Failure): boolean
  /** The server reports a changed parameter; its bytes follow through `data` unless this returns true. */
  report(name: string, value: string): boolean
  /** The server now waits for data from the client (COPY ... FROM STDIN). */
  copyIn(): void
  /** Whoever it was for has left: the rest of it is of no consequence. Absent: they have not. */
  readonly gone?: boolean
  /** The reply is complete. The connection may be used for the next exchange at once, also from within this call. */
  end(status: TransactionStatus): void
}

/** One client request as its codec cut it: the smallest thing that can be routed. Opaque beyond these fields. */
export interface Unit {
  /** Bytes held in memory for it. */
  readonly size: number
  /** Its last message goes on beyond these bytes; the rest comes as a stream, so it can neither be judged nor sent twice. */
  readonly streaming: boolean
  /** False: more of the same exchange follows (no synchronisation point yet). */
  readonly complete: boolean
}

/** What must be known of a unit before it can be routed. */
export interface Work {
  readonly facts: Facts
  readonly hint: Hint | null
  readonly control: Control | null
  /** Statements it executes (0: it only prepares, describes or closes). */
  readonly executes: number
  /** It is exactly one transaction begin (alone in its unit), which can be answered at once. */
  readonly deferrable: boolean
  /** It begins a transaction and goes on with statements in the same unit. */
  readonly begins: { readonly readOnly: boolean | null } | null
  /** It must run on the server connection that holds the rest of its exchange. */
  readonly bound: boolean
  /** It is one statement that runs to its end and leaves no portal: a transaction of only such reads can go on elsewhere. */
  readonly selfContained: boolean
  /** It goes on with a cursor or portal opened before: what that shows was settled then. */
  readonly continues: boolean
  /** It is one read that needs nothing of its connection and leaves nothing there: others' reads may be under way on it at the same time. */
  readonly shares: boolean
  /** The session may not have this; the unit is answered with it. */
  readonly refusal: Failure | null
  /** SQL texts for logs and EXPLAIN ROUTE, cut to a sensible length. */
  readonly text: () => string
}

/** What a local answer consists of. */
export interface LocalResult {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly tag: string
  readonly notice?: Failure
}

/** Whether to answer, and how, without a server. */
export type LocalAnswer = { readonly result: LocalResult } | { readonly failure: Failure }

/** The same for the statements of one text, in order; nothing follows a failure. `rest`: what of the text that was, when a server has to run what follows. */
export type LocalAnswers = { readonly answers: readonly LocalAnswer[]; readonly rest: Span | null }

/** While a server copies in, it reads on within one statement. `wait`: the unit has its turn once the exchange is over. `skip`: the server would read over it, unless the copy has failed by then. `send`: it belongs to the exchange and goes to the server as it came; `ends`: nothing else does. `flush`: the exchange's synchronisation point has been read over; it has to end without one, for the unit goes on with it. */
export type CopyStep =
  | { readonly do: 'wait' | 'skip' | 'flush' }
  | { readonly do: 'send'; readonly bytes: Buffer; readonly ends: boolean }

/** One client's side of the protocol after login: cuts units, knows its prepared statements, encodes local answers. */
export interface ClientProtocol {
  /** Feeds bytes; calls the handler as far as they go. Protocol violations reach `handler.violation`, never throw. */
  receive(chunk: Buffer, handler: ClientHandler): void
  resolve(unit: Unit, lex: LexMode): Work
  /** null: the unit needs no server at all (a lone Sync, Close of a statement, anything after an error up to the next Sync). `held`: the session holds a server connection (a transaction, a pin), which knows better. */
  withoutServer(unit: Unit, status: TransactionStatus, held: boolean): Buffer | null
  /** `running` is the last unit of an exchange that began with `first` and has made the server copy in `copies` times: what becomes of `next`, behind it? `failed`: the exchange has had an error. */
  copyStep(first: Unit, running: Unit, next: Unit, copies: number, failed: boolean): CopyStep
  /** Whether that exchange cannot end before the client sends more. */
  copyWaits(first: Unit, running: Unit, copies: number, failed: boolean): boolean
  /** The whole reply to a unit that is answered locally. */
  answer(unit: Unit, answer: LocalAnswer, status: TransactionStatus): Buffer
  /** The same for several statements; `rest`: the unit that is still to be run. */
  answerAll(unit: Unit, all: LocalAnswers, status: TransactionStatus): [reply: Buffer, rest: Unit | null]
  /** The transaction is over, and everything that lives no longer than it. */
  transactionOver(): void
  /** An error outside of any unit, e.g. before closing. */
  encodeFailure(failure: Failure): Buffer
  encodeNotice(failure: Failure): Buffer
  /** The view last given to `stream`, or the unit last given to `unit`, ends in the middle of a message. */
  readonly midMessage: boolean
  /** Causes that keep the session on its server connection as far as this side knows them (open cursors, user variables ...); no duplicates. */
  readonly pins: readonly string[]
  /** BEGIN inside a read-only transaction begins another read-only one (MySQL), and not what the session has otherwise. */
  readonly beginInherits?: boolean
  /** `question` may ask something after a reply. */
  readonly asksAfterwards: boolean
  /** SQL that the server has to be asked before the session's connection is given back (warnings, a last insert id that the reply does not tell), or null. Asked again after each answer; `rows` is null when the server refused. */
  question(): string | null
  answered(rows: readonly (readonly (string | null)[])[] | null): void
  /** The session begins anew (DISCARD ALL, COM_RESET_CONNECTION): everything that belongs to it is forgotten. */
  reset(): void
  /** DEALLOCATE: forgets one prepared statement (or all); false when there is none of that name. */
  deallocate(name: string | null): boolean
}

export interface ClientHandler {
  unit(unit: Unit): void
  /** More bytes of the message that the last unit began (`streaming`), or of COPY data. They belong to the receiver. */
  stream(view: Buffer): void
  terminate(): void
  /** The client wants to be somebody else on the same connection (MySQL: COM_CHANGE_USER); `packet` is what its login begins with. Nothing follows until that is answered. */
  relogin(packet: Buffer): void
  violation(failure: Failure): void
}

/** One server connection's side of the protocol after login. */
export interface ServerCodec {
  /** Translates a unit for this connection and queues its expected reply. Returns the bytes to write. `prefix`: statements to run first, invisibly; if one fails the unit cannot run. */
  begin(unit: Unit, client: ClientProtocol, prefix: readonly string[], sink: ReplySink): Buffer[]
  /** More bytes of the message that the last unit began, or of data that the server waits for: what to write now. null: they have to wait (what comes before the message has not been answered), and are written later. Absent: they are written as they are. */
  stream?(view: Buffer): Buffer[] | null
  /** The exchange under way, in which the server copies in, has to end without its synchronisation point: what to write for that. Only where `copyStep` may want it. */
  endCopy?(): Buffer
  /** Queues an exchange of Freshet's own: plain SQL. */
  command(sql: string, sink: ReplySink): Buffer[]
  /** Reply bytes. Returns a failure when the server breaks the protocol; the connection is then of no use any more. */
  feed(chunk: Buffer): Failure | null
  /** Exchanges whose reply is not complete. */
  readonly outstanding: number
  /** For messages that belong to no exchange (notifications, notices); null discards them. */
  listener: ((view: Buffer) => void) | null
  /** The server's last words, when it ended the connection with an error. */
  readonly lastFatal: Failure | null
  /** Prepared statements live on this connection no more (DISCARD ALL ran). */
  forgetPrepared(): void
}

/** The session state that a connection carries or a session wants: statements by parameter that establish it, relative to the state at login. */
export interface SessionState {
  readonly key: string
  readonly settings: ReadonlyMap<string, string>
}

/** What the server says a connection holds. */
export interface Captured {
  readonly state: SessionState
  /** Causes that keep the session on this connection: `temp-table`, `advisory-lock`, `listen`, `held-cursor`, `prepared-in-sql`. */
  readonly pins: readonly string[]
}

/** What a server connection knows after its login. */
export interface ServerGreeting {
  /** Parameters reported at login, by name. */
  readonly parameters: Map<string, string>
  /** How to cancel what this connection runs: bytes for a connection of their own, or SQL for another connection of the same account. */
  readonly cancel: { readonly packet: Buffer } | { readonly sql: string }
}

/** One step of a login to a server, without sockets. */
export interface ServerLoginStep {
  readonly send?: Buffer
  /** Speak TLS from here on, then call `secured`. */
  readonly startTls?: boolean
  readonly greeting?: ServerGreeting
  /** `credentialsChanged`: the account's password is another one now; the client must prove itself again. */
  readonly failure?: Failure & { readonly credentialsChanged?: boolean }
}

export interface ServerLogin {
  start(): ServerLoginStep
  /** `certificate`: the server's, DER. */
  secured(certificate: Buffer | null): ServerLoginStep
  receive(chunk: Buffer): Promise<ServerLoginStep> | ServerLoginStep
}

/** Who a client is, once proved, and what it asked for. `secret` is how Freshet logs in to the servers for it; opaque here. */
export interface ClientIdentity {
  readonly user: string
  readonly database: string
  readonly secret: unknown
  /** Settings asked for at start-up, in order. */
  readonly settings: readonly (readonly [string, string])[]
  /** Freshet's own settings asked for at start-up. */
  readonly controls: readonly (readonly [string, string])[]
  readonly applicationName: string
  /** What of the login shapes the protocol (MySQL: capabilities, character set): server connections are shared among equal ones only. '' where nothing does. */
  readonly profile: string
  /** Nothing but a login to the primary with `secret` proves it; without that nobody may be let in. */
  readonly unproved?: boolean
}

/** Bytes change their form between the socket and the protocol (compression). */
export interface Transform {
  /** Complete pieces only; holds back the rest. Throws a ProtocolError. */
  incoming(chunk: Buffer): Buffer
  outgoing(bytes: Buffer): Buffer
}

/** One step of a client's login. */
export interface ClientLoginStep {
  readonly send?: Buffer
  /** Speak TLS after `send` has left, then call `secured`. `head`: bytes that already belong to the handshake. `direct`: nobody has asked, so ALPN has to say what is meant. */
  readonly startTls?: { readonly head: Buffer | null; readonly direct?: true }
  /** It only came to cancel another session's statement. */
  readonly cancel?: { readonly processId: number; readonly secret: Buffer }
  readonly identity?: ClientIdentity
  /** Bytes behind the login's last message. */
  readonly rest?: Buffer
  readonly failure?: Failure
}

export interface ClientLogin {
  /** What the server says first; nothing on PostgreSQL. */
  start(): Promise<ClientLoginStep> | ClientLoginStep
  receive(chunk: Buffer): Promise<ClientLoginStep> | ClientLoginStep
  secured(): void
  /** Everything from "you are who you say" to "ready". */
  welcome(parameters: ReadonlyMap<string, string>, processId: number, secret: Buffer): Buffer
  encodeFailure(failure: Failure): Buffer
  /** How bytes are packed once `welcome` has been sent. */
  readonly transform: Transform | null
  /** How many secret bytes this client's cancel key can have. */
  readonly cancelKeyBytes: number
}

/** As whom Freshet logs in to a server on a client's behalf. */
export interface ServerAccount {
  readonly user: string
  readonly database: string
  readonly secret: unknown
  readonly profile: string
}

/** One engine: bytes in, neutral events out. Made once per cluster. */
export interface Dialect {
  /** `secret` and `profile`: what a client's login yielded. */
  serverLogin(account: ServerAccount, readOnly: boolean): ServerLogin
  /** `opened`: as whom the connection was opened, and what the server said then. */
  serverCodec(
    write: (bytes: Buffer) => void,
    opened: { readonly account: ServerAccount; readonly greeting: ServerGreeting; readonly readOnly: boolean },
  ): ServerCodec
  /** Rows of a text reply to Freshet's own command. */
  readRows(reply: Buffer): (string | null)[][]
  readonly loginState: SessionState
  /** What is said before a server connection is closed in good order. */
  readonly goodbye: Buffer
  /** SQL that takes a connection from one state to the other; '' when there is no difference. */
  difference(from: SessionState, to: SessionState, readOnly: boolean): string
  /** The same when the connection may hold settings beyond `from` that nobody knows. */
  differenceFromUnknown(from: SessionState, to: SessionState, readOnly: boolean): string
  /** The state with one parameter set; `value` is SQL text as in SET name TO, null takes it away. */
  withSetting(state: SessionState, name: string, value: string | null): SessionState
  /** The state that a login asked for by raw values. */
  stateFromValues(values: readonly (readonly [string, string])[]): SessionState
  /** The state of these statements by parameter. */
  stateFromSettings(settings: ReadonlyMap<string, string>): SessionState
  /** Such a session's reads stay on the primary. */
  keepsOnPrimary(state: SessionState): boolean
  /** The state after the server has reported a change by itself; the same object when that says nothing about the state. */
  stateAfterReport(state: SessionState, name: string, value: string): SessionState
  /** An error inside a transaction fails it as a whole (PostgreSQL), or leaves it open (MySQL). */
  readonly errorFailsTransaction: boolean
  /** A transaction that is rolled back takes its settings along (PostgreSQL). */
  readonly transactionalSettings: boolean
  /** Of a transaction that asks for none. */
  isolation(state: SessionState): Isolation
  /** Asks what that is in the transaction under way; null: `isolation` is sure of it. */
  readonly isolationSql: string | null
  /** SQL that makes a connection forget the values that sequences gave; '' where there is none. */
  readonly forgetSequences: string
  /** null: the reports have told everything. `names`: settings without a definition that sessions of this cluster have used. */
  captureSql(names: Iterable<string>): string | null
  /** Settings without a definition that a text sets; `others`: it sets one for the session whose name it does not tell. */
  settingNames(text: string): { readonly names: readonly string[]; readonly others: boolean }
  readCaptured(rows: readonly (readonly (string | null)[])[], user: string): Captured
  /** A replica refused to do this because it is one: nothing was done, and the primary may do it. `learn`: the statement is to blame. */
  replicaRefusal(failure: Failure): 'learn' | 'once' | null
  /** A read-only transaction on a replica would do this for that server alone, where the primary's is meant. Absent: it is refused there or does not matter. */
  actsOnReplica?(work: Work): boolean
  /** A statement that Freshet prepared on the connection is not there, or one is there that it closed: another exchange in front has failed. */
  lacksStatement(failure: Failure): boolean
  /** It was ended from outside: somebody has cancelled it, or its time was up. */
  isInterruption(failure: Failure): boolean
  /** A parameter that describes the server and not the session: clients are told the primary's only. */
  serverOnly(parameter: string): boolean
  /** The text of SHOW freshet.token. */
  formatToken(position: Position): string
  /** What the primary's sample says of a token. `unproved`: of an older history, which nothing but the primary itself can answer for. */
  tokenStanding(token: string, sample: Sample): 'covered' | 'unproved' | 'ahead' | 'foreign' | 'malformed'
  lexMode(parameters: ReadonlyMap<string, string>): LexMode
  /** Shown to clients when a reported parameter changes on their behalf. */
  encodeParameter(name: string, value: string): Buffer
}
