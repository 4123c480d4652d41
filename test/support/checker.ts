/**
 * The consistency checker: sessions that write and read at once, and say whether what they read was too old.
 *
 * Each session counts up in a row of its own that nobody else writes, so every read of it has exactly one right answer: less is a stale read,
 * more is a write that ran twice. All of them also count up in a few shared rows; what a session has seen there may never get smaller again.
 * One case is counted apart (`early`): PostgreSQL can show a commit on a replica an instant before the primary has told anybody of it. A value
 * therefore counts as seen for good only if its writer had its acknowledgement before the read that showed it began.
 */
import pg from 'pg'

export interface CheckOptions {
  /** Where the sessions connect. */
  readonly url: string
  readonly sessions: number
  /** Writes, each followed by a read at once, over all sessions together. */
  readonly pairs: number
  /** Sessions that only read shared rows. */
  readonly watchers: number
  readonly seed: number
}

export interface Findings {
  pairs: number
  reads: number
  /** Reads of the own row that lacked an acknowledged write of the same session. */
  stale: number
  /** Reads of the own row that showed more than was written. */
  twice: number
  /** Reads of shared rows that went back behind an acknowledged value which the session had seen. */
  nonMonotonic: number
  /** The same for values that nobody had been told of when they were first seen: not promised, counted apart. */
  early: number
  /** The first few faults in words. */
  readonly examples: string[]
}

const SHARED_ROWS = 16
const EXAMPLES_MAX = 10
/** One pair in so many is followed by a rest, so that replicas can catch up, and by one more read. */
const REST_EVERY = 4
const REST_MS_MAX = 80

/** For the superuser, straight on the primary. `grow` hides a write in a SELECT; `look` is a function that only reads. */
export const CHECKER_SCHEMA = `
  CREATE TABLE own (id int PRIMARY KEY, value bigint NOT NULL);
  CREATE TABLE shared (id int PRIMARY KEY, value bigint NOT NULL);
  INSERT INTO shared SELECT generate_series(0, ${SHARED_ROWS - 1}), 0;
  CREATE FUNCTION grow(who int) RETURNS bigint LANGUAGE plpgsql AS
    $$ DECLARE now_is bigint; BEGIN UPDATE own SET value = value + 1 WHERE id = who RETURNING value INTO now_is; RETURN now_is; END $$;
  CREATE FUNCTION look(who int) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT value FROM own WHERE id = who $$;
  GRANT ALL ON own, shared TO app;
`

/** A small generator (mulberry32), so that a run can be repeated from its seed. Between 0 and 1. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Run = (client: pg.Client, id: number) => Promise<unknown>

/** Ways to add one to a row: simple and extended protocol, alone, in transactions, and hidden in what looks like a read. */
const WRITES: readonly Run[] = [
  (client, id) => client.query(`UPDATE own SET value = value + 1 WHERE id = ${id}`),
  (client, id) => client.query('UPDATE own SET value = value + 1 WHERE id = $1', [id]),
  (client, id) => client.query({ name: 'add', text: 'UPDATE own SET value = value + 1 WHERE id = $1', values: [id] }),
  (client, id) => client.query('SELECT grow($1)', [id]),
  (client, id) => client.query(`SELECT grow(${id})`),
  (client, id) => client.query(`BEGIN; UPDATE own SET value = value + 1 WHERE id = ${id}; COMMIT`),
  (client, id) =>
    client.query(
      'WITH more AS (UPDATE own SET value = value + 1 WHERE id = $1 RETURNING value) SELECT value FROM more',
      [id],
    ),
  (client, id) =>
    client.query('INSERT INTO own VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET value = own.value + 1', [id]),
  async (client, id) => {
    await client.query('BEGIN')
    await client.query('SELECT value FROM own WHERE id = $1', [id])
    await client.query('UPDATE own SET value = value + 1 WHERE id = $1', [id])
    await client.query('COMMIT')
  },
  async (client, id) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await client.query(`SELECT grow(${id})`)
    await client.query('COMMIT')
  },
]

type Look = (client: pg.Client, id: number) => Promise<pg.QueryResult>

const READS: readonly Look[] = [
  (client, id) => client.query(`SELECT value FROM own WHERE id = ${id}`),
  (client, id) => client.query('SELECT value FROM own WHERE id = $1', [id]),
  (client, id) => client.query({ name: 'look', text: 'SELECT value FROM own WHERE id = $1', values: [id] }),
  (client, id) =>
    client.query('SELECT max(own.value) AS value FROM own LEFT JOIN shared USING (id) WHERE own.id = $1', [id]),
  (client, id) => client.query('SELECT look($1) AS value', [id]),
  async (client, id) => {
    await client.query('BEGIN READ ONLY')
    const result = await client.query('SELECT value FROM own WHERE id = $1', [id])
    await client.query('COMMIT')
    return result
  },
]

