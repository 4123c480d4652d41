/** Clients of Freshet for tests that interleave several of them. */
import pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import { type FreshetProcess, total } from './freshet.ts'
import { until } from './postgres.ts'

/** A client until the test is over. Errors that end its connection are the test's to look for. */
export async function connectTo(url: string, config: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, ...config })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return client
}

/** The first column of the first row. */
export async function first(client: pg.Client, sql: string, parameters: unknown[] = []): Promise<unknown> {
  const { rows } = await client.query({ text: sql, values: parameters, rowMode: 'array' })
  return (rows[0] as unknown[] | undefined)?.[0]
}

/** Where the client's last statement ran, and why. */
export async function lastRoute(client: pg.Client): Promise<{ server: string; reason: string }> {
  const { rows } = await client.query('SHOW freshet.server')
  return { server: rows[0]['freshet.server'], reason: rows[0].reason }
}

/** Resolves with the SQLSTATE and the message of the error; a statement that succeeds is an error of the test. */
export async function failureOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work
  } catch (error) {
    const { code = '', message } = error as pg.DatabaseError
    return { code, message }
  }
  throw new Error('it succeeded')
}

/** Resolves when so many sessions are pinned for this cause: the server is asked after the client has its reply. */
export const pinnedBecomes = (freshet: FreshetProcess, cause: string, count: number): Promise<void> =>
  until(`${count} pinned because of ${cause}`, async () => {
    return total(await freshet.metrics(), 'freshet_pinned_sessions', { cause }) === count
  })

/** Resolves with the first success of something that may fail for a while, but never with an unclean error. */
export async function succeeds<T>(what: string, work: () => Promise<T>): Promise<T> {
  let result: { value: T } | null = null
  await until(what, async () => {
    try {
      result = { value: await work() }
    } catch (error) {
      expect((error as pg.DatabaseError).code, (error as Error).message).toMatch(/^(57P0[123]|0800[16]|53300|25006)$/)
    }
    return result !== null
  })
  return result!.value
}

/** The connection's end: the error that came with it. */
export function ending(on: pg.Client): Promise<{ code?: string; message: string }> {
  return new Promise((resolve) => {
    let last: Error = new Error('closed without a word')
    on.on('error', (error) => {
      last = error
      if ('code' in error) resolve(error as never)
    })
    on.on('end', () => resolve(last))
  })
}
