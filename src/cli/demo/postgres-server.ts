/** One PostgreSQL server of a local fleet: its process, its folder, and what can be done to it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { copyData } from './copy-data.ts'
import { type PostgresBinaries, unprivileged } from './postgres-binaries.ts'
import { crashTree, freezeTree, processTree, running, signal, until } from './processes.ts'
import type { Watchdog } from './watchdog.ts'

export type StopMode = 'smart' | 'fast' | 'immediate'
const STOP_SIGNALS = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/** What the servers of a fleet have in common. */
export interface FleetGround {
  /** Holds one folder and one log file per server; also the control sockets. */
  readonly folder: string
  readonly binaries: PostgresBinaries
  readonly watchdog: Watchdog
  /** The database of `query`. */
  readonly database: string
  /** The server that was made the primary last. */
  primary: PostgresServer | null
}

type Row = Record<string, unknown>

export class PostgresServer {
  readonly name: string
  readonly host = '127.0.0.1'
  readonly port: number
  /** What it was told to be; two servers can both be primaries after a promotion. */
  role: 'primary' | 'replica'
  readonly #ground: FleetGround
  readonly #data: string
  #process: ChildProcess | null = null
  #pool: pg.Pool | null = null

  constructor(ground: FleetGround, { name, port, role }: Pick<PostgresServer, 'name' | 'port' | 'role'>) {
    this.name = name
    this.port = port
    this.role = role
    this.#ground = ground
    this.#data = join(ground.folder, name)
  }

  get dataFolder(): string {
    return this.#data
  }

  /** As a configuration of Freshet names it. */
  get address(): string {
    return `${this.host}:${this.port}`
  }

  /** The postmaster's process id; null when it does not run. */
  get pid(): number | null {
    return this.#process?.pid ?? null
  }

  get isRunning(): boolean {
    return this.#process !== null
  }

