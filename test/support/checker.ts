/**
 * The consistency checker: many sessions write and read what they have written, as fast as they can, and every answer is compared with
 * what the session must see. Each session owns one row, so it knows that row's value exactly; and all of them count up rows that they share, of which
 * a session knows that they never go back.
 *
 * A replica may show a commit an instant before the primary does, while nobody has been told of it yet. A session that sees such a value and
 * then an older one has not been shown the past; those are counted apart (`unacknowledged`).
 */
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { seeded } from './random.ts'

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

const SHARED = 8
const EXAMPLES_MAX = 10

/** To be run as the user who will check (or as one who lets everybody write). Can be run again. */
export const CHECKER_SCHEMA = `
  DROP TABLE IF EXISTS checker_own, checker_shared;
  CREATE TABLE checker_own (id int PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 20);
  CREATE TABLE checker_shared (id int PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 20);
  INSERT INTO checker_own SELECT generate_series(0, 255), 0;
  INSERT INTO checker_shared SELECT generate_series(0, ${SHARED - 1}), 0;
  CREATE OR REPLACE FUNCTION checker_bump(which int) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE result bigint;
    BEGIN
      UPDATE checker_own SET n = n + 1 WHERE id = which RETURNING n INTO result;
      RETURN result;
    END $$;
`

type Row = { n: string }

/** PostgreSQL's names are short: a statement is prepared under a number of its own. */
const names = new Map<string, string>()
function nameOf(text: string): string {
  const name = names.get(text) ?? `checker_${names.size}`
  names.set(text, name)
  return name
}

/** The same statement by one of the protocol's ways: a simple query, an unnamed statement with parameters, a named one. */
async function run(client: pg.Client, way: number, text: string, id: number): Promise<number> {
  const query =
    way < 1 / 3
      ? client.query<Row>(text.replaceAll('$1', String(id)))
      : way < 2 / 3
        ? client.query<Row>(text, [id])
        : client.query<Row>({ name: nameOf(text), text, values: [id] })
  return Number((await query).rows[0]!.n)
}

const UPDATE = 'UPDATE checker_own SET n = n + 1 WHERE id = $1 RETURNING n'
const OWN = 'SELECT n FROM checker_own WHERE id = $1'

/** What all sessions of one check have in common. */
interface Check {
  readonly figures: { -readonly [Key in keyof Figures]: Figures[Key] } & { readonly examples: string[] }
  readonly options: CheckOptions
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
  readonly writer: pg.Client
  readonly reader: pg.Client
  readonly random: () => number
  /** Its own row's value. */
  written: number
  /** Per shared row: the newest value that this session has seen. */
  readonly seen: number[]
}

/** The ways in which a session counts its row up; each returns the new value, acknowledged. */
const WRITES: readonly ((session: Session) => Promise<number>)[] = [
  ({ writer, id, random }) => run(writer, random(), UPDATE, id),
  ({ writer, id, random }) => run(writer, random(), 'SELECT checker_bump($1) AS n', id),
  ({ writer, id, random }) => run(writer, random(), `WITH done AS (${UPDATE}) SELECT n FROM done`, id),
  async ({ writer: client, id, random }) => {
    await client.query('BEGIN')
    const before = await run(client, random(), OWN, id)
    const after = await run(client, random(), UPDATE, id)
    const seen = await run(client, random(), OWN, id)
    await client.query('COMMIT')
    if (after !== before + 1 || seen !== after) throw new Error(`inside a transaction: ${before}, ${after}, ${seen}`)
    return after
  },
  async ({ writer: client, id, random, written }) => {
    // What is rolled back has never been: the reads behind it must not show it either.
    await client.query('BEGIN')
    await run(client, random(), UPDATE, id)
    await client.query('ROLLBACK')
    return written
  },
]

async function readOwn(check: Check, session: Session): Promise<void> {
  const { id, reader, random, written } = session
  const value = await run(reader, random(), OWN, id)
  check.figures.reads++
  if (value !== written) blame(check, 'stale', `session ${id} wrote ${written} and read ${value}`)
}

async function readShared(check: Check, session: Session): Promise<void> {
  const { reader, random, seen, id } = session
  const row = Math.floor(random() * SHARED)
  // What others are told of while the read is on its way does not bind it.
  const known = check.acknowledged[row]!
  const value = await run(reader, random(), 'SELECT n FROM checker_shared WHERE id = $1', row)
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
  const value = await run(writer, random(), 'UPDATE checker_shared SET n = n + 1 WHERE id = $1 RETURNING n', row)
  acknowledged[row] = Math.max(acknowledged[row]!, value)
  seen[row] = Math.max(seen[row]!, value)
}

async function play(check: Check, session: Session): Promise<void> {
  const { random } = session
  while (check.left-- > 0) {
    const write = WRITES[Math.floor(random() * WRITES.length)]!
    session.written = await write(session)
    await readOwn(check, session)
    if (random() < 0.15) await writeShared(check, session)
    // Some think a little and read again: by then a replica may have caught up.
    while (random() < 0.6) {
      if (random() < 0.3) await delay(random() * 12)
      await (random() < 0.5 ? readOwn(check, session) : readShared(check, session))
    }
  }
}

async function openSession({ options }: Check, id: number, seed: number): Promise<Session> {
  const connect = async (connectionString: string) => {
    const client = new pg.Client({ connectionString })
    client.on('error', () => {})
    await client.connect()
    if (options.begin !== undefined) await client.query(options.begin)
    return client
  }
  const writer = await connect(options.url)
  const reader = options.readUrl === undefined ? writer : await connect(options.readUrl)
  const random = seeded(seed * 1000 + id)
  const written = await run(writer, random(), OWN, id)
  return { id, writer, reader, random, written, seen: Array<number>(SHARED).fill(0) }
}

/** Runs the check to its end. Rejects when a statement fails: no trouble of a replica is a reason for that. */
export async function checkConsistency(options: CheckOptions): Promise<Figures> {
  const figures = { pairs: options.pairs, reads: 0, stale: 0, nonMonotonic: 0, unacknowledged: 0, seconds: 0 }
  const check: Check = {
    figures: { ...figures, examples: [] },
    options,
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
