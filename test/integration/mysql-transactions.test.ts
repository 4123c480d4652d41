/** Transactions of MySQL and MariaDB through Freshet: where they run, what their status is, and that nothing is done outside of them. */
import type { Connection } from 'mysql2/promise'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { configFor, type FreshetProcess, mysqlUrl, startFreshet } from '../support/freshet.ts'
import { createTestMysql, until } from '../support/mysql.ts'
import { connectTo, failureOf, first, lastRoute, rowsOf } from '../support/mysql-clients.ts'

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 1, parameters: { innodb_lock_wait_timeout: 1 } })
  let freshet: FreshetProcess
  let client: Connection
  let other: Connection

  beforeAll(async () => {
    const { primary } = fleet()
    await primary.query('CREATE TABLE rows_ (id INT PRIMARY KEY, n INT)')
    await primary.query('CREATE PROCEDURE opens() START TRANSACTION')
    await primary.query('CREATE PROCEDURE commits() BEGIN INSERT INTO rows_ VALUES (50, 0); COMMIT; END')
    await fleet().caughtUp()
    const config = { pool: { size: 3 }, reads_in_transactions: 'primary', max_lag: '1h' }
    freshet = await startFreshet(configFor(fleet(), config))
    return async () => {
      await freshet.stop()
    }
  })
  beforeEach(async () => {
    await fleet().primary.query('DELETE FROM rows_')
    await fleet().primary.query('INSERT INTO rows_ VALUES (1, 0), (2, 0)')
    await fleet().caughtUp()
    client = await connectTo(mysqlUrl(freshet))
    other = await connectTo(mysqlUrl(freshet))
  })

  const ids = async () => (await fleet().primary.query('SELECT id FROM rows_ ORDER BY id')).map(({ id }) => id)
  const insert = (session: Connection, id: number) => session.query(`INSERT INTO rows_ VALUES (${id}, 0)`)

  test('what is rolled back was never there, and nobody else sees what is not committed', async () => {
    await client.query('BEGIN')
    await insert(client, 10)
    expect(await first(client, 'SELECT COUNT(*) FROM rows_')).toBe(3)
    expect(await first(other, '/* freshet: route=primary */ SELECT COUNT(*) FROM rows_')).toBe(2)
    await client.query('ROLLBACK')
    await client.query('START TRANSACTION')
    await insert(client, 11)
    await client.query('COMMIT')
    expect(await ids()).toEqual([1, 2, 11])
  })

  test.each(['READ COMMITTED', 'REPEATABLE READ'])('a read-only transaction runs on a replica (%s)', async (level) => {
    await client.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`)
    await until('the replica is fresh enough', async () => {
      await client.query('START TRANSACTION READ ONLY')
      expect(await first(client, 'SELECT COUNT(*) FROM rows_')).toBe(2)
      const { server } = await lastRoute(client)
      const failure = await failureOf(insert(client, 12))
      expect(failure.number).toBe(1792)
      await client.query('COMMIT')
      return server === fleet().replicas[0]!.name
    })
    await insert(client, 13)
    expect(await ids()).toEqual([1, 2, 13])
  })

  test('a repeatable read on a replica is one snapshot', async () => {
    await until('it runs on the replica', async () => {
      await client.query('START TRANSACTION READ ONLY')
      await first(client, 'SELECT COUNT(*) FROM rows_')
      return (await lastRoute(client)).server !== fleet().primary.name || (await client.query('COMMIT')) === null
    })
    await insert(other, 14)
    await fleet().caughtUp()
    expect(await first(client, 'SELECT COUNT(*) FROM rows_')).toBe(2)
    await client.query('COMMIT')
    await until('the new row', async () => (await first(client, 'SELECT COUNT(*) FROM rows_')) === 3)
  })

  /** Its first statement has run there. */
  const onReplica = async () => {
    await until('it runs on the replica', async () => {
      await client.query('START TRANSACTION READ ONLY')
      await first(client, 'SELECT COUNT(*) FROM rows_')
      return (await lastRoute(client)).server !== fleet().primary.name || (await client.query('COMMIT')) === null
    })
  }

  test.each(['CREATE TABLE ended_ (id INT)', 'DROP TABLE ended_', 'LOCK TABLES rows_ WRITE'])(
    'what commits by itself ends a read-only transaction on a replica: %s',
    async (sql) => {
      await onReplica()
      await client.query(sql)
      await insert(client, 60)
      await client.query('UNLOCK TABLES')
      expect(await ids()).toEqual([1, 2, 60])
    },
  )

  test('UNLOCK TABLES without tables that are locked ends no transaction', async () => {
    await onReplica()
    await client.query('UNLOCK TABLES')
    await insert(other, 61)
    await fleet().caughtUp()
    expect(await first(client, 'SELECT COUNT(*) FROM rows_')).toBe(2)
    await client.query('COMMIT')
  })

  test.each(['BEGIN', 'START TRANSACTION', 'START TRANSACTION READ WRITE'])(
    '%s inside a read-only transaction on a replica begins what the server begins',
    async (sql) => {
      const straight = await connectTo(fleet().primary.url())
      await straight.query('START TRANSACTION READ ONLY')
      await straight.query(sql)
      const refused = await failureOf(insert(straight, 62)).catch(() => null)
      await straight.query('ROLLBACK')
      await onReplica()
      await client.query(sql)
      expect(await failureOf(insert(client, 63)).catch(() => null)).toEqual(refused)
      await client.query('COMMIT')
      expect(await ids()).toEqual(refused === null ? [1, 2, 63] : [1, 2])
    },
  )

  test('nothing is locked on a replica, and nothing is set there for all', async () => {
    for (const sql of ['SELECT n FROM rows_ LOCK IN SHARE MODE', 'SET GLOBAL max_connect_errors = 77']) {
      await onReplica()
      expect((await failureOf(client.query(sql))).message).toMatch(/read-only transaction on a replica/)
    }
    await onReplica()
    expect((await failureOf(client.query('SELECT n FROM rows_ FOR UPDATE'))).number).toBe(1792)
    await client.query('COMMIT')
    expect(await fleet().replicas[0]!.query('SELECT @@global.max_connect_errors AS n')).not.toEqual([{ n: 77 }])
  })

  test('autocommit = 0: everything is in a transaction, on the primary, until it is 1 again', async () => {
    await client.query('SET autocommit = 0')
    await first(client, 'SELECT COUNT(*) FROM rows_')
    expect((await lastRoute(client)).server).toBe(fleet().primary.name)
    await insert(client, 15)
    expect(await first(other, '/* freshet: route=primary */ SELECT @@autocommit')).toBe(1)
    await client.query('ROLLBACK')
    expect(await ids()).toEqual([1, 2])
    await insert(client, 16)
    await client.query('SET autocommit = 1')
    await client.query('ROLLBACK')
    expect(await ids()).toEqual([1, 2, 16])
  })

  test('statements that commit by themselves', async () => {
    await client.query('BEGIN')
    await insert(client, 17)
    await client.query('CREATE TABLE IF NOT EXISTS other_ (id INT)')
    await client.query('ROLLBACK')
    await client.query('BEGIN')
    await insert(client, 18)
    await client.query('BEGIN')
    await client.query('ROLLBACK')
    await client.query('DROP TABLE other_')
    expect(await ids()).toEqual([1, 2, 17, 18])
  })

  test('savepoints', async () => {
    await client.query('BEGIN')
    await client.query('SAVEPOINT a')
    await insert(client, 19)
    await client.query('SAVEPOINT b')
    await insert(client, 20)
    await client.query('ROLLBACK TO SAVEPOINT b')
    expect((await failureOf(client.query('ROLLBACK TO nothing'))).number).toBe(1305)
    await client.query('RELEASE SAVEPOINT a')
    await client.query('COMMIT')
    expect(await ids()).toEqual([1, 2, 19])
    await client.query('SAVEPOINT outside')
    expect((await failureOf(client.query('ROLLBACK TO outside'))).number).toBe(1305)
  })

  test('COMMIT AND CHAIN goes on in a transaction, COMMIT RELEASE ends it', async () => {
    await client.query('BEGIN')
    await insert(client, 21)
    await client.query('COMMIT AND CHAIN')
    await insert(client, 22)
    await client.query('ROLLBACK AND CHAIN')
    await insert(client, 23)
    await client.query('ROLLBACK')
    expect(await ids()).toEqual([1, 2, 21])
    await client.query('BEGIN')
    await insert(client, 24)
    await client.query('COMMIT RELEASE')
    expect(await ids()).toEqual([1, 2, 21, 24])
    await expect(client.query('SELECT 1')).rejects.toThrow()
    expect(await first(other, 'SELECT 1')).toBe(1)
  })

  test('SET TRANSACTION is for the next one only', async () => {
    const level = flavour === 'mysql' ? '@@transaction_isolation' : '@@tx_isolation'
    await client.query('SET TRANSACTION READ ONLY')
    await insert(other, 25)
    await client.query('BEGIN')
    expect((await failureOf(insert(client, 26))).number).toBe(1792)
    await client.query('COMMIT')
    await insert(client, 27)
    await client.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE')
    expect((await failureOf(client.query('BEGIN').then(() => client.query('SET TRANSACTION READ ONLY')))).number).toBe(
      1568,
    )
    await client.query('COMMIT')
    expect(await first(client, `SELECT ${level}`)).toBe('REPEATABLE-READ')
    expect(await ids()).toEqual([1, 2, 25, 27])
  })

  test('WITH CONSISTENT SNAPSHOT begins where it is said', async () => {
    await client.query('START TRANSACTION WITH CONSISTENT SNAPSHOT')
    await insert(other, 28)
    expect(await first(client, 'SELECT COUNT(*) FROM rows_')).toBe(2)
    await client.query('COMMIT')
    expect(await first(client, '/* freshet: route=primary */ SELECT COUNT(*) FROM rows_')).toBe(3)
  })

  test('a deadlock ends the transaction, a lock wait does not', async () => {
    await client.query('BEGIN')
    await other.query('BEGIN')
    await client.query('UPDATE rows_ SET n = 1 WHERE id = 1')
    await other.query('UPDATE rows_ SET n = 2 WHERE id = 2')
    const outcomes = await Promise.all([
      failureOf(client.query('UPDATE rows_ SET n = 1 WHERE id = 2')).catch(() => null),
      failureOf(other.query('UPDATE rows_ SET n = 2 WHERE id = 1')).catch(() => null),
    ])
    const numbers = outcomes.map((outcome) => outcome?.number ?? 0).sort((a, b) => a - b)
    expect(numbers).toEqual([0, 1213])
    const loser = outcomes[0] === null ? other : client
    const winner = outcomes[0] === null ? client : other
    // Its transaction is gone: this is written at once.
    await insert(loser, 30)
    await loser.query('ROLLBACK')
    await winner.query('COMMIT')
    expect(await ids()).toEqual([1, 2, 30])

    await winner.query('BEGIN')
    await winner.query('UPDATE rows_ SET n = 3 WHERE id = 1')
    await loser.query('BEGIN')
    await insert(loser, 31)
    expect((await failureOf(loser.query('UPDATE rows_ SET n = 4 WHERE id = 1'))).number).toBe(1205)
    await insert(loser, 32)
    await winner.query('ROLLBACK')
    await loser.query('ROLLBACK')
    expect(await ids()).toEqual([1, 2, 30])
  })

  test('XA', async () => {
    await client.query("XA START 'a'")
    await insert(client, 33)
    await client.query("XA END 'a'")
    await client.query("XA PREPARE 'a'")
    expect(await ids()).toEqual([1, 2])
    await client.query("XA COMMIT 'a'")
    await client.query("XA START 'b'")
    await insert(client, 34)
    expect((await failureOf(client.query('COMMIT'))).number).toBe(1399)
    await client.query("XA END 'b'")
    await client.query("XA ROLLBACK 'b'")
    expect(await ids()).toEqual([1, 2, 33])
  })

  test('procedures that open and end transactions', async () => {
    await client.query('CALL opens()')
    await insert(client, 35)
    expect(await first(other, '/* freshet: route=primary */ SELECT COUNT(*) FROM rows_')).toBe(2)
    await client.query('ROLLBACK')
    await client.query('BEGIN')
    await insert(client, 36)
    await client.query('CALL commits()')
    await client.query('ROLLBACK')
    expect(await ids()).toEqual([1, 2, 36, 50])
  })

  test('a transaction whose first statement fails is open all the same', async () => {
    await client.query('BEGIN')
    await failureOf(client.query('SELEC'))
    await insert(client, 37)
    await failureOf(insert(client, 37))
    await client.query('ROLLBACK')
    await client.query('BEGIN')
    await failureOf(insert(client, 1))
    await insert(client, 38)
    await client.query('COMMIT')
    expect(await ids()).toEqual([1, 2, 38])
  })

  test('several statements in one text', async () => {
    const many = await connectTo(mysqlUrl(freshet), { multipleStatements: true })
    await many.query('BEGIN; INSERT INTO rows_ VALUES (40, 0)')
    await insert(many, 41)
    await many.query('ROLLBACK; INSERT INTO rows_ VALUES (42, 0)')
    expect(await ids()).toEqual([1, 2, 42])
    await failureOf(many.query('BEGIN; INSERT INTO rows_ VALUES (43, 0); SELEC'))
    await many.query('COMMIT')
    expect(await rowsOf(many, 'SELECT 1')).toEqual([[1]])
  })

  test('a client that goes away in a transaction leaves nothing behind', async () => {
    await client.query('BEGIN')
    await client.query('UPDATE rows_ SET n = 9 WHERE id = 1')
    client.destroy()
    await until('its lock is gone', async () => {
      return (await other.query('UPDATE rows_ SET n = 8 WHERE id = 1').catch(() => null)) !== null
    })
    expect(await fleet().primary.query('SELECT n FROM rows_ WHERE id = 1')).toEqual([{ n: 8 }])
  })
})
