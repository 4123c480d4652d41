import {
  type Catalog,
  createClassifier,
  initClassifier,
  mysqlLexMode,
  type Servers,
} from '../../../src/mysql/classify/index.ts'
import type { Classifier, Facts, LexMode } from '../../../src/sql/facts.ts'
import type { Flavour } from '../../corpus/mysql/corpus.ts'

export const usual: LexMode = mysqlLexMode({ sqlMode: '', characterSetClient: 'utf8mb4' })

export const serversOf: Readonly<Record<Flavour, Servers>> = {
  mysql: { flavour: 'mysql', versionMin: 90700, versionMax: 90704 },
  mariadb: { flavour: 'mariadb', versionMin: 101100, versionMax: 101118 },
}

await initClassifier()

const encoder = new TextEncoder()

export interface Subject {
  readonly classifier: Classifier
  facts(sql: string | Uint8Array, mode?: LexMode): Facts
}

/** A classifier over one catalog that never changes, with a clock that stands still. */
export function classifying(
  catalog: () => Catalog | null,
  servers: Servers = serversOf.mysql,
  limits: { digests: number; parseBurstMs?: number } = { digests: 2000 },
): Subject {
  const classifier = createClassifier({ seed: 0x1234_5678_9abc, limits, catalog, now: () => 0, servers: () => servers })
  return {
    classifier,
    facts(sql, mode = usual) {
      const bytes = typeof sql === 'string' ? encoder.encode(sql) : sql
      return classifier.classify(bytes, 0, bytes.length, mode)
    },
  }
}
