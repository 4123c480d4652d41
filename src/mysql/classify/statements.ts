import { type Extras, NO_EFFECT, NOTHING_USED, type PinCause, type Statement, UNKNOWN_EFFECT } from './analysis.ts'
import { Collector } from './collector.ts'
import { judgeSet } from './set-statement.ts'
import { describeTable, judgeExplain, judgeShow } from './show-statement.ts'
import { extrasOf, fromCollector, query, statement, UNPARSED, type Values } from './statement.ts'
import { isSymbol, isWord, nameAt, type Token } from './tokens.ts'
import { judgeTransaction, judgeXa } from './transaction-statement.ts'

type Judge = (tokens: readonly Token[], values: Values) => Statement

/** Judges one statement. Never throws on any tokens. */
export function judgeStatement(tokens: readonly Token[], values: Values): Statement {
  const first = tokens[0]
  if (first === undefined) return UNPARSED
  if (isSymbol(first, '(')) return query('SELECT', tokens)
  if (first.kind !== 'word') return UNPARSED
  return (JUDGES.get(first.text) ?? unknown)(tokens, values)
}

const unknown: Judge = () => UNPARSED

const readers =
  (command: string): Judge =>
  (tokens) =>
    query(command, tokens)

/** WITH may begin a query or a statement that changes rows. */
const withClause: Judge = (tokens) => {
  let depth = 0
  for (const token of tokens) {
    if (isSymbol(token, '(')) depth++
    else if (isSymbol(token, ')')) depth--
    else if (depth === 0 && isWord(token, 'update', 'delete', 'insert', 'replace'))
      return change(token.text.toUpperCase())(tokens, null)
    else if (depth === 0 && isWord(token, 'select', 'table', 'values')) break
  }
  return query('SELECT', tokens)
}

function change(command: string, extras: Extras = {}): Judge {
  return (tokens) => {
    const collector = new Collector(true)
    collector.walk(tokens)
    const returns = tokens.some((token) => isWord(token, 'returning'))
    const found = { ...extrasOf(collector), ...(returns ? { returnsChanged: true as const } : {}) }
    return statement(command, 'primary', 'write', {
      extras: { ...found, ...extras },
      uses: collector.uses(),
      effect: collector.pins.size > 0 ? UNKNOWN_EFFECT : NO_EFFECT,
    })
  }
}

const stateful = (command: string, extras: Extras = {}): Judge => {
  return () => statement(command, 'primary', 'session-state', { effect: UNKNOWN_EFFECT, extras })
}

const server =
  (command: string): Judge =>
  () =>
    statement(command, 'primary', 'server-specific')

/** CREATE, ALTER, DROP and everything else that ends the transaction and changes what names mean. */
function schemaChange(tokens: readonly Token[]): Statement {
  const words = tokens.filter((token) => token.kind === 'word').map((token) => token.text)
  const verb = words[0]!.toUpperCase()
  const object = words.slice(1, 12).find((word) => OBJECTS.has(word))
  const command = object === undefined ? verb : `${verb} ${object.toUpperCase()}`
  const temporary = words.slice(1, 4).includes('temporary')
  const pins: PinCause[] = []
  if (temporary && verb === 'CREATE') pins.push('temp-table')
  // CREATE TABLE ... SELECT may run anything; bodies of programs only say what they will do.
  if (object === 'table' && words.includes('select')) {
    const collector = new Collector(true)
    collector.walk(tokens)
    pins.push(...collector.pins)
    if (collector.functions.has('.get_lock')) pins.push('advisory-lock')
  }
  const tables = object === 'table' || object === 'tables' ? tableNames(tokens) : []
  return statement(command, 'primary', 'write', {
    effect: pins.length > 0 || temporary ? UNKNOWN_EFFECT : NO_EFFECT,
    uses: { ...NOTHING_USED, tables: tables.map((name) => ({ schema: null, name })) },
    extras: {
      // A temporary table of the same name may be dropped without the word.
      ...(verb === 'DROP' && tables.length > 0
        ? { unpins: ['temp-table'], temporaryTables: { created: [], dropped: tables } }
        : {}),
      ...(temporary && verb === 'CREATE' ? { temporaryTables: { created: tables, dropped: [] } } : {}),
      ...(pins.length > 0 ? { pins } : {}),
      ...(temporary ? {} : { commitsImplicitly: true, changesSchema: true }),
    },
  })
}

