import { describe, expect, it } from 'vitest'
import { type Account, type AccountsOptions, createAccounts, isFailure } from '../../../src/postgres/auth/accounts.ts'
import { md5Hash } from '../../../src/postgres/auth/md5.ts'
import { formatVerifier, makeVerifier } from '../../../src/postgres/auth/scram.ts'

const verifier = await makeVerifier('secret')
const stored = formatVerifier(verifier)

interface Known {
  verifier: string | null
  login: string | null
  expired: string | null
  database: string | null
  invalid: string
  allows: string
  connect: string
}
const fine: Known = {
  verifier: stored,
  login: 'true',
  expired: null,
  database: 'app',
  invalid: 'false',
  allows: 'true',
  connect: 'true',
}
const rowOf = (known: Partial<Known>) => Object.values({ ...fine, ...known })

async function lookup(known: Partial<Known>, options: Partial<AccountsOptions> = {}): Promise<Account> {
  const accounts = createAccounts({ users: [], query: null, run: async () => [rowOf(known)], ...options })
  const result = await accounts.lookup('ada', 'app')
  if (isFailure(result)) throw new Error(result.message)
  return result
}

describe("the servers' own accounts", () => {
  it('a SCRAM verifier, an MD5 hash, nothing usable', async () => {
    expect((await lookup({})).credential).toEqual({ kind: 'scram', verifier })
    const hash = md5Hash('secret', 'ada')
    expect((await lookup({ verifier: hash })).credential).toEqual({ kind: 'md5', hash })
    expect((await lookup({ verifier: 'plain' })).credential).toBeNull()
    expect((await lookup({ verifier: null })).credential).toBeNull()
    expect((await lookup({ expired: 'true' })).credential).toBeNull()
  })

  it.each([
    [{}, null],
    [{ login: null, connect: null } as unknown as Known, { code: '28000', message: 'role "ada" does not exist' }],
    [
      { login: 'false', database: null },
      { code: '28000', message: 'role "ada" is not permitted to log in' },
    ],
    [{ database: null }, { code: '3D000', message: 'database "app" does not exist' }],
    [
      { invalid: 'true', allows: 'false' },
      {
        code: '55000',
        message: 'cannot connect to invalid database "app"',
        hint: 'Use DROP DATABASE to drop invalid databases.',
      },
    ],
    [
      { allows: 'false', connect: 'false' },
      { code: '55000', message: 'database "app" is not currently accepting connections' },
    ],
    [
      { connect: 'false' },
      {
        code: '42501',
        message: 'permission denied for database "app"',
        detail: 'User does not have CONNECT privilege.',
      },
    ],
  ])('%o is refused after authentication', async (known, expected) => {
    const { afterAuth } = await lookup(known)
    expect(afterAuth).toEqual(expected === null ? null : { ...expected, fatal: true })
  })
})

describe('configured users', () => {
  const users = [
    { name: 'ada', password: 'secret' },
    { name: 'bob', password: stored },
  ]

  it('take the password or verifier from the configuration, and the same salt every time', async () => {
    const accounts = createAccounts({ users, query: null, run: async () => [rowOf({ verifier: null })] })
    const [first, second, bob, eve] = await Promise.all(
      ['ada', 'ada', 'bob', 'eve'].map((name) => accounts.lookup(name, 'app')),
    )
    expect(first).toMatchObject({ credential: { kind: 'password', password: 'secret' }, unknownAs: 'md5' })
    expect(second).toEqual(first)
    expect(bob).toMatchObject({ credential: { kind: 'scram', verifier } })
    expect(eve).toMatchObject({ credential: null })
  })

  it('are still subject to the rules of the server', async () => {
    expect((await lookup({ expired: 'true' }, { users })).credential).toBeNull()
    expect((await lookup({ login: 'false' }, { users })).afterAuth).toMatchObject({ code: '28000' })
  })
})

describe('the query', () => {
  async function sent(options: Partial<AccountsOptions>): Promise<[string, readonly unknown[]]> {
    const calls: [string, readonly unknown[]][] = []
    const run: AccountsOptions['run'] = async (sql, parameters) => {
      calls.push([sql, parameters])
      return [rowOf({})]
    }
    await lookup({}, { ...options, run })
    expect(calls).toHaveLength(1)
    return calls[0]!
  }

  it('asks for verifiers only where they are needed', async () => {
    expect((await sent({}))[0]).toContain('pg_authid')
    expect((await sent({ trust: true }))[0]).not.toContain('pg_authid')
    expect((await sent({ users: [{ name: 'x', password: 'y' }] }))[0]).not.toContain('pg_authid')
  })

  it('wraps a custom one, whose parameter is its own', async () => {
    const [sql, parameters] = await sent({ query: 'SELECT * FROM lookup($1); ' })
    expect(sql).toContain('(\nSELECT * FROM lookup($1)\n)')
    expect(sql).not.toContain('pg_authid')
    expect(parameters).toEqual(['ada', 'app', 'ada'])
  })
})

describe('a look-up that fails', () => {
  const failing = (error: unknown, query: string | null = null) =>
    createAccounts({ users: [], query, run: () => Promise.reject(error) }).lookup('ada', 'app')

  it('names the missing right', async () => {
    const denied = Object.assign(new Error('permission denied for table pg_authid'), { code: '42501' })
    const plain = await failing(denied)
    expect(plain).toMatchObject({
      code: '42501',
      fatal: true,
      hint: expect.stringMatching(/GRANT SELECT ON pg_authid.*auth\.query/),
    })
    expect(await failing(denied, 'SELECT 1')).toMatchObject({
      code: '42501',
      hint: expect.stringContaining('auth.query'),
    })
  })

  it('is a failure, whatever was thrown', async () => {
    for (const error of [new Error('gone'), 'gone', null]) {
      expect(await failing(error)).toMatchObject({ code: '08006', fatal: true })
    }
    const accounts = createAccounts({ users: [], query: null, run: async () => [] })
    expect(await accounts.lookup('ada', 'app')).toMatchObject({ code: '08006' })
  })
})
