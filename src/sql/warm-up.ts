import type { ClassifierOptions } from './classifier.ts'
import type { Classifier, LexMode } from './facts.ts'

/** Statements as applications send them. `$$` stands for what makes each of them a new one. */
const STATEMENTS = [
  'SELECT a, b FROM t$$ WHERE c = 1 AND d IN (2, 3)',
  'SELECT t.a, count(*) AS n FROM t$$ t JOIN u ON u.id = t.u_id LEFT JOIN v USING (w) WHERE t.b > 1 AND t.c LIKE ? GROUP BY t.a HAVING n > 2 ORDER BY n DESC LIMIT 10',
  "SELECT coalesce(sum(CASE WHEN a = 'x' THEN b ELSE 0 END), 0) FROM t$$ WHERE c BETWEEN 1 AND 2",
  'SELECT a FROM (SELECT a FROM t$$ UNION ALL SELECT a FROM u) d WHERE EXISTS (SELECT 1 FROM v WHERE v.a = d.a)',
  'WITH w AS (SELECT max(a) AS m FROM t$$) SELECT cast(m AS char(10)), lower(b) FROM w, u',
  "INSERT INTO t$$ (a, b, c) VALUES (1, 'x', now()), (2, 'y', now())",
  "UPDATE t$$ SET a = a + 1, b = 'x' WHERE c = 1",
  'DELETE FROM t$$ WHERE c = 1',
]
const ROUNDS = 10

/** For a classifier that is thrown away again. */
const OPTIONS: ClassifierOptions<never> = { seed: 0, limits: { digests: 1 }, catalog: () => null, now: () => 0 }

/**
 * Lets a new classifier see statements before clients send some. The parsers are compiled meanwhile: the very first statement would hold up everybody for
 * some 25 ms, and the next hundred for several times as long as later ones.
 */
export function warmUp(create: (options: ClassifierOptions<never>) => Classifier, mode: LexMode): void {
  const classifier = create(OPTIONS)
  const encoder = new TextEncoder()
  for (let round = 0; round < ROUNDS; round++) {
    for (const statement of STATEMENTS) {
      const text = encoder.encode(statement.replace('$$', () => String(round)))
      classifier.classify(text, 0, text.length, mode)
    }
  }
}
