/** TLS towards clients and towards the servers: modes, certificates, direct negotiation, channel binding, cancel requests. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import pg from 'pg'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { frontend as f } from '../postgres/conversation.ts'
import { configFor, type FreshetProcess, freshetFor, startFreshet } from '../support/freshet.ts'
import { createTestServers, selfSigned, until } from '../support/postgres.ts'
import { succeed } from './drivers/programs.ts'
import { cancelRequest, RawClient, SSL_REQUEST, show, startup } from './protocol/raw-client.ts'

const SERVERS = selfSigned()
const OWN = selfSigned()
const STRANGER = selfSigned()

const fleet = createTestServers({
  replicas: 1,
  tls: SERVERS,
  hba: ['host all app 127.0.0.1/32 scram-sha-256'],
})

const USER = ['user', 'app', 'database', 'app']
const folder = mkdtempSync(join(tmpdir(), 'freshet-tls-'))
const rootFile = join(folder, 'root.crt')
writeFileSync(rootFile, OWN.cert)

const tlsTo = async (port: number, options: { requested: boolean; alpn?: string[] }): Promise<TLSSocket> => {
  const plain = await RawClient.open(port)
  const { socket } = plain
  plain.framed = false
  if (options.requested) {
    plain.send(SSL_REQUEST)
    await plain.until('S', () => plain.bytes.length > 0)
    expect(plain.bytes.toString()).toBe('S')
  }
  socket.removeAllListeners('data')
  const secure = connectTls({ socket, ca: OWN.cert, host: '127.0.0.1', ALPNProtocols: options.alpn ?? [] })
  onTestFinished(() => void socket.destroy())
  await new Promise((resolve, reject) => {
    secure.once('secureConnect', resolve).once('error', reject)
    secure.once('close', () => reject(new Error('closed')))
  })
  return secure
}

async function ask(freshet: FreshetProcess, ssl: pg.ClientConfig['ssl'], text: string, more: pg.ClientConfig = {}) {
  const client = new pg.Client({ connectionString: freshet.url(), ssl: ssl ?? false, ...more })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(text)).rows[0]
  } finally {
    await client.end()
  }
}

describe('clients', () => {
  let allow: FreshetProcess
  beforeAll(async () => {
    const tls = { mode: 'allow', cert: OWN.cert, key: OWN.key }
    allow = await startFreshet(configFor(fleet(), { tls, server_tls: { mode: 'verify-full', ca: SERVERS.cert } }))
    return async () => {
      await allow.stop()
    }
  })

  const onServer = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'

  test('with TLS, verified, and without; the servers are spoken to with TLS', async () => {
    expect(await ask(allow, { ca: OWN.cert }, onServer)).toEqual({ ssl: true })
    expect(await ask(allow, { rejectUnauthorized: false }, onServer)).toEqual({ ssl: true })
    expect(await ask(allow, false, onServer)).toEqual({ ssl: true })
    await expect(ask(allow, { ca: STRANGER.cert }, onServer)).rejects.toThrow(/self-signed certificate/)
  })

  test('channel binding: offered over TLS only, and it works', async () => {
    const offered = async (socket: RawClient) => {
      socket.send(startup(USER))
      return show(await socket.take('R'))
    }
    expect(await offered(new RawClient(await tlsTo(allow.port(), { requested: true })))).toContain('SCRAM-SHA-256-PLUS')
    const plain = await RawClient.open(allow.port())
    onTestFinished(() => plain.close())
    expect(await offered(plain)).not.toContain('PLUS')
    expect(await ask(allow, { ca: OWN.cert }, 'SELECT 1 AS one', { enableChannelBinding: true })).toEqual({ one: 1 })
    await expect(
      ask(allow, { ca: OWN.cert }, 'SELECT 1', {
        enableChannelBinding: true,
        connectionString: allow.url('app', 'app', 'wrong'),
      }),
    ).rejects.toMatchObject({ code: '28P01' })
  })

  test.each([
    ['verify-full', 'require'],
    ['require', 'prefer'],
    ['disable', 'disable'],
  ])('libpq with sslmode=%s channel_binding=%s', async (mode, binding) => {
    const conninfo = `host=127.0.0.1 port=${allow.port()} user=app password=app dbname=app sslmode=${mode} channel_binding=${binding} sslrootcert=${mode === 'verify-full' ? rootFile : ''}`
    const { out } = await succeed('psql', [conninfo, '-XAtc', 'SELECT 42'], { from: 'postgresql-client' })
    expect(out.trim()).toBe('42')
  })

  test('direct TLS with ALPN; without ALPN it is refused', async () => {
    const secure = await tlsTo(allow.port(), { requested: false, alpn: ['postgresql'] })
    expect(secure.alpnProtocol).toBe('postgresql')
    const client = new RawClient(secure)
    client.send(startup(USER))
    expect(show(await client.take('R'))).toContain('SCRAM-SHA-256-PLUS')
    const ended = async (alpn: string[]) => {
      const secure = await tlsTo(allow.port(), { requested: false, alpn }).catch(() => null)
      // Some peers are told during the handshake, others by the end of the connection.
      if (secure === null) return ''
      const other = new RawClient(secure)
      other.send(startup(USER))
      return show(await other.end())
    }
    expect(await ended([])).toBe('')
    expect(await ended(['http/1.1'])).toBe('')
  })

  test('garbage instead of a handshake ends that connection only', async () => {
    const client = await RawClient.open(allow.port())
    client.framed = false
    client.send(SSL_REQUEST)
    await client.until('S', () => client.bytes.length > 0)
    client.send(Buffer.alloc(5000, 0x41))
    await client.end()
    const direct = await RawClient.open(allow.port())
    direct.send(Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]))
    await direct.end()
    expect(await ask(allow, { ca: OWN.cert }, 'SELECT 1 AS one')).toEqual({ one: 1 })
  })

  test('a cancel request over TLS, and on to the server over TLS', async () => {
    const client = new pg.Client({ connectionString: allow.url(), ssl: { ca: OWN.cert } })
    await client.connect()
    const asleep = expect(client.query("SELECT pg_sleep(30), 'tls'")).rejects.toMatchObject({ code: '57014' })
    await until('it runs', async () => {
      const sql =
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(30), ''tls'''"
      const counts = await Promise.all(fleet().servers.map((server) => server.query(sql)))
      return counts.some(([row]) => row!.n === 1)
    })
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
    const key = Buffer.alloc(8)
    key.writeInt32BE(processID)
    key.writeInt32BE(secretKey, 4)
    const secure = await tlsTo(allow.port(), { requested: true })
    secure.write(cancelRequest(key.subarray(0, 4), key.subarray(4)))
    await asleep
    await client.end()
  })
})

test('tls mode require refuses plain text, in words', async () => {
  const freshet = await freshetFor(fleet(), { tls: { mode: 'require', cert: OWN.cert, key: OWN.key } })
  await expect(ask(freshet, false, 'SELECT 1')).rejects.toMatchObject({ code: '28000', severity: 'FATAL' })
  expect(await ask(freshet, { ca: OWN.cert }, 'SELECT 1 AS one')).toEqual({ one: 1 })
  const raw = await RawClient.open(freshet.port())
  raw.send(f.query('SELECT 1'))
  expect(show(await raw.end())).toMatch(/^E SFATAL/)
})

describe('server_tls', () => {
  // 127.1 is another way to write 127.0.0.1, of which the certificate does not know.
  const at = (host: string) => fleet().servers.map(({ port, name }) => ({ address: `${host}:${port}`, name }))
  test.each([
    ['verify-full', '127.0.0.1', SERVERS.cert, true],
    ['verify-ca', '127.0.0.1', SERVERS.cert, true],
    ['verify-ca', '127.1', SERVERS.cert, true],
    ['require', '127.0.0.1', null, true],
    ['prefer', '127.0.0.1', null, true],
    ['disable', '127.0.0.1', null, false],
  ])('%s to %s', async (mode, host, ca, ssl) => {
    const server_tls = ca === null ? { mode } : { mode, ca }
    const freshet = await freshetFor(fleet(), { server_tls, servers: at(host) })
    const sql = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
    expect(await ask(freshet, false, sql)).toEqual({ ssl })
  })

  test.each([
    ['verify-full', '127.1', 'another name', SERVERS.cert],
    ['verify-full', '127.0.0.1', 'another authority', STRANGER.cert],
    ['verify-ca', '127.0.0.1', 'another authority', STRANGER.cert],
  ])('%s to %s refuses a certificate of %s', async (mode, host, _, ca) => {
    const freshet = await freshetFor(fleet(), { server_tls: { mode, ca }, servers: at(host) })
    await expect(ask(freshet, false, 'SELECT 1')).rejects.toMatchObject({ severity: 'FATAL' })
    expect(freshet.log().some((line) => /certificate|altnames/i.test(JSON.stringify(line)))).toBe(true)
  })
})
