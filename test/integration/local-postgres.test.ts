import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { processTree, running } from '../../src/cli/demo/processes.ts'
import { createTestServers, type PostgresServer, selfSigned, startFleet, until } from '../support/postgres.ts'

const count = async (server: PostgresServer): Promise<number> =>
  Number((await server.query('SELECT count(*) FROM seen'))[0]!.count)

async function login(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return Object.values((await client.query(sql)).rows[0])[0]
  } finally {
    await client.end()
  }
}

describe('a primary with two replicas', () => {
  const fleet = createTestServers({ parameters: { work_mem: '5MB' } })

  test('everybody is there, with real passwords and no more rights than needed', async () => {
    const { primary, replicas } = fleet()
    expect(replicas.map(({ name, role }) => [name, role])).toEqual([
      ['replica-1', 'replica'],
      ['replica-2', 'replica'],
    ])
    for (const server of fleet().servers) {
      expect(await login(server.url(), 'SELECT current_user::text')).toBe('app')
      expect(await login(server.url('freshet', 'postgres'), 'SELECT count(*) > 0 FROM pg_authid')).toBe(true)
      expect(await login(server.url('postgres'), 'SHOW work_mem')).toBe('5MB')
      await expect(login(server.url().replace('app:app', 'app:wrong'), 'SELECT 1')).rejects.toMatchObject({
        code: '28P01',
      })
    }
    expect(await login(primary.url(), "SELECT has_schema_privilege('public', 'CREATE')")).toBe(true)
    await expect(login(primary.url('freshet'), 'SELECT pg_promote()')).rejects.toMatchObject({ code: '42501' })
  })

  test('a paused replica stands still, and comes along when it is resumed', async () => {
    const { primary } = fleet()
    const [paused, other] = fleet().replicas as [PostgresServer, PostgresServer]
    await primary.query('CREATE TABLE seen (at int)')
    await fleet().caughtUp()
    await paused.pauseReplay()
    await primary.query('INSERT INTO seen VALUES (1)')
    await fleet().caughtUp([other])
    expect([await count(paused), await count(other)]).toEqual([0, 1])
    await paused.resumeReplay()
    await fleet().caughtUp()
    expect(await count(paused)).toBe(1)
  })

  test('a delay holds commits back for its time', async () => {
    const [replica] = fleet().replicas as [PostgresServer]
    const before = await count(replica)
    await replica.setApplyDelay(400)
    await until('the delay is known', async () => {
      const [row] = await replica.query("SELECT setting FROM pg_settings WHERE name = 'recovery_min_apply_delay'")
      return row!.setting === '400'
    })
    const start = performance.now()
    await fleet().primary.query('INSERT INTO seen VALUES (2)')
    await until('the row arrives', async () => (await count(replica)) > before)
    expect(performance.now() - start).toBeGreaterThan(300)
    await replica.setApplyDelay(0)
  })

  test('a frozen server keeps its connections and answers when it is thawed', async () => {
    const [, replica] = fleet().replicas as [PostgresServer, PostgresServer]
    await replica.freeze()
    let answered = false
    const answer = count(replica).then(() => {
      answered = true
    })
    try {
      await fleet().primary.query('SELECT pg_sleep(0.2)')
      expect(answered).toBe(false)
    } finally {
      replica.thaw()
    }
    await answer
  })

  test('a killed server is gone at once and comes back by crash recovery', async () => {
    const [replica] = fleet().replicas as [PostgresServer]
    const tree = processTree(replica.pid!)
    expect(tree.length).toBeGreaterThan(3)
    await replica.kill()
    expect(running(tree)).toEqual([])
    expect(replica.isRunning).toBe(false)
    await fleet().primary.query('INSERT INTO seen VALUES (3)')
    await replica.start()
    await fleet().caughtUp([replica])
    expect(await count(replica)).toBe(await count(fleet().primary))
    expect(replica.log()).toContain('was interrupted')
  })

  test('a replica is promoted, the other follows, the old primary rejoins, and a further one is added', async () => {
    const { primary: old } = fleet()
    const [next, other] = fleet().replicas as [PostgresServer, PostgresServer]
    await fleet().failover(next, 'kill')
    expect(fleet().primary).toBe(next)
    await next.query('INSERT INTO seen VALUES (4)')
    await fleet().caughtUp([other])

    await old.start()
    // A second primary: what it takes now must not survive.
    await old.query('INSERT INTO seen VALUES (-1)')
    await old.rejoin(next)
    expect(old.role).toBe('replica')
    const added = await fleet().addReplica()
    await fleet().caughtUp()
    for (const server of fleet().servers) {
      expect(await server.query('SELECT count(*)::int AS n, min(at) FROM seen'), server.name).toEqual([
        { n: 4, min: 1 },
      ])
    }
    expect(added.name).toBe('replica-3')

    await fleet().failover(old)
    expect(fleet().replicas).toContain(next)
    await old.query('INSERT INTO seen VALUES (5)')
    await next.rejoin(old)
    await fleet().caughtUp([next, other, added])
    expect(await count(next)).toBe(5)
  })
})

describe('kinds of fleets', () => {
  test('with TLS, and trust for somebody', async () => {
    const { cert, key } = selfSigned()
    const hba = ['hostssl all app 127.0.0.1/32 trust', 'host all app 127.0.0.1/32 reject']
    const fleet = await startFleet({ replicas: 0, tls: { cert, key }, hba })
    try {
      const client = new pg.Client({
        connectionString: fleet.primary.url().replace(':app@', '@'),
        ssl: { ca: cert, servername: 'localhost' },
      })
      await client.connect()
      expect((await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).rows).toEqual([
        { ssl: true },
      ])
      await client.end()
      await expect(login(fleet.primary.url(), 'SELECT 1')).rejects.toMatchObject({ code: '28000' })
    } finally {
      await fleet.stop()
    }
  })

  test('of programs that do not run: the reason, and nothing is left', async () => {
    await expect(startFleet({ binaries: '/nowhere/bin' })).rejects.toThrow('PostgreSQL in /nowhere/bin does not run')
    await expect(startFleet({ parameters: { no_such_thing: 1 }, replicas: 0 })).rejects.toThrow('no_such_thing')
  })
})

test('when the process that started a fleet is killed, nothing of it stays', async () => {
  const script = new URL('./start-a-fleet.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await new Promise((resolve) =>
    createInterface({ input: child.stdout }).once('line', (text) => resolve([text])),
  )) as [string]
  const { pids, folder }: { pids: number[]; folder: string } = JSON.parse(line)
  const tree = pids.flatMap((pid) => processTree(pid))
  expect(tree.length).toBeGreaterThan(8)
  expect(existsSync(folder)).toBe(true)
  child.kill('SIGKILL')
  await until('all processes are gone', () => running(tree).length === 0)
  await until('the folder is gone', () => !existsSync(folder))
})