const OBJECTS: ReadonlySet<string> = new Set(
  (
    'table tables view index unique fulltext spatial database schema procedure function trigger event user role server tablespace sequence package ' +
    'instance logfile resource undo prepare'
  ).split(' '),
)

/** The names behind TABLE [IF [NOT] EXISTS]. */
function tableNames(tokens: readonly Token[]): string[] {
  let at = tokens.findIndex((token) => isWord(token, 'table', 'tables')) + 1
  while (isWord(tokens[at], 'if', 'not', 'exists')) at++
  const names: string[] = []
  for (;;) {
    const name = nameAt(tokens, at)
    if (name === null) return names
    names.push(name.parts.join('.'))
    if (!isSymbol(tokens[name.next], ',')) return names
    at = name.next + 1
  }
}

const maintenance =
  (command: string): Judge =>
  () =>
    statement(command, 'primary', 'write', { extras: { commitsImplicitly: true } })

const administration = (command: string): Judge => {
  return () => statement(command, 'primary', 'write', { extras: { commitsImplicitly: true, changesSchema: true } })
}

function call(tokens: readonly Token[]): Statement {
  const collector = new Collector()
  collector.walk(tokens, 1)
  const name = nameAt(tokens, 1)
  if (name === null) return { ...UNPARSED, command: 'CALL' }
  const [first, second] = name.parts
  const called = second === undefined ? { schema: null, name: first! } : { schema: first!, name: second }
  const uses = collector.uses()
  const pins: PinCause[] = [...collector.pins]
  // Its parameters may be OUT.
  if (collector.usesUserVariables && !pins.includes('user-variable')) pins.push('user-variable')
  return statement('CALL', 'primary', 'volatile-function', {
    effect: UNKNOWN_EFFECT,
    uses: { ...uses, functions: [called, ...uses.functions.filter((other) => other.name !== called.name)] },
    extras: { ...extrasOf(collector), ...(pins.length > 0 ? { pins } : {}) },
  })
}

function loadData(tokens: readonly Token[]): Statement {
  if (isWord(tokens[1], 'index')) return server('LOAD INDEX')(tokens, null)
  if (!isWord(tokens[1], 'data', 'xml')) return { ...UNPARSED, command: 'LOAD' }
  const local = tokens.slice(2, 5).some((token) => isWord(token, 'local'))
  const variables = tokens.some((token) => token.kind === 'variable')
  const judged = change('LOAD DATA', local ? { localInfile: true } : {})(tokens, null)
  if (!variables) return judged
  return { ...judged, effect: UNKNOWN_EFFECT, extras: { ...judged.extras, pins: ['user-variable'] } }
}

function use(tokens: readonly Token[]): Statement {
  const name = nameAt(tokens, 1)
  if (name === null || name.next !== tokens.length || name.parts.length > 1) return { ...UNPARSED, command: 'USE' }
  const schema = tokens[1]!
  // An unquoted name has lost its capital letters.
  return statement('USE', 'in-transaction', 'session-state', {
    extras: schema.kind === 'name' ? { schema: schema.text } : {},
    effect: UNKNOWN_EFFECT,
  })
}

