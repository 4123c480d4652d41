/** `freshet check` on real servers: what it says of accounts and settings as they are, and after each GRANT that it names. */
import { execFile } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { checkMysql } from '../../src/cli/check-mysql.ts'
import { fromCommandLine } from '../../src/config/command-line.ts'
import type { ClusterConfig } from '../../src/config/types.ts'
import { openConnection } from '../../src/mysql/probe-connection.ts'
import { freshetFor, mysqlUrl } from '../support/freshet.ts'
import { createTestMysql, type MysqlServer } from '../support/mysql.ts'
import * as my from '../support/mysql-clients.ts'

const WANTED = {
  mysql: ['REPLICATION CLIENT ON *.*', 'SHOW_ROUTINE ON *.*', 'SHOW VIEW ON *.*', 'SELECT ON performance_schema.*'],
  mariadb: ['BINLOG MONITOR ON *.*', 'SLAVE MONITOR ON *.*', 'SHOW VIEW ON *.*', 'SELECT ON mysql.*'],
} as const

function clusterOf(servers: readonly MysqlServer[], account: string, options = ''): ClusterConfig {
  const url = `mysql://${account}@${servers.map(({ address }) => address).join()}?${options}`
  const loaded = fromCommandLine({ url, listen: [], pretty: false })
  if (!loaded.ok) throw new Error('a wrong test')
  return loaded.config.clusters[0]!
}

async function findingsOf(server: MysqlServer, account: string, options = ''): Promise<string[]> {
  const cluster = clusterOf([server], account, options)
  const connection = await openConnection(server, cluster.monitor, cluster.serverTls)
  try {
    return (await checkMysql(connection, cluster)).map(({ level, text }) => `${level}: ${text}`)
  } finally {
    connection.close()
  }
}

