/** The classifiers as `freshet explain` uses them: offline, or with a catalog that is read once. */
import { randomInt } from 'node:crypto'
import { fromCommandLine } from '../../config/command-line.ts'
import { formatProblem } from '../../config/problems.ts'
import type { ClusterConfig } from '../../config/types.ts'
import type { Probe } from '../../dialect.ts'
import * as mysql from '../../mysql/classify/index.ts'
import { openConnection } from '../../mysql/probe-connection.ts'
import * as postgres from '../../postgres/classify/index.ts'
import { connectProbe } from '../../postgres/probe.ts'
import type { Classifier, LexMode } from '../../sql/facts.ts'
import { versionNumber } from '../engine-mysql.ts'
import { because } from '../finding.ts'
import { UsageError } from '../usage.ts'

export const ENGINE_NAMES = ['postgres', 'mysql', 'mariadb'] as const
export type EngineName = (typeof ENGINE_NAMES)[number]

export interface Judge {
  readonly engine: EngineName
  readonly classifier: Classifier
  /** What a session without any settings has. */
  readonly mode: LexMode
  /** A statement without its literals. */
  readonly sample: (sql: string) => string | null
  /** Where the catalog was read; null: nowhere. */
  readonly catalog: { readonly server: string; readonly database: string | null } | null
}

/** Kinds of statements whose facts are remembered. */
const DIGESTS = 50_000

/** Offline nobody waits: parsing may take all the time that it wants. */
const LIMITS = { digests: DIGESTS, parseShare: 1, parseBurstMs: Number.MAX_SAFE_INTEGER }

const options = <Catalog>(catalog: Catalog | null) => ({
  seed: randomInt(2 ** 47),
  limits: LIMITS,
  catalog: () => catalog,
  now: () => performance.now(),
})

/** Executable comments (`!80000`) are read as the newest servers read them. */
const NEWEST = { mysql: 90_700, mariadb: 120_000 } as const

async function postgresJudge(catalog: postgres.Catalog | null, from: Judge['catalog']): Promise<Judge> {
  await postgres.initClassifier()
  const mode = { standardConformingStrings: true, asciiSafeEncoding: true }
  const classifier = postgres.createClassifier(options(catalog))
  return { engine: 'postgres', classifier, mode, sample: postgres.digestSample, catalog: from }
}

async function mysqlJudge(
  engine: 'mysql' | 'mariadb',
  version: number,
  sqlMode: string,
  catalog: mysql.Catalog | null,
  from: Judge['catalog'],
): Promise<Judge> {
  await mysql.initClassifier()
  const servers = { flavour: engine, versionMin: version, versionMax: version }
  const mode = mysql.mysqlLexMode({ sqlMode, characterSetClient: 'utf8mb4' })
  const classifier = mysql.createClassifier({ ...options(catalog), servers: () => servers })
  return { engine, classifier, mode, sample: mysql.digestSample, catalog: from }
}

/** Without a server: only what the text alone proves. */
export function judgeOffline(engine: EngineName, sqlMode = ''): Promise<Judge> {
  if (engine === 'postgres') return postgresJudge(null, null)
  return mysqlJudge(engine, NEWEST[engine], sqlMode, null, null)
}

/** @throws UsageError when it is no connection string. */
export function readCatalogUrl(url: string): ClusterConfig {
  const loaded = fromCommandLine({ url, listen: [], admin: 'off', pretty: false })
  if (loaded.ok) return loaded.config.clusters[0]!
  throw new UsageError(`--catalog: ${loaded.problems.map(formatProblem).join('\n')}`)
}

/** No server let its catalog be read. */
export class NoCatalog extends Error {}

/** With the catalog of the first server that answers. Rejects when none does. */
export async function judgeWithCatalog(cluster: ClusterConfig, sqlMode = ''): Promise<Judge> {
  const { monitor, servers, serverTls } = cluster
  const connect = cluster.engine === 'mysql' ? openConnection : connectProbe
  const refusals: string[] = []
  for (const { address, name } of servers) {
    let probe: Pick<Probe, 'query' | 'close'>
    try {
      probe = await connect(address, monitor, serverTls)
    } catch (error) {
      refusals.push(`${name}: ${because(error)}`)
      continue
    }
    try {
      if (cluster.engine === 'postgres') {
        const from = { server: name, database: monitor.database }
        return await postgresJudge(await postgres.loadCatalog(probe.query), from)
      }
      const [[version] = []] = await probe.query('SELECT VERSION()', [])
      const engine = /mariadb/i.test(version ?? '') ? 'mariadb' : 'mysql'
      const catalog = await mysql.loadCatalog(probe.query, engine)
      const from = { server: name, database: null }
      return await mysqlJudge(engine, versionNumber(version ?? ''), sqlMode, catalog, from)
    } catch (error) {
      refusals.push(`${name}: ${because(error)}`)
    } finally {
      probe.close()
    }
  }
  throw new NoCatalog(`no catalog could be read: ${refusals.join('; ')}`)
}

/** The mode behind a statement that changes how the next ones are to be read; the same when it does not. */
export function modeAfter(mode: LexMode, engine: EngineName, text: string): LexMode {
  if (engine === 'postgres') {
    const said = /^\s*set\s+(?:session\s+|local\s+)?standard_conforming_strings\s*(?:=|\bto\b)\s*'?(\w+)/i.exec(text)
    if (said === null) return mode
    return { ...mode, standardConformingStrings: /^(?:on|true|yes|1|default)$/i.test(said[1]!) }
  }
  const said =
    /^\s*(?:\/\*!\d*\s*)?set\s+(?:@@)?(?:session[\s.]+|local[\s.]+|@@session\.)?sql_mode\s*:?=\s*(?:'([^']*)'|(\w+))/i.exec(
      text,
    )
  if (said === null) return mode
  const { standardConformingStrings, ansiQuotes, unknownGrammar, ...rest } = mysql.mysqlLexMode({
    sqlMode: said[1] ?? said[2] ?? '',
    characterSetClient: 'utf8mb4',
  })
  return {
    ...mode,
    ...rest,
    standardConformingStrings,
    ansiQuotes: ansiQuotes === true,
    unknownGrammar: unknownGrammar === true,
  }
}
