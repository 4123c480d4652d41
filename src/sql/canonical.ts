import { CLOCK_STRING, LIST, NUMBER, PARAMETER_LIST, STRING } from './list-folder.ts'

/** A byte order mark is no white space for the servers. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** What a placeholder becomes when the canonical text is given to a parser, and what people are shown. */
const SAMPLES: Readonly<Record<number, readonly [parsed: string, shown: string]>> = {
  [STRING]: [" 'x' ", '?'],
  [NUMBER]: [' 1 ', '?'],
  [LIST]: [" 'x' ", '...'],
  [CLOCK_STRING]: [" 'now' ", '?'],
  [PARAMETER_LIST]: [' $1 ', '...'],
}

/** The canonical text as SQL, each placeholder a sample literal, for a parser. */
export function canonicalText(out: Uint8Array, length: number): string {
  return render(out, length, 0)
}

/** The canonical text for people: `select a from t where b = ?`. */
export function digestText(out: Uint8Array, length: number): string {
  return render(out, length, 1)
}

function render(out: Uint8Array, length: number, column: 0 | 1): string {
  return decoder
    .decode(out.subarray(0, length))
    .replace(/[\x01-\x06]/g, (byte) => SAMPLES[byte.charCodeAt(0)]?.[column] ?? byte)
}
