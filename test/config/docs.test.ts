/** The documentation is complete: every key with its default, every reason, every error. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { knownKeys } from '../../src/config/known-keys.ts'
import { clusterSchema, configSchema } from '../../src/config/schema.ts'
import { errorCode } from '../../src/mysql/errors.ts'
import { REASONS } from '../../src/routing/reasons.ts'

const docs = (name: string) => readFileSync(`docs/${name}`, 'utf8')

/** First cells of all tables. */
function documented(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key!)
}

function keysBelow(path: (string | number)[], shown: string): string[] {
  return knownKeys(path).flatMap((key) => {
    const name = shown === '' ? key : `${shown}.${key}`
    const entry = keysBelow([...path, key, 0], `${name}[]`)
    const section = keysBelow([...path, key], name)
    return entry.length > 0 ? [name, ...entry] : section.length > 0 ? section : [name]
  })
}

test('configuration.md has every key, and no other', () => {
  expect(Object.keys(clusterSchema('postgres').shape).length).toBeGreaterThan(10)
  expect(Object.keys(configSchema.shape)).toContain('clusters')
  expect(Object.keys(clusterSchema('mysql').shape)).toEqual(Object.keys(clusterSchema('postgres').shape))
  const top = ['clusters', ...knownKeys([]).filter((key) => key !== 'clusters')].flatMap((key) => {
    const below = key === 'clusters' ? [] : keysBelow([key], key)
    return below.length > 0 ? below : [key]
  })
  const cluster = keysBelow(['clusters', 'shop'], '')
  const expected = new Set([...top, ...cluster])
  const found = documented(docs('configuration.md'))
  expect(found.filter((key) => !expected.has(key) && key !== 'tls')).toEqual([])
  expect([...expected].filter((key) => !found.includes(key))).toEqual([])
})

test('the commented example has every key too', () => {
  const example = readFileSync('config/freshet.yaml', 'utf8')
  const names = keysBelow(['clusters', 'shop'], '').map((key) => key.split('.').at(-1)!)
  const unnamed = names.filter((name) => !name.endsWith('[]') && !new RegExp(`\\b${name}:`).test(example))
  expect(unnamed).toEqual(['address'].filter((name) => unnamed.includes(name)))
})

test('reasons.md has every reason with its meaning, and no other', () => {
  const text = docs('reasons.md')
  expect(documented(text).sort()).toEqual(Object.keys(REASONS).sort())
  for (const [reason, meaning] of Object.entries(REASONS)) {
    const row = text.split('\n').find((line) => line.startsWith(`| \`${reason}\` |`))
    expect(row?.replaceAll('`', '')).toContain(meaning.replaceAll('`', ''))
  }
})

/** Sources that make failures for clients; the others of these rooms judge statements, or are other commands. */
const failing = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => /^(cli|dialect|mysql|pool|postgres|session)/.test(path) && !/classify|demo|explain\//.test(path))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(`src/${path}`, 'utf8'))
  .join('\n')

/** SQLSTATEs that are given to a Failure, and MySQL's numbers where it has one of its own. */
function raised(): { readonly states: Set<string>; readonly numbers: Set<string> } {
  const found = { states: new Set<string>(), numbers: new Set<string>() }
  const own = /code: (?:[^',;\n]*\? )?'([0-9A-Z]{5})'(?: : '([0-9A-Z]{5})')?(?:,\s*number: (\d+))?/g
  for (const [, state, other, number] of failing.matchAll(own)) {
    if (number !== undefined) found.numbers.add(number)
    else for (const one of [state, other]) if (one !== undefined) found.states.add(one)
  }
  for (const [, state] of failing.matchAll(/\bfatal\(\s*'([0-9A-Z]{5})'/g)) found.states.add(state!)
  for (const [, number] of failing.matchAll(/\bloginFailure\(\s*(\d{4})/g)) found.numbers.add(number!)
  // A server's error without an SQLSTATE; MySQL's for a prepared statement that is unknown; the monitor's own, for the log.
  for (const state of ['XX000', 'HY000']) found.states.delete(state)
  found.numbers.delete('1227')
  return found
}

const codesIn = (text: string, form: RegExp): string[] => text.match(form) ?? []

test('errors.md has every error that Freshet gives, and no other', () => {
  const rows = [...docs('errors.md').matchAll(/^\| ([0-9A-Z, ]*) ?\| ([0-9, ]*) ?\| /gm)].map(
    ([, states, numbers]) => ({
      states: codesIn(states!, /\w{5}/g),
      numbers: codesIn(numbers!, /\d{4}/g),
    }),
  )
  const { states, numbers } = raised()
  expect(states.size).toBeGreaterThan(15)
  expect([...states].filter((state) => !rows.some((row) => row.states.includes(state)))).toEqual([])
  expect([...numbers].filter((number) => !rows.some((row) => row.numbers.includes(number)))).toEqual([])
  const nowhere = rows.flatMap((row) => [...row.states, ...row.numbers]).filter((code) => !failing.includes(code))
  expect(nowhere).toEqual([])
  // What the engines share is shown to MySQL's clients under the number beside it.
  for (const state of ['57P01', '57P03', '08006', '08001', '53300', '53400', '54000', '55000', '40001', '0A000']) {
    const beside = rows.filter((row) => row.states.includes(state)).flatMap((row) => row.numbers)
    expect([state, beside]).toEqual([
      state,
      expect.arrayContaining([`${errorCode({ code: state, message: '' }).number}`]),
    ])
  }
})
