import { existsSync, readFileSync } from 'node:fs'
import { type Catalog, type CatalogRows, catalogOf } from '../../../src/mysql/classify/catalog.ts'
import type { Facts } from '../../../src/sql/facts.ts'

export type Flavour = 'mysql' | 'mariadb'

/** One statement and what its facts must be, over the objects of schema.sql. */
export interface Row {
  readonly sql: string
  /** The text as the client sends it. */
  readonly bytes: Buffer
  /** What has to be run before it on the same connection, so that it means something. */
  readonly before: readonly string[]
  /** The session's, where the text depends on them. */
  readonly sqlMode: string
  readonly charset: string
  /** The servers of the tests answer with an error, for the reason given: the row says what the text alone tells. */
  readonly fails: boolean
  /** Not to be run at all, for the reason given. */
  readonly unrun: boolean
  readonly flavours: readonly Flavour[]
  readonly verdict: Facts['verdict']
  readonly because: Facts['because']
  readonly effect: Facts['effect']['kind']
  readonly clock: boolean
  readonly sequence: boolean
  readonly empty: boolean
  readonly why: string
}

/**
 * Sections begin with `--= verdict because effect [clock] [sequence] [empty] [fails] [unrun] [mode=SQL_MODE] [charset=NAME] [mysql | mariadb] # why`;
 * every other line is a statement, in which `␤` stands for a line feed, `⟦27⟧` for bytes, and before which others may stand that are run first, each
 * with ` ⇒ ` behind it. What a statement makes has a name that begins with `made`, so that it can be removed afterwards.
 */
function read(file: string): Row[] {
  const rows: Row[] = []
  let words: string[] = []
  let why = ''
  for (const line of readFileSync(new URL(file, import.meta.url), 'utf8').split('\n')) {
    if (line.startsWith('--= ')) {
      const comment = line.indexOf(' # ')
      if (comment < 0) throw new Error(`${file}: a section without a reason: ${line}`)
      why = line.slice(comment + 3)
      words = line.slice(4, comment).split(' ')
    } else if (line !== '') {
      const [verdict, because, effect, ...flags] = words
      const value = (name: string) => flags.find((flag) => flag.startsWith(`${name}=`))?.slice(name.length + 1)
      const steps = line.replaceAll('␤', '\n').split(' ⇒ ')
      const sql = steps.pop()!
      const flavours = (['mysql', 'mariadb'] as const).filter((flavour) => flags.includes(flavour))
      rows.push({
        sql,
        bytes: bytesOf(sql),
        before: steps,
        sqlMode: value('mode') ?? '',
        charset: value('charset') ?? 'utf8mb4',
        fails: flags.includes('fails'),
        unrun: flags.includes('unrun'),
        flavours: flavours.length > 0 ? flavours : ['mysql', 'mariadb'],
        verdict: verdict as Row['verdict'],
        because: because as Row['because'],
        effect: effect as Row['effect'],
        clock: flags.includes('clock'),
        sequence: flags.includes('sequence'),
        empty: flags.includes('empty'),
        why,
      })
    }
  }
  return rows
}

const bytesOf = (sql: string): Buffer =>
  Buffer.concat(sql.split(/⟦|⟧/).map((part, i) => (i % 2 === 0 ? Buffer.from(part) : Buffer.from(part, 'hex'))))

const FILES = 'reads queries functions writes statements locking session state information lexical applications'.split(
  ' ',
)

export const corpus: readonly Row[] = FILES.flatMap((name) => read(`${name}.sql`))

/** The statements that make what the corpus uses. */
export function schema(flavour: Flavour): string[] {
  const files = flavour === 'mariadb' ? ['schema.sql', 'schema-mariadb.sql'] : ['schema.sql']
  return files.flatMap((file) =>
    readFileSync(new URL(file, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  )
}

const recorded = (flavour: Flavour) => new URL(`catalog-${flavour}.json`, import.meta.url)

/** The catalog of a server with the schema, as loadCatalog's queries answered, so that unit tests need no server. */
export function recordedCatalog(flavour: Flavour): Catalog {
  if (!existsSync(recorded(flavour))) throw new Error(`no ${recorded(flavour).pathname}`)
  const rows = JSON.parse(readFileSync(recorded(flavour), 'utf8')) as Omit<CatalogRows, 'tables'>
  const tables = schema(flavour).flatMap((sql) => {
    const name = /^CREATE TABLE (?:`([^`]+)`|(\w+))/.exec(sql)
    return name === null ? [] : [['app', name[1] ?? name[2]!]]
  })
  return catalogOf({ ...rows, tables }, 'recorded', flavour === 'mariadb')
}
