import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createConnection } from 'mysql2/promise'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { givenFolders, givenServers } from '../../src/cli/demo/mysql-binaries.ts'
import { cacheFolder } from '../../src/cli/demo/mysql-packages.ts'
import { unprivileged } from '../../src/cli/demo/postgres-binaries.ts'
import { processTree, running } from '../../src/cli/demo/processes.ts'
import { createTestMysql, type MysqlServer, selfSigned, startLocalMysql, until } from '../support/mysql.ts'

const FLAVOURS = ['mysql', 'mariadb'] as const

const count = async (server: MysqlServer): Promise<number> =>
  Number((await server.query('SELECT count(*) AS n FROM seen'))[0]!.n)

async function login(
  url: string,
  sql: string,
  ssl?: { ca: string } | { rejectUnauthorized: boolean },
): Promise<unknown> {
  const connection = await createConnection({ uri: url, ...(ssl ? { ssl } : {}) })
  try {
    const [rows] = await connection.query(sql)
    return Object.values((rows as Record<string, unknown>[])[0]!)[0]
  } finally {
    await connection.end()
  }
}

/** What can be asked of servers that somebody else has started: a row written on the first one arrives on all the others. */
async function writeAndRead([primary, ...replicas]: readonly string[]): Promise<number> {
  const table = `freshet_smoke_${process.pid}`
  const connection = await createConnection({ uri: primary! })
  try {
    await connection.query(`CREATE TABLE ${table} (at int PRIMARY KEY)`)
    await connection.query(`INSERT INTO ${table} VALUES (42)`)
    for (const replica of replicas) {
      await until(`the row is on ${new URL(replica).host}`, async () => {
        const read = login(replica, `SELECT max(at) FROM ${table}`)
        return (await read.catch(() => null)) === 42
      })
    }
    return replicas.length
  } finally {
    await connection.query(`DROP TABLE IF EXISTS ${table}`)
    await connection.end()
  }
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.each(FLAVOURS)('a primary with two replicas of %s', (flavour) => {
  const fleet = createTestMysql({ flavour, parameters: { sort_buffer_size: 300_000 } })

  test('everybody is there, with real passwords and no more rights than needed', async () => {
    const { primary, replicas } = fleet()
    expect(fleet().version).toMatch(flavour === 'mysql' ? /^[89]\./ : /^1\d\./)
    expect(replicas.map(({ name, role }) => [name, role])).toEqual([
      ['replica-1', 'replica'],
      ['replica-2', 'replica'],
    ])
    for (const server of fleet().servers) {
      expect(await login(server.url(), 'SELECT CURRENT_USER()')).toBe('app@%')
      expect(await login(server.url('root', ''), 'SELECT @@sort_buffer_size')).toBe(300_000)
      expect(await login(server.url('root', ''), 'SELECT @@global.read_only')).toBe(server === primary ? 0 : 1)
      await expect(login(server.url().replace('app:app', 'app:wrong'), 'SELECT 1')).rejects.toMatchObject({
        errno: 1045,
      })
      await expect(login(server.url('freshet', ''), 'SELECT * FROM app.seen')).rejects.toMatchObject({ errno: 1142 })
    }
    const ids = await Promise.all(fleet().servers.map((one) => one.query('SELECT @@server_id AS id')))
    expect(new Set(ids.map(([row]) => row!.id)).size).toBe(3)
    if (flavour === 'mysql') {
      const uuids = await Promise.all(fleet().servers.map((one) => one.query('SELECT @@server_uuid AS id')))
      expect(new Set(uuids.map(([row]) => row!.id)).size).toBe(3)
    }
  })

  test('the monitor may ask what it must know', async () => {
    const [replica] = fleet().replicas as [MysqlServer]
    const asks =
      flavour === 'mysql'
        ? ['SELECT @@global.gtid_executed', 'SELECT count(*) FROM performance_schema.threads', 'SHOW REPLICA STATUS']
        : ['SELECT @@gtid_slave_pos', 'SELECT count(*) FROM mysql.global_priv', 'SHOW SLAVE STATUS']
    for (const sql of asks) expect(await login(replica.url('freshet', ''), sql), sql).toBeDefined()
  })

  test('a paused replica stands still, and comes along when it is resumed', async () => {
    const { primary } = fleet()
    const [paused, other] = fleet().replicas as [MysqlServer, MysqlServer]
    await primary.query('CREATE TABLE seen (at int PRIMARY KEY)')
    await fleet().caughtUp()
    await paused.pauseReplay()
    await primary.query('INSERT INTO seen VALUES (1)')
    await fleet().caughtUp([other])
    expect([await count(paused), await count(other)]).toEqual([0, 1])
    await paused.resumeReplay()
    await fleet().caughtUp()
    expect(await count(paused)).toBe(1)
  })

  test('a delay holds commits back for its milliseconds, and lets none overtake another', async () => {
    const { primary } = fleet()
    const [replica] = fleet().replicas as [MysqlServer]
    await replica.setApplyDelay(300)
    const start = performance.now()
    await primary.query('INSERT INTO seen VALUES (2)')
    await until('the row arrives', async () => (await count(replica)) === 2)
    expect(performance.now() - start).toBeGreaterThan(290)
    await primary.query('INSERT INTO seen VALUES (30)')
    await replica.setApplyDelay(20)
    for (let at = 31; at < 60; at++) await primary.query('INSERT INTO seen VALUES (?)', [at])
    await fleet().caughtUp()
    await replica.setApplyDelay(0)
    await primary.query('DELETE FROM seen WHERE at > 2')
    await fleet().caughtUp()
    expect(await count(replica)).toBe(2)
  })

  test('a frozen server keeps its connections and answers when it is thawed', async () => {
    const [, replica] = fleet().replicas as [MysqlServer, MysqlServer]
    await replica.freeze()
    let answered = false
    const answer = count(replica).then(() => {
      answered = true
    })
    try {
      await fleet().primary.query('SELECT SLEEP(0.2)')
      expect(answered).toBe(false)
    } finally {
      replica.thaw()
    }
    await answer
  })

  test('a killed replica is gone at once, and comes back and along by itself', async () => {
    const [replica] = fleet().replicas as [MysqlServer]
    const tree = processTree(replica.pid!)
    await replica.kill()
    expect(running(tree)).toEqual([])
    expect(replica.isRunning).toBe(false)
    await fleet().primary.query('INSERT INTO seen VALUES (3)')
    await replica.start()
    await fleet().caughtUp([replica])
    expect(await count(replica)).toBe(3)
  })

  test('a primary that was killed has kept every commit, and its replicas find it again', async () => {
    const { primary } = fleet()
    await primary.query('DELETE FROM seen WHERE at = 3')
    await primary.kill()
    await primary.start()
    await primary.query('INSERT INTO seen VALUES (3)')
    await fleet().caughtUp()
    for (const server of fleet().servers) expect(await count(server), server.name).toBe(3)
    await primary.restart()
    expect(await count(primary)).toBe(3)
  })

  test('servers that run already can be given by their addresses', async () => {
    const addresses = fleet().servers.map(({ address }) => address)
    vi.stubEnv(flavour === 'mysql' ? 'FRESHET_TEST_MYSQL' : 'FRESHET_TEST_MARIADB', `mysql://app:app@${addresses}/app`)
    expect(givenServers(flavour)).toEqual(fleet().servers.map((server) => server.url()))
    expect(givenFolders(flavour)).toEqual([])
    expect(await writeAndRead(givenServers(flavour))).toBe(2)
  })

  test('a replica is promoted, the other follows, the old primary rejoins, and a further one is added', async () => {
    const { primary: old } = fleet()
    const [next, other] = fleet().replicas as [MysqlServer, MysqlServer]
    // What a replica has received counts as its own, even when it has not been applied at that moment.
    await next.pauseReplay()
    await old.query('INSERT INTO seen VALUES (4)')
    await until('it was received', async () => {
      const status = await next.status()
      const of = flavour === 'mysql' ? /-(\d+)$/ : /(\d+)$/
      return of.exec(status!.received)![1] === of.exec(await old.position())![1]
    })
    await fleet().failover(next, 'kill')
    expect(fleet().primary).toBe(next)
    await next.query('INSERT INTO seen VALUES (5)')
    await fleet().caughtUp([other])

    await old.start()
    // A second primary: what it takes now must not survive.
    await old.query('INSERT INTO seen VALUES (-1)')
    await old.rejoin(next)
    expect(old.role).toBe('replica')
    const added = await fleet().addReplica()
    await fleet().caughtUp()
    for (const server of fleet().servers) {
      expect(await server.query('SELECT count(*) AS n, min(at) AS least FROM seen'), server.name).toEqual([
        { n: 5, least: 1 },
      ])
    }
    expect(added.name).toBe('replica-3')

    await fleet().failover(old)
    expect(fleet().replicas).toContain(next)
    await old.query('INSERT INTO seen VALUES (6)')
    await next.rejoin(old)
    await fleet().caughtUp([next, other, added])
    expect(await count(next)).toBe(6)
    expect(await login(next.url('root', ''), 'SELECT @@global.read_only')).toBe(1)
    await old.restart()
    expect(await login(old.url('root', ''), 'SELECT @@global.read_only')).toBe(0)
  })
})

for (const flavour of FLAVOURS) {
  const given = givenServers(flavour)
  const name = `the servers of ${flavour} that the environment names replicate`
  if (given.length > 0) test(name, async () => expect(await writeAndRead(given)).toBe(given.length - 1))
}

describe.each(FLAVOURS)('kinds of fleets of %s', (flavour) => {
  test('without GTIDs, by the binary log alone', async () => {
    const fleet = await startLocalMysql({ flavour, replicas: 1, gtid: false })
    try {
      const [replica] = fleet.replicas as [MysqlServer]
      await fleet.primary.query('CREATE TABLE seen (at int PRIMARY KEY)')
      await fleet.primary.query('INSERT INTO seen VALUES (1)')
      await fleet.caughtUp()
      expect(await count(replica)).toBe(1)
      if (flavour === 'mysql') expect(await login(replica.url('root', ''), 'SELECT @@gtid_executed')).toBe('')
      await fleet.failover(replica)
      await replica.query('INSERT INTO seen VALUES (2)')
      expect(await count(replica)).toBe(2)
    } finally {
      await fleet.stop()
    }
  })

  test('with TLS by a certificate of ours', async () => {
    const { cert, key } = selfSigned()
    const fleet = await startLocalMysql({ flavour, replicas: 0, tls: { cert, key } })
    try {
      const url = fleet.primary.url().replace('127.0.0.1', 'localhost')
      const cipher =
        "SELECT VARIABLE_VALUE <> '' FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Ssl_cipher'"
      const used =
        flavour === 'mysql'
          ? cipher
          : cipher.replace('performance_schema.session_status', 'information_schema.session_status')
      expect(await login(url, used, { ca: cert })).toBe(1)
      expect(await login(url, used)).toBe(0)
    } finally {
      await fleet.stop()
    }
  })

  test('of programs that do not run, or parameters that are wrong: the reason, and nothing is left', async () => {
    await expect(startLocalMysql({ flavour, replicas: 0, parameters: { no_such_thing: 1 } })).rejects.toThrow(
      'no_such_thing',
    )
    vi.stubEnv(flavour === 'mysql' ? 'FRESHET_TEST_MYSQL' : 'FRESHET_TEST_MARIADB', '/nowhere/bin:/elsewhere')
    expect(givenFolders(flavour)).toEqual(['/nowhere/bin', '/elsewhere'])
    const name = flavour === 'mysql' ? 'mysqld' : 'mariadbd'
    await expect(startLocalMysql({ flavour })).rejects.toThrow(`no ${name} in /nowhere/bin`)
  })
})

interface Started {
  readonly pids: number[]
  readonly folder: string
  readonly account: string
}

async function startElsewhere(flavour: string, options: object): Promise<Started & { end(): Promise<void> }> {
  const script = new URL('./start-a-mysql-fleet.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, flavour], { stdio: ['ignore', 'pipe', 'inherit'], ...options })
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
  })
  const started: Started = JSON.parse(line)
  return {
    ...started,
    async end() {
      child.kill('SIGKILL')
      await until('all processes are gone', () => running(started.pids).length === 0)
      await until('the folder is gone', () => !existsSync(started.folder))
    },
  }
}

