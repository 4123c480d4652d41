/**
 * Every kind of write that the corpus knows, taken for a read on purpose: a replica refuses it before it has done anything, and the primary does it
 * once. What a replica would accept is not among them: classify-mysql.test.ts proves that it never gets there.
 */
import { type Connection, createConnection, type QueryError } from 'mysql2/promise'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Knowledge } from '../../src/cli/engine.ts'
import { engineFor } from '../../src/cli/engines.ts'
import { type Catalog, mysqlEngine } from '../../src/mysql/classify/index.ts'
import { classifierFor, type Judgement } from '../../src/sql/classifier.ts'
import { corpus, type Flavour, type Row, schema } from '../corpus/mysql/corpus.ts'
import { serversOf } from '../mysql/classify/classifying.ts'
import { canonical } from '../mysql/classify/scanning.ts'
import { configFor, freshetFor, total } from '../support/freshet.ts'
import { type FreshetInProcess, REFUSED, startInProcess } from '../support/freshet-in-process.ts'
import { createTestMysql, until } from '../support/mysql.ts'
import { connectTo, first, lastRoute, rowsOf } from '../support/mysql-clients.ts'
import { MysqlJudge } from '../support/mysql-judge.ts'

/** Whatever it is, it is said to be a read that leaves nothing. Everything else of the classifier is the real one: digests, cache, what it learns. */
const lied = ({ statements, command, tables, functions }: Judgement): Judgement => ({
  ...{
    statements,
    command,
    tables,
    functions,
    verdict: 'read',
    because: 'read',
    usesClock: false,
    usesLastSequence: false,
  },
  ...{ transaction: null, effect: { kind: 'none' }, literalDependent: false },
})

function lyingKnowledge(flavour: Flavour): Knowledge {
  const real = mysqlEngine(() => serversOf[flavour])
  const analyze = (sql: string) => {
    const analysis = real.analyze(sql)
    return analysis === null ? null : { ...analysis, literalDependent: false }
  }
  return {
    settings: [],
    settersOfOthers: new Set(),
    classifier: classifierFor<NonNullable<ReturnType<typeof real.analyze>>, Catalog>(
      { ...real, analyze, judge: (...what) => lied(real.judge(...what)) },
      { seed: 5, limits: { digests: 10_000, parseBurstMs: 1e9 }, catalog: () => null, now: () => performance.now() },
    ),
    load: async () => {},
  }
}

const reruns = async (proxy: FreshetInProcess, cause?: string) =>
  total(await proxy.metrics(), 'freshet_reruns_total', cause === undefined ? {} : { cause })

type Result = { readonly errno: number | null; readonly affected: number | null; readonly rows: number | null }

