import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { selfSigned } from '../../../src/config/self-signed.ts'
import { bindingHash, tlsServerEndPoint } from '../../../src/postgres/auth/channel-binding.ts'

it.each(['sha256', 'sha384', 'sha512'] as const)('%s: the hash of the certificate by its own hash function', (hash) => {
  const { der } = selfSigned(hash)
  expect(tlsServerEndPoint(der)).toEqual(createHash(hash).update(der).digest())
})

it.each([
  ['sha256WithRSAEncryption', 'sha256'],
  ['sha1WithRSAEncryption', 'sha256'],
  ['md5WithRSAEncryption', 'sha256'],
  ['sha224WithRSAEncryption', 'sha224'],
  ['ecdsa-with-SHA1', 'sha256'],
  ['ecdsa-with-SHA512', 'sha512'],
  ['RSA-SHA3-256', null],
  ['sha512-256WithRSAEncryption', null],
  ['ED25519', null],
  ['rsassaPss', null],
  ['', null],
])('%j: %s', (algorithm, hash) => expect(bindingHash(algorithm)).toBe(hash))

it('what is not a certificate binds nothing', () => expect(tlsServerEndPoint(Buffer.from('x'))).toBeNull())
