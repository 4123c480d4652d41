/** OK and EOF packets with their status flags and session-state trackers (manual, "OK_Packet"). */
import { PacketReader, PacketWriter } from './packets.ts'

export const STATUS_IN_TRANS = 0x0001
export const STATUS_AUTOCOMMIT = 0x0002
export const STATUS_MORE_RESULTS = 0x0008
export const STATUS_CURSOR_EXISTS = 0x0040
export const STATUS_LAST_ROW_SENT = 0x0080
export const STATUS_NO_BACKSLASH_ESCAPES = 0x0200
export const STATUS_IN_TRANS_READONLY = 0x2000
export const STATUS_SESSION_STATE_CHANGED = 0x4000
/** MariaDB: ANSI_QUOTES is on. */
export const STATUS_ANSI_QUOTES = 0x8000

/** enum_session_state_type. */
export const TRACK_SYSTEM_VARIABLES = 0
export const TRACK_SCHEMA = 1
export const TRACK_STATE_CHANGE = 2
export const TRACK_GTIDS = 3
export const TRACK_TRANSACTION_CHARACTERISTICS = 4
export const TRACK_TRANSACTION_STATE = 5

export interface OkPacket {
  readonly affectedRows: bigint
  readonly insertId: bigint
  readonly status: number
  readonly warnings: number
  /** Text for people; '' mostly. */
  readonly info: string
  /** Concatenated tracker entries (type, length, data), a view; null when there are none. */
  readonly state: Buffer | null
}

/** Reads the payload of an OK packet, also one with 0xFE that ends a result set. `sessionTrack`: this leg has CLIENT_SESSION_TRACK. */
export function readOk(payload: Buffer, sessionTrack: boolean): OkPacket {
  const reader = new PacketReader(payload, 1)
  const affectedRows = reader.lenencBig()
  const insertId = reader.lenencBig()
  const status = reader.int16()
  const warnings = reader.int16()
  // The manual has the text run to the end where there is no session tracking; the servers write its length always.
  const info = reader.remaining > 0 ? (reader.lenencText() ?? '') : ''
  const tracked = sessionTrack && (status & STATUS_SESSION_STATE_CHANGED) !== 0 && reader.remaining > 0
  const state = tracked ? reader.lenencBytes() : null
  return { affectedRows, insertId, status, warnings, info, state }
}

/** One OK packet. `header`: 0x00, or 0xFE where it ends a result set of a client with DEPRECATE_EOF. */
export function okPacket(
  sequence: number,
  ok: Partial<OkPacket>,
  { sessionTrack, header = 0 }: { readonly sessionTrack: boolean; readonly header?: 0 | 0xfe },
): Buffer {
  const { affectedRows = 0n, insertId = 0n, status = STATUS_AUTOCOMMIT, warnings = 0, info = '', state = null } = ok
  const writer = new PacketWriter(sequence, 64).begin().byte(header).lenenc(affectedRows).lenenc(insertId)
  const tracked = sessionTrack && state !== null
  const flags = tracked ? status | STATUS_SESSION_STATE_CHANGED : status & ~STATUS_SESSION_STATE_CHANGED
  writer.int16(flags).int16(warnings)
  if (info !== '' || tracked) writer.lenencBytes(info)
  if (tracked) writer.lenencBytes(state)
  return writer.end().done()
}

/** Goes through tracker entries; `each` gets their type and their data (a view). Throws a ProtocolError when they are malformed. */
export function readTrackers(state: Buffer, each: (type: number, data: Buffer) => void): void {
  const reader = new PacketReader(state)
  while (reader.remaining > 0) {
    const type = reader.byte()
    each(type, reader.bytes(reader.lenenc()))
  }
}

/** The entry that says which schema is the current one. */
export function schemaTracker(schema: string): Buffer {
  const name = new PacketWriter(0, 64).lenencBytes(schema).done()
  return new PacketWriter(0, 64).byte(TRACK_SCHEMA).lenencBytes(name).done()
}
