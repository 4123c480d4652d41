import fc from 'fast-check'
import mysql from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Catalog, loadCatalog } from '../../src/mysql/classify/index.ts'
import { corpus, type Flavour, schema } from '../corpus/mysql/corpus.ts'
import { classifying, serversOf } from '../mysql/classify/classifying.ts'
import { modeOf } from '../mysql/classify/scanning.ts'
import { createTestMysql } from '../support/mysql.ts'

const flavours: readonly Flavour[] = ['mysql', 'mariadb']

/** What a replica, or a read-only transaction, answers to what it must not be asked. */
const REFUSALS = new Set([1290, 1792, 1836])

/** Reads whose rows may differ between two servers that hold the same data: chance, time, statistics, and the order of what has none. */
const VARYING =
  /rand ?\(|random_bytes|uuid|sysdate|now\(|explain|analyze|information_schema|encrypt\('|show (index|keys|extended)/i

describe.each(flavours)('on a real %s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 1 })
  const rows = corpus.filter((row) => row.flavours.includes(flavour))
  const open: mysql.Connection[] = []
  let catalog: Catalog
  let blindCatalog: Catalog
  let primary: mysql.Connection
  let replica: mysql.Connection

  async function connect(port: number, user: string, password: string): Promise<mysql.Connection> {
    const connection = await mysql.createConnection({
      ...{ host: '127.0.0.1', port, user, password, ...(user === 'app' ? { database: 'app' } : {}) },
      ...{ multipleStatements: true, rowsAsArray: true, dateStrings: true, charset: 'utf8mb4' },
    })
    open.push(connection)
    return connection
  }

  async function readCatalog(): Promise<Catalog> {
    const monitor = await connect(fleet().primary.port, 'freshet', 'monitor')
    return loadCatalog(async (sql) => {
      const [found] = await monitor.query<mysql.RowDataPacket[]>(sql)
      return (found as unknown as unknown[][]).map((row) => row.map((value) => (value === null ? null : String(value))))
    }, flavour)
  }

  beforeAll(async () => {
    await fleet().primary.query('SET GLOBAL log_bin_trust_function_creators = 1')
    for (const statement of schema(flavour)) {
      // MariaDB's packages come without some engines; what is missing fails on primary and replica alike.
      await fleet()
        .primary.query(statement)
        .catch((error: Error) => expect(error.message).toMatch(/Unknown storage engine/))
    }
    blindCatalog = await readCatalog()
    await fleet().primary.query('GRANT SELECT ON app.* TO freshet')
    catalog = await readCatalog()
    await fleet().caughtUp()
    primary = await connect(fleet().primary.port, 'app', 'app')
    replica = await connect(fleet().replicas[0]!.port, 'app', 'app')
    await replica.query('SET SESSION TRANSACTION READ ONLY')
  })

  afterAll(async () => {
    for (const connection of open) connection.destroy()
  })

  /** Runs one row: the error's number, or null, and the rows as text. */
  async function run(
    connection: mysql.Connection,
    sql: string,
  ): Promise<{ readonly errno: number | null; readonly rows: string }> {
    try {
      const [found] = await connection.query(sql)
      return {
        errno: null,
        rows: JSON.stringify(Array.isArray(found) ? found.map((row) => JSON.stringify(row)).sort() : found),
      }
    } catch (error) {
      return { errno: (error as { errno?: number }).errno ?? -1, rows: '' }
    }
  }

  test('the monitor account reads the same catalog that the unit tests use', () => {
    const { facts } = classifying(() => catalog, serversOf[flavour])
    const wrong: string[] = []
    for (const row of rows) {
      const { verdict, because, effect } = facts(row.sql)
      // The recorded catalog of MySQL has engines that a package may lack.
      if (/hole|archived/.test(row.sql)) continue
      if (verdict === row.verdict && because === row.because && effect.kind === row.effect) continue
      wrong.push(`${row.sql}: ${verdict} ${because} ${effect.kind}`)
    }
    expect(wrong, wrong.join('\n')).toEqual([])
  })

  test('without the right to see them, views are no reads, and everything else is as before', () => {
    const { facts } = classifying(() => blindCatalog, serversOf[flavour])
    for (const row of rows) {
      const found = facts(row.sql)
      if (/\bv_\w+/.test(row.sql)) expect(found.verdict, row.sql).toBe('primary')
      else if (row.verdict === 'read' && !/hole|archived/.test(row.sql)) expect(found.verdict, row.sql).toBe('read')
    }
  })

  test('a read-only connection to a replica takes every read, or says what the primary says, with the same rows', async () => {
    const { facts } = classifying(() => catalog, serversOf[flavour])
    const wrong: string[] = []
    let ran = 0
    for (const row of rows) {
      if (facts(row.sql).verdict !== 'read' || row.empty) continue
      const here = await run(primary, row.sql)
      const there = await run(replica, row.sql)
      if (there.errno === null) ran++
      if (here.errno !== there.errno)
        wrong.push(`${row.sql}: ${here.errno} on the primary, ${there.errno} on the replica`)
      else if (here.rows !== there.rows && !row.clock && !VARYING.test(row.sql)) wrong.push(`${row.sql}: other rows`)
    }
    expect(wrong, wrong.join('\n')).toEqual([])
    expect(ran).toBeGreaterThan(250)
  })

  test('no read leaves a trace on the primary: nothing written, no lock, no variable, no setting', async () => {
    const position = flavour === 'mysql' ? 'SELECT @@global.gtid_executed' : 'SELECT @@global.gtid_binlog_pos'
    const written = await fleet().primary.query(position)
    // Its own connection, so that only reads have touched it.
    const session = await connect(fleet().primary.port, 'app', 'app')
    const settings = async () => {
      const [found] = await session.query<mysql.RowDataPacket[]>('SHOW SESSION VARIABLES')
      const changing =
        /^(timestamp|rand_seed|last_insert_id|identity|insert_id|warning_count|error_count|pseudo_|gtid_|last_gtid|innodb_|.*_gtid|statement_id|debug|binlog_|immediate_server)/
      return JSON.stringify((found as unknown as string[][]).filter(([name]) => !changing.test(name!)))
    }
    const before = await settings()
    const traces: string[] = []
    for (const row of rows) {
      if (row.verdict !== 'read' || row.empty) continue
      await run(session, row.sql)
      const { rows: locks } = await run(session, 'SELECT RELEASE_ALL_LOCKS(), @freshet_corpus, @a, @n')
      if (locks !== '["[0,null,null,null]"]') traces.push(`${row.sql}: ${locks}`)
    }
    expect(traces, traces.join('\n')).toEqual([])
    expect(await settings()).toBe(before)
    expect(await fleet().primary.query(position)).toEqual(written)
  })

  test('what a replica refuses is never called a read', async () => {
    const { facts } = classifying(() => catalog, serversOf[flavour])
    const misjudged: string[] = []
    let refusals = 0
    for (const row of rows) {
      if (
        row.verdict !== 'primary' ||
        !/^(SELECT|WITH|VALUES|TABLE|INSERT|REPLACE|UPDATE|DELETE|CREATE|DROP|ALTER|TRUNCATE|\()/i.test(row.sql)
      )
        continue
      const { errno } = await run(replica, row.sql)
      if (errno === null || !REFUSALS.has(errno)) continue
      refusals++
      if (facts(row.sql).verdict === 'read') misjudged.push(row.sql)
    }
    expect(misjudged, misjudged.join('\n')).toEqual([])
    expect(refusals).toBeGreaterThan(60)
  })

  test('what executable comments are is what the server says', async () => {
    const texts = [
      '/*! +1 */',
      '/*!40001 +1 */',
      '/*!50000 +1 */',
      '/*!50100 +1 */',
      '/*!50700 +1 */',
      '/*!80000 +1 */',
      '/*!90700 +1 */',
      '/*!99999 +1 */',
      '/*M! +1 */',
      '/*M!100100 +1 */',
      '/*M!999999 +1 */',
      '/*!100100 +1 */',
      '/*!120000 +1 */',
      '/*!080000 +1 */',
      '/*!99999 /* x */ +1 */',
      '/*!40001+1*/',
      '/*!999991 +1 */',
    ]
    const { facts } = classifying(() => catalog, serversOf[flavour])
    for (const text of texts) {
      const { rows: found } = await run(primary, `SELECT 1 ${text}`)
      const { verdict } = facts(`SELECT 1 ${text.replace('+1', 'INTO @a')}`)
      // Code must be seen; what is a comment may count as code.
      if (found === '["[2]"]') expect(verdict, text).toBe('primary')
    }
  })

  test('no quote, comment or escape hides code from the scanner that the server runs', async () => {
    // Code that leaves a trace, between everything that can begin or end a string or a comment.
    const pieces = fc.constantFrom(
      ...[
        ',@x:=1',
        ',@x:=1',
        ',@x:=1 ',
        "'",
        "'",
        '"',
        '`',
        '\\',
        "''",
        '""',
        '``',
        "\\'",
        '/*',
        '*/',
        '/*!',
        '/*!40000',
        '/*!50000 ',
      ],
      ...[
        '/*!99999',
        '/*!80000 ',
        '/*!100100 ',
        '/*!080000 ',
        '/*M!',
        '/*M!100000 ',
        '/*+',
        '-- ',
        '--',
        '--\t',
        '--\r',
        '#',
        '\n',
        '\r',
      ],
      ...[
        ' ',
        ',',
        '1',
        'a',
        '+',
        '-',
        '*',
        '/',
        '.',
        '.5',
        '1.',
        '0x41',
        "x'41'",
        "n'",
        "_latin1'",
        '@',
        '(',
        ')',
        ' as ',
        ',2',
        '\x0b',
        '$$',
      ],
    )
    const texts = fc.array(pieces, { minLength: 2, maxLength: 10 }).map((parts) => `SELECT 1${parts.join('')}`)
    const session = await connect(fleet().primary.port, 'app', 'app')
    for (const sqlMode of ['', 'ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES']) {
      await session.query(`SET sql_mode = '${sqlMode}'`)
      const { facts } = classifying(() => catalog, serversOf[flavour], { digests: 10_000, parseBurstMs: 1e9 })
      const found = fc
        .sample(texts, { numRuns: 6000, seed: 20_261_121 })
        .filter((sql) => sql.includes('@x:=') && facts(sql, modeOf(sqlMode)).verdict === 'read')
      let ran = 0
      for (const sql of found) {
        if ((await run(session, sql)).errno === null) ran++
        const { rows: trace } = await run(session, 'SELECT @x')
        expect(trace, JSON.stringify(sql)).toBe('["[null]"]')
      }
      expect(ran).toBeGreaterThan(100)
    }
  })
})
