import { createHash, timingSafeEqual } from 'node:crypto'

/** The `md5` authentication method (PostgreSQL manual, "Password Authentication"). */

const md5Hex = (...parts: (string | Buffer)[]): string => {
  const digest = createHash('md5')
  for (const part of parts) digest.update(part)
  return digest.digest('hex')
}

/** What pg_authid keeps: `md5` and the hash of password and user name. */
export const md5Hash = (password: string, user: string): string => `md5${md5Hex(password, user)}`

/** What the client answers to AuthenticationMD5Password: `md5` and the hash of the stored hash's digits and the salt. */
export const md5Response = (hash: string, salt: Buffer): string => `md5${md5Hex(hash.slice(3), salt)}`

export const isMd5Hash = (text: string): boolean => /^md5[0-9a-f]{32}$/.test(text)

export function md5Matches(hash: string, salt: Buffer, response: Buffer): boolean {
  const expected = Buffer.from(md5Response(hash, salt), 'latin1')
  return response.length === expected.length && timingSafeEqual(response, expected)
}
