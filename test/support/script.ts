/**
 * Scripted peers: a server or a client as a list of steps, so that a test can say byte for byte what one side does and tell a story that no
 * real server would act out. A peer that sees something else than its script expects fails with the step's number.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const STEP_TIMEOUT_MS = 10_000

export type Step = (peer: Peer) => Promise<void>

/** One end of a connection, read message by message. */
export interface Peer {
  readonly socket: Socket
  /** Exactly so many bytes. */
  read(length: number): Promise<Buffer>
  send(bytes: Uint8Array): void
  /** Resolves when the other side has closed its end. Rejects when it sends something instead. */
  closed(): Promise<void>
}

function peerOf(socket: Socket): Peer {
  let received = Buffer.alloc(0)
  let over = false
  let wake = () => {}
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    wake()
  })
  for (const event of ['end', 'close', 'error'])
    socket.on(event, () => {
      over = true
      wake()
    })
  const more = (what: string) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`nothing came for ${STEP_TIMEOUT_MS} ms: ${what}`)),
        STEP_TIMEOUT_MS,
      )
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  return {
    socket,
    async read(length) {
      while (received.length < length) {
        if (over) throw new Error(`closed after ${received.length} of ${length} bytes: ${received.toString('latin1')}`)
        await more(`${received.length} of ${length} bytes are here`)
      }
      const bytes = received.subarray(0, length)
      received = received.subarray(length)
      return bytes
    },
    send: (bytes) => void socket.write(bytes),
    async closed() {
      while (!over && received.length === 0) await more('the end of the connection')
      if (received.length > 0) throw new Error(`more than expected: ${received.toString('latin1')}`)
    },
  }
}

/** A message of PostgreSQL's protocol: its type and what is in it. */
export interface Message {
  readonly type: string
  readonly body: Buffer
}

/** A whole message as bytes. An empty type makes one of those that start a connection. */
export function message(type: string, body: string | Uint8Array = ''): Buffer {
  const content = typeof body === 'string' ? Buffer.from(body) : body
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length + 4)
  return Buffer.concat([Buffer.from(type, 'latin1'), length, content])
}

async function readMessage(peer: Peer, typed: boolean): Promise<Message> {
  const type = typed ? (await peer.read(1)).toString('latin1') : ''
  const length = (await peer.read(4)).readUInt32BE()
  return { type, body: await peer.read(length - 4) }
}

const same = (what: string, actual: string, expected: string) => {
  if (actual !== expected) throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}

export const send =
  (...parts: readonly Uint8Array[]): Step =>
  async (peer) =>
    peer.send(Buffer.concat(parts))

export const expectBytes =
  (bytes: Uint8Array): Step =>
  async (peer) =>
    same('bytes', (await peer.read(bytes.length)).toString('latin1'), Buffer.from(bytes).toString('latin1'))

/** The packet that starts a connection (no type byte): SSLRequest, StartupMessage, CancelRequest. */
export const expectStartup =
  (check: (body: Buffer) => void = () => {}): Step =>
  async (peer) =>
    check((await readMessage(peer, false)).body)

/** A message of this type; its body must be equal, or pass a check of its own. */
export const expectMessage =
  (type: string, body?: string | Uint8Array | ((body: Buffer) => void)): Step =>
  async (peer) => {
    const received = await readMessage(peer, true)
    same('message', received.type, type)
    if (typeof body === 'function') body(received.body)
    else if (body !== undefined)
      same(`body of ${type}`, received.body.toString('latin1'), Buffer.from(body).toString('latin1'))
  }

/** Reads and forgets messages until one of this type has come. */
export const skipTo =
  (type: string): Step =>
  async (peer) => {
    while ((await readMessage(peer, true)).type !== type);
  }

export const expectClosed: Step = (peer) => peer.closed()

/** Closes in order, as after Terminate. */
export const close: Step = async ({ socket }) => void socket.end()

/** Breaks the connection off, as a crash does. */
export const reset: Step = async ({ socket }) => void socket.resetAndDestroy()

/** Waits for something outside, or looks at it. */
export const call =
  (run: () => unknown): Step =>
  async () => {
    await run()
  }

const ZERO = '\0'

/** Accepts any client without asking for a password, and says that it is ready. */
export const acceptLogin: readonly Step[] = [
  expectStartup(),
  send(
    message('R', Buffer.from([0, 0, 0, 0])),
    message('S', `server_version${ZERO}18.4${ZERO}`),
    message('S', `client_encoding${ZERO}UTF8${ZERO}`),
    message('S', `standard_conforming_strings${ZERO}on${ZERO}`),
    message('K', Buffer.from([0, 0, 0, 42, 0, 0, 0, 7])),
    message('Z', 'I'),
  ),
]

async function play(socket: Socket, steps: readonly Step[]): Promise<void> {
  const peer = peerOf(socket)
  for (const [index, step] of steps.entries()) {
    try {
      await step(peer)
    } catch (error) {
      socket.destroy()
      throw new Error(`step ${index + 1} of ${steps.length}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      })
    }
  }
}

export interface ScriptedServer {
  readonly port: number
  /** Resolves when every script has been played to its end. */
  readonly done: Promise<void>
  stop(): Promise<void>
}

/** One script per connection, in the order in which they come; further connections are refused. */
export async function scriptedServer(...scripts: readonly (readonly Step[])[]): Promise<ScriptedServer> {
  const waiting = [...scripts]
  const sockets = new Set<Socket>()
  let left = scripts.length
  let finish: (error?: unknown) => void = () => {}
  const done = new Promise<void>((resolve, reject) => {
    finish = (error) => (error === undefined ? resolve() : reject(error))
  })
  // A test that does not ask is told by the other side's failure.
  done.catch(() => {})
  if (left === 0) finish()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    const steps = waiting.shift()
    if (!steps) return socket.destroy()
    play(socket, steps).then(() => {
      if (--left === 0) finish()
    }, finish)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    done,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** Connects and plays the steps. The connection is closed at the end, whatever happened. */
export async function scriptedClient(port: number, ...steps: readonly Step[]): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  try {
    await play(socket, steps)
  } finally {
    socket.destroy()
  }
}
