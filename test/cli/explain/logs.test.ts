/** The readers of logs, on lines as servers write them (test/integration/explain.test.ts has the servers write some), and on anything else. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { detect, FORMATS, type FormatName } from '../../../src/cli/explain/detect.ts'
import type { Entry } from '../../../src/cli/explain/entry.ts'

function entriesOf(format: FormatName, text: string, size = text.length || 1): Entry[] {
  const found: Entry[] = []
  const reader = FORMATS[format].reader((entry) => found.push(entry), { engine: 'mysql', escapes: () => true })
  for (let at = 0; at < text.length; at += size) reader.feed(text.slice(at, at + size))
  reader.end()
  return found
}

const inShort = (entries: Entry[]): string[] =>
  entries.map((entry) => {
    if (entry.kind === 'statement') {
      const { line, session, database, ms, text } = entry
      return [line, session ?? '-', database ?? '-', ms ?? '-', text].join(' ')
    }
    const { kind, session, ...rest } = entry
    return [kind, session ?? '-', ...Object.values(rest)].join(' ')
  })

const MYSQL_SLOW = `/usr/sbin/mysqld, Version: 9.7.4 ((Debian)). started with:
Tcp port: 3306  Unix socket: /run/mysqld.sock
Time                 Id Command    Argument
# Time: 2026-11-27T23:34:04.307424Z
# User@Host: root[root] @ localhost []  Id:     8
# Query_time: 0.000207  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 1
use app;
SET timestamp=1795822444;
INSERT INTO t VALUES ('it''s
# Time: 2026-11-27T23:34:04Z
line;');
# Time: 2026-11-27T23:34:04.330996Z
# User@Host: app[app] @  [127.0.0.1]  Id:     9
# Query_time: 0.000324  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0
SET timestamp=1795822444;
# administrator command: Prepare;
# Time: 2026-11-27T23:34:04.333759Z
# User@Host: app[app] @  [127.0.0.1]  Id:     9
# Query_time: 1.5  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0
SET timestamp=1795822444;
SELECT 5 -- end;
# User@Host: app[app] @  [127.0.0.1]  Id:     9
# Query_time: 0.000020  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 1
SET timestamp=1795822444;
# administrator command: Quit;
`

const MARIADB_SLOW = `# Time: 261127 23:34:05
# User@Host: root[root] @ localhost []
# Thread_id: 4  Schema: app  QC_hit: No
# Query_time: 0.000354  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
# Rows_affected: 0  Bytes_sent: 57
#
# explain: id\tselect_type
#
use \`a\`\`b\`;
SET timestamp=1795822445;
SELECT *
FROM t
;
# User@Host: app[app] @  [127.0.0.1]
# Thread_id: 5  Schema: app  QC_hit: No
# Query_time: 0.006390  Lock_time: 0.000135  Rows_sent: 0  Rows_examined: 0
SET last_insert_id=4,insert_id=5,timestamp=1795822445.123456;
INSERT INTO t VALUES (1);
`

const MYSQL_GENERAL = `/usr/sbin/mysqld, Version: 9.7.4 ((Debian)). started with:
Tcp port: 3306  Unix socket: /run/mysqld.sock
Time                 Id Command    Argument
2026-11-27T23:34:04.260828Z\t    0 Execute\tCREATE TABLE performance_schema.x(
)engine = 'performance_schema'
2026-11-27T23:34:04.317110+02:00\t    9 Connect\tapp@127.0.0.1 on app using TCP/IP
2026-11-27T23:34:04.325243Z\t    9 Query\tINSERT INTO t VALUES (1, 'it''s
\tmulti
# Time: fake
line;')
2026-11-27T23:34:04.330981Z\t   10 Prepare\tSELECT a FROM t WHERE b = ?
2026-11-27T23:34:04.332287Z\t   10 Execute\tSELECT a FROM t WHERE b = 'x'
2026-11-27T23:34:04.333686Z\t    9 Init DB\tother
2026-11-27T23:34:04.350366Z\t    9 Quit\t
`

const MARIADB_GENERAL = `Time\t\t    Id Command\tArgument
261127 23:34:05\t     4 Connect\troot@localhost on app using Socket
\t\t     4 Query\tSELECT 1
\t\t     5 Query\tSELECT *
FROM t
\t     WHERE a = 1
261127  3:04:05\t     5 Quit\t
`

const POSTGRES_LOG = `2026-11-27 23:34:02.148 UTC [31434] LOG:  starting PostgreSQL 18
2026-11-27 23:34:02.629 UTC [31442] app@shop LOG:  statement: INSERT INTO t VALUES (1, 'it''s
\t\tmulti
\tline')
2026-11-27 23:34:02.629 UTC [31442] app@shop LOG:  duration: 0.482 ms
2026-11-27 23:34:02.633 UTC [31442] app@shop LOG:  duration: 0.141 ms  parse <unnamed>: SELECT a FROM t WHERE b = $1
2026-11-27 23:34:02.633 UTC [31443] app@shop LOG:  execute S_1/C_2: SELECT b
\tFROM t WHERE a = $1
2026-11-27 23:34:02.633 UTC [31443] app@shop DETAIL:  Parameters: $1 = 'x
\tLOG:  statement: SELECT no'
2026-11-27 23:34:02.634 UTC [31443] app@shop LOG:  duration: 2.5 ms  execute fetch from C_2: SELECT b
2026-11-27 23:34:02.636 UTC [31442] app@shop ERROR:  syntax error at or near "SELEC" at character 1
2026-11-27 23:34:02.636 UTC [31442] app@shop STATEMENT:  SELEC
2026-11-27 23:34:02.637 UTC [31442] app@shop LOG:  disconnection: session time: 0:00:00.022 user=app
`

const csv = (message: string, detail = '', severity = 'LOG') =>
  `2026-11-27 23:34:02.629 UTC,"app","shop",31442,"127.0.0.1:60770",6b0a136a.7ad2,3,"idle",2026-11-27 23:34:02 UTC,8/3,0,${severity},00000,"${message}",${detail},,,,,,,,"","client backend",,0\n`
const POSTGRES_CSV = [
  csv('statement: SELECT ""a"",\n\'x,y\''),
  csv('duration: 0.5 ms'),
  csv('execute <unnamed>: SELECT $1', '"Parameters: $1 = \'a\nb\'"'),
  csv('syntax error', '', 'ERROR'),
].join('')

const json = (message: string, more = {}) =>
  `${JSON.stringify({ timestamp: '2026-11-27 23:34:02.620 UTC', dbname: 'shop', pid: 7, session_id: '6b0a.7ad2', error_severity: 'LOG', message, ...more })}\n`
const POSTGRES_JSON = [
  json('statement: SELECT 1\n\tFROM t'),
  json('syntax error', { error_severity: 'ERROR' }),
  json('duration: 3 ms  statement: SELECT 2', { session_id: undefined }),
].join('')

const SAMPLES: [FormatName, string, string[]][] = [
  [
    'mysql-slow',
    MYSQL_SLOW,
    [
      'use 8 app',
      "9 8 - 0.207 INSERT INTO t VALUES ('it''s\n# Time: 2026-11-27T23:34:04Z\nline;')",
      '21 9 - 1500 SELECT 5 -- end',
      'over 9',
    ],
  ],
  [
    'mysql-slow',
    MARIADB_SLOW,
    ['use 4 a`b', '11 4 app 0.354 SELECT *\nFROM t\n', '18 5 app 6.39 INSERT INTO t VALUES (1)'],
  ],
  [
    'mysql-general',
    MYSQL_GENERAL,
    [
      'over 9',
      "7 9 - - INSERT INTO t VALUES (1, 'it''s\n\tmulti\n# Time: fake\nline;')",
      "12 10 - - SELECT a FROM t WHERE b = 'x'",
      'use 9 other',
      'over 9',
    ],
  ],
  [
    'mysql-general',
    MARIADB_GENERAL,
    ['over 4', '3 4 - - SELECT 1', '4 5 - - SELECT *\nFROM t\n\t     WHERE a = 1', 'over 5'],
  ],
  [
    'postgres-log',
    POSTGRES_LOG,
    [
      "2 31442 shop - INSERT INTO t VALUES (1, 'it''s\n\tmulti\nline')",
      'duration 31442 0.482 last',
      'duration 31442 0.141 next',
      '7 31443 shop - SELECT b\nFROM t WHERE a = $1',
      '11 31443 shop 2.5 SELECT b',
      'over 31442',
    ],
  ],
  [
    'postgres-csv',
    POSTGRES_CSV,
    [
      '1 6b0a136a.7ad2 shop - SELECT "a",\n\'x,y\'',
      'duration 6b0a136a.7ad2 0.5 last',
      '4 6b0a136a.7ad2 shop - SELECT $1',
    ],
  ],
  ['postgres-json', POSTGRES_JSON, ['1 6b0a.7ad2 shop - SELECT 1\n\tFROM t', '3 7 shop 3 SELECT 2']],
]

describe.each(SAMPLES)('%s', (format, text, expected) => {
  test('is found out, and read', () => {
    expect(detect(text)).toBe(format)
    expect(inShort(entriesOf(format, text))).toEqual(expected)
  })

  test('in pieces of any size, and with the line ends of Windows', () => {
    for (const size of [1, 2, 3, 17, 100]) expect(inShort(entriesOf(format, text, size))).toEqual(expected)
    if (format === 'postgres-csv') return
    const ends = (lines: string[]) => lines.map((line) => line.replaceAll('\r', ''))
    expect(ends(inShort(entriesOf(format, text.replaceAll('\n', '\r\n'))))).toEqual(expected)
  })

  test('what is cut or damaged anywhere is read as far as it goes', () => {
    fc.assert(
      fc.property(
        fc.nat(text.length),
        fc.nat(text.length),
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.integer({ min: 1, max: 300 }),
        (from, to, rubbish, size) => {
          const damaged =
            text.slice(0, Math.min(from, to)) + Buffer.from(rubbish).toString('latin1') + text.slice(Math.max(from, to))
          const whole = entriesOf(format, damaged)
          expect(entriesOf(format, damaged, size)).toEqual(whole)
          // It goes on behind the damage: no more is lost than what the damage could have touched.
          expect(whole.length).toBeLessThanOrEqual(damaged.split('\n').length)
        },
      ),
      { numRuns: 300 },
    )
  })
})

test('every reader takes anything, also what is of another format, and detection too', () => {
  const texts = SAMPLES.map(([, text]) => text)
  const lines = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text).toString('latin1')),
    fc.constantFrom(...texts.flatMap((text) => text.split('\n'))),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(FORMATS) as FormatName[])),
      fc.array(lines, { maxLength: 30 }),
      (format, some) => {
        const text = some.join('\n')
        for (const entry of entriesOf(format, text)) expect(entry.kind).toMatch(/^(statement|duration|over|use)$/)
        expect(['string', 'object']).toContain(typeof detect(text))
      },
    ),
    { numRuns: 2000 },
  )
})

/** What backtracking would take for hours on: the test's own time limit is what fails then. */
test.each([
  ['# User@Host: a[b] @ ', '['],
  ['', ', Version: '],
  ['2026 ', 'a'],
  ['\t\t    5 Query\tSELECT', ' '],
  ['\t\t    5 Query\tSELECT ', '\n'],
  ['[1] LOG:  execute ', 'x'],
  ['[1] LOG:  ', 'duration: 1 ms  '],
  ['', '/*'],
  ['', "'"],
  ['', '"'],
  ['SELECT ', '('],
  ['', '$a'],
  ['', '\\'],
  ['COPY t FROM stdin;', '\\.'],
  ['# Time: 261127 23:34:05\n# Query_time: 1\n', 'Id: '],
  ['SET timestamp=1;\n', '; '],
])(
  '%j and half a megabyte of %j is read in one pass',
  (begin, again) => {
    const text = begin + again.repeat((512 * 1024) / again.length)
    for (const format of Object.keys(FORMATS) as FormatName[]) {
      for (const ending of ['x', ';\n[1] LOG:  statement: SELECT 1\n']) {
        expect(entriesOf(format, text + ending, 256 * 1024).length).toBeLessThan(1_100_000)
        expect(['string', 'object']).toContain(typeof detect((text + ending).slice(0, 64 * 1024)))
      }
    }
  },
  20_000,
)

