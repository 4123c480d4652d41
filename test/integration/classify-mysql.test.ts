import fc from 'fast-check'
import mysql from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Catalog, loadCatalog } from '../../src/mysql/classify/index.ts'
import { corpus, type Flavour, type Row, schema } from '../corpus/mysql/corpus.ts'
import { reasonToKeep } from '../corpus/mysql/kept.ts'
import { classifying, serversOf } from '../mysql/classify/classifying.ts'
import { modeOf } from '../mysql/classify/scanning.ts'
import { createTestMysql } from '../support/mysql.ts'
import { MysqlJudge, type Observed } from '../support/mysql-judge.ts'
import { testBuiltins } from './builtins-cases.ts'
import { testDigests } from './digest-cases.ts'

const flavours: readonly Flavour[] = ['mysql', 'mariadb']

/** Everything that the judge looks for. */
const TRACES = [
  'file',
  'global',
  'lock',
  'position',
  'prepared',
  'row-lock',
  'session',
  'temporary-table',
  'transaction',
  'user-variable',
  'variable',
]

describe.each(flavours)('on a real %s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 2 })
  const rows = corpus.filter((row) => row.flavours.includes(flavour))
  const open: mysql.Connection[] = []
  let catalog: Catalog
  let blindCatalog: Catalog
  let primary: mysql.Connection
  let judge: MysqlJudge
  const observed = new Map<Row, Observed>()
  const plain = new Set<Row>()

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
    judge = new MysqlJudge(fleet())
    await judge.begin()
  })

  afterAll(() => {
    judge.end()
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
    const { facts } = classifying(() => catalog, serversOf[flavour], { digests: 10_000, parseBurstMs: 1e9 })
    const wrong: string[] = []
    for (const row of rows) {
      const { verdict, because, effect } = facts(row.bytes, modeOf(row.sqlMode, row.charset))
      // The recorded catalog of MySQL has engines that a package may lack.
      if (/hole|archived/.test(row.sql)) continue
      if (verdict === row.verdict && because === row.because && effect.kind === row.effect) continue
      wrong.push(`${row.sql}: ${verdict} ${because} ${effect.kind}`)
    }
    expect(wrong, wrong.join('\n')).toEqual([])
  })

  test('without the right to see them, views are no reads, and everything else is as before', () => {
    const { facts } = classifying(() => blindCatalog, serversOf[flavour], { digests: 10_000, parseBurstMs: 1e9 })
    for (const row of rows) {
      const found = facts(row.bytes, modeOf(row.sqlMode, row.charset))
      if (/\bv_\w+/.test(row.sql)) expect(found.verdict, row.sql).toBe('primary')
      else if (row.verdict === 'read' && !/hole|archived/.test(row.sql)) expect(found.verdict, row.sql).toBe('read')
    }
  })

  test('the servers judge every statement', async () => {
    const { facts } = classifying(() => catalog, serversOf[flavour], { digests: 10_000, parseBurstMs: 1e9 })
    const verdictOf = (row: Row) => facts(row.bytes, modeOf(row.sqlMode, row.charset)).verdict
    const runnable = rows.filter((row) => !row.unrun)
    // Most reads leave nothing: that is seen for twenty of them at once, and for each one alone where it is not.
    const simple = runnable.filter(
      (row) =>
        row.verdict === 'read' &&
        !row.clock &&
        !row.empty &&
        !row.fails &&
        row.sqlMode === '' &&
        row.charset === 'utf8mb4',
    )
    for (let from = 0; from < simple.length; from += 20) {
      const some = simple.slice(from, from + 20)
      if (await judge.allPlain(some)) for (const row of some) plain.add(row)
    }
    for (const row of runnable) if (!plain.has(row)) observed.set(row, await judge.observe(row))
    for (const [row, { plain: is }] of observed) if (is) plain.add(row)

    const wrong: string[] = []
    const say = (what: string, row: Row) => {
      const { primary, traces, replica, same, varies } = observed.get(row) ?? {}
      const seen = JSON.stringify({
        errno: primary?.errno,
        message: primary?.message,
        traces,
        replica: replica?.errno,
        same,
        varies,
      })
      wrong.push(`${what}: ${[...row.before, row.sql].join(' ⇒ ')} ${seen}`)
    }
    for (const row of runnable) {
      const seen = observed.get(row)
      if (seen !== undefined && (seen.primary.errno !== null) !== row.fails)
        say(row.fails ? 'it runs' : 'it fails', row)
      if (verdictOf(row) !== 'read' || plain.has(row) || row.empty) continue
      const { primary, traces, refused, replica } = seen!
      const untouched = traces.length === 0 && !refused && primary.errno === replica.errno
      // The time differs, and so may errors' own texts; nothing else may.
      if (!untouched || !(row.clock || row.fails)) say('no read', row)
    }
    const reads = runnable.filter((row) => plain.has(row) && verdictOf(row) === 'read')
    const kept = runnable.filter((row) => plain.has(row) && verdictOf(row) !== 'read')
    for (const row of kept)
      if (reasonToKeep(row) === null) say('a read that is kept on the primary without a reason', row)
    const unproved = kept.filter((row) => reasonToKeep(row)?.unproved === true)
    expect(wrong, wrong.join('\n')).toEqual([])
    expect(reads.length).toBeGreaterThan(600)
    expect(unproved.length / (reads.length + unproved.length)).toBeLessThan(0.01)
    // Nothing hides behind these two marks.
    expect(rows.filter((row) => row.unrun).length).toBeLessThan(40)
    expect(rows.filter((row) => row.fails).length).toBeLessThan(flavour === 'mysql' ? 150 : 150)
  }, 240_000)

  test('what a replica lets through although it does something is never called a read', () => {
    const { facts } = classifying(() => catalog, serversOf[flavour], { digests: 10_000, parseBurstMs: 1e9 })
    const let_ = [...observed].filter(
      ([, { traces, replicaTraces, refused, replica }]) =>
        traces.length + replicaTraces.length > 0 && !refused && replica.errno === null,
    )
    const misjudged = let_.filter(([row]) => facts(row.bytes, modeOf(row.sqlMode, row.charset)).verdict === 'read')
    expect(misjudged.map(([{ sql }]) => sql)).toEqual([])
    expect(let_.length).toBeGreaterThan(150)
    // Each kind of trace has been seen at least once, so that none is looked for in vain.
    const kinds = new Set([...observed].flatMap(([, { traces }]) => traces))
    // Sometimes nothing can be asked afterwards.
    kinds.delete('connection')
    expect([...kinds].sort()).toEqual(TRACES)
  })

  test('what a replica refuses is never called a read', () => {
    const { facts } = classifying(() => catalog, serversOf[flavour], { digests: 10_000, parseBurstMs: 1e9 })
    const refused = [...observed].filter(([, seen]) => seen.refused)
    const misjudged = refused.filter(([row]) => facts(row.bytes, modeOf(row.sqlMode, row.charset)).verdict === 'read')
    expect(misjudged.map(([{ sql }]) => sql)).toEqual([])
    expect(refused.length).toBeGreaterThan(250)
  })

  testBuiltins(flavour, {
    primary: () => fleet().primary,
    here: () => judge.connection(),
    there: () => judge.follower(),
    catalog: () => catalog,
    plain: () => plain,
  })

  if (flavour === 'mysql') testDigests(() => judge.connection())

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
