import type { Isolation, SessionEffect, Setting } from '../../sql/facts.ts'
import { type Extras, NO_EFFECT, type PinCause, type Statement, UNKNOWN_EFFECT } from './analysis.ts'
import { Collector } from './collector.ts'
import { extrasOf, query, statement, UNPARSED, type Values } from './statement.ts'
import { isIdentifier, isSymbol, isWord, type Token } from './tokens.ts'
import { Words } from './transaction-statement.ts'

/** SET in all its forms: the manual's section "SET Statements". */
export function judgeSet(tokens: readonly Token[], values: Values): Statement {
  const second = tokens[1]
  if (isWord(second, 'password')) {
    return statement('SET PASSWORD', 'primary', 'write', { extras: { commitsImplicitly: true } })
  }
  if (isWord(second, 'role'))
    return statement('SET ROLE', 'primary', 'session-state', { effect: UNKNOWN_EFFECT, extras: { pins: ['role'] } })
  if (isWord(second, 'default') && isWord(tokens[2], 'role')) {
    return statement('SET DEFAULT ROLE', 'primary', 'write', { extras: { commitsImplicitly: true } })
  }
  if (isWord(second, 'resource')) return opaque('SET RESOURCE GROUP')
  if (isWord(second, 'statement')) return setStatementFor(tokens)
  const scoped = isWord(second, 'global', 'session', 'local')
  if (isWord(tokens[scoped ? 2 : 1], 'transaction')) return setTransaction(tokens, scoped ? second!.text : null)
  return assignments(tokens, values)
}

const opaque = (command: string): Statement =>
  statement(command, 'primary', 'session-state', { effect: UNKNOWN_EFFECT, extras: { pins: ['unknown'] } })

function setTransaction(tokens: readonly Token[], scope: string | null): Statement {
  const reader = new Words(tokens.slice(scope === null ? 2 : 3))
  let readOnly: boolean | null = null
  let isolation: Isolation | null = null
  while (!reader.atEnd) {
    if (reader.skip('read', 'only')) readOnly = true
    else if (reader.skip('read', 'write')) readOnly = false
    else if (reader.skip('isolation', 'level')) {
      isolation = ISOLATIONS.find((level) => reader.skip(...level.split(' '))) ?? null
      if (isolation === null) return UNPARSED
    } else return UNPARSED
    if (!reader.symbol(',') && !reader.atEnd) return UNPARSED
  }
  if (scope === 'global')
    return statement('SET TRANSACTION', 'primary', 'write', { extras: { settings: named('global') } })
  if (scope !== null) {
    return statement('SET TRANSACTION', 'primary', 'session-state', {
      effect: UNKNOWN_EFFECT,
      extras: { settings: named('session') },
    })
  }
  return statement('SET TRANSACTION', 'primary', 'transaction', {
    transaction: { op: 'set-transaction', readOnly, isolation, snapshot: false, scope: 'next' },
    extras: { settings: named('next') },
  })

  function named(where: Setting['scope']): Setting[] {
    return [
      ...(isolation === null
        ? []
        : [{ scope: where, name: 'transaction_isolation', value: `'${isolation.toUpperCase().replace(' ', '-')}'` }]),
      ...(readOnly === null ? [] : [{ scope: where, name: 'transaction_read_only', value: readOnly ? '1' : '0' }]),
    ]
  }
}

const ISOLATIONS: readonly Isolation[] = ['read uncommitted', 'read committed', 'repeatable read', 'serializable']

function assignments(tokens: readonly Token[], values: Values): Statement {
  const settings: Setting[] = []
  const collector = new Collector()
  for (const part of parts(tokens, 1)) {
    const setting = assignment(part, values)
    if (setting === null) return { ...UNPARSED, command: 'SET' }
    settings.push(setting.setting)
    collector.walk(setting.expression)
  }
  if (settings.length === 0) return { ...UNPARSED, command: 'SET' }
  const only = settings.length === 1 ? settings[0]! : null
  const scopes = new Set(settings.map((setting) => setting.scope))
  const elsewhere = scopes.has('global') || scopes.has('persist') || scopes.has('persist-only')
  const pins: PinCause[] = [...collector.pins]
  if (scopes.has('user') && !pins.includes('user-variable')) pins.push('user-variable')
  if (settings.some(({ scope, name }) => scope === 'session' && name === 'profiling')) pins.push('profiling')
  const autocommit = settings.find(({ scope, name }) => scope === 'session' && name === 'autocommit')
  const commits = autocommit !== undefined && truth(autocommit.value) !== false
  const extras: Extras = {
    ...extrasOf(collector),
    settings,
    ...(pins.length > 0 ? { pins } : {}),
    ...(commits ? { commitsImplicitly: true as const } : {}),
  }
  const simple = only !== null && only.scope === 'session' && only.value !== null && collector.functions.size === 0
  const names = isWord(tokens[1], 'names') ? 'SET NAMES' : 'SET'
  return statement(
    names,
    simple && !NOT_ON_A_REPLICA.test(only.name) ? 'in-transaction' : 'primary',
    elsewhere ? 'write' : 'session-state',
    {
      extras,
      effect: effectOf(only, simple, elsewhere && scopes.size === 1 && pins.length === 0),
      uses: collector.uses(),
      // What is set hangs on the literals, unless it is a variable that no one here has to know.
      literalDependent: scopes.has('session') && tokens.some((token) => token.literal >= 0),
      transaction: only !== null && only === autocommit ? { op: 'set-autocommit', value: truth(only.value) } : null,
    },
  )
}

