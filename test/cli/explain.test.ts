import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { explain, explainText } from '../../src/cli/explain.ts'
import { UsageError } from '../../src/cli/usage.ts'
import { printed } from '../support/printed.ts'

test.each([
  ['SELECT 1', 'read'],
  ['INSERT INTO t VALUES (1)', 'write'],
  ["SELECT nextval('s')", 'write'],
  ['SELECT random_things(), pg_sleep(1)', 'unknown-function'],
  ['SELECT my_own(1)', 'unknown-function'],
  ['SELEC', 'unparsed'],
  ['SHOW freshet.server', 'local'],
])('%s counts as %s', async (sql, reason) => {
  const rows = new Map(await explainText(sql))
  expect(rows.get('because')?.split(':')[0]).toBe(reason)
})

test.each([
  ['mysql', 'SELECT 1 AS `a` WHERE "x" = \'x\' # and no more', 'read'],
  ['mysql', 'SELECT a FROM t', 'unknown-relation'],
  ['mysql', 'SELECT /*!80000 SQL_NO_CACHE */ 1', 'read'],
  ['mysql', 'INSERT INTO t VALUES (1)', 'write'],
  ['mysql', 'SELECT a FROM t LOCK IN SHARE MODE', 'locking-read'],
  ['mysql', "SELECT GET_LOCK('a', 1)", 'locking-read'],
  ['mysql', "SELECT a FROM t INTO OUTFILE '/tmp/a'", 'server-specific'],
  ['mysql', 'SELECT my_own(1)', 'unknown-function'],
  ['mysql', 'SHOW freshet.server', 'local'],
  ['mariadb', 'SELECT NEXTVAL(s)', 'write'],
] as const)('%s: %s counts as %s', async (engine, sql, reason) => {
  const rows = new Map(await explainText(sql, engine))
  expect(rows.get('because')?.split(':')[0]).toBe(reason)
})

