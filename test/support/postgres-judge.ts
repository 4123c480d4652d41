/** Runs statements on a real primary and its replica, and says what they were seen to do there. */
import { appendFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { type Fleet, startFleet } from '../../src/cli/demo/local-postgres.ts'
import { type Row, schema } from '../corpus/postgres/corpus.ts'

const DISTRIBUTION = '/usr/lib/postgresql'

/**
 * Folders of PostgreSQL's programs to judge by: null for what npm brings (18), what the distribution has installed (on Debian 12 that is 15), and
 * what FRESHET_TEST_POSTGRES names, separated by colons.
 */
export function judges(): (string | null)[] {
  const installed = existsSync(DISTRIBUTION)
    ? readdirSync(DISTRIBUTION).map((version) => join(DISTRIBUTION, version, 'bin'))
    : []
  const named = (process.env.FRESHET_TEST_POSTGRES ?? '').split(':').filter((folder) => folder !== '')
  return [null, ...new Set([...installed.filter((bin) => existsSync(join(bin, 'postgres'))), ...named])]
}

const raw = { getTypeParser: () => (value: string) => value }

export async function connect(url: string, options = ''): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, options, types: raw })
  await client.connect()
  return client
}

/** All values as the server sends them. */
export async function asText(
  client: pg.Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<(string | null)[][]> {
  return (await client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array' })).rows
}

export interface Result {
  /** The SQLSTATE. */
  readonly error: string | null
  /** Everything that the client was given, sorted: no order was promised. */
  readonly given: string
  /** Whether it was given rows, be they none, or a COPY. */
  readonly rows: boolean
}

/** COPY FROM gets no rows, COPY TO keeps them. */
class Copying extends pg.Query {
  readonly copied: string[] = []

  handleCopyInResponse(connection: { endCopyFrom(): void }): void {
    connection.endCopyFrom()
  }

  handleCopyData(message: { readonly chunk: Buffer }): void {
    this.copied.push(message.chunk.toString('latin1'))
  }
}

/** Runs a text; all of its parameters are null. */
export function run(client: pg.Client, sql: string): Promise<Result> {
  const parameters = Math.max(0, ...[...sql.matchAll(/\$(\d+)\b/g)].map((match) => Number(match[1])))
  return new Promise((resolve) => {
    const answered = (error: { code?: string } | null, results: pg.QueryArrayResult | pg.QueryArrayResult[]) => {
      if (error !== null) return resolve({ error: error.code ?? String(error), given: '', rows: false })
      const all = Array.isArray(results) ? results : [results]
      const rows = all.flatMap((one, at) => one.rows.map((row) => `${at}${JSON.stringify(row)}`))
      const asked =
        all.some(({ fields }) => fields.length > 0) ||
        query.copied.length > 0 ||
        /^select\b/i.test(all[0]?.command ?? '')
      resolve({ error: null, given: [...rows, ...query.copied].sort().join('\n'), rows: asked })
    }
    const values = parameters > 0 ? Array<null>(parameters).fill(null) : undefined
    const config = { text: sql, rowMode: 'array', types: raw, ...(values ? { values } : {}) }
    const query = new Copying(config as never, answered as never)
    client.query(query)
  })
}

/** What a statement was seen to do. */
export interface Observation {
  /** On the primary. */
  readonly error: string | null
  /** What it left in the database or in its transaction on the primary: an id, WAL, locks. */
  readonly trace: readonly string[]
  /** What it left in its session on the primary. */
  readonly session: readonly string[]
  /** On the replica; undefined when it was not run there. */
  readonly replica: string | null | undefined
  /** Whether the replica gives what the primary gives; null when nothing was compared. */
  readonly same: boolean | null
  /** Whether another session of the primary gives something else. */
  readonly personal: boolean | null
  /** Whether it gives rows at all. */
  readonly rows: boolean
  /** Whether the primary gives the same twice. */
  readonly steady: boolean | null
}

/** Settings without a definition, which no list shows. */
const CUSTOM = ['a.b', 'a.d', 'x.y', 'app.x', 'app.tenant', 'app.user', 'jwt.claims']

const TRACE = `SELECT pg_current_xact_id_if_assigned()::text AS xid,
  (SELECT string_agg(DISTINCT locktype || ' ' || mode, ', ') FROM pg_locks WHERE pid = pg_backend_pid()
    AND (locktype = 'advisory' OR mode <> 'AccessShareLock') AND locktype NOT IN ('virtualxid', 'transactionid')) AS locks,
  pg_current_wal_insert_lsn()::text AS wal,
  md5((SELECT string_agg(name || '=' || setting, ',' ORDER BY name) FROM pg_settings WHERE name NOT LIKE 'transaction\\_%')
    || (SELECT string_agg(coalesce(current_setting(name, true), ''), ',') FROM unnest('{${CUSTOM}}'::text[]) AS name)) AS settings,
  (SELECT count(*) FROM (SELECT relnamespace AS n FROM pg_class UNION ALL SELECT pronamespace FROM pg_proc UNION ALL SELECT typnamespace FROM pg_type) x
    WHERE n = pg_my_temp_schema())::text AS "temporary objects", (SELECT count(*) FROM pg_prepared_statements)::text AS prepared,
  (SELECT string_agg(c, ',') FROM pg_listening_channels() AS c) AS listening,
  (SELECT count(*) FROM pg_cursors WHERE is_holdable)::text AS cursors`

/** What a transaction takes goes with it; what is there afterwards is the session's. */
const LEFT = `SELECT count(*)::text AS locks FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'`

const SESSION = ['settings', 'temporary objects', 'prepared', 'listening', 'cursors'] as const
const REFUSES_TRANSACTIONS = '25001'

/** Something of everything that only this session knows, so that what depends on it differs from what a replica would say. */
const STATEFUL = `CREATE TEMP TABLE mine (a int); LISTEN mine; PREPARE mine AS SELECT 1; BEGIN; DECLARE mine CURSOR WITH HOLD FOR SELECT 1; COMMIT;
  SELECT pg_advisory_lock(4711), nextval('seq')`

type First = Pick<Observation, 'error' | 'trace' | 'session' | 'rows'>
type Trace = Record<(typeof SESSION)[number] | 'xid' | 'locks' | 'wal', string | null>

export class Judge {
  readonly fleet: Fleet
  readonly #writer: pg.Client
  readonly #stateful: pg.Client
  readonly #scratch: pg.Client
  readonly #replica: pg.Client

  private constructor(fleet: Fleet, clients: readonly [pg.Client, pg.Client, pg.Client, pg.Client]) {
    this.fleet = fleet
    ;[this.#writer, this.#stateful, this.#scratch, this.#replica] = clients
  }

  static async open(binaries: string | null): Promise<Judge> {
    // Nothing writes WAL but what is judged.
    const parameters = {
      autovacuum: 'off',
      max_prepared_transactions: 5,
      wal_level: 'logical',
      track_commit_timestamp: 'on',
    }
    const fleet = await startFleet({ replicas: 1, parameters, ...(binaries === null ? {} : { binaries }) })
    const { primary } = fleet
    const replica = fleet.replicas[0]!
    await primary.query(schema)
    await primary.queryIn('postgres', 'CREATE DATABASE scratch')
    const scratch = await connect(primary.url('postgres', 'scratch'))
    await scratch.query(schema)
    // A replica may be configured otherwise.
    appendFileSync(
      join(replica.dataFolder, 'postgresql.conf'),
      "\nwork_mem = '5MB'\ncluster_name = 'replica'\nsearch_path = '\"$user\", public, nowhere'\n",
    )
    await replica.query('SELECT pg_reload_conf()')
    const clients = [
      await connect(primary.url('postgres')),
      await connect(primary.url('postgres')),
      scratch,
      await connect(replica.url('postgres'), '-c default_transaction_read_only=on -c search_path="$user",public'),
    ] as const
    await clients[1].query(STATEFUL)
    // Some libraries bring settings of their own when they are first used.
    for (const client of clients)
      await client.query(
        `DO $$ BEGIN NULL; END $$; SELECT show_limit(), gen_salt('bf'); LOAD 'postgres_fdw'; LOAD 'auto_explain'`,
      )
    await fleet.caughtUp()
    return new Judge(fleet, clients)
  }

  async close(): Promise<void> {
    for (const client of [this.#writer, this.#stateful, this.#scratch, this.#replica])
      await client.end().catch(() => {})
    await this.fleet.stop()
  }

  async observe(row: Row): Promise<Observation> {
    const first = await this.#inTransaction(row)
    const clean = first.error === null && first.trace.length + first.session.length === 0
    const here = clean ? await this.#twice(row) : null
    const elsewhere = clean ? await alone(this.#stateful, row) : null
    if (clean) await run(this.#stateful, 'ROLLBACK')
    const there = row.notRun?.where === 'replica' ? null : await this.#onReplica(row)
    return {
      error: first.error,
      trace: [...first.trace, ...(here?.trace ?? [])],
      session: first.session,
      replica: there === null ? undefined : there.error,
      same: here === null || there === null || there.error !== null ? null : here.given === there.given,
      personal: here === null || elsewhere === null ? null : here.given !== elsewhere.given,
      rows: first.rows,
      steady: here?.steady ?? null,
    }
  }

  /** Once in a transaction that is rolled back. */
  async #inTransaction(row: Row): Promise<First> {
    const client = this.#writer
    if (!row.mode.standardConformingStrings) await client.query('SET standard_conforming_strings = off')
    await client.query('BEGIN')
    if (row.before !== null) await client.query(row.before)
    const before = await trace(client)
    const { error, rows } = await run(client, row.sql)
    const after = error === null ? await trace(client) : before
    await client.query('ROLLBACK')
    const kept = (await client.query<{ locks: string }>(LEFT)).rows[0]!.locks !== '0'
    await client.query('DISCARD ALL')
    if (error === REFUSES_TRANSACTIONS) return this.#outside(row)
    const session: string[] = SESSION.filter((name) => before[name] !== after[name])
    return { error, rows, trace: outward(before, after), session: kept ? [...session, 'advisory locks'] : session }
  }

  /** What refuses a transaction runs in a database that nobody minds, and is undone. */
  async #outside(row: Row): Promise<First> {
    if (row.before !== null) await this.#scratch.query(row.before)
    const { error } = await run(this.#scratch, row.sql)
    await this.#scratch.query('ROLLBACK')
    if (row.undo !== null) await this.#scratch.query(row.undo)
    return { error, rows: false, trace: ['refuses a transaction'], session: [] }
  }

  /** Twice by itself, in a session that has nothing of its own. WAL of others is told apart by trying again. */
  async #twice(row: Row): Promise<{ readonly trace: string[]; readonly given: string; readonly steady: boolean }> {
    const given: string[] = []
    let moved = true
    for (let tries = 0; given.length < 2 || (moved && tries < 4); tries++) {
      const before = await position(this.#writer)
      given.push((await alone(this.#writer, row)).given)
      moved = (await position(this.#writer)) !== before
    }
    await run(this.#writer, 'ROLLBACK')
    await this.#writer.query('DISCARD ALL')
    return { trace: moved ? ['wal'] : [], given: given[0]!, steady: given[0] === given[1] }
  }

  async #onReplica(row: Row): Promise<Result> {
    const result = await alone(this.#replica, row)
    await run(this.#replica, 'ROLLBACK')
    await this.#replica.query('DISCARD ALL')
    return result
  }
}

async function trace(client: pg.Client): Promise<Trace> {
  return (await client.query<Trace>(TRACE)).rows[0]!
}

async function position(client: pg.Client): Promise<string> {
  return (await client.query<{ at: string }>('SELECT pg_current_wal_insert_lsn()::text AS at')).rows[0]!.at
}

/** Outside of a transaction, but for what must come before it. */
async function alone(client: pg.Client, row: Row): Promise<Result> {
  if (!row.mode.standardConformingStrings) await client.query('SET standard_conforming_strings = off')
  if (row.before === null) {
    const result = await run(client, row.sql)
    if (!row.mode.standardConformingStrings) await client.query('RESET standard_conforming_strings')
    return result
  }
  await client.query('BEGIN')
  const prepared = await run(client, row.before)
  const result = prepared.error === null ? await run(client, row.sql) : prepared
  await client.query('ROLLBACK')
  return result
}

/** An id or a lock tell of themselves; WAL alone may come from the server itself, and is looked for again elsewhere. */
function outward(before: Trace, after: Trace): string[] {
  const found: string[] = []
  if (before.xid !== after.xid) found.push('transaction id')
  if (before.locks !== after.locks) found.push(`locks ${after.locks}`)
  return found
}
