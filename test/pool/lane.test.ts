/** Lanes with a pretended server connection: who gets which reply, who has to leave, and what becomes of the connection. */
import { describe, expect, test } from 'vitest'
import type { Failure, ReplySink, TransactionStatus, Unit } from '../../src/dialect.ts'
import { Lane, type Rider } from '../../src/pool/lane.ts'
import { isFast, noteAlone, noteHeldUp, noteTogether, type Pace, Paces } from '../../src/pool/pace.ts'
import type { ServerConnection } from '../../src/pool/server-connection.ts'
import { digest, type Instant } from '../../src/units.ts'

const UNIT: Unit = { size: 10, streaming: false, complete: true }
const view = (text: string): Buffer => Buffer.from(text)

/** Answers when it is told to. */
class FakeConnection {
  owner: unknown = null
  retired = false
  alive = true
  readonly sinks: ReplySink[] = []
  readonly written: string[] = []
  exchange(_unit: Unit, client: unknown, sink: ReplySink): Buffer[] {
    this.sinks.push(sink)
    return [view(String(client))]
  }
  write(pieces: readonly Buffer[]): void {
    this.written.push(Buffer.concat(pieces).toString())
  }
  lacksStatement({ code }: Failure): boolean {
    return code === '26000'
  }
  close(): void {
    this.alive = false
  }
  /** The next reply in order. */
  reply(text: string, status: TransactionStatus = 'idle'): void {
    const sink = this.sinks.shift()!
    sink.data(view(text))
    sink.end(status)
  }
}

class Guest implements Rider {
  readonly name: string
  readonly heard: string[] = []
  refuses = false
  constructor(name: string) {
    this.name = name
  }
  keeps(): void {
    this.heard.push('keeps')
  }
  evicted(because: string): void {
    this.heard.push(`evicted ${because}`)
  }
  connectionLost(_connection: ServerConnection, { code }: Failure): void {
    this.heard.push(`lost ${code}`)
  }
  readonly sink: ReplySink = {
    data: (bytes) => void this.heard.push(bytes.toString()),
    error: ({ code }) => {
      this.heard.push(`error ${code}`)
      return false
    },
    report: (name) => {
      this.heard.push(`report ${name}`)
      return false
    },
    copyIn: () => {},
    end: (status) => void this.heard.push(`end ${status}`),
  }
}

