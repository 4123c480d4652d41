import { digestText } from './canonical.ts'
import type { Lexicon } from './lexicon.ts'
import { OK, Scanner } from './scan.ts'

/** Takes the literals out of a statement's text, for people; null when it cannot be told what is a literal. */
export function digestSampler(lexicon: Lexicon): (sql: string) => string | null {
  const scanner = new Scanner(lexicon, { canonicalBytes: 12 * 1024, nesting: 200, operators: 1000 })
  return (sql) => {
    const text = Buffer.from(sql)
    const outcome = scanner.scan(text, 0, text.length, { standardConformingStrings: true, asciiSafeEncoding: true })
    return outcome === OK ? digestText(scanner.out, scanner.length).trim() : null
  }
}
