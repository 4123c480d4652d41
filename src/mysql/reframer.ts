import { HEADER_BYTES, PAYLOAD_MAX, packetHeader, payloadLength } from './packets.ts'

/**
 * Packets of a payload that has become longer than its sender framed it, while it streams through. A full packet's surplus waits until the
 * header of the next one tells how long that is.
 */
export class Reframer {
  #sequence = 0
  /** Bytes of the incoming packet that are still to come. */
  #need = 0
  #last = false
  /** Bytes that the outgoing packet still takes. */
  #room = 0
  /** The outgoing packet is full, so another one follows, be it empty. */
  #full = false
  #held: Buffer[] = []
  #heldBytes = 0
  /** An incomplete header. */
  #header: Buffer = Buffer.alloc(0)

  /** `length`: of the first incoming payload piece. `parts`: what is at hand of it, `extra` bytes longer than it came. */
  begin(length: number, parts: readonly Buffer[], extra: number): Buffer[] {
    const out: Buffer[] = []
    this.#need = length + extra
    this.#last = length < PAYLOAD_MAX
    this.#open(out)
    for (const part of parts) this.#body(part, out)
    return out
  }

  /** More packets as they came. */
  push(view: Buffer): Buffer[] {
    const out: Buffer[] = []
    let rest = this.#header.length > 0 ? Buffer.concat([this.#header, view]) : view
    this.#header = Buffer.alloc(0)
    while (rest.length > 0) {
      if (this.#need > 0) {
        const size = Math.min(this.#need, rest.length)
        this.#body(rest.subarray(0, size), out)
        rest = rest.subarray(size)
        continue
      }
      if (rest.length < HEADER_BYTES) {
        this.#header = Buffer.from(rest)
        break
      }
      const length = payloadLength(rest, 0)
      rest = rest.subarray(HEADER_BYTES)
      this.#need = length
      this.#last = length < PAYLOAD_MAX
      if (this.#room === 0) this.#open(out)
      this.#release(out)
      this.#close(out)
    }
    return out
  }

  /** Begins an outgoing packet. Every packet but the last is full. */
  #open(out: Buffer[]): void {
    const known = this.#heldBytes + this.#need
    const length = this.#last ? Math.min(PAYLOAD_MAX, known) : PAYLOAD_MAX
    out.push(packetHeader(length, this.#sequence++))
    this.#room = length
    this.#full = length === PAYLOAD_MAX
  }

  #release(out: Buffer[]): void {
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    for (const part of held) this.#place(part, out)
  }

  #body(part: Buffer, out: Buffer[]): void {
    this.#need -= part.length
    this.#place(part, out)
    this.#close(out)
  }

  #place(part: Buffer, out: Buffer[]): void {
    const size = Math.min(this.#room, part.length)
    if (size > 0) out.push(part.subarray(0, size))
    this.#room -= size
    const rest = part.subarray(size)
    if (rest.length === 0) return
    this.#held.push(rest)
    this.#heldBytes += rest.length
    if (!this.#last) return
    this.#open(out)
    this.#release(out)
  }

  /** The last packet has come: a full one needs an empty one behind it. */
  #close(out: Buffer[]): void {
    if (this.#last && this.#need === 0 && this.#room === 0 && this.#heldBytes === 0 && this.#full) this.#open(out)
  }
}
