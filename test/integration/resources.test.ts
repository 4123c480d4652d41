/**
 * Everything is bounded: memory, descriptors and patience. FRESHET_TEST_FULL=1 moves 1 GB instead of 150 MB in each direction.
 */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { connectTo, first } from '../support/clients.ts'
import { configFor, type FreshetProcess, freshetFor, startFreshet, total } from '../support/freshet.ts'
import { createTestServers, selfSigned, until } from '../support/postgres.ts'
import { message, query, type RawClient, rawClient, rawSocket, startupPacket } from '../support/raw-client.ts'

const MB = 1024 * 1024
const MEGABYTES = process.env.FRESHET_TEST_FULL === '1' ? 1024 : 150
const EXTRA_MAX = 50 * MB
const CLIENTS = 1000
const CLIENTS_COST_MAX = 40 * MB

const fleet = createTestServers({
  replicas: 1,
  hba: ['host all app 127.0.0.1/32 trust'],
  parameters: { max_connections: 100 },
})
const trusting = (cluster: object = {}) => freshetFor(fleet(), { auth: { method: 'trust' }, ...cluster })

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** Open files and sockets but for the connections to servers: pools keep those, and how many they need depends on how many clients came at the same moment. */
async function descriptors(freshet: FreshetProcess): Promise<number> {
  const metrics = await freshet.metrics()
  const pooled = ['idle', 'busy', 'connecting'].map((state) => total(metrics, 'freshet_server_connections', { state }))
  return readdirSync(`/proc/${freshet.pid}/fd`).length - pooled.reduce((sum, some) => sum + some, 0)
}
const say = (what: string, bytes: number) => process.stdout.write(`${what}: ${(bytes / MB).toFixed(1)} MB\n`)

const clientsOf = async (freshet: FreshetProcess) => total(await freshet.metrics(), 'freshet_client_connections')
const allLeft = (freshet: FreshetProcess) => until('all have left', async () => (await clientsOf(freshet)) === 0)

/** What the proxy holds after it has worked a little. */
async function warmedUp(freshet: FreshetProcess): Promise<number> {
  const client = await rawClient(freshet.port())
  for (let turn = 1; turn <= 20; turn++) {
    client.send(query("SELECT repeat('x', 100000)"))
    await client.untilReady(turn + 1)
  }
  client.socket.destroy()
  await allLeft(freshet)
  return freshet.memory().residentBytes
}

/** Runs the work and returns by how much the proxy's memory grew beyond what it held before, at its highest. */
async function growth(freshet: FreshetProcess, what: string, work: () => Promise<void>): Promise<number> {
  const before = await warmedUp(freshet)
  await work()
  const extra = freshet.memory().peakBytes - before
  say(`${what}, extra memory`, extra)
  return extra
}

