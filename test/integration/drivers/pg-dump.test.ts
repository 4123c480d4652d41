import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { succeed } from './programs.ts'
import { startTarget, type Target } from './target.ts'

let target: Target
let folder: string
const from = 'postgresql-client'
const run = (program: string, ...args: string[]) => succeed(program, args, { env: target.env, from })

async function ask(sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client(target.url)
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

/** Everything that must come back the same, as one text. */
async function fingerprint(): Promise<string> {
  const { rows } =
    await ask(`/* freshet: route=primary */ SELECT md5(string_agg(line, E'\\n' ORDER BY line)) AS sum, count(*)::int AS n FROM (
      SELECT i::text AS line FROM dumped.items i UNION ALL SELECT o::text FROM dumped.orders o
      UNION ALL SELECT v::text FROM dumped.totals v UNION ALL SELECT last_value::text FROM dumped.numbers
      UNION ALL SELECT dumped.twice(21)::text) AS lines`)
  expect(rows[0].n).toBeGreaterThan(3000)
  return rows[0].sum
}

beforeAll(async () => {
  target = await startTarget({ clientPrograms: true })
  folder = mkdtempSync(join(tmpdir(), 'freshet-dump-'))
  await ask(`
    DROP SCHEMA IF EXISTS dumped CASCADE; CREATE SCHEMA dumped;
    CREATE SEQUENCE dumped.numbers START 42; SELECT nextval('dumped.numbers');
    CREATE TABLE dumped.items (id int PRIMARY KEY DEFAULT nextval('dumped.numbers'), name text NOT NULL, data jsonb, raw bytea);
    CREATE TABLE dumped.orders (id bigserial PRIMARY KEY, item int NOT NULL REFERENCES dumped.items, at timestamptz DEFAULT now());
    CREATE INDEX ON dumped.orders (item);
    CREATE VIEW dumped.totals AS SELECT item, count(*) AS n FROM dumped.orders GROUP BY item;
    CREATE FUNCTION dumped.twice(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN n * 2; END $$;
    INSERT INTO dumped.items SELECT n, E'tab\\t newline\\n back\\\\slash ' || n, jsonb_build_object('n', n), decode(md5(n::text), 'hex')
      FROM generate_series(1000, 1999) AS n;
    INSERT INTO dumped.orders (item) SELECT 1000 + n % 1000 FROM generate_series(1, 2000) AS n;
  `)
})
afterAll(async () => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  await target?.stop()
})

describe('pg_dump and pg_restore', () => {
  it.each([
    ['plain', []],
    ['custom', []],
    // Two connections share one exported snapshot.
    ['directory', ['-j', '2']],
  ])('%s, there and back', async (format, parallel) => {
    const before = await fingerprint()
    const file = join(folder, format)
    await run('pg_dump', '-n', 'dumped', '-F', format, ...parallel, '-f', file)
    await ask('DROP SCHEMA dumped CASCADE')
    if (format === 'plain') await run('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file)
    else await run('pg_restore', '--exit-on-error', '-d', target.database, ...parallel, file)
    expect(await fingerprint()).toBe(before)
  })

  it('as INSERT statements in a single transaction', async () => {
    const before = await fingerprint()
    const file = join(folder, 'inserts')
    await run('pg_dump', '-n', 'dumped', '-F', 'custom', '--inserts', '--rows-per-insert=100', '-f', file)
    await run('pg_restore', '--clean', '--single-transaction', '-d', target.database, file)
    expect(await fingerprint()).toBe(before)
  })
})
