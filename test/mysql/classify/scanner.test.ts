import { describe, expect, test } from 'vitest'
import { executableComment, UNKNOWN_SERVERS } from '../../../src/mysql/classify/executable-comment.ts'
import { serversOf } from './classifying.ts'
import { scanned } from './scanning.ts'

/** UNPARSED, TOO_LARGE */
const NO = 1
const LARGE = 2

const high = (...bytes: number[]) =>
  Buffer.concat([Buffer.from("SELECT '"), Buffer.from(bytes), Buffer.from("' FROM t")])

test.each([
  ['SELECT 1', 'select?'],
  ['  SELECT\t1 ;\n', 'select?'],
  ["SELECT 'a', \"b\", N'c', x'41', b'1', 0x41, 0b1, 1.5e-3, .5", 'select?,?,?,?,?,?,?,?,?'],
  ["SELECT 'it''s', 'it\\'s', \"a\"\"b\", 'a\\\\'", 'select?,?,?,?'],
  ["SELECT 'a' 'b' \"c\", 'd'", 'select?,?'],
  ["SELECT _utf8mb4'a', _latin1 'b'", 'select _utf8mb4?,_latin1?'],
  ['SELECT `Aa`, `b``c`, `into` FROM T', 'select`Aa`,`b``c`,`into`from t'],
  ['SELECT `a` `b`', 'select`a` `b`'],
  ['SELECT a.into, a.1st, b . c FROM d.e', 'select a.into,a.1st,b.c from d.e'],
  ['SELECT 2fa, 1_x, 3$ FROM 4th', 'select 2fa,1_x,3$ from 4th'],
  ['SELECT /*+ a(`x`) */ 1', 'select/*+a(`x`) */?'],
  ["SELECT {d '2024-01-01'}", 'select{d?}'],
  ['SELECT 1 -- x', 'select?'],
  ['SELECT 1 --', 'select?'],
  ['SELECT 1 --\tx\n+2', 'select?+?'],
  ['SELECT 5--1', 'select?- -?'],
  ['SELECT - -1', 'select- -?'],
  ['SELECT 1 # x\n+ 2', 'select?+?'],
  // A carriage return does not end a comment.
  ['SELECT 1 # x\r+ 2', 'select?'],
  ['SELECT 1 /* a /* b */ + 2', 'select?+?'],
  ['SELECT /*/ a */ 1', 'select?'],
  ['SELECT/**/a/**/b', 'select a b'],
  ['SELECT @a, @A, @`b c`, @"d", @\'e\', @f.g', 'select@a,@a,@`b c`,@`d`,@`e`,@f.g'],
  ['SELECT @@x, @@GLOBAL.y, @@`z`', 'select@@x,@@global.y,@@`z`'],
  ['SELECT @a:=1, a->\'$.b\', a->>"$.c"', 'select@a:=?,a->?,a->>?'],
  ['SELECT a || b && c <=> d << 1', 'select a||b&&c<=>d<<?'],
  ['SELECT * FROM t WHERE a IN (1, 2, 3)', 'select*from t where a in(...)'],
  ['SELECT * FROM t WHERE a IN (?, ?) AND b IN (?)', 'select*from t where a in(...)and b in(...)'],
  ["INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')", 'insert into t values(...)'],
  ['SELECT t.in (1, 2)', 'select t.in(?,?)'],
  ['SELECT /*+ BKA(t1) MAX_EXECUTION_TIME(10) */ 1', 'select/*+bka(t1)max_execution_time(?) */?'],
  ['SELECT 1; SELECT 2;', 'select?;select?'],
  ['SELECT ünï FROM `täble`', 'select ünï from`täble`'],
] as const)('%s', (sql, expected) => {
  expect(scanned(sql)?.toString().replace(/ +/g, ' ').trim()).toBe(expected)
})

test.each([
  ["SELECT 'a"],
  ['SELECT "a'],
  ['SELECT `a'],
  ['SELECT 1 /* a'],
  ['SELECT 1 /*! a'],
  ['SELECT 1 /*!40000 a'],
  ["SELECT 'a\\'"],
  ['SELECT \\N'],
  ['SELECT a[1]'],
  ['SELECT $a'],
  ['SELECT 1e5x'],
  ['SELECT 0X41'],
  ['SELECT @'],
  ["SELECT @'a\\'b'"],
  ['SELECT \0 1'],
  ['SELECT 1 -- \0'],
  ['SELECT /*!40000 ; */ 1'],
  ['SELECT /*!40000 /*! 1 */ */'],
  ['SELECT /*!99999 /* x */ */ 1'],
  ['SELECT /*+ a("x") */ 1'],
  ['SELECT /*+ a `x */ 1'],
  ['SELECT 0xg'],
  ['SELECT 1ex'],
  ['SELECT /*+ a; */ 1'],
  ['SELECT /*+ -- */ 1'],
  ['SELECT /*!1234 1 */'],
  ['SELECT /*!0904000 1 */'],
])('%j is not understood', (sql) => {
  expect(scanned(sql)).toBe(NO)
})

