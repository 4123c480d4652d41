import type { Pieces } from '../sql/pieces.ts'

/** ms; longer only when one piece is. */
const SLICE_MS = 1
/** ms; who waits for what is read waits no longer for all of it. */
const WAIT_MS = 2000

interface Work {
  /** Whose it is. */
  readonly owner: object
  readonly pieces: Pieces<void>
  readonly over: () => void
}

/**
 * Does things in pieces, and lets everybody else have their turn between slices of a millisecond. However much there is to be done, one slice is done at a time, of
 * each thing in turn. An owner has one thing at a time: its next one ends the one before.
 */
export class InSlices {
  readonly #work: Work[] = []
  #timer: NodeJS.Timeout | null = null

  /** Resolves when it is done or ended, or after two seconds; it is gone on with then. Never rejects. */
  async begin(owner: object, pieces: Pieces<void>): Promise<void> {
    const before = this.#work.findIndex((one) => one.owner === owner)
    if (before >= 0) this.#work.splice(before, 1)[0]!.over()
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, WAIT_MS)
      this.#work.push({ owner, pieces, over: resolve })
      if (this.#timer === null) this.#slice()
    })
    clearTimeout(timer)
  }

  #slice(): void {
    this.#timer = null
    const work = this.#work.shift()
    if (work === undefined) return
    if (isDone(work.pieces)) work.over()
    else this.#work.push(work)
    if (this.#work.length > 0) this.#timer = setTimeout(() => this.#slice(), SLICE_MS).unref()
  }
}

/** Does as much of it as a slice has room for. */
function isDone(pieces: Pieces<void>): boolean {
  const end = performance.now() + SLICE_MS
  try {
    do {
      if (pieces.next().done) return true
    } while (performance.now() < end)
    return false
  } catch {
    // What is left out here is found out by the statement that needs it.
    return true
  }
}
