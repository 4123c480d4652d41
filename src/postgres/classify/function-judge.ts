import { ahead, bodiesPer, each, inOnePiece, type Pieces, type Readings } from '../../sql/pieces.ts'
import type { Analysis, Name } from './analysis.ts'
import { analyze } from './analyze.ts'
import { extensionFunction, READ, type Treatment, UNKNOWN_FUNCTION, VOLATILE } from './builtins.ts'
import type { Catalog, Implicit, Relation, UserFunction } from './catalog.ts'
import { analyzeExpression, analyzeFunction } from './function-body.ts'
import { judgeUses, worse, writesHarmlessly } from './judge.ts'

/** What the functions, views and policies of one catalog do. Bodies are parsed ahead, or when first asked for, and the answer is kept. */
export interface FunctionBodies {
  function(candidate: UserFunction): Treatment
  byOid(oid: string): Treatment
  view(relation: Relation): Treatment
  /** The relations that a view shows. */
  viewed(relation: Relation): readonly Name[]
  policies(relation: Relation): Treatment
  /** A function that runs unnamed (operator, cast, operator class): its label is believed where its body cannot be read. */
  implicit(used: Implicit): Treatment
  anywhere(): Treatment
  /** Finds out all of it. */
  everything(): Pieces<void>
  readonly readings: Readings
}

const UNKNOWN_VIEW: Treatment = { verdict: 'primary', because: 'unknown-relation', effect: 'unknown' }

export const bodiesOf = bodiesPer((catalog: Catalog) => catalog.functions, readBodies)

/** Reads all definitions, so that no statement has to wait for that. Those that were the same in the catalog before have been read. */
export const readAhead = (catalog: Catalog, before: Catalog | null): Pieces<void> =>
  bodiesOf(catalog, before).everything()

