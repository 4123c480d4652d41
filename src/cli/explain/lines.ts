import type { Reader } from './entry.ts'

/** The rest of a longer line is dropped: nothing in it is a statement that anybody judges. */
const LINE_MAX = 4 * 1024 * 1024

/** Cuts text into lines, without their ends. `number` counts from 1. */
export function lineReader(line: (text: string, number: number) => void, end: () => void): Reader {
  let rest = ''
  let number = 0
  const complete = (text: string) => {
    const whole = rest === '' ? text : rest + text
    rest = ''
    line(whole.endsWith('\r') ? whole.slice(0, -1) : whole, ++number)
  }
  return {
    feed(text) {
      let from = 0
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
        complete(text.slice(from, at))
        from = at + 1
      }
      if (rest.length < LINE_MAX) rest += text.slice(from, from + LINE_MAX)
    },
    end() {
      if (rest !== '') complete('')
      end()
    },
  }
}

/** The pieces of one statement, as far as they are looked at. Joined once: a text that is made longer piece by piece is copied at each. */
export class Body {
  length = 0
  readonly #pieces: string[] = []
  readonly #max: number

  /** Keeps one character more than `max`, which shows that it is longer. */
  constructor(max: number) {
    this.#max = max
  }

  add(piece: string): void {
    if (this.length > this.#max) return
    const kept = piece.slice(0, this.#max + 1 - this.length)
    this.#pieces.push(kept)
    this.length += kept.length
  }

  get text(): string {
    return this.#pieces.join('')
  }
}
