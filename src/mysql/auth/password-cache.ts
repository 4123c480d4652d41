/**
 * Passwords that servers have accepted. An entry holds SHA256(SHA256(password)) and the password encrypted under SHA256(password), which only its
 * owner's next scramble reveals: what lies here logs in nobody.
 *
 * Nobody is refused on the strength of an entry: who is not recognised goes through the full exchange. Who still is recognised by a password that
 * has been changed on the server is refused there, and the entry goes.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { recoverSha2Key, SHA2_BYTES, sha2DoubleHash, sha2Key } from './caching-sha2.ts'
import type { PasswordCache } from './types.ts'

interface Entry {
  readonly doubleHash: Buffer
  readonly box: Box
}

interface Box {
  readonly iv: Buffer
  readonly data: Buffer
  readonly tag: Buffer
}

/** `entries`: users remembered; the one not seen for the longest time goes first. */
export function createPasswordCache(entries: number): PasswordCache {
  const known = new Map<string, Entry>()
  /** Unknown users cost the same computation as known ones. */
  const decoy = randomBytes(SHA2_BYTES)

  const keep = (user: string, entry: Entry) => {
    known.delete(user)
    known.set(user, entry)
    if (known.size > entries) known.delete(known.keys().next().value!)
  }

  return {
    recognise(user, nonce, scramble) {
      const entry = known.get(user)
      const key = recoverSha2Key(scramble, nonce, entry?.doubleHash ?? decoy)
      if (entry === undefined || key === null) return null
      keep(user, entry)
      return open(entry.box, key)
    },
    proved(user, password) {
      if (password.length === 0) return
      const doubleHash = sha2DoubleHash(password)
      const entry = known.get(user)
      if (entry?.doubleHash.equals(doubleHash)) keep(user, entry)
      else keep(user, { doubleHash, box: seal(password) })
    },
    refused(user, password) {
      const entry = known.get(user)
      if (entry !== undefined && timingSafeEqual(entry.doubleHash, sha2DoubleHash(password))) known.delete(user)
    },
    clear() {
      known.clear()
    },
  }
}

/** The key of a box is not SHA256(password) itself, so that nothing of the exchange's own hashes is reused. */
const boxKey = (key: Buffer): Buffer => createHmac('sha256', key).update('freshet password').digest()

function seal(password: Buffer): Box {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', boxKey(sha2Key(password)), iv)
  const data = Buffer.concat([cipher.update(password), cipher.final()])
  return { iv, data, tag: cipher.getAuthTag() }
}

function open({ iv, data, tag }: Box, key: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', boxKey(key), iv).setAuthTag(tag)
  return Buffer.concat([decipher.update(data), decipher.final()])
}
