import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createClientAuth } from '../../../src/postgres/auth/client-auth.ts'
import { md5Hash } from '../../../src/postgres/auth/md5.ts'
import { deriveKeys, makeVerifier } from '../../../src/postgres/auth/scram.ts'
import { createServerAuth } from '../../../src/postgres/auth/server-auth.ts'
import type { Credential, ServerSecret } from '../../../src/postgres/auth/types.ts'
import { converse, OK, payloadOf } from './exchange.ts'

const verifier = await makeVerifier('secret', Buffer.from('saltsaltsaltsalt'), 4096)
const other = await makeVerifier('secret', Buffer.from('tlastlastlastlas'), 4096)
const keys = await deriveKeys('secret', verifier.salt, verifier.iterations)
const scram: Credential = { kind: 'scram', verifier }
const plain: Credential = { kind: 'password', password: 'secret', verifier }
const hash = md5Hash('secret', 'ada')
const md5: Credential = { kind: 'md5', hash }
const password: ServerSecret = { kind: 'password', password: 'secret' }
const scramKeys: ServerSecret = { kind: 'scram-keys', clientKey: keys.clientKey, ...verifier }
const md5Secret: ServerSecret = { kind: 'md5-hash', hash }
const bound = createHash('sha256').update('certificate').digest()
const refused = { code: '28P01', message: 'password authentication failed for user "ada"', fatal: true }

const SCRAM = [10, 11, 12]
const MD5 = [5]

describe('a client and a server that agree', () => {
  it.each([
    ['scram-sha-256', scram, password, SCRAM, scramKeys],
    ['scram-sha-256', scram, scramKeys, SCRAM, scramKeys],
    ['scram-sha-256', plain, password, SCRAM, password],
    ['scram-sha-256', plain, scramKeys, SCRAM, password],
    ['md5', scram, scramKeys, SCRAM, scramKeys],
    ['md5', md5, password, MD5, md5Secret],
    ['md5', md5, md5Secret, MD5, md5Secret],
    ['md5', plain, password, MD5, password],
    ['trust', scram, { kind: 'none' }, [], { kind: 'none' }],
    ['trust', md5, { kind: 'none' }, [], { kind: 'none' }],
    ['trust', null, { kind: 'none' }, [], { kind: 'none' }],
    ['trust', plain, { kind: 'none' }, [], password],
  ] as const)('%s, %o, %o', async (method, credential, secret, requests, done) => {
    for (const serverBinding of [null, bound]) {
      for (const clientBinding of [null, serverBinding]) {
        const outcome = await converse(
          { method, credential, channelBinding: serverBinding },
          { secret, channelBinding: clientBinding },
        )
        expect(outcome).toEqual({ done, failure: null, loggedIn: true, requests })
      }
    }
  })
})

describe('a wrong password', () => {
  const wrong: ServerSecret = { kind: 'password', password: 'guess' }
  const wrongKeys: ServerSecret = { ...scramKeys, clientKey: Buffer.alloc(32, 7) }
  it.each([
    ['scram-sha-256', scram, wrong, [10, 11]],
    ['scram-sha-256', scram, wrongKeys, [10, 11]],
    ['scram-sha-256', plain, wrong, [10, 11]],
    ['md5', scram, wrong, [10, 11]],
    ['md5', md5, wrong, MD5],
    ['md5', plain, wrong, MD5],
    // A SCRAM login cannot be checked against an MD5 hash, whatever the password.
    ['scram-sha-256', md5, password, [10, 11]],
    // Unknown users see the same messages.
    ['scram-sha-256', null, password, [10, 11]],
    ['md5', null, password, [10, 11]],
  ] as const)('%s, %o, %o', async (method, credential, secret, requests) => {
    const outcome = await converse({ method, credential, channelBinding: null }, { secret, channelBinding: null })
    expect(outcome).toEqual({ done: null, failure: refused, loggedIn: false, requests })
  })

  it('md5 for an unknown user among users with md5 passwords', async () => {
    const serverSide = { method: 'md5', credential: null, channelBinding: null, unknownAs: 'md5' } as const
    const outcome = await converse(serverSide, { secret: password, channelBinding: null })
    expect(outcome).toEqual({ done: null, failure: refused, loggedIn: false, requests: MD5 })
  })
})

describe('what an unknown user is shown', () => {
  const challenge = async (user: string, mockSecret?: Buffer) => {
    const auth = createClientAuth({
      method: 'scram-sha-256',
      user,
      credential: null,
      channelBinding: null,
      ...(mockSecret === undefined ? {} : { mockSecret }),
    })
    auth.start()
    const first = Buffer.from('n,,n=,r=abc')
    const length = Buffer.alloc(4)
    length.writeInt32BE(first.length)
    const step = await auth.receive(Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), length, first]))
    return payloadOf(step.send!, 'R').toString('latin1', 4)
  }
  const saltOf = (message: string) => /,s=([^,]+),i=4096$/.exec(message)![1]

  it('is a salt that stays the same for the name and a nonce that does not', async () => {
    const [first, second, another] = [await challenge('eve'), await challenge('eve'), await challenge('bob')]
    expect(saltOf(first)).toBe(saltOf(second))
    expect(saltOf(first)).not.toBe(saltOf(another))
    expect(first).not.toBe(second)
    expect(Buffer.from(saltOf(first)!, 'base64')).toHaveLength(16)
    expect(saltOf(await challenge('eve', Buffer.alloc(32)))).not.toBe(saltOf(first))
  })
})

