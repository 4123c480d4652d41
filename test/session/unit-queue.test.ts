import { describe, expect, test } from 'vitest'
import type { Unit } from '../../src/dialect.ts'
import { UnitQueue } from '../../src/session/unit-queue.ts'

const unit = (size: number): Unit => ({ size, streaming: false, complete: true })
const view = (text: string): Buffer => Buffer.from(text)
const textOf = (views: readonly Buffer[]): string => Buffer.concat(views).toString()

describe('bytes behind a unit that has not begun', () => {
  test('go with that unit, not with one in front of it, nor with one behind it', () => {
    const queue = new UnitQueue()
    queue.push(unit(1))
    queue.push(unit(2))
    queue.hold(view('sec'))
    queue.hold(view('ond'))
    queue.push(unit(3))
    queue.hold(view('third'))
    expect(textOf(queue.takeStream())).toBe('')
    queue.shift()
    expect(textOf(queue.takeStream())).toBe('second')
    expect(textOf(queue.takeStream())).toBe('')
    queue.shift()
    expect(queue.holdsStream).toBe(true)
    expect(textOf(queue.takeStream())).toBe('third')
    expect(queue.holdsStream).toBe(false)
  })

  test('are forgotten when the unit has ended without them', () => {
    const queue = new UnitQueue()
    queue.push(unit(1))
    queue.hold(view('rest'))
    queue.shift()
    expect(queue.holdsStream).toBe(false)
  })
})
