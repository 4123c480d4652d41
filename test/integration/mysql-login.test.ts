/** Both logins and compression between real drivers and real servers, through the relay that does nothing else. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import mariadb from 'mariadb'
import mysql, { type ConnectionOptions } from 'mysql2/promise'
import { afterEach, describe, expect, test } from 'vitest'
import type { Failure } from '../../src/dialect.ts'
import { createRsaKeys } from '../../src/mysql/auth/caching-sha2.ts'
import { createPasswordCache } from '../../src/mysql/auth/password-cache.ts'
import { createStoredAccounts } from '../../src/mysql/auth/stored-accounts.ts'
import type { ClientPlugin, Credentials, ServerSecret } from '../../src/mysql/auth/types.ts'
import { parseProfile } from '../../src/mysql/capabilities.ts'
import { readGreeting } from '../../src/mysql/handshake.ts'
import { createTestMysql, selfSigned } from '../support/mysql.ts'
import { firstPayload, logIn, type Relay, type RelayOptions, startRelay } from '../support/mysql-relay.ts'

const certificate = selfSigned()
const rsaKeys = createRsaKeys()
const password = (text: string): ServerSecret => ({ kind: 'password', password: Buffer.from(text) })
const relays: Relay[] = []
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.stop()
})

interface Setting {
  readonly flavour: 'mysql' | 'mariadb'
  readonly credentials: Credentials
  readonly plugin?: ClientPlugin
  readonly tls?: 'disable' | 'allow' | 'require'
  readonly serverTls?: 'disable' | 'prefer'
  readonly proved?: RelayOptions['proved']
}

async function relayTo(port: number, setting: Setting): Promise<Relay> {
  const { version, capabilities, extended, collation } = readGreeting(await firstPayload(port))
  const relay = await startRelay({
    target: { port },
    certificate,
    serverTls: setting.serverTls ?? 'disable',
    ...(setting.proved ? { proved: setting.proved } : {}),
    login: () => ({
      server: { version, flavour: setting.flavour, capabilities, extended, collation },
      plugin: setting.plugin ?? null,
      credentials: setting.credentials,
      rsaKeys,
      tls: setting.tls ?? 'disable',
      packetBytesMax: 80 * 1024,
      host: '127.0.0.1',
    }),
  })
  relays.push(relay)
  return relay
}

const users = (list: Readonly<Record<string, string>>): Credentials => ({
  kind: 'users',
  password: (user) => (list[user] === undefined ? null : Buffer.from(list[user])),
})

/** One query by mysql2; the error's number and text when it does not get that far. */
async function ask(port: number, options: ConnectionOptions, sql = 'SELECT 7 AS seven'): Promise<unknown> {
  try {
    const connection = await mysql.createConnection({
      host: '127.0.0.1',
      port,
      user: 'app',
      password: 'app',
      ...options,
    })
    try {
      const [rows] = await connection.query(sql)
      return Object.values((rows as Record<string, unknown>[])[0]!)[0]
    } finally {
      connection.destroy()
    }
  } catch (error) {
    const { errno, message } = error as { errno: number; message: string }
    return `${errno} ${message}`
  }
}

const denied = (user: string, using: 'YES' | 'NO' = 'YES') =>
  `1045 Access denied for user '${user}'@'127.0.0.1' (using password: ${using})`

async function commandLine(program: string | null, args: string[]): Promise<string> {
  expect(program).not.toBeNull()
  return (await promisify(execFile)(program!, args)).stdout.trim()
}

