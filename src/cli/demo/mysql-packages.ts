/**
 * Debian packages of MySQL or MariaDB with everything they depend on, unpacked into a folder of the cache. The machine's apt is asked with
 * state, cache and sources of its own, so nothing is installed and no rights are needed; the archive's signatures are checked as always.
 * The programs run by the folder's own loader and libraries, so it does not matter which Debian or Ubuntu this is.
 */
import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Flavour } from './mysql-flavour.ts'
import { startWatchdog } from './watchdog.ts'

const run = promisify(execFile)

interface Wanted {
  /** The release of Debian that has it. */
  readonly suite: string
  /** With what they depend on. */
  readonly packages: readonly string[]
  /** Their files only: what they depend on is for a service of the system. */
  readonly alone: readonly string[]
}

/** What can be had: the servers, and a proxy that the benchmark compares with. */
type Packaged = Flavour | 'pgbouncer'

const WANTED: Readonly<Record<Packaged, Wanted>> = {
  mysql: { suite: 'sid', packages: ['mysql-server-core', 'mysql-client-core', 'mysql-router'], alone: [] },
  mariadb: {
    suite: 'bookworm',
    packages: ['mariadb-server-core', 'mariadb-client-core'],
    alone: ['mariadb-server', 'mariadb-client'],
  },
  // The first stable release whose PgBouncer keeps prepared statements in transaction pooling; the libraries that it names.
  pgbouncer: {
    suite: 'trixie',
    packages: ['libc6', 'libcares2', 'libevent-2.1-7t64', 'libpam0g', 'libssl3t64', 'libsystemd0'],
    alone: ['pgbouncer'],
  },
}

/** Only scripts that nobody calls here need these; naming them as installed spares their download. */
const SPARED = ['perl', 'perl-base']

/** Where what was downloaded or made stays: FRESHET_CACHE, or `.cache` in the checkout. */
export const cacheFolder = (): string =>
  process.env.FRESHET_CACHE || fileURLToPath(new URL('../../../.cache', import.meta.url))

/** The repositories of the machine's own sources, each with the key that vouches for it (empty: any that the machine trusts). */
async function repositories(): Promise<string[]> {
  const format = '$(REPO_URI) $(SIGNED_BY)'
  const { stdout } = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'])
  const lines = new Set(stdout.split('\n').filter((line) => line !== '' && !/security/.test(line)))
  return [...lines].map((line) => {
    const [uri, key = ''] = line.split(' ')
    return `deb ${key.startsWith('/') ? `[signed-by=${key}] ` : ''}${uri}`
  })
}

function privateApt(folder: string, source: string): NodeJS.ProcessEnv {
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true })
  const installed = SPARED.map(
    (name) => `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nMulti-Arch: allowed\nVersion: 999\n`,
  )
  writeFileSync(join(folder, 'status'), installed.join('\n'))
  writeFileSync(join(folder, 'sources.list'), `${source} main\n`)
  const settings = {
    'Dir::State': folder,
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': folder,
    'Dir::Cache::archives': join(folder, 'archives'),
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': '',
    'APT::Update::Error-Mode': 'any',
    'APT::Install-Recommends': '0',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`)
  writeFileSync(join(folder, 'apt.conf'), lines.join(''))
  return { ...process.env, APT_CONFIG: join(folder, 'apt.conf'), LC_ALL: 'C' }
}

/** Resolves to the folder of the packages' files. */
async function download(folder: string, { suite, packages, alone }: Wanted): Promise<string> {
  const archives = join(folder, 'archives')
  const reasons: string[] = []
  for (const repository of await repositories()) {
    const options = { env: privateApt(folder, `${repository} ${suite}`), cwd: archives, maxBuffer: 1 << 24 }
    try {
      await run('apt-get', ['update', '-q'], options)
      await run('apt-get', ['install', '-q', '-y', '--download-only', ...packages], options)
      if (alone.length > 0) await run('apt-get', ['download', '-q', ...alone], options)
      return archives
    } catch (error) {
      reasons.push(/^E: .*/m.exec(String((error as { stderr?: string }).stderr))?.[0] ?? String(error))
    }
  }
  throw new Error(reasons.at(-1) ?? 'apt has no sources')
}

const folders = (root: string, path: string): string[] => {
  const found = join(root, path)
  return existsSync(found) ? readdirSync(found).map((name) => join(path, name)) : []
}

/** One short script for each program, which starts it by the loader that came with it, from wherever the folder is. */
function makeStarters(root: string): void {
  const inLibraries = ['usr/lib', 'lib'].flatMap((path) => folders(root, path)).filter((path) => /-linux-/.test(path))
  const loader = inLibraries
    .flatMap((path) => folders(root, path))
    .find((path) => /\/ld-linux[^/]*\.so\.\d+$/.test(path))
  if (!loader) throw new Error('the packages brought no loader')
  const libraries = [...inLibraries, 'usr/lib/mysql/private', 'usr/lib/mysql-router', 'usr/lib/mysqlrouter']
  const path = libraries.map((library) => `$here/${library}`).join(':')
  mkdirSync(join(root, 'programs'))
  chmodSync(join(root, 'programs'), 0o755)
  for (const program of ['usr/sbin', 'usr/bin'].flatMap((folder) => folders(root, folder))) {
    const script = `#!/bin/sh\nhere=\${0%/*}/..\nexec "$here/${loader}" --library-path "${path}" "$here/${program}" "$@"\n`
    const name = program.slice(program.lastIndexOf('/') + 1)
    if (existsSync(join(root, program)) && statSync(join(root, program)).isFile()) {
      writeFileSync(join(root, 'programs', name), script)
      chmodSync(join(root, 'programs', name), 0o755)
    }
  }
}

/**
 * The folder with `usr/` and `programs/`; made if it is not in the cache yet, in some ten seconds. It appears whole or not at all, however
 * many processes make it at once. Rejects with apt's own words.
 */
export async function packagesOf(what: Packaged): Promise<string> {
  const wanted = WANTED[what]
  const target = join(cacheFolder(), `${what}-${wanted.suite}-${process.arch}`)
  if (existsSync(target)) return target
  mkdirSync(cacheFolder(), { recursive: true })
  const partial = mkdtempSync(join(cacheFolder(), 'partial-'))
  const watchdog = startWatchdog(partial)
  try {
    const archives = await download(join(partial, 'apt'), wanted)
    const tree = join(partial, 'tree')
    for (const name of readdirSync(archives).filter((file) => file.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(archives, name), tree])
    }
    makeStarters(tree)
    publish(tree, target)
  } finally {
    await watchdog.close()
  }
  return target
}

/** Puts a finished folder where others look for it. Somebody else may have been faster, with one that is as good. */
export function publish(made: string, target: string): void {
  try {
    renameSync(made, target)
  } catch (error) {
    if (!existsSync(target)) throw error
    rmSync(made, { recursive: true, force: true })
  }
}
