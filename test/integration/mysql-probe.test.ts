/** The watching connection to MySQL and MariaDB by itself: how it gets to its server, what it says of it, and what it says when it cannot. */
import { type Connection, createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerTlsMode } from '../../src/config/types.ts'
import type { Probe, Sample } from '../../src/dialect.ts'
import { covers, formatToken, type MySqlPosition } from '../../src/mysql/position.ts'
import { connectProbe } from '../../src/mysql/probe.ts'
import { createTestMysql, type MysqlServer, selfSigned, startLocalMysql, until } from '../support/mysql.ts'

const certificate = selfSigned()
const account = { user: 'freshet', password: 'monitor', database: '', timeout: 2000 }
const off = { mode: 'disable', ca: null } as const
const targetOf = ({ host, port }: MysqlServer) => ({ host, port })
const placeOf = ({ position }: Sample) => formatToken(position as MySqlPosition)

describe.each(['mysql', 'mariadb'] as const)('%s', (flavour) => {
  const isMariaDb = flavour === 'mariadb'
  const local = createTestMysql({ flavour, replicas: 1, tls: certificate })

  async function encrypted(server: MysqlServer, mode: ServerTlsMode, ca: string | null = null): Promise<boolean> {
    const probe = await connectProbe(targetOf(server), account, { mode, ca })
    const [row] = await probe.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'", [])
    probe.close()
    return row![1] !== ''
  }

  describe('TLS', () => {
    test.each<[ServerTlsMode, boolean]>([
      ['disable', false],
      ['prefer', true],
      ['require', true],
    ])('%s where the server offers it', async (mode, expected) => {
      expect(await encrypted(local().primary, mode)).toBe(expected)
    })

    test('verification succeeds with the right authority only', async () => {
      const other = selfSigned().cert
      for (const mode of ['verify-ca', 'verify-full'] as const) {
        expect(await encrypted(local().primary, mode, certificate.cert)).toBe(true)
        await expect(encrypted(local().primary, mode, other)).rejects.toThrow(/certificate|signature/)
        await expect(encrypted(local().primary, mode)).rejects.toThrow(/certificate/)
      }
    })

    test.each([
      ['the address that was asked for', [127, 0, 0, 1], true],
      ['another address', [127, 0, 0, 9], false],
    ])('verify-full with a certificate for %s', async (_, address, accepted) => {
      const its = selfSigned('sha256', 'elsewhere.example', address)
      const fleet = await startLocalMysql({ flavour, replicas: 0, tls: its })
      try {
        expect(await encrypted(fleet.primary, 'verify-ca', its.cert)).toBe(true)
        const full = encrypted(fleet.primary, 'verify-full', its.cert)
        if (accepted) expect(await full).toBe(true)
        else await expect(full).rejects.toThrow(/127\.0\.0\.1 is not in the cert/)
      } finally {
        await fleet.stop()
      }
    })
  })

  describe('getting in', () => {
    test('a socket path works like an address', async () => {
      const { primary } = local()
      const probe = await connectProbe({ path: primary.socketPath }, { ...account, user: 'root', password: '' }, off)
      expect(await probe.sample()).toMatchObject({ role: 'primary', doubt: null, history: 0 })
      probe.close()
    })

    test('a wrong password, an unknown database and a closed port are told as they are', async () => {
      const target = targetOf(local().primary)
      await expect(connectProbe(target, { ...account, password: 'x' }, off)).rejects.toMatchObject({ code: '28000' })
      await expect(
        connectProbe(target, { ...account, user: 'root', password: 'root', database: 'x' }, off),
      ).rejects.toMatchObject({ code: '42000' })
      await expect(connectProbe({ host: '127.0.0.1', port: 1 }, account, off)).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      })
    })

    test('a server that hangs is given up, and leaves no socket behind', async () => {
      const { primary } = local()
      await primary.freeze()
      const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
      const before = sockets()
      try {
        await expect(connectProbe(targetOf(primary), { ...account, timeout: 200 }, off)).rejects.toThrow(
          /timeout|ETIMEDOUT/,
        )
      } finally {
        primary.thaw()
      }
      await until('the socket is gone', () => sockets() <= before)
    })

    test('an account without the rights is told which one is missing', async () => {
      const { primary } = local()
      await primary.query("CREATE USER bare@'%' IDENTIFIED BY 'bare'")
      await expect(
        connectProbe(targetOf(primary), { ...account, user: 'bare', password: 'bare' }, off).then((probe) =>
          probe.sample(),
        ),
      ).rejects.toThrow(
        /; without it the server is not used at all; the monitor needs: GRANT (REPLICATION CLIENT|BINLOG MONITOR|SLAVE MONITOR) ON \*\.\* TO 'bare'/,
      )
      await primary.query('DROP USER bare')
    })
  })

  describe('samples', () => {
    let primary: Probe
    let replica: Probe

    beforeAll(async () => {
      const [server] = local().replicas
      await local().primary.query('CREATE TABLE things (id int AUTO_INCREMENT PRIMARY KEY, word text)')
      primary = await connectProbe(targetOf(local().primary), account, off)
      replica = await connectProbe(targetOf(server!), account, off)
    })

    afterAll(() => {
      primary?.close()
      replica?.close()
    })

    const write = () => local().primary.query("INSERT INTO things (word) VALUES ('x')")

    test('say the same of the cluster and their own of the server', async () => {
      await local().caughtUp()
      const [its, copy] = [await primary.sample(), await replica.sample()]
      expect([its.role, copy.role]).toEqual(['primary', 'replica'])
      expect(its.identity).not.toBe(copy.identity)
      expect(copy.marks).toContain(its.identity)
      expect(copy.follows?.identity).toBe(its.identity)
      expect(its.doubt ?? copy.doubt).toBeNull()
      expect(its.unordered || copy.unordered).toBe(false)
      expect(its.product?.flavour).toBe(flavour)
      expect(its.product?.version).toContain(local().version)
      for (const { clock, startedAt } of [its, copy]) {
        expect(Math.abs(clock - Date.now())).toBeLessThan(5000)
        expect(startedAt).toBeGreaterThan(Date.now() - 600_000)
      }
      expect(placeOf(copy)).toBe(placeOf(its))
    })

    test('a replica covers what it has applied and nothing beyond', async () => {
      const [server] = local().replicas
      await server!.pauseReplay()
      await write()
      const need = (await primary.sample()).position!
      expect(covers((await replica.sample()).position!, need)).toBe(false)
      await server!.resumeReplay()
      await until('it has it', async () => covers((await replica.sample()).position!, need), { timeoutMs: 5000 })
    })

    test('the start of a server is always the same, until it is started again', async () => {
      const target = targetOf(local().primary)
      const starts = new Set<number>()
      for (let round = 0; round < 30; round++) {
        const probe = await connectProbe(target, account, off)
        starts.add((await probe.sample()).startedAt)
        probe.close()
        await new Promise((resolve) => setTimeout(resolve, 40))
      }
      expect(starts.size).toBe(1)
    })

    test('look-ups take parameters as text of any kind, and give text', async () => {
      const odd = 'it\'s \\ a "quote" ; -- ünï 🙂\n\0'
      expect(await primary.query('SELECT ?, ?, NULL, 1.50, CAST(? AS CHAR)', [odd, 7, null])).toEqual([
        [odd, '7', null, '1.50', null],
      ])
      expect(await primary.query("SELECT '?'", [])).toEqual([['?']])
      await expect(primary.query('SELECT nothing', [])).rejects.toMatchObject({ code: '42S22' })
      expect(await primary.query('SELECT 1', [])).toEqual([['1']])
    })

    test('there is nothing to nudge', async () => {
      const before = placeOf(await primary.sample())
      await primary.nudge()
      expect(placeOf(await primary.sample())).toBe(before)
    })

    test('a filter is a doubt while it lasts, but not one that leaves out system tables only', async () => {
      const [server] = local().replicas
      const filter = async (tables: string) => {
        await server!.pauseReplay()
        if (isMariaDb) await server!.query(`SET GLOBAL replicate_ignore_table = '${tables}'`)
        else await server!.query(`CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = (${tables})`)
        await server!.resumeReplay()
      }
      await filter('app.things')
      expect(await replica.sample()).toMatchObject({
        role: 'replica',
        position: null,
        doubt: 'a replication filter keeps changes from it: Replicate_Ignore_Table = app.things',
      })
      await filter('mysql.rds_history')
      expect((await replica.sample()).doubt).toBeNull()
      await filter('')
      expect((await replica.sample()).doubt).toBeNull()
    })

    test('a replica is one as long as it has a source, or may not be written to', async () => {
      const [server] = local().replicas
      const sql = isMariaDb
        ? { stop: 'STOP SLAVE', start: 'START SLAVE' }
        : { stop: 'STOP REPLICA', start: 'START REPLICA' }
      await server!.query(sql.stop)
      if (!isMariaDb) await server!.query('SET GLOBAL super_read_only = OFF')
      await server!.query('SET GLOBAL read_only = OFF')
      const stopped = await replica.sample()
      expect(stopped).toMatchObject({ role: 'replica', doubt: null })
      expect(stopped.follows).toBeUndefined()
      await server!.query(`SET GLOBAL ${isMariaDb ? '' : 'super_'}read_only = ON`)
      await server!.query(sql.start)
      await local().primary.query('SET GLOBAL read_only = ON')
      expect((await primary.sample()).role).toBe('replica')
      await local().primary.query('SET GLOBAL read_only = OFF')
      expect((await primary.sample()).role).toBe('primary')
    })

    test('a primary whose GTIDs are reset proves nothing more on this connection', async () => {
      await until('the replica receives', async () => (await replica.sample()).follows !== undefined)
      await write()
      expect((await primary.sample()).position).not.toBeNull()
      await local().primary.query(isMariaDb ? 'RESET MASTER' : 'RESET BINARY LOGS AND GTIDS')
      for (let round = 0; round < 2; round++) {
        expect(await primary.sample()).toMatchObject({ role: 'primary', position: null })
        expect((await primary.sample()).doubt).toContain('reset')
        await write()
      }
    })

    test('a server that stops ends its probe', async () => {
      const [server] = local().replicas
      await server!.stop()
      await expect(replica.sample()).rejects.toThrow()
      await expect(replica.sample()).rejects.toThrow()
    })
  })
})

