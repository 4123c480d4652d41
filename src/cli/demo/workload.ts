/** A small shop: shoppers change their basket and look at it at once, browsers only look at items. Every answer is checked. */
import pg from 'pg'
import { pause } from './processes.ts'

const SHOPPERS = 5
const BROWSERS = 6
const ITEMS = 100
const LOOKS_PER_CHANGE = 4
const RETRY_MS = 200

export interface Counts {
  /** Changes that were acknowledged. */
  writes: number
  reads: number
  /** Reads of a row that the same session had written before. */
  readsOfOwnWrite: number
  /** Those that did not show it. */
  stale: number
  /** Reads that showed an older state than an earlier read of the same session. */
  backwards: number
  /** The same reads sent straight to some replica right after the write, as a load balancer without Freshet would do. */
  naiveReads: number
  naiveStale: number
  /** Statements that failed or connections that broke, and what the last one said. */
  failures: number
  lastFailure: string | null
}

export interface Workload {
  readonly counts: Readonly<Counts>
  /** Resolves when every visitor has left. Can be called again. */
  stop(): Promise<void>
}

/** Numbers only grow, so a smaller one than before is an older state. */
const SCHEMA = [
  'CREATE TABLE basket (shopper int PRIMARY KEY, changes bigint NOT NULL DEFAULT 0)',
  `INSERT INTO basket SELECT generate_series(1, ${SHOPPERS})`,
  'CREATE TABLE item (id int PRIMARY KEY, sold bigint NOT NULL DEFAULT 0)',
  `INSERT INTO item SELECT generate_series(1, ${ITEMS})`,
]

const LOOK = 'SELECT changes FROM basket WHERE shopper = $1'

const between = (low: number, high: number): number => low + Math.floor(Math.random() * (high - low))

interface Shift {
  readonly counts: Counts
  readonly stopped: AbortSignal
  /** Straight to the replicas, for comparison. */
  readonly replicas: readonly pg.Pool[]
}

/** What a load balancer that knows nothing of replication would have answered. */
async function naiveLook({ counts, replicas }: Shift, shopper: number, changes: number): Promise<void> {
  const replica = replicas[between(0, replicas.length)]
  if (!replica) return
  try {
    const { rows } = await replica.query(LOOK, [shopper])
    counts.naiveReads++
    if (Number(rows[0].changes) < changes) counts.naiveStale++
  } catch {
    // A comparison only.
  }
}

/** Changes its basket, then looks at it several times: at once, and a little later. */
async function shop(client: pg.Client, shopper: number, shift: Shift): Promise<void> {
  const { counts } = shift
  const { rows } = await client.query(
    'UPDATE basket SET changes = changes + 1 WHERE shopper = $1 RETURNING changes::int',
    [shopper],
  )
  const changes: number = rows[0].changes
  counts.writes++
  const naive = naiveLook(shift, shopper, changes)
  for (let look = 0; look < LOOKS_PER_CHANGE; look++) {
    const seen = await client.query(LOOK, [shopper])
    counts.reads++
    counts.readsOfOwnWrite++
    if (Number(seen.rows[0].changes) < changes) counts.stale++
    await pause(between(10, 60))
  }
  await client.query('UPDATE item SET sold = sold + 1 WHERE id = $1', [between(1, ITEMS + 1)])
  counts.writes++
  await naive
}

/** Looks at items; what it has seen sold stays sold. */
async function browse(client: pg.Client, seen: Map<number, number>, { counts }: Shift): Promise<void> {
  const item = between(1, ITEMS + 1)
  const { rows } = await client.query('SELECT sold FROM item WHERE id = $1', [item])
  const sold = Number(rows[0].sold)
  counts.reads++
  if (sold < (seen.get(item) ?? 0)) counts.backwards++
  seen.set(item, sold)
  await pause(between(5, 30))
}

/** One visitor until the end of the shift; comes back with a new connection (a new session, which has seen nothing) when one breaks. */
async function visit(url: string, shift: Shift, begin: () => (client: pg.Client) => Promise<void>): Promise<void> {
  const { counts, stopped } = shift
  while (!stopped.aborted) {
    const client = new pg.Client({ connectionString: url, application_name: 'freshet demo' })
    client.on('error', () => {})
    try {
      await client.connect()
      const step = begin()
      while (!stopped.aborted) await step(client)
    } catch (error) {
      if (stopped.aborted) break
      counts.failures++
      counts.lastFailure = error instanceof Error ? error.message : String(error)
      await pause(RETRY_MS)
    } finally {
      await client.end().catch(() => {})
    }
  }
}

async function makeTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const sql of SCHEMA) await client.query(sql)
  } finally {
    await client.end()
  }
}

/** @param url through the proxy; `replicas` go straight to the servers. */
export async function startWorkload(url: string, replicas: readonly string[]): Promise<Workload> {
  await makeTables(url)
  const end = new AbortController()
  const counts: Counts = {
    writes: 0,
    reads: 0,
    readsOfOwnWrite: 0,
    stale: 0,
    backwards: 0,
    naiveReads: 0,
    naiveStale: 0,
    failures: 0,
    lastFailure: null,
  }
  const pools = replicas.map((connectionString) => new pg.Pool({ connectionString, max: SHOPPERS }))
  for (const pool of pools) pool.on('error', () => {})
  const shift: Shift = { counts, stopped: end.signal, replicas: pools }
  const shoppers = Array.from({ length: SHOPPERS }, (_, index) =>
    visit(url, shift, () => (client) => shop(client, index + 1, shift)),
  )
  const browsers = Array.from({ length: BROWSERS }, () =>
    visit(url, shift, () => {
      const seen = new Map<number, number>()
      return (client) => browse(client, seen, shift)
    }),
  )
  let stopping: Promise<void> | null = null
  const stop = async () => {
    end.abort()
    await Promise.all([...shoppers, ...browsers])
    await Promise.all(pools.map((pool) => pool.end()))
  }
  return {
    counts,
    stop() {
      stopping ??= stop()
      return stopping
    },
  }
}
