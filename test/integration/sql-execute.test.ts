/** SQL's EXECUTE of statements that were prepared by Parse messages, on connections that know them under other names. */
import { beforeAll, expect, test } from 'vitest'
import { frontend as f } from '../postgres/conversation.ts'
import { configFor, startFreshet } from '../support/freshet.ts'
import { createTestServers } from '../support/postgres.ts'
import { RawClient } from './protocol/raw-client.ts'

const fleet = createTestServers({ replicas: 1, hba: ['host all app 127.0.0.1/32 trust'] })
let port = 0

beforeAll(async () => {
  const freshet = await startFreshet(configFor(fleet(), { auth: { method: 'trust' }, pool: { size: 1 } }))
  port = freshet.port()
  return () => freshet.stop()
})

const types = async (client: RawClient) => (await client.ready()).map(({ type }) => type).join('')

test('it runs the statement, again and again, and others never see the name', async () => {
  const one = await RawClient.login(port)
  const other = await RawClient.login(port)
  one.send(Buffer.concat([f.parse('Mixed "case"', 'SELECT 7'), f.parse('plain', 'SELECT 8'), f.sync]))
  expect(await types(one)).toBe('11Z')
  for (const sql of ['EXECUTE "Mixed ""case"""', 'execute PLAIN', ' EXECUTE plain']) {
    one.send(f.query(sql))
    expect(await types(one)).toBe('TDCZ')
    other.send(f.query('EXECUTE plain'))
    expect(await types(other)).toBe('EZ')
  }
  one.send(Buffer.concat([f.bind('', 'plain'), f.execute(''), f.sync]))
  expect(await types(one)).toBe('2DCZ')
  one.send(f.query('DEALLOCATE plain'))
  expect(await types(one)).toBe('CZ')
  one.send(f.query('EXECUTE plain'))
  expect(await types(one)).toBe('EZ')
  one.close()
  other.close()
})

test.each([
  ['ROLLBACK', 'CZ'],
  ['EXECUTE s', 'EZ'],
])('in a failed transaction %s answers %s', async (sql, reply) => {
  const client = await RawClient.login(port)
  client.send(Buffer.concat([f.parse('s', 'SELECT 1'), f.sync]))
  expect(await types(client)).toBe('1Z')
  client.send(f.query('BEGIN'))
  expect(await types(client)).toBe('CZ')
  client.send(f.query('SELECT 1/0'))
  expect(await types(client)).toMatch(/EZ$/)
  client.send(f.query(sql))
  expect(await types(client)).toBe(reply)
  client.close()
})
