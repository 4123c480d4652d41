/** What `serve` says at its start of the monitor's account, with a check that only pretends. */
import { expect, test } from 'vitest'
import { error, type Finding, ok, warning } from '../../src/cli/finding.ts'
import { MissingRights } from '../../src/cli/missing-rights.ts'
import { fromCommandLine } from '../../src/config/command-line.ts'
import { formatAddress } from '../../src/config/values.ts'
import { quietLog } from '../../src/observe/log.ts'

const loaded = fromCommandLine({ url: 'postgres://m@db1,db2/app', listen: [], pretty: false })
const cluster = loaded.ok ? loaded.config.clusters[0]! : null

/** `answers`: one per server and visit. What was said, in order, and which servers were asked. */
function looking(answers: (() => Finding[])[]) {
  const said: string[] = []
  const asked: string[] = []
  const all = Promise.withResolvers<void>()
  const rights = new MissingRights({
    config: () => cluster!,
    log: {
      ...quietLog,
      warn: (fields, text) => void said.push(`${(fields as { server: string }).server} ${text}`),
    },
    retry: 1,
    async check(address) {
      asked.push(formatAddress(address))
      const answer = answers.shift()
      if (answers.length === 0) setImmediate(all.resolve)
      return answer === undefined ? [] : answer()
    },
  })
  return { rights, said, asked, all: all.promise }
}

const fails = (code: string) => (): Finding[] => {
  throw Object.assign(new Error('no'), { code })
}

test('each missing right is one line, and what is well is none', async () => {
  const { rights, said, all } = looking([() => [error('lacks a'), warning('lacks b')], () => [ok('has everything')]])
  rights.look()
  await all
  expect(said).toEqual(['db1:5432 lacks a', 'db1:5432 lacks b'])
})

test('a server that cannot be reached is looked at when it can; the others only once', async () => {
  const { rights, said, asked, all } = looking([
    fails('ECONNREFUSED'),
    () => [],
    fails('57P03'),
    () => [error('lacks a')],
  ])
  rights.look()
  await all
  expect(asked).toEqual(['db1:5432', 'db2:5432', 'db1:5432', 'db1:5432'])
  expect(said).toEqual(['db1:5432 lacks a'])
})

test('an account that is not let in: what that costs, said once', async () => {
  const { rights, said, all } = looking([fails('28P01'), () => [], fails('28P01'), () => []])
  rights.look()
  await all
  expect(said).toEqual([
    'db1:5432 the account m cannot be used (no): the server cannot be asked for its position, so it is not used at all',
  ])
})

test('looking again says only what is new; after the end nothing is said', async () => {
  const { rights, said, all } = looking([() => [error('a')], () => [], () => [error('a'), error('b')], () => []])
  rights.look()
  await new Promise(setImmediate)
  rights.look()
  await all
  expect(said).toEqual(['db1:5432 a', 'db1:5432 b'])
  const late = looking([() => [error('a')]])
  late.rights.look()
  late.rights.stop()
  await late.all
  expect(late.said).toEqual([])
})
