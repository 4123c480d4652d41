/** Observe mode on real servers: no statement of a client reaches a replica, the replicas say so themselves, and the counters say what would have been. */
import { writeFileSync } from 'node:fs'
import type pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { connectTo, first, lastRoute } from '../support/clients.ts'
import { configFor, type FreshetProcess, freshetFor, mysqlUrl, startFreshet, total } from '../support/freshet.ts'
import { createTestMysql } from '../support/mysql.ts'
import * as my from '../support/mysql-clients.ts'
import { createTestServers, until } from '../support/postgres.ts'

const observed = async (freshet: FreshetProcess, target: string, reason?: string) =>
  total(await freshet.metrics(), 'freshet_observed_total', { target, ...(reason === undefined ? {} : { reason }) })

const ranOn = async (freshet: FreshetProcess, server: string) =>
  total(await freshet.metrics(), 'freshet_server_statements_total', { server })

interface Observed {
  readonly mode: string
  readonly observed: { readonly statements: number; readonly replica: number; readonly share: number | null }
}
const seenBy = async (freshet: FreshetProcess): Promise<Observed> => {
  const { clusters } = (await (await freshet.get('/api/v1/servers')).json()) as { clusters: Observed[] }
  return clusters[0]!
}

/** What people read of the mode: reload, and wait until it is in force. */
async function reload(freshet: FreshetProcess, config: object, mode: string): Promise<void> {
  writeFileSync(freshet.configFile, stringify(config))
  freshet.signal('SIGHUP')
  await freshet.until(`mode ${mode}`, () => freshet.log().filter((line) => line.mode === mode).length > 0)
}

