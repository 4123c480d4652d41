/** A way between a replica and its source on which the source's bytes take a while: replication lag of so many milliseconds, neither more nor less. */
import { connect, createServer, type Socket } from 'node:net'

export interface DelayRelay {
  readonly port: number
  /** What arrives from now on is held back for so long. */
  setDelay(ms: number): void
  close(): void
}

/** @param target the source's port on loopback. */
export async function startDelayRelay(target: number, port: number): Promise<DelayRelay> {
  let delayMs = 0
  const sockets = new Set<Socket>()
  const keep = (socket: Socket, other: () => Socket): void => {
    sockets.add(socket)
    socket.unref()
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      other().destroy()
    })
  }
  const server = createServer((replica) => {
    const source: Socket = connect(target, '127.0.0.1')
    const held: (Buffer | string)[] = []
    keep(replica, () => source)
    keep(source, () => replica)
    replica.pipe(source)
    source.on('data', (chunk) => {
      // Whichever timer ends first, the bytes leave in their order.
      held.push(chunk)
      setTimeout(() => replica.write(held.shift()!), delayMs).unref()
    })
  })
  server.unref()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return {
    port,
    setDelay(ms) {
      delayMs = ms
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
