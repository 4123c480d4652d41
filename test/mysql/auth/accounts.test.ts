import { describe, expect, test } from 'vitest'
import { sha2Scramble } from '../../../src/mysql/auth/caching-sha2.ts'
import { makeNonce } from '../../../src/mysql/auth/nonce.ts'
import { createPasswordCache } from '../../../src/mysql/auth/password-cache.ts'
import { chooseAccount, createStoredAccounts, hostMatches } from '../../../src/mysql/auth/stored-accounts.ts'

const password = (text: string) => Buffer.from(text)

describe('the password cache', () => {
  const nonce = makeNonce(20)
  const recognised = (cache: ReturnType<typeof createPasswordCache>, user: string, text: string) =>
    cache.recognise(user, nonce, sha2Scramble(password(text), nonce))?.toString() ?? null

  test('knows a password once a server has taken it, and forgets it when one refuses it', () => {
    const cache = createPasswordCache(10)
    expect(recognised(cache, 'app', 'one')).toBeNull()
    cache.proved('app', password('one'))
    expect(recognised(cache, 'app', 'one')).toBe('one')
    expect(recognised(cache, 'app', 'two')).toBeNull()
    expect(recognised(cache, 'other', 'one')).toBeNull()
    cache.refused('app', password('two'))
    expect(recognised(cache, 'app', 'one')).toBe('one')
    cache.refused('app', password('one'))
    expect(recognised(cache, 'app', 'one')).toBeNull()
  })

  test('a new password takes the place of the old one; a late refusal of the old one changes nothing', () => {
    const cache = createPasswordCache(10)
    cache.proved('app', password('old'))
    cache.proved('app', password('new'))
    cache.refused('app', password('old'))
    expect(recognised(cache, 'app', 'old')).toBeNull()
    expect(recognised(cache, 'app', 'new')).toBe('new')
    cache.clear()
    expect(recognised(cache, 'app', 'new')).toBeNull()
  })

  test('is bounded: who was not seen for the longest time goes', () => {
    const cache = createPasswordCache(2)
    cache.proved('a', password('a'))
    cache.proved('b', password('b'))
    expect(recognised(cache, 'a', 'a')).toBe('a')
    cache.proved('c', password('c'))
    expect(['a', 'b', 'c'].map((user) => recognised(cache, user, user))).toEqual(['a', null, 'c'])
    cache.proved('empty', password(''))
    expect(recognised(cache, 'a', 'a')).toBe('a')
  })
})

describe('hosts of accounts', () => {
  test.each([
    ['%', '10.0.0.1', 'yes'],
    ['10.0.0.1', '10.0.0.1', 'yes'],
    ['10.0.0.1', '10.0.0.11', 'no'],
    ['10.0.%', '10.0.7.1', 'yes'],
    ['10.0._.1', '10.0.7.1', 'yes'],
    ['10.0._.1', '10.0.77.1', 'no'],
    ['10.0.0.0/255.255.0.0', '10.0.9.9', 'yes'],
    ['10.1.0.0/255.255.0.0', '10.0.9.9', 'no'],
    ['192.168.0.0/255.255.0.0', '192.168.3.4', 'yes'],
    ['%.example.com', 'db.EXAMPLE.com', 'yes'],
    ['%.example.com', '10.0.0.1', 'no'],
    ['10.0.0.%', 'db.example.com', 'maybe'],
    ['10.0.0.0/255.0.0.0', 'db.example.com', 'maybe'],
    ['localhost', 'db.example.com', 'no'],
    ['', 'anything', 'yes'],
    ['a.b', 'axb', 'no'],
    ['::1', '::1', 'yes'],
  ])('%s for %s: %s', (pattern, host, expected) => {
    expect(hostMatches(pattern, host)).toBe(expected)
  })

  const row = (host: string, user = 'app', priv: object = {}) => ['10.0.0.1', host, user, JSON.stringify(priv)]

  test('the most specific host goes first, a named user before anybody', () => {
    const chosen = (...rows: string[][]) => {
      const found = chooseAccount(rows)
      return found === null ? null : `${found.user}@${found.host}`
    }
    expect(chosen(row('%'), row('10.%'), row('10.0.0.1'), row('10.0.%'))).toBe('app@10.0.0.1')
    expect(chosen(row('%'), row('10.%'), row('10.0.%'))).toBe('app@10.0.%')
    expect(chosen(row('%', ''), row('%'))).toBe('app@%')
    expect(chosen(row('10.0.0.1', ''), row('%'))).toBe('@10.0.0.1')
    expect(chosen(row('11.%'), row('', 'app', { is_role: true }))).toBeNull()
    expect(chosen(['10.0.0.1', '%', 'app', 'no json'])).toBeNull()
  })
})

describe('stored accounts', () => {
  const HASH = '*14E65567ABDB5135D0CFD9A70B3032C179A49EE7'
  const NATIVE = { plugin: 'mysql_native_password', authentication_string: HASH }
  const at = (priv: object, clock = 0) =>
    createStoredAccounts({ clock: () => clock, run: async () => [['10.0.0.1', '%', 'app', JSON.stringify(priv)]] })(
      'app',
    )

  test('the native hash, alone or among several plugins', async () => {
    expect(await at(NATIVE)).toMatchObject({
      nativeHash: Buffer.from(HASH.slice(1), 'hex'),
      afterAuth: null,
      unusable: null,
    })
    const among = { plugin: 'unix_socket', auth_or: [{}, { plugin: 'ed25519', authentication_string: 'x' }, NATIVE] }
    expect(await at(among)).toMatchObject({ nativeHash: Buffer.from(HASH.slice(1), 'hex') })
    expect(await at({})).toMatchObject({ nativeHash: Buffer.alloc(0), unusable: null })
  })

  test('other plugins name the way out', async () => {
    const account = await at({ plugin: 'ed25519', authentication_string: 'x' })
    expect(account).toMatchObject({
      nativeHash: null,
      unusable: { number: 1251, message: expect.stringContaining('auth.users') },
    })
    expect(await at({ plugin: 'mysql_native_password', authentication_string: 'invalid' })).toHaveProperty(
      'unusable.number',
      1251,
    )
  })

  test('locked and expired', async () => {
    expect(await at({ ...NATIVE, account_locked: true })).toHaveProperty('afterAuth.number', 4151)
    expect(await at({ ...NATIVE, password_last_changed: 0 })).toHaveProperty('afterAuth.number', 1862)
    const limited = { ...NATIVE, password_last_changed: 1000, password_lifetime: 3 }
    expect(await at(limited, (1000 + 3 * 86_400 + 1) * 1000)).toHaveProperty('afterAuth.number', 1862)
    expect(await at(limited, (1000 + 86_400) * 1000)).toHaveProperty('afterAuth', null)
  })

  test('a look-up that fails is a failure that says why, without the words that name the account', async () => {
    const refused = Object.assign(new Error("SELECT command denied to user 'monitor'"), { code: '42000', number: 1142 })
    const lookup = createStoredAccounts({ clock: () => 0, run: () => Promise.reject(refused) })
    expect(await lookup('app')).toEqual({
      number: 1105,
      code: 'HY000',
      message:
        "the monitor's account may not read the servers' accounts (GRANT SELECT ON mysql.* TO it, or use auth.users)",
      fatal: true,
    })
    const lost = createStoredAccounts({ clock: () => 0, run: () => Promise.reject(new Error('no primary')) })
    expect(await lost('app')).toMatchObject({ message: expect.stringContaining('no primary') })
  })
})
