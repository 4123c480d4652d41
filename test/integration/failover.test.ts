/** Servers that stop, die, freeze, come back and change their roles, seen by the clients of one Freshet that is never restarted. */
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pause } from '../../src/cli/demo/processes.ts'
import { connectTo, ending, failureOf, first, lastRoute, succeeds } from '../support/clients.ts'
import { configFor, type FreshetProcess, freshetFor, startFreshet } from '../support/freshet.ts'
import { type Fleet, type PostgresServer, startFleet, until } from '../support/postgres.ts'

let fleet: Fleet
let freshet: FreshetProcess

const MONITOR = { user: 'freshet', password: 'monitor', timeout: '600ms' }
const GONE = /^(57P01|57P02|57P03|08006)$/

const start = async (cluster: object = {}) => {
  freshet = await freshetFor(fleet, { monitor: MONITOR, ...cluster })
}
const client = () => connectTo(freshet.url())
const write = (on: pg.Client, word: string) => on.query('INSERT INTO words VALUES ($1)', [word])

/** What Freshet thinks of its servers. */
async function servers(): Promise<Record<string, { role: string; up: boolean }>> {
  type Answer = { clusters: { servers: { name: string; role: string; up: boolean }[] }[] }
  const { clusters } = (await (await freshet.get('/api/v1/servers')).json()) as Answer
  return Object.fromEntries(clusters[0]!.servers.map((one) => [one.name, one]))
}
const roleBecomes = (server: PostgresServer, role: string) =>
  until(`${server.name} is seen as ${role}`, async () => (await servers())[server.name]?.role === role)

const ranOn = async (on: pg.Client, sql: string): Promise<string> => {
  await on.query(sql)
  return (await lastRoute(on)).server
}
const readsOn = (on: pg.Client, server: PostgresServer) =>
  until(`reads run on ${server.name}`, async () => (await ranOn(on, 'SELECT count(*) FROM words')) === server.name)

async function newFleet(): Promise<void> {
  fleet = await startFleet({ replicas: 2 })
  await fleet.primary.query('CREATE TABLE words (word text)')
  await fleet.caughtUp()
}

/** For tests after which every server can be what it was before. */
function withLastingFleet(): void {
  beforeAll(newFleet)
  afterAll(() => fleet.stop())
  beforeEach(async () => {
    for (const server of fleet.servers) if (!server.isRunning) await server.start()
    await fleet.primary.query('TRUNCATE words')
    await fleet.caughtUp()
  })
}

