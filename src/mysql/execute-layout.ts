import { ProtocolError } from '../wire/protocol-error.ts'
import { has, QUERY_ATTRIBUTES } from './capabilities.ts'
import { PacketReader } from './packets.ts'
import { COM_STMT_BULK_EXECUTE, type ExecuteLayout } from './unit.ts'

/** EXECUTE's flag that says that a count of parameters follows (manual, "COM_STMT_EXECUTE", PARAMETER_COUNT_AVAILABLE). */
const PARAMETER_COUNT_AVAILABLE = 0x08
const CURSOR_FLAGS = 0x07
const SEND_TYPES = 0x80
const FIXED_BYTES = 10
const BULK_FIXED_BYTES = 7

const TYPE_NULL = 0x06

/**
 * Reads where the parts of an EXECUTE stand. `parameters`: as many as its statement has. Throws a ProtocolError when the packet ends too
 * early. Values are not looked at.
 */
export function executeLayout(payload: Buffer, parameters: number, capabilities: number): ExecuteLayout {
  if (payload[0] === COM_STMT_BULK_EXECUTE) return bulkLayout(payload, parameters)
  const reader = new PacketReader(payload, 5)
  const flags = reader.byte()
  reader.skip(4)
  const attributes = has(capabilities, QUERY_ATTRIBUTES)
  const counted = attributes && (flags & PARAMETER_COUNT_AVAILABLE) !== 0
  if (parameters === 0 && !counted) {
    return { cursor: flags & CURSOR_FLAGS, parameters: 0, boundAt: -1, typesAt: FIXED_BYTES, typesEnd: FIXED_BYTES }
  }
  const count = counted ? reader.lenenc() : parameters
  const cursor = flags & CURSOR_FLAGS
  if (count === 0) return { cursor, parameters: 0, boundAt: -1, typesAt: reader.at, typesEnd: reader.at }
  reader.skip((count + 7) >> 3)
  const boundAt = reader.at
  const bound = reader.byte()
  const typesAt = reader.at
  if (bound === 1) skipTypes(reader, count, attributes)
  return { cursor, parameters: count, boundAt, typesAt, typesEnd: reader.at }
}

function bulkLayout(payload: Buffer, parameters: number): ExecuteLayout {
  const reader = new PacketReader(payload, 5)
  const flags = reader.int16()
  if ((flags & SEND_TYPES) !== 0) reader.skip(2 * parameters)
  return { cursor: 0, parameters, boundAt: 5, typesAt: BULK_FIXED_BYTES, typesEnd: reader.at }
}

function skipTypes(reader: PacketReader, count: number, named: boolean): void {
  for (let index = 0; index < count; index++) {
    reader.skip(2)
    if (named) reader.skip(reader.lenenc())
  }
}

/**
 * Where the text of a COM_QUERY begins: behind the query attributes, where those are agreed (manual, "COM_QUERY"). Throws a ProtocolError when
 * they are malformed.
 */
export function queryTextAt(payload: Buffer, capabilities: number): number {
  if (!has(capabilities, QUERY_ATTRIBUTES)) return 1
  const reader = new PacketReader(payload, 1)
  const count = reader.lenenc()
  // The number of parameter sets is 1, always.
  reader.lenenc()
  if (count === 0) return reader.at
  const nulls = reader.bytes((count + 7) >> 3)
  if (reader.byte() !== 1) throw new ProtocolError('malformed packet')
  const typesAt = reader.at
  skipTypes(reader, count, true)
  const types = new PacketReader(payload, typesAt)
  for (let index = 0; index < count; index++) {
    const type = types.int16() & 0xff
    types.skip(types.lenenc())
    if ((nulls[index >> 3]! & (1 << (index & 7))) === 0) skipValue(reader, type)
  }
  return reader.at
}

/** Skips a value of the binary protocol (manual, "Binary Protocol Value"). */
function skipValue(reader: PacketReader, type: number): void {
  switch (type) {
    case TYPE_NULL:
      return
    case 0x01: // TINY
      reader.skip(1)
      return
    case 0x02: // SHORT
    case 0x0d: // YEAR
      reader.skip(2)
      return
    case 0x03: // LONG
    case 0x04: // FLOAT
    case 0x09: // INT24
      reader.skip(4)
      return
    case 0x05: // DOUBLE
    case 0x08: // LONGLONG
      reader.skip(8)
      return
    case 0x07: // TIMESTAMP
    case 0x0a: // DATE
    case 0x0b: // TIME
    case 0x0c: // DATETIME
      reader.skip(reader.byte())
      return
    default:
      reader.lenencBytes()
  }
}
