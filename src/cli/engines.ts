import type { Engine, EngineParts } from './engine.ts'
import { createPostgresEngine } from './engine-postgres.ts'

export function engineFor(parts: EngineParts): Promise<Engine> {
  return createPostgresEngine(parts)
}
