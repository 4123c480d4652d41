import type { Reason } from '../../routing/reasons.ts'
import type { Name, PinCause, Previous, Uses } from './analysis.ts'
import { holdsStatistics, isStatistic, systemVariable } from './builtins.ts'
import { isIdentifier, isSymbol, isWord, nameAt, type Token } from './tokens.ts'
import { FORBIDDEN_WORDS, GRAMMAR_WORDS, NOT_CALLED, READ_WORDS } from './words.ts'

/** Behind these, what a SELECT has found is more than what it gives, or less. */
const HIDES_FOUND_ROWS = new Set(['limit', 'offset', 'fetch', 'into', 'procedure'])

/**
 * Collects what the tokens of one statement use, without a grammar: everything that may be a function call, a table or a variable counts as
 * one. For a query it also finds the first thing because of which it is no plain read; every word must be accounted for.
 */
export class Collector {
  /** It is a statement that changes rows. */
  private readonly changes: boolean
  readonly functions = new Map<string, Name>()
  readonly relations = new Map<string, Name>()
  readonly tables = new Map<string, Name>()
  /** What WITH calls its results. */
  private readonly withs = new Set<string>()
  readonly assigned = new Set<string>()
  readonly pins = new Set<PinCause>()
  readonly previous = new Set<Previous>()
  clock = false
  private inFrom: boolean[] = [false]
  usesUserVariables = false
  leavesFoundRows = false
  hidesFoundRows = false
  /** The first thing that makes a query something other than a read that may run anywhere. */
  problem: Reason | null = null
  /** Reads its session's state, which follows it. */
  inTransaction: Reason | null = null

  constructor(changes = false) {
    this.changes = changes
  }

  uses(): Uses {
    return {
      functions: [...this.functions.values()],
      relations: [...this.relations.values()],
      tables: [...this.tables.values()].filter(({ schema, name }) => schema !== null || !this.withs.has(name)),
      clock: this.clock,
    }
  }

  fail(reason: Reason): void {
    this.problem ??= reason
  }

  /** Walks tokens from `from` on. Words are checked by `asQuery` alone. */
  walk(tokens: readonly Token[], from = 0): void {
    this.inFrom = [false]
    for (let at = from; at < tokens.length; at++) {
      const token = tokens[at]!
      this.follow(tokens, at)
      switch (token.kind) {
        case 'variable':
          this.userVariable(tokens, at, token)
          break
        case 'system':
          this.systemVariable(tokens, at, token)
          break
        case 'hint':
          // They set variables for the statement, or move it to another resource group.
          if (/\b(set_var|resource_group)\b/.test(token.text)) this.fail('session-state')
          break
        case 'word':
        case 'name':
          if (token.kind === 'word' && HIDES_FOUND_ROWS.has(token.text)) this.hidesFoundRows = true
          if (isSymbol(tokens[at + 1], '(')) this.call(tokens, at)
          else if (!isSymbol(tokens[at - 1], '.')) this.identifier(tokens, at)
          break
        default:
      }
    }
    if (
      [...this.relations.values()].some(({ schema, name }) => holdsStatistics(schema, name)) &&
      asksStatistics(tokens)
    )
      this.fail('server-specific')
  }

  /** Keeps track of where a comma separates tables. */
  private follow(tokens: readonly Token[], at: number): void {
    const { kind, text } = tokens[at]!
    const { inFrom } = this
    if (kind === 'symbol' && text === '(')
      inFrom.push(inFrom.at(-1) === true && TABLE_OPENS.test(tokens[at - 1]?.text ?? ''))
    else if (kind === 'symbol' && text === ')' && inFrom.length > 1) inFrom.pop()
    else if (kind === 'word' && (text === 'from' || text === 'update')) inFrom[inFrom.length - 1] = true
    else if (kind === 'word' && AFTER_FROM.has(text)) inFrom[inFrom.length - 1] = false
  }

  private userVariable(tokens: readonly Token[], at: number, token: Token): void {
    if (isSymbol(tokens[at + 1], ':=')) {
      this.assigned.add(token.text)
      this.pins.add('user-variable')
      this.fail('session-state')
    } else {
      this.usesUserVariables = true
      this.inTransaction ??= 'session-state'
    }
  }

  private systemVariable(tokens: readonly Token[], at: number, token: Token): void {
    if (isSymbol(tokens[at + 1], ':=')) {
      this.fail('session-state')
      return
    }
    const treatment = systemVariable(token.text)
    for (const previous of treatment.asksPrevious ?? []) this.previous.add(previous)
    if (treatment.verdict === 'primary') this.fail(treatment.because)
    else this.inTransaction ??= treatment.because
  }

