/** What an application does with the `mariadb` connector: pipelining, batches (MariaDB's bulk execute), prepared statements, streams, pools. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import mariadb, { type Connection, type ConnectionConfig, type QueryOptions, type UpsertResult } from 'mariadb'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { failureOf } from '../../support/mysql-clients.ts'
import { databaseFor, type Target } from './target.ts'

const NAME = 'connector'
const ITEMS = 'CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, name varchar(200) UNIQUE, price int, n tinyint)'
const ANSWER = `CREATE PROCEDURE answer(IN a int, OUT b int) BEGIN
  SELECT a AS first; SELECT a + 1 AS n, 'two' AS t UNION SELECT a + 2, 'three'; SET b = a * 2; END`

export function mariadbConnectorTests(target: () => Target): void {
  const options = (more: ConnectionConfig = {}): ConnectionConfig => {
    const { host, port } = target()
    return {
      host,
      port,
      user: 'app',
      password: 'app',
      database: NAME,
      allowPublicKeyRetrieval: true,
      bigIntAsNumber: true,
      ...more,
    }
  }
  const connected = async (more: ConnectionConfig = {}): Promise<Connection> => {
    const client = await mariadb.createConnection(options(more))
    client.on('error', () => {})
    onTestFinished(() => client.destroy())
    return client
  }
  const rows = (client: Connection, sql: string, values?: unknown[]): Promise<unknown[][]> =>
    client.query({ sql, rowsAsArray: true }, values)

  describe('the mariadb connector', () => {
    beforeAll(async () => {
      await databaseFor(target(), NAME)
      const client = await mariadb.createConnection(options())
      for (const sql of [ITEMS, ANSWER]) await client.query(sql)
      await client.end()
    })

    it('logs in: unknown to the server with RSA and with TLS, again, with wrong passwords', async () => {
      const ssl = { ca: readFileSync(target().ca) }
      for (const more of [{}, { ssl }, {}, { ssl }] as ConnectionConfig[]) {
        const user = more.ssl ? `${NAME}_tls` : `${NAME}_rsa`
        const client = await connected({ ...more, user, password: user })
        expect(await rows(client, 'SELECT USER(), DATABASE()')).toEqual([[`${user}@127.0.0.1`, NAME]])
      }
      expect(await failureOf(connected({ password: 'wrong' }))).toMatchObject({
        number: 1045,
        state: '28000',
        message: expect.stringContaining("Access denied for user 'app'@'127.0.0.1' (using password: YES)"),
      })
      expect(await failureOf(connected({ database: 'nowhere' }))).toMatchObject({ number: 1044 })
      expect((await connected()).serverVersion()).toContain(target().fleet.version)
    })

    it('batches: inserted in bulk, updated one by one, one that fails', async () => {
      for (const bulk of [true, false]) {
        const client = await connected({ bulk })
        await client.query('DELETE FROM items')
        const values = Array.from({ length: 600 }, (_, n) => [`item ${n} 😀`, n % 2 ? n : null])
        const inserted: UpsertResult = await client.batch(
          { sql: 'INSERT INTO items (name, price) VALUES (?, ?)', fullResult: false } as QueryOptions,
          values,
        )
        expect(inserted.affectedRows).toBe(600)
        expect(await rows(client, 'SELECT count(*), count(price), sum(price) FROM items')).toEqual([
          [600, 300, '90000'],
        ])
        await client.batch(
          'UPDATE items SET price = ? WHERE name = ?',
          values.slice(0, 200).map(([name]) => [-1, name]),
        )
        expect(await rows(client, 'SELECT count(*) FROM items WHERE price = -1')).toEqual([[200]])
        const twice = client.batch('INSERT INTO items (name) VALUES (?)', [['new'], ['item 7 😀'], ['newer']])
        expect(await failureOf(twice)).toMatchObject({ number: 1062, state: '23000' })
        expect(await rows(client, "SELECT 'alive'")).toEqual([['alive']])
      }
    })

    it('many statements without waiting for the answers, errors between them, in transactions', async () => {
      for (const pipelining of [true, false]) {
        const client = await connected({ pipelining })
        const numbers = Array.from({ length: 300 }, (_, n) => n)
        const asked = numbers.map((n) =>
          n % 3 === 0
            ? client.execute({ sql: 'SELECT ? AS n', rowsAsArray: true }, [n])
            : rows(client, 'SELECT ?', [n]),
        )
        expect((await Promise.all(asked)).map(([row]) => Number(row[0]))).toEqual(numbers)
        await client.query('DELETE FROM items')
        const done = await Promise.allSettled([
          client.beginTransaction(),
          client.query("INSERT INTO items (name) VALUES ('a')"),
          client.query('SELECT * FROM no_such_table'),
          client.query("INSERT INTO items (name) VALUES ('b')"),
          client.commit(),
          client.beginTransaction(),
          client.query("INSERT INTO items (name) VALUES ('c')"),
          client.rollback(),
          rows(client, 'SELECT name FROM items ORDER BY name'),
        ])
        expect(done.map(({ status }) => status === 'fulfilled')).toEqual([
          true,
          true,
          false,
          true,
          true,
          true,
          true,
          true,
          true,
        ])
        expect(done.at(-1)).toMatchObject({ value: [['a'], ['b']] })
      }
    })

    it('prepared statements with other types each time, read through streams too', async () => {
      const client = await connected()
      const statement = await client.prepare('SELECT ? AS a, ? AS b')
      const at = new Date('2024-02-29T12:34:56.789Z')
      for (const values of [
        [1, 'x'],
        ['y', null],
        [null, 2.5],
        [Buffer.from([0, 255]), 9007199254740993n],
        [at, 'ü'],
      ]) {
        const [row] = await statement.execute(values)
        expect([row.a === null, row.b === null]).toEqual(values.map((value) => value === null))
      }
      statement.close()
      await client.query('DELETE FROM items')
      await client.batch(
        'INSERT INTO items (name) VALUES (?)',
        Array.from({ length: 1000 }, (_, n) => [`row ${n}`]),
      )
      const ids: number[] = []
      for await (const row of client.queryStream('SELECT id, repeat(name, 100) AS text FROM items ORDER BY id'))
        ids.push(row.id)
      expect(ids).toHaveLength(1000)
      const again = await client.prepare('SELECT name FROM items WHERE id > ? ORDER BY id')
      const names: string[] = []
      for await (const { name } of again.executeStream([ids[499]])) names.push(name)
      expect(names).toEqual(Array.from({ length: 500 }, (_, n) => `row ${n + 500}`))
      for (let n = 0; n < 50; n++) {
        await client.execute('UPDATE items SET price = ? WHERE id = ?', [n, ids[0]])
        expect(await client.execute('SELECT price FROM items WHERE id = ?', [ids[0]])).toMatchObject([{ price: n }])
      }
    })

    it('procedures, several statements, warnings, rows found and changed', async () => {
      const client = await connected({ multipleStatements: true })
      const results = await client.query('SET @b = 0; CALL answer(20, @b); SELECT @b AS b')
      expect(results).toMatchObject([{}, [{ first: 20 }], [{ n: 21 }, { n: 22 }], {}, [{ b: 40 }]])
      const called = await client.execute('CALL answer(?, ?)', [5, null]).catch((error) => error)
      expect(called).toMatchObject([
        [{ first: 5 }],
        [{ t: 'two' }, { t: 'three' }],
        ...(target().flavour === 'mysql' ? [[{ b: 10 }]] : [[{ b: 10 }]]),
        {},
      ])
      await client.query("SET sql_mode = ''")
      await client.query('DELETE FROM items')
      const { insertId, warningStatus } = await client.query("INSERT INTO items (name, n) VALUES ('warned', 1000)")
      expect(warningStatus).toBe(1)
      expect(await rows(client, 'SHOW WARNINGS')).toEqual([
        ['Warning', 1264, "Out of range value for column 'n' at row 1"],
      ])
      expect(await client.query('UPDATE items SET n = 127 WHERE id = ?', [insertId])).toMatchObject({ affectedRows: 1 })
      const strict = await connected({ foundRows: false })
      expect(await strict.query('UPDATE items SET n = 127 WHERE id = ?', [insertId])).toMatchObject({ affectedRows: 0 })
      expect(await failureOf(strict.query('SELECT 1; SELECT 2'))).toMatchObject({ number: 1064 })
    })

    it('compression, a file of the client, 20 MB', async () => {
      const client = await connected({ compress: true, permitLocalInfile: true, maxAllowedPacket: 64 << 20 })
      const file = join(target().folder, 'connector.csv')
      writeFileSync(file, Array.from({ length: 5000 }, (_, n) => `loaded ${n},${n % 100}\n`).join(''))
      await client.query('DELETE FROM items')
      const load = `LOAD DATA LOCAL INFILE '${file}' INTO TABLE items FIELDS TERMINATED BY ',' (name, n)`
      expect(await client.query(load)).toMatchObject({ affectedRows: 5000 })
      await expect(client.query("LOAD DATA LOCAL INFILE '/no/such' INTO TABLE items (name)")).rejects.toThrow()
      const large = Buffer.alloc(20_000_000, 'large ')
      for (const plain of [client, await connected({ maxAllowedPacket: 64 << 20 })]) {
        const [[length, back]] = (await plain.execute({ sql: 'SELECT length(?), ?', rowsAsArray: true }, [
          large,
          large,
        ])) as [[number, Buffer]]
        expect([Number(length), large.equals(Buffer.from(back))]).toEqual([20_000_000, true])
      }
    })

    it('another user, a fresh start, ping, character sets', async () => {
      const client = await connected()
      // The connector does not change users on MySQL, which has a bug there.
      await client.query('SET @mine = 7')
      if (target().flavour === 'mariadb') {
        await client.changeUser({ user: `${NAME}_rsa`, password: `${NAME}_rsa`, database: NAME })
        expect(await rows(client, 'SELECT USER(), @mine')).toEqual([[`${NAME}_rsa@127.0.0.1`, null]])
      }
      await client.query('CREATE TEMPORARY TABLE temporary (id int)')
      await client.query('SET @mine = 7')
      await client.reset()
      expect(await rows(client, 'SELECT DATABASE(), @mine')).toEqual([[NAME, null]])
      expect(await failureOf(client.query('SELECT * FROM temporary'))).toMatchObject({ number: 1146 })
      await client.ping()
      expect(await rows(client, 'SELECT CONNECTION_ID()')).toEqual([[client.threadId]])
      const latin = await connected({ charset: 'latin1' })
      expect(await rows(latin, "SELECT hex('ï'), @@character_set_client")).toEqual([['EF', 'latin1']])
    })

    it('time limits and KILL', async () => {
      const client = await connected()
      const other = await connected()
      await client.query('DELETE FROM items')
      await client.batch(
        'INSERT INTO items (name) VALUES (?)',
        Array.from({ length: 500 }, (_, n) => [`row ${n}`]),
      )
      const slow =
        'SELECT count(*) FROM items a, items b, items c, items d WHERE a.name > concat(b.name, c.name, d.name)'
      const running = failureOf(client.query(slow))
      await new Promise((resolve) => setTimeout(resolve, 200))
      await other.query(`KILL QUERY ${client.threadId}`)
      expect(await running).toMatchObject({ number: 1317, state: '70100' })
      // The connector's own time limits are MariaDB's SET STATEMENT.
      if (target().flavour === 'mariadb')
        expect(await failureOf(client.query({ sql: slow, timeout: 200 }))).toMatchObject({ number: 1969 })
      expect(await rows(client, "SELECT 'alive'")).toEqual([['alive']])
      await other.query(`KILL ${client.threadId}`)
      await expect(client.query('SELECT 1')).rejects.toThrow()
    })

    it('a pool with ten workers', async () => {
      const pool = mariadb.createPool({ ...options(), connectionLimit: 10, resetAfterUse: true })
      onTestFinished(() => pool.end())
      await pool.query('DELETE FROM items')
      await pool.query("INSERT INTO items (name, price) VALUES ('one', 0), ('two', 0)")
      const worker = async (n: number) => {
        for (let i = 0; i < 10; i++) {
          const client = await pool.getConnection()
          await client.beginTransaction()
          await client.execute('UPDATE items SET price = price + 1 WHERE name = ?', [i % 2 ? 'one' : 'two'])
          await client.commit()
          expect(await client.execute('SELECT ? AS n, ? AS i', [n, i])).toMatchObject([{ n, i }])
          await client.release()
        }
      }
      await Promise.all(Array.from({ length: 10 }, (_, n) => worker(n)))
      // Workers are other sessions, whose writes only `global` promises to show.
      const prices = await pool.query('/* freshet: consistency=global */ SELECT price FROM items')
      expect(prices).toMatchObject([{ price: 50 }, { price: 50 }])
    })
  })
}
