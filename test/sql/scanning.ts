import { postgresLexicon } from '../../src/postgres/classify/lexicon.ts'
import { digestText } from '../../src/sql/canonical.ts'
import type { LexMode } from '../../src/sql/facts.ts'
import { OK, Scanner } from '../../src/sql/scan.ts'

const encoder = new TextEncoder()
const scanner = new Scanner(postgresLexicon, { canonicalBytes: 12_288, nesting: 200, operators: 1000 })

/** The canonical text as people see it; the outcome's number when there is none. */
export function scanned(sql: string | Uint8Array, mode: Partial<LexMode> = {}): string | number {
  const bytes = typeof sql === 'string' ? encoder.encode(sql) : sql
  const outcome = scanner.scan(bytes, 0, bytes.length, {
    standardConformingStrings: true,
    asciiSafeEncoding: true,
    ...mode,
  })
  return outcome === OK ? digestText(scanner.out, scanner.length) : outcome
}

/** The canonical bytes themselves, as a string that can be compared. */
export function canonical(sql: string): string | number {
  const shown = scanned(sql)
  return typeof shown === 'number' ? shown : Buffer.from(scanner.out.subarray(0, scanner.length)).toString('latin1')
}
