/** Positions as servers of less usual configurations tell them: without GTIDs, without a binary log, with several domains. */
import { createConnection } from 'mysql2/promise'
import { describe, expect, test } from 'vitest'
import type { Probe } from '../../src/dialect.ts'
import { covers, formatToken, type MySqlPosition } from '../../src/mysql/position.ts'
import { connectProbe } from '../../src/mysql/probe.ts'
import { createTestMysql, type MysqlServer, startLocalMysql, until } from '../support/mysql.ts'

const probeTo = ({ host, port }: MysqlServer): Promise<Probe> =>
  connectProbe(
    { host, port },
    { user: 'freshet', password: 'monitor', database: '', timeout: 2000 },
    { mode: 'disable', ca: null },
  )

async function tokenOf(probe: Probe): Promise<string> {
  return formatToken((await probe.sample()).position as MySqlPosition)
}

/** Writes, and reads on the replica once it covers what the primary said after the acknowledgement. */
async function writeThenRead(primary: MysqlServer, replica: MysqlServer, pairs: number, writers: number) {
  const result = { pairs: 0, stale: 0 }
  await primary.query('CREATE TABLE IF NOT EXISTS numbers (writer int PRIMARY KEY, value int)')
  const one = async (writer: number) => {
    const [its, other] = [await probeTo(primary), await probeTo(replica)]
    const writing = await createConnection(primary.url())
    const reading = await createConnection(replica.url())
    for (let value = 1; value <= pairs / writers; value++) {
      await writing.query('INSERT INTO numbers VALUES (?, ?) ON DUPLICATE KEY UPDATE value = ?', [writer, value, value])
      const need = (await its.sample()).position!
      const there = async () => {
        const { position } = await other.sample()
        return position !== null && covers(position, need)
      }
      await until('the replica is there', there, { everyMs: 1 })
      const [rows] = await reading.query('SELECT value FROM numbers WHERE writer = ?', [writer])
      result.pairs++
      if ((rows as { value: number }[])[0]?.value !== value) result.stale++
    }
    for (const probe of [its, other]) probe.close()
    for (const connection of [writing, reading]) connection.destroy()
  }
  await Promise.all(Array.from({ length: writers }, (_, writer) => one(writer)))
  return result
}

describe('without GTIDs', () => {
  describe('MySQL', () => {
    const local = createTestMysql({ flavour: 'mysql', replicas: 1, gtid: false })

    test("tells the place in the primary's binary log, and nothing that it covers is missing", async () => {
      const [primary, replica] = [local().primary, local().replicas[0]!]
      const result = await writeThenRead(primary, replica, 240, 24)
      expect(result).toEqual({ pairs: 240, stale: 0 })
      const [its, other] = [await probeTo(primary), await probeTo(replica)]
      expect(await tokenOf(its)).toMatch(/^mysql-log:[0-9a-f-]{36}:\d+:binlog\.\d+$/)
      expect((await other.sample()).marks).toEqual([(await its.sample()).identity])
      for (const probe of [its, other]) probe.close()
    })

    test('an idle replica is at its end, also right behind the beginning of a file', async () => {
      const [its, other] = [await probeTo(local().primary), await probeTo(local().replicas[0]!)]
      for (const sql of ['SELECT 1', 'FLUSH BINARY LOGS', 'CREATE TABLE one (id int)', 'FLUSH BINARY LOGS']) {
        await local().primary.query(sql)
        const there = async () => covers((await other.sample()).position!, (await its.sample()).position!)
        await until(`it is there after ${sql}`, there, { timeoutMs: 5000 })
      }
      for (const probe of [its, other]) probe.close()
    })
  })

  test('MariaDB tells its GTIDs all the same', async () => {
    const local = await startLocalMysql({ flavour: 'mariadb', replicas: 1, gtid: false })
    try {
      const result = await writeThenRead(local.primary, local.replicas[0]!, 800, 8)
      expect(result).toEqual({ pairs: 800, stale: 0 })
      const [its, other] = [await probeTo(local.primary), await probeTo(local.replicas[0]!)]
      expect(await tokenOf(other)).toBe(await tokenOf(its))
      expect(await tokenOf(its)).toMatch(/^mariadb:0-1-\d+$/)
      for (const probe of [its, other]) probe.close()
    } finally {
      await local.stop()
    }
  })
})

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  test.each([
    [{ log_bin: 'OFF' }, 'its binary log is off'],
    [{ binlog_ignore_db: 'scratch' }, 'its binary log leaves databases out: binlog_ignore_db = scratch'],
    [{ binlog_do_db: 'app' }, 'its binary log has some databases only: binlog_do_db = app'],
  ])('as a primary with %j proves nothing', async (parameters, doubt) => {
    const off = 'log_bin' in parameters
    const local = await startLocalMysql({ flavour, replicas: 0, parameters: off ? { skip_log_bin: '' } : parameters })
    try {
      const probe = await probeTo(local.primary)
      expect(await probe.sample()).toMatchObject({ role: 'primary', position: null, doubt })
      probe.close()
    } finally {
      await local.stop()
    }
  })
})

describe('MariaDB with two domains', () => {
  const local = createTestMysql({ flavour: 'mariadb', replicas: 1 })

  test('asks for the end of each, and serves in no order when threads apply them', async () => {
    const [primary, replica] = [local().primary, local().replicas[0]!]
    await primary.query('CREATE TABLE things (id int AUTO_INCREMENT PRIMARY KEY)')
    const writing = await createConnection(primary.url('root'))
    const [its, other] = [await probeTo(primary), await probeTo(replica)]
    for (const domain of [5, 0, 5]) {
      await replica.pauseReplay()
      await writing.query(`SET SESSION gtid_domain_id = ${domain}`)
      await writing.query('INSERT INTO things VALUES ()')
      const need = (await its.sample()).position!
      expect(covers((await other.sample()).position!, need)).toBe(false)
      await replica.resumeReplay()
      await until('it has both', async () => covers((await other.sample()).position!, need))
    }
    expect(await tokenOf(other)).toMatch(/^mariadb:0-1-\d+,5-1-2$/)
    expect((await other.sample()).unordered).toBe(false)
    await replica.query('STOP SLAVE')
    await replica.query('SET GLOBAL slave_parallel_threads = 4')
    await replica.query('START SLAVE')
    expect((await other.sample()).unordered).toBe(true)
    for (const probe of [its, other]) probe.close()
    writing.destroy()
  })
})
