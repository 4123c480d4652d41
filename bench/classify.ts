// What classification costs per statement, against a loop that only copies the bytes. Run: node_modules/.bin/node bench/classify.ts
import * as mysql from '../src/mysql/classify/index.ts'
import * as postgres from '../src/postgres/classify/index.ts'
import type { Classifier, LexMode } from '../src/sql/facts.ts'
import { named, randomSelect } from './random-statements.ts'

const STATEMENTS: readonly string[] = [
  'SELECT 1',
  'SELECT abalance FROM pgbench_accounts WHERE aid = 54321;',
  "SELECT u.id, u.name, u.email FROM users u WHERE u.email = 'someone@example.org' AND u.state = 'active' LIMIT 1",
  'SELECT "User"."id", "User"."name" FROM "public"."User" WHERE ("User"."tenantId" = $1 AND 1=1) ORDER BY "User"."id" ASC LIMIT $2 OFFSET $3',
  `SELECT * FROM orders WHERE id IN (${Array.from({ length: 100 }, (_, i) => 1000 + i).join(', ')})`,
  `INSERT INTO items (order_id, sku, qty) VALUES ${Array.from({ length: 50 }, (_, i) => `(${i}, 'sku-${i}', ${i % 7})`).join(', ')}`,
]
const CALLS = 400_000
const FIRST_SIGHTS = 10_000
const LARGE_BYTES = [300, 1000, 3000, 6000, 11_000, 20_000]
const encoder = new TextEncoder()
const copy = new Uint8Array(1 << 16)

interface Contestant {
  readonly name: string
  readonly mode: LexMode
  create(parseBurstMs?: number): Classifier
}

async function contestants(): Promise<Contestant[]> {
  await Promise.all([postgres.initClassifier(), mysql.initClassifier()])
  postgres.warmClassifier()
  mysql.warmClassifier()
  const optionsOf = (parseBurstMs?: number) => ({
    seed: 1,
    limits: { digests: 10_000, ...(parseBurstMs === undefined ? {} : { parseBurstMs }) },
    catalog: () => null,
    now: () => performance.now(),
  })
  const servers = { flavour: 'mysql', versionMin: 90_700, versionMax: 90_700 } as const
  return [
    {
      name: 'PostgreSQL',
      mode: { standardConformingStrings: true, asciiSafeEncoding: true },
      create: (burst) => postgres.createClassifier(optionsOf(burst)),
    },
    {
      name: 'MySQL',
      mode: mysql.mysqlLexMode({ sqlMode: '', characterSetClient: 'utf8mb4' }),
      create: (burst) => mysql.createClassifier({ ...optionsOf(burst), servers: () => servers }),
    },
  ]
}

function copied(text: Uint8Array): number {
  for (let at = 0; at < text.length; at++) copy[at] = text[at]!
  return copy[0]!
}

/** Microseconds per call, the least of twenty rounds, and bytes allocated per call. */
function measure(call: () => unknown): { us: number; bytes: number } {
  for (let i = 0; i < 20_000; i++) call()
  const heap = process.memoryUsage().heapUsed
  let us = Number.POSITIVE_INFINITY
  for (let round = 0; round < 20; round++) {
    const before = performance.now()
    for (let i = 0; i < CALLS / 20; i++) call()
    us = Math.min(us, ((performance.now() - before) * 20_000) / CALLS)
  }
  return { us, bytes: Math.max(0, (process.memoryUsage().heapUsed - heap) / CALLS) }
}

