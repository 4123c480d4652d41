import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gaugesFrom } from '../../src/admin/gauges.ts'
import { type Admin, startAdmin } from '../../src/admin/server.ts'
import type { RunningCluster } from '../../src/admin/view.ts'
import { quietLog } from '../../src/observe/log.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { instant, NEVER, serverId } from '../../src/units.ts'

const state = { ok: true, fails: false }
const server = { weight: 1, zone: null, up: true, ineligible: null, incarnation: 1, clockAgrees: true }
const shop: RunningCluster = {
  name: 'shop',
  addresses: ['127.0.0.1:6432'],
  view: () => ({
    mode: 'route',
    snapshot: {
      epoch: 3,
      primary: serverId(0),
      primaryProblem: null,
      withoutPrimarySince: null,
      servers: [
        { ...server, id: serverId(0), name: 'db1', address: 'db1:5432', role: 'primary', horizon: NEVER },
        { ...server, id: serverId(1), name: 'db2', address: 'db2:5432', role: 'replica', horizon: instant(988) },
        { ...server, id: serverId(2), name: 'db3', address: 'db3:5432', role: 'replica', horizon: NEVER },
      ],
    },
    now: 1000,
    clients: 2,
    ready: state.ok ? { ok: true, why: '' } : { ok: false, why: 'no server answers' },
    pools: [
      { server: 'db1', user: 'app', database: 'app', idle: 1, busy: 2, connecting: 0, waiting: 4, lanes: 2, riders: 7 },
    ],
    sessions: (limit) =>
      [1, 2].slice(0, limit).map((id) => ({
        id,
        user: 'app',
        database: 'app',
        client: '127.0.0.1:1',
        applicationName: '',
        state: 'idle',
        server: null,
        pinned: id === 1 ? 'temp-table' : null,
        statements: 1,
        connectedSeconds: 1,
      })),
    digests: () => [
      { digest: 1, text: 'SELECT ?', verdict: 'read', reason: 'read', count: 9, observed: 0, offloadable: 0 },
    ],
  }),
  nameMissingRights() {},
  stopAccepting() {},
  drained: async () => {},
  close: async () => {},
  reload: () => [],
  explain: async (sql) => {
    if (state.fails) throw new Error('broken')
    return [['statement', sql]]
  },
}

const metrics = createMetrics({ processMetrics: false })
metrics.cluster('shop').sources(gaugesFrom(shop.view))
metrics.cluster('shop').statement('replica', 'read', serverId(1))
let admin: Admin

beforeAll(async () => {
  admin = await startAdmin({ host: '127.0.0.1', port: 0 }, { clusters: () => [shop], metrics, log: quietLog })
})
afterAll(() => admin.close())

const get = (path: string, init?: RequestInit) => fetch(`http://${admin.address}${path}`, init)
const getJson = async (path: string) => JSON.parse(await (await get(path)).text())

