import type { Unit } from '../dialect.ts'

/** More units than this are not read ahead of the replies, however small they are. */
const UNITS_MAX = 1000

/** What a client has sent ahead: units in order, and the stream of bytes behind the last one. */
export class UnitQueue {
  readonly #units: Unit[] = []
  #bytes = 0
  #stream: Buffer[] = []

  get length(): number {
    return this.#units.length
  }

  get head(): Unit {
    return this.#units[0]!
  }

  /** The unit behind the head. */
  get next(): Unit | null {
    return this.#units[1] ?? null
  }

  dropNext(): void {
    const [unit] = this.#units.splice(1, 1)
    if (unit !== undefined) this.#bytes -= unit.size
  }

  push(unit: Unit): void {
    this.#units.push(unit)
    this.#bytes += unit.size
  }

  shift(): void {
    const unit = this.#units.length === 1 ? this.#units.pop() : this.#units.shift()
    if (unit !== undefined) this.#bytes -= unit.size
    // A stream belongs to the last unit; when that has ended, nobody wants the rest.
    if (this.#units.length === 0 && this.#stream.length > 0) this.#stream = []
  }

  /** Bytes of COPY data or of a large message whose statement has not begun. */
  hold(view: Buffer): void {
    this.#stream.push(view)
  }

  get holdsStream(): boolean {
    return this.#stream.length > 0
  }

  takeStream(): readonly Buffer[] {
    const stream = this.#stream
    if (stream.length > 0) this.#stream = []
    return stream
  }

  /** Whether the client is so far ahead that reading should stop. */
  isFull(bytesMax: number): boolean {
    return this.#units.length > 1 && (this.#bytes > bytesMax || this.#units.length > UNITS_MAX)
  }

  clear(): void {
    this.#units.length = 0
    this.#stream = []
    this.#bytes = 0
  }
}