describe.each(['mysql', 'mariadb'] as const)('what somebody has seen on the primary of %s', (flavour) => {
  const local = createTestMysql({ flavour, replicas: 1 })
  const WRITERS = 8
  const ROUNDS = 250

  beforeAll(async () => {
    await local().primary.query('CREATE TABLE counters (writer int PRIMARY KEY, value int)')
    for (let writer = 0; writer < WRITERS; writer++)
      await local().primary.query('INSERT INTO counters VALUES (?, 0)', [writer])
    await local().caughtUp()
  })

  interface Parties {
    readonly primary: Probe
    readonly replica: Probe
    readonly writing: Connection
    readonly watching: Connection
    readonly reading: Connection
  }

  async function parties(): Promise<Parties> {
    const [primary, replica] = [local().primary, local().replicas[0]!]
    return {
      primary: await connectProbe(targetOf(primary), account, off),
      replica: await connectProbe(targetOf(replica), account, off),
      writing: await createConnection(primary.url()),
      watching: await createConnection(primary.url()),
      reading: await createConnection(replica.url()),
    }
  }

  const valueOn = async (connection: Connection, writer: number): Promise<number> => {
    const [rows] = await connection.query('SELECT value FROM counters WHERE writer = ?', [writer])
    return (rows as { value: number }[])[0]!.value
  }

  test('is on a replica that covers the sample taken then, though the write is not acknowledged yet', async () => {
    const result = { reads: 0, stale: 0 }
    const one = async (writer: number) => {
      const { primary, replica, writing, watching, reading } = await parties()
      for (let value = 1; value <= ROUNDS; value++) {
        const written = writing.query('UPDATE counters SET value = ? WHERE writer = ?', [value, writer])
        while ((await valueOn(watching, writer)) !== value);
        const needed = (await primary.sample()).position!
        await until('the replica is there', async () => covers((await replica.sample()).position!, needed), {
          everyMs: 0,
        })
        result.reads++
        if ((await valueOn(reading, writer)) < value) result.stale++
        await written
      }
      primary.close()
      replica.close()
      for (const connection of [writing, watching, reading]) connection.destroy()
    }
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => one(writer)))
    expect(result).toEqual({ reads: ROUNDS * WRITERS, stale: 0 })
  })
})
