/** The fleet on real MySQL and MariaDB, watched through an account that has no more rights than the manual asks for. For each flavour one story, in order. */
import { createPool, type Pool } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFleet } from '../../src/fleet/fleet.ts'
import type { Fleet } from '../../src/fleet/types.ts'
import { covers, formatToken, type MySqlPosition } from '../../src/mysql/position.ts'
import { connectProbe } from '../../src/mysql/probe.ts'
import { quietLog } from '../../src/observe/log.ts'
import { type Instant, instant, millis, NEVER, now, serverId } from '../../src/units.ts'
import { type MysqlFleet, type MysqlServer, startLocalMysql, until } from '../support/mysql.ts'

/** FRESHET_TEST_FULL=1: 4000 writes and the reads behind them. */
const PAIRS = process.env.FRESHET_TEST_FULL === '1' ? 4000 : 1600

const epochs: number[] = []
const downs: number[] = []

function watch(watched: readonly MysqlServer[]): Fleet {
  return createFleet({
    servers: watched.map(({ name, address }) => ({ name, address, weight: 1, zone: null })),
    connectProbe: (id, database) => {
      const { host, port } = watched[id]!
      const account = { user: 'freshet', password: 'monitor', database: database ?? '', timeout: 2000 }
      return connectProbe({ host, port }, account, { mode: 'prefer', ca: null })
    },
    covers,
    interval: millis(50),
    timeout: millis(2000),
    nudge: true,
    clockSkewMax: millis(100),
    maxLag: millis(1000),
    clock: now,
    schedule: (delay, action) => {
      const timer = setTimeout(action, delay)
      return () => clearTimeout(timer)
    },
    log: quietLog,
    onEpoch: (epoch) => epochs.push(epoch),
    onServerDown: (id) => downs.push(id),
  })
}

const eventually = (what: string, check: () => boolean) => until(what, async () => check())
const poolOf = (server: MysqlServer, size: number): Pool =>
  createPool({
    host: server.host,
    port: server.port,
    user: 'app',
    password: 'app',
    database: 'app',
    connectionLimit: size,
  })

