/** Random SELECTs that both engines' parsers take: nested as deep as nobody writes them, of all the expressions that people write. */

const below = (n: number): number => Math.floor(Math.random() * n)
const one = (of: readonly string[]): string => of[below(of.length)]!

/** Each makes an expression from smaller ones. */
const EXPRESSIONS: readonly ((part: () => string, depth: number) => string)[] = [
  (part) => `(${part()})`,
  (part) => `${part()} + ${part()}`,
  (part) => `NOT ${part()}`,
  (part) => `- ${part()}`,
  (part) => `lower(${part()})`,
  (part) => `coalesce(${part()}, ${part()})`,
  (part) => `max(${part()})`,
  (part) => `count(DISTINCT ${part()})`,
  (part) => `sum(${part()}) OVER (PARTITION BY ${part()} ORDER BY ${part()})`,
  (part) => `CAST(${part()} AS char(10))`,
  (part) => `extract(year FROM ${part()})`,
  (part) => `trim(both ${part()} FROM ${part()})`,
  (part) => `CASE WHEN ${part()} THEN ${part()} ELSE ${part()} END`,
  (part) => `${part()} AND (${part()} OR ${part()})`,
  (part) => `${part()} IN (${part()}, ${part()})`,
  (part) => `${part()} BETWEEN ${part()} AND ${part()}`,
  (part) => `${part()} LIKE ${part()}`,
  (part) => `${part()} IS NOT NULL`,
  (part) => `(${part()}, ${part()}) = (${part()}, ${part()})`,
  (_, depth) => `EXISTS (${select(depth)})`,
  (_, depth) => `(${select(depth)})`,
]

function expression(depth: number): string {
  if (depth <= 0) return one(['a', 'b.c', '1', "'x'", 'NULL', 'now()'])
  return EXPRESSIONS[below(EXPRESSIONS.length)]!(() => expression(depth - 1), depth - 1)
}

function table(depth: number): string {
  if (depth <= 0) return one(['t', 'u', 'v AS w'])
  const part = () => table(depth - 1)
  switch (below(5)) {
    case 0:
      return `(${select(depth - 1)}) d`
    case 1:
      return `${part()} JOIN ${part()} ON ${expression(depth - 2)}`
    case 2:
      return `${part()} LEFT JOIN ${part()} USING (a)`
    case 3:
      return `${part()}, ${part()}`
    default:
      return part()
  }
}

function select(depth: number): string {
  const where = below(2) === 0 ? '' : ` WHERE ${expression(depth)}`
  const grouped = below(4) > 0 ? '' : ` GROUP BY ${expression(depth - 2)}`
  const union = below(6) > 0 || depth <= 0 ? '' : ` UNION ${select(depth - 2)}`
  return `SELECT ${expression(depth)} FROM ${table(depth - 1)}${where}${grouped}${union}`
}

/** From one line to a few kilobytes. */
export const randomSelect = (): string => select(1 + below(5))

/** The same statement as one that was never seen. */
export const named = (statement: string, name: string): string => statement.replace('SELECT ', `SELECT q${name}, `)
