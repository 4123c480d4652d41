/** A data folder as it is before a server's first start, with the accounts in it and no history. Every server of a fleet begins with a copy. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { MysqlBinaries } from './mysql-binaries.ts'
import { type Flavour, flavourSql } from './mysql-flavour.ts'
import { cacheFolder, publish } from './mysql-packages.ts'
import { unprivileged } from './postgres-binaries.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'

const run = promisify(execFile)

/** What mariadb-install-db feeds to the server, in its order. */
const MARIADB_FILES = [
  'mysql_system_tables.sql',
  'mysql_performance_tables.sql',
  'mysql_system_tables_data.sql',
  'fill_help_tables.sql',
  'maria_add_gis_sp_bootstrap.sql',
  'mysql_sys_schema.sql',
]
const OPTIONS: Readonly<Record<Flavour, readonly string[]>> = {
  mysql: ['--initialize-insecure', '--mysqlx=OFF', '--innodb-redo-log-capacity=16M'],
  mariadb: ['--bootstrap', '--skip-log-bin', '--innodb-log-file-size=16M'],
}
/** These belong to one server alone, or are made anew at its start. */
const LEFT_OUT = ['auto.cnf', 'ib_buffer_pool', 'mysql_upgrade_history']

/** Gives a folder and all in it to the account that the servers run under. */
function handOver(folder: string): void {
  if (!unprivileged) return
  const { uid, gid } = unprivileged
  chownSync(folder, uid, gid)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    chownSync(join(entry.parentPath, entry.name), uid, gid)
  }
}

/** The cache may belong to somebody else than the one who starts servers next. It holds nothing that is secret. */
function makeReadable(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644)
  }
}

async function initialize(binaries: MysqlBinaries, scratch: string, data: string, watchdog: Watchdog): Promise<void> {
  const { flavour, server, options, share } = binaries
  const statements = flavourSql(flavour).accounts.map((sql) => `${sql};\n`)
  const init = join(scratch, 'accounts.sql')
  writeFileSync(init, statements.join(''))
  const common = ['--no-defaults', ...options, `--datadir=${data}`, '--innodb-flush-method=nosync']
  const extra = flavour === 'mysql' ? [`--init-file=${init}`] : []
  if (flavour === 'mariadb') mkdirSync(data)
  if (flavour === 'mariadb') handOver(data)
  const made = run(server, [...common, ...OPTIONS[flavour], ...extra], {
    ...unprivileged,
    cwd: scratch,
    maxBuffer: 1 << 24,
  })
  const { pid } = made.child
  if (pid !== undefined) watchdog.watch(pid)
  if (flavour === 'mariadb') {
    const files = MARIADB_FILES.map((name) => readFileSync(join(share, name), 'utf8'))
    const begin = 'CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\nSET @skip_auth_anonymous=1;\n'
    made.child.stdin!.on('error', () => {})
    made.child.stdin!.end(`${begin}${files.join('\n')}\n${statements.join('')}`)
  }
  await made
  if (pid !== undefined) watchdog.forget(pid)
  if (!existsSync(join(data, 'app'))) throw new Error(`${server} made no data folder`)
  for (const name of LEFT_OUT) rmSync(join(data, name), { force: true })
}

/**
 * The folder to copy, from the cache or made in a few seconds. What cannot be kept in the cache (it may belong to somebody else) stays in `scratch`.
 * @param scratch a folder that the servers' account may enter.
 */
export async function templateOf(binaries: MysqlBinaries, scratch: string, watchdog: Watchdog): Promise<string> {
  const { flavour, version } = binaries
  const recipe = JSON.stringify([flavourSql(flavour).accounts, OPTIONS[flavour], LEFT_OUT])
  const hash = createHash('sha256').update(recipe).digest('hex').slice(0, 8)
  const target = join(cacheFolder(), `data-${flavour}-${version}-${hash}`)
  if (existsSync(target)) return target
  const work = mkdtempSync(join(scratch, 'template-'))
  handOver(work)
  const data = join(work, 'data')
  await initialize(binaries, work, data, watchdog)
  try {
    mkdirSync(cacheFolder(), { recursive: true })
    const partial = mkdtempSync(join(cacheFolder(), 'partial-'))
    const guard = startWatchdog(partial)
    try {
      const copy = join(partial, 'data')
      await cp(data, copy, { recursive: true })
      makeReadable(copy)
      publish(copy, target)
    } finally {
      await guard.close()
    }
    rmSync(work, { recursive: true, force: true })
    return target
  } catch {
    return data
  }
}

/** @param data must not exist yet. */
export async function copyTemplate(template: string, data: string): Promise<void> {
  await cp(template, data, { recursive: true, mode: constants.COPYFILE_FICLONE })
  chmodSync(data, 0o700)
  for (const name of readdirSync(data).filter((file) => file.endsWith('-key.pem') || file === 'private_key.pem')) {
    chmodSync(join(data, name), 0o600)
  }
  handOver(data)
}
