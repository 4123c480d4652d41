import { join } from 'node:path'
import { packagesOf } from '../src/cli/demo/mysql-packages.ts'
import { freePort } from '../src/cli/demo/ports.ts'
import { configFolder, startPeer } from './peer-process.ts'
import type { Contestant } from './suite.ts'
import { findProgram, versionOf } from './tools.ts'

/** Prepared statements survive transaction pooling since PgBouncer 1.21; older ones take part with session pooling. */
function poolsPreparedStatements(version: string): boolean {
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(version)?.map(Number) ?? []
  return major > 1 || (major === 1 && minor >= 21)
}

/** The machine's own where that pools prepared statements, else a newer one from Debian's packages; null where those cannot be had. */
export async function newerPgBouncer(): Promise<string | null> {
  const own = findProgram('pgbouncer')
  if (own !== null && poolsPreparedStatements(versionOf(own))) return own
  try {
    return join(await packagesOf('pgbouncer'), 'programs', 'pgbouncer')
  } catch {
    return null
  }
}

export function pgbouncer(path: string): Contestant {
  const version = versionOf(path)
  const modern = poolsPreparedStatements(version)
  return {
    name: 'pgbouncer',
    title: 'PgBouncer',
    note: `${version}, transaction pooling with 20 connections, to the primary${modern ? '' : '; prepared: session pooling with one connection per client, because this version loses prepared statements otherwise'}`,
    async start({ primary }, clients, workload) {
      const port = await freePort()
      const session = workload === 'select-prepared' && !modern
      const password = primary.password === '' ? '' : ` password='${primary.password}'`
      const config = `[databases]
${primary.database} = host=${primary.host} port=${primary.port} dbname=${primary.database} user=${primary.user}${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${session ? 'session' : 'transaction'}
default_pool_size = ${session ? clients : 20}
max_client_conn = 1000
${modern ? 'max_prepared_statements = 500' : ''}
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
logfile = pgbouncer.log
`
      const folder = configFolder({ 'pgbouncer.ini': config })
      return startPeer(path, ['pgbouncer.ini'], folder, port, primary)
    },
  }
}
