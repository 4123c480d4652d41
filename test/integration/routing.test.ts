/** What clients can ask of Freshet: levels, lag budgets, hints, controls in SQL, tokens; in both protocols. */
import type pg from 'pg'
import postgres from 'postgres'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectTo, failureOf, first, lastRoute } from '../support/clients.ts'
import { freshetFor, freshetForAll, total } from '../support/freshet.ts'
import { createTestServers, until } from '../support/postgres.ts'
import { PROTOCOLS, testControls } from './control-cases.ts'

const fleet = createTestServers({ replicas: 2 })

beforeAll(async () => {
  await fleet().primary.query('CREATE TABLE rows (n int); INSERT INTO rows VALUES (0); GRANT ALL ON rows TO app')
  await fleet().caughtUp()
})

const freshet = freshetForAll(fleet, { pool: { size: 2 }, max_lag: '1h' })
let client: pg.Client
let other: pg.Client
beforeEach(async () => {
  for (const replica of fleet().replicas) await replica.resumeReplay()
  await fleet().caughtUp()
  client = await connectTo(freshet().url())
  other = await connectTo(freshet().url())
  return async () => {
    for (const replica of fleet().replicas) await replica.resumeReplay()
  }
})

const pauseAll = () => Promise.all(fleet().replicas.map((replica) => replica.pauseReplay()))
const READ = 'SELECT n FROM rows'
let written = 0
const write = async (session: pg.Client): Promise<number> => {
  await session.query('UPDATE rows SET n = $1', [++written])
  return written
}
const reason = async (session: pg.Client) => (await lastRoute(session)).reason

/** Reads until it has run on a replica. */
const onReplica = (session: pg.Client) =>
  until('a replica answers', async () => {
    await session.query(READ)
    return (await reason(session)) === 'read'
  })

describe('levels', () => {
  test('session: own writes are seen, those of others may be late', async () => {
    await onReplica(other)
    await pauseAll()
    const n = await write(client)
    expect(await first(client, READ)).toBe(n)
    expect(await reason(client)).toBe('behind-floor')
    expect(await first(other, READ)).not.toBe(n)
    expect(await reason(other)).toBe('read')
  })

  test('eventual: even own writes may be late', async () => {
    await client.query("SET freshet.consistency = 'eventual'")
    await pauseAll()
    const n = await write(client)
    expect(await first(client, READ)).not.toBe(n)
    expect(await reason(client)).toBe('read')
  })

  test('global and strict: writes of others are seen', async () => {
    await pauseAll()
    const n = await write(other)
    for (const level of ['global', 'strict']) {
      await client.query(`SET freshet.consistency TO ${level}`)
      expect(await first(client, READ)).toBe(n)
      expect(await reason(client)).toBe('behind-floor')
    }
  })

  test('scope: writes of those with the same key are seen', async () => {
    for (const session of [client, other]) {
      await session.query("SET freshet.causal_key = 'user-42'")
      await session.query("SET freshet.consistency = 'scope'")
    }
    const stranger = await connectTo(freshet().url(), {
      options: '-c freshet.causal_key=user-7 -c freshet.consistency=scope',
    })
    await onReplica(stranger)
    await pauseAll()
    const n = await write(other)
    expect(await first(client, READ)).toBe(n)
    expect(await first(stranger, READ)).not.toBe(n)
  })

  test('reads never go back in time, whichever replica answers', async () => {
    const [one, two] = fleet().replicas
    await two!.pauseReplay()
    await write(other)
    await fleet().caughtUp([one!])
    let newest = 0
    for (let round = 0; round < 40; round++) {
      const n = Number(await first(client, READ))
      expect(n).toBeGreaterThanOrEqual(newest)
      newest = n
    }
  })
})

