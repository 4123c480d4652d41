interface Counted {
  readonly count: number
}

/**
 * Remembers sums by key, a bounded number of them. When there are too many, the half with the lowest counts is forgotten: what is frequent
 * is kept, whenever it comes, and its count is too low by at most what it had when it was forgotten before.
 */
export class Bounded<Row extends Counted> {
  readonly #rows = new Map<string | number, Row>()
  readonly #max: number
  /** Whether any has been forgotten: then there may be more kinds than rows. */
  forgot = false

  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#rows.size
  }

  get(key: string | number, make: () => Row): Row {
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    if (this.#rows.size >= this.#max) this.#forget()
    const row = make()
    this.#rows.set(key, row)
    return row
  }

  /** The most frequent first. */
  top(count: number): Row[] {
    return [...this.#rows.values()].sort((a, b) => b.count - a.count).slice(0, count)
  }

  #forget(): void {
    this.forgot = true
    const byCount = [...this.#rows].sort(([, a], [, b]) => a.count - b.count)
    for (const [key] of byCount.slice(0, Math.ceil(this.#max / 2))) this.#rows.delete(key)
  }
}
