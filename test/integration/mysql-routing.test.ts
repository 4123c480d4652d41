/** What clients of MySQL and MariaDB can ask of Freshet, where statements run, and that replicas are never asked what only the primary may do. */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createConnection } from 'mariadb'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { configFor, type FreshetProcess, freshetFor, mysqlUrl, startFreshet, total } from '../support/freshet.ts'
import { createTestMysql, until } from '../support/mysql.ts'
import { connectTo, failureOf, first, lastRoute, rowsOf } from '../support/mysql-clients.ts'

const READ = 'SELECT n FROM rows_'

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 2 })
  let freshet: FreshetProcess
  let client: Connection
  let other: Connection
  let written = 0

  beforeAll(async () => {
    await fleet().primary.query('CREATE TABLE rows_ (n INT)')
    await fleet().primary.query('INSERT INTO rows_ VALUES (0)')
    await fleet().primary.query('CREATE TABLE journal (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(50))')
    await fleet().caughtUp()
    freshet = await startFreshet(configFor(fleet(), { max_lag: '1h' }))
    return async () => {
      await freshet.stop()
    }
  })
  beforeEach(async () => {
    await fleet().caughtUp()
    client = await connectTo(mysqlUrl(freshet))
    other = await connectTo(mysqlUrl(freshet))
    return async () => {
      for (const replica of fleet().replicas) await replica.resumeReplay()
    }
  })

  const pauseAll = () => Promise.all(fleet().replicas.map((replica) => replica.pauseReplay()))
  const write = async (session: Connection): Promise<number> => {
    await session.query(`UPDATE rows_ SET n = ${++written}`)
    return written
  }
  const reason = async (session: Connection) => (await lastRoute(session)).reason
  const onReplica = (session: Connection) =>
    until('a replica answers', async () => {
      await session.query(READ)
      return (await reason(session)) === 'read'
    })

  test.each([
    ['text', undefined],
    ['prepared', []],
  ] as const)('session: own writes are seen, those of others may be late (%s)', async (_, parameters) => {
    await onReplica(other)
    await pauseAll()
    const n = await write(client)
    expect(await first(client, READ, parameters && [...parameters])).toBe(n)
    expect(await reason(client)).toBe('behind-floor')
    expect(await first(other, READ, parameters && [...parameters])).not.toBe(n)
    expect(await reason(other)).toBe('read')
  })

  test('eventual, global, strict and scope', async () => {
    await onReplica(other)
    await pauseAll()
    const n = await write(client)
    await client.query("SET freshet.consistency = 'eventual'")
    expect(await first(client, READ)).not.toBe(n)
    for (const level of ['global', 'strict']) {
      await other.query(`SET SESSION freshet.consistency = '${level}'`)
      expect(await first(other, READ)).toBe(n)
      expect(await reason(other)).toBe('behind-floor')
    }
    for (const session of [client, other]) {
      await session.query("SET freshet.causal_key = 'user-42'")
      await session.query("SET freshet.consistency = 'scope'")
    }
    const m = await write(client)
    expect(await first(other, READ)).toBe(m)
    const connectAttributes = { 'freshet.causal_key': 'user-7', 'freshet.consistency': 'scope' }
    const stranger = await connectTo(mysqlUrl(freshet), { connectAttributes })
    expect(await first(stranger, 'SHOW freshet.consistency')).toBe('scope')
    expect(await first(stranger, READ)).not.toBe(m)
  })

  test('a token carries what one session wrote to another', async () => {
    await onReplica(other)
    await pauseAll()
    const n = await write(client)
    const token = String(await first(client, 'SHOW freshet.token'))
    expect(await first(other, READ)).not.toBe(n)
    await other.query(`SET freshet.token = '${token}'`)
    expect(await first(other, READ)).toBe(n)
    expect((await failureOf(other.query("SET freshet.token = 'nonsense'"))).number).toBe(1231)
  })

  test('hints, routes and unknown names', async () => {
    await onReplica(client)
    expect(await first(client, `/* freshet: route=primary */ ${READ}`)).toBe(await first(client, READ))
    await client.query(`/* freshet: route=primary */ ${READ}`)
    expect(await lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'hint' })
    await client.query("SET freshet.route = 'primary'")
    await client.query(READ)
    expect(await reason(client)).toBe('hint')
    await client.query('SET freshet.route = DEFAULT')
    expect((await failureOf(client.query('SET freshet.nothing = 1'))).number).toBe(1193)
    expect((await failureOf(client.query("SET freshet.consistency = 'none'"))).number).toBe(1231)
    expect((await failureOf(client.query("SET freshet.max_lag = 'soon'"))).number).toBe(1231)
    for (const run of [(sql: string) => client.query(sql), (sql: string) => client.execute(sql)]) {
      const bad = await failureOf(run('/* freshet: route=nowhere */ UPDATE rows_ SET n = -1'))
      expect([bad.number, bad.message]).toEqual([1231, expect.stringContaining('auto, primary, replica')])
      expect((await failureOf(run('/* freshet: nosuch=1 */ UPDATE rows_ SET n = -1'))).number).toBe(1193)
    }
    expect(await first(client, '/* freshet it is */ SELECT MIN(n) FROM rows_')).toBeGreaterThanOrEqual(0)
  })

  test('settings in every form are answered here, and none is sent to a server', async () => {
    const show = (name: string) => first(client, `SHOW freshet.${name}`)
    await client.query("SET freshet.max_lag='9s', freshet.route='primary'")
    expect([await show('max_lag'), await first(client, 'SELECT @@freshet.route')]).toEqual(['9s', 'primary'])
    for (const [sql, number, says] of [
      ["SET freshet.max_lag='8s', freshet.route='nowhere'", 1231, 'primary'],
      ["SET freshet.max_lag='8s', autocommit=0", 1235, 'statement of its own'],
      ["SET GLOBAL freshet.max_lag='8s'", 1228, 'SESSION variable'],
      ["SET PERSIST freshet.max_lag='8s'", 1228, 'SESSION variable'],
      ['SET freshet.max_lag=200', 1231, '200ms'],
      ['SET freshet.server=1', 1238, 'SHOW freshet.server'],
      ["SET freshet.max_lag=repeat('8', 1)", 1231, '200ms'],
      ["SET freshet.nothing=repeat('8', 1)", 1193, 'freshet.max_lag'],
      ['SELECT @@freshet.max_lag, 1', 1193, 'SHOW freshet.max_lag'],
    ] as const) {
      const failure = await failureOf(client.query(sql))
      expect([sql, failure.number]).toEqual([sql, number])
      expect(failure.message).toContain(says)
    }
    const prepared = await failureOf(client.execute('SET freshet.max_lag = ?', ['8s']))
    expect([prepared.number, prepared.message]).toEqual([
      1295,
      expect.stringContaining('Write the value into the text'),
    ])
    expect([await show('max_lag'), await first(client, 'SELECT @@autocommit')]).toEqual(['9s', 1])
    await client.execute("SET freshet.route='auto', freshet.max_lag='1s'", [])
    await client.query("/*!40101 SET freshet.max_lag='2s' */")
    expect([await show('max_lag'), await show('route')]).toEqual(['2s', 'auto'])
    expect(await first(client, 'SELECT freshet.max_lag FROM (SELECT 5 AS max_lag) freshet')).toBe(5)
  })

  test('settings in front of other statements in one text', async () => {
    const several = await connectTo(mysqlUrl(freshet), { multipleStatements: true })
    const values = async (sql: string) => {
      const [results] = await several.query<RowDataPacket[][]>(sql)
      return results.map((rows) => (Array.isArray(rows) ? Object.entries(rows[0]!).flat() : 'OK'))
    }
    const show = ['freshet.route', 'primary']
    const front = "SET freshet.max_lag='9s', freshet.route='primary'; SHOW freshet.route"
    expect(await values(`${front}; SHOW freshet.token; RESET freshet.max_lag`)).toEqual([
      'OK',
      show,
      ['freshet.token', expect.any(String)],
      'OK',
    ])
    expect(await values(`${front}; SELECT 1 AS one; SELECT 2 AS two`)).toEqual(['OK', show, ['one', 1], ['two', 2]])
    expect(await first(several, 'SELECT @@freshet.max_lag')).toBe('9s')
    const change = 'UPDATE rows_ SET n = -1'
    expect((await failureOf(several.query(`SET freshet.max_lag='1s'; SET freshet.route=x; ${change}`))).number).toBe(
      1231,
    )
    for (const sql of [`${change}; SET freshet.route=auto`, `${front}; ${change}; SET freshet.route=auto`])
      expect((await failureOf(several.query(sql))).number).toBe(1235)
    expect(await first(several, '/* freshet: route=primary */ SELECT MIN(n) FROM rows_')).toBeGreaterThanOrEqual(0)
    // A table of that name, and text that only looks like it.
    await several.query("UPDATE rows_ freshet SET freshet.n = freshet.n; SELECT '; set freshet.route = auto'")
    expect((await failureOf(client.query("SET freshet.max_lag='1s'; SELECT 1"))).number).toBe(1235)
  })

  test('lag: waiting, an error, and the primary', async () => {
    await pauseAll()
    await client.query("SET freshet.max_lag = '0ms'")
    await client.query(READ)
    expect((await lastRoute(client)).server).toBe(fleet().primary.name)
    await client.query("SET freshet.when_stale = 'error'")
    expect((await failureOf(client.query(READ))).message).toMatch(/stale|fresh|replica/i)
    await client.query('SET freshet.max_lag = DEFAULT')
    await client.query("SET freshet.when_stale = 'wait'")
    const n = await write(client)
    expect(await first(client, READ)).toBe(n)
  })

  test('EXPLAIN ROUTE tells about a statement without running it', async () => {
    const facts = await rowsOf(client, `EXPLAIN ROUTE UPDATE rows_ SET n = -1`)
    expect(facts.flat().join(' ')).toContain('write')
    expect(await first(client, `/* freshet: route=primary */ ${READ}`)).toBe(written)
    expect((await rowsOf(client, `EXPLAIN ROUTE ${READ}`)).flat().join(' ')).toContain('rows_')
    await client.query('SET @pins = 1')
    const pinned = new Map((await rowsOf(client, `EXPLAIN ROUTE ${READ}`)) as [string, string][])
    expect(pinned.get('reason')).toMatch(/^pinned: /)
    expect(pinned.get('candidate replica-1')).toMatch(/not eligible: the session holds a connection to primary/)
  })

  test('EXPLAIN ROUTE by a driver that prepares and counts the parameters', async () => {
    const account = { host: '127.0.0.1', port: freshet.port(), user: 'app', password: 'app', database: 'app' }
    const driver = await createConnection(account)
    const sql = `EXPLAIN ROUTE ${READ} WHERE n = ? AND n <> '?'`
    const prepared = await driver.prepare(sql)
    // The driver's types leave it out.
    expect(prepared).toHaveProperty('parameterCount', 1)
    const rows = (await prepared.execute([1])) as { fact: string; value: string }[]
    expect(rows.map(({ fact, value }) => `${fact} ${value}`)).toContain('class read')
    await driver.end()
  })

  /** None that replicas apply as a statement: that is in their logs, too. */
  const PRIMARY_ONLY = [
    'SELECT n FROM rows_ FOR UPDATE',
    'SELECT n FROM rows_ LOCK IN SHARE MODE',
    '(SELECT n FROM rows_ LIMIT 1 FOR UPDATE)',
    'SELECT n INTO @v FROM rows_ LIMIT 1',
    'SELECT @v := n FROM rows_',
    "SELECT GET_LOCK('only', 0)",
    "DO RELEASE_LOCK('only')",
    'FLUSH TABLES',
    "INSERT INTO journal (note) VALUES ('only')",
    'SELECT SLEEP(0), n FROM rows_ FOR SHARE /* only */',
    'SET @only = 1',
    'CREATE TEMPORARY TABLE only_ (n INT)',
    'LOCK TABLES rows_ READ',
    'UNLOCK TABLES',
    '/*!50000 INSERT INTO journal (note) VALUES (1) */',
    'SELECT 1; INSERT INTO journal (note) VALUES (2)',
    'SELECT UUID_SHORT()',
    "SELECT n FROM rows_ INTO OUTFILE '/nowhere/at/all'",
    'XA RECOVER',
    "PREPARE only FROM 'DELETE FROM journal WHERE id < 0'",
    'EXECUTE only',
    'DEALLOCATE PREPARE only',
    'SELECT LAST_INSERT_ID(5)',
    'REPLACE INTO journal VALUES (1000, 1)',
  ]
  test('what only the primary may do never reaches a replica, as their own logs say', async () => {
    const many = await connectTo(mysqlUrl(freshet), { multipleStatements: true })
    await onReplica(many)
    const logs: [path: string, from: number][] = []
    for (const replica of fleet().replicas) {
      await replica.query('SET GLOBAL general_log = ON')
      const [row] = await replica.query('SELECT @@general_log_file AS name, @@datadir AS folder')
      const path = resolve(String(row!.folder), String(row!.name))
      logs.push([path, statSync(path).size])
    }
    for (const sql of PRIMARY_ONLY) await many.query(sql).catch(() => {})
    const plain = await connectTo(mysqlUrl(freshet))
    await onReplica(plain)
    for (const replica of fleet().replicas) await replica.query('SET GLOBAL general_log = OFF')
    const heard = logs.map(([path, from]) => readFileSync(path).subarray(from).toString()).join('')
    // The log itself works.
    expect(heard).toContain(READ)
    expect(PRIMARY_ONLY.filter((sql) => heard.includes(sql))).toEqual([])
  })

  test('a function that turned into a writer writes once, on the primary, and is known as a writer', async () => {
    const { primary } = fleet()
    const create = (body: string) => `CREATE FUNCTION add_note(what VARCHAR(50)) RETURNS INT READS SQL DATA ${body}`
    await primary.query('DROP FUNCTION IF EXISTS add_note')
    await primary.query(create('RETURN 7'))
    await fleet().caughtUp()
    const own = await freshetFor(fleet(), { max_lag: '1h' })
    const session = await connectTo(mysqlUrl(own))
    await until('the function reads on a replica', async () => {
      expect(await first(session, "SELECT add_note('a')")).toBe(7)
      return (await lastRoute(session)).reason === 'read'
    })
    await primary.query('DROP FUNCTION add_note')
    await primary.query(
      create('BEGIN INSERT INTO journal (note) VALUES (what); RETURN 8; END').replace(
        'READS SQL DATA',
        'MODIFIES SQL DATA',
      ),
    )
    await fleet().caughtUp()
    const entries = async () => (await primary.query('SELECT COUNT(*) AS n FROM journal'))[0]!.n
    const before = Number(await entries())
    expect(await first(session, "SELECT add_note('b')")).toBe(8)
    expect(Number(await entries())).toBe(before + 1)
    expect(total(await own.metrics(), 'freshet_reruns_total', { cause: 'replica-refused' })).toBe(1)
    expect(await reason(session)).toBe('learned-write')
    expect(await first(session, "SELECT add_note('c')")).toBe(8)
    expect(Number(await entries())).toBe(before + 2)
    expect(total(await own.metrics(), 'freshet_reruns_total', { cause: 'replica-refused' })).toBe(1)
  })
})
