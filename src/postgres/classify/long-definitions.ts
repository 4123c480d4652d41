import type { Analysis } from './analysis.ts'
import { analyze } from './analyze.ts'
import type { Catalog } from './catalog.ts'
import { analyzeFunction } from './function-body.ts'
import { ASIDE_BYTES, analyzeDefinition } from './thread.ts'

/** By the text of a definition, what it says; null: it cannot be told. */
type Definitions = ReadonlyMap<string, readonly Analysis[] | null>

const NONE: Definitions = new Map()
/** By the catalog's functions, which a catalog that was read again without a change shares with the one before. */
const read = new WeakMap<Catalog['functions'], Definitions>()

/** Has the long definitions of a catalog parsed by the thread, before the first statement needs one; those of the catalog before are known. */
export async function readLongDefinitions(catalog: Catalog, previous: Catalog | null): Promise<void> {
  if (read.has(catalog.functions)) return
  const before = previous === null ? NONE : (read.get(previous.functions) ?? NONE)
  const definitions = new Map<string, readonly Analysis[] | null>()
  const add = async (definition: string | null, language: string | null) => {
    if (definition === null || definition.length <= ASIDE_BYTES || definitions.has(definition)) return
    const known = before.get(definition)
    definitions.set(definition, known === undefined ? await analyzeDefinition(definition, language) : known)
  }
  for (const overloads of catalog.functions.values())
    for (const { definition, language } of overloads) await add(definition, language)
  for (const relations of catalog.relations.values())
    for (const { definition } of relations) await add(definition, null)
  read.set(catalog.functions, definitions)
}

/** What a definition of this catalog says: of a function in `language`, or of a view (null). */
export function definitionsOf(catalog: Catalog) {
  const long = read.get(catalog.functions) ?? NONE
  const views = new Map<string, readonly Analysis[] | null>()
  return (definition: string, language: string | null): readonly Analysis[] | null => {
    const known = long.has(definition) ? long.get(definition) : views.get(definition)
    if (known !== undefined) return known
    // The caller keeps what follows from a function's.
    if (language !== null) return analyzeFunction(definition, language)
    const analysis = analyze(definition)
    const analyses = analysis === null ? null : [analysis]
    views.set(definition, analyses)
    return analyses
  }
}
