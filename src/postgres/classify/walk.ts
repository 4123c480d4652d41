import type { Reason } from '../../routing/reasons.ts'
import type { Call, Name, Uses } from './analysis.ts'
import type { Node } from './parser.ts'

/**
 * Collects what a parse tree uses. Iterative, because a tree can be deeper than the stack. Kinds of nodes that are not on the list below
 * make a query `unparsed`: a grammar that is newer than this list must not be taken for a plain read.
 */
export class Collector {
  readonly functions = new Map<string, Call>()
  readonly attributes = new Set<string>()
  readonly relations = new Map<string, Name>()
  readonly written = new Map<string, Name>()
  readonly operators = new Set<string>()
  readonly types = new Map<string, Name>()
  readonly casts = new Map<string, Name>()
  clock = false
  /** Uses or makes something in pg_temp. */
  temporary = false
  /** The first thing that makes the query no plain read. */
  problem: Reason | null = null

  walk(root: unknown): void {
    const stack: [value: unknown, scope: Scope | null][] = [[root, null]]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [value, outer] = next
      if (Array.isArray(value)) {
        for (const element of value) stack.push([element, outer])
        continue
      }
      if (typeof value !== 'object' || value === null) continue
      const { withClause } = value as { readonly withClause?: Node }
      const scope = withClause === undefined ? outer : this.openWith(withClause, outer, stack)
      for (const [key, child] of Object.entries(value)) {
        if (typeof child !== 'object' || child === null || key === 'withClause') continue
        if (key === 'RangeVar' && isVisible(child as Node, scope)) continue
        this.visit(key, child as Node)
        stack.push([child, scope])
      }
    }
  }

  /** The names of a WITH hide tables in its statement, in the queries that come after them, and where it is recursive in all of its own. */
  private openWith(clause: Node, outer: Scope | null, stack: [unknown, Scope | null][]): Scope | null {
    const queries = list(clause.ctes)
    const names = queries.map((query) => String(((query as Node).CommonTableExpr as Node | undefined)?.ctename ?? ''))
    let scope = outer
    for (const name of names) scope = { name, outer: scope }
    const all = scope
    for (let at = queries.length - 1; at >= 0; at--) {
      if (clause.recursive !== true) scope = scope!.outer
      stack.push([queries[at], clause.recursive === true ? all : scope])
    }
    return all
  }

  /** A relation that the statement writes. */
  write(relation: unknown): void {
    const name = rangeVar(relation)
    if (name !== null) this.written.set(keyOf(name), name)
  }

  uses(): Uses {
    return {
      functions: [...this.functions.values()],
      attributes: [...this.attributes],
      relations: [...this.relations.values()],
      written: [...this.written.values()],
      operators: [...this.operators],
      types: [...this.types.values()],
      casts: [...this.casts.values()],
      clock: this.clock,
    }
  }

  private visit(key: string, node: Node): void {
    const visitor = VISITORS[key]
    if (visitor !== undefined) visitor(this, node)
    else if (isNodeName(key) && !PLAIN.has(key)) this.fail('unparsed')
  }

  fail(reason: Reason): void {
    this.problem ??= reason
  }

  call(name: Name, args: number | null): void {
    this.functions.set(`${keyOf(name)}(${args}`, { ...name, args })
  }
}

/** The names of common table expressions that can be seen from somewhere. */
interface Scope {
  readonly name: string
  readonly outer: Scope | null
}

/** Whether a relation is one of them. */
function isVisible(relation: Node, scope: Scope | null): boolean {
  if (relation.schemaname !== undefined) return false
  for (let at = scope; at !== null; at = at.outer) if (at.name === relation.relname) return true
  return false
}

const keyOf = (name: Name) => `${name.schema ?? ''}.${name.name}`
const isNodeName = (key: string) => key.charCodeAt(0) >= 0x41 && key.charCodeAt(0) <= 0x5a

/** Kinds of nodes that add nothing beyond their parts. */
const PLAIN: ReadonlySet<string> = new Set(
  (
    'SelectStmt ResTarget A_Star String Integer Float Boolean BitString ParamRef BoolExpr NullTest BooleanTest CollateClause CaseExpr CaseWhen ' +
    'CoalesceExpr MinMaxExpr RowExpr A_ArrayExpr A_Indices NamedArgExpr WindowDef GroupingSet GroupingFunc RangeSubselect RangeFunction ' +
    'RangeTableFunc RangeTableFuncCol JoinExpr Alias List CommonTableExpr CTESearchClause CTECycleClause WithClause XmlExpr XmlSerialize ColumnDef ' +
    'SetToDefault MultiAssignRef RawStmt DefElem JsonTable JsonFuncExpr JsonValueExpr JsonFormat JsonReturning JsonOutput JsonObjectConstructor ' +
    'JsonArrayConstructor JsonArrayQueryConstructor JsonKeyValue JsonAggConstructor JsonObjectAgg JsonArrayAgg JsonIsPredicate JsonParseExpr ' +
    'OnConflictClause InferClause IndexElem MergeWhenClause ReturningClause ReturningOption CurrentOfExpr ' +
    'JsonScalarExpr JsonSerializeExpr JsonArgument JsonBehavior JsonTablePathSpec JsonTableColumn ReturnStmt TypeName'
  ).split(' '),
)

type Visitor = (collector: Collector, node: Node) => void

