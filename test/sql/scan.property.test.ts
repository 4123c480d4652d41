import fc from 'fast-check'
import { fingerprintSync, loadModule } from 'libpg-query'
import { expect, test } from 'vitest'
import { corpus } from '../corpus/postgres/corpus.ts'
import { canonical, scanned } from './scanning.ts'

await loadModule()

const literal = fc.oneof(
  fc.integer({ min: 0 }).map(String),
  fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value.toFixed(3)),
)
const text = fc
  .string()
  .filter((value) => !/now|today|tomorrow|yesterday|\0/i.test(value))
  .map((value) => `'${value.replaceAll("'", "''")}'`)
const gap = fc.constantFrom(' ', '\n', '\t ', '/* x */', ' -- y\n', '/* /* z */ */ ')
const randomCase = (word: string) =>
  fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((upper) => [...word].map((letter, i) => (upper[i] ? letter.toUpperCase() : letter)).join(''))

test('literals, white space, comments and the case of words change nothing', () => {
  fc.assert(
    fc.property(
      literal,
      text,
      fc.array(gap, { minLength: 12, maxLength: 12 }),
      randomCase('select'),
      randomCase('where'),
      (n, s, g, select, where) => {
        const sql = `${g[0]}${select}${g[1]}a${g[2]},${g[3]}${s}${g[4]}from${g[5]}t${g[6]}${where}${g[7]}b${g[8]}=${g[9]}${n}${g[10]}and c < ${s}${g[11]}`
        expect(canonical(sql)).toBe(canonical("select a, 'x' from t where b = 1 and c < 'x'"))
      },
    ),
  )
})

test('lists of any length are one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(literal, text), { minLength: 1, maxLength: 50 }),
      fc.integer({ min: 1, max: 30 }),
      (values, rows) => {
        expect(canonical(`select 1 where a in (${values.join(' , ')})`)).toBe(canonical('select 1 where a in (1)'))
        const row = `(${values.join(',')})`
        expect(canonical(`insert into t values ${Array(rows).fill(row).join(', ')}`)).toBe(
          canonical('insert into t values (1)'),
        )
      },
    ),
  )
})

test('no bytes make it throw, and what it takes it takes again', () => {
  const sqlish = fc.array(
    fc.constantFrom(
      "'",
      '"',
      '$$',
      '$a$',
      '--',
      '/*',
      '*/',
      'E',
      'U&',
      '\\',
      '(',
      ')',
      '[',
      ']',
      ';',
      ',',
      '.',
      '1',
      'in',
      'values',
      'a',
      ' ',
      '\n',
      '-',
      '$1',
      '\0',
      'é',
    ),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        sqlish.map((parts) => Buffer.from(parts.join(''))),
        fc.uint8Array({ maxLength: 200 }),
      ),
      (bytes) => {
        const once = scanned(bytes)
        expect(scanned(bytes)).toBe(once)
        expect(typeof once === 'string' || once === 1 || once === 2).toBe(true)
      },
    ),
    { numRuns: 3000 },
  )
})

test('the canonical text of a text inside a larger buffer is the same', () => {
  fc.assert(
    fc.property(fc.constantFrom(...corpus.map((row) => row.sql)), fc.string(), fc.string(), (sql, before, after) => {
      const whole = Buffer.from(before + sql + after)
      const start = Buffer.byteLength(before)
      const alone = scanned(sql)
      expect(scanned(whole.subarray(start, start + Buffer.byteLength(sql)))).toBe(alone)
    }),
  )
})

test('statements of one canonical text have one fingerprint in the real parser', () => {
  const fingerprints = new Map<string, string>()
  for (const { sql, mode } of corpus) {
    // The real parser knows strings with standard_conforming_strings on only.
    if (!mode.standardConformingStrings) continue
    // Values of options count as names there, and mean nothing to what is classified.
    if (/^explain \(\w+ \d/i.test(sql)) continue
    const key = canonical(sql)
    if (typeof key === 'number') continue
    let fingerprint: string
    try {
      fingerprint = fingerprintSync(sql)
    } catch {
      continue
    }
    // An error of the lexer comes as a text.
    if (!/^[0-9a-f]{16}$/.test(fingerprint)) continue
    expect(fingerprints.get(key) ?? fingerprint, sql).toBe(fingerprint)
    fingerprints.set(key, fingerprint)
  }
  expect(fingerprints.size).toBeGreaterThan(500)
})
