import type { Classifier, Facts, LexMode } from '../sql/facts.ts'
import { pinsOf } from './pins.ts'

/** Longer texts are not kept: then nobody asks again. */
const TEXT_BYTES_MAX = 4096
const TEXTS_MAX = 16

/**
 * Statements that called a routine of which nobody knew what it does: it had just been made, or its schema was being read again. The session
 * keeps its connection for it; once the catalog tells that it leaves nothing there, it need not any more.
 */
export class UnknownCalls {
  readonly #texts = new Map<string, { readonly text: Buffer; readonly lex: LexMode }>()
  /** Something ran that is not among the texts. */
  #lost = false
  #version = 0

  /** A statement ran whose facts have the pin `unknown`. */
  ran(facts: Facts, text: Buffer, lex: LexMode, { version }: Classifier): void {
    this.#version = version
    if (facts.statements !== 1 || text.length > TEXT_BYTES_MAX || this.#texts.size >= TEXTS_MAX) this.#lost = true
    else if (!this.#lost) this.#texts.set(text.toString('latin1'), { text: Buffer.from(text), lex })
  }

  /** Whether all of them are known by now, and leave nothing on the connection. Cheap while nothing has been read anew. */
  isSettled(classifier: Classifier): boolean {
    if (this.#lost || this.#texts.size === 0 || classifier.version === this.#version) return false
    this.#version = classifier.version
    for (const { text, lex } of this.#texts.values()) {
      if (pinsOf(classifier.classify(text, 0, text.length, lex)) !== undefined) return false
    }
    this.clear()
    return true
  }

  clear(): void {
    this.#texts.clear()
    this.#lost = false
  }
}
