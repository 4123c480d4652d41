/** What the servers' catalog says about everything that a statement can run without naming it. Immutable; a newly read one replaces it. */
export interface Catalog {
  /** Equal when what was read was equal. */
  readonly version: string
  /** Names of pg_catalog's functions; true: at least one of that name is volatile. */
  readonly builtins: ReadonlyMap<string, boolean>
  /** All other functions by name, in whatever schema. */
  readonly functions: ReadonlyMap<string, readonly UserFunction[]>
  /** Relations that are no plain replicated tables, by name. */
  readonly relations: ReadonlyMap<string, readonly Relation[]>
  /** Functions behind operators outside pg_catalog, by the operator's name. */
  readonly operators: ReadonlyMap<string, readonly Implicit[]>
  /** What a type's input, its constraints, and casts to it that need not be asked for run, by the type's name. */
  readonly types: ReadonlyMap<string, readonly Implicit[]>
  /** Functions of casts to a type that must be asked for. */
  readonly casts: ReadonlyMap<string, readonly Implicit[]>
  /** Functions that may run for any expression over a column: implicit casts and operator classes outside pg_catalog. */
  readonly anywhere: readonly Implicit[]
  readonly eventTriggers: boolean
}

export interface UserFunction {
  readonly oid: string
  readonly schema: string
  readonly name: string
  /** How many arguments it can be called with. */
  readonly args: { readonly min: number; readonly max: number }
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window'
  readonly volatile: boolean
  readonly language: string
  /** pg_get_functiondef for SQL and PL/pgSQL; null otherwise, or when it is too long to read. */
  readonly definition: string | null
  readonly extension: string | null
  /** Aggregates: what they call, by oid. */
  readonly calls: readonly string[]
}

export interface Relation {
  readonly schema: string
  readonly name: string
  readonly kind: 'view' | 'sequence' | 'unreplicated' | 'table'
  /** The text of a view's query. */
  readonly definition: string | null
  /** Expressions of row-level-security policies for those who read. */
  readonly policies: readonly string[]
  /** Oids of the functions of user triggers that a write may fire, here or where it goes on; of rules nothing is known, so a rule sets `rules`. */
  readonly triggers: readonly string[]
  readonly rules: boolean
  /** Expressions that a write evaluates: defaults, generated columns, checks, policies, indexes. Those that call nothing are left out. */
  readonly expressions: readonly string[]
}

/** A function by oid, or an expression to be read. */
export type Implicit = { readonly oid: string } | { readonly expression: string }

/** The rows that catalog-query.ts asks for; see there for the columns. */
export interface CatalogRows {
  readonly builtins: Rows
  readonly functions: Rows
  readonly relations: Rows
  readonly implicit: Rows
}
export type Rows = readonly (readonly (string | null)[])[]

export function catalogOf(rows: CatalogRows, version: string): Catalog {
  const builtins = new Map<string, boolean>()
  for (const [name, volatile] of rows.builtins) builtins.set(name ?? '', volatile === 't')
  const functions = new Map<string, UserFunction[]>()
  for (const row of rows.functions) append(functions, row[2] ?? '', functionOf(row))
  const relations = new Map<string, Relation[]>()
  let eventTriggers = false
  for (const row of rows.relations) append(relations, row[1] ?? '', relationOf(row))
  const operators = new Map<string, Implicit[]>()
  const types = new Map<string, Implicit[]>()
  const casts = new Map<string, Implicit[]>()
  const anywhere: Implicit[] = []
  for (const [use, name, oid, expression] of rows.implicit) {
    const implicit: Implicit = oid ? { oid } : { expression: expression ?? '' }
    if (use === 'operator') append(operators, name ?? '', implicit)
    else if (use === 'type') append(types, name ?? '', implicit)
    else if (use === 'cast') append(casts, name ?? '', implicit)
    else if (use === 'event-trigger') eventTriggers = true
    else anywhere.push(implicit)
  }
  return { version, builtins, functions, relations, operators, types, casts, anywhere, eventTriggers }
}

const KINDS: Readonly<Record<string, UserFunction['kind']>> = {
  f: 'function',
  p: 'procedure',
  a: 'aggregate',
  w: 'window',
}

function functionOf(row: readonly (string | null)[]): UserFunction {
  const [oid, schema, name, kind, volatility, language, min, max, extension, definition, calls] = row
  return {
    oid: oid ?? '',
    schema: schema ?? '',
    name: name ?? '',
    kind: KINDS[kind ?? ''] ?? 'function',
    volatile: volatility !== 'i' && volatility !== 's',
    language: language ?? '',
    args: { min: Number(min), max: max ? Number(max) : Number.POSITIVE_INFINITY },
    extension: extension ?? null,
    definition: definition ?? null,
    calls: words(calls),
  }
}

function relationOf(row: readonly (string | null)[]): Relation {
  const [schema, name, kind, definition, policies, triggers, rules, expressions] = row
  return {
    schema: schema ?? '',
    name: name ?? '',
    kind: kind === 'view' || kind === 'sequence' || kind === 'unreplicated' ? kind : 'table',
    definition: definition ?? null,
    policies: policies ? (JSON.parse(policies) as string[]) : [],
    triggers: words(triggers),
    rules: rules === 't',
    expressions: expressions ? (JSON.parse(expressions) as string[]) : [],
  }
}

const words = (text: string | null | undefined) => (text ? text.split(' ') : [])

function append<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}
