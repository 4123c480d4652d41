/** Logging in through Freshet: who may, who may not (in the server's own words), and what happens when that changes. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkAccount } from '../../src/cli/check-account.ts'
import { parseConfig } from '../../src/config/load.ts'
import { connectTo, failureOf, first } from '../support/clients.ts'
import { type FreshetProcess, freshetFor, freshetForAll, total } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'

const fleet = createTestServers({
  replicas: 1,
  hba: ['host all trusted 127.0.0.1/32 trust', 'host all md5user 127.0.0.1/32 md5'],
})
const sql = (text: string) => fleet().primary.query(text)

const SETUP = `
  CREATE ROLE nologin PASSWORD 'nologin';
  CREATE ROLE expired LOGIN PASSWORD 'expired' VALID UNTIL '2001-01-01';
  CREATE ROLE passwordless LOGIN;
  CREATE ROLE trusted LOGIN;
  CREATE ROLE stranger LOGIN PASSWORD 'stranger';
  CREATE ROLE changing LOGIN PASSWORD 'changing';
  SET password_encryption = 'md5';
  CREATE ROLE md5user LOGIN PASSWORD 'md5user';
  RESET password_encryption;
  CREATE SCHEMA auth AUTHORIZATION postgres;
  GRANT USAGE ON SCHEMA auth TO freshet;
  CREATE FUNCTION auth.verifier(name) RETURNS TABLE (name name, verifier text) LANGUAGE sql SECURITY DEFINER
    AS 'SELECT rolname, rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1';
  REVOKE ALL ON FUNCTION auth.verifier(name) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION auth.verifier(name) TO freshet`

beforeAll(async () => {
  await sql(SETUP)
  await sql('CREATE DATABASE closed')
  await sql('REVOKE CONNECT ON DATABASE closed FROM PUBLIC')
  await fleet().caughtUp()
})

const shared = freshetForAll(fleet)

const whoAmI = async (freshet: FreshetProcess, user: string, password = user) => {
  const client = await connectTo(freshet.url(user, 'app', password))
  const [name, wrote] = [
    await first(client, 'SELECT current_user::text'),
    await first(client, 'SELECT pg_backend_pid() > 0'),
  ]
  await client.end()
  return wrote === true ? name : wrote
}

/** What a login that must fail says. */
const refusal = (url: string) => failureOf(connectTo(url))
const direct = (user: string, password = user, database = 'app') =>
  `postgres://${user}:${password}@127.0.0.1:${fleet().primary.port}/${database}`

test("what the monitor's account lacks is named at the start, with what it costs and how to grant it", async () => {
  await sql("CREATE ROLE bare LOGIN PASSWORD 'bare'")
  await fleet().caughtUp()
  const freshet = await freshetFor(fleet(), { monitor: { user: 'bare', password: 'bare' } })
  for (const { name } of fleet().servers) {
    const found = () => freshet.log().filter(({ finding, server }) => finding !== undefined && server === name)
    await freshet.until('both are named', () => found().length >= 2)
    const lines = found().map(({ cluster, finding, msg }) => `${cluster} ${finding}: ${msg}`)
    expect(lines).toEqual([
      expect.stringMatching(
        /^shop error: not a member of pg_monitor: .* serve no reads at all\. GRANT pg_monitor TO "bare"$/,
      ),
      expect.stringMatching(
        /^shop error: may not read pg_authid, .*: nobody can log in\. .*GRANT SELECT ON pg_authid TO "bare"/,
      ),
    ])
  }
})

describe('verifiers come from', () => {
  test("pg_authid, through the monitor's account", async () => {
    const freshet = shared()
    expect(await whoAmI(freshet, 'app')).toBe('app')
  })

  test('pg_authid, when the monitor lives in a database where it may not read it', async () => {
    const freshet = await freshetFor(fleet(), { monitor: { user: 'freshet', password: 'monitor', database: 'app' } })
    expect(await whoAmI(freshet, 'app')).toBe('app')
    expect(await refusal(freshet.url('app', 'app', 'wrong'))).toEqual(await refusal(direct('app', 'wrong')))
    // What logins find, `freshet check` finds.
    const loaded = parseConfig(readFileSync(freshet.configFile, 'utf8'), { fileName: '', directory: '.', env: {} })
    const cluster = loaded.ok ? loaded.config.clusters[0]! : null
    expect(await checkAccount(cluster!.servers[0]!.address, cluster!)).toMatchObject([{ level: 'ok' }])
  })

  test("auth.query, in the monitor's database", async () => {
    const freshet = await freshetFor(fleet(), {
      monitor: { user: 'freshet', password: 'monitor', database: 'app' },
      auth: { query: 'SELECT * FROM auth.verifier($1)' },
    })
    expect(await whoAmI(freshet, 'app')).toBe('app')
    expect(await refusal(freshet.url('nobody'))).toEqual(await refusal(direct('nobody')))
  })

  test('auth.users, as passwords or as verifiers', async () => {
    const [row] = await sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'stranger'")
    const users = [
      { name: 'app', password: 'app' },
      { name: 'stranger', password: row!.rolpassword },
    ]
    const freshet = await freshetFor(fleet(), { auth: { users } })
    expect(await whoAmI(freshet, 'app')).toBe('app')
    expect(await whoAmI(freshet, 'stranger')).toBe('stranger')
    expect(await refusal(freshet.url('changing'))).toMatchObject({ code: '28P01' })
  })

  test('nobody, with trust: the servers decide', async () => {
    const freshet = await freshetFor(fleet(), { auth: { method: 'trust' } })
    expect(await whoAmI(freshet, 'trusted', '')).toBe('trusted')
    expect((await refusal(freshet.url('app'))).code).toBe('28000')
    await sql('CREATE ROLE trusted_too LOGIN')
    expect((await refusal(freshet.url('trusted_too'))).code).not.toBe('')
  })

  test('md5 hashes, with md5', async () => {
    const freshet = await freshetFor(fleet(), { auth: { method: 'md5' } })
    expect(await whoAmI(freshet, 'md5user')).toBe('md5user')
    expect(await whoAmI(freshet, 'app')).toBe('app')
    expect(await refusal(freshet.url('md5user', 'app', 'wrong'))).toEqual(await refusal(direct('md5user', 'wrong')))
  })
})

