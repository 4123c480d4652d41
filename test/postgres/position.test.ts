import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  covers,
  endOfLastRecord,
  formatLsn,
  formatToken,
  type PostgresPosition,
  parseLsn,
  parseToken,
  type WalLayout,
} from '../../src/postgres/position.ts'

const anyLsn = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const at = (lsn: bigint, over: Partial<PostgresPosition> = {}): PostgresPosition => ({
  engine: 'postgres',
  identity: '7312345678901234567',
  timeline: 1,
  lsn,
  ...over,
})

describe('LSNs', () => {
  test.each([
    ['0/0', 0n],
    ['0/3000148', 0x3000148n],
    ['16/B374D848', 0x16b374d848n],
    ['ffffffff/FFFFFFFF', 2n ** 64n - 1n],
  ])('%s', (text, lsn) => {
    expect(parseLsn(text)).toBe(lsn)
    expect(formatLsn(lsn)).toBe(text.toUpperCase())
  })

  test.each(['', '0', '/', '0/', '/0', '0/G', '1/123456789', '123456789/1', '0/0 ', '0x1/2', '-1/2'])(
    '%j is none',
    (text) => {
      expect(parseLsn(text)).toBeNull()
    },
  )

  test('what is written is read', () => {
    fc.assert(fc.property(anyLsn, (lsn) => parseLsn(formatLsn(lsn)) === lsn))
  })
})

describe('the end of the last record', () => {
  const MIB = 1024n * 1024n
  const layout: WalLayout = { blockSize: 8192n, segmentSize: 16n * MIB }

  test.each([
    ['behind the short header of a page', 3n * 8192n + 24n, 3n * 8192n],
    ['behind the long header of a segment', 5n * 16n * MIB + 40n, 5n * 16n * MIB],
    ['in the middle of a page', 3n * 8192n + 4096n, 3n * 8192n + 4096n],
    ['at 40 in a page that begins no segment', 3n * 8192n + 40n, 3n * 8192n + 40n],
    ['at 24 in a page that begins a segment', 5n * 16n * MIB + 24n, 5n * 16n * MIB + 24n],
    ['behind the smallest end of a record that began on the page before', 3n * 8192n + 32n, 3n * 8192n + 32n],
    ['at a page boundary', 3n * 8192n, 3n * 8192n],
  ])('%s', (_, insert, end) => {
    expect(endOfLastRecord(insert, layout)).toBe(end)
  })

  test('other sizes of pages and segments put the headers elsewhere', () => {
    const small: WalLayout = { blockSize: 4096n, segmentSize: MIB }
    expect(endOfLastRecord(7n * 4096n + 24n, small)).toBe(7n * 4096n)
    expect(endOfLastRecord(7n * MIB + 40n, small)).toBe(7n * MIB)
    expect(endOfLastRecord(7n * MIB + 40n, layout)).toBe(7n * MIB + 40n)
  })

  test('is never later than the insert position, and earlier by a header at most', () => {
    fc.assert(
      fc.property(anyLsn, (insert) => {
        const back = insert - endOfLastRecord(insert, layout)
        return back === 0n || back === 24n || back === 40n
      }),
    )
  })
})

describe('covers', () => {
  test.each([
    ['a later position of the same history', at(5n), at(4n), true],
    ['the same position', at(5n), at(5n), true],
    ['an earlier position', at(4n), at(5n), false],
    ['a later number on a newer timeline', at(9n, { timeline: 2 }), at(5n), false],
    ['a later number on an older timeline', at(9n), at(5n, { timeline: 2 }), false],
    ['another cluster', at(9n, { identity: '1' }), at(5n), false],
  ])('%s', (_, have, need, expected) => {
    expect(covers(have, need)).toBe(expected)
  })

  test('nothing of another engine', () => {
    expect(covers({ engine: 'mysql' }, at(0n))).toBe(false)
    expect(covers(at(9n), { engine: 'mysql' })).toBe(false)
  })

  test('numbers beyond 2^53 are compared exactly', () => {
    expect(covers(at(2n ** 60n), at(2n ** 60n + 1n))).toBe(false)
    expect(covers(at(2n ** 60n + 1n), at(2n ** 60n))).toBe(true)
  })
})

describe('tokens', () => {
  test('name a position with its cluster and timeline', () => {
    const position = at(0x16b374d848n, { timeline: 3 })
    expect(formatToken(position)).toBe('pg:7312345678901234567:3:16/B374D848')
    expect(parseToken(formatToken(position))).toEqual(position)
    expect(parseToken(` ${formatToken(position)} `)).toEqual(position)
  })

  test.each([
    '',
    'pg',
    'pg:1:1',
    'pg:1:1:0',
    'pg:a:1:0/1',
    'pg:1:-1:0/1',
    'my:1:1:0/1',
    'pg:1:1:0/1:2',
    `pg:${'9'.repeat(21)}:1:0/1`,
  ])('%j is none', (text) => {
    expect(parseToken(text)).toBeNull()
  })

  test('no text makes the parser fail', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^pg:[0-9]*:[0-9]*:[0-9A-F/]*$/)),
        (text) => parseToken(text) !== undefined,
      ),
    )
  })
})
