/** The documentation is complete: every key with its default, every reason. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { knownKeys } from '../../src/config/known-keys.ts'
import { clusterSchema, configSchema } from '../../src/config/schema.ts'
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
