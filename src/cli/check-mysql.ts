/** What the monitor's account may do on a MySQL or MariaDB server, and settings of that server that cost reads. */
import type { ClusterConfig } from '../config/types.ts'
import type { Probe } from '../dialect.ts'
import { isAtLeast } from '../mysql/probe-mysql.ts'
import { error, type Finding, ok, warning } from './finding.ts'

type Asker = Pick<Probe, 'query'>

interface Right {
  /** As GRANT spells it. */
  readonly name: string
  readonly on: string
  readonly level: 'error' | 'warning'
  readonly costs: string
}

const NO_SAMPLES = 'the server cannot be asked for its position, so it is not used at all'
const VIEWS = 'what views do stays unknown, so statements with views run on the primary'
const ROUTINES = 'what stored functions do stays unknown, so statements that call one run on the primary'

/** A privilege on everything; another one that includes it may stand in for it. */
interface Global extends Right {
  readonly or?: string
}

const GLOBALS: Readonly<Record<'mysql' | 'mariadb', readonly Global[]>> = {
  mysql: [
    { name: 'REPLICATION CLIENT', on: '*.*', level: 'error', costs: NO_SAMPLES },
    { name: 'SHOW_ROUTINE', on: '*.*', level: 'warning', costs: ROUTINES, or: 'SELECT' },
    { name: 'SHOW VIEW', on: '*.*', level: 'warning', costs: VIEWS },
  ],
  mariadb: [
    { name: 'BINLOG MONITOR', on: '*.*', level: 'error', costs: NO_SAMPLES },
    { name: 'SLAVE MONITOR', on: '*.*', level: 'error', costs: NO_SAMPLES },
    { name: 'SHOW VIEW', on: '*.*', level: 'warning', costs: VIEWS },
  ],
}

/** The rights, what each missing one costs, and settings that cost something. */
export async function checkMysql(asker: Asker, cluster: ClusterConfig): Promise<Finding[]> {
  const [[version = '', account = ''] = []] = await texts(asker, 'SELECT @@version, CURRENT_USER()')
  const flavour = /mariadb/i.test(version) ? 'mariadb' : 'mysql'
  const granted = globalPrivileges(await texts(asker, 'SHOW GRANTS'))
  const missing: Right[] = GLOBALS[flavour].filter(
    ({ name, or }) => !granted.has(name) && !(or !== undefined && granted.has(or)),
  )
  missing.push(...(await missingReads(asker, flavour, cluster)))
  const who = quoteAccount(account)
  const findings = missing.map(({ name, on, level, costs }) => {
    const said = `lacks ${name} ON ${on}: ${costs}. GRANT ${name} ON ${on} TO ${who}`
    return level === 'error' ? error(said) : warning(said)
  })
  if (findings.length === 0) findings.push(ok('the monitor account has every right that it needs'))
  return [...findings, ...(await checkSettings(asker, flavour, version)), ...checkMethod(flavour, cluster)]
}

const texts = async (asker: Asker, sql: string): Promise<string[][]> =>
  (await asker.query(sql, [])).map((row) => row.map((value) => value ?? ''))

/** `name@host` as CURRENT_USER() writes it; the host holds no @. */
function quoteAccount(account: string): string {
  const at = account.lastIndexOf('@')
  const quote = (part: string) => `'${part.replaceAll("'", "''")}'`
  return at < 0 ? quote(account) : `${quote(account.slice(0, at))}@${quote(account.slice(at + 1))}`
}

/** Privileges on *.*, those of active roles included. SHOW GRANTS can hold hashes of passwords; nothing of it is shown. */
function globalPrivileges(grants: readonly string[][]): ReadonlySet<string> {
  const privileges = new Set<string>()
  for (const [grant = ''] of grants) {
    const match = /^GRANT (.*?) ON \*\.\* TO /.exec(grant)
    for (const name of match?.[1]?.split(',') ?? []) privileges.add(name.trim())
  }
  if (privileges.has('ALL PRIVILEGES')) for (const { name } of Object.values(GLOBALS).flat()) privileges.add(name)
  return privileges
}