describe('large transfers', () => {
  const ROWS = `SELECT repeat('x', ${MB}) FROM generate_series(1, ${MEGABYTES})`

  test('a large result, read as fast as it comes', async () => {
    const freshet = await trusting()
    const extra = await growth(freshet, `${MEGABYTES} MB result`, async () => {
      const client = await rawClient(freshet.port())
      client.send(query(ROWS))
      await client.untilReady(2)
      expect(client.counts.get('D')).toBe(MEGABYTES)
      expect(client.bytes).toBeGreaterThan(MEGABYTES * MB)
    })
    expect(extra).toBeLessThan(EXTRA_MAX)
  })

  test('a client that stops reading stops the server, and goes on when it likes', async () => {
    const freshet = await trusting()
    const extra = await growth(freshet, `${MEGABYTES} MB result, read slowly`, async () => {
      const client = await rawClient(freshet.port())
      client.socket.pause()
      client.send(query(`/* freshet: route=primary */ ${ROWS}`))
      const waits = async () =>
        (await fleet().primary.query("SELECT FROM pg_stat_activity WHERE wait_event = 'ClientWrite'")).length > 0
      await until('the server waits for the client', waits)
      // From then on a chunk now and then.
      client.socket.on('data', () => {
        client.socket.pause()
        setTimeout(() => client.socket.resume(), 1)
      })
      client.socket.resume()
      await client.untilReady(2)
      expect(client.bytes).toBeGreaterThan(MEGABYTES * MB)
    })
    expect(extra).toBeLessThan(EXTRA_MAX)
  })

  test('a client that sends queries ahead and reads none of the results', async () => {
    const freshet = await trusting()
    // Each reply is so small that it is complete before anything could be stopped.
    const QUERIES = MEGABYTES * 30
    const extra = await growth(freshet, `${QUERIES} results of 30 kB, sent ahead`, async () => {
      const client = await rawClient(freshet.port())
      const before = total(await freshet.metrics(), 'freshet_statements_total')
      client.socket.pause()
      for (let turn = 0; turn < QUERIES; turn++) client.send(query("SELECT repeat('x', 30000)"))
      // Nothing tells that a proxy does nothing any more but that it has done nothing for some time.
      let last = -1
      const stands = async () => {
        const done = total(await freshet.metrics(), 'freshet_statements_total')
        const same = done === last && done > before
        last = done
        return same
      }
      await until('Freshet waits for the client', stands, { everyMs: 500 })
      expect(last - before).toBeLessThan(QUERIES)
      client.socket.resume()
      await client.untilReady(QUERIES + 1)
    })
    expect(extra).toBeLessThan(EXTRA_MAX)
  })

  test('a client that sends before its login is over is read no further', async () => {
    const freshet = await trusting({ pool: { size: 1, wait: '60s' } })
    const holder = await connectTo(freshet.url())
    await holder.query('BEGIN')
    await holder.query('CREATE TABLE held (n int)')
    const QUERIES = MEGABYTES * 16
    const client = await rawSocket(freshet.port())
    const before = freshet.memory().residentBytes
    // A start-up option of its own: nobody else's login can answer for this one, so it waits for the connection.
    client.send(startupPacket('app', 'app\0application_name\0early'))
    const padded = query(`SELECT 1 /* ${'x'.repeat(65_000)} */`)
    const sent = (async () => {
      for (let turn = 0; turn < QUERIES; turn++) {
        if (!client.socket.write(padded)) await new Promise((resolve) => client.socket.once('drain', resolve))
      }
    })()
    let written = -1
    const stands = () => {
      const same = written === client.socket.bytesWritten - client.socket.writableLength
      written = client.socket.bytesWritten - client.socket.writableLength
      return same
    }
    await until('it is read no further', stands, { everyMs: 300 })
    expect(written).toBeLessThan(QUERIES * 65_000)
    await holder.query('ROLLBACK')
    await sent
    await client.untilReady(QUERIES + 1)
    const extra = freshet.memory().peakBytes - before
    say(`${MEGABYTES} MB sent before the login is over, extra memory`, extra)
    expect(extra).toBeLessThan(EXTRA_MAX)
  })

  test('a large COPY in, by a client that sends as fast as it can', async () => {
    await fleet().primary.query('CREATE UNLOGGED TABLE lines (line text)')
    const freshet = await trusting()
    const extra = await growth(freshet, `${MEGABYTES} MB COPY in`, async () => {
      const client = await rawClient(freshet.port())
      client.send(query('COPY lines FROM STDIN WHERE false'))
      await until('COPY begins', () => client.counts.get('G') === 1)
      await pour(client, MEGABYTES)
      client.send(message('c'))
      await client.untilReady(2)
      expect(client.errors).toEqual([])
    })
    expect(extra).toBeLessThan(EXTRA_MAX)
  })

  test('a COPY into a server that stands still stops the client', async () => {
    await fleet().primary.query(`CREATE TABLE slow (line text);
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END$$;
      CREATE TRIGGER wait BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION wait()`)
    const freshet = await trusting()
    const holder = await connectTo(fleet().primary.url())
    await holder.query('SELECT pg_advisory_lock(42)')
    const extra = await growth(freshet, `${MEGABYTES} MB COPY in, server stands still`, async () => {
      const client = await rawClient(freshet.port())
      client.send(query('COPY slow FROM STDIN'))
      await until('COPY begins', () => client.counts.get('G') === 1)
      const poured = pour(client, MEGABYTES)
      const waits = async () =>
        (await fleet().primary.query("SELECT FROM pg_stat_activity WHERE wait_event = 'advisory'")).length > 0
      await until('the server waits', waits)
      let sent = -1
      const stands = () => {
        const same = sent === client.socket.bytesWritten - client.socket.writableLength
        sent = client.socket.bytesWritten - client.socket.writableLength
        return same
      }
      await until('the client waits', stands, { everyMs: 300 })
      expect(sent).toBeLessThan(MEGABYTES * MB)
      await holder.query('SELECT pg_advisory_unlock(42)')
      await poured
      client.send(message('c'))
      await client.untilReady(2)
    })
    expect(extra).toBeLessThan(EXTRA_MAX)
  })
})

