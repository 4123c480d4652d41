import { expect, test } from 'vitest'
import type { ServerConnection } from '../../src/pool/server-connection.ts'
import { Sequences } from '../../src/session/sequences.ts'

const connection = () => ({ uses: 1 }) as ServerConnection
const handOut = (to: Sequences, one: ServerConnection) => {
  one.uses++
  to.took(one)
}

test('one connection knows, as long as nobody else has had it', () => {
  const [mine, others, one] = [new Sequences(), new Sequences(), connection()]
  handOut(mine, one)
  mine.used(one)
  handOut(mine, one)
  mine.used(one)
  expect(mine.isHome(one)).toBe(true)
  expect(mine.home).toEqual({ connection: one, uses: one.uses })
  handOut(others, one)
  expect(mine.isHome(one)).toBe(false)
  handOut(mine, one)
  expect(mine.isHome(one)).toBe(false)
})

test('with two of them nobody knows, until one was made to forget, or the session begins anew', () => {
  const [mine, one, two] = [new Sequences(), connection(), connection()]
  mine.used(one)
  mine.used(two)
  expect(mine.home).toBeNull()
  mine.used(one)
  expect(mine.home).toBeNull()
  mine.forgotten(two)
  mine.used(two)
  expect([mine.isHome(one), mine.isHome(two)]).toEqual([false, true])
  mine.used(one)
  mine.clear()
  mine.used(two)
  expect(mine.isHome(two)).toBe(true)
})
