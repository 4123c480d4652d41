import { describe, expect, test } from 'vitest'
import { settingNames } from '../../src/postgres/setting-names.ts'

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
