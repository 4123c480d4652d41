/** A bare connection to a real server: logs in as root over its socket (no password there) with exactly the capabilities asked for. */
import { createConnection, type Socket } from 'node:net'
import * as capabilities from '../../src/mysql/capabilities.ts'
import { PacketBuffer, PacketReader, PacketWriter } from '../../src/mysql/packets.ts'

export interface RawOptions {
  readonly socketPath: string
  /** Beyond what every login needs. */
  readonly capabilities?: number
  readonly extended?: number
  readonly database?: string
}

export interface Greeted {
  readonly version: string
  readonly threadId: number
  readonly capabilities: number
  readonly extended: number
}

const ALWAYS =
  capabilities.LONG_PASSWORD |
  capabilities.PROTOCOL_41 |
  capabilities.TRANSACTIONS |
  capabilities.SECURE_CONNECTION |
  capabilities.PLUGIN_AUTH

function readGreeting(payload: Buffer): Greeted {
  const reader = new PacketReader(payload, 1)
  const version = reader.cstring()
  const threadId = reader.int32()
  reader.skip(9)
  const low = reader.int16()
  reader.skip(3)
  const high = reader.int16()
  reader.skip(7)
  const extended = reader.int32()
  return { version, threadId, capabilities: (low | (high << 16)) >>> 0, extended }
}

export class RawConnection {
  readonly socket: Socket
  greeting!: Greeted
  /** Receives what comes after the login. */
  onData: (chunk: Buffer) => void = () => {}

  private constructor(socket: Socket) {
    this.socket = socket
  }

  static open(options: RawOptions): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(options.socketPath)
      const connection = new RawConnection(socket)
      const incoming = new PacketBuffer(1 << 24)
      let step: 'greeting' | 'login' | 'ready' = 'greeting'
      socket.on('error', reject)
      socket.on('data', (chunk: Buffer) => {
        if (step === 'ready') return connection.onData(chunk)
        incoming.push(Buffer.from(chunk))
        for (let packet = incoming.take(); packet !== null; packet = incoming.take()) {
          const { payload, nextSequence } = packet
          if (step === 'greeting') {
            connection.greeting = readGreeting(payload)
            step = 'login'
            socket.write(loginPacket(options))
          } else if (payload[0] === 0xfe) socket.write(Buffer.from([0, 0, 0, nextSequence]))
          else if (payload[0] === 0) {
            step = 'ready'
            resolve(connection)
          } else reject(new Error(payload.toString('latin1')))
        }
      })
    })
  }

  close(): void {
    this.socket.destroy()
  }
}

function loginPacket(options: RawOptions): Buffer {
  const { database = '' } = options
  const asked = ALWAYS | (options.capabilities ?? 0) | (database === '' ? 0 : capabilities.CONNECT_WITH_DB)
  // MariaDB's extended flags are read only where the first one (LONG_PASSWORD, CLIENT_MYSQL) is not set.
  const writer = new PacketWriter(1)
    .begin()
    .int32(options.extended ? asked & ~capabilities.LONG_PASSWORD : asked)
    .int32(0x40000000)
    .byte(45)
    .zeros(19)
    .int32(options.extended ?? 0)
    .cstring('root')
    .byte(0)
  if (database !== '') writer.cstring(database)
  return writer.cstring('mysql_native_password').end().done()
}
