import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Budget } from '../../src/sql/budget.ts'
import { FactsTable } from '../../src/sql/facts-table.ts'
import { hashed, sipHash } from '../../src/sql/siphash.ts'

test('holds no more than its limit and never gives a wrong entry', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 50 }),
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 80 })), { maxLength: 400 }),
      (limit, steps) => {
        const table = new FactsTable<string>(limit)
        for (const [write, key] of steps) {
          // Few low words, so that probing is put to the test.
          if (write) table.set(key % 4, key, `entry ${key}`)
          else expect([null, `entry ${key}`]).toContain(table.get(key % 4, key))
          expect(table.size).toBeLessThanOrEqual(limit)
        }
      },
    ),
  )
})

test('what is asked for survives, what is not goes', () => {
  const table = new FactsTable<number>(100)
  for (let key = 0; key < 1000; key++) {
    table.set(key, 0, key)
    expect(table.get(0, 0)).toBe(0)
  }
  expect(table.get(1, 0)).toBeNull()
  expect(table.get(999, 0)).toBe(999)
  table.clear()
  expect(table.get(999, 0)).toBeNull()
})

test('the budget refills with time, up to its burst', () => {
  const budget = new Budget(0.5, 100, 0)
  expect(budget.allows(0)).toBe(true)
  budget.spend(150)
  expect(budget.allows(0)).toBe(false)
  expect(budget.allows(90)).toBe(false)
  expect(budget.allows(110)).toBe(true)
  expect(budget.allows(1_000_000)).toBe(true)
  budget.spend(101)
  expect(budget.allows(1_000_000)).toBe(false)
})

test('the hash depends on every byte, the length and the key', () => {
  const words = new Uint32Array(8)
  const bytes = new Uint8Array(words.buffer)
  const seen = new Set<string>()
  const take = (length: number, low = 1, high = 2) => {
    sipHash(words, bytes, length, low, high)
    seen.add(`${hashed.low} ${hashed.high}`)
  }
  for (let length = 0; length <= 32; length++) take(length)
  for (let at = 0; at < 32; at++) {
    bytes[at] = 1
    take(32)
    bytes[at] = 0
  }
  take(32, 3, 2)
  take(32, 1, 3)
  expect(seen.size).toBe(33 + 32 + 2)
})

test('HalfSipHash-1-3 does not look behind the end', () => {
  const words = new Uint32Array(4)
  const bytes = new Uint8Array(words.buffer)
  bytes.set([1, 2, 3, 4, 5])
  sipHash(words, bytes, 5, 7, 9)
  const first = { ...hashed }
  bytes.fill(0xff, 5)
  sipHash(words, bytes, 5, 7, 9)
  expect({ ...hashed }).toEqual(first)
})
