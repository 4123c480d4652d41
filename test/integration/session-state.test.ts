/** What a session sets follows it over all connections, and reaches nobody else. Pools of one connection, so that everybody shares. */
import type pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { connectTo, failureOf, first, pinnedBecomes } from '../support/clients.ts'
import { freshetFor, freshetForAll } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'
import { SETTING_CASES, setting } from './session-state-cases.ts'

const fleet = createTestServers({ replicas: 1 })

beforeAll(async () => {
  await fleet().primary.query(`
    CREATE ROLE helper;
    GRANT helper TO app;
    CREATE TABLE notes (id int PRIMARY KEY, note text);
    GRANT ALL ON notes TO app, helper;
    CREATE SCHEMA other;
    GRANT USAGE ON SCHEMA other TO app;
    CREATE FUNCTION set_tenant(tenant text) RETURNS void LANGUAGE plpgsql AS
      $$ BEGIN PERFORM set_config('tenancy.tenant', tenant, false); END $$;
    CREATE FUNCTION set_any(name text, value text) RETURNS void LANGUAGE plpgsql AS
      $$ BEGIN PERFORM set_config(name, value, false); END $$;
    CREATE ROLE boss LOGIN SUPERUSER PASSWORD 'boss';
  `)
  await fleet().caughtUp()
})

const shared = freshetForAll(fleet, { pool: { size: 1 } })

const onPrimary = (expression: string) => `/* freshet: route=primary */ SELECT ${expression}`

/** The value as both kinds of servers give it; they must agree. */
async function everywhere(client: pg.Client, expression: string): Promise<unknown> {
  const there = await first(client, onPrimary(expression))
  const here = await first(client, `SELECT ${expression}`)
  expect(here).toBe(there)
  return there
}

describe('state follows its session and leaks to nobody', () => {
  test.each(SETTING_CASES)('$does', async ({ run, look, becomes }) => {
    const freshet = shared()
    const mine = await connectTo(freshet.url())
    const other = await connectTo(freshet.url())
    const before = await everywhere(other, look).catch((error: Error) => error.message)
    for (const sql of run) await mine.query(sql as string)
    for (let round = 0; round < 2; round++) {
      expect(await everywhere(mine, look)).toBe(becomes)
      // A placeholder that somebody set once stays, empty: the server does the same within one session.
      const now = await everywhere(other, look).catch((error: Error) => error.message)
      expect(now || null).toBe(before || null)
    }
    await mine.end()
    const later = await connectTo(freshet.url())
    const after = await everywhere(later, look).catch((error: Error) => error.message)
    expect(after || null).toBe(before || null)
  })
})

