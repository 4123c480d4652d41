import type {
  ClientProtocol,
  Dialect,
  Failure,
  ReplySink,
  ServerAccount,
  ServerCodec,
  ServerGreeting,
  SessionState,
  TransactionStatus,
  Unit,
} from '../dialect.ts'
import type { Transport, TransportHandler } from '../net/transport.ts'
import { type Instant, now, type ServerId } from '../units.ts'

/** Who holds a connection at the moment. */
export interface ConnectionOwner {
  /** The connection is gone; `failure` is what a client can be told. */
  connectionLost(connection: ServerConnection, failure: Failure): void
  /** What waited to be written to the server has been written. */
  connectionDrained(): void
  /** A message outside of any exchange: a notification, a notice. */
  connectionMessage(view: Buffer): void
}

/** What was asked for when the connection was opened. */
export interface OpenedAs {
  readonly server: ServerId
  readonly account: ServerAccount
  readonly dialect: Dialect
  readonly readOnly: boolean
}

export type CommandResult = { readonly rows: (string | null)[][] } | { readonly failure: Failure }

/** Replies to Freshet's own commands are small; more than this is a fault. */
const COMMAND_REPLY_BYTES = 4 * 1024 * 1024

/**
 * One logged-in connection to one server: a FIFO of exchanges (see the codec), and what is known about its state. Nothing else
 * writes to it. It belongs to its pool, or to one owner at a time.
 */
export class ServerConnection implements TransportHandler {
  readonly server: ServerId
  /** Who it is logged in as. */
  readonly account: ServerAccount
  readonly openedAt: Instant = now()
  readonly greeting: ServerGreeting
  readonly readOnly: boolean
  /** Parameters as last reported. */
  readonly parameters: Map<string, string>
  /** What the session state on it is. */
  state: SessionState
  /** Whose statements may have left settings on it that nobody can ask for; null: nobody's. Others take everything away first. */
  doubtfulSince: object | null = null
  owner: ConnectionOwner | null = null
  /** Closed as soon as its lease ends. */
  retired = false
  /** How often it was handed out: who finds it unchanged was its last user. */
  uses = 0
  idleSince: Instant = now()
  alive = true
  /** The pool's: called once when the connection is gone. */
  onClosed: (connection: ServerConnection) => void = () => {}
  readonly #codec: ServerCodec
  readonly #dialect: Dialect
  readonly #transport: Transport
  #command: ((result: CommandResult) => void) | null = null

  constructor(opened: OpenedAs, transport: Transport, greeting: ServerGreeting) {
    const { dialect } = opened
    this.server = opened.server
    this.account = opened.account
    this.readOnly = opened.readOnly
    this.greeting = greeting
    this.parameters = new Map(greeting.parameters)
    this.state = dialect.loginState
    this.#dialect = dialect
    this.#transport = transport
    this.#codec = dialect.serverCodec(
      (bytes) => {
        // Bytes that the codec held back have left it: whoever was told to wait goes on.
        if (transport.write(bytes)) this.owner?.connectionDrained()
      },
      { account: opened.account, greeting, readOnly: opened.readOnly },
    )
    this.#codec.listener = (view) => this.owner?.connectionMessage(view)
    transport.handler = this
  }

  /** Starts (or goes on with) an exchange. Returns false when the caller should wait for `connectionDrained` before sending more. */
  begin(unit: Unit, client: ClientProtocol, prefix: readonly string[], sink: ReplySink): boolean {
    const parts = this.#codec.begin(unit, client, prefix, sink)
    return this.#transport.writeAll(parts)
  }

  /** Queues one more exchange behind those under way: what `write` has to be given for it, in this order. */
  exchange(unit: Unit, client: ClientProtocol, sink: ReplySink): Buffer[] {
    return this.#codec.begin(unit, client, [], sink)
  }

  write(pieces: readonly Buffer[]): void {
    this.#transport.writeAll(pieces)
  }

  /** The failure says that the connection does not have the statements that it was thought to have. */
  lacksStatement(failure: Failure): boolean {
    return this.#dialect.lacksStatement(failure)
  }

  /** More bytes of the message or COPY that the last unit began. */
  stream(view: Buffer): boolean {
    if (this.#codec.stream === undefined) return this.#transport.write(view)
    const pieces = this.#codec.stream(view)
    return pieces !== null && (pieces.length === 0 || this.#transport.writeAll(pieces))
  }

  /** See `ServerCodec.endCopy`. */
  endCopy(): void {
    if (this.#codec.endCopy !== undefined) this.#transport.write(this.#codec.endCopy())
  }

  /** Runs SQL of Freshet's own; `done` is called once, also when the connection is lost. One at a time. */
  command(sql: string, done: (result: CommandResult) => void): void {
    this.#command = done
    const sink = new CommandSink(this.#dialect, this.parameters, (result) => {
      this.#command = null
      done(result)
    })
    this.#transport.writeAll(this.#codec.command(sql, sink))
  }

  forgetPrepared(): void {
    this.#codec.forgetPrepared()
  }

  pause(): void {
    this.#transport.pause()
  }

  resume(): void {
    this.#transport.resume()
  }

  close(): void {
    if (!this.alive) return
    if (this.#codec.outstanding > 0 || this.owner !== null) {
      // Whoever is in the middle of something learns of it by `connectionLost`.
      this.#transport.destroy()
      return
    }
    this.alive = false
    this.#transport.write(this.#dialect.goodbye)
    this.#transport.end()
    this.onClosed(this)
  }

  data(chunk: Buffer): void {
    const failure = this.#codec.feed(chunk)
    if (failure !== null) this.#lose(failure)
  }

  drained(): void {
    this.owner?.connectionDrained()
  }

  closed(error: Error | null): void {
    const detail = error === null ? {} : { detail: error.message }
    this.#lose(
      this.#codec.lastFatal ?? {
        code: '08006',
        message: 'the server closed the connection unexpectedly',
        ...detail,
        fatal: true,
      },
    )
  }

  #lose(failure: Failure): void {
    if (!this.alive) return
    this.alive = false
    this.#transport.destroy()
    const { owner } = this
    this.owner = null
    this.onClosed(this)
    const command = this.#command
    this.#command = null
    if (command) command({ failure })
    owner?.connectionLost(this, failure)
  }
}

/** Collects the reply to a command. */
class CommandSink implements ReplySink {
  readonly #dialect: Dialect
  readonly #done: (result: CommandResult) => void
  readonly #parts: Buffer[] = []
  #size = 0
  #failure: Failure | null = null

  readonly #parameters: Map<string, string>

  constructor(dialect: Dialect, parameters: Map<string, string>, done: (result: CommandResult) => void) {
    this.#dialect = dialect
    this.#parameters = parameters
    this.#done = done
  }

  data(view: Buffer): void {
    this.#size += view.length
    if (this.#size > COMMAND_REPLY_BYTES) {
      this.#failure ??= { code: '54000', message: 'the reply to a command of Freshet is too large' }
      this.#parts.length = 0
    } else this.#parts.push(view)
  }

  error(failure: Failure): boolean {
    this.#failure ??= failure
    return false
  }

  report(name: string, value: string): boolean {
    this.#parameters.set(name, value)
    return false
  }

  copyIn(): void {}

  end(_status: TransactionStatus): void {
    this.#done(
      this.#failure ? { failure: this.#failure } : { rows: this.#dialect.readRows(Buffer.concat(this.#parts)) },
    )
  }
}
