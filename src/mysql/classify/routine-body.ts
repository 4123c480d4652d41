import type { Reason } from '../../routing/reasons.ts'
import type { Pieces } from '../../sql/pieces.ts'
import type { PinCause, Uses } from './analysis.ts'
import type { Routine } from './catalog.ts'
import { Collector } from './collector.ts'
import { canonicalOf } from './read-text.ts'
import { isIdentifier, isSymbol, isWord, type Token, tokensOf } from './tokens.ts'

/** What the body of one stored routine does, as far as its own text tells. */
export interface RoutineBody {
  readonly uses: Uses
  /** null: nothing but reading, as far as everything that it uses is. */
  readonly problem: Reason | null
  readonly pins: readonly PinCause[]
  readonly changesSchema: boolean
}

/** Reads a body; null when it is not understood. SQL DATA ACCESS is not asked: the servers do not hold anybody to it. */
export function* readRoutine(routine: Routine): Pieces<RoutineBody | null> {
  if (routine.body === null || /\b(ORACLE|MSSQL)\b/i.test(routine.sqlMode)) return null
  const canonical = canonicalOf(routine.body, routine.sqlMode)
  if (canonical === null) return null
  yield
  const tokens = tokensOf(canonical)
  yield
  const collector = new Collector(true)
  collector.walk(tokens)
  yield
  // Words of programs that may stand before a parenthesis and are reserved.
  for (const word of ['if', 'elseif', 'while', 'return', 'set', 'do', 'limit']) collector.functions.delete(`.${word}`)
  const locals = new Set([...routine.parameters, ...declared(tokens)])
  const pins = new Set<PinCause>(collector.pins)
  let problem: Reason | null = collector.problem ?? collector.inTransaction
  let changesSchema = false
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    if (token.kind === 'variable') {
      // Reading, or a target of INTO, SET, GET DIAGNOSTICS.
      pins.add('user-variable')
      problem ??= 'session-state'
    }
    if (isSymbol(token, ':=')) problem ??= 'unparsed'
    if (token.kind !== 'word') continue
    const found = wordProblem(tokens, at, locals)
    problem ??= found
    if (token.text === 'for' && isWord(tokens[at + 1], 'export')) pins.add('lock-tables')
    if (found === null) continue
    const pin = PINNING[token.text]
    if (pin !== undefined) pins.add(pin)
    if (DDL.has(token.text)) changesSchema = true
    if (token.text === 'create' && isWord(tokens[at + 1], 'temporary')) pins.add('temp-table')
  }
  const uses = collector.uses()
  // `SELECT ... INTO v`, `FETCH FROM c`: no tables.
  const tables = uses.tables.filter(({ schema, name }) => schema !== null || !locals.has(name))
  return { uses: { ...uses, tables }, problem, pins: [...pins], changesSchema }
}

const DDL: ReadonlySet<string> = new Set('create alter drop rename execute grant revoke'.split(' '))

const PINNING: Readonly<Record<string, PinCause>> = {
  prepare: 'prepared-in-sql',
  execute: 'unknown',
  lock: 'lock-tables',
  set: 'unknown',
  xa: 'xa',
}

/** Words that begin statements which do more than read. Some are no reserved words, and a column of that name costs offload only. */
const CHANGING: ReadonlySet<string> = new Set(
  (
    'update delete call prepare execute deallocate create alter drop lock unlock load start commit rollback savepoint release grant revoke rename ' +
    'analyze optimize repair check checksum flush reset kill xa install uninstall purge change shutdown restart binlog procedure outfile dumpfile ' +
    'cache import clone stop'
  ).split(' '),
)

function wordProblem(tokens: readonly Token[], at: number, locals: ReadonlySet<string>): Reason | null {
  const { text } = tokens[at]!
  const next = tokens[at + 1]
  if (CHANGING.has(text)) return 'volatile-function'
  switch (text) {
    case 'insert':
    case 'replace':
    case 'truncate':
      return isSymbol(next, '(') ? null : 'volatile-function'
    case 'handler':
      return isWord(tokens[at - 1], 'continue', 'exit', 'undo') ? null : 'volatile-function'
    case 'use':
      return isWord(next, 'index', 'key') ? null : 'volatile-function'
    case 'into':
      return isWord(next, 'outfile', 'dumpfile') || !isIdentifier(next) ? 'volatile-function' : null
    case 'for':
      if (isWord(next, 'update', 'share')) return 'locking-read'
      return isWord(tokens[at - 1], 'value') ? 'volatile-function' : null
    case 'set':
      if (isWord(tokens[at - 1], 'character', 'char') || changesRows(tokens, at)) return null
      return setsVariables(tokens, at + 1, locals) ? null : 'volatile-function'
    default:
      return null
  }
}

/** Whether the SET at `at` belongs to an UPDATE or INSERT, which are no reads by themselves. */
function changesRows(tokens: readonly Token[], at: number): boolean {
  for (at--; at >= 0 && !isSymbol(tokens[at], ';'); at--) {
    if (isWord(tokens[at], 'update', 'insert', 'replace') && !isSymbol(tokens[at + 1], '(')) return true
  }
  return false
}

/** Names behind DECLARE, and MariaDB's FOR loops' counters are not among them, which is safe. */
function declared(tokens: readonly Token[]): string[] {
  const names: string[] = []
  for (let at = 0; at < tokens.length; at++) {
    if (!isWord(tokens[at], 'declare')) continue
    for (let name = at + 1; isIdentifier(tokens[name]); name += 2) {
      names.push(tokens[name]!.text.toLowerCase())
      if (!isSymbol(tokens[name + 1], ',')) break
    }
  }
  return names
}

/** Whether `SET a = ..., b = ...` assigns local and user variables only, up to the semicolon. */
function setsVariables(tokens: readonly Token[], from: number, locals: ReadonlySet<string>): boolean {
  let depth = 0
  let target = true
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]!
    if (target) {
      // A user variable has been noticed already, and is not forgotten.
      const known = token.kind === 'variable' || (isIdentifier(token) && locals.has(token.text.toLowerCase()))
      if (!known || !isSymbol(tokens[at + 1], '=')) return false
      target = false
    } else if (isSymbol(token, '(')) depth++
    else if (isSymbol(token, ')')) depth--
    else if (depth === 0 && isSymbol(token, ',')) target = true
    else if (isSymbol(token, ';')) return true
  }
  return !target
}
