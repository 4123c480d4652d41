import { describe, expect, test } from 'vitest'
import { digestSample } from '../../../src/mysql/classify/index.ts'
import type { Facts } from '../../../src/sql/facts.ts'
import { recordedCatalog } from '../../corpus/mysql/corpus.ts'
import { classifying, serversOf } from './classifying.ts'
import { modeOf } from './scanning.ts'

const catalog = recordedCatalog('mariadb')
const { facts, classifier } = classifying(() => catalog, serversOf.mariadb)

test.each<[string, Facts['transaction']]>([
  ['BEGIN', { op: 'begin', readOnly: null, isolation: null }],
  ['START TRANSACTION READ ONLY', { op: 'begin', readOnly: true, isolation: null }],
  ['START TRANSACTION READ WRITE', { op: 'begin', readOnly: false, isolation: null }],
  [
    'START TRANSACTION WITH CONSISTENT SNAPSHOT',
    { op: 'begin', readOnly: null, isolation: null, consistentSnapshot: true },
  ],
  ['COMMIT', { op: 'commit', chain: false }],
  ['COMMIT AND CHAIN', { op: 'commit', chain: true }],
  ['ROLLBACK AND NO CHAIN RELEASE', { op: 'rollback', chain: false, release: true }],
  ['COMMIT NO RELEASE', { op: 'commit', chain: false }],
  ['SAVEPOINT a', { op: 'savepoint' }],
  ['ROLLBACK TO SAVEPOINT a', { op: 'rollback-to' }],
  ['RELEASE SAVEPOINT a', { op: 'release' }],
  ['SET autocommit=0', { op: 'set-autocommit', value: false }],
  ["SET @@session.autocommit = 'on'", { op: 'set-autocommit', value: true }],
  ['SET autocommit = @a', { op: 'set-autocommit', value: null }],
  ['SET autocommit = 1, sql_mode = 2', null],
  ['XA START 1', { op: 'xa', verb: 'start' }],
  ['XA COMMIT 1 ONE PHASE', { op: 'xa', verb: 'commit' }],
  ['BEGIN; COMMIT', null],
  [
    'SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY',
    { op: 'set-transaction', readOnly: true, isolation: 'read committed', snapshot: false, scope: 'next' },
  ],
  ['SET SESSION TRANSACTION READ ONLY', null],
])('%s: transaction', (sql, transaction) => {
  expect(facts(sql).transaction).toEqual(transaction)
})

