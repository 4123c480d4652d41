/** Client login and server login, against each other and against what peers get wrong. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ClientLoginStep, ServerLoginStep } from '../../src/dialect.ts'
import { createRsaKeys } from '../../src/mysql/auth/caching-sha2.ts'
import { nativeHash, nativeKey, nativeScramble } from '../../src/mysql/auth/native.ts'
import { makeNonce } from '../../src/mysql/auth/nonce.ts'
import { createPasswordCache } from '../../src/mysql/auth/password-cache.ts'
import type { ClientPlugin, Credentials, ServerSecret } from '../../src/mysql/auth/types.ts'
import * as flags from '../../src/mysql/capabilities.ts'
import {
  type ClientLoginOptions,
  createClientLogin,
  type MySqlClientLogin,
  type ServerFace,
} from '../../src/mysql/client-login.ts'
import { errorPacket, readError } from '../../src/mysql/errors.ts'
import {
  authPacket,
  authSwitchPayload,
  greetingPacket,
  handshakeResponsePacket,
  readAuthSwitch,
  sslRequestPacket,
} from '../../src/mysql/handshake.ts'
import { okPacket } from '../../src/mysql/ok.ts'
import { HEADER_BYTES, PacketWriter } from '../../src/mysql/packets.ts'
import { createServerLogin, type ServerLoginOptions } from '../../src/mysql/server-login.ts'

const rsaKeys = createRsaKeys()
const MYSQL: ServerFace = {
  version: '9.7.4',
  flavour: 'mysql',
  capabilities: 0xdfffffff,
  extended: 0,
  collation: 255,
}
const MARIADB: ServerFace = {
  version: '5.5.5-10.11.18-MariaDB',
  flavour: 'mariadb',
  capabilities: 0x81fff7fe,
  extended: 0x1d,
  collation: 45,
}
const users = (list: Readonly<Record<string, string>>): Credentials => ({
  kind: 'users',
  password: (user) => (list[user] === undefined ? null : Buffer.from(list[user])),
})
const password = (text: string): ServerSecret => ({ kind: 'password', password: Buffer.from(text) })

function clientLogin(options: Partial<ClientLoginOptions> = {}): MySqlClientLogin {
  return createClientLogin({
    server: MYSQL,
    plugin: null,
    credentials: users({ app: 'secret', empty: '' }),
    rsaKeys,
    tls: 'disable',
    local: false,
    host: '10.0.0.9',
    connectionId: 4242,
    packetBytesMax: 80 * 1024,
    refuse: null,
    again: null,
    ...options,
  })
}

function serverLogin(options: Partial<ServerLoginOptions> = {}) {
  const profile = flags.parseProfile('')
  const shared = { user: 'app', database: 'shop', secret: password('secret'), profile } as const
  return createServerLogin({ ...shared, tls: 'disable', local: false, readOnly: false, ...options })
}

/** Lets the two talk until the client is known or somebody fails. Bytes go one by one. */
async function converse(client: MySqlClientLogin, server: ReturnType<typeof serverLogin>) {
  let step: ClientLoginStep = await client.start()
  for (let turn = 0; turn < 20; turn++) {
    if (step.failure) return { step, toServer: await server.receive(client.encodeFailure(step.failure)) }
    if (step.identity) return { step, toServer: await server.receive(client.welcome(new Map(), 1, Buffer.alloc(0))) }
    let answer: ServerLoginStep = {}
    for (const byte of step.send ?? []) {
      const next = await server.receive(Buffer.from([byte]))
      if (Object.keys(next).length > 0) answer = next
    }
    if (answer.failure) return { step, toServer: answer }
    step = {}
    if (answer.startTls) {
      step = await client.receive(answer.send!)
      expect(step).toEqual({ startTls: { head: null } })
      client.secured()
      answer = server.secured(null)
    }
    for (const byte of answer.send ?? []) {
      const next = await client.receive(Buffer.from([byte]))
      if (Object.keys(next).length > 0) step = next
    }
  }
  throw new Error('the two of them never come to an end')
}

