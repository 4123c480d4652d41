/**
 * Statements of the corpus that leave no trace on the test's servers, and get the same rows on a primary and a replica, and are kept on the primary all
 * the same: why.
 */
import type { Row } from './corpus.ts'

export interface Kept {
  readonly why: string
  /** It is a plain read, only that this program does not prove it. All others are none: here they look like one. */
  readonly unproved: boolean
}

/** By the reason that classification gives. */
const BY_REASON: Partial<Record<Row['because'], string>> = {
  'server-specific':
    'what a server says about itself: the test has its servers alike (version, limits, engines, accounts by host), which no other fleet has to be',
  'session-state': 'what the session holds: the test asks sessions that hold the same',
  'unreplicated-table': 'a table of an engine that is empty after a restart, or not on replicas at all',
}

/** By their texts. */
const BY_TEXT: readonly (readonly [why: string, unproved: boolean, texts: RegExp])[] = [
  ['locks are released that the session does not hold, or taken and released', false, /RELEASE_(ALL_)?LOCKS?\b/i],
  ['the optimizer drops the call: it is no longer evaluated', false, /ORDER BY GET_LOCK/],
  [
    'a text that asks about its own statements: the first of them may be another one',
    false,
    /; (SHOW (WARNINGS|PROCESSLIST)|SELECT (FOUND_ROWS|LAST_INSERT_ID))|^SHOW WARNINGS;/,
  ],
  ['the hint sets a variable, which may change what comes out', false, /SET_VAR/i],
  [
    'EXPLAIN of a statement that locks or writes: running it is not what is asked, but the primary has the plan',
    false,
    /^(EXPLAIN|DESC|DESCRIBE|ANALYZE)\b/i,
  ],
  ['the function sets a variable to the value that it has', false, /f_session/],
  ["the last statement asks for a server's version", false, /VERSION\(\)/],
  ['an account of prepared XA transactions, of one server', false, /^XA RECOVER/],
  ['maintenance: it may mark a table as crashed, or rebuild it', false, /^(ANALYZE|CHECK|REPAIR|OPTIMIZE|CHECKSUM) /i],
  ['DDL may have made the view another one: SHOW opens what it calls', false, /^(SHOW|DESC).*v_(write|on_view)/i],
  ['a sequence: what it gives next is cached by one server', false, /\bseq\b/],
  ['comments within comments that are code on some servers', true, /\/\*!(99998|9070\d)/],
  ['an at sign that names nothing', true, /^SELECT @ FROM/],
  ['another way to write NULL', true, /\\N/],
  ['PROCEDURE ANALYSE', true, /PROCEDURE ANALYSE/i],
  ['a number with letters behind it', true, /1e5x/],
]

/** null: nothing is known for which it would have to be kept. */
export function reasonToKeep({ because, sql, sqlMode, charset }: Row): Kept | null {
  if (sqlMode === 'ORACLE' || charset !== 'utf8mb4')
    return {
      why: 'a session in another grammar, or one whose characters may hide quotes: nothing is proved there',
      unproved: false,
    }
  const general = BY_REASON[because]
  if (general !== undefined) return { why: general, unproved: false }
  const found = BY_TEXT.find(([, , texts]) => texts.test(sql))
  return found === undefined ? null : { why: found[0], unproved: found[1] }
}
