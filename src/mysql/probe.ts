/**
 * The watching connection to one MySQL or MariaDB server. It only reads: positions of these servers never stand beyond what replicas get, so
 * there is nothing to nudge. A sample is one packet of a few statements; SHOW REPLICA STATUS is among them every time, because
 * it costs about as much as the empty round trip, and a role, a source or a filter from before the position would prove nothing about it.
 */
import type { Probe, ProbeAccount, ProbeTarget, ProbeTls } from '../dialect.ts'
import { openConnection, type ProbeConnection } from './probe-connection.ts'
import { type Constants, cell, isOff, type Sampler } from './probe-flavour.ts'
import { mariadbSampler } from './probe-mariadb.ts'
import { mysqlSampler, statusOfLog } from './probe-mysql.ts'

/** Logs in as the monitor. Rejects when the server cannot be reached, refuses, or keeps from this account what a sample needs. */
export async function connectProbe(target: ProbeTarget, account: ProbeAccount, tls: ProbeTls): Promise<Probe> {
  const connection = await openConnection(target, account, tls)
  const timer = setTimeout(() => connection.close(), account.timeout)
  try {
    const constants = await constantsOf(connection)
    const sampler = constants.product.flavour === 'mariadb' ? mariadbSampler(constants) : mysqlSampler(constants)
    return probeOn(connection, sampler, account.user)
  } catch (error) {
    connection.close()
    throw withGrant(error, account.user)
  } finally {
    clearTimeout(timer)
  }
}

function probeOn(connection: ProbeConnection, sampler: Sampler, user: string): Probe {
  return {
    async sample() {
      try {
        return sampler.read(await connection.run(sampler.sql()))
      } catch (error) {
        throw withGrant(error, user)
      }
    },
    async nudge() {},
    query: (sql, parameters) => connection.query(sql, parameters),
    close: () => connection.close(),
  }
}

const VARIABLES = [
  'aurora_version',
  'gtid_mode',
  'innodb_read_only',
  'log_bin',
  'replica_parallel_workers',
  'replica_preserve_commit_order',
  'server_id',
  'server_uuid',
  'slave_parallel_workers',
  'slave_preserve_commit_order',
]

/** The server counts whole seconds from its start to the statement's, so the difference is the same at any time. */
const startOf = (schema: string): string =>
  `SELECT (UNIX_TIMESTAMP() - VARIABLE_VALUE) * 1000 FROM ${schema}.global_status WHERE VARIABLE_NAME = 'Uptime'`

async function constantsOf(connection: ProbeConnection): Promise<Constants> {
  const names = VARIABLES.map((name) => `'${name}'`).join()
  const [versions, list] = await connection.run(
    `SELECT @@version; SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names})`,
  )
  const version = cell(versions === undefined ? [] : [versions], 0, 0)
  const variables = new Map(list?.rows.map(([name, value]) => [name ?? '', value ?? '']))
  const flavour = /mariadb/i.test(version) ? 'mariadb' : 'mysql'
  const isMariaDb = flavour === 'mariadb'
  const results = await connection.run(
    `${startOf(isMariaDb ? 'information_schema' : 'performance_schema')}; ${isMariaDb ? 'SHOW MASTER STATUS' : statusOfLog(version)}`,
  )
  return {
    product: { flavour, version, greeting: connection.greeting },
    variables,
    startedAt: Number(cell(results, 0, 0)),
    unlogged: unloggedBy(variables, results[1]?.rows[0] ?? []),
  }
}

/** Why not everything that is committed can reach a replica. `status`: File, Position, Binlog_Do_DB, Binlog_Ignore_DB. */
function unloggedBy(variables: ReadonlyMap<string, string>, status: readonly (string | null)[]): string | null {
  if (isOff(variables.get('log_bin') ?? 'OFF')) return 'its binary log is off'
  const [, , only, except] = status
  if (only) return `its binary log has some databases only: binlog_do_db = ${only}`
  return except ? `its binary log leaves databases out: binlog_ignore_db = ${except}` : null
}

/** Nothing is known of a server whose samples fail. */
const COST = 'without it the server is not used at all'

/** 1227 names the rights of which one is missing, and this what that costs; who reads it need not guess to whom they are to be granted. */
function withGrant(error: unknown, user: string): unknown {
  if (!(error instanceof Error) || (error as { number?: number }).number !== 1227) return error
  const rights = /\(at least one of\) the (.+) privilege/.exec(error.message)?.[1]
  const right =
    rights
      ?.split(/,| OR /)
      .at(-1)
      ?.trim() ?? 'REPLICATION CLIENT'
  const message = `${error.message}; ${COST}; the monitor needs: GRANT ${right} ON *.* TO '${user}'`
  return Object.assign(new Error(message), { code: '42000', number: 1227 })
}