/** So many MB of CopyData, in messages of different sizes, waiting for the socket as a good client does. */
async function pour({ socket }: RawClient, megabytes: number): Promise<void> {
  const line = Buffer.from(`${'y'.repeat(8191)}\n`)
  const small = Buffer.concat(Array.from({ length: 64 }, () => message('d', line)))
  const large = message('d', Buffer.concat(Array.from({ length: 64 }, () => line)))
  for (let sent = 0; sent < megabytes * 2; sent++) {
    if (!socket.write(sent % 2 === 0 ? small : large)) await new Promise((resolve) => socket.once('drain', resolve))
  }
}

describe('many clients', () => {
  test(`${CLIENTS} idle clients that have proved who they are`, async () => {
    const freshet = await freshetFor(fleet(), { auth: { users: [{ name: 'app', password: 'app' }] } })
    const early = await Promise.all(Array.from({ length: 50 }, () => connectTo(freshet.url())))
    await Promise.all(early.map((client) => client.query('SELECT 1')))
    await Promise.all(early.map((client) => client.end()))
    await allLeft(freshet)
    const [before, files] = [freshet.memory().residentBytes, await descriptors(freshet)]
    const clients: pg.Client[] = []
    for (let round = 0; round < CLIENTS / 100; round++) {
      clients.push(...(await Promise.all(Array.from({ length: 100 }, () => connectTo(freshet.url())))))
    }
    await Promise.all(clients.map((client) => client.query('SELECT 1')))
    const cost = freshet.memory().residentBytes - before
    say(`${CLIENTS} idle clients`, cost)
    expect(cost).toBeLessThan(CLIENTS_COST_MAX)
    await Promise.all(clients.map((client) => client.end()))
    await allLeft(freshet)
    await until('their descriptors are closed', async () => (await descriptors(freshet)) <= files + 2)
    const metrics = await freshet.metrics()
    expect(total(metrics, 'freshet_server_connections', { state: 'busy' })).toBe(0)
    expect(total(metrics, 'freshet_server_connections', { state: 'waiting' })).toBe(0)
  })

  test('500 clients that come at once are all served by a few server connections', async () => {
    const freshet = await freshetFor(fleet(), { pool: { size: 5, wait: '60s' } })
    const url = freshet.url()
    const work = async () => {
      const client = await connectTo(url)
      const value = await first(client, 'SELECT 40 + 2')
      await client.end()
      return value
    }
    const values = await Promise.all(Array.from({ length: 500 }, work))
    expect(new Set(values)).toEqual(new Set([42]))
    await allLeft(freshet)
  })

  test('one client more than limits.clients is told so; when one leaves there is room', async () => {
    const freshet = await freshetFor(fleet(), { limits: { clients: 3 } })
    const clients = [await connectTo(freshet.url()), await connectTo(freshet.url()), await connectTo(freshet.url())]
    await expect(connectTo(freshet.url())).rejects.toMatchObject({
      code: '53300',
      message: 'sorry, too many clients already',
    })
    await clients[0]!.end()
    await until('there is room', () =>
      connectTo(freshet.url()).then(
        () => true,
        () => false,
      ),
    )
  })
})

