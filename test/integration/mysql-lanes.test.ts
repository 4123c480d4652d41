/** Lanes on MySQL and MariaDB: what a connection knows of its last statement is each session's own, though others have used it since. */
import type { Connection } from 'mysql2/promise'
import { beforeAll, describe, expect, test } from 'vitest'
import { type FreshetProcess, freshetFor, mysqlUrl, total } from '../support/freshet.ts'
import { createTestMysql, until } from '../support/mysql.ts'
import { connectTo, failureOf, first, lastRoute, rowsOf } from '../support/mysql-clients.ts'

type Parameters = (string | number | null)[]

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const fleet = createTestMysql({ flavour, replicas: 1 })
  beforeAll(async () => {
    await fleet().primary.query('CREATE TABLE rows_ (id INT PRIMARY KEY, v VARCHAR(30))')
    const values = Array.from({ length: 50 }, (_, id) => `(${id}, 'v${id}')`)
    await fleet().primary.query(`INSERT INTO rows_ VALUES ${values.join()}`)
    await fleet().caughtUp()
  })

  /** Two connections per server: at most one of them is shared. */
  const shared = (more: object = {}) => freshetFor(fleet(), { pool: { size: 2, wait: '30s' }, max_lag: '1h', ...more })
  const several = async (freshet: FreshetProcess, count: number, options: object = {}): Promise<Connection[]> => {
    const clients = await Promise.all(Array.from({ length: count }, () => connectTo(mysqlUrl(freshet), options)))
    await until('a replica answers', async () => {
      await clients[0]!.query('SELECT v FROM rows_ WHERE id = 1')
      return (await lastRoute(clients[0]!)).server === fleet().replicas[0]!.name
    })
    return clients
  }
  const reruns = async (freshet: FreshetProcess, cause: string) =>
    total(await freshet.metrics(), 'freshet_reruns_total', { cause })

  /** All at once, many times; returns how many rode together at most. */
  async function together(
    freshet: FreshetProcess,
    clients: readonly Connection[],
    turns: number,
    work: (client: Connection, number: number, turn: number) => Promise<void>,
  ): Promise<number> {
    let deepest = 0
    let busy = true
    const watching = (async () => {
      while (busy) {
        deepest = Math.max(deepest, total(await freshet.metrics(), 'freshet_lane_depth'))
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })()
    await Promise.all(
      clients.map(async (client, number) => {
        for (let turn = 0; turn < turns; turn++) await work(client, number, turn)
      }),
    )
    busy = false
    await watching
    return deepest
  }

  const PROTOCOLS: [string, (client: Connection, sql: string, values: Parameters) => Promise<unknown[]>][] = [
    [
      'text',
      (client, sql, values) =>
        rowsOf(
          client,
          values.reduce<string>((text, one) => text.replace('?', client.escape(one)), sql),
        ),
    ],
    ['prepared', (client, sql, values) => rowsOf(client, sql, values)],
  ]

  test.each(PROTOCOLS)(
    '40 clients on one connection: each hears its own rows, errors and counts (%s)',
    async (_, ask) => {
      const freshet = await shared()
      const clients = await several(freshet, 40)
      const deepest = await together(freshet, clients, 60, async (client, number, turn) => {
        const id = (number * 7 + turn) % 50
        const least = 50 - (turn % 5)
        switch ((number + turn) % 9) {
          case 0:
            // More than one row.
            expect(await ask(client, 'SELECT id FROM rows_ WHERE id >= ?', [least])).toHaveLength(50 - least)
            expect(await first(client, 'SELECT FOUND_ROWS()')).toBe(50 - least)
            break
          case 1:
            expect(
              (await failureOf(ask(client, 'SELECT v, (SELECT id FROM rows_ WHERE id >= ?) FROM rows_', [0]))).number,
            ).toBe(1242)
            expect(await rowsOf(client, 'SHOW ERRORS')).toEqual([['Error', 1242, 'Subquery returns more than 1 row']])
            break
          case 2:
            // A string that is no number: a warning that names it.
            expect(await ask(client, 'SELECT id + ? FROM rows_ WHERE id = 1', [`x${id}`])).toEqual([[1]])
            expect(await rowsOf(client, 'SHOW WARNINGS')).toEqual([
              [
                'Warning',
                1292,
                expect.stringMatching(new RegExp(`^Truncated incorrect (DOUBLE|DECIMAL|INTEGER) value: 'x${id}'$`)),
              ],
            ])
            break
          default:
            expect(await ask(client, 'SELECT v FROM rows_ WHERE id = ?', [id])).toEqual([[`v${id}`]])
            if (turn % 3 === 0) expect(await rowsOf(client, 'SHOW WARNINGS')).toEqual([])
        }
      })
      expect(deepest).toBeGreaterThan(1)
      expect((await lastRoute(clients[1]!)).server).toBe(fleet().replicas[0]!.name)
      expect(await reruns(freshet, 'lane-question')).toBeGreaterThan(0)
      const asked = "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user = 'app'"
      expect(Number((await fleet().replicas[0]!.query(asked))[0]!.n)).toBeLessThanOrEqual(2)
    },
  )

  test('parameters of other types for the same text on the same connection', async () => {
    const freshet = await shared()
    const clients = await several(freshet, 24)
    const kinds: Parameters = [7, '7', null, 7.5, 'seven', -1]
    // CONCAT shows what the server has taken it for.
    const said = kinds.map((value) => (value === null ? null : `<${value}>`))
    await together(freshet, clients, 80, async (client, number, turn) => {
      const index = (number + turn) % kinds.length
      expect(await first(client, "SELECT CONCAT('<', ?, '>') FROM rows_ WHERE id = 1", [kinds[index]!])).toBe(
        said[index],
      )
    })
  })

  test('sessions with different settings never share a connection', async () => {
    const freshet = await shared({ pool: { size: 8, wait: '30s' } })
    const clients = await several(freshet, 24)
    for (const [index, client] of clients.entries())
      await client.query(`SET SESSION div_precision_increment = ${index % 2 ? 2 : 6}`)
    await together(freshet, clients, 100, async (client, number) => {
      expect(await first(client, 'SELECT CONCAT(id / 3) FROM rows_ WHERE id = 1')).toBe(
        number % 2 ? '0.33' : '0.333333',
      )
    })
  })

  test('last insert ids, user variables and counted rows stay with their sessions', async () => {
    const freshet = await shared({ pool: { size: 8, wait: '30s' } })
    await fleet().primary.query('CREATE TABLE IF NOT EXISTS made (id INT AUTO_INCREMENT PRIMARY KEY, n INT)')
    const clients = await several(freshet, 12)
    const ids = new Map<number, number>()
    await together(freshet, clients, 40, async (client, number, turn) => {
      if (turn % 10 === number % 10) {
        const [{ insertId }] = (await client.query('INSERT INTO made (n) VALUES (?)', [number])) as unknown as [
          { insertId: number },
        ]
        ids.set(number, insertId)
      }
      expect(await first(client, 'SELECT v FROM rows_ WHERE id = ?', [turn])).toBe(`v${turn}`)
      if (ids.has(number)) expect(await first(client, 'SELECT LAST_INSERT_ID()')).toBe(ids.get(number))
      if (number % 4 === 0) {
        await client.query('SELECT SQL_CALC_FOUND_ROWS id FROM rows_ LIMIT 3')
        expect(await first(client, 'SELECT FOUND_ROWS()')).toBe(50)
      }
    })
  })

  describe('nobody holds up the others', () => {
    const NAP = 'SELECT SLEEP(?) FROM rows_ WHERE id = 1'
    async function learnNap(clients: readonly Connection[]): Promise<void> {
      await Promise.all(
        clients.map(async (client) => {
          for (let turn = 0; turn < 20; turn++) await client.query(NAP, [0])
        }),
      )
    }

    test('a read that takes long for once: those behind it go elsewhere, and it ends well', async () => {
      const freshet = await shared()
      const [sleeper, ...others] = await several(freshet, 13)
      await learnNap([sleeper!, ...others])
      await together(freshet, others, 20, async (client) => {
        expect(await first(client, 'SELECT v FROM rows_ WHERE id = ?', [3])).toBe('v3')
      })
      // A transaction has the other connection, so there is nothing but the lane.
      const holder = await connectTo(mysqlUrl(freshet))
      await holder.query('START TRANSACTION READ ONLY')
      expect(await first(holder, 'SELECT v FROM rows_ WHERE id = 1')).toBe('v1')
      await until('somebody was behind it', async () => {
        let awake = false
        const nap = first(sleeper!, NAP.replace('?', '1')).then((slept) => {
          awake = true
          return slept
        })
        const counts = await Promise.all(
          others.map(async (client) => {
            let count = 0
            for (; !awake; count++)
              expect(await first(client, 'SELECT v FROM rows_ WHERE id = ?', [count % 50])).toBe(`v${count % 50}`)
            return count
          }),
        )
        expect(await nap).toBe(0)
        for (const count of counts) expect(count).toBeGreaterThan(1)
        return (await reruns(freshet, 'lane-stalled')) > 0
      })
    })

    test('KILL QUERY: the statement of that session ends, and no other', async () => {
      const freshet = await shared()
      const [sleeper, killer, ...others] = await several(freshet, 13)
      await learnNap([sleeper!, ...others])
      const id = await first(sleeper!, 'SELECT CONNECTION_ID()')
      let over = false
      const going = Promise.all(
        others.map(async (client) => {
          while (!over) expect(await first(client, 'SELECT v FROM rows_ WHERE id = 3')).toBe('v3')
        }),
      )
      for (let round = 0; round < 5; round++) {
        let ended = false
        const nap = first(sleeper!, NAP.replace('?', '20'))
          .catch(({ errno }) => errno)
          .finally(() => {
            ended = true
          })
        // One that comes before its statement does nothing, as on a server.
        while (!ended) {
          await new Promise((resolve) => setTimeout(resolve, 20 + round * 20))
          await killer!.query(`KILL QUERY ${id}`)
        }
        // SLEEP that is interrupted returns 1, or fails.
        expect([1, 1317]).toContain(await nap)
      }
      over = true
      await going
      expect(await first(sleeper!, 'SELECT v FROM rows_ WHERE id = 4')).toBe('v4')
    })

    test('what comes back for one that was killed behind others says nothing of what its session does next', async () => {
      const freshet = await shared()
      const [sleeper, victim, killer, ...others] = await several(freshet, 12)
      await learnNap([sleeper!, ...others])
      const id = await first(victim!, 'SELECT CONNECTION_ID()')
      let over = false
      const going = Promise.all(
        others.slice(0, 4).map(async (client) => {
          while (!over) await first(client, 'SELECT v FROM rows_ WHERE id = 3')
        }),
      )
      let killed = 0
      await until('some were killed', async () => {
        const nap = sleeper!.query(NAP, [0.04])
        await new Promise((resolve) => setTimeout(resolve, 5))
        const read = first(victim!, 'SELECT v FROM rows_ WHERE id = 9').catch(({ errno }) => errno)
        await killer!.query(`KILL QUERY ${id}`)
        if ((await read) === 1317) {
          killed++
          await victim!.query('UPDATE rows_ SET v = CONCAT(v, 1) WHERE id = 40')
          await nap
          // Time for the reply that nobody waits for: nothing tells when it has come.
          await new Promise((resolve) => setTimeout(resolve, 30))
          expect(await first(victim!, 'SELECT ROW_COUNT()')).toBe(1)
        } else await nap
        return killed === 8
      })
      over = true
      await going
    })

    test('warnings of one that held others up', async () => {
      const freshet = await shared()
      const [sleeper, ...others] = await several(freshet, 12)
      const warning = 'SELECT SLEEP(?) + ? FROM rows_ WHERE id = 1'
      for (const client of [sleeper!, ...others])
        for (let turn = 0; turn < 20; turn++) await client.query(warning, [0, '1'])
      const holder = await connectTo(mysqlUrl(freshet))
      await holder.query('START TRANSACTION READ ONLY')
      await first(holder, 'SELECT v FROM rows_ WHERE id = 1')
      let over = false
      const going = Promise.all(
        others.map(async (client) => {
          while (!over) await first(client, 'SELECT v FROM rows_ WHERE id = 3')
        }),
      )
      await until('somebody was behind it', async () => {
        await sleeper!.query(warning, [0.4, 'x5'])
        expect(await rowsOf(sleeper!, 'SHOW WARNINGS')).toEqual([
          ['Warning', 1292, "Truncated incorrect DOUBLE value: 'x5'"],
        ])
        return (await reruns(freshet, 'lane-stalled')) > 0
      })
      over = true
      await going
    })

    test('clients that go away in the middle', async () => {
      const freshet = await shared()
      const others = await several(freshet, 10)
      await learnNap(others)
      let over = false
      const going = Promise.all(
        others.map(async (client) => {
          while (!over) expect(await first(client, 'SELECT v FROM rows_ WHERE id = 3')).toBe('v3')
        }),
      )
      for (let round = 0; round < 20; round++) {
        const guest = await connectTo(mysqlUrl(freshet))
        guest.query(NAP, [0.01]).catch(() => {})
        if (round % 2) await guest.query(NAP, [0])
        guest.destroy()
      }
      over = true
      await going
      await until('they have left', async () => total(await freshet.metrics(), 'freshet_client_connections') === 10)
    })

    test('a long reply with a warning behind which others rode', async () => {
      const freshet = await shared()
      const [long, ...others] = await several(freshet, 11)
      // Its warnings come when it is long. It stays off the lanes for a while then, so each round has one of its own.
      const wide = (n: number, round: number) =>
        `SELECT REPEAT(v, ${n}), IF(${n} > 1, v, '1') + 0 AS n${round} FROM rows_ WHERE id < 20`
      let over = false
      const going = Promise.all(
        others.map(async (client) => {
          while (!over) expect(await first(client, 'SELECT v FROM rows_ WHERE id = 3')).toBe('v3')
        }),
      )
      for (let round = 0; round < 2; round++) {
        for (let turn = 0; turn < 20; turn++) await long!.query(wide(1, round))
        const rows = (await rowsOf(long!, wide(20_000, round))) as string[][]
        expect(rows.map(([value]) => value!.length)).toEqual(
          Array.from({ length: 20 }, (_, id) => `v${id}`.length * 20_000),
        )
        expect(await rowsOf(long!, 'SHOW WARNINGS')).toEqual(
          Array.from({ length: 20 }, (_, id) => ['Warning', 1292, `Truncated incorrect DOUBLE value: 'v${id}'`]),
        )
      }
      over = true
      await going
    })
  })

  test('a replica that is killed: every read is answered', async () => {
    const freshet = await shared()
    const clients = await several(freshet, 20)
    let over = false
    let reads = 0
    const going = Promise.all(
      clients.map(async (client, number) => {
        for (; !over; reads++)
          expect(await first(client, 'SELECT v FROM rows_ WHERE id = ?', [number])).toBe(`v${number}`)
      }),
    )
    await until('reads run', () => reads > 500)
    await fleet().replicas[0]!.kill()
    await until(
      'it is known',
      async () => total(await freshet.metrics(), 'freshet_server_up', { server: fleet().replicas[0]!.name }) === 0,
    )
    over = true
    await going
    await fleet().replicas[0]!.start()
    await fleet().caughtUp()
  })

  test('switched off, no connection is shared', async () => {
    const freshet = await shared({ lanes: { enabled: false } })
    const clients = await several(freshet, 12)
    const deepest = await together(freshet, clients, 50, async (client, number) => {
      expect(await first(client, 'SELECT v FROM rows_ WHERE id = ?', [number])).toBe(`v${number}`)
    })
    expect(deepest).toBe(0)
  })
})
