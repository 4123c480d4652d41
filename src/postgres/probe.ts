/**
 * The watching connection to one PostgreSQL server (13 to 18). Everything it asks is a plain query that needs no more than membership in
 * pg_monitor; the only thing it ever writes is the marker of `nudge`.
 */
import pg from 'pg'
import type { Probe, ProbeAccount, ProbeTarget, ProbeTls, Sample } from '../dialect.ts'
import { endOfLastRecord, type PostgresPosition, parseLsn, type WalLayout } from './position.ts'

type Row = readonly (string | null)[]

/** What cannot change while a server runs, and a connection does not outlive its server. */
interface Constants {
  readonly identity: string
  readonly startedAt: number
  readonly layout: WalLayout
}

const CONSTANTS = `SELECT (SELECT system_identifier FROM pg_control_system()),
  extract(epoch FROM pg_postmaster_start_time()) * 1000,
  current_setting('wal_block_size'), pg_size_bytes(current_setting('wal_segment_size'))`

/**
 * The role is found out once per sample, or a promotion in the middle of it could mix both. A replica's timeline is that of its WAL
 * receiver, read *after* the replay position (the subquery refers to the row that holds the position, so it cannot run earlier):
 * a receiver's timeline only grows, so the position then belongs to this timeline or an older one that it contains, never to a newer one.
 */
const SAMPLE = `SELECT recovering, lsn,
  CASE WHEN recovering
    THEN (SELECT coalesce(status, 'hidden') || ' ' || coalesce(received_tli::text, '') FROM pg_stat_wal_receiver WHERE recovering)
    ELSE left(pg_walfile_name(lsn), 8) END,
  extract(epoch FROM clock_timestamp()) * 1000
FROM (SELECT recovering,
    CASE WHEN recovering THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END AS lsn
  FROM (SELECT pg_is_in_recovery() AS recovering OFFSET 0) AS role OFFSET 0) AS place`

/** Transactional, because only a commit flushes; `local`, because a synchronous replica that hangs must not hang it. */
const NUDGE = `SELECT set_config('synchronous_commit', 'local', true), pg_logical_emit_message(true, 'freshet', '')`

/** Logs in as the monitor. Rejects when the server cannot be reached, refuses, or keeps from this account what a sample needs. */
export async function connectProbe(target: ProbeTarget, account: ProbeAccount, tls: ProbeTls): Promise<Probe> {
  const client = await connect(target, account, tls)
  // Ending a client with a query under way destroys its socket: a server that accepts but never answers leaves nothing behind.
  const timer = setTimeout(() => hangUp(client), account.timeout)
  try {
    const [row] = await rowsOf(client, 'freshet-constants', CONSTANTS, [])
    return probeOn(client, account.user, constantsFrom(row))
  } catch (error) {
    hangUp(client)
    throw withGrant(error, account.user)
  } finally {
    clearTimeout(timer)
  }
}

function hangUp(client: pg.Client): void {
  void client.end().catch(() => {})
}

function probeOn(client: pg.Client, user: string, constants: Constants): Probe {
  return {
    async sample() {
      try {
        const [row] = await rowsOf(client, 'freshet-sample', SAMPLE, [])
        return sampleFrom(row, constants, user)
      } catch (error) {
        throw withGrant(error, user)
      }
    },
    async nudge() {
      await rowsOf(client, undefined, NUDGE, [])
    },
    query: (sql, parameters) => rowsOf(client, undefined, sql, parameters),
    close: () => hangUp(client),
  }
}

/**
 * ms. Reading a view's definition takes a lock, and a client's DDL may hold one already: whoever reads the catalog gives up long before the server
 * looks for deadlocks (deadlock_timeout, 1 s), so that no client's transaction is ever the victim of Freshet's curiosity.
 */
const LOCK_TIMEOUT = 200

/** Every value as the server's text. */
const asText = { getTypeParser: () => (value: string) => value }

async function rowsOf(
  client: pg.Client,
  name: string | undefined,
  text: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const query = { text, values: [...parameters], rowMode: 'array' as const, types: asText }
  const result = await client.query<(string | null)[]>(name === undefined ? query : { ...query, name })
  return result.rows
}

function constantsFrom(row: Row | undefined): Constants {
  const [identity, startedAt, blockSize, segmentSize] = row ?? []
  if (identity == null || startedAt == null || blockSize == null || segmentSize == null) {
    throw new Error('the server does not say which cluster it belongs to')
  }
  return {
    identity,
    startedAt: Number(startedAt),
    layout: { blockSize: BigInt(blockSize), segmentSize: BigInt(segmentSize) },
  }
}

