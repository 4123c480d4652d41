import { expect, test } from 'vitest'
import { ahead, inOnePiece, type Pieces, Reading, Readings } from '../../src/sql/pieces.ts'

/** Three pieces, which are told as they are done. */
function* three(done: string[], name = ''): Pieces<string> {
  done.push(`${name}1`)
  yield
  done.push(`${name}2`)
  yield
  done.push(`${name}3`)
  return `${name}123`
}

test('what was begun ahead is finished at once when somebody needs it, and done once', () => {
  const done: string[] = []
  const reading = new Reading(three(done))
  const pieces = ahead(reading)
  pieces.next()
  expect([done, reading.done]).toEqual([['1'], false])
  expect(reading.finish()).toBe('123')
  expect(reading.finish()).toBe('123')
  expect([...pieces]).toEqual([])
  expect([done, reading.done]).toEqual([['1', '2', '3'], true])
})

test('what throws could not be read', () => {
  const reading = new Reading<string>(
    inOnePiece(() => {
      throw new RangeError('too deep')
    }),
  )
  expect(reading.finish()).toBe(null)
  expect(reading.done).toBe(true)
})

test('what was read before is not read again, unless it could not be; what is not asked for is forgotten', () => {
  const done: string[] = []
  const read = (readings: Readings, name: string) => readings.get(name, () => three(done, name)).finish()
  const first = new Readings(null)
  expect(read(first, 'a')).toBe('a123')
  expect(read(first, 'gone')).toBe('gone123')
  expect(first.get('broken', () => inOnePiece(() => null)).finish()).toBe(null)

  const second = new Readings(first)
  done.length = 0
  expect(read(second, 'a')).toBe('a123')
  expect(done).toEqual([])
  expect(read(second, 'broken')).toBe('broken123')
  second.forgetOthers()

  const third = new Readings(second)
  done.length = 0
  expect(read(third, 'gone')).toBe('gone123')
  expect(done).toEqual(['gone1', 'gone2', 'gone3'])
})