describe('one leg against the other', () => {
  const plugins: ClientPlugin[] = ['caching_sha2_password', 'mysql_native_password', 'client_ed25519']
  const tls = ['disable', 'require'] as const
  const cases = [MYSQL, MARIADB].flatMap((server) =>
    plugins.flatMap((plugin) => tls.map((mode) => [server, plugin, mode] as const)),
  )

  test.each(cases.map(([server, plugin, mode]) => [server.flavour, plugin, mode, server] as const))(
    '%s, %s, TLS %s: in with the password, out without, and nobody else',
    async (_, plugin, mode, server) => {
      const meet = (user: string, secret: ServerSecret, database = 'shop') =>
        converse(clientLogin({ server, plugin, tls: mode }), serverLogin({ user, secret, tls: mode, database }))
      const good = await meet('app', password('secret'))
      expect(good.step.identity).toMatchObject({ user: 'app', database: 'shop', secret: password('secret') })
      expect(good.toServer.send!.toString('latin1')).toContain('session_track')
      expect((await meet('app', password('secret'), '')).step.identity).toMatchObject({ database: '' })
      expect((await meet('empty', { kind: 'none' })).step.identity?.secret).toEqual({ kind: 'none' })
      for (const [user, secret, using] of [
        ['app', password('wrong'), 'YES'],
        ['nobody', password('secret'), 'YES'],
        ['app', { kind: 'none' }, plugin === 'client_ed25519' ? 'YES' : 'NO'],
        ['nobody', { kind: 'none' }, plugin === 'client_ed25519' ? 'YES' : 'NO'],
      ] as const) {
        const message = `Access denied for user '${user}'@'10.0.0.9' (using password: ${using})`
        expect((await meet(user, secret)).toServer.failure).toMatchObject({ number: 1045, code: '28000', message })
      }
    },
  )

  test('MariaDB: the key that a proof yields logs in to a server', async () => {
    const hash = nativeHash(nativeKey(Buffer.from('secret')))
    const account = { nativeHash: hash, afterAuth: null, unusable: null, doubtful: false }
    const credentials: Credentials = { kind: 'stored', lookup: async () => account }
    const meet = (secret: ServerSecret) =>
      converse(clientLogin({ server: MARIADB, credentials }), serverLogin({ secret }))
    const first = await meet(password('secret'))
    const key = first.step.identity!.secret as ServerSecret
    expect(key.kind).toBe('native-key')
    expect((await meet(key)).step.identity?.secret).toEqual(key)
  })

  test('MySQL: the exchange is full once, then fast', async () => {
    const cache = createPasswordCache(10)
    const meet = () => converse(clientLogin({ credentials: { kind: 'servers', cache } }), serverLogin())
    const first = await meet()
    expect(first.step.identity).toMatchObject({ unproved: true, secret: password('secret') })
    cache.proved('app', Buffer.from('secret'))
    const login = clientLogin({ credentials: { kind: 'servers', cache } })
    const { step } = await converse(login, serverLogin())
    expect(step.identity).toMatchObject({ unproved: true, secret: password('secret') })
    expect(login.welcome(new Map(), 1, Buffer.alloc(0)).subarray(4, 6)).toEqual(Buffer.from([1, 3]))
  })
})

/** A HandshakeResponse41 with the capabilities given, for the native plugin and `nonce`. */
function respond(
  capabilities: number,
  more: { sequence?: number; nonce?: Buffer; plugin?: string | null } = {},
): Buffer {
  const { sequence = 1, nonce = NONCE, plugin = 'mysql_native_password' } = more
  const authResponse = nativeScramble(nativeKey(Buffer.from('secret')), nonce)
  const shared = { extended: 0x1d, collation: 8, user: 'app', database: 'shop', zstdLevel: 3 }
  const attributes = [
    ['freshet.Max_Lag', '1s'],
    ['program_name', 'me'],
  ] as const
  return handshakeResponsePacket({ capabilities, authResponse, plugin, attributes, ...shared }, sequence)
}
const NONCE = makeNonce(20)
const BASIC = flags.PROTOCOL_41 | flags.SECURE_CONNECTION
const native = (options: Partial<ClientLoginOptions> = {}) =>
  clientLogin({ plugin: 'mysql_native_password', nonce: NONCE, ...options })

async function firstStep(login: MySqlClientLogin, ...chunks: Buffer[]): Promise<ClientLoginStep> {
  await login.start()
  let step: ClientLoginStep = {}
  for (const chunk of chunks) step = await login.receive(chunk)
  return step
}

