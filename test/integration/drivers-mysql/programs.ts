/** Drivers that test programs in their own languages use: each prints `ok` at its end, or says what was wrong. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { start, succeed } from '../drivers/programs.ts'
import { databaseFor, type Target } from './target.ts'

interface Driver {
  /** Also its database, and the beginning of its accounts' names. */
  readonly name: string
  /** The Debian package that brings it. */
  readonly from: string
  readonly command: readonly [program: string, ...args: string[]]
  /** Succeeds where the driver is there; a file is there or not. */
  readonly test: readonly [program: string, ...args: string[]] | string
}

// The system's own Python: that is the one that Debian's packages are for.
const PYTHON = '/usr/bin/python3'
const JAR = '/usr/share/java/mariadb-java-client.jar'
const file = (name: string): string => join(import.meta.dirname, name)

const python = (module: string, from: string, needs = module): Driver => ({
  name: module.toLowerCase(),
  from,
  command: [PYTHON, file('python_check.py'), module],
  test: [PYTHON, '-c', `import ${needs}`],
})
const perl = (driver: string, from: string): Driver => ({
  name: `dbd_${driver.toLowerCase()}`,
  from,
  command: ['perl', file('dbi_check.pl'), driver],
  test: ['perl', `-MDBD::${driver}`, '-e', '1'],
})
const php = (name: string, script: string, extension: string): Driver => ({
  name,
  from: 'php-cli php-mysql',
  command: ['php', '-d', 'mysqli.allow_local_infile=1', file(script)],
  test: ['php', '-r', `exit(extension_loaded('${extension}') ? 0 : 1);`],
})

const DRIVERS: readonly Driver[] = [
  // Without TLS it needs cryptography for caching_sha2_password.
  python('pymysql', 'python3-pymysql python3-cryptography', 'pymysql, cryptography'),
  python('MySQLdb', 'python3-mysqldb'),
  {
    name: 'jdbc',
    from: 'libmariadb-java default-jdk-headless',
    command: ['java', '-cp', JAR, file('DriverCheck.java')],
    test: JAR,
  },
  php('mysqli', 'mysqli_check.php', 'mysqli'),
  php('pdo', 'pdo_check.php', 'pdo_mysql'),
  perl('MariaDB', 'libdbd-mariadb-perl'),
  perl('mysql', 'libdbd-mysql-perl'),
]

async function isThere({ test, from }: Driver): Promise<boolean> {
  if (typeof test === 'string') return existsSync(test)
  const [program, ...args] = test
  return (await start(program, args, { from }).ended).code === 0
}

export function programTests(target: () => Target): void {
  describe('programs', () => {
    it.each(DRIVERS.map((driver) => [driver.name, driver] as const))('%s', async (_, driver) => {
      const { name, from } = driver
      if (!(await isThere(driver))) throw new Error(`${name} is missing: apt-get install ${from}`)
      await databaseFor(target(), name)
      const [program, ...args] = driver.command
      const { out } = await succeed(program, args, { env: target().env(name), from })
      expect(out).toBe('ok\n')
    })
  })
}
