/** The fleet on real PostgreSQL, watched through an account that has no more rights than the manual asks for. The tests are one story, in order. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fleet as LocalFleet, type PostgresServer, startFleet } from '../../src/cli/demo/local-postgres.ts'
import { until } from '../../src/cli/demo/processes.ts'
import type { Probe } from '../../src/dialect.ts'
import { createFleet } from '../../src/fleet/fleet.ts'
import type { Fleet } from '../../src/fleet/types.ts'
import { quietLog } from '../../src/observe/log.ts'
import { covers, formatToken, type PostgresPosition } from '../../src/postgres/position.ts'
import { connectProbe } from '../../src/postgres/probe.ts'
import { type Instant, instant, millis, NEVER, now, serverId } from '../../src/units.ts'

let local: LocalFleet
let foreign: LocalFleet
let servers: PostgresServer[]
let fleet: Fleet
const epochs: number[] = []
const downs: number[] = []
/** Samples that servers were asked for. */
let asked = 0

async function counted(connecting: Promise<Probe>): Promise<Probe> {
  const probe = await connecting
  const sample = probe.sample.bind(probe)
  probe.sample = () => {
    asked++
    return sample()
  }
  return probe
}

function watch(watched: readonly PostgresServer[], user = 'freshet', password = 'monitor'): Fleet {
  return createFleet({
    servers: watched.map(({ name, address }) => ({ name, address, weight: 1, zone: null })),
    connectProbe: (id, database) => {
      const { host, port } = watched[id]!
      const account = { user, password, database: database ?? 'postgres', timeout: 2000 }
      return counted(connectProbe({ host, port }, account, { mode: 'prefer', ca: null }))
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

const idOf = (server: PostgresServer) => servers.indexOf(server)
const state = (server: PostgresServer) => fleet.snapshot().servers[idOf(server)]!
const staleness = (server: PostgresServer) => now() - state(server).horizon
const isFresh = (server: PostgresServer) => staleness(server) < 500
const eventually = (what: string, check: () => boolean) => until(what, async () => check())
const lastWords = () => local.primary.query("INSERT INTO words VALUES ('x')")

beforeAll(async () => {
  ;[local, foreign] = await Promise.all([startFleet({ replicas: 2 }), startFleet({ replicas: 0 })])
  await local.primary.query('CREATE TABLE words (word text)')
  await local.primary.query('CREATE TABLE numbers (writer int PRIMARY KEY, value int)')
  servers = [...local.servers, ...foreign.servers]
  fleet = watch(servers)
  await fleet.start()
})

afterAll(async () => {
  fleet?.stop()
  await Promise.all([local?.stop(), foreign?.stop()])
})

describe('a PostgreSQL fleet', () => {
  test('roles are known when it has started, and horizons soon after', async () => {
    expect(fleet.snapshot()).toMatchObject({ primary: 0, epoch: 1, primaryProblem: null })
    for (const replica of local.replicas) {
      expect(state(replica)).toMatchObject({ role: 'replica', up: true })
      await eventually('a horizon', () => isFresh(replica))
      expect(state(replica).ineligible).toBeNull()
      expect(state(replica).clockAgrees).toBe(true)
    }
  })

  test('a foreign cluster is refused, though it claims to be a primary', () => {
    expect(state(foreign.primary)).toMatchObject({ role: 'unknown', up: true, horizon: NEVER })
    expect(state(foreign.primary).ineligible).toContain('belongs to another cluster')
  })

  test('replicas of an idle primary stay fresh, wherever its log happens to end', async () => {
    for (const bytes of [10, 8000, 8200, 100_000]) {
      await local.primary.query("SELECT pg_logical_emit_message(false, 'x', repeat('x', $1::int))", [bytes])
      await local.primary.query('SELECT pg_switch_wal()')
      for (const replica of local.replicas) await eventually('fresh again', () => staleness(replica) < 150)
    }
  })

  test('a replica whose replay is paused falls behind and comes back; the other one goes on', async () => {
    const [paused, other] = local.replicas as [PostgresServer, PostgresServer]
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

  test('look-ups run in any database, without rights beyond the monitor', async () => {
    expect(await fleet.query('SELECT pg_is_in_recovery(), current_user', [])).toEqual([['f', 'freshet']])
    expect(await fleet.queryDatabase('app', 'SELECT current_database() || $1::text', ['!'])).toEqual([['app!']])
    await expect(fleet.query('SELECT 1 / 0', [])).rejects.toMatchObject({ code: '22012' })
    await expect(fleet.queryDatabase('nowhere', 'SELECT 1', [])).rejects.toMatchObject({ code: '3D000' })
  })

  test('a token names the position behind everything that was committed before', async () => {
    await lastWords()
    const timed = (await fleet.samplePrimary())!
    const [row] = await local.primary.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
    expect(formatToken(timed.sample.position as PostgresPosition)).toMatch(/^pg:\d+:1:[0-9A-F]+\/[0-9A-F]+$/)
    expect(row!.lsn).not.toBe('')
    await eventually('a replica has it', () => state(local.replicas[0]!).horizon >= timed.t0)
  })

  test('an account without pg_monitor is told which right is missing', async () => {
    await local.primary.query("CREATE ROLE bare LOGIN PASSWORD 'bare'")
    await local.caughtUp()
    const narrow = watch(local.servers, 'bare', 'bare')
    await narrow.start()
    const { servers: seen, primary } = narrow.snapshot()
    narrow.stop()
    expect(primary).toBe(0)
    expect(seen[1]).toMatchObject({ role: 'replica', horizon: NEVER })
    expect(seen[1]!.ineligible).toBe('its timeline is hidden from the monitor: GRANT pg_monitor TO "bare"')
  })
})

/** Each writer changes its row, waits until the replica is proved to have it (or does not, to see what that prevents), and reads it there. */
async function writeThenRead(pairs: number, writers: number, waiting = true) {
  const result = { pairs: 0, stale: 0, gaveUp: 0, waits: [] as number[] }
  const primary = new pg.Pool({ connectionString: local.primary.url(), max: writers })
  const replicas = local.replicas.filter((replica) => state(replica).role === 'replica')
  const pools = replicas.map((replica) => new pg.Pool({ connectionString: replica.url(), max: writers }))
  const write = async (writer: number) => {
    for (let value = 1; value <= pairs / writers; value++) {
      await primary.query('INSERT INTO numbers VALUES ($1, $2) ON CONFLICT (writer) DO UPDATE SET value = $2', [
        writer,
        value,
      ])
      const acknowledged = now()
      const turn = (writer + value) % replicas.length
      const server = replicas[turn]!
      if (waiting && !(await horizonReached(server, acknowledged))) {
        result.gaveUp++
        continue
      }
      result.waits.push(now() - acknowledged)
      const { rows } = await pools[turn]!.query('SELECT value FROM numbers WHERE writer = $1', [writer])
      result.pairs++
      if (rows[0]?.value !== value) result.stale++
    }
  }
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
  await Promise.all([primary, ...pools].map((pool) => pool.end()))
  return result
}

async function horizonReached(server: PostgresServer, horizon: Instant): Promise<boolean> {
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
    const { pairs, stale, gaveUp, waits } = await writeThenRead(4000, 16)
    waits.sort((a, b) => a - b)
    console.log(`${pairs} pairs, ${stale} stale, median wait ${waits[waits.length >> 1]!.toFixed(1)} ms`)
    expect({ stale, gaveUp }).toEqual({ stale: 0, gaveUp: 0 })
    expect(pairs).toBe(4000)
  })

  test('which is no matter of luck: without waiting, many are', async () => {
    for (const replica of local.replicas) await replica.setApplyDelay(20)
    const { stale } = await writeThenRead(800, 8, false)
    for (const replica of local.replicas) await replica.setApplyDelay(0)
    console.log(`without waiting ${stale} of 800 are stale`)
    expect(stale).toBeGreaterThan(100)
  })

  test('nor while replay is delayed, paused and resumed', async () => {
    const [delayed, paused] = local.replicas as [PostgresServer, PostgresServer]
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
})

describe('servers that come and go', () => {
  test('a killed replica is down with nothing proved, and serves again under another incarnation', async () => {
    const [replica] = local.replicas as [PostgresServer]
    const { incarnation } = state(replica)
    await replica.kill()
    await eventually('it is down', () => !state(replica).up)
    expect(state(replica)).toMatchObject({ horizon: NEVER, role: 'unknown' })
    expect(downs).toContain(idOf(replica))
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
    for (const replica of local.replicas) await eventually('it has the write', () => state(replica).horizon >= written)
    expect(epochs).toEqual([])
  })

  test('a killed primary leaves horizons that age; the promoted replica begins an epoch and the other follows', async () => {
    const old = local.primary
    const [next, other] = local.replicas as [PostgresServer, PostgresServer]
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

  test('two that claim to be the primary get no writes until one is gone', async () => {
    const old = local.primary
    const next = local.replicas.find((replica) => replica.isRunning)!
    await local.failover(next, 'leave')
    await eventually('no primary', () => fleet.snapshot().primary === null)
    expect(fleet.snapshot().primaryProblem).toContain('all say that they are the primary')
    expect(fleet.snapshot().epoch).toBe(2)
    await old.stop()
    await eventually('one is left', () => fleet.snapshot().primary === idOf(next))
    expect(fleet.snapshot().epoch).toBe(3)
    await old.start()
    await eventually('the old one is back with its claim', () => fleet.snapshot().primary === null)
    await old.rejoin(next)
    await eventually('it is a replica now', () => fleet.snapshot().primary === idOf(next) && isFresh(old))
  })

  test('a primary that hangs is given up after the time-out', async () => {
    const { primary } = local
    await primary.freeze()
    try {
      await until('it is given up', async () => fleet.snapshot().primary === null, { timeoutMs: 15_000 })
    } finally {
      primary.thaw()
    }
    await eventually('it is back', () => fleet.snapshot().primary === idOf(primary))
    expect(fleet.snapshot().epoch).toBe(3)
  })
})

test('while nobody waits, a server is asked once per interval and no more', async () => {
  for (const replica of local.replicas) await eventually('fresh', () => isFresh(replica))
  const [before, since] = [asked, now()]
  await until('a second has passed', async () => now() - since > 1000, { everyMs: 200 })
  const intervals = Math.ceil((now() - since) / 50) + 1
  expect(asked - before).toBeGreaterThan(0)
  expect(asked - before).toBeLessThanOrEqual(intervals * servers.length)
})