/** Whether the account of root's servers can read this checkout. */
function canReadThis(): boolean {
  const read = ['-e', `require('node:fs').readFileSync(${JSON.stringify(import.meta.filename)})`]
  return spawnSync(process.execPath, read, { ...unprivileged, cwd: '/' }).status === 0
}
const reachable = canReadThis()
if (!reachable) console.warn('not tried: an ordinary user starts servers (only root can read this checkout)')

describe.each(FLAVOURS)('who starts servers of %s', (flavour) => {
  test('when that process is killed, nothing of it stays', async () => {
    const started = await startElsewhere(flavour, {})
    expect(running(started.pids)).toHaveLength(2)
    expect(existsSync(started.folder)).toBe(true)
    await started.end()
  })

  // Run by root, this tries an ordinary user; run by one, every test here does.
  test.runIf(reachable)('an ordinary user starts them without any rights', async () => {
    const started = await startElsewhere(flavour, {
      ...unprivileged,
      env: { ...process.env, HOME: '/nonexistent' },
    })
    try {
      const uid = unprivileged?.uid ?? process.getuid!()
      for (const pid of started.pids) expect(statSync(`/proc/${pid}`).uid).toBe(uid)
      expect(started.account).toBe('root@localhost')
    } finally {
      await started.end()
    }
  })
})

test('programs and data in a cache that the servers’ account cannot enter', async () => {
  // Only root's servers run under an account that may be kept out.
  const FRESHET_CACHE = mkdtempSync(join(tmpdir(), 'freshet-cache-'))
  try {
    const fleet = await startLocalMysql({ flavour: 'mariadb', replicas: 0 })
    await fleet.stop()
    const linked = ['-al', join(cacheFolder(), `mariadb-bookworm-${process.arch}`), FRESHET_CACHE]
    if (existsSync(linked[1]!)) execFileSync('cp', linked)
    const started = await startElsewhere('mariadb', { env: { ...process.env, FRESHET_CACHE } })
    expect(running(started.pids)).toHaveLength(2)
    await started.end()
  } finally {
    rmSync(FRESHET_CACHE, { recursive: true, force: true })
  }
})
