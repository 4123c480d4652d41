import { createServer } from 'node:net'

/**
 * Below the range from which the system takes ports for outgoing connections: a port from that range could be taken while its server is
 * stopped for a moment, and the server could not come back.
 */
const FIRST = 15_000
const COUNT = 17_000

const given = new Set<number>()

export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

/** A port of loopback that nobody listens on. The same one is never given twice by this process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}
