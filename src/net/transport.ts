import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/**
 * One connection's bytes, in and out, without streams' ceremony.
 *
 * Writes of one turn of the event loop leave in one system call: the first one corks the socket, and the cork is drawn when the
 * current callback is over. `write` returns false when more than `highWater` bytes wait: the caller then stops reading from the
 * other side until `drained`.
 */
export interface TransportHandler {
  data(chunk: Buffer): void
  /** Everything that waited has been written. */
  drained(): void
  /** Once, whatever happened; `error` is null for an orderly end. */
  closed(error: Error | null): void
}

export class Transport {
  readonly #socket: Socket
  readonly #highWater: number
  #handler: TransportHandler
  #corked = false
  #full = false
  #open = true
  #error: Error | null = null

  constructor(socket: Socket, handler: TransportHandler, highWater: number) {
    this.#socket = socket
    this.#handler = handler
    this.#highWater = highWater
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    socket.on('data', (chunk: Buffer) => {
      if (this.#open) this.#handler.data(chunk)
    })
    socket.on('drain', () => {
      if (this.#full && this.#open) {
        this.#full = false
        this.#handler.drained()
      }
    })
    socket.on('error', (error) => {
      this.#error = error
    })
    // The other side has finished: nothing that Freshet speaks is used half closed.
    socket.on('end', () => this.destroy())
    socket.on('close', () => {
      this.#open = false
      this.#handler.closed(this.#error)
    })
  }

  /** The next owner of the bytes (after login). */
  set handler(handler: TransportHandler) {
    this.#handler = handler
  }

  get open(): boolean {
    return this.#open
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress ?? 'local'
  }

  get secure(): TLSSocket | null {
    return this.#socket instanceof TLSSocket ? this.#socket : null
  }

  /** The socket itself, for an upgrade to TLS; this transport must not be used afterwards. */
  detach(): Socket {
    this.#open = false
    this.#socket.removeAllListeners('data')
    this.#socket.removeAllListeners('drain')
    this.#socket.removeAllListeners('end')
    this.#socket.removeAllListeners('close')
    this.#socket.removeAllListeners('error')
    this.#socket.pause()
    return this.#socket
  }

  /** `detach`, once everything that was written has left: what follows is in another language. */
  async flushAndDetach(): Promise<Socket> {
    const socket = this.#socket
    if (this.#corked) this.#uncork()
    if (socket.writableLength > 0) await new Promise<void>((resolve) => socket.write('', () => resolve()))
    return this.detach()
  }

  /** The bytes belong to the transport from now on. Returns false when the caller should wait for `drained`. */
  write(bytes: Buffer): boolean {
    if (!this.#open) return true
    const socket = this.#socket
    if (!this.#corked) {
      this.#corked = true
      socket.cork()
      queueMicrotask(this.#uncork)
    }
    socket.write(bytes)
    if (socket.writableLength <= this.#highWater) return true
    this.#full = true
    return false
  }

  readonly #uncork = (): void => {
    this.#corked = false
    this.#socket.uncork()
  }

  /** True while writes should wait. */
  get full(): boolean {
    return this.#full
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    if (this.#open) this.#socket.resume()
  }

  /** Sends what waits, then closes. */
  end(): void {
    if (!this.#open) return
    this.#open = false
    if (this.#corked) this.#uncork()
    this.#socket.end()
    // A peer that does not read its last words must not keep the socket for ever.
    this.#socket.setTimeout(5_000, () => this.#socket.destroy())
    this.#socket.resume()
  }

  destroy(): void {
    this.#open = false
    this.#socket.destroy()
  }
}
