/** One conversation in the MySQL protocol, and what is heard in it, as text that can be compared. */
import type { Flavour } from '../../src/cli/demo/mysql-flavour.ts'
import { command as c } from '../mysql/client-side.ts'
import { type RawMysql, show } from './mysql-raw.ts'

/** A text is a COM_QUERY; a function says something more and returns what it heard. */
export type Said = string | Buffer | ((client: RawMysql) => Promise<Buffer>)

export interface Conversation {
  readonly name: string
  readonly said: readonly Said[]
  readonly capabilities?: number
  readonly extended?: number
  readonly only?: Flavour
}

/** Statements are numbered in the order of their preparation here; the servers have numbers of their own, which nothing heard contains. */
export function conversation(client: RawMysql): (said: Said) => Promise<string> {
  const ids: number[] = []
  const own = (payload: Buffer): Buffer => {
    if (![0x17, 0x18, 0x19, 0x1a, 0x1c, 0xfa].includes(payload[0]!) || payload.length < 5) return payload
    const copy = Buffer.from(payload)
    copy.writeUInt32LE(ids[payload.readUInt32LE(1) - 1] ?? 4_000_000, 1)
    return copy
  }
  return async (said) => {
    if (typeof said === 'string') return `-- ${said.slice(0, 100)}\n${untold(await client.query(said))}`
    if (typeof said === 'function') return show(await said(client))
    const reply = Buffer.from(await client.ask(own(said)))
    if (said[0] === 0x16 && reply[4] === 0) {
      ids.push(reply.readUInt32LE(5))
      reply.writeUInt32LE(ids.length, 5)
    }
    return `-- command ${said[0]} ${said.subarray(1, 40).toString('latin1')}\n${withoutId(reply)}`
  }
}

/**
 * MySQL tells of the beginning and the end of a transaction by a tracker that is switched off (session_track_transaction_info), and of nothing in
 * between. Freshet keeps to what was asked for.
 */
function untold(reply: Buffer): string {
  const packets: Buffer[] = []
  for (let at = 0; at + 4 <= reply.length; ) {
    const end = at + 4 + reply.readUIntLE(at, 3)
    packets.push(withoutTransactionState(reply.subarray(at, end)))
    at = end
  }
  return show(Buffer.concat(packets))
}

function withoutTransactionState(packet: Buffer): Buffer {
  const ok = packet[4] === 0 && packet[5] === 0 && packet[6] === 0 && (packet[8]! & 0x40) !== 0
  const nothing = packet.length === 13 && packet[11] === 0
  const state = packet.length === 24 && packet.subarray(11, 15).equals(Buffer.from([0, 0x0b, 5, 9]))
  if (!ok || !(nothing || state)) return packet
  const without = Buffer.from(packet.subarray(0, 11))
  without[0] = 7
  without[8]! &= 0xbf
  return without
}

/** Errors name the statement's number. */
const withoutId = (reply: Buffer): string => (reply[4] === 0xff ? show(reply).replace(/\(\d+\)/, '(id)') : show(reply))

/** COM_STMT_EXECUTE with parameters of these types; null values are in the bitmap. */
export function execute(
  id: number,
  parameters: readonly (readonly [number, Buffer | null])[],
  bound = true,
  cursor = 0,
): Buffer {
  const bitmap = Buffer.alloc((parameters.length + 7) >> 3)
  for (const [index, [, value]] of parameters.entries()) if (value === null) bitmap[index >> 3]! |= 1 << (index & 7)
  const types = bound ? parameters.map(([type]) => Buffer.from([type & 255, type >> 8])) : []
  const values = parameters.flatMap(([, value]) => value ?? [])
  const tail = parameters.length === 0 ? [] : [bitmap, Buffer.from([bound ? 1 : 0]), ...types, ...values]
  return c.execute(id, [...Buffer.concat(tail)], cursor)
}

export const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)])
export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}
export const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

/** Says a LOAD DATA LOCAL and sends the file in pieces, if it is asked for. */
export const load =
  (sql: string, ...pieces: string[]): Said =>
  async (client) => {
    const asked = await client.query(sql)
    if (asked[4] !== 0xfb) return asked
    let sequence = asked[3]! + 1
    for (const piece of [...pieces, '']) {
      const head = Buffer.alloc(4)
      head.writeUIntLE(piece.length, 0, 3)
      head[3] = sequence++
      client.send(Buffer.concat([head, Buffer.from(piece)]))
    }
    return Buffer.concat([asked, await client.reply(3)])
  }
