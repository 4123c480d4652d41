/** A peer broke the protocol. Thrown where bytes are decoded, caught once at the codec's edge. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}
