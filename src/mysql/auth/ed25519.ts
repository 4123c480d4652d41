/**
 * MariaDB's client_ed25519: Ed25519 (RFC 8032) in which the hash of the password, of any length, takes the place of the hash of a 32-byte seed.
 * So node:crypto can verify, but neither derive the key nor sign: that is done here, with big integers, a few milliseconds each, on the cold path
 * only. The arithmetic is not constant in time; what an observer of Freshet's own processor time learns is beyond what this plugin protects.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'

export const ED25519_NONCE_BYTES = 32
export const ED25519_BYTES = 64

const P = 2n ** 255n - 19n
/** Order of the base point. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n

const mod = (value: bigint, by = P): bigint => {
  const rest = value % by
  return rest < 0n ? rest + by : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = mod(base), left = exponent; left > 0n; left >>= 1n, square = mod(square * square)) {
    if (left & 1n) result = mod(result * square)
  }
  return result
}

const inverse = (value: bigint): bigint => power(value, P - 2n)
const D = mod(-121665n * inverse(121666n))

/** Extended homogeneous coordinates (RFC 8032, 5.1.4): x = X/Z, y = Y/Z, x*y = T/Z. */
type Point = readonly [x: bigint, y: bigint, z: bigint, t: bigint]
const NEUTRAL: Point = [0n, 1n, 1n, 0n]

function add([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = mod((y1 - x1) * (y2 - x2))
  const b = mod((y1 + x1) * (y2 + x2))
  const c = mod(2n * t1 * t2 * D)
  const d = mod(2n * z1 * z2)
  const [e, f, g, h] = [b - a, d - c, d + c, b + a]
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
}

const BASE: Point = (() => {
  const y = mod(4n * inverse(5n))
  const x = 15112221349535400772501151409588531511454012693041857206046113283949847762202n
  return [x, y, 1n, mod(x * y)]
})()

function multiplyBase(scalar: bigint): Buffer {
  let sum = NEUTRAL
  for (let point = BASE, left = scalar; left > 0n; left >>= 1n, point = add(point, point)) {
    if (left & 1n) sum = add(sum, point)
  }
  const [x, y, z] = sum
  const byZ = inverse(z)
  const encoded = littleEndian(mod(y * byZ))
  encoded[31]! |= Number(mod(x * byZ) & 1n) << 7
  return encoded
}

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}

const number = (bytes: Buffer): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)

const sha512 = (...parts: Buffer[]): Buffer => createHash('sha512').update(Buffer.concat(parts)).digest()

function expand(password: Buffer): { scalar: bigint; prefix: Buffer } {
  const hash = sha512(password)
  hash[0]! &= 248
  hash[31] = (hash[31]! & 63) | 64
  return { scalar: number(hash.subarray(0, 32)), prefix: hash.subarray(32) }
}

/** The public key, which is all that a server stores (in base64, without padding). */
export const ed25519PublicKey = (password: Buffer): Buffer => multiplyBase(expand(password).scalar)

/** The client's answer to a nonce of 32 bytes. */
export function ed25519Sign(password: Buffer, nonce: Buffer): Buffer {
  const { scalar, prefix } = expand(password)
  const publicKey = multiplyBase(scalar)
  const r = mod(number(sha512(prefix, nonce)), L)
  const commitment = multiplyBase(r)
  const challenge = mod(number(sha512(commitment, publicKey, nonce)), L)
  return Buffer.concat([commitment, littleEndian(mod(r + challenge * scalar, L))])
}

/** SubjectPublicKeyInfo of an Ed25519 key, up to the key itself (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

export function ed25519Verify(signature: Buffer, nonce: Buffer, publicKey: Buffer): boolean {
  if (signature.length !== ED25519_BYTES) return false
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
    return verify(null, nonce, key, signature)
  } catch {
    return false
  }
}