const pick = <Item>(items: readonly Item[], random: () => number): Item => items[Math.floor(random() * items.length)]!
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

interface Check {
  readonly findings: Findings
  /** The highest value per shared row whose writer has its acknowledgement. */
  readonly acknowledged: number[]
  pairsLeft: number
}

function note(findings: Findings, text: string): void {
  if (findings.examples.length < EXAMPLES_MAX) findings.examples.push(text)
}

/** What one session has seen of the shared rows. */
interface Seen {
  /** Highest value that was acknowledged before the read that showed it. */
  readonly sure: number[]
  readonly any: number[]
}

const nothingSeen = (): Seen => ({ sure: Array(SHARED_ROWS).fill(0), any: Array(SHARED_ROWS).fill(0) })

async function readShared(
  client: pg.Client,
  check: Check,
  seen: Seen,
  who: string,
  random: () => number,
): Promise<void> {
  const { findings, acknowledged } = check
  const row = Math.floor(random() * SHARED_ROWS)
  const told = acknowledged[row]!
  const { rows } =
    random() < 0.5
      ? await client.query(`SELECT value FROM shared WHERE id = ${row}`)
      : await client.query('SELECT value FROM shared WHERE id = $1', [row])
  const value = Number(rows[0].value)
  findings.reads++
  if (value < seen.sure[row]!) {
    findings.nonMonotonic++
    note(findings, `${who}: shared row ${row} went from ${seen.sure[row]} back to ${value}`)
  } else if (value < seen.any[row]!) findings.early++
  if (value <= told) seen.sure[row] = Math.max(seen.sure[row]!, value)
  seen.any[row] = Math.max(seen.any[row]!, value)
}

async function writeShared(
  client: pg.Client,
  { acknowledged }: Check,
  seen: Seen,
  random: () => number,
): Promise<void> {
  const row = Math.floor(random() * SHARED_ROWS)
  const { rows } = await client.query('UPDATE shared SET value = value + 1 WHERE id = $1 RETURNING value', [row])
  const value = Number(rows[0].value)
  acknowledged[row] = Math.max(acknowledged[row]!, value)
  seen.sure[row] = Math.max(seen.sure[row]!, value)
  seen.any[row] = Math.max(seen.any[row]!, value)
}

async function readOwn(
  client: pg.Client,
  check: Check,
  id: number,
  written: number,
  random: () => number,
): Promise<void> {
  const { findings } = check
  const way = Math.floor(random() * READS.length)
  const { rows } = await READS[way]!(client, id)
  const value = Number(rows[0]?.value ?? 0)
  findings.reads++
  if (value < written) {
    findings.stale++
    note(findings, `session ${id}: read ${value} after writing ${written} (read ${way})`)
  } else if (value > written) {
    findings.twice++
    note(findings, `session ${id}: read ${value} after writing only ${written} (read ${way})`)
  }
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(url)
  // Its queries reject; the event alone would end the process.
  client.on('error', () => {})
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

async function session(client: pg.Client, check: Check, id: number, random: () => number): Promise<void> {
  const seen = nothingSeen()
  let written = 1
  await client.query('INSERT INTO own VALUES ($1, 1)', [id])
  while (check.pairsLeft-- > 0) {
    await pick(WRITES, random)(client, id)
    written++
    await readOwn(client, check, id, written, random)
    check.findings.pairs++
    if (random() < 0.3) await writeShared(client, check, seen, random)
    if (random() < 0.5) await readShared(client, check, seen, `session ${id}`, random)
    if (random() * REST_EVERY < 1) {
      await rest(random() * REST_MS_MAX)
      await readOwn(client, check, id, written, random)
      await readShared(client, check, seen, `session ${id}`, random)
    }
  }
}

async function watcher(client: pg.Client, check: Check, name: string, random: () => number): Promise<void> {
  const seen = nothingSeen()
  while (check.pairsLeft > 0) {
    await readShared(client, check, seen, name, random)
    await rest(random() * 4)
  }
}

/** Runs until all pairs are done. Rejects with the first error that any session gets: none is expected. */
export async function checkConsistency({ url, sessions, pairs, watchers, seed }: CheckOptions): Promise<Findings> {
  const findings: Findings = { pairs: 0, reads: 0, stale: 0, twice: 0, nonMonotonic: 0, early: 0, examples: [] }
  const check: Check = { findings, acknowledged: Array(SHARED_ROWS).fill(0), pairsLeft: pairs }
  const all = [
    ...Array.from({ length: sessions }, (_, id) =>
      withClient(url, (client) => session(client, check, id, randomFrom(seed + id))),
    ),
    ...Array.from({ length: watchers }, (_, at) =>
      withClient(url, (client) => watcher(client, check, `watcher ${at}`, randomFrom(seed - 1 - at))),
    ),
  ]
  try {
    await Promise.all(all)
  } finally {
    // The others end at their next step.
    check.pairsLeft = 0
    await Promise.allSettled(all)
  }
  return findings
}
