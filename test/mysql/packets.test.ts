import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  HEADER_BYTES,
  lenencBytesOf,
  PAYLOAD_MAX,
  PacketBuffer,
  PacketReader,
  PacketWriter,
  packetCount,
  packetsOf,
  payloadLength,
} from '../../src/mysql/packets.ts'
import { ProtocolError } from '../../src/wire/protocol-error.ts'

const rest = (size: number) => Buffer.alloc(size, 0x61)

describe('framing', () => {
  test.each([0, 1, PAYLOAD_MAX - 1, PAYLOAD_MAX, PAYLOAD_MAX + 1, 2 * PAYLOAD_MAX])(
    'a payload of %i bytes is joined from its packets as it was',
    (size) => {
      const payload = rest(size)
      const wire = Buffer.concat(packetsOf(payload, 254))
      const buffer = new PacketBuffer(3 * PAYLOAD_MAX)
      buffer.push(wire.subarray(0, wire.length - 1))
      expect(buffer.take()).toBeNull()
      buffer.push(wire.subarray(wire.length - 1))
      const packet = buffer.take()!
      expect(packet.payload.equals(payload)).toBe(true)
      expect(packet.sequence).toBe(254)
      expect(packet.nextSequence).toBe((254 + packetCount(size)) & 0xff)
      expect(buffer.take()).toBeNull()
      expect(buffer.rest()).toHaveLength(0)
    },
  )

  test('a payload of exactly 16 MiB - 1 is followed by an empty packet', () => {
    const parts = packetsOf(rest(PAYLOAD_MAX), 0)
    expect(parts.map((part) => part.length)).toEqual([HEADER_BYTES, PAYLOAD_MAX, HEADER_BYTES])
    expect([...parts[2]!]).toEqual([0, 0, 0, 1])
  })

  test('the writer splits by itself and goes on counting', () => {
    const writer = new PacketWriter(7).begin().raw(rest(PAYLOAD_MAX)).end()
    expect(writer.sequence).toBe(9)
    const wire = writer.begin().byte(1).end().done()
    expect(payloadLength(wire, 0)).toBe(PAYLOAD_MAX)
    const second = HEADER_BYTES + PAYLOAD_MAX
    expect([...wire.subarray(second)]).toEqual([0, 0, 0, 8, 1, 0, 0, 9, 1])
  })

  test('what is longer than the limit is refused as soon as its length is known', () => {
    const buffer = new PacketBuffer(10)
    buffer.push(Buffer.from([11, 0, 0, 0]))
    expect(() => buffer.take()).toThrow(ProtocolError)
  })

  test('packets come out the same however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
        (payloads, cuts) => {
          const wire = Buffer.concat(payloads.flatMap((payload) => packetsOf(Buffer.from(payload), 0)))
          const buffer = new PacketBuffer(1000)
          const seen: number[][] = []
          let at = 0
          for (let turn = 0; at < wire.length; turn++) {
            const size = cuts[turn % cuts.length]!
            buffer.push(wire.subarray(at, at + size))
            at += size
            for (let packet = buffer.take(); packet; packet = buffer.take()) seen.push([...packet.payload])
          }
          expect(seen).toEqual(payloads.map((payload) => [...payload]))
        },
      ),
    )
  })
})

describe('data types', () => {
  test.each([0n, 250n, 251n, 0xffffn, 0x10000n, 0xffffffn, 0x1000000n, 0xffffffffffffffffn])(
    'the length-encoded integer %d is read as it was written',
    (value) => {
      const wire = new PacketWriter(0).begin().lenenc(value).end().done()
      expect(wire.length).toBe(HEADER_BYTES + lenencBytesOf(wire[HEADER_BYTES]!))
      expect(new PacketReader(wire, HEADER_BYTES).lenencBig()).toBe(value)
    },
  )

  test('every field comes back', () => {
    const wire = new PacketWriter(0, 1)
      .begin()
      .byte(1)
      .int16(0xfffe)
      .int24(0xfffffd)
      .int32(0xfffffffc)
      .int64(0xfffffffffffffffbn)
      .cstring('ä')
      .lenencBytes(null)
      .lenencBytes('ö')
      .zeros(2)
      .text('end')
      .end()
      .done()
    const reader = new PacketReader(wire, HEADER_BYTES)
    expect([reader.byte(), reader.int16(), reader.int24(), reader.int32(), reader.int64()]).toEqual([
      1,
      0xfffe,
      0xfffffd,
      0xfffffffc,
      0xfffffffffffffffbn,
    ])
    expect([reader.cstring(), reader.lenencText(), reader.lenencText()]).toEqual(['ä', null, 'ö'])
    reader.skip(2)
    expect([reader.rest().toString(), reader.remaining, reader.peek()]).toEqual(['end', 0, -1])
  })

  test('no read goes beyond the end, whatever the bytes', () => {
    const reads = ['byte', 'int16', 'int24', 'int32', 'int64', 'lenenc', 'lenencBytes', 'cstring', 'rest'] as const
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.array(fc.constantFrom(...reads)), (bytes, calls) => {
        const padded = Buffer.concat([Buffer.from(bytes), rest(20), Buffer.alloc(1)])
        const reader = new PacketReader(padded, 0, bytes.length)
        try {
          for (const call of calls) reader[call]()
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
        expect(reader.remaining).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
