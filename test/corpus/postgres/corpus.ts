import { readFileSync } from 'node:fs'
import { type Catalog, catalogOf, type Rows } from '../../../src/postgres/classify/catalog.ts'
import type { Facts } from '../../../src/sql/facts.ts'

/** One statement and what its facts must be, over the objects of schema.sql. */
export interface Row {
  readonly sql: string
  readonly verdict: Facts['verdict']
  readonly because: Facts['because']
  readonly effect: Facts['effect']['kind']
  readonly clock: boolean
  readonly sequence: boolean
  readonly empty: boolean
}

/** Sections begin with `--= verdict because effect [clock] [sequence] [empty]`; every other line is a statement. */
function read(file: string): Row[] {
  const rows: Row[] = []
  let words: string[] = []
  for (const line of readFileSync(new URL(file, import.meta.url), 'utf8').split('\n')) {
    if (line.startsWith('--= ')) words = line.slice(4).split(' ')
    else if (line !== '') {
      const [verdict, because, effect, ...flags] = words
      rows.push({
        sql: line,
        verdict: verdict as Row['verdict'],
        because: because as Row['because'],
        effect: effect as Row['effect'],
        clock: flags.includes('clock'),
        sequence: flags.includes('sequence'),
        empty: flags.includes('empty'),
      })
    }
  }
  return rows
}

export const corpus: readonly Row[] = ['reads.sql', 'writes.sql', 'session.sql'].flatMap(read)

export const schema = readFileSync(new URL('schema.sql', import.meta.url), 'utf8')

/** The catalog of a PostgreSQL 15 with schema.sql, as loadCatalog's queries answered, so that unit tests need no server. */
export function recordedCatalog(): Catalog {
  const [builtins, functions, relations, implicit] = readFileSync(new URL('catalog-15.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Rows)
  return catalogOf(
    { builtins: builtins!, functions: functions!, relations: relations!, implicit: implicit! },
    'recorded',
  )
}