describe('sql_mode', () => {
  test('ANSI_QUOTES makes double quotes enclose names', () => {
    expect(scanned('SELECT "a""b", "c`d"', 'ANSI_QUOTES')).toBe('select`a"b`,`c``d`')
    expect(scanned('SELECT "a"', 'ANSI')).toBe('select`a`')
    expect(scanned('SELECT "into" FROM t', 'REAL_AS_FLOAT,ANSI_QUOTES')).toBe('select`into`from t')
  })

  test('NO_BACKSLASH_ESCAPES makes a backslash an ordinary character', () => {
    expect(scanned("SELECT 'a\\' , 'b'", 'NO_BACKSLASH_ESCAPES')).toBe('select?,?')
    expect(scanned("SELECT 'a\\' , 'b'")).toBe(NO)
    // The same bytes hide code in one mode and show it in the other.
    const text = "SELECT 'a\\' INTO OUTFILE 0x2f -- '"
    expect(scanned(text)).toBe('select?')
    expect(scanned(text, 'NO_BACKSLASH_ESCAPES')).toBe('select?into outfile?')
  })

  test("MariaDB's ORACLE and MSSQL are other grammars", () => {
    expect(scanned('SELECT 1', 'ORACLE')).toBe(NO)
    expect(scanned('SELECT 1', 'PIPES_AS_CONCAT,MSSQL')).toBe(NO)
  })
})

describe('character sets', () => {
  test.each(['gbk', 'sjis', 'cp932', 'big5', 'gb18030', 'gb2312', 'euckr', 'eucjpms', 'ujis', 'whatever'])(
    'a byte in %s may belong to a character, so nothing with high bytes is understood',
    (charset) => {
      expect(scanned(high(0x95, 0x5c), '', charset)).toBe(NO)
      expect(scanned(high(0x41), '', charset)).toBe('select?from t')
    },
  )

  test('in strings of single-byte sets every byte stands alone', () => {
    expect(scanned(high(0x95, 0xa0), '', 'latin1')).toBe('select?from t')
  })

  test('outside of strings a high byte may be white space', () => {
    const hidden = Buffer.from('SELECT 1 FROM t\xa0FOR\xa0UPDATE', 'latin1')
    expect(scanned(hidden, '', 'latin1')).toBe(NO)
    expect(typeof scanned('SELECT é FROM t')).toBe('string')
  })

  test('an invalid UTF-8 lead byte does not swallow the quote behind it', () => {
    expect(scanned(high(0xe3))).toBe('select?from t')
  })
})

describe('executable comments', () => {
  test.each([
    ['!', '', 'code', 'code'],
    ['!', '40001', 'code', 'code'],
    ['!', '50000', 'code', 'code'],
    ['!', '50100', 'code', 'code'],
    ['!', '50700', 'code', 'comment'],
    ['!', '80000', 'code', 'comment'],
    ['!', '90700', 'code', 'comment'],
    ['!', '90702', 'unsure', 'comment'],
    ['!', '90800', 'comment', 'comment'],
    ['!', '99999', 'comment', 'comment'],
    ['!', '080000', 'unsure', 'unsure'],
    ['!', '100100', 'unsure', 'code'],
    ['!', '101105', 'unsure', 'unsure'],
    ['!', '110000', 'unsure', 'comment'],
    ['!', '123', 'unsure', 'unsure'],
    ['M!', '', 'comment', 'code'],
    ['M!', '100100', 'comment', 'code'],
    ['M!', '80000', 'comment', 'code'],
    ['M!', '120000', 'comment', 'comment'],
  ] as const)('/*%s%s is %s to MySQL 9.7 and %s to MariaDB 10.11', (marker, digits, mysql, mariadb) => {
    expect(executableComment(marker, digits, serversOf.mysql)).toBe(mysql)
    expect(executableComment(marker, digits, serversOf.mariadb)).toBe(mariadb)
  })

  test('of unknown servers little is sure', () => {
    expect(executableComment('!', '', UNKNOWN_SERVERS)).toBe('code')
    expect(executableComment('!', '40100', UNKNOWN_SERVERS)).toBe('code')
    expect(executableComment('!', '50700', UNKNOWN_SERVERS)).toBe('unsure')
    expect(executableComment('!', '99999', UNKNOWN_SERVERS)).toBe('unsure')
    expect(executableComment('M!', '', UNKNOWN_SERVERS)).toBe('unsure')
  })

  test('code is scanned like any other, comments vanish', () => {
    expect(scanned('SELECT /*!40000 SQL_NO_CACHE */ 1')).toBe('select sql_no_cache?')
    expect(scanned('SELECT 1/*!99999 FOR UPDATE */')).toBe('select?')
    expect(scanned('SELECT 1 /*M! FOR UPDATE */')).toBe('select?')
    expect(scanned('SELECT 1 /*M! FOR UPDATE */', '', 'utf8mb4', 'mariadb')).toBe('select?for update')
    expect(scanned('SELECT /*! 1 /* c */ + 2 */')).toBe('select?+?')
    expect(scanned("SELECT /*! '*/' */")).toBe('select?')
  })
})

test('what is too large, too deep or too long a chain', () => {
  expect(scanned(`SELECT ${'('.repeat(10_000)}`)).toBe(LARGE)
  expect(scanned(`SELECT ${'-'.repeat(10_000)}1`)).toBe(LARGE)
  expect(scanned(`SELECT 1${'+1'.repeat(5000)}`)).toBe(LARGE)
  expect(scanned(`SELECT ${'a,'.repeat(10_000)}a`)).toBe(LARGE)
  expect(scanned(`SELECT * FROM t WHERE a IN (${'1,'.repeat(100_000)}1)`)).toBe(LARGE)
})
