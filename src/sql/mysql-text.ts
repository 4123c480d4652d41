import { NONE } from './tokens.ts'

/** The few of MySQL's lexical rules that controls and hints have to know in front of, and around, their own words. */

const decoder = new TextDecoder()

/** `at` is at `#` or `-`: behind the comment, or NONE when none begins there. */
export function endOfMysqlLineComment(text: Uint8Array, at: number, end: number): number {
  const dashes = text[at] === 0x2d
  if (dashes && (text[at + 1] !== 0x2d || (at + 2 < end && text[at + 2]! > 0x20 && text[at + 2] !== 0x7f))) return NONE
  if (dashes && at + 1 >= end) return NONE
  while (at < end && text[at] !== 0x0a) at++
  return at
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', '0': '\0', Z: '\x1a' }

/** `at` is at the opening quote. null: it does not end. */
export function endOfMysqlString(
  text: Uint8Array,
  at: number,
  end: number,
  escapes: boolean,
): { readonly end: number; readonly value: string } | null {
  const quote = text[at]!
  const from = at + 1
  for (at = from; at < end; at++) {
    if (escapes && text[at] === 0x5c) at++
    else if (text[at] === quote) {
      if (text[at + 1] !== quote || at + 1 >= end) break
      at++
    }
  }
  if (at >= end) return null
  const mark = String.fromCharCode(quote)
  const content = decoder.decode(text.subarray(from, at)).replaceAll(mark + mark, mark)
  const value = escapes ? content.replace(/\\(.)/gs, (_, letter: string) => ESCAPED[letter] ?? letter) : content
  return { end: at + 1, value }
}
