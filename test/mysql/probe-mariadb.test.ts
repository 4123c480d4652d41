/** What the answers of MariaDB are taken for: rules that are hard to bring about on a real server. */
import { describe, expect, test } from 'vitest'
import type { Sample } from '../../src/dialect.ts'
import { formatToken, type MySqlPosition } from '../../src/mysql/position.ts'
import type { Result } from '../../src/mysql/probe-connection.ts'
import type { Constants } from '../../src/mysql/probe-flavour.ts'
import { mariadbSampler } from '../../src/mysql/probe-mariadb.ts'

const constants: Constants = {
  product: { flavour: 'mariadb', version: '10.11.18-MariaDB-log' },
  variables: new Map([['server_id', '1']]),
  startedAt: 1_795_258_789_000,
  unlogged: null,
}

interface Answer {
  logged?: string
  current?: string
  applied?: string
  state?: string
  readOnly?: string
  threads?: string
  channels?: readonly Readonly<Record<string, string>>[]
}

const channel = (over: Readonly<Record<string, string>> = {}) => ({
  Connection_name: '',
  Slave_IO_Running: 'Yes',
  Master_Server_Id: '2',
  Replicate_Do_DB: '',
  Replicate_Do_Domain_Ids: '',
  ...over,
})

function answer(given: Answer): Result[] {
  const { logged = '', current = logged, applied = '', state = logged, readOnly = '0', threads = '0' } = given
  const { channels = [] } = given
  const row = [logged, current, applied, state, readOnly, '0', threads, '1795260397026.712']
  return [
    { columns: () => [], rows: [row] },
    { columns: () => Object.keys(channels[0] ?? {}), rows: channels.map((one) => Object.values(one)) },
  ]
}

const read = (given: Answer): Sample => mariadbSampler(constants).read(answer(given))
const place = ({ position }: Sample): string | null =>
  position === null ? null : formatToken(position as MySqlPosition)

describe('a primary', () => {
  test('is at the end of its binary log, and has what it applied before it was one', () => {
    expect(place(read({ logged: '0-1-9' }))).toBe('mariadb:0-1-9')
    expect(place(read({ logged: '', current: '0-2-7' }))).toBe('mariadb:0-2-7')
    expect(place(read({ logged: '0-1-9,5-1-1', current: '0-2-7,5-1-1,7-2-3' }))).toBe('mariadb:0-1-9,5-1-1,7-2-3')
  })

  test('whose list goes back has been reset, and that is not forgotten', () => {
    const sampler = mariadbSampler(constants)
    sampler.read(answer({ logged: '0-1-9' }))
    for (const logged of ['', '0-1-1', '0-1-20']) {
      const sample = sampler.read(answer({ logged }))
      expect(sample).toMatchObject({ role: 'primary', position: null })
      expect(sample.doubt).toContain('reset')
    }
  })

  test('is none when it may not be written to, in any of the ways that there are', () => {
    for (const readOnly of ['1', 'ON', 'NO_LOCK', 'NO_LOCK_NO_ADMIN']) {
      expect(read({ logged: '0-1-9', readOnly })).toMatchObject({
        role: 'replica',
        position: null,
        doubt: 'it follows no server',
      })
    }
    expect(read({ logged: '0-1-9', readOnly: 'OFF' }).role).toBe('primary')
  })

  test('proves nothing with numbers that cannot be told apart', () => {
    expect(read({ logged: '0-1-18446744073709551615' })).toMatchObject({
      position: null,
      doubt: 'its GTIDs cannot be read',
    })
  })
})

describe('a replica', () => {
  const given: Answer = { readOnly: '1', applied: '0-2-9', channels: [channel()] }

  test('is where it has applied, whatever it wrote itself', () => {
    const sample = read({ ...given, logged: '0-1-500', current: '0-1-500' })
    expect(place(sample)).toBe('mariadb:0-2-9')
    expect(sample.marks).toEqual(['server_id 1', 'server_id 2'])
    expect(sample).toMatchObject({ identity: 'server_id 1', unordered: false, follows: { identity: 'server_id 2' } })
    expect(formatToken(sample.follows?.written as MySqlPosition)).toBe('mariadb:0-2-9')
  })

  test('of a server that only passes on has nothing of that one', () => {
    const sample = read({ ...given, applied: '0-3-9' })
    expect(formatToken(sample.follows?.written as MySqlPosition)).toBe('mariadb:')
  })

  test.each([
    ['Replicate_Do_DB', 'app'],
    ['Replicate_Do_Domain_Ids', '0'],
  ])('with %s = %s has a doubt', (name, rule) => {
    const { doubt, position } = read({ ...given, channels: [channel({ [name]: rule })] })
    expect(doubt).toBe(`a replication filter keeps changes from it: ${name} = ${rule}`)
    expect(position).toBeNull()
  })

  test('is unordered with threads for several domains, or with several sources', () => {
    expect(read({ ...given, threads: '4' }).unordered).toBe(false)
    expect(read({ ...given, threads: '4', applied: '0-2-9,5-2-1' }).unordered).toBe(true)
    expect(read({ ...given, threads: '0', applied: '0-2-9,5-2-1' }).unordered).toBe(false)
    const two = read({ ...given, channels: [channel(), channel({ Connection_name: 'b', Master_Server_Id: '3' })] })
    expect(two).toMatchObject({ unordered: true, doubt: null })
    expect(two.follows).toBeUndefined()
    expect(two.marks).toContain('server_id 3')
  })
})
