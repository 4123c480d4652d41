import { describe, expect, test } from 'vitest'
import { parseOutput } from '../../bench/pgbench.ts'
import { type Measured, median, ratio, table } from '../../bench/report.ts'
import type { Workload } from '../../bench/suite.ts'
import { parseOutput as parseSysbench } from '../../bench/sysbench.ts'

const select: Workload = { name: 's', title: 'SELECT', args: [] }

function measured(contestant: string, round: number, tps: number | null): Measured {
  const run =
    tps === null
      ? ({ ok: false, why: 'refused' } as const)
      : ({ ok: true, outcome: { tps, latencyMs: 1, transactions: 100 } } as const)
  return { contestant, workload: 's', clients: 16, round, run, cpuMicros: contestant === 'direct' ? null : 10 }
}

describe('the benchmark report', () => {
  test('medians', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN])
  })

  test('ratios compare what ran in the same round', () => {
    const own = [measured('freshet', 0, 50), measured('freshet', 1, 300), measured('freshet', 2, null)]
    const direct = [measured('direct', 0, 100), measured('direct', 1, 200), measured('direct', 2, 100)]
    expect(ratio(own, direct)).toBe(1)
    expect(ratio(own, [])).toBeNull()
  })

  test('a table with what failed below it', () => {
    const rows = [measured('direct', 0, 1000), measured('pgbouncer', 0, 500), measured('freshet', 0, null)]
    const titles = new Map([
      ['direct', 'direct'],
      ['pgbouncer', 'PgBouncer'],
      ['freshet', 'Freshet'],
      ['haproxy', 'HAProxy'],
    ])
    const lines = table(rows, select, { titles, clients: [16], against: ['direct', 'pgbouncer'] }).split('\n')
    expect(lines.filter((line) => line.startsWith('| '))).toEqual([
      '| | 16 clients: tps | latency ms | / direct | / PgBouncer | proxy CPU us |',
      '| --- | --- | --- | --- | --- | --- |',
      '| direct | 1,000 | 1.000 | 1.00 | 2.00 | - |',
      '| PgBouncer | 500 | 1.000 | 0.50 | 1.00 | 10.0 |',
      '| Freshet | failed | - | - | - | - |',
    ])
    expect(lines.at(-1)).toBe('- Freshet failed: refused')
  })

  test("pgbench's words", () => {
    const text =
      'number of transactions actually processed: 42\nlatency average = 0.123 ms\ntps = 99.5 (without initial connection time)\n'
    expect(parseOutput(text)).toEqual({ tps: 99.5, latencyMs: 0.123, transactions: 42 })
    expect(parseOutput('pgbench: fatal: connection refused')).toBeNull()
  })

  test("sysbench's words", () => {
    const text = `SQL statistics:
    transactions:                        13190  (13117.36 per sec.)
    queries:                             26380  (26234.72 per sec.)

Latency (ms):
         min:                                    0.05
         avg:                                    0.30
`
    expect(parseSysbench(text)).toEqual({ tps: 13_117.36, latencyMs: 0.3, transactions: 13_190 })
    expect(parseSysbench('FATAL: unable to connect to MySQL server')).toBeNull()
  })
})
