/**
 * The safety net by itself: a Freshet that takes everything for a read. What a replica refuses, the primary does, once; it is learned, counted
 * and logged.
 */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine, EngineParts, Knowledge } from '../../src/cli/engine.ts'
import { createPostgresEngine } from '../../src/cli/engine-postgres.ts'
import type { Classifier, Facts } from '../../src/sql/facts.ts'
import type { Digest } from '../../src/units.ts'
import { corpus, type Row, recordedCatalog, schema } from '../corpus/postgres/corpus.ts'
import { classifying } from '../postgres/classify/classifying.ts'
import { failureOf, first } from '../support/clients.ts'
import { configFor, total } from '../support/freshet.ts'
import { type FreshetInProcess, REFUSED, startInProcess } from '../support/freshet-in-process.ts'
import { createTestServers } from '../support/postgres.ts'
import { run } from '../support/postgres-judge.ts'

const fleet = createTestServers({ replicas: 1, parameters: { autovacuum: 'off', log_statement: 'all' } })

const learned = new Set<Digest>()
/** What the log says of refused statements. */
const refusals = () => freshet.log.filter(({ msg }) => msg === REFUSED)

/** Everything is a plain read, but for what controls transactions, and for what has been learned. */
function credulous(inner: Classifier): Classifier {
  return {
    classify(text, start, end, mode): Facts {
      const facts = inner.classify(text, start, end, mode)
      if (facts.transaction !== null || facts.statements === 0) return facts
      if (learned.has(facts.digest)) return { ...facts, verdict: 'primary', because: 'learned-write' }
      return { ...facts, verdict: 'read', because: 'read', effect: { kind: 'none' }, usesClock: false }
    },
    control: inner.control,
    hint: inner.hint,
    learnWrite: (digest) => void learned.add(digest),
    invalidate: () => inner.invalidate(),
    get version() {
      return inner.version + learned.size
    },
    stats: inner.stats,
  }
}

async function credulousEngine(parts: EngineParts): Promise<Engine> {
  const engine = await createPostgresEngine(parts)
  return {
    ...engine,
    knowledge(): Knowledge {
      const known = engine.knowledge()
      return {
        classifier: credulous(known.classifier),
        load: (query) => known.load(query),
        settings: [],
        settersOfOthers: new Set(),
      }
    },
  }
}

let freshet: FreshetInProcess
const clients: pg.Client[] = []

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: `postgres://app:app@${freshet.address}/app` })
  client.on('error', () => {})
  await client.connect()
  clients.push(client)
  return client
}

beforeAll(async () => {
  await fleet().primary.query(schema)
  await fleet().primary.query(
    "GRANT ALL ON ALL TABLES IN SCHEMA public, other TO app; ALTER ROLE app SUPERUSER; SELECT setval('seq', 1000)",
  )
  await fleet().caughtUp()
  const config = configFor(fleet(), { pool: { size: 4 }, when_stale: 'wait', wait: '5s', max_lag: '60s' })
  freshet = await startInProcess(config, credulousEngine)
})

afterAll(async () => {
  for (const client of clients) await client.end().catch(() => {})
  await freshet?.stop()
})

/**
 * No net is below these: they write nothing just now, or the replica's refusal is caught by the function itself, so that a replica answers. That is why what is
 * proved decides, and not the net.
 */