describe('a replica is promoted', () => {
  beforeEach(newFleet)
  afterEach(() => fleet.stop())

  test.for(['stop', 'kill', 'freeze'] as const)('after the primary has met a %s', async (how) => {
    await start()
    const [idle, busy, fresh] = [await client(), await client(), await client()]
    await write(idle, 'before')
    await busy.query('BEGIN')
    await write(busy, 'lost')
    const [old, next] = [fleet.primary, fleet.replicas[0]!]
    await fleet.caughtUp()
    const ended = ending(busy)
    if (how === 'freeze') await old.freeze()
    await fleet.failover(next, how === 'freeze' ? 'leave' : how)

    // The transaction is told so and its connection closed; nobody waits for a server that is gone.
    expect((await ended).code).toMatch(GONE)
    await roleBecomes(next, 'primary')
    await succeeds('a write on the new primary', () => write(idle, 'after'))
    expect(await next.query("SELECT FROM words WHERE word = 'after'")).toHaveLength(1)
    // The floor of the idle session is met by what it wrote itself; nothing it has seen is gone.
    expect(await first(idle, 'SELECT count(*)::int FROM words')).toBe(2)
    await readsOn(fresh, fleet.replicas.find((one) => one !== old)!)

    if (how === 'freeze') {
      // The old primary wakes up and claims to be one still: its history is older, so at least nothing is written there.
      old.thaw()
      await old.stop('immediate')
    }
    await old.rejoin(next)
    await roleBecomes(old, 'replica')
    await readsOn(fresh, old)
    await succeeds('another write', () => write(fresh, 'later'))
    expect(await next.query("SELECT FROM words WHERE word = 'later'")).toHaveLength(1)
  })

  test('two that claim to be the primary get no writes, both are named, and all is well when one is gone', async () => {
    await start()
    const one = await client()
    await write(one, 'before')
    const [old, next] = [fleet.primary, fleet.replicas[0]!]
    await fleet.failover(next, 'leave')
    const refusal = async () => {
      const failed = await write(one, 'nobody').then(
        () => null,
        (error: pg.DatabaseError) => error,
      )
      return failed?.code === '57P03' ? failed.message : null
    }
    // Until both are seen, the old one may take what it is sent.
    await until('writes are refused', async () => (await refusal()) !== null)
    const text = await refusal()
    expect(text).toContain(old.name)
    expect(text).toContain(next.name)
    await old.stop()
    await succeeds('a write on the one that stays', () => write(one, 'after'))
    expect(await next.query("SELECT FROM words WHERE word = 'after'")).toHaveLength(1)
  })

  test('what was read before it is not unread after it: sessions with a floor of before read from the new primary', async () => {
    await start()
    const one = await client()
    await write(one, 'mine')
    const next = fleet.replicas[0]!
    await fleet.caughtUp()
    await fleet.failover(next, 'kill')
    await roleBecomes(next, 'primary')
    // The other replica serves those who ask for nothing older.
    await readsOn(await client(), fleet.replicas.find((other) => other.isRunning)!)
    expect(await succeeds('a read', () => first(one, 'SELECT count(*)::int FROM words'))).toBe(1)
    expect(await lastRoute(one)).toMatchObject({ server: next.name, reason: 'older-epoch' })
    await until('replicas again', async () => (await ranOn(one, 'SELECT count(*) FROM words')) !== next.name)
  })
})

describe('a replica', () => {
  withLastingFleet()

  const reader = async () => {
    const on = await client()
    await readsOn(on, fleet.replicas[0]!)
    return on
  }
  const asleepOn = (server: PostgresServer) =>
    until('it sleeps there', async () => {
      const sql =
        "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%nap%' AND pid <> pg_backend_pid()"
      return (await server.query(sql)).length > 0
    })

  test('that dies before its reply has begun is replaced by another server, invisibly', async () => {
    await fleet.replicas[1]!.stop()
    await start()
    const on = await reader()
    const reply = first(on, "SELECT 'nap', pg_sleep(2)")
    await asleepOn(fleet.replicas[0]!)
    await fleet.replicas[0]!.kill()
    expect(await reply).toBe('nap')
    expect((await lastRoute(on)).server).toBe(fleet.primary.name)
  })

  test('that dies in the middle of a reply ends the connection with an error, and nothing is sent twice', async () => {
    await fleet.replicas[1]!.stop()
    await start()
    const on = await reader()
    const failed = failureOf(
      on.query("SELECT repeat('x', 100000), pg_sleep(0.02) FROM generate_series(1, 1000) AS nap"),
    )
    await asleepOn(fleet.replicas[0]!)
    // Some of it has come: its own bytes are what the session has been given already.
    const bytes = () => (on as unknown as { connection: { stream: { bytesRead: number } } }).connection.stream.bytesRead
    await until('some of the reply is there', () => bytes() > 300_000)
    await fleet.replicas[0]!.kill()
    expect((await failed).code).toMatch(GONE)
  })

  test('that dies and comes back never serves anything older than was seen', async () => {
    await start({ max_lag: '1h' })
    const replica = fleet.replicas[0]!
    await fleet.replicas[1]!.stop()
    const on = await reader()
    let seen = 0
    const look = async () => {
      const count = Number(await succeeds('a read', () => first(on, 'SELECT count(*) FROM words')))
      expect(count).toBeGreaterThanOrEqual(seen)
      seen = count
    }
    for (let round = 0; round < 3; round++) {
      for (let word = 0; word < 5; word++) {
        await write(on, `${round}.${word}`)
        await look()
      }
      await replica.kill()
      await look()
      await write(on, 'while it is away')
      await replica.start()
      for (let word = 0; word < 20; word++) await look()
    }
    expect(seen).toBe(18)
  })

  test('that freezes holds up nobody for ever: its readers go on elsewhere', async () => {
    await fleet.replicas[1]!.stop()
    await start()
    const on = await reader()
    await fleet.replicas[0]!.freeze()
    try {
      expect(await first(on, 'SELECT count(*)::int FROM words')).toBe(0)
      expect((await lastRoute(on)).server).toBe(fleet.primary.name)
    } finally {
      fleet.replicas[0]!.thaw()
    }
    await readsOn(on, fleet.replicas[0]!)
  })

  test('is not needed: with all of them gone, reads run on the primary', async () => {
    await start()
    const on = await reader()
    await Promise.all(fleet.replicas.map((one) => one.kill()))
    expect(await first(on, 'SELECT count(*)::int FROM words')).toBe(0)
    expect(await lastRoute(on)).toMatchObject({ server: fleet.primary.name })
  })
})

