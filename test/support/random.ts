/** Numbers that look random and are the same for the same seed (Marsaglia's xorshift, 32 bits). Between 0 and 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

export type Random = () => number

/** A whole number from 0 up to, and without, `limit`. */
export const below = (random: Random, limit: number): number => Math.floor(random() * limit)

export const pick = <T>(random: Random, of: readonly T[]): T => of[below(random, of.length)]!
