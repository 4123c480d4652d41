/** A client without a driver: it sends what it is told and reads only when it wants to. For accounts that need no password. */
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { until } from './postgres.ts'

const READY = 'Z'.charCodeAt(0)

export function startupPacket(user: string, database: string): Buffer {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([length, body])
}

/** One message of the client: type byte, length, payload. */
export function message(type: string, payload: Buffer | string = ''): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

export const query = (sql: string): Buffer => message('Q', `${sql}\0`)

export class RawClient {
  readonly socket: Socket
  /** Bytes read so far. */
  bytes = 0
  /** ReadyForQuery messages among them. */
  ready = 0
  /** Messages by type. */
  readonly counts = new Map<string, number>()
  closed = false
  readonly errors: string[] = []
  #head = Buffer.alloc(0)
  #skip = 0

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed = true
    })
  }

  /** Headers and the bodies of errors are looked at; everything else is only counted. */
  #read(chunk: Buffer): void {
    this.bytes += chunk.length
    let at = 0
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at)
        this.#skip -= step
        at += step
        continue
      }
      const take = Math.min(5 - this.#head.length, chunk.length - at)
      this.#head = Buffer.concat([this.#head, chunk.subarray(at, at + take)])
      at += take
      if (this.#head.length < 5) return
      const type = String.fromCharCode(this.#head[0]!)
      this.counts.set(type, (this.counts.get(type) ?? 0) + 1)
      if (this.#head[0] === READY) this.ready++
      this.#skip = this.#head.readInt32BE(1) - 4
      if (type === 'E') this.errors.push(chunk.toString('utf8', at, at + this.#skip))
      this.#head = Buffer.alloc(0)
    }
  }

  send(...parts: Buffer[]): void {
    this.socket.write(Buffer.concat(parts))
  }

  /** Resolves when so many ReadyForQuery have come in all. */
  async untilReady(count: number): Promise<void> {
    await until(`${count} times ready`, () => this.ready >= count || this.closed, { timeoutMs: 100_000 })
    if (this.ready < count) throw new Error(`closed after ${this.ready}: ${this.errors.join()}`)
  }
}

/** Connected, nothing sent; gone when the test is over. */
export async function rawSocket(port: number): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  onTestFinished(() => void socket.destroy())
  return new RawClient(socket)
}

/** Logged in. */
export async function rawClient(port: number, user = 'app', database = 'app'): Promise<RawClient> {
  const client = await rawSocket(port)
  client.send(startupPacket(user, database))
  await client.untilReady(1)
  return client
}
