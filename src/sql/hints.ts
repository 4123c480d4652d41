import type { Hint } from './facts.ts'

const SLASH = 0x2f
const STAR = 0x2a
const decoder = new TextDecoder()
/** A hint longer than this is none. */
const HINT_BYTES_MAX = 1024

/** The hint in the comments before the first token: `/* freshet: route=primary, max_lag=200ms *\/`. The first comment with one counts. */
export function findHint(text: Uint8Array, start: number, end: number, mysql = false): Hint | null {
  let at = start
  for (;;) {
    while (at < end && text[at]! <= 0x20) at++
    if (at + 1 >= end) return null
    const byte = text[at]!
    if (mysql && byte === 0x23) {
      const from = ++at
      while (at < end && text[at] !== 0x0a) at++
      const hint = parseHint(text, from, at)
      if (hint !== null) return hint
    } else if (byte === 0x2d && text[at + 1] === 0x2d) {
      const from = at + 2
      while (at < end && text[at] !== 0x0a && text[at] !== 0x0d) at++
      const hint = parseHint(text, from, at)
      if (hint !== null) return hint
    } else if (byte === SLASH && text[at + 1] === STAR) {
      const from = at + 2
      at = endOfComment(text, from, end, !mysql)
      if (at < 0) return null
      const hint = parseHint(text, from, at - 2)
      if (hint !== null) return hint
    } else return null
  }
}

/** `at` is behind the opening. */
function endOfComment(text: Uint8Array, at: number, end: number, nested: boolean): number {
  let depth = 1
  for (; at + 1 < end; at++) {
    if (text[at] === STAR && text[at + 1] === SLASH) {
      at++
      if (--depth === 0) return at + 1
    } else if (nested && text[at] === SLASH && text[at + 1] === STAR) {
      at++
      depth++
    }
  }
  return -1
}

function parseHint(text: Uint8Array, from: number, to: number): Hint | null {
  while (from < to && text[from]! <= 0x20) from++
  if (to - from > HINT_BYTES_MAX || (text[from]! | 0x20) !== 0x66) return null
  const comment = decoder.decode(text.subarray(from, to))
  const body = /^freshet\s*:([\s\S]*)$/i.exec(comment)?.[1]
  if (body === undefined) return null
  const hint: { name: string; value: string }[] = []
  for (const part of body.matchAll(/([^=,\s][^=,]*?)\s*(?:=\s*(?:'((?:[^']|'')*)'|"([^"]*)"|([^,]*?)))?\s*(?:,|$)/g)) {
    const [, name = '', single, double, bare] = part
    hint.push({ name: name.trim().toLowerCase(), value: single?.replaceAll("''", "'") ?? double ?? bare ?? '' })
  }
  return hint
}
