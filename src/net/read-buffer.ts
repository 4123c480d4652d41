import { Socket } from 'node:net'

/**
 * One buffer for what any connection reads. Node would allocate 64 KiB for every read and throw it away; the bytes are looked at
 * and copied before the callback returns, and one thread runs one callback at a time, so one buffer serves all.
 */
const READ_BYTES = 64 * 1024
const shared = Buffer.allocUnsafeSlow(READ_BYTES)

/** Most reads are small, and of few different sizes: their views are made once. */
const VIEWS_MAX = 2048
const views: (Buffer | undefined)[] = new Array(VIEWS_MAX).fill(undefined)

function viewOf(size: number): Buffer {
  if (size >= VIEWS_MAX) return shared.subarray(0, size)
  let view = views[size]
  if (view === undefined) {
    view = shared.subarray(0, size)
    views[size] = view
  }
  return view
}

type Receiver = (view: Buffer) => void
const receivers = new WeakMap<object, { receive: Receiver }>()

/** The `onread` option for a socket that is about to connect, and what ties it to the socket once that exists. */
export function readBuffer(): {
  readonly onread: { buffer: Buffer; callback: (size: number) => boolean }
  tie(socket: Socket): void
} {
  const holder: { receive: Receiver } = { receive: () => {} }
  return {
    onread: {
      buffer: shared,
      callback(size) {
        holder.receive(viewOf(size))
        return true
      },
    },
    tie: (socket) => void receivers.set(socket, holder),
  }
}

/** Sends what the socket reads to `receive`; false when the socket has no such buffer and emits `data` instead. */
export function receiveInto(socket: Socket, receive: Receiver): boolean {
  const holder = receivers.get(socket)
  if (holder === undefined) return false
  holder.receive = receive
  return true
}

interface HandleOwner {
  _handle: { useUserBuffer?: unknown } | null
}

/**
 * The same connection as a socket that reads into the buffer. Only sockets that connect can be asked for that, so an accepted one's
 * handle moves to another socket. Node does not document handles; where they are not what they were, the socket stays as it is.
 */
export function withReadBuffer(accepted: Socket): Socket {
  const owner = accepted as unknown as HandleOwner
  const handle = owner._handle
  if (typeof handle?.useUserBuffer !== 'function') return accepted
  const reading = readBuffer()
  const options = { handle, onread: reading.onread, pauseOnCreate: true }
  const socket = new Socket(options as object)
  reading.tie(socket)
  owner._handle = null
  // Without its handle it closes nothing; its server stops counting it.
  accepted.destroy()
  return socket
}
