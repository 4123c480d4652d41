/** A small shop: shoppers change their basket and look at it at once, browsers only look at items. Every answer is checked. */
import { pause } from './processes.ts'
import { ITEMS, SHOPPERS, type Shop, type ShopSession, type ShopWindow } from './shop.ts'

const BROWSERS = 6
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

const between = (low: number, high: number): number => low + Math.floor(Math.random() * (high - low))

interface Shift {
  readonly shop: Shop
  readonly counts: Counts
  readonly stopped: AbortSignal
  /** Straight to the replicas, for comparison. */
  readonly replicas: readonly ShopWindow[]
}

/** What a load balancer that knows nothing of replication would have answered. */
async function naiveLook({ counts, replicas }: Shift, shopper: number, changes: number): Promise<void> {
  const replica = replicas[between(0, replicas.length)]
  if (!replica) return
  try {
    const seen = await replica.look(shopper)
    counts.naiveReads++
    if (seen < changes) counts.naiveStale++
  } catch {
    // A comparison only.
  }
}

/** Changes its basket, then looks at it several times: at once, and a little later. */
async function shopping(session: ShopSession, shopper: number, shift: Shift): Promise<void> {
  const { counts } = shift
  const changes = await session.change(shopper)
  counts.writes++
  const naive = naiveLook(shift, shopper, changes)
  for (let look = 0; look < LOOKS_PER_CHANGE; look++) {
    const seen = await session.look(shopper)
    counts.reads++
    counts.readsOfOwnWrite++
    if (seen < changes) counts.stale++
    await pause(between(10, 60))
  }
  await session.sell(between(1, ITEMS + 1))
  counts.writes++
  await naive
}

/** Looks at items; what it has seen sold stays sold. */
async function browsing(session: ShopSession, seen: Map<number, number>, { counts }: Shift): Promise<void> {
  const item = between(1, ITEMS + 1)
  const sold = await session.sold(item)
  counts.reads++
  if (sold < (seen.get(item) ?? 0)) counts.backwards++
  seen.set(item, sold)
  await pause(between(5, 30))
}

/** One visitor until the end of the shift; comes back with a new connection (a new session, which has seen nothing) when one breaks. */
async function visit(url: string, shift: Shift, begin: () => (session: ShopSession) => Promise<void>): Promise<void> {
  const { shop, counts, stopped } = shift
  while (!stopped.aborted) {
    let session: ShopSession | null = null
    try {
      session = await shop.enter(url)
      const step = begin()
      while (!stopped.aborted) await step(session)
    } catch (error) {
      if (stopped.aborted) break
      counts.failures++
      counts.lastFailure = error instanceof Error ? error.message : String(error)
      await pause(RETRY_MS)
    } finally {
      await session?.close()
    }
  }
}

/** @param url through the proxy; `replicas` go straight to the servers. */
export async function startWorkload(shop: Shop, url: string, replicas: readonly string[]): Promise<Workload> {
  await shop.open(url)
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
  const windows = replicas.map((replica) => shop.window(replica))
  const shift: Shift = { shop, counts, stopped: end.signal, replicas: windows }
  const shoppers = Array.from({ length: SHOPPERS }, (_, index) =>
    visit(url, shift, () => (session) => shopping(session, index + 1, shift)),
  )
  const browsers = Array.from({ length: BROWSERS }, () =>
    visit(url, shift, () => {
      const seen = new Map<number, number>()
      return (session) => browsing(session, seen, shift)
    }),
  )
  let stopping: Promise<void> | null = null
  const stop = async () => {
    end.abort()
    await Promise.all([...shoppers, ...browsers])
    await Promise.all(windows.map((window) => window.close()))
  }
  return {
    counts,
    stop() {
      stopping ??= stop()
      return stopping
    },
  }
}
