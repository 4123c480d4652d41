import type { Budget } from './budget.ts'

export interface Looked<Analysis> {
  /** null: the parser cannot take it. */
  readonly analysis: Analysis | null
  /** How long it took, in milliseconds. */
  readonly ms: number
}

/** Another thread that analyzes what would hold up the event loop. */
export interface Aside<Analysis> {
  /** It is for canonical texts of more bytes than this. */
  readonly above: number
  /** null: it has too much to do. The promise always resolves. */
  analyze(sql: string): Promise<Looked<Analysis>> | null
}

/** Texts that are being analyzed by another thread, each once, within the same budget as all others. */
export class LookingAside<Analysis> {
  readonly #aside: Aside<Analysis>
  readonly #budget: Budget
  readonly #now: () => number
  readonly #found: (low: number, high: number, analysis: Analysis | null) => void
  readonly #underWay = new Set<number>()

  /** `found`: an analysis has come for the digest that consists of these two. */
  constructor(
    aside: Aside<Analysis>,
    budget: Budget,
    now: () => number,
    found: (low: number, high: number, analysis: Analysis | null) => void,
  ) {
    this.#aside = aside
    this.#budget = budget
    this.#now = now
    this.#found = found
  }

  takes(bytes: number): boolean {
    return bytes > this.#aside.above
  }

  /** Returns at once; what it does not begin now begins when the text comes again. */
  look(low: number, high: number, sql: () => string): void {
    const key = high * 2 ** 32 + low
    if (this.#underWay.has(key) || !this.#budget.allows(this.#now())) return
    const looking = this.#aside.analyze(sql())
    if (looking === null) return
    this.#underWay.add(key)
    void looking.then(({ analysis, ms }) => {
      this.#underWay.delete(key)
      this.#budget.spend(ms)
      this.#found(low, high, analysis)
    })
  }
}
