/**
 * caching_sha2_password. Fast: the client sends SHA256(password) XOR SHA256(SHA256(SHA256(password)) + nonce). Full: the password itself, NUL at
 * its end, over TLS or a Unix socket as it is, else XORed with the nonce and encrypted by the server's RSA key (OAEP, SHA-1).
 */
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import { xor } from './native.ts'

export const SHA2_BYTES = 32
/** Payload bytes of the exchange (manual, "Caching_sha2_password information"). */
export const REQUEST_PUBLIC_KEY = 0x02
export const FAST_AUTH_OK = 0x03
export const FULL_AUTH = 0x04

const sha256 = (...parts: Buffer[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** SHA256(password). */
export const sha2Key = (password: Buffer): Buffer => sha256(password)

export const sha2DoubleHash = (password: Buffer): Buffer => sha256(sha256(password))

/** The client's answer to a nonce of 20 bytes. */
export function sha2Scramble(password: Buffer, nonce: Buffer): Buffer {
  return xor(sha256(password), sha256(sha2DoubleHash(password), nonce))
}

/** SHA256(password), if this scramble of `nonce` was made with the password of that double hash; else null. */
export function recoverSha2Key(scramble: Buffer, nonce: Buffer, doubleHash: Buffer): Buffer | null {
  if (scramble.length !== SHA2_BYTES) return null
  const key = xor(scramble, sha256(doubleHash, nonce))
  return timingSafeEqual(sha256(key), doubleHash) ? key : null
}

/** The key pair with which clients without TLS encrypt their passwords. */
export interface RsaKeys {
  /** PEM, as it is sent to a client. */
  readonly publicKey: Buffer
  readonly privateKey: KeyObject
}

/** Resolves with one and the same key pair, made at its first use (a tenth of a second or so, off the event loop). */
export function createRsaKeys(): () => Promise<RsaKeys> {
  let keys: Promise<RsaKeys> | null = null
  return () => {
    keys ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then(({ publicKey, privateKey }) => ({
      publicKey: Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })),
      privateKey,
    }))
    return keys
  }
}

/** Size of what encryptPassword makes with createRsaKeys' key. */
export const ENCRYPTED_BYTES = 256
const PADDING = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }

/** What a client without TLS sends. Throws when `pem` is no public key or the password is too long for it. */
export function encryptPassword(password: Buffer, nonce: Buffer, pem: Buffer): Buffer {
  const plain = xor(Buffer.concat([password, Buffer.alloc(1)]), nonce)
  return publicEncrypt({ key: createPublicKey(pem), ...PADDING }, plain)
}

/** The password behind it; null when it was not encrypted by this key, or not ended by NUL. */
export function decryptPassword(encrypted: Buffer, nonce: Buffer, keys: RsaKeys): Buffer | null {
  try {
    return withoutNul(xor(privateDecrypt({ key: keys.privateKey, ...PADDING }, encrypted), nonce))
  } catch {
    return null
  }
}

/** A password that came with its NUL; null when there is none at the end. */
export function withoutNul(bytes: Buffer): Buffer | null {
  if (bytes.length === 0 || bytes.indexOf(0) !== bytes.length - 1) return null
  return Buffer.from(bytes.subarray(0, -1))
}