  private call(tokens: readonly Token[], at: number): void {
    const token = tokens[at]!
    const name = token.text.toLowerCase()
    if (this.isTarget(tokens, at)) return
    const qualified = isSymbol(tokens[at - 1], '.') && isIdentifier(tokens[at - 2])
    if (qualified) {
      this.add(tokens[at - 2]!.text.toLowerCase(), name)
      return
    }
    if (isSymbol(tokens[at - 1], '.')) {
      this.add(null, name)
      return
    }
    if (token.kind === 'word' && NOT_CALLED.has(name)) return
    // `AS t (a, b)` names columns, and so does `WITH t (a, b) AS (`.
    if (namesColumns(tokens, at)) {
      if (!isWord(tokens[at - 1], 'as') && !isSymbol(tokens[at - 1], ')')) this.withs.add(name)
      return
    }
    if (name === 'last_insert_id') {
      this.previous.add('insert-id')
      this.inTransaction ??= 'session-state'
      // With an argument it sets what it will give.
      if (!isSymbol(tokens[at + 2], ')')) this.fail('session-state')
    }
    this.add(null, name)
  }

  /** `INSERT INTO a.b (c)`: a table with a list of columns, not a call. */
  private isTarget(tokens: readonly Token[], at: number): boolean {
    let first = at
    while (isSymbol(tokens[first - 1], '.') && isIdentifier(tokens[first - 2])) first -= 2
    const before = tokens[first - 1]
    if (before?.kind !== 'word') return false
    if (!this.changes || !INSERTING.has(before.text)) return false
    const { parts } = nameAt(tokens, first)!
    const found: Name = parts.length > 1 ? { schema: parts[0]!, name: parts[1]! } : { schema: null, name: parts[0]! }
    this.tables.set(`${found.schema ?? ''}.${found.name}`, found)
    this.relations.set(`${found.schema ?? ''}.${found.name}`, found)
    return true
  }

  private add(schema: string | null, name: string): void {
    this.functions.set(`${schema ?? ''}.${name}`, { schema, name })
  }

  private identifier(tokens: readonly Token[], at: number): void {
    const token = tokens[at]!
    if (token.kind === 'word') {
      if (CLOCK_WORDS.has(token.text)) this.clock = true
      if (token.text === 'sql_calc_found_rows') this.leavesFoundRows = true
      if (token.text === 'current_user') this.fail('server-specific')
      if (token.text === 'current_role') this.inTransaction ??= 'session-state'
    }
    const name = nameAt(tokens, at)!
    if (isSymbol(tokens[name.next], '(')) return
    const [first, second] = name.parts
    if (name.parts.length === 1 && token.kind === 'word' && READ_WORDS.has(token.text)) return
    const before = tokens[at - 1]
    if (isWithName(tokens, at)) this.withs.add(first!)
    const listed = this.inFrom.at(-1) === true && (isSymbol(before, ',') || isSymbol(before, '('))
    const table =
      listed || (before?.kind === 'word' && TABLE_BEFORE.has(before.text) && !standsOtherwise(tokens, at - 1))
    const found: Name = second === undefined ? { schema: null, name: first! } : { schema: first!, name: second }
    const key = `${found.schema ?? ''}.${found.name}`
    if (table) this.tables.set(key, found)
    if (table || !(before?.kind === 'word' && COLUMN_BEFORE.has(before.text)) || second !== undefined)
      this.relations.set(key, found)
  }

  /** Looks for what no plain read has in it, from `from` on. The first token has been judged by whoever calls. */
  asQuery(tokens: readonly Token[], from = 0): void {
    let unaccounted = 0
    let depth = 0
    for (let at = from; at < tokens.length; at++) {
      const token = tokens[at]!
      if (isSymbol(token, '(')) depth++
      else if (isSymbol(token, ')') && --depth < 0) this.fail('unparsed')
      if (isSymbol(token, ':=') || isSymbol(token, ';')) this.fail('unparsed')
      if (token.kind === 'name') unaccounted++
      if (token.kind !== 'word') {
        if (token.kind !== 'name') unaccounted = 0
        else if (unaccounted > 2) this.fail('unparsed')
        continue
      }
      const problem = this.wordProblem(tokens, at)
      if (problem !== null) this.fail(problem)
      unaccounted = READ_WORDS.has(token.text) || GRAMMAR_WORDS.has(token.text) ? 0 : unaccounted + 1
      if (unaccounted > 2) this.fail('unparsed')
    }
    if (depth !== 0) this.fail('unparsed')
  }

  private wordProblem(tokens: readonly Token[], at: number): Reason | null {
    const { text } = tokens[at]!
    const next = tokens[at + 1]
    switch (text) {
      case 'for':
        return this.afterFor(tokens, at)
      case 'into':
        if (next?.kind === 'variable') this.pins.add('user-variable')
        return isWord(next, 'outfile', 'dumpfile') ? 'server-specific' : 'session-state'
      case 'lock':
        return 'locking-read'
      case 'set':
        return isWord(tokens[at - 1], 'character', 'char') ? null : 'unparsed'
      case 'insert':
      case 'replace':
      case 'truncate':
        return isSymbol(next, '(') || text === 'truncate' ? null : 'unparsed'
      default:
        return FORBIDDEN_WORDS.has(text) ? 'unparsed' : null
    }
  }

