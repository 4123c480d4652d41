import { expect, test } from 'vitest'
import { createLog } from '../../src/observe/log.ts'

test('lines are JSON, carry their fields, and never a secret', () => {
  const lines: string[] = []
  const log = createLog({ level: 'info', pretty: false, destination: { write: (line) => lines.push(line) } })
  log.debug({}, 'not at this level')
  log.child({ cluster: 'shop' }).info({ user: 'app', password: 'hunter2', monitor: { password: 'hunter2' } }, 'login')
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('hunter2')
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 30, cluster: 'shop', user: 'app', msg: 'login' })
})
