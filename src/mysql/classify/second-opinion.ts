import { LIST, NUMBER, PARAMETER_LIST, STRING } from '../../sql/list-folder.ts'
import type { Servers } from './executable-comment.ts'

/**
 * node-sql-parser's grammars of MySQL and MariaDB, as a second opinion on what the tokens have proved to be a read. They are not the servers'
 * own grammars: what they take for a read proves nothing, and what they cannot parse (a fifth of the corpus's reads) says nothing. But
 * where they see a statement that changes something, there is no read.
 */

interface Parsed {
  readonly ast: unknown
  readonly tableList: readonly string[]
}
interface Parser {
  parse(sql: string, options: { readonly database: string }): Parsed
}

const parsers: { mysql: Parser | null; mariadb: Parser | null } = { mysql: null, mariadb: null }

/**
 * What parsing may cost. The grammars try what is in parentheses in several ways, one after another, and all of them again when something in there is not to their
 * liking, though it may be to a server's. So each word and sign counts once more for each parenthesis around it, or several times.
 */
const COST_MAX = 100
const TOKEN = /[\w$]+|[^\s\w$]/g
const PARENTHESIS = 2
/** Subqueries and ODBC's braces. */
const HARD = 4
/** Eight of these in each other took 260 ms, and a single one with something unusual in it up to 6. */
const CONVERTS = /^(cast|convert)$/i
const SELECT = /^(select|with|values|table)$/i
/** In bytes: longer ones are not even counted. */
const LENGTH_MAX = 500
const DATABASE = { mysql: 'MySQL', mariadb: 'MariaDB' } as const

export async function loadSecondOpinion(): Promise<void> {
  const mysql = await import('node-sql-parser/build/mysql.js')
  const mariadb = await import('node-sql-parser/build/mariadb.js')
  parsers.mysql = new mysql.default.Parser() as unknown as Parser
  parsers.mariadb = new mariadb.default.Parser() as unknown as Parser
}

/** Whether the parsers can be expected to be quick: their time grows with every parenthesis inside of another one. */
export function isCheap(canonical: string): boolean {
  if (canonical.length > LENGTH_MAX) return false
  const around: number[] = []
  let factor = 1
  let cost = 0
  let before = ''
  for (const [token] of canonical.matchAll(TOKEN)) {
    cost += factor
    if (cost > COST_MAX) return false
    if (token === '(' || token === '{') {
      if (CONVERTS.test(before)) return false
      around.push(factor)
      factor *= token === '(' ? PARENTHESIS : HARD
    } else if (token === ')' || token === '}') factor = around.pop() ?? 1
    else if (before === '(' && SELECT.test(token)) factor *= HARD / PARENTHESIS
    before = token
  }
  return true
}

/** Whether the parser sees something other than reading in a canonical text. */
export function objects(canonical: string, flavour: Servers['flavour']): boolean {
  const parser = parsers[flavour]
  if (parser === null || !isCheap(canonical)) return false
  let parsed: Parsed
  try {
    parsed = parser.parse(withSamples(canonical), { database: DATABASE[flavour] })
  } catch {
    return false
  }
  if (parsed.tableList.some((entry) => !/^(select|show|desc|explain|null)::/.test(entry))) return true
  const statements = Array.isArray(parsed.ast) ? parsed.ast : [parsed.ast]
  return statements.some((statement) => !reads(statement as Node | null))
}

type Node = { readonly type?: string; readonly into?: { readonly position?: unknown }; readonly locking_read?: unknown }

function reads(statement: Node | null): boolean {
  if (statement === null || statement === undefined) return true
  if (statement.into?.position || statement.locking_read) return false
  return /^(select|union|show|desc|describe|explain|table|values)$/.test(statement.type ?? 'select')
}

const SAMPLES: Readonly<Record<number, string>> = {
  [STRING]: " 'x' ",
  [NUMBER]: ' 1 ',
  [LIST]: " 'x' ",
  [PARAMETER_LIST]: ' ? ',
}

const withSamples = (canonical: string) =>
  canonical.replace(/[\x01-\x06]/g, (byte) => SAMPLES[byte.charCodeAt(0)] ?? byte)
