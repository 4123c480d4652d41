/** Replies as servers send them, packet by packet. */

import { errorPacket } from '../../src/mysql/errors.ts'
import { okPacket, STATUS_AUTOCOMMIT, STATUS_CURSOR_EXISTS, STATUS_MORE_RESULTS } from '../../src/mysql/ok.ts'
import { PacketWriter, packetCount, packetsOf } from '../../src/mysql/packets.ts'

export interface Shape {
  readonly deprecateEof: boolean
  readonly optionalMetadata: boolean
}

/** Numbers packets one after another. */
export class Script {
  readonly parts: Buffer[] = []
  #sequence: number
  readonly #shape: Shape

  constructor(shape: Shape, sequence = 1) {
    this.#shape = shape
    this.#sequence = sequence
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts)
  }

  payload(payload: Buffer): this {
    const pieces = packetsOf(payload, this.#sequence)
    this.#sequence = (this.#sequence + packetCount(payload.length)) & 0xff
    this.parts.push(...pieces)
    return this
  }

  #packet(packet: Buffer): this {
    packet[3] = this.#sequence
    this.#sequence = (this.#sequence + 1) & 0xff
    this.parts.push(packet)
    return this
  }

  ok(more = false, insertId = 0n, affectedRows = 0n): this {
    const status = STATUS_AUTOCOMMIT | (more ? STATUS_MORE_RESULTS : 0)
    return this.#packet(okPacket(0, { status, insertId, affectedRows }, { sessionTrack: true }))
  }

  /** The OK to SET, with what the session tracker says of the variable. */
  set(variable: string, value: string): this {
    const data = new PacketWriter(0, 64).lenencBytes(variable).lenencBytes(value).done()
    const state = new PacketWriter(0, 64).byte(0).lenencBytes(data).done()
    return this.#packet(okPacket(0, { state }, { sessionTrack: true }))
  }

  error(number = 1146, message = "Table 'a.b' doesn't exist"): this {
    return this.#packet(errorPacket({ code: '42S02', number, message }, 0))
  }

  /** The end of rows, or of definitions where those have an end. */
  end(status = STATUS_AUTOCOMMIT, warnings = 0): this {
    if (this.#shape.deprecateEof)
      return this.#packet(okPacket(0, { status, warnings }, { sessionTrack: true, header: 0xfe }))
    return this.#eof(status, warnings)
  }

  #eof(status: number, warnings = 0): this {
    return this.payload(Buffer.from([0xfe, warnings, 0, status & 0xff, status >> 8]))
  }

  definitions(count: number): this {
    for (let index = 0; index < count; index++) this.payload(definition(`c${index}`))
    if (count > 0 && !this.#shape.deprecateEof) this.#eof(STATUS_AUTOCOMMIT)
    return this
  }

  columns(count: number, metadata = true): this {
    const writer = new PacketWriter(0).lenenc(count)
    if (this.#shape.optionalMetadata) writer.byte(metadata ? 1 : 0)
    this.payload(writer.done())
    if (metadata) return this.definitions(count)
    return this.#shape.deprecateEof ? this : this.#eof(STATUS_AUTOCOMMIT)
  }

  rows(rows: readonly (readonly (string | Buffer | null)[])[], status = STATUS_AUTOCOMMIT, warnings = 0): this {
    for (const row of rows) {
      const writer = new PacketWriter(0)
      for (const value of row) writer.lenencBytes(value)
      this.payload(writer.done())
    }
    return this.end(status, warnings)
  }

  resultSet(columns: number, rows: readonly (readonly (string | Buffer | null)[])[], more = false): this {
    return this.columns(columns).rows(rows, STATUS_AUTOCOMMIT | (more ? STATUS_MORE_RESULTS : 0))
  }

  /** Columns, and a cursor in place of rows. */
  cursor(columns: number): this {
    const status = STATUS_AUTOCOMMIT | STATUS_CURSOR_EXISTS
    this.payload(new PacketWriter(0).lenenc(columns).done())
    for (let index = 0; index < columns; index++) this.payload(definition(`c${index}`))
    return this.end(status)
  }

  prepared(id: number, columns: number, parameters: number): this {
    const writer = new PacketWriter(0).byte(0).int32(id).int16(columns).int16(parameters).byte(0).int16(0)
    if (this.#shape.optionalMetadata) writer.byte(1)
    return this.payload(writer.done()).definitions(parameters).definitions(columns)
  }
}

function definition(name: string): Buffer {
  const writer = new PacketWriter(0)
  for (const text of ['def', 'app', 't', 't', name, name]) writer.lenencBytes(text)
  return writer.byte(0x0c).int16(45).int32(255).byte(0xfd).int16(0).byte(0).int16(0).done()
}
