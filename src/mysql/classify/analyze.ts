import { type Analysis, type Extras, NO_EFFECT, type Statement, UNKNOWN_EFFECT, type Uses } from './analysis.ts'
import type { Values } from './statement.ts'
import { judgeStatement } from './statements.ts'
import { statementsOf, tokensOf } from './tokens.ts'

/** What a canonical text says. `values`: the literals' own texts by number, when they count. Never null: what is not understood is `unparsed`. */
export function analyze(canonical: string, values: Values = null): Analysis {
  const statements = statementsOf(tokensOf(canonical)).map((tokens) => judgeStatement(tokens, values))
  const uses = together(statements)
  const [only] = statements
  if (statements.length === 1 && only !== undefined) return { ...only, ...uses, statements: 1 }
  const plain = statements.every((one) => one.kind === 'read')
  const stateless = statements.every((one) => one.effect.kind === 'none' && one.transaction === null)
  return {
    ...uses,
    statements: statements.length,
    command: [...new Set(statements.map((one) => one.command))].slice(0, 5).join('; '),
    kind: plain ? 'read' : 'primary',
    because: plain ? 'read' : 'multi-statement',
    transaction: null,
    effect: stateless ? NO_EFFECT : UNKNOWN_EFFECT,
    literalDependent: false,
    extras: joined(statements),
  }
}

function together(statements: readonly Statement[]): Uses {
  return {
    functions: statements.flatMap((one) => one.uses.functions),
    relations: statements.flatMap((one) => one.uses.relations),
    tables: statements.flatMap((one) => one.uses.tables),
    clock: statements.some((one) => one.uses.clock),
  }
}

function joined(statements: readonly Statement[]): Extras {
  const all = statements.map((one) => one.extras)
  const union = <Value>(pick: (extras: Extras) => readonly Value[] | undefined): Value[] => [
    ...new Set(all.flatMap((extras) => pick(extras) ?? [])),
  ]
  const pins = union((extras) => extras.pins)
  // What a later statement takes away may be of another kind than what an earlier one has left.
  const unpins = pins.length > 0 ? [] : union((extras) => extras.unpins)
  // Only the first statement can ask about what came before the text; an insert id lasts longer.
  const previous = union((extras) =>
    extras === all[0] ? extras.asksPrevious : extras.asksPrevious?.filter((one) => one === 'insert-id'),
  )
  const settings = union((extras) => extras.settings)
  const created = union((extras) => extras.temporaryTables?.created)
  const dropped = union((extras) => extras.temporaryTables?.dropped)
  const some = (test: (extras: Extras) => boolean | undefined) => all.some((extras) => test(extras) === true)
  return {
    ...(pins.length > 0 ? { pins } : {}),
    ...(unpins.length > 0 ? { unpins } : {}),
    ...(previous.length > 0 ? { asksPrevious: previous } : {}),
    ...(settings.length > 0 ? { settings } : {}),
    ...(created.length + dropped.length > 0 ? { temporaryTables: { created, dropped } } : {}),
    ...(some((extras) => extras.usesUserVariables) ? { usesUserVariables: true } : {}),
    ...(some((extras) => extras.leavesFoundRows) ? { leavesFoundRows: true } : {}),
    ...(some((extras) => extras.hidesFoundRows) ? { hidesFoundRows: true } : {}),
    ...(some((extras) => extras.returnsChanged) ? { returnsChanged: true } : {}),
    ...(some((extras) => extras.commitsImplicitly) ? { commitsImplicitly: true } : {}),
    ...(some((extras) => extras.changesSchema) ? { changesSchema: true } : {}),
    ...(some((extras) => extras.localInfile) ? { localInfile: true } : {}),
  }
}
