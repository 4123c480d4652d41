import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { selfSigned } from '../../src/config/self-signed.ts'
import { type Accounts, createAccounts, isFailure } from '../../src/postgres/auth/accounts.ts'
import { tlsServerEndPoint } from '../../src/postgres/auth/channel-binding.ts'
import { createClientAuth } from '../../src/postgres/auth/client-auth.ts'
import { credentialFromStored } from '../../src/postgres/auth/credential.ts'
import { md5Hash } from '../../src/postgres/auth/md5.ts'
import { formatVerifier, makeVerifier, parseVerifier } from '../../src/postgres/auth/scram.ts'
import type { Credential, ServerSecret } from '../../src/postgres/auth/types.ts'
import { initialResponse, nonceOf, REFUSALS } from '../postgres/auth/refusals.ts'
import { login } from './auth/login.ts'
import { listenForLogins } from './auth/proxy.ts'
import { type AuthServer, startAuthServer } from './auth/server.ts'
import { answer, errorFields, startUp } from './auth/wire.ts'

let server: AuthServer
let binding: Buffer

const SETUP = `
CREATE ROLE ada LOGIN PASSWORD 'secret';
CREATE ROLE viamd5 LOGIN PASSWORD 'secret';
CREATE ROLE cleartext LOGIN PASSWORD 'secret';
CREATE ROLE expired LOGIN PASSWORD 'secret' VALID UNTIL '2001-01-01';
CREATE ROLE fresh LOGIN PASSWORD 'secret' VALID UNTIL '2999-01-01';
CREATE ROLE passwordless LOGIN;
CREATE ROLE nologin PASSWORD 'secret';
CREATE ROLE trusted LOGIN;
CREATE ROLE super SUPERUSER LOGIN PASSWORD 'secret';
SET password_encryption = md5;
CREATE ROLE md5user LOGIN PASSWORD 'secret';
CREATE ROLE md5only LOGIN PASSWORD 'secret';
RESET password_encryption;
CREATE ROLE monitor_full LOGIN; GRANT SELECT ON pg_authid TO monitor_full;
CREATE ROLE monitor_bare LOGIN;
CREATE ROLE monitor_query LOGIN;
CREATE FUNCTION verifier_of(text) RETURNS TABLE (usename name, passwd text) LANGUAGE sql SECURITY DEFINER
  AS 'SELECT rolname, rolpassword FROM pg_authid WHERE rolname = $1';
REVOKE ALL ON FUNCTION verifier_of FROM public; GRANT EXECUTE ON FUNCTION verifier_of TO monitor_query;
`

beforeAll(async () => {
  server = await startAuthServer()
  binding = tlsServerEndPoint(server.certificate)!
  await server.query(SETUP)
  for (const name of ['closed', 'private', 'closed_private', 'invalid']) await server.query(`CREATE DATABASE ${name}`)
  await server.query('REVOKE CONNECT ON DATABASE private, closed_private FROM public')
  await server.query("UPDATE pg_database SET datallowconn = false WHERE datname LIKE 'closed%'")
  await server.query("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'invalid'")
})
afterAll(() => server?.stop())

