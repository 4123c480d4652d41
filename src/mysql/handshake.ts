/** The packets of the connection phase (manual, "Connection Phase Packets"; MariaDB's, "Connection"). Read and written for both legs. */
import { ProtocolError } from '../wire/protocol-error.ts'
import {
  CONNECT_ATTRS,
  CONNECT_WITH_DB,
  has,
  LONG_PASSWORD,
  PLUGIN_AUTH,
  PLUGIN_AUTH_LENENC_CLIENT_DATA,
  PROTOCOL_41,
  SECURE_CONNECTION,
  SSL,
  ZSTD_COMPRESSION,
} from './capabilities.ts'
import { PacketReader, PacketWriter } from './packets.ts'

export const NONCE_BYTES = 20
/** Header bytes of packets in the connection phase. */
export const AUTH_SWITCH = 0xfe
export const AUTH_MORE_DATA = 0x01
const PROTOCOL_VERSION = 10

export interface Greeting {
  /** As the server writes it: MariaDB 10 has `5.5.5-` before it. */
  readonly version: string
  readonly connectionId: number
  /** 20 bytes. */
  readonly nonce: Buffer
  readonly capabilities: number
  /** MariaDB's; 0 on MySQL. */
  readonly extended: number
  readonly collation: number
  readonly status: number
  readonly plugin: string
}

export function greetingPacket(greeting: Greeting): Buffer {
  const { capabilities, nonce } = greeting
  return new PacketWriter(0, 128)
    .begin()
    .byte(PROTOCOL_VERSION)
    .cstring(greeting.version)
    .int32(greeting.connectionId)
    .raw(nonce.subarray(0, 8))
    .byte(0)
    .int16(capabilities & 0xffff)
    .byte(greeting.collation & 0xff)
    .int16(greeting.status)
    .int16(capabilities >>> 16)
    .byte(NONCE_BYTES + 1)
    .zeros(6)
    .int32(has(capabilities, LONG_PASSWORD) ? 0 : greeting.extended)
    .raw(nonce.subarray(8))
    .byte(0)
    .cstring(greeting.plugin)
    .end()
    .done()
}

/** Reads the payload of a server's first packet. Throws a ProtocolError for other protocol versions and servers before 4.1. */
export function readGreeting(payload: Buffer): Greeting {
  const reader = new PacketReader(payload)
  const protocol = reader.byte()
  if (protocol !== PROTOCOL_VERSION) throw new ProtocolError(`the server speaks protocol version ${protocol}, not 10`)
  const version = reader.cstring()
  const connectionId = reader.int32()
  const head = reader.bytes(8)
  reader.skip(1)
  const low = reader.int16()
  const collation = reader.byte()
  const status = reader.int16()
  const capabilities = (low | (reader.int16() << 16)) >>> 0
  const nonceBytes = reader.byte()
  reader.skip(6)
  const extended = reader.int32()
  const tail = reader.bytes(Math.max(13, nonceBytes - 8)).subarray(0, NONCE_BYTES - 8)
  const plugin = has(capabilities, PLUGIN_AUTH) && reader.remaining > 0 ? textToNul(reader) : 'mysql_native_password'
  if (!has(capabilities, PROTOCOL_41) || !has(capabilities, SECURE_CONNECTION)) {
    throw new ProtocolError('the server is older than MySQL 4.1')
  }
  return {
    version,
    connectionId,
    nonce: Buffer.concat([head, tail]),
    capabilities,
    extended: has(capabilities, LONG_PASSWORD) ? 0 : extended,
    collation,
    status,
    plugin,
  }
}

/** Some peers leave out the NUL of a packet's last string. */
function textToNul(reader: PacketReader): string {
  const bytes = reader.rest()
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}

/** What a client says about itself, by HandshakeResponse41 or COM_CHANGE_USER. */
export interface HandshakeResponse {
  readonly capabilities: number
  readonly extended: number
  readonly collation: number
  readonly user: string
  readonly authResponse: Buffer
  /** '' for none. */
  readonly database: string
  /** null: the client does not know plugins, or names none. */
  readonly plugin: string | null
  readonly attributes: readonly (readonly [string, string])[]
  /** 0 where it was not asked for. */
  readonly zstdLevel: number
}

/** Capability flags, packet size, character set and reserved bytes: all of an SSLRequest, and the beginning of a HandshakeResponse41. */
export const SSL_REQUEST_BYTES = 32

/** The flags that a client's first packet begins with, whatever its kind; those of clients before 4.1 are 16 bits wide. */
export function clientFlags(payload: Buffer): number {
  const reader = new PacketReader(payload)
  const low = reader.int16()
  return has(low, PROTOCOL_41) ? (low | (reader.int16() << 16)) >>> 0 : low
}

/** `mariadb`: Freshet greeted as MariaDB, so that the last reserved bytes are extended capabilities. */
export function readHandshakeResponse(payload: Buffer, mariadb: boolean): HandshakeResponse {
  const reader = new PacketReader(payload)
  const capabilities = reader.int32()
  reader.skip(4)
  const collation = reader.byte()
  reader.skip(19)
  const last = reader.int32()
  const user = nameText(reader.cstringBytes())
  const authResponse = Buffer.from(readAuthResponse(reader, capabilities))
  const database = has(capabilities, CONNECT_WITH_DB) && reader.remaining > 0 ? nameText(bytesToNul(reader)) : ''
  const plugin = has(capabilities, PLUGIN_AUTH) && reader.remaining > 0 ? bytesToNul(reader).toString('latin1') : null
  const attributes = has(capabilities, CONNECT_ATTRS) && reader.remaining > 0 ? readAttributes(reader) : []
  const zstdLevel = has(capabilities, ZSTD_COMPRESSION) && reader.remaining > 0 ? reader.byte() : 0
  const extended = mariadb && !has(capabilities, LONG_PASSWORD) ? last : 0
  return { capabilities, extended, collation, user, authResponse, database, plugin, attributes, zstdLevel }
}