test.each<[string, { readonly [Key in keyof Facts]?: Facts[Key] | undefined }]>([
  ['SELECT @a := 1', { pins: ['user-variable'] }],
  ['SELECT 1 INTO @a', { pins: ['user-variable'], usesUserVariables: true }],
  ['SET @a = 1', { pins: ['user-variable'], settings: [{ scope: 'user', name: 'a', value: null }] }],
  ['SELECT @a', { usesUserVariables: true, pins: undefined }],
  ['CREATE TEMPORARY TABLE T (id int)', { pins: ['temp-table'], temporaryTables: { created: ['t'], dropped: [] } }],
  [
    'DROP TEMPORARY TABLE IF EXISTS a, `B`.c',
    { unpins: ['temp-table'], temporaryTables: { created: [], dropped: ['a', 'b.c'] } },
  ],
  ['LOCK TABLES a READ', { pins: ['lock-tables'], commitsImplicitly: true }],
  ['UNLOCK TABLES', { unpins: ['lock-tables'] }],
  ['FLUSH TABLES WITH READ LOCK', { pins: ['lock-tables'], commitsImplicitly: true }],
  ['FLUSH LOCAL TABLES a WITH READ LOCK', { pins: ['lock-tables'] }],
  ['FLUSH NO_WRITE_TO_BINLOG TABLES a, b FOR EXPORT', { pins: ['lock-tables'] }],
  ['INSERT INTO a VALUES (1) RETURNING id', { returnsChanged: true }],
  ['INSERT INTO a VALUES (1)', { returnsChanged: undefined }],
  ['FLUSH TABLES a', { pins: undefined, commitsImplicitly: true }],
  ["SELECT GET_LOCK('a', 1)", { pins: ['advisory-lock'] }],
  ["DO RELEASE_LOCK('a')", { unpins: ['advisory-lock'] }],
  ['SELECT f_lock()', { pins: ['advisory-lock'] }],
  ['SELECT f_variable()', { pins: ['user-variable'] }],
  ['HANDLER a OPEN', { pins: ['handler'] }],
  ['HANDLER a CLOSE', { unpins: ['handler'] }],
  ['XA BEGIN 1', { pins: ['xa'] }],
  ['XA ROLLBACK 1', { unpins: ['xa'] }],
  ["PREPARE s FROM 'x'", { pins: ['prepared-in-sql'] }],
  ['DEALLOCATE PREPARE s', { unpins: ['prepared-in-sql'] }],
  ['SET ROLE a', { pins: ['role'] }],
  ['SET profiling = 1', { pins: ['profiling'] }],
  ['CALL p_write()', { pins: undefined, changesSchema: undefined }],
  ['CALL p_variable()', { pins: ['user-variable'] }],
  ['CALL p_temporary()', { pins: ['temp-table'] }],
  ['CALL p_out(@n)', { pins: ['user-variable'] }],
  ['CALL nobody_knows()', { pins: ['unknown'] }],
  ['SHOW WARNINGS', { asksPrevious: ['warnings'] }],
  ['SHOW COUNT(*) ERRORS', { asksPrevious: ['warnings'] }],
  ['SELECT @@warning_count, FOUND_ROWS(), ROW_COUNT()', { asksPrevious: ['warnings', 'found-rows', 'row-count'] }],
  ['SELECT LAST_INSERT_ID() + @@identity', { asksPrevious: ['insert-id'] }],
  ['INSERT INTO log (id) VALUES (LAST_INSERT_ID())', { asksPrevious: ['insert-id'] }],
  ['INSERT INTO log () VALUES (); SELECT LAST_INSERT_ID()', { asksPrevious: ['insert-id'] }],
  ['INSERT INTO log () VALUES (); SELECT ROW_COUNT()', { asksPrevious: undefined }],
  ['GET DIAGNOSTICS @n = NUMBER', { asksPrevious: ['warnings'], pins: ['user-variable'] }],
  ['SHOW PROFILES', { asksPrevious: ['profiles'] }],
  ['SELECT SQL_CALC_FOUND_ROWS * FROM users LIMIT 1', { leavesFoundRows: true, verdict: 'read' }],
  ['USE `App`', { schema: 'App' }],
  ['CREATE TABLE a (b int)', { changesSchema: true, commitsImplicitly: true }],
  ['GRANT SELECT ON a TO b', { changesSchema: true, commitsImplicitly: true }],
  ['TRUNCATE a', { commitsImplicitly: true, changesSchema: undefined }],
  ['ANALYZE TABLE a', { commitsImplicitly: true }],
  ['CREATE TEMPORARY TABLE a (b int)', { changesSchema: undefined, commitsImplicitly: undefined }],
  ["LOAD DATA LOCAL INFILE 'x' INTO TABLE a", { localInfile: true }],
  ["LOAD DATA INFILE 'x' INTO TABLE a", { localInfile: undefined }],
  ['FOO BAR', { pins: ['unknown'], changesSchema: true }],
  ['SELECT 1', { pins: undefined, settings: undefined, asksPrevious: undefined }],
])('%s: what it leaves and asks', (sql, expected) => {
  const found = facts(sql)
  for (const key of Object.keys(expected) as (keyof Facts)[]) expect(found[key], key).toEqual(expected[key])
})

test.each<[string, NonNullable<Facts['settings']>]>([
  ["SET sql_mode = 'ANSI'", [{ scope: 'session', name: 'sql_mode', value: "'ANSI'" }]],
  ["SET sql_mode = ''", [{ scope: 'session', name: 'sql_mode', value: "''" }]],
  ['SET LOCAL Time_Zone := "+01:00"', [{ scope: 'session', name: 'time_zone', value: '"+01:00"' }]],
  ['SET @@GLOBAL.max_connections = 10', [{ scope: 'global', name: 'max_connections', value: null }]],
  ['SET PERSIST a = 1', [{ scope: 'persist', name: 'a', value: null }]],
  ['SET @@persist_only.a = on', [{ scope: 'persist-only', name: 'a', value: 'on' }]],
  ['SET timestamp = -1.5', [{ scope: 'session', name: 'timestamp', value: '-1.5' }]],
  ['SET wait_timeout = DEFAULT', [{ scope: 'session', name: 'wait_timeout', value: 'default' }]],
  ['SET SESSION a.b = 5', [{ scope: 'session', name: 'a.b', value: '5' }]],
  [
    "SET @x = 1, time_zone = 'SYSTEM', GLOBAL b = 2",
    [
      { scope: 'user', name: 'x', value: '1' },
      { scope: 'session', name: 'time_zone', value: "'SYSTEM'" },
      { scope: 'global', name: 'b', value: '2' },
    ],
  ],
  ['SET sql_mode = CONCAT(@@sql_mode, 1)', [{ scope: 'session', name: 'sql_mode', value: null }]],
  ['SET NAMES utf8mb4', [{ scope: 'session', name: 'names', value: null }]],
  ['SET SESSION TRANSACTION READ ONLY', [{ scope: 'session', name: 'transaction_read_only', value: '1' }]],
  [
    'SET GLOBAL TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    [{ scope: 'global', name: 'transaction_isolation', value: "'REPEATABLE-READ'" }],
  ],
  ['/*!40101 SET time_zone = 5 */', [{ scope: 'session', name: 'time_zone', value: '5' }]],
])('%s: settings', (sql, settings) => {
  expect(facts(sql).settings).toEqual(settings)
})

