import { DEPRECATE_EOF, EXT_EXTENDED_METADATA, has, OPTIONAL_RESULTSET_METADATA } from './capabilities.ts'
import { PacketWriter } from './packets.ts'

/** Replies that no server has given, packet by packet as a server would have sent them. */

/** What shapes a reply besides its content. */
export interface ReplyShape {
  readonly capabilities: number
  /** MariaDB's extended capabilities. */
  readonly extended: number
  /** Status flags of its OK and EOF packets. */
  readonly status: number
  readonly warnings: number
  /** The client has CLIENT_SESSION_TRACK: an OK packet's text has a length of its own. */
  readonly sessionTrack: boolean
}

/** One column of a reply of Freshet's own (manual, "Column Definition"). */
export interface Column {
  readonly name: string
  readonly type: number
  /** Collation id; 63 for numbers. */
  readonly collation: number
  readonly length: number
  readonly flags: number
  readonly decimals: number
}

export const TYPE_LONG = 0x03
export const TYPE_LONGLONG = 0x08
export const TYPE_VAR_STRING = 0xfd

export type Row = readonly (string | null)[]

/** A result set in answer to COM_QUERY. Sequence numbers begin with 1. */
export function textResult(columns: readonly Column[], rows: readonly Row[], shape: ReplyShape): Buffer {
  const writer = head(columns, shape)
  for (const row of rows) {
    writer.begin()
    for (const value of row) writer.lenencBytes(value)
    writer.end()
  }
  return end(writer, shape).done()
}

/** A result set in answer to COM_STMT_EXECUTE (manual, "Binary Protocol Resultset"). */
export function binaryResult(columns: readonly Column[], rows: readonly Row[], shape: ReplyShape): Buffer {
  const writer = head(columns, shape)
  for (const row of rows) binaryRow(writer, columns, row)
  return end(writer, shape).done()
}

/** The answer to COM_STMT_PREPARE of a statement without parameters. */
export function prepareOk(
  id: number,
  columns: readonly Column[],
  parameters: readonly Column[],
  shape: ReplyShape,
): Buffer {
  const writer = new PacketWriter(1).begin().byte(0).int32(id).int16(columns.length).int16(parameters.length).byte(0)
  writer.int16(shape.warnings)
  if (has(shape.capabilities, OPTIONAL_RESULTSET_METADATA)) writer.byte(1)
  writer.end()
  for (const definitions of [parameters, columns]) {
    for (const column of definitions) definition(writer, column, shape)
    if (definitions.length > 0 && !has(shape.capabilities, DEPRECATE_EOF)) eof(writer, shape)
  }
  return writer.done()
}

function head(columns: readonly Column[], shape: ReplyShape): PacketWriter {
  const writer = new PacketWriter(1).begin()
  writer.lenenc(columns.length)
  // The manual has the flag in front of the number; servers send it behind (9.7.4: `03 01`).
  if (has(shape.capabilities, OPTIONAL_RESULTSET_METADATA)) writer.byte(1)
  writer.end()
  for (const column of columns) definition(writer, column, shape)
  if (!has(shape.capabilities, DEPRECATE_EOF)) eof(writer, shape)
  return writer
}

function definition(writer: PacketWriter, column: Column, shape: ReplyShape): void {
  writer.begin().lenencBytes('def').lenencBytes('').lenencBytes('').lenencBytes('')
  writer.lenencBytes(column.name).lenencBytes('')
  if (has(shape.extended, EXT_EXTENDED_METADATA)) writer.lenencBytes('')
  writer.byte(0x0c).int16(column.collation).int32(column.length)
  writer.byte(column.type).int16(column.flags).byte(column.decimals).zeros(2).end()
}

function eof(writer: PacketWriter, { status, warnings }: ReplyShape): void {
  writer.begin().byte(0xfe).int16(warnings).int16(status).end()
}

/** The end of the rows: EOF, or an OK packet with its header. */
function end(writer: PacketWriter, shape: ReplyShape): PacketWriter {
  if (!has(shape.capabilities, DEPRECATE_EOF)) {
    eof(writer, shape)
    return writer
  }
  return writer.begin().byte(0xfe).lenenc(0).lenenc(0).int16(shape.status).int16(shape.warnings).end()
}

function binaryRow(writer: PacketWriter, columns: readonly Column[], row: Row): void {
  writer.begin().byte(0)
  // The bitmap of NULLs begins with two unused bits.
  const nulls = Buffer.alloc((columns.length + 9) >> 3)
  for (let index = 0; index < columns.length; index++) {
    if (row[index] === null) nulls[(index + 2) >> 3]! |= 1 << ((index + 2) & 7)
  }
  writer.raw(nulls)
  for (let index = 0; index < columns.length; index++) {
    const value = row[index]!
    if (value === null) continue
    const { type } = columns[index]!
    if (type === TYPE_LONGLONG) writer.int64(BigInt(value))
    else if (type === TYPE_LONG) writer.int32(Number(value))
    else writer.lenencBytes(value)
  }
  writer.end()
}
