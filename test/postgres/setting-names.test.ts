import { describe, expect, test } from 'vitest'
import { setsByFunction, settingNames } from '../../src/postgres/setting-names.ts'
import { needsPrimary } from '../../src/sql/needs-primary.ts'

describe('settings that a text sets and no server lists', () => {
  test.each([
    ["SELECT set_config('app.me', $1, false)", ['app.me'], false],
    ["select set_config( 'App.Me' , 'x', true), set_config('work_mem', '1MB', false)", ['app.me'], false],
    ["SET app.me = 'x'; SET LOCAL app.you TO 'y'; set session \"app\".it = 1", ['app.me', 'app.you', 'app.it'], false],
    ['SELECT set_config($1, $2, false)', [], true],
    ['SELECT set_config($1, $2, $3)', [], true],
    ['SELECT set_config(name, lower(value), false) FROM t', [], true],
    ["SELECT set_config('app.' || $1, 'x', false)", [], true],
    // For the transaction only: nothing is left behind.
    ['SELECT set_config($1, $2, true)', [], false],
    ['SELECT setseed(0.5)', [], true],
    ['SET seed TO 0.5', [], true],
    ['SET SESSION seed = 0.5', [], true],
    ["UPDATE t SET seed_ = 1, name = 'set seeds'", [], false],
    ['SELECT 1', [], false],
  ])('%s', (text, names, others) => {
    expect(settingNames(text)).toEqual({ names, others })
  })
})

test.each([
  ["SELECT set_config('freshet.max_lag', '2s', false)", 'set_config', 'max_lag'],
  ["select pg_catalog.SET_CONFIG( E'freshet.Route' , $1, true), 1", 'pg_catalog.set_config', 'route'],
  ["SELECT set_config('app.note', 'set_config(''freshet.route'', 1)', false)", 'set_config', null],
  ["SELECT f('set_config(''freshet.route'')')", 'f', null],
  ["INSERT INTO notes VALUES ($$ set_config('freshet.route', 1) $$)", 'count', null],
])('%s sets a setting of Freshet by a function', (text, called, name) => {
  const facts = { ...needsPrimary('SELECT', 'session-state'), functions: [called] }
  expect(setsByFunction(facts, () => text)).toEqual(name === null ? null : { kind: 'misuse', what: 'function', name })
})
