/** Session state of MySQL and MariaDB with fewer connections than clients: it follows its session, reaches nobody else, and pins end with their cause. */
import type { Connection } from 'mysql2/promise'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { configFor, type FreshetProcess, mysqlUrl, startFreshet, total } from '../support/freshet.ts'
import { createTestMysql, until } from '../support/mysql.ts'
import { connectTo, first, lastRoute, rowsOf } from '../support/mysql-clients.ts'

interface Pin {
  readonly cause: string
  readonly make: readonly string[]
  /** A statement that needs the state, and what it gives. */
  readonly use: string
  readonly gives: unknown
  readonly end: readonly string[]
}

/** COM_RESET_CONNECTION, where no statement is sure to have ended it. */
const RESET = 'reset'

const PINS: readonly Pin[] = [
  { cause: 'user-variable', make: ['SET @a = 5'], use: 'SELECT @a', gives: 5, end: ['SET @a = NULL'] },
  { cause: 'user-variable', make: ['SELECT @b := 6'], use: 'SELECT @b', gives: 6, end: [RESET] },
  {
    cause: 'temp-table',
    make: ['CREATE TEMPORARY TABLE app.mine (n INT)', 'INSERT INTO mine VALUES (7)'],
    use: 'SELECT n FROM mine',
    gives: 7,
    end: ['DROP TEMPORARY TABLE mine'],
  },
  {
    cause: 'advisory-lock',
    make: ["SELECT GET_LOCK('mine', 0)"],
    use: "SELECT IS_USED_LOCK('mine') IS NOT NULL",
    gives: 1,
    end: ["SELECT RELEASE_LOCK('mine')"],
  },
  {
    cause: 'advisory-lock',
    make: ["SELECT GET_LOCK('mine', 0)", "SELECT GET_LOCK('yours', 0)"],
    use: "SELECT RELEASE_LOCK('mine')",
    gives: 1,
    end: ['SELECT RELEASE_ALL_LOCKS()'],
  },
  {
    cause: 'lock-tables',
    make: ['LOCK TABLES things READ'],
    use: 'SELECT COUNT(*) FROM things',
    gives: 1,
    end: ['UNLOCK TABLES'],
  },
  {
    cause: 'lock-tables',
    make: ['FLUSH TABLES WITH READ LOCK', 'UNLOCK TABLES', 'FLUSH TABLES things FOR EXPORT'],
    use: 'SELECT COUNT(*) FROM things',
    gives: 1,
    end: ['UNLOCK TABLES'],
  },
  {
    cause: 'handler',
    make: ['HANDLER things OPEN'],
    use: 'HANDLER things READ FIRST',
    gives: 1,
    end: ['HANDLER things CLOSE'],
  },
  {
    cause: 'prepared-in-sql',
    make: ["PREPARE s FROM 'SELECT 8'"],
    use: 'EXECUTE s',
    gives: 8,
    end: ['DEALLOCATE PREPARE s', RESET],
  },
]

