import { type Catalog, createClassifier, initClassifier } from '../../../src/postgres/classify/index.ts'
import type { Classifier, Facts, LexMode } from '../../../src/sql/facts.ts'

export const usual: LexMode = { standardConformingStrings: true, asciiSafeEncoding: true }

await initClassifier()

const encoder = new TextEncoder()

export interface Subject {
  readonly classifier: Classifier
  facts(sql: string | Uint8Array, mode?: LexMode): Facts
}

/** A classifier over one catalog that never changes, with a clock that stands still. */
export function classifying(
  catalog: () => Catalog | null,
  limits: { digests: number; parseBurstMs?: number } = { digests: 2000 },
): Subject {
  const classifier = createClassifier({ seed: 0x1234_5678_9abc, limits, catalog, now: () => 0 })
  return {
    classifier,
    facts(sql, mode = usual) {
      const bytes = typeof sql === 'string' ? encoder.encode(sql) : sql
      return classifier.classify(bytes, 0, bytes.length, mode)
    },
  }
}
