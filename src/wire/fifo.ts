/**
 * First in, first out, for what nearly always holds one thing or none: that one stands in a field. An array that is emptied and filled by
 * turns gives its memory up and takes new memory each time.
 */
export class Fifo<T> {
  first: T | null = null
  readonly #behind: T[] = []

  get length(): number {
    return this.first === null ? 0 : 1 + this.#behind.length
  }

  get last(): T | null {
    return this.#behind.length > 0 ? this.#behind[this.#behind.length - 1]! : this.first
  }

  push(item: T): void {
    if (this.first === null) this.first = item
    else this.#behind.push(item)
  }

  shift(): void {
    this.first = this.#behind.length > 0 ? this.#behind.shift()! : null
  }
}