describe('ends of state', () => {
  test('what fails or is rolled back is not there', async () => {
    const freshet = shared()
    const mine = await connectTo(freshet.url())
    const other = await connectTo(freshet.url())
    await mine.query('BEGIN')
    await mine.query("SET app.gone = 'x'")
    await mine.query('ROLLBACK')
    expect(await everywhere(mine, setting('app.gone'))).not.toBe('x')
    await mine.query('BEGIN')
    await mine.query("SET work_mem = '8MB'")
    await failureOf(mine.query('SELECT 1/0'))
    await mine.query('COMMIT')
    expect(await everywhere(mine, setting('work_mem'))).toBe('4MB')
    expect((await failureOf(mine.query("SET work_mem = 'much'"))).code).toBe('22023')
    expect((await failureOf(mine.query('SET nosuch = 1'))).code).toBe('42704')
    await failureOf(mine.query("SET work_mem = '8MB'; SELECT 1/0"))
    expect(await everywhere(mine, setting('work_mem'))).toBe('4MB')
    expect(await everywhere(other, setting('work_mem'))).toBe('4MB')
  })

  test('SET LOCAL within its transaction, also with set_config', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 2 } })
    const mine = await connectTo(freshet.url())
    const other = await connectTo(freshet.url())
    for (const end of ['COMMIT', 'ROLLBACK']) {
      await mine.query('BEGIN')
      await mine.query("SET LOCAL app.within = 'x'")
      await mine.query("SELECT set_config('work_mem', '8MB', true)")
      expect(await first(mine, `SELECT ${setting('app.within')} || ${setting('work_mem')}`)).toBe('x8MB')
      expect(await everywhere(other, setting('work_mem'))).toBe('4MB')
      await mine.query(end)
      expect(await everywhere(mine, setting('work_mem'))).toBe('4MB')
    }
  })

  test('a client that leaves in the middle takes its state with it', async () => {
    const freshet = shared()
    const other = await connectTo(freshet.url())
    for (const state of ["SET app.me = 'leaver'", 'SET ROLE helper', 'CREATE TEMP TABLE mine ()']) {
      const leaver = await connectTo(freshet.url())
      await leaver.query('BEGIN')
      await leaver.query(state)
      const pending = leaver.query('SELECT pg_sleep(60)').catch(() => {})
      await until('it sleeps', async () => {
        const sql =
          "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()"
        return (await fleet().primary.query(sql)).length > 0
      })
      ;(leaver as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
      await pending
      const look = `concat(current_user, ${setting('app.me')}, to_regclass('mine'))`
      expect(await everywhere(other, look)).toBe('app')
    }
  })

  test('RESET ALL and DISCARD ALL', async () => {
    const freshet = shared()
    const mine = await connectTo(freshet.url())
    const other = await connectTo(freshet.url())
    for (const reset of ['RESET ALL', 'DISCARD ALL']) {
      await mine.query("SET work_mem = '8MB'")
      await mine.query("SET app.me = 'x'")
      await mine.query("SET TIME ZONE 'Asia/Tokyo'")
      await mine.query('SET ROLE helper')
      expect(await everywhere(mine, setting('work_mem'))).toBe('8MB')
      await mine.query(reset)
      expect(await everywhere(mine, `${setting('work_mem')} || ${setting('app.me')}`)).toBe('4MB')
      expect(await everywhere(mine, 'current_user::text')).toBe(reset === 'RESET ALL' ? 'helper' : 'app')
      expect(await everywhere(other, 'current_user::text')).toBe('app')
      await mine.query('RESET ROLE')
    }
  })

  test.each([
    ['bound to a parameter', 'SELECT set_config($1, $2, false)'],
    ['given to a function', 'SELECT set_any($1, $2)'],
  ])('a name that is only %s keeps its connection, and reaches nobody else', async (_, sql) => {
    const freshet = await freshetFor(fleet(), { pool: { size: 2 } })
    const mine = await connectTo(freshet.url())
    const other = await connectTo(freshet.url())
    await mine.query(sql, ['secret.name', 'x'])
    await pinnedBecomes(freshet, 'unknown-setting', 1)
    for (let round = 0; round < 2; round++) {
      expect(await everywhere(mine, setting('secret.name'))).toBe('x')
      expect((await everywhere(other, setting('secret.name'))) || null).toBe(null)
    }
    await mine.query('RESET ALL')
    await pinnedBecomes(freshet, 'unknown-setting', 0)
    expect((await everywhere(other, setting('secret.name'))) || null).toBe(null)
  })

  test.each(['SELECT setseed(0.25)', 'SET seed TO 0.25'])('%s: random() goes on from there', async (sql) => {
    const straight = await connectTo(fleet().primary.url())
    await straight.query(sql)
    const wanted = [await first(straight, 'SELECT random()'), await first(straight, 'SELECT random()')]
    const freshet = await freshetFor(fleet(), { pool: { size: 2 } })
    const [mine, other] = [await connectTo(freshet.url()), await connectTo(freshet.url())]
    await mine.query(sql)
    await other.query("UPDATE notes SET note = '' WHERE false")
    await other.query('SELECT random()')
    const numbers = [await first(mine, 'SELECT random()'), await first(mine, 'SELECT random()')]
    expect(numbers).toEqual(wanted)
  })

  test('SET SESSION AUTHORIZATION, where the login may', async () => {
    const freshet = shared()
    const boss = await connectTo(freshet.url('boss'))
    const other = await connectTo(freshet.url('boss'))
    await boss.query('SET SESSION AUTHORIZATION app')
    await boss.query('SET ROLE helper')
    for (let round = 0; round < 2; round++) {
      expect(await everywhere(boss, 'concat(session_user, current_user)')).toBe('apphelper')
      expect(await everywhere(other, 'concat(session_user, current_user)')).toBe('bossboss')
    }
    await boss.query('RESET SESSION AUTHORIZATION')
    expect(await everywhere(boss, 'concat(session_user, current_user)')).toBe('bossboss')
    const app = await connectTo(freshet.url())
    expect((await failureOf(app.query('SET SESSION AUTHORIZATION boss'))).code).toBe('42501')
    expect((await failureOf(app.query('SET ROLE boss'))).code).toBe('42501')
    expect(await everywhere(app, 'concat(session_user, current_user)')).toBe('appapp')
  })
})

