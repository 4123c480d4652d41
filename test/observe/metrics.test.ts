import { describe, expect, test } from 'vitest'
import { createMetrics } from '../../src/observe/metrics.ts'
import { serverId } from '../../src/units.ts'

describe('metrics', () => {
  test('statements are counted by target and reason, and per server', async () => {
    const metrics = createMetrics({ processMetrics: false })
    const shop = metrics.cluster('shop')
    shop.sources({ serverNames: () => ['db1', 'db2'] })
    shop.statement('replica', 'read', serverId(1))
    shop.statement('replica', 'read', serverId(1))
    shop.statement('primary', 'write', serverId(0))
    shop.statement('local', 'local')
    const text = await metrics.render()
    expect(text).toContain('freshet_statements_total{cluster="shop",target="replica",reason="read"} 2')
    expect(text).toContain('freshet_statements_total{cluster="shop",target="primary",reason="write"} 1')
    expect(text).toContain('freshet_server_statements_total{cluster="shop",server="db2"} 2')
    expect(shop.ranOn(serverId(0))).toBe(1)
    expect(shop.totals()).toContainEqual({ target: 'local', reason: 'local', count: 1 })
  })

  test('a second scrape does not count anything twice', async () => {
    const metrics = createMetrics({ processMetrics: false })
    metrics.cluster('shop').statement('replica', 'read')
    await metrics.render()
    expect(await metrics.render()).toContain('reason="read"} 1')
  })

  test('histograms are cumulative and end with +Inf, sum and count', async () => {
    const metrics = createMetrics({ processMetrics: false })
    const shop = metrics.cluster('shop')
    shop.statementSeconds('replica', 0.0002)
    shop.statementSeconds('replica', 0.003)
    shop.statementSeconds('replica', 9999)
    shop.horizonWait(0.004)
    const text = await metrics.render()
    expect(text).toContain('freshet_statement_seconds_bucket{le="0.0001",cluster="shop",target="replica"} 0')
    expect(text).toContain('freshet_statement_seconds_bucket{le="0.00025",cluster="shop",target="replica"} 1')
    expect(text).toContain('freshet_statement_seconds_bucket{le="0.005",cluster="shop",target="replica"} 2')
    expect(text).toContain('freshet_statement_seconds_bucket{le="+Inf",cluster="shop",target="replica"} 3')
    expect(text).toContain('freshet_statement_seconds_count{cluster="shop",target="replica"} 3')
    expect(text).toMatch(/freshet_statement_seconds_sum\{cluster="shop",target="replica"\} 9999\.003/)
    expect(text).toContain('freshet_horizon_wait_seconds_count{cluster="shop"} 1')
  })

  test('gauges ask their sources at each scrape', async () => {
    const metrics = createMetrics({ processMetrics: false })
    let clients = 1
    metrics.cluster('shop').sources({
      clientConnections: () => clients,
      serverConnections: () => [{ server: 'db1', state: 'idle', count: 3 }],
      servers: () => [
        { server: 'db1', role: 'primary', up: true, stalenessSeconds: null },
        { server: 'db2', role: 'replica', up: false, stalenessSeconds: Number.POSITIVE_INFINITY },
      ],
      pinnedSessions: () => [{ cause: 'temp-table', count: 2 }],
    })
    await metrics.render()
    clients = 7
    const text = await metrics.render()
    expect(text).toContain('freshet_client_connections{cluster="shop"} 7')
    expect(text).toContain('freshet_server_connections{cluster="shop",server="db1",state="idle"} 3')
    expect(text).toContain('freshet_server_up{cluster="shop",server="db2",role="replica"} 0')
    expect(text).toContain('freshet_replica_staleness_seconds{cluster="shop",server="db2"} +Inf')
    expect(text).not.toContain('freshet_replica_staleness_seconds{cluster="shop",server="db1"}')
    expect(text).toContain('freshet_pinned_sessions{cluster="shop",cause="temp-table"} 2')
  })

  test('causes of re-runs are bounded', async () => {
    const metrics = createMetrics({ processMetrics: false })
    for (let i = 0; i < 100; i++) metrics.cluster('shop').rerun(`cause-${i}`)
    const text = await metrics.render()
    expect(text.match(/freshet_reruns_total\{/g)).toHaveLength(33)
    expect(text).toContain('cause="other"} 68')
  })

  test('a statement costs well under a microsecond even on a busy machine', () => {
    const shop = createMetrics({ processMetrics: false }).cluster('shop')
    const rounds = 1_000_000
    const start = process.cpuUsage()
    for (let i = 0; i < rounds; i++) shop.statement('replica', 'read', serverId(1))
    const { user, system } = process.cpuUsage(start)
    expect(((user + system) * 1000) / rounds).toBeLessThan(500)
  })
})
