/** Transactions from the outside: what BEGIN in all its forms leads to, on which server, and that errors are the server's. */
import type pg from 'pg'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectTo, failureOf, first, lastRoute } from '../support/clients.ts'
import { freshetForAll } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'

const fleet = createTestServers({ replicas: 1 })

beforeAll(async () => {
  await fleet().primary.query(
    'CREATE TABLE rows (id int PRIMARY KEY, n int); INSERT INTO rows VALUES (1, 0); GRANT ALL ON rows TO app',
  )
  await fleet().caughtUp()
})

const COUNT = 'SELECT count(*)::int FROM rows'
const freshet = freshetForAll(fleet, { pool: { size: 2 } })
let client: pg.Client
let other: pg.Client
beforeEach(async () => {
  client = await connectTo(freshet().url())
  other = await connectTo(freshet().url())
})

const roleOf = async (session: pg.Client): Promise<string> => {
  const { server } = await lastRoute(session)
  return server === fleet().primary.name ? 'primary' : 'replica'
}

describe('BEGIN', () => {
  test.each([
    ['plain', 'BEGIN'],
    ['WORK', 'begin work;'],
    ['START', 'START TRANSACTION'],
    ['modes', 'BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE'],
    ['deferrable', 'START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE'],
    ['behind a long comment', `/* ${'a long comment '.repeat(200)} */ BEGIN READ ONLY`],
    ['behind a very long comment', `/* ${'a long comment '.repeat(2000)} */ BEGIN READ ONLY`],
    ['behind a line comment', '-- a comment\nBEGIN'],
  ])('%s', async (_, sql) => {
    for (const values of [undefined, []]) {
      for (const end of ['COMMIT', 'ROLLBACK']) {
        await client.query(sql, values)
        expect(await first(client, COUNT)).toBe(1)
        expect(await first(client, "SELECT current_setting('transaction_isolation')")).toMatch(
          /serializable|read committed/,
        )
        expect((await client.query(end)).command).toBe(end)
        expect(await first(other, COUNT)).toBe(1)
      }
    }
  })

  test('with nothing in it', async () => {
    for (const end of ['COMMIT', 'ROLLBACK', 'END', 'ABORT']) {
      await client.query('BEGIN')
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
      await client.query(end)
    }
    await client.query('BEGIN')
    await client.query('')
    await client.query('COMMIT AND CHAIN')
    expect(await first(client, COUNT)).toBe(1)
    await client.query('COMMIT')
    expect(await first(client, 'SELECT 1')).toBe(1)
  })

  test('twice gives the servers warning', async () => {
    const notices: (string | undefined)[] = []
    client.on('notice', ({ code }) => notices.push(code))
    await client.query('BEGIN')
    await client.query('BEGIN')
    await client.query('COMMIT')
    await client.query('COMMIT')
    await client.query('ROLLBACK')
    expect(notices).toEqual(['25001', '25P01', '25P01'])
  })

  test('with its statements in one text', async () => {
    const results = (await client.query(
      'BEGIN; INSERT INTO rows VALUES (2, 2); COMMIT; SELECT count(*)::int AS n FROM rows',
    )) as unknown as pg.QueryResult[]
    expect(results.map(({ command }) => command)).toEqual(['BEGIN', 'INSERT', 'COMMIT', 'SELECT'])
    expect(results[3]!.rows).toEqual([{ n: 2 }])
    await client.query('BEGIN; DELETE FROM rows WHERE id = 2')
    expect(await first(other, COUNT)).toBe(2)
    await client.query('COMMIT')
    expect(await first(client, COUNT)).toBe(1)
  })

  test('before a statement that refuses a transaction', async () => {
    for (const sql of ['VACUUM', 'CREATE DATABASE nothing', 'CREATE INDEX CONCURRENTLY i ON rows (n)']) {
      await client.query('BEGIN')
      expect((await failureOf(client.query(sql))).code).toMatch(/25001|42501/)
      expect((await failureOf(client.query(COUNT))).code).toBe('25P02')
      await client.query('ROLLBACK')
    }
  })

  test('whose first statement fails', async () => {
    for (const sql of ['SELEC 1', 'SELECT 1/0', 'SELECT nosuch FROM rows']) {
      await client.query('BEGIN')
      await failureOf(client.query(sql))
      expect((await failureOf(client.query('INSERT INTO rows VALUES (9, 9)'))).code).toBe('25P02')
      expect((await client.query('COMMIT')).command).toBe('ROLLBACK')
      expect(await first(client, COUNT)).toBe(1)
    }
  })
})

