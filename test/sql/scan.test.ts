import { describe, expect, test } from 'vitest'
import { TOO_LARGE, UNPARSED } from '../../src/sql/scan.ts'
import { canonical, scanned } from './scanning.ts'

describe('what is folded', () => {
  test.each([
    ['SELECT  A , b FROM T', 'select a,b from t'],
    ['select a from t where b = 5', 'select a from t where b=?'],
    ["select 'it''s'", 'select?'],
    ["select E'it\\'s'", 'select?'],
    ["select b'101', X'1f', N'a'", 'select?,?,?'],
    ['select $$a$$, $t$ $$ $t$', 'select?,?'],
    ['select 1.5, .5, 5., 1e3, 0x1F, 1_000', 'select?,?,?,?,?,?'],
    ['select a1, $1, $12', 'select a1,$1,$12'],
    ['select 1 -- x\n, 2 /* y /* z */ */', 'select?,?'],
    ['/* a */ select/**/1', 'select?'],
    ['select "A", "a""b"', 'select"A","a""b"'],
    ['select 1;', 'select?'],
    [';; select 1 ;;; select 2 ; ', 'select?;select?'],
    ['select a in (1,2,3)', 'select a in(...)'],
    ["select a in ('x')", 'select a in(...)'],
    ['select a in (-1, +2)', 'select a in(...)'],
    ['select a in ($1, $2)', 'select a in(...)'],
    ['select array[1,2]', 'select array[...]'],
    ['insert into t values (1,2),(3,4)', 'insert into t values(...)'],
    ['insert into t values (1,default),(3,default)', 'insert into t values(?,default)'],
    ["insert into t values (1,now()),(3,'x')", 'insert into t values(?,now()),(...)'],
    ['select f(1,2)', 'select f(?,?)'],
    ['select x.in(1,2)', 'select x.in(?,?)'],
    ['select a in (1, b)', 'select a in(?,b)'],
    ['select a in (1 - 2)', 'select a in(?-?)'],
    ['', ''],
    [' ; /* */ ', ''],
  ])('%s', (sql, shown) => {
    expect(scanned(sql)).toBe(shown)
  })
})

describe('what stays apart', () => {
  test.each([
    ['select a', 'select "a"'],
    ['select "a"', 'select "A"'],
    ['select "a" "b"', 'select "a""b"'],
    ['select a - -1', 'select a --1'],
    ['select a < -b', 'select a <- b'],
    ['select a +/**/+ b', 'select a ++ b'],
    ['select u & "a"', 'select u "a"'],
    ['select 1', "select '1'"],
    ['select f(1)', 'select f(1, 2)'],
    ['select a in (1)', 'select a in ($1)'],
    ["select a = 'x'", "select a = 'today'"],
    ["select a = 'x'", "select a = E'\\x6eow'"],
    ["select a = 'x'", "select a = 'no'\n'w'"],
    ['select $1', 'select $2'],
    ['select 1', 'select 1; select 1'],
    ["select a in ('x')", "select a in ('now')"],
    ['select a.b', 'select a b'],
    ['begin', 'begin read only'],
  ])('%s | %s', (a, b) => {
    expect(canonical(a)).not.toBe(canonical(b))
  })
})

describe('what is not understood', () => {
  test.each([
    "select 'a",
    'select "a',
    'select $a$ $b$',
    'select /* /* */',
    "select E'a\\'",
    "select E'a' 'b\\'c'",
    'select a\0',
    "select 'a\0'",
    'select /* \0 */ 1',
    'select \\',
    'select {',
    'select \x01',
    'select 1a',
    'select $1a',
    'select $',
    'select U&"a"',
    'select U&"a"',
  ])('%j', (sql) => {
    expect(scanned(sql)).toBe(UNPARSED)
  })

  test('a backslash in a string while it may escape', () => {
    expect(scanned("select 'a\\'", { standardConformingStrings: false })).toBe(UNPARSED)
    expect(scanned("select 'a\\'")).toBe('select?')
    expect(scanned("select 'a'", { standardConformingStrings: false })).toBe('select?')
    expect(scanned("select E'a\\''", { standardConformingStrings: false })).toBe('select?')
  })

  test('high bytes in encodings where they can hide a quote', () => {
    expect(scanned("select 'é'", { asciiSafeEncoding: false })).toBe(UNPARSED)
    expect(scanned("select 'e'", { asciiSafeEncoding: false })).toBe('select?')
    expect(scanned("select 'é', é")).toBe('select?,é')
  })

  test('what is too large', () => {
    expect(scanned(`select ${'('.repeat(10_000)}1${')'.repeat(10_000)}`)).toBe(TOO_LARGE)
    expect(scanned(`select ${'1+'.repeat(5_000)}1`)).toBe(TOO_LARGE)
    expect(scanned(`select ${'a,'.repeat(20_000)}1`)).toBe(TOO_LARGE)
    expect(scanned(`select ${'b'.repeat(100_000)}`)).toBe(TOO_LARGE)
  })

  test('what is long but folds is not too large', () => {
    const parameters = Array.from({ length: 1000 }, (_, i) => `$${i + 1}`).join(',')
    expect(scanned(`select a in (${parameters})`)).toBe('select a in(...)')
    const row = "(1,'abc',$1)"
    expect(scanned(`insert into t values ${Array(500).fill(row).join(',')}`)).toBe('insert into t values(...)')
    expect(scanned(`insert into t values ${Array(50_000).fill(row).join(',')}`)).toBe('insert into t values(...)')
  })
})
