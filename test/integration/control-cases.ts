/** What becomes of Freshet's settings in transactions, and of statements that ask for what does not exist; the routing tests' client has a table of one row. */
import type pg from 'pg'
import { expect, test } from 'vitest'
import { failureOf, first, lastRoute } from '../support/clients.ts'

/** Without values the driver speaks the simple protocol, with them the extended one. */
export const PROTOCOLS: [string, unknown[] | undefined][] = [
  ['simple', undefined],
  ['extended', []],
]

const READ = 'SELECT n FROM rows'

export function testControls(client: () => pg.Client): void {
  test('SET LOCAL, and what a transaction does to SET', async () => {
    const show = () => first(client(), 'SHOW freshet.route')
    await client().query('BEGIN')
    await client().query('SET LOCAL freshet.route = replica')
    expect(await show()).toBe('replica')
    await client().query('COMMIT')
    expect(await show()).toBe('auto')
    await client().query('BEGIN')
    await failureOf(client().query('SELECT 1/0'))
    expect((await failureOf(client().query('SET freshet.route = replica'))).code).toBe('25P02')
    await client().query('ROLLBACK')
    expect(await show()).toBe('auto')
    // `statement`: a server knows of the transaction before it ends.
    for (const statement of ['', 'UPDATE rows SET n = n', 'SELECT 1/0']) {
      for (const [end, left] of [
        ['ROLLBACK', 'auto'],
        ['ROLLBACK AND CHAIN', 'auto'],
        ['COMMIT', statement === 'SELECT 1/0' ? 'auto' : 'primary'],
        ['COMMIT AND CHAIN', statement === 'SELECT 1/0' ? 'auto' : 'primary'],
      ]) {
        await client().query('BEGIN')
        await client().query('SET LOCAL freshet.route = replica')
        await client().query('SET freshet.max_lag = 0')
        await client().query('SET freshet.route = primary')
        await client()
          .query(statement)
          .catch(() => {})
        await client().query(end!)
        expect([statement, end, await show()]).toEqual([statement, end, left])
        expect(await first(client(), 'SHOW freshet.max_lag')).toBe(left === 'auto' ? '3600s' : '0')
        await client().query('ROLLBACK')
        await client().query('RESET ALL')
        expect([await show(), await first(client(), 'SHOW freshet.max_lag')]).toEqual(['auto', '3600s'])
      }
    }
    await client().query('SET freshet.route = primary')
    await client().query('BEGIN')
    await client().query('RESET ALL')
    expect(await show()).toBe('auto')
    await client().query('ROLLBACK')
    expect(await show()).toBe('primary')
  })

  test('what is refused in a transaction fails it: nothing is committed without that', async () => {
    const refused: [string, string][] = [
      ["SET freshet.max_lag = 'nonsense'", '22023'],
      ["UPDATE rows SET n = n; SET freshet.max_lag = '1s'", '0A000'],
      ["UPDATE rows SET n = n FROM (SELECT set_config('freshet.max_lag', '1s', true)) s", '0A000'],
      ['SET freshet.max_lag FROM CURRENT', '22023'],
    ]
    for (const [sql, code] of refused) {
      for (const first of ['SELECT 1', 'UPDATE rows SET n = n']) {
        await client().query('BEGIN')
        await client().query(first)
        expect(await failureOf(client().query(sql))).toMatchObject({ code })
        expect(await failureOf(client().query('SELECT 1'))).toMatchObject({ code: '25P02' })
        expect((await client().query('COMMIT')).command).toBe('ROLLBACK')
      }
    }
  })

  test('names and values in every form that PostgreSQL knows', async () => {
    const show = () => first(client(), 'SHOW freshet.max_lag')
    for (const sql of [
      'SET "freshet.max_lag" = \'7s\'',
      'SET "Freshet".Max_Lag TO \'7s\'',
      "SET freshet.max_lag = E'7s'",
    ]) {
      await client().query(sql)
      expect([sql, await show()]).toEqual([sql, '7s'])
      await client().query('RESET "freshet".max_lag')
    }
    for (const sql of [
      "SET freshet.max_lag = U&'7s'",
      'SET freshet.max_lag FROM CURRENT',
      'SET freshet.max_lag = $$7s$$',
    ])
      expect([sql, (await failureOf(client().query(sql))).code]).toEqual([sql, '22023'])
    // None of these sets anything.
    for (const sql of [
      "SELECT n FROM rows -- set_config('freshet.max_lag', '1s', false)",
      'UPDATE rows SET n = n; SELECT $$; SET freshet.max_lag = 1$$',
      'UPDATE rows SET n = n; SELECT 1 AS "; SET freshet.max_lag"',
    ])
      await client().query(sql)
  })

  test.each(PROTOCOLS)('set_config() by the %s protocol says how it is done', async (_, values) => {
    const set = (local: boolean) => client().query(`SELECT set_config('freshet.max_lag', '2s', ${local})`, values)
    for (const local of [false, true]) expect(await failureOf(set(local))).toMatchObject({ code: '0A000' })
    expect(await first(client(), 'SHOW freshet.max_lag')).toBe('3600s')
    expect(await first(client(), "SELECT set_config('app.freshet.max_lag', '2s', false)")).toBe('2s')
  })

  test.each(PROTOCOLS)(
    'SET LOCAL by the %s protocol outside of a transaction does nothing, with a warning',
    async (_, values) => {
      const notices: string[] = []
      client().on('notice', ({ code }) => notices.push(code ?? ''))
      expect((await client().query('SET LOCAL freshet.route = primary', values)).command).toBe('SET')
      expect([notices, await first(client(), 'SHOW freshet.route')]).toEqual([['25P01'], 'auto'])
    },
  )

  test('settings in front of other statements in one text', async () => {
    const run = async (sql: string) =>
      ((await client().query(sql)) as unknown as pg.QueryResult[]).map(
        ({ command, rows }) => `${command} ${Object.values(rows[0] ?? {})}`,
      )
    const several = "SET freshet.max_lag='9s'; SHOW freshet.max_lag; SHOW freshet.token; RESET freshet.max_lag"
    expect(await run(several)).toEqual(['SET ', 'SHOW 9s', expect.stringMatching(/^SHOW pg:/), 'RESET '])
    const front = "SET freshet.route='primary'; SHOW freshet.route;"
    expect(await run(`${front} SELECT 1 AS one; SELECT 2`)).toEqual(['SET ', 'SHOW primary', 'SELECT 1', 'SELECT 2'])
    await client().query(`${front} SELECT 1`)
    expect((await lastRoute(client())).reason).toBe('hint')
    const error = await client()
      .query(`${front} SELECT nonsense`)
      .then(null, (failure: pg.DatabaseError) => failure)
    expect(error).toMatchObject({ code: '42703', position: String(front.length + 9) })
    const change = 'UPDATE rows SET n = -1'
    await client().query('BEGIN')
    await client().query('SELECT 1')
    expect(await failureOf(client().query(`SET freshet.max_lag='5s'; SET freshet.route=x; ${change}`))).toMatchObject({
      code: '22023',
    })
    expect(await failureOf(client().query(READ))).toMatchObject({ code: '25P02' })
    await client().query('ROLLBACK')
    for (const sql of [`${change}; SET freshet.route=auto`, `${front} ${change}; SET freshet.route=auto`])
      expect(await failureOf(client().query(sql))).toMatchObject({ code: '0A000' })
    expect(await first(client(), '/* freshet: route=primary */ SELECT min(n) FROM rows')).toBeGreaterThanOrEqual(0)
    // Text that only looks like it.
    await client().query("UPDATE rows SET n = n; SELECT '; set freshet.route = auto' -- ; set freshet.route = auto")
    await client().query('CREATE TEMP TABLE freshet (max_lag int); UPDATE freshet SET max_lag = freshet.max_lag')
  })

  test.each(PROTOCOLS)(
    'a wrong hint by the %s protocol is an error, and its statement is not run',
    async (_, values) => {
      const refused = async (hint: string, sql: string) => {
        const { code, message } = await failureOf(client().query(`/* freshet: ${hint} */ ${sql}`, values))
        return `${code} ${message}`
      }
      const change = 'UPDATE rows SET n = -1'
      expect(await refused('route=nowhere', change)).toBe(
        '22023 invalid value for parameter "freshet.route": "nowhere"',
      )
      expect(await lastRoute(client())).toEqual({ server: 'none', reason: 'hint' })
      expect(await refused('max_lag=abc', change)).toMatch(/^22023 /)
      expect(await refused('route', change)).toMatch(/^22023 /)
      expect(await refused('route=primary, nosuch=1', change)).toMatch(/^42704 .*"freshet.nosuch"/)
      expect(await refused('nosuch=1', 'EXPLAIN ROUTE SELECT 1')).toMatch(/^42704 /)
      expect(await refused('route=nowhere', 'BEGIN')).toMatch(/^22023 /)
      // Whether a server knows of the transaction or not, it has failed.
      for (const before of ['', 'UPDATE rows SET n = -2']) {
        await client().query('BEGIN')
        await client().query(before)
        expect(await refused('route=nowhere', change)).toMatch(/^22023 /)
        expect((await failureOf(client().query(READ))).code).toBe('25P02')
        expect((await client().query('/* freshet: route=nowhere */ COMMIT', values)).command).toBe('ROLLBACK')
      }
      expect(await first(client(), '/* freshet: route=primary */ SELECT min(n) FROM rows')).toBeGreaterThanOrEqual(0)
    },
  )
}