test('what a MySQL statement leaves behind is told', async () => {
  expect(new Map(await explainText('SELECT @a := 1', 'mysql')).get('pins')).toContain('user-variable')
  expect(new Map(await explainText('SHOW WARNINGS', 'mariadb')).get('previous')).toContain('warnings')
  expect(new Map(await explainText('CREATE TABLE t (a int)', 'mysql')).has('commits')).toBe(true)
})

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-explain-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const fileOf = (content: string | Buffer): string => {
    const file = join(folder, `${randomUUID()}.txt`)
    writeFileSync(file, content)
    return file
  }

  async function outputOf(...args: string[]): Promise<string> {
    const { code, output } = await printed(explain, args)
    expect(code).toBe(0)
    return output
  }
  const objects = async (...args: string[]) =>
    (await outputOf('--json', ...args))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))

  const SQL = fileOf("SELECT 1;\nBEGIN;\nSELECT 'a;b';\nCOMMIT;\nINSERT INTO t VALUES ('4111');\n")
  const GENERAL = fileOf(
    `\t\t    5 Query\tSELECT 1\n\t\t    6 Query\tBEGIN\n\t\t    5 Query\tSELECT 2\n\t\t    6 Query\tSELECT 3\n`,
  )
  const SLOW = fileOf(
    ['SELECT 1', "UPDATE t SET card = '4111' WHERE id = 1", "UPDATE t SET card = '4222' WHERE id = 2", 'DELETE FROM t']
      .map(
        (sql, index) =>
          `# User@Host: a[a] @ h []  Id: 7\n# Query_time: ${index + 1}.0  Lock_time: 0\nSET timestamp=1;\n${sql};\n`,
      )
      .join(''),
  )

  test('each statement, for people', async () => {
    const text = await outputOf('--file', SQL)
    expect(text.match(/^-- line \d+$/gm)).toEqual(['-- line 1', '-- line 2', '-- line 3', '-- line 4', '-- line 5'])
    expect(text).toMatch(
      /SELECT 'a;b'\nverdict +a plain read: may run on a replica\nbecause .*\nhere +primary: transaction: /,
    )
  })

  test('each statement, as JSON', async () => {
    expect(await objects('--file', SQL)).toMatchObject([
      { line: 1, statement: 'SELECT 1', target: 'replica', reason: 'read', class: 'read', tables: [], functions: [] },
      { line: 2, target: 'local', reason: 'local' },
      { line: 3, target: 'primary', reason: 'transaction', class: 'read', because: 'read' },
      { line: 4, target: 'primary', reason: 'in-transaction' },
      { line: 5, target: 'primary', reason: 'write', tables: ['t'] },
    ])
    expect(await objects('SELECT 1; DELETE FROM t')).toMatchObject([{ statements: 2, reason: 'multi-statement' }])
  })

  test('a log is recognised, its engine too, and its sessions are kept apart', async () => {
    const found = await objects('-f', GENERAL)
    expect(found.map(({ session, target }) => `${session} ${target}`)).toEqual([
      '5 replica',
      '6 local',
      '5 replica',
      '6 primary',
    ])
  })

  test('the summary has shares, times, digests without literals, and advice', async () => {
    const [summary] = await objects('--summary', '--file', SLOW)
    expect(summary).toMatchObject({ engine: 'mysql', catalog: null, statements: 4, timed: 4 })
    expect(summary.replica).toEqual({ count: 1, ms: 1000, share: 0.25, time_share: 0.1 })
    expect(summary.reasons).toMatchObject([
      {
        reason: 'write',
        count: 3,
        ms: 9000,
        digests: [{ count: 2, ms: 5000, text: 'update t set card=? where id=?' }, { count: 1 }],
      },
    ])
    const text = await outputOf('--summary', '--file', SLOW, '--top', '1')
    expect(text).toMatch(/would run on replicas +1 +25\.0 % +10\.0 % of the time/)
    expect(text).toMatch(/-> nothing: writes belong there/)
    expect(text).toMatch(/1 {2}\(others: 1 more kinds\)/)
    expect(text).toContain('the log shows no transactions')
    expect(text).not.toContain('4111')
  })

  test('invalid UTF-8 goes through, and a byte order mark is no letter', async () => {
    const file = fileOf(
      Buffer.concat([
        Buffer.from('\ufeffSELECT '),
        Buffer.from([0x27, 0xff, 0xfe, 0x27]),
        Buffer.from(' AS é; SELECT 2;'),
      ]),
    )
    expect(await objects('-f', file)).toMatchObject([
      { target: 'replica', statement: "SELECT '\ufffd\ufffd' AS é" },
      { line: 1 },
    ])
  })

  test.each([
    ['a file that is not there', () => ['-f', join(folder, 'none')], /none cannot be read: ENOENT/],
    ['a folder', () => ['-f', folder], /cannot be read: EISDIR/],
    ['an empty file', () => ['-f', fileOf(' \n')], /is empty/],
    ['what is no SQL', () => ['-f', fileOf('10.0.0.1 - - "GET /"\n')], /none of: .*--format/s],
    ['a compressed file', () => ['-f', fileOf(Buffer.from([0x1f, 0x8b, 8, 0]))], /zcat/],
    ['a log without statements', () => ['-f', fileOf('[1] LOG:  starting PostgreSQL 18\n')], /holds no statement/],
    ['a file of comments', () => ['--format', 'sql', '-f', fileOf('-- nothing\n')], /holds no statement/],
    ['another engine', () => ['-e', 'postgres', '-f', GENERAL], /--engine postgres, but this is a general query log/],
    [
      'another engine of the catalog',
      () => ['-c', 'postgres://a@h/b', '-f', GENERAL],
      /--catalog is one of postgres, but this is a general/,
    ],
    [
      'an engine and a catalog',
      () => ['-e', 'mysql', '-c', 'postgres://a@h/b', 'SELECT 1'],
      /--engine mysql, but --catalog is one of postgres/,
    ],
    ['no engine', () => ['-e', 'oracle', 'SELECT 1'], /there are postgres, mysql, mariadb/],
    ['no format', () => ['--format', 'xml', '-f', SQL], /there are postgres-json/],
    ['no connection string', () => ['-c', 'db1', 'SELECT 1'], /--catalog: .*is not a connection string/],
    ['a scheme that is not known', () => ['-c', 'oracle://a@h', 'SELECT 1'], /oracle:\/\/ is not known/],
    ['no number', () => ['--top', 'x', '-s', '-f', SQL], /--top x: a number/],
    ['two statements', () => ['SELECT 1', 'SELECT 2'], /one statement, in quotes/],
    ['a statement and a file', () => ['-f', SQL, 'SELECT 2'], /either a statement or --file/],
    ['a summary of one', () => ['-s', 'SELECT 2'], /--summary is for a --file/],
    ['sql_mode for PostgreSQL', () => ['--sql-mode', 'ANSI', 'SELECT 2'], /--sql-mode is for MySQL/],
    ['nothing', () => [], /see --help/],
  ])('%s is named', async (_, args, message) => {
    const failure = await explain(args()).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UsageError)
    expect((failure as Error).message).toMatch(message)
  })

  test('a catalog that cannot be read is exit code 1', async () => {
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
    try {
      // Nobody listens on port 1.
      expect(await explain(['-c', 'postgres://a:secret@127.0.0.1:1/b', 'SELECT 1'])).toBe(1)
      expect(spy.mock.calls.join()).toMatch(/no catalog could be read: .*127\.0\.0\.1:1.*ECONNREFUSED/)
      expect(spy.mock.calls.join()).not.toContain('secret')
    } finally {
      spy.mockRestore()
    }
  })

  test('standard input', async () => {
    const child = execFile(process.execPath, ['bin/freshet.js', 'explain', '--json', '-'])
    child.stdin!.end('SELECT 1;\nSELECT 2')
    let output = ''
    child.stdout!.on('data', (text) => {
      output += text
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(0)
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).statement),
    ).toEqual(['SELECT 1', 'SELECT 2'])
  })
})
