import type { LexMode } from '../../sql/facts.ts'
import { OK } from '../../sql/scan.ts'
import type { Servers } from './executable-comment.ts'
import { UNKNOWN_SERVERS } from './executable-comment.ts'
import { MysqlScanner } from './scanner.ts'

/** How sql_mode and the character set of the client change the meaning of bytes. Unknown character sets count as the worst. */
export function mysqlLexMode(settings: { readonly sqlMode: string; readonly characterSetClient: string }): LexMode {
  const modes = new Set(settings.sqlMode.toUpperCase().split(/[,\s]+/))
  const charset = settings.characterSetClient.toLowerCase()
  const unicode = /^(utf8|utf8mb3|utf8mb4)$/.test(charset)
  return {
    standardConformingStrings: modes.has('NO_BACKSLASH_ESCAPES'),
    ansiQuotes: ['ANSI_QUOTES', 'ANSI', 'ORACLE', 'MSSQL', 'DB2', 'MAXDB', 'POSTGRESQL'].some((mode) =>
      modes.has(mode),
    ),
    // Everything but the character sets whose bytes are known to be letters or known to stand alone.
    asciiSafeEncoding: unicode || SINGLE_BYTE.test(charset),
    highBytesInWords: unicode,
    unknownGrammar: modes.has('ORACLE') || modes.has('MSSQL'),
  }
}

const SINGLE_BYTE =
  /^(ascii|armscii8|binary|cp1250|cp1251|cp1256|cp1257|cp850|cp852|cp866|dec8|geostd8|greek|hebrew|hp8|keybcs2|koi8r|koi8u|latin1|latin2|latin5|latin7|macce|macroman|swe7|tis620)$/

export interface ReadText {
  readonly canonical: string
  /** The literals as they stand in the text. */
  readonly values: readonly string[]
}

const decoder = new TextDecoder()
const servers: { current: Servers } = { current: UNKNOWN_SERVERS }
let scanner: MysqlScanner | null = null

/** Reads a text with its literals; null when it is not understood. For the cold path: what the catalog holds, and statements whose literals count. */
export function readText(text: Uint8Array, start: number, end: number, mode: LexMode, of: Servers): ReadText | null {
  scanner ??= new MysqlScanner({ canonicalBytes: 64 * 1024, nesting: 200, operators: 5000 }, () => servers.current)
  servers.current = of
  scanner.literals ??= []
  if (scanner.scan(text, start, end, mode) !== OK) return null
  const { literals } = scanner
  const values: string[] = []
  for (let i = 0; i < literals.length; i += 2) values.push(decoder.decode(text.subarray(literals[i], literals[i + 1])))
  return { canonical: decoder.decode(scanner.out.subarray(0, scanner.length)), values }
}

/** The canonical text of something that stands in the catalog; null when it is not understood. */
export function canonicalOf(text: string, sqlMode: string): string | null {
  const bytes = Buffer.from(text)
  const mode = mysqlLexMode({ sqlMode, characterSetClient: 'utf8mb4' })
  return readText(bytes, 0, bytes.length, mode, UNKNOWN_SERVERS)?.canonical ?? null
}
