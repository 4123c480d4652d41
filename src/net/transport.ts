import type { Socket } from 'node:net'
import { receiveInto } from './read-buffer.ts'
import { chunkRead } from './read-garbage.ts'

/** Up to here copying pieces together is cheaper than a vector of them. */
const COPY_BYTES = 8192

/**
 * One connection's bytes, in and out, without streams' ceremony.
 *
 * Every write is a system call at once, which costs the most of all that a proxy does: what leaves together goes through `writeAll`.
 * `write` returns false when more than `highWater` bytes wait: the caller then stops reading from the other side until `drained`.
 */
export interface TransportHandler {
  /** Valid until the call returns: the next bytes of any connection may be read into the same memory. */
  data(chunk: Buffer): void
  /** Everything that waited has been written. */
  drained(): void
  /** Once, whatever happened; `error` is null for an orderly end. */
  closed(error: Error | null): void
}

/** Bytes in another form on the wire than for the handler (compression). */
interface Packing {
  incoming(chunk: Buffer): Buffer
  outgoing(bytes: Buffer): Buffer
}

export class Transport {
  readonly #socket: Socket
  readonly #highWater: number
  #handler: TransportHandler
  #full = false
  #open = true
  #error: Error | null = null
  /** Throwing means that the peer sends garbage; the connection then ends. */
  transform: Packing | null = null

  constructor(socket: Socket, handler: TransportHandler, highWater: number) {
    this.#socket = socket
    this.#handler = handler
    // A socket says that it has drained only after its own mark was passed, so a lower one of ours would wait for ever.
    this.#highWater = Math.max(highWater, socket.writableHighWaterMark)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    const receive = (chunk: Buffer) => {
      if (this.#open) this.#receive(chunk)
      chunkRead(chunk.length)
    }
    if (!receiveInto(socket, receive)) socket.on('data', receive)
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

  #receive(chunk: Buffer): void {
    if (this.transform === null) {
      this.#handler.data(chunk)
      return
    }
    let bytes: Buffer
    try {
      bytes = this.transform.incoming(chunk)
    } catch (error) {
      this.#error = error as Error
      this.destroy()
      return
    }
    if (bytes.length > 0) this.#handler.data(bytes)
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
    if (socket.writableLength > 0) await new Promise<void>((resolve) => socket.write('', () => resolve()))
    return this.detach()
  }

  /** The bytes belong to the transport from now on. Returns false when the caller should wait for `drained`. */
  write(bytes: Buffer): boolean {
    if (!this.#open) return true
    const socket = this.#socket
    if (
      socket.write(this.transform === null ? bytes : this.transform.outgoing(bytes)) ||
      socket.writableLength <= this.#highWater
    )
      return true
    this.#full = true
    return false
  }

  /** The same for several pieces, in one system call. */
  writeAll(pieces: readonly Buffer[]): boolean {
    if (pieces.length === 1) return this.write(pieces[0]!)
    let size = 0
    for (const piece of pieces) size += piece.length
    if (size <= COPY_BYTES || this.transform !== null) return this.write(Buffer.concat(pieces, size))
    this.#socket.cork()
    let room = true
    for (const piece of pieces) room = this.write(piece)
    this.#socket.uncork()
    return room
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