/** Not waited for synchronously: the servers' relays live in this process. */
function program(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['bin/freshet.js', ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 1 })
  const ALL_THERE = ['ok: the monitor account has every right that it needs']

  test("the contract's rights are enough, on a primary and on a replica", async () => {
    expect(await findingsOf(fleet().primary, 'freshet:monitor')).toEqual(ALL_THERE)
    expect(await findingsOf(fleet().replicas[0]!, 'freshet:monitor')).toEqual(ALL_THERE)
  })

  test('each missing right is named with the GRANT that mends it, until none is left', async () => {
    const { primary } = fleet()
    await primary.query("CREATE USER 'bare'@'%' IDENTIFIED BY 'bare'")
    const findings = await findingsOf(primary, 'bare:bare')
    const named = findings.map((text) => /lacks (.*?):/.exec(text)?.[1])
    expect(named).toEqual(WANTED[flavour])
    const levels = findings.map((text) => text.split(':')[0])
    expect(levels).toEqual(
      flavour === 'mysql' ? ['error', 'warning', 'warning', 'warning'] : ['error', 'error', 'warning', 'error'],
    )
    for (const text of findings) await primary.query(/GRANT .*/.exec(text)![0])
    expect(await findingsOf(primary, 'bare:bare')).toEqual(ALL_THERE)
  })

  test('rights may come by a role, or by having all of them', async () => {
    const { primary } = fleet()
    const rights = WANTED[flavour].map((right) => `GRANT ${right} TO watchers`)
    const standing = flavour === 'mysql' ? 'SET DEFAULT ROLE watchers TO roled' : 'SET DEFAULT ROLE watchers FOR roled'
    const roled = ["CREATE USER roled IDENTIFIED BY 'roled'", 'GRANT watchers TO roled', standing]
    for (const sql of ['CREATE ROLE watchers', ...rights, ...roled]) await primary.query(sql)
    expect(await findingsOf(primary, 'roled:roled')).toEqual(ALL_THERE)
    expect(await findingsOf(primary, 'root:root')).toEqual(ALL_THERE)
  })

  test('settings that cost something are named', async () => {
    const replica = fleet().replicas[0]!
    const on = flavour === 'mysql' ? 'SET GLOBAL super_read_only = ON' : 'SET GLOBAL read_only = ON'
    try {
      await replica.query('SET GLOBAL read_only = OFF')
      expect(await findingsOf(replica, 'freshet:monitor')).toContainEqual(
        expect.stringMatching(/^warning: it is a replica and read_only is off: .* SET GLOBAL read_only = ON$/),
      )
      if (flavour === 'mysql') {
        await replica.query('SET GLOBAL read_only = ON')
        expect(await findingsOf(replica, 'freshet:monitor')).toContainEqual(
          expect.stringMatching(/^warning: it is a replica and super_read_only is off/),
        )
      }
    } finally {
      await replica.query(on)
    }
  })

  test('a method by which nobody can log in is an error', async () => {
    const native = await findingsOf(fleet().primary, 'freshet:monitor', 'auth.method=mysql_native_password')
    const nobody = expect.stringMatching(/^error: auth.method is mysql_native_password, .*: nobody can log in/)
    expect(native).toEqual(flavour === 'mysql' ? [...ALL_THERE, nobody] : ALL_THERE)
  })

  test('serve names at its start what is missing and what that costs, and clients are not told that their password is wrong', async () => {
    const { primary } = fleet()
    const lacking = flavour === 'mysql' ? WANTED.mysql[0] : WANTED.mariadb[3]
    await primary.query("CREATE USER 'lacking'@'%' IDENTIFIED BY 'lacking'")
    for (const right of WANTED[flavour]) if (right !== lacking) await primary.query(`GRANT ${right} TO lacking`)
    await fleet().caughtUp()
    const freshet = await freshetFor(fleet(), { monitor: { user: 'lacking', password: 'lacking' } })
    const named = (server: string) =>
      freshet.log().filter((line) => line.server === server && `${line.msg}`.startsWith(`lacks ${lacking}: `))
    for (const { name } of fleet().servers) {
      await freshet.until('the missing right is named', () => named(name).length > 0)
      expect(named(name)).toMatchObject([{ cluster: 'shop', finding: 'error' }])
      expect(named(name)[0]!.msg).toMatch(/: .*(not used at all|nobody can log in).*GRANT .* TO 'lacking'@'%'$/)
    }
    const refused = await my.connectTo(mysqlUrl(freshet)).then(
      () => null,
      (error: { errno: number; message: string }) => error,
    )
    expect(refused?.errno).toBe(flavour === 'mysql' ? 1053 : 1105)
    const why = freshet.log().filter(({ msg, error }) => /cannot be re/.test(`${msg}`) && /denied/.test(`${error}`))
    expect(why.length).toBeGreaterThan(0)
    if (flavour === 'mysql') expect(why[0]!.error).toContain('; without it the server is not used at all; ')
    else expect(refused?.message).not.toContain('lacking')
  })

  test('the command says what each server is, and ends with 0', async () => {
    const { servers, version } = fleet()
    await fleet().caughtUp()
    const addresses = servers.map(({ address }) => address).join()
    const { stdout, stderr, code } = await program('check', `mysql://freshet:monitor@${addresses}/app`)
    expect([code, stderr]).toEqual([0, ''])
    const product = flavour === 'mysql' ? 'MySQL' : 'MariaDB'
    expect(stdout).toContain(`ok       main ${servers[0]!.address}: answers as a ${product} ${version} primary\n`)
    expect(stdout).toContain(`ok       main ${servers[1]!.address}: answers as a ${product} ${version} replica\n`)
    expect(stdout).not.toMatch(/^(warning|error)/m)
  })

  test('a wrong password and a server of another engine are errors, exit code 1', async () => {
    const { primary } = fleet()
    const wrong = await program('check', `mysql://freshet:wrong@${primary.address}`)
    expect([wrong.code, wrong.stdout]).toEqual([1, expect.stringContaining("Access denied for user 'freshet'")])
    const postgres = await program('check', `postgres://freshet:monitor@${primary.address}/app?monitor.timeout=1s`)
    expect([postgres.code, postgres.stdout]).toEqual([1, expect.stringMatching(/^error .* cannot be used by freshet/m)])
  })
})
