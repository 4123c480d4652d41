import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** A node of PostgreSQL's parse tree as libpg-query prints it. */
export type Node = { readonly [key: string]: unknown }

interface Module {
  loadModule(): Promise<void>
  parseSync(sql: string): unknown
  parsePlPgSQLSync(sql: string): unknown
}

let module: Module | null = null
let generation = 0

/** Loads PostgreSQL's grammar (WebAssembly). Everything is `unparsed` before it has resolved. */
export async function initParser(): Promise<void> {
  // The package's CommonJS entry is the default one; only an ES module can be loaded a second time.
  const path = createRequire(import.meta.url)
    .resolve('libpg-query')
    .replace(/index\.cjs$/, 'index.js')
  const url = pathToFileURL(path)
  if (generation > 0) url.search = `generation=${generation}`
  const loaded = (await import(url.href)) as Module
  await loaded.loadModule()
  module = loaded
}

/**
 * PostgreSQL's own grammar on one text, or null when it is not valid SQL, or too long or too deep. The parser is recursive, and an overflow of its
 * stack leaves the instance unusable. Should that happen all the same, the instance is dropped and another one loaded.
 */
export function parseStatements(sql: string, tokensMax = DEFINITION_TOKENS_MAX): readonly Node[] | null {
  const tree = guarded(sql, tokensMax, (parser) => parser.parseSync(sql)) as { readonly stmts?: readonly Node[] } | null
  return tree === null ? null : (tree.stmts ?? [])
}

/** The parse tree of one PL/pgSQL function, given its CREATE FUNCTION; null when it is not understood. */
export function parseFunctionBody(createFunction: string): Node | null {
  const tree = guarded(createFunction, DEFINITION_TOKENS_MAX, (parser) => parser.parsePlPgSQLSync(createFunction)) as {
    readonly plpgsql_funcs?: readonly Node[]
  } | null
  return tree?.plpgsql_funcs?.length === 1 ? tree.plpgsql_funcs[0]! : null
}

function guarded(sql: string, tokensMax: number, parse: (parser: Module) => unknown): unknown {
  if (module === null || tooComplex(sql, tokensMax)) return null
  try {
    return parse(module)
  } catch (error) {
    if (error instanceof RangeError || (error as Error).name === 'RuntimeError') {
      module = null
      generation++
      // When no other instance can be had either, everything stays `unparsed`, which is safe.
      initParser().catch(() => undefined)
    }
    return null
  }
}

const LENGTH_MAX = 40_000
const NESTING_MAX = 400
/** Each operator in a chain is a level of the tree. 3,000 are known to work. */
const OPERATORS_MAX = 2_000
/** Words and signs. The parser and the copy of its tree take 0.5 to 3 us for each, by the machine, and nothing else may happen meanwhile. */
export const STATEMENT_TOKENS_MAX = 1_500
/** A definition is read once for each version of a catalog, and what is not read keeps every statement that uses it on the primary. */
const DEFINITION_TOKENS_MAX = 4_000

/** Crude on purpose, quotes and comments count as well: what clients send was measured by the scanner; this is for what the catalog holds. */
function tooComplex(sql: string, tokensMax: number): boolean {
  if (sql.length > LENGTH_MAX) return true
  let depth = 0
  let operators = 0
  let tokens = 0
  let inOperator = false
  let inWord = false
  let quoted = false
  for (let at = 0; at < sql.length; at++) {
    const character = sql.charCodeAt(at)
    if (character === 0x28 || character === 0x5b) depth++
    else if (character === 0x29 || character === 0x5d) depth--
    if (depth > NESTING_MAX) return true
    const operator = OPERATOR_CHARACTERS.has(character)
    if (operator && !inOperator && ++operators > OPERATORS_MAX) return true
    inOperator = operator
    // However long a string is, it is one.
    if (character === 0x27) quoted = !quoted
    const word = isWordCharacter(character)
    if (!quoted && character > 0x20 && character !== 0x22 && !(word && inWord) && ++tokens > tokensMax) return true
    inWord = word
  }
  return false
}

/** Letters, digits, the underscore, and whatever is not ASCII. */
const isWordCharacter = (character: number): boolean =>
  (character >= 0x30 && character <= 0x39) ||
  ((character | 0x20) >= 0x61 && (character | 0x20) <= 0x7a) ||
  character === 0x5f ||
  character > 0x7e

const OPERATOR_CHARACTERS: ReadonlySet<number> = new Set(
  [...'~!@#^&|`?+-*/%<>=:'].map((character) => character.charCodeAt(0)),
)
