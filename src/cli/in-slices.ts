import type { Pieces } from '../sql/pieces.ts'

/** ms; longer only when one piece is. */
const SLICE_MS = 1
/** ms; who waits for what is read waits no longer for all of it. */
const WAIT_MS = 2000

/** Does things in pieces, and lets everybody else have their turn between slices of a millisecond. One thing at a time: the next one ends the one before. */
export class InSlices {
  #current: Pieces<void> | null = null

  /** Resolves when it is done, or after two seconds; it is gone on with then. Never rejects. */
  async begin(pieces: Pieces<void>): Promise<void> {
    this.#current = pieces
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, WAIT_MS)
    })
    // What is left out here is found out by the statement that needs it.
    await Promise.race([this.#run(pieces).catch(() => undefined), late])
    clearTimeout(timer)
  }

  async #run(pieces: Pieces<void>): Promise<void> {
    while (this.#current === pieces) {
      const end = performance.now() + SLICE_MS
      do {
        if (pieces.next().done) return
      } while (performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, SLICE_MS))
    }
  }
}