async function mayRead(asker: Asker, table: string): Promise<boolean> {
  try {
    await asker.query(`SELECT 1 FROM ${table} LIMIT 0`, [])
    return true
  } catch {
    return false
  }
}

/** Tables that only some servers and configurations need. Tried, because grants on them come at many levels. */
async function missingReads(asker: Asker, flavour: 'mysql' | 'mariadb', { auth }: ClusterConfig): Promise<Right[]> {
  const name = 'SELECT'
  if (flavour === 'mysql') {
    if (await mayRead(asker, 'performance_schema.replication_applier_status_by_worker')) return []
    const costs = 'where gtid_mode is OFF, replicas serve no reads at all'
    return [{ name, on: 'performance_schema.*', level: 'warning', costs }]
  }
  const lacks: string[] = []
  const nobody = auth.method !== 'trust' && auth.users.length === 0
  const locked = nobody && !(await mayRead(asker, 'mysql.global_priv'))
  if (locked) lacks.push('auth.users is empty, so nobody can log in')
  if (!(await mayRead(asker, 'mysql.proc'))) lacks.push(ROUTINES)
  if (lacks.length === 0) return []
  return [{ name, on: 'mysql.*', level: locked ? 'error' : 'warning', costs: lacks.join(', and ') }]
}

const statusOfReplica = (version: string) =>
  isAtLeast(version, 8, 0, 22) ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS'

const isOff = (value: string | undefined) => value === 'OFF' || value === '0'

/** What makes a server's position unprovable is said by its sample; this is what nobody would notice until it matters. */
async function checkSettings(asker: Asker, flavour: 'mysql' | 'mariadb', version: string): Promise<Finding[]> {
  const names = ['gtid_mode', 'log_bin', 'log_replica_updates', 'log_slave_updates', 'read_only', 'super_read_only']
  const list = names.map((name) => `'${name}'`).join()
  const rows = await texts(asker, `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${list})`)
  const settings = new Map(rows.map(([name = '', value = '']) => [name, value]))
  const status = flavour === 'mariadb' ? 'SHOW ALL SLAVES STATUS' : statusOfReplica(version)
  const follows = await texts(asker, status).then(
    (found) => found.length > 0,
    () => null, // The missing right has been named.
  )
  const findings: Finding[] = []
  const gtidMode = settings.get('gtid_mode')
  if (gtidMode === 'OFF' || gtidMode === 'OFF_PERMISSIVE') {
    const cost =
      'replicas are compared by file and offset, so nothing is proved across a promotion, and SHOW freshet.token has no lasting meaning'
    findings.push(warning(`gtid_mode is ${gtidMode}: ${cost}. Better gtid_mode = ON`))
  }
  if (follows !== true) return findings
  if (isOff(settings.get('read_only'))) {
    const cost = 'whoever connects to it directly can write there, and what is written there is in no other server'
    findings.push(warning(`it is a replica and read_only is off: ${cost}. SET GLOBAL read_only = ON`))
  } else if (isOff(settings.get('super_read_only'))) {
    const cost = 'administrators who connect to it directly can write there by mistake'
    findings.push(warning(`it is a replica and super_read_only is off: ${cost}. SET PERSIST super_read_only = ON`))
  }
  const updates = settings.get('log_replica_updates') ?? settings.get('log_slave_updates')
  if (isOff(settings.get('log_bin')) || isOff(updates)) {
    const cost = 'once it is promoted, the other replicas cannot get from it what it has from before'
    findings.push(
      warning(`it is a replica that does not log what it applies: ${cost}. log_bin and log_replica_updates = ON`),
    )
  }
  return findings
}

/** A native proof gives no key for the accounts of MySQL's servers, so with that method only listed users can log in; 9.0 and later have no such accounts at all. */
function checkMethod(flavour: 'mysql' | 'mariadb', { auth }: ClusterConfig): Finding[] {
  if (flavour === 'mariadb' || auth.method !== 'mysql_native_password' || auth.users.length > 0) return []
  const cost = "nobody can log in, because that method's proof cannot be checked by MySQL's own accounts"
  return [
    error(
      `auth.method is mysql_native_password, and auth.users is empty: ${cost}. Set caching_sha2_password, or auth.users`,
    ),
  ]
}
