/** What is known of functions and views follows the schema: at once when it is changed through Freshet, within catalog_refresh when it is not. */
import { beforeAll, expect, test } from 'vitest'
import { connectTo, first, lastRoute } from '../support/clients.ts'
import { freshetFor, total } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'

const fleet = createTestServers({ replicas: 1 })

beforeAll(async () => {
  await fleet().primary.query(`
    CREATE TABLE notes (id int, note text); INSERT INTO notes VALUES (1, 'a'); GRANT ALL ON notes TO app; GRANT CREATE ON SCHEMA public TO app;
    CREATE SEQUENCE ticket; GRANT ALL ON ticket TO app`)
  await fleet().caughtUp()
})

const onAReplica = (server: string) => server.startsWith('replica')

test('through Freshet: the very next statement is judged by the new definition', async () => {
  const freshet = await freshetFor(fleet(), { catalog_refresh: '1h', when_stale: 'wait', wait: '5s' })
  const [owner, user] = [await connectTo(freshet.url()), await connectTo(freshet.url())]
  await owner.query('CREATE FUNCTION what() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM notes $$')
  await owner.query('CREATE VIEW shown AS SELECT id FROM notes')
  const harmless = async (sql: string) => {
    await until('it runs on a replica', async () => {
      await user.query(sql)
      return onAReplica((await lastRoute(user)).server)
    })
  }
  await harmless('SELECT what()')
  await harmless('SELECT * FROM shown')
  await owner.query(
    "CREATE OR REPLACE FUNCTION what() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT nextval('ticket') $$",
  )
  expect(await first(user, 'SELECT what()')).toBe('1')
  expect(await lastRoute(user)).toMatchObject({ server: 'primary' })
  await owner.query("CREATE OR REPLACE VIEW shown AS SELECT nextval('ticket')::int AS id")
  expect(await first(user, 'SELECT * FROM shown')).toBe(2)
  expect(await lastRoute(user)).toMatchObject({ server: 'primary' })
  // No net was needed.
  expect(total(await freshet.metrics(), 'freshet_reruns_total', { cause: 'replica-refused' })).toBe(0)
  await owner.query('DROP FUNCTION what; DROP VIEW shown')
})

test('from elsewhere: within catalog_refresh', async () => {
  const freshet = await freshetFor(fleet(), { catalog_refresh: '1s', when_stale: 'wait', wait: '5s' })
  const user = await connectTo(freshet.url())
  await fleet().primary.query('CREATE FUNCTION where_is() RETURNS int LANGUAGE sql STABLE AS $$ SELECT 1 $$')
  await fleet().caughtUp()
  const goes = (to: string, condition: (server: string) => boolean) =>
    until(to, async () => {
      await user.query('SELECT where_is()')
      return condition((await lastRoute(user)).server)
    })
  await goes('to a replica', onAReplica)
  await fleet().primary.query(
    'CREATE OR REPLACE FUNCTION where_is() RETURNS int LANGUAGE sql STABLE AS $$ SELECT pg_backend_pid() $$',
  )
  await fleet().caughtUp()
  await goes('to the primary', (server) => server === 'primary')
  await fleet().primary.query('CREATE OR REPLACE FUNCTION where_is() RETURNS int LANGUAGE sql STABLE AS $$ SELECT 2 $$')
  await fleet().caughtUp()
  await goes('back to a replica', onAReplica)
})

test('a statement that is too long to be read is the primary’s, and neither a change of the schema nor an end of what is known of it', async () => {
  await fleet().primary.query('CREATE VIEW seen AS SELECT id FROM notes; GRANT ALL ON seen TO app')
  await fleet().caughtUp()
  const freshet = await freshetFor(fleet(), { catalog_refresh: '1h', when_stale: 'wait', wait: '5s' })
  const user = await connectTo(freshet.url())
  await until('the view is known', async () => {
    await user.query('SELECT * FROM seen')
    return onAReplica((await lastRoute(user)).server)
  })
  const long = `SELECT ${Array.from({ length: 350 }, (_, i) => `id + ${i} AS column${i}`).join(', ')} FROM notes`
  for (const query of [{ text: long }, { name: 'long', text: `${long};` }]) {
    for (let i = 0; i < 2; i++) {
      await user.query(query)
      expect(await lastRoute(user)).toMatchObject({ server: 'primary', reason: 'unparsed' })
      await user.query('SELECT * FROM seen')
      expect(onAReplica((await lastRoute(user)).server)).toBe(true)
    }
  }
  await fleet().primary.query('DROP VIEW seen')
})