describe('how PostgreSQL names its sessions', () => {
  test.each([
    ['[123] ', '123', '-'],
    ['2026-11-27 10:00:00 UTC:10.0.0.1(4711):app@shop:[123]:', '123', 'shop'],
    ['2026-11-27 10:00:00 [123-4] user=app,db=shop,app=psql ', '123', 'shop'],
    ['6b0a136a.7ad2 app@shop ', '6b0a136a.7ad2', 'shop'],
    ['pid=123 ', '123', '-'],
    ['2026-11-27 10:00:00.123 UTC 123 app@shop ', '123', 'shop'],
    ['', '-', '-'],
  ])('%s', (prefix, session, database) => {
    const entries = entriesOf('postgres-log', `${prefix}LOG:  statement: SELECT 1\n`)
    expect(inShort(entries)).toEqual([`1 ${session} ${database} - SELECT 1`])
  })
})

describe('what a file is', () => {
  test.each([
    ['SELECT 1', 'sql'],
    ['-- a dump\n\n/*!40101 SET NAMES utf8 */;\n', 'sql'],
    ['\n\n  with x as (select 1) select * from x', 'sql'],
    ['DELIMITER //\n', 'sql'],
    ["INSERT INTO log VALUES ('x LOG:  statement: SELECT 1');", 'sql'],
    ['\tFROM t\n\tselect 1\n[1] LOG:  duration: 1 ms\n[1] LOG:  statement: SELECT 1\n', 'postgres-log'],
  ])('%j', (text, format) => {
    expect(detect(text)).toBe(format)
  })

  test.each([
    ['\x1f\x8b\x08\x00', /compressed/],
    ['a\0b', /no text/],
    ['10.0.0.1 - - [27/Nov/2026] "GET / HTTP/1.1" 200\n', /none of/],
    ['/usr/sbin/mysqld, Version: 9.7.4 ((Debian)). started with:\n', /without any statement/],
  ])('%j is nothing that can be read', (text, why) => {
    expect(detect(text)).toMatchObject({ unknown: expect.stringMatching(why) })
  })
})
