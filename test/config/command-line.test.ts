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

test.each(['mysql', 'mariadb'])('%s:// has the defaults of MySQL', (scheme) => {
  const url = `${scheme}://mon:secret@db1,db2:3307/app?ssl-mode=VERIFY_IDENTITY&auth.method=mysql_native_password`
  const loaded = fromCommandLine({ url, listen: [], pretty: false, admin: 'off' })
  const cluster = loaded.ok ? loaded.config.clusters[0]! : null
  expect(cluster).toMatchObject({ engine: 'mysql', listen: [{ host: '127.0.0.1', port: 3307 }] })
  expect(cluster?.servers.map(({ name }) => name)).toEqual(['db1:3306', 'db2:3307'])
  // The database of the connection string is the application's: the monitor has no right on it.
  expect(cluster?.monitor).toMatchObject({ user: 'mon', password: 'secret', database: '' })
  expect([cluster?.serverTls.mode, cluster?.auth.method]).toEqual(['verify-full', 'mysql_native_password'])
})

test('the listener has a default', () => {
  const loaded = fromCommandLine({ url: 'postgres://a@b/c', listen: [], pretty: false })
  expect(loaded.ok && loaded.config.clusters[0]!.listen).toEqual([{ host: '127.0.0.1', port: 6432 }])
})

test.each([
  ['mysql://b/c', 'clusters.main.monitor.user: is missing'],
  ['mysql://a@b/c?auth.query=x', 'auth.query: has no meaning with engine: mysql'],
  ['mysql://a@b/c?auth.method=md5', 'is for engine: postgres; allowed: caching_sha2_password'],
  ['http://a@b/c', 'http:// is not known'],
  ['db1', 'is not a connection string'],
  ['postgres://a%zz@b/c', 'holds a %'],
  ['postgres://b/c', 'clusters.main.monitor.user: is missing'],
  ['postgres://a@/c', 'clusters.main.servers: is missing'],
  ['postgres://a@b/c?pol.size=4', 'clusters.main.pol: is not a known key; did you mean pool?'],
  ['postgres://a@b/c?engine.x=4', 'the option engine.x cannot be given here'],
  ['postgres://a@b/c?max_lag=1s&max_lag=2s', 'the option max_lag is given twice; another max_lag says it already'],
  ['postgres://a@b/c?sslmode=require&server_tls.mode=disable', 'server_tls.mode is given twice; another sslmode'],
  ['postgres://a@b/c?engine=mysql', 'the option engine is given twice; the scheme says it already'],
  ['postgres://a@b/c?monitor.user=x', 'monitor.user is given twice; the connection string says it already'],
  ['postgres://a@b/c?listen=*:1', 'the option listen is given twice; --listen says it already'],
  ['mysql://a@b?monitor.nudge=false', 'monitor.nudge: has no meaning with engine: mysql'],
  ['postgres://a@b/c?__proto__.x=4', 'the option __proto__.x cannot be given here'],
])('%s is refused', (url, expected) => {
  const loaded = from(url)
  expect(loaded.ok ? [] : loaded.problems.map(formatProblem).join('\n')).toContain(expected)
})

test('all options that cannot be are named at once, and no value of theirs', () => {
  const loaded = from('postgres://a@b/c?max_lag=1s&max_lag=2s&monitor.password=hunter2&monitor.password=hunter3&x.=1')
  const problems = loaded.ok ? [] : loaded.problems.map(formatProblem)
  expect(problems).toHaveLength(3)
  expect(problems.join('\n')).not.toContain('hunter')
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
