/** A statement that was taken for a read and is none: a replica refuses it before it has done anything, and the primary does it once. */
import { beforeAll, describe, expect, test } from 'vitest'
import { connectTo, failureOf, first, lastRoute } from '../support/clients.ts'
import { freshetFor, total } from '../support/freshet.ts'
import { createTestServers } from '../support/postgres.ts'

const fleet = createTestServers({ replicas: 1 })

beforeAll(async () => {
  await fleet().primary.query(`
    CREATE TABLE journal (id serial PRIMARY KEY, note text);
    GRANT ALL ON journal, journal_id_seq TO app;
    CREATE TABLE plain AS SELECT 1 AS n;
    GRANT ALL ON plain TO app;`)
  await fleet().caughtUp()
})

const entries = async () => Number((await fleet().primary.query('SELECT count(*) AS n FROM journal'))[0]!.n)

/** A reader at Freshet's catalog, which is then changed on the server behind its back. */
async function behindItsBack(sql: string) {
  const freshet = await freshetFor(fleet(), {
    pool: { size: 2 },
    catalog_refresh: '1h',
    when_stale: 'wait',
    wait: '5s',
  })
  const client = await connectTo(freshet.url())
  await client.query('SELECT 1')
  await fleet().primary.query(sql)
  await fleet().caughtUp()
  const reruns = async (cause: string) => total(await freshet.metrics(), 'freshet_reruns_total', { cause })
  return { freshet, client, reruns }
}

/** The catalog knows this as a harmless function of its own. */
const HARMLESS = `DROP FUNCTION IF EXISTS add_note; CREATE FUNCTION add_note(note text) RETURNS int LANGUAGE sql STABLE AS $$ SELECT 7 $$`
const WRITING = `CREATE OR REPLACE FUNCTION add_note(note text) RETURNS int LANGUAGE plpgsql STABLE AS
  $$ DECLARE made int; BEGIN EXECUTE format('INSERT INTO journal (note) VALUES (%L) RETURNING id', note) INTO made; RETURN made; END $$`

describe.each(['simple', 'extended', 'prepared'] as const)('a function that turned into a writer (%s)', (protocol) => {
  test('runs once, on the primary, and is known as a write from then on', async () => {
    await fleet().primary.query(HARMLESS)
    await fleet().caughtUp()
    const { freshet, client, reruns } = await behindItsBack(WRITING)
    // A STABLE PL/pgSQL function may not write itself; with EXECUTE neither: what it is declared as decides on the primary.
    await fleet().primary.query('ALTER FUNCTION add_note VOLATILE')
    await fleet().caughtUp()
    const call = () => {
      if (protocol === 'simple') return client.query("SELECT add_note('x') AS id")
      const text = 'SELECT add_note($1) AS id'
      return client.query(protocol === 'prepared' ? { name: 'add', text, values: ['x'] } : { text, values: ['x'] })
    }
    const before = await entries()
    const { rows } = await call()
    expect(rows).toHaveLength(1)
    expect(await entries()).toBe(before + 1)
    expect(await reruns('replica-refused')).toBe(1)
    expect((await lastRoute(client)).reason).toBe('learned-write')
    await call()
    expect(await entries()).toBe(before + 2)
    expect(await reruns('replica-refused')).toBe(1)
    expect((await lastRoute(client)).reason).toBe('learned-write')
    const other = await connectTo(freshet.url())
    await other.query("SELECT add_note('y') AS id")
    expect(await entries()).toBe(before + 3)
    expect(freshet.log().some(({ msg, code }) => msg === 'a replica refused a statement' && code === '25006')).toBe(
      true,
    )
  })
})

test('an unlogged table that Freshet does not know as one', async () => {
  const { client, reruns } = await behindItsBack(
    'CREATE UNLOGGED TABLE fast AS SELECT 42 AS n; GRANT SELECT ON fast TO app',
  )
  for (let round = 0; round < 3; round++) expect(await first(client, 'SELECT n FROM fast')).toBe(42)
  expect(await reruns('replica-refused')).toBe(1)
  expect((await lastRoute(client)).reason).toBe('learned-write')
  await fleet().primary.query('DROP TABLE fast')
})

