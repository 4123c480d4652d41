/** One MySQL or MariaDB server of a local fleet: its process, its folder, and what can be done to it. The names are those of postgres-server.ts. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createPool, type Pool } from 'mysql2/promise'
import type { MysqlBinaries } from './mysql-binaries.ts'
import { type DelayRelay, startDelayRelay } from './mysql-delay-relay.ts'
import { type FlavourSql, flavourSql, type Query, type ReplicaStatus, type Row } from './mysql-flavour.ts'
import { copyTemplate } from './mysql-template.ts'
import { freePort } from './ports.ts'
import { unprivileged } from './postgres-binaries.ts'
import { crashTree, freezeTree, running, signal, until } from './processes.ts'
import type { Watchdog } from './watchdog.ts'

/** What the servers of a fleet have in common. */
export interface MysqlGround {
  /** Holds one folder, one log, one configuration and one socket per server. */
  readonly folder: string
  readonly binaries: MysqlBinaries
  readonly watchdog: Watchdog
  /** The data folder that every server begins with. */
  readonly template: string
  /** Lines of my.cnf for all servers. */
  readonly parameters: Readonly<Record<string, string | number>>
  readonly gtid: boolean
  /** How many server ids have been given out. A rebuilt server gets another one, or it would skip what it once wrote itself. */
  serverIds: number
  /** The server that was made the primary last. */
  primary: MysqlServer | null
}

export class MysqlServer {
  readonly name: string
  readonly host = '127.0.0.1'
  readonly port: number
  /** What it was told to be; two servers can both be primaries after a promotion. */
  role: 'primary' | 'replica'
  readonly #ground: MysqlGround
  readonly #sql: FlavourSql
  readonly #data: string
  #serverId = 0
  #source: MysqlServer | null = null
  #relay: DelayRelay | null = null
  #process: ChildProcess | null = null
  #pool: Pool | null = null

  constructor(ground: MysqlGround, { name, port, role }: Pick<MysqlServer, 'name' | 'port' | 'role'>) {
    this.name = name
    this.port = port
    this.role = role
    this.#ground = ground
    this.#sql = flavourSql(ground.binaries.flavour)
    this.#data = join(ground.folder, name)
  }

  get dataFolder(): string {
    return this.#data
  }

  /** As a configuration of Freshet names it. */
  get address(): string {
    return `${this.host}:${this.port}`
  }

  /** For clients on this machine; root needs no password there. */
  get socketPath(): string {
    return `${this.#data}.sock`
  }

  /** The server's process id; null when it does not run. */
  get pid(): number | null {
    return this.#process?.pid ?? null
  }

  get isRunning(): boolean {
    return this.#process !== null
  }

