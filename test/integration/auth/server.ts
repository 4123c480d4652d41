import pg from 'pg'
import { selfSigned } from '../../../src/config/self-signed.ts'
import { startFleet } from '../../support/postgres.ts'

/** One PostgreSQL with TLS that demands SCRAM, and of a few users what their names say. */
export interface AuthServer {
  readonly port: number
  /** Its certificate in DER. */
  readonly certificate: Buffer
  /** Runs statements as the superuser in database postgres. */
  query(sql: string, parameters?: unknown[]): Promise<(string | null)[][]>
  stop(): Promise<void>
}

const HBA = [
  'host all cleartext all password',
  'host all trusted,monitor_full,monitor_bare,monitor_query all trust',
  'host all postgres all trust',
  'host all md5user,viamd5 all md5',
]

export async function startAuthServer(): Promise<AuthServer> {
  const { cert, key, der } = selfSigned()
  const fleet = await startFleet({ replicas: 0, hba: HBA, tls: { cert, key } })
  const { port } = fleet.primary
  return {
    port,
    certificate: der,
    async query(sql, parameters = []) {
      const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
      await client.connect()
      try {
        const { rows } = await client.query({ text: sql, values: parameters, rowMode: 'array' })
        return rows as (string | null)[][]
      } finally {
        await client.end()
      }
    },
    stop: () => fleet.stop(),
  }
}
