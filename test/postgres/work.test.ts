/** What is known of several statements that come as one unit. */
import { beforeAll, expect, test } from 'vitest'
import type { Work } from '../../src/dialect.ts'
import { createClassifier, initClassifier } from '../../src/postgres/classify/index.ts'
import { mayUseSequence, usesSequence } from '../../src/session/sequences.ts'
import { frontend as f, listener, testClient } from './conversation.ts'

const LEX = { standardConformingStrings: true, asciiSafeEncoding: true }

beforeAll(() => initClassifier())

function workOf(...bytes: readonly Buffer[]): Work {
  const limits = { digests: 100 }
  const client = testClient({ classifier: createClassifier({ seed: 1, limits, catalog: () => null, now: () => 0 }) })
  const handler = listener()
  client.receive(Buffer.concat(bytes), handler)
  const [event] = handler.heard
  if (typeof event !== 'object' || !('unit' in event)) throw new Error('no unit')
  return client.resolve(event.unit, LEX)
}

const batch = (...statements: readonly string[]) =>
  workOf(...statements.flatMap((sql) => [f.parse('', sql), f.bind('', ''), f.execute('')]), f.sync)

test.each([
  [['NOTIFY zz', 'INSERT INTO t VALUES (1)'], true, true],
  [['LOCK TABLE t', 'SELECT fills()'], true, true],
  [['DECLARE c CURSOR FOR SELECT 1', "UPDATE t SET n = nextval('s')"], true, true],
  [['UPDATE t SET n = 1', 'COPY t FROM STDIN'], true, true],
  [['NOTIFY zz', 'UPDATE t SET n = 1'], true, false],
  [['SELECT 1', 'SELECT 2'], false, false],
  [['NOTIFY zz'], false, false],
  [['INSERT INTO t VALUES (1)'], true, true],
] as const)('%s: sequences', (statements, may, does) => {
  for (const { facts } of [batch(...statements), workOf(f.query(statements.join('; ')))])
    expect([mayUseSequence(facts), usesSequence(facts)]).toEqual([may, does])
})

test.each([
  [['SELECT 1', 'CREATE TABLE t (n int)'], 'unknown', 'SELECT; CREATE TABLE'],
  [['INSERT INTO t VALUES (1)', 'SELECT 1 INTO t'], 'unknown', 'INSERT; SELECT INTO'],
  [['SELECT 1', 'SELECT 2'], 'none', 'SELECT'],
] as const)('%s: what it leaves behind', (statements, effect, command) => {
  const { facts } = batch(...statements)
  expect([facts.effect.kind, facts.statements, facts.command]).toEqual([effect, 2, command])
})
