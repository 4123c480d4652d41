/** What keeps a statement on the primary, whatever the replicas could do. */
import { expect, test } from 'vitest'
import { type Deferred, keptBy } from '../../src/routing/kept.ts'
import type { Reason } from '../../src/routing/reasons.ts'
import { facts } from './world.ts'

const STATEMENTS = {
  read: facts(),
  write: facts({ verdict: 'primary', because: 'write' }),
  cursor: facts({ verdict: 'read-in-transaction', because: 'session-state' }),
  sequence: facts({ usesLastSequence: true }),
}

test.each<[statement: keyof typeof STATEMENTS, deferred: Deferred, keptOnPrimary: boolean, because: Reason | null]>([
  ['read', null, false, null],
  ['read', null, true, 'session-state'],
  ['write', null, false, 'write'],
  ['write', null, true, 'write'],
  ['cursor', null, false, 'session-state'],
  ['read', 'may-write', false, 'transaction'],
  ['cursor', 'may-write', false, 'transaction'],
  ['write', 'may-write', false, 'write'],
  ['read', 'read-only', false, null],
  ['read', 'read-only', true, 'transaction'],
  ['cursor', 'read-only', false, null],
  ['sequence', 'read-only', false, 'transaction'],
  ['write', 'read-only', false, 'write'],
])('%s, deferred %s, kept on the primary %s: %s', (statement, deferred, keptOnPrimary, because) => {
  expect(keptBy(STATEMENTS[statement], deferred, keptOnPrimary)).toBe(because)
})
