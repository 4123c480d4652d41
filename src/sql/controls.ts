import { isExecutable, Reader, skip } from './control-reader.ts'
import type { Control, LexMode, SettingChange } from './facts.ts'
import type { Lexicon } from './lexicon.ts'
import { NONE } from './tokens.ts'

const decoder = new TextDecoder()
/** A control longer than this is none; only EXPLAIN ROUTE carries a statement and may be longer. */
const CONTROL_BYTES_MAX = 8 * 1024

/**
 * A statement that Freshet answers itself: SET, RESET and SHOW of `freshet.*`, EXPLAIN ROUTE. Whoever means Freshet in a form that it does not
 * take is told so, because a server would say something that does not help. What begins with another statement is null.
 */
export function findControl(
  lexicon: Lexicon,
  text: Uint8Array,
  start: number,
  end: number,
  mode: LexMode,
): Control | null {
  const at = skip(lexicon, text, start, end)
  if (at >= end) return null
  const first = text[at]! | 0x20
  const mysql = lexicon.controls === 'mysql'
  // s(et), s(how), r(eset), e(xplain), MySQL's k(ill): everything else is no control, and that is nearly everything.
  if (first === 0x6b && mysql) return kill(new Reader(lexicon, text, at, end, mode))
  if (first === 0x2f && mysql) return insideComment(lexicon, text, at, end, mode)
  if (first !== 0x73 && first !== 0x72 && first !== 0x65) return null
  if (first === 0x65) return explainRoute(lexicon, text, at, end, mode)
  const selects = (text[at + 1]! | 0x20) === 0x65 && (text[at + 2]! | 0x20) === 0x6c
  if (selects && !(mysql && asksVariable(text, at + 6, end))) return null
  if (end - at > CONTROL_BYTES_MAX || !mentionsFreshet(text, at, end)) return null
  const reader = new Reader(lexicon, text, at, end, mode)
  const control = settingStatement(reader, mode)
  return control === null || reader.atEnd() ? control : sequence(reader, mode, control, start, at)
}

/** Goes on behind the first of several statements. */
function sequence(reader: Reader, mode: LexMode, first: Control, start: number, at: number): Control {
  const controls = [first]
  while (!reader.atEnd()) {
    while (reader.symbol(';'));
    const to = reader.at
    const next = settingStatement(reader, mode)
    if (next === null) return { kind: 'sequence', controls, rest: { from: at - start, to: to - start } }
    controls.push(next)
  }
  return { kind: 'sequence', controls, rest: null }
}

/** SET, RESET, SHOW and SELECT of a setting, up to the end or a semicolon. */
function settingStatement(reader: Reader, mode: LexMode): Control | null {
  switch (reader.word()) {
    case 'set':
      return reader.mysql ? mysqlSet(reader, mode) : postgresSet(reader)
    case 'reset': {
      const name = freshetName(reader)
      return name !== null && reader.atStop() ? { kind: 'set', name, value: null, local: false } : null
    }
    case 'show': {
      const name = freshetName(reader)
      return name !== null && reader.atStop() ? { kind: 'show', name } : null
    }
    case 'select':
      return reader.mysql ? selected(reader) : null
    default:
      return null
  }
}

function postgresSet(reader: Reader): Control | null {
  const before = reader.at
  const scope = reader.word()
  const local = scope === 'local'
  if (!local && scope !== 'session') reader.at = before
  const name = freshetName(reader)
  if (name === null) return null
  // What else the server understands it would take for a setting of the client's own, and nobody would notice. The rest is an error there.
  const misuse = { kind: 'misuse', what: 'expression', name } as const
  const word = reader.symbol('=') ? 'to' : reader.word()
  if (word === 'from') return reader.word() === 'current' ? misuse : null
  const value = word === 'to' ? reader.value() : undefined
  if (value === undefined) return null
  if (reader.atStop()) return { kind: 'set', name, value, local }
  // U&'...', or a list.
  return reader.symbol('&') || reader.symbol(',') ? misuse : null
}

