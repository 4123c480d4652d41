import type { ClusterConfig } from '../config/types.ts'
import { connect, upgradeToServer, wantsTls } from '../net/connect.ts'
import type { Pools } from '../pool/pools.ts'
import type { ServerConnection } from '../pool/server-connection.ts'
import type { Engine } from './engine.ts'

/** ms */
const CONNECT_TIMEOUT = 5000

/** Asks the server to stop what the connection runs. It takes a connection of its own. Rejects when that fails. */
export async function sendCancel(
  connection: ServerConnection,
  config: ClusterConfig,
  { tlsRequest }: Engine,
  pools: Pools,
): Promise<void> {
  const { cancel } = connection.greeting
  if ('sql' in cancel) return pools.aside(connection, cancel.sql)
  const { address } = config.servers[connection.server]!
  let socket = await connect(address, CONNECT_TIMEOUT)
  if (tlsRequest !== null && wantsTls(config.serverTls, address)) {
    socket.write(tlsRequest.packet)
    const [answer] = (await new Promise<Buffer>((resolve, reject) => {
      socket.once('data', resolve)
      socket.once('error', reject)
    })) as Buffer
    if (answer !== undefined && tlsRequest.accepts(answer)) {
      socket = await upgradeToServer(socket, config.serverTls, 'host' in address ? address.host : 'localhost')
    }
  }
  socket.on('error', () => {})
  // The server closes it.
  socket.end(cancel.packet)
}
