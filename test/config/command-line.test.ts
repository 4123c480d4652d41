import { expect, test } from 'vitest'
import { clusterNeedsRestart, configNeedsRestart } from '../../src/config/changes.ts'
import { fromCommandLine } from '../../src/config/command-line.ts'
import { formatProblem } from '../../src/config/problems.ts'

const from = (url: string) => fromCommandLine({ url, listen: ['127.0.0.1:0'], pretty: false, admin: 'off' })

function configOf(url: string) {
  const loaded = from(url)
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'))
  return loaded.config
}

test('a connection string names the servers, the monitor and any option', () => {
  const config = configOf(
    'postgres://mon%40x:se%2Fcret@db1:5432,db2,[::1]:7/app?max_lag=2s&pool.size=40&sslmode=require',
  )
  const cluster = config.clusters[0]!
  expect(config.admin).toBeNull()
  expect(cluster.servers.map(({ name }) => name)).toEqual(['db1:5432', 'db2:5432', '[::1]:7'])
  expect(cluster.monitor).toMatchObject({ user: 'mon@x', password: 'se/cret', database: 'app' })
  expect([cluster.policy.maxLag, cluster.pool.size, cluster.serverTls.mode]).toEqual([2000, 40, 'require'])
})

test.each([
  ['mysql://a@b/c', 'mysql:// is not in this version yet'],
  ['http://a@b/c', 'http:// is not known'],
  ['db1', 'is not a connection string'],
  ['postgres://a%zz@b/c', 'holds a %'],
  ['postgres://b/c', 'clusters.main.monitor.user: is missing'],
  ['postgres://a@/c', 'clusters.main.servers: is missing'],
  ['postgres://a@b/c?pol.size=4', 'clusters.main.pol: is not a known key; did you mean pool?'],
  ['postgres://a@b/c?engine.x=4', 'the option engine.x cannot be given here'],
  ['postgres://a@b/c?__proto__.x=4', 'the option __proto__.x cannot be given here'],
])('%s is refused', (url, expected) => {
  const loaded = from(url)
  expect(loaded.ok ? [] : loaded.problems.map(formatProblem).join('\n')).toContain(expected)
})

test('what a reload cannot change is named', () => {
  const before = configOf('postgres://a@b,c/d?max_lag=1s')
  const after = configOf('postgres://a@b,e/d?max_lag=2s')
  expect(configNeedsRestart(before, after)).toEqual([])
  expect(clusterNeedsRestart(before.clusters[0]!, after.clusters[0]!)).toEqual(['clusters.main.servers'])
  expect(configNeedsRestart(before, { ...after, clusters: [], admin: { listen: { host: 'h', port: 1 } } })).toEqual([
    'clusters.main (removed)',
    'admin',
  ])
})
