import {
  type OkPacket,
  readTrackers,
  STATUS_SESSION_STATE_CHANGED,
  TRACK_GTIDS,
  TRACK_SCHEMA,
  TRACK_STATE_CHANGE,
  TRACK_SYSTEM_VARIABLES,
  TRACK_TRANSACTION_CHARACTERISTICS,
  TRACK_TRANSACTION_STATE,
} from './ok.ts'
import type { TrackerWishes } from './outcome.ts'
import { PacketReader, PacketWriter } from './packets.ts'

/**
 * An OK packet as a client gets it that asked for fewer trackers than Freshet, or none (`wishes` null). Everything else stays as it is: `info`
 * is length-encoded with CLIENT_SESSION_TRACK and, against the manual, without it (MySQL 9.7, MariaDB 10.11, and what clients read).
 */
export function filterOk(payload: Buffer, sequence: number, ok: OkPacket, wishes: TrackerWishes | null): Buffer {
  const kept = wishes === null || ok.state === null ? [] : wished(ok.state, wishes)
  const size = kept.reduce((sum, entry) => sum + entry.length, 0)
  const status = size > 0 ? ok.status : ok.status & ~STATUS_SESSION_STATE_CHANGED
  const writer = new PacketWriter(sequence, 64).begin().byte(payload[0]!)
  writer.lenenc(ok.affectedRows).lenenc(ok.insertId).int16(status).int16(ok.warnings)
  if (size > 0 || ok.info !== '') writer.lenencBytes(infoOf(payload))
  if (size > 0) writer.lenenc(size)
  for (const entry of kept) writer.raw(entry)
  return writer.end().done()
}

/** Info in the server's own bytes. */
function infoOf(payload: Buffer): Buffer {
  const reader = new PacketReader(payload, 1)
  reader.lenencBig()
  reader.lenencBig()
  reader.skip(4)
  return reader.lenencBytes() ?? Buffer.alloc(0)
}

function wished(state: Buffer, wishes: TrackerWishes): Buffer[] {
  const kept: Buffer[] = []
  readTrackers(state, (type, data) => {
    if (!wants(wishes, type, data)) return
    kept.push(new PacketWriter(0, data.length + 16).byte(type).lenencBytes(data).done())
  })
  return kept
}

function wants(wishes: TrackerWishes, type: number, data: Buffer): boolean {
  switch (type) {
    case TRACK_SYSTEM_VARIABLES:
      return wishes.variables === '*' || wishes.variables.has(trackedVariable(data)[0].toLowerCase())
    case TRACK_SCHEMA:
      return wishes.schema
    case TRACK_STATE_CHANGE:
      return wishes.stateChange
    case TRACK_GTIDS:
      return wishes.gtids
    case TRACK_TRANSACTION_CHARACTERISTICS:
      return wishes.transaction === 'CHARACTERISTICS'
    case TRACK_TRANSACTION_STATE:
      return wishes.transaction !== 'OFF'
    default:
      return false
  }
}

/** Name and value of a system variable's tracker entry. */
export function trackedVariable(data: Buffer): [string, string] {
  const reader = new PacketReader(data)
  return [reader.lenencText() ?? '', reader.lenencText() ?? '']
}

/** The text that the other trackers' entries consist of. */
export const trackedText = (data: Buffer): string => new PacketReader(data).lenencText() ?? ''
