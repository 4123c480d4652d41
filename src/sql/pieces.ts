/** Work that can pause wherever it yields. */
export type Pieces<Result> = Generator<undefined, Result, undefined>

/** What cannot pause, as if it could. */
export function* inOnePiece<Result>(find: () => Result): Pieces<Result> {
  yield
  return find()
}

/** Something that is done in pieces ahead of time, or at once as soon as somebody needs it. */
export class Reading<Result> {
  #pieces: Pieces<Result | null> | null
  #result: Result | null = null

  constructor(pieces: Pieces<Result | null>) {
    this.#pieces = pieces
  }

  get done(): boolean {
    return this.#pieces === null
  }

  /** The next piece. */
  step(): void {
    try {
      const step = this.#pieces?.next()
      if (!step?.done) return
      this.#result = step.value
    } catch {
      // A mistake of ours on some text that nobody has thought of: it could not be read.
    }
    this.#pieces = null
  }

  /** All that is left of it; null: it could not be read. */
  finish(): Result | null {
    while (!this.done) this.step()
    return this.#result
  }
}

/** What was read, by its text: a catalog that is read again has nearly everything in common with the one before. */
export class Readings {
  readonly #byText = new Map<string, Reading<unknown>>()
  #before: Readings | null

  constructor(before: Readings | null) {
    this.#before = before
    before?.forgetOthers()
  }

  get<Result>(text: string, begin: () => Pieces<Result | null>): Reading<Result> {
    let found = this.#byText.get(text)
    if (found === undefined) {
      const before = this.#before === null ? undefined : this.#before.#byText.get(text)
      // What could not be read is tried again: the parser may have been out of order.
      found = before === undefined || (before.done && before.finish() === null) ? new Reading(begin()) : before
      this.#byText.set(text, found)
    }
    return found as Reading<Result>
  }

  /** Whatever was read before and not asked for since is gone. */
  forgetOthers(): void {
    this.#before = null
  }
}

/** What the definitions of one catalog do: found out when somebody asks, or all of it ahead. */
interface Bodies {
  everything(): Pieces<void>
  readonly readings: Readings
}

/**
 * One of them for each catalog, for as long as that is there. `keyOf`: what a catalog that was read again without a change shares with the one before. A new one begins
 * with what was read for `before`.
 */
export function bodiesPer<Catalog, Found extends Bodies>(
  keyOf: (catalog: Catalog) => object,
  create: (catalog: Catalog, readings: Readings) => Found,
): (catalog: Catalog, before?: Catalog | null) => Found {
  const known = new WeakMap<object, Found>()
  return (catalog, before = null) => {
    let found = known.get(keyOf(catalog))
    if (found === undefined) {
      const readings = before === null ? undefined : known.get(keyOf(before))?.readings
      found = create(catalog, new Readings(readings ?? null))
      known.set(keyOf(catalog), found)
    }
    return found
  }
}

/** One item after another, each in one piece. */
export function* each<Item>(items: readonly Item[], act: (item: Item) => unknown): Pieces<void> {
  for (const item of items) {
    act(item)
    yield
  }
}

/** All of it, in its pieces. */
export function* ahead(reading: Reading<unknown>): Pieces<void> {
  while (!reading.done) {
    reading.step()
    yield
  }
}
