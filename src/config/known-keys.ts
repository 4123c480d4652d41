import { clusterSchema, configSchema } from './schema.ts'

/** The keys that the schema knows at a path. A number stands for any entry of a list. */
export function knownKeys(path: readonly (string | number)[]): string[] {
  // The engines' clusters have the same keys, and which engine it is cannot be seen from a path.
  const inCluster = path[0] === 'clusters' && path.length > 1
  let schema: unknown = inCluster ? clusterSchema('postgres') : configSchema
  const unwrap = (outer: unknown): unknown => {
    let inner = outer as { def?: { type?: string; innerType?: unknown; out?: unknown; in?: unknown } }
    while (inner?.def && ['default', 'prefault', 'optional', 'nullable', 'pipe'].includes(inner.def.type ?? '')) {
      const pipeEnd = (inner.def.out as { def?: { type?: string } } | undefined)?.def?.type
      inner = (inner.def.innerType ?? (pipeEnd === 'transform' ? inner.def.in : inner.def.out)) as typeof inner
    }
    return inner
  }
  for (const key of inCluster ? path.slice(2) : path) {
    const { def } = unwrap(schema) as {
      def: { shape?: Record<string, unknown>; valueType?: unknown; element?: unknown }
    }
    schema = def.shape?.[key] ?? def.valueType ?? def.element
    if (schema === undefined) return []
  }
  const { def } = unwrap(schema) as { def: { shape?: Record<string, unknown> } }
  return Object.keys(def.shape ?? {})
}
