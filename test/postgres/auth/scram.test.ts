import { describe, expect, it } from 'vitest'
import { preparePassword, saslprep } from '../../../src/postgres/auth/saslprep.ts'
import {
  deriveKeys,
  formatVerifier,
  fromBase64,
  hash,
  makeVerifier,
  parseVerifier,
} from '../../../src/postgres/auth/scram.ts'
import { createScramClient } from '../../../src/postgres/auth/scram-client.ts'
import { createScramServer } from '../../../src/postgres/auth/scram-server.ts'

/** The exchange of RFC 7677, section 3: user `user`, password `pencil`. */
const rfc = {
  clientNonce: 'rOprNGfwEbeRWgbNEkqO',
  serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
}

describe('the exchange of RFC 7677', () => {
  it('as the client with the password', async () => {
    const secret = { kind: 'password', password: 'pencil' } as const
    const client = createScramClient({ secret, binding: { kind: 'impossible' }, nonce: rfc.clientNonce, name: 'user' })
    expect(client.clientFirst).toBe(rfc.clientFirst)
    expect(await client.answer(rfc.serverFirst)).toBe(rfc.clientFinal)
    expect(() => client.verify(rfc.serverFinal)).not.toThrow()
    expect(() => client.verify(`v=${Buffer.alloc(32).toString('base64')}`)).toThrow('could not prove')
  })

  it('as the server, which recovers the client key from the proof', async () => {
    const verifier = await makeVerifier('pencil', rfc.salt, 4096)
    const server = createScramServer({
      verifier,
      doomed: false,
      plus: false,
      channelBinding: null,
      nonce: rfc.serverNonce,
    })
    expect(server.receive(Buffer.from(rfc.clientFirst))).toEqual({ kind: 'challenge', message: rfc.serverFirst })
    const { clientKey } = await deriveKeys('pencil', rfc.salt, 4096)
    expect(server.receive(Buffer.from(rfc.clientFinal))).toEqual({
      kind: 'proven',
      message: rfc.serverFinal,
      clientKey,
    })
    expect(hash(clientKey)).toEqual(verifier.storedKey)
  })

  it('as the client with keys only', async () => {
    const verifier = await makeVerifier('pencil', rfc.salt, 4096)
    const { clientKey } = await deriveKeys('pencil', rfc.salt, 4096)
    const secret = { kind: 'scram-keys', clientKey, ...verifier } as const
    const client = createScramClient({ secret, binding: { kind: 'impossible' }, nonce: rfc.clientNonce, name: 'user' })
    expect(client.answer(rfc.serverFirst)).toBe(rfc.clientFinal)
    expect(() => client.verify(rfc.serverFinal)).not.toThrow()
  })
})

const KEY = `${'A'.repeat(43)}=`

describe('verifiers', () => {
  it('survive formatting and parsing', async () => {
    const verifier = await makeVerifier('pw', Buffer.from('0123456789abcdef'), 4096)
    const text = formatVerifier(verifier)
    expect(text).toMatch(/^SCRAM-SHA-256\$4096:MDEyMzQ1Njc4OWFiY2RlZg==\$[^:]+:[^:]+$/)
    expect(parseVerifier(text)).toEqual(verifier)
  })

  it.each([
    '',
    'pw',
    'SCRAM-SHA-256',
    'SCRAM-SHA-256$4096:AAAA$AAAA:AAAA',
    `SCRAM-SHA-256$0:AAAA$${KEY}:${KEY}`,
    `SCRAM-SHA-256$4096:A AA$${KEY}:${KEY}`,
    `SCRAM-SHA-256$99999999999:AAAA$${KEY}:${KEY}`,
  ])('%j is none', (text) => expect(parseVerifier(text)).toBeNull())

  it('base64 is strict', () => {
    expect(fromBase64('AAA=')).toEqual(Buffer.alloc(2))
    for (const bad of ['A', 'AAA', 'AA A', 'AAAA\n', 'AAA==', '=AAA', '====']) expect(fromBase64(bad)).toBeNull()
  })
})

describe('SASLprep', () => {
  it('the examples of RFC 4013, section 3', () => {
    expect(saslprep('I\u00adX')).toBe('IX')
    expect(saslprep('user')).toBe('user')
    expect(saslprep('USER')).toBe('USER')
    expect(saslprep('\u00aa')).toBe('a')
    expect(saslprep('\u2168')).toBe('IX')
    expect(saslprep('\u0007')).toBeNull()
    expect(saslprep('\u06271')).toBeNull()
  })

  it('right-to-left text, unassigned and prohibited code points, spaces', () => {
    expect(saslprep('\u0627\u0628')).toBe('\u0627\u0628')
    expect(saslprep('\u0627a\u0628')).toBeNull()
    expect(saslprep('\u{1F600}')).toBeNull()
    expect(saslprep('a\ue000')).toBeNull()
    expect(saslprep('a\u3000b\u200b')).toBe('a b ')
    expect(saslprep('\u00ad')).toBeNull()
  })

  it('falls back to the bytes, as PostgreSQL does', () => {
    expect(preparePassword('\u0007')).toEqual(Buffer.from([7]))
    expect(preparePassword('p\u{1F600}')).toEqual(Buffer.from('p\u{1F600}'))
    expect(preparePassword('\u00ad')).toEqual(Buffer.from('\u00ad'))
    expect(preparePassword(Buffer.from([0x70, 0xe9]))).toEqual(Buffer.from([0x70, 0xe9]))
    expect(preparePassword('\u2168')).toEqual(Buffer.from('IX'))
  })
})
