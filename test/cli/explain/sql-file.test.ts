import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../../src/cli/explain/entry.ts'
import { SqlFile } from '../../../src/cli/explain/sql-file.ts'

/** The statements of a text that comes in pieces of this size. */
function split(
  engine: 'postgres' | 'mysql',
  text: string,
  size = text.length || 1,
  escapes = engine === 'mysql',
): string[] {
  const found: Entry[] = []
  const file = new SqlFile({ engine, escapes: () => escapes }, (entry) => found.push(entry))
  for (let at = 0; at < text.length; at += size) file.feed(text.slice(at, at + size))
  file.end()
  return found.map((entry) => (entry.kind === 'statement' ? entry.text : entry.kind))
}

const POSTGRES: [string, string[]][] = [
  ['SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
  ['  \n;;\n; SELECT 1 ;', ['SELECT 1']],
  ["SELECT 'a;b'; SELECT 'it''s;'", ["SELECT 'a;b'", "SELECT 'it''s;'"]],
  ["SELECT '\\'; SELECT 2", ["SELECT '\\'", 'SELECT 2']],
  ["SELECT E'\\';'; SELECT e'it''s \\';'", ["SELECT E'\\';'", "SELECT e'it''s \\';'"]],
  ["SELECT some'\\'; SELECT 2", ["SELECT some'\\'", 'SELECT 2']],
  ['SELECT "a;""b"; SELECT 2', ['SELECT "a;""b"', 'SELECT 2']],
  ['SELECT $$a;b$$; SELECT $x$ ; $$ ; $x$; SELECT a$b$c', ['SELECT $$a;b$$', 'SELECT $x$ ; $$ ; $x$', 'SELECT a$b$c']],
  ['SELECT $1; SELECT 2', ['SELECT $1', 'SELECT 2']],
  ['SELECT 1 -- ; no\n; SELECT 2 --', ['SELECT 1 -- ; no', 'SELECT 2 --']],
  ['SELECT /* a /* ; */ ; */ 1; SELECT 2', ['SELECT /* a /* ; */ ; */ 1', 'SELECT 2']],
  [
    'CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b); SELECT 1',
    ['CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)', 'SELECT 1'],
  ],
  [
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; BEGIN; COMMIT',
    ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END', 'BEGIN', 'COMMIT'],
  ],
  ['\\set x 1\nSELECT 1;\n\\connect app\nSELECT 2;', ['SELECT 1', 'SELECT 2']],
  ['COPY t (a) FROM stdin;\n1;2\n\\N\n\\.\nSELECT 1;', ['COPY t (a) FROM stdin', 'SELECT 1']],
  ['SELECT `; SELECT 2', ['SELECT `', 'SELECT 2']],
]

const MYSQL: [string, string[]][] = [
  ['SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
  [
    'SELECT \'a\\\';b\'; SELECT "\\";"; SELECT `a;\\`; SELECT 2',
    ["SELECT 'a\\';b'", 'SELECT "\\";"', 'SELECT `a;\\`', 'SELECT 2'],
  ],
  ['SELECT 1 # ; no\n; SELECT 2', ['SELECT 1 # ; no', 'SELECT 2']],
  ['SELECT 1 --;\nSELECT 5--1;', ['SELECT 1 --', 'SELECT 5--1']],
  ['SELECT /* /* ; */ 1; SELECT /*!80000 2; */ 3', ['SELECT /* /* ; */ 1', 'SELECT /*!80000 2; */ 3']],
  [
    'SELECT 1;\nDELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//\ndelimiter ;\nCALL p();',
    ['SELECT 1', 'CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END', 'CALL p()'],
  ],
  [
    '-- triggers\nDELIMITER $$\nCREATE TRIGGER x BEGIN SET @a = 1; END$$\nDELIMITER ;\nSELECT 1',
    ['CREATE TRIGGER x BEGIN SET @a = 1; END', 'SELECT 1'],
  ],
  ['SELECT delimiter\nFROM t; SELECT 2', ['SELECT delimiter\nFROM t', 'SELECT 2']],
]

describe.each([
  ['postgres', POSTGRES],
  ['mysql', MYSQL],
] as const)('%s', (engine, cases) => {
  test.each(cases)('%s', (text, statements) => {
    expect(split(engine, text)).toEqual(statements)
  })

  test('in pieces of any size the same comes out', () => {
    // Long enough that tokens fall on the borders of what is kept back.
    const text = cases.map(([one]) => one).join(`;\n${' '.repeat(150)}`)
    const whole = split(engine, text)
    for (const size of [1, 2, 3, 7, 64, 161, 200]) expect(split(engine, text, size)).toEqual(whole)
  })
})

test('data behind COPY end with a line of their own only', () => {
  const text = `COPY t FROM STDIN;\n${'x'.repeat(3000)}\\.\nSELECT 1;\n\\.\nSELECT 2;`
  for (const size of [7, 500, 10_000]) expect(split('postgres', text, size)).toEqual(['COPY t FROM STDIN', 'SELECT 2'])
})

test('quoting modes', () => {
  expect(split('mysql', "SELECT '\\'; SELECT 2", 100, false)).toEqual(["SELECT '\\'", 'SELECT 2'])
  expect(split('postgres', "SELECT '\\'; SELECT 2'", 100, true)).toEqual(["SELECT '\\'; SELECT 2'"])
})

test('a statement is told with its line, and is cut where nobody looks any more', () => {
  const found: Entry[] = []
  const file = new SqlFile({ engine: 'postgres', escapes: () => false }, (entry) => found.push(entry))
  file.feed(`SELECT 1;\n\n\n  SELECT '`)
  for (let piece = 0; piece < 40; piece++) file.feed('x'.repeat(64 * 1024))
  file.feed(`';\n SELECT 3;`)
  file.end()
  expect(found).toMatchObject([{ line: 1 }, { line: 4 }, { line: 5, text: 'SELECT 3' }])
  expect(found[1]).toHaveProperty('text.length', 1024 * 1024 + 1)
})

test('whatever the text and however it is cut, it ends, and the same comes out', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      "'",
      '"',
      '`',
      '$$',
      '$a$',
      ';',
      '--',
      '/*',
      '*/',
      '#',
      '\\',
      '\n',
      'E',
      'delimiter //\n',
      'copy t from stdin;\n',
      '\\.\n',
      '(',
      ')',
      ' begin ',
      'create function ',
    ),
  )
  fc.assert(
    fc.property(
      fc.constantFrom('postgres' as const, 'mysql' as const),
      fc.array(piece, { maxLength: 60 }),
      fc.integer({ min: 1, max: 400 }),
      (engine, pieces, size) => {
        const text = Buffer.from(pieces.join('')).toString('latin1')
        const whole = split(engine, text)
        expect(split(engine, text, size)).toEqual(whole)
        for (const statement of whole) expect(text).toContain(statement)
      },
    ),
    { numRuns: 1500 },
  )
})
