import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  contains,
  EMPTY_GTID_SET,
  formatGtidSet,
  type GtidSet,
  gtidSetReader,
  ofSource,
  parseGtidOwned,
  parseGtidSet,
  sourcesOf,
  unionOf,
} from '../../src/mysql/gtid-set.ts'

const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562'
const B = '8d499fb3-e59a-11f1-8f6e-02fc00000001'

const set = (text: string): GtidSet => parseGtidSet(text)!
const shown = (text: string): string | null => {
  const parsed = parseGtidSet(text)
  return parsed === null ? null : formatGtidSet(parsed)
}

describe('a GTID set is read', () => {
  test.each([
    ['', ''],
    [`${A}:1`, `${A}:1`],
    [`${A}:1-5`, `${A}:1-5`],
    [`${A.toUpperCase()}:1-5`, `${A}:1-5`],
    [`${A}:1-3:11:47-49`, `${A}:1-3:11:47-49`],
    [`${A}:47-49:1-3:4`, `${A}:1-4:47-49`],
    [`${A}:1-9:3-4`, `${A}:1-9`],
    [`${A}:5-3:7`, `${A}:7`],
    [`${B}:1-9,\n${A}:1-5`, `${A}:1-5,${B}:1-9`],
    [`${A}:1, ${A}:2`, `${A}:1-2`],
    [` ${A} : 1 - 5 `, `${A}:1-5`],
    [`${A}:1-3:blue:4-9:_g2:1`, `${A}:1-3:_g2:1:blue:4-9`],
    [`${A}:blue:4`, `${A}:blue:4`],
    [`${A}:blue:4,${B}:1,${A}:blue:5`, `${A}:blue:4-5,${B}:1`],
    [`,${A}:1,`, `${A}:1`],
  ])('%j', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })

  test.each([
    A,
    `${A}:`,
    `${A}:0`,
    `${A}:1-`,
    `${A}:-1`,
    `${A}:1:`,
    `${A}:blue`,
    `${A}:blue:red:1`,
    `${A}:1:blue`,
    `${A}:1,x`,
    `${A}:9x`,
    ':1',
    'nothing',
    '0-1-4711',
    `${A}:9007199254740993`,
    `${A}:1-9223372036854775806`,
    `${A}x:1`,
  ])('%j is none', (text) => {
    expect(parseGtidSet(text)).toBeNull()
  })

  test('nothing that arrives makes it fail', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:,#-]{0,80}$/)), (text) => {
        const parsed = parseGtidSet(text)
        expect(parsed === null || shown(formatGtidSet(parsed)) === formatGtidSet(parsed)).toBe(true)
      }),
    )
  })
})

describe('what a server owns', () => {
  test('has nothing between two sources, so that the number of a thread runs into the next uuid', () => {
    // As MySQL 9.7 writes it: threads 117, 118, 119 and 120.
    const text = `${B}:9000000#117:9000001#118${A}:9000000#119${A}:xx:9#120`
    expect(formatGtidSet(parseGtidOwned(text)!)).toBe(`${A}:9000000:xx:9,${B}:9000000-9000001`)
  })

  test.each([
    ['', ''],
    [`${A}:23#12`, `${A}:23`],
    [`${A}:23#12#14:24#15`, `${A}:23-24`],
    [`${A}:23#12,\n${B}:1#7`, `${A}:23,${B}:1`],
  ])('%j', (text, expected) => {
    expect(formatGtidSet(parseGtidOwned(text)!)).toBe(expected)
  })

  test('is read whatever the threads and sources are', () => {
    const uuid = fc.uuid()
    const numbers = fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.nat()), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(fc.tuple(uuid, numbers), { maxLength: 4 }), (owned) => {
        const text = owned
          .map(([id, all]) => `${id}:${all.map(([gno, thread]) => `${gno}#${thread}`).join(':')}`)
          .join('')
        const plain = owned.map(([id, all]) => `${id}:${all.map(([gno]) => gno).join(':')}`).join(',')
        expect(formatGtidSet(parseGtidOwned(text)!)).toBe(formatGtidSet(set(plain)))
      }),
    )
  })
})

/** Sets small enough to be compared number by number. */
const anySet = fc
  .array(
    fc.record({
      key: fc.constantFrom(A, B, `${A}:blue`),
      begin: fc.integer({ min: 1, max: 30 }),
      length: fc.integer({ min: 0, max: 6 }),
    }),
    { maxLength: 8 },
  )
  .map((parts) => set(parts.map(({ key, begin, length }) => `${key}:${begin}-${begin + length}`).join(',')))

function members(gtids: GtidSet): Set<string> {
  const all = new Set<string>()
  for (const [key, intervals] of gtids) {
    for (let at = 0; at < intervals.length; at += 2) {
      for (let gno = intervals[at]!; gno <= intervals[at + 1]!; gno++) all.add(`${key}/${gno}`)
    }
  }
  return all
}

describe('sets of transactions', () => {
  test.each([
    [`${A}:1-10`, `${A}:1-10`, true],
    [`${A}:1-10`, `${A}:3-4:9`, true],
    [`${A}:1-5:7-10`, `${A}:6`, false],
    [`${A}:1-5:7-10`, `${A}:4-8`, false],
    [`${A}:1-10`, `${A}:1-11`, false],
    [`${A}:1-10`, `${B}:1`, false],
    [`${A}:1-10`, `${A}:blue:1`, false],
    [`${A}:blue:1-10`, `${A}:blue:1`, true],
    [`${A}:1-10,${B}:1-3`, `${B}:2`, true],
    [`${A}:1`, '', true],
    ['', '', true],
    ['', `${A}:1`, false],
  ])('%j contains %j: %s', (have, need, expected) => {
    expect(contains(set(have), set(need))).toBe(expected)
  })

  test('are what sets are', () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const [inA, inB] = [members(a), members(b)]
        expect(contains(a, b)).toBe([...inB].every((one) => inA.has(one)))
        const union = unionOf(a, b)
        expect(members(union)).toEqual(new Set([...inA, ...inB]))
        expect(contains(union, a) && contains(union, b)).toBe(true)
        expect(formatGtidSet(set(formatGtidSet(a)))).toBe(formatGtidSet(a))
      }),
    )
  })

  test('know their sources, those with most transactions first', () => {
    const both = set(`${A}:1-5:blue:1-9,${B}:1-10`)
    expect(sourcesOf(both)).toEqual([A, B])
    expect(sourcesOf(EMPTY_GTID_SET)).toEqual([])
    expect(formatGtidSet(ofSource(both, A))).toBe(`${A}:1-5:blue:1-9`)
  })
})

describe('a reader', () => {
  test('gives the same set for the same text, and keeps what has not changed', () => {
    const read = gtidSetReader()
    const first = read(`${A}:1-5:7,\n${B}:1-9`)!
    expect(read(`${A}:1-5:7,\n${B}:1-9`)).toBe(first)
    const second = read(`${A}:1-5:7,\n${B}:1-10`)!
    expect(second.get(A)).toBe(first.get(A))
    expect(second.get(B)).toEqual([1, 10])
    expect(read('broken')).toBeNull()
    expect(formatGtidSet(read(`${B}:1-11`)!)).toBe(`${B}:1-11`)
  })

  test('says what parsing says, whatever it read before', () => {
    fc.assert(
      fc.property(fc.array(anySet, { maxLength: 6 }), (sets) => {
        const read = gtidSetReader()
        for (const one of sets) expect(formatGtidSet(read(formatGtidSet(one))!)).toBe(formatGtidSet(one))
      }),
    )
  })
})
