import type { Pieces } from '../../sql/pieces.ts'
import type { Analysis, Uses } from './analysis.ts'
import { analyzeStatements } from './analyze.ts'
import { type Node, parseFunctionBody, parseStatements } from './parser.ts'
import { list } from './walk.ts'

/** Reads what a function of SQL or PL/pgSQL does; null when that cannot be told. `definition` is its CREATE FUNCTION. */
export function* analyzeFunction(definition: string, language: string): Pieces<readonly Analysis[] | null> {
  const created = (parseStatements(definition)?.[0]?.stmt as Node | undefined)?.CreateFunctionStmt as Node | undefined
  if (created === undefined) return null
  const defaults = list(created.parameters)
    .map((parameter) => ((parameter as Node).FunctionParameter as Node | undefined)?.defexpr)
    .filter((expression) => expression !== undefined)
  // A value that is passed or returned is converted to the type declared, and that may be a domain with checks.
  const types = list(created.parameters).map((parameter) => ((parameter as Node).FunctionParameter as Node).argType)
  if (created.returnType !== undefined) types.push(created.returnType)
  const analyses = [analyzeStatements([...defaults, ...types.map(declaring)].map(selecting))]
  yield
  const body = language === 'plpgsql' ? yield* plpgsqlStatements(definition) : sqlStatements(created)
  if (body === null) return null
  yield
  analyses.push(analyzeStatements(body))
  return analyses
}

/** An expression that stands alone in the catalog (a policy, a check). */
export function analyzeExpression(expression: string): (Uses & Pick<Analysis, 'kind'>) | null {
  const statements = parseStatements(`SELECT ${expression}`)
  return statements?.length === 1 ? analyzeStatements([statements[0]!.stmt as Node]) : null
}

const declaring = (typeName: unknown): Node => ({ ColumnDef: { typeName } })

const selecting = (expression: unknown): Node => ({ SelectStmt: { targetList: [{ ResTarget: { val: expression } }] } })

function sqlStatements(created: Node): Node[] | null {
  if (created.sql_body !== undefined) return atomicBody(created.sql_body)
  for (const option of list(created.options)) {
    const { defname, arg } = (option as Node).DefElem as Node
    if (defname !== 'as') continue
    const source = list(((arg as Node).List as Node | undefined)?.items)[0] as Node | undefined
    const text = (source?.String as Node | undefined)?.sval
    const statements = typeof text === 'string' ? parseStatements(text) : null
    return statements?.map((statement) => statement.stmt as Node) ?? null
  }
  return null
}

/** RETURN expression, or BEGIN ATOMIC with a list of lists of statements. */
function atomicBody(body: unknown): Node[] {
  const node = body as Node
  if (Array.isArray(body)) return body.flatMap(atomicBody)
  if (node.List !== undefined) return list((node.List as Node).items).flatMap(atomicBody)
  if (node.ReturnStmt !== undefined) return [selecting((node.ReturnStmt as Node).returnval)]
  return [node]
}

/** Kinds of PL/pgSQL statements whose effects are those of their expressions. EXECUTE, CALL, COMMIT and cursors over texts are not among them. */
const HARMLESS: ReadonlySet<string> = new Set(
  (
    'block if case loop while fori fors foreach_a exit return return_next return_query raise assert assign perform execsql getdiag open ' +
    'fetch close forc'
  )
    .split(' ')
    .map((name) => `PLpgSQL_stmt_${name}`),
)

/** RawParseMode of parser.h. */
const PARSE_DEFAULT = 0
const PARSE_EXPRESSION = 2

function* plpgsqlStatements(definition: string): Pieces<Node[] | null> {
  const tree = parseFunctionBody(definition)
  if (tree === null) return null
  const statements: Node[] = []
  const stack: unknown[] = [tree]
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value !== 'object' || value === null) continue
    for (const [key, child] of Object.entries(value)) {
      if (key.startsWith('PLpgSQL_stmt_') && !HARMLESS.has(key)) return null
      if (key === 'dynquery') return null
      if (key === 'PLpgSQL_type') {
        const type = castTo(child as Node)
        if (type === null) return null
        statements.push(...type)
      }
      if (key === 'PLpgSQL_expr') {
        yield
        const parsed = plpgsqlExpression(child as Node)
        if (parsed === null) return null
        statements.push(...parsed)
      } else stack.push(child)
    }
  }
  return statements
}

function plpgsqlExpression(expression: Node): Node[] | null {
  const query = String(expression.query ?? '')
  const mode = Number(expression.parseMode ?? 0)
  if (mode === PARSE_DEFAULT) return nodesOf(query)
  if (mode === PARSE_EXPRESSION) return nodesOf(`SELECT ${query}`)
  // Assignment: `variable[i].field := expression`; both sides may call functions.
  const split = /^([^'"$]*?)\s*:?=([\s\S]*)$/.exec(query)
  return split === null ? null : nodesOf(`SELECT (${split[1]}), ${split[2]}`)
}

function nodesOf(sql: string): Node[] | null {
  return parseStatements(sql)?.map((statement) => statement.stmt as Node) ?? null
}

/** A variable's type may be a domain whose checks run on assignment. */
function castTo(type: Node): Node[] | null {
  const name = String(type.typname ?? '')
  if (name === '' || /%(row)?type/i.test(name) || name === 'UNKNOWN') return []
  return nodesOf(`SELECT NULL::${name}`) ?? []
}
