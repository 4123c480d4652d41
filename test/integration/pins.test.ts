/** State that cannot follow a session keeps its connection, says why, and lets it go when the state is gone. */
import type pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { connectTo, failureOf, first, lastRoute, pinnedBecomes } from '../support/clients.ts'
import { type FreshetProcess, freshetFor, freshetForAll } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'

const fleet = createTestServers({ replicas: 1 })

beforeAll(async () => {
  await fleet().primary.query(
    `CREATE TABLE things (id serial PRIMARY KEY, name text); GRANT ALL ON things, things_id_seq TO app;
    CREATE FUNCTION makes_mine() RETURNS int LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE mine AS SELECT 11 AS n; RETURN 11; END $$;
    CREATE FUNCTION inserts() RETURNS int LANGUAGE sql AS $$ INSERT INTO things (name) VALUES ('f') RETURNING id $$`,
  )
  await fleet().caughtUp()
})

const shared = freshetForAll(fleet, { pool: { size: 2 } })

/** Everybody else still gets a connection: the pool's slots are free. */
async function slotsAreFree(freshet: FreshetProcess, size: number): Promise<void> {
  const clients = await Promise.all(Array.from({ length: size }, () => connectTo(freshet.url())))
  await Promise.all(clients.map((client) => client.query('BEGIN; SELECT pg_backend_pid() /* all at once */')))
  await Promise.all(clients.map((client) => client.query('COMMIT')))
  await Promise.all(clients.map((client) => client.end()))
}

interface Case {
  readonly cause: string
  readonly make: readonly string[]
  /** A statement that needs the state, and what it gives. */
  readonly use: string
  readonly gives: unknown
  readonly end: readonly string[]
}

const CASES: readonly Case[] = [
  {
    cause: 'temp-table',
    make: ['CREATE TEMP TABLE mine AS SELECT 1 AS n'],
    use: 'SELECT n FROM mine',
    gives: 1,
    end: ['DROP TABLE mine'],
  },
  {
    cause: 'temp-table',
    make: ['BEGIN', 'CREATE TEMP TABLE mine AS SELECT 2 AS n', 'COMMIT'],
    use: 'SELECT n FROM mine',
    gives: 2,
    end: ['BEGIN', 'DROP TABLE mine', 'COMMIT'],
  },
  {
    cause: 'temp-table',
    make: ['SELECT 3 AS n INTO TEMP mine'],
    use: 'SELECT n FROM mine',
    gives: 3,
    end: ['DISCARD TEMP'],
  },
  {
    cause: 'temp-table',
    make: ['SELECT 1; CREATE TEMP TABLE mine AS SELECT 4 AS n'],
    use: 'SELECT n FROM mine',
    gives: 4,
    end: ['DISCARD ALL'],
  },
  {
    cause: 'temp-table',
    make: ['DO $$ BEGIN CREATE TEMP TABLE mine AS SELECT 5 AS n; END $$'],
    use: 'SELECT n FROM mine',
    gives: 5,
    end: ['DROP TABLE mine'],
  },
  ...[
    ['CREATE TABLE mine AS SELECT 6 AS n', 6],
    ['SELECT 7 AS n INTO mine', 7],
    ['EXPLAIN ANALYZE CREATE TABLE mine AS SELECT 8 AS n', 8],
    ['SELECT 1; CREATE TABLE mine AS SELECT 9 AS n', 9],
    ['CREATE VIEW mine AS SELECT 10 AS n', 10],
    ['SELECT makes_mine()', 11],
  ].map(([make, gives]) => ({
    // Nothing in these says that they are temporary.
    cause: 'temp-table',
    make: ['SET search_path = pg_temp, public', String(make)],
    use: 'SELECT n FROM mine',
    gives,
    end: ['DISCARD TEMP', 'RESET search_path'],
  })),
  {
    cause: 'temp-type',
    make: ['SET search_path = pg_temp, public', "CREATE TYPE mine AS ENUM ('a')", 'RESET search_path'],
    use: "SELECT 'a'::pg_temp.mine",
    gives: 'a',
    end: ['DISCARD TEMP'],
  },
  {
    cause: 'temp-table',
    make: ['BEGIN', 'SET LOCAL search_path = pg_temp', 'CREATE TABLE mine AS SELECT 12 AS n', 'COMMIT'],
    use: 'SELECT n FROM mine',
    gives: 12,
    end: ['DISCARD TEMP'],
  },
  {
    cause: 'listen',
    make: ['LISTEN news'],
    use: 'SELECT pg_listening_channels()',
    gives: 'news',
    end: ['UNLISTEN news'],
  },
  {
    cause: 'listen',
    make: ['LISTEN a', 'LISTEN b', 'UNLISTEN a'],
    use: 'SELECT pg_listening_channels()',
    gives: 'b',
    end: ['UNLISTEN *'],
  },
  {
    cause: 'advisory-lock',
    make: ['SELECT pg_advisory_lock(7)'],
    use: 'SELECT pg_advisory_unlock(7)',
    gives: true,
    end: [],
  },
  {
    cause: 'advisory-lock',
    make: ['SELECT pg_try_advisory_lock(1, 2)'],
    use: "SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
    gives: 1,
    end: ['SELECT pg_advisory_unlock_all()'],
  },
  {
    cause: 'held-cursor',
    make: ['BEGIN', 'DECLARE c CURSOR WITH HOLD FOR SELECT generate_series(1, 9)', 'COMMIT'],
    use: 'FETCH 1 FROM c',
    gives: 1,
    end: ['CLOSE c'],
  },
  {
    cause: 'prepared-in-sql',
    make: ['PREPARE plan (int) AS SELECT $1 + 1'],
    use: 'EXECUTE plan(1)',
    gives: 2,
    end: ['DEALLOCATE plan'],
  },
  {
    cause: 'prepared-in-sql',
    make: ['PREPARE p1 AS SELECT 1', 'PREPARE p2 AS SELECT 2'],
    use: 'EXECUTE p2',
    gives: 2,
    end: ['DEALLOCATE ALL'],
  },
]

