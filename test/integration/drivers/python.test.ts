import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { succeed } from './programs.ts'
import { startTarget, type Target } from './target.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target?.stop())

// The system's own Python: that is the one that Debian's packages are for.
const PYTHON = '/usr/bin/python3'

it.each([
  ['psycopg2', 'python3-psycopg2', 'psycopg2_check.py'],
  ['psycopg', 'python3-psycopg', 'psycopg3_check.py'],
])('%s', async (module, from, file) => {
  await succeed(PYTHON, ['-c', `import ${module}`], { from }).catch((error: unknown) => {
    throw new Error(`Python's ${module} is missing: apt-get install ${from}`, { cause: error })
  })
  const { out } = await succeed(PYTHON, [join(import.meta.dirname, file)], { env: target.env, from })
  expect(out).toBe('ok\n')
})
