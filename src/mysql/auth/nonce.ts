import { randomBytes } from 'node:crypto'

/** Random bytes as the servers make them: 1 to 127, without `$`; so that clients that take a nonce for text do not cut it. */
export function makeNonce(bytes: number): Buffer {
  const nonce = randomBytes(bytes)
  for (let at = 0; at < bytes; at++) {
    const byte = nonce[at]! & 0x7f
    nonce[at] = byte === 0 || byte === 0x24 ? byte + 1 : byte
  }
  return nonce
}