describe('admin', () => {
  test('healthz lives, readyz says why not', async () => {
    expect((await get('/healthz')).status).toBe(200)
    expect((await get('/readyz')).status).toBe(200)
    state.ok = false
    const response = await get('/readyz')
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('no server answers')])
    state.ok = true
  })

  test('servers with role, staleness and counts', async () => {
    const { clusters } = await getJson('/api/v1/servers')
    expect(clusters[0]).toMatchObject({ cluster: 'shop', primary: 'db1', epoch: 3, clients: 2 })
    expect(clusters[0].servers).toMatchObject([
      { name: 'db1', role: 'primary', staleness_ms: null, statements: 0 },
      { name: 'db2', role: 'replica', staleness_ms: 12, statements: 1 },
      { name: 'db3', role: 'replica', staleness_ms: null },
    ])
    expect(clusters[0].statements).toEqual([{ target: 'replica', reason: 'read', count: 1 }])
  })

  test('what was seen in observe mode', async () => {
    const [before] = (await getJson('/api/v1/servers')).clusters
    expect(before).toMatchObject({ mode: 'route', observed: { statements: 0, share: null } })
    const { observed } = metrics.cluster('shop')
    observed('replica', 'read')
    observed('replica', 'read')
    observed('primary', 'behind-floor')
    observed('wait', 'behind-floor')
    const [after] = (await getJson('/api/v1/servers')).clusters
    expect(after.observed).toMatchObject({ statements: 4, replica: 2, wait: 1, share: 0.5 })
    const page = await (await get('/metrics')).text()
    expect(page).toContain('freshet_observed_total{cluster="shop",target="replica",reason="read"} 2')
    expect(page).toContain('freshet_observed_total{cluster="shop",target="wait",reason="behind-floor"} 1')
  })

  test('sessions and digests with a limit', async () => {
    expect((await getJson('/api/v1/sessions')).clusters[0].sessions).toHaveLength(2)
    expect((await getJson('/api/v1/sessions?limit=1')).clusters[0].sessions).toHaveLength(1)
    expect((await getJson('/api/v1/sessions?limit=-1')).clusters[0].sessions).toHaveLength(2)
    expect((await getJson('/api/v1/digests')).clusters[0].digests[0].text).toBe('SELECT ?')
  })

  test('explain, with the cluster named or the only one', async () => {
    const expected = { cluster: 'shop', sql: 'SELECT 1 + 1', rows: [{ fact: 'statement', value: 'SELECT 1 + 1' }] }
    expect(await getJson('/api/v1/explain?cluster=shop&sql=SELECT%201%20%2B%201')).toEqual(expected)
    expect((await getJson('/api/v1/explain?sql=SELECT+1')).cluster).toBe('shop')
    expect((await get('/api/v1/explain?cluster=nope&sql=SELECT+1')).status).toBe(404)
    expect((await get('/api/v1/explain')).status).toBe(400)
    expect((await get(`/api/v1/explain?sql=${'x'.repeat(8001)}`)).status).toBe(400)
  })

  test('a failing answer is a 500 that says nothing about the inside', async () => {
    state.fails = true
    const response = await get('/api/v1/explain?sql=SELECT+1')
    state.fails = false
    expect([response.status, await response.text()]).toEqual([500, 'failed; see the log\n'])
  })

  test('metrics carry the gauges of the view', async () => {
    const text = await (await get('/metrics')).text()
    expect(text).toContain('freshet_client_connections{cluster="shop"} 2')
    expect(text).toContain('freshet_replica_staleness_seconds{cluster="shop",server="db2"} 0.012')
    expect(text).toContain('freshet_replica_staleness_seconds{cluster="shop",server="db3"} +Inf')
    expect(text).toContain('freshet_server_connections{cluster="shop",server="db1",state="busy"} 2')
    expect(text).toContain('freshet_pinned_sessions{cluster="shop",cause="temp-table"} 1')
    expect(text).toContain('freshet_lane_depth{cluster="shop",server="db1"} 3.5')
    expect(text).toContain('freshet_server_statements_total{cluster="shop",server="db2"} 1')
  })

  test('the dashboard is one page that loads nothing from elsewhere', async () => {
    const response = await get('/')
    const page = await response.text()
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page).not.toMatch(/https?:\/\//)
    expect(page).not.toMatch(/innerHTML|<link|src=/)
  })

  test('other paths and methods', async () => {
    expect((await get('/etc/passwd')).status).toBe(404)
    expect((await get('//')).status).toBe(404)
    expect((await get('/healthz', { method: 'POST', body: 'x' })).status).toBe(405)
    expect(await (await get('/healthz', { method: 'HEAD' })).text()).toBe('')
  })

  test('an address that is taken is an error, not a crash', async () => {
    const port = Number(admin.address.split(':')[1])
    const second = startAdmin({ host: '127.0.0.1', port }, { clusters: () => [], metrics, log: quietLog })
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
