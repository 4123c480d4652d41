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

/** Words and signs; the parsers take 10 to 60 us for each. */
const TOKENS_MAX = 80
/** In bytes: longer texts are not even counted. */
const LENGTH_MAX = 320
const TOKEN = /[\w$]+|[^\s\w$]/g
/** What can stand in itself without a parenthesis around it, or is read in several ways. */
const HARD = /^(?:case|cast|convert|xor|\{)$/i
const DATABASE = { mysql: 'MySQL', mariadb: 'MariaDB' } as const

/** Loads both grammars. */
export async function loadSecondOpinion(): Promise<void> {
  const mysql = await import('node-sql-parser/build/mysql.js')
  const mariadb = await import('node-sql-parser/build/mariadb.js')
  parsers.mysql = new mysql.default.Parser() as unknown as Parser
  parsers.mariadb = new mariadb.default.Parser() as unknown as Parser
}

/**
 * Whether the parsers can be expected to be quick. They try what nests in several ways, one after another, and all of them again when something in there is
 * not to their liking (though it may be to a server's): eight CASTs in each other took 260 ms, five CASEs 100. So they see only what does not nest.
 */
export function isFlat(canonical: string): boolean {
  if (canonical.length > LENGTH_MAX) return false
  let tokens = 0
  let depth = 0
  for (const [token] of canonical.matchAll(TOKEN)) {
    if (++tokens > TOKENS_MAX || HARD.test(token)) return false
    if (token === '(' && ++depth > 1) return false
    if (token === ')') depth--
  }
  return true
}

/** Whether the parser sees something other than reading in a canonical text. */
export function objects(canonical: string, flavour: Servers['flavour']): boolean {
  const parser = parsers[flavour]
  if (parser === null || !isFlat(canonical)) return false
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
