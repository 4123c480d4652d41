/** `freshet explain` on logs that real servers have written about a known workload, with their catalogs. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { explain } from '../../src/cli/explain.ts'
import { createTestMysql } from '../support/mysql.ts'
import { connectTo } from '../support/mysql-clients.ts'
import { createTestServers, until } from '../support/postgres.ts'
import { printed } from '../support/printed.ts'

interface Line {
  readonly session: string
  readonly database: string | null
  readonly ms: number | null
  readonly statement: string
  readonly target: string
  readonly reason: string
}

async function explained(...args: string[]): Promise<Line[]> {
  const { output } = await printed(explain, ['--json', ...args])
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

interface Summary {
  readonly statements: number
  readonly timed: number
  readonly catalog: { readonly server: string }
  readonly replica: { readonly count: number; readonly ms: number }
  readonly primary: { readonly count: number }
  readonly local: { readonly count: number }
  readonly reasons: readonly {
    readonly reason: string
    readonly count: number
    readonly digests: readonly { readonly text: string; readonly count: number }[]
  }[]
}

const summed = async (...args: string[]): Promise<Summary> =>
  JSON.parse((await printed(explain, ['--summary', '--json', ...args])).output)

/** Session a and b in turn: who sends what, and where it would run. `prepared`: by the extended protocol, by a prepared statement. */
type Step = readonly [who: 'a' | 'b', sql: string, target: string, reason: string, how?: 'prepared']

const said = (steps: readonly Step[]) => steps.map(([who, sql, target, reason]) => `${who} ${target} ${reason}: ${sql}`)