/** A statement with `text` in it that is one word, for HANDLER x CLOSE and the like. */
const ends = (tokens: readonly Token[], word: string) => isWord(tokens.at(-1), word)

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['select', readers('SELECT')],
  ['table', readers('TABLE')],
  ['values', readers('VALUES')],
  ['with', withClause],
  ['insert', change('INSERT')],
  ['replace', change('REPLACE')],
  ['update', change('UPDATE')],
  ['delete', change('DELETE')],
  ['load', loadData],
  ['import', administration('IMPORT TABLE')],
  ['call', call],
  [
    'do',
    (tokens) => {
      const collector = new Collector()
      collector.walk(tokens, 1)
      collector.fail('volatile-function')
      return fromCollector('DO', collector)
    },
  ],
  [
    'truncate',
    (tokens) => ({
      ...maintenance('TRUNCATE')(tokens, null),
      uses: { ...NOTHING_USED, tables: tableNames(tokens).map((name) => ({ schema: null, name })) },
    }),
  ],
  ['create', schemaChange],
  ['alter', schemaChange],
  ['drop', schemaChange],
  ['rename', schemaChange],
  ['grant', administration('GRANT')],
  ['revoke', administration('REVOKE')],
  ['analyze', analyzeStatement],
  ['optimize', maintenance('OPTIMIZE TABLE')],
  ['repair', maintenance('REPAIR TABLE')],
  ['check', maintenance('CHECK TABLE')],
  ['checksum', server('CHECKSUM TABLE')],
  ['cache', maintenance('CACHE INDEX')],
  ['flush', flush],
  ['reset', maintenance('RESET')],
  ['install', administration('INSTALL')],
  ['uninstall', administration('UNINSTALL')],
  ['purge', server('PURGE')],
  ['change', server('CHANGE REPLICATION')],
  ['start', judgeTransaction],
  ['begin', judgeTransaction],
  ['commit', judgeTransaction],
  ['rollback', judgeTransaction],
  ['savepoint', judgeTransaction],
  ['release', judgeTransaction],
  ['xa', judgeXa],
  ['lock', lock],
  ['unlock', (tokens) => unlock(tokens)],
  [
    'handler',
    (tokens) =>
      ends(tokens, 'close')
        ? stateful('HANDLER', { unpins: ['handler'] })(tokens, null)
        : stateful('HANDLER', { pins: ['handler'] })(tokens, null),
  ],
  ['prepare', stateful('PREPARE', { pins: ['prepared-in-sql'] })],
  ['execute', stateful('EXECUTE', { pins: ['unknown'], changesSchema: true })],
  ['deallocate', stateful('DEALLOCATE PREPARE', { unpins: ['prepared-in-sql'] })],
  ['kill', server('KILL')],
  ['shutdown', server('SHUTDOWN')],
  ['restart', server('RESTART')],
  ['binlog', stateful('BINLOG')],
  ['clone', server('CLONE')],
  ['stop', server('STOP')],
  ['help', server('HELP')],
  [
    'get',
    () =>
      statement('GET DIAGNOSTICS', 'primary', 'session-state', {
        effect: UNKNOWN_EFFECT,
        extras: { asksPrevious: ['warnings'], pins: ['user-variable'] },
      }),
  ],
  ['signal', () => statement('SIGNAL', 'primary', 'session-state')],
  ['resignal', () => statement('RESIGNAL', 'primary', 'session-state')],
  ['use', use],
  ['set', judgeSet],
  ['show', judgeShow],
  ['describe', describeTable],
  ['desc', describeTable],
  ['explain', judgeExplain],
])

function analyzeStatement(tokens: readonly Token[], values: Values): Statement {
  const table = isWord(tokens[1], 'table', 'tables', 'local', 'no_write_to_binlog')
  return table ? maintenance('ANALYZE TABLE')(tokens, values) : judgeExplain(tokens, values)
}

/** Of tables WITH READ LOCK or FOR EXPORT it locks them, or all of them, until UNLOCK TABLES. */
function flush(tokens: readonly Token[]): Statement {
  const locks = tokens.some(
    (token, at) =>
      (isWord(token, 'read') && isWord(tokens[at + 1], 'lock')) ||
      (isWord(token, 'for') && isWord(tokens[at + 1], 'export')),
  )
  if (!locks) return maintenance('FLUSH')(tokens, null)
  return statement('FLUSH', 'primary', 'write', {
    effect: UNKNOWN_EFFECT,
    extras: { pins: ['lock-tables'], commitsImplicitly: true },
  })
}

function lock(tokens: readonly Token[]): Statement {
  if (isWord(tokens[1], 'instance')) return stateful('LOCK INSTANCE', { pins: ['lock-tables'] })(tokens, null)
  return statement('LOCK TABLES', 'primary', 'locking-read', {
    effect: UNKNOWN_EFFECT,
    extras: { pins: ['lock-tables'], commitsImplicitly: true },
  })
}

function unlock(tokens: readonly Token[]): Statement {
  const instance = isWord(tokens[1], 'instance')
  return statement(instance ? 'UNLOCK INSTANCE' : 'UNLOCK TABLES', 'primary', 'session-state', {
    effect: UNKNOWN_EFFECT,
    // It ends the transaction only when tables were locked.
    extras: instance ? { unpins: ['lock-tables'] } : { unpins: ['lock-tables'], commitsImplicitly: true },
  })
}