const ANSWERED_BY_A_REPLICA = /f_default\(a|f_path|f_overload|::tint|f_pl_catch/

/** What takes no row's lock and writes nothing: it is denied beforehand. */
const NOT_REFUSED = /advisory|false|coalesce\(id|THEN 1 ELSE|EXISTS|^EXPLAIN [^A]|^EXPLAIN \(ANALYZE (off|0)/

/** Statements that a standby refuses to run because they write what is replicated: all that query or change rows, and the first one of every other command. */
function writes(): Row[] {
  const recorded = recordedCatalog(18)
  const { facts } = classifying(() => recorded, { digests: 10_000, parseBurstMs: 1e9 })
  const commands = new Set<string>()
  return corpus.filter((row) => {
    const free = row.fails === null && row.before === null && row.notRun === null && row.undo === null
    const writing = ['write', 'volatile-function', 'locking-read'].includes(row.because) && row.effect === 'none'
    if (row.verdict !== 'primary' || !free || !writing || !row.mode.standardConformingStrings) return false
    if (NOT_REFUSED.test(row.sql) || ANSWERED_BY_A_REPLICA.test(row.sql)) return false
    if (/^(SELECT|WITH|VALUES|INSERT|UPDATE|DELETE|MERGE|COPY|EXPLAIN|\()/i.test(row.sql)) return true
    const { command } = facts(row.sql)
    if (commands.has(command)) return false
    commands.add(command)
    return !/^(DROP|TRUNCATE|DECLARE|REASSIGN)/.test(command)
  })
}

/** How often the primary has begun to run this text, by its own log; a line feed comes with a tab there. */
function runsOn(log: string, { sql }: Row): number {
  const text = sql.trim().replaceAll('\n', '\n\t')
  return log.split(`: ${text}\n`).length - 1
}

test('every kind of write runs once, on the primary; it is learned, counted and logged', async () => {
  const client = await connect()
  await client.query('SELECT 1')
  const wrong: string[] = []
  let reruns = 0
  for (const row of writes()) {
    const before = fleet().primary.log().length
    const known = learned.size
    const told = refusals().length
    const { error } = await run(client, row.sql)
    const runs = runsOn(fleet().primary.log().slice(before), row)
    if (error === null ? runs !== 1 : runs > 1) wrong.push(`${row.sql}: ${runs} times`)
    if (error === '25006') wrong.push(`${row.sql}: refused`)
    if (error === null && learned.size === known && refusals().length > told) wrong.push(`${row.sql}: not learned`)
    if (refusals().length - told > 1) wrong.push(`${row.sql}: run again more than once`)
    if (error === null && refusals().length > told) reruns++
  }
  expect(wrong).toEqual([])
  expect(reruns).toBeGreaterThan(150)
  expect(total(await freshet.metrics(), 'freshet_reruns_total', { cause: 'replica-refused' })).toBe(refusals().length)
  for (const { code } of refusals()) expect(code).toMatch(/^(25006|0A000|55000)$/)
})

test('what was learned goes to the primary at once', async () => {
  const client = await connect()
  await client.query("INSERT INTO audit (what) VALUES ('first')")
  const told = refusals().length
  await client.query("INSERT INTO audit (what) VALUES ('second')")
  expect(refusals().length).toBe(told)
  expect(await first(client, "SELECT count(*)::int FROM audit WHERE what IN ('first', 'second')")).toBe(2)
})

describe('a write that was taken for a read', () => {
  test('is one for the readers of other sessions, too, as soon as it is acknowledged', async () => {
    const replica = fleet().replicas[0]!
    const [writer, reader] = [await connect(), await connect()]
    await reader.query("SET freshet.consistency = 'global'")
    await first(reader, 'SELECT count(*)::int FROM parted_none')
    await replica.query('SELECT pg_wal_replay_pause()')
    try {
      const read = (client: pg.Client) => first(client, "SELECT count(*)::int FROM items WHERE sku = 'seen at once'")
      await writer.query("INSERT INTO items (order_id, sku, qty) VALUES (77, 'seen at once', 1), (78, 'x', 2)")
      const answer = read(reader)
      // It waits for the replica, which stands still, or asks the primary; it never answers from before.
      await new Promise((resolve) => setTimeout(resolve, 200))
      await replica.query('SELECT pg_wal_replay_resume()')
      expect(await answer).toBe(1)
    } finally {
      await replica.query('SELECT pg_wal_replay_resume()')
    }
  })

  test('may have changed the session that ran it: the next client of its connection sees nothing of that', async () => {
    const client = await connect()
    await client.query(
      "WITH i AS (INSERT INTO audit (what) VALUES ('x') RETURNING id) SELECT set_config('x.y', 'mine', false) FROM i",
    )
    expect(await first(client, "SELECT current_setting('x.y', true)")).toBe('mine')
    const others = await Promise.all([connect(), connect(), connect()])
    for (const other of others) {
      await other.query("INSERT INTO audit (what) VALUES ('y')")
      expect(
        (await first(
          other,
          "INSERT INTO audit (what) SELECT coalesce(current_setting('x.y', true), '') RETURNING what",
        )) ?? '',
      ).toBe('')
    }
  })

  test('is not run again inside of a transaction', async () => {
    const client = await connect()
    await client.query('BEGIN READ ONLY')
    await client.query('SELECT * FROM users')
    const told = refusals().length
    expect((await failureOf(client.query('DELETE FROM docs WHERE id = 1'))).code).toBe('25006')
    expect((await failureOf(client.query('SELECT 1'))).code).toBe('25P02')
    await client.query('ROLLBACK')
    expect(refusals().length).toBe(told)
    expect(await fleet().primary.query('SELECT count(*)::int AS n FROM docs WHERE id = 1')).toEqual([{ n: 1 }])
  })

  test('is not run again when its rows were on their way', async () => {
    const client = await connect()
    const told = refusals().length
    const sql = "SELECT repeat('x', 1000), CASE WHEN n = 500 THEN nextval('seq') END FROM generate_series(1, 500) AS n"
    expect((await failureOf(client.query(sql))).code).toBe('25006')
    expect(refusals().length).toBe(told)
  })
})
