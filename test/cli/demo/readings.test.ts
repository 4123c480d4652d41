import { expect, test } from 'vitest'
import { parseMetrics } from '../../../src/cli/demo/metrics-page.ts'
import { ratePerSecond, readingOf, shareOnReplicas } from '../../../src/cli/demo/readings.ts'

const page = (replica: number, behind: number) => `
# HELP freshet_statements_total Statements by where they ran and why
freshet_statements_total{cluster="demo",target="replica",reason="read"} ${replica}
freshet_statements_total{cluster="demo",target="primary",reason="write"} 50
freshet_statements_total{cluster="demo",target="primary",reason="behind-floor"} ${behind}
freshet_statements_total{cluster="demo",target="primary",reason="stale"} 10
freshet_server_statements_total{cluster="demo",server="a"} ${behind + 60}
freshet_server_statements_total{cluster="demo",server="b"} ${replica}
freshet_replica_staleness_seconds{cluster="demo",server="b"} 0.034
freshet_replica_staleness_seconds{cluster="demo",server="c"} +Inf
freshet_server_up{cluster="demo",server="b",role="replica"} 1
freshet_server_up{cluster="demo",server="a",role="primary"} 1
freshet_server_up{cluster="demo",server="c",role="replica"} 0
`
const first = readingOf(parseMetrics(page(100, 20)), 1000)
const second = readingOf(parseMetrics(page(190, 30)), 3000)

test('a reading holds what ran where, and how old every replica is', () => {
  expect(first).toEqual({
    at: 1000,
    servers: [
      { name: 'a', role: 'primary', up: true, statements: 80, stalenessMs: null },
      { name: 'b', role: 'replica', up: true, statements: 100, stalenessMs: 34 },
      { name: 'c', role: 'replica', up: false, statements: 0, stalenessMs: Number.POSITIVE_INFINITY },
    ],
    onReplicas: 100,
    readsOnPrimary: 30,
  })
})

test('writes are no reads that missed their replica', () => {
  expect(shareOnReplicas(null, first)).toBeCloseTo(100 / 130)
  expect(shareOnReplicas(first, second)).toBeCloseTo(0.9)
  expect(shareOnReplicas(second, second)).toBeNull()
})

test('rates are per second of the time between two readings', () => {
  expect(ratePerSecond(first, second, 'b')).toBe(45)
  expect(ratePerSecond(first, first, 'b')).toBe(0)
  expect(ratePerSecond(first, second, 'nobody')).toBe(0)
})
