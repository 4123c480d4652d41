/**
 * Every session variable of both servers: set to another value, the report replayed on another connection and taken back. This is what
 * `replayable.ts` is made from.
 */
import { describe, expect, test } from 'vitest'
import * as capabilities from '../../src/mysql/capabilities.ts'
import { keptVariable } from '../../src/mysql/replayable.ts'
import { difference, LOGIN_STATE } from '../../src/mysql/session-state.ts'
import { query, testClient } from '../mysql/codec-client.ts'
import { CodecConnection } from '../mysql/codec-connection.ts'
import { createTestMysql } from '../support/mysql.ts'

const FLAGS = capabilities.DEPRECATE_EOF | capabilities.OPTIONAL_RESULTSET_METADATA

/** Freshet's own switches, and what ends the connection or the test. */
const LEFT_ALONE = /^(session_track_(schema|state_change|system_variables|transaction_info)|pseudo_.*|gtid_next)$/

const WORDS = [
  ...['latin1', 'utf8mb4_bin', 'latin1_bin', '+02:00', 'de_DE', 'MyISAM', 'READ-COMMITTED', 'ANSI', 'CHAIN', 'MINIMAL'],
  ...[
    'mysql',
    '',
    'abc',
    'binary',
    'NONE',
    'NO',
    'ROW',
    'MIXED',
    'ALL',
    'index_merge=off',
    'enabled=on',
    'OWN_GTID',
    'OFF',
    'ON',
    '1',
  ],
  ...[
    '2020-01-01 00:00:00',
    'KEEP',
    'RANDOM',
    'TRADITIONAL',
    'PREFER',
    "O'NEIL",
    'AUTO',
    'high',
    'nulls_equal',
    'json_hb',
  ],
]

/** Values worth trying for a variable, as SQL. */
function candidates(now: string | null): string[] {
  const tried: string[] = []
  if (now !== null && /^-?\d+$/.test(now)) {
    const value = BigInt(now)
    for (const other of [value + 1n, value / 2n, value * 2n, 0n, 1n, 4096n, 1048576n]) tried.push(String(other))
  }
  if (now !== null && /^-?\d+\.\d+$/.test(now)) tried.push('5.5', '1')
  return [...tried, ...WORDS.map((word) => `'${word.replaceAll("'", "''")}'`), 'NULL']
}

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 0 })

  test('every session variable follows its session, and leaves nothing behind', async () => {
    const open = () => CodecConnection.open({ socketPath: fleet().primary.socketPath, capabilities: FLAGS })
    const [here, there] = [await open(), await open()]
    const names = await here.command(
      flavour === 'mysql'
        ? 'SELECT LOWER(variable_name) FROM performance_schema.session_variables ORDER BY 1'
        : "SELECT LOWER(variable_name) FROM information_schema.system_variables WHERE variable_scope LIKE 'SESSION%' ORDER BY 1",
    )
    const current = async (connection: CodecConnection, name: string): Promise<string | null> =>
      (await connection.command(`SELECT @@session.${name}`))[0]![0] as string | null
    const followed: string[] = []
    const faults: string[] = []
    for (const [name] of names as [string][]) {
      if (LEFT_ALONE.test(name)) continue
      const before = await current(here, name).catch(() => undefined)
      if (before === undefined) continue
      for (const candidate of candidates(before)) {
        const client = testClient()
        const reply = await here.run(client, client.unit(query(`SET SESSION ${name} = ${candidate}`)))
        if (reply.failure !== null) {
          if (/GLOBAL variable|read.only|Unknown system/i.test(reply.failure.message)) break
          continue
        }
        const now = await current(here, name)
        if (now === before) continue
        if (!keptVariable(name)) break
        const sql = difference(LOGIN_STATE, client.state, false)
        if (sql === '') faults.push(`${name} = ${candidate}: no report`)
        else {
          const failed = await there.command(sql).then(
            () => null,
            (error: Error) => error.message,
          )
          const replayed = await current(there, name)
          if (failed !== null || replayed !== now) faults.push(`${name}: ${now} became ${replayed} (${failed ?? sql})`)
          for (const connection of [here, there]) {
            await connection.command(difference(client.state, LOGIN_STATE, false)).catch((error: Error) => {
              faults.push(`${name} back: ${error.message}`)
            })
            const after = await current(connection, name)
            if (after !== before) faults.push(`${name}: went back to ${after} and not to ${before}`)
          }
          followed.push(name)
        }
        break
      }
    }
    expect(faults).toEqual([])
    // Of some the test knows no second value.
    expect(followed.length).toBeGreaterThan(flavour === 'mysql' ? 125 : 160)
    for (const name of ['sql_mode', 'time_zone', 'character_set_client', 'collation_connection', 'autocommit'])
      expect(followed).toContain(name)
    here.close()
    there.close()
  })
})
