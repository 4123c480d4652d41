/**
 * Appends PostgreSQL-style messages to one growing buffer: type byte, length patched at the end.
 * Cold path and small control messages only; forwarded data is never copied through here.
 */
export class MessageWriter {
  #buffer: Buffer
  #at = 0
  #lengthAt = -1

  constructor(size = 256) {
    this.#buffer = Buffer.allocUnsafe(size)
  }

  #room(bytes: number): void {
    const need = this.#at + bytes
    if (need <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(need, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }

  /** Begins a message; `type` is one ASCII character, or null for messages without a type byte (StartupMessage). */
  begin(type: string | null): this {
    if (type !== null) this.byte(type.charCodeAt(0))
    this.#lengthAt = this.#at
    return this.int32(0)
  }

  /** Patches the length, which counts itself and not the type byte. */
  end(): this {
    this.#buffer.writeInt32BE(this.#at - this.#lengthAt, this.#lengthAt)
    return this
  }

  byte(value: number): this {
    this.#room(1)
    this.#buffer[this.#at++] = value
    return this
  }

  int16(value: number): this {
    this.#room(2)
    this.#at = this.#buffer.writeInt16BE(value, this.#at)
    return this
  }

  int32(value: number): this {
    this.#room(4)
    this.#at = this.#buffer.writeInt32BE(value | 0, this.#at)
    return this
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length)
    this.#buffer.set(bytes, this.#at)
    this.#at += bytes.length
    return this
  }

  /** UTF-8 text with its terminating NUL. */
  cstring(text: string): this {
    return this.raw(Buffer.from(text, 'utf8')).byte(0)
  }

  /** What was written so far. The writer must not be used afterwards. */
  done(): Buffer {
    return this.#buffer.subarray(0, this.#at)
  }
}
