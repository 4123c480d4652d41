import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { liveView, type Picture, plainLine, summary } from '../../../src/cli/demo/view.ts'

const counts: Picture['counts'] = {
  writes: 1204,
  reads: 12_034,
  readsOfOwnWrite: 3612,
  stale: 0,
  backwards: 0,
  naiveReads: 900,
  naiveStale: 225,
  failures: 0,
  lastFailure: null,
}
const server = (name: string, perSecond: number, stalenessMs: number | null): Picture['servers'][number] => ({
  name,
  role: stalenessMs === null ? 'primary' : 'replica',
  up: true,
  statements: 0,
  stalenessMs,
  perSecond,
})
const picture: Picture = {
  servedBy: 'PostgreSQL 18',
  elapsedMs: 83_000,
  lengthMs: null,
  dashboard: 'http://127.0.0.1:9432/',
  command: "psql 'postgres://app:app@127.0.0.1:6432/app'",
  scene: 'replica-2 has stopped applying',
  maxLagMs: 1000,
  servers: [server('primary', 132, null), server('replica-1', 300, 34), server('replica-2', 0, 2150)],
  share: 0.813,
  shares: [null, 0, 0.5, 1],
  counts,
}
const seen = (changes: Partial<Picture> = {}) => liveView({ ...picture, ...changes }).map(stripVTControlCharacters)
const line = (lines: readonly string[], begin: string) => lines.find((text) => text.trim().startsWith(begin))

describe('the live view', () => {
  test('shows where to connect, what happens, and every server to scale', () => {
    const lines = seen()
    expect(lines[1]).toContain('01:23')
    expect(line(lines, 'connect')).toContain("psql 'postgres://app:app@127.0.0.1:6432/app'")
    expect(line(lines, 'dashboard')).toContain('http://127.0.0.1:9432/')
    expect(line(lines, 'now')).toContain('replica-2 has stopped applying')
    expect(line(lines, 'primary')).toMatch(/█{8}▊ +132 /)
    expect(line(lines, 'replica-1')).toMatch(/█{20} +300 .*34 ms$/)
    expect(line(lines, 'replica-2')).toMatch(/ 0 +█{20} 2\.1 s, not used$/)
    expect(line(lines, '81.3 %')).toMatch(/reads run on replicas +▁▅█$/)
    expect(lines.join('\n')).toContain('stale reads: 0')
    expect(lines.join('\n')).not.toContain('failures')
  })

  test('fits into 24 lines, and into 100 columns', () => {
    const lines = seen({ counts: { ...counts, failures: 3, lastFailure: 'gone' } })
    expect(lines.length).toBeLessThan(24)
    expect(lines.filter((text) => text.length > 100)).toEqual([])
  })

  test('hides nothing that goes wrong', () => {
    const down = { ...server('replica-1', 0, Number.POSITIVE_INFINITY), up: false }
    const lines = seen({
      servers: [down, server('replica-2', 0, Number.POSITIVE_INFINITY)],
      share: null,
      counts: { ...counts, stale: 2, backwards: 1, failures: 3, lastFailure: 'connection refused' },
    })
    expect(line(lines, 'replica-1')).toContain('does not answer')
    expect(line(lines, 'replica-2')).toMatch(/\?, not used$/)
    const text = lines.join('\n')
    expect(text).toContain('stale reads: 2')
    expect(text).toContain('gone back in time: 1')
    expect(text).toContain('3 failures; the last: connection refused')
  })
})

test('a plain line says the same in one line', () => {
  expect(plainLine(picture)).toBe(
    '01:23  primary 132/s, replica-1 300/s (34 ms old), replica-2 0/s (2.1 s old); reads on replicas: 81.3 %; stale reads: 0',
  )
})

test('the summary', () => {
  expect(summary(8.04, 0.5, counts)).toEqual([
    'Freshet demo: 8.0 s, 1,204 writes, 12,034 reads',
    'reads on replicas: 50.0 %',
    'stale reads: 0 of 3,612 right after a write; gone back in time: 0',
    'sent to just any replica, for comparison: 225 of 900 stale (25.0 %)',
  ])
})
