import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { succeed } from './programs.ts'
import { startTarget, type Target } from './target.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target?.stop())

const JAR = '/usr/share/java/postgresql.jar'

it('JDBC in all its query modes', async () => {
  if (!existsSync(JAR)) throw new Error('the JDBC driver is missing: apt-get install libpostgresql-jdbc-java')
  const url = `jdbc:postgresql://${target.host}:${target.port}/${target.database}`
  const { out } = await succeed(
    'java',
    ['-cp', JAR, join(import.meta.dirname, 'DriverCheck.java'), url, target.user, target.password],
    { from: 'openjdk-17-jdk-headless' },
  )
  expect(out).toBe('ok\n')
})