describe.each(['mysql', 'mariadb'] as const)('a fleet of %s', (flavour) => {
  const isMariaDb = flavour === 'mariadb'
  let local: MysqlFleet
  let foreign: MysqlFleet
  let servers: MysqlServer[]
  let fleet: Fleet

  const idOf = (server: MysqlServer) => servers.indexOf(server)
  const state = (server: MysqlServer) => fleet.snapshot().servers[idOf(server)]!
  const staleness = (server: MysqlServer) => now() - state(server).horizon
  const isFresh = (server: MysqlServer) => staleness(server) < 500
  const lastWords = () => local.primary.query("INSERT INTO words VALUES ('x')")

  beforeAll(async () => {
    epochs.length = 0
    downs.length = 0
    ;[local, foreign] = await Promise.all([
      startLocalMysql({ flavour, replicas: 2 }),
      startLocalMysql({ flavour, replicas: 0 }),
    ])
    await local.primary.query('CREATE TABLE words (word text)')
    await local.primary.query('CREATE TABLE numbers (writer int PRIMARY KEY, value int)')
    // MariaDB's servers have no names but these, and every fleet of the tests begins with 1.
    await foreign.primary.query('SET GLOBAL server_id = 77')
    await foreign.primary.query('CREATE TABLE words (word text)')
    await local.caughtUp()
    servers = [...local.servers, ...foreign.servers]
    fleet = watch(servers)
    await fleet.start()
  }, 300_000)

  afterAll(async () => {
    fleet?.stop()
    await Promise.all([local?.stop(), foreign?.stop()])
  })

  test('roles are known when it has started, and horizons soon after', async () => {
    expect(fleet.snapshot()).toMatchObject({ primary: 0, epoch: 1, primaryProblem: null })
    for (const replica of local.replicas) {
      expect(state(replica)).toMatchObject({ role: 'replica', up: true })
      await eventually('a horizon', () => isFresh(replica))
      expect(state(replica).ineligible).toBeNull()
      expect(state(replica).clockAgrees).toBe(true)
      expect(state(replica).product).toMatchObject({ flavour, version: expect.stringContaining(local.version) })
    }
  })

  test('a foreign cluster is refused, though it claims to be a primary', () => {
    expect(state(foreign.primary)).toMatchObject({ role: 'unknown', up: true, horizon: NEVER })
    expect(state(foreign.primary).ineligible).toContain('belongs to another cluster')
  })

  test('replicas of an idle primary stay fresh', async () => {
    await lastWords()
    await until('a second has passed', async () => true, { everyMs: 1000 })
    for (const replica of local.replicas) await eventually('fresh', () => staleness(replica) < 150)
  })

  test('a replica whose replay is paused falls behind and comes back; the other one goes on', async () => {
    const [paused, other] = local.replicas as [MysqlServer, MysqlServer]
    await paused.pauseReplay()
    await lastWords()
    const written = now()
    await eventually('the other one has it', () => state(other).horizon >= written)
    await eventually('time passes', () => staleness(paused) > 1000)
    expect(state(paused)).toMatchObject({ up: true, ineligible: null })
    expect(state(paused).horizon).toBeLessThanOrEqual(written)
    await paused.resumeReplay()
    await eventually('the paused one has it', () => state(paused).horizon >= written)
  })

  test('look-ups run in any database that the monitor may see', async () => {
    expect(await fleet.query('SELECT CURRENT_USER(), ?', ["x'y"])).toEqual([['freshet@%', "x'y"]])
    expect(await fleet.queryDatabase('information_schema', 'SELECT DATABASE()', [])).toEqual([['information_schema']])
    await expect(fleet.query('SELECT nothing', [])).rejects.toMatchObject({ code: '42S22' })
    await expect(fleet.queryDatabase('nowhere', 'SELECT 1', [])).rejects.toMatchObject({ code: '42000' })
  })

  test('a token names the position behind everything that was committed before', async () => {
    await lastWords()
    const timed = (await fleet.samplePrimary())!
    const token = formatToken(timed.sample.position as MySqlPosition)
    expect(token).toMatch(isMariaDb ? /^mariadb:0-\d+-\d+$/ : /^mysql:[0-9a-f-]{36}:1-\d+$/)
    await eventually('a replica has it', () => state(local.replicas[0]!).horizon >= timed.t0)
    const [row] = isMariaDb
      ? await local.replicas[0]!.query('SELECT MASTER_GTID_WAIT(?, 0) = 0 AS reached', [token.slice(8)])
      : await local.replicas[0]!.query('SELECT GTID_SUBSET(?, @@global.gtid_executed) AS reached', [token.slice(6)])
    expect(row!.reached).toBe(1)
  })

  /** Each writer changes its row, waits until the replica is proved to have it (or does not, to see what that prevents), and reads it there. */
  async function writeThenRead(pairs: number, writers: number, waiting = true) {
    const result = { pairs: 0, stale: 0, gaveUp: 0, waits: [] as number[] }
    const primary = poolOf(local.primary, writers)
    const replicas = local.replicas.filter((replica) => state(replica).role === 'replica')
    const pools = replicas.map((replica) => poolOf(replica, writers))
    const write = async (writer: number) => {
      for (let value = 1; value <= pairs / writers; value++) {
        await primary.query('INSERT INTO numbers VALUES (?, ?) ON DUPLICATE KEY UPDATE value = ?', [
          writer,
          value,
          value,
        ])
        const acknowledged = now()
        const turn = (writer + value) % replicas.length
        if (waiting && !(await horizonReached(replicas[turn]!, acknowledged))) {
          result.gaveUp++
          continue
        }
        result.waits.push(now() - acknowledged)
        const [rows] = await pools[turn]!.query('SELECT value FROM numbers WHERE writer = ?', [writer])
        result.pairs++
        if ((rows as { value: number }[])[0]?.value !== value) result.stale++
      }
    }
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
    await Promise.all([primary, ...pools].map((pool) => pool.end()))
    return result
  }

  async function horizonReached(server: MysqlServer, horizon: Instant): Promise<boolean> {
    const deadline = instant(now() + 5000)
    while (state(server).horizon < horizon && now() < deadline) {
      await new Promise<void>((resolve) => {
        // Another replica may be there first and wake everybody; then wait on, but not in a tight circle.
        fleet.waitForHorizon(horizon, instant(now() + 20), () => setTimeout(resolve, 1))
      })
    }
    return state(server).horizon >= horizon
  }

  describe('the promise', () => {
    test('no read behind its horizon is ever stale', async () => {
      const { pairs, stale, gaveUp, waits } = await writeThenRead(PAIRS, 16)
      waits.sort((a, b) => a - b)
      console.log(`${pairs} pairs, ${stale} stale, median wait ${waits[waits.length >> 1]!.toFixed(1)} ms`)
      expect({ pairs, stale, gaveUp }).toEqual({ pairs: PAIRS, stale: 0, gaveUp: 0 })
    })

    test('which is no matter of luck: without waiting, many are', async () => {
      for (const replica of local.replicas) await replica.setApplyDelay(20)
      const { stale } = await writeThenRead(800, 8, false)
      for (const replica of local.replicas) await replica.setApplyDelay(0)
      console.log(`without waiting ${stale} of 800 are stale`)
      expect(stale).toBeGreaterThan(100)
    })

    test('nor while replay is delayed, paused and resumed', async () => {
      const [delayed, paused] = local.replicas as [MysqlServer, MysqlServer]
      await delayed.setApplyDelay(30)
      let ended = false
      const disturb = async () => {
        while (!ended) {
          await paused.pauseReplay()
          await new Promise((resolve) => setTimeout(resolve, 40))
          await paused.resumeReplay()
          await new Promise((resolve) => setTimeout(resolve, 40))
        }
      }
      const disturbing = disturb()
      const { pairs, stale, gaveUp } = await writeThenRead(800, 8)
      ended = true
      await disturbing
      await delayed.setApplyDelay(0)
      expect({ pairs, stale, gaveUp }).toEqual({ pairs: 800, stale: 0, gaveUp: 0 })
    })

    test('nor while several threads apply, as they please', async () => {
      const [replica] = local.replicas as [MysqlServer]
      const settings = isMariaDb
        ? ['slave_parallel_threads = 4', "slave_parallel_mode = 'aggressive'"]
        : ['replica_parallel_workers = 4', 'replica_preserve_commit_order = OFF']
      const [stop, start] = isMariaDb ? ['STOP SLAVE', 'START SLAVE'] : ['STOP REPLICA', 'START REPLICA']
      const change = async (all: readonly string[]) => {
        await replica.query(stop)
        for (const setting of all) await replica.query(`SET GLOBAL ${setting}`)
        await replica.query(start)
      }
      await change(settings)
      // In one domain MariaDB commits in order whatever the mode is; MySQL without its option does not.
      await eventually('it is known', () => state(replica).unordered === !isMariaDb)
      const { pairs, stale, gaveUp } = await writeThenRead(1600, 16)
      expect({ pairs, stale, gaveUp }).toEqual({ pairs: 1600, stale: 0, gaveUp: 0 })
      await change(isMariaDb ? ['slave_parallel_threads = 0'] : ['replica_preserve_commit_order = ON'])
      await eventually('it is in order again', () => state(replica).unordered === false)
    })
  })

  test('a replica with a filter proves nothing more, and a Freshet that meets it like that names the filter', async () => {
    const [replica] = local.replicas as [MysqlServer]
    const filter = async (database: string) => {
      await replica.pauseReplay()
      if (isMariaDb) await replica.query(`SET GLOBAL replicate_ignore_db = '${database}'`)
      else await replica.query(`CHANGE REPLICATION FILTER REPLICATE_IGNORE_DB = (${database})`)
      await replica.resumeReplay()
    }
    await filter('elsewhere')
    const filtered = now()
    await lastWords()
    const narrow = watch(local.servers)
    await narrow.start()
    const seen = narrow.snapshot().servers[local.servers.indexOf(replica)]!
    narrow.stop()
    expect(seen).toMatchObject({ role: 'replica', horizon: NEVER })
    expect(seen.ineligible).toBe('a replication filter keeps changes from it: Replicate_Ignore_DB = elsewhere')
    expect(state(replica).horizon).toBeLessThanOrEqual(filtered)
    await filter('')
    await eventually('fresh again', () => isFresh(replica))
  })

  describe('servers that come and go', () => {
    test('a killed replica is down with nothing proved, and serves again under another incarnation', async () => {
      const [replica] = local.replicas as [MysqlServer]
      const { incarnation } = state(replica)
      await replica.kill()
      await eventually('it is down', () => !state(replica).up)
      expect(state(replica)).toMatchObject({ horizon: NEVER, role: 'unknown' })
      expect(downs).toContain(idOf(replica))
      await lastWords()
      await replica.start()
      await eventually('it is fresh', () => isFresh(replica))
      expect(state(replica).incarnation).toBeGreaterThan(incarnation)
      const confirmed = await fleet.confirm(serverId(idOf(replica)), now())
      expect(confirmed).toBe(state(replica).incarnation)
    })

    test('a restarted primary is the same one, and its replicas come back', async () => {
      await local.primary.restart()
      await eventually('it is the primary', () => fleet.snapshot().primary === 0)
      await lastWords()
      const written = now()
      for (const replica of local.replicas)
        await eventually('it has the write', () => state(replica).horizon >= written)
      expect(epochs).toEqual([])
    })

    test('a killed primary leaves horizons that age; the promoted replica begins an epoch and the other follows', async () => {
      const old = local.primary
      const [next, other] = local.replicas as [MysqlServer, MysqlServer]
      await old.kill()
      await eventually('there is no primary', () => fleet.snapshot().primary === null)
      expect(fleet.snapshot().withoutPrimarySince).not.toBeNull()
      for (const replica of [next, other]) expect(state(replica).horizon).toBeGreaterThan(NEVER)
      await local.failover(next)
      await eventually('the new primary', () => fleet.snapshot().primary === idOf(next))
      expect(fleet.snapshot()).toMatchObject({ epoch: 2, primaryProblem: null, withoutPrimarySince: null })
      expect(epochs).toEqual([2])
      await lastWords()
      const written = now()
      await eventually('the other follows', () => state(other).horizon >= written)
      await old.rejoin(next)
      await eventually('the old one is a replica', () => state(old).role === 'replica' && isFresh(old))
      expect(fleet.snapshot()).toMatchObject({ primary: idOf(next), epoch: 2 })
      const { stale, gaveUp } = await writeThenRead(400, 8)
      expect({ stale, gaveUp }).toEqual({ stale: 0, gaveUp: 0 })
    })

    test('two that claim to be the primary get no writes until one is gone, and not the older one when it is alone', async () => {
      const old = local.primary
      const next = local.replicas.find((replica) => replica.isRunning)!
      await local.failover(next, 'leave')
      await eventually('no primary', () => fleet.snapshot().primary === null)
      expect(fleet.snapshot().primaryProblem).toContain('all say that they are the primary')
      expect(fleet.snapshot().epoch).toBe(2)
      await old.stop()
      await eventually('one is left', () => fleet.snapshot().primary === idOf(next))
      expect(fleet.snapshot().epoch).toBe(3)
      await next.stop()
      await old.start()
      await eventually('the old one is seen', () => state(old).up && !state(next).up)
      expect(fleet.snapshot().primary).toBeNull()
      expect(fleet.snapshot().primaryProblem).toBe(
        `${old.name} says that it is the primary, but ${next.name} was promoted after it`,
      )
      await next.start()
      await eventually('both are there', () => (fleet.snapshot().primaryProblem ?? '').includes('all say'))
      await old.rejoin(next)
      await eventually('it is a replica now', () => fleet.snapshot().primary === idOf(next) && isFresh(old))
      expect(fleet.snapshot().epoch).toBe(3)
    })

    test('an old primary whose replicas have moved on is not written to, even by a Freshet that just started', async () => {
      const next = local.primary
      const other = local.replicas.find((one) => one.isRunning)!
      const replica = local.replicas.find((one) => one !== other)!
      await other.promote()
      await lastWords()
      await replica.follow(other)
      await local.caughtUp([replica])
      const late = watch([next, replica])
      await late.start()
      expect(late.snapshot()).toMatchObject({
        primary: null,
        primaryProblem: `${next.name} says that it is the primary, but lacks what the server that ${replica.name} follows has written`,
      })
      late.stop()
      await next.rejoin(other)
      await eventually(
        'all is well',
        () => fleet.snapshot().primary === idOf(other) && isFresh(next) && isFresh(replica),
      )
    })

    test('a primary that hangs is given up after the time-out', async () => {
      const { primary } = local
      const { epoch } = fleet.snapshot()
      await primary.freeze()
      try {
        await until('it is given up', async () => fleet.snapshot().primary === null, { timeoutMs: 15_000 })
      } finally {
        primary.thaw()
      }
      await eventually('it is back', () => fleet.snapshot().primary === idOf(primary))
      expect(fleet.snapshot().epoch).toBe(epoch)
    })
  })
})
