/** Primaries and replicas of MySQL and MariaDB that go away, and statements that are killed: nobody hangs, and writes are done once. */
import type { Connection } from 'mysql2/promise'
import { beforeAll, describe, expect, test } from 'vitest'
import { configFor, type FreshetProcess, mysqlUrl, startFreshet } from '../support/freshet.ts'
import { createTestMysql, type MysqlServer, until } from '../support/mysql.ts'
import { connectTo, failureOf, first, lastRoute } from '../support/mysql-clients.ts'

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 2 })
  let freshet: FreshetProcess

  beforeAll(async () => {
    await fleet().primary.query('CREATE TABLE words (id INT AUTO_INCREMENT PRIMARY KEY, word VARCHAR(50))')
    await fleet().caughtUp()
    freshet = await startFreshet(configFor(fleet(), { max_lag: '1h', pool: { size: 20 } }))
    return async () => {
      await freshet.stop()
    }
  })

  const client = () => connectTo(mysqlUrl(freshet))
  const running = async (server: MysqlServer, marker: string) => {
    const rows = await server.query(
      'SELECT id FROM information_schema.processlist WHERE info LIKE ? AND info NOT LIKE ?',
      [`%${marker}%`, '%processlist%'],
    )
    return rows.length > 0
  }

  /** The replica that has received most: another one could not be its source. */
  async function furthest(): Promise<MysqlServer> {
    const received = await Promise.all(
      fleet().replicas.map(async (replica) => Number(/(\d+)$/.exec((await replica.status())!.received)?.[1] ?? 0)),
    )
    return fleet().replicas[received.indexOf(Math.max(...received))]!
  }

  test('KILL QUERY and KILL reach the statement of that client, by the ids that Freshet gave', async () => {
    const [one, two, killer] = [await client(), await client(), await client()]
    const id = async (session: Connection) => Number(await first(session, 'SELECT CONNECTION_ID()'))
    const [first_, second] = [await id(one), await id(two)]
    expect(first_).not.toBe(second)
    const slept = one.query('/* freshet: route=primary */ SELECT SLEEP(60), "one"').then(
      () => 'an end',
      ({ errno }) => errno,
    )
    const survives = two.query('/* freshet: route=primary */ SELECT SLEEP(2), "two"')
    await until(
      'both run',
      async () => (await running(fleet().primary, '"one"')) && (await running(fleet().primary, '"two"')),
    )
    await killer.query(`KILL QUERY ${first_}`)
    // MySQL's SLEEP returns 1 when it is interrupted.
    expect(['an end', 1317]).toContain(await slept)
    await survives
    expect(await first(one, 'SELECT 1')).toBe(1)
    const writing = failureOf(
      one.query(
        'INSERT INTO words (word) SELECT CONCAT("killed", COUNT(*)) FROM information_schema.collations a, information_schema.collations b, information_schema.collations c, information_schema.collations d',
      ),
    )
    await until('it runs', () => running(fleet().primary, 'killed'))
    await killer.query(`KILL ${first_}`)
    await writing
    await failureOf(one.query('SELECT 1'))
    expect(await first(two, 'SELECT 2')).toBe(2)
    await until('nothing runs on', async () => !(await running(fleet().primary, 'killed')))
    expect(await fleet().primary.query("SELECT * FROM words WHERE word LIKE 'killed%'")).toEqual([])
    expect((await failureOf(killer.query('KILL QUERY 4000000000'))).number).toBe(1094)
  })

  test('replicas that are killed in the middle of reads: every read is answered', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, client))
    let ended = false
    let reads = 0
    const work = clients.map(async (session) => {
      while (!ended) {
        await session.query('SELECT COUNT(*) FROM words')
        reads++
      }
    })
    await until('reads run', () => reads > 200)
    const [replica] = fleet().replicas
    await replica!.kill()
    const then = reads
    await until('reads go on', () => reads > then + 500)
    await replica!.start()
    ended = true
    // A read of which nothing was sent runs again; nobody is told of the loss but who had a part of its rows.
    await Promise.all(work)
    await fleet().caughtUp()
  })

  test('a paused replica is not asked for what it cannot have', async () => {
    const [writer, reader] = [await client(), await client()]
    for (const replica of fleet().replicas) await replica.pauseReplay()
    try {
      await reader.query("SET freshet.consistency = 'strict'")
      for (let round = 0; round < 5; round++) {
        await writer.query(`INSERT INTO words (word) VALUES ('paused ${round}')`)
        expect(await first(reader, "SELECT COUNT(*) FROM words WHERE word LIKE 'paused%'")).toBe(round + 1)
      }
      expect((await lastRoute(reader)).server).toBe(fleet().primary.name)
    } finally {
      for (const replica of fleet().replicas) await replica.resumeReplay()
    }
  })

  test('the primary is killed under 100 clients, and a replica promoted: no hangs, no write twice, none that was acknowledged lost', {
    timeout: 120_000,
  }, async () => {
    const old = fleet().primary
    const clients = await Promise.all(Array.from({ length: 100 }, client))
    await fleet().caughtUp()
    const acknowledged = new Set<string>()
    const tried: string[] = []
    const codes = new Map<string, number>()
    let ended = false
    let before = 0
    const work = clients.map(async (session, index) => {
      let on = session
      for (let round = 0; !ended; round++) {
        const word = `w${index}-${round}`
        tried.push(word)
        try {
          await on.query(`INSERT INTO words (word) VALUES ('${word}')`)
          acknowledged.add(word)
        } catch (error) {
          const code = String((error as { errno?: number }).errno ?? error)
          codes.set(code, (codes.get(code) ?? 0) + 1)
          on.destroy()
          let again: Connection | null = null
          while (again === null && !ended) {
            again = await client().catch(() => new Promise<null>((resolve) => setTimeout(resolve, 100, null)))
          }
          if (again === null) return
          on = again
        }
      }
    })
    await until('they write', () => acknowledged.size > 300)
    // Replication is not synchronous: what is acknowledged until here has to arrive before the primary dies.
    before = acknowledged.size
    const safe = new Set(acknowledged)
    await fleet().caughtUp()
    await old.kill()
    await fleet().failover(await furthest(), 'leave')
    const promoted = fleet().primary
    expect(promoted).not.toBe(old)
    const atPromotion = acknowledged.size
    await until('they write again', () => acknowledged.size > atPromotion + 200, { timeoutMs: 60_000 })
    ended = true
    await Promise.all(work)
    expect(before).toBeGreaterThan(0)
    const rows = (await promoted.query("SELECT word, COUNT(*) AS n FROM words WHERE word LIKE 'w%' GROUP BY word")) as {
      word: string
      n: number
    }[]
    expect(rows.filter(({ n }) => Number(n) !== 1)).toEqual([])
    const there = new Set(rows.map(({ word }) => word))
    expect([...safe].filter((word) => !there.has(word))).toEqual([])
    expect([...there].filter((word) => !tried.includes(word))).toEqual([])
    // The old one comes back and takes itself for the primary: it is not written to.
    await old.start()
    const session = await client()
    await session.query("INSERT INTO words (word) VALUES ('after')").catch(() => {})
    expect(await old.query("SELECT * FROM words WHERE word = 'after'")).toEqual([])
  })
})
