import type { Reason } from '../../routing/reasons.ts'
import type { Judgement } from '../../sql/classifier.ts'
import { type Analysis, type Call, type Name, UNKNOWN_EFFECT, type Uses } from './analysis.ts'
import {
  builtinAttribute,
  builtinFunction,
  OPERATORS_WITHOUT_CATALOG,
  READ,
  READS_WITHOUT_CATALOG,
  RELATIONS_WITHOUT_CATALOG,
  systemRelation,
  type Treatment,
  TYPES_WITHOUT_CATALOG,
  UNKNOWN_FUNCTION,
  VOLATILE,
} from './builtins.ts'
import type { Catalog, Relation, UserFunction } from './catalog.ts'
import { bodiesOf, type FunctionBodies } from './function-judge.ts'

const UNKNOWN_RELATION: Treatment = { verdict: 'primary', because: 'unknown-relation', effect: 'none' }
/** Stands where bytes are no UTF-8: a name in another client encoding, which cannot be compared with the catalog's. */
const UNREADABLE = '\ufffd'
const UNREPLICATED: Treatment = { verdict: 'primary', because: 'unreplicated-table', effect: 'none' }
const SEQUENCE: Treatment = { verdict: 'primary', because: 'server-specific', effect: 'none' }

/** The facts about a text under one catalog. `doubtful`: DDL has been seen since the catalog was read, so what users made is not trusted. */
export function judge(analysis: Analysis, catalog: Catalog | null, doubtful: boolean): Judgement {
  const bodies = catalog === null ? null : bodiesOf(catalog)
  const found = judgeUses(analysis, { catalog, bodies, doubtful })
  const mayFire = analysis.written.length > 0 && !writesHarmlessly(analysis.written, { catalog, bodies, doubtful })
  const ddlMayFire = analysis.ddl && (catalog === null || catalog.eventTriggers)
  const unknown = found.effect === 'unknown' || mayFire || ddlMayFire
  return {
    statements: analysis.statements,
    // A cursor over a query that is no read, or anything else that calls what is not proved, stays on the primary in a transaction, too.
    verdict: found.verdict === 'read' ? VERDICTS[analysis.kind] : 'primary',
    because: reasonOf(analysis, found),
    command: analysis.command,
    tables: analysis.relations.map(display),
    functions: [...new Set(analysis.functions.map(display))],
    usesClock: analysis.clock || found.usesClock === true,
    usesLastSequence: found.usesLastSequence === true,
    transaction: analysis.transaction,
    effect: analysis.effect.kind === 'none' && unknown ? UNKNOWN_EFFECT : analysis.effect,
    literalDependent: analysis.literalDependent,
  }
}

const VERDICTS = { read: 'read', 'in-transaction': 'read-in-transaction', primary: 'primary' } as const

function reasonOf(analysis: Analysis, found: Treatment): Reason {
  if (analysis.kind === 'primary' || found.verdict === 'read') return analysis.because
  return analysis.statements > 1 ? 'multi-statement' : found.because
}

const display = (name: Name) => (name.schema === null ? name.name : `${name.schema}.${name.name}`)

export interface Knowledge {
  readonly catalog: Catalog | null
  readonly bodies: FunctionBodies | null
  readonly doubtful: boolean
}

/** The worst of everything that a text uses: the first problem's reason, the union of the effects. */
export function judgeUses(uses: Uses, knowledge: Knowledge): Treatment {
  let worst = READ
  const consider = (treatment: Treatment) => {
    worst = worse(worst, treatment)
  }
  for (const name of uses.functions) consider(judgeFunction(name, knowledge))
  for (const name of uses.attributes) consider(judgeAttribute(name, knowledge))
  for (const name of uses.relations) consider(judgeRelation(name, knowledge))
  consider(judgeUnnamed(uses, knowledge))
  return worst
}

/** Functions that operators, casts and operator classes run. */
function judgeUnnamed(uses: Uses, { catalog, bodies, doubtful }: Knowledge): Treatment {
  if (catalog === null || bodies === null) {
    const usual = uses.operators.every((operator) => OPERATORS_WITHOUT_CATALOG.has(operator))
    return usual && uses.types.every((type) => type.schema === null && TYPES_WITHOUT_CATALOG.has(type.name))
      ? READ
      : UNKNOWN_FUNCTION
  }
  let result = uses.relations.length > 0 ? bodies.anywhere() : READ
  const used = uses.operators.map((operator) => catalog.operators.get(operator) ?? [])
  used.push(...uses.types.map((type) => catalog.types.get(type.name) ?? []))
  used.push(...uses.casts.map((type) => catalog.casts.get(type.name) ?? []))
  for (const functions of used) {
    for (const implicit of functions) result = worse(result, doubtful ? UNKNOWN_FUNCTION : bodies.implicit(implicit))
  }
  return result
}

export function worse(a: Treatment, b: Treatment): Treatment {
  if (b === READ || b === a) return a
  if (a === READ) return b
  const reason = a.verdict === 'primary' ? a : b
  return {
    verdict: reason.verdict,
    because: reason.because,
    effect: a.effect === 'unknown' || b.effect === 'unknown' ? 'unknown' : 'none',
    ...(a.usesClock || b.usesClock ? { usesClock: true } : {}),
    ...(a.usesLastSequence || b.usesLastSequence ? { usesLastSequence: true } : {}),
  }
}

