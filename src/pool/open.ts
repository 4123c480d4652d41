import type { Address } from '../config/types.ts'
import type { Dialect, Failure, ServerAccount, ServerLoginStep } from '../dialect.ts'
import { connect, type ServerTls, upgradeToServer, wantsTls } from '../net/connect.ts'
import { Transport } from '../net/transport.ts'
import { now, type ServerId } from '../units.ts'
import { PoolFailure } from './pool.ts'
import { ServerConnection } from './server-connection.ts'

export interface OpenOptions {
  readonly server: ServerId
  readonly address: Address
  readonly tls: ServerTls
  readonly dialect: Dialect
  readonly account: ServerAccount
  readonly readOnly: boolean
  readonly highWater: number
  /** ms for connecting and logging in. */
  readonly timeout: number
}

const fail = (failure: Failure): never => {
  throw new PoolFailure(failure)
}

/** Connects and logs in. Rejects with a PoolFailure that carries the server's own error where it gave one. */
export async function openConnection(options: OpenOptions): Promise<ServerConnection> {
  const { address, dialect, tls } = options
  const deadline = now() + options.timeout
  const login = dialect.serverLogin(options.account, options.readOnly)
  let socket = await connect(address, options.timeout, true).catch((error: Error) =>
    fail({ code: '08001', message: `cannot connect to server ${nameOf(address)}: ${error.message}` }),
  )
  let bytes = new Incoming(new Transport(socket, idle, options.highWater))
  try {
    let step: ServerLoginStep = login.start()
    for (;;) {
      if (step.failure) return fail(step.failure)
      if (step.send) bytes.transport.write(step.send)
      if (step.greeting) {
        return new ServerConnection(options, bytes.transport, step.greeting)
      }
      if (step.startTls) {
        const host = 'host' in address ? address.host : 'localhost'
        const plain = bytes.transport.detach()
        const timer = setTimeout(() => plain.destroy(), Math.max(1, deadline - now()))
        const secure = await upgradeToServer(plain, tls, host)
          .catch((error: Error) =>
            fail({ code: '08001', message: `TLS with server ${nameOf(address)} failed: ${error.message}` }),
          )
          .finally(() => clearTimeout(timer))
        socket = secure
        bytes = new Incoming(new Transport(secure, idle, options.highWater))
        step = login.secured(secure.getPeerCertificate().raw ?? null)
        continue
      }
      step = await login.receive(await bytes.next(Math.max(1, deadline - now())))
    }
  } catch (error) {
    socket.destroy()
    if (error instanceof PoolFailure) throw error
    const message = error instanceof Error ? error.message : String(error)
    return fail({ code: '08006', message: `login to server ${nameOf(address)} failed: ${message}` })
  }
}

export const tlsModeFor = (tls: ServerTls, address: Address): ServerTls['mode'] =>
  wantsTls(tls, address) ? tls.mode : 'disable'

const nameOf = (address: Address): string => ('path' in address ? address.path : `${address.host}:${address.port}`)

const idle = { data() {}, drained() {}, closed() {} }

/** Chunks one by one, for the login only. */
class Incoming {
  readonly transport: Transport
  #chunks: Buffer[] = []
  #error: Error | null = null
  #wake: () => void = () => {}

  constructor(transport: Transport) {
    this.transport = transport
    transport.handler = {
      data: (chunk) => {
        this.#chunks.push(Buffer.from(chunk))
        this.#wake()
      },
      drained() {},
      closed: (error) => {
        this.#error = error ?? new Error('the server closed the connection')
        this.#wake()
      },
    }
  }

  async next(timeout: number): Promise<Buffer> {
    if (this.#chunks.length === 0 && this.#error === null) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.#error ??= new Error('no answer in time')
          resolve()
        }, timeout)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    if (this.#chunks.length > 0) return Buffer.concat(this.#chunks.splice(0))
    throw this.#error ?? new Error('the server closed the connection')
  }
}
