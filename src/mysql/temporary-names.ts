/**
 * Names of temporary tables as a text writes them. Facts have them in lower case, and to a server `Foo` and `foo` may be two tables
 * (manual, "Identifier Case Sensitivity").
 */

const NAME = '(?:`(?:[^`]|``)+`|"(?:[^"]|"")+"|[\\w$\\u0080-\\uffff]+)'
const TABLE = `${NAME}(?:\\s*\\.\\s*${NAME})?`
const COMMENTS = '(?:\\s|/\\*(?!M?!)[^*]*\\*+(?:[^/*][^*]*\\*+)*/)*'
const CREATED = new RegExp(
  `^${COMMENTS}create\\s+(?:or\\s+replace\\s+)?temporary\\s+table\\s+(?:if\\s+not\\s+exists\\s+)?(${TABLE})`,
  'i',
)
const DROPPED = new RegExp(
  `^${COMMENTS}drop\\s+(?:temporary\\s+)?tables?\\s+(?:if\\s+exists\\s+)?(${TABLE}(?:\\s*,\\s*${TABLE})*)(?:\\s+(?:restrict|cascade))?${COMMENTS}(?:;${COMMENTS})?$`,
  'i',
)
const EACH = new RegExp(TABLE, 'g')
const PART = new RegExp(NAME, 'g')

/** What a statement has created; null: it cannot be told. `schema`: for names without one. */
export function createdTable(text: string, schema: string): string | null {
  const match = CREATED.exec(text)
  return match === null ? null : qualified(match[1]!, schema)
}

/** What a statement has dropped; none when it cannot be told. */
export function droppedTables(text: string, schema: string): string[] {
  const match = DROPPED.exec(text)
  return match === null ? [] : (match[1]!.match(EACH) ?? []).map((name) => qualified(name, schema))
}

/** An unqualified name means another table once the schema is another one. */
function qualified(name: string, schema: string): string {
  const parts = (name.match(PART) ?? []).map(bare)
  return JSON.stringify(parts.length > 1 ? parts : [schema, ...parts])
}

function bare(name: string): string {
  const quote = name[0]!
  return quote === '`' || quote === '"' ? name.slice(1, -1).replaceAll(quote + quote, quote) : name
}
