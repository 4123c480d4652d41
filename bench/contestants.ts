/** What is compared: each starts, tells where clients connect and which process costs CPU, and stops. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MONITOR } from './fleet.ts'
import type { Target } from './pgbench.ts'
import { findProgram, unprivileged, versionOf } from './tools.ts'

export interface Servers {
  readonly primary: Target
  readonly replicas: readonly Target[]
}

export interface Running {
  readonly target: Target
  /** The proxy's process; null when clients connect directly. */
  readonly pid: number | null
  stop(): Promise<void>
}

export interface Contestant {
  readonly name: string
  readonly title: string
  /** What the report says about it. */
  readonly note: string
  start(servers: Servers, clients: number, workload: string): Promise<Running>
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}

/** Waits for the process to accept connections; fails with what it said when it ends first. */
async function untilAccepting(child: ChildProcess, port: number, name: string): Promise<void> {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-4000)
    })
  }
  const deadline = performance.now() + 20_000
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`${name} does not accept connections: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

function stopper(child: ChildProcess, folder: string | null): () => Promise<void> {
  return async () => {
    const ended = new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve()
      else child.once('exit', () => resolve())
    })
    child.kill('SIGTERM')
    // Clients are gone by now; who still does not end is not waited for.
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(timer)
    if (folder) rmSync(folder, { recursive: true, force: true })
  }
}

/** A configuration file in a folder of its own that the unprivileged account may read. */
function configFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-bench-'))
  const { uid, gid } = unprivileged()
  chmodSync(folder, 0o755)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
  return folder
}

async function startPeer(
  path: string,
  args: readonly string[],
  folder: string,
  port: number,
  target: Target,
): Promise<Running> {
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder, ...unprivileged() })
  const stop = stopper(child, folder)
  await untilAccepting(child, port, path).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return { target: { ...target, host: '127.0.0.1', port }, pid: child.pid!, stop }
}

const direct: Contestant = {
  name: 'direct',
  title: 'direct',
  note: 'pgbench connected to the primary',
  start: async ({ primary }) => ({ target: primary, pid: null, stop: async () => {} }),
}

function haproxy(path: string): Contestant {
  return {
    name: 'haproxy',
    title: 'HAProxy',
    note: `${versionOf(path, '-v')}, TCP mode, one thread, to the primary`,
    async start({ primary }) {
      const port = await freePort()
      const config = `global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen postgres
  bind 127.0.0.1:${port}
  server primary ${primary.host}:${primary.port}
`
      const folder = configFolder({ 'haproxy.cfg': config })
      return startPeer(path, ['-db', '-f', 'haproxy.cfg'], folder, port, primary)
    },
  }
}

/** Prepared statements survive transaction pooling since PgBouncer 1.21; older ones take part with session pooling. */
function poolsPreparedStatements(version: string): boolean {
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(version)?.map(Number) ?? []
  return major > 1 || (major === 1 && minor >= 21)
}

function pgbouncer(path: string): Contestant {
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

/** The way that peers without read/write splitting are compared with is `freshet-primary`: one server, as they have. */
function freshet(name: string, title: string, note: string, pick: (servers: Servers) => readonly Target[]): Contestant {
  return {
    name,
    title,
    note,
    async start(servers) {
      const port = await freePort()
      const chosen = pick(servers)
      const { primary } = servers
      const hosts = chosen.map((target) => `${target.host}:${target.port}`).join(',')
      const url = `postgres://${MONITOR.user}:${MONITOR.password}@${hosts}/${MONITOR.database}`
      const program = join(import.meta.dirname, '..', 'bin', 'freshet.js')
      const args = [program, 'serve', '--listen', `127.0.0.1:${port}`, '--admin', 'off', url]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      await untilAccepting(child, port, 'freshet')
      return { target: { ...primary, host: '127.0.0.1', port }, pid: child.pid!, stop: stopper(child, null) }
    },
  }
}

/** Everything that can be compared on this machine, and what is missing. */
export function contestants(): { readonly present: readonly Contestant[]; readonly missing: readonly string[] } {
  const present: Contestant[] = [direct]
  const missing: string[] = []
  const peers = { haproxy, pgbouncer }
  for (const [name, make] of Object.entries(peers)) {
    const path = findProgram(name)
    if (path) present.push(make(path))
    else missing.push(`${name} is not on this machine: apt-get install ${name}`)
  }
  const all = 'session consistency, classification on, pool of 20 per server'
  present.push(
    freshet('freshet', 'Freshet', `primary and two replicas, ${all}`, ({ primary, replicas }) => [
      primary,
      ...replicas,
    ]),
    freshet('freshet-one-replica', 'Freshet, 1 replica', `primary and one replica, ${all}`, ({ primary, replicas }) => [
      primary,
      ...replicas.slice(0, 1),
    ]),
    freshet(
      'freshet-primary',
      'Freshet, primary only',
      `the primary alone, as the peers have it, ${all}`,
      ({ primary }) => [primary],
    ),
  )
  return { present, missing }
}
