/** Where the programs of MySQL and MariaDB are, readable by the account that will run them. The order is that of the contract, section Tests. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Flavour, flavourSql } from './mysql-flavour.ts'
import { packagesOf } from './mysql-packages.ts'
import { type Account, unprivileged } from './postgres-binaries.ts'

export interface MysqlBinaries {
  readonly flavour: Flavour
  /** Such as 9.7.4. */
  readonly version: string
  /** The server's program. */
  readonly server: string
  /** What it must always be told, such as where its messages are. */
  readonly options: readonly string[]
  /** The folder of MariaDB's SQL files, from which a data folder is made. */
  readonly share: string
  /** The folder of the programs; clients may be there as well. */
  readonly programs: string
}

const PROGRAMS: Readonly<Record<Flavour, readonly string[]>> = { mysql: ['mysqld'], mariadb: ['mariadbd', 'mysqld'] }
const VARIABLES: Readonly<Record<Flavour, string>> = { mysql: 'FRESHET_TEST_MYSQL', mariadb: 'FRESHET_TEST_MARIADB' }
const PLACES = ['/usr/sbin', '/usr/bin', '/usr/libexec', '/usr/local/bin', '/usr/local/sbin', '/usr/local/mysql/bin']
const SHARES = ['../share/mysql', '../share/mariadb', '../share', '/usr/share/mysql', '/usr/share/mariadb']

const run = promisify(execFile)
const values = (flavour: Flavour): string => process.env[VARIABLES[flavour]] ?? ''
const isAddresses = (value: string): boolean => /^(mysql|mariadb):\/\//.test(value)

/** Servers that run already, the primary first, when the environment names them: `mysql://user:password@host:port,host:port/database`. */
export function givenServers(flavour: Flavour): string[] {
  const value = values(flavour)
  if (!isAddresses(value)) return []
  const [, account, hosts, rest] = /^\w+:\/\/([^@/]*@)?([^/]*)(\/.*)?$/.exec(value)!
  return hosts!.split(',').map((host) => `mysql://${account ?? ''}${host}${rest ?? ''}`)
}

/** Folders of programs that the environment names, separated by colons. */
export const givenFolders = (flavour: Flavour): string[] =>
  isAddresses(values(flavour)) ? [] : values(flavour).split(':').filter(Boolean)

/** Where the packages of a tree are, a server has to be told; it would look at the system's places otherwise. */
function placesIn(programs: string): readonly string[] {
  const base = join(programs, '../usr')
  if (!existsSync(join(base, 'share/mysql'))) return []
  return [`--basedir=${base}`, `--lc-messages-dir=${base}/share/mysql`, `--plugin-dir=${base}/lib/mysql/plugin`]
}

/** Rejects when there is no such program, when it does not run under this account, or when it is another product. */
async function inFolder(flavour: Flavour, programs: string, account: Account | null): Promise<MysqlBinaries> {
  const server = PROGRAMS[flavour].map((name) => join(programs, name)).find((path) => existsSync(path))
  if (!server) throw new Error(`no ${PROGRAMS[flavour][0]} in ${programs}`)
  const { stdout } = await run(server, ['--no-defaults', '--version'], { ...account, cwd: '/' })
  const version = /Ver (\d+\.\d+\.\d+)/.exec(stdout)?.[1]
  if (!version || /MariaDB/.test(stdout) !== (flavour === 'mariadb')) {
    throw new Error(`${server} is not ${flavourSql(flavour).name}: ${stdout.trim()}`)
  }
  const options = placesIn(programs)
  const shares = ['../usr/share/mysql', ...SHARES].map((path) => (path.startsWith('/') ? path : join(programs, path)))
  const share = shares.find((path) => existsSync(join(path, 'mysql_system_tables.sql'))) ?? ''
  return { flavour, version, server, options, share, programs }
}

/** Programs that the account cannot reach (a checkout below a private home) are copied to where it can. */
async function fromPackages(flavour: Flavour, account: Account | null, scratch: string): Promise<MysqlBinaries> {
  const tree = await packagesOf(flavour)
  try {
    return await inFolder(flavour, join(tree, 'programs'), account)
  } catch {
    const copy = join(scratch, 'packages')
    cpSync(tree, copy, { recursive: true, verbatimSymlinks: true })
    return await inFolder(flavour, join(copy, 'programs'), account)
  }
}

async function onMachine(flavour: Flavour, account: Account | null): Promise<MysqlBinaries> {
  const found = [...(process.env.PATH ?? '').split(':').filter(Boolean), ...PLACES]
  const reasons: unknown[] = []
  for (const folder of new Set(found)) {
    try {
      return await inFolder(flavour, folder, account)
    } catch (error) {
      reasons.push(error)
    }
  }
  throw reasons.at(-1)
}

/**
 * The first of these that works, and `works` says which do: folders given in the environment (no other is tried then), the machine's own
 * installation, Debian packages. Rejects with one line that says how to get them.
 * @param scratch a folder that the account may enter.
 */
export async function findMysql<T>(
  flavour: Flavour,
  scratch: string,
  works: (binaries: MysqlBinaries) => Promise<T>,
): Promise<T> {
  const [given] = givenFolders(flavour)
  const elsewhere = [() => onMachine(flavour, unprivileged), () => fromPackages(flavour, unprivileged, scratch)]
  const sources = given === undefined ? elsewhere : [() => inFolder(flavour, given, unprivileged)]
  const reasons: string[] = []
  for (const source of sources) {
    try {
      return await works(await source())
    } catch (error) {
      reasons.push((error instanceof Error ? error.message : String(error)).trim().split('\n')[0]!)
    }
  }
  const name = flavourSql(flavour).name
  const instead = given === undefined ? 'or run' : 'or unset it and run'
  const hint = `name a folder with ${PROGRAMS[flavour][0]} in ${VARIABLES[flavour]}, ${instead} where apt reaches a Debian mirror`
  throw new Error(`no ${name} server to be had: ${hint} (${reasons.join('; ')})`)
}

/** A client program that came with the server, such as mysqldump; null when none did. */
export function clientProgram({ programs }: MysqlBinaries, name: string): string | null {
  const path = join(programs, name)
  return existsSync(path) ? path : null
}