describe('lag', () => {
  const stale = async () => {
    await pauseAll()
    await write(other)
    await client.query("SET freshet.max_lag = '1ms'")
    await client.query("SET freshet.wait = '20ms'")
  }

  test('when_stale: primary', async () => {
    await stale()
    expect(await first(client, READ)).toBe(written)
    expect(await reason(client)).toBe('stale')
  })

  test('when_stale: error', async () => {
    await stale()
    await client.query("SET freshet.when_stale = 'error'")
    expect((await failureOf(client.query(READ))).message).toBe('no replica is within max_lag, and when_stale is error')
    expect(await lastRoute(client)).toEqual({ server: 'none', reason: 'stale' })
    await client.query('RESET freshet.when_stale')
    expect(await first(client, READ)).toBe(written)
  })

  test('when_stale: serve', async () => {
    await stale()
    await client.query("SET freshet.when_stale = 'serve'")
    expect(await first(client, READ)).toBe(written - 1)
    expect((await lastRoute(client)).server).toMatch(/^replica/)
  })

  test('when_stale: wait', async () => {
    await stale()
    await client.query("SET freshet.when_stale = 'wait'")
    expect(await first(client, READ)).toBe(written)
    expect(await reason(client)).toBe('stale')
    await client.query("SET freshet.wait = '10s'")
    await client.query("SET freshet.max_lag = '500ms'")
    const answer = first(client, READ)
    for (const replica of fleet().replicas) await replica.resumeReplay()
    expect(await answer).toBe(written)
    expect(await reason(client)).toBe('read')
  })
})

describe('controls', () => {
  test.each(PROTOCOLS)('SET, SHOW and RESET by the %s protocol', async (_, values) => {
    const run = (text: string) => client.query(text, values)
    const show = async (name: string) => (await run(`SHOW freshet.${name}`)).rows[0][`freshet.${name}`]
    expect((await run("SET freshet.max_lag = '200ms'")).command).toBe('SET')
    expect(await show('max_lag')).toBe('200ms')
    await run('set session FRESHET.Max_Lag to 5s')
    expect(await show('max_lag')).toBe('5s')
    expect((await run('RESET freshet.max_lag')).command).toBe('RESET')
    expect(await show('max_lag')).toBe('3600s')
    for (const [name, value] of [
      ['consistency', 'global'],
      ['route', 'primary'],
      ['when_stale', 'error'],
      ['causal_key', "it's"],
    ]) {
      await run(`SET freshet.${name} = '${value!.replace("'", "''")}'`)
      expect(await show(name!)).toBe(value)
      await run(`SET freshet.${name} TO DEFAULT`)
      expect(await show(name!)).not.toBe(value)
    }
    expect((await failureOf(run('SET freshet.nosuch = 1'))).code).toBe('42704')
    expect((await failureOf(run('SHOW freshet.nosuch'))).code).toBe('42704')
    expect((await failureOf(run('SET freshet.server = 1'))).code).toBe('55P02')
    for (const bad of [
      "max_lag = 'soon'",
      "max_lag = '-1s'",
      'max_lag = 200',
      "consistency = 'some'",
      "route = 'here'",
      "when_stale = ''",
    ]) {
      expect((await failureOf(run(`SET freshet.${bad}`))).code).toBe('22023')
    }
    expect((await failureOf(other.query('SHOW freshet.nosuch'))).message).toBe(
      'unrecognized configuration parameter "freshet.nosuch"',
    )
    expect(await show('consistency')).toBe('session')
  })

  test('start-up options, and DISCARD ALL goes back to them', async () => {
    const mine = await connectTo(freshet().url(), { options: '-c freshet.max_lag=200ms -c freshet.route=primary' })
    expect(await first(mine, 'SHOW freshet.max_lag')).toBe('200ms')
    await mine.query(READ)
    expect(await reason(mine)).toBe('hint')
    await mine.query('SET freshet.route = auto')
    await mine.query('DISCARD ALL')
    expect(await first(mine, 'SHOW freshet.route')).toBe('primary')
    expect((await failureOf(connectTo(freshet().url(), { options: '-c freshet.max_lag=soon' }))).code).toBe('22023')
    expect((await failureOf(connectTo(freshet().url(), { options: '-c freshet.nosuch=1' }))).code).toBe('42704')
  })

  test.each(PROTOCOLS)('hints by the %s protocol', async (_, values) => {
    await onReplica(client)
    await client.query(`/* freshet: route=primary */ ${READ}`, values)
    expect(await lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'hint' })
    await client.query(`-- freshet: route=primary, max_lag='1ms'\n${READ}`, values)
    expect(await reason(client)).toBe('hint')
    // It is a comment, and no hint.
    await client.query(`/* freshet reads this */ ${READ}`, values)
    expect(await reason(client)).toMatch(/^(read|behind-floor)$/)
    // A hint never takes a write away from the primary.
    await client.query('/* freshet: route=replica */ UPDATE rows SET n = n', values)
    expect(await lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'write' })
  })

  test.each(PROTOCOLS)(
    'EXPLAIN ROUTE by the %s protocol says what would be done, and does nothing',
    async (_, values) => {
      const explain = async (sql: string) => {
        const { rows } = await client.query(`EXPLAIN ROUTE ${sql}`, values)
        return new Map(rows.map(({ fact, value }) => [fact, value]))
      }
      const deletion = await explain('DELETE FROM rows')
      expect(deletion.get('decision')).toBe('primary')
      expect(deletion.get('reason')).toMatch(/^write: /)
      expect(await first(client, 'SELECT count(*)::int FROM rows')).toBe(1)
      const read = await explain(READ)
      expect(read.get('class')).toBe('read')
      expect(read.get('tables')).toBe('rows')
      expect([...read.keys()].filter((fact) => fact.startsWith('candidate'))).toHaveLength(3)
    },
  )
})

