/** What an engine knows of a database, loaded from recorded catalogs. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Engine } from '../../src/cli/engine.ts'
import { createMySqlEngine } from '../../src/cli/engine-mysql.ts'
import { createPostgresEngine } from '../../src/cli/engine-postgres.ts'
import { fromCommandLine } from '../../src/config/command-line.ts'
import type { Fleet } from '../../src/fleet/types.ts'
import { quietLog } from '../../src/observe/log.ts'

type Rows = (string | null)[][]

function partsFor(url: string) {
  const loaded = fromCommandLine({ url, listen: [], admin: 'off', pretty: false })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  const cluster = loaded.config.clusters[0]!
  return {
    config: () => cluster,
    log: quietLog,
    fleet: () => ({ snapshot: () => ({ servers: [] }) }) as unknown as Fleet,
  }
}

const corpus = (name: string) => readFileSync(new URL(`../corpus/${name}`, import.meta.url), 'utf8')

/** Of the views among these relations so many that reading them takes longer than one slice on any machine. Both engines' rows begin alike. */
function manyViews(relations: Rows): Rows {
  const views = relations.filter(([, , kind, definition]) => /^view$/i.test(kind ?? '') && definition)
  const copies = Array.from({ length: Math.ceil(150 / views.length) }, (_, n) =>
    views.map(([schema, name, kind, definition, ...rest]) => [
      schema!,
      `${name}_${n}`,
      kind!,
      `${definition!.replace(/;?\s*$/, '')} -- ${n}\n`,
      ...rest,
    ]),
  )
  return [...relations, ...copies.flat()]
}

/** The rows that a catalog's queries return, in their order. */
function postgresRows(): Rows[] {
  const lines = corpus('postgres/catalog-18.jsonl').trim().split('\n')
  const [builtins, functions, relations, implicit] = lines.map((line) => JSON.parse(line) as Rows)
  return [builtins!, functions!, manyViews(relations!), implicit!]
}

function mysqlRows(): Rows[] {
  const rows = JSON.parse(corpus('mysql/catalog-mysql.json')) as Record<string, Rows>
  return [rows.routines!, rows.parameters!, manyViews(rows.relations!), [['app', 'users']], rows.loadable ?? []]
}

/** Answers each time as if nothing had changed; says how often others had their turn until everything was read. */
async function load(knowledge: ReturnType<Engine['knowledge']>, rows: readonly Rows[]): Promise<number> {
  let [asked, turns, over] = [0, 0, false]
  const loaded = knowledge
    .load(async () => rows[asked++]!)
    .finally(() => {
      over = true
    })
  const count = () => {
    if (over) return
    turns++
    setImmediate(count)
  }
  setImmediate(count)
  await loaded
  expect(asked).toBe(rows.length)
  return turns
}

test.each([
  ['PostgreSQL', 'postgres://app:app@127.0.0.1/app', createPostgresEngine, postgresRows],
  ['MySQL', 'mysql://app:app@127.0.0.1', createMySqlEngine, mysqlRows],
] as const)('%s: definitions are read while others have their turn, and once', async (_, url, create, rows) => {
  const engine = await create(partsFor(url))
  const knowledge = engine.knowledge()
  const { version } = knowledge.classifier
  const turns = await load(knowledge, rows())
  expect(turns).toBeGreaterThan(2)
  expect(knowledge.classifier.version).toBeGreaterThan(version)
  // Nothing has changed: there is nothing left to be read.
  expect(await load(knowledge, rows())).toBeLessThan(turns / 2)
  // One view has changed: it is the only one to be read.
  const changed = rows()
  const views = changed[2]!
  views.push([...views.findLast((row) => /^view$/i.test(row[2] ?? ''))!].with(1, 'one_more').with(3, 'SELECT 1'))
  expect(await load(knowledge, changed)).toBeLessThan(turns / 2)
})
