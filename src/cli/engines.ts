import type { Engine, EngineParts } from './engine.ts'
import { createMySqlEngine } from './engine-mysql.ts'
import { createPostgresEngine } from './engine-postgres.ts'

export function engineFor(parts: EngineParts): Promise<Engine> {
  return parts.config().engine === 'mysql' ? createMySqlEngine(parts) : createPostgresEngine(parts)
}
