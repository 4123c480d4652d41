import type { Reason } from '../../routing/reasons.ts'
import type { Judgement } from '../../sql/classifier.ts'
import type { Facts } from '../../sql/facts.ts'
import { type Analysis, type Extras, type Name, UNKNOWN_EFFECT, type Uses } from './analysis.ts'
import {
  builtinEverywhere,
  builtinFunction,
  primary,
  READ,
  SYSTEM_SCHEMAS,
  systemRelation,
  type Treatment,
  UNKNOWN_FUNCTION,
  UNKNOWN_RELATION,
  UNREPLICATED,
} from './builtins.ts'
import type { Catalog, Relation } from './catalog.ts'
import { type Bodies, bodiesOf } from './routines.ts'
import { PERHAPS_CALLED } from './words.ts'

export interface Knowledge {
  readonly catalog: Catalog | null
  readonly bodies: Bodies | null
  readonly doubtful: boolean
}

const SEQUENCE = primary('server-specific')
const SYSTEM_FUNCTION = primary('server-specific')
const SYSTEM_TABLE = primary('server-specific')

/** Tables of INFORMATION_SCHEMA for which views are opened. */
const OPENING_VIEWS: ReadonlySet<string> = new Set(['columns', 'views', 'tables'])

/** The facts about a text under one catalog. `doubtful`: DDL has been seen since it was read, so what users made is not trusted. */
export function judge(analysis: Analysis, catalog: Catalog | null, doubtful: boolean): Judgement {
  // What SHOW names may be a schema, and it runs nothing.
  const uses = analysis.command === 'SHOW' ? { ...analysis, tables: [] } : analysis
  const found = judgeUses(uses, { catalog, bodies: catalog === null ? null : bodiesOf(catalog), doubtful })
  const kind = worseOf(analysis.kind, found.verdict)
  const unknown = found.effect === 'unknown'
  return {
    statements: analysis.statements,
    verdict: VERDICTS[kind],
    because: reasonOf(analysis, found),
    command: analysis.command,
    tables: unique(analysis.tables.map(display)),
    functions: unique(analysis.functions.map(display)),
    usesClock: analysis.clock || found.usesClock === true,
    usesLastSequence: found.usesLastSequence === true,
    transaction: analysis.transaction,
    effect: analysis.effect.kind === 'none' && unknown ? UNKNOWN_EFFECT : analysis.effect,
    literalDependent: analysis.literalDependent,
    ...withFound(analysis, found),
  }
}

const VERDICTS = {
  read: 'read',
  'in-transaction': 'read-in-transaction',
  primary: 'primary',
} as const satisfies Record<string, Facts['verdict']>
type Kind = keyof typeof VERDICTS
const RANK: Readonly<Record<Kind, number>> = { read: 0, 'in-transaction': 1, primary: 2 }
const worseOf = (a: Kind, b: Kind): Kind => (RANK[a] >= RANK[b] ? a : b)

function reasonOf(analysis: Analysis, found: Treatment): Reason {
  if (RANK[analysis.kind] >= RANK[found.verdict]) return analysis.because
  return analysis.statements > 1 ? 'multi-statement' : found.because
}

const display = (name: Name) => (name.schema === null ? name.name : `${name.schema}.${name.name}`)
const unique = (names: readonly string[]) => [...new Set(names)]

function withFound({ extras, statements }: Analysis, found: Treatment): Extras {
  const pins = merged(extras.pins, found.pins)
  const unpins = merged(extras.unpins, found.unpins)
  // Of several statements only the analysis knows which one asks.
  const asksPrevious = merged(extras.asksPrevious, statements === 1 ? found.asksPrevious : undefined)
  return {
    ...extras,
    ...(pins === undefined ? {} : { pins }),
    ...(unpins === undefined ? {} : { unpins }),
    ...(asksPrevious === undefined ? {} : { asksPrevious }),
    ...(found.changesSchema ? { changesSchema: true as const } : {}),
  }
}

function merged<Value>(a: readonly Value[] | undefined, b: readonly Value[] | undefined): readonly Value[] | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return [...new Set([...a, ...b])]
}

/** The worst of everything that a text uses: the first problem's reason, the union of the effects. */
export function judgeUses(uses: Uses, knowledge: Knowledge): Treatment {
  let worst = READ
  for (const name of uses.functions) worst = worse(worst, judgeFunction(name, knowledge))
  for (const name of uses.relations) worst = worse(worst, judgeRelation(name, knowledge))
  for (const name of uses.tables) if (!isThere(name, knowledge)) worst = worse(worst, UNKNOWN_RELATION)
  return worst
}

