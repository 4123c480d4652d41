/** How often each digest ran, with a sample of its text. Bounded; what has not run for long is forgotten first. */
import type { DigestRow } from '../admin/view.ts'
import type { ObservedTarget } from '../routing/observe.ts'
import type { Facts } from '../sql/facts.ts'
import type { Digest } from '../units.ts'

interface Seen {
  count: number
  observed: number
  offloadable: number
  /** As judged last: a digest can become a write. */
  facts: Facts
  readonly text: string
}

export interface DigestStats {
  /**
   * A statement ran. Hot path: one look into a map when the digest is known; `text` is asked for at first sight only. `would`: what would have been
   * done with it if its cluster did not only observe; null: it does not.
   */
  seen(facts: Facts, text: () => string, would: ObservedTarget | null): void
  /** At most `limit` rows, the most frequent first. */
  rows(limit: number): DigestRow[]
}

export interface DigestStatsOptions {
  /** Digests remembered at most. */
  readonly max: number
  /** A statement's text with its literals removed; null when it cannot be told what is a literal. */
  readonly sample: (sql: string) => string | null
}

const TEXT_MAX = 1000

/** Two generations: when the young one is full it becomes the old one, and those of the old one that nobody has run since are forgotten. */
export function createDigestStats({ max, sample }: DigestStatsOptions): DigestStats {
  const youngMax = Math.max(1, Math.floor(max / 2))
  let young = new Map<Digest, Seen>()
  let old = new Map<Digest, Seen>()

  function remember(digest: Digest, row: Seen): void {
    if (young.size >= youngMax) {
      old = young
      young = new Map()
    }
    young.set(digest, row)
  }

  function notYoung(facts: Facts, text: () => string): Seen {
    let row = old.get(facts.digest)
    if (row === undefined) {
      // Without its literals or not at all: they may be secrets.
      const shown = sample(text())?.slice(0, TEXT_MAX) ?? facts.command
      row = { count: 0, observed: 0, offloadable: 0, facts, text: shown }
    } else old.delete(facts.digest)
    remember(facts.digest, row)
    return row
  }

  return {
    seen(facts, text, would) {
      const row = young.get(facts.digest) ?? notYoung(facts, text)
      row.count++
      row.facts = facts
      if (would === null) return
      row.observed++
      if (would === 'replica') row.offloadable++
    },
    rows(limit) {
      return [...young, ...old]
        .sort(([, a], [, b]) => b.count - a.count)
        .slice(0, limit)
        .map(([digest, { count, observed, offloadable, facts, text }]) => ({
          digest,
          text,
          verdict: facts.verdict,
          reason: facts.because,
          count,
          observed,
          offloadable,
        }))
    },
  }
}
