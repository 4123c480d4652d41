import type { Socket } from 'node:net'

/**
 * One buffer for what any server connection reads. Node would allocate 64 KiB for every read and throw it away; the bytes are looked at
 * and copied before the callback returns, and one thread runs one callback at a time, so one buffer serves all.
 */
const READ_BYTES = 64 * 1024
const shared = Buffer.allocUnsafeSlow(READ_BYTES)

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
        holder.receive(shared.subarray(0, size))
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
