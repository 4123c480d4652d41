/** What the monitor's account may do on a PostgreSQL server. */
import type { ClusterConfig } from '../config/types.ts'
import type { Probe } from '../dialect.ts'
import { because, error, type Finding, ok, warning } from './finding.ts'

type Asker = Pick<Probe, 'query'>

async function asks(probe: Asker, sql: string): Promise<boolean> {
  const [row] = await probe.query(sql, [])
  return row?.[0] === 't' || row?.[0] === 'true'
}

const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`

/** The rights, and what each missing one costs. */
export async function checkPostgres(probe: Asker, cluster: ClusterConfig): Promise<Finding[]> {
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
  findings.push(...(await checkVerifiers(probe, cluster, who)))
  return findings.length > 0 ? findings : [ok('the monitor account has every right that it needs')]
}

async function checkVerifiers(probe: Asker, { auth, monitor }: ClusterConfig, who: string): Promise<Finding[]> {
  if (auth.method === 'trust') return []
  if (auth.query !== null) {
    try {
      const [row] = await probe.query(auth.query, [monitor.user])
      return row && row.length < 2
        ? [error('auth.query returns fewer than two columns: it must return name and verifier')]
        : []
    } catch (cause) {
      return [error(`auth.query fails (${because(cause)}): nobody can log in whose name is not in auth.users`)]
    }
  }
  if (await asks(probe, "SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')")) return []
  const grant = `In database ${quoteName(monitor.database)}: GRANT SELECT ON pg_authid TO ${who}, or set auth.query or auth.users`
  if (auth.users.length > 0) return []
  return [error(`may not read pg_authid, and auth.users is empty: nobody can log in. ${grant}`)]
}
