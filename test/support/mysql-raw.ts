/**
 * A client of MySQL or MariaDB without a driver: sends bytes and takes whole replies as they are. Logs in with an empty password, with exactly the
 * capabilities asked for. It knows on its own where replies end, so that a fault of src/mysql cannot hide in it.
 */
import { connect, type Socket } from 'node:net'
import * as capabilities from '../../src/mysql/capabilities.ts'
import { command, framed } from '../mysql/client-side.ts'
import type { MysqlFleet } from './mysql.ts'

/** May do everything, without a password; Freshet lets it in with `auth: { method: 'trust' }`. */
export async function createFreeAccount({ primary, flavour }: MysqlFleet): Promise<void> {
  const how = flavour === 'mysql' ? 'WITH caching_sha2_password BY' : 'BY'
  await primary.query(`CREATE USER IF NOT EXISTS 'free'@'%' IDENTIFIED ${how} ''`)
  await primary.query("GRANT ALL ON *.* TO 'free'@'%' WITH GRANT OPTION")
}

/** What drivers of today ask for. */
export const MODERN =
  capabilities.LONG_FLAG |
  capabilities.MULTI_STATEMENTS |
  capabilities.MULTI_RESULTS |
  capabilities.PS_MULTI_RESULTS |
  capabilities.DEPRECATE_EOF

const NEEDED =
  capabilities.LONG_PASSWORD |
  capabilities.PROTOCOL_41 |
  capabilities.TRANSACTIONS |
  capabilities.SECURE_CONNECTION |
  capabilities.PLUGIN_AUTH |
  capabilities.PLUGIN_AUTH_LENENC_CLIENT_DATA

export interface RawOptions {
  /** Beyond what every login needs; MODERN by default. */
  readonly capabilities?: number
  readonly extended?: number
  readonly database?: string
  readonly user?: string
  readonly attributes?: Readonly<Record<string, string>>
}

const TIMEOUT_MS = 20_000
const STATUS_MORE_RESULTS = 0x0008
const STATUS_CURSOR_EXISTS = 0x0040

export class RawMysql {
  readonly socket: Socket
  readonly #flags: number
  /** What has arrived and belongs to no reply yet: joined, and not yet. */
  #bytes: Buffer = Buffer.alloc(0)
  #chunks: Buffer[] = []
  #waiting = 0
  #closed = false
  #wake: () => void = () => {}
  connectionId = 0

  private constructor(socket: Socket, flags: number) {
    this.socket = socket
    this.#flags = flags
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#waiting += chunk.length
      this.#wake()
    })
    socket
      .on('error', () => {})
      .once('close', () => {
        this.#closed = true
        this.#wake()
      })
  }

  /** Connected, and nothing said. */
  static async open(port: number, options: RawOptions = {}): Promise<RawMysql> {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new RawMysql(socket, options.capabilities ?? MODERN)
  }

  static async login(port: number, options: RawOptions = {}): Promise<RawMysql> {
    const client = await RawMysql.open(port, options)
    const greeting = await client.packet()
    const versionEnd = greeting.indexOf(0, 5)
    client.connectionId = greeting.readUInt32LE(versionEnd + 1)
    client.send(loginPacket(options, client.#flags))
    for (;;) {
      const packet = await client.packet()
      if (packet[4] === 0) return client
      if (packet[4] === 0xff) throw new Error(show(packet))
      // AuthSwitchRequest: an empty password answers every plugin with nothing.
      if (packet[4] === 0xfe) client.send(Buffer.from([0, 0, 0, packet[3]! + 1]))
    }
  }

  send(...bytes: Buffer[]): void {
    for (const one of bytes) this.socket.write(one)
  }

  /** Sends one command and resolves with the whole reply, headers included. */
  async ask(payload: Buffer): Promise<Buffer> {
    this.send(framed(payload))
    return await this.reply(payload[0] ?? -1)
  }

  query(sql: string): Promise<Buffer> {
    const attributed = (this.#flags & capabilities.QUERY_ATTRIBUTES) !== 0
    return this.ask(attributed ? command.attributedQuery(sql) : command.query(sql))
  }

  /** The whole reply to a command of this number. */
  async reply(code: number): Promise<Buffer> {
    if (code === 0x18 || code === 0x19) return Buffer.alloc(0)
    const packets: Buffer[] = []
    const next = async () => {
      const packet = await this.packet()
      packets.push(packet)
      return packet
    }
    if (code === 0x16) await this.#prepared(next)
    else if (code === 0x1c) await this.#rows(next)
    else if (code === 0x04) await this.#rows(next)
    else if (code === 0x09) await next()
    else await this.#results(next, code)
    return Buffer.concat(packets)
  }

  /** One logical packet (its pieces, when it is longer than 16 MiB), headers included. */
  async packet(): Promise<Buffer> {
    let end = 0
    for (;;) {
      await this.#atLeast(end + 4)
      const size = this.#bytes.readUIntLE(end, 3)
      end += 4 + size
      await this.#atLeast(end)
      if (size < 0xffffff) return this.#take(end)
    }
  }

  /** Everything up to the end of the connection. */
  async end(): Promise<Buffer> {
    while (!this.#closed) await this.#more()
    this.#join()
    return this.#take(this.#bytes.length)
  }

  close(): void {
    this.socket.destroy()
  }

  #take(end: number): Buffer {
    const taken = this.#bytes.subarray(0, end)
    this.#bytes = this.#bytes.subarray(end)
    return taken
  }

  async #atLeast(bytes: number): Promise<void> {
    while (this.#bytes.length + this.#waiting < bytes) {
      if (this.#closed) {
        this.#join()
        throw new Error(`the connection was closed; ${show(this.#bytes)}`)
      }
      await this.#more()
    }
    if (this.#bytes.length < bytes) this.#join()
  }

  #join(): void {
    this.#bytes = Buffer.concat([this.#bytes, ...this.#chunks.splice(0)])
    this.#waiting = 0
  }

  async #more(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve
      timer = setTimeout(() => {
        this.#join()
        reject(new Error(`no whole reply; so far ${show(this.#bytes)}`))
      }, TIMEOUT_MS)
    }).finally(() => clearTimeout(timer))
  }

  async #results(next: () => Promise<Buffer>, code: number): Promise<void> {
    for (;;) {
      const first = await next()
      const kind = first[4]
      if (kind === 0xff) return
      // COM_DEBUG and COM_SET_OPTION are answered with an EOF packet.
      if (kind === 0xfb || kind === 0xfe) return
      const status = kind === 0 ? okStatus(first) : await this.#resultSet(next, first, code)
      if (status === null || (status & STATUS_MORE_RESULTS) === 0) return
    }
  }

  /** The status it ends with; null: with an error. */
  async #resultSet(next: () => Promise<Buffer>, first: Buffer, code: number): Promise<number | null> {
    const columns = first[4]! < 251 ? first[4]! : first.readUInt16LE(5)
    const flagged = first.length > (first[4]! < 251 ? 5 : 7)
    if (!flagged || first.at(-1) === 1) {
      for (let column = 0; column < columns; column++) await next()
      if ((this.#flags & capabilities.DEPRECATE_EOF) === 0) {
        const status = (await next()).readUInt16LE(7)
        if ((status & STATUS_CURSOR_EXISTS) !== 0 && code === 0x17) return status
      }
    }
    return await this.#rows(next)
  }

  async #rows(next: () => Promise<Buffer>): Promise<number | null> {
    for (;;) {
      const packet = await next()
      if (packet[4] === 0xff) return null
      if (packet[4] !== 0xfe || packet.length >= 0xffffff) continue
      return packet.length === 9 ? packet.readUInt16LE(7) : okStatus(packet)
    }
  }

  async #prepared(next: () => Promise<Buffer>): Promise<void> {
    const first = await next()
    if (first[4] === 0xff) return
    for (const count of [first.readUInt16LE(11), first.readUInt16LE(9)]) {
      if (count === 0) continue
      for (let column = 0; column < count; column++) await next()
      if ((this.#flags & capabilities.DEPRECATE_EOF) === 0) await next()
    }
  }
}

