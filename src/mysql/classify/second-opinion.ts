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

/** Canonical texts up to this length, and with so many words and signs: the parser takes about 0.6 ms for a usual statement, and 10 to 60 us for each of these. */
const BYTES_MAX = 320
const TOKENS_MAX = 80
const TOKEN = /[\w$]+|[^\s\w$]/g
const DATABASE = { mysql: 'MySQL', mariadb: 'MariaDB' } as const

/** Loads the grammars, and runs them warm: the first statements would take ten times as long. */
export async function loadSecondOpinion(): Promise<void> {
  const mysql = await import('node-sql-parser/build/mysql.js')
  const mariadb = await import('node-sql-parser/build/mariadb.js')
  parsers.mysql = new mysql.default.Parser() as unknown as Parser
  parsers.mariadb = new mariadb.default.Parser() as unknown as Parser
  for (let i = 0; i < 20; i++) {
    for (const flavour of ['mysql', 'mariadb'] as const) for (const text of WARMING) objects(text, flavour)
  }
}

/** Usual statements, which take the parsers through most of what they do. */
const WARMING = [
  'select a, b from t where c = 1 and d in (2)',
  'select t.a, count(*) as n from t join u on u.id = t.u_id left join v using (w) where t.b > 1 and t.c like ? group by t.a having n > 2 order by n desc limit 10 offset 20',
  "select coalesce(sum(case when a = 'x' then b else 0 end), 0) from (select a, b from t where c between 1 and 2 union all select a, b from u) d where exists (select 1 from v where v.a = d.a)",
]

/** Whether the parser sees something other than reading in a canonical text. */
export function objects(canonical: string, flavour: Servers['flavour']): boolean {
  const parser = parsers[flavour]
  if (parser === null || canonical.length > BYTES_MAX) return false
  if ((canonical.match(TOKEN)?.length ?? 0) > TOKENS_MAX) return false
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
