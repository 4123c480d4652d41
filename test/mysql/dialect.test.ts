import { expect, test } from 'vitest'
import { formatProfile } from '../../src/mysql/capabilities.ts'
import { createMySqlDialect } from '../../src/mysql/dialect.ts'

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
