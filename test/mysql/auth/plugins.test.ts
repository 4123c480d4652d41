import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createRsaKeys,
  decryptPassword,
  encryptPassword,
  recoverSha2Key,
  sha2DoubleHash,
  sha2Key,
  sha2Scramble,
} from '../../../src/mysql/auth/caching-sha2.ts'
import { ed25519PublicKey, ed25519Sign, ed25519Verify } from '../../../src/mysql/auth/ed25519.ts'
import {
  nativeHash,
  nativeKey,
  nativeScramble,
  parseNativeHash,
  recoverNativeKey,
} from '../../../src/mysql/auth/native.ts'
import { makeNonce } from '../../../src/mysql/auth/nonce.ts'

const bytes = (max: number, min = 0) => fc.uint8Array({ minLength: min, maxLength: max }).map((one) => Buffer.from(one))
const nonces = bytes(20, 20)

describe('mysql_native_password', () => {
  test("the stored form is the server's PASSWORD()", () => {
    // MariaDB: SELECT PASSWORD('secret').
    const stored = parseNativeHash('*14E65567ABDB5135D0CFD9A70B3032C179A49EE7')!
    expect(nativeHash(nativeKey(Buffer.from('secret'))).equals(stored)).toBe(true)
    expect(parseNativeHash('')).toHaveLength(0)
    expect(parseNativeHash('*14E6')).toBeNull()
    expect(parseNativeHash('ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY')).toBeNull()
  })

  test('a proof gives the key, and only a proof by the same password does', () => {
    fc.assert(
      fc.property(bytes(40), bytes(40), nonces, (password, other, nonce) => {
        const key = nativeKey(password)
        const scramble = nativeScramble(key, nonce)
        expect(recoverNativeKey(scramble, nonce, nativeHash(key))).toEqual(key)
        if (!password.equals(other)) {
          expect(recoverNativeKey(scramble, nonce, nativeHash(nativeKey(other)))).toBeNull()
        }
      }),
    )
  })
})

describe('caching_sha2_password', () => {
  test('a scramble gives SHA256(password), and only one by the same password does', () => {
    fc.assert(
      fc.property(bytes(40), bytes(40), nonces, (password, other, nonce) => {
        const scramble = sha2Scramble(password, nonce)
        expect(recoverSha2Key(scramble, nonce, sha2DoubleHash(password))).toEqual(sha2Key(password))
        if (!password.equals(other)) expect(recoverSha2Key(scramble, nonce, sha2DoubleHash(other))).toBeNull()
      }),
    )
  })

  test('a password encrypted for the key comes back; garbage is nothing', async () => {
    const make = createRsaKeys()
    const keys = await make()
    expect(await make()).toBe(keys)
    const nonce = makeNonce(20)
    const password = Buffer.from('pässword, longer than the nonce is')
    const encrypted = encryptPassword(password, nonce, keys.publicKey)
    expect(decryptPassword(encrypted, nonce, keys)?.equals(password)).toBe(true)
    expect(decryptPassword(Buffer.alloc(256, 1), nonce, keys)).toBeNull()
    expect(decryptPassword(Buffer.alloc(3), nonce, keys)).toBeNull()
  })
})

describe('client_ed25519', () => {
  test("the public key is MariaDB's", () => {
    // CREATE USER ... IDENTIFIED VIA ed25519 USING PASSWORD('secret'), as mysql.global_priv has it.
    const key = ed25519PublicKey(Buffer.from('secret'))
    expect(key.toString('base64')).toBe('ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY=')
  })

  test('with a 32-byte password it is RFC 8032 itself (7.1, test 1)', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
    expect(ed25519PublicKey(seed).toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    )
    expect(ed25519Sign(seed, Buffer.alloc(0)).toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    )
  })

  test('signatures are valid for their own key and nonce only', () => {
    fc.assert(
      fc.property(bytes(40), bytes(32, 32), (password, nonce) => {
        const signature = ed25519Sign(password, nonce)
        const key = ed25519PublicKey(password)
        expect(ed25519Verify(signature, nonce, key)).toBe(true)
        expect(ed25519Verify(signature, Buffer.alloc(32, nonce[0]! + 1), key)).toBe(false)
        expect(ed25519Verify(signature.subarray(1), nonce, key)).toBe(false)
      }),
      { numRuns: 20 },
    )
  })
})

test('nonces hold neither NUL nor $', () => {
  for (let turn = 0; turn < 200; turn++) {
    const nonce = makeNonce(20)
    expect(nonce).toHaveLength(20)
    expect(nonce.some((byte) => byte === 0 || byte === 0x24 || byte > 0x7f)).toBe(false)
  }
})