const storedOf = async (user: string): Promise<Credential> => {
  const rows = await server.query('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [user])
  return credentialFromStored(rows[0]![0]!)!
}

/** Lets node-postgres log in to Freshet's side of the exchange, and returns what it could be recovered from it. */
async function recover(
  user: string,
  method: 'scram-sha-256' | 'md5',
  options: { password?: string; tls?: boolean } = {},
): Promise<ServerSecret | undefined> {
  const certificate = selfSigned()
  const channelBinding = options.tls === true ? tlsServerEndPoint(certificate.der) : null
  const serverSide = { method, credential: await storedOf(user), channelBinding }
  const listener = await listenForLogins(serverSide, options.tls === true ? certificate : null)
  const client = new pg.Client({
    host: '127.0.0.1',
    port: listener.port,
    user,
    database: 'postgres',
    password: options.password ?? 'secret',
    ssl: options.tls === true ? { rejectUnauthorized: false } : false,
    enableChannelBinding: true,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return listener.secrets[0]
  } finally {
    await client.end()
    listener.close()
  }
}

describe('keys recovered from a client log in to the real server', () => {
  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('SCRAM, TLS to the client %s, TLS to the server %s', async (clientTls, serverTls) => {
    const secret = await recover('ada', 'scram-sha-256', { tls: clientTls })
    expect(secret?.kind).toBe('scram-keys')
    const options = { user: 'ada', secret: secret!, channelBinding: serverTls ? binding : null, tls: serverTls }
    expect(await login(server.port, options)).toBe('logged in')
    if (serverTls) {
      expect(await login(server.port, { ...options, channelBinding: null })).toBe('logged in')
      expect(await login(server.port, { ...options, channelBinding: Buffer.alloc(32) })).toMatchObject({
        error: { code: '28000', message: 'SCRAM channel binding check failed' },
      })
    }
  })

  it('MD5, and SCRAM where the method is md5 but the verifier is not', async () => {
    const md5 = await recover('md5user', 'md5')
    expect(md5).toEqual({ kind: 'md5-hash', hash: md5Hash('secret', 'md5user') })
    expect(await login(server.port, { user: 'md5user', secret: md5!, channelBinding: null })).toBe('logged in')
    const scram = await recover('viamd5', 'md5')
    expect(scram?.kind).toBe('scram-keys')
    expect(await login(server.port, { user: 'viamd5', secret: scram!, channelBinding: null })).toBe('logged in')
  })

  it('until the password is changed on the server', async () => {
    await server.query("CREATE ROLE changing LOGIN PASSWORD 'secret'")
    const secret = (await recover('changing', 'scram-sha-256'))!
    await server.query("ALTER ROLE changing PASSWORD 'secret'")
    expect(await login(server.port, { user: 'changing', secret, channelBinding: null })).toMatchObject({
      verifierChanged: true,
      failure: { code: '28P01' },
    })
  })

  it('and a wrong password recovers nothing', async () => {
    for (const [user, method] of [
      ['ada', 'scram-sha-256'],
      ['md5user', 'md5'],
    ] as const) {
      await expect(recover(user, method, { password: 'guess' })).rejects.toMatchObject({
        code: '28P01',
        severity: 'FATAL',
        message: `password authentication failed for user "${user}"`,
      })
    }
  })
})

describe('a password logs in to the real server', () => {
  const secret: ServerSecret = { kind: 'password', password: 'secret' }
  it.each([
    ['ada', false],
    ['ada', true],
    ['viamd5', false],
    ['md5user', false],
    ['trusted', false],
    ['cleartext', true],
  ])('%s, TLS %s', async (user, tls) => {
    expect(await login(server.port, { user, secret, channelBinding: tls ? binding : null, tls })).toBe('logged in')
  })

  it('not in clear text without TLS, and not with anything wrong', async () => {
    const plain = await login(server.port, { user: 'cleartext', secret, channelBinding: null })
    expect(plain).toMatchObject({ failure: { code: '28000' } })
    const wrong = { kind: 'password', password: 'guess' } as const
    for (const user of ['ada', 'md5user', 'stranger', 'expired', 'passwordless', 'md5only']) {
      expect(await login(server.port, { user, secret: wrong, channelBinding: null })).toEqual({
        error: { severity: 'FATAL', code: '28P01', message: `password authentication failed for user "${user}"` },
      })
    }
  })

  it('none logs in where none is asked for', async () => {
    expect(await login(server.port, { user: 'trusted', secret: { kind: 'none' }, channelBinding: null })).toBe(
      'logged in',
    )
    expect(await login(server.port, { user: 'ada', secret: { kind: 'none' }, channelBinding: null })).toMatchObject({
      failure: { code: '28000' },
    })
  })
})

it.each([
  'plain',
  '',
  ' spaces ',
  '\u0007bell',
  'caf\u00e9',
  'cafe\u0301',
  'I\u00adX',
  '\u2168',
  '\u00ad',
  'a\u3000b',
  '\u06271',
  '\u0627\u0628',
  '\u{1F600}',
  '\u0221',
  '\ufdfa',
  '\ue000x\u2168',
  '\ufb01\u200b',
])('the password %j has the verifier that the server makes of it', async (password) => {
  await server.query('DROP ROLE IF EXISTS prepared')
  await server.query(`CREATE ROLE prepared LOGIN PASSWORD ${pg.escapeLiteral(password)}`)
  const rows = await server.query("SELECT rolpassword FROM pg_authid WHERE rolname = 'prepared'")
  const stored = rows[0]![0] ?? null
  if (password === '') return expect(stored).toBeNull()
  const { salt, iterations } = parseVerifier(stored!)!
  return expect(formatVerifier(await makeVerifier(password, salt, iterations))).toBe(stored)
})

describe('the real server refuses broken SCRAM messages as the table says', () => {
  it.each(REFUSALS)('%#: $expected', async (refusal) => {
    const wire = await startUp(server.port, 'ada', 'postgres', refusal.tls === true)
    const offer = await wire.next()
    const auth = createClientAuth({
      method: 'scram-sha-256',
      user: 'ada',
      credential: null,
      channelBinding: refusal.tls === true ? binding : null,
    })
    expect(offer!.payload).toEqual(auth.start().send!.subarray(5))
    wire.send(answer(initialResponse(refusal)))
    let message = await wire.next()
    if (refusal.final !== undefined) {
      const nonce = nonceOf(message!.payload.toString('latin1', 4))
      wire.send(answer(Buffer.from(refusal.final(nonce), 'latin1')))
      message = await wire.next()
    }
    wire.close()
    const [code, text, detail] = refusal.expected
    const expected = { severity: 'FATAL', code, message: text, ...(detail === undefined ? {} : { detail }) }
    expect(errorFields(message!)).toEqual(expected)
  })
})

describe('accounts', () => {
  function accountsOf(monitor: string, query: string | null = null): Accounts {
    const run = async (sql: string, parameters: readonly unknown[]) => {
      const client = new pg.Client({ host: '127.0.0.1', port: server.port, user: monitor, database: 'postgres' })
      await client.connect()
      try {
        const { rows } = await client.query({ text: sql, values: [...parameters], rowMode: 'array' })
        return rows as (string | null)[][]
      } finally {
        await client.end()
      }
    }
    return createAccounts({ users: [], query, run })
  }

  async function accountOf(accounts: Accounts, user: string, database = 'postgres') {
    const result = await accounts.lookup(user, database)
    if (isFailure(result)) throw new Error(`${result.message}: ${result.detail}`)
    return result
  }

  it.each([
    ['monitor_full', null],
    ['monitor_query', 'SELECT * FROM verifier_of($1);'],
    ['monitor_full', 'SELECT usename, passwd FROM pg_catalog.pg_shadow WHERE usename = $1 -- like PgBouncer'],
  ])('%s reads verifiers with %s', async (monitor, query) => {
    if (query?.includes('pg_shadow') === true) await server.query('GRANT SELECT ON pg_shadow TO monitor_full')
    const accounts = accountsOf(monitor, query)
    for (const user of ['ada', 'md5user', 'fresh']) {
      expect((await accountOf(accounts, user)).credential).toEqual(await storedOf(user))
    }
    for (const user of ['expired', 'passwordless', 'stranger', "o'brien"]) {
      expect((await accountOf(accounts, user)).credential).toBeNull()
    }
  })

  it('says what is missing when verifiers may not be read', async () => {
    const plain = await accountsOf('monitor_bare').lookup('ada', 'postgres')
    expect(plain).toMatchObject({ code: '42501', hint: expect.stringContaining('GRANT SELECT ON pg_authid') })
    const query = await accountsOf('monitor_bare', 'SELECT * FROM verifier_of($1)').lookup('ada', 'postgres')
    expect(query).toMatchObject({ code: '42501', hint: expect.stringContaining('auth.query') })
  })

  it.each([
    ['ada', 'postgres'],
    ['ada', 'missing'],
    ['ada', 'closed'],
    ['ada', 'private'],
    ['ada', 'closed_private'],
    ['ada', 'invalid'],
    ['super', 'private'],
    ['super', 'closed'],
    ['super', 'missing'],
    ['nologin', 'postgres'],
    ['nologin', 'missing'],
    ['nologin', 'private'],
    ['ada', 'x'.repeat(63)],
  ])('%s in %s: what happens after authentication is what the server says', async (user, database) => {
    const { credential, afterAuth } = await accountOf(accountsOf('monitor_full'), user, database)
    expect(credential?.kind).toBe('scram')
    const secret: ServerSecret = { kind: 'password', password: 'secret' }
    const real = await login(server.port, { user, secret, channelBinding: null, database })
    if (afterAuth === null) return expect(real).toBe('logged in')
    const { fatal, ...fields } = afterAuth
    return expect(real).toEqual({ error: { severity: fatal === true ? 'FATAL' : 'ERROR', ...fields } })
  })
})