/** The lines of the workload's own sessions, in the log's order, sessions named by who begins. */
function heard(lines: readonly Line[]): string[] {
  const names = new Map<string, string>()
  const ours = lines.filter(({ statement }) => /\/\* [ab] \*\//.test(statement))
  for (const { session, statement } of ours) names.set(session, /\/\* ([ab]) \*\//.exec(statement)![1]!)
  return lines
    .filter(({ session }) => names.has(session))
    .map(({ session, target, reason, statement }) => `${names.get(session)} ${target} ${reason}: ${statement}`)
}

const POSTGRES: readonly Step[] = [
  ['a', 'SELECT /* a */ n\n\tFROM rows\nWHERE note = $$a;\nb$$', 'replica', 'read'],
  ['b', 'SELECT /* b */ n FROM counted', 'replica', 'read'],
  ['a', 'BEGIN', 'local', 'local'],
  ['b', 'SELECT twice(n) FROM rows', 'replica', 'read'],
  ['a', 'SELECT n FROM rows', 'primary', 'transaction'],
  ['b', 'BEGIN READ ONLY', 'local', 'local'],
  ['a', "INSERT INTO rows VALUES (1, 'it''s\n\tLOG:  statement: SELECT 1')", 'primary', 'write'],
  ['b', 'SELECT n FROM rows', 'replica', 'read-only-transaction'],
  ['a', 'SELECT n FROM rows WHERE note = $1', 'primary', 'in-transaction', 'prepared'],
  ['b', 'COMMIT', 'replica', 'read-only-transaction'],
  ['a', 'COMMIT', 'primary', 'in-transaction'],
  ['b', 'SELECT writes()', 'primary', 'volatile-function'],
  ['a', 'SELECT n FROM rows WHERE note = $1', 'replica', 'read', 'prepared'],
  ['b', 'SELECT n FROM rows FOR UPDATE', 'primary', 'locking-read'],
]

describe('postgres', () => {
  const fleet = createTestServers({
    replicas: 0,
    parameters: {
      logging_collector: 'on',
      log_destination: 'stderr,csvlog,jsonlog',
      log_line_prefix: '%m [%p] %q%u@%d ',
    },
  })
  beforeAll(async () => {
    const { primary } = fleet()
    await primary.query('CREATE TABLE rows (n int, note text); CREATE VIEW counted AS SELECT count(*) AS n FROM rows')
    await primary.query('CREATE FUNCTION twice(int) RETURNS int STABLE LANGUAGE sql AS $$ SELECT $1 * 2 $$')
    await primary.query("CREATE FUNCTION writes() RETURNS void LANGUAGE sql AS $$ INSERT INTO rows VALUES (2, '') $$")
    await primary.query('GRANT ALL ON ALL TABLES IN SCHEMA public TO app')
  })

  const logs = () => {
    const folder = join(fleet().primary.dataFolder, 'log')
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .sort()
  }

  /** Runs the workload as this application, under these settings. */
  async function work(settings: string): Promise<void> {
    const url = `postgres://app:app@${fleet().primary.address}/app`
    const clients = { a: new pg.Client(url), b: new pg.Client(url) }
    await fleet().primary.query(settings)
    for (const client of Object.values(clients)) await client.connect()
    for (const [who, sql, , , how] of POSTGRES) {
      await clients[who].query(sql, how === 'prepared' ? ["x\n\tLOG:  statement: SELECT 'no'"] : undefined)
    }
    for (const client of Object.values(clients)) await client.end()
  }

  const catalog = () => `postgres://freshet:monitor@${fleet().primary.address}/app`

  test('the log in its three formats, in both ways of writing statements', async () => {
    await work("ALTER ROLE app SET log_statement = 'all'; ALTER ROLE app SET log_duration = on")
    await work(
      "ALTER ROLE app SET log_statement = 'none'; ALTER ROLE app SET log_duration = off; ALTER ROLE app SET log_min_duration_statement = 0",
    )
    const files = logs()
    expect(files.map((file) => file.split('.').at(-1))).toEqual(['csv', 'json', 'log'])
    const expected = said(POSTGRES)
    for (const file of files) {
      // The collector writes in its own time.
      const ends = /FOR UPDATE/g
      await until(`${file} is written`, async () => readFileSync(file, 'utf8').match(ends)?.length === 2)
      const lines = await explained('-f', file, '--catalog', catalog())
      const ours = lines.filter(({ database }) => database === 'app')
      expect(heard(ours.slice(0, ours.length / 2 + 10)).slice(0, expected.length), file).toEqual(expected)
      expect(heard(ours).slice(expected.length), file).toEqual(expected)
    }
  })

  test('the summary counts exactly that, and knows the time', async () => {
    const file = logs().find((name) => name.endsWith('.json'))!
    const summary = await summed('-f', file, '--catalog', catalog())
    const count = (target: string) => POSTGRES.filter(([, , to]) => to === target).length
    expect(summary.local.count).toBe(2 * count('local'))
    expect(summary.replica.count).toBe(2 * count('replica'))
    expect(summary.timed).toBe(summary.statements + summary.local.count)
    expect(summary.replica.ms).toBeGreaterThan(0)
    const functions = summary.reasons.find(({ reason }) => reason === 'volatile-function')
    expect(functions).toMatchObject({ count: 2, digests: [{ text: 'select writes()', count: 2 }] })
    // Without the catalog nobody knows the tables.
    const blind = await summed('-f', file)
    expect(blind.replica.count).toBeLessThan(summary.replica.count)
    expect(blind.reasons.map(({ reason }) => reason)).toContain('unknown-relation')
  })
})

const MYSQL: readonly Step[] = [
  ['a', 'SELECT /* a */ n\n\tFROM rows_\nWHERE note = "a;\n# Time: b"', 'replica', 'read'],
  ['b', 'SELECT /* b */ n FROM counted', 'replica', 'read'],
  ['a', 'START TRANSACTION', 'local', 'local'],
  ['b', 'SELECT twice(n) FROM rows_', 'replica', 'read'],
  ['a', 'SELECT n FROM rows_', 'primary', 'transaction'],
  ['b', 'START TRANSACTION READ ONLY', 'local', 'local'],
  ['a', "INSERT INTO rows_ VALUES (1, 'it''s\n\t\t    5 nothing;\n')", 'primary', 'write'],
  ['b', 'SELECT n FROM rows_', 'replica', 'read-only-transaction'],
  ['a', "SELECT n FROM rows_ WHERE note = 'x'", 'primary', 'in-transaction', 'prepared'],
  ['b', 'COMMIT', 'replica', 'read-only-transaction'],
  ['a', 'COMMIT', 'primary', 'in-transaction'],
  ['b', 'USE app', 'primary', 'session-state'],
  ['a', "SELECT n FROM rows_ WHERE note = 'x'", 'replica', 'read', 'prepared'],
  ['b', 'SELECT n FROM rows_ FOR UPDATE', 'primary', 'locking-read'],
]

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({
    flavour,
    replicas: 0,
    parameters: {
      general_log: 'ON',
      slow_query_log: 'ON',
      long_query_time: 0,
      general_log_file: 'general.txt',
      slow_query_log_file: 'slow.txt',
      ...(flavour === 'mariadb' ? { log_slow_verbosity: 'query_plan,explain' } : {}),
    },
  })

  test('the general log and the slow log', async () => {
    const { primary } = fleet()
    await primary.query('CREATE TABLE rows_ (n INT, note TEXT)')
    await primary.query('CREATE VIEW counted AS SELECT count(*) AS n FROM rows_')
    await primary.query('CREATE FUNCTION twice(a INT) RETURNS INT READS SQL DATA RETURN a * 2')
    // Who reads the text of a view must be allowed to select from its schema.
    await primary.query('GRANT SELECT ON app.* TO freshet')
    const url = `mysql://app:app@${primary.address}/app`
    const clients = { a: await connectTo(url), b: await connectTo(url) }
    await clients.b.ping()
    for (const [who, sql, , , how] of MYSQL) {
      if (how === 'prepared') await clients[who].execute(sql.replace("'x'", '?'), ['x'])
      else await clients[who].query(sql)
    }
    await clients.a.end()
    await clients.b.end()
    const catalog = ['--catalog', `mysql://freshet:monitor@${primary.address}`]
    const [[folder]] = (await primary.query('SELECT @@datadir AS folder')).map(Object.values) as [[string]]
    const files = [join(folder, 'general.txt'), join(folder, 'slow.txt')]
    expect(heard(await explained('-f', files[0]!, ...catalog))).toEqual(said(MYSQL))
    // A server writes its slow log after the reply, so sessions may overtake each other there.
    const bySession = (lines: readonly string[]) => [...lines].sort((a, b) => a[0]!.localeCompare(b[0]!))
    expect(bySession(heard(await explained('-f', files[1]!, ...catalog)))).toEqual(bySession(said(MYSQL)))
    const slow = await summed('-f', files[1]!, ...catalog)
    expect(slow.timed).toBe(slow.statements + slow.local.count)
    expect(slow.catalog.server).toBe(primary.address)
    const general = await summed('-f', files[0]!, ...catalog)
    expect(general.timed).toBe(0)
    const locking = {
      reason: 'locking-read',
      count: 1,
      digests: [{ text: 'select n from rows_ for update', count: 1 }],
    }
    for (const { reasons } of [slow, general])
      expect(reasons).toContainEqual(expect.objectContaining({ reason: 'locking-read', count: 1 }))
    expect(slow.reasons.find(({ reason }) => reason === 'locking-read')).toMatchObject(locking)
  })
})
