import { ahead, bodiesPer, each, type Pieces, type Readings } from '../../sql/pieces.ts'
import type { Analysis } from './analysis.ts'
import { analyze } from './analyze.ts'
import { READ, type Treatment, UNKNOWN_FUNCTION, UNKNOWN_RELATION } from './builtins.ts'
import type { Catalog, Relation, Routine } from './catalog.ts'
import { judgeUses, worse } from './judge.ts'
import { canonicalOf } from './read-text.ts'
import { readRoutine } from './routine-body.ts'

/** What the routines and views of one catalog do. Bodies are read ahead, or when first asked for, and the answer is kept. */
export interface Bodies {
  routine(routine: Routine): Treatment
  view(relation: Relation): Treatment
  /** Whether some view is one that a read-only transaction may not open. */
  refusesViews(): boolean
  /** Finds out all of it. */
  everything(): Pieces<void>
  readonly readings: Readings
}

export const bodiesOf = bodiesPer((catalog: Catalog) => catalog.routines, readBodies)

/** Reads all definitions, so that no statement has to wait for that. Those that were the same in the catalog before have been read. */
export const readAhead = (catalog: Catalog, before: Catalog | null): Pieces<void> =>
  bodiesOf(catalog, before).everything()

function readBodies(catalog: Catalog, readings: Readings): Bodies {
  const verdicts = new Map<object, Treatment>()
  let refuses: boolean | null = null
  /** Answers that are being found. */
  let depth = 0
  const ofRoutine = (routine: Routine) =>
    readings.get(`${JSON.stringify([routine.sqlMode, routine.parameters])} ${routine.body}`, () => readRoutine(routine))
  const ofView = (definition: string) => readings.get(`view ${definition}`, () => readView(definition))

  /** Keeps the answer; while it is being found, the answer is `meanwhile`, which makes a cycle unsafe. */
  function once(key: object, meanwhile: Treatment, find: () => Treatment): Treatment {
    const before = verdicts.get(key)
    if (before !== undefined) return before
    verdicts.set(key, meanwhile)
    depth++
    let found: Treatment
    try {
      found = find()
    } catch {
      // Routines that call each other in so long a chain that the stack is too short for them.
      found = UNREADABLE
    }
    depth--
    verdicts.set(key, found)
    return found
  }

  const bodies: Bodies = {
    routine(routine) {
      return once(routine, UNREADABLE, () => {
        const body = ofRoutine(routine).finish()
        if (body === null) return UNREADABLE
        const used = judgeUses(body.uses, { catalog, bodies, doubtful: false })
        const clock = body.uses.clock ? ({ usesClock: true } as const) : {}
        if (body.problem === null) return { ...used, ...clock }
        const stateful = body.pins.length > 0
        return worse(
          {
            ...clock,
            verdict: 'primary',
            because: 'volatile-function',
            effect: stateful ? 'unknown' : 'none',
            ...(stateful ? { pins: body.pins } : {}),
            ...(body.changesSchema ? { changesSchema: true } : {}),
          },
          used,
        )
      })
    },
    refusesViews() {
      if (refuses !== null) return refuses
      const found = [...catalog.relations.values()].flat().some((relation) => {
        if (relation.kind !== 'view') return false
        const { verdict, because } = bodies.view(relation)
        return verdict === 'primary' && REFUSED.has(because)
      })
      // A view that is being judged itself, because it looks into INFORMATION_SCHEMA, has no answer yet.
      if (depth === 0) refuses = found
      return found
    },
    view(relation) {
      return once(relation, UNKNOWN_RELATION, () => {
        const analysis = relation.definition === null ? null : ofView(relation.definition).finish()
        if (analysis === null || analysis.kind === 'primary') return UNKNOWN_RELATION
        const used = judgeUses(analysis, { catalog, bodies, doubtful: false })
        const clock = analysis.clock ? ({ usesClock: true } as const) : {}
        if (analysis.kind === 'read') return used === READ ? { ...READ, ...clock } : { ...used, ...clock }
        return worse({ verdict: analysis.kind, because: analysis.because, effect: 'none', ...clock }, used)
      })
    },
    *everything() {
      const routines = [...catalog.routines.values()].flat()
      const views = [...catalog.relations.values()].flat().filter(({ kind }) => kind === 'view')
      for (const routine of routines) yield* ahead(ofRoutine(routine))
      for (const { definition } of views) if (definition !== null) yield* ahead(ofView(definition))
      readings.forgetOthers()
      // Now that nothing is left to be read, the answers are found quickly. This one first: views that look into INFORMATION_SCHEMA depend on it.
      bodies.refusesViews()
      yield* each(routines, bodies.routine)
      yield* each(views, bodies.view)
    },
    readings,
  }
  return bodies
}

function* readView(definition: string): Pieces<Analysis | null> {
  const canonical = canonicalOf(definition, '')
  if (canonical === null) return null
  yield
  return analyze(canonical)
}

/** What is unknown may be one of the others. */
const REFUSED: ReadonlySet<string> = new Set([
  'volatile-function',
  'write',
  'locking-read',
  'unknown-function',
  'unknown-relation',
])

/** Nobody knows what it does, so it may do anything. */
const UNREADABLE: Treatment = { ...UNKNOWN_FUNCTION, changesSchema: true }
