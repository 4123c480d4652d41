import { readFileSync } from 'node:fs'
import { type Catalog, catalogOf, type Rows } from '../../../src/postgres/classify/catalog.ts'
import type { Facts, LexMode } from '../../../src/sql/facts.ts'

/** One statement and what its facts must be, over the objects of schema.sql. */
export interface Row {
  readonly sql: string
  readonly verdict: Facts['verdict']
  readonly because: Facts['because']
  readonly effect: Facts['effect']['kind']
  readonly clock: boolean
  readonly sequence: boolean
  readonly empty: boolean
  /** Its rows differ by chance from one run to the next on one and the same server. */
  readonly varies: boolean
  /** The first version whose grammar or functions know it. */
  readonly since: number
  readonly why: string
  readonly mode: LexMode
  /** Statements that come before it, in the same session and transaction. */
  readonly before: string | null
  /** What takes away again what it leaves when it refuses to run in a transaction. */
  readonly undo: string | null
  /** The error that it ends with on a primary, too. */
  readonly fails: string | null
  /** Why a test must not run it: nowhere, or not on the replica that other rows need. */
  readonly notRun: { readonly where: 'anywhere' | 'replica'; readonly why: string } | null
}

type Attributes = Record<string, string>

/**
 * Sections begin with `--= verdict because effect [clock] [sequence] [empty] [varies] # why`. `--@ name: value` holds for the next statement:
 * `before`, `undo`, `fails`, `since`, `not-run`, `not-run-on-a-replica`, `escapes` (the session has standard_conforming_strings off); `--@@ name: value` holds
 * up to the end of the section. Every other line is a statement, in which `␤` stands for a line feed.
 */
function read(file: string): Row[] {
  const rows: Row[] = []
  let words: string[] = []
  let why = ''
  let section: Attributes = {}
  let own: Attributes = {}
  for (const line of readFileSync(new URL(file, import.meta.url), 'utf8').split('\n')) {
    const attribute = /^--(@@?) ([a-z-]+): (.*)$/.exec(line)
    if (line.startsWith('--= ')) {
      const comment = line.indexOf(' # ')
      why = line.slice(comment + 3)
      words = line.slice(4, comment).split(' ')
      section = {}
    } else if (attribute !== null) {
      const [, scope, name, value] = attribute
      if (scope === '@@') section[name!] = value!
      else own[name!] = value!
    } else if (line !== '') {
      rows.push(rowOf(line, words, why, { ...section, ...own }))
      own = {}
    }
  }
  return rows
}

function rowOf(line: string, words: readonly string[], why: string, attributes: Attributes): Row {
  const [verdict, because, effect, ...flags] = words
  const anywhere = attributes['not-run']
  const replica = attributes['not-run-on-a-replica']
  return {
    sql: line.replaceAll('␤', '\n'),
    verdict: verdict as Row['verdict'],
    because: because as Row['because'],
    effect: effect as Row['effect'],
    clock: flags.includes('clock'),
    sequence: flags.includes('sequence'),
    empty: flags.includes('empty'),
    varies: flags.includes('varies'),
    since: Number(attributes.since ?? 15),
    why,
    mode: { standardConformingStrings: attributes.escapes === undefined, asciiSafeEncoding: true },
    before: attributes.before ?? null,
    undo: attributes.undo ?? null,
    fails: attributes.fails ?? null,
    notRun:
      anywhere !== undefined
        ? { where: 'anywhere', why: anywhere }
        : replica !== undefined
          ? { where: 'replica', why: replica }
          : null,
  }
}

const files = 'reads quoting functions tools writes commands session'.split(' ')

export const corpus: readonly Row[] = files.flatMap((name) => read(`${name}.sql`))

export const schema = readFileSync(new URL('schema.sql', import.meta.url), 'utf8')

/** The versions whose catalogs are kept here. */
export const VERSIONS = [15, 18] as const
export type Version = (typeof VERSIONS)[number]

/** The catalog of a PostgreSQL with schema.sql, as loadCatalog's queries answered (see record.ts), so that unit tests need no server. */
export function recordedCatalog(version: Version = 15): Catalog {
  const text = readFileSync(new URL(`catalog-${version}.jsonl`, import.meta.url), 'utf8')
  const [builtins, functions, relations, implicit] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Rows)
  return catalogOf(
    { builtins: builtins!, functions: functions!, relations: relations!, implicit: implicit! },
    'recorded',
  )
}
