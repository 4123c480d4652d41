import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatGtidList, type GtidList, laterOf, parseGtidList, reaches, writtenBy } from '../../src/mysql/gtid-list.ts'

const list = (text: string): GtidList => parseGtidList(text)!

describe('a GTID list', () => {
  test.each([
    ['', ''],
    ['0-1-4711', '0-1-4711'],
    ['5-2-17, 0-1-4711', '0-1-4711,5-2-17'],
    ['0-1-10,0-2-11', '0-2-11'],
    ['0-2-11,0-1-10', '0-2-11'],
    ['4294967295-4294967295-9007199254740991', '4294967295-4294967295-9007199254740991'],
  ])('%j is read', (text, expected) => {
    expect(formatGtidList(list(text))).toBe(expected)
  })

  test.each(['0', '0-1', '0-1-', '-1-1', '0-1-2-3', 'a-1-1', '0-1-x', '0-1-9007199254740993', '4294967296-1-1', '0:1'])(
    '%j is none',
    (text) => {
      expect(parseGtidList(text)).toBeNull()
    },
  )

  test.each([
    ['0-1-10', '0-1-10', true],
    ['0-1-11', '0-1-10', true],
    ['0-2-11', '0-1-10', true],
    ['0-1-9', '0-1-10', false],
    // The same number by two servers: their histories part there.
    ['0-2-10', '0-1-10', false],
    ['0-1-10', '5-1-1', false],
    ['0-1-10,5-1-1', '5-1-1', true],
    ['0-1-10', '0-1-10,5-1-1', false],
    ['0-1-10', '', true],
    ['', '', true],
    ['', '0-1-1', false],
  ])('%j has everything up to %j: %s', (have, need, expected) => {
    expect(reaches(list(have), list(need))).toBe(expected)
  })

  test('what one server wrote is told by the last of each domain', () => {
    expect(formatGtidList(writtenBy(list('0-1-10,5-2-3,6-1-1'), 1))).toBe('0-1-10,6-1-1')
    expect(formatGtidList(writtenBy(list('0-1-10'), 2))).toBe('')
  })

  const anyList = fc
    .dictionary(
      fc.constantFrom('0', '1', '7'),
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 })),
    )
    .map((entries) =>
      list(
        Object.entries(entries)
          .map(([domain, [server, at]]) => `${domain}-${server}-${at}`)
          .join(),
      ),
    )

  test('the later of two has both, but where they part', () => {
    fc.assert(
      fc.property(anyList, anyList, (a, b) => {
        const both = laterOf(a, b)
        expect(reaches(both, a)).toBe(true)
        const parts = [...b].some(([domain, gtid]) => {
          const other = a.get(domain)
          return other !== undefined && other.sequence === gtid.sequence && other.server !== gtid.server
        })
        expect(reaches(both, b)).toBe(!parts)
        expect(formatGtidList(list(formatGtidList(a)))).toBe(formatGtidList(a))
      }),
    )
  })
})