  /** What the server has written to its log so far. */
  log(): string {
    return existsSync(this.#logFile) ? readFileSync(this.#logFile, 'utf8') : ''
  }

  /** A connection string that goes straight to this server, without Freshet. Passwords are the user's own names but for `freshet` (monitor). */
  url(user = 'app', database = this.#ground.database): string {
    const password = user === 'freshet' ? 'monitor' : user
    return `postgres://${user}:${password}@${this.host}:${this.port}/${database}`
  }

  /** Runs a statement as the superuser, over the control socket (which asks for no password). */
  async query<R extends Row = Row>(sql: string, parameters: readonly unknown[] = []): Promise<R[]> {
    const { rows } = await this.#control().query<R>(sql, [...parameters])
    return rows
  }

  /** The same in another database, by a connection made for it. */
  async queryIn(database: string, sql: string): Promise<void> {
    const client = new pg.Client({ host: this.#ground.folder, port: this.port, user: 'postgres', database })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query(sql)
    } finally {
      await client.end().catch(() => {})
    }
  }

  async pauseReplay(): Promise<void> {
    await this.query('SELECT pg_wal_replay_pause()')
    // Asking for it is not having it: the record at hand is still applied.
    await until(
      `${this.name} pauses its replay`,
      async () => {
        const [row] = await this.query('SELECT pg_get_wal_replay_pause_state() AS state')
        return row!.state === 'paused'
      },
      { everyMs: 2 },
    )
  }

  async resumeReplay(): Promise<void> {
    await this.query('SELECT pg_wal_replay_resume()')
  }

  /** Commits are applied this long after they were made. 0 switches it off. */
  async setApplyDelay(ms: number): Promise<void> {
    await this.query(`ALTER SYSTEM SET recovery_min_apply_delay = ${Math.round(ms)}`)
    await this.query('SELECT pg_reload_conf()')
  }

  /** Resolves when it accepts connections. It gets the role that its folder says. */
  async start(): Promise<void> {
    if (this.#process) throw new Error(`${this.name} runs already`)
    const log = openSync(this.#logFile, 'a')
    const settings = [
      `port=${this.port}`,
      `cluster_name=${this.name}`,
      `unix_socket_directories=${this.#ground.folder}`,
      `listen_addresses=${this.host}`,
    ]
    const args = ['-D', this.#data, ...settings.flatMap((setting) => ['-c', setting])]
    // In a session of its own, so that a Ctrl-C at the terminal is the parent's business alone.
    const child = spawn(this.#ground.binaries.postgres, args, {
      ...unprivileged,
      stdio: ['ignore', log, log],
      detached: true,
    })
    closeSync(log)
    child.unref()
    const failed = new Promise<never>((_, reject) => child.once('error', reject))
    const { pid } = child
    if (pid === undefined) return failed
    this.#process = child
    this.#ground.watchdog.watch(pid)
    child.once('exit', () => {
      this.#ground.watchdog.forget(pid)
      if (this.#process === child) this.#process = null
    })
    await until(`${this.name} accepts connections`, () => this.#accepts(child))
  }

  /** `smart` waits for the clients to leave, `fast` sends them away, `immediate` does not write a checkpoint. */
  async stop(mode: StopMode = 'fast'): Promise<void> {
    const child = this.#process
    if (!child) return
    const closed = this.#closeControl()
    const ended = exitOf(child)
    child.kill(STOP_SIGNALS[mode])
    await Promise.all([ended, closed])
  }

  /** As if the machine had lost its power for an instant: the postmaster and all its children, without a word to anybody. */
  async kill(): Promise<void> {
    const child = this.#process
    if (!child) return
    const ended = exitOf(child)
    const hit = await crashTree(child.pid!)
    await ended
    await until(`${this.name} is gone`, () => running(hit).length === 0)
    await this.#closeControl()
  }

  async restart(mode: StopMode = 'fast'): Promise<void> {
    await this.stop(mode)
    await this.start()
  }

  /** It stays in memory and keeps its connections, but does not answer any more. */
  async freeze(): Promise<void> {
    if (this.pid !== null) await freezeTree(this.pid)
  }

  thaw(): void {
    const { pid } = this
    if (pid !== null) signal(processTree(pid).reverse(), 'SIGCONT')
  }

  /** Makes a replica a primary; resolves when it accepts writes. The others go on as before until they `follow` it. */
  async promote(): Promise<void> {
    await this.query('SELECT pg_promote(true, 60)')
    await until(`${this.name} is a primary`, async () => {
      const [row] = await this.query('SELECT pg_is_in_recovery() AS replica')
      return row!.replica === false
    })
    this.role = 'primary'
    this.#ground.primary = this
    this.writeFile('standby.conf', '')
  }

  /** Makes a replica, running or not, receive from another server. It must not be ahead of that one: then it needs `rejoin`. */
  async follow(source: PostgresServer): Promise<void> {
    this.#writeStandby(source)
    if (!this.isRunning) return
    await this.query('SELECT pg_reload_conf()')
    await this.streaming()
  }

  /** Comes back as a replica of `source`, with a fresh copy of its data: what it had that nobody else had is gone. */
  async rejoin(source: PostgresServer): Promise<void> {
    await this.stop('immediate')
    await this.cloneFrom(source)
    await this.start()
    await this.streaming()
  }

  /** A replica that receives from the server it follows. */
  async streaming(): Promise<void> {
    await until(`${this.name} streams`, async () => {
      const [row] = await this.query("SELECT count(*)::int AS n FROM pg_stat_wal_receiver WHERE status = 'streaming'")
      return row!.n === 1
    })
  }

  /** Replaces the data folder by a copy of another server's, which may go on working meanwhile. It must be a primary. */
  async cloneFrom(source: PostgresServer): Promise<void> {
    await rm(this.#data, { recursive: true, force: true })
    // One session from start to end: the server gives the backup up when the session is gone.
    const session = await source.#control().connect()
    session.on('error', () => {})
    try {
      await session.query("SELECT pg_backup_start('clone', true)")
      await copyData(source.#data, this.#data, unprivileged)
      const { rows } = await session.query('SELECT labelfile FROM pg_backup_stop(false)')
      this.writeFile('backup_label', rows[0].labelfile)
    } finally {
      session.release(true)
    }
    this.#writeStandby(source)
    this.writeFile('standby.signal', '')
    this.role = 'replica'
  }

  /** Writes a file into the data folder, for the account that the server runs under. */
  writeFile(name: string, text: string): void {
    const path = join(this.#data, name)
    writeFileSync(path, text, { mode: 0o600 })
    if (unprivileged) chownSync(path, unprivileged.uid, unprivileged.gid)
  }

  #writeStandby(source: PostgresServer): void {
    const link = `host=${this.#ground.folder} port=${source.port} user=postgres application_name=${this.name}`
    this.writeFile('standby.conf', `primary_conninfo = '${link}'\n`)
  }

  get #logFile(): string {
    return `${this.#data}.log`
  }

  #control(): pg.Pool {
    if (!this.#pool) {
      const { folder, database } = this.#ground
      this.#pool = new pg.Pool({
        host: folder,
        port: this.port,
        user: 'postgres',
        database,
        max: 4,
        allowExitOnIdle: true,
      })
      // A server that is stopped or killed cuts its connections; whoever asks next gets the error.
      this.#pool.on('error', () => {})
    }
    return this.#pool
  }

  async #closeControl(): Promise<void> {
    const pool = this.#pool
    this.#pool = null
    await pool?.end()
  }

  async #accepts(child: ChildProcess): Promise<boolean> {
    if (child.exitCode !== null || child.signalCode !== null) {
      const lines = this.log().trim().split('\n').slice(-5).join('\n')
      throw new Error(`${this.name} ended with ${child.exitCode ?? child.signalCode}:\n${lines}`)
    }
    try {
      // Not in the database of `query`: this is also asked before that one is made.
      await this.queryIn('postgres', 'SELECT 1')
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