describe('what a transaction sees and does', () => {
  test('nobody else sees it before it commits', async () => {
    await client.query('BEGIN')
    expect(await first(client, COUNT)).toBe(1)
    await client.query('INSERT INTO rows VALUES (3, 3)')
    expect(await first(client, COUNT)).toBe(2)
    expect(await first(other, COUNT)).toBe(1)
    await client.query('ROLLBACK')
    expect(await first(client, COUNT)).toBe(1)
  })

  test('savepoints', async () => {
    await client.query('BEGIN')
    await client.query('SAVEPOINT a')
    await client.query('UPDATE rows SET n = 1')
    await client.query('SAVEPOINT b')
    await failureOf(client.query('SELECT 1/0'))
    await client.query('ROLLBACK TO b')
    await client.query('RELEASE a')
    await client.query('COMMIT')
    expect(await first(client, 'SELECT n FROM rows')).toBe(1)
    await client.query('UPDATE rows SET n = 0')
    expect((await failureOf(client.query('SAVEPOINT x'))).code).toBe('25P01')
    expect((await failureOf(client.query('ROLLBACK TO x'))).code).toBe('25P01')
  })

  test('SET TRANSACTION as the first statement, and too late', async () => {
    await client.query('BEGIN')
    await client.query('SET TRANSACTION READ ONLY')
    expect((await failureOf(client.query('INSERT INTO rows VALUES (4, 4)'))).code).toBe('25006')
    await client.query('ROLLBACK')
    await client.query('BEGIN READ ONLY')
    await client.query('SET TRANSACTION READ WRITE')
    await client.query('UPDATE rows SET n = n')
    expect((await failureOf(client.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'))).code).toBe('25001')
    await client.query('ROLLBACK')
  })

  test('a prepared transaction is refused in the servers words', async () => {
    await client.query('BEGIN')
    await client.query('UPDATE rows SET n = n')
    expect((await failureOf(client.query("PREPARE TRANSACTION 'p'"))).code).toBe('55000')
    await client.query('ROLLBACK')
    expect((await failureOf(client.query("COMMIT PREPARED 'p'"))).code).toMatch(/42704|55000/)
  })

  test('a client that leaves in the middle has done nothing', async () => {
    const leaver = await connectTo(freshet().url())
    await leaver.query('BEGIN')
    await leaver.query('UPDATE rows SET n = 99')
    await leaver.end()
    await client.query('UPDATE rows SET n = n')
    expect(await first(client, 'SELECT n FROM rows')).toBe(0)
  })
})

describe('read-only transactions', () => {
  test('run on one replica to their end, and move to the primary when a statement needs it', async () => {
    await fleet().caughtUp()
    await client.query('BEGIN READ ONLY')
    expect(await first(client, COUNT)).toBe(1)
    expect(await roleOf(client)).toBe('replica')
    expect((await lastRoute(client)).reason).toBe('read-only-transaction')
    expect(await first(client, 'SELECT n FROM rows FOR SHARE').catch(({ code }) => code)).toBe('25006')
    await client.query('ROLLBACK')
    await client.query('BEGIN READ ONLY')
    await first(client, COUNT)
    expect(await first(client, 'SELECT pg_current_wal_lsn() IS NOT NULL')).toBe(true)
    expect(await roleOf(client)).toBe('primary')
    expect((await failureOf(client.query('DELETE FROM rows'))).code).toBe('25006')
    await client.query('COMMIT')
    expect(await first(client, COUNT)).toBe(1)
  })

  test('see what their session wrote', async () => {
    for (let n = 1; n <= 20; n++) {
      await client.query('UPDATE rows SET n = $1', [n])
      await client.query(n % 2 ? 'BEGIN READ ONLY' : 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      expect(await first(client, 'SELECT n FROM rows')).toBe(n)
      await client.query('COMMIT')
    }
    await client.query('UPDATE rows SET n = 0')
  })

  test('keep their snapshot with REPEATABLE READ, wherever they run', async () => {
    await fleet().caughtUp()
    for (const begin of [
      'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
      'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY',
      'BEGIN ISOLATION LEVEL REPEATABLE READ',
    ]) {
      await client.query(begin)
      expect(await first(client, 'SELECT n FROM rows')).toBe(0)
      await other.query('UPDATE rows SET n = 5')
      await fleet().caughtUp()
      expect(await first(client, 'SELECT n FROM rows')).toBe(0)
      await client.query('COMMIT')
      expect(await first(other, 'SELECT n FROM rows')).toBe(5)
      await other.query('UPDATE rows SET n = 0')
      await until('the replica has it', async () => (await first(client, 'SELECT n FROM rows')) === 0)
    }
  })

  test('keep it also when REPEATABLE READ is the default of their role or database', async () => {
    await fleet().primary.query(`CREATE ROLE keeper LOGIN PASSWORD 'keeper';
      ALTER ROLE keeper SET default_transaction_isolation = 'repeatable read'; GRANT app TO keeper`)
    const keeper = await connectTo(freshet().url('keeper'))
    await fleet().caughtUp()
    await until('it runs on the replica', async () => {
      await keeper.query('BEGIN READ ONLY')
      await keeper.query(COUNT)
      const there = (await roleOf(keeper)) === 'replica'
      if (!there) await keeper.query('COMMIT')
      return there
    })
    const before = await first(keeper, COUNT)
    await other.query('INSERT INTO rows VALUES (77, 0)')
    await fleet().caughtUp()
    // Another server would tell another number, and count another row.
    expect(await first(keeper, 'SELECT pg_backend_pid()')).toBeGreaterThan(0)
    expect(await first(keeper, COUNT)).toBe(before)
    expect(await roleOf(keeper)).toBe('replica')
    expect((await failureOf(keeper.query('SELECT pg_advisory_xact_lock(1)'))).code).toBe('40001')
    await keeper.query('ROLLBACK')
    await other.query('DELETE FROM rows WHERE id = 77')
  })

  test('a snapshot that cannot move fails with 40001 and not with a wrong answer', async () => {
    await fleet().caughtUp()
    await until('it runs on the replica', async () => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      await first(client, COUNT)
      if ((await roleOf(client)) === 'replica') return true
      await client.query('COMMIT')
      return false
    })
    expect((await failureOf(client.query('SELECT pg_advisory_xact_lock(1)'))).code).toBe('40001')
    expect((await failureOf(client.query(COUNT))).code).toBe('25P02')
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK')
    expect(await first(client, COUNT)).toBe(1)
  })

  test('with settings, savepoints and cursors', async () => {
    await fleet().caughtUp()
    await client.query('BEGIN READ ONLY')
    await client.query("SET LOCAL work_mem = '8MB'")
    await client.query('SAVEPOINT s')
    await client.query('DECLARE c CURSOR FOR SELECT generate_series(1, 3)')
    expect((await client.query('FETCH 2 FROM c')).rowCount).toBe(2)
    await failureOf(client.query('SELECT 1/0'))
    await client.query('ROLLBACK TO s')
    expect(await first(client, "SELECT current_setting('work_mem')")).toBe('8MB')
    await client.query('COMMIT')
    expect(await first(client, "SELECT current_setting('work_mem')")).toBe('4MB')
    expect(await first(other, "SELECT current_setting('work_mem')")).toBe('4MB')
  })

  test('default_transaction_read_only is the sessions own', async () => {
    await client.query('SET default_transaction_read_only = on')
    expect((await failureOf(client.query('DELETE FROM rows'))).code).toBe('25006')
    expect(await first(client, "SELECT current_setting('default_transaction_read_only')")).toBe('on')
    const reads = () =>
      until('its reads run on the replica', async () => {
        await client.query(COUNT)
        return (await roleOf(client)) === 'replica'
      })
    await reads()
    await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE')
    await reads()
    await client.query('DELETE FROM rows WHERE id < 0')
    expect(await first(client, 'SHOW default_transaction_read_only')).toBe('off')
    await other.query('UPDATE rows SET n = n')
    expect(await first(other, '/* freshet: route=primary */ SHOW default_transaction_read_only')).toBe('off')
    await client.query('RESET default_transaction_read_only')
    await client.query('UPDATE rows SET n = n')
  })
})

describe('SERIALIZABLE', () => {
  test('conflicts are found and told', async () => {
    await client.query('INSERT INTO rows VALUES (11, 1), (12, 1)')
    for (const session of [client, other]) await session.query('BEGIN ISOLATION LEVEL SERIALIZABLE')
    for (const session of [client, other]) await session.query('SELECT sum(n) FROM rows')
    await client.query('UPDATE rows SET n = 2 WHERE id = 11')
    // Either statement may be the one that fails, the first even before the other session's COMMIT is answered.
    const second = other.query('UPDATE rows SET n = 2 WHERE id = 12').then(
      () => null,
      (error) => error,
    )
    await client.query('COMMIT')
    const failure = (await second) ?? (await failureOf(other.query('COMMIT')))
    expect(failure.code).toBe('40001')
    await other.query('ROLLBACK')
    await client.query('DELETE FROM rows WHERE id > 10')
  })
})
