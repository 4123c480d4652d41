/** The digest, with the server's own as the reference: STATEMENT_DIGEST() of MySQL. */
import fc from 'fast-check'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { expect, test } from 'vitest'
import { MysqlScanner } from '../../src/mysql/classify/scanner.ts'
import { OK } from '../../src/sql/scan.ts'
import { corpus } from '../corpus/mysql/corpus.ts'
import { serversOf } from '../mysql/classify/classifying.ts'
import { canonical, modeOf } from '../mysql/classify/scanning.ts'

const rows = corpus.filter(
  ({ flavours, sqlMode, charset, empty, verdict, because }) =>
    flavours.includes('mysql') &&
    sqlMode === '' &&
    charset === 'utf8mb4' &&
    !empty &&
    !(verdict === 'primary' && because === 'unparsed'),
)

/** Where the literals of a text are; null: it is not understood. */
function literalsOf(sql: string): readonly (readonly [from: number, to: number])[] | null {
  const scanner = new MysqlScanner({ canonicalBytes: 64 * 1024, nesting: 200, operators: 5000 }, () => serversOf.mysql)
  scanner.literals = []
  const bytes = Buffer.from(sql)
  if (scanner.scan(bytes, 0, bytes.length, modeOf('')) !== OK) return null
  const { literals } = scanner
  return literals.flatMap((from, i) => (i % 2 === 0 ? [[from, literals[i + 1]!] as const] : []))
}

/** The same text with other literals of the same kinds. */
function withOthers(sql: string, number: number, text: string): string | null {
  const literals = literalsOf(sql)
  if (literals === null || literals.length === 0) return null
  const bytes = Buffer.from(sql)
  let out = ''
  let at = 0
  for (const [from, to] of literals) {
    const literal = bytes.subarray(from, to).toString()
    out += bytes.subarray(at, from)
    if (/^\d+$/.test(literal)) out += number
    else if (/^'[^'\\]*'$/.test(literal)) out += `'${text}'`
    else out += literal
    at = to
  }
  return out + bytes.subarray(at)
}

/** Lists of literals in IN and VALUES made longer. */
const longer = (sql: string, by: number): string | null => {
  const found = sql
    .replace(
      /\bIN \((\d+|'\w*')((?:, ?(?:\d+|'\w*'))*)\)/gi,
      (_, first, rest) => `IN (${first}${rest}${`, ${first}`.repeat(by)})`,
    )
    .replace(
      /\bVALUES \(((?:\d+|'\w*')(?:, ?(?:\d+|'\w*'))*)\)(?! AS)/gi,
      (_, row) => `VALUES (${row})${`, (${row})`.repeat(by)}`,
    )
  return found === sql ? null : found
}

/** The server tells `'a' 'b'` from `'ab'`, one number to order by from another, and capital letters from small ones: no difference to classification. */
const coarser = (digest: string): string =>
  digest
    .toLowerCase()
    .replace(/\/\* , \.\.\. \*\//g, '')
    .replace(/\b\d+\b|@`[^`]*`/g, (text) => (text.startsWith('@') ? '@?' : '?'))
    .replace(/\?[ ,.?]*/g, '?')
    .replace(/ /g, '')

export function testDigests(connection: () => Connection): void {
  /** null: the server's parser does not take it. */
  async function digestOf(sql: string): Promise<string | null> {
    try {
      const [found] = await connection().query<RowDataPacket[][]>('SELECT STATEMENT_DIGEST_TEXT(?)', [sql])
      return coarser(String((found as unknown as string[][])[0]![0]))
    } catch {
      return null
    }
  }

  test('what the server tells apart has two digests here', async () => {
    const by = new Map<string, [sql: string, digest: string]>()
    const wrong: string[] = []
    let compared = 0
    for (const { sql } of rows) {
      const key = canonical(sql)
      const digest = await digestOf(sql)
      if (typeof key === 'number' || digest === null) continue
      compared++
      const first = by.get(key)
      if (first === undefined) by.set(key, [sql, digest])
      else if (first[1] !== digest) wrong.push(`${first[0]}  |  ${sql}: ${first[1]}  |  ${digest}`)
    }
    expect(wrong, wrong.join('\n')).toEqual([])
    expect(compared).toBeGreaterThan(1000)
  })

  test('what differs in literals only has one digest, here as there', async () => {
    const number = fc.integer({ min: 0, max: 1e9 })
    const text = fc.stringMatching(/^[a-z /#*;(),-]{0,12}$/)
    const cases = fc.sample(fc.tuple(fc.constantFrom(...rows), number, text), { numRuns: 1500, seed: 20_261_127 })
    let compared = 0
    for (const [{ sql }, n, s] of cases) {
      const other = withOthers(sql, n, s)
      if (other === null) continue
      expect(canonical(other), other).toBe(canonical(sql))
      const [here, there] = [await digestOf(sql), await digestOf(other)]
      if (here === null || there === null) continue
      compared++
      expect(there, other).toBe(here)
    }
    expect(compared).toBeGreaterThan(300)
  })

  test('lists of another length have one digest, here as there', async () => {
    let compared = 0
    for (const { sql } of rows) {
      const some = [1, 2, 7].map((by) => longer(sql, by))
      if (some[0] === null) continue
      const [one, two, many] = await Promise.all(some.map((each) => digestOf(each!)))
      const keys = some.map((each) => canonical(each!))
      expect(new Set(keys).size, sql).toBe(1)
      if (one === null || two === null || many === null) continue
      compared++
      expect(two, sql).toBe(one)
      expect(many, sql).toBe(one)
    }
    expect(compared).toBeGreaterThan(15)
  })
}
