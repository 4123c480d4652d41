/** A client without a driver: sends bytes, and shows the replies message by message. */
import { connect, type Socket } from 'node:net'
import { message } from '../../support/script.ts'

const TIMEOUT_MS = 8_000

export interface Received {
  readonly type: string
  readonly body: Buffer
}

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** A StartupMessage; the parameters are names and values in turn. */
export const startup = (parameters: readonly string[], version = 196608): Buffer =>
  message('', Buffer.concat([int32(version), Buffer.from(`${parameters.map((text) => `${text}\0`).join('')}\0`)]))

export const SSL_REQUEST = message('', int32(80877103))
export const GSSENC_REQUEST = message('', int32(80877104))
export const cancelRequest = (processId: Buffer, secret: Buffer): Buffer =>
  message('', Buffer.concat([int32(80877102), processId, secret]))

export class RawClient {
  readonly socket: Socket
  readonly received: Received[] = []
  bytes: Buffer = Buffer.alloc(0)
  closed = false
  #wake: () => void = () => {}
  /** Whether what comes now is messages (and not the single bytes before a start-up). */
  framed = true

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk])
      if (this.framed) this.#cut()
      this.#wake()
    })
    for (const event of ['end', 'close', 'error'])
      socket.on(event, () => {
        this.closed = true
        this.#wake()
      })
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new RawClient(socket)
  }

  /** Logged in as a user whom nobody asks for a password. */
  static async login(port: number, parameters: readonly string[] = [], version = 196608): Promise<RawClient> {
    const client = await RawClient.open(port)
    client.send(startup(['user', 'app', 'database', 'app', ...parameters], version))
    await client.ready()
    return client
  }

  #cut(): void {
    while (this.bytes.length >= 5 && this.bytes.length > this.bytes.readInt32BE(1)) {
      const size = 1 + this.bytes.readInt32BE(1)
      this.received.push({ type: String.fromCharCode(this.bytes[0]!), body: Buffer.from(this.bytes.subarray(5, size)) })
      this.bytes = this.bytes.subarray(size)
    }
  }

  send(...parts: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(parts))
  }

  get types(): string {
    return this.received.map(({ type }) => type).join('')
  }

  /** Resolves when the condition holds; rejects when it cannot any more. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const end = performance.now() + TIMEOUT_MS
    while (!condition()) {
      if (this.closed) throw new Error(`closed before ${what}; received ${this.types} ${show(this.received)}`)
      const left = end - performance.now()
      if (left <= 0) throw new Error(`${what} did not come within ${TIMEOUT_MS} ms; received ${this.types}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** The messages up to the `count`th ReadyForQuery from here, taken out of `received`. */
  ready(count = 1): Promise<Received[]> {
    return this.take('Z', count)
  }

  async take(type: string, count = 1): Promise<Received[]> {
    const place = () => {
      let left = count
      return this.received.findIndex((one) => one.type === type && --left === 0)
    }
    await this.until(`${count} ${type}`, () => place() >= 0)
    return this.received.splice(0, place() + 1)
  }

  async end(): Promise<Received[]> {
    const end = performance.now() + TIMEOUT_MS
    while (!this.closed) {
      const left = end - performance.now()
      if (left <= 0) throw new Error(`not closed within ${TIMEOUT_MS} ms; received ${this.types}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this.received.splice(0)
  }

  close(): void {
    this.socket.destroy()
  }
}

/** Messages as lines to be compared: without what names a process or a place in the server's source. */
export function show(messages: readonly Received[]): string {
  return messages.map(({ type, body }) => `${type} ${bodyOf(type, body)}`).join('\n')
}

function bodyOf(type: string, body: Buffer): string {
  if (type === 'E' || type === 'N') {
    const fields = body.toString('utf8').split('\0')
    return fields.filter((field) => field !== '' && !'FLR'.includes(field[0]!)).join(' ')
  }
  if (type === 'A') return `pid ${JSON.stringify(body.toString('utf8', 4))}`
  // Object ids of tables in a RowDescription differ from one table to the next of the same name.
  return JSON.stringify(body.toString('latin1'))
}
