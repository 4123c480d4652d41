import type { Engine, EngineParts } from './engine.ts'

/** Each engine is loaded only where it is used: it brings its parser and its drivers, some 15 MB and a tenth of a second. */
export async function engineFor(parts: EngineParts): Promise<Engine> {
  if (parts.config().engine === 'mysql') {
    const { createMySqlEngine } = await import('./engine-mysql.ts')
    return createMySqlEngine(parts)
  }
  const { createPostgresEngine } = await import('./engine-postgres.ts')
  return createPostgresEngine(parts)
}