/** Variables, a value other than the default, and what SELECT @@name gives then. */
const VARIABLES: readonly (readonly [string, string, unknown])[] = [
  ['time_zone', "'+05:00'", '+05:00'],
  ['sql_mode', "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'", 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'],
  ['wait_timeout', '1234', 1234],
  ['group_concat_max_len', '77', 77],
  ['lc_time_names', "'de_DE'", 'de_DE'],
  ['max_execution_time', '12345', 12345],
  ['foreign_key_checks', '0', 0],
  ['unique_checks', '0', 0],
  ['sql_safe_updates', '1', 1],
  ['sql_select_limit', '5', 5],
  ['character_set_results', "'latin1'", 'latin1'],
  ['collation_connection', "'utf8mb4_bin'", 'utf8mb4_bin'],
  ['autocommit', '0', 0],
  ['default_week_format', '3', 3],
  ['div_precision_increment', '9', 9],
  ['max_statement_time', '100', 100],
]

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 1 })
  let freshet: FreshetProcess
  let client: Connection
  let other: Connection

  beforeAll(async () => {
    await fleet().primary.query('CREATE TABLE things (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20))')
    await fleet().primary.query("INSERT INTO things (v) VALUES ('a')")
    await fleet().primary.query('CREATE TABLE notes (id INT AUTO_INCREMENT PRIMARY KEY, v INT)')
    await fleet().primary.query('CREATE DATABASE second_')
    await fleet().primary.query('CREATE TABLE second_.things (id INT)')
    await fleet().primary.query("GRANT ALL ON second_.* TO 'app'@'%'")
    // For FLUSH.
    await fleet().primary.query("GRANT RELOAD ON *.* TO 'app'@'%'")
    await fleet().caughtUp()
    freshet = await startFreshet(configFor(fleet(), { pool: { size: 2 }, max_lag: '1h' }))
    return async () => {
      await freshet.stop()
    }
  })
  beforeEach(async () => {
    client = await connectTo(mysqlUrl(freshet))
    other = await connectTo(mysqlUrl(freshet))
    return async () => {
      for (const session of [client, other]) session.destroy()
      await until('both have left', async () => total(await freshet.metrics(), 'freshet_client_connections') === 0)
    }
  })

  const pinnedBecomes = (cause: string, count: number) =>
    until(
      `${count} pinned because of ${cause}`,
      async () => total(await freshet.metrics(), 'freshet_pinned_sessions', { cause }) === count,
    )

  test.each(PINS)('$cause: $make', async ({ cause, make, use, gives, end }) => {
    for (const sql of make) await client.query(sql)
    await pinnedBecomes(cause, 1)
    expect(await first(other, 'SELECT COUNT(*) FROM things')).toBe(1)
    await other.query('INSERT INTO notes (v) VALUES (1)')
    expect(await first(client, use)).toBe(gives)
    for (const sql of end) await (sql === RESET ? client.reset() : client.query(sql))
    await pinnedBecomes(cause, 0)
    await fleet().caughtUp()
    await until('its reads run on replicas again', async () => {
      await first(client, 'SELECT COUNT(*) FROM things')
      return (await lastRoute(client)).reason === 'read'
    })
  })

  test('the state of a client that leaves is gone with it', async () => {
    for (const sql of [
      'SET @a = 1',
      'CREATE TEMPORARY TABLE mine (n INT)',
      "SELECT GET_LOCK('mine', 0)",
      'LOCK TABLES things WRITE',
    ])
      await client.query(sql)
    client.destroy()
    await until('the lock is free', async () => (await first(other, "SELECT IS_FREE_LOCK('mine')")) === 1)
    await other.query("INSERT INTO things (v) VALUES ('b')")
    await other.query("DELETE FROM things WHERE v = 'b'")
    expect(await first(other, 'SELECT @a')).toBe(null)
  })

  test('variables follow their session and reach nobody else', async () => {
    const known: (readonly [string, string, unknown, unknown])[] = []
    for (const [name, value, gives] of VARIABLES) {
      const before = await rowsOf(other, `SELECT @@session.${name}`).catch(() => null)
      if (before !== null) known.push([name, value, gives, before[0]![0]])
    }
    expect(known.length).toBeGreaterThan(13)
    for (const [name, value, gives, before] of known) {
      await client.query(`SET SESSION ${name} = ${value}`)
      for (let round = 0; round < 3; round++) {
        for (const route of ['primary', 'replica']) {
          expect([name, await first(client, `/* freshet: route=${route} */ SELECT @@session.${name}`)]).toEqual([
            name,
            gives,
          ])
          expect([name, await first(other, `/* freshet: route=${route} */ SELECT @@session.${name}`)]).toEqual([
            name,
            before,
          ])
        }
      }
      await client.query(`SET SESSION ${name} = DEFAULT`)
    }
  })

  test('quotes mean what the sql_mode says', async () => {
    await client.query("SET sql_mode = 'ANSI_QUOTES'")
    expect(await first(client, 'SELECT "v" FROM "things"')).toBe('a')
    expect(await first(other, 'SELECT "v"')).toBe('v')
    await client.query("SET sql_mode = 'NO_BACKSLASH_ESCAPES'")
    // To who takes the backslash for an escape, the DELETE stands in a string.
    const sql = "SELECT '\\'; DELETE FROM notes WHERE id < 0; -- '"
    const many = await connectTo(mysqlUrl(freshet), { multipleStatements: true })
    await many.query("SET sql_mode = 'NO_BACKSLASH_ESCAPES'")
    await many.query(sql)
    expect((await lastRoute(many)).server).toBe(fleet().primary.name)
    expect(await first(client, "SELECT '\\'")).toBe('\\')
    expect(await first(other, "SELECT '\\\\'")).toBe('\\')
    many.destroy()
  })

  test('USE and SET NAMES', async () => {
    await client.query('USE second_')
    for (let round = 0; round < 4; round++) {
      expect(await first(client, 'SELECT DATABASE()')).toBe('second_')
      expect(await first(other, 'SELECT DATABASE()')).toBe('app')
      expect(await first(client, 'SELECT COUNT(*) FROM things')).toBe(0)
      expect(await first(other, 'SELECT COUNT(*) FROM things')).toBe(1)
    }
    await client.query('SET NAMES latin1')
    for (let round = 0; round < 4; round++) {
      expect(await rowsOf(client, 'SELECT @@character_set_client, @@character_set_results')).toEqual([
        ['latin1', 'latin1'],
      ])
      expect(await rowsOf(other, 'SELECT @@character_set_client, @@character_set_results')).toEqual([
        ['utf8mb4', 'utf8mb4'],
      ])
    }
  })

  test('COM_CHANGE_USER begins anew, and so does a reset', async () => {
    for (const again of [
      () => client.changeUser({ user: 'app', password: 'app', database: 'second_' }),
      () => client.reset(),
    ]) {
      await client.query('SET @a = 1, time_zone = "+07:00"')
      await client.query('CREATE TEMPORARY TABLE mine (n INT)')
      await again()
      expect(await rowsOf(client, 'SELECT @a, @@time_zone = @@global.time_zone')).toEqual([[null, 1]])
      expect(await client.query('SELECT * FROM mine').catch(({ errno }) => errno)).toBe(1146)
      await pinnedBecomes('temp-table', 0)
    }
  })

  const ASKED: readonly string[] = [
    'SELECT LAST_INSERT_ID()',
    'SELECT LAST_INSERT_ID() AS id',
    'select last_insert_id();',
    'SELECT @@identity',
    'SELECT ROW_COUNT()',
    'SELECT FOUND_ROWS() AS n',
    'SHOW WARNINGS',
    'SHOW WARNINGS;',
    'SHOW WARNINGS LIMIT 1',
    'SHOW ERRORS',
    'SHOW COUNT(*) WARNINGS',
    'SELECT @@warning_count',
    'SELECT LAST_INSERT_ID() + 0, 1',
  ]
  const DONE: readonly string[] = [
    'INSERT INTO notes (v) VALUES (1)',
    'INSERT INTO notes (v) VALUES (1), (2)',
    'INSERT INTO notes (id, v) VALUES (NULL, 3)',
    'UPDATE notes SET v = v + 1',
    "SELECT CAST('x' AS SIGNED)",
    'SELECT * FROM notes',
    'SELECT 1/0',
    'DO 1',
    'DROP TABLE IF EXISTS nowhere',
    'SELECT LAST_INSERT_ID(99)',
    'INSERT IGNORE INTO notes (id, v) VALUES (1, 1)',
    'SELECT * FROM missing_',
    ...(flavour === 'mariadb'
      ? [
          'INSERT INTO notes (v) VALUES (4) RETURNING id',
          'REPLACE INTO notes (v) VALUES (5), (6) RETURNING v',
          'INSERT INTO notes (id, v) VALUES (1, 7) ON DUPLICATE KEY UPDATE v = 8 RETURNING id',
          'DELETE FROM notes WHERE v = 4 RETURNING id',
        ]
      : []),
  ]
  test('what a session asks about its last statement is what a direct connection says', {
    timeout: 60_000,
  }, async () => {
    const hear = async (session: Connection, between: () => Promise<unknown>) => {
      await fleet().primary.query('TRUNCATE notes')
      const heard: unknown[] = []
      for (const prepared of [false, true]) {
        for (const done of DONE) {
          for (const asked of ASKED) {
            if (prepared && asked.startsWith('SHOW')) continue
            await session.query(done).catch(() => {})
            await between()
            heard.push([
              done,
              asked,
              prepared,
              await rowsOf(session, asked, prepared ? [] : undefined).catch(({ message }) => message),
            ])
          }
        }
      }
      return heard
    }
    const straight = await connectTo(fleet().primary.url())
    const direct = await hear(straight, async () => {})
    let turn = 0
    const through = await hear(client, async () => {
      if (turn++ % 3 === 0) await other.query("SELECT 2/0, CAST('y' AS SIGNED), LAST_INSERT_ID(12345)")
    })
    expect(through).toEqual(direct)
  })
})