describe('without a primary', () => {
  withLastingFleet()

  test('serve: sessions without a floor go on reading; writes are refused until there is one', async () => {
    await start({ max_lag: '100ms', when_no_primary: 'serve' })
    const [on, wrote] = [await client(), await client()]
    await readsOn(on, fleet.replicas[0]!)
    await fleet.primary.stop()
    await until('no primary is known', async () => (await servers())[fleet.primary.name]?.up === false)
    await until('the usual budget is used up', async () => {
      const ready = await freshet.get('/readyz')
      return ready.status === 200
    })
    expect(await succeeds('a read', () => first(on, 'SELECT count(*)::int FROM words'))).toBe(0)
    expect(await failureOf(write(on, 'nowhere'))).toMatchObject({ code: '57P03' })
    expect(await failureOf(write(wrote, 'nowhere'))).toMatchObject({ code: '57P03' })
    // Who comes now is served as well.
    expect(await first(await client(), 'SELECT count(*)::int FROM words')).toBe(0)
    await fleet.primary.start()
    await succeeds('a write', () => write(on, 'again'))
  })

  test('serve, up to max_lag_without_primary', async () => {
    await start({ max_lag: '100ms', max_lag_without_primary: '1s' })
    const on = await client()
    await readsOn(on, fleet.replicas[0]!)
    await fleet.primary.stop()
    await until('even the longer budget is used up', async () => {
      const result = await first(on, 'SELECT count(*)::int FROM words').catch((error: pg.DatabaseError) => error.code)
      return result === '57P03'
    })
    expect((await freshet.get('/readyz')).status).toBe(503)
  })

  test('error: reads fail as soon as the usual budget is used up', async () => {
    await start({ max_lag: '100ms', when_no_primary: 'error' })
    const on = await client()
    await readsOn(on, fleet.replicas[0]!)
    await fleet.primary.stop()
    await until('reads are refused', async () => {
      const result = await first(on, 'SELECT count(*)::int FROM words').catch((error: pg.DatabaseError) => error.code)
      return result === '57P03'
    })
    expect((await freshet.get('/readyz')).status).toBe(503)
  })

  test('a primary that freezes holds up nobody for ever, and is used again when it goes on', async () => {
    await start({ pool: { wait: '1s' } })
    const [open, idle] = [await client(), await client()]
    await write(idle, 'before')
    await open.query('BEGIN')
    await write(open, 'lost')
    await fleet.primary.freeze()
    try {
      const [stuck, ended, refused] = [
        failureOf(open.query('SELECT 1')),
        ending(open),
        failureOf(write(idle, 'nowhere')),
      ]
      const newcomer = await succeedsToConnect()
      expect(await succeeds('a read', () => first(newcomer, 'SELECT count(*) >= 0 FROM words'))).toBe(true)
      expect((await stuck).code).toMatch(GONE)
      // The statement has had the error already; the connection ends behind it.
      await ended
      expect((await refused).code).toMatch(/^(57P0[13]|0800[16]|53300)$/)
    } finally {
      fleet.primary.thaw()
    }
    await succeeds('a write', async () => write(await client(), 'again'))
    const rows = await fleet.primary.query("SELECT FROM words WHERE word = 'lost'")
    expect(rows).toHaveLength(0)
  })

  test('Freshet may be started before its servers', async () => {
    for (const server of fleet.servers) await server.stop()
    await start()
    expect((await freshet.get('/readyz')).status).toBe(503)
    await failureOf(connectTo(freshet.url()))
    await fleet.primary.start()
    const on = await succeedsToConnect()
    await write(on, 'first')
    await Promise.all(fleet.replicas.map((one) => one.start()))
    await until('replicas are used', async () => (await ranOn(on, 'SELECT count(*) FROM words')) !== fleet.primary.name)
  })

  test('who comes before the servers have answered is let in as soon as they do', async () => {
    await Promise.all(fleet.servers.map((server) => server.freeze()))
    let early: Promise<pg.Client>
    try {
      await start()
      expect((await freshet.get('/readyz')).status).toBe(503)
      early = client()
      // Whatever comes of it is looked at below.
      early.catch(() => {})
      // Long enough for it to arrive, and not for Freshet to lose patience.
      await pause(300)
    } finally {
      for (const server of fleet.servers) server.thaw()
    }
    expect(await first(await early, 'SELECT 1')).toBe(1)
  })
})