function readBodies(catalog: Catalog, readings: Readings): FunctionBodies {
  const byOid = new Map<string, UserFunction>()
  for (const overloads of catalog.functions.values())
    for (const candidate of overloads) byOid.set(candidate.oid, candidate)
  const verdicts = new Map<object | string, Treatment>()
  const ofFunction = (definition: string, language: string) =>
    readings.get(`${language} ${definition}`, () => analyzeFunction(definition, language))
  const ofView = (definition: string) => readings.get(`view ${definition}`, () => inOnePiece(() => analyze(definition)))
  const ofExpression = (text: string) =>
    readings.get(`expression ${text}`, () => inOnePiece(() => analyzeExpression(text)))

  /** In the order in which they were found. */
  const foundOf: (object | string)[] = []

  /** Keeps the answer; while it is being found, the answer is `meanwhile`, which makes a cycle unsafe. */
  function once(key: object | string, meanwhile: Treatment, find: () => Treatment): Treatment {
    const before = verdicts.get(key)
    if (before !== undefined) return before
    const since = foundOf.length
    verdicts.set(key, meanwhile)
    let found: Treatment
    try {
      found = find()
    } catch {
      // Functions that call each other in so long a chain that the stack is too short for them.
      found = UNKNOWN_VIEW
    }
    if (meanwhile === READ && found !== READ) foundOf.splice(since).forEach(doubt)
    verdicts.set(key, found)
    foundOf.push(key)
    return found
  }

  /** It was found while something passed for a read that is none, and may have relied on that. What is no read anyway only gets the worst effect. */
  function doubt(key: object | string): void {
    const found = verdicts.get(key)
    if (found?.verdict === 'read') verdicts.delete(key)
    else if (found !== undefined) verdicts.set(key, { ...found, effect: 'unknown' })
  }

  const judgeAll = (analyses: readonly Analysis[], otherwise: Treatment): Treatment =>
    analyses.map((analysis) => judgeText(analysis, otherwise)).reduce(worse, READ)

  /** One text inside a body: what is no read makes the whole body no read, and session state anywhere makes its effect unknown. */
  function judgeText(analysis: Analysis, otherwise: Treatment): Treatment {
    const used = judgeUses(analysis, { catalog, bodies, doubtful: false })
    const clock = analysis.clock ? ({ usesClock: true } as const) : {}
    if (analysis.kind === 'read') return { ...used, ...clock }
    const stateless =
      analysis.effect.kind === 'none' &&
      analysis.transaction === null &&
      writesHarmlessly(analysis.written, { catalog, bodies, doubtful: false }) &&
      !analysis.ddl
    return worse(used, { ...otherwise, ...clock, effect: stateless ? 'none' : 'unknown' })
  }

  function trusted({ extension, name, volatile }: UserFunction): Treatment | null {
    return extension === null ? null : extensionFunction(extension, name, volatile)
  }

  const bodies: FunctionBodies = {
    function(candidate) {
      return once(candidate, UNKNOWN_FUNCTION, () => {
        const known = trusted(candidate)
        if (known !== null) return known
        if (candidate.kind === 'aggregate') return candidate.calls.map(bodies.byOid).reduce(worse, READ)
        if (candidate.definition === null || candidate.kind !== 'function')
          return candidate.volatile ? VOLATILE : UNKNOWN_FUNCTION
        const analyses = ofFunction(candidate.definition, candidate.language).finish()
        if (analyses === null) return candidate.volatile ? VOLATILE : UNKNOWN_FUNCTION
        return judgeAll(analyses, VOLATILE)
      })
    },
    byOid(oid) {
      const candidate = byOid.get(oid)
      // Not among the user-made ones: a builtin. Aggregates and operators call those that are immutable or stable.
      if (candidate === undefined) return Number(oid) < 16_384 ? READ : UNKNOWN_FUNCTION
      return bodies.function(candidate)
    },
    view(relation) {
      return once(relation, UNKNOWN_VIEW, () => {
        const analysis = relation.rules ? null : analysisOf(relation)
        return analysis === null ? UNKNOWN_VIEW : judgeText(analysis, UNKNOWN_VIEW)
      })
    },
    viewed(relation) {
      return analysisOf(relation)?.relations ?? []
    },
    policies(relation) {
      if (relation.policies.length === 0) return READ
      // A policy on a table may select from that table: the server finds the recursion, so it is no cause for doubt here.
      return once(relation, READ, () => relation.policies.map(expression).reduce(worse, READ))
    },
    implicit(used) {
      if (!('oid' in used)) return expression(used.expression)
      const candidate = byOid.get(used.oid)
      if (candidate !== undefined && candidate.definition === null && !candidate.volatile) return READ
      return bodies.byOid(used.oid)
    },
    anywhere() {
      return once('anywhere', UNKNOWN_VIEW, () => catalog.anywhere.map(bodies.implicit).reduce(worse, READ))
    },
    *everything() {
      const functions = [...catalog.functions.values()].flat()
      const relations = [...catalog.relations.values()].flat()
      const implicit = [catalog.operators, catalog.types, catalog.casts].flatMap((map) => [...map.values()].flat())
      for (const candidate of functions) {
        const { definition, language } = candidate
        if (definition !== null && trusted(candidate) === null) yield* ahead(ofFunction(definition, language))
      }
      for (const { definition, policies, expressions } of relations) {
        if (definition !== null) yield* ahead(ofView(definition))
        for (const text of [...policies, ...expressions]) yield* ahead(ofExpression(text))
      }
      for (const used of [...implicit, ...catalog.anywhere]) {
        if ('expression' in used) yield* ahead(ofExpression(used.expression))
      }
      readings.forgetOthers()
      // Now that nothing is left to be parsed, the answers are found quickly. Policies first: what they call may select from their own table.
      yield* each(relations, bodies.policies)
      yield* each(functions, bodies.function)
      const views = relations.filter(({ kind }) => kind === 'view')
      yield* each(views, bodies.view)
    },
    readings,
  }

  const analysisOf = ({ definition }: Relation): Analysis | null =>
    definition === null ? null : ofView(definition).finish()

  function expression(text: string): Treatment {
    return once(`expression ${text}`, UNKNOWN_VIEW, () => {
      const analysis = ofExpression(text).finish()
      return analysis === null ? UNKNOWN_VIEW : judgeUses(analysis, { catalog, bodies, doubtful: false })
    })
  }
  return bodies
}
