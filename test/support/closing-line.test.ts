import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const VITEST = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname
const REPORTER = new URL('./closing-line.ts', import.meta.url).pathname

/** Runs vitest on these files and returns the last line of its output. */
function lastLine(files: Readonly<Record<string, string>>, ...args: string[]): { line: string; code: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-line-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const options = ['run', '--globals', '--root', folder, '--reporter=default', `--reporter=${REPORTER}`, ...args]
  const { status, stdout } = spawnSync(process.execPath, [VITEST, ...options], { encoding: 'utf8' })
  return { line: stdout.trimEnd().split('\n').at(-1)!, code: status }
}

const GOOD = "test('a', () => {}); describe('s', () => { test('b', () => {}) })"

test('counts the tests of all files, and what a filter leaves out is neither', () => {
  expect(lastLine({ 'one.test.js': GOOD, 'two.test.js': GOOD })).toEqual({ line: '4 passed, 0 failed', code: 0 })
  expect(lastLine({ 'one.test.js': GOOD }, '-t', 'b')).toEqual({ line: '1 passed, 0 failed', code: 0 })
})

test('failures of tests, hooks, whole files and of nobody in particular all count', () => {
  const files = {
    'good.test.js': GOOD,
    'bad.test.js': "test('c', () => { throw new Error('c') })",
    'hook.test.js': "describe('h', () => { beforeAll(() => { throw new Error('h') }); test('d', () => {}) })",
    'file.test.js': "throw new Error('f')",
    'stray.test.js': "test('e', async () => { Promise.reject(new Error('stray')); await new Promise(setImmediate) })",
  }
  expect(lastLine(files)).toEqual({ line: '3 passed, 4 failed', code: 1 })
})

test('a run without a test has failed', () => {
  expect(lastLine({})).toEqual({ line: '0 passed, 1 failed', code: 1 })
  expect(lastLine({ 'one.test.js': GOOD }, '-t', 'zzzz')).toEqual({ line: '0 passed, 1 failed', code: 1 })
})
