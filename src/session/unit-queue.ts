import type { Unit } from '../dialect.ts'

/** More units than this are not read ahead of the replies, however small they are. */
const UNITS_MAX = 1000

const NOTHING: readonly Buffer[] = []

/** What a client has sent ahead: units in order, and the streams of bytes behind them. */
export class UnitQueue {
  /** Nearly always the only one: an array that is emptied and filled by turns takes new memory each time. */
  #head: Unit | null = null
  readonly #behind: Unit[] = []
  #bytes = 0
  readonly #streams = new Map<Unit, Buffer[]>()

  get length(): number {
    return this.#head === null ? 0 : 1 + this.#behind.length
  }

  get head(): Unit {
    return this.#head!
  }

  /** The unit behind the head. */
  get next(): Unit | null {
    return this.#behind.length > 0 ? this.#behind[0]! : null
  }

  /** What is left of the head to be done. */
  replaceHead(unit: Unit): void {
    this.#bytes += unit.size - this.head.size
    this.#head = unit
  }

  /** Takes out the unit behind the head; returns what is held for it. */
  dropNext(): readonly Buffer[] {
    const unit = this.#behind.shift()
    if (unit === undefined) return NOTHING
    this.#bytes -= unit.size
    return this.#take(unit)
  }

  /** Something has come behind the unit behind the head. */
  get nextHasMore(): boolean {
    return this.#behind.length > 1 || (this.#behind.length === 1 && this.#streams.has(this.#behind[0]!))
  }

  push(unit: Unit): void {
    if (this.#head === null) this.#head = unit
    else this.#behind.push(unit)
    this.#bytes += unit.size
  }

  shift(): void {
    const unit = this.#head
    if (unit === null) return
    this.#head = this.#behind.length > 0 ? this.#behind.shift()! : null
    this.#bytes -= unit.size
    // When its unit has ended, nobody wants the rest.
    if (this.#streams.size > 0) this.#streams.delete(unit)
  }

  /** Bytes of COPY data or of a large message whose statement has not begun: they belong to the unit that came last. */
  hold(view: Buffer): void {
    const owner = this.#behind.at(-1) ?? this.head
    const held = this.#streams.get(owner)
    if (held === undefined) this.#streams.set(owner, [view])
    else held.push(view)
  }

  get holdsStream(): boolean {
    return this.#streams.size > 0
  }

  /** What is held for the head. */
  takeStream(): readonly Buffer[] {
    return this.#take(this.head)
  }

  #take(unit: Unit): readonly Buffer[] {
    const held = this.#streams.get(unit)
    if (held === undefined) return NOTHING
    this.#streams.delete(unit)
    return held
  }

  /** Whether the client is so far ahead that reading should stop. */
  isFull(bytesMax: number): boolean {
    return this.#behind.length > 0 && (this.#bytes > bytesMax || this.#behind.length >= UNITS_MAX)
  }

  clear(): void {
    this.#head = null
    this.#behind.length = 0
    this.#streams.clear()
    this.#bytes = 0
  }
}
