/** A connection that has got half of a message takes whatever comes next for the other half: nobody else may have it before. */
import { expect, test } from 'vitest'
import { connectTo, first } from '../support/clients.ts'
import { freshetFor } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'
import { message, query, rawClient } from '../support/raw-client.ts'

const fleet = createTestServers({ replicas: 1, hba: ['host all app 127.0.0.1/32 trust'] })
const narrow = () => freshetFor(fleet(), { auth: { method: 'trust' }, pool: { size: 1, wait: '20s' } })

/** The beginning of a CopyData message of 1,000 bytes, and its rest. */
const [beginning, rest] = (() => {
  const whole = message('d', Buffer.alloc(996, 'x'))
  return [whole.subarray(0, 15), whole.subarray(15)] as const
})()

/** A guest has sent copy data that nobody asked for, cut off; another client wants the only connection. */
async function cutOff() {
  const freshet = await narrow()
  const other = await connectTo(freshet.url())
  const guest = await rawClient(freshet.port())
  guest.send(query('SELECT pg_sleep(0.2) FOR UPDATE'), beginning)
  await guest.untilReady(2)
  return { guest, answer: first(other, 'SELECT 40 + 2 FOR UPDATE') }
}

test('copy data that nobody asked for, cut off: the connection serves others once the rest is there', async () => {
  const { guest, answer } = await cutOff()
  guest.send(rest)
  expect(await answer).toBe(42)
  guest.send(query('SELECT 1 FOR UPDATE'))
  await guest.untilReady(3)
  expect(guest.errors).toEqual([])
})

test('the same from a client that goes away', async () => {
  const { guest, answer } = await cutOff()
  guest.socket.destroy()
  expect(await answer).toBe(42)
})

test('a COPY that fails in the middle of a message: the rest of it is nobody else`s', async () => {
  await fleet().primary.query('CREATE TABLE numbers (n int); GRANT ALL ON numbers TO app')
  const freshet = await narrow()
  const other = await connectTo(freshet.url())
  const guest = await rawClient(freshet.port())
  for (const [round, begin] of [query('SELECT 1 FOR UPDATE'), query('BEGIN')].entries()) {
    const ready = 1 + round * 3
    guest.send(begin)
    await guest.untilReady(ready + 1)
    guest.send(query('COPY numbers FROM STDIN'))
    await until('it copies in', () => guest.counts.get('G') === round + 1)
    guest.send(message('d', 'not a number\n'), beginning)
    await guest.untilReady(ready + 2)
    expect(guest.errors).toHaveLength(round + 1)
    expect(guest.errors[round]).toContain('22P02')
    const answer = first(other, 'SELECT count(*)::int FROM numbers FOR UPDATE OF numbers').catch(({ code }) => code)
    guest.send(rest, message('c'), query('ROLLBACK'))
    await guest.untilReady(ready + 3)
    // FOR UPDATE is not allowed with an aggregate: the server has read this statement and no other.
    expect(await answer).toBe('0A000')
  }
  expect(guest.errors).toHaveLength(2)
})

test('on a shared connection it reaches no server', async () => {
  const freshet = await freshetFor(fleet(), { auth: { method: 'trust' }, pool: { size: 2 } })
  const [guest, ...others] = await Promise.all(Array.from({ length: 9 }, () => rawClient(freshet.port())))
  const ROUNDS = 100
  for (let round = 1; round <= ROUNDS; round++) {
    guest!.send(query(`SELECT ${round}`), beginning)
    for (const other of others) other.send(query(`SELECT ${round}`))
    await Promise.all([guest!, ...others].map((one) => one.untilReady(round + 1)))
    guest!.send(rest)
  }
  for (const one of [guest!, ...others]) {
    expect(one.errors).toEqual([])
    expect(one.counts.get('D')).toBe(ROUNDS)
  }
})