describe('channel binding', () => {
  it('fails when the two ends see different certificates', async () => {
    const outcome = await converse(
      { method: 'scram-sha-256', credential: scram, channelBinding: bound },
      { secret: password, channelBinding: Buffer.alloc(32) },
    )
    expect(outcome.failure).toEqual({ code: '28000', message: 'SCRAM channel binding check failed', fatal: true })
  })

  it('is used when both can, and a removed offer is noticed', async () => {
    const server = createClientAuth({ method: 'scram-sha-256', user: 'ada', credential: scram, channelBinding: bound })
    const offer = payloadOf(server.start().send!, 'R').toString('latin1', 4)
    expect(offer).toBe('SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0')
    const client = createServerAuth({ user: 'ada', secret: password, channelBinding: bound })
    const stripped = Buffer.concat([Buffer.from([0, 0, 0, 10]), Buffer.from('SCRAM-SHA-256\0\0')])
    const initial = payloadOf((await client.receive(stripped)).send!, 'p')
    expect(initial.toString('latin1')).toContain('y,,n=,r=')
    expect((await server.receive(initial)).failure).toMatchObject({
      code: '28000',
      message: 'SCRAM channel binding negotiation error',
    })
  })
})

describe('towards a server', () => {
  const server = (secret: ServerSecret, more: object = {}) =>
    createServerAuth({ user: 'ada', secret, channelBinding: null, ...more })
  const request = (code: number, data: string | Buffer = '') =>
    Buffer.concat([Buffer.from([0, 0, 0, code]), Buffer.from(data)])

  it('says that the password was changed when the salt or the iterations differ', async () => {
    for (const credential of [
      { kind: 'scram', verifier: other },
      { kind: 'scram', verifier: { ...verifier, iterations: 5000 } },
    ] as const) {
      const serverSide = { method: 'scram-sha-256', credential, channelBinding: null } as const
      const outcome = await converse(serverSide, { secret: scramKeys, channelBinding: null })
      expect(outcome.failure).toMatchObject({
        verifierChanged: true,
        failure: { code: '28P01', message: 'the password of user "ada" was changed on the server' },
      })
    }
  })

  it('sends a password in clear text only where that is allowed', () => {
    expect(server(password).receive(request(3))).toMatchObject({ failure: { code: '28000' } })
    const sent = Buffer.from('p\0\0\0\x0bsecret\0')
    expect(server(password, { channelBinding: bound }).receive(request(3))).toEqual({ send: sent })
    expect(server(password, { allowCleartext: true }).receive(request(3))).toEqual({ send: sent })
    expect(server(scramKeys, { allowCleartext: true }).receive(request(3))).toMatchObject({
      failure: { code: '28000' },
    })
  })

  it('answers AuthenticationMD5Password as the manual says', () => {
    const salt = Buffer.from([1, 2, 3, 4])
    const inner = createHash('md5').update('secretada').digest('hex')
    const outer = createHash('md5').update(inner).update(salt).digest('hex')
    expect(server(password).receive(request(5, salt))).toEqual({ send: Buffer.from(`p\0\0\0\x28md5${outer}\0`) })
    expect(server(scramKeys).receive(request(5, salt))).toMatchObject({ failure: { code: '28000' } })
    expect(server(password).receive(request(5, 'abc'))).toMatchObject({ failure: { code: '08P01' } })
  })

  it.each([2, 6, 7, 8, 9, 99])('refuses authentication request %i', (code) => {
    expect(server(password).receive(request(code))).toMatchObject({ failure: { code: '28000' } })
  })

  it('refuses SASL without SCRAM-SHA-256, or without anything to prove', () => {
    expect(server(password).receive(request(10, 'SCRAM-SHA-512\0OAUTHBEARER\0\0'))).toMatchObject({
      failure: { code: '28000' },
    })
    for (const secret of [{ kind: 'none' }, md5Secret] as const) {
      expect(server(secret).receive(request(10, 'SCRAM-SHA-256\0\0'))).toMatchObject({ failure: { code: '28000' } })
    }
  })

  it('does not accept a server that skips its own proof', async () => {
    const auth = server(password)
    auth.receive(request(10, 'SCRAM-SHA-256\0\0'))
    expect(auth.receive(OK)).toMatchObject({ failure: { code: '28000' } })
    expect(auth.receive(OK)).toMatchObject({ failure: { code: '08P01' } })
  })

  it('answers no second question', () => {
    const auth = server(password)
    auth.receive(request(5, 'salt'))
    expect(auth.receive(request(5, 'salt'))).toMatchObject({ failure: { code: '08P01' } })
  })

  it.each(['', 'x', 'r=', 'r=abc,s=AAAA,i=1', 'e=other-error'])('refuses the challenge %j', async (text) => {
    const auth = server(password)
    auth.receive(request(10, 'SCRAM-SHA-256\0\0'))
    expect(await auth.receive(request(11, text))).toMatchObject({ failure: { code: '08P01' } })
  })

  it.each(['s=,i=1', 's=AAA,i=1', 's=AAAA,i=0', 's=AAAA,i=99999999', 's=AAAA', 's=AAAA,i=1,1'])(
    'refuses the challenge that goes on with %j',
    async (text) => {
      const auth = server(password, { random: () => Buffer.from('nonce') })
      auth.receive(request(10, 'SCRAM-SHA-256\0\0'))
      const nonce = Buffer.from('nonce').toString('base64')
      expect(await auth.receive(request(11, `r=${nonce}more,${text}`))).toMatchObject({ failure: { code: '08P01' } })
    },
  )
})