/** No catalog lists these; the second are MariaDB's sequence engine's. */
const BUILT_IN = /^(?:dual|seq_\d+_to_\d+(?:_step_\d+)?)$/

/** Whether the catalog has a table, or anything else that has been judged as a relation, of this name. */
function isThere({ schema, name }: Name, { catalog }: Knowledge): boolean {
  if (catalog === null) return false
  if (schema === null) return BUILT_IN.test(name) || catalog.tables.has(name) || catalog.relations.has(name)
  if (systemRelation(schema, name) !== null || catalog.tables.has(`${schema}.${name}`)) return true
  return catalog.relations.get(name)?.some((relation) => relation.schema === schema) === true
}

export function worse(a: Treatment, b: Treatment): Treatment {
  if (b === READ || b === a) return a
  if (a === READ) return b
  const leading = RANK[a.verdict] >= RANK[b.verdict] ? a : b
  const pins = merged(a.pins, b.pins)
  const unpins = merged(a.unpins, b.unpins)
  const asksPrevious = merged(a.asksPrevious, b.asksPrevious)
  return {
    verdict: leading.verdict,
    because: leading.because,
    effect: a.effect === 'unknown' || b.effect === 'unknown' ? 'unknown' : 'none',
    ...(a.usesClock || b.usesClock ? { usesClock: true } : {}),
    ...(a.usesLastSequence || b.usesLastSequence ? { usesLastSequence: true } : {}),
    ...(a.changesSchema || b.changesSchema ? { changesSchema: true } : {}),
    ...(pins === undefined ? {} : { pins }),
    ...(unpins === undefined ? {} : { unpins }),
    ...(asksPrevious === undefined ? {} : { asksPrevious }),
  }
}

/** An unqualified name means every routine of that name in any schema: the session's schema is not known here. */
function judgeFunction(name: Name, knowledge: Knowledge): Treatment {
  const { catalog, bodies, doubtful } = knowledge
  if (name.schema !== null && SYSTEM_SCHEMAS.has(name.schema)) return SYSTEM_FUNCTION
  // What looks like a schema may be one of MariaDB's packages, whose functions no catalog lists.
  if (name.schema !== null && catalog?.routines.get(name.schema)?.some((routine) => routine.kind === 'other'))
    return UNKNOWN_FUNCTION
  let result = name.schema === null ? ownFunction(name.name, doubtful ? null : catalog) : null
  for (const routine of catalog?.routines.get(name.name) ?? []) {
    if (name.schema !== null && routine.schema !== name.schema) continue
    const judged = doubtful ? UNKNOWN_FUNCTION : bodies!.routine(routine)
    result = result === null ? judged : worse(result, judged)
  }
  return result ?? UNKNOWN_FUNCTION
}

/** What the server itself has under this name, when a catalog shows that nobody else has. */
function ownFunction(name: string, catalog: Catalog | null): Treatment | null {
  if (builtinEverywhere(name)) return builtinFunction(name)
  const builtin = builtinFunction(name) ?? (PERHAPS_CALLED.has(name) ? READ : null)
  if (builtin === null || builtin.verdict === 'primary') return builtin
  if (catalog === null || catalog.loadable === null || catalog.loadable.has(name)) return UNKNOWN_FUNCTION
  return builtin
}

function judgeRelation(name: Name, { catalog, bodies, doubtful }: Knowledge): Treatment {
  if (name.schema !== null) {
    const system = systemRelation(name.schema, name.name)
    const incomplete = system === READ && OPENING_VIEWS.has(name.name) && catalog?.opensViews === true
    if (system !== null) return incomplete && bodies!.refusesViews() ? SYSTEM_TABLE : system
  }
  if (name.schema === null && name.name === 'dual') return READ
  if (catalog === null) return UNKNOWN_RELATION
  let result = READ
  for (const relation of catalog.relations.get(name.name) ?? []) {
    if (name.schema === null || relation.schema === name.schema)
      result = worse(result, judgeKind(relation, bodies!, doubtful))
  }
  return result
}

function judgeKind(relation: Relation, bodies: Bodies, doubtful: boolean): Treatment {
  switch (relation.kind) {
    case 'unreplicated':
      return UNREPLICATED
    case 'sequence':
      return SEQUENCE
    default:
      return doubtful ? UNKNOWN_RELATION : bodies.view(relation)
  }
}
