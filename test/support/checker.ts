/**
 * The consistency checker: many sessions write and read what they have written, as fast as they can, and every answer is compared with
 * what the session must see. Each session owns one row, so it knows that row's value exactly; and all of them count up rows that they share, of which
 * a session knows that they never go back.
 *
 * A replica may show a commit an instant before the primary does, while nobody has been told of it yet. A session that sees such a value and
 * then an older one has not been shown the past; those are counted apart (`unacknowledged`).
 */
import { setTimeout as delay } from 'node:timers/promises'
import { seeded } from './random.ts'

/** One engine's client, as the checker needs it. */
export interface CheckedClient {
  /** The value of a row of `checker_own`. */
  own(id: number): Promise<number>
  /** The value of a row of `checker_shared`. */
  shared(row: number): Promise<number>
  /** Counts such a row up; the new value, acknowledged. */
  bumpShared(row: number): Promise<number>
  /** The ways in which a session counts its own row up from `written` (or does not); each gives the value afterwards, acknowledged. */
  readonly writes: readonly ((id: number, written: number) => Promise<number>)[]
  end(): Promise<unknown>
}

export type OpenClient = (url: string, random: () => number, begin?: string) => Promise<CheckedClient>

export interface CheckOptions {
  /** Where statements go; reads too, unless `readUrl` is given (that is for checking the checker). */
  readonly url: string
  readonly readUrl?: string
  /** How many times a session writes and then reads, in all. */
  readonly pairs: number
  readonly connections?: number
  readonly seed?: number
  /** Sent by every session first. */
  readonly begin?: string
  /** Every read must show what was acknowledged to anybody before it was sent. */
  readonly strict?: boolean
}

export interface Figures {
  readonly pairs: number
  readonly reads: number
  /** Reads that missed a write of their own session (with `strict`: of anybody). */
  stale: number
  /** Reads that showed an older value than an earlier read of the same session. */
  nonMonotonic: number
  /** The same, when the newer value had not been acknowledged to anybody. */
  unacknowledged: number
  readonly seconds: number
  /** The first few of what went wrong, in words. */
  readonly examples: readonly string[]
}

/** Rows of checker_shared: 0 to 7, as 0 to 255 of checker_own. */
export const SHARED = 8
const EXAMPLES_MAX = 10

/** What all sessions of one check have in common. */
interface Check {
  readonly figures: { -readonly [Key in keyof Figures]: Figures[Key] } & { readonly examples: string[] }
  readonly options: CheckOptions
  readonly open: OpenClient
  /** Per shared row: the highest value whose commit somebody has been told of. */
  readonly acknowledged: number[]
  left: number
}

function blame(check: Check, what: 'stale' | 'nonMonotonic' | 'unacknowledged', text: string): void {
  check.figures[what]++
  if (check.figures.examples.length < EXAMPLES_MAX) check.figures.examples.push(`${what}: ${text}`)
}

interface Session {
  readonly id: number
  readonly writer: CheckedClient
  readonly reader: CheckedClient
  readonly random: () => number
  /** Its own row's value. */
  written: number
  /** Per shared row: the newest value that this session has seen. */
  readonly seen: number[]
}

async function readOwn(check: Check, session: Session): Promise<void> {
  const { id, reader, written } = session
  const value = await reader.own(id)
  check.figures.reads++
  if (value !== written) blame(check, 'stale', `session ${id} wrote ${written} and read ${value}`)
}

async function readShared(check: Check, session: Session): Promise<void> {
  const { reader, random, seen, id } = session
  const row = Math.floor(random() * SHARED)
  // What others are told of while the read is on its way does not bind it.
  const known = check.acknowledged[row]!
  const value = await reader.shared(row)
  check.figures.reads++
  const before = seen[row]!
  if (check.options.strict && value < known)
    blame(check, 'stale', `row ${row} was acknowledged as ${known} and read as ${value}`)
  if (value < before)
    blame(check, before > known ? 'unacknowledged' : 'nonMonotonic', `session ${id} saw ${before}, then ${value}`)
  seen[row] = Math.max(before, value)
}

async function writeShared({ acknowledged }: Check, { writer, random, seen }: Session): Promise<void> {
  const row = Math.floor(random() * SHARED)
  const value = await writer.bumpShared(row)
  acknowledged[row] = Math.max(acknowledged[row]!, value)
  seen[row] = Math.max(seen[row]!, value)
}

async function play(check: Check, session: Session): Promise<void> {
  const { random } = session
  while (check.left-- > 0) {
    const { writes } = session.writer
    session.written = await writes[Math.floor(random() * writes.length)]!(session.id, session.written)
    await readOwn(check, session)
    if (random() < 0.15) await writeShared(check, session)
    // Some think a little and read again: by then a replica may have caught up.
    while (random() < 0.6) {
      if (random() < 0.3) await delay(random() * 12)
      await (random() < 0.5 ? readOwn(check, session) : readShared(check, session))
    }
  }
}

async function openSession({ options, open }: Check, id: number, seed: number): Promise<Session> {
  const random = seeded(seed * 1000 + id)
  const writer = await open(options.url, random, options.begin)
  const reader = options.readUrl === undefined ? writer : await open(options.readUrl, random, options.begin)
  const written = await writer.own(id)
  return { id, writer, reader, random, written, seen: Array<number>(SHARED).fill(0) }
}

/** Runs the check to its end. Rejects when a statement fails: no trouble of a replica is a reason for that. */
export async function checkConsistency(open: OpenClient, options: CheckOptions): Promise<Figures> {
  const figures = { pairs: options.pairs, reads: 0, stale: 0, nonMonotonic: 0, unacknowledged: 0, seconds: 0 }
  const check: Check = {
    figures: { ...figures, examples: [] },
    options,
    open,
    acknowledged: Array<number>(SHARED).fill(0),
    left: options.pairs,
  }
  const sessions: Session[] = []
  try {
    const ids = Array.from({ length: options.connections ?? 32 }, (_, id) => id)
    sessions.push(...(await Promise.all(ids.map((id) => openSession(check, id, options.seed ?? 1)))))
    const start = performance.now()
    await Promise.all(sessions.map((session) => play(check, session)))
    check.figures.seconds = (performance.now() - start) / 1000
    return check.figures
  } finally {
    check.left = 0
    await Promise.all(sessions.flatMap(({ writer, reader }) => [writer.end(), reader === writer ? null : reader.end()]))
  }
}

/** One line for people. */
export function describeFigures({ pairs, reads, stale, nonMonotonic, unacknowledged, seconds }: Figures): string {
  const rate = Math.round(pairs / seconds)
  return `${pairs} pairs, ${reads} reads in ${seconds.toFixed(1)} s (${rate} pairs/s): ${stale} stale, ${nonMonotonic} non-monotonic (${unacknowledged} saw a commit before anybody was told of it)`
}