describe('start-up options', () => {
  const options = '-c work_mem=6MB -c app.me=one --search_path=other,public'

  test('are the state that RESET goes back to', async () => {
    const freshet = shared()
    const mine = await connectTo(freshet.url(), { options, application_name: 'first' })
    const other = await connectTo(freshet.url(), { application_name: 'second' })
    const look = `concat_ws('|', ${['work_mem', 'app.me', 'search_path', 'application_name'].map(setting).join(', ')})`
    const mineAtFirst = '6MB|one|other,public|first'
    for (const reset of [
      'SELECT 1',
      'RESET ALL',
      'DISCARD ALL',
      'RESET app.me',
      'RESET work_mem',
      'SET search_path TO DEFAULT',
    ]) {
      await mine.query("SET work_mem = '5MB'")
      await mine.query("SET app.me = 'two'")
      await mine.query('SET search_path = other')
      expect(await everywhere(mine, look)).toBe('5MB|two|other|first')
      await mine.query(reset)
      const now = await everywhere(mine, look)
      if (reset.endsWith('ALL')) expect(now).toBe(mineAtFirst)
      if (reset === 'RESET app.me') expect(now).toBe('5MB|one|other|first')
      if (reset === 'RESET work_mem') expect(now).toBe('6MB|two|other|first')
      if (reset.startsWith('SET')) expect(now).toBe('5MB|two|other,public|first')
      expect(await everywhere(other, look)).toMatch(/^4MB\|+"\$user", public\|second$/)
    }
  })

  test('that the server refuses are refused in its words', async () => {
    const freshet = shared()
    expect(await failureOf(connectTo(freshet.url(), { options: '-c nosuch=1' }))).toEqual({
      code: '42704',
      message: 'unrecognized configuration parameter "nosuch"',
    })
    expect((await failureOf(connectTo(freshet.url(), { options: '-c work_mem=much' }))).code).toBe('22023')
    const mine = await connectTo(freshet.url())
    expect(await everywhere(mine, setting('work_mem'))).toBe('4MB')
  })
})

test('the client is told when what it was told at its start changes back', async () => {
  const freshet = shared()
  const mine = await connectTo(freshet.url(), { options: '-c timezone=Asia/Tokyo' })
  const told = new Map<string, string>()
  const { connection } = mine as unknown as { connection: NodeJS.EventEmitter }
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => told.set(parameterName, parameterValue))
  for (const reset of ['DISCARD ALL', 'RESET ALL', 'RESET timezone']) {
    await mine.query("SET TIME ZONE 'Europe/Berlin'")
    expect(told.get('TimeZone')).toBe('Europe/Berlin')
    await mine.query(reset)
    expect(await everywhere(mine, setting('TimeZone'))).toBe('Asia/Tokyo')
    expect(told.get('TimeZone')).toBe('Asia/Tokyo')
  }
})

test('a connection that cannot be brought to the state runs nothing under another one', async () => {
  const freshet = shared()
  const mine = await connectTo(freshet.url())
  const other = await connectTo(freshet.url())
  await fleet().primary.query('CREATE ROLE passing; GRANT passing TO app')
  await mine.query('SET ROLE passing')
  await other.query('SELECT 1')
  await fleet().primary.query('REVOKE passing FROM app')
  await other.query(onPrimary('1'))
  expect((await failureOf(mine.query("INSERT INTO notes VALUES (1, 'no')"))).code).toBe('42501')
  await mine.query('RESET ROLE')
  expect(await everywhere(mine, 'current_user::text')).toBe('app')
  expect(await everywhere(mine, 'count(*)::int FROM notes')).toBe(0)
})