async function succeedsToConnect(): Promise<pg.Client> {
  let on: pg.Client | null = null
  await until('clients can log in', async () => {
    on = await client().catch(() => null)
    return on !== null
  })
  return on!
}

describe('from start to end', () => {
  withLastingFleet()

  test('a server of another cluster is refused, with a line in the log', async () => {
    const foreign = await startFleet({ replicas: 0 })
    try {
      const config = configFor(fleet, { monitor: MONITOR }) as { clusters: { shop: { servers: object[] } } }
      config.clusters.shop.servers.push({ address: foreign.primary.address, name: 'stranger' })
      freshet = await startFreshet(config)
      const on = await client()
      await write(on, 'home')
      expect(
        freshet.logLines.filter((line) => line.includes('stranger') && line.includes('another cluster')),
      ).not.toEqual([])
    } finally {
      await freshet.stop()
      await foreign.stop()
    }
  })

  test('SIGTERM: idle clients are sent away, open transactions may end, and then it ends with 0', async () => {
    await start()
    const [idle, open] = [await client(), await client()]
    await open.query('BEGIN')
    await write(open, 'last')
    const [idleEnd, openEnd] = [ending(idle), ending(open)]
    freshet.signal('SIGTERM')
    expect((await idleEnd).code).toBe('57P01')
    await failureOf(connectTo(freshet.url()))
    await write(open, 'very last')
    await open.query('COMMIT')
    expect((await openEnd).code).toBe('57P01')
    expect(await freshet.ended).toBe(0)
    expect(await fleet.primary.query('SELECT FROM words')).toHaveLength(2)
  })

  test('SIGTERM: when the grace is over, transactions end as well', async () => {
    freshet = await startFreshet(configFor(fleet, { monitor: MONITOR }, { shutdown_grace: '300ms' }))
    const open = await client()
    await open.query('BEGIN')
    await write(open, 'lost')
    const ended = ending(open)
    expect(await freshet.stop()).toBe(0)
    expect((await ended).code).toBe('57P01')
    await until('nothing is left of it', async () => {
      const rows = await fleet.primary.query("SELECT FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
      return rows.length === 0
    })
    expect(await fleet.primary.query('SELECT FROM words')).toHaveLength(0)
  })

  test('SIGHUP: open sessions go on', async () => {
    await start()
    const on = await client()
    await on.query('BEGIN')
    await write(on, 'one')
    freshet.signal('SIGHUP')
    await freshet.until('reloaded', () => freshet.logLines.some((line) => line.includes('reloaded')))
    await on.query('COMMIT')
    expect(await first(await client(), 'SELECT count(*)::int FROM words')).toBe(1)
  })
})
