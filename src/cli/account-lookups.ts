import type { Fleet } from '../fleet/types.ts'
import type { Log } from '../observe/log.ts'

type Rows = readonly (readonly (string | null)[])[]
type Run = (sql: string, parameters: readonly unknown[]) => Promise<Rows>

/** Where many run GRANT SELECT ON pg_authid. */
export const DEFAULT_DATABASE = 'postgres'

/**
 * Asks for accounts in the monitor's database. pg_authid is the same everywhere, but the right to read it holds only in the database where it
 * was given; who is refused in the monitor's own asks in `postgres`, and from then on only there. `own`: `auth.query` belongs to the monitor's database.
 */
export function accountLookups(fleet: () => Fleet, own: boolean): Run {
  let elsewhere = false
  return async (sql, parameters) => {
    if (elsewhere) return fleet().queryDatabase(DEFAULT_DATABASE, sql, parameters)
    try {
      return await fleet().query(sql, parameters)
    } catch (error) {
      if (own || (error as { code?: unknown }).code !== '42501') throw error
      const rows = await fleet()
        .queryDatabase(DEFAULT_DATABASE, sql, parameters)
        .catch(() => null)
      if (rows === null) throw error
      elsewhere = true
      return rows
    }
  }
}

/** Says in the log why accounts cannot be looked up: once until they can be again, since every login meanwhile meets the same. */
export function tellingWhy(run: Run, log: Log): Run {
  let told = false
  return async (sql, parameters) => {
    try {
      const rows = await run(sql, parameters)
      told = false
      return rows
    } catch (error) {
      if (!told)
        log.warn({ error: (error as Error).message }, "the servers' accounts cannot be read, so nobody can log in")
      told = true
      throw error
    }
  }
}