const line = (...cells: string[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`)

/** A table of statements whose digests are known. */
function known({ name, mode, create }: Contestant): void {
  const classifier = create()
  line(name, 'bytes', 'classify us', 'us per 100 bytes', 'copy us', 'allocated bytes')
  line('---', '---:', '---:', '---:', '---:', '---:')
  for (const sql of STATEMENTS) {
    const text = encoder.encode(sql)
    const hot = measure(() => classifier.classify(text, 0, text.length, mode))
    const bare = measure(() => copied(text))
    const cells = [hot.us, (hot.us * 100) / text.length, bare.us].map((us) => us.toFixed(3))
    line(sql.slice(0, 40), `${text.length}`, ...cells, hot.bytes.toFixed(2))
  }
}

/** Statements as long as they can be and still be parsed: what takes longest at first sight. Different for every `n`. */
const LARGE: readonly { readonly name: string; make(n: number, bytes: number): string }[] = [
  { name: 'columns', make: (n, bytes) => `SELECT ${filled(bytes, ', ', (i) => `c.col${i}x${n}`)} FROM t${n} c` },
  { name: 'short columns', make: (n, bytes) => `SELECT ${filled(bytes, ',', (i) => `c${i % 10}`)} FROM t${n}` },
  {
    name: 'conditions',
    make: (n, bytes) => `SELECT a FROM t${n} WHERE ${filled(bytes, ' OR ', (i) => `a${i}=b${i}`)}`,
  },
  { name: 'functions', make: (n, bytes) => `SELECT ${filled(bytes, ',', (i) => `lower(a${i})`)} FROM t${n}` },
  {
    name: 'joins',
    make: (n, bytes) => `SELECT 1 FROM t${n} ${filled(bytes, ' ', (i) => `JOIN u${i} ON u${i}.a=t${n}.b`)}`,
  },
  {
    name: 'CASE',
    make: (n, bytes) => `SELECT ${filled(bytes, ',', (i) => `CASE WHEN a${i} THEN b ELSE c END`)} FROM t${n}`,
  },
  {
    name: 'CASTs in CASTs',
    make: (n, bytes) => `SELECT ${'CAST('.repeat(bytes / 30)}a${' AS char(10))'.repeat(bytes / 30)} FROM t${n}`,
  },
  { name: 'unions', make: (n, bytes) => filled(bytes, ' UNION ALL ', (i) => `SELECT a FROM t${n}_${i}`) },
  { name: 'subqueries', make: (n, bytes) => `SELECT ${filled(bytes, ',', (i) => `(SELECT a FROM u${i})`)} FROM t${n}` },
]

function filled(bytes: number, between: string, part: (index: number) => string): string {
  let text = part(0)
  for (let i = 1; text.length < bytes; i++) text += between + part(i)
  return text
}

/** How long classifying it holds up everybody else, in milliseconds, what else the machine does included. */
function timed(classifier: Classifier, mode: LexMode, sql: string): number {
  const text = encoder.encode(sql)
  const before = performance.now()
  classifier.classify(text, 0, text.length, mode)
  return performance.now() - before
}

/** At which time so large a share of them was done. */
const quantile = (took: readonly number[], share: number): string =>
  took.toSorted((a, b) => a - b)[Math.floor(share * (took.length - 1))]!.toFixed(2)

/** For how long a statement of each shape and size holds up everybody else, in milliseconds: the median of several different ones. */
function largeAtFirstSight({ mode, create }: Contestant): void {
  const classifier = create(1e9)
  line('first sight, ms', ...LARGE_BYTES.map((bytes) => `${bytes} bytes`))
  line('---', ...LARGE_BYTES.map(() => '---:'))
  for (const { name, make } of LARGE) {
    const cells = LARGE_BYTES.map((bytes) => {
      const took = Array.from({ length: 31 }, (_, n) => timed(classifier, mode, make(n, bytes)))
      return quantile(took, 0.5)
    })
    line(name, ...cells)
  }
}

/**
 * Statements that were never seen before, of random shapes, and one that is too large to be looked at. What takes long is repeated under three other names: the
 * least of the four is the statement's own time, the longest alone may be a pause of the machine or of V8's other threads.
 */
function firstSight({ mode, create }: Contestant): void {
  const classifier = create(1e9)
  const seen = (statement: string) => timed(classifier, mode, statement)
  const took: number[] = []
  const own: number[] = []
  for (let i = 0; i < FIRST_SIGHTS; i++) {
    const statement = randomSelect()
    took.push(seen(named(statement, `${i}`)))
    const again = took[i]! > 2 ? ['x', 'y', 'z'].map((letter) => seen(named(statement, `${i}${letter}`))) : []
    own.push(Math.min(took[i]!, ...again))
  }
  const large = seen(`SELECT ${'a + '.repeat(250_000)} 1 FROM t`)
  process.stdout.write(
    `\nfirst sight of ${FIRST_SIGHTS} random statements, ms: median ${quantile(took, 0.5)}, 99.9 % ${quantile(took, 0.999)}, longest ${quantile(took, 1)}, longest by its own time ${quantile(own, 1)}; one of 1 MB: ${large.toFixed(2)}\n\n`,
  )
}

for (const contestant of await contestants()) {
  known(contestant)
  firstSight(contestant)
  largeAtFirstSight(contestant)
}