/** What would take the read-only transactions away from a replica's connection, or means something for writing only. */
const NOT_ON_A_REPLICA =
  /^(autocommit$|completion_type$|transaction_|tx_|sql_log_|gtid_|binlog_|pseudo_|insert_id$|session_track_|server_id$|skip_replication$|debug)/

function effectOf(only: Setting | null, simple: boolean, none: boolean): SessionEffect {
  if (none) return NO_EFFECT
  if (!simple || only === null || only.name === 'names') return UNKNOWN_EFFECT
  return { kind: 'set', name: only.name, value: only.value === 'default' ? null : only.value, local: false }
}

function truth(value: string | null): boolean | null {
  if (value === null) return null
  const bare = value.toLowerCase().replace(/^['"]|['"]$/g, '')
  if (bare === '1' || bare === 'on' || bare === 'true') return true
  return bare === '0' || bare === 'off' || bare === 'false' ? false : null
}

/** The parts between commas outside of parentheses. */
function parts(tokens: readonly Token[], from: number): Token[][] {
  const found: Token[][] = []
  let current: Token[] = []
  let depth = 0
  for (const token of tokens.slice(from)) {
    if (isSymbol(token, '(')) depth++
    else if (isSymbol(token, ')')) depth--
    if (depth === 0 && isSymbol(token, ',')) {
      found.push(current)
      current = []
    } else current.push(token)
  }
  found.push(current)
  return found
}

const SCOPES: Readonly<Record<string, Setting['scope']>> = {
  global: 'global',
  session: 'session',
  local: 'session',
  persist: 'persist',
  persist_only: 'persist-only',
}

/** One `[scope] name = expression`. null: not understood. */
function assignment(
  part: readonly Token[],
  values: Values,
): { readonly setting: Setting; readonly expression: readonly Token[] } | null {
  const first = part[0]
  if (first === undefined) return null
  if (
    isWord(first, 'names') ||
    isWord(first, 'charset') ||
    (isWord(first, 'character', 'char') && isWord(part[1], 'set'))
  ) {
    return { setting: { scope: 'session', name: 'names', value: null }, expression: [] }
  }
  let at = 0
  let scope: Setting['scope'] = 'session'
  let name: string
  if (first.kind === 'variable') {
    scope = 'user'
    name = first.text
    at = 1
  } else if (first.kind === 'system') {
    const [head, ...rest] = first.text.split('.')
    const known = rest.length > 0 ? SCOPES[head!] : undefined
    if (known !== undefined) scope = known
    name = known === undefined ? first.text : rest.join('.')
    at = 1
  } else {
    const known = first.kind === 'word' && isIdentifier(part[1]) ? SCOPES[first.text] : undefined
    if (known !== undefined) {
      scope = known
      at = 1
    }
    const words: string[] = []
    while (isIdentifier(part[at])) {
      words.push(part[at]!.text.toLowerCase())
      at++
      if (!isSymbol(part[at], '.')) break
      at++
    }
    if (words.length === 0) return null
    name = words.join('.')
  }
  if (!isSymbol(part[at], '=') && !isSymbol(part[at], ':=')) return null
  const expression = part.slice(at + 1)
  if (expression.length === 0) return null
  return { setting: { scope, name, value: constant(expression, values) }, expression }
}

/** The SQL text of one literal or word; null for anything else, and for literals that are not known. */
function constant(expression: readonly Token[], values: Values): string | null {
  const [first, second] = expression
  if (expression.length === 1 && first!.kind === 'word') return first!.text
  if (expression.length === 1 && first!.literal >= 0) return values?.[first!.literal] ?? null
  if (expression.length === 2 && isSymbol(first, '-') && second!.kind === 'number') {
    const number = values?.[second!.literal]
    return number === undefined ? null : `-${number}`
  }
  return null
}

/** MariaDB's SET STATEMENT ... FOR: limits and buffers change nothing about what the statement is. */
const HARMLESS_FOR_ONE: ReadonlySet<string> = new Set(
  (
    'max_statement_time lock_wait_timeout innodb_lock_wait_timeout join_buffer_size sort_buffer_size tmp_table_size max_heap_table_size ' +
    'max_sort_length group_concat_max_len optimizer_switch optimizer_search_depth join_cache_level max_recursive_iterations'
  ).split(' '),
)

function setStatementFor(tokens: readonly Token[]): Statement {
  const at = tokens.findIndex((token) => isWord(token, 'for'))
  const settings = at < 0 ? [] : parts(tokens.slice(0, at), 2).map((part) => assignment(part, null))
  const inner = at < 0 ? undefined : tokens[at + 1]
  const harmless = settings.every(
    (found) => found !== null && HARMLESS_FOR_ONE.has(found.setting.name) && found.expression.length === 1,
  )
  if (harmless && (isWord(inner, 'select', 'with', 'table', 'values') || isSymbol(inner, '(')))
    return query('SELECT', tokens, at + 1)
  const collector = new Collector(true)
  collector.walk(tokens, 2)
  return statement('SET STATEMENT', 'primary', 'session-state', {
    effect: UNKNOWN_EFFECT,
    extras: { ...extrasOf(collector), pins: [...collector.pins, 'unknown'], changesSchema: true },
    uses: collector.uses(),
  })
}
