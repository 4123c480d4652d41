/** From validated raw values to the Config that the rest of Freshet uses; reads certificates, and says what deserves a warning. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Issue, isRecord } from './cross-checks.ts'
import { ENGINES } from './engines.ts'
import type { RawCluster, RawConfig } from './schema.ts'
import { selfSigned } from './self-signed.ts'
import type { ClusterConfig, Config } from './types.ts'
import { formatAddress, isLoopback } from './values.ts'

interface Built {
  readonly config: Config
  readonly issues: readonly Issue[]
  readonly warnings: readonly Issue[]
}

type Pem = { readonly pem: string } | { readonly wrong: string; readonly right: string }

/** A PEM text as it stands, or the file that a path names. */
function readPem(value: string, directory: string): Pem {
  if (value.includes('-----BEGIN')) return { pem: value }
  const path = resolve(directory, value)
  try {
    const pem = readFileSync(path, 'utf8')
    return pem.includes('-----BEGIN')
      ? { pem }
      : { wrong: 'is not a PEM file', right: `${path} holds no -----BEGIN line` }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { wrong: `cannot be read (${code})`, right: `the file ${path} must exist and be readable` }
  }
}

const tryTo = <T>(make: () => T): T | null => {
  try {
    return make()
  } catch {
    return null
  }
}

type Named<T> = { readonly ca: T; readonly cert: T; readonly key: T }

/** The PEM texts that a cluster names (null: none), and what is wrong with them: they are looked at even when other things are wrong. */
function readFiles(named: Named<string | null>, at: readonly string[], directory: string, issues: Issue[]) {
  const wrong = (path: readonly string[], text: string, right: string) =>
    issues.push({ path: [...at, ...path], wrong: text, right })
  const pem = (value: string | null, ...path: string[]): string => {
    if (value === null) return ''
    const read = readPem(value, directory)
    if ('pem' in read) return read.pem
    wrong(path, read.wrong, read.right)
    return ''
  }
  const ca = pem(named.ca, 'server_tls', 'ca')
  const cert = pem(named.cert, 'tls', 'cert')
  const key = pem(named.key, 'tls', 'key')
  const parsedCert = cert && tryTo(() => new X509Certificate(cert))
  const parsedKey = key && tryTo(() => createPrivateKey(key))
  if (parsedCert === null) wrong(['tls', 'cert'], 'is not a certificate', 'a PEM certificate, its chain after it')
  if (parsedKey === null) wrong(['tls', 'key'], 'is not a private key', 'a PEM private key without a passphrase')
  if (parsedCert && parsedKey && !parsedCert.checkPrivateKey(parsedKey)) {
    const right = 'the private key that the certificate was made for'
    wrong(['tls', 'key'], 'does not belong to the certificate', right)
  }
  return { ca, cert, key }
}

/** What is wrong with the files that data name which are no valid configuration. */
export function fileIssues(data: unknown, directory: string): Issue[] {
  const issues: Issue[] = []
  const clusters = isRecord(data) && isRecord(data.clusters) ? data.clusters : {}
  for (const [name, cluster] of Object.entries(clusters)) {
    if (!isRecord(cluster)) continue
    const text = (section: string, key: string): string | null => {
      const value = isRecord(cluster[section]) ? cluster[section][key] : null
      return typeof value === 'string' && value !== '' ? value : null
    }
    const named = { ca: text('server_tls', 'ca'), cert: text('tls', 'cert'), key: text('tls', 'key') }
    readFiles(named, ['clusters', name], directory, issues)
  }
  return issues
}

function readTls(
  raw: RawCluster,
  at: readonly string[],
  directory: string,
  issues: Issue[],
): Pick<ClusterConfig, 'tls' | 'serverTls'> {
  const named = { ca: raw.server_tls.ca, cert: raw.tls?.cert ?? null, key: raw.tls?.key ?? null }
  const { ca, cert, key } = readFiles(named, at, directory, issues)
  const serverTls = { mode: raw.server_tls.mode, ca: named.ca === null ? null : ca }
  // MySQL's servers make themselves a certificate, and its clients ask for TLS where there is any.
  if (raw.tls === undefined && raw.engine === 'mysql') return { tls: { mode: 'allow', ...selfSigned() }, serverTls }
  if (!raw.tls) return { tls: null, serverTls }
  return { tls: raw.tls.mode === 'disable' ? null : { mode: raw.tls.mode, cert, key }, serverTls }
}

function buildLimits(raw: RawCluster['limits']): ClusterConfig['limits'] {
  return {
    clients: raw.clients,
    statementBytes: raw.statement,
    readAheadBytes: raw.read_ahead,
    writeBufferBytes: raw.write_buffer,
    holdBackBytes: raw.hold_back,
    preparedPerConnection: raw.prepared_per_connection,
    preparedPerSession: raw.prepared_per_session,
    digests: raw.digests,
    causalKeys: raw.causal_keys,
    waiting: raw.waiting,
    loginTimeout: raw.login_timeout,
    startupBytes: raw.startup,
  }
}

function buildCluster(name: string, raw: RawCluster, directory: string, issues: Issue[]): ClusterConfig {
  return {
    name,
    engine: raw.engine,
    listen: raw.listen,
    servers: raw.servers,
    monitor: {
      user: raw.monitor.user,
      password: raw.monitor.password,
      database: raw.monitor.database,
      interval: raw.monitor.interval,
      timeout: raw.monitor.timeout,
      nudge: raw.monitor.nudge,
      clockSkewMax: raw.monitor.clock_skew_max,
    },
    auth: raw.auth,
    mode: raw.mode,
    policy: {
      consistency: raw.consistency,
      maxLag: raw.max_lag,
      whenStale: raw.when_stale,
      wait: raw.wait,
      route: 'auto',
      causalKey: null,
      whenNoPrimary: raw.when_no_primary,
      maxLagWithoutPrimary: raw.max_lag_without_primary,
    },
    pool: raw.pool,
    lanes: raw.lanes,
    ...readTls(raw, ['clusters', name], directory, issues),
    limits: buildLimits(raw.limits),
    catalogRefresh: raw.catalog_refresh,
  }
}

function warningsFor(name: string, raw: RawCluster): Issue[] {
  const warnings: Issue[] = []
  const open = raw.listen.find((address) => !isLoopback(address))
  if (raw.auth.method === 'trust' && open) {
    const wrong = `trust on ${formatAddress(open)} lets everyone in who can reach it, as far as the servers do`
    const right = `${ENGINES[raw.engine].methods[0]}, or listen on loopback`
    warnings.push({ path: ['clusters', name, 'auth', 'method'], wrong, right })
  }
  if (raw.monitor.timeout < raw.monitor.interval) {
    const wrong = 'is shorter than the interval, so every sample counts as failed until the next one'
    warnings.push({ path: ['clusters', name, 'monitor', 'timeout'], wrong, right: 'several intervals' })
  }
  return warnings
}

export function buildConfig(raw: RawConfig, directory: string): Built {
  const issues: Issue[] = []
  const entries = Object.entries(raw.clusters)
  const clusters = entries.map(([name, cluster]) => buildCluster(name, cluster, directory, issues))
  const config: Config = {
    clusters,
    workers: raw.workers,
    admin: raw.admin ?? null,
    shutdownGrace: raw.shutdown_grace,
    log: raw.log,
  }
  return { config, issues, warnings: entries.flatMap(([name, cluster]) => warningsFor(name, cluster)) }
}
