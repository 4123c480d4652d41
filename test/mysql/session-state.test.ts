import { expect, test } from 'vitest'
import {
  atLogin,
  atPrepare,
  difference,
  isolationOf,
  isSystemSchema,
  keepsOnPrimary,
  LOGIN_STATE,
  literal,
  SCHEMA,
  stateAfterReport,
  stateOf,
  withSetting,
} from '../../src/mysql/session-state.ts'

const state = (settings: Record<string, string>) => stateOf(new Map(Object.entries(settings)))
const reported = (...reports: [string, string][]) =>
  reports.reduce((before, [name, value]) => stateAfterReport(before, name, value), LOGIN_STATE)

test.each([
  ['time_zone', '+01:00', "'+01:00'"],
  ['wait_timeout', '60', '60'],
  ['long_query_time', '0.500000', '0.500000'],
  ['autocommit', 'OFf', "'OFF'"],
  ['character_set_results', '', 'NULL'],
  ['sql_mode', '', "''"],
  ['x', "it's", "'it''s'"],
  ['x', 'a\\b', "_utf8mb4 x'615c62'"],
  ['x', 'ü', "_utf8mb4 x'c3bc'"],
])('%s reported as %s is set as %s', (name, value, sql) => {
  expect(literal(name, value)).toBe(sql)
})

test('reports make states; what is for one statement only, or Freshet’s own, does not', () => {
  expect(reported(['sql_mode', 'ANSI'], ['schema', 'b']).key).toBe("schema=b\nsql_mode='ANSI'")
  for (const name of ['insert_id', 'last_insert_id', 'statement_id', 'gtid_next', 'session_track_schema', 'timestamp'])
    expect(reported([name, '5'])).toBe(LOGIN_STATE)
  const before = reported(['time_zone', 'UTC'])
  expect(stateAfterReport(before, 'time_zone', 'UTC')).toBe(before)
})

test('a character set implies its collation, and the other way round', () => {
  const named = reported(['collation_connection', 'latin1_bin'], ['character_set_connection', 'utf8mb4'])
  expect(named.key).toBe("character_set_connection='utf8mb4'")
  expect(reported(['character_set_connection', 'latin1'], ['collation_connection', 'latin1_bin']).key).toBe(
    "collation_connection='latin1_bin'",
  )
  expect(difference(reported(['collation_connection', 'latin1_bin']), named, false)).toBe(
    "SET @@session.character_set_connection='utf8mb4'",
  )
  const plain = state({ character_set_connection: "'latin1'" })
  expect(difference(named, plain, false)).toBe("SET @@session.character_set_connection='latin1'")
})

test('differences: the schema, then variables; what is gone goes back to what it was at login', () => {
  const from = state({ schema: 'b', time_zone: "'UTC'", sql_mode: "''" })
  const to = state({ schema: 'a`b', sql_mode: "''", wait_timeout: '5' })
  const parameters = new Map([['time_zone', 'SYSTEM']])
  const there = difference(from, to, false).split('\0')
  expect(there.map((sql) => atLogin(sql, parameters, 'app'))).toEqual([
    'USE `a``b`',
    "SET @@session.time_zone='SYSTEM', @@session.wait_timeout=5",
  ])
  const back = difference(to, LOGIN_STATE, false).split('\0')
  expect(back.map((sql) => atLogin(sql, parameters, 'app'))).toEqual([
    'USE `app`',
    'SET @@session.sql_mode=DEFAULT, @@session.wait_timeout=DEFAULT',
  ])
  expect(atLogin(back[0]!, parameters, '')).toBeNull()
  expect(atLogin(difference(from, state({ schema: '' }), false).split('\0')[0]!, parameters, 'app')).toBeNull()
  expect(difference(from, state({ sql_mode: "''", time_zone: "'UTC'", schema: 'b' }), false)).toBe('')
})

test('replica connections stay read-only', () => {
  const wanted = state({ transaction_read_only: "'OFF'" })
  expect(difference(LOGIN_STATE, wanted, true)).toBe('')
  expect(difference(LOGIN_STATE, wanted, false)).toBe("SET @@session.transaction_read_only='OFF'")
})

test.each([
  [{ autocommit: "'OFF'" }, true],
  [{ autocommit: "'ON'" }, false],
  [{ sql_log_bin: '0' }, true],
  [{ sql_log_bin: '1' }, true],
  [{ tx_isolation: "'READ-COMMITTED'" }, false],
  [{ completion_type: "'CHAIN'" }, true],
  [{ completion_type: "'NO_CHAIN'" }, false],
  [{ sql_auto_is_null: "'ON'" }, true],
  [{ schema: 'MySQL' }, true],
  [{ schema: 'app', time_zone: "'UTC'" }, false],
])('%o keeps reads on the primary: %s', (settings, kept) => {
  expect(keepsOnPrimary(state(settings as Record<string, string>))).toBe(kept)
})

test('what a statement is bound to, and isolation', () => {
  expect(atPrepare(state({ schema: 'a', wait_timeout: '5', sql_mode: "''" })).key).toBe("schema=a\nsql_mode=''")
  expect(atPrepare(state({ autocommit: "'OFF'" }))).toBe(LOGIN_STATE)
  expect(isolationOf(new Map([['tx_isolation', "'READ-COMMITTED'"]]))).toBe('read committed')
  expect(isolationOf(new Map())).toBeNull()
  expect(withSetting(state({ a: '1' }), 'a', null)).toBe(LOGIN_STATE)
})

test.each(['mysql', 'MySQL', 'sys', 'performance_schema', 'information_schema'])(
  'a session in schema %s stays on the primary',
  (schema) => {
    expect(isSystemSchema(schema)).toBe(true)
    expect(keepsOnPrimary(withSetting(LOGIN_STATE, SCHEMA, schema))).toBe(true)
    expect(keepsOnPrimary(withSetting(LOGIN_STATE, SCHEMA, 'app'))).toBe(false)
  },
)