describe('MySQL', () => {
  const fleet = createTestMysql({ flavour: 'mysql', replicas: 0 })
  const app = { user: 'app', database: 'app', profile: parseProfile(''), readOnly: false } as const

  test('Freshet logs in: over RSA, by the fast exchange, over TLS, by the socket; and refuses writes on a replica', async () => {
    const { port, socketPath } = fleet().primary
    const plain = { ...app, secret: password('app'), tls: 'disable', local: false } as const
    await fleet().primary.query('FLUSH PRIVILEGES')
    for (const [target, options] of [
      [{ port }, plain],
      [{ port }, plain],
      [{ port }, { ...plain, tls: 'require', readOnly: true }],
      [{ path: socketPath }, { ...plain, local: true }],
    ] as const) {
      const arrival = await logIn(target, options)
      expect(arrival).toHaveProperty('greeting')
      if (!('greeting' in arrival)) continue
      expect(arrival.greeting.parameters.get('schema')).toBe('app')
      expect(arrival.greeting.parameters.get('version')).toContain('9.7')
      expect(arrival.greeting.cancel).toEqual({ sql: expect.stringMatching(/^KILL QUERY \d+$/) })
      arrival.socket.destroy()
    }
  })

  test('a wrong password, an unknown database and a collation beyond one byte', async () => {
    const { port } = fleet().primary
    const plain = { ...app, secret: password('app'), tls: 'disable', local: false } as const
    expect(await logIn({ port }, { ...plain, secret: password('bad') })).toMatchObject({
      failure: { number: 1045, code: '28000', credentialsChanged: true },
    })
    expect(await logIn({ port }, { ...plain, database: 'nowhere' })).toMatchObject({ failure: { number: 1044 } })
    const arrival = await logIn({ port }, { ...plain, profile: { ...plain.profile, collation: 309 } })
    if ('failure' in arrival) throw new Error(arrival.failure.message)
    expect(arrival.greeting.parameters.get('collation_connection')).toBe('utf8mb4_0900_bin')
    arrival.socket.destroy()
  })

  test("the servers' own accounts: the first login is full, the next fast; a changed password counts at once", async () => {
    await fleet().primary.query("CREATE USER changing@'%' IDENTIFIED BY 'one'")
    const cache = createPasswordCache(10)
    const seen: (Failure | null)[] = []
    const relay = await relayTo(fleet().primary.port, {
      flavour: 'mysql',
      credentials: { kind: 'servers', cache },
      proved: ({ user, secret }, failure) => {
        seen.push(failure)
        const { kind, password: bytes } = secret as { kind: string; password: Buffer }
        if (kind !== 'password') return
        if (failure === null) cache.proved(user, bytes)
        else cache.refused(user, bytes)
      },
    })
    const as = (text: string) => ask(relay.port, { user: 'changing', password: text })
    expect(await as('one')).toBe(7)
    expect(await as('one')).toBe(7)
    expect(await as('two')).toBe(denied('changing'))
    await fleet().primary.query("ALTER USER changing@'%' IDENTIFIED BY 'two'")
    expect(await as('two')).toBe(7)
    expect(await as('one')).toBe(denied('changing'))
    expect(await ask(relay.port, { user: 'nobody', password: 'x' })).toBe(denied('nobody'))
    expect(await ask(relay.port, { user: 'nobody', password: '' })).toMatch(/^1045 Access denied for user 'nobody'/)
    expect(relay.identities.every(({ unproved }) => unproved)).toBe(true)
    expect(seen).toHaveLength(relay.identities.length)
  })

  test('over TLS and with a listener that demands it', async () => {
    const relay = await relayTo(fleet().primary.port, {
      flavour: 'mysql',
      credentials: { kind: 'servers', cache: createPasswordCache(10) },
      tls: 'require',
      serverTls: 'prefer',
    })
    expect(await ask(relay.port, { ssl: { rejectUnauthorized: false } })).toBe(7)
    expect(await ask(relay.port, {})).toMatch(/^3159 Connections using insecure transport are prohibited/)
  })

  test.each(['caching_sha2_password', 'mysql_native_password'] as const)('auth.users by %s', async (plugin) => {
    const credentials = users({ app: 'app', listed: 'only here' })
    const relay = await relayTo(fleet().primary.port, { flavour: 'mysql', credentials, plugin })
    expect(await ask(relay.port, {})).toBe(7)
    expect(await ask(relay.port, { password: 'bad' })).toBe(denied('app'))
    expect(await ask(relay.port, { user: 'nobody' })).toBe(denied('nobody'))
    // Proved here, but the servers do not know it: their own words.
    expect(await ask(relay.port, { user: 'listed', password: 'only here' })).toMatch(/^1045 /)
    expect(relay.identities.some(({ unproved }) => unproved)).toBe(false)
  })

  test('what a client asks for arrives: attributes, database, found rows', async () => {
    const relay = await relayTo(fleet().primary.port, { flavour: 'mysql', credentials: users({ app: 'app' }) })
    const connectAttributes = { 'freshet.max_lag': '200ms', program_name: 'the test' }
    expect(await ask(relay.port, { database: 'app', connectAttributes }, 'SELECT DATABASE()')).toBe('app')
    expect(relay.identities[0]).toMatchObject({
      user: 'app',
      database: 'app',
      controls: [['max_lag', '200ms']],
      applicationName: 'the test',
    })
    expect(await ask(relay.port, {}, 'SELECT DATABASE()')).toBe(null)
  })

  test('trust: whatever password a client has, the servers decide', async () => {
    await fleet().primary.query("CREATE USER anybody@'%' IDENTIFIED BY ''")
    const relay = await relayTo(fleet().primary.port, { flavour: 'mysql', credentials: { kind: 'trust' } })
    expect(await ask(relay.port, { user: 'anybody', password: '' })).toBe(7)
    expect(await ask(relay.port, { user: 'anybody', password: 'any' })).toBe(7)
    const shared = ['-h127.0.0.1', `-P${relay.port}`, '-uanybody', '-pany', '--ssl-mode=DISABLED', '-N', '-B']
    expect(await commandLine(fleet().program('mysql'), [...shared, '-e', 'SELECT 7'])).toBe('7')
    expect(await ask(relay.port, {})).toMatch(/^1045 Access denied for user 'app'/)
  })

  test('the mysql command line, compressed by zlib and by zstd', async () => {
    const relay = await relayTo(fleet().primary.port, { flavour: 'mysql', credentials: users({ app: 'app' }) })
    const program = fleet().program('mysql')
    const shared = ['-h127.0.0.1', `-P${relay.port}`, '-uapp', '-papp', '--ssl-mode=DISABLED', '-N', '-B', 'app']
    for (const algorithm of ['uncompressed', 'zlib', 'zstd']) {
      const sql = "SELECT LENGTH(REPEAT('ab', 200000)); SELECT REPEAT('ab', 200000); SHOW STATUS LIKE 'Compression%'"
      const out = await commandLine(program, [...shared, `--compression-algorithms=${algorithm}`, '-e', sql])
      expect(out.split('\n').slice(0, 2)).toEqual(['400000', 'ab'.repeat(200000)])
    }
  })
})

