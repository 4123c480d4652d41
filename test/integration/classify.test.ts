import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fleet, startFleet } from '../../src/cli/demo/local-postgres.ts'
import type { Catalog } from '../../src/postgres/classify/catalog.ts'
import { loadCatalog } from '../../src/postgres/classify/index.ts'
import { corpus, type Row, schema } from '../corpus/postgres/corpus.ts'
import { classifying } from '../postgres/classify/classifying.ts'

/** The PostgreSQL that npm brings, and others whose folders of binaries FRESHET_TEST_POSTGRES names (separated by colons). */
const versions = [null, ...(process.env.FRESHET_TEST_POSTGRES ?? '').split(':').filter((folder) => folder !== '')]

/** What a replica answers to what it must not be asked. */
const REFUSALS = new Set(['25006', '0A000'])

describe.each(versions)('on a real PostgreSQL (%s)', (binaries) => {
  let fleet: Fleet
  let catalog: Catalog
  let monitor: pg.Client
  let primary: pg.Client
  let replica: pg.Client

  async function connect(url: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return client
  }

  beforeAll(async () => {
    fleet = await startFleet({ replicas: 1, ...(binaries === null ? {} : { binaries }) })
    await fleet.primary.query(schema)
    await fleet.caughtUp()
    monitor = await connect(fleet.primary.url('freshet'))
    primary = await connect(fleet.primary.url('postgres'))
    replica = await connect(fleet.replicas[0]!.url('postgres'))
    const raw = { getTypeParser: () => (value: string) => value }
    catalog = await loadCatalog(async (text, parameters) => {
      const query = { text, values: [...parameters], rowMode: 'array' as const, types: raw }
      return (await monitor.query<(string | null)[]>(query)).rows
    })
  })

  afterAll(async () => {
    for (const client of [monitor, primary, replica]) await client?.end().catch(() => {})
    await fleet?.stop()
  })

  /** Runs one row; the error's code, or null. Parameters are all null. */
  async function run(client: pg.Client, { sql }: Row): Promise<string | null> {
    const parameters = Math.max(0, ...[...sql.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])))
    try {
      await (parameters > 0 ? client.query(sql, Array(parameters).fill(null)) : client.query(sql))
      return null
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
  }

  test('the monitor account reads the same catalog that the unit tests use', () => {
    const { facts } = classifying(() => catalog)
    const wrong: string[] = []
    for (const row of corpus) {
      const { verdict, because, effect } = facts(row.sql)
      if (verdict === row.verdict && because === row.because && effect.kind === row.effect) continue
      wrong.push(`${row.sql}: ${verdict} ${because} ${effect.kind}`)
    }
    expect(wrong, wrong.join('\n')).toEqual([])
  })

  test('a replica takes every read', async () => {
    const { facts } = classifying(() => catalog)
    const failed: string[] = []
    for (const row of corpus) {
      if (facts(row.sql).verdict !== 'read') continue
      const code = await run(replica, row)
      if (code !== null) failed.push(`${row.sql}: ${code}`)
    }
    expect(failed, failed.join('\n')).toEqual([])
  })

  test('no read leaves a trace on the primary: no transaction id, no lock, no setting, no temporary schema', async () => {
    const trace = `SELECT pg_current_xact_id_if_assigned()::text AS id, pg_my_temp_schema()::text AS temporary,
      (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND (locktype = 'advisory' OR mode NOT IN ('AccessShareLock', 'ExclusiveLock')))::text AS locks,
      (SELECT md5(string_agg(name || '=' || setting, ',' ORDER BY name)) FROM pg_settings) AS settings,
      (SELECT count(*) FROM pg_prepared_statements)::text AS prepared`
    // PL/pgSQL brings settings of its own when it is first used.
    await primary.query('DO $$ BEGIN NULL; END $$')
    await primary.query('BEGIN')
    const clean = (await primary.query(trace)).rows[0]
    await primary.query('ROLLBACK')
    expect(clean).toMatchObject({ id: null, temporary: '0', locks: '0' })
    const traces: string[] = []
    for (const row of corpus) {
      if (row.verdict !== 'read') continue
      await primary.query('BEGIN')
      const code = await run(primary, row)
      if (code === null) {
        const after = (await primary.query(trace)).rows[0]
        if (JSON.stringify(after) !== JSON.stringify(clean)) traces.push(`${row.sql}: ${JSON.stringify(after)}`)
      } else traces.push(`${row.sql}: ${code}`)
      await primary.query('ROLLBACK')
    }
    expect(traces, traces.join('\n')).toEqual([])
  })

  test('a replica refuses nothing that may run in a read-only transaction there', async () => {
    const refused: string[] = []
    for (const row of corpus) {
      if (row.verdict !== 'read-in-transaction' || row.because === 'transaction') continue
      await replica.query('BEGIN READ ONLY')
      const code = await run(replica, row)
      if (code !== null && REFUSALS.has(code)) refused.push(`${row.sql}: ${code}`)
      await replica.query('ROLLBACK')
      await replica.query('RESET ALL; RESET SESSION AUTHORIZATION')
    }
    expect(refused, refused.join('\n')).toEqual([])
  })

  test('what a replica refuses is never called a read', async () => {
    const { facts } = classifying(() => catalog)
    const misjudged: string[] = []
    let refusals = 0
    for (const row of corpus) {
      if (row.verdict !== 'primary' || !/^(SELECT|WITH|VALUES|INSERT|UPDATE|DELETE|MERGE|\()/i.test(row.sql)) continue
      // They would end or hold up the replica itself.
      if (/pg_promote|pg_wal_replay_pause|pg_terminate|pg_rotate|pg_reload/.test(row.sql)) continue
      const code = await run(replica, row)
      if (code === null || !REFUSALS.has(code)) continue
      refusals++
      if (facts(row.sql).verdict === 'read') misjudged.push(row.sql)
    }
    expect(misjudged, misjudged.join('\n')).toEqual([])
    expect(refusals).toBeGreaterThan(80)
  })
})
