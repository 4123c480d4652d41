import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromCommandLine } from '../../src/config/command-line.ts'
import { parseConfig } from '../../src/config/load.ts'
import { formatProblem } from '../../src/config/problems.ts'

const example = readFileSync('config/freshet.yaml', 'utf8')
const load = (text: string) =>
  parseConfig(text, { fileName: 'f', directory: '/nonexistent', env: { MONITOR_PASSWORD: 'hunter2' } })

/** Whatever comes in: a configuration, or mistakes with a place; never an exception and never the password. */
function expectAnswer(loaded: ReturnType<typeof load>): void {
  if (loaded.ok) return
  expect(loaded.problems.length).toBeGreaterThan(0)
  for (const problem of loaded.problems) {
    expect(formatProblem(problem)).not.toContain('hunter2')
    expect(problem.where).toMatch(/^(f:\d+:\d+|command line)$/)
  }
}

test('any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => expectAnswer(load(text))),
    { numRuns: 500 },
  )
})

test('the example with anything cut out or put in', () => {
  const piece = fc.constantFrom(
    '',
    ' ',
    '\n',
    ':',
    '{',
    '}',
    '[',
    ']',
    '"',
    '- ',
    '*a',
    '&a',
    '<<: *a',
    'null',
    '5',
    '!!binary x',
    '\t',
    '#',
    '? ',
  )
  const edit = fc.tuple(fc.nat(example.length), fc.nat(40), piece)
  fc.assert(
    fc.property(edit, ([at, cut, put]) => expectAnswer(load(example.slice(0, at) + put + example.slice(at + cut)))),
    { numRuns: 500 },
  )
})

test('any connection string', () => {
  const part = fc.oneof(
    fc.string({ maxLength: 10 }),
    fc.constantFrom('db1', '[::1]:5', 'a.b=c', 'pool.size=5', '%41', '%'),
  )
  fc.assert(
    fc.property(
      fc.constantFrom('postgres', 'mysql'),
      part,
      part,
      part,
      part,
      (scheme, user, host, database, option) => {
        const url = `${scheme}://${user}@${host}/${database}?${option}`
        expectAnswer(fromCommandLine({ url, listen: ['127.0.0.1:0'], pretty: false }))
      },
    ),
    { numRuns: 500 },
  )
})
