import { isMd5Hash } from './md5.ts'
import { makeVerifier, parseVerifier } from './scram.ts'
import type { Credential } from './types.ts'

/** The credential behind what pg_authid.rolpassword holds; null when there is none that can be used. */
export function credentialFromStored(stored: string | null): Credential | null {
  if (stored === null) return null
  if (isMd5Hash(stored)) return { kind: 'md5', hash: stored }
  const verifier = parseVerifier(stored)
  return verifier === null ? null : { kind: 'scram', verifier }
}

/** The credential behind a configured password, which is a verifier or the password itself. Computes a verifier in the latter case: cache it. */
export async function credentialFromConfigured(password: string): Promise<Credential> {
  const stored = credentialFromStored(password)
  if (stored !== null) return stored
  return { kind: 'password', password, verifier: await makeVerifier(password) }
}
