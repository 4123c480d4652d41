/** mysql_native_password: the client sends SHA1(password) XOR SHA1(nonce + SHA1(SHA1(password))); the server keeps SHA1(SHA1(password)). */
import { createHash, timingSafeEqual } from 'node:crypto'

export const NATIVE_BYTES = 20

const sha1 = (...parts: Buffer[]): Buffer => {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** SHA1(password): what is needed to log in. */
export const nativeKey = (password: Buffer): Buffer => sha1(password)

/** What a server keeps of a key. */
export const nativeHash = (key: Buffer): Buffer => sha1(key)

/** The client's answer to a nonce of 20 bytes. */
export function nativeScramble(key: Buffer, nonce: Buffer): Buffer {
  return xor(key, sha1(nonce, nativeHash(key)))
}

/** SHA1(password), if this scramble of `nonce` was made with the password of that double hash; else null. */
export function recoverNativeKey(scramble: Buffer, nonce: Buffer, hash: Buffer): Buffer | null {
  if (scramble.length !== NATIVE_BYTES || hash.length !== NATIVE_BYTES) return null
  const key = xor(scramble, sha1(nonce, hash))
  return timingSafeEqual(nativeHash(key), hash) ? key : null
}

/** The stored form `*` and 40 hexadecimal digits; '' (no password) gives an empty buffer; null: something else. */
export function parseNativeHash(stored: string): Buffer | null {
  if (stored === '') return Buffer.alloc(0)
  return /^\*[0-9A-Fa-f]{40}$/.test(stored) ? Buffer.from(stored.slice(1), 'hex') : null
}

export function xor(one: Buffer, other: Buffer): Buffer {
  const result = Buffer.allocUnsafe(one.length)
  for (let at = 0; at < one.length; at++) result[at] = one[at]! ^ other[at % other.length]!
  return result
}