test('a setting of known value can be replayed, and two values are two facts', () => {
  expect(facts("SET sql_mode = 'a'").effect).toEqual({ kind: 'set', name: 'sql_mode', value: "'a'", local: false })
  expect(facts("SET sql_mode = 'b'").effect).toEqual({ kind: 'set', name: 'sql_mode', value: "'b'", local: false })
  expect(facts('SET sql_mode = DEFAULT').effect).toEqual({ kind: 'set', name: 'sql_mode', value: null, local: false })
  expect(facts('SET sql_mode = "a"', modeOf('ANSI_QUOTES')).effect.kind).toBe('unknown')
})

test('tables and functions for people', () => {
  expect(facts('SELECT a FROM users u, app.orders, (items) WHERE f_read(1) IN (SELECT id FROM log)')).toMatchObject({
    tables: ['users', 'app.orders', 'items', 'log'],
    functions: ['f_read'],
  })
  expect(facts('INSERT INTO app.log (text) SELECT name FROM users').tables).toEqual(['app.log', 'users'])
})

describe('controls', () => {
  const encoder = new TextEncoder()
  const control = (sql: string, mode = modeOf('')) => {
    const bytes = encoder.encode(sql)
    return classifier.control(bytes, 0, bytes.length, mode)
  }

  test.each([
    ["SET freshet.max_lag = '200ms'", { kind: 'set', name: 'max_lag', value: '200ms', local: false }],
    ['SET SESSION freshet.max_lag = "200ms"', { kind: 'set', name: 'max_lag', value: '200ms', local: false }],
    ["set local freshet.route='primary' ;", { kind: 'set', name: 'route', value: 'primary', local: false }],
    ['SET freshet.max_lag := 200ms', { kind: 'set', name: 'max_lag', value: '200ms', local: false }],
    ["SET @@freshet.route = 'auto'", { kind: 'set', name: 'route', value: 'auto', local: false }],
    ["SET @@session.freshet.route = 'auto'", { kind: 'set', name: 'route', value: 'auto', local: false }],
    ["SET `freshet`.`route` = 'auto'", { kind: 'set', name: 'route', value: 'auto', local: false }],
    ['SET freshet.max_lag = DEFAULT', { kind: 'set', name: 'max_lag', value: null, local: false }],
    ['RESET freshet.max_lag', { kind: 'set', name: 'max_lag', value: null, local: false }],
    ["SET freshet.causal_key = 'it\\'s'", { kind: 'set', name: 'causal_key', value: "it's", local: false }],
    ["SET freshet.causal_key = 'a''b'", { kind: 'set', name: 'causal_key', value: "a'b", local: false }],
    [
      "# x\n-- y\n/* z */ SET freshet.route = 'auto' -- done",
      { kind: 'set', name: 'route', value: 'auto', local: false },
    ],
    [
      "SET freshet.max_lag='9s', @@session.freshet.route := primary",
      {
        kind: 'set-all',
        changes: [
          { kind: 'set', name: 'max_lag', value: '9s', local: false },
          { kind: 'set', name: 'route', value: 'primary', local: false },
        ],
      },
    ],
    ["/*!40101 SET freshet.route = 'auto' */;", { kind: 'set', name: 'route', value: 'auto', local: false }],
    ["/*! SET freshet.route = 'auto' */", { kind: 'set', name: 'route', value: 'auto', local: false }],
    ["SET freshet.max_lag='8s', autocommit=1", { kind: 'misuse', what: 'mixed', name: 'max_lag' }],
    ["SET NAMES utf8, @a = f('x', (1, 2)), freshet.max_lag='8s'", { kind: 'misuse', what: 'mixed', name: 'max_lag' }],
    ['SET GLOBAL freshet.route = 1', { kind: 'misuse', what: 'scope', name: 'route' }],
    ['SET PERSIST freshet.route = 1', { kind: 'misuse', what: 'scope', name: 'route' }],
    ['SET @@global.freshet.route = 1', { kind: 'misuse', what: 'scope', name: 'route' }],
    ['SET freshet.max_lag = ?', { kind: 'misuse', what: 'placeholder', name: 'max_lag' }],
    ["SET freshet.causal_key = repeat('a,', 3)", { kind: 'misuse', what: 'expression', name: 'causal_key' }],
    ['SET freshet.causal_key = @key', { kind: 'misuse', what: 'expression', name: 'causal_key' }],
    ['SELECT @@freshet.max_lag', { kind: 'show', name: 'max_lag', column: '@@freshet.max_lag' }],
    ['select  @@session.freshet.route;', { kind: 'show', name: 'route', column: '@@session.freshet.route' }],
    ['SELECT @@freshet.max_lag, 1', { kind: 'misuse', what: 'select', name: 'max_lag' }],
    ['SELECT @@global.freshet.max_lag', { kind: 'misuse', what: 'scope', name: 'max_lag' }],
    ['SHOW freshet.token', { kind: 'show', name: 'token' }],
    ['show freshet.server;', { kind: 'show', name: 'server' }],
    ['EXPLAIN ROUTE SELECT 1', { kind: 'explain-route', statement: 'SELECT 1' }],
    ['EXPLAIN ROUTE COMMIT', { kind: 'explain-route', statement: 'COMMIT' }],
    ['KILL 12', { kind: 'kill', id: '12', target: 'connection' }],
    ['kill query 12;', { kind: 'kill', id: '12', target: 'query' }],
    ['KILL CONNECTION 7 # x', { kind: 'kill', id: '7', target: 'connection' }],
    ['KILL SOFT QUERY 7', { kind: 'kill', id: '7', target: 'query' }],
  ])('%s', (sql, expected) => {
    expect(control(sql)).toEqual(expected)
  })

  test.each([
    'SET freshet.route TO 1',
    'SET freshet.route =',
    'SET freshet.route = f(1',
    "SET a = 'freshet.route = 1, freshet.route = 2'",
    'SET a = 1 /* , freshet.route = 2 */',
    'SET @freshet.route = 1',
    'SET STATEMENT max_statement_time = 1 FOR UPDATE a, b SET a.x = 1, freshet.x = 2',
    'SELECT freshet.max_lag FROM freshet',
    'SELECT @freshet',
    'SELECT @@autocommit, "@@freshet.max_lag"',
    'SELECT @@sql_mode /* freshet.max_lag */',
    'SET x = 1',
    'EXPLAIN route',
    'EXPLAIN route id',
    'EXPLAIN SELECT 1',
    'KILL @id',
    'KILL USER a',
    'KILL QUERY ID 5',
    'KILL 1 + 1',
    'KILL',
    'KILLED',
    "/*!80000 SET freshet.route = 'auto' */",
    "/*!401010 SET freshet.route = 'auto' */",
    "/*M!40101 SET freshet.route = 'auto' */",
    "/*!40101 SET freshet.route = 'auto' */ SELECT 1",
    "/*!40101 SET freshet.route = 'auto'",
    "/* SET freshet.route = 'auto' */",
    'SET freshet.route = "x',
  ])('%s is none', (sql) => {
    expect(control(sql)).toBeNull()
  })

  test('a backslash means what sql_mode says', () => {
    expect(control("SET freshet.causal_key = 'a\\\\'", modeOf('NO_BACKSLASH_ESCAPES'))).toMatchObject({
      value: 'a\\\\',
    })
    expect(control("SET freshet.causal_key = 'a\\\\'")).toMatchObject({ value: 'a\\' })
  })

  test('hints stand in comments of every kind, and comments do not nest', () => {
    const hint = (sql: string) => classifier.hint(encoder.encode(sql), 0, Buffer.byteLength(sql))
    expect(hint('/* freshet: route=primary */ SELECT 1')).toEqual([{ name: 'route', value: 'primary' }])
    expect(hint('# freshet: route=primary\nSELECT 1')).toEqual([{ name: 'route', value: 'primary' }])
    expect(hint('-- freshet: max_lag=1s\nSELECT 1')).toEqual([{ name: 'max_lag', value: '1s' }])
    expect(hint('/* a /* b */ /* freshet: route=primary */ SELECT 1')).toEqual([{ name: 'route', value: 'primary' }])
    expect(hint('SELECT 1 /* freshet: route=primary */')).toBeNull()
  })
})

test('a sample for people has no literals', () => {
  expect(digestSample("SELECT a FROM t WHERE b = 'secret' AND c IN (1, 2)")).toBe(
    'select a from t where b=?and c in(...)',
  )
  expect(digestSample("SELECT 'unterminated")).toBeNull()
})
