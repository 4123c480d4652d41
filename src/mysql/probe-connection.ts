/** How a probe gets to its server: mysql2 with TLS as configured, every value as the server's text, errors with their SQLSTATE. */
import { type Connection, type ConnectionOptions, createConnection, type QueryError } from 'mysql2'
import type { ProbeAccount, ProbeTarget, ProbeTls, Product } from '../dialect.ts'

export type Row = readonly (string | null)[]

/** One result; empty for a statement that returns none. */
export interface Result {
  /** Names of the columns. To be called rarely: the driver decodes them one by one. */
  readonly columns: () => readonly string[]
  readonly rows: readonly Row[]
}

/** What a server says first (manual, "Protocol::HandshakeV10"). */
type Greeting = NonNullable<Product['greeting']>

export interface ProbeConnection {
  readonly greeting: Greeting
  /** Runs statements separated by semicolons, one after another, in one round trip: one result each. */
  run(sql: string): Promise<Result[]>
  /** One statement; `?` stands for a parameter. */
  query(sql: string, parameters: readonly unknown[]): Promise<readonly Row[]>
  close(): void
}

/** Whatever the server's defaults are: a known way to quote, times in UTC, nothing held open, and answers in UTF-8. */
const SETUP = "SET NAMES utf8mb4; SET SESSION sql_mode = '', time_zone = '+00:00', autocommit = 1"

export async function openConnection(
  target: ProbeTarget,
  account: ProbeAccount,
  tls: ProbeTls,
): Promise<ProbeConnection> {
  const secured = sslOptions(target, tls)
  try {
    return await openOnce(target, account, secured)
  } catch (error) {
    const mayBePlain = tls.mode === 'prefer' && secured !== undefined
    if (!mayBePlain || (error as { code?: unknown }).code !== 'HANDSHAKE_NO_SSL_SUPPORT') throw error
    return openOnce(target, account, undefined)
  }
}

async function openOnce(
  target: ProbeTarget,
  { user, password, database, timeout }: ProbeAccount,
  ssl: ConnectionOptions['ssl'],
): Promise<ProbeConnection> {
  const connection = createConnection({
    ...('host' in target ? { host: target.host, port: target.port } : { socketPath: target.path }),
    user,
    password,
    ...(database === '' ? {} : { database }),
    ...(ssl === undefined ? {} : { ssl }),
    charset: 'utf8mb4_general_ci',
    multipleStatements: true,
    connectTimeout: timeout,
    enableKeepAlive: true,
    connectAttributes: { program_name: 'freshet monitor' },
  })
  if ('host' in target) nameSocket(connection, target.host)
  let greeting: Greeting | null = null
  connection.on('connect', (packet: DriverHandshake) => {
    greeting = {
      version: packet.serverVersion,
      capabilities: packet.capabilityFlags >>> 0,
      extended: packet.mariadbExtendedCapabilityFlags ?? 0,
      collation: packet.characterSet,
    }
  })
  // Between queries a lost connection is only announced here; the next query then fails by itself.
  connection.on('error', () => {})
  // Look-ups for many logins can queue up here, and each of them watches the connection's end.
  socketOf(connection).setMaxListeners(0)
  // The driver's own time-out ends with the greeting; a server that goes quiet after it must not hold anybody up either.
  const timer = setTimeout(() => hangUp(connection), timeout)
  try {
    await settled(timeout, connection, (done) => connection.connect((error) => done(error)))
    await runOn(connection, timeout, SETUP)
  } catch (error) {
    hangUp(connection)
    throw error
  } finally {
    clearTimeout(timer)
  }
  return {
    greeting: greeting!,
    run: (sql) => runOn(connection, 0, sql),
    query: async (sql, parameters) => (await runOn(connection, 0, sql, parameters))[0]?.rows ?? [],
    close: () => hangUp(connection),
  }
}

/** The driver passes it to listeners of `connect`. */
interface DriverHandshake {
  readonly serverVersion: string
  readonly capabilityFlags: number
  readonly mariadbExtendedCapabilityFlags?: number
  readonly characterSet: number
}

const socketOf = (connection: Connection) =>
  (connection as unknown as { readonly stream: NodeJS.EventEmitter & { _host?: string; destroy(): void } }).stream

/** The driver only ends its half of a connection; a server that hangs would keep the other one open. */
function hangUp(connection: Connection): void {
  connection.destroy()
  socketOf(connection).destroy()
}

/** Node verifies a certificate against the name that its socket was connected to, which it does not note for addresses. */
function nameSocket(connection: Connection, host: string): void {
  socketOf(connection)._host = host
}

/** mysql2 forgets those who wait when a connection is destroyed, so its end is watched here. `timeout`: 0 when it is not the cause. */
function settled(
  timeout: number,
  connection: Connection,
  begin: (done: (error: QueryError | null) => void) => void,
): Promise<void> {
  const socket = socketOf(connection)
  return new Promise((resolve, reject) => {
    const closed = () =>
      reject(new Error(timeout > 0 ? `timeout: no connection within ${timeout} ms` : 'the connection is closed'))
    socket.once('close', closed)
    begin((error) => {
      socket.off('close', closed)
      if (error === null) resolve()
      else reject(withSqlState(error))
    })
  })
}

/** Without parameters nothing in the text is a placeholder. */
function runOn(
  connection: Connection,
  timeout: number,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Result[]> {
  const values = parameters.length === 0 ? {} : { values: [...parameters] }
  let results: Result[] = []
  return settled(timeout, connection, (done) => {
    connection.query({ sql, ...values, rowsAsArray: true, typeCast: asText }, (error, rows, fields) => {
      if (!error) results = resultsFrom(rows, fields)
      done(error)
    })
  }).then(() => results)
}

const asText = (field: { buffer(): Buffer | null }): string | null => field.buffer()?.toString('utf8') ?? null

type Fields = readonly { readonly name: string }[] | undefined

/** The driver returns one result as it is and several as lists of rows and of fields; a statement without rows has no fields. */
function resultsFrom(rows: unknown, fields: unknown): Result[] {
  const several = Array.isArray(fields) && fields.some((one) => one === undefined || Array.isArray(one))
  if (!several) return [resultFrom(rows, fields as Fields)]
  return (fields as Fields[]).map((one, index) => resultFrom((rows as unknown[])[index], one))
}

const resultFrom = (rows: unknown, fields: Fields): Result => ({
  columns: () => fields?.map(({ name }) => name) ?? [],
  rows: fields === undefined ? [] : (rows as Row[]),
})

/** As with every other engine, `code` is the SQLSTATE where the server has refused, and the driver's word otherwise. */
function withSqlState(error: QueryError): Error {
  const { sqlState, errno } = error as { sqlState?: string; errno?: number }
  if (sqlState === undefined || sqlState === '') return error
  return Object.assign(new Error(error.message), { code: sqlState, number: errno })
}

function sslOptions(target: ProbeTarget, { mode, ca }: ProbeTls): ConnectionOptions['ssl'] {
  if (mode === 'disable' || 'path' in target) return undefined
  const authorities = ca === null ? {} : { ca }
  if (mode === 'verify-full') return { ...authorities, rejectUnauthorized: true, verifyIdentity: true }
  if (mode === 'verify-ca') return { ...authorities, rejectUnauthorized: true }
  return { rejectUnauthorized: false }
}
