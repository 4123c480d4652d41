// What classification costs per statement, against a loop that only copies the bytes. Run: node_modules/.bin/node bench/classify.ts
import { createClassifier, initClassifier } from '../src/postgres/classify/index.ts'

await initClassifier()

const STATEMENTS: readonly string[] = [
  'SELECT 1',
  'SELECT abalance FROM pgbench_accounts WHERE aid = 54321;',
  "SELECT u.id, u.name, u.email FROM users u WHERE u.email = 'someone@example.org' AND u.state = 'active' LIMIT 1",
  'SELECT "User"."id", "User"."name" FROM "public"."User" WHERE ("User"."tenantId" = $1 AND 1=1) ORDER BY "User"."id" ASC LIMIT $2 OFFSET $3',
  `SELECT * FROM orders WHERE id IN (${Array.from({ length: 100 }, (_, i) => 1000 + i).join(', ')})`,
  `INSERT INTO items (order_id, sku, qty) VALUES ${Array.from({ length: 50 }, (_, i) => `(${i}, 'sku-${i}', ${i % 7})`).join(', ')}`,
]
const ROUNDS = 200_000
const mode = { standardConformingStrings: true, asciiSafeEncoding: true }
const limits = { digests: 10_000 }
const classifier = createClassifier({ seed: 1, limits, catalog: () => null, now: () => performance.now() })
const encoder = new TextEncoder()
const copy = new Uint8Array(1 << 16)

function copied(text: Uint8Array): number {
  for (let at = 0; at < text.length; at++) copy[at] = text[at]!
  return copy[0]!
}

/** Microseconds per call and bytes allocated per call. */
function measure(call: () => unknown): { us: number; bytes: number } {
  for (let i = 0; i < 20_000; i++) call()
  const heap = process.memoryUsage().heapUsed
  const before = performance.now()
  for (let i = 0; i < ROUNDS; i++) call()
  const us = ((performance.now() - before) * 1000) / ROUNDS
  return { us, bytes: Math.max(0, (process.memoryUsage().heapUsed - heap) / ROUNDS) }
}

const line = (...cells: string[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`)
line('statement', 'bytes', 'classify us', 'us per 100 bytes', 'copy us', 'allocated bytes')
line('---', '---:', '---:', '---:', '---:', '---:')
for (const sql of STATEMENTS) {
  const text = encoder.encode(sql)
  const hot = measure(() => classifier.classify(text, 0, text.length, mode))
  const bare = measure(() => copied(text))
  line(
    sql.slice(0, 40),
    `${text.length}`,
    hot.us.toFixed(3),
    ((hot.us * 100) / text.length).toFixed(3),
    bare.us.toFixed(3),
    hot.bytes.toFixed(2),
  )
}

let fresh = 0
const began = performance.now()
const FIRST_SIGHTS = 2000
const unlimited = createClassifier({
  seed: 2,
  limits: { digests: 10_000, parseBurstMs: 1e9 },
  catalog: () => null,
  now: () => performance.now(),
})
for (let i = 0; i < FIRST_SIGHTS; i++) {
  const text = encoder.encode(
    `SELECT u.id, u.name, o.total_${i} FROM users u JOIN orders o ON o.uid = u.id WHERE u.email = 'x' ORDER BY 3 DESC LIMIT 10`,
  )
  fresh += unlimited.classify(text, 0, text.length, mode).statements
}
process.stdout.write(`\nfirst sight: ${(((performance.now() - began) * 1000) / fresh).toFixed(1)} us per statement\n`)