describe('postgres', () => {
  // What the replicas are asked is in their own logs, monitors and all.
  const fleet = createTestServers({ replicas: 1, parameters: { log_statement: 'all', log_line_prefix: '%u ' } })
  const READ = 'SELECT n FROM rows'

  let observing: FreshetProcess
  beforeAll(async () => {
    await fleet().primary.query('CREATE TABLE rows (n int); INSERT INTO rows VALUES (0)')
    await fleet().caughtUp()
    observing = await startFreshet(configFor(fleet(), { mode: 'observe', max_lag: '1h' }))
    return async () => {
      await observing.stop()
    }
  })

  const askedOfReplicas = () => fleet().replicas.flatMap((replica) => replica.log().match(/^app LOG: .*$/gm) ?? [])
  const PROTOCOLS: [string, unknown[] | undefined][] = [
    ['simple', undefined],
    ['extended', []],
  ]

  test('nothing reaches a replica, and what would have is counted', async () => {
    const freshet = observing
    const client = await connectTo(freshet.url())
    const before = askedOfReplicas().length
    await client.query('UPDATE rows SET n = n + 1')
    expect(await lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'write' })
    await fleet().caughtUp()
    // Its own write has reached the replicas: from here on they would serve its reads. Before that, reads may wait for one, for the same reason.
    await until('a read would run on a replica', async () => {
      await client.query(READ)
      return (await observed(freshet, 'replica', 'read')) > 0
    })
    const known = await observed(freshet, 'replica', 'read')
    for (let turn = 0; turn < 10; turn++) {
      for (const [, values] of PROTOCOLS) await client.query(READ, values)
    }
    expect(await observed(freshet, 'replica', 'read')).toBe(known + 20)
    expect(await lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'observe' })

    await client.query("SET freshet.route = 'replica'")
    await client.query(READ)
    await client.query(`/* freshet: route=replica */ ${READ}`)
    expect(await lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'observe' })
    await client.query('RESET freshet.route')

    await client.query('BEGIN READ ONLY')
    await client.query(READ)
    await client.query(READ)
    expect(await lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'observe' })
    await client.query('COMMIT')
    expect(await observed(freshet, 'replica', 'read-only-transaction')).toBe(3)

    expect(await observed(freshet, 'primary', 'write')).toBe(1)
    for (const replica of fleet().replicas) expect(await ranOn(freshet, replica.name)).toBe(0)
    expect(askedOfReplicas().slice(before)).toEqual([])
    const { mode, observed: sums } = await seenBy(freshet)
    expect(mode).toBe('observe')
    expect(sums.replica).toBeGreaterThanOrEqual(20)
    expect(sums.share).toBeGreaterThan(0.5)
    const digests = (await (await freshet.get('/api/v1/digests')).json()) as {
      clusters: { digests: { text: string; observed: number; offloadable: number }[] }[]
    }
    const row = digests.clusters[0]!.digests.find(({ text }) => text === 'select n from rows')!
    expect(row.offloadable).toBeGreaterThanOrEqual(20)
    expect(row.observed).toBeGreaterThanOrEqual(row.offloadable)
  })

  test('an exchange in parts, as some drivers prepare, goes the way it began', async () => {
    await fleet().caughtUp()
    const client = await connectTo(observing.url())
    const counts = async () => ({
      would: await observed(observing, 'replica', 'read'),
      primary: total(await observing.metrics(), 'freshet_statements_total', { target: 'primary', reason: 'observe' }),
    })
    const before = await counts()
    // The driver itself has no such way; it does not expect the replies, and they are not looked at.
    const { connection } = client as unknown as {
      readonly connection: Readonly<Record<string, (message?: object) => void>>
    }
    connection.parse!({ name: '', text: READ, types: [] })
    connection.flush!()
    connection.bind!({ portal: '', statement: '', values: [] })
    connection.execute!({ portal: '', rows: 0 })
    connection.sync!()
    await until('it is counted', async () => (await counts()).would === before.would + 1)
    expect(await counts()).toEqual({ would: before.would + 1, primary: before.primary + 1 })
  })

  test('a replica that stands still would have kept reads away, and that is counted', async () => {
    const client = await connectTo(observing.url())
    const before = await observed(observing, 'primary', 'behind-floor')
    for (const replica of fleet().replicas) await replica.pauseReplay()
    try {
      await client.query('UPDATE rows SET n = n + 1')
      await client.query(READ)
      expect(await lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'behind-floor' })
      expect(await observed(observing, 'primary', 'behind-floor')).toBe(before + 1)
    } finally {
      for (const replica of fleet().replicas) await replica.resumeReplay()
    }
  })

  test.each(PROTOCOLS)('EXPLAIN ROUTE by the %s protocol says what would be done', async (_, values) => {
    const client = await connectTo(observing.url())
    await fleet().caughtUp()
    const explain = async (sql: string) => {
      const { rows } = await client.query(`EXPLAIN ROUTE ${sql}`, values)
      return new Map<string, string>(rows.map(({ fact, value }) => [fact, value]))
    }
    await until('a replica would be chosen', async () => /^replica /.test((await explain(READ)).get('would be') ?? ''))
    const rows = await explain(READ)
    expect(rows.get('decision')).toBe('primary')
    expect(rows.get('server')).toBe(fleet().primary.name)
    expect(rows.get('reason')).toMatch(/^observe: /)
    expect(rows.get('mode')).toBe('observe')
    expect(rows.get('would be because')).toMatch(/^read: /)
    const write = await explain('DELETE FROM rows')
    expect(write.get('would be')).toBe('primary')
    expect(write.get('reason')).toMatch(/^write: /)
  })

  test('a reload changes the mode of sessions that exist, and a transaction ends where it began', async () => {
    const options = { max_lag: '1h' }
    const freshet = await freshetFor(fleet(), options)
    const client = await connectTo(freshet.url())
    const inside = await connectTo(freshet.url())
    const onReplica = (session: pg.Client) =>
      until('a replica answers', async () => {
        await session.query(READ)
        return (await lastRoute(session)).reason === 'read'
      })
    await onReplica(client)
    // That a replica's log tells of what it was asked, this shows.
    expect(askedOfReplicas().join()).toContain(READ)
    await onReplica(inside)
    await inside.query('BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ')
    await inside.query(READ)
    expect((await lastRoute(inside)).reason).toBe('read-only-transaction')

    await reload(freshet, configFor(fleet(), { ...options, mode: 'observe' }), 'observe')
    await client.query(READ)
    expect(await lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'observe' })
    await inside.query(READ)
    expect((await lastRoute(inside)).reason).toBe('read-only-transaction')
    await inside.query('COMMIT')
    await inside.query(READ)
    expect(await lastRoute(inside)).toEqual({ server: fleet().primary.name, reason: 'observe' })

    await reload(freshet, configFor(fleet(), options), 'route')
    await onReplica(client)
    expect(await first(client, READ)).toBe(await first(inside, READ))
  })
})

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  // The general log says what a server was asked, by whom.
  const fleet = createTestMysql({ flavour, replicas: 1, parameters: { general_log: 'ON', log_output: 'TABLE' } })
  const READ = 'SELECT n FROM rows_'

  const askedOfReplica = async () => {
    const [replica] = fleet().replicas
    const sql = `SELECT CONVERT(argument USING utf8mb4) AS said FROM mysql.general_log WHERE user_host LIKE '%app[app]%' AND argument LIKE '%rows_%'`
    return (await replica!.query(sql)).map(({ said }) => said)
  }

  test('nothing reaches a replica, and what would have is counted', async () => {
    await fleet().primary.query('CREATE TABLE rows_ (n INT)')
    await fleet().primary.query('INSERT INTO rows_ VALUES (0)')
    await fleet().caughtUp()
    const options = { max_lag: '1h', mode: 'observe' }
    const freshet = await freshetFor(fleet(), options)
    const client = await my.connectTo(mysqlUrl(freshet))
    await client.query('UPDATE rows_ SET n = n + 1')
    await fleet().caughtUp()
    await until('a read would run on a replica', async () => {
      await client.query(READ)
      return (await observed(freshet, 'replica', 'read')) > 0
    })
    const known = await observed(freshet, 'replica', 'read')
    for (let turn = 0; turn < 10; turn++) {
      await client.query(READ)
      await client.execute(READ)
    }
    expect(await observed(freshet, 'replica', 'read')).toBe(known + 20)
    await client.query("SET freshet.route = 'replica'")
    await client.query(READ)
    await client.query(`/* freshet: route=replica */ ${READ}`)
    expect(await my.lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'observe' })
    await client.query('START TRANSACTION READ ONLY')
    await client.query(READ)
    await client.query(READ)
    expect(await my.lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'observe' })
    await client.query('COMMIT')
    expect(await observed(freshet, 'replica', 'read-only-transaction')).toBe(3)
    const explained = new Map((await my.rowsOf(client, `EXPLAIN ROUTE ${READ}`)) as [string, string][])
    expect(explained.get('decision')).toBe('primary')
    expect(explained.get('would be')).toMatch(/^replica /)
    const prepared = new Map((await my.rowsOf(client, `EXPLAIN ROUTE ${READ}`, [])) as [string, string][])
    expect(prepared.get('would be')).toMatch(/^replica /)
    expect(await ranOn(freshet, fleet().replicas[0]!.name)).toBe(0)
    expect(await askedOfReplica()).toEqual([])

    // That the replica's log would have told, this shows.
    await reload(freshet, configFor(fleet(), { max_lag: '1h' }), 'route')
    await until('a replica answers', async () => {
      await client.query(READ)
      return (await my.lastRoute(client)).reason === 'read'
    })
    expect((await askedOfReplica()).length).toBeGreaterThan(0)
  })
})