describe('capabilities, each on its own', () => {
  test.each([
    ['none but the least', 0, ''],
    ['PLUGIN_AUTH', flags.PLUGIN_AUTH, ''],
    ['PLUGIN_AUTH_LENENC_CLIENT_DATA', flags.PLUGIN_AUTH_LENENC_CLIENT_DATA, ''],
    ['CONNECT_WITH_DB', flags.CONNECT_WITH_DB, 'shop'],
    ['all of them', flags.PLUGIN_AUTH | flags.PLUGIN_AUTH_LENENC_CLIENT_DATA | flags.CONNECT_WITH_DB, 'shop'],
  ])('%s', async (_, capabilities, database) => {
    const { identity } = await firstStep(native(), respond(BASIC | capabilities))
    expect(identity).toMatchObject({ user: 'app', database, controls: [], applicationName: '' })
  })

  test('attributes become settings and the name of the application', async () => {
    const { identity } = await firstStep(native(), respond(BASIC | flags.PLUGIN_AUTH | flags.CONNECT_ATTRS))
    expect(identity).toMatchObject({ controls: [['max_lag', '1s']], applicationName: 'me' })
  })

  test('the profile is what both sides have', async () => {
    const asked = BASIC | flags.DEPRECATE_EOF | flags.SESSION_TRACK | flags.FOUND_ROWS | flags.COMPRESS
    const server = { ...MARIADB, capabilities: MARIADB.capabilities & ~flags.DEPRECATE_EOF }
    const { identity } = await firstStep(native({ server }), respond(asked))
    expect(flags.parseProfile(identity!.profile)).toEqual({
      capabilities: flags.FOUND_ROWS,
      extended: 0x0c,
      collation: 8,
    })
  })

  test('compression only where it was asked for', async () => {
    const login = native()
    await firstStep(login, respond(BASIC))
    expect(login.transform).toBeNull()
    for (const capability of [flags.COMPRESS, flags.ZSTD_COMPRESSION]) {
      const packed = native()
      await firstStep(packed, respond(BASIC | capability))
      expect(packed.transform).not.toBeNull()
    }
  })

  test('whoever does not know plugins is told so where the native one proves nothing', async () => {
    const cache = createPasswordCache(1)
    const step = await firstStep(native({ credentials: { kind: 'servers', cache } }), respond(BASIC))
    expect(step.failure?.number).toBe(1251)
  })

  test('another plugin than the wanted one is switched', async () => {
    const step = await firstStep(native(), respond(BASIC | flags.PLUGIN_AUTH, { plugin: 'caching_sha2_password' }))
    expect(readAuthSwitch(step.send!.subarray(HEADER_BYTES))?.plugin).toBe('mysql_native_password')
  })
})

describe('COM_CHANGE_USER', () => {
  const established = {
    capabilities: BASIC | flags.PLUGIN_AUTH,
    extended: 0,
    collation: 8,
    secure: false,
    nonce: NONCE,
    transform: null,
  }
  const packet = (withPlugin: boolean) => {
    const scramble = nativeScramble(nativeKey(Buffer.from('secret')), NONCE)
    const writer = new PacketWriter(0)
      .begin()
      .byte(0x11)
      .cstring('app')
      .byte(20)
      .raw(scramble)
      .cstring('other')
      .int16(45)
    if (withPlugin) writer.cstring('mysql_native_password')
    return writer.end().done()
  }

  test('asks anew, with the nonce that libmariadb answers to in any case', async () => {
    const login = native({ again: { packet: packet(true), established } })
    const step = await login.start()
    expect(step.send![3]).toBe(1)
    const { data } = readAuthSwitch(step.send!.subarray(HEADER_BYTES))!
    expect(data.subarray(0, 20)).toEqual(NONCE)
    const answer = nativeScramble(nativeKey(Buffer.from('secret')), NONCE)
    const { identity } = await login.receive(authPacket(answer, 2))
    expect(identity).toMatchObject({ user: 'app', database: 'other' })
    expect(flags.parseProfile(identity!.profile).collation).toBe(45)
    expect(login.welcome(new Map(), 1, Buffer.alloc(0))[3]).toBe(3)
  })

  test('without plugins the first nonce counts', async () => {
    const old = { ...established, capabilities: BASIC }
    const login = native({ again: { packet: packet(false), established: old } })
    expect((await login.start()).identity).toMatchObject({ user: 'app', database: 'other' })
    const wrong = native({ again: { packet: packet(false), established: { ...old, nonce: makeNonce(20) } } })
    expect((await wrong.start()).failure?.number).toBe(1045)
    const broken = native({ again: { packet: packet(false).subarray(0, 9), established: old } })
    expect((await broken.start()).failure?.number).toBe(1043)
  })
})