function readAuthResponse(reader: PacketReader, capabilities: number): Buffer {
  if (has(capabilities, PLUGIN_AUTH_LENENC_CLIENT_DATA)) return reader.bytes(reader.lenenc())
  if (has(capabilities, SECURE_CONNECTION)) return reader.bytes(reader.byte())
  return bytesToNul(reader)
}

function bytesToNul(reader: PacketReader): Buffer {
  const at = reader.at
  const rest = reader.rest()
  const end = rest.indexOf(0)
  if (end < 0) return rest
  reader.moveTo(at + end + 1)
  return rest.subarray(0, end)
}

/** User and database come in the client's character set: UTF-8 mostly, else some 8-bit one. */
function nameText(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? bytes.toString('latin1') : text
}

function readAttributes(reader: PacketReader): [string, string][] {
  const size = reader.lenenc()
  const inner = new PacketReader(reader.bytes(size))
  const attributes: [string, string][] = []
  while (inner.remaining > 0) attributes.push([inner.lenencText() ?? '', inner.lenencText() ?? ''])
  return attributes
}

/** COM_CHANGE_USER, whose shape depends on the capabilities of the first login. */
export function readChangeUser(
  payload: Buffer,
  established: { capabilities: number; extended: number; collation: number },
): HandshakeResponse {
  const { capabilities, extended } = established
  const reader = new PacketReader(payload, 1)
  const user = nameText(reader.cstringBytes())
  const authResponse = Buffer.from(
    has(capabilities, SECURE_CONNECTION) ? reader.bytes(reader.byte()) : bytesToNul(reader),
  )
  const database = nameText(reader.cstringBytes())
  const collation = reader.remaining >= 2 ? reader.int16() : established.collation
  const plugin = has(capabilities, PLUGIN_AUTH) && reader.remaining > 0 ? bytesToNul(reader).toString('latin1') : null
  const attributes = has(capabilities, CONNECT_ATTRS) && reader.remaining > 0 ? readAttributes(reader) : []
  return { capabilities, extended, collation, user, authResponse, database, plugin, attributes, zstdLevel: 0 }
}

function responseHead(
  writer: PacketWriter,
  response: Pick<HandshakeResponse, 'capabilities' | 'extended' | 'collation'>,
) {
  return writer
    .begin()
    .int32(response.capabilities)
    .int32(PACKET_SIZE_MAX)
    .byte(response.collation)
    .zeros(19)
    .int32(has(response.capabilities, LONG_PASSWORD) ? 0 : response.extended)
}

/** Packets to Freshet may be as large as the servers' `max_allowed_packet` can be. */
const PACKET_SIZE_MAX = 1 << 30

export function sslRequestPacket(
  response: Pick<HandshakeResponse, 'capabilities' | 'extended' | 'collation'>,
  sequence: number,
): Buffer {
  return responseHead(new PacketWriter(sequence, 64), { ...response, capabilities: response.capabilities | SSL })
    .end()
    .done()
}

export function handshakeResponsePacket(response: HandshakeResponse, sequence: number): Buffer {
  const { capabilities, authResponse } = response
  const writer = responseHead(new PacketWriter(sequence), response).cstring(response.user)
  if (has(capabilities, PLUGIN_AUTH_LENENC_CLIENT_DATA)) writer.lenencBytes(authResponse)
  else writer.byte(authResponse.length).raw(authResponse)
  if (has(capabilities, CONNECT_WITH_DB)) writer.cstring(response.database)
  if (has(capabilities, PLUGIN_AUTH)) writer.cstring(response.plugin ?? '')
  if (has(capabilities, CONNECT_ATTRS)) writer.lenencBytes(attributeBytes(response.attributes))
  return writer.end().done()
}

function attributeBytes(attributes: readonly (readonly [string, string])[]): Buffer {
  const writer = new PacketWriter(0)
  for (const [name, value] of attributes) writer.lenencBytes(name).lenencBytes(value)
  return writer.done()
}

/** One packet around a payload of the authentication exchange. */
export function authPacket(payload: Buffer, sequence: number): Buffer {
  return new PacketWriter(sequence, payload.length + 4).begin().raw(payload).end().done()
}

export function authSwitchPayload(plugin: string, nonce: Buffer): Buffer {
  return Buffer.concat([Buffer.from([AUTH_SWITCH]), Buffer.from(`${plugin}\0`, 'latin1'), nonce, Buffer.alloc(1)])
}

/** null: the ancient form without a plugin (a password hash from before 4.1). */
export function readAuthSwitch(payload: Buffer): { readonly plugin: string; readonly data: Buffer } | null {
  if (payload.length === 1) return null
  const reader = new PacketReader(payload, 1)
  const plugin = reader.cstring()
  return { plugin, data: reader.rest() }
}
