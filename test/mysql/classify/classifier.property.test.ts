import fc from 'fast-check'
import { expect, test } from 'vitest'
import { corpus, recordedCatalog } from '../../corpus/mysql/corpus.ts'
import { classifying, serversOf } from './classifying.ts'
import { canonical, modeOf, scanned } from './scanning.ts'

const catalog = recordedCatalog('mysql')
const limits = { digests: 10_000, parseBurstMs: 1e9 }
const subject = classifying(() => catalog, serversOf.mysql, limits)

const literal = fc.oneof(
  fc.integer({ min: 0 }).map(String),
  fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value.toFixed(3)),
)
const escaped = (value: string) => value.replaceAll('\\', '\\\\')
const text = fc.oneof(
  fc.string().map((value) => `'${escaped(value).replaceAll("'", "''")}'`),
  fc.string().map((value) => `'${escaped(value).replaceAll("'", "\\'")}'`),
  fc.string().map((value) => `"${escaped(value).replaceAll('"', '""')}"`),
)
const gap = fc.constantFrom(' ', '\n', '\t ', '/* x */', '/**/', ' -- y\n', ' # z\n', ' /*!99999 into */ ')

test('literals, white space and comments change nothing', () => {
  fc.assert(
    fc.property(literal, text, fc.array(gap, { minLength: 12, maxLength: 12 }), (n, s, g) => {
      const sql = `${g[0]}SeLect${g[1]}a${g[2]},${g[3]}${s}${g[4]}from${g[5]}t${g[6]}WHERE${g[7]}b${g[8]}=${g[9]}${n}${g[10]}and c < ${s}${g[11]}`
      expect(canonical(sql)).toBe(canonical("select a, 'x' from t where b = 1 and c < 'x'"))
    }),
  )
})

test('lists of any length are one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(literal, text), { minLength: 1, maxLength: 50 }),
      fc.integer({ min: 1, max: 30 }),
      (values, rows) => {
        expect(canonical(`select 1 where a in (${values.join(' , ')})`)).toBe(canonical('select 1 where a in (1)'))
        const row = `(${values.join(',')})`
        expect(canonical(`insert into t values ${Array(rows).fill(row).join(', ')}`)).toBe(
          canonical('insert into t values (1)'),
        )
      },
    ),
  )
})

/** Code that makes a statement no plain read wherever it stands as code. */
const FORBIDDEN = [
  'FOR UPDATE',
  'for /**/ share',
  'LOCK IN SHARE MODE',
  "INTO OUTFILE 'x'",
  'INTO @x',
  'INTO DUMPFILE "x"',
  '@x := 1',
  "GET_LOCK('a', 1)",
  'get_lock (?, 1)',
  '`release_lock`(1)',
  'f_liar()',
  'app . f_write ( )',
  'no_such_function(1)',
  'PROCEDURE ANALYSE()',
  'LAST_INSERT_ID(5)',
  '@@server_id',
  '@@global.read_only',
  'mysql.user',
  '`performance_schema`.threads',
  'FROM in_memory',
  'JOIN app.in_memory',
  ', (SELECT id FROM `in_memory`)',
  'NEXT VALUE FOR s',
  '; DELETE FROM users',
  ';UPDATE users SET id = 1',
  'load_file("/x")',
  '/*! FOR UPDATE */',
  '/*!40000 INTO @x */',
  '/*! @x := */ 1',
  '/*+ SET_VAR(sql_mode = 1) */',
]
/** Pieces that are harmless wherever they stand, though some look otherwise. */
const HARMLESS = [
  ...[
    'a',
    'users.id',
    '`into`',
    '1',
    "'FOR UPDATE'",
    "'it''s -- '",
    '"INTO OUTFILE"',
    '?',
    ',',
    '(',
    ')',
    '+',
    '=',
    'count(*)',
    'now()',
  ],
  ...[
    "'a\\'; DELETE FROM x; -- '",
    '/* FOR UPDATE */',
    '-- INTO OUTFILE\n',
    "# GET_LOCK('a')\n",
    '/*!99999 FOR UPDATE */',
    "'/*'",
    "'*/'",
  ],
  ...[
    'FROM users',
    'WHERE',
    'AND',
    'ORDER BY',
    'UNION SELECT',
    'JOIN orders',
    'AS b',
    'IN (1, 2)',
    'LIMIT 1',
    'x.`for`',
    'f_read(1)',
    "N'x'",
  ],
]

test('whatever holds one of the forbidden sequences as code is no read', () => {
  const pieces = fc.array(fc.constantFrom(...HARMLESS), { maxLength: 12 })
  fc.assert(
    fc.property(pieces, fc.constantFrom(...FORBIDDEN), pieces, gap, (before, forbidden, after, space) => {
      const sql = ['SELECT', ...before, forbidden, ...after].join(space.includes('\n') ? ' ' : space)
      expect(subject.facts(sql).verdict, sql).not.toBe('read')
    }),
    { numRuns: 5000 },
  )
})