describe('pinned and let go', () => {
  test.each(CASES)('$cause: $make', async ({ cause, make, use, gives, end }) => {
    const freshet = shared()
    const mine = await connectTo(freshet.url())
    const other = await connectTo(freshet.url())
    for (const sql of make) await mine.query(sql)
    await pinnedBecomes(freshet, cause, 1)
    await other.query("INSERT INTO things (name) VALUES ('other')")
    await other.query('SELECT count(*) FROM things')
    expect(await first(mine, use)).toBe(gives)
    for (const sql of end) await mine.query(sql)
    await pinnedBecomes(freshet, cause, 0)
    await slotsAreFree(freshet, 2)
    await fleet().caughtUp()
    await until('its reads run on replicas again', async () => {
      expect(await first(mine, 'SELECT 1')).toBe(1)
      return (await lastRoute(mine)).reason === 'read'
    })
  })

  test('the state of a client that leaves, or is rolled back, is gone', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 1 } })
    for (const [cause, sql] of [
      ['temp-table', 'CREATE TEMP TABLE mine ()'],
      ['advisory-lock', 'SELECT pg_advisory_lock(8)'],
      ['listen', 'LISTEN x'],
    ] as const) {
      const mine = await connectTo(freshet.url())
      await mine.query('BEGIN')
      await mine.query(sql)
      // A session's advisory lock outlives its transaction.
      await mine.query('ROLLBACK')
      await pinnedBecomes(freshet, cause, cause === 'advisory-lock' ? 1 : 0)
      await mine.query(sql)
      await pinnedBecomes(freshet, cause, 1)
      await mine.end()
      await pinnedBecomes(freshet, cause, 0)
      const other = await connectTo(freshet.url())
      expect(await first(other, '/* freshet: route=primary */ SELECT pg_try_advisory_xact_lock(8)')).toBe(true)
      expect(await first(other, "/* freshet: route=primary */ SELECT to_regclass('mine')")).toBe(null)
      await other.end()
    }
  })

  test('locks and tables of a transaction pin nothing', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 1 } })
    const mine = await connectTo(freshet.url())
    const other = await connectTo(freshet.url())
    for (const sql of [
      'SELECT pg_advisory_xact_lock(9)',
      'CREATE TEMP TABLE t () ON COMMIT DROP',
      'DECLARE c CURSOR FOR SELECT 1',
    ]) {
      await mine.query('BEGIN')
      await mine.query(sql)
      await mine.query('COMMIT')
      expect(await first(other, '/* freshet: route=primary */ SELECT 1')).toBe(1)
    }
  })

  test('notifications arrive, and only where somebody listens', async () => {
    const freshet = shared()
    const mine = await connectTo(freshet.url())
    const other = await connectTo(freshet.url())
    const heard: string[] = []
    mine.on('notification', ({ channel, payload }) => heard.push(`${channel}: ${payload}`))
    other.on('notification', () => heard.push('the wrong one'))
    await mine.query('LISTEN news')
    await other.query("NOTIFY news, 'one'")
    await other.query("SELECT pg_notify('news', 'two')")
    await until('both are heard', () => heard.length >= 2)
    await mine.query('UNLISTEN news')
    await pinnedBecomes(freshet, 'listen', 0)
    await other.query("NOTIFY news, 'three'")
    await mine.query('SELECT 1')
    expect(heard).toEqual(['news: one', 'news: two'])
  })
})

