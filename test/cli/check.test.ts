import { describe, expect, test } from 'vitest'
import { checkFleet } from '../../src/cli/check.ts'
import { checkPostgres } from '../../src/cli/check-postgres.ts'
import { fromCommandLine } from '../../src/config/command-line.ts'
import type { ClusterConfig } from '../../src/config/types.ts'
import type { Probe, Sample } from '../../src/dialect.ts'

function cluster(options = ''): ClusterConfig {
  const loaded = fromCommandLine({
    url: `postgres://mon"x@db1,db2/app?${options}`,
    listen: ['127.0.0.1:0'],
    pretty: false,
  })
  if (!loaded.ok) throw new Error('a wrong test')
  return loaded.config.clusters[0]!
}

/** A server whose monitor account lacks what is named. */
function probe(...lacks: string[]): Probe {
  return {
    sample: () => Promise.reject(new Error('not asked here')),
    nudge: () => Promise.reject(new Error('not asked here')),
    query: async (sql) => [[lacks.some((word) => sql.includes(word)) ? 'f' : 't']],
    close() {},
  }
}

/** Nobody has any right elsewhere. */
const nowhere = () => Promise.reject(new Error('may not connect'))
const findingsOf = (server: Probe, config: ClusterConfig) => checkPostgres(server, config, nowhere)

describe('rights of the monitor account', () => {
  test('all there', async () => {
    expect(await findingsOf(probe(), cluster())).toEqual([expect.objectContaining({ level: 'ok' })])
  })

  test('each missing one is named with its cost and its remedy', async () => {
    const findings = await findingsOf(probe('pg_monitor', 'pg_logical_emit_message', 'pg_authid'), cluster())
    expect(findings.map(({ level }) => level)).toEqual(['error', 'warning', 'error'])
    expect(findings[0]!.text).toMatch(/they serve no reads at all\. GRANT pg_monitor TO "mon""x"/)
    expect(findings[2]!.text).toContain('nobody can log in. In database "app" or "postgres": GRANT SELECT ON pg_authid')
  })

  test('what is not used is not missed', async () => {
    const config = cluster('auth.method=trust&monitor.nudge=false')
    expect(await findingsOf(probe('pg_logical_emit_message', 'pg_authid'), config)).toMatchObject([{ level: 'ok' }])
  })

  test('verifiers may be read in the database in which logins look for them, the other one included', async () => {
    const asked: string[] = []
    const elsewhere = (may: Probe) => async (database: string) => {
      asked.push(database)
      return may
    }
    expect(await checkPostgres(probe('pg_authid'), cluster(), elsewhere(probe()))).toMatchObject([{ level: 'ok' }])
    expect(await checkPostgres(probe('pg_authid'), cluster(), elsewhere(probe('pg_authid')))).toMatchObject([
      { level: 'error' },
    ])
    expect(asked).toEqual(['postgres', 'postgres'])
    const [finding] = await checkPostgres(probe('pg_authid'), cluster('monitor.database=postgres'), elsewhere(probe()))
    expect(finding?.text).toContain('In database "postgres": GRANT')
  })

  test('with auth.users nothing is looked up, whatever auth.query says', async () => {
    const listed = cluster(`auth.query=${encodeURIComponent('SELECT $1')}`)
    const auth = { ...listed.auth, users: [{ name: 'a', password: 'b' }] }
    expect(await findingsOf(probe('pg_authid'), { ...listed, auth })).toMatchObject([{ level: 'ok' }])
  })

  test('auth.query is tried', async () => {
    const config = cluster(`auth.query=${encodeURIComponent('SELECT $1')}`)
    const findings = await findingsOf(probe(), config)
    expect(findings).toEqual([{ level: 'error', text: expect.stringContaining('must return name and verifier') }])
  })
})

describe('the servers together', () => {
  const base: Sample = {
    role: 'replica',
    identity: '7',
    position: null,
    doubt: null,
    startedAt: 0,
    clock: 0,
    history: 1,
  }
  const primary = { name: 'a', sample: { ...base, role: 'primary' as const } }
  const levels = (samples: Parameters<typeof checkFleet>[0]) => checkFleet(samples, 100).map(({ level }) => level)

  test('a primary and a replica', () => expect(levels([primary, { name: 'b', sample: base }])).toEqual([]))
  test('nobody is the primary', () => expect(levels([{ name: 'b', sample: base }])).toEqual(['error']))
  test('two claim to be', () => expect(levels([primary, { ...primary, name: 'b' }])).toEqual(['error']))
  test('no replica', () => expect(levels([primary])).toEqual(['warning']))
  test('a foreign cluster', () =>
    expect(levels([primary, { name: 'b', sample: { ...base, identity: '8' } }])).toEqual(['error']))
  test('a doubt and a wrong clock', () =>
    expect(levels([primary, { name: 'b', sample: { ...base, doubt: 'timeline unknown', clock: 9000 } }])).toEqual([
      'warning',
      'warning',
    ]))

  test('servers with names of their own are related by whose data they have, also through each other', () => {
    const named = (identity: string, marks: string[], role: Sample['role'] = 'replica') => ({
      name: identity,
      sample: { ...base, role, identity, marks },
    })
    const servers = [named('c', ['b']), named('b', ['a']), named('a', [], 'primary')]
    expect(levels(servers)).toEqual([])
    expect(checkFleet([...servers, named('d', ['e'])], 100)).toEqual([
      { level: 'error', text: 'd belongs to another cluster than a: it is never used' },
    ])
    expect(checkFleet([...servers, { ...named('b', ['a']), name: 'copy' }], 100)).toEqual([
      { level: 'error', text: expect.stringMatching(/^b and copy have the same server id \(b\)/) },
    ])
  })

  test('a replica that does not keep the order is told', () => {
    expect(levels([primary, { name: 'b', sample: { ...base, unordered: true } }])).toEqual(['warning'])
  })
})
