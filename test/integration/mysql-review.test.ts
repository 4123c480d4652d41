/** What an adversarial review found: each test failed before it was mended. */
import type { Connection } from 'mysql2/promise'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { configFor, type FreshetProcess, mysqlUrl, startFreshet } from '../support/freshet.ts'
import { createTestMysql } from '../support/mysql.ts'
import { connectTo, failureOf, first } from '../support/mysql-clients.ts'

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 1 })
  let freshet: FreshetProcess
  let client: Connection
  let other: Connection

  beforeAll(async () => {
    await fleet().primary.query('CREATE TABLE numbered (id INT AUTO_INCREMENT PRIMARY KEY, n BIGINT)')
    await fleet().caughtUp()
    freshet = await startFreshet(configFor(fleet(), { pool: { size: 4 }, max_lag: '1h' }))
    return async () => {
      await freshet.stop()
    }
  })
  beforeEach(async () => {
    client = await connectTo(mysqlUrl(freshet, 'root', 'app'))
    other = await connectTo(mysqlUrl(freshet, 'root', 'app'))
  })

  test('a session that drops its own schema has none, and goes on', async () => {
    await client.query('CREATE DATABASE gone')
    await client.query('USE gone')
    await client.query('DROP DATABASE gone')
    expect(await first(client, 'SELECT 1')).toBe(1)
    expect(await first(client, 'SELECT DATABASE()')).toBe(null)
    expect(await failureOf(client.query('SELECT * FROM numbered'))).toMatchObject({ number: 1046 })
    expect(await first(other, 'SELECT DATABASE()')).toBe('app')
    await client.query('USE app')
    expect(await first(client, 'SELECT DATABASE()')).toBe('app')
    expect(await first(client, 'SELECT COUNT(*) FROM numbered')).toBe(0)
  })

  test('a session can leave a schema that somebody else has dropped', async () => {
    await client.query('CREATE DATABASE gone')
    await client.query('USE gone')
    await other.query('DROP DATABASE gone')
    expect(await failureOf(client.query('USE nowhere'))).toMatchObject({ number: 1049 })
    await client.query('USE app')
    expect(await first(client, 'SELECT DATABASE()')).toBe('app')
    expect(await first(client, 'SELECT COUNT(*) FROM numbered')).toBe(0)
  })

  test('SET last_insert_id is what the session reads afterwards', async () => {
    await client.query('INSERT INTO numbered (n) VALUES (1)')
    await client.query('SET last_insert_id = 77')
    await other.query('INSERT INTO numbered (n) VALUES (2)')
    expect(await first(client, 'SELECT LAST_INSERT_ID()')).toBe(77)
    await client.query('SET @@identity = 78')
    await other.query('INSERT INTO numbered (n) VALUES (3)')
    expect(await first(client, 'SELECT LAST_INSERT_ID()')).toBe(78)
  })

  test('a replica with defaults of its own reads as the primary does', async () => {
    const statement = '/* freshet: route=replica */ SELECT CONCAT("a", 1 / 3)'
    const replica = fleet().replicas[0]!
    await replica.query("SET GLOBAL sql_mode = 'ANSI_QUOTES', GLOBAL div_precision_increment = 9")
    try {
      const another = await startFreshet(configFor(fleet(), { max_lag: '1h' }))
      const reader = await connectTo(mysqlUrl(another, 'root', 'app'))
      expect(await first(reader, statement)).toBe('a0.3333')
      expect(await first(reader, 'SHOW freshet.server')).toBe('replica-1')
      await another.stop()
    } finally {
      await replica.query('SET GLOBAL sql_mode = DEFAULT, GLOBAL div_precision_increment = DEFAULT')
    }
  })

  test('views that nobody has read yet show the session its own last insert id', async () => {
    await client.query('INSERT INTO numbered (n) VALUES (1)')
    const mine = await first(client, 'SELECT LAST_INSERT_ID()')
    await other.query('INSERT INTO numbered (n) VALUES (2)')
    await other.query('CREATE OR REPLACE VIEW last_one AS SELECT LAST_INSERT_ID() AS id')
    expect(await first(client, 'SELECT * FROM last_one')).toBe(mine)
  })
})
