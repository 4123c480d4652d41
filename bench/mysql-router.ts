import { dirname, join } from 'node:path'
import { freePort } from '../src/cli/demo/ports.ts'
import { configFolder, startPeer } from './peer-process.ts'
import type { Contestant } from './suite.ts'
import { versionOf } from './tools.ts'

/** Its read/write splitting asks for an InnoDB Cluster (metadata); against plain replication it routes connections, as here. */
export function mysqlRouter(path: string): Contestant {
  return {
    name: 'router',
    title: 'MySQL Router',
    note: `${versionOf(path).replace(/ for .*/, '')}, classic protocol, to the primary`,
    async start({ primary }) {
      const port = await freePort()
      const config = `[logger]
level = WARNING
destination = /dev/stderr
[routing:primary]
bind_address = 127.0.0.1
bind_port = ${port}
destinations = ${primary.host}:${primary.port}
routing_strategy = first-available
protocol = classic
client_ssl_mode = DISABLED
server_ssl_mode = DISABLED
max_connections = 1000
`
      const folder = configFolder({ 'router.conf': config })
      // Next to an unpacked package's programs lie its plugins, which it would look for where the package was meant to be.
      const unpacked = path.endsWith('/programs/mysqlrouter')
      const plugins = join(dirname(path), '..', 'usr', 'lib', 'mysqlrouter', 'plugin')
      const overrides = [
        ...(unpacked ? [`--DEFAULT.plugin_folder=${plugins}`] : []),
        '--DEFAULT.logging_folder=',
        `--DEFAULT.runtime_folder=${folder}`,
        `--DEFAULT.data_folder=${folder}`,
      ]
      return startPeer(path, ['-c', join(folder, 'router.conf'), ...overrides], folder, port, primary)
    },
  }
}
