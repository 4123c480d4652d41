/** What an application does with mysql2 (text and binary protocol, streams, pools). */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { Connection as CoreConnection } from 'mysql2'
import mysql, {
  type Connection,
  type ConnectionOptions,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { failureOf } from '../../support/mysql-clients.ts'
import { databaseFor, type Target } from './target.ts'

const NAME = 'mysql2'
const KINDS = `CREATE TABLE kinds (id int PRIMARY KEY, big bigint unsigned, amount decimal(30,10), ratio double, day date, moment datetime(6),
  span time(3), raw longblob, doc json, word text CHARACTER SET utf8mb4, size enum('small','large'), marks set('a','b','c'), flags bit(10))`
const ITEMS = `CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, name varchar(200) CHARACTER SET utf8mb4 UNIQUE, price int, n tinyint)`
const ANSWER = `CREATE PROCEDURE answer(IN a int, OUT b int) BEGIN
  SELECT a AS first; SELECT a + 1 AS n, 'two' AS t UNION SELECT a + 2, 'three'; SET b = a * 2; END`
const SLOW = '(*) FROM items a, items b, items c, items d WHERE a.name > concat(b.name, c.name, d.name)'

/** Large values by their hashes, because a difference of megabytes takes long to print. */
const brief = (table: readonly unknown[][]): unknown[][] =>
  table.map((row) =>
    row.map((cell) =>
      Buffer.isBuffer(cell) && cell.length > 100 ? createHash('sha1').update(cell).digest('hex') : cell,
    ),
  )

export function mysql2Tests(target: () => Target): void {
  const options = (more: ConnectionOptions = {}): ConnectionOptions => {
    const { host, port } = target()
    return { host, port, user: 'app', password: 'app', database: NAME, ...more }
  }
  const connected = async (more: ConnectionOptions = {}): Promise<Connection> => {
    const client = await mysql.createConnection(options(more))
    onTestFinished(() => client.destroy())
    return client
  }
  const rows = async (client: Connection, sql: string, values?: unknown[]): Promise<unknown[][]> =>
    (await client.query<RowDataPacket[]>({ sql, rowsAsArray: true, values: values ?? [] }))[0] as unknown as unknown[][]
  const run = async (client: Connection, sql: string, values?: unknown[]): Promise<ResultSetHeader> =>
    (await client.query<ResultSetHeader>(sql, values))[0]

  describe('mysql2', () => {
    beforeAll(async () => {
      await databaseFor(target(), NAME)
      const client = await mysql.createConnection(options())
      for (const sql of [KINDS, ITEMS, ANSWER]) await client.query(sql)
      const items = Array.from({ length: 1000 }, (_, n) => [`item ${n}`, 0, n % 100])
      await client.query('INSERT INTO items (name, price, n) VALUES ?', [items])
      await client.end()
    })

    it('logs in: unknown to the server with RSA and with TLS, again, with wrong passwords', async () => {
      const ssl = { ca: readFileSync(target().ca) }
      for (const more of [{}, { ssl }, {}, { ssl }] as ConnectionOptions[]) {
        const user = more.ssl ? `${NAME}_tls` : `${NAME}_rsa`
        const client = await connected({ ...more, user, password: user })
        expect(await rows(client, 'SELECT USER(), DATABASE()')).toEqual([[`${user}@127.0.0.1`, NAME]])
      }
      expect(await failureOf(connected({ password: 'wrong' }))).toEqual({
        number: 1045,
        state: '28000',
        message: "Access denied for user 'app'@'127.0.0.1' (using password: YES)",
      })
      expect(await failureOf(connected({ password: '' }))).toMatchObject({
        message: expect.stringContaining('password: NO'),
      })
      expect(await failureOf(connected({ database: 'nowhere' }))).toMatchObject({ number: 1044, state: '42000' })
    })

    it('every type there and back, in the text and in the binary protocol', async () => {
      const client = await connected({
        dateStrings: true,
        supportBigNumbers: true,
        bigNumberStrings: true,
        jsonStrings: true,
      })
      const values = [
        1,
        '18446744073709551615',
        '12345678901234567890.0123456789',
        0.1,
        '2024-02-29',
        '2024-02-29 23:59:59.123456',
        '-700:00:01.125',
        randomBytes(1 << 20),
        '{"a": [1, null, "x"]}',
        "naïve 'quoted' \\ 😀",
        'large',
        'a,c',
        Buffer.from([2, 1]),
      ]
      const marks = values.map(() => '?').join()
      await client.query(`INSERT INTO kinds VALUES (${marks})`, values)
      await client.execute(`INSERT INTO kinds VALUES (${marks})`, [2, ...values.slice(1)])
      await client.execute('INSERT INTO kinds (id) VALUES (?)', [3])
      const sql = 'SELECT * FROM kinds ORDER BY id'
      const wanted = brief([values, [2, ...values.slice(1)], [3, ...values.slice(1).map(() => null)]])
      expect(brief(await rows(client, sql))).toEqual(wanted)
      const [binary] = await client.execute<RowDataPacket[]>({ sql, rowsAsArray: true })
      expect(brief(binary as unknown as unknown[][])).toEqual(wanted)
    })

    it('transactions, autocommit off, insert ids, found and changed rows', async () => {
      const client = await connected()
      await client.beginTransaction()
      const { insertId } = await run(client, "INSERT INTO items (name) VALUES ('one'), ('two')")
      expect(await rows(client, 'SELECT LAST_INSERT_ID()')).toEqual([[insertId]])
      await client.commit()
      expect(await rows(client, 'SELECT LAST_INSERT_ID(), name FROM items WHERE id = ?', [insertId])).toEqual([
        [insertId, 'one'],
      ])
      await client.query('SET autocommit = 0')
      await client.query('DELETE FROM items WHERE id = ?', [insertId])
      expect(await rows(client, 'SELECT ROW_COUNT()')).toEqual([[1]])
      await client.rollback()
      await client.query('SET autocommit = 1')
      expect(await run(client, 'UPDATE items SET n = 5 WHERE id = ?', [insertId])).toMatchObject({
        affectedRows: 1,
        changedRows: 1,
      })
      // FOUND_ROWS is what mysql2 asks for by default.
      expect(await run(client, 'UPDATE items SET n = 5 WHERE id = ?', [insertId])).toMatchObject({
        affectedRows: 1,
        changedRows: 0,
        info: 'Rows matched: 1  Changed: 0  Warnings: 0',
      })
      const strict = await connected({ flags: ['-FOUND_ROWS'] })
      expect(await run(strict, 'UPDATE items SET n = 5 WHERE id = ?', [insertId])).toMatchObject({ affectedRows: 0 })
      for (let n = 0; n < 50; n++) {
        await client.execute('UPDATE items SET price = ? WHERE id = ?', [n, insertId])
        expect(
          (await client.execute({ sql: 'SELECT price FROM items WHERE id = ?', rowsAsArray: true }, [insertId]))[0],
        ).toEqual([[n]])
      }
    })

    it('prepared statements: explicit, repeated with other types, closed, more than the cache holds', async () => {
      const client = await connected({ maxPreparedStatements: 4 })
      const statement = await client.prepare('SELECT ? AS a, ? AS b')
      for (const values of [
        [1, 'x'],
        ['y', null],
        [null, 2.5],
        [new Date(0), 'z'],
      ]) {
        const [[row]] = (await statement.execute(values)) as unknown as [RowDataPacket[]]
        expect(Object.keys(row!)).toEqual(['a', 'b'])
        expect(row!.a === null).toBe(values[0] === null)
      }
      await statement.close()
      for (let n = 0; n < 12; n++) {
        expect((await client.execute({ sql: `SELECT ? + ${n} AS sum`, rowsAsArray: true }, [1]))[0]).toEqual([[n + 1]])
      }
      expect(await failureOf(client.prepare('SELEC ?'))).toMatchObject({ number: 1064 })
      expect(await failureOf(client.execute('SELECT * FROM no_such_table WHERE id = ?', [1]))).toMatchObject({
        number: 1146,
      })
    })

    it('procedures with several results, several statements in one text', async () => {
      const client = await connected({ multipleStatements: true })
      const [results] = (await client.query('SET @b = 0; CALL answer(20, @b); SELECT @b')) as unknown as [unknown[]]
      expect(results).toMatchObject([
        {},
        [{ first: 20 }],
        [
          { n: 21, t: 'two' },
          { n: 22, t: 'three' },
        ],
        {},
        [{ '@b': 40 }],
      ])
      const [called] = (await client.execute('CALL answer(?, @b)', [5])) as unknown as [unknown[]]
      expect(called).toMatchObject([[{ first: 5 }], [{ n: 6 }, { n: 7 }], {}])
      expect(await failureOf(client.query('SELECT 1; SELECT * FROM no_such_table; DELETE FROM items'))).toMatchObject({
        number: 1146,
      })
      expect((await rows(client, 'SELECT count(*) > 900 FROM items'))[0]).toEqual([1])
      const single = await connected()
      expect(await failureOf(single.query('SELECT 1; SELECT 2'))).toMatchObject({ number: 1064 })
    })

    it("errors with the server's numbers, and warnings", async () => {
      const client = await connected()
      expect(await failureOf(client.query("INSERT INTO items (name) VALUES ('item 1')"))).toEqual({
        number: 1062,
        state: '23000',
        message:
          target().flavour === 'mysql'
            ? "Duplicate entry 'item 1' for key 'items.name'"
            : "Duplicate entry 'item 1' for key 'name'",
      })
      expect((await rows(client, 'SHOW WARNINGS'))[0]!.slice(0, 2)).toEqual(['Error', 1062])
      expect(await failureOf(client.query('SELEC 1'))).toMatchObject({ number: 1064, state: '42000' })
      expect(await failureOf(client.query('SELECT * FROM no_such_table'))).toMatchObject({
        number: 1146,
        state: '42S02',
      })
      await client.query("SET sql_mode = ''")
      expect(await run(client, "INSERT INTO items (name, n) VALUES ('warned', 1000)")).toMatchObject({
        warningStatus: 1,
      })
      expect(await rows(client, 'SHOW COUNT(*) WARNINGS')).toEqual([[1]])
      expect(await rows(client, 'SHOW WARNINGS')).toEqual([
        ['Warning', 1264, "Out of range value for column 'n' at row 1"],
      ])
      await client.execute("INSERT INTO items (name, n) VALUES ('warned again', 1000)")
      expect(await rows(client, 'SHOW WARNINGS')).toHaveLength(1)
    })

    it('streams, many statements sent at once, compression', async () => {
      const client = await connected()
      const texts = 'SELECT id, repeat(name, 50) AS text FROM items ORDER BY id'
      let read = 0
      for await (const _ of (client as unknown as { connection: CoreConnection }).connection
        .query(texts)
        .stream({ highWaterMark: 5 }))
        read++
      expect(read).toBeGreaterThanOrEqual(1000)
      const numbers = Array.from({ length: 300 }, (_, n) => n)
      expect(await Promise.all(numbers.map(async (n) => (await rows(client, 'SELECT ?', [n]))[0]![0]))).toEqual(numbers)
      const small = await connected({ compress: true })
      const [[length, text]] = (await rows(small, 'SELECT length(?), repeat(?, 3)', [
        'z'.repeat(300_000),
        'ab'.repeat(50_000),
      ])) as [[number, string]]
      expect([length, text === 'ab'.repeat(150_000)]).toEqual([300_000, true])
      expect(await Promise.all(numbers.map(async (n) => (await rows(small, 'SELECT ?', [n]))[0]![0]))).toEqual(numbers)
    })

    it('LOAD DATA LOCAL INFILE, statements and replies of 20 MB', async () => {
      const client = await connected()
      const lines = Array.from({ length: 20_000 }, (_, n) => `loaded ${n},${n % 100}\n`)
      const text = Buffer.from(lines.join(''))
      const size = 5000
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
        text.subarray(n * size, (n + 1) * size),
      )
      const infileStreamFactory = () => Readable.from(chunks)
      const load = "LOAD DATA LOCAL INFILE 'x' INTO TABLE items FIELDS TERMINATED BY ',' (name, n)"
      const [loaded] = await client.query<ResultSetHeader>({ sql: load, infileStreamFactory })
      expect(loaded).toMatchObject({
        affectedRows: 20_000,
        info: 'Records: 20000  Deleted: 0  Skipped: 0  Warnings: 0',
      })
      await client.query("DELETE FROM items WHERE name LIKE 'loaded%'")
      const large = Buffer.alloc(20_000_000, 'large ')
      expect(await rows(client, 'SELECT length(?) AS l', [large])).toEqual([[20_000_000]])
      const [[row]] = await client.execute<RowDataPacket[]>('SELECT ? AS b, length(?) AS l', [large, large])
      expect([row!.l, large.equals(Buffer.from(row!.b))]).toEqual([20_000_000, true])
      await client.query('INSERT INTO kinds (id, raw) VALUES (100, ?)', [large])
      expect(await rows(client, 'SELECT sha2(raw, 256) = sha2(?, 256) FROM kinds WHERE id = 100', [large])).toEqual([
        [1],
      ])
    })

    it('another user, a fresh start, ping, character sets, databases', async () => {
      const client = await connected()
      await client.query("SET @mine = 7, sql_mode = 'ANSI_QUOTES', time_zone = '+05:00'")
      expect(await rows(client, 'SELECT @mine, "id", @@time_zone FROM items LIMIT 1')).toMatchObject([
        [7, expect.any(Number), '+05:00'],
      ])
      await client.changeUser({ user: `${NAME}_rsa`, password: `${NAME}_rsa`, database: NAME })
      expect(await rows(client, 'SELECT USER(), @mine, "id" FROM items LIMIT 1')).toEqual([
        [`${NAME}_rsa@127.0.0.1`, null, 'id'],
      ])
      await client.query('SET @mine = 7')
      await client.query('CREATE TEMPORARY TABLE temporary (id int)')
      await client.reset()
      expect(await rows(client, 'SELECT @mine, DATABASE()')).toEqual([[null, NAME]])
      expect(await failureOf(client.query('SELECT * FROM temporary'))).toMatchObject({ number: 1146 })
      await client.ping()
      expect(await rows(client, 'SELECT CONNECTION_ID()')).toEqual([[client.threadId]])
      await client.query('SET NAMES latin1')
      expect(
        await rows(client, 'SELECT hex(convert(convert(0xC3AF USING utf8mb4) USING latin1)), @@character_set_results'),
      ).toEqual([['EF', 'latin1']])
      await client.query('USE information_schema')
      expect(await rows(client, 'SELECT DATABASE()')).toEqual([['information_schema']])
      const chinese = await connected({ charset: 'gbk_chinese_ci' })
      expect(await rows(chinese, 'SELECT hex(?), @@character_set_client, ?', ['縗\\', "'縗'"])).toEqual([
        ['BF5C5C', 'gbk', "'縗'"],
      ])
    })

    it('isolation levels and read-only transactions', async () => {
      const client = await connected()
      const variable = target().flavour === 'mysql' ? '@@transaction_isolation' : '@@tx_isolation'
      for (const level of ['READ COMMITTED', 'SERIALIZABLE', 'REPEATABLE READ']) {
        await client.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`)
        expect(await rows(client, `SELECT ${variable}`)).toEqual([[level.replace(' ', '-')]])
      }
      await client.query('START TRANSACTION READ ONLY')
      expect((await rows(client, 'SELECT count(*) > 0 FROM items'))[0]).toEqual([1])
      expect(await failureOf(client.query('DELETE FROM items'))).toMatchObject({ number: 1792, state: '25006' })
      await client.rollback()
    })

    it('queries killed from another connection, or over their time', async () => {
      const client = await connected()
      const other = await connected()
      const running = failureOf(client.query(`SELECT count${SLOW}`))
      await new Promise((resolve) => setTimeout(resolve, 200))
      await other.query(`KILL QUERY ${client.threadId}`)
      expect(await running).toMatchObject({ number: 1317, state: '70100' })
      const limited = target().flavour === 'mysql' ? 'SET max_execution_time = 200' : 'SET max_statement_time = 0.2'
      await client.query(limited)
      expect((await failureOf(client.query(`SELECT count${SLOW}`))).number).toBe(
        target().flavour === 'mysql' ? 3024 : 1969,
      )
      expect(await rows(client, "SELECT 'alive'")).toEqual([['alive']])
      await other.query(`KILL ${client.threadId}`)
      await expect(client.query('SELECT 1')).rejects.toThrow()
    })

    it('a pool with ten workers', async () => {
      const pool = mysql.createPool({ ...options(), connectionLimit: 10, resetOnRelease: false })
      onTestFinished(() => pool.end())
      await pool.query('UPDATE items SET price = 0 WHERE id <= 2')
      const worker = async (n: number) => {
        for (let i = 0; i < 10; i++) {
          const client = await pool.getConnection()
          await client.beginTransaction()
          await client.execute('UPDATE items SET price = price + 1 WHERE id = ?', [1 + (i % 2)])
          await client.commit()
          const [[row]] = await client.execute<RowDataPacket[]>('SELECT ? AS n, ? AS i', [n, i])
          expect(row).toEqual({ n, i })
          client.release()
        }
      }
      await Promise.all(Array.from({ length: 10 }, (_, n) => worker(n)))
      // Workers are other sessions, whose writes only `global` promises to show.
      const [prices] = await pool.query('/* freshet: consistency=global */ SELECT price FROM items WHERE id <= 2')
      expect(prices).toEqual([{ price: 50 }, { price: 50 }])
    })
  })
}
