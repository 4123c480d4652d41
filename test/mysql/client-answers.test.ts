/** Replies that no server has given: PING, controls, failures; and what a session has asked the trackers for. */
import { describe, expect, test } from 'vitest'
import { DEPRECATE_EOF } from '../../src/mysql/capabilities.ts'
import type { MySqlClient } from '../../src/mysql/client.ts'
import type { Facts } from '../../src/sql/facts.ts'
import { command as c, clientSide, errno, LEX, ran, unitOf } from './client-side.ts'

const BEGIN: Partial<Facts> = {
  verdict: 'read-in-transaction',
  command: 'BEGIN',
  transaction: { op: 'begin', readOnly: null, isolation: null },
}
const local = (client: MySqlClient, payload: Buffer, held = false) =>
  client.withoutServer(unitOf(client, payload), 'idle', held)
const profile = (capabilities: number, extended = 0) => ({ profile: { capabilities, extended, collation: 45 } })

describe('answers of Freshet itself', () => {
  test('PING: status flags as they are, also in a transaction that no server knows of yet', () => {
    const readOnly = { ...BEGIN, transaction: { op: 'begin', readOnly: true, isolation: null } as const }
    const client = clientSide({ facts: () => readOnly })
    expect(local(client, c.ping)).toEqual(Buffer.from([7, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]))
    const unit = unitOf(client, c.query('START TRANSACTION READ ONLY'))
    client.resolve(unit, LEX)
    const done = { result: { columns: [], rows: [], tag: 'BEGIN' } }
    expect(client.answer(unit, done, 'open')).toEqual(Buffer.from([7, 0, 0, 1, 0, 0, 0, 3, 0x20, 0, 0]))
    expect(client.withoutServer(unitOf(client, c.ping), 'open', false)!.readUInt16LE(7)).toBe(0x2003)
    client.transactionOver()
    expect(local(client, c.ping)!.readUInt16LE(7)).toBe(0x0002)
    expect(local(client, c.ping, true)).toBeNull()
  })

  test('autocommit and NO_BACKSLASH_ESCAPES stay in the flags as the server had them', () => {
    const client = clientSide()
    ran(client, c.query('SET autocommit = 0'), { status: 0x0200 })
    expect(local(client, c.ping)!.readUInt16LE(7)).toBe(0x0200)
    client.reset()
    expect(local(client, c.ping)!.readUInt16LE(7)).toBe(0x0002)
  })

  test('SHOW freshet.* as text, prepared and executed', () => {
    for (const capabilities of [0, DEPRECATE_EOF]) {
      const client = clientSide({ ...profile(capabilities), control: () => ({ kind: 'show', name: 'max_lag' }) })
      const answer = { result: { columns: ['freshet.max_lag'], rows: [['1s']], tag: 'SHOW' } }
      const text = unitOf(client, c.query('SHOW freshet.max_lag'))
      expect(client.resolve(text, LEX).control).toEqual({ kind: 'show', name: 'max_lag' })
      const reply = client.answer(text, answer, 'idle')
      expect(reply.includes(Buffer.from('\x021s'))).toBe(true)
      const unit = unitOf(client, c.prepare('SHOW freshet.max_lag'))
      expect(client.resolve(unit, LEX)).toMatchObject({ executes: 0, control: { kind: 'show' } })
      const ok = client.answer(unit, answer, 'idle')
      expect([...ok.subarray(4, 16)]).toEqual([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
      const execute = unitOf(client, c.execute(1))
      expect(client.withoutServer(execute, 'idle', false)).toBeNull()
      expect(client.resolve(execute, LEX)).toMatchObject({ executes: 1, control: { kind: 'show' } })
      expect(client.answer(execute, answer, 'idle').includes(Buffer.from([0, 0, 2, 0x31, 0x73]))).toBe(true)
    }
  })

  test('failures carry MySQL numbers; one outside of any unit is numbered for the client', () => {
    const client = clientSide()
    const unit = unitOf(client, c.query('SET freshet.x = 1'))
    client.resolve(unit, LEX)
    expect(errno(client.answer(unit, { failure: { code: '42704', message: 'no such setting' } }, 'idle'))).toBe(1193)
    const bye = client.encodeFailure({ code: '57P01', message: 'bye', fatal: true })
    expect([errno(bye), bye[3]]).toEqual([1053, 1])
    expect(client.encodeNotice()).toHaveLength(0)
    expect(client.deallocate('s')).toBe(false)
  })

  test('what the client asked session trackers for, and what reset takes back', () => {
    const settings = [
      { scope: 'session', name: 'session_track_schema', value: 'OFF' },
      { scope: 'session', name: 'session_track_gtids', value: "'OWN_GTID'" },
      { scope: 'session', name: 'session_track_state_change', value: '1' },
      { scope: 'session', name: 'session_track_system_variables', value: "'sql_mode, Time_Zone'" },
    ] as const
    const client = clientSide({ facts: () => ({ command: 'SET', settings }) })
    ran(client, c.query('SET ...'), { failure: { code: '42000', number: 1231, message: 'no' } })
    expect(client.wishes.gtids).toBe(false)
    ran(client, c.query('SET ...'))
    expect(client.wishes).toEqual({
      schema: false,
      gtids: true,
      stateChange: true,
      transaction: 'OFF',
      variables: new Set(['sql_mode', 'time_zone']),
    })
    client.reset()
    expect(client.wishes).toMatchObject({ schema: true, gtids: false })
  })
})
