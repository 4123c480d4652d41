import { expect, test } from 'vitest'
import { InSlices } from '../../src/cli/in-slices.ts'
import type { Pieces } from '../../src/sql/pieces.ts'

/** Far more pieces than a millisecond has room for. */
function* many(count: number, did: () => void): Pieces<void> {
  for (let at = 0; at < count; at++) {
    did()
    const end = performance.now() + 0.1
    while (performance.now() < end);
    yield
  }
}

test('others have their turn between slices', async () => {
  let [pieces, turns, over] = [0, 0, false]
  const all = new InSlices()
    .begin(
      {},
      many(300, () => pieces++),
    )
    .then(() => {
      over = true
    })
  while (!over) {
    await new Promise(setImmediate)
    turns++
  }
  await all
  expect(pieces).toBe(300)
  expect(turns).toBeGreaterThan(5)
})

test('the next thing ends the one before', async () => {
  const slices = new InSlices()
  let [first, second] = [0, 0]
  const owner = {}
  const given = slices.begin(
    owner,
    many(100_000, () => first++),
  )
  await slices.begin(
    owner,
    many(100, () => second++),
  )
  await given
  const then = first
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([first, second]).toEqual([then, 100])
  expect(then).toBeLessThan(100_000)
})

test('two things of different owners go on by turns', async () => {
  const slices = new InSlices()
  const order: string[] = []
  const one = slices.begin(
    {},
    many(100, () => order.push('one')),
  )
  const other = slices.begin(
    {},
    many(100, () => order.push('other')),
  )
  await Promise.all([one, other])
  expect(order.filter((name) => name === 'one')).toHaveLength(100)
  expect(order.filter((name) => name === 'other')).toHaveLength(100)
  expect(order.indexOf('other')).toBeLessThan(order.lastIndexOf('one'))
  const changes = order.filter((name, at) => name !== order[at - 1])
  expect(changes.length).toBeGreaterThan(5)
})

test('a mistake in one of them ends it and nothing else', async () => {
  const slices = new InSlices()
  let others = 0
  const other = slices.begin(
    {},
    many(50, () => others++),
  )
  const broken = (function* (): Pieces<void> {
    yield
    throw new Error('a mistake')
  })()
  expect(await slices.begin({}, broken)).toBe(undefined)
  await other
  expect(others).toBe(50)
})
