import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Policy } from '../../src/routing/types.ts'
import { changeSetting, formatDuration, parseDuration, SETTING_NAMES, showSetting } from '../../src/session/settings.ts'

const POLICY = { maxLag: 1000 } as unknown as Policy
const set = (name: string, value: string) => changeSetting(POLICY, POLICY, name, value)

test.each([
  ['200ms', 200],
  [' 5 s ', 5000],
  ['1min', 60_000],
  ['0', 0],
  ['00', 0],
  ['200', null],
  ['0.5', null],
  ['-1s', null],
  ['5 years', null],
  ['', null],
])('the duration %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
  if (ms !== null) expect(parseDuration(formatDuration(ms))).toBe(ms)
})

test('a wrong value names what is allowed, and what can only be shown says so', () => {
  expect(set('max_lag', '200')).toMatchObject({ code: '22023', hint: expect.stringContaining('200ms') })
  expect(set('server', 'x')).toMatchObject({ code: '55P02', hint: expect.stringContaining('SHOW freshet.server') })
  expect(set('token', 'x')).toMatchObject({ code: '55P02', hint: expect.stringContaining('SET freshet.token') })
  expect(set('nosuch', 'x')).toMatchObject({ code: '42704', hint: expect.stringContaining('freshet.wait') })
  expect(showSetting(POLICY, 'constructor')).toMatchObject({ code: '42704' })
})

test('sql-controls.md has every setting', () => {
  const text = readFileSync('docs/sql-controls.md', 'utf8')
  for (const name of SETTING_NAMES) expect(text).toContain(`| \`SET freshet.${name} = `)
})
