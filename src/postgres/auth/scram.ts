import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { preparePassword } from './saslprep.ts'
import type { RandomBytes, ScramVerifier } from './types.ts'

/** What both sides of a SCRAM-SHA-256 exchange (RFC 5802, RFC 7677) compute, and the form in which PostgreSQL stores a password. */

export const SCRAM_SHA_256 = 'SCRAM-SHA-256'
export const SCRAM_SHA_256_PLUS = 'SCRAM-SHA-256-PLUS'
/** The only channel binding that PostgreSQL knows. */
export const BINDING_TYPE = 'tls-server-end-point'
const KEY_BYTES = 32
/** PostgreSQL's own defaults (SCRAM_DEFAULT_SALT_LEN, scram_iterations, SCRAM_RAW_NONCE_LEN). */
export const SALT_BYTES = 16
export const DEFAULT_ITERATIONS = 4096
const NONCE_BYTES = 18
/** A server may not keep a thread busy for longer than about this many rounds of HMAC (a few seconds) with one login. */
export const ITERATIONS_MAX = 10_000_000

export const hash = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest()
export const hmac = (key: Uint8Array, data: string | Uint8Array): Buffer =>
  createHmac('sha256', key)
    .update(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
    .digest()

export function xor(a: Uint8Array, b: Uint8Array): Buffer {
  const result = Buffer.alloc(a.length)
  for (let i = 0; i < a.length; i++) result[i] = a[i]! ^ b[i]!
  return result
}

export interface ScramKeys {
  readonly clientKey: Buffer
  readonly serverKey: Buffer
}

/** The keys of a password: PBKDF2 in libuv's threads, so that the event loop goes on. */
export function deriveKeys(password: string | Buffer, salt: Uint8Array, iterations: number): Promise<ScramKeys> {
  return new Promise((resolve, reject) => {
    pbkdf2(preparePassword(password), salt, iterations, KEY_BYTES, 'sha256', (error, salted) => {
      if (error !== null) reject(error)
      else resolve({ clientKey: hmac(salted, 'Client Key'), serverKey: hmac(salted, 'Server Key') })
    })
  })
}

export async function makeVerifier(
  password: string | Buffer,
  salt: Buffer = randomBytes(SALT_BYTES),
  iterations: number = DEFAULT_ITERATIONS,
): Promise<ScramVerifier> {
  const { clientKey, serverKey } = await deriveKeys(password, salt, iterations)
  return { iterations, salt, storedKey: hash(clientKey), serverKey }
}

export function formatVerifier(verifier: ScramVerifier): string {
  const { iterations, salt, storedKey, serverKey } = verifier
  return `${SCRAM_SHA_256}$${iterations}:${toBase64(salt)}$${toBase64(storedKey)}:${toBase64(serverKey)}`
}

/** null when the text is not a verifier that PostgreSQL would take as one. */
export function parseVerifier(text: string): ScramVerifier | null {
  const parts = /^SCRAM-SHA-256\$(\d{1,10}):([^$:]+)\$([^$:]+):([^$:]+)$/.exec(text)
  if (parts === null) return null
  const iterations = Number(parts[1])
  const [salt, storedKey, serverKey] = [fromBase64(parts[2]!), fromBase64(parts[3]!), fromBase64(parts[4]!)]
  if (iterations < 1 || iterations > 0x7fffffff || salt === null) return null
  if (storedKey?.length !== KEY_BYTES || serverKey?.length !== KEY_BYTES) return null
  return { iterations, salt, storedKey, serverKey }
}

export const toBase64 = (bytes: Buffer): string => bytes.toString('base64')

/** Strict as PostgreSQL's: no white space, padding complete. null when it is not base64. */
export function fromBase64(text: string): Buffer | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null
  return Buffer.from(text, 'base64')
}

export const makeNonce = (random: RandomBytes): string => toBase64(random(NONCE_BYTES))