test('an error that the primary gives as well is the clients, and nothing is learned', async () => {
  await fleet().primary.query(HARMLESS)
  await fleet().caughtUp()
  const { client } = await behindItsBack(WRITING)
  const before = await entries()
  // Declared STABLE, it may not write on the primary either.
  const { code } = await failureOf(client.query("SELECT add_note('x')"))
  expect(code).toBe('0A000')
  expect(await entries()).toBe(before)
  await fleet().primary.query(HARMLESS.replace('DROP FUNCTION IF EXISTS add_note; CREATE', 'CREATE OR REPLACE'))
  await fleet().caughtUp()
  expect(await first(client, "SELECT add_note('x')")).toBe(7)
})

describe('what is not run again', () => {
  test('a statement inside of a transaction', async () => {
    await fleet().primary.query(HARMLESS)
    await fleet().caughtUp()
    const { client, reruns } = await behindItsBack(WRITING)
    await fleet().primary.query('ALTER FUNCTION add_note VOLATILE')
    await fleet().caughtUp()
    const before = await entries()
    await client.query('BEGIN READ ONLY')
    await client.query('SELECT n FROM plain')
    expect((await failureOf(client.query("SELECT add_note('x')"))).code).toBe('25006')
    expect((await failureOf(client.query('SELECT 1'))).code).toBe('25P02')
    await client.query('ROLLBACK')
    expect(await entries()).toBe(before)
    expect(await reruns('replica-refused')).toBe(0)
  })

  test('a statement of whose rows some have been sent', async () => {
    await fleet().primary.query(HARMLESS)
    await fleet().caughtUp()
    const { client, reruns } = await behindItsBack(WRITING)
    await fleet().primary.query('ALTER FUNCTION add_note VOLATILE')
    await fleet().caughtUp()
    const before = await entries()
    const sql =
      "SELECT repeat('x', 1000), CASE WHEN n = 500 THEN add_note('late') END FROM generate_series(1, 500) AS n"
    expect((await failureOf(client.query(sql))).code).toBe('25006')
    expect(await entries()).toBe(before)
    expect(await reruns('replica-refused')).toBe(0)
    expect(await first(client, 'SELECT n FROM plain')).toBe(1)
  })
})

test('a transaction whose first statement the replica refuses begins again on the primary', async () => {
  await fleet().primary.query(
    'CREATE UNLOGGED TABLE scratch AS SELECT 5 AS n; GRANT SELECT ON scratch TO app; DROP TABLE scratch',
  )
  const { client, reruns } = await behindItsBack(
    'CREATE UNLOGGED TABLE scratch AS SELECT 5 AS n; GRANT SELECT ON scratch TO app',
  )
  await client.query('BEGIN READ ONLY')
  expect(await first(client, 'SELECT n FROM scratch')).toBe(5)
  expect(await first(client, 'SELECT n FROM plain')).toBe(1)
  expect((await failureOf(client.query('DELETE FROM plain'))).code).toBe('25006')
  await client.query('ROLLBACK')
  expect(await reruns('replica-refused')).toBe(1)
  await fleet().primary.query('DROP TABLE scratch')
})

test('a backend that is terminated while a replica reads: the primary answers', async () => {
  const freshet = await freshetFor(fleet(), { pool: { size: 2 } })
  const client = await connectTo(freshet.url())
  const answer = first(client, 'SELECT count(*)::int FROM generate_series(1, 20000000) AS long_read')
  const replica = fleet().replicas[0]!
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE query LIKE '%long_read%' AND state = 'active' AND pid <> pg_backend_pid()`
  let killed = 0
  while (killed === 0) killed = (await replica.query(sql)).length
  expect(await answer).toBe(20_000_000)
  expect(total(await freshet.metrics(), 'freshet_reruns_total')).toBe(1)
})