describe('bad company', () => {
  /** Leaves nothing behind, whoever came. */
  async function unharmed(freshet: FreshetProcess, visit: () => Promise<RawClient[]>): Promise<void> {
    const worker = await connectTo(freshet.url())
    await worker.query('SELECT 1')
    const before = await descriptors(freshet)
    const guests = await visit()
    expect(await first(worker, 'SELECT 1 + 1')).toBe(2)
    for (const { socket } of guests) socket.destroy()
    await until('their descriptors are closed', async () => (await descriptors(freshet)) <= before + 2)
    expect(await first(worker, 'SELECT 1 + 1')).toBe(2)
    expect(await clientsOf(freshet)).toBe(1)
    expect(freshet.log().filter(({ level }) => Number(level) >= 50)).toEqual([])
  }

  test('garbage from 200 sockets while others work', async () => {
    const freshet = await trusting()
    await unharmed(freshet, async () => {
      const guests = await Promise.all(Array.from({ length: 200 }, () => rawSocket(freshet.port())))
      guests.forEach((guest, index) => {
        const noise = Buffer.from(Array.from({ length: 600 }, (_, at) => (at * 31 + index * 7919) & 0xff))
        // Some garbage from the first byte, some behind a good login.
        if (index % 2 === 0) guest.send(noise)
        else guest.send(startupPacket('app', 'app'), noise)
      })
      await until('those who broke the protocol are gone', () => guests.filter(({ closed }) => closed).length >= 190)
      return guests
    })
  })

  test('garbage and hang-ups in the middle of TLS handshakes', async () => {
    const { cert, key } = selfSigned()
    const files = { cert: join(fleet().folder, 'listener.crt'), key: join(fleet().folder, 'listener.key') }
    writeFileSync(files.cert, cert)
    writeFileSync(files.key, key)
    const freshet = await trusting({ tls: files })
    await unharmed(freshet, async () => {
      const guests = await Promise.all(Array.from({ length: 80 }, () => rawSocket(freshet.port())))
      const hello = Buffer.from('16030100f5010000f10303', 'hex')
      guests.forEach((guest, index) => {
        if (index % 4 === 3) guest.send(Buffer.concat([hello, Buffer.alloc(300, index)]))
        else guest.send(SSL_REQUEST)
      })
      await until('TLS is granted', () =>
        guests.every(({ bytes, closed }, index) => index % 4 === 3 || bytes > 0 || closed),
      )
      guests.forEach((guest, index) => {
        if (index % 4 === 0) guest.send(Buffer.alloc(500, index))
        if (index % 4 === 1) guest.send(hello)
        if (index % 4 <= 2) guest.socket.resetAndDestroy()
      })
      await until('they are gone', () => guests.every(({ closed }) => closed))
      return guests
    })
  })

  test('clients that never finish their login are sent away, those that have finished stay', async () => {
    const freshet = await freshetFor(fleet(), { limits: { login_timeout: '1s' } })
    await unharmed(freshet, async () => {
      const guests = await Promise.all(Array.from({ length: 60 }, () => rawSocket(freshet.port())))
      guests.forEach((guest, index) => {
        const packet = startupPacket('app', 'app')
        if (index % 3 === 1) guest.send(packet.subarray(0, 20))
        if (index % 3 === 2) guest.send(packet)
      })
      await until('they are sent away', () => guests.every(({ closed }) => closed))
      return guests
    })
  })

  test('clients that go away in the middle of everything leave nothing open', async () => {
    const freshet = await trusting()
    await unharmed(freshet, async () => {
      const guests = await Promise.all(Array.from({ length: 40 }, () => rawClient(freshet.port())))
      guests.forEach((guest, index) => {
        const begin = [query('BEGIN'), query('CREATE TEMP TABLE mine (n int)')]
        const last = [query('SELECT pg_sleep(60) FOR UPDATE'), message('Q', 'half a mess').subarray(0, 9)]
        if (index % 4 === 0) guest.send(...begin)
        if (index % 4 === 1) guest.send(last[0]!)
        if (index % 4 === 2) guest.send(last[1]!)
        if (index % 4 === 3) guest.socket.end()
      })
      const asleep = async () => {
        const sql = "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%FOR UPDATE' AND state = 'active'"
        return (await fleet().primary.query(sql)).length === 10
      }
      await until('ten are asleep', asleep)
      for (const { socket } of guests) socket.resetAndDestroy()
      const gone = async () => {
        const rows = await fleet().primary.query("SELECT FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
        return rows.length === 0
      }
      await until('their transactions are over', gone)
      return guests
    })
  })

  test('a small write buffer is no reason to stop for ever', async () => {
    const freshet = await trusting({ limits: { write_buffer: '16KiB' } })
    const client = await rawClient(freshet.port())
    for (let turn = 1; turn <= 50; turn++) {
      client.send(query("SELECT repeat('x', 40000) FROM generate_series(1, 10)"))
      await client.untilReady(turn + 1)
    }
  })
})

test('what has run is listed by digest, without its literals', async () => {
  const freshet = await trusting()
  const client = await connectTo(freshet.url())
  for (let turn = 0; turn < 5; turn++) await first(client, `SELECT 'secret ${turn}'`)
  await first(client, 'SELECT $1::int', [1])
  const page = await (await freshet.get('/api/v1/digests')).text()
  expect(page).not.toContain('secret')
  expect(page).toMatch(/"text":\s*"select\s*\?"/i)
  expect(page).toMatch(/"count":\s*5\b/)
})

test('a proxy that was started and stopped leaves nothing running', async () => {
  const freshet = await startFreshet(configFor(fleet()))
  expect(await freshet.stop()).toBe(0)
})
