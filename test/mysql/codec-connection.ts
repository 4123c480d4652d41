/** A server codec on a real connection. */
import type { ServerAccount, ServerGreeting } from '../../src/dialect.ts'
import { formatProfile, PASS_THROUGH, SESSION_TRACK } from '../../src/mysql/capabilities.ts'
import { readRows } from '../../src/mysql/own-rows.ts'
import { MySqlServerCodec } from '../../src/mysql/server-codec.ts'
import { SWITCH_TRACKERS_ON } from '../../src/mysql/session-trackers.ts'
import type { MySqlUnit } from '../../src/mysql/unit.ts'
import { CollectingSink, type Reply, type TestClient } from './codec-client.ts'
import { RawConnection } from './raw-connection.ts'

export interface CodecOptions {
  readonly socketPath: string
  readonly capabilities: number
  readonly extended?: number
  readonly preparedMax?: number
  readonly database?: string
}

export class CodecConnection {
  readonly raw: RawConnection
  readonly codec: MySqlServerCodec
  /** Commands written, by their first byte. */
  readonly commands: number[] = []
  #waiting: ((error: Error) => void)[] = []

  private constructor(raw: RawConnection, options: CodecOptions, parameters: Map<string, string>) {
    this.raw = raw
    const account: ServerAccount = {
      user: 'root',
      database: options.database ?? 'app',
      secret: null,
      profile: formatProfile({
        capabilities: (options.capabilities & raw.greeting.capabilities & PASS_THROUGH) >>> 0,
        extended: options.extended ?? 0,
        collation: 45,
      }),
    }
    const greeting: ServerGreeting = { parameters, cancel: { sql: '' } }
    this.codec = new MySqlServerCodec({ account, greeting }, options.preparedMax ?? 100, (bytes) => this.write([bytes]))
    raw.onData = (chunk) => {
      const failure = this.codec.feed(chunk)
      if (failure !== null) for (const reject of this.#waiting) reject(new Error(failure.message))
    }
    raw.socket.on('close', () => {
      for (const reject of this.#waiting) reject(new Error(this.codec.lastFatal?.message ?? 'closed'))
    })
  }

  static async open(options: CodecOptions): Promise<CodecConnection> {
    const raw = await RawConnection.open({
      socketPath: options.socketPath,
      capabilities: options.capabilities | SESSION_TRACK,
      extended: options.extended ?? 0,
      database: options.database ?? 'app',
    })
    const parameters = new Map([
      ['version', raw.greeting.version],
      ['character_set_client', 'utf8mb4'],
      ['character_set_connection', 'utf8mb4'],
      ['character_set_results', 'utf8mb4'],
      ['collation_connection', 'utf8mb4_general_ci'],
    ])
    const connection = new CodecConnection(raw, options, parameters)
    await connection.command(SWITCH_TRACKERS_ON)
    return connection
  }

  write(pieces: readonly Buffer[]): void {
    for (const piece of pieces) this.raw.socket.write(piece)
  }

  run(
    client: TestClient,
    unit: MySqlUnit,
    prefix: readonly string[] = [],
    more: readonly Buffer[] = [],
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(reject)
      const sink = new CollectingSink(client, (reply) => {
        this.#waiting = this.#waiting.filter((one) => one !== reject)
        resolve(reply)
      })
      const pieces = this.codec.begin(unit, client, prefix, sink)
      if (pieces.length > 0 && pieces[0]!.length > 4) this.commands.push(pieces[0]![4]!)
      this.write(pieces)
      for (const view of more) this.write(this.codec.stream(view) ?? [])
    })
  }

  /** SQL of Freshet's own; its rows. */
  async command(sql: string): Promise<(string | null)[][]> {
    const reply = await new Promise<Reply>((resolve, reject) => {
      this.#waiting.push(reject)
      this.write(this.codec.command(sql, new CollectingSink(null, resolve)))
    })
    if (reply.failure !== null) throw new Error(reply.failure.message)
    return readRows(reply.bytes)
  }

  close(): void {
    this.#waiting = []
    this.raw.close()
  }
}