describe('a server that goes away', () => {
  test('takes a pinned session with it, in the words of the server', async () => {
    const freshet = shared()
    const mine = await connectTo(freshet.url())
    const ended = new Promise<pg.DatabaseError>((resolve) =>
      mine.on('error', (error) => resolve(error as pg.DatabaseError)),
    )
    await mine.query('CREATE TEMP TABLE mine ()')
    await pinnedBecomes(freshet, 'temp-table', 1)
    const pid = await first(mine, 'SELECT pg_backend_pid()')
    await fleet().primary.query('SELECT pg_terminate_backend($1)', [pid])
    expect((await ended).code).toBe('57P01')
    await pinnedBecomes(freshet, 'temp-table', 0)
  })
})

describe('sequences', () => {
  const insert = "INSERT INTO things (name) VALUES ('x') RETURNING id"

  test("currval and lastval are the session's own, whoever inserts in between", async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 2 } })
    const mine = await connectTo(freshet.url())
    const other = await connectTo(freshet.url())
    // The first one tells Freshet that this database asks for such things.
    await mine.query(insert)
    await first(mine, 'SELECT lastval()').catch(() => {})
    for (let round = 0; round < 5; round++) {
      const id = await first(mine, insert)
      await other.query(insert)
      await other.query('SELECT 1')
      expect(Number(await first(mine, 'SELECT lastval()'))).toBe(id)
      expect(Number(await first(mine, "SELECT currval('things_id_seq')"))).toBe(id)
      await other.query(insert)
      expect(Number(await first(mine, 'SELECT lastval()'))).toBe(id)
    }
    await mine.query('DISCARD ALL')
    expect((await failureOf(mine.query('SELECT lastval()'))).code).toBe('55000')
  })

  test('what a session wrote elsewhere makes no other session’s value its own', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 2 } })
    const [mine, other] = [await connectTo(freshet.url()), await connectTo(freshet.url())]
    await first(other, insert)
    const id = await first(mine, insert)
    // Each of them uses the other connection now.
    await Promise.all([mine, other].map((one) => one.query('BEGIN; SELECT pg_backend_pid() /* at once */')))
    await other.query('COMMIT')
    await mine.query("UPDATE things SET name = 'y' WHERE id = 1; COMMIT")
    for (const one of ['lastval()', "currval('things_id_seq')"]) {
      // Either nobody knows any more, or it is the right one.
      const answer = await first(mine, `SELECT ${one}`).catch(({ code }) => code)
      expect(['55000', String(id)]).toContain(String(answer))
    }
    // From then on it keeps its connection, and what others left there is gone.
    await mine.query("UPDATE things SET name = 'z' WHERE id = 1")
    const answer = await first(mine, 'SELECT lastval()').catch(({ code }) => code)
    expect(['55000', String(id)]).toContain(String(answer))
    const next = await first(mine, insert)
    await other.query(insert)
    expect(Number(await first(mine, 'SELECT lastval()'))).toBe(next)
    const given = await first(mine, 'SELECT inserts()')
    await other.query(insert)
    expect(Number(await first(mine, 'SELECT lastval()'))).toBe(given)
  })

  test('the very first question is answered when nobody came in between', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 2 } })
    const mine = await connectTo(freshet.url())
    const other = await connectTo(freshet.url())
    await other.query('SELECT 1')
    const id = await first(mine, insert)
    expect(Number(await first(mine, 'SELECT lastval()'))).toBe(id)
    expect((await failureOf(other.query('SELECT lastval()'))).code).toBe('55000')
    await other.query('BEGIN')
    expect((await failureOf(other.query('SELECT lastval()'))).code).toBe('55000')
    await other.query('ROLLBACK')
  })
})
