import { createHash } from 'node:crypto'
import type { Probe } from '../../dialect.ts'

/** What the servers' catalog says about everything that a statement can run without showing it. Immutable; a newly read one replaces it. */
export interface Catalog {
  /** Equal when what was read was equal. */
  readonly version: string
  /** Stored routines of all schemas by name in lower case. */
  readonly routines: ReadonlyMap<string, readonly Routine[]>
  /** Relations of all schemas that are no plain replicated tables, by name in lower case. */
  readonly relations: ReadonlyMap<string, readonly Relation[]>
  /** Plain tables of all schemas, as `name` and as `schema.name`, in lower case. */
  readonly tables: ReadonlySet<string>
  /** Names of loadable functions, which are code of somebody's own; null: the account may not see them. */
  readonly loadable: ReadonlySet<string> | null
  /** INFORMATION_SCHEMA opens views to tell of them (MariaDB), and leaves out what a read-only transaction may not open. */
  readonly opensViews: boolean
}

export interface Routine {
  readonly schema: string
  readonly name: string
  readonly kind: 'function' | 'procedure' | 'other'
  /** null: another language, or the account may not see it. */
  readonly body: string | null
  readonly sqlMode: string
  readonly parameters: readonly string[]
}

export interface Relation {
  readonly schema: string
  readonly name: string
  readonly kind: 'view' | 'sequence' | 'unreplicated'
  /** The text of a view's query; null: the account may not see it. */
  readonly definition: string | null
}

type Rows = readonly (readonly (string | null)[])[]

/** The rows that loadCatalog asks for; see there for the columns. */
export interface CatalogRows {
  readonly routines: Rows
  readonly parameters: Rows
  readonly relations: Rows
  readonly tables: Rows
  readonly loadable: Rows | null
}

/** Their tables are the same on every server that replicates: a table of any other engine may be empty or different elsewhere. */
const REPLICATED_ENGINES =
  "('InnoDB', 'MyISAM', 'Aria', 'ROCKSDB', 'TokuDB', 'ARCHIVE', 'CSV', 'MRG_MyISAM', 'MRG_MYISAM')"
const SYSTEM = "('mysql', 'sys', 'performance_schema', 'information_schema')"

/** schema, name, type, language, body, sql_mode */
const ROUTINES = `
  SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_BODY, CAST(ROUTINE_DEFINITION AS CHAR), SQL_MODE
  FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA NOT IN ${SYSTEM} ORDER BY 1, 2, 3`

/** schema, name of the routine, name */
const PARAMETERS = `
  SELECT SPECIFIC_SCHEMA, SPECIFIC_NAME, PARAMETER_NAME
  FROM information_schema.PARAMETERS
  WHERE PARAMETER_NAME IS NOT NULL AND SPECIFIC_SCHEMA NOT IN ${SYSTEM} ORDER BY 1, 2, ORDINAL_POSITION`

/** schema, name, type, definition of a view. A view without rights to see it is still a view. */
const RELATIONS = `
  SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.TABLE_TYPE, CAST(v.VIEW_DEFINITION AS CHAR)
  FROM information_schema.TABLES t
  LEFT JOIN information_schema.VIEWS v ON v.TABLE_SCHEMA = t.TABLE_SCHEMA AND v.TABLE_NAME = t.TABLE_NAME
  WHERE t.TABLE_SCHEMA NOT IN ${SYSTEM} AND t.TABLE_TYPE <> 'TEMPORARY'
    AND (t.TABLE_TYPE IN ('VIEW', 'SEQUENCE', 'SYSTEM VIEW') OR t.ENGINE IS NULL OR t.ENGINE NOT IN ${REPLICATED_ENGINES})
  ORDER BY 1, 2`

/** schema, name. A name that is not here may be that of a view made a moment ago. */
const TABLES = `
  SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES
  WHERE TABLE_SCHEMA NOT IN ${SYSTEM} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 1, 2`

/** name. Components' own functions have no library: what they are is known. */
const LOADABLE = {
  mysql: 'SELECT UDF_NAME FROM performance_schema.user_defined_functions WHERE UDF_LIBRARY IS NOT NULL ORDER BY 1',
  mariadb: 'SELECT name FROM mysql.func ORDER BY 1',
}

/** Reads a catalog, of all schemas. Rejects as `query` does; the one before then stays in use. The result is a new object, also when nothing has changed. */
export async function loadCatalog(
  query: Probe['query'],
  flavour: 'mysql' | 'mariadb',
  previous: Catalog | null = null,
): Promise<Catalog> {
  const routines = await query(ROUTINES, [])
  const parameters = await query(PARAMETERS, [])
  const relations = await query(RELATIONS, [])
  const tables = await query(TABLES, [])
  const loadable = await query(LOADABLE[flavour], []).catch(() => null)
  const rows = { routines, parameters, relations, tables, loadable }
  const version = createHash('sha256').update(JSON.stringify(rows)).digest('base64')
  // What was already found out about the routines stays with their map.
  return version === previous?.version ? { ...previous } : catalogOf(rows, version, flavour === 'mariadb')
}

export function catalogOf(rows: CatalogRows, version: string, opensViews = false): Catalog {
  const parameters = new Map<string, string[]>()
  for (const [schema, routine, name] of rows.parameters)
    append(parameters, `${lower(schema)}.${lower(routine)}`, lower(name))
  const routines = new Map<string, Routine[]>()
  for (const [schema, name, type, language, body, sqlMode] of rows.routines) {
    const key = `${lower(schema)}.${lower(name)}`
    append(routines, lower(name), {
      schema: lower(schema),
      name: lower(name),
      kind: type === 'FUNCTION' ? 'function' : type === 'PROCEDURE' ? 'procedure' : 'other',
      body: language === 'SQL' ? (body ?? null) : null,
      sqlMode: sqlMode ?? '',
      parameters: parameters.get(key) ?? [],
    })
  }
  const relations = new Map<string, Relation[]>()
  for (const [schema, name, type, definition] of rows.relations) {
    const view = type === 'VIEW' || type === 'SYSTEM VIEW'
    append(relations, lower(name), {
      schema: lower(schema),
      name: lower(name),
      kind: view ? 'view' : type === 'SEQUENCE' ? 'sequence' : 'unreplicated',
      definition: definition || null,
    })
  }
  const loadable = rows.loadable === null ? null : new Set(rows.loadable.map(([name]) => lower(name)))
  const tables = new Set(rows.tables.flatMap(([schema, name]) => [lower(name), `${lower(schema)}.${lower(name)}`]))
  return { version, routines, relations, tables, loadable, opensViews }
}

const lower = (name: string | null | undefined) => (name ?? '').toLowerCase()

function append<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}
