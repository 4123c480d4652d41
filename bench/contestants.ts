/** What takes part whatever the engine is: each starts, tells where clients connect and which process costs CPU, and stops. */
import { join } from 'node:path'
import { freePort } from '../src/cli/demo/ports.ts'
import { configFolder, startPeer } from './peer-process.ts'
import type { Contestant, Servers, Target } from './suite.ts'
import { findProgram, versionOf } from './tools.ts'

export const direct = (client: string): Contestant => ({
  name: 'direct',
  title: 'direct',
  note: `${client} connected to the primary`,
  start: async ({ primary }) => ({ target: primary, pid: null, stop: async () => {} }),
})

export function haproxy(path: string): Contestant {
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
listen servers
  bind 127.0.0.1:${port}
  server primary ${primary.host}:${primary.port}
`
      const folder = configFolder({ 'haproxy.cfg': config })
      return startPeer(path, ['-db', '-f', 'haproxy.cfg'], folder, port, primary)
    },
  }
}

/** A contestant that needs a program, or the line that says how to get it. */
export function peer(program: string, from: string, make: (path: string) => Contestant): Contestant | string {
  const path = findProgram(program)
  return path === null ? `${program} is not on this machine: ${from}` : make(path)
}

type Picked = 'all' | 'one-replica' | 'primary'

const PICKED: Readonly<Record<Picked, { suffix: string; title: string; note: string }>> = {
  all: { suffix: '', title: 'Freshet', note: 'primary and two replicas' },
  'one-replica': { suffix: '-one-replica', title: 'Freshet, 1 replica', note: 'primary and one replica' },
  // The way to compare with peers without read/write splitting: one server, as they have.
  primary: { suffix: '-primary', title: 'Freshet, primary only', note: 'the primary alone, as the peers have it' },
}

function pick({ primary, replicas }: Servers, which: Picked): readonly Target[] {
  if (which === 'primary') return [primary]
  return [primary, ...(which === 'all' ? replicas : replicas.slice(0, 1))]
}

/** `url`: a connection string for `freshet serve` from `host:port,host:port`. */
export function freshets(url: (hosts: string) => string): Contestant[] {
  return (Object.keys(PICKED) as Picked[]).map((which) => ({
    name: `freshet${PICKED[which].suffix}`,
    title: PICKED[which].title,
    note: `${PICKED[which].note}, session consistency, classification on, pool of 20 per server`,
    async start(servers) {
      const port = await freePort()
      const hosts = pick(servers, which)
        .map((target) => `${target.host}:${target.port}`)
        .join(',')
      const program = join(import.meta.dirname, '..', 'bin', 'freshet.js')
      const args = [program, 'serve', '--listen', `127.0.0.1:${port}`, '--admin', 'off', url(hosts)]
      return startPeer(process.execPath, args, configFolder({}), port, servers.primary, {})
    },
  }))
}

/** Those that can take part, and what is said of the others. */
export function sorted(all: readonly (Contestant | string)[]) {
  return {
    present: all.filter((one) => typeof one !== 'string'),
    missing: all.filter((one) => typeof one === 'string'),
  }
}
