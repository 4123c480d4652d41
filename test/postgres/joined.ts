/** Clients in front of a few connections to pretended servers, unit by unit as a session does it, without sockets. */
import type { Unit } from '../../src/dialect.ts'
import type { PgClient } from '../../src/postgres/client.ts'
import { PgServerCodec } from '../../src/postgres/server-codec.ts'
import { StatementNames } from '../../src/postgres/statements.ts'
import { listener, replySink, type TestClientOptions, testClient } from './conversation.ts'
import { PretendServer } from './pretend-server.ts'

const LEX = { standardConformingStrings: true, asciiSafeEncoding: true }

export interface Connection {
  readonly codec: PgServerCodec
  readonly server: PretendServer
  /** What is to be sent to the client: kept here until the exchange has ended. */
  write(bytes: Buffer): void
}

export interface JoinedOptions extends TestClientOptions {
  readonly connections?: number
  readonly preparedPerConnection?: number
  /** Which connection serves the next exchange. */
  readonly choose?: () => number
  /** Into pieces of what size replies are cut. */
  readonly piece?: () => number
}

/** `talk` returns what one client is answered to these bytes. */
export function joined(options: JoinedOptions = {}) {
  const names = new StatementNames(1000)
  const connections: Connection[] = Array.from({ length: options.connections ?? 1 }, () => {
    const server = new PretendServer()
    const codec: PgServerCodec = new PgServerCodec(names, options.preparedPerConnection ?? 100, (bytes) => feed(bytes))
    const feed = (bytes: Buffer) => {
      const reply = server.receive(bytes)
      const piece = options.piece?.() ?? reply.length
      for (let at = 0; at < reply.length; at += piece) {
        const failure = codec.feed(Buffer.from(reply.subarray(at, at + piece)))
        if (failure !== null) throw new Error(`the server breaks the protocol: ${failure.message}`)
      }
    }
    return { codec, server, write: feed }
  })
  return {
    connections,
    client: () => new JoinedClient(testClient(options), connections, options.choose ?? (() => 0)),
  }
}

export class JoinedClient {
  readonly client: PgClient
  readonly #connections: readonly Connection[]
  readonly #choose: () => number
  #held: Connection | null = null

  constructor(client: PgClient, connections: readonly Connection[], choose: () => number) {
    this.client = client
    this.#connections = connections
    this.#choose = choose
  }

  /** Everything that the client is answered to these pieces, which have to end with a synchronisation point. */
  talk(...pieces: readonly Buffer[]): Buffer {
    const out: Buffer[] = []
    const handler = listener()
    for (const piece of pieces) this.client.receive(piece, handler)
    let sink = replySink()
    for (const event of handler.heard) {
      if (event === 'terminate') break
      if ('violation' in event) throw new Error(event.violation.message)
      if ('stream' in event) {
        this.#held?.write(Buffer.from(event.stream, 'latin1'))
        continue
      }
      sink = this.#unit(event.unit, sink, out)
    }
    out.push(sink.bytes())
    return Buffer.concat(out)
  }

  /** One sink per exchange: a unit that ends without a synchronisation point is followed in the same one. */
  #unit(unit: Unit, open: ReturnType<typeof replySink>, out: Buffer[]): ReturnType<typeof replySink> {
    const local = this.client.withoutServer(unit, this.#held === null ? 'idle' : 'unsynced')
    if (local !== null) {
      // In the middle of an exchange nothing is ever answered locally.
      if ((this.#held?.codec.outstanding ?? 0) > 0) return open
      out.push(open.bytes(), local)
      return replySink()
    }
    this.client.resolve(unit, LEX)
    const connection = this.#held ?? this.#connections[this.#choose()]!
    this.#held = connection
    let sink = open
    if (connection.codec.outstanding === 0) {
      out.push(open.bytes())
      sink = replySink()
    }
    for (const bytes of connection.codec.begin(unit, this.client, [], sink)) connection.write(bytes)
    if (unit.complete && sink.status === null && !unit.streaming)
      throw new Error(
        `an exchange does not end: ${(unit as Unit & { endsWith?: string }).endsWith ?? 'simple'} after ${sink.bytes().toString('latin1')}`,
      )
    if (sink.status === 'idle') this.#held = null
    return sink
  }
}