  /** What the server has written to its error log so far. */
  log(): string {
    return existsSync(this.#logFile) ? readFileSync(this.#logFile, 'utf8') : ''
  }

  /** A connection string that goes straight to this server, without Freshet. Passwords are the user's own names but for `freshet` (monitor). */
  url(user = 'app', database = 'app'): string {
    const password = user === 'freshet' ? 'monitor' : user
    return `mysql://${user}:${password}@${this.host}:${this.port}/${database}`
  }

  /** Runs a statement as root in database app, over the socket. Statements that return no rows resolve to []. */
  async query<R extends Row = Row>(sql: string, parameters: readonly unknown[] = []): Promise<R[]> {
    const [rows] = await this.#control().query(sql, [...parameters])
    return Array.isArray(rows) ? (rows as R[]) : []
  }

  /** Goes on receiving, but applies nothing more. */
  async pauseReplay(): Promise<void> {
    await this.query(this.#sql.stopApplier)
  }

  async resumeReplay(): Promise<void> {
    await this.query(this.#sql.startApplier)
  }

  /**
   * Commits arrive, and are applied, this long after they were made; 0 ends it. The servers' own delay knows whole seconds only, so a relay
   * between the replica and its source holds the bytes back. It lives in this process.
   */
  async setApplyDelay(ms: number): Promise<void> {
    const source = this.#source
    if (!source) throw new Error(`${this.name} has no source`)
    if (ms > 0 && !this.#relay) {
      this.#relay = await startDelayRelay(source.port, await freePort())
      await this.#receiveFrom(this.#relay.port, false)
    }
    this.#relay?.setDelay(ms)
    if (ms > 0 || !this.#relay) return
    this.#closeRelay()
    await this.#receiveFrom(source.port, false)
  }

  /** SHOW REPLICA STATUS; null when it has no source. */
  status(): Promise<ReplicaStatus | null> {
    return this.#sql.status(this.#query)
  }

  /** Replaces the data folder by one without any history. */
  async prepare(): Promise<void> {
    await rm(this.#data, { recursive: true, force: true })
    await copyTemplate(this.#ground.template, this.#data)
    this.#serverId = ++this.#ground.serverIds
  }

  /** Resolves when it accepts connections. A replica goes on receiving by itself. */
  async start(): Promise<void> {
    if (this.#process) throw new Error(`${this.name} runs already`)
    this.#configure()
    const { binaries, watchdog } = this.#ground
    const log = openSync(this.#logFile, 'a')
    // In a session of its own, so that a Ctrl-C at the terminal is the parent's business alone.
    const child = spawn(binaries.server, [`--defaults-file=${this.#data}.cnf`, ...binaries.options], {
      ...unprivileged,
      cwd: this.#data,
      env: { ...process.env, TZ: 'UTC' },
      stdio: ['ignore', log, log],
      detached: true,
    })
    closeSync(log)
    child.unref()
    const failed = new Promise<never>((_, reject) => child.once('error', reject))
    const { pid } = child
    if (pid === undefined) return failed
    this.#process = child
    watchdog.watch(pid)
    child.once('exit', () => {
      watchdog.forget(pid)
      if (this.#process === child) this.#process = null
    })
    await until(`${this.name} accepts connections`, () => this.#accepts(child), { timeoutMs: 60_000 })
  }

  /** `fast` sends the clients away and shuts down in order, `immediate` leaves the work to the next start. */
  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    if (mode === 'immediate') return this.kill()
    const child = this.#process
    if (!child) return
    const closed = this.#closeControl()
    const ended = exitOf(child)
    child.kill('SIGTERM')
    await Promise.all([ended, closed])
  }

  /** As if the machine had lost its power for an instant: without a word to anybody. */
  async kill(): Promise<void> {
    const child = this.#process
    if (!child) return
    const ended = exitOf(child)
    const hit = await crashTree(child.pid!)
    await ended
    await until(`${this.name} is gone`, () => running(hit).length === 0)
    await this.#closeControl()
  }

  async restart(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.stop(mode)
    await this.start()
  }

  /** It stays in memory and keeps its connections, but does not answer any more. */
  async freeze(): Promise<void> {
    if (this.pid !== null) await freezeTree(this.pid)
  }

  thaw(): void {
    if (this.pid !== null) signal([this.pid], 'SIGCONT')
  }

  /** Makes a replica a primary, with all that it has received; resolves when it accepts writes. The others go on as before until they `follow` it. */
  async promote(): Promise<void> {
    // In this order: MariaDB throws away what was received but not applied when both threads stand still.
    await this.query(this.#sql.startApplier)
    await this.query(this.#sql.stopReceiver)
    await until(`${this.name} has applied what it received`, () => this.#hasAppliedAll())
    await this.query(this.#sql.stop)
    for (const sql of this.#sql.promote) await this.query(sql)
    this.#closeRelay()
    this.#source = null
    this.role = 'primary'
    this.#ground.primary = this
    this.#configure()
  }

  /** Makes a replica receive from another server. It must have nothing that the other one lacks: then it needs `rejoin`. */
  async follow(source: MysqlServer): Promise<void> {
    this.#closeRelay()
    this.#source = source
    await this.#receiveFrom(source.port, true)
  }

  /** Comes back as a replica of `source`, which tells it everything from the beginning: what it had that nobody else had is gone. */
  async rejoin(source: MysqlServer): Promise<void> {
    await this.stop('immediate')
    await this.prepare()
    this.role = 'replica'
    await this.start()
    await this.follow(source)
  }

  /** Resolves when a replica receives and applies. Rejects with its error when it cannot. */
  async replicating(): Promise<void> {
    await until(`${this.name} replicates`, async () => {
      const status = await this.status()
      const error = status && (status.receiveError || status.applyError)
      if (error) throw new Error(`${this.name}: ${error}`)
      return status?.receiving === true && status.applying
    })
  }

  /** The GTIDs it has: a set of MySQL's or a list of MariaDB's. */
  async position(): Promise<string> {
    return this.#sql.position(this.#query)
  }

  /** Resolves to a question: has this replica applied everything that its source had written when this was called? */
  async hasAppliedAllOf(source: MysqlServer): Promise<() => Promise<boolean>> {
    if (this.#ground.gtid) {
      const position = await source.position()
      return () => this.#sql.covers(this.#query, position)
    }
    const [row] = await source.query(this.#sql.binlogPosition)
    const want = { file: String(row!.File), offset: Number(row!.Position) }
    return async () => {
      const status = await this.status()
      return status !== null && (status.file > want.file || (status.file === want.file && status.offset >= want.offset))
    }
  }

  readonly #query: Query = (sql, parameters) => this.query(sql, parameters)

  async #receiveFrom(port: number, anew: boolean): Promise<void> {
    if (!this.#ground.gtid && !anew) throw new Error('a delay needs GTIDs')
    for (const sql of this.#sql.follow({ port, gtid: this.#ground.gtid })) await this.query(sql)
    if (this.#source?.isRunning) await this.replicating()
  }

  async #hasAppliedAll(): Promise<boolean> {
    const status = await this.status()
    if (!status) throw new Error(`${this.name} is no replica`)
    if (status.applyError) throw new Error(`${this.name}: ${status.applyError}`)
    return status.received === '' || (await this.#sql.covers(this.#query, status.received))
  }

  #closeRelay(): void {
    this.#relay?.close()
    this.#relay = null
  }

  #configure(): void {
    const lines = {
      ...this.#sql.parameters(this.#ground.gtid),
      ...(this.role === 'replica' ? this.#sql.readOnly : {}),
      ...this.#ground.parameters,
      server_id: this.#serverId,
      bind_address: this.host,
      port: this.port,
      socket: this.socketPath,
      datadir: this.#data,
      pid_file: `${this.#data}.pid`,
      tmpdir: this.#temporary,
    }
    mkdirSync(this.#temporary, { recursive: true, mode: 0o700 })
    if (unprivileged) chownSync(this.#temporary, unprivileged.uid, unprivileged.gid)
    const text = Object.entries(lines).map(([name, value]) => `${name} = ${value}\n`)
    const path = `${this.#data}.cnf`
    writeFileSync(path, `[mysqld]\n${text.join('')}`, { mode: 0o600 })
    if (unprivileged) chownSync(path, unprivileged.uid, unprivileged.gid)
  }

  /** Its own: MariaDB deletes what it takes for its temporary tables when it starts, and in a shared folder those are also others'. */
  get #temporary(): string {
    return `${this.#data}.tmp`
  }

  get #logFile(): string {
    return `${this.#data}.log`
  }

  #control(): Pool {
    this.#pool ??= createPool({
      socketPath: this.socketPath,
      user: 'root',
      database: 'app',
      connectionLimit: 4,
      charset: 'utf8mb4_general_ci',
      supportBigNumbers: true,
    })
    return this.#pool
  }

  async #closeControl(): Promise<void> {
    const pool = this.#pool
    this.#pool = null
    // Its connections are gone with the server, which is no fault here.
    await pool?.end().catch(() => {})
  }

  async #accepts(child: ChildProcess): Promise<boolean> {
    if (child.exitCode !== null || child.signalCode !== null) {
      const lines = this.log().trim().split('\n').slice(-5).join('\n')
      throw new Error(`${this.name} ended with ${child.exitCode ?? child.signalCode}:\n${lines}`)
    }
    if (!existsSync(this.socketPath)) return false
    try {
      await this.query('SELECT 1')
      return true
    } catch {
      return false
    }
  }
}

function exitOf(child: ChildProcess): Promise<void> {
  child.ref()
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })
}
