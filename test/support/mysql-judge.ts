/**
 * What one statement is, as real servers tell: it is run on a primary and on two replicas, and every trace it has left is looked for. Nothing
 * here knows the classifier.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Connection, createConnection } from 'mysql2/promise'
import type { MysqlFleet, MysqlServer } from './mysql.ts'
import {
  type Case,
  differing,
  dropMade,
  globalsOf,
  KINDS,
  MOVING,
  type Reply,
  released,
  rowLocks,
  runCase,
  STATE,
  type State,
} from './mysql-traces.ts'

export interface Observed {
  readonly primary: Reply
  /** What it changed, by kinds: `position` is a write to the binary log. */
  readonly traces: readonly string[]
  /** On a replica's read-only connection. */
  readonly replica: Reply
  /** That refusal which the safety net waits for. */
  readonly refused: boolean
  /** What a read-only connection of a replica let it change there. */
  readonly replicaTraces: readonly string[]
  /** The primary and the replica gave the same rows. */
  readonly same: boolean
  /** The primary itself gives different rows each time. */
  readonly varies: boolean
  /** No trace, not refused, rows of which a replica has the same. */
  readonly plain: boolean
}

/** What a replica, or a read-only transaction, answers to what it must not be asked. */
export const REFUSALS: ReadonlySet<number> = new Set([1290, 1792, 1836])

/** A session that has a past: what only says something about it differs from a fresh one's. */
const FOUND = "SELECT SQL_CALC_FOUND_ROWS CAST('x' AS SIGNED) FROM users LIMIT 1"
const PAST = `
  SET @a = 101, @b = 102, @id = 103, @n = 104, @x = 105, @text = 'SELECT 106', @old = '+00:00', @\`quoted name\` = 107, @another = 108, @\`a.b\` = 109;
  SET SESSION wait_timeout = 1234, lock_wait_timeout = 1235, net_write_timeout = 1236;
  SELECT LAST_INSERT_ID(77)`

/** What statements of the corpus change; in this order they are put back: a trigger on orders writes into the log. */
const TABLES = ['users', 'orders', 'items', 'parts', 't', 'log']

export class MysqlJudge {
  readonly #fleet: MysqlFleet
  readonly #connections = new Map<MysqlServer, Connection>()
  readonly #pristine = new Map<string, string>()
  readonly #fresh = new Map<string, State>()
  /** The replica that follows may lack something. */
  #behind = true
  readonly #globals = new Map<MysqlServer, Map<string, string>>()

  constructor(fleet: MysqlFleet) {
    this.#fleet = fleet
  }

