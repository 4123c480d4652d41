import type { Fleet } from '../fleet/types.ts'

type Rows = readonly (readonly (string | null)[])[]

/** Where many run GRANT SELECT ON pg_authid. */
export const DEFAULT_DATABASE = 'postgres'

/**
 * Asks for accounts in the monitor's database. pg_authid is the same everywhere, but the right to read it holds only in the database where it
 * was given; who is refused in the monitor's own asks in `postgres`, and from then on only there. `own`: `auth.query` belongs to the monitor's database.
 */
export function accountLookups(
  fleet: () => Fleet,
  own: boolean,
): (sql: string, parameters: readonly unknown[]) => Promise<Rows> {
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
