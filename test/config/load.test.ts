// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own placeholders are tested here
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { formatProblem } from '../../src/config/problems.ts'

const options = { fileName: 'f.yaml', directory: '.', env: { MONITOR_PASSWORD: 'hunter2' } }
const load = (text: string, env: Record<string, string> = options.env) => parseConfig(text, { ...options, env })

function problemsOf(text: string, env?: Record<string, string>): string[] {
  const loaded = load(text, env)
  if (loaded.ok) throw new Error('was expected to fail')
  return loaded.problems.map(formatProblem)
}

function configOf(text: string, env?: Record<string, string>) {
  const loaded = load(text, env)
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'))
  return loaded
}

const minimal = `
clusters:
  shop:
    engine: postgres
    listen: 127.0.0.1:6432
    servers: [10.0.0.1, "[::1]:5433"]
    monitor: { user: freshet }
`

const mysql = (text: string) => text.replace('engine: postgres', 'engine: mysql')
const within = (line: string) => `${minimal}    ${line}\n`

describe('defaults', () => {
  test('the commented example is valid, and what it shows are the defaults', () => {
    const text = readFileSync('config/freshet.yaml', 'utf8')
    const example = configOf(text).config
    const plain = configOf(minimal).config
    const cluster = example.clusters[0]!
    const { name, servers, monitor, listen, ...shown } = cluster
    expect([name, servers.length, monitor.user, listen.length]).toEqual(['shop', 3, 'freshet', 1])
    expect(plain.clusters[0]).toMatchObject(shown)
    expect(plain.clusters[0]!.monitor).toEqual({ ...monitor, password: '' })
    expect({ ...plain, clusters: [] }).toEqual({ ...example, clusters: [] })
  })

  test('the commented example gives no warnings', () => {
    expect(configOf(readFileSync('config/freshet.yaml', 'utf8')).warnings).toEqual([])
  })

  test('a server needs no port, and is named after its address', () => {
    expect(configOf(minimal).config.clusters[0]!.servers).toEqual([
      { address: { host: '10.0.0.1', port: 5432 }, name: '10.0.0.1:5432', weight: 1, zone: null },
      { address: { host: '::1', port: 5433 }, name: '[::1]:5433', weight: 1, zone: null },
    ])
  })

  test('a MySQL cluster has its own', () => {
    const { servers, auth, monitor, limits, pool } = configOf(mysql(minimal)).config.clusters[0]!
    expect(servers.map(({ name }) => name)).toEqual(['10.0.0.1:3306', '[::1]:5433'])
    expect(auth).toEqual({ method: 'caching_sha2_password', users: [], query: null })
    expect([monitor.database, limits.startupBytes, pool.size]).toEqual(['', 81_920, 20])
  })

  test('the commented MySQL cluster of the example is valid, and what it shows are the defaults', () => {
    const [, block = ''] = /\n( {2}# cart:\n(?: {2}#.*\n)+)/.exec(readFileSync('config/freshet.yaml', 'utf8')) ?? []
    const cart = configOf(`clusters:\n${block.replaceAll(/^ {2}# /gm, '  ')}`)
    const plain = configOf(mysql(minimal)).config.clusters[0]!
    const { name, servers, monitor, listen, tls, ...shown } = cart.config.clusters[0]!
    expect(cart.warnings).toEqual([])
    expect([name, servers.length, monitor.user]).toEqual(['cart', 2, 'freshet'])
    expect(plain).toMatchObject(shown)
    // Each has made itself a certificate.
    expect(tls?.mode).toBe('allow')
    expect(plain.tls?.cert).toMatch(/^-----BEGIN CERTIFICATE-----/)
    expect({ ...plain.monitor, password: 'hunter2' }).toEqual(monitor)
    expect(servers[0]!.address).toEqual({ host: '10.0.1.1', port: 3306 })
  })

  test.each(['admin:', 'admin: {}', 'admin: { listen: }'])('%s has the default address', (line) => {
    expect(configOf(`${minimal}${line}\n`).config.admin).toEqual({ listen: { host: '127.0.0.1', port: 9432 } })
  })

  test('a key with nothing after it has its default', () => {
    expect(configOf(within('limits:')).config.clusters[0]!.limits.clients).toBe(10_000)
  })
})

describe('values', () => {
  test.each([
    ['max_lag: 250ms', 250],
    ['max_lag: 1.5s', 1500],
    ['max_lag: 2h', 7_200_000],
    ['max_lag: 0', 0],
  ])('%s', (line, expected) => {
    expect(configOf(within(line)).config.clusters[0]!.policy.maxLag).toBe(expected)
  })

  test.each([
    ['limits: { statement: 64KiB }', 65_536],
    ['limits: { statement: 2MB }', 2_000_000],
    ['limits: { statement: 9000 }', 9000],
  ])('%s', (line, expected) => {
    expect(configOf(within(line)).config.clusters[0]!.limits.statementBytes).toBe(expected)
  })

  test.each([
    ['max_lag: 5', 'f.yaml:8:14 clusters.shop.max_lag: 5 has no unit; write for example'],
    ['max_lag: 5 parsecs', '5 parsecs is not a duration; write for example'],
    ['max_lag: -5s', '-5s is not a duration'],
    ['consistency: sesion', 'allowed: eventual | session | scope | global | strict'],
    ['max_lg: 5s', 'f.yaml:8:5 clusters.shop.max_lg: is not a known key; did you mean max_lag?'],
    ['zzzzzzzz: 5s', 'is not a known key; known here: engine, listen, servers, monitor'],
    ['limits: { client: 5 }', 'clusters.shop.limits.client: is not a known key; did you mean clients?'],
    ['limits: { clients: 0 }', '0 is out of range; a whole number from 1 to 1000000'],
    ['limits: [1]', 'a section with keys of its own belongs here'],
    ['reads_in_transactions: replica_until_write', 'is not in this version yet'],
    ['auth: { method: kerberos }', 'kerberos is not known here; allowed: scram-sha-256 | md5 | trust'],
    [
      'auth: { method: caching_sha2_password }',
      'f.yaml:8:21 clusters.shop.auth.method: caching_sha2_password is for engine: mysql; allowed: scram-sha-256 | md5 | trust',
    ],
    [
      'tls: { cert: /nonexistent.pem, key: /nonexistent.key }',
      'clusters.shop.tls.cert: /nonexistent.pem cannot be read',
    ],
    [
      'auth: { users: [{ name: a, password: x }, { name: a, password: y }] }',
      'f.yaml:8:55 clusters.shop.auth.users[1].name: a is there twice; each user once, with one password: user 1 of',
    ],
    ['auth: { query: SELECT a FROM b }', 'query: SELECT a FROM b does not ask for $1; a query with $1 (the name of a'],
    ['auth: { query: SELECT $10 }', 'query: SELECT $10 does not ask for $1'],
    ['pool: { size: 5, size: 6 }', 'f.yaml:8:22 is not valid YAML: Map keys must be unique'],
  ])('%s is refused', (line, expected) => {
    expect(problemsOf(within(line)).join('\n')).toContain(expected)
  })

  test.each([
    [
      'auth: { method: md5 }',
      'md5 is for engine: postgres; allowed: caching_sha2_password | mysql_native_password | trust',
    ],
    [
      'auth: { query: SELECT 1 }',
      'f.yaml:8:20 clusters.shop.auth.query: SELECT 1 has no meaning with engine: mysql; leave it out',
    ],
    [
      'monitor: { user: a, nudge: true }',
      'clusters.shop.monitor.nudge: true has no meaning with engine: mysql; leave it out',
    ],
    ['auth: { metod: trust }', 'clusters.shop.auth.metod: is not a known key; did you mean method?'],
    ['limits: { client: 5 }', 'clusters.shop.limits.client: is not a known key; did you mean clients?'],
  ])('%s is refused with engine: mysql', (line, expected) => {
    // The line's own section stands in for the one of the minimal file.
    const text = line.startsWith('monitor') ? minimal.replace('monitor: { user: freshet }', line) : within(line)
    expect(problemsOf(mysql(text))).toEqual([expect.stringContaining(expected)])
  })

  test.each([
    ['mariadb', 'mariadb is not known here; write mysql;'],
    ['postgresql', 'postgresql is not known here; write postgres;'],
    ['oracle', 'oracle is not known here; allowed: postgres | mysql'],
  ])('engine: %s is refused', (engine, expected) => {
    expect(problemsOf(minimal.replace('engine: postgres', `engine: ${engine}`))).toEqual([
      expect.stringContaining(expected),
    ])
  })

  test('several workers are refused honestly', () => {
    expect(problemsOf(`${minimal}workers: 4\n`)).toEqual([
      'f.yaml:8:10 workers: 4 is not in this version yet; only 1 works so far',
    ])
  })

  test('the same server, name or listener twice is found', () => {
    const text = minimal.replace('[10.0.0.1, "[::1]:5433"]', '[10.0.0.1, 10.0.0.1:5432]')
    expect(problemsOf(`${text}admin: { listen: "127.0.0.1:6432" }\n`)).toEqual([
      expect.stringContaining('clusters.shop.servers[1]: 10.0.0.1:5432 is there twice'),
      expect.stringContaining('admin.listen: "127.0.0.1:6432" is taken; clusters.shop.listen listens there already'),
    ])
  })
})

describe('all at once', () => {
  test('every mistake is named, in the order of the file', () => {
    const problems = problemsOf(`
clusters:
  shop:
    engine: oracle
    servers: [10.0.0.1, "x:y"]
    monitor: { usr: x, password: "\${NOPE}" }
    when_stale: maybe
  "bad name": {}
log: { level: loud }
`)
    const keys = problems.map((problem) => problem.replace(/^f\.yaml:(\d+):\d+ ([^:;]*)[:;].*/, '$1 $2'))
    expect(keys).toEqual([
      '3 clusters.shop.listen',
      '4 clusters.shop.engine',
      '5 clusters.shop.servers[1].address',
      '6 clusters.shop.monitor.user',
      '6 clusters.shop.monitor.usr',
      '6 the environment variable NOPE is not set',
      '7 clusters.shop.when_stale',
      '8 clusters.bad name.engine',
      '8 clusters.bad name.listen',
      '8 clusters.bad name.servers',
      '8 clusters.bad name.monitor',
      '8 clusters.bad name',
      '9 log.level',
    ])
  })

  test.each([
    ['', 'clusters: is missing'],
    ['[]', 'a section with keys of its own belongs here'],
    ['clusters: {}', 'clusters: {} is empty'],
    ['clusters: [', 'is not valid YAML'],
    ['{', 'is not valid YAML'],
    ['clusters: *nowhere', 'Unresolved alias'],
  ])('%j is refused with a place', (text, expected) => {
    const problems = problemsOf(text)
    expect(problems.join('\n').replace('clusters: is empty', 'clusters: {} is empty')).toContain(expected)
    expect(problems[0]).toMatch(/^f\.yaml:\d+:\d+ /)
  })

  test('files that cannot be read are named together with everything else', () => {
    const text = within(
      'max_lag: 5\n    server_tls: { ca: /nonexistent.ca }\n    tls: { cert: /nonexistent.crt, key: package.json }',
    )
    expect(problemsOf(text)).toEqual([
      expect.stringContaining('clusters.shop.max_lag: 5 has no unit'),
      expect.stringContaining('clusters.shop.server_tls.ca: /nonexistent.ca cannot be read (ENOENT)'),
      expect.stringContaining('clusters.shop.tls.cert: /nonexistent.crt cannot be read (ENOENT)'),
      expect.stringContaining('clusters.shop.tls.key: package.json is not a PEM file'),
    ])
  })

  test('a cluster with nothing after its name is told what it must have', () => {
    const keys = problemsOf('clusters:\n  a:\n').map((problem) => problem.split(';')[0])
    expect(keys).toEqual(
      ['engine', 'listen', 'servers', 'monitor'].map((key) => `f.yaml:2:3 clusters.a.${key}: is missing`),
    )
  })

  test('a file that is not there', () => {
    const loaded = loadConfig('/nonexistent/freshet.yaml', {})
    expect(loaded).toMatchObject({ ok: false, problems: [{ wrong: 'cannot be read (ENOENT)' }] })
  })
})

describe('expansion', () => {
  test('variables, defaults, files and literals', () => {
    const directory = mkdtempSync(join(tmpdir(), 'freshet-config-'))
    writeFileSync(join(directory, 'secret'), 'from: a {file\n')
    const text = minimal.replace(
      'user: freshet',
      () => 'user: "${WHO}-${MISSING:-x}", password: "${file:secret}", database: "$${literal}"',
    )
    const loaded = parseConfig(text, { ...options, directory, env: { WHO: 'me' } })
    rmSync(directory, { recursive: true })
    expect(loaded.ok && loaded.config.clusters[0]!.monitor).toMatchObject({
      user: 'me-x',
      password: 'from: a {file',
      database: '${literal}',
    })
  })

  test('what a variable holds is one value and never more YAML', () => {
    const text = minimal.replace('user: freshet', 'user: "${WHO}"')
    expect(configOf(text, { WHO: 'a, password: b }' }).config.clusters[0]!.monitor.user).toBe('a, password: b }')
  })

  test('an expanded value is shown as it stands in the file, and a password never', () => {
    const text = within('max_lag: "${LAG}"').replace('user: freshet', 'user: freshet, password: [hunter3]')
    const problems = problemsOf(text, { LAG: 'hunter2' }).join('\n')
    expect(problems).toContain('"${LAG}" is not a duration')
    expect(problems).not.toContain('hunter')
  })
})

describe('warnings', () => {
  const warningsOf = (text: string) => configOf(text).warnings.map(formatProblem)

  test('trust beyond loopback', () => {
    const trust = within('auth: { method: trust }')
    expect(warningsOf(trust)).toEqual([])
    const open = trust.replace('127.0.0.1:6432', '"*:6432"')
    expect(warningsOf(open)[0]).toContain('trust on 0.0.0.0:6432 lets everyone in')
    expect(warningsOf(open)[0]).toContain('; scram-sha-256, or listen on loopback')
    expect(warningsOf(mysql(open))[0]).toContain('; caching_sha2_password, or listen on loopback')
  })

  test('lanes are on unless they are switched off', () => {
    expect(configOf(within('')).config.clusters[0]!.lanes).toEqual({ enabled: true })
    expect(configOf(within('lanes: { enabled: false }')).config.clusters[0]!.lanes).toEqual({ enabled: false })
  })
})
