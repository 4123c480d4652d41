/** What the answers of MySQL are taken for: rules that are hard to bring about on a real server. */
import { describe, expect, test } from 'vitest'
import type { Sample } from '../../src/dialect.ts'
import { formatToken, type MySqlPosition } from '../../src/mysql/position.ts'
import type { Result } from '../../src/mysql/probe-connection.ts'
import type { Constants } from '../../src/mysql/probe-flavour.ts'
import { isAtLeast, mysqlSampler } from '../../src/mysql/probe-mysql.ts'

const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562'
const B = '8d499fb3-e59a-11f1-8f6e-02fc00000001'

const constants = (
  over: Record<string, string> = {},
  version = '9.7.4',
  unlogged: string | null = null,
): Constants => ({
  product: { flavour: 'mysql', version },
  variables: new Map(
    Object.entries({
      server_uuid: A,
      gtid_mode: 'ON',
      innodb_read_only: 'OFF',
      replica_parallel_workers: '4',
      replica_preserve_commit_order: 'ON',
      ...over,
    }),
  ),
  startedAt: 1_795_258_789_000,
  unlogged,
})

const result = (row: Readonly<Record<string, string | null>> | null): Result =>
  row === null ? { columns: () => [], rows: [] } : { columns: () => Object.keys(row), rows: [Object.values(row)] }

interface Answer {
  owned?: string
  executed?: string
  mode?: string
  readOnly?: string
  workers?: string
  ordered?: string
  channel?: Readonly<Record<string, string | null>> | null
  applying?: string | null
  log?: Readonly<Record<string, string>> | null
}

const channel = (over: Readonly<Record<string, string>> = {}) => ({
  Replica_IO_Running: 'Yes',
  Source_Server_Id: '2',
  Source_UUID: B,
  Relay_Source_Log_File: 'binlog.000003',
  Exec_Source_Log_Pos: '500',
  Replicate_Do_DB: '',
  Replicate_Ignore_Table: '',
  Replicate_Ignore_Server_Ids: '',
  Channel_Name: '',
  ...over,
})

function answer(given: Answer): Result[] {
  const { owned = '', executed = `${A}:1-5`, mode = 'ON', readOnly = '0', workers = '4', ordered = '1' } = given
  return [
    result({ owned }),
    result({ executed, mode, readOnly, innodb: '0', workers, ordered, clock: '1795260397026.712' }),
    result(given.channel ?? null),
    result({ applying: given.applying ?? null }),
    result(given.log ?? null),
  ]
}

const place = ({ position }: Sample): string | null =>
  position === null ? null : formatToken(position as MySqlPosition)

describe('a primary', () => {
  test('is where its executed and its owned transactions are, and the owned ones are asked for before', () => {
    const sampler = mysqlSampler(constants())
    expect(sampler.sql()).toMatch(/^SELECT @@global\.gtid_owned;\s*SELECT @@global\.gtid_executed,/)
    const sample = sampler.read(answer({ owned: `${A}:6#12:8#13`, executed: `${A}:1-5` }))
    expect(sample).toMatchObject({ role: 'primary', identity: A, marks: [A], doubt: null, history: 0 })
    expect(sample.clock).toBe(1795260397026.712)
    expect(place(sample)).toBe(`mysql:${A}:1-6:8`)
    // 8 was rolled back, and 7 is next.
    expect(place(sampler.read(answer({ owned: `${A}:7#14`, executed: `${A}:1-6` })))).toBe(`mysql:${A}:1-7`)
  })

  test('whose set loses something has been reset, and that is not forgotten', () => {
    const sampler = mysqlSampler(constants())
    sampler.read(answer({ executed: `${A}:1-5` }))
    for (const executed of ['', `${A}:1`, `${A}:1-9`]) {
      const sample = sampler.read(answer({ executed }))
      expect(sample).toMatchObject({ role: 'primary', position: null })
      expect(sample.doubt).toContain('reset')
    }
  })

  test.each([
    ['its binary log does not tell', answer({}), 'its binary log is off', 'its binary log is off'],
    [
      'its GTIDs are beyond what can be told apart',
      answer({ executed: `${A}:1-9223372036854775806` }),
      null,
      'its GTIDs cannot be read',
    ],
    ['what it owns cannot be read', answer({ owned: 'odd' }), null, 'its GTIDs cannot be read'],
  ])('proves nothing when %s', (_, results, unlogged, doubt) => {
    const sample = mysqlSampler(constants({}, '9.7.4', unlogged)).read(results)
    expect(sample.position).toBeNull()
    expect(sample.doubt).toBe(doubt)
  })

  test('that is read-only, or has a source, is none', () => {
    const sampler = mysqlSampler(constants())
    expect(sampler.read(answer({ readOnly: '1' })).role).toBe('replica')
    expect(sampler.read(answer({ channel: channel() })).role).toBe('replica')
    // The channels of a group are not sources.
    expect(sampler.read(answer({ channel: channel({ Channel_Name: 'group_replication_applier' }) })).role).toBe(
      'primary',
    )
  })
})

