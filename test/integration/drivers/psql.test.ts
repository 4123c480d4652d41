import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start, succeed } from './programs.ts'
import { startTarget, type Target } from './target.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget({ clientPrograms: true })
})
afterAll(() => target?.stop())

const from = 'postgresql-client'
const ARGS = ['-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1']
const psql = (input: string, env: NodeJS.ProcessEnv = {}) =>
  succeed('psql', ARGS, { env: { ...target.env, ...env }, input, from })

describe('psql', () => {
  it('tables, transactions, savepoints, prepared statements, settings', async () => {
    const { out } = await psql(`
      \\set QUIET on
      DROP TABLE IF EXISTS psql_items;
      CREATE TABLE psql_items (id int PRIMARY KEY, name text);
      BEGIN; INSERT INTO psql_items VALUES (1, 'one'); COMMIT;
      BEGIN; INSERT INTO psql_items VALUES (2, 'two'); ROLLBACK;
      BEGIN; SAVEPOINT s; INSERT INTO psql_items VALUES (3, 'three'); ROLLBACK TO s; INSERT INTO psql_items VALUES (4, 'four'); COMMIT;
      SELECT * FROM psql_items ORDER BY id;
      PREPARE named (int) AS SELECT name FROM psql_items WHERE id = $1;
      EXECUTE named (4);
      SET search_path = pg_catalog; SHOW search_path; RESET search_path;
      SELECT 1 AS a, 2 AS b \\gset
      SELECT :a + :b;
      SELECT 'first' \\; SELECT 'second';
      SELECT count(*) FROM psql_items;
    `)
    expect(out.trim().split('\n')).toEqual(['1|one', '4|four', 'four', 'pg_catalog', '3', 'first', 'second', '2'])
  })

  it('errors keep their code and position, and the session goes on', async () => {
    const { out, err } = await psql(`
      \\set ON_ERROR_STOP off
      \\set VERBOSITY verbose
      SELECT 1 / 0;
      \\echo :SQLSTATE
      SELECT * FROM no_such_table;
      \\echo :SQLSTATE
      SELECT 'alive';
    `)
    expect(out.trim().split('\n')).toEqual(['22012', '42P01', 'alive'])
    expect(err).toContain('ERROR:  22012: division by zero')
    expect(err).toMatch(/LINE 1: SELECT \* FROM no_such_table;\n\s+\^/)
  })

  it('COPY in both directions', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `${n}\tname ${n}`)
    const { out } = await psql(
      [
        'CREATE TEMP TABLE copied (id int, name text);',
        'COPY copied FROM STDIN;',
        ...lines,
        '\\.',
        'COPY copied TO STDOUT;',
      ].join('\n'),
    )
    expect(out.trim().split('\n')).toEqual(['CREATE TABLE', 'COPY 20000', ...lines])
  })

  it('notices and notifications', async () => {
    const { out, err } = await psql(`
      DO $$ BEGIN RAISE NOTICE 'look here'; END $$;
      LISTEN psql_news;
      NOTIFY psql_news, 'hello';
      SELECT 1;
    `)
    expect(err).toContain('NOTICE:  look here')
    expect(out).toMatch(
      /Asynchronous notification "psql_news" with payload "hello" received from server process with PID \d+/,
    )
  })

  it('describes tables', async () => {
    const { out } = await psql(
      'CREATE TABLE IF NOT EXISTS psql_items (id int PRIMARY KEY, name text);\n\\t off\n\\d psql_items\n\\l\n\\du',
    )
    expect(out).toContain('psql_items_pkey')
  })

  it('a query that is interrupted ends with 57014', async () => {
    const marker = `interrupt me ${process.pid}`
    const sleeping = start(
      'psql',
      [...ARGS, '-v', 'VERBOSITY=verbose', '-c', `/* freshet: route=primary */ SELECT pg_sleep(60) /* ${marker} */`],
      {
        env: target.env,
        from,
      },
    )
    const watcher = new pg.Client(target.url)
    await watcher.connect()
    try {
      for (let running = false; !running; ) {
        const { rows } = await watcher.query(
          '/* freshet: route=primary */ SELECT 1 FROM pg_stat_activity WHERE query LIKE $1 AND pid <> pg_backend_pid()',
          [`%${marker}%`],
        )
        running = rows.length > 0
      }
    } finally {
      await watcher.end()
    }
    sleeping.interrupt()
    const { code, err } = await sleeping.ended
    expect(err).toContain('57014')
    expect(code).not.toBe(0)
  })

  it('a login that fails says what the server says', async () => {
    const failing = (env: NodeJS.ProcessEnv) =>
      start('psql', [...ARGS, '-c', 'SELECT 1'], { env: { ...target.env, ...env }, from }).ended
    expect((await failing({ PGPASSWORD: 'wrong' })).err).toContain(
      `FATAL:  password authentication failed for user "${target.user}"`,
    )
    expect((await failing({ PGUSER: 'nobody_here' })).err).toContain(
      'FATAL:  password authentication failed for user "nobody_here"',
    )
    expect((await failing({ PGDATABASE: 'no_such_db' })).err).toContain('FATAL:  database "no_such_db" does not exist')
  })
})
