import { expect, test } from 'vitest'
import { formatProfile } from '../../src/mysql/capabilities.ts'
import { createMySqlDialect } from '../../src/mysql/dialect.ts'
import { bareWork, TEXT_BYTES_MAX } from '../../src/mysql/work.ts'
import type { Facts } from '../../src/sql/facts.ts'
import { needsPrimary } from '../../src/sql/needs-primary.ts'

const dialect = () => createMySqlDialect({ tls: 'disable', local: false, preparedPerConnection: 10 })

test.each([
  [1290, 'The MySQL server is running with the --super-read-only option so it cannot execute this statement', 'learn'],
  [1290, 'The MySQL server is running with the --secure-file-priv option so it cannot execute this statement', null],
  [1792, 'Cannot execute statement in a READ ONLY transaction.', 'learn'],
  [1836, 'Running in read-only mode', 'learn'],
  [1053, 'Server shutdown in progress', 'once'],
  [1927, 'Connection was killed', 'once'],
  [1146, "Table 'a.b' doesn't exist", null],
])('a replica that answers %i %s', (number, message, refusal) => {
  expect(dialect().replicaRefusal({ code: 'HY000', number, message })).toBe(refusal)
})

test.each<[string, Facts['because'], Partial<Facts>, boolean]>([
  ['SELECT a FROM b FOR UPDATE', 'locking-read', {}, false],
  ['SELECT a FROM b LOCK IN SHARE MODE', 'locking-read', {}, true],
  ['SELECT a FROM b FOR SHARE', 'locking-read', {}, true],
  [`SELECT ${' '.repeat(TEXT_BYTES_MAX)} FOR UPDATE`, 'locking-read', {}, true],
  ['UPDATE a SET b = 1', 'write', { command: 'UPDATE' }, false],
  ['INSERT INTO a SELECT @b := 1', 'write', { command: 'INSERT', pins: ['user-variable'] }, true],
  ['CREATE TEMPORARY TABLE a (b INT)', 'write', { command: 'CREATE TABLE', pins: ['temp-table'] }, false],
  ['SET GLOBAL a = 1', 'write', { command: 'SET', settings: [{ scope: 'global', name: 'a', value: '1' }] }, true],
  ['SELECT @@server_id', 'server-specific', {}, false],
  ["SELECT 1 INTO OUTFILE 'x'", 'server-specific', {}, true],
  ['STOP REPLICA', 'server-specific', { command: 'STOP' }, true],
])('a replica would do what %s says: %s, %o', (sql, because, more, acts) => {
  const facts = { ...needsPrimary('SELECT', because, { kind: 'none' }), ...more }
  expect(dialect().actsOnReplica?.(bareWork(facts, 1, () => sql.slice(0, TEXT_BYTES_MAX)))).toBe(acts)
})

test('what sessions have at login counts where they have chosen nothing else', () => {
  const one = dialect()
  const { loginState } = one
  expect([one.isolation(loginState), one.keepsOnPrimary(loginState)]).toEqual(['repeatable read', false])
  const account = {
    user: 'u',
    database: '',
    secret: null,
    profile: formatProfile({ capabilities: 0, extended: 0, collation: 45 }),
  }
  const greet = (parameters: Map<string, string>) =>
    one.serverCodec(() => {}, { account, readOnly: false, greeting: { parameters, cancel: { sql: '' } } })
  greet(new Map([['transaction_isolation', 'READ-COMMITTED']]))
  expect(one.isolation(loginState)).toBe('read committed')
  expect(one.isolation(one.withSetting(loginState, 'transaction_isolation', "'REPEATABLE-READ'"))).toBe(
    'repeatable read',
  )
  for (const [level, kept] of Object.entries({ SERIALIZABLE: true, 'READ-UNCOMMITTED': true, 'READ-COMMITTED': false }))
    expect(one.keepsOnPrimary(one.withSetting(loginState, 'transaction_isolation', `'${level}'`))).toBe(kept)
  greet(new Map([['autocommit', '0']]))
  expect(one.keepsOnPrimary(loginState)).toBe(true)
  expect(one.keepsOnPrimary(one.withSetting(loginState, 'autocommit', "'ON'"))).toBe(false)
})

test('small things', () => {
  const one = dialect()
  expect([...one.goodbye]).toEqual([1, 0, 0, 0, 1])
  expect(one.stateFromValues([['Time_Zone', '+01:00']]).key).toBe("time_zone='+01:00'")
  expect(one.captureSql([])).toBeNull()
  expect(one.serverOnly('read_only')).toBe(true)
  expect(one.encodeParameter('a', 'b').length).toBe(0)
  expect(
    one.lexMode(
      new Map([
        ['sql_mode', 'ANSI_QUOTES'],
        ['character_set_client', 'sjis'],
      ]),
    ),
  ).toMatchObject({
    ansiQuotes: true,
    asciiSafeEncoding: false,
  })
})
