/** Where the statements of a session would run: tables of what it sends, in order. */
import { describe, expect, test } from 'vitest'
import { Bounded } from '../../../src/cli/explain/bounded.ts'
import { type EngineName, judgeOffline } from '../../../src/cli/explain/judge.ts'
import { Workload } from '../../../src/cli/explain/workload.ts'

async function placesOf(engine: EngineName, statements: readonly string[]): Promise<string[]> {
  const judge = await judgeOffline(engine)
  const places: string[] = []
  const workload = new Workload(judge, judge, ({ placement }) => {
    places.push(`${placement.to} ${placement.because}`)
    return null
  })
  for (const statement of statements) {
    // Another session in between must not matter.
    const [session, text] = statement.startsWith('2: ') ? ['2', statement.slice(3)] : ['1', statement]
    workload.take({ kind: 'statement', text, line: 1, session, database: null, ms: null })
  }
  return places
}

const POSTGRES: [string, [string, string][]][] = [
  [
    'autocommit',
    [
      ['SELECT 1', 'replica read'],
      ['INSERT INTO t VALUES (1)', 'primary write'],
      ['SELECT 1', 'replica read'],
    ],
  ],
  [
    'a transaction',
    [
      ['BEGIN', 'local local'],
      ['SELECT 1', 'primary transaction'],
      ['2: SELECT 1', 'replica read'],
      ['SELECT 2', 'primary in-transaction'],
      ['INSERT INTO t VALUES (1)', 'primary write'],
      ['COMMIT', 'primary in-transaction'],
      ['SELECT 1', 'replica read'],
    ],
  ],
  [
    'two transactions at once',
    [
      ['BEGIN READ ONLY', 'local local'],
      ['2: BEGIN', 'local local'],
      ['SELECT 1', 'replica read-only-transaction'],
      ['2: SELECT 1', 'primary transaction'],
      ['2: ROLLBACK', 'primary in-transaction'],
      ['SELECT 2', 'replica read-only-transaction'],
      ['COMMIT', 'replica read-only-transaction'],
    ],
  ],
  [
    'an empty one',
    [
      ['BEGIN', 'local local'],
      ['COMMIT', 'local local'],
      ['SELECT 1', 'replica read'],
    ],
  ],
  [
    'read only by SET TRANSACTION',
    [
      ['BEGIN', 'local local'],
      ['SET TRANSACTION READ ONLY', 'local local'],
      ['SELECT 1', 'replica read-only-transaction'],
      ['END', 'replica read-only-transaction'],
    ],
  ],
  [
    'serializable is for the primary',
    [
      ['BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY', 'local local'],
      ['SELECT 1', 'primary transaction'],
    ],
  ],
  [
    'a read-only transaction that needs the primary stays there',
    [
      ['BEGIN READ ONLY', 'local local'],
      ['SELECT 1', 'replica read-only-transaction'],
      ["SELECT nextval('s')", 'primary write'],
      ['SELECT 1', 'primary in-transaction'],
    ],
  ],
  [
    'COMMIT AND CHAIN',
    [
      ['BEGIN', 'local local'],
      ['SELECT 1', 'primary transaction'],
      ['COMMIT AND CHAIN', 'primary in-transaction'],
      ['SELECT 1', 'primary in-transaction'],
    ],
  ],
  [
    'begun among others',
    [
      ['BEGIN; INSERT INTO t VALUES (1)', 'primary multi-statement'],
      ['SELECT 1', 'primary in-transaction'],
      ['COMMIT', 'primary in-transaction'],
      ['SELECT 1', 'replica read'],
    ],
  ],
  [
    'hints',
    [
      ['/* freshet: route=primary */ SELECT 1', 'primary hint'],
      ['SHOW freshet.server', 'local local'],
    ],
  ],
  [
    'strings',
    [
      ['SET standard_conforming_strings = off', 'primary session-state'],
      ["SELECT 'a\\'", 'primary unparsed'],
      ['SET standard_conforming_strings TO on', 'primary session-state'],
      ["SELECT 'a\\'", 'replica read'],
    ],
  ],
  [
    'what a session holds pins it',
    [
      ['CREATE TEMP TABLE x (a int) ON COMMIT DROP', 'primary write'],
      ['SELECT 1', 'replica read'],
      ['LISTEN x', 'primary session-state'],
      ['SELECT 1', 'primary pinned'],
      ['UNLISTEN *', 'primary session-state'],
      ['SELECT pg_advisory_lock(1)', 'primary locking-read'],
      ['SELECT 1', 'primary pinned'],
      ['SELECT pg_advisory_unlock(1)', 'primary locking-read'],
      ['SELECT 1', 'replica read'],
      ['CREATE TEMPORARY TABLE x (a int)', 'primary write'],
      ['SELECT 1', 'primary pinned'],
      ['DISCARD ALL', 'primary session-state'],
      ['SELECT 1', 'replica read'],
    ],
  ],
]

const MYSQL: [string, [string, string][]][] = [
  [
    'a transaction',
    [
      ['START TRANSACTION', 'local local'],
      ['SELECT 1', 'primary transaction'],
      ['SELECT 2', 'primary in-transaction'],
      ['COMMIT', 'primary in-transaction'],
      ['SELECT 1', 'replica read'],
    ],
  ],
  [
    'a read-only one',
    [
      ['START TRANSACTION READ ONLY', 'local local'],
      ['SELECT 1', 'replica read-only-transaction'],
      ['COMMIT', 'replica read-only-transaction'],
    ],
  ],
  [
    'DDL ends it',
    [
      ['BEGIN', 'local local'],
      ['SELECT 1', 'primary transaction'],
      ['CREATE TABLE t (a int)', 'primary write'],
      ['SELECT 1', 'replica read'],
    ],
  ],
  [
    'without autocommit',
    [
      ['SET autocommit = 0', 'primary session-state'],
      ['SELECT 1', 'primary transaction'],
      ['SELECT 1', 'primary in-transaction'],
      ['COMMIT', 'primary in-transaction'],
      ['SET autocommit = 1', 'primary session-state'],
      ['SELECT 1', 'replica read'],
    ],
  ],
  [
    'a user variable pins',
    [
      ['SET @a = 1', 'primary session-state'],
      ['SELECT 1', 'primary pinned'],
      ['2: SELECT 1', 'replica read'],
    ],
  ],
  [
    'sql_mode',
    [
      ["SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'", 'primary session-state'],
      ["SELECT 'a\\'", 'replica read'],
    ],
  ],
]

describe.each([
  ['postgres', POSTGRES],
  ['mysql', MYSQL],
  ['mariadb', MYSQL],
] as const)('%s', (engine, cases) => {
  test.each(cases)('%s', async (_, steps) => {
    const places = await placesOf(
      engine,
      steps.map(([statement]) => statement),
    )
    expect(places).toEqual(steps.map(([, expected]) => expected))
  })
})

test('a bounded number of sums is kept, and the frequent ones are among them', () => {
  const sums = new Bounded<{ count: number; readonly key: number }>(100)
  for (let turn = 0; turn < 5000; turn++) {
    sums.get(-1 - (turn % 3), () => ({ count: 0, key: -1 - (turn % 3) })).count++
    sums.get(turn, () => ({ count: 0, key: turn })).count++
  }
  expect(sums.size).toBeLessThanOrEqual(100)
  expect(sums.forgot).toBe(true)
  expect(
    sums
      .top(3)
      .map(({ key }) => key)
      .sort(),
  ).toEqual([-1, -2, -3].sort())
  expect(sums.top(1)[0]!.count).toBeGreaterThan(1600)
})
