import { expect, test } from 'vitest'
import { Fifo } from '../../src/wire/fifo.ts'

test('what came first leaves first, however they are mixed', () => {
  const fifo = new Fifo<number>()
  const model: number[] = []
  for (let step = 0; step < 200; step++) {
    if (step % 7 < 4) {
      fifo.push(step)
      model.push(step)
    } else {
      fifo.shift()
      model.shift()
    }
    expect([fifo.length, fifo.first, fifo.last]).toEqual([model.length, model[0] ?? null, model.at(-1) ?? null])
  }
})

test('nothing is in an empty one, and taking from it changes nothing', () => {
  const fifo = new Fifo<string>()
  fifo.shift()
  expect([fifo.length, fifo.first, fifo.last]).toEqual([0, null, null])
  fifo.push('a')
  fifo.shift()
  expect([fifo.length, fifo.first, fifo.last]).toEqual([0, null, null])
})