const writes: Visitor = (collector, node) => {
  collector.fail('write')
  collector.write(node.relation)
}

const VISITORS: Readonly<Record<string, Visitor>> = {
  FuncCall(collector, node) {
    const name = nameOf(node.funcname)
    if (name === null) return collector.fail('unparsed')
    const args = list(node.args)
    // Settings with a point in their name exist in sessions only and follow them; placeholders in canonical text have no point.
    if (name.name === 'current_setting' && constant(withoutCast(args[0]))?.includes('.')) return
    // Direct arguments and those behind WITHIN GROUP are counted in ways of their own.
    collector.call(name, node.agg_within_group === true ? null : args.length)
    if (DATE_TYPES.test(name.name) && args.some(mayNameTheTime)) collector.clock = true
  },
  RangeVar: relation,
  relation,
  rel: relation,
  sequence: relation,
  view: relation,
  TypeCast(collector, node) {
    const type = nameOf((node.typeName as Node | undefined)?.names)
    if (type === null) return
    if (DATE_TYPES.test(type.name) && mayNameTheTime(node.arg)) collector.clock = true
    // A literal is read by the type itself.
    if (type.schema !== 'pg_catalog' && !isText(node.arg)) collector.casts.set(keyOf(type), type)
  },
  typeName(collector, node) {
    const name = nameOf(node.names)
    if (name !== null && name.schema !== 'pg_catalog') collector.types.set(keyOf(name), name)
  },
  A_Const(collector, node) {
    const text = (node.sval as Node | undefined)?.sval
    if (typeof text === 'string' && /\b(now|today|tomorrow|yesterday)\b/i.test(text)) collector.clock = true
  },
  SQLValueFunction(collector, node) {
    if (/DATE|TIME/.test(String(node.op))) collector.clock = true
  },
  A_Expr(collector, node) {
    const name = nameOf(node.name)?.name
    if (name === undefined) return
    if (name.includes('BETWEEN')) for (const operator of ['<', '<=', '>', '>=']) collector.operators.add(operator)
    else collector.operators.add(name)
  },
  SubLink(collector, node) {
    const name = nameOf(node.operName)?.name
    if (name !== undefined) collector.operators.add(name)
  },
  SortBy(collector, node) {
    const name = nameOf(node.useOp)?.name
    if (name !== undefined) collector.operators.add(name)
  },
  ColumnRef(collector, node) {
    const fields = list(node.fields)
    // Which command of its transaction wrote or locked a row is not replicated (manual, 5.6 System Columns).
    if (/^(cmin|cmax|xmax)$/.test(nameOf(fields)?.name ?? '')) collector.fail('server-specific')
    if (fields.length > 1) addAttribute(collector, fields.at(-1))
  },
  A_Indirection(collector, node) {
    for (const part of list(node.indirection)) addAttribute(collector, part)
  },
  RangeTableSample(collector, node) {
    const name = nameOf(node.method)
    if (name !== null) collector.call(name, null)
  },
  LockingClause: (collector) => collector.fail('locking-read'),
  intoClause: (collector) => collector.fail('write'),
  IntoClause: (collector) => collector.fail('write'),
  InsertStmt: writes,
  UpdateStmt: writes,
  DeleteStmt: writes,
  MergeStmt: writes,
}

const DATE_TYPES =
  /^(date|time|timetz|timestamp|timestamptz|daterange|tsrange|tstzrange|datemultirange|tsmultirange|tstzmultirange)$/

/** Whether a date type's input function may see the word `now` in this expression: constants are judged by what they say. */
function mayNameTheTime(expression: unknown): boolean {
  const node = expression as Node | undefined
  return node !== undefined && !('A_Const' in node || 'ColumnRef' in node)
}

function relation(collector: Collector, node: Node): void {
  const name = rangeVar(node)
  if (name === null) return
  if (name.schema?.startsWith('pg_temp') || node.relpersistence === 't') collector.temporary = true
  collector.relations.set(keyOf(name), name)
}

function rangeVar(value: unknown): Name | null {
  const node = value as Node | undefined
  if (typeof node?.relname !== 'string') return null
  return { schema: typeof node.schemaname === 'string' ? node.schemaname : null, name: node.relname }
}

function addAttribute(collector: Collector, part: unknown): void {
  const name = ((part as Node | undefined)?.String as Node | undefined)?.sval
  if (typeof name === 'string') collector.attributes.add(name)
}

/** A list of String nodes as a name; the last two parts count. */
export function nameOf(value: unknown): Name | null {
  const parts = list(value).map((part) => ((part as Node).String as Node | undefined)?.sval)
  const name = parts.at(-1)
  const schema = parts.at(-2)
  return typeof name === 'string' ? { schema: typeof schema === 'string' ? schema : null, name } : null
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The catalog prints constants with their type: `'a.b'::text`. */
function withoutCast(value: unknown): unknown {
  const cast = (value as Node | undefined)?.TypeCast as Node | undefined
  return cast === undefined ? value : cast.arg
}

/** A string literal: libpg-query leaves out the field of an empty one. */
function isText(value: unknown): boolean {
  return ((value as Node | undefined)?.A_Const as Node | undefined)?.sval !== undefined
}

/** The text of a string constant; null for anything else. */
export function constant(value: unknown): string | null {
  const text = (((value as Node | undefined)?.A_Const as Node | undefined)?.sval as Node | undefined)?.sval
  return typeof text === 'string' ? text : null
}
