/** What the monitor's account lacks on one server: the same findings for `freshet check` and for the start of `serve`. */
import type { Address, ClusterConfig } from '../config/types.ts'
import type { Probe } from '../dialect.ts'
import type { connectProbe } from '../postgres/probe.ts'
import type { Finding } from './finding.ts'

export type Asker = Pick<Probe, 'query' | 'close'>

interface EngineCheck {
  /** Needs no right but to log in. */
  readonly open: (...at: Parameters<typeof connectProbe>) => Promise<Asker>
  /** `elsewhere`: the same account in another database, for as long as the check takes. */
  readonly check: (
    asker: Asker,
    cluster: ClusterConfig,
    elsewhere: (database: string) => Promise<Asker>,
  ) => Promise<Finding[]>
}

/** Loaded only where they are used, as the engines are. */
const CHECKS: Readonly<Record<ClusterConfig['engine'], () => Promise<EngineCheck>>> = {
  async postgres() {
    const [probe, { checkPostgres }] = await Promise.all([
      import('../postgres/probe.ts'),
      import('./check-postgres.ts'),
    ])
    return { open: probe.connectProbe, check: checkPostgres }
  },
  async mysql() {
    const [probe, { checkMysql }] = await Promise.all([
      import('../mysql/probe-connection.ts'),
      import('./check-mysql.ts'),
    ])
    return { open: probe.openConnection, check: checkMysql }
  },
}

/** ms; a server that answers no more is hung up on. */
const PATIENCE = 30_000

/** Rejects when the account cannot log in, or the server goes away meanwhile. */
export async function checkAccount(address: Address, cluster: ClusterConfig): Promise<Finding[]> {
  const { user, password, database, timeout } = cluster.monitor
  const { open, check } = await CHECKS[cluster.engine]()
  const opened: Asker[] = []
  const close = () => {
    for (const asker of opened) asker.close()
  }
  const openIn = async (name: string): Promise<Asker> => {
    const asker = await open(address, { user, password, database: name, timeout }, cluster.serverTls)
    opened.push(asker)
    return asker
  }
  const timer = setTimeout(close, PATIENCE)
  timer.unref()
  try {
    return await check(await openIn(database), cluster, openIn)
  } finally {
    clearTimeout(timer)
    close()
  }
}