async function resultOf(work: Promise<unknown>): Promise<Result> {
  try {
    const [found] = (await work) as [unknown]
    if (Array.isArray(found)) return { errno: null, affected: null, rows: found.length }
    return { errno: null, affected: (found as { affectedRows: number }).affectedRows, rows: null }
  } catch (error) {
    return { errno: (error as QueryError & { errno?: number }).errno ?? -1, affected: null, rows: null }
  }
}

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 2, parameters: { max_allowed_packet: '64M' } })
  let judge: MysqlJudge

  beforeAll(async () => {
    for (const sql of schema(flavour)) {
      await fleet()
        .primary.query(sql)
        .catch((error: Error) => expect(error.message).toMatch(/Unknown storage engine/))
    }
    judge = new MysqlJudge(fleet())
    await judge.begin()
    return () => judge.end()
  })

  /** In front of the primary and the replica that follows it. */
  function lying(): Promise<FreshetInProcess> {
    const servers = fleet().servers.slice(0, 2)
    const config = configFor({ flavour, servers } as never, { consistency: 'eventual', max_lag: '1h' })
    return startInProcess(config, async (parts) => ({
      ...(await engineFor(parts)),
      knowledge: () => lyingKnowledge(flavour),
    }))
  }

  /** A client whose reads a replica answers. */
  async function connect({ address }: FreshetInProcess): Promise<Connection> {
    const client = await createConnection({ uri: `mysql://judge:judge@${address}/app`, multipleStatements: true })
    await until('a replica answers', async () => {
      await client.query('SELECT id FROM users')
      return (await lastRoute(client)).server !== fleet().primary.name
    })
    return client
  }

  /** How many transactions the primary has written to its binary log. */
  async function written(): Promise<number> {
    const position = await fleet().primary.position()
    if (flavour === 'mariadb') return Number(/0-1-(\d+)/.exec(position)?.[1] ?? 0)
    return [...position.matchAll(/:(\d+)(?:-(\d+))?/g)].reduce(
      (sum, [, from, to]) => sum + Number(to ?? from) - Number(from) + 1,
      0,
    )
  }

  /** Writes, each on its own, a text of one statement, and nothing before it that would have to be on the same connection. */
  const candidates = corpus.filter(
    (row) =>
      row.flavours.includes(flavour) &&
      row.verdict === 'primary' &&
      /^(write|volatile-function|locking-read|session-state|unparsed)$/.test(row.because) &&
      !row.unrun &&
      !row.fails &&
      typeof canonical(row.sql) === 'string' &&
      row.sqlMode === '' &&
      row.charset === 'utf8mb4' &&
      !/\blocal infile\b|\?|^(lock|flush|backup|handler|xa)\b/i.test(row.sql) &&
      row.before.every((sql) => /^CREATE (?!TEMPORARY)|^GRANT/.test(sql)),
  )

  /** Runs one row by itself and through a lying Freshet. null: it is no write of replicated data that a replica refuses. */
  async function compare(
    row: Row,
    client: Connection,
    run: (client: Connection) => Promise<unknown>,
  ): Promise<string | null> {
    const direct = await judge.fresh()
    for (const sql of row.before) await direct.query(sql)
    const before = await written()
    const expected = await resultOf(direct.query(row.sql))
    const transactions = (await written()) - before
    await judge.restore(row, true)
    if (transactions === 0 || expected.errno !== null) return null
    await judge.fresh()
    for (const sql of row.before) await direct.query(sql)
    await judge.caughtUp()
    const start = await written()
    const found = await resultOf(run(client))
    const made = (await written()) - start
    const { reason } = await lastRoute(client)
    await judge.restore(row, true)
    const as = JSON.stringify({ found, made, reason })
    const wanted = JSON.stringify({ found: expected, made: transactions, reason: 'learned-write' })
    return as === wanted ? '' : `${as} instead of ${wanted}`
  }

  test.each(['text', 'prepared'] as const)(
    '%s: the right result, exactly once, and known from then on',
    async (protocol) => {
      const proxy = await lying()
      const client = await connect(proxy)
      const wrong: string[] = []
      const digests = new Set<string | number>()
      const tried = new Map<string, number>()
      try {
        for (const row of candidates) {
          // Some of every kind.
          const kind = `${row.because} ${row.sql
            .toUpperCase()
            .match(/[A-Z_]+/g)
            ?.slice(0, 2)}`
          const times = tried.get(kind) ?? 0
          if (times >= (protocol === 'text' ? 3 : 1) || digests.has(canonical(row.sql))) continue
          if (!(await judge.refuses(row))) continue
          const said = await compare(row, client, (on) =>
            protocol === 'text' ? on.query(row.sql) : on.execute(row.sql),
          )
          // 1295: no statement that can be prepared.
          if (said === null || (protocol === 'prepared' && said.includes('"errno":1295'))) continue
          tried.set(kind, times + 1)
          digests.add(canonical(row.sql))
          if (said !== '') wrong.push(`${row.sql}: ${said}`)
        }
        expect(wrong, wrong.join('\n')).toEqual([])
        expect(digests.size).toBeGreaterThan(protocol === 'text' ? 100 : 40)
        expect(await reruns(proxy, 'replica-refused')).toBe(digests.size)
        const lines = proxy.log.filter(({ msg }) => msg === REFUSED)
        expect(lines.length).toBe(digests.size)
      } finally {
        client.destroy()
        await proxy.stop()
      }
    },
    240_000,
  )

  test('the second time the same digest goes to the primary at once, with other literals, from anybody', async () => {
    const proxy = await lying()
    try {
      const [client, other] = [await connect(proxy), await connect(proxy)]
      await client.query("INSERT INTO log (text) VALUES ('a')")
      expect(await reruns(proxy)).toBe(1)
      await other.query("INSERT INTO log (text) VALUES ('b')")
      await client.query("INSERT INTO log (text) VALUES ('c'), ('d')")
      expect(await reruns(proxy)).toBe(1)
      const [row] = await fleet().primary.query("SELECT COUNT(*) AS n FROM log WHERE text IN ('a', 'b', 'c', 'd')")
      expect(Number(row!.n)).toBe(4)
      client.destroy()
      other.destroy()
    } finally {
      await proxy.stop()
    }
  })

  test('inside of a transaction, and when rows have been sent, nothing is run again', async () => {
    const proxy = await lying()
    try {
      const client = await connect(proxy)
      const count = async () => Number((await fleet().primary.query('SELECT COUNT(*) AS n FROM log'))[0]!.n)
      const before = await count()
      await client.query('START TRANSACTION READ ONLY')
      await client.query('SELECT id FROM users')
      expect([1290, 1792]).toContain((await resultOf(client.query("INSERT INTO log (text) VALUES ('x')"))).errno)
      await client.query('ROLLBACK')
      // A function's tables are opened before its statement gives a row, so only a second statement can be refused late.
      const late = flavour === 'mysql' ? 1290 : 1792
      const rows = "SELECT REPEAT('x', 60000) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) r JOIN users"
      expect((await resultOf(client.query(`${rows}; INSERT INTO log (text) VALUES ('x')`))).errno).toBe(late)
      expect(await reruns(proxy)).toBe(0)
      expect(await count()).toBe(before)
      client.destroy()
    } finally {
      await proxy.stop()
    }
  })

  /** Nobody's statements, byte by byte. Most of them no server understands. */
  const BAD: readonly (readonly [what: string, bytes: Buffer])[] = [
    [
      'invalid UTF-8 in a text',
      Buffer.from([...Buffer.from("SELECT '"), 0xff, 0xfe, 0xc3, ...Buffer.from("' AS x, 1 INTO @a")]),
    ],
    ['invalid UTF-8 as a name', Buffer.from([...Buffer.from('SELECT '), 0xc3, 0x28, 0xa0, 0xa1])],
    ['invalid UTF-8 alone', Buffer.from([0x80, 0xbf, 0xff])],
    ['an unterminated text', Buffer.from("SELECT 'x")],
    ['an unterminated name', Buffer.from('SELECT `x')],
    ['an unterminated text in double quotes', Buffer.from('SELECT "x')],
    ['an unterminated comment', Buffer.from('SELECT 1 /* x')],
    ['unterminated code in a comment', Buffer.from('SELECT 1 /*! , 2')],
    ['an unterminated hint', Buffer.from('SELECT /*+ x')],
    ['a backslash at the end', Buffer.from("SELECT 'x\\")],
    ['10,000 nested parentheses', Buffer.from(`SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`)],
    ['10,000 parentheses that stay open', Buffer.from(`SELECT ${'('.repeat(10_000)}`)],
    ['a NUL in the middle', Buffer.from('SELECT 1 \0 + 1')],
    ['a NUL in a text', Buffer.from("SELECT 'a\0b', 1 FROM users FOR UPDATE")],
    ['a NUL in a comment', Buffer.from('SELECT 1 -- \0 INTO @a')],
    ['NULs alone', Buffer.alloc(100)],
    ['a statement of nobody', Buffer.from('FROBNICATE THE DATABASE')],
    ['a clause of nobody', Buffer.from('SELECT id FROM users QUALIFY id > 0')],
    ['PostgreSQL', Buffer.from("SELECT $1::int, E'x', $$y$$ RETURNING id")],
    ['a statement of 16 MB', Buffer.from(`SELECT LENGTH('${'x'.repeat(16 * 1024 * 1024 + 5)}') AS n, @a := 1`)],
    ['a statement of 2 MB without a text', Buffer.from(`SELECT 1${'+1'.repeat(20_000)}${' '.repeat(2 * 1024 * 1024)}`)],
  ]

  test('bad input runs on the primary, and what the server says is what the client sees', async () => {
    const freshet = await freshetFor({ flavour, servers: fleet().servers.slice(0, 2) } as never, { max_lag: '1h' })
    const options = {
      user: 'judge',
      password: 'judge',
      database: 'app',
      host: '127.0.0.1',
      charset: 'LATIN1_SWEDISH_CI',
    }
    const open = async (port: number) => {
      const connection = await createConnection({ ...options, port, multipleStatements: true })
      connection.on('error', () => {})
      await connection.query('SET NAMES utf8mb4')
      return connection
    }
    const said = async (connection: Connection, bytes: Buffer) => {
      try {
        return JSON.stringify((await connection.query(bytes.toString('latin1')))[0])
      } catch (error) {
        const { errno, message } = error as QueryError & { errno?: number }
        return `${errno}: ${message}`
      }
    }
    const direct = await open(fleet().primary.port)
    const through = await open(freshet.port())
    for (const [what, bytes] of BAD) {
      expect(await said(through, bytes), what).toBe(await said(direct, bytes))
      expect((await lastRoute(through)).server, what).toBe(fleet().primary.name)
    }
    direct.destroy()
    through.destroy()
  })

  test('DDL through Freshet is known at once, DDL from elsewhere within catalog_refresh', async () => {
    const freshet = await freshetFor({ flavour, servers: fleet().servers.slice(0, 2) } as never, {
      max_lag: '1h',
      catalog_refresh: '1s',
    })
    const client = await connectTo(`mysql://judge:judge@127.0.0.1:${freshet.port()}/app`)
    const reads =
      'CREATE FUNCTION made_note(what INT) RETURNS INT READS SQL DATA RETURN (SELECT COUNT(*) FROM users) * 0 + 7'
    const writes = `CREATE FUNCTION made_note(what INT) RETURNS INT NO SQL BEGIN INSERT INTO log (text) VALUES ('made'); RETURN 8; END`
    const reason = async () => (await lastRoute(client)).reason
    const asReader = () =>
      until('its body is known as a reader', async () => {
        expect(await first(client, 'SELECT made_note(1)')).toBe(7)
        return (await reason()) === 'read'
      })
    await client.query(reads)
    await fleet().caughtUp([fleet().replicas[0]!])
    await asReader()
    // Through Freshet: the very next call knows.
    await client.query('DROP FUNCTION made_note')
    await client.query(writes)
    expect(await first(client, 'SELECT made_note(2)')).toBe(8)
    expect(await reason()).not.toBe('read')
    await client.query('DROP FUNCTION made_note')
    await client.query(reads)
    await fleet().caughtUp([fleet().replicas[0]!])
    await asReader()
    expect(total(await freshet.metrics(), 'freshet_reruns_total', { cause: 'replica-refused' })).toBe(0)
    // From elsewhere: found out without a single call.
    await fleet().primary.query('DROP FUNCTION made_note')
    await fleet().primary.query(writes)
    await fleet().caughtUp([fleet().replicas[0]!])
    await until('the catalog has been read again', async () =>
      (await rowsOf(client, 'EXPLAIN ROUTE SELECT made_note(3)'))
        .flat()
        .some((each) => /^volatile-function/.test(String(each))),
    )
    expect(await first(client, 'SELECT made_note(3)')).toBe(8)
    expect(await reason()).toBe('volatile-function')
    expect(total(await freshet.metrics(), 'freshet_reruns_total', { cause: 'replica-refused' })).toBe(0)
    await client.query('DROP FUNCTION made_note')
  })
})