describe('a replica', () => {
  const replica = (over: Answer = {}) =>
    answer({ readOnly: '1', executed: `${A}:1-5,${B}:1-9`, channel: channel(), ...over })

  test('is where its executed transactions are, and says whom it follows', () => {
    const sample = mysqlSampler(constants()).read(replica({ owned: `${B}:10#5` }))
    expect(place(sample)).toBe(`mysql:${A}:1-5,${B}:1-9`)
    expect(sample.marks).toEqual([B, A])
    expect(sample.follows?.identity).toBe(B)
    expect(formatToken(sample.follows?.written as MySqlPosition)).toBe(`mysql:${B}:1-9`)
    expect(sample.unordered).toBe(false)
  })

  test('and a primary of Aurora prove nothing', () => {
    const sampler = mysqlSampler(constants({ aurora_version: '3.08.0' }))
    for (const results of [answer({}), replica()]) {
      expect(sampler.read(results)).toMatchObject({ position: null, doubt: 'Aurora replicates without positions' })
    }
  })

  test('that is not connected follows nobody, but stays where it is', () => {
    const sample = mysqlSampler(constants()).read(replica({ channel: channel({ Replica_IO_Running: 'Connecting' }) }))
    expect(sample.follows).toBeUndefined()
    expect(place(sample)).not.toBeNull()
  })

  test('with several workers and no order is unordered', () => {
    const read = (over: Answer) => mysqlSampler(constants()).read(replica(over)).unordered
    expect(read({ workers: '4', ordered: '0' })).toBe(true)
    expect(read({ workers: '1', ordered: '0' })).toBe(false)
    expect(read({ workers: '0', ordered: '0' })).toBe(false)
  })

  test.each([
    [{ Replicate_Do_DB: 'app' }, 'Replicate_Do_DB = app'],
    [{ Replicate_Ignore_Server_Ids: '7' }, 'Replicate_Ignore_Server_Ids = 7'],
    [{ Replicate_Ignore_Table: 'mysql.rds_history,app.log' }, 'Replicate_Ignore_Table = mysql.rds_history,app.log'],
    [{ Replicate_Do_DB: 'mysql' }, 'Replicate_Do_DB = mysql'],
    [{ Replicate_Ignore_Table: 'mysql.rds_history,innodb_memcache.cache_policies' }, null],
    [{ Replicate_Ignore_Table: 'mysqlx.t' }, 'Replicate_Ignore_Table = mysqlx.t'],
  ])('with a filter %j has a doubt: %s', (filter, rule) => {
    const { doubt, position } = mysqlSampler(constants()).read(replica({ channel: channel(filter) }))
    expect(doubt).toBe(rule === null ? null : `a replication filter keeps changes from it: ${rule}`)
    expect(position === null).toBe(rule !== null)
  })

  test('of older versions is asked in the words of that time', () => {
    const older = { slave_parallel_workers: '0', slave_preserve_commit_order: 'OFF' }
    const variables = constants(older, '8.0.21-12').variables as Map<string, string>
    for (const name of ['replica_parallel_workers', 'replica_preserve_commit_order']) variables.delete(name)
    const sql = mysqlSampler({ ...constants({}, '8.0.21-12'), variables }).sql()
    expect(sql).toContain('@@global.slave_parallel_workers')
    expect(sql).toContain('SHOW SLAVE STATUS')
    expect(isAtLeast('8.0.22', 8, 0, 22) && isAtLeast('9.7.4-2', 8, 2) && isAtLeast('10.0', 9)).toBe(true)
    expect(isAtLeast('8.0.21', 8, 0, 22) || isAtLeast('8.1.0', 8, 2)).toBe(false)
  })
})

describe('without GTIDs', () => {
  const off = constants({ gtid_mode: 'OFF' })

  test('a primary is at the end of its binary log, and a replica where it has applied that', () => {
    const primary = mysqlSampler(off)
    expect(primary.sql()).toContain('SHOW BINARY LOG STATUS')
    const status = { File: 'binlog.000003', Position: '500', Binlog_Do_DB: '', Binlog_Ignore_DB: '' }
    expect(place(primary.read(answer({ mode: 'OFF', executed: '', log: status })))).toBe(
      `mysql-log:${A}:500:binlog.000003`,
    )
    const sample = mysqlSampler(off).read(answer({ mode: 'OFF', executed: '', readOnly: '1', channel: channel() }))
    expect(place(sample)).toBe(`mysql-log:${B}:500:binlog.000003`)
    expect(sample.marks).toEqual([B])
    expect(sample.follows).toBeUndefined()
  })

  test('an applier without workers is trusted once it is idle or has gone on', () => {
    const sampler = mysqlSampler(off)
    const at = (offset: string, applying: string) =>
      place(
        sampler.read(
          answer({
            mode: 'OFF',
            executed: '',
            readOnly: '1',
            workers: '0',
            applying,
            channel: channel({ Exec_Source_Log_Pos: offset }),
          }),
        ),
      )
    expect(at('500', '1')).toBeNull()
    expect(at('500', '1')).toBeNull()
    expect(at('600', '1')).toBe(`mysql-log:${B}:500:binlog.000003`)
    expect(at('600', '0')).toBe(`mysql-log:${B}:600:binlog.000003`)
    expect(at('700', '1')).toBe(`mysql-log:${B}:600:binlog.000003`)
  })

  test('when they are switched on or off the next sample is the first to tell', () => {
    const sampler = mysqlSampler(constants())
    expect(sampler.read(answer({ mode: 'OFF_PERMISSIVE' }))).toMatchObject({ position: null })
    expect(sampler.sql()).toContain('SHOW BINARY LOG STATUS')
    const status = { File: 'binlog.000003', Position: '500' }
    expect(place(sampler.read(answer({ mode: 'OFF_PERMISSIVE', log: status })))).toBe(
      `mysql-log:${A}:500:binlog.000003`,
    )
    expect(place(sampler.read(answer({ mode: 'ON_PERMISSIVE' })))).toBe(`mysql:${A}:1-5`)
  })
})