describe('controls in transactions, wrong hints', () => testControls(() => client))

test('what is too large to be held and judged says so', async () => {
  const large = 'x'.repeat(2_000_000)
  for (const [sql, values] of [
    ['SELECT length($1)', [large]],
    [`SELECT length('${large}')`, undefined],
  ] as const) {
    expect((await client.query(sql, values as unknown[] | undefined)).rows).toEqual([{ length: large.length }])
    expect(await lastRoute(client)).toEqual({ server: fleet().primary.name, reason: 'too-large' })
  }
})

describe('EXPLAIN ROUTE', () => {
  const rowsOf = async (sql: string, values?: unknown[]) => {
    const { rows } = await client.query(`EXPLAIN ROUTE ${sql}`, values)
    return new Map<string, string>(rows.map(({ fact, value }) => [fact, value]))
  }

  test('tells every fact, and of each candidate why it is not the one', async () => {
    await onReplica(client)
    const rows = await rowsOf('SELECT count(*), now() FROM rows')
    for (const fact of ['statement', 'class', 'tables', 'functions', 'clock', 'decision', 'server', 'reason'])
      expect([...rows.keys()]).toContain(fact)
    expect(rows.get('functions')).toBe('now, count')
    expect(rows.get('server')).toMatch(/^replica-/)
    const hinted = await rowsOf(`/* freshet: route=primary */ ${READ}`)
    expect(hinted.get('reason')).toMatch(/^hint: /)
    expect(hinted.get('candidate replica-1')).toMatch(/not eligible: route is primary/)
    const write = await rowsOf('UPDATE rows SET n = n')
    expect(write.get('candidate replica-1')).toMatch(/not eligible: not a plain read: it changes data/)
    for (const local of ['SHOW freshet.server', 'BEGIN READ ONLY']) {
      const told = await rowsOf(local)
      expect([told.get('decision'), told.get('server')]).toEqual(['local', 'none'])
    }
    expect((await rowsOf('BEGIN READ ONLY')).get('transaction')).toMatch(/^read-only: .* on a replica/)
  })

  test('what Freshet answers or refuses itself is counted and timed like the rest', async () => {
    await client.query('SHOW freshet.max_lag')
    await expect(client.query("SET freshet.max_lag = 'nonsense'")).rejects.toThrow()
    const page = await freshet().metrics()
    const local = total(page, 'freshet_statements_total', { target: 'local' })
    expect(local).toBeGreaterThanOrEqual(2)
    expect(total(page, 'freshet_statement_seconds_count', { target: 'local' })).toBe(local)
  })

  test('in transactions', async () => {
    await onReplica(client)
    await client.query('BEGIN')
    const begun = await rowsOf(READ)
    expect(begun.get('reason')).toMatch(/^transaction: /)
    expect(begun.get('candidate replica-1')).toMatch(/not eligible: a transaction that may write/)
    await client.query('ROLLBACK')
    await client.query('BEGIN READ ONLY')
    expect((await rowsOf(READ)).get('reason')).toMatch(/^read-only-transaction: /)
    await client.query(READ)
    const { server } = await lastRoute(client)
    const held = await rowsOf(READ)
    expect([held.get('server'), held.get('decision')]).toEqual([server, 'replica'])
    expect(held.get(`candidate ${server}`)).toMatch(/eligible: the session holds a connection to it/)
    expect(held.get(`candidate ${fleet().primary.name}`)).toMatch(/not eligible: the session holds a connection to/)
    await client.query('COMMIT')
  })

  test('by a driver that prepares, describes and counts the parameters before it binds them', async () => {
    const sql = postgres(freshet().url(), { max: 1 })
    const rows = await sql.unsafe(`EXPLAIN ROUTE ${READ} WHERE n = $1 AND n <> $2`, ['1', '2'], { prepare: true })
    expect(rows.map(({ fact, value }) => `${fact} ${value}`)).toContain('class read')
    const statement = await sql.unsafe(`EXPLAIN ROUTE ${READ} WHERE n = $2`, [], { prepare: true }).describe()
    expect(statement.types).toEqual([25, 25])
    expect((await sql.unsafe('SHOW freshet.max_lag', [], { prepare: true }))[0]).toEqual({ 'freshet.max_lag': '3600s' })
    await sql.end()
  })
})