/** One row of the sample query. Anything missing or unknown is a doubt: it proves nothing. */
function sampleFrom(row: Row | undefined, { identity, startedAt, layout }: Constants, user: string): Sample {
  const [recovering, lsnText, place, clock] = row ?? []
  const lsn = lsnText == null ? null : parseLsn(lsnText)
  const common = { identity, startedAt, clock: Number(clock) }
  if (recovering === 'f') {
    const timeline = Number.parseInt(place ?? '', 16)
    if (lsn === null || !Number.isSafeInteger(timeline)) throw new Error('the primary does not say where it is')
    const position: PostgresPosition = { engine: 'postgres', identity, timeline, lsn: endOfLastRecord(lsn, layout) }
    return { ...common, role: 'primary', position, doubt: null, history: timeline }
  }
  const [status = '', received = ''] = (place ?? '').split(' ')
  const timeline = received === '' ? 0 : Number(received)
  const doubt = doubtOf(status, timeline, lsn, user)
  const position: PostgresPosition | null =
    doubt === null && lsn !== null ? { engine: 'postgres', identity, timeline, lsn } : null
  return { ...common, role: 'replica', position, doubt, history: timeline }
}

function doubtOf(status: string, timeline: number, lsn: bigint | null, user: string): string | null {
  if (status === '') return 'its timeline is unknown: it receives no WAL from another server'
  if (status === 'hidden') return `its timeline is hidden from the monitor: GRANT pg_monitor TO ${quoted(user)}`
  if (status !== 'streaming') return `its timeline is unknown: its WAL receiver is ${status}`
  if (timeline === 0) return 'its timeline is unknown'
  return lsn === null ? 'it has replayed nothing yet' : null
}

const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`

/** Names the right that is missing and what that costs, so that nobody has to guess. */
function withGrant(error: unknown, user: string): unknown {
  if (!(error instanceof Error) || (error as { code?: string }).code !== '42501') return error
  const message = `${error.message}; without it the server is not used at all; the monitor needs: GRANT pg_monitor TO ${quoted(user)}`
  return Object.assign(new Error(message), { code: '42501' })
}

/** The text of node-postgres when the server answers `N` to SSLRequest. */
const NO_TLS = 'The server does not support SSL connections'

async function connect(target: ProbeTarget, account: ProbeAccount, tls: ProbeTls): Promise<pg.Client> {
  const secured = sslOptions(target, tls)
  try {
    return await connectOnce(target, account, secured)
  } catch (error) {
    const mayBePlain = tls.mode === 'prefer' && secured !== false
    if (!mayBePlain || !(error instanceof Error) || error.message !== NO_TLS) throw error
    return connectOnce(target, account, false)
  }
}

async function connectOnce(
  target: ProbeTarget,
  { user, password, database, timeout }: ProbeAccount,
  ssl: pg.ClientConfig['ssl'] & {},
): Promise<pg.Client> {
  const client = new pg.Client({
    lock_timeout: LOCK_TIMEOUT,
    ...hostAndPort(target),
    user,
    password,
    database,
    ssl,
    keepAlive: true,
    connectionTimeoutMillis: timeout,
    application_name: 'freshet monitor',
  })
  // Between queries a lost connection is only announced here; the next query then fails by itself.
  client.on('error', () => {})
  await client.connect()
  return client
}

function hostAndPort(target: ProbeTarget): { host: string; port: number } {
  if ('host' in target) return target
  const match = /^(.*)\/\.s\.PGSQL\.([0-9]{1,5})$/.exec(target.path)
  if (match === null) throw new Error(`${target.path} is not a PostgreSQL socket: its name must be .s.PGSQL.<port>`)
  return { host: match[1] === '' ? '/' : (match[1] as string), port: Number(match[2]) }
}

function sslOptions(target: ProbeTarget, { mode, ca }: ProbeTls): pg.ClientConfig['ssl'] & {} {
  if (mode === 'disable' || 'path' in target) return false
  const authorities = ca === null ? {} : { ca }
  // `host` names whom the certificate must be for; node-postgres sets the server name itself, though not for addresses.
  const verified = { ...authorities, host: target.host, rejectUnauthorized: true }
  if (mode === 'verify-full') return verified
  if (mode === 'verify-ca') return { ...verified, checkServerIdentity: () => undefined }
  return { rejectUnauthorized: false }
}
