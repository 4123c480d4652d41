import { deflateSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Algorithm, createCompression } from '../../src/mysql/compression.ts'
import { packetsOf } from '../../src/mysql/packets.ts'
import { ProtocolError } from '../../src/wire/protocol-error.ts'

const ZLIB: Algorithm = { name: 'zlib' }
const ZSTD: Algorithm = { name: 'zstd', level: 22 }
const packet = (size: number, sequence: number) => Buffer.concat(packetsOf(Buffer.alloc(size, 'ab'), sequence))

/** Headers of frames: sequence number and whether compressed. */
function frames(bytes: Buffer): string[] {
  const found: string[] = []
  for (let at = 0; at < bytes.length; at += 7 + bytes.readUIntLE(at, 3)) {
    found.push(`${bytes[at + 3]}${bytes.readUIntLE(at + 4, 3) > 0 ? ' compressed' : ''}`)
  }
  return found
}

function frame(body: Buffer, sequence: number, inside: number): Buffer {
  const header = Buffer.alloc(7)
  header.writeUIntLE(body.length, 0, 3)
  header[3] = sequence
  header.writeUIntLE(inside, 4, 3)
  return Buffer.concat([header, body])
}

test('packets of commands are numbered, as servers do not look at their numbers; those of a file stay', () => {
  const compression = createCompression(ZLIB)
  const incoming = (bytes: Buffer) => Buffer.from(compression.incoming(Buffer.from(bytes)))
  const full = packet(0xffffff + 2, 0)
  for (const wrong of [0, 1, 77]) {
    expect(incoming(frame(packet(10, wrong), 0, 0)).equals(packet(10, 0))).toBe(true)
    const cut = Buffer.from(full)
    cut[3] = wrong
    cut[0xffffff + 4 + 3] = wrong
    const frames = [0, 1, 2].map((n) => frame(cut.subarray(n * 0xfffffd, (n + 1) * 0xfffffd), n, 0))
    expect(Buffer.concat(frames.map(incoming)).equals(full)).toBe(true)
  }
  expect(incoming(frame(packet(10, 0), 0, 0)).equals(packet(10, 0))).toBe(true)
  expect(incoming(frame(packet(10, 2), 2, 0)).equals(packet(10, 2))).toBe(true)
  for (let n = 3; n < 600; n++) expect(incoming(frame(packet(10, n), n & 0xff, 0)).equals(packet(10, n))).toBe(true)
})

describe.each([ZLIB, ZSTD])('$name', (algorithm) => {
  test('what goes out comes in again, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 700 }),
        (sizes, step) => {
          const plain = Buffer.concat(sizes.map((size) => packet(size, 0)))
          const wire = createCompression(algorithm).outgoing(plain)
          const other = createCompression(algorithm)
          const parts: Buffer[] = []
          const shared = Buffer.alloc(step)
          for (let at = 0; at < wire.length; at += step) {
            // Chunks live in memory that is used again.
            const length = wire.copy(shared, 0, at, at + step)
            parts.push(Buffer.from(other.incoming(shared.subarray(0, length))))
          }
          expect(Buffer.concat(parts).equals(plain)).toBe(true)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('garbage is a ProtocolError, whatever it claims', () => {
    const body = algorithm.name === 'zlib' ? deflateSync(Buffer.alloc(500)) : zstdCompressSync(Buffer.alloc(500))
    const incoming = (bytes: Buffer) => () => createCompression(algorithm).incoming(bytes)
    expect(incoming(frame(body, 0, 500))().length).toBe(500)
    expect(incoming(frame(body, 0, 499))).toThrow(ProtocolError)
    expect(incoming(frame(body, 0, 501))).toThrow(ProtocolError)
    expect(incoming(frame(Buffer.from('nonsense'), 0, 500))).toThrow(ProtocolError)
    const huge = Buffer.alloc(0xffffff)
    const bomb = frame(algorithm.name === 'zlib' ? deflateSync(huge) : zstdCompressSync(huge), 0, huge.length)
    expect(incoming(Buffer.concat(Array.from({ length: 9 }, () => bomb)))).toThrow(ProtocolError)
  })
})

describe('frames', () => {
  test('a short answer is not compressed, and its number follows the command', () => {
    const { incoming, outgoing } = createCompression(ZLIB)
    const command = packet(5, 0)
    expect(incoming(frame(command, 0, 0)).equals(command)).toBe(true)
    expect(frames(outgoing(packet(7, 1)))).toEqual(['1'])
    expect(frames(outgoing(packet(700, 2)))).toEqual(['2 compressed'])
    incoming(frame(command, 0, 0))
    expect(frames(outgoing(packet(7, 1)))).toEqual(['1'])
    incoming(frame(Buffer.alloc(10), 6, 0))
    expect(frames(outgoing(packet(7, 8)))).toEqual(['7'])
  })

  test('replies to commands that were sent ahead begin anew, also within one write', () => {
    const { incoming, outgoing } = createCompression(ZLIB)
    incoming(Buffer.concat([frame(packet(5, 0), 0, 0), frame(packet(5, 0), 0, 0)]))
    const reply = Buffer.concat([packet(3, 1), packet(3, 2)])
    expect(frames(outgoing(Buffer.concat([reply, reply])))).toEqual(['1', '1'])
    expect(frames(outgoing(packet(3, 3)))).toEqual(['2'])
  })

  test('a long reply whose own numbers start over goes on counting', () => {
    const { incoming, outgoing } = createCompression(ZLIB)
    incoming(frame(packet(5, 0), 0, 0))
    const rows = Buffer.concat(Array.from({ length: 300 }, (_, at) => packet(1, (at + 1) & 0xff)))
    expect(frames(outgoing(rows.subarray(0, 1000)))).toEqual(['1 compressed'])
    expect(frames(outgoing(rows.subarray(1000)))).toEqual(['2 compressed'])
  })

  test('nothing but ProtocolErrors comes of random bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
        const { incoming } = createCompression(ZLIB)
        try {
          for (const chunk of chunks) expect(incoming(Buffer.from(chunk))).toBeInstanceOf(Buffer)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
    )
  })
})
