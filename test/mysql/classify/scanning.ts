import { mysqlLexMode } from '../../../src/mysql/classify/index.ts'
import { MysqlScanner } from '../../../src/mysql/classify/scanner.ts'
import { digestText } from '../../../src/sql/canonical.ts'
import type { LexMode } from '../../../src/sql/facts.ts'
import { OK } from '../../../src/sql/scan.ts'
import type { Flavour } from '../../corpus/mysql/corpus.ts'
import { serversOf } from './classifying.ts'

const limits = { canonicalBytes: 12_288, nesting: 200, operators: 1000 }
const scanners = {
  mysql: new MysqlScanner(limits, () => serversOf.mysql),
  mariadb: new MysqlScanner(limits, () => serversOf.mariadb),
}

export const modeOf = (sqlMode: string, characterSetClient = 'utf8mb4'): LexMode =>
  mysqlLexMode({ sqlMode, characterSetClient })

/** The canonical text as people see it; the outcome's number when there is none. */
export function scanned(sql: string | Uint8Array, sqlMode = '', charset = 'utf8mb4', flavour: Flavour = 'mysql') {
  const bytes = typeof sql === 'string' ? Buffer.from(sql) : sql
  const scanner = scanners[flavour]
  const outcome = scanner.scan(bytes, 0, bytes.length, modeOf(sqlMode, charset))
  return outcome === OK ? digestText(scanner.out, scanner.length) : outcome
}

/** The canonical bytes themselves, as a string that can be compared. */
export function canonical(sql: string): string | number {
  const shown = scanned(sql)
  const { out, length } = scanners.mysql
  return typeof shown === 'number' ? shown : Buffer.from(out.subarray(0, length)).toString('latin1')
}
