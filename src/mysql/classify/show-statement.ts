import type { Previous } from '../../sql/facts.ts'
import { NOTHING_USED, type Statement } from './analysis.ts'
import { Collector } from './collector.ts'
import { fromCollector, statement, UNPARSED, type Values } from './statement.ts'
import { judgeStatement } from './statements.ts'
import { isSymbol, isWord, nameAt, type Token } from './tokens.ts'

/**
 * What SHOW shows: the manual's section "SHOW Statements". Anything not named here describes one server; SHOW INDEX does, by its cardinalities, and
 * SHOW CREATE TABLE by AUTO_INCREMENT, which counts what was rolled back, too.
 */
const REPLICATED: readonly RegExp[] = [
  /^(extended |full )*tables\b/,
  /^(extended |full )*(columns|fields)\b/,
  /^(databases|schemas)\b/,
  /^create (view|database|schema|procedure|function|trigger|package|sequence)\b/,
  /^(procedure|function|package|package body) status\b/,
  /^triggers\b/,
  /^(character set|charset|collation)\b/,
]

const PREVIOUS: readonly (readonly [RegExp, Previous])[] = [
  [/^(warnings|errors)\b/, 'warnings'],
  [/^count \( \* \) (warnings|errors)$/, 'warnings'],
  [/^(profile|profiles)\b/, 'profiles'],
]

export function judgeShow(tokens: readonly Token[]): Statement {
  const phrase = tokens
    .slice(1, 8)
    .map((token) => (token.kind === 'word' || token.kind === 'symbol' ? token.text : '?'))
    .join(' ')
  for (const [pattern, previous] of PREVIOUS) {
    if (pattern.test(phrase))
      return statement('SHOW', 'in-transaction', 'session-state', { extras: { asksPrevious: [previous] } })
  }
  const collector = new Collector()
  collector.walk(tokens, 1)
  if (!REPLICATED.some((pattern) => pattern.test(phrase))) collector.fail('server-specific')
  // LIKE and WHERE may hold expressions, and the latter anything that an expression can do.
  collector.asQuery(
    tokens.filter((token) => !(token.kind === 'word' && OF_SHOW.has(token.text))),
    0,
  )
  // A view counts as if it were read: SHOW CREATE VIEW of one that writes is refused in a read-only transaction.
  return fromCollector('SHOW', collector)
}

/** Words of SHOW that no query may hold. */
const OF_SHOW: ReadonlySet<string> = new Set(
  'show create procedure function trigger triggers status full extended view set fields sequence package columns'.split(
    ' ',
  ),
)

export function describeTable(tokens: readonly Token[], values: Values): Statement {
  // DESCRIBE, DESC and EXPLAIN mean the same, with a table as with a statement.
  return judgeExplain(tokens, values)
}

const EXPLAINED: ReadonlySet<string> = new Set('select with table values insert replace update delete'.split(' '))

/** EXPLAIN and MariaDB's ANALYZE: of a table, of a statement, with or without running it. */
export function judgeExplain(tokens: readonly Token[], values: Values): Statement {
  const command = tokens[0]!.text === 'describe' || tokens[0]!.text === 'desc' ? 'DESCRIBE' : 'EXPLAIN'
  let at = 1
  for (;;) {
    if (isWord(tokens[at], 'extended', 'partitions', 'analyze')) at++
    else if (isWord(tokens[at], 'format') && isSymbol(tokens[at + 1], '=')) at += 3
    else break
  }
  const first = tokens[at]
  if (isWord(first, 'for')) return statement(command, 'primary', 'server-specific')
  if (isSymbol(first, '(') || (first?.kind === 'word' && EXPLAINED.has(first.text))) {
    const inner = judgeStatement(tokens.slice(at), values)
    return inner.kind === 'read' ? { ...inner, command } : { ...inner, command, kind: 'primary' }
  }
  const name = nameAt(tokens, 1)
  if (at !== 1 || name === null || tokens.length > name.next + 1) return { ...UNPARSED, command }
  const [one, two] = name.parts
  const table = two === undefined ? { schema: null, name: one! } : { schema: one!, name: two }
  return statement(command, 'read', 'read', { uses: { ...NOTHING_USED, relations: [table], tables: [table] } })
}
