import type { Reason } from '../../routing/reasons.ts'
import type { SessionEffect, TransactionControl } from '../../sql/facts.ts'
import { type Analysis, NO_EFFECT, UNKNOWN_EFFECT } from './analysis.ts'
import { type Node, parseStatements } from './parser.ts'
import { judgeStatement, type Statement } from './statements.ts'
import { Collector } from './walk.ts'

/** What a text says, by PostgreSQL's own grammar; null when it is not valid SQL, or too much of it. Bound its size and nesting before. */
export function analyze(sql: string, tokensMax?: number): Analysis | null {
  const statements = parseStatements(sql, tokensMax)
  return statements === null ? null : analyzeStatements(statements.map((statement) => statement.stmt as Node))
}

/** The same for statements that are parsed already. */
export function analyzeStatements(nodes: readonly Node[]): Analysis {
  const collector = new Collector()
  const statements = nodes.map((node) => judgeStatement(node, collector))
  const uses = collector.uses()
  const [only] = statements
  if (statements.length === 1 && only !== undefined) return { ...uses, statements: 1, ...only }
  const plain = statements.every((statement) => statement.kind === 'read')
  const stateless = statements.every((statement) => statement.effect.kind === 'none' && statement.transaction === null)
  return {
    ...uses,
    statements: statements.length,
    command: commandsOf(statements),
    kind: plain ? 'read' : 'primary',
    because: reasonOf(plain),
    transaction: null satisfies TransactionControl | null,
    effect: (stateless ? NO_EFFECT : UNKNOWN_EFFECT) satisfies SessionEffect,
    literalDependent: false,
    ddl: statements.some((statement) => statement.ddl),
  }
}

const reasonOf = (plain: boolean): Reason => (plain ? 'read' : 'multi-statement')

/** Kinds of statements in one text; a migration has a few more than an application. */
const COMMANDS_MAX = 50

function commandsOf(statements: readonly Statement[]): string {
  return [...new Set(statements.map((statement) => statement.command))].slice(0, COMMANDS_MAX).join('; ')
}
