/** What differs between the clusters of one engine and the other. */
import type { ClusterConfig } from './types.ts'

export type EngineName = ClusterConfig['engine']
export type AuthMethod = ClusterConfig['auth']['method']

interface EngineDefaults {
  /** Of a server whose address names none. */
  readonly port: number
  /** How clients can prove who they are; the first is the default. */
  readonly methods: readonly AuthMethod[]
  /** Where the monitor logs in; '' for no database at all. */
  readonly monitorDatabase: string
  /** Bytes of a login's first message. PostgreSQL takes 10,000 itself; MySQL's connection attributes alone may have 64 KiB. */
  readonly startupBytes: number
  /** Where a cluster from the command line listens. */
  readonly listen: string
  /** A connection string that is right. */
  readonly url: string
}

export const ENGINES: Readonly<Record<EngineName, EngineDefaults>> = {
  postgres: {
    port: 5432,
    methods: ['scram-sha-256', 'md5', 'trust'],
    monitorDatabase: 'postgres',
    startupBytes: 10_000,
    listen: '127.0.0.1:6432',
    url: "'postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?OPTION=VALUE'",
  },
  mysql: {
    port: 3306,
    methods: ['caching_sha2_password', 'mysql_native_password', 'trust'],
    monitorDatabase: '',
    startupBytes: 80 * 1024,
    listen: '127.0.0.1:3307',
    url: "'mysql://USER:PASSWORD@HOST:PORT,HOST:PORT/?OPTION=VALUE'",
  },
}

const SCHEMES: Readonly<Record<string, EngineName>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
}

/** The engine that a connection string's scheme names. */
export const engineOfScheme = (scheme: string): EngineName | undefined =>
  Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined

/** The engine that a cluster's raw section names, or undefined when it names none that is known. */
export function engineOfSection(section: unknown): EngineName | undefined {
  if (typeof section !== 'object' || section === null || !('engine' in section)) return undefined
  const { engine } = section
  return typeof engine === 'string' && Object.hasOwn(ENGINES, engine) ? (engine as EngineName) : undefined
}
