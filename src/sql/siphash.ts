/**
 * HalfSipHash-1-3 with a 64-bit result (Aumasson and Bernstein's SipHash on 32-bit words, the variant that the Linux kernel
 * uses for its hash tables): keyed, so that nobody who does not know the seed can craft two statements with one digest.
 */

/** The low and high word of the last hash. Overwritten by the next call: read them at once. */
export const hashed = { low: 0, high: 0 }

/** Hashes the first `length` bytes of `words` (little endian, at most `words.length * 4`). `words` may hold rubbish behind them. */
export function sipHash(words: Uint32Array, bytes: Uint8Array, length: number, keyLow: number, keyHigh: number): void {
  let v0 = keyLow | 0
  let v1 = keyHigh ^ 0xee
  let v2 = keyLow ^ 0x6c796765
  let v3 = keyHigh ^ 0x74656462
  const whole = length >>> 2
  // The last word carries the rest of the bytes and the length; after it come the three closing rounds, twice for 64 bits.
  const last = tail(bytes, length)
  let i = 0
  for (let end = whole + 1; end <= whole + 7; end += 3) {
    for (; i < end; i++) {
      const word = i < whole ? words[i]! | 0 : i === whole ? last : 0
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= word
    }
    if (end === whole + 1) v2 ^= 0xee
    else if (end === whole + 4) {
      hashed.low = (v1 ^ v3) >>> 0
      v1 ^= 0xdd
    }
  }
  hashed.high = (v1 ^ v3) >>> 0
}

function tail(bytes: Uint8Array, length: number): number {
  const at = length & ~3
  let word = length << 24
  for (let i = 0; i < (length & 3); i++) word |= bytes[at + i]! << (8 * i)
  return word
}
