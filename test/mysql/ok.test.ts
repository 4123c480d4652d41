import { describe, expect, test } from 'vitest'
import { okPacket, readOk, readTrackers, STATUS_AUTOCOMMIT, schemaTracker, TRACK_SCHEMA } from '../../src/mysql/ok.ts'
import { HEADER_BYTES } from '../../src/mysql/packets.ts'
import { ProtocolError } from '../../src/wire/protocol-error.ts'

describe('OK packets', () => {
  // As MySQL 9.7 and MariaDB 10.11 end a login with a database.
  const login = Buffer.from('00000002400000000601040361707000'.slice(0, 30), 'hex')

  test("a server's own is read, and written the same", () => {
    const ok = readOk(login, true)
    expect(ok).toMatchObject({ affectedRows: 0n, insertId: 0n, status: 0x4002, warnings: 0, info: '' })
    const seen: [number, string][] = []
    readTrackers(ok.state!, (type, data) => seen.push([type, data.toString('latin1')]))
    expect(seen).toEqual([[TRACK_SCHEMA, '\x03app']])
    expect(okPacket(2, { state: schemaTracker('app') }, { sessionTrack: true }).subarray(HEADER_BYTES)).toEqual(login)
  })

  test('a client without session tracking is told no state', () => {
    const bytes = okPacket(2, { state: schemaTracker('app'), info: 'three rows' }, { sessionTrack: false })
    expect(readOk(bytes.subarray(HEADER_BYTES), false)).toMatchObject({
      status: STATUS_AUTOCOMMIT,
      info: 'three rows',
      state: null,
    })
  })

  test('counts of any size, text and state together', () => {
    const ok = {
      affectedRows: 70_000n,
      insertId: 2n ** 63n,
      status: 3,
      warnings: 9,
      info: 'ä',
      state: schemaTracker('x'),
    }
    const bytes = okPacket(1, ok, { sessionTrack: true, header: 0xfe })
    expect(bytes[HEADER_BYTES]).toBe(0xfe)
    expect(readOk(bytes.subarray(HEADER_BYTES), true)).toEqual({ ...ok, status: 0x4003 })
  })

  test('cut short it is a ProtocolError', () => {
    for (let length = 1; length < 7; length++) {
      expect(() => readOk(login.subarray(0, length), true)).toThrow(ProtocolError)
    }
    expect(() => readTrackers(Buffer.from([1, 9, 0]), () => {})).toThrow(ProtocolError)
  })
})
