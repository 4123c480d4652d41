import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Databases } from '../../src/cli/databases.ts'
import type { Knowledge } from '../../src/cli/engine.ts'
import type { Fleet } from '../../src/fleet/types.ts'

/** A catalog that comes when the test says so. What happens to the classifier is told in its order. */
function catalog() {
  const events: string[] = []
  const readings: PromiseWithResolvers<void>[] = []
  const knowledge = {
    classifier: { invalidate: () => events.push('in doubt') },
    load: async () => {
      const reading = Promise.withResolvers<void>()
      readings.push(reading)
      events.push('asked')
      await reading.promise
      events.push('read')
    },
    settings: [],
    settersOfOthers: new Set<string>(),
  } as unknown as Knowledge
  const databases = new Databases({
    fleet: {} as Fleet,
    log: pino({ level: 'silent' }),
    knowledge: () => knowledge,
    refresh: () => 3_600_000,
    settingFound: () => {},
  })
  const arrives = async (at: number, error?: Error) => {
    if (error) readings[at]!.reject(error)
    else readings[at]!.resolve()
    await new Promise(setImmediate)
  }
  return { databases, events, arrives }
}

test('a catalog that was asked for before a schema change does not end the doubt about it; one asked for after it does', async () => {
  const { databases, events, arrives } = catalog()
  const got = databases.get('app')
  expect(events).toEqual(['asked'])
  databases.any()!.schemaChanged()
  expect(events).toEqual(['asked', 'in doubt'])

  await arrives(0)
  await got
  expect(events).toEqual(['asked', 'in doubt', 'read', 'in doubt', 'asked'])

  await arrives(1)
  expect(events.slice(5)).toEqual(['read'])
  databases.close()
})

test('each of two changes during one reading leaves it out of date, and it is read once more and not twice', async () => {
  const { databases, events, arrives } = catalog()
  void databases.get('app')
  databases.any()!.schemaChanged()
  databases.any()!.schemaChanged()
  await arrives(0)
  expect(events).toEqual(['asked', 'in doubt', 'in doubt', 'read', 'in doubt', 'asked'])

  databases.any()!.schemaChanged()
  await arrives(1)
  expect(events.slice(6)).toEqual(['in doubt', 'read', 'in doubt', 'asked'])
  await arrives(2)
  expect(events.slice(10)).toEqual(['read'])
  databases.close()
})

test('without a change nothing is in doubt, and a reading that fails leaves what was known', async () => {
  const { databases, events, arrives } = catalog()
  const got = databases.get('app')
  await arrives(0, new Error('connection refused'))
  await got
  expect(events).toEqual(['asked'])
  expect(await databases.get('app')).toBe(databases.any())
  databases.close()
})
