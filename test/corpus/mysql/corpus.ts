import { existsSync, readFileSync } from 'node:fs'
import { type Catalog, type CatalogRows, catalogOf } from '../../../src/mysql/classify/catalog.ts'
import type { Facts } from '../../../src/sql/facts.ts'

export type Flavour = 'mysql' | 'mariadb'

/** One statement and what its facts must be, over the objects of schema.sql. */
export interface Row {
  readonly sql: string
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
 * Sections begin with `--= verdict because effect [clock] [sequence] [empty] [mysql | mariadb] # why`; every other line is a statement, in which
 * `␤` stands for a line feed.
 */
function read(file: string): Row[] {
  const rows: Row[] = []
  let words: string[] = []
  let why = ''
  for (const line of readFileSync(new URL(file, import.meta.url), 'utf8').split('\n')) {
    if (line.startsWith('--= ')) {
      const comment = line.indexOf(' # ')
      why = line.slice(comment + 3)
      words = line.slice(4, comment).split(' ')
    } else if (line !== '') {
      const [verdict, because, effect, ...flags] = words
      const flavours = (['mysql', 'mariadb'] as const).filter((flavour) => flags.includes(flavour))
      rows.push({
        sql: line.replaceAll('␤', '\n'),
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

export const corpus: readonly Row[] = ['reads.sql', 'functions.sql', 'writes.sql', 'session.sql'].flatMap(read)

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
  return catalogOf({ ...rows, tables }, 'recorded')
}