describe("refusals are the server's own", () => {
  test.for([
    ['a wrong password', 'app', 'wrong', 'app'],
    ['an unknown user', 'nobody', 'nobody', 'app'],
    ['a missing database', 'app', 'app', 'nowhere'],
    ['a missing database and a wrong password', 'app', 'wrong', 'nowhere'],
    ['NOLOGIN', 'nologin', 'nologin', 'app'],
    ['an expired password', 'expired', 'expired', 'app'],
    ['a user without a password', 'passwordless', 'x', 'app'],
    ['a revoked CONNECT', 'app', 'app', 'closed'],
    ['a name with quotes', 'a%22b', 'x', 'app'],
  ] as const)('%s', async ([, user, password, database]) => {
    const freshet = shared()
    const through = await refusal(freshet.url(user, database, password))
    expect(through).toEqual(await refusal(direct(user, password, database)))
    expect(through.code).not.toBe('')
  })

  test('settings that the server refuses', async () => {
    const freshet = shared()
    const asked = (url: string) => failureOf(connectTo(url, { options: '-c work_mem=much' }))
    expect(await asked(freshet.url())).toEqual(await asked(direct('app')))
  })
})

/** Ends this user's server connections, and resolves when Freshet has noticed. */
async function hangUp(freshet: FreshetProcess, user: string): Promise<void> {
  const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${user}'`
  await Promise.all(fleet().servers.map((server) => server.query(text)))
  await until('their connections are gone', async () => {
    const metrics = await freshet.metrics()
    return total(metrics, 'freshet_server_connections', { state: 'idle' }) === 0
  })
}

describe('what changes on the server', () => {
  test('a user and a database created a second ago', async () => {
    const freshet = shared()
    await connectTo(freshet.url())
    await sql("CREATE ROLE newcomer LOGIN PASSWORD 'newcomer'")
    await sql('CREATE DATABASE newcomer OWNER newcomer')
    const client = await connectTo(freshet.url('newcomer', 'newcomer'))
    await client.query('CREATE TABLE mine (n int)')
    expect(await first(client, 'SELECT count(*)::int FROM mine')).toBe(0)
  })

  test('a password: the old one is refused at once, the new one works, and sessions of before go on', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 1 } })
    const before = await connectTo(freshet.url('changing'))
    await first(before, 'SELECT 1')
    await sql("ALTER ROLE changing PASSWORD 'other'")
    expect(await refusal(freshet.url('changing'))).toEqual(await refusal(direct('changing')))
    await fleet().caughtUp()
    expect(await whoAmI(freshet, 'changing', 'other')).toBe('changing')
    // Pools that a session of before asks for are opened with what the newest login has proved.
    await hangUp(freshet, 'changing')
    expect(await first(before, 'SELECT current_user::text')).toBe('changing')
    expect(await first(before, 'SELECT pg_backend_pid() > 0')).toBe(true)
  })

  test('a password, when nobody has proved the new one yet: a clean error, and all is well after the next login', async () => {
    await sql("CREATE ROLE turning LOGIN PASSWORD 'turning'")
    await fleet().caughtUp()
    const freshet = await freshetFor(fleet(), { pool: { size: 1 } })
    const before = await connectTo(freshet.url('turning'))
    await first(before, 'SELECT pg_backend_pid()')
    await sql("ALTER ROLE turning PASSWORD 'turned'")
    await hangUp(freshet, 'turning')
    expect((await failureOf(before.query('SELECT pg_backend_pid()'))).code).toBe('28P01')
    expect(await whoAmI(freshet, 'turning', 'turned')).toBe('turning')
    expect(await first(before, 'SELECT pg_backend_pid() > 0')).toBe(true)
  })

  test('a role that is dropped', async () => {
    const freshet = shared()
    await sql("CREATE ROLE leaving LOGIN PASSWORD 'leaving'")
    expect(await whoAmI(freshet, 'leaving')).toBe('leaving')
    await sql('DROP ROLE leaving')
    expect(await refusal(freshet.url('leaving'))).toEqual(await refusal(direct('leaving')))
  })

  test('rights that are taken away count at once, though a pooled connection would still work', async () => {
    await sql("CREATE ROLE wavering LOGIN PASSWORD 'wavering'")
    const freshet = shared()
    expect(await whoAmI(freshet, 'wavering')).toBe('wavering')
    await sql('ALTER ROLE wavering NOLOGIN')
    expect(await refusal(freshet.url('wavering'))).toEqual(await refusal(direct('wavering')))
    await sql("ALTER ROLE wavering LOGIN VALID UNTIL '2001-01-01'")
    expect(await refusal(freshet.url('wavering'))).toEqual(await refusal(direct('wavering')))
    await sql("ALTER ROLE wavering VALID UNTIL 'infinity'")
    expect(await whoAmI(freshet, 'wavering')).toBe('wavering')
  })
})
