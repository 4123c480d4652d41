/** Clients of Freshet for tests that interleave several of them, as in clients.ts, but of MySQL and MariaDB. */
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  type QueryError,
  type RowDataPacket,
} from 'mysql2/promise'
import { onTestFinished } from 'vitest'

export type Cells = readonly unknown[]

/** A client until the test is over. Errors that end its connection are the test's to look for. */
export async function connectTo(url: string, options: ConnectionOptions = {}): Promise<Connection> {
  const client = await createConnection({ uri: url, ...options })
  client.on('error', () => {})
  onTestFinished(() => client.destroy())
  return client
}

/** The rows, each as an array of its columns; by a prepared statement when there are parameters. */
export async function rowsOf(
  client: Connection,
  sql: string,
  parameters?: (string | number | null)[],
): Promise<Cells[]> {
  const options = { sql, rowsAsArray: true }
  const [rows] = await (parameters
    ? client.execute<RowDataPacket[][]>(options, parameters)
    : client.query<RowDataPacket[][]>(options))
  return rows as unknown as Cells[]
}

/** The first column of the first row. */
export async function first(
  client: Connection,
  sql: string,
  parameters?: (string | number | null)[],
): Promise<unknown> {
  return (await rowsOf(client, sql, parameters))[0]?.[0]
}

/** Where the client's last statement ran, and why. */
export async function lastRoute(client: Connection): Promise<{ server: string; reason: string }> {
  const [rows] = await client.query<RowDataPacket[]>('SHOW freshet.server')
  const row = rows[0]!
  return { server: row['freshet.server'], reason: row.reason }
}

/** Resolves with the error's number, SQLSTATE and message; a statement that succeeds is an error of the test. */
export async function failureOf(work: Promise<unknown>): Promise<{ number: number; state: string; message: string }> {
  try {
    await work
  } catch (error) {
    const { errno = 0, sqlState = '', message } = error as QueryError
    return { number: errno, state: sqlState, message }
  }
  throw new Error('it succeeded')
}
