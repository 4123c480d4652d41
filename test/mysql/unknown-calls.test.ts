import { expect, test } from 'vitest'
import { Pins, pinsOf } from '../../src/mysql/pins.ts'
import { UnknownCalls } from '../../src/mysql/unknown-calls.ts'
import type { Classifier, Facts, LexMode } from '../../src/sql/facts.ts'
import { needsPrimary } from '../../src/sql/needs-primary.ts'

const LEX: LexMode = { standardConformingStrings: false, asciiSafeEncoding: true }
const known: Facts = { ...needsPrimary('CALL', 'volatile-function'), statements: 1 }
const unknown: Facts = { ...known, pins: ['unknown'] }
const text = Buffer.from('CALL p()')

/** Answers with these facts, at this version. */
const classifier = (facts: Facts, version: number) => ({ classify: () => facts, version }) as unknown as Classifier

test('a call that nobody knew is settled once the catalog knows it, and not before', () => {
  const calls = new UnknownCalls()
  calls.ran(unknown, text, LEX, classifier(unknown, 1))
  expect(calls.isSettled(classifier(known, 1))).toBe(false)
  expect(calls.isSettled(classifier(unknown, 2))).toBe(false)
  expect(calls.isSettled(classifier(known, 3))).toBe(true)
  expect(calls.isSettled(classifier(known, 4))).toBe(false)
})

test('one that turns out to leave something is never settled', () => {
  const calls = new UnknownCalls()
  calls.ran(unknown, text, LEX, classifier(unknown, 1))
  expect(calls.isSettled(classifier({ ...known, pins: ['user-variable'] }, 2))).toBe(false)
  expect(calls.isSettled(classifier({ ...known, because: 'unparsed' }, 3))).toBe(false)
})

test.each([
  ['several statements', { ...unknown, statements: 2 }, text],
  ['a long text', unknown, Buffer.alloc(5000, 0x20)],
])('%s cannot be asked about again', (_, facts, bytes) => {
  const calls = new UnknownCalls()
  calls.ran(facts, bytes, LEX, classifier(facts, 1))
  calls.ran(unknown, text, LEX, classifier(unknown, 1))
  expect(calls.isSettled(classifier(known, 2))).toBe(false)
})

test.each(['unparsed', 'too-large'] as const)('what is %s may leave anything', (because) => {
  const facts = { ...known, because }
  expect(pinsOf(facts)).toEqual(['unknown'])
  const pins = new Pins()
  pins.ran(facts, { error: null, results: 1 }, 'app', () => '')
  expect(pins.causes).toEqual(['unknown'])
  const refused = new Pins()
  refused.ran(facts, { error: 1064, results: 0 }, 'app', () => '')
  expect(refused.causes).toEqual([])
})