describe('MariaDB', () => {
  const fleet = createTestMysql({ flavour: 'mariadb', replicas: 0, parameters: { plugin_load_add: 'auth_ed25519' } })
  const lookup = () =>
    createStoredAccounts({
      clock: () => Date.now(),
      run: async (sql, parameters) => {
        const { port } = fleet().primary
        const monitor = await mysql.createConnection({ host: '127.0.0.1', port, user: 'freshet', password: 'monitor' })
        try {
          const [rows] = await monitor.query({ sql, rowsAsArray: true }, [...parameters] as string[])
          return rows as unknown as (string | null)[][]
        } finally {
          monitor.destroy()
        }
      },
    })

  test("the servers' own accounts, without their passwords", async () => {
    const run = (sql: string) => fleet().primary.query(sql)
    await run("CREATE USER locked@'%' IDENTIFIED BY 'x' ACCOUNT LOCK")
    await run("CREATE USER expired@'%' IDENTIFIED BY 'x' PASSWORD EXPIRE")
    await run("CREATE USER empty@'%'")
    await run("CREATE USER curve@'%' IDENTIFIED VIA ed25519 USING PASSWORD('secret')")
    await run("CREATE USER either@'%' IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('secret')")
    await run("CREATE USER narrow@'127.0.0.1' IDENTIFIED BY 'near'")
    await run("CREATE USER narrow@'%' IDENTIFIED BY 'far'")
    await run('CREATE ROLE some_role')
    const credentials: Credentials = { kind: 'stored', lookup: lookup() }
    const relay = await relayTo(fleet().primary.port, { flavour: 'mariadb', credentials })
    const as = (user: string, text: string) => ask(relay.port, { user, password: text })
    expect(await as('app', 'app')).toBe(7)
    expect(relay.identities[0]!.secret).toMatchObject({ kind: 'native-key' })
    expect(await as('app', 'bad')).toBe(denied('app'))
    expect(await as('nobody', 'bad')).toBe(denied('nobody'))
    expect(await as('some_role', '')).toBe(denied('some_role', 'NO'))
    expect(await as('empty', '')).toBe(7)
    expect(await as('empty', 'x')).toBe(denied('empty'))
    expect(await as('locked', 'x')).toBe('4151 Access denied, this account is locked')
    expect(await as('expired', 'x')).toMatch(/^1862 Your password has expired/)
    expect(await as('curve', 'secret')).toMatch(/^1251 .*auth\.users/)
    expect(await as('either', 'secret')).toBe(7)
    expect(await as('narrow', 'near')).toBe(7)
    expect(await as('narrow', 'far')).toBe(denied('narrow'))
    await run("ALTER USER narrow@'127.0.0.1' IDENTIFIED BY 'changed'")
    expect(await as('narrow', 'changed')).toBe(7)
    expect(await as('narrow', 'near')).toBe(denied('narrow'))
  })

  test('client_ed25519 on both legs, with auth.users', async () => {
    await fleet().primary.query("CREATE USER signer@'%' IDENTIFIED VIA ed25519 USING PASSWORD('sëcret')")
    const credentials = users({ signer: 'sëcret' })
    const relay = await relayTo(fleet().primary.port, { flavour: 'mariadb', credentials, plugin: 'client_ed25519' })
    const as = async (text: string) => {
      const connection = await mariadb.createConnection({ port: relay.port, user: 'signer', password: text })
      const rows = await connection.query('SELECT 7 AS seven')
      await connection.end()
      return rows[0].seven as number
    }
    expect(await as('sëcret')).toBe(7)
    await expect(as('other')).rejects.toMatchObject({ errno: 1045 })
  })

  test('the mariadb connector: TLS, compression, pipelining, bulk execution', async () => {
    const credentials: Credentials = { kind: 'stored', lookup: lookup() }
    const relay = await relayTo(fleet().primary.port, { flavour: 'mariadb', credentials, tls: 'allow' })
    for (const options of [{}, { compress: true }, { ssl: { rejectUnauthorized: false } }]) {
      const shared = { port: relay.port, user: 'app', password: 'app', database: 'app' }
      const connection = await mariadb.createConnection({ ...shared, ...options })
      await connection.query('CREATE OR REPLACE TABLE bulk (id INT, text VARCHAR(100))')
      const rows = Array.from({ length: 300 }, (_, id) => [id, `text ${id}`.repeat(8)])
      await connection.batch('INSERT INTO bulk VALUES (?, ?)', rows)
      const answers = await Promise.all(
        [1, 2, 3].map((n) => connection.query('SELECT ? AS n, COUNT(*) AS c FROM bulk', [n])),
      )
      expect(answers.map(([row]) => [Number(row.n), Number(row.c)])).toEqual([
        [1, 300],
        [2, 300],
        [3, 300],
      ])
      await connection.end()
    }
  })

  test('the mariadb command line, compressed and not', async () => {
    const relay = await relayTo(fleet().primary.port, {
      flavour: 'mariadb',
      credentials: { kind: 'stored', lookup: lookup() },
    })
    const shared = ['-h127.0.0.1', `-P${relay.port}`, '-uapp', '-papp', '-N', '-B']
    for (const more of [[], ['--compress']]) {
      const out = await commandLine(fleet().program('mariadb'), [
        ...shared,
        ...more,
        'app',
        '-e',
        'SELECT 7, DATABASE(), @@version',
      ])
      expect(out).toMatch(/^7\tapp\t10\.11/)
    }
  })

  test('trust: the servers decide', async () => {
    await fleet().primary.query("CREATE USER anybody@'%'")
    const relay = await relayTo(fleet().primary.port, { flavour: 'mariadb', credentials: { kind: 'trust' } })
    expect(await ask(relay.port, { user: 'anybody', password: '' })).toBe(7)
    expect(await ask(relay.port, { user: 'app' })).toBe(denied('app', 'NO'))
  })
})
