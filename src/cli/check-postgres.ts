/** What the monitor's account may do on a PostgreSQL server. */
import type { ClusterConfig } from '../config/types.ts'
import type { Probe } from '../dialect.ts'
import { DEFAULT_DATABASE } from './account-lookups.ts'
import { because, error, type Finding, ok, warning } from './finding.ts'

type Asker = Pick<Probe, 'query'>

async function asks(probe: Asker, sql: string): Promise<boolean> {
  const [row] = await probe.query(sql, [])
  return row?.[0] === 't' || row?.[0] === 'true'
}

const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`

/** The rights, and what each missing one costs. `elsewhere`: the same account in another database. */
export async function checkPostgres(
  probe: Asker,
  cluster: ClusterConfig,
  elsewhere: (database: string) => Promise<Asker>,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const who = quoteName(cluster.monitor.user)
  if (!(await asks(probe, "SELECT pg_has_role(current_user, 'pg_monitor', 'MEMBER')"))) {
    const cost = 'the timeline of replicas stays unknown, so they serve no reads at all'
    findings.push(error(`not a member of pg_monitor: ${cost}. GRANT pg_monitor TO ${who}`))
  }
  // By name, because its arguments differ between versions.
  const nudge =
    "SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_catalog.pg_proc WHERE proname = 'pg_logical_emit_message'"
  if (cluster.monitor.nudge && !(await asks(probe, nudge))) {
    const cost = 'after a write on an otherwise idle primary, reads can stay on the primary for some seconds'
    findings.push(warning(`may not call pg_logical_emit_message: ${cost}. Or set monitor.nudge: false`))
  }
  findings.push(...(await checkVerifiers(probe, cluster, who, elsewhere)))
  return findings.length > 0 ? findings : [ok('the monitor account has every right that it needs')]
}

/** What a look-up of verifiers reads there. */
const READS_VERIFIERS = `SELECT has_column_privilege('pg_catalog.pg_authid', 'oid', 'SELECT')
 AND has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'SELECT')`

async function checkVerifiers(
  probe: Asker,
  { auth, monitor }: ClusterConfig,
  who: string,
  elsewhere: (database: string) => Promise<Asker>,
): Promise<Finding[]> {
  // Those who are listed may log in and nobody else, so nothing is looked up.
  if (auth.method === 'trust' || auth.users.length > 0) return []
  if (auth.query !== null) {
    try {
      const [row] = await probe.query(auth.query, [monitor.user])
      return row && row.length < 2
        ? [error('auth.query returns fewer than two columns: it must return name and verifier')]
        : []
    } catch (cause) {
      return [error(`auth.query fails (${because(cause)}): nobody can log in`)]
    }
  }
  if (await asks(probe, READS_VERIFIERS)) return []
  const other = monitor.database === DEFAULT_DATABASE ? null : DEFAULT_DATABASE
  if (other !== null && (await asksIn(elsewhere, other, READS_VERIFIERS))) return []
  const where = quoteName(monitor.database) + (other === null ? '' : ` or ${quoteName(other)}`)
  const grant = `In database ${where}: GRANT SELECT ON pg_authid TO ${who}, or set auth.query or auth.users`
  return [error(`may not read pg_authid, and auth.users is empty: nobody can log in. ${grant}`)]
}

/** Who cannot log in there may nothing. */
async function asksIn(
  elsewhere: (database: string) => Promise<Asker>,
  database: string,
  sql: string,
): Promise<boolean> {
  try {
    return await asks(await elsewhere(database), sql)
  } catch {
    return false
  }
}