function setUp(...names: string[]) {
  const connection = new FakeConnection()
  const emptied: Lane[] = []
  const lane = new Lane(connection as never, (one) => emptied.push(one))
  const paces = new Paces()
  const guests = names.map((name) => new Guest(name))
  const rides = guests.map((guest, index) =>
    lane.board(UNIT, guest.name as never, paces.of(digest(index + 1)), guest, guest.sink),
  )
  return { connection, emptied, lane, guests, rides }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('what boards in one turn leaves in one write, and everybody hears the own reply', async () => {
  const { connection, emptied, lane, guests } = setUp('a', 'b', 'c')
  await turn()
  expect(connection.written).toEqual([])
  await turn()
  expect(connection.written).toEqual(['abc'])
  for (const text of ['A', 'B', 'C']) connection.reply(text)
  expect(guests.map(({ heard }) => heard)).toEqual([
    ['A', 'end idle'],
    ['B', 'end idle'],
    ['C', 'end idle'],
  ])
  expect(emptied).toEqual([lane])
})

test('what boards in the next turns leaves with it, but those who came first do not wait for ever', async () => {
  const { connection, lane } = setUp('a')
  const paces = new Paces()
  for (const name of ['b', 'c', 'd', 'e']) {
    await turn()
    const guest = new Guest(name)
    lane.board(UNIT, name as never, paces.of(digest(9)), guest, guest.sink)
  }
  await turn()
  await turn()
  await turn()
  expect(connection.written[0]).toBe('abc')
  expect(connection.written.join('')).toBe('abcde')
})

test('an error is its own', () => {
  const { connection, guests } = setUp('a', 'b')
  const sink = connection.sinks.shift()!
  expect(sink.error({ code: '22012', message: 'division by zero' })).toBe(false)
  sink.end('idle')
  connection.reply('B')
  expect(guests[0]!.heard).toEqual(['error 22012', 'end idle'])
  expect(guests[1]!.heard).toEqual(['B', 'end idle'])
})

test('a statement that another one was to prepare is missing: it goes elsewhere, and nobody hears of the error', () => {
  const { connection, guests } = setUp('a', 'b')
  connection.reply('A')
  const sink = connection.sinks.shift()!
  expect(sink.error({ code: '26000', message: '' })).toBe(true)
  sink.end('idle')
  expect(guests[1]!.heard).toEqual(['evicted statement'])
  // What else it lacks, or has, nobody knows.
  expect(connection.retired).toBe(true)
})

test('the same when its client has left', () => {
  const { connection, rides } = setUp('a')
  rides[0]!.detach()
  expect(connection.sinks[0]!.error({ code: '26000', message: '' })).toBe(true)
  expect(connection.retired).toBe(true)
})

test('a report retires the connection', () => {
  const { connection, guests } = setUp('a')
  connection.sinks[0]!.report('TimeZone', 'UTC')
  expect(connection.retired).toBe(true)
  expect(guests[0]!.heard).toEqual(['report TimeZone'])
})

describe('when the head keeps the connection', () => {
  test('the others leave, and what the server still says to them is dropped', async () => {
    const { connection, emptied, lane, guests } = setUp('a', 'b', 'c')
    expect(lane.clear()).toBe(2)
    // The head may not have been sent yet.
    expect(connection.written).toEqual(['abc'])
    connection.reply('A')
    connection.reply('B')
    expect(connection.sinks[0]!.error({ code: '22012', message: '' })).toBe(true)
    expect(guests.map(({ heard }) => heard)).toEqual([
      ['keeps', 'A', 'end idle'],
      ['evicted stalled'],
      ['evicted stalled'],
    ])
    expect(connection.retired).toBe(true)
    expect(emptied).toEqual([])
  })

  test('alone it keeps a connection that is as good as before', () => {
    const { connection, lane, guests } = setUp('a')
    expect(lane.clear()).toBe(0)
    expect(connection.retired).toBe(false)
    connection.reply('A')
    expect(guests[0]!.heard).toEqual(['keeps', 'A', 'end idle'])
  })

  test('a head whose client has gone takes the connection along', () => {
    const { connection, lane, guests, rides } = setUp('a', 'b')
    rides[0]!.detach()
    lane.clear()
    expect(connection.alive).toBe(false)
    expect(guests.map(({ heard }) => heard)).toEqual([[], ['evicted stalled']])
  })
})

test('who has left hears nothing more, and the others do not notice', () => {
  const { connection, emptied, guests, rides, lane } = setUp('a', 'b', 'c')
  expect(lane.isBehind(rides[1]!)).toBe(true)
  rides[1]!.detach()
  for (const text of ['A', 'B', 'C']) connection.reply(text)
  expect(guests.map(({ heard }) => heard)).toEqual([['A', 'end idle'], [], ['C', 'end idle']])
  expect(emptied).toHaveLength(1)
})

test('a lost connection is told to all who are still there, once', () => {
  const { connection, guests, lane } = setUp('a', 'b', 'c')
  connection.reply('A')
  lane.connectionLost(connection as never, { code: '08006', message: '' })
  expect(guests.map(({ heard }) => heard)).toEqual([['A', 'end idle'], ['lost 08006'], ['lost 08006']])
})

test('somebody who boards while a reply is given keeps the lane going', () => {
  const { connection, emptied, lane, guests } = setUp('a')
  const paces = new Paces()
  const next = new Guest('next')
  const again: ReplySink = {
    ...guests[0]!.sink,
    end: () => void lane.board(UNIT, 'n' as never, paces.of(digest(9)), next, next.sink),
  }
  connection.reply('A')
  expect(emptied).toHaveLength(1)
  const second = setUp('b')
  const sink = second.connection.sinks[0] as unknown as { sink: ReplySink }
  sink.sink = { ...again, end: () => void second.lane.board(UNIT, 'n' as never, paces.of(digest(9)), next, next.sink) }
  second.connection.reply('B')
  expect(second.emptied).toEqual([])
  second.connection.reply('N')
  expect(next.heard).toEqual(['N', 'end idle'])
  expect(second.emptied).toHaveLength(1)
})

describe('pace', () => {
  const paceOf = (...runs: number[]): Pace => {
    const pace = new Paces().of(digest(1))
    for (const ms of runs) noteAlone(pace, ms)
    return pace
  }
  const at = 1000 as Instant

  test('a statement shares when it has run often enough, and is quick at its best', () => {
    expect(isFast(paceOf(1, 1, 1, 1, 1, 1, 1), at)).toBe(false)
    expect(isFast(paceOf(1, 1, 1, 1, 1, 1, 1, 1), at)).toBe(true)
    expect(isFast(paceOf(...Array(20).fill(8)), at)).toBe(false)
  })

  test('what held others up shares nothing for a while, the longer the more often', () => {
    const pace = paceOf(...Array(20).fill(1))
    noteHeldUp(pace, at)
    const first = pace.aloneUntil - at
    expect(isFast(pace, at)).toBe(false)
    expect(isFast(pace, (at + first) as Instant)).toBe(true)
    noteHeldUp(pace, at)
    expect(pace.aloneUntil - at).toBeCloseTo(2 * first)
    for (let time = 0; time < 100; time++) noteHeldUp(pace, at)
    expect(pace.penalty).toBe(600_000)
  })

  test('less than expected is believed soon, more than expected slowly, and never more than alone', () => {
    const pace = paceOf(...Array(20).fill(1))
    for (let time = 0; time < 20; time++) noteTogether(pace, 0.1)
    expect(pace.service).toBeLessThan(0.05)
    const low = pace.service
    noteTogether(pace, 2)
    expect(pace.service).toBeGreaterThan(low)
    expect(pace.service).toBeLessThan(low * 1.1)
    for (let time = 0; time < 10_000; time++) noteTogether(pace, 100)
    expect(pace.service).toBeLessThanOrEqual(pace.least)
  })

  test('of many statements the oldest are forgotten', () => {
    const paces = new Paces()
    const first = paces.of(digest(0))
    for (let index = 1; index < 5000; index++) paces.of(digest(index))
    expect(paces.of(digest(4999))).toBe(paces.of(digest(4999)))
    expect(paces.of(digest(0))).not.toBe(first)
  })
})