/** MySQL's SET assigns a list, and only those whose targets are all Freshet's are its own. */
function mysqlSet(reader: Reader, mode: LexMode): Control | null {
  const changes: SettingChange[] = []
  let misuse: Control | null = null
  let mine: string | null = null
  let others = false
  const before = reader.at
  // MariaDB: assignments for the length of another statement, in which there may be more of them.
  if (reader.word() === 'statement') return null
  reader.at = before
  do {
    const target = assigned(reader)
    if (target === null) {
      // What could be read wrongly is left to the server.
      if (!mode.asciiSafeEncoding || !reader.expression()) return null
      others = true
      continue
    }
    const { name } = target
    mine ??= name
    if (target.global) misuse ??= { kind: 'misuse', what: 'scope', name }
    const from = reader.at
    const value = reader.value()
    if (value !== undefined && reader.atDelimiter()) changes.push({ kind: 'set', name, value, local: false })
    else {
      reader.at = from
      const placeholder = reader.symbol('?') && reader.atDelimiter()
      reader.at = from
      if (!reader.expression()) return null
      misuse ??= { kind: 'misuse', what: placeholder ? 'placeholder' : 'expression', name }
    }
  } while (reader.symbol(','))
  if (mine === null || !reader.atStop()) return null
  if (others) return { kind: 'misuse', what: 'mixed', name: mine }
  if (misuse !== null) return misuse
  return changes.length === 1 ? changes[0]! : { kind: 'set-all', changes }
}

const GLOBAL_SCOPES = new Set(['global', 'persist', 'persist_only'])

/** `[scope] freshet.name =`, or `@@[scope.]freshet.name =`; null, and nothing read, when something else is assigned to. LOCAL means SESSION there. */
function assigned(reader: Reader): { readonly name: string; readonly global: boolean } | null {
  const start = reader.at
  const found = variable(reader)
  if (found !== null && (reader.symbol('=') || (reader.symbol(':') && reader.symbol('=')))) return found
  reader.at = start
  return null
}

/** MySQL: `freshet.name` with its scope in front of it. */
function variable(reader: Reader): { readonly name: string; readonly global: boolean } | null {
  // With one @ it would be a variable of the user's own.
  const system = reader.symbol('@')
  if (system && !reader.symbol('@')) return null
  const before = reader.at
  const scope = reader.word() ?? ''
  const global = GLOBAL_SCOPES.has(scope)
  if (!global && scope !== 'session' && scope !== 'local') reader.at = before
  else if (system && !reader.symbol('.')) return null
  const name = freshetName(reader)
  return name === null ? null : { name, global }
}

/** Whether `@@` stands where the select list begins. */
function asksVariable(text: Uint8Array, at: number, end: number): boolean {
  while (at < end && text[at]! <= 0x20) at++
  return at + 1 < end && text[at] === 0x40 && text[at + 1] === 0x40
}

/** SELECT @@freshet.name and nothing else. */
function selected(reader: Reader): Control | null {
  if (!reader.symbol('@')) return null
  const from = --reader.at
  const found = variable(reader)
  if (found === null) return null
  const { name, global } = found
  const column = reader.textFrom(from)
  const alone = reader.atStop()
  while (!reader.atStop()) if (!reader.symbol(',') && !reader.expression()) return null
  if (!alone) return { kind: 'misuse', what: 'select', name }
  return global ? { kind: 'misuse', what: 'scope', name } : { kind: 'show', name, column }
}

/** Every MySQL and MariaDB runs what stands in `/*! ... *\/` and `/*!40101 ... *\/`; up to this version that is sure. */
const VERSION_MAX = 50_000

function insideComment(lexicon: Lexicon, text: Uint8Array, at: number, end: number, mode: LexMode): Control | null {
  if (!isExecutable(text, at, end) || text[at + 2] !== 0x21) return null
  if (end - at > CONTROL_BYTES_MAX || !mentionsFreshet(text, at, end)) return null
  const from = at + 3
  let to = from
  while (to + 1 < end && (text[to] !== 0x2a || text[to + 1] !== 0x2f)) to++
  const digits = /^\d*/.exec(decoder.decode(text.subarray(from, Math.min(to, from + 7))))![0].length
  if (digits !== 0 && (digits !== 5 || Number(decoder.decode(text.subarray(from, from + 5))) > VERSION_MAX)) return null
  const behind = new Reader(lexicon, text, Math.min(to + 2, end), end, mode)
  if (to + 1 >= end || !behind.atEnd()) return null
  const control = findControl(lexicon, text, from + digits, to, mode)
  return control?.kind === 'sequence' ? null : control
}

