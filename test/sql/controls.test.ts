import { describe, expect, test } from 'vitest'
import { postgresLexicon } from '../../src/postgres/classify/lexicon.ts'
import { explainedParameters, findControl } from '../../src/sql/controls.ts'
import { findHint } from '../../src/sql/hints.ts'

const encoder = new TextEncoder()
const usual = { standardConformingStrings: true, asciiSafeEncoding: true }

function control(sql: string) {
  const bytes = encoder.encode(`xx${sql}yy`)
  return findControl(postgresLexicon, bytes, 2, bytes.length - 2, usual)
}

function hint(sql: string) {
  const bytes = encoder.encode(sql)
  return findHint(bytes, 0, bytes.length)
}

const set = (name: string, value: string | null, local = false) => ({ kind: 'set', name, value, local })

describe('controls', () => {
  test.each([
    ["SET freshet.max_lag = '200ms'", set('max_lag', '200ms')],
    ["set freshet.max_lag to '200ms';", set('max_lag', '200ms')],
    ['SET freshet.max_lag = 200', set('max_lag', '200')],
    ['SET freshet.max_lag=0.5s', set('max_lag', '0.5s')],
    ['SET freshet.route TO primary ; ', set('route', 'primary')],
    ['SET SESSION freshet.route = auto', set('route', 'auto')],
    ["SET LOCAL freshet.route = 'auto'", set('route', 'auto', true)],
    ["SET Freshet.Causal_Key = 'it''s'", set('causal_key', "it's")],
    ["SET freshet.causal_key = E'a\\'b'", set('causal_key', "a'b")],
    ['SET freshet.causal_key = "A b"', set('causal_key', 'A b')],
    ['SET "freshet"."route" = \'auto\'', set('route', 'auto')],
    ['/* x */ SET -- y\n freshet . route /* z */ = auto', set('route', 'auto')],
    ['SET freshet.max_lag TO DEFAULT', set('max_lag', null)],
    ['RESET freshet.max_lag', set('max_lag', null)],
    [
      ' SET freshet.max_lag = 1s ; RESET freshet.route; SHOW freshet.server;',
      {
        kind: 'sequence',
        controls: [set('max_lag', '1s'), set('route', null), { kind: 'show', name: 'server' }],
        rest: null,
      },
    ],
    [
      '/* freshet: route=auto */ SET freshet.max_lag = 1s;; SELECT 1; SET freshet.route = auto',
      { kind: 'sequence', controls: [set('max_lag', '1s')], rest: { from: 26, to: 52 } },
    ],
    ['SHOW freshet.token;', { kind: 'show', name: 'token' }],
    ['show FRESHET.SERVER', { kind: 'show', name: 'server' }],
    ['EXPLAIN ROUTE SELECT 1', { kind: 'explain-route', statement: 'SELECT 1' }],
    ['explain/**/route\nselect 1;', { kind: 'explain-route', statement: 'select 1;' }],
  ])('%s', (sql, expected) => {
    expect(control(sql)).toEqual(expected)
  })

  test.each([
    'SELECT 1',
    "SELECT 'freshet.max_lag'",
    "SET search_path = 'freshet.x'",
    'SHOW freshet',
    'SHOW freshetx.token',
    'SET freshet.max_lag',
    'SELECT 1; SET freshet.max_lag = 1',
    'BEGIN; SET freshet.max_lag = 1',
    'SET freshet.max_lag = 1 + 1',
    "SET freshet.max_lag = 'a",
    'SHOW freshet.token, x',
    'EXPLAIN SELECT 1',
    'EXPLAIN ROUTE',
    'EXPLAINROUTE SELECT 1',
    'EXPLAIN ROUTEX SELECT 1',
    'SET',
    's',
    '',
    '/* SET freshet.max_lag = 1',
  ])('not: %s', (sql) => {
    expect(control(sql)).toBeNull()
  })
})

describe('hints', () => {
  test.each([
    [
      '/* freshet: route=primary, max_lag=200ms */ SELECT 1',
      [
        ['route', 'primary'],
        ['max_lag', '200ms'],
      ],
    ],
    ['/*freshet:route=primary*/SELECT 1', [['route', 'primary']]],
    ['  -- freshet: route=replica\nSELECT 1', [['route', 'replica']]],
    [
      "/* app */ /* Freshet : causal_key = 'a, b', ROUTE = auto */ SELECT 1",
      [
        ['causal_key', 'a, b'],
        ['route', 'auto'],
      ],
    ],
    ['/* freshet: */ SELECT 1', []],
    ['/* freshet: nonsense */ SELECT 1', [['nonsense', '']]],
  ])('%s', (sql, expected) => {
    expect(hint(sql)?.map(({ name, value }) => [name, value])).toEqual(expected)
  })

  test.each([
    'SELECT 1',
    'SELECT /* freshet: route=primary */ 1',
    '/* freshet route */ SELECT 1',
    '/* freshet: x',
    '/* other */ SELECT 1',
    '',
  ])('none: %s', (sql) => {
    expect(hint(sql)).toBeNull()
  })
})

test.each([
  ['SELECT 1', 0, 0],
  ['SELECT $1 + $12 + ?', 12, 1],
  ["SELECT '$3', \"$4\", `?`, '?' -- $5 ?\n + $2 + ?", 2, 1],
  ['SELECT /* $7 ? */ $1 + ?', 1, 1],
  ["SELECT 'open $1 ?", 0, 0],
  ['SELECT $99999', 65_535, 0],
])('EXPLAIN ROUTE %s may be bound with so many parameters', (statement, postgres, mysql) => {
  expect(explainedParameters({ kind: 'explain-route', statement }, false)).toBe(postgres)
  expect(explainedParameters({ kind: 'explain-route', statement }, true)).toBe(mysql)
  expect(explainedParameters({ kind: 'show', name: 'server' }, true)).toBe(0)
})
