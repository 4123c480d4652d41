/** A statement that asks nothing but how the one before it went: SHOW WARNINGS and its kin, and SELECT of nothing but the functions and variables below. */
export type DiagnosticQuery =
  | { readonly kind: 'list'; readonly errorsOnly: boolean; readonly offset: number; readonly limit: number }
  | { readonly kind: 'count'; readonly errorsOnly: boolean }
  | { readonly kind: 'select'; readonly items: readonly DiagnosticItem[] }

export type DiagnosticValue =
  | 'row-count'
  | 'found-rows'
  | 'insert-id'
  | 'connection-id'
  | 'warning-count'
  | 'error-count'

export interface DiagnosticItem {
  readonly value: DiagnosticValue
  /** The column's name: the alias, or the expression as it was written. */
  readonly name: string
  /** Written as a variable (`@@identity`): its column is nullable. */
  readonly variable: boolean
}

const TEXT_MAX = 400
/** Nearly every other statement fails here. */
const CANDIDATE = /^\s*(?:show\s+(?:warnings|errors|count)\b|select\s+(?:[rflc][a-z]+_[a-z_]+\s*\(|@@))/i
const LIST = /^\s*show\s+(warnings|errors)(?:\s+limit\s+(\d{1,9})(?:\s*,\s*(\d{1,9})|\s+offset\s+(\d{1,9}))?)?[\s;]*$/i
const COUNT = /^\s*show\s+count\s*\(\s*\*\s*\)\s+(warnings|errors)[\s;]*$/i
const SELECT = /^\s*select\s+/i
const FUNCTION = /(row_count|found_rows|last_insert_id|connection_id)\s*\(\s*\)/iy
const VARIABLE = /@@(?:(?:session|local)\.)?(warning_count|error_count|identity|last_insert_id)\b/iy
const ALIAS =
  /\s*\bas\s+(?:`([^`]+)`|'([^'\\]+)'|"([^"\\]+)"|([a-z_]\w*))|\s*(?:`([^`]+)`|'([^'\\]+)'|"([^"\\]+)")|\s+([a-z_]\w*)/iy
const COMMA = /\s*,\s*/y
/** One row is what there is, so a limit from 1 on changes nothing. */
const END = /(?:\s+from\s+dual)?(?:\s+limit\s+[1-9]\d{0,8})?[\s;]*$/iy
/** Words that go on with a statement where an alias could stand. */
const NO_ALIAS =
  /^(?:from|limit|into|for|union|where|group|order|having|window|procedure|lock|except|intersect|div|mod|and|or|xor|is|in|not|like|between|rlike|regexp|sounds|collate|member|offset|fetch|minus|as|use|partition|over)$/i

const VALUES: Readonly<Record<string, DiagnosticValue>> = {
  row_count: 'row-count',
  found_rows: 'found-rows',
  last_insert_id: 'insert-id',
  connection_id: 'connection-id',
  warning_count: 'warning-count',
  error_count: 'error-count',
  identity: 'insert-id',
}

/** Reads such a statement; null for everything else. `text`: latin1, because only ASCII can be one. */
export function readDiagnosticQuery(text: string): DiagnosticQuery | null {
  if (text.length > TEXT_MAX || !CANDIDATE.test(text)) return null
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7e) return null
  const list = LIST.exec(text)
  if (list !== null) {
    const [, what, first, second, offset] = list
    const errorsOnly = what!.toLowerCase() === 'errors'
    if (first === undefined) return { kind: 'list', errorsOnly, offset: 0, limit: Number.POSITIVE_INFINITY }
    if (second !== undefined) return { kind: 'list', errorsOnly, offset: Number(first), limit: Number(second) }
    return { kind: 'list', errorsOnly, offset: Number(offset ?? 0), limit: Number(first) }
  }
  const count = COUNT.exec(text)
  if (count !== null) return { kind: 'count', errorsOnly: count[1]!.toLowerCase() === 'errors' }
  const select = SELECT.exec(text)
  return select === null ? null : readItems(text, select[0].length)
}

function readItems(text: string, from: number): DiagnosticQuery | null {
  const items: DiagnosticItem[] = []
  let at = from
  for (;;) {
    const variable = text[at] === '@'
    const expression = match(variable ? VARIABLE : FUNCTION, text, at)
    if (expression === null) return null
    at += expression[0].length
    let name = expression[0]
    const alias = match(ALIAS, text, at)
    const word = alias?.slice(1).find((part) => part !== undefined)
    if (alias !== null && word !== undefined && !isReserved(alias, word)) {
      name = word
      at += alias[0].length
    }
    items.push({ value: VALUES[expression[1]!.toLowerCase()]!, name, variable })
    const comma = match(COMMA, text, at)
    if (comma === null) break
    at += comma[0].length
  }
  return match(END, text, at) === null ? null : { kind: 'select', items }
}

/** A bare word may be a keyword: then it is no alias, and END decides what becomes of it. */
const isReserved = (alias: RegExpExecArray, word: string): boolean =>
  (alias[4] !== undefined || alias[8] !== undefined) && NO_ALIAS.test(word)

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