describe('what peers get wrong', () => {
  test('clients', async () => {
    const number = async (...chunks: Buffer[]) => (await firstStep(native(), ...chunks)).failure?.number
    const whole = respond(BASIC | flags.PLUGIN_AUTH)
    expect(await number(authPacket(Buffer.from([5, 0, 0, 0, 1, 0x61, 0]), 1))).toBe(1251)
    expect(await number(authPacket(whole.subarray(HEADER_BYTES, 40), 1))).toBe(1043)
    expect(await number(respond(BASIC, { sequence: 7 }))).toBe(1156)
    expect(await number(authPacket(Buffer.alloc(90_000), 1))).toBe(1153)
    expect(await number(sslRequestPacket({ capabilities: BASIC, extended: 0, collation: 8 }, 1))).toBe(1043)
    const demanding = await firstStep(native({ tls: 'require' }), whole)
    expect(demanding.failure?.number).toBe(3159)
  })

  test('bytes behind an SSLRequest belong to TLS', async () => {
    const hello = Buffer.from('160301', 'hex')
    const request = sslRequestPacket({ capabilities: BASIC, extended: 0, collation: 8 }, 1)
    const step = await firstStep(native({ tls: 'allow' }), Buffer.concat([request, hello]))
    expect(step).toEqual({ startTls: { head: hello } })
  })

  test('who is refused is told so instead of a greeting', async () => {
    const login = native({ refuse: { code: '53300', message: 'Too many connections' } })
    const { failure } = await login.start()
    const bytes = login.encodeFailure(failure!)
    expect([bytes[3], bytes.subarray(4).toString('latin1')]).toEqual([0, '\xff\x10\x04Too many connections'])
    expect(readError(bytes.subarray(HEADER_BYTES))).toMatchObject({ number: 1040, code: '08004' })
  })

  const greeting = (more = {}) =>
    greetingPacket({ ...MYSQL, connectionId: 9, nonce: NONCE, status: 2, plugin: 'mysql_native_password', ...more })

  test('servers', async () => {
    const failure = async (options: Partial<ServerLoginOptions>, ...packets: Buffer[]) => {
      const login = serverLogin(options)
      let step: ServerLoginStep = {}
      for (const one of packets) step = await login.receive(one)
      return step.failure
    }
    const blocked = { code: 'HY000', number: 1129, message: "Host 'x' is blocked" }
    expect(await failure({}, errorPacket(blocked, 0, false))).toMatchObject(blocked)
    expect(await failure({}, authPacket(Buffer.from([9, 1, 2, 3]), 0))).toMatchObject({ code: '08P01' })
    expect(await failure({}, authPacket(Buffer.alloc(0), 0))).toMatchObject({ code: '08P01' })
    expect(await failure({}, greeting(), authPacket(Buffer.alloc(0), 2))).toMatchObject({ code: '08P01' })
    expect(await failure({}, greeting({ capabilities: MYSQL.capabilities & ~flags.SESSION_TRACK }))).toMatchObject({
      code: '08001',
    })
    const noTls = greeting({ capabilities: MYSQL.capabilities & ~flags.SSL })
    expect(await failure({ tls: 'require' }, noTls)).toMatchObject({ code: '08001' })
    const asks = (plugin: string) => authPacket(authSwitchPayload(plugin, NONCE), 2)
    expect(await failure({}, greeting(), asks('mysql_clear_password'))).toMatchObject({
      number: 1251,
      message: expect.stringContaining('TLS'),
    })
    expect(await failure({}, greeting(), asks('dialog'))).toMatchObject({ number: 1251 })
    const key: ServerSecret = { kind: 'native-key', key: Buffer.alloc(20, 1) }
    expect(await failure({ secret: key }, greeting(), asks('caching_sha2_password'))).toMatchObject({
      message: expect.stringContaining('auth.users'),
    })
    expect(await failure({}, greeting(), authPacket(Buffer.from([0xfe]), 2))).toMatchObject({ number: 1251 })
    const ok = okPacket(2, {}, { sessionTrack: true })
    const refused = { code: 'HY000', number: 1820, message: 'You must SET PASSWORD' }
    expect(await failure({}, greeting(), ok, errorPacket(refused, 1))).toMatchObject(refused)
  })
})

describe('any bytes', () => {
  const chunks = fc.array(
    fc.uint8Array({ maxLength: 80 }).map((one) => Buffer.from(one)),
    { maxLength: 6 },
  )
  const outcome = ['failure', 'send', 'identity', 'startTls', 'greeting', 'rest']

  test('never make a client login throw', async () => {
    const valid = respond(BASIC | flags.PLUGIN_AUTH | flags.CONNECT_ATTRS | flags.CONNECT_WITH_DB)
    const changes = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(changes, chunks, async (changed, more) => {
        const packet = Buffer.from(valid)
        for (const [at, value] of changed) packet[at] = value
        const login = native({ tls: 'allow' })
        await login.start()
        for (const chunk of [packet, ...more]) {
          for (const key of Object.keys(await login.receive(chunk))) expect(outcome).toContain(key)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('never make a server login throw', async () => {
    const greeting = greetingPacket({
      ...MARIADB,
      connectionId: 9,
      nonce: NONCE,
      status: 2,
      plugin: 'caching_sha2_password',
    })
    const framed = chunks.map((list) => list.map((one, at) => authPacket(one, at)))
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.oneof(chunks, framed), async (greeted, more) => {
        const login = serverLogin()
        for (const chunk of greeted ? [greeting, ...more] : more) {
          for (const key of Object.keys(await login.receive(chunk))) expect(outcome).toContain(key)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
