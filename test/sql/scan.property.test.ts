import fc from 'fast-check'
import { fingerprintSync, loadModule, scanSync } from 'libpg-query'
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

/** Of what the real parser cannot take, an error is thrown, or comes as a text. */
function fingerprint(sql: string): string | null {
  try {
    const found = fingerprintSync(sql)
    return /^[0-9a-f]{16}$/.test(found) ? found : null
  } catch {
    return null
  }
}

/**
 * In a type's modifier, the real parser takes literals for more than literals; continued strings are several that mean one; names after U& are spelled by
 * escapes.
 */
const NOT_COMPARED = /\n|u&|\w(time|stamp|numeric|char|bit|varying|interval)\w* ?\(\d|(numeric|bit|char|time)\(\d/i

/** The text with its literals replaced, by the real lexer's account of where they are; null where it has none or they count. */
function withOtherLiterals(sql: string, numbers: readonly string[], strings: readonly string[]): string | null {
  const bytes = Buffer.from(sql)
  const parts: Buffer[] = []
  let at = 0
  let replaced = 0
  for (const { start, end, tokenName } of scanSync(sql).tokens) {
    const literals = tokenName === 'SCONST' ? strings : /^[IF]CONST$/.test(tokenName) ? numbers : null
    if (literals === null) continue
    const written = bytes.toString('utf8', start, end)
    // Escapes, and strings that name the time, are no literals like others.
    if (tokenName === 'SCONST' && (!written.startsWith("'") || /now|today|tomorrow|yesterday/i.test(written))) continue
    parts.push(bytes.subarray(at, start), Buffer.from(literals[replaced++ % literals.length]!))
    at = end
  }
  return replaced === 0 ? null : Buffer.concat([...parts, bytes.subarray(at)]).toString()
}

const literals = fc.record({
  numbers: fc.array(literal, { minLength: 1, maxLength: 5 }),
  strings: fc.array(text, { minLength: 1, maxLength: 5 }),
})

test('statements of the corpus that differ in their literals only have one digest, and in the real parser one fingerprint', () => {
  const plain = corpus.filter(({ sql, mode, because }) => {
    const queries = /^[\s(]*(select|with|values|insert|update|delete|merge)\b/i.test(sql)
    return queries && because !== 'unparsed' && mode.standardConformingStrings && !NOT_COMPARED.test(sql)
  })
  let compared = 0
  fc.assert(
    fc.property(literals, ({ numbers, strings }) => {
      for (const { sql } of plain) {
        const other = withOtherLiterals(sql, numbers, strings)
        if (other === null) continue
        expect(canonical(other), other).toBe(canonical(sql))
        const [one, two] = [fingerprint(sql), fingerprint(other)]
        if (one === null || two === null) continue
        compared++
        expect(two, other).toBe(one)
      }
    }),
    { numRuns: 10 },
  )
  expect(compared).toBeGreaterThan(3000)
})
