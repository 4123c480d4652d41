import { ProtocolError } from '../wire/protocol-error.ts'

/** An error's code stands in its first fields; a longer message is forwarded without being collected. */
const ERROR_HEAD = 8192
const SMALL_BODY = 1024 * 1024

/** How much of a message has to be at hand before it is looked at. Throws when a small message claims to be a large one. */
export function neededBytes(type: number, size: number): number {
  switch (type) {
    case 0x5a:
    case 0x53:
      if (size > SMALL_BODY)
        throw new ProtocolError(`the server sent a message of type ${type} with the length ${size}`)
      return 1 + size
    case 0x45:
      return 1 + Math.min(size, ERROR_HEAD)
    case 0x41:
    case 0x4e:
      return 1 + Math.min(size, SMALL_BODY)
    default:
      return 5
  }
}