function okStatus(packet: Buffer): number {
  let at = 5
  for (let number = 0; number < 2; number++) at += { 252: 3, 253: 4, 254: 9 }[packet[at]!] ?? 1
  return packet.readUInt16LE(at)
}

/** The status flags of an OK packet. */
export const statusOf = (reply: Buffer): number => okStatus(reply)

/** The number of the error; null when it is none. */
export const errnoOf = (reply: Buffer): number | null => (reply[4] === 0xff ? reply.readUInt16LE(5) : null)

/** Readable, and still every byte of it: packet by packet. */
export function show(reply: Buffer): string {
  const lines: string[] = []
  for (let at = 0; at + 4 <= reply.length; ) {
    const size = reply.readUIntLE(at, 3)
    const payload = reply.subarray(at + 4, at + 4 + size)
    lines.push(`${reply[at + 3]}: ${size > 1000 ? `${size} bytes ${hash(payload)}` : printable(payload)}`)
    at += 4 + size
  }
  return lines.join('\n')
}

const printable = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[^ -[\]-~]/g, (one) => `\\${one.charCodeAt(0).toString(16).padStart(2, '0')}`)

function hash(bytes: Buffer): number {
  let value = 0
  for (const byte of bytes) value = (Math.imul(value, 31) + byte) | 0
  return value >>> 0
}

function lenenc(bytes: Buffer): Buffer {
  const { length } = bytes
  return Buffer.concat([length < 251 ? Buffer.from([length]) : Buffer.from([252, length & 255, length >> 8]), bytes])
}

function loginPacket(options: RawOptions, asked: number): Buffer {
  const { database, attributes, extended = 0, user = 'free' } = options
  let flags = asked | NEEDED
  if (database !== undefined) flags |= capabilities.CONNECT_WITH_DB
  if (attributes !== undefined) flags |= capabilities.CONNECT_ATTRS
  // MariaDB's extended flags are read only where the first one (LONG_PASSWORD, CLIENT_MYSQL) is not set.
  if (extended !== 0) flags &= ~capabilities.LONG_PASSWORD
  const head = Buffer.alloc(32)
  head.writeUInt32LE(flags >>> 0, 0)
  head.writeUInt32LE(0x40000000, 4)
  head[8] = 45
  head.writeUInt32LE(extended >>> 0, 28)
  const parts: Buffer[] = [head, Buffer.from(`${user}\0`), Buffer.from([0])]
  if (database !== undefined) parts.push(Buffer.from(`${database}\0`))
  parts.push(Buffer.from('mysql_native_password\0'))
  if (attributes !== undefined) {
    const pairs = Object.entries(attributes).flatMap((pair) => pair.map((text) => lenenc(Buffer.from(text))))
    parts.push(lenenc(Buffer.concat(pairs)))
  }
  return framed(Buffer.concat(parts), 1)
}
