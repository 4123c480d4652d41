/** A client from its first byte to its session. */
import type { ClientIdentity, ClientLogin, ClientLoginStep, ClientProtocol, Failure } from '../dialect.ts'
import { type SecureContext, upgradeToClient } from '../net/connect.ts'
import type { Socket } from '../net/listener.ts'
import { Transport, type TransportHandler } from '../net/transport.ts'
import type { Session } from '../session/session.ts'

export interface AcceptOptions {
  /** `again`: what a client that becomes somebody else begins with. */
  readonly login: (again: { readonly packet: Buffer; readonly before: ClientLogin } | null) => ClientLogin
  readonly tls: SecureContext | null
  readonly loginTimeout: number
  readonly highWater: number
  /** The client has proved who it is. Resolves with its session, made but not started, and what it is told; or says why not. */
  readonly open: (identity: ClientIdentity, transport: Transport, login: ClientLogin) => Promise<Opened | Failure>
  readonly cancel: (processId: number, secret: Buffer) => void
  readonly onError: (error: Error) => void
}

export interface Opened {
  readonly session: Session
  readonly client: ClientProtocol
  readonly parameters: ReadonlyMap<string, string>
  readonly processId: number
  cancelKey(bytes: number): Buffer
}

/** What a client may send ahead before its login is over. */
const AHEAD_BYTES = 64 * 1024

/** Drives the login of one accepted socket. Never throws. */
export function accept(socket: Socket, options: AcceptOptions): void {
  let login = options.login(null)
  let transport: Transport
  let over = false
  let busy = false
  const waiting: Buffer[] = []
  let ahead = 0
  const limitTime = () =>
    setTimeout(() => {
      over = true
      transport.destroy()
    }, options.loginTimeout)
  let timer = limitTime()

  const finish = () => {
    over = true
    clearTimeout(timer)
  }
  const refuse = (failure: Failure) => {
    finish()
    transport.write(login.encodeFailure({ ...failure, fatal: true }))
    transport.end()
  }

  async function work(first?: Promise<ClientLoginStep> | ClientLoginStep): Promise<void> {
    if (busy) return
    busy = true
    try {
      if (first !== undefined) await carryOut(await first)
      while (waiting.length > 0 && !over) {
        const chunk = waiting.shift()!
        ahead -= chunk.length
        await carryOut(await login.receive(chunk))
      }
      if (!over) transport.resume()
    } catch (error) {
      finish()
      transport.destroy()
      options.onError(error as Error)
    } finally {
      busy = false
    }
  }

  async function carryOut(step: ClientLoginStep): Promise<void> {
    if (step.send && step.send.length > 0) transport.write(step.send)
    if (step.failure) {
      refuse(step.failure)
    } else if (step.cancel) {
      finish()
      options.cancel(step.cancel.processId, step.cancel.secret)
      transport.end()
    } else if (step.startTls) {
      if (options.tls === null) throw new Error('TLS was granted without a certificate')
      const secure = await upgradeToClient(await transport.flushAndDetach(), options.tls, step.startTls).catch(
        () => null,
      )
      if (secure === null) {
        finish()
        return
      }
      listen(secure)
      login.secured()
    } else if (step.identity) {
      await begin(step.identity, step.rest)
    } else if (step.send && step.send.length > 0) {
      // Whatever the step left unread is looked at when more has come; pipelined start-up packets are not known in practice.
      await carryOut(await login.receive(Buffer.alloc(0)))
    }
  }

  async function begin(identity: ClientIdentity, rest: Buffer | undefined): Promise<void> {
    const opened = await options.open(identity, transport, login)
    if (over) {
      if ('session' in opened) opened.session.terminate()
      return
    }
    if ('message' in opened) {
      refuse(opened)
      return
    }
    finish()
    const { session, client, parameters, processId } = opened
    transport.write(login.welcome(parameters, processId, opened.cancelKey(login.cancelKeyBytes)))
    transport.transform = login.transform
    transport.resume()
    const sent = Buffer.concat([rest ?? Buffer.alloc(0), ...waiting.splice(0)])
    session.start(client, transport.transform === null ? sent : transport.transform.incoming(sent), relogin)
  }

  /** The same socket, another user. */
  function relogin(packet: Buffer): void {
    login = options.login({ packet, before: login })
    over = false
    ahead = 0
    timer = limitTime()
    transport.handler = handler
    void work(login.start())
  }

  const handler: TransportHandler = {
    data(chunk) {
      waiting.push(Buffer.from(chunk))
      ahead += chunk.length
      if (ahead > AHEAD_BYTES) transport.pause()
      void work()
    },
    drained() {},
    closed: finish,
  }

  function listen(on: Socket): void {
    transport = new Transport(on, handler, options.highWater)
    transport.resume()
  }

  listen(socket)
  void work(login.start())
}