  /** Call when the schema is there and replicas have it. The second replica stops following: what it accepts must not reach the first one's rows. */
  async begin(): Promise<void> {
    const { flavour, servers, primary, replicas } = this.#fleet
    // It may do everything: a read-only connection must hold back whoever it is.
    const identified =
      flavour === 'mariadb' ? "IDENTIFIED VIA mysql_native_password USING PASSWORD('judge')" : "IDENTIFIED BY 'judge'"
    await primary.query(`CREATE USER IF NOT EXISTS 'judge'@'%' ${identified}`)
    await primary.query("GRANT ALL ON *.* TO 'judge'@'%' WITH GRANT OPTION")
    await this.#fleet.caughtUp(replicas)
    for (const server of servers) {
      if (flavour === 'mariadb') await server.query("INSTALL SONAME 'metadata_lock_info'")
      this.#connections.set(server, await this.#connect(server))
    }
    await replicas[1]!.query(flavour === 'mariadb' ? 'STOP SLAVE' : 'STOP REPLICA')
    await primary.query('CREATE DATABASE IF NOT EXISTS pristine')
    for (const table of TABLES) await primary.query(`CREATE TABLE pristine.${table} AS SELECT * FROM app.${table}`)
    for (const [table, checksum] of await this.#checksums()) this.#pristine.set(table, checksum)
    for (const server of servers) {
      const file = join(server.dataFolder, 'app', 'freshet.in')
      if (!existsSync(file)) writeFileSync(file, 'from a file\nand another\n')
    }
    for (const server of servers) this.#globals.set(server, await globalsOf(server))
    await this.#fleet.caughtUp([replicas[0]!])
  }

  end(): void {
    for (const connection of this.#connections.values()) connection.destroy()
  }

  async #connect({ port }: MysqlServer): Promise<Connection> {
    const connection = await createConnection({
      // With this character set the driver sends texts byte by byte.
      ...{ host: '127.0.0.1', port, user: 'judge', password: 'judge', database: 'app', charset: 'LATIN1_SWEDISH_CI' },
      ...{ multipleStatements: true, rowsAsArray: true, dateStrings: true, supportBigNumbers: true },
      infileStreamFactory: () => Readable.from([Buffer.from('from the client\n')]),
    })
    connection.on('error', () => {})
    return connection
  }

  /** The one to the primary. */
  connection(): Connection {
    return this.#connections.get(this.#fleet.primary)!
  }

  /** The same, as if it had just been opened. */
  async fresh(): Promise<Connection> {
    const { primary } = this.#fleet
    await this.#renew(primary, this.connection(), false, '', 'utf8mb4')
    return this.connection()
  }

  /** The one to the replica that follows. */
  follower(): Connection {
    return this.#connections.get(this.#fleet.replicas[0]!)!
  }

  /** Whether the replica that stands still refuses it as a write. */
  async refuses(one: Case): Promise<boolean> {
    const { reply } = await this.#tried(this.#fleet.replicas[1]!, one, false)
    if (reply.errno === null) await this.restore(one, false, this.#fleet.replicas[1]!)
    return reply.errno !== null && REFUSALS.has(reply.errno)
  }

  /** Everything about one statement, after which all is as it was before. */
  async observe(one: Case): Promise<Observed> {
    const { primary, replicas } = this.#fleet
    const first = await this.#tried(primary, one, true)
    const wrote = first.traces.includes('position')
    await this.restore(one, wrote)
    const locks = first.reply.isQuery && first.traces.length === 0 ? await this.#locks(one) : []
    const traces = [...first.traces, ...locks]
    const there = await this.#tried(replicas[1]!, one, false)
    if (there.reply.errno === null) await this.restore(one, false, replicas[1]!)
    const refused = there.reply.errno !== null && REFUSALS.has(there.reply.errno)
    let [same, varies] = [false, false]
    if (traces.length === 0 && !refused && first.reply.isQuery && there.reply.errno === null) {
      // The replica that follows has what the one that was stopped may lack by now.
      if (this.#behind) await this.caughtUp()
      const again = await this.#tried(primary, one, true, false)
      const other = await this.#tried(replicas[0]!, one, false, false)
      varies = again.reply.rows !== first.reply.rows
      same = again.reply.rows === other.reply.rows
      // Chance gives the same twice, now and then.
      for (let i = 0; i < 20 && !same && !varies; i++)
        varies = (await runCase(this.connection(), one)).rows !== first.reply.rows
    }
    return {
      primary: first.reply,
      traces,
      replica: there.reply,
      refused,
      replicaTraces: there.traces,
      same,
      varies,
      plain: first.reply.isQuery && traces.length === 0 && !refused && there.reply.errno === null && (same || varies),
    }
  }

  /** Resolves when the replica that follows has everything. */
  async caughtUp(): Promise<void> {
    await this.#fleet.caughtUp([this.#fleet.replicas[0]!])
    this.#behind = false
  }

  /** Whether a whole list of statements leaves nothing, does nothing and is answered alike: much faster than one by one. */
  async allPlain(cases: readonly Case[]): Promise<boolean> {
    const { primary, replicas } = this.#fleet
    const [here, there] = [this.#connections.get(primary)!, this.#connections.get(replicas[0]!)!]
    await this.#renew(primary, here, true, '', 'utf8mb4')
    await this.#renew(replicas[0]!, there, false, '', 'utf8mb4')
    const before = await this.#state(here)
    let plain = true
    for (const one of cases) {
      const a = await runCase(here, one)
      const b = await runCase(there, one)
      plain &&= a.errno === null && a.isQuery && b.errno === null && a.rows === b.rows
    }
    plain &&= differing(before, await this.#state(here)).length === 0
    await here.query('START TRANSACTION')
    for (const one of cases) if (plain) await runCase(here, one)
    const { flavour } = this.#fleet
    if (plain) plain = (await rowLocks(here, flavour)) === 0
    return plain
  }

  async #tried(
    server: MysqlServer,
    one: Case,
    past: boolean,
    look = true,
  ): Promise<{ readonly reply: Reply; readonly traces: readonly string[] }> {
    let connection = this.#connections.get(server)!
    try {
      await this.#renew(server, connection, past, one.sqlMode, one.charset)
    } catch {
      connection.destroy()
      connection = await this.#connect(server)
      this.#connections.set(server, connection)
      await this.#renew(server, connection, past, one.sqlMode, one.charset)
    }
    // Between XA END and what follows it nothing can be asked.
    const early = /^XA/.test(one.before[0] ?? '') ? await this.#state(connection) : null
    // What a replica refuses of the preparations it will refuse of the statement.
    for (const sql of one.before) {
      const done = connection.query(sql)
      await (past ? done : done.catch(() => {}))
    }
    const before = !look ? [] : (early ?? (await this.#stateBefore(server, connection, one)))
    if (past && early === null) await connection.query(FOUND)
    const reply = await runCase(connection, one)
    // What was refused has done nothing; that is why it is refused.
    const refused = !past && reply.errno !== null && REFUSALS.has(reply.errno)
    const after = refused || !look ? before : await this.#state(connection).catch(() => null)
    if (after === null) return { reply, traces: ['connection'] }
    const traces = differing(before, after)
    const { folder } = this.#fleet
    for (const file of [join(server.dataFolder, 'app', 'freshet.out'), join(folder, 'freshet.out')]) {
      if (!existsSync(file)) continue
      traces.push('file')
      rmSync(file)
    }
    if (/\bxa\b/i.test([...one.before, one.sql].join(' '))) {
      for (const id of ["'made'", "'made', 'b', 1", "'made', 'b', 7"])
        for (const verb of ['END', 'ROLLBACK']) await connection.query(`XA ${verb} ${id}`).catch(() => {})
    }
    await released(connection)
    const changed = await this.#restoreGlobals(server, one)
    // These may change how sessions begin.
    if (changed || /\b(role|grant|revoke|user|global|persist)\b/i.test(one.sql)) this.#fresh.clear()
    return { reply, traces: changed ? [...traces, 'global'] : traces }
  }

  async #renew(
    server: MysqlServer,
    connection: Connection,
    past: boolean,
    sqlMode: string,
    charset: string,
  ): Promise<void> {
    await released(connection)
    const readOnly = server === this.#fleet.primary ? '' : '; SET SESSION TRANSACTION READ ONLY'
    const own = `USE app; SET NAMES ${charset}; SET sql_mode = '${sqlMode}'; SET timestamp = 1700000000`
    await connection.query(own + (past ? `; ${PAST}` : '') + readOnly)
  }

  /** A fresh session is always the same, but for the position. */
  async #stateBefore(server: MysqlServer, connection: Connection, one: Case): Promise<State> {
    if (one.before.length > 0) return this.#state(connection)
    const key = `${server.name} ${one.sqlMode} ${one.charset}`
    const known = this.#fresh.get(key)
    if (known === undefined) {
      const state = await this.#state(connection)
      this.#fresh.set(key, state)
      return state
    }
    const [rows] = await connection.query(STATE[this.#fleet.flavour].split(';')[0]!)
    return [JSON.stringify(rows), ...known.slice(1)]
  }

  async #state(connection: Connection): Promise<State> {
    const [found] = await connection.query(STATE[this.#fleet.flavour])
    return (found as unknown as (readonly unknown[])[]).map((rows, i) =>
      JSON.stringify(
        i === KINDS.length - 1 ? (rows as string[][]).filter(([name]) => !MOVING.test(name!)) : rows,
        (_, value) => (typeof value === 'bigint' ? String(value) : value),
      ),
    )
  }

  /** Locks on rows show only while their transaction lasts. */
  async #locks({ before, ...one }: Case): Promise<string[]> {
    const { primary, flavour } = this.#fleet
    const connection = this.#connections.get(primary)!
    await this.#renew(primary, connection, true, one.sqlMode, one.charset)
    for (const sql of before) await connection.query(sql)
    await connection.query('START TRANSACTION')
    await runCase(connection, { ...one, before })
    const locked = await rowLocks(connection, flavour)
    await connection.query('ROLLBACK')
    return locked > 0 ? ['row-lock'] : []
  }

  async #checksums(): Promise<Map<string, string>> {
    const rows = await this.#fleet.primary.query(`CHECKSUM TABLE ${TABLES.map((table) => `app.${table}`).join(', ')}`)
    return new Map(rows.map(({ Table, Checksum }) => [String(Table).slice('app.'.length), String(Checksum)]))
  }

  /** Puts everything back that the statement may have changed. */
  async restore(one: Case, wrote: boolean, server: MysqlServer = this.#fleet.primary): Promise<void> {
    if (/\bmade|\bxa\b/i.test([...one.before, one.sql].join(' '))) await dropMade(server, this.#fleet.flavour)
    if (server !== this.#fleet.primary) return
    this.#behind ||= wrote || one.before.length > 0
    if (!wrote) return
    if (/\bseq\b/.test(one.sql)) await server.query('ALTER SEQUENCE app.seq RESTART WITH 1')
    const checksums = await this.#checksums()
    let touched = false
    for (const table of TABLES) {
      if (checksums.get(table) === this.#pristine.get(table) && !(table === 'log' && touched)) continue
      touched = true
      await server.query(`DELETE FROM app.${table}`)
      await server.query(`INSERT INTO app.${table} SELECT * FROM pristine.${table}`)
    }
  }

  /** Whether a global variable had another value than at the beginning. */
  async #restoreGlobals(server: MysqlServer, one: Case): Promise<boolean> {
    if (!/\b(global|persist|persist_only|stop|start|reset|flush|install|uninstall)\b/i.test(one.sql)) return false
    const wanted = this.#globals.get(server)!
    let changed = false
    for (const [name, value] of await globalsOf(server)) {
      if (wanted.get(name) === value) continue
      changed = true
      const literal = /^\d+$/.test(wanted.get(name) ?? '') ? wanted.get(name) : `'${wanted.get(name)}'`
      await server.query(`SET GLOBAL ${name} = ${literal}`).catch(() => {})
    }
    // What cannot be put back must not be taken for the doing of what comes later.
    if (changed) this.#globals.set(server, await globalsOf(server))
    return changed
  }
}