/**
 * A name without a schema means every function of that name that takes so many arguments: which of them is the first on the search_path, and which
 * one the arguments' types choose, the text does not show.
 */
function judgeFunction(name: Call, { catalog, bodies, doubtful }: Knowledge): Treatment {
  if (name.name.includes(UNREADABLE)) return UNKNOWN_FUNCTION
  // Helpers of its views, which JDBC's metadata queries call by themselves.
  if (name.schema === 'information_schema' && name.name.startsWith('_pg_')) return READ
  const inCatalog = name.schema === null || name.schema === 'pg_catalog'
  let result: Treatment | null = null
  if (inCatalog) {
    result = builtinFunction(name.name, name.args)
    if (result === null && catalog === null && READS_WITHOUT_CATALOG.has(name.name)) result = READ
    if (result === null && catalog !== null) {
      const volatile = catalog.builtins.get(name.name)
      if (volatile !== undefined) result = volatile ? VOLATILE : READ
    }
  }
  if (name.schema === 'pg_catalog') return result ?? UNKNOWN_FUNCTION
  for (const candidate of catalog?.functions.get(name.name) ?? []) {
    if ((name.schema !== null && candidate.schema !== name.schema) || !takes(candidate, name.args)) continue
    const judged = doubtful ? UNKNOWN_FUNCTION : bodies!.function(candidate)
    result = result === null ? judged : worse(result, judged)
  }
  if (result !== null) return result
  // `mytype(x)` is a cast when no function has that name.
  const type = catalog?.types.get(name.name)
  const casts = catalog?.casts.get(name.name)
  if ((type ?? casts) === undefined || doubtful) return UNKNOWN_FUNCTION
  return [...(type ?? []), ...(casts ?? [])].map(bodies!.implicit).reduce(worse, READ)
}

/** Aggregates count their arguments in several ways, and VARIADIC passes many as one. */
function takes({ kind, args }: UserFunction, count: number | null): boolean {
  return count === null || kind === 'aggregate' || (count >= args.min && count <= args.max)
}

function judgeAttribute(name: string, { catalog, bodies, doubtful }: Knowledge): Treatment {
  const builtin = builtinAttribute(name)
  let result = builtin ?? READ
  for (const candidate of catalog?.functions.get(name) ?? []) {
    if (takes(candidate, 1)) result = worse(result, doubtful ? UNKNOWN_FUNCTION : bodies!.function(candidate))
  }
  return result
}

function judgeRelation(name: Name, { catalog, bodies, doubtful }: Knowledge): Treatment {
  if (name.name.includes(UNREADABLE)) return UNKNOWN_RELATION
  if (name.schema?.startsWith('pg_temp') || name.schema?.startsWith('pg_toast_temp')) return UNREPLICATED
  if (name.schema === 'information_schema') return READ
  const system = name.schema === null || name.schema === 'pg_catalog' ? systemRelation(name.name) : READ
  if (name.schema === 'pg_catalog') return system
  if (system.verdict === 'primary') return system
  const candidates = relationsNamed(name, catalog)
  if (catalog === null) {
    return name.schema === null && RELATIONS_WITHOUT_CATALOG.has(name.name) ? READ : UNKNOWN_RELATION
  }
  return candidates.map((relation) => judgeKind(relation, bodies!, doubtful)).reduce(worse, READ)
}

function relationsNamed(name: Name, catalog: Catalog | null): readonly Relation[] {
  const all = catalog?.relations.get(name.name) ?? []
  return name.schema === null ? all : all.filter((relation) => relation.schema === name.schema)
}

function judgeKind(relation: Relation, bodies: FunctionBodies, doubtful: boolean): Treatment {
  const policies = doubtful && relation.policies.length > 0 ? UNKNOWN_RELATION : bodies.policies(relation)
  switch (relation.kind) {
    case 'unreplicated':
      return UNREPLICATED
    case 'sequence':
      return SEQUENCE
    case 'view':
      return doubtful ? UNKNOWN_RELATION : bodies.view(relation)
    default:
      return policies
  }
}

/** Views over views over views. */
const VIEWS_DEEP_MAX = 20

/**
 * Whether writing these relations can leave nothing in the session: no rules, and everything that a write runs there is read and leaves
 * nothing. A view without a trigger is written through to its tables.
 */
export function writesHarmlessly(
  written: readonly Name[],
  { catalog, bodies, doubtful }: Knowledge,
  depth = 0,
): boolean {
  if (catalog === null || bodies === null || doubtful || depth > VIEWS_DEEP_MAX) return false
  return written.every((name) =>
    relationsNamed(name, catalog).every((relation) => {
      if (relation.rules) return false
      const through = relation.kind === 'view' && relation.triggers.length === 0
      if (through && !writesHarmlessly(bodies.viewed(relation), { catalog, bodies, doubtful }, depth + 1)) return false
      return (
        relation.triggers.every((oid) => bodies.byOid(oid).effect === 'none') &&
        relation.expressions.every((expression) => bodies.implicit({ expression }).effect === 'none')
      )
    }),
  )
}
