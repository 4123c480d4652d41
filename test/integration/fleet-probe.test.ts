/** The watching connection by itself: how it gets to its server, and what it says when it does not. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fleet as LocalFleet, startFleet } from '../../src/cli/demo/local-postgres.ts'
import { until } from '../../src/cli/demo/processes.ts'
import { selfSigned } from '../../src/config/self-signed.ts'
import type { ServerTlsMode } from '../../src/config/types.ts'
import type { Probe } from '../../src/dialect.ts'
import { covers } from '../../src/postgres/position.ts'
import { connectProbe } from '../../src/postgres/probe.ts'

const certificate = selfSigned()
let secured: LocalFleet
let plain: LocalFleet

beforeAll(async () => {
  ;[secured, plain] = await Promise.all([
    startFleet({ replicas: 0, tls: certificate }),
    startFleet({ replicas: 1, parameters: { wal_level: 'logical' } }),
  ])
})

afterAll(() => Promise.all([secured?.stop(), plain?.stop()]))

const account = { user: 'freshet', password: 'monitor', database: 'postgres', timeout: 2000 }
const targetOf = ({ primary: { host, port } }: LocalFleet) => ({ host, port })

async function encrypted(fleet: LocalFleet, mode: ServerTlsMode, ca: string | null = null): Promise<string | null> {
  const probe = await connectProbe(targetOf(fleet), account, { mode, ca })
  const [row] = await probe.query('SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()', [])
  probe.close()
  return row![0]!
}

describe('TLS', () => {
  test.each<[ServerTlsMode, string]>([
    ['disable', 'false'],
    ['prefer', 'true'],
    ['require', 'true'],
  ])('%s where the server offers it', async (mode, expected) => {
    expect(await encrypted(secured, mode)).toBe(expected)
  })

  test('verification succeeds with the right authority only', async () => {
    const other = selfSigned().cert
    for (const mode of ['verify-ca', 'verify-full'] as const) {
      expect(await encrypted(secured, mode, certificate.cert)).toBe('true')
      await expect(encrypted(secured, mode, other)).rejects.toThrow(/certificate|signature/)
      await expect(encrypted(secured, mode)).rejects.toThrow(/certificate/)
    }
  })

  test('where the server does not offer it, prefer goes without and the others do not', async () => {
    expect(await encrypted(plain, 'prefer')).toBe('false')
    for (const mode of ['require', 'verify-ca', 'verify-full'] as const) {
      await expect(encrypted(plain, mode, certificate.cert)).rejects.toThrow('does not support SSL')
    }
  })
})

describe('getting in', () => {
  const off = { mode: 'disable', ca: null } as const

  test('a socket path works like an address', async () => {
    const { primary } = plain
    const path = `${primary.dataFolder.replace(/\/[^/]*$/, '')}/.s.PGSQL.${primary.port}`
    const probe = await connectProbe({ path }, { ...account, user: 'postgres' }, { mode: 'verify-full', ca: null })
    expect(await probe.sample()).toMatchObject({ role: 'primary', doubt: null, history: 1 })
    probe.close()
    await expect(connectProbe({ path: '/tmp/other.sock' }, account, off)).rejects.toThrow('.s.PGSQL.<port>')
  })

  test('a wrong password, an unknown database and a closed port are told as they are', async () => {
    const target = targetOf(plain)
    await expect(connectProbe(target, { ...account, password: 'x' }, off)).rejects.toMatchObject({ code: '28P01' })
    await expect(connectProbe(target, { ...account, database: 'x' }, off)).rejects.toMatchObject({ code: '3D000' })
    await expect(connectProbe({ host: '127.0.0.1', port: 1 }, account, off)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
  })

  test('a server that hangs is given up, and leaves no socket behind', async () => {
    await plain.primary.freeze()
    const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
    const before = sockets()
    try {
      await expect(connectProbe(targetOf(plain), { ...account, timeout: 200 }, off)).rejects.toThrow('timeout')
    } finally {
      plain.primary.thaw()
    }
    await until('the socket is gone', () => sockets() <= before)
  })
})

describe('samples', () => {
  let primary: Probe
  let replica: Probe

  beforeAll(async () => {
    const [server] = plain.replicas
    primary = await connectProbe(targetOf(plain), account, { mode: 'prefer', ca: null })
    replica = await connectProbe({ host: server!.host, port: server!.port }, account, { mode: 'prefer', ca: null })
  })

  afterAll(() => {
    primary?.close()
    replica?.close()
  })

  /** A replica that stands below an idle primary would wait for the background writer's next record, up to 15 seconds. */
  const caughtUp = (what: string) =>
    until(
      what,
      async () => {
        const [have, need] = [await replica.sample(), await primary.sample()]
        return have.position !== null && need.position !== null && covers(have.position, need.position)
      },
      { timeoutMs: 5000 },
    )

  test('say the same of the cluster and their own of the server', async () => {
    const [its, copy] = [await primary.sample(), await replica.sample()]
    expect(its.identity).toBe(copy.identity)
    expect(its.startedAt).not.toBe(copy.startedAt)
    expect([its.role, copy.role]).toEqual(['primary', 'replica'])
    expect(Math.abs(its.clock - Date.now())).toBeLessThan(5000)
  })

  const writeMessage = (size: number) =>
    primary.query("SELECT pg_logical_emit_message(true, 'x', repeat('x', $1::int))", [size])

  async function endOfLog(): Promise<number> {
    const [row] = await primary.query("SELECT (pg_current_wal_insert_lsn() - '0/0')::text", [])
    return Number(row![0])
  }

  /** By how much the log grows beyond a message's payload, where both end in one page: the record's header and the commit. */
  async function overhead(): Promise<number> {
    for (;;) {
      const before = await endOfLog()
      await writeMessage(800)
      const after = await endOfLog()
      if (Math.floor(before / 8192) === Math.floor(after / 8192)) return after - before - 800
    }
  }

  test('a replica catches up where the log ends exactly with its page, behind which the primary already counts a header', async () => {
    const extra = await overhead()
    let hits = 0
    for (let round = 0; round < 20; round++) {
      while (8192 - ((await endOfLog()) % 8192) < extra + 800) await writeMessage(800)
      await writeMessage(8192 - ((await endOfLog()) % 8192) - extra)
      if ((await endOfLog()) % 8192 === 24) hits++
      await caughtUp(`round ${round}`)
    }
    expect(hits).toBeGreaterThan(10)
    for (const size of [1, 9000]) {
      await writeMessage(size)
      await plain.primary.query('SELECT pg_switch_wal()')
      await caughtUp('the end of a segment')
    }
  })

  test('a marker moves the log and reaches the replica', async () => {
    const before = await primary.sample()
    await primary.nudge()
    const after = await primary.sample()
    expect(covers(before.position!, after.position!)).toBe(false)
    await caughtUp('the marker has arrived')
    await expect(replica.nudge()).rejects.toThrow('recovery')
  })

  test('a replica that receives nothing has a doubt instead of a position', async () => {
    const [server] = plain.replicas
    await server!.query("ALTER SYSTEM SET primary_conninfo = ''")
    await server!.query('SELECT pg_reload_conf()')
    await until('its receiver has ended', async () => (await replica.sample()).position === null)
    expect(await replica.sample()).toMatchObject({
      role: 'replica',
      history: 0,
      doubt: 'its timeline is unknown: it receives no WAL from another server',
    })
    await server!.query('ALTER SYSTEM RESET primary_conninfo')
    await server!.query('SELECT pg_reload_conf()')
    await until('it knows where it is again', async () => (await replica.sample()).position !== null)
  })

  test('who holds a lock is not waited for: the deadlock that could follow would be a client of the server', async () => {
    const holder = new pg.Client({ connectionString: plain.primary.url('postgres', 'postgres') })
    await holder.connect()
    await holder.query('CREATE VIEW watched AS SELECT 1 AS n')
    await holder.query('BEGIN')
    await holder.query('DROP VIEW watched')
    await expect(primary.query("SELECT pg_get_viewdef('watched'::regclass)", [])).rejects.toMatchObject({
      code: '55P03',
    })
    await holder.query('COMMIT')
    await holder.end()
  })

  test('a server that stops ends its probe', async () => {
    const [server] = plain.replicas
    await server!.stop()
    await expect(replica.sample()).rejects.toThrow()
    await expect(replica.sample()).rejects.toThrow()
  })
})
