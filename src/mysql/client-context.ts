import type { SessionState } from '../dialect.ts'
import type { Classifier } from '../sql/facts.ts'
import type { Profile } from './capabilities.ts'

/** What a session's protocol needs from its surroundings. */
export interface MySqlClientContext {
  readonly classifier: Classifier
  readonly limits: { readonly statementBytes: number; readonly preparedPerSession: number }
  /** What shapes the packets of both legs. */
  readonly profile: Profile
  /** The schema of the login; '' without one. */
  readonly database: string
  /** The client itself has CLIENT_SESSION_TRACK. */
  readonly sessionTrack: boolean
  readonly flavour: 'mysql' | 'mariadb'
  /** Of the version that the greeting showed: 90700, 101106. */
  readonly serverVersion: number
  /** Freshet's own, as greeted. */
  readonly connectionId: number
  /** The session's state now; statements prepared from here on are bound under it. */
  state(): SessionState
  schemaVersion(): number
}
