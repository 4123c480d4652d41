/** Debian packages into the cache, with an apt-get and a dpkg-deb that only pretend: no network, no package, but every way it can go. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findMysql } from '../../../src/cli/demo/mysql-binaries.ts'
import { packagesOf } from '../../../src/cli/demo/mysql-packages.ts'

let folder: string
const cache = () => join(folder, 'cache')
const calls = () =>
  existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : []

function program(name: string, script: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true })
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'bin', name), 0o755)
}

/** Two mirrors, of which the first has no such release. */
const APT = `
sources=$(cat "$(dirname "$APT_CONFIG")/sources.list" 2>/dev/null)
echo "apt-get $1 $sources" >> "${'$'}{0%/bin/*}/calls"
case "$1 $sources" in
  indextargets*) printf 'http://one.invalid/debian /keys/one.gpg\\nhttp://one.invalid/debian-security \\nhttp://two.invalid/debian \\n' ;;
  update*one.invalid*) echo 'E: no such release at one' >&2; exit 100 ;;
  install*) touch server_1.deb libc6_1.deb ;;
esac`
const DPKG = `
mkdir -p "$3/usr/lib/x86_64-linux-gnu" "$3/usr/sbin"
printf '#!/bin/sh\\nshift 2\\nexec "$@"\\n' > "$3/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
printf '#!/bin/sh\\necho "mysqld Ver 9.7.4 for Linux $*"\\n' > "$3/usr/sbin/mysqld"
chmod 755 "$3"/usr/*/mysqld "$3"/usr/lib/*/*`

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freshet-packages-'))
  vi.stubEnv('FRESHET_CACHE', cache())
  vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env.PATH}`)
  program('apt-get', APT)
  program('dpkg-deb', DPKG)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

test('the first mirror that has the release is used, with its own key, and the programs run by the loader that came along', async () => {
  const tree = await packagesOf('mysql')
  expect(calls()).toEqual([
    'apt-get indextargets ',
    'apt-get update deb [signed-by=/keys/one.gpg] http://one.invalid/debian sid main',
    'apt-get update deb http://two.invalid/debian sid main',
    'apt-get install deb http://two.invalid/debian sid main',
  ])
  const answer = execFileSync(join(tree, 'programs', 'mysqld'), ['a b', '--c'], { encoding: 'utf8' })
  expect(answer).toBe('mysqld Ver 9.7.4 for Linux a b --c\n')
  expect(readdirSync(cache())).toEqual([`mysql-sid-${process.arch}`])
})

test('what is in the cache is not fetched again', async () => {
  await packagesOf('mysql')
  const before = calls().length
  expect(await packagesOf('mysql')).toBe(join(cache(), `mysql-sid-${process.arch}`))
  expect(calls()).toHaveLength(before)
})

test('two at once do not get in each other’s way', async () => {
  const [one, two] = await Promise.all([packagesOf('mysql'), packagesOf('mysql')])
  expect(one).toBe(two)
  expect(existsSync(join(one, 'programs', 'mysqld'))).toBe(true)
  expect(readdirSync(cache())).toHaveLength(1)
})

test('a download that breaks leaves nothing that could be taken for a good one', async () => {
  program('dpkg-deb', `mkdir -p "$3/usr/sbin"; echo 'E: short read' >&2; exit 2`)
  await expect(packagesOf('mysql')).rejects.toThrow('short read')
  expect(readdirSync(cache())).toEqual([])
  program('dpkg-deb', DPKG)
  expect(existsSync(await packagesOf('mysql'))).toBe(true)
})

test('packages without a loader are refused', async () => {
  program('dpkg-deb', `mkdir -p "$3/usr/sbin" "$3/usr/lib/x86_64-linux-gnu"; touch "$3/usr/sbin/mysqld"`)
  await expect(packagesOf('mysql')).rejects.toThrow('no loader')
  expect(readdirSync(cache())).toEqual([])
})

test('no mirror at all: one line with apt’s own words', async () => {
  program(
    'apt-get',
    `case "$1" in indextargets) echo 'http://x.invalid/debian ' ;; *) printf 'W: hm\\nE: nobody is there\\n' >&2; exit 100 ;; esac`,
  )
  await expect(packagesOf('mysql')).rejects.toThrow(/^E: nobody is there$/)
})

test('a folder with another product in it is refused by name', async () => {
  program('mysqld', 'echo "mysqld Ver 10.11.18-MariaDB for Linux"')
  vi.stubEnv('FRESHET_TEST_MYSQL', join(folder, 'bin'))
  chmodSync(folder, 0o755)
  await expect(findMysql('mysql', folder, async () => null)).rejects.toThrow(
    /mysqld is not MySQL: .*10\.11\.18-MariaDB/,
  )
})

test('a given folder without the program: one line says how to get it, too', async () => {
  vi.stubEnv('FRESHET_TEST_MARIADB', '/nonexistent')
  await expect(findMysql('mariadb', folder, async () => null)).rejects.toThrow(
    /^no MariaDB server to be had: name a folder with mariadbd in FRESHET_TEST_MARIADB, or unset it .* \(no mariadbd in \/nonexistent\)$/,
  )
})

test('when nothing works, one line says how to get it', async () => {
  program('mariadbd', 'echo "mariadbd Ver 10.11.18-MariaDB for Linux"')
  program(
    'apt-get',
    `case "$1" in indextargets) echo 'http://x.invalid/debian ' ;; *) echo 'E: offline' >&2; exit 100 ;; esac`,
  )
  chmodSync(folder, 0o755)
  const failing = findMysql('mariadb', folder, async ({ version }) => {
    throw new Error(`${version} made no data folder\nand more`)
  })
  await expect(failing).rejects.toThrow(
    /^no MariaDB server to be had: name a folder with mariadbd in FRESHET_TEST_MARIADB, .*\(10\.11\.18 made no data folder; E: offline\)$/,
  )
})