describe('tokens', () => {
  const tokenOf = async (session: pg.Client) => String(await first(session, 'SHOW freshet.token'))

  test.each(PROTOCOLS)('what one session has seen, another one asks for by the %s protocol', async (_, values) => {
    await onReplica(other)
    await pauseAll()
    const n = await write(client)
    const token = await tokenOf(client)
    expect(token).toMatch(/^pg:\d+:\d+:[0-9A-F]+\/[0-9A-F]+$/)
    expect(await first(other, READ)).not.toBe(n)
    expect((await other.query(`SET freshet.token = '${token}'`, values)).command).toBe('SET')
    expect(await first(other, READ)).toBe(n)
    expect(await reason(other)).toBe('behind-floor')
    for (const replica of fleet().replicas) await replica.resumeReplay()
    await onReplica(other)
    expect(await first(other, READ)).toBe(n)
  })

  test('through another Freshet', async () => {
    const second = await freshetFor(fleet(), { max_lag: '1h' })
    const there = await connectTo(second.url())
    await onReplica(there)
    await pauseAll()
    const n = await write(client)
    const token = await tokenOf(client)
    expect(await first(there, READ)).not.toBe(n)
    await there.query(`SET freshet.token = '${token}'`)
    expect(await first(there, READ)).toBe(n)
  })

  test('an older timeline is for the primary; a later one and another cluster are refused', async () => {
    await onReplica(client)
    const [, identity, timeline, lsn] = (await tokenOf(client)).split(':')
    await client.query(`SET freshet.token = 'pg:${identity}:${Number(timeline) - 1}:${lsn}'`)
    await client.query(READ)
    expect((await lastRoute(client)).server).toBe(fleet().primary.name)
    for (const bad of [
      `pg:1${identity}:${timeline}:${lsn}`,
      `pg:${identity}:${Number(timeline) + 1}:${lsn}`,
      'nonsense',
      '',
    ]) {
      expect((await failureOf(client.query(`SET freshet.token = '${bad}'`))).code).toBe('22023')
    }
    await client.query('RESET freshet.token')
    await onReplica(client)
  })

  test('what is sent behind it waits its turn', async () => {
    const answers = await Promise.all([
      client.query('SHOW freshet.token'),
      client.query('SELECT 1 AS one'),
      client.query('SHOW freshet.token'),
    ])
    expect(answers.map(({ rows }) => Object.keys(rows[0])[0])).toEqual(['freshet.token', 'one', 'freshet.token'])
    await client.query('BEGIN')
    expect(await tokenOf(client)).toMatch(/^pg:/)
    await client.query('UPDATE rows SET n = n')
    expect(await tokenOf(client)).toMatch(/^pg:/)
    await client.query('COMMIT')
  })
})