test('the same holds for what stands in the middle of the corpus', () => {
  const reads = corpus.filter(
    (row) => row.verdict === 'read' && row.flavours.includes('mysql') && /^(SELECT|WITH|TABLE|\()/.test(row.sql),
  )
  // Behind a point with spaces around it whatever follows is a name.
  const plain = reads.filter((row) => !/['"`#;]|--|\/\*| \. /.test(row.sql))
  fc.assert(
    fc.property(fc.constantFrom(...plain), fc.nat(), fc.constantFrom(...FORBIDDEN), ({ sql }, at, forbidden) => {
      const gaps = [...sql.matchAll(/ /g)].map((match) => match.index)
      const where = gaps[at % gaps.length] ?? sql.length
      const changed = `${sql.slice(0, where)} ${forbidden} ${sql.slice(where)}`
      expect(subject.facts(changed).verdict, changed).not.toBe('read')
    }),
    { numRuns: 3000 },
  )
})

test('no bytes make it throw, in no mode, and the answer is the same twice', () => {
  const sqlish = fc.array(
    fc.constantFrom(
      ...[
        "'",
        '"',
        '`',
        '--',
        '-- ',
        '#',
        '/*',
        '/*!',
        '/*!40000',
        '/*M!',
        '/*+',
        '*/',
        '\\',
        '(',
        ')',
        ';',
        ',',
        '.',
        '1',
        'in',
        'values',
        'a',
      ],
      ...[
        ' ',
        '\n',
        '-',
        '?',
        '\0',
        'é',
        '@',
        '@@',
        ':=',
        '0x',
        "x'",
        "n'",
        '1e',
        'SELECT',
        'SET',
        'SHOW',
        'EXPLAIN',
        'FOR',
        'KILL',
        'CALL',
        '{',
      ],
    ),
    { maxLength: 40 },
  )
  const mode = fc.constantFrom(
    modeOf(''),
    modeOf('ANSI_QUOTES'),
    modeOf('NO_BACKSLASH_ESCAPES'),
    modeOf('', 'gbk'),
    modeOf('ORACLE'),
    modeOf('', 'latin1'),
  )
  const bytes = fc.oneof(
    sqlish.map((parts) => Buffer.from(parts.join(''))),
    fc.uint8Array({ maxLength: 200 }),
  )
  fc.assert(
    fc.property(bytes, mode, (input, how) => {
      const once = subject.facts(input, how)
      expect(subject.facts(input, how)).toEqual(once)
      expect(['read', 'read-in-transaction', 'primary']).toContain(once.verdict)
      subject.classifier.control(input, 0, input.length, how)
      subject.classifier.hint(input, 0, input.length)
    }),
    { numRuns: 5000 },
  )
})

test('the canonical text of a text inside a larger buffer is the same', () => {
  fc.assert(
    fc.property(fc.constantFrom(...corpus.map((row) => row.sql)), fc.string(), fc.string(), (sql, before, after) => {
      const whole = Buffer.from(before + sql + after)
      const start = Buffer.byteLength(before)
      expect(scanned(whole.subarray(start, start + Buffer.byteLength(sql)))).toBe(scanned(sql))
    }),
  )
})

test('what is one canonical text has one verdict', () => {
  const verdicts = new Map<string, string>()
  for (const { sql } of corpus) {
    const key = canonical(sql)
    if (typeof key === 'number') continue
    const { verdict, because } = subject.facts(sql)
    const said = `${verdict} ${because}`
    expect(verdicts.get(key) ?? said, sql).toBe(said)
    verdicts.set(key, said)
  }
  expect(verdicts.size).toBeGreaterThan(600)
})

test.each([
  ['10,000 nested parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
  ['an unterminated string of 1 MB', `SELECT '${'a'.repeat(1_000_000)}`],
  ['an unterminated comment of 1 MB', `SELECT /* ${'a'.repeat(1_000_000)}`],
  ['a long chain of operators', `SELECT 1${'+1'.repeat(100_000)}`],
  ['a million quotes', "'".repeat(1_000_000)],
  ['a million comment openings', '/*'.repeat(500_000)],
  ['many with lists', `WITH ${'a (b),'.repeat(1500)} SELECT 1`],
  ['many points', `SELECT ${'a.'.repeat(5000)}b`],
  ['many statements', 'SELECT 1;'.repeat(1000)],
  ['many at signs', `SELECT ${'@a'.repeat(3000)}`],
  ['a long IN list', `SELECT * FROM users WHERE id IN (${'1,'.repeat(5000)}1)`],
  ['a megabyte of INSERT', `INSERT INTO log VALUES ${"(1, 'x'),".repeat(110_000)}(1, 'x')`],
])('%s: an answer, and no read of what is too much', (_name, sql) => {
  const { verdict, because } = subject.facts(sql)
  if (verdict === 'read') expect(['read']).toContain(because)
  else
    expect(['unparsed', 'too-large', 'write', 'session-state', 'multi-statement', 'unknown-function']).toContain(
      because,
    )
})