  private afterFor(tokens: readonly Token[], at: number): Reason | null {
    const next = tokens[at + 1]
    if (isWord(next, 'update', 'share')) return 'locking-read'
    if (isWord(tokens[at - 1], 'value')) {
      if (isWord(tokens[at - 2], 'previous')) this.functions.set('.lastval', { schema: null, name: 'lastval' })
      return 'write'
    }
    // SUBSTRING(x FROM 1 FOR 2), USE INDEX FOR JOIN, FOR SYSTEM_TIME (which reads history that replicas have, too).
    if (next?.kind === 'number' || next?.kind === 'parameter') return null
    return isWord(next, 'join', 'order', 'group', 'system_time', 'ordinality') ? null : 'unparsed'
  }
}

const CLOCK_WORDS: ReadonlySet<string> = new Set(
  'current_date current_time current_timestamp localtime localtimestamp utc_date utc_time utc_timestamp'.split(' '),
)

/** Whether some column of statistics is named, or all columns are meant. */
function asksStatistics(tokens: readonly Token[]): boolean {
  return tokens.some((token, at) => {
    if (isIdentifier(token)) return isStatistic(token.text.toLowerCase()) || isWord(token, 'table', 'natural')
    if (!isSymbol(token, '*')) return false
    const before = tokens[at - 1]
    // EXISTS (SELECT * ...) looks at no column.
    if (isWord(before, 'select') && isSymbol(tokens[at - 2], '(') && isWord(tokens[at - 3], 'exists')) return false
    return isSymbol(before, ',') || isSymbol(before, '.') || before?.kind === 'word' || before?.kind === 'hint'
  })
}

/** Words right behind which a table stands. */
const TABLE_BEFORE: ReadonlySet<string> = new Set(
  'from join straight_join into update table describe desc explain tables only'.split(' '),
)

const TABLE_OPENS = /^(from|join|straight_join|,|\()$/
const AFTER_FROM: ReadonlySet<string> = new Set(
  'select where group having order limit window union except intersect set values into for lock'.split(' '),
)

/** In front of the table of an INSERT, REPLACE or CREATE TABLE. */
const INSERTING: ReadonlySet<string> = new Set([
  'table',
  'exists',
  'into',
  'insert',
  'replace',
  'ignore',
  'delayed',
  'low_priority',
])

/** Words right behind which no table can stand: a name there is a column or an alias. */
const COLUMN_BEFORE: ReadonlySet<string> = new Set(
  'select where and or xor not by on having as when then else case between like distinct all limit offset div mod is in'.split(
    ' ',
  ),
)

/** `WITH name AS (`, and the next of them behind a comma. */
const isWithName = (tokens: readonly Token[], at: number): boolean =>
  isWord(tokens[at + 1], 'as') &&
  isSymbol(tokens[at + 2], '(') &&
  (isWord(tokens[at - 1], 'with', 'recursive') || isSymbol(tokens[at - 1], ','))

/** Whether the word at `at` has no table behind it here: `EXTRACT(YEAR FROM x)`, `SELECT STRAIGHT_JOIN x`. */
function standsOtherwise(tokens: readonly Token[], at: number): boolean {
  if (isWord(tokens[at], 'straight_join')) return isWord(tokens[at - 1], 'select', 'distinct', 'all', 'high_priority')
  if (!isWord(tokens[at], 'from')) return false
  let depth = 0
  for (let back = at - 1; back > 0; back--) {
    if (isSymbol(tokens[back], ')')) depth++
    else if (isSymbol(tokens[back], '(') && depth-- === 0) return FROM_WITHIN.has(tokens[back - 1]!.text.toLowerCase())
  }
  return false
}

const FROM_WITHIN: ReadonlySet<string> = new Set(['extract', 'trim', 'substring', 'substr', 'mid'])

/** Whether the name at `at` and the list behind it are `[AS | )] t (a, b)` or `[WITH | ,] t (a, b) AS (`: names of columns, in either case. */
function namesColumns(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]
  // Behind a closing parenthesis nothing can be called.
  const derived = isWord(before, 'as') || isSymbol(before, ')')
  if (!derived && !isWord(before, 'with', 'recursive') && !isSymbol(before, ',')) return false
  let end = at + 2
  while (isIdentifier(tokens[end]) && isSymbol(tokens[end + 1], ',')) end += 2
  if (!isIdentifier(tokens[end]) || !isSymbol(tokens[end + 1], ')')) return false
  return derived || (isWord(tokens[end + 2], 'as') && isSymbol(tokens[end + 3], '('))
}