/** KILL [HARD | SOFT] [CONNECTION | QUERY] id. Ids of queries, users and expressions are the server's own affair. */
function kill(reader: Reader): Control | null {
  if (reader.word() !== 'kill') return null
  let target: 'connection' | 'query' = 'connection'
  let word = reader.word()
  if (word === 'hard' || word === 'soft') word = reader.word()
  if (word === 'connection' || word === 'query') {
    target = word
    word = reader.word()
  }
  if (word === null || !/^[0-9]{1,20}$/.test(word) || !reader.atEnd()) return null
  return { kind: 'kill', id: word, target }
}

/** `freshet.max_lag` gives `max_lag`. */
function freshetName(reader: Reader): string | null {
  const word = reader.word()?.toLowerCase()
  if (word === 'freshet') return reader.symbol('.') ? (reader.word()?.toLowerCase() ?? null) : null
  // PostgreSQL takes the whole name in one pair of quotes, too.
  return (reader.mysql ? null : /^freshet\.(\w+)$/.exec(word ?? '')?.[1]) ?? null
}

function explainRoute(lexicon: Lexicon, text: Uint8Array, start: number, end: number, mode: LexMode): Control | null {
  const at = keyword(lexicon, text, start, end, 'explain')
  if (at === NONE) return null
  const after = keyword(lexicon, text, skip(lexicon, text, at, end), end, 'route')
  if (after === NONE) return null
  const from = skip(lexicon, text, after, end)
  // With the comments in front of it: one of them may be a hint.
  const statement = decoder.decode(text.subarray(after, end)).trimStart()
  // A column or table called route: EXPLAIN has no such form, but be sure that a statement follows.
  if (from >= end) return null
  // MySQL's `EXPLAIN route id` describes a column of a table of that name.
  if (lexicon.controls === 'mysql') {
    const reader = new Reader(lexicon, text, from, end, mode)
    const word = reader.word()
    if (word !== null && reader.atEnd() && !/^(begin|commit|rollback)$/.test(word)) return null
  }
  return { kind: 'explain-route', statement }
}

/**
 * How many parameters a driver may bind to EXPLAIN ROUTE of this statement, which names them as if it were to run. Their values mean nothing.
 * Quotes and comments are read roughly: what is counted wrongly costs an error message of the driver.
 */
export function explainedParameters(control: Control | null, mysql: boolean): number {
  if (control?.kind !== 'explain-route') return 0
  const { statement } = control
  let count = 0
  // One pass: a text without ends must cost no more than one with them.
  for (let at = 0; at >= 0 && at < statement.length; at++) {
    const character = statement[at]!
    if (character === "'" || character === '"' || character === '`') at = endOf(statement, character, at + 1)
    else if (character === '-' && statement[at + 1] === '-') at = endOf(statement, '\n', at)
    else if (character === '/' && statement[at + 1] === '*') at = endOf(statement, '*/', at)
    else if (character === '?' && mysql) count++
    else if (character === '$' && !mysql)
      count = Math.max(count, Number(/^\d{1,5}/.exec(statement.slice(at + 1, at + 6))?.[0] ?? 0))
  }
  return Math.min(count, 65_535)
}

const endOf = (text: string, mark: string, from: number): number => {
  const at = text.indexOf(mark, from)
  return at < 0 ? text.length : at
}

function keyword(lexicon: Lexicon, text: Uint8Array, at: number, end: number, word: string): number {
  for (let i = 0; i < word.length; i++, at++) if (at >= end || (text[at]! | 0x20) !== word.charCodeAt(i)) return NONE
  return at < end && lexicon.continuesWord[text[at]!] === 1 ? NONE : at
}

function mentionsFreshet(text: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + 7 <= end; at++) {
    if ((text[at]! | 0x20) === 0x66 && (text[at + 1]! | 0x20) === 0x72 && (text[at + 2]! | 0x20) === 0x65) {
      let same = 3
      while (same < 7 && (text[at + same]! | 0x20) === 'freshet'.charCodeAt(same)) same++
      if (same === 7) return true
    }
  }
  return false
}
