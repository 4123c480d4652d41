/**
 * Where each statement of a workload would have run, had Freshet been in front: what its facts say, and the transaction that its session is in.
 * Pure. Nothing is known of replicas here, so that a read counts as one that a replica serves: how often none would be fresh enough only observe
 * mode can tell.
 */
import type { Reason } from '../../routing/reasons.ts'
import type { Facts, Hint, LexMode } from '../../sql/facts.ts'
import type { SessionKey } from './entry.ts'

export interface Placement {
  /** `local`: Freshet answers it itself, as it does a plain BEGIN. */
  readonly to: 'replica' | 'primary' | 'local'
  readonly because: Reason
}

type Transaction =
  /** Begun, and no server knows of it yet. */
  | { readonly kind: 'deferred'; readonly readOnly: boolean }
  | { readonly kind: 'on-replica' }
  | { readonly kind: 'on-primary' }

/** What is known of one session. */
export interface LoggedSession {
  transaction: Transaction | null
  /** SET autocommit = 0: the next statement begins a transaction. */
  autocommit: boolean
  readonly pins: Set<string>
  /** How its statements are to be read. */
  mode: LexMode
  database: string | null
  /** Takes time that is said later. */
  last: ((ms: number) => void) | null
  /** Time that belongs to the next statement. */
  msAhead: number
}

const newSession = (mode: LexMode): LoggedSession => ({
  transaction: null,
  autocommit: true,
  pins: new Set(),
  mode,
  database: null,
  last: null,
  msAhead: 0,
})

const SESSIONS_MAX = 20_000

/** All sessions of a log, the least recently begun forgotten when there are too many. */
export class LoggedSessions {
  readonly #byKey = new Map<SessionKey, LoggedSession>()
  readonly #mode: () => LexMode

  constructor(mode: () => LexMode) {
    this.#mode = mode
  }

  get(key: SessionKey): LoggedSession {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    if (this.#byKey.size >= SESSIONS_MAX) this.#byKey.delete(this.#byKey.keys().next().value!)
    const session = newSession(this.#mode())
    this.#byKey.set(key, session)
    return session
  }

  over(key: SessionKey): void {
    this.#byKey.delete(key)
  }
}

/** Where this statement would have run; the session is what it is behind it. */
export function place(session: LoggedSession, facts: Facts, hint: Hint | null): Placement {
  const placement = where(session, facts, hint)
  follow(session, facts, placement)
  for (const cause of facts.unpins ?? []) session.pins.delete(cause)
  // What nobody understood is mostly a syntax error, and what failed pins nothing; a log does not tell.
  if (facts.because !== 'unparsed') for (const cause of facts.pins ?? []) session.pins.add(cause)
  return placement
}

const ADVISORY_LOCK = /^pg_(?:try_)?advisory_lock(?:_shared)?$/

/**
 * What a PostgreSQL session holds from then on. Freshet asks the server for that; here the text has to do: state that a statement leaves behind in
 * other ways (in a function) is not seen.
 */
export function pinPostgres({ pins }: LoggedSession, { command, functions }: Facts, text: string): void {
  if (/^\s*create\s+(?:local\s+|global\s+)?temp(?:orary)?\s/i.test(text) && !/\bon\s+commit\s+drop\b/i.test(text)) {
    pins.add('temp-table')
  }
  if (functions.some((name) => ADVISORY_LOCK.test(name))) pins.add('advisory-lock')
  if (functions.some((name) => /^pg_advisory_unlock/.test(name))) pins.delete('advisory-lock')
  if (command === 'LISTEN') pins.add('listen')
  else if (command === 'UNLISTEN') pins.delete('listen')
  else if (command === 'PREPARE') pins.add('prepared-in-sql')
  else if (command === 'DEALLOCATE') pins.delete('prepared-in-sql')
  else if (command === 'DISCARD ALL') pins.clear()
  else if (/^\s*discard\s+temp/i.test(text)) pins.delete('temp-table')
}

const toPrimary = (because: Reason): Placement => ({ to: 'primary', because })

function where(session: LoggedSession, facts: Facts, hint: Hint | null): Placement {
  const { transaction } = session
  const { op } = facts.transaction ?? { op: null }
  const asked = hint?.findLast(({ name }) => name === 'route')?.value.toLowerCase()
  if (transaction === null) {
    if (op === 'begin' && session.pins.size === 0 && !consistentSnapshot(facts))
      return { to: 'local', because: 'local' }
    if (facts.verdict !== 'read') return toPrimary(facts.because)
    if (session.pins.size > 0) return toPrimary('pinned')
    if (!session.autocommit) return toPrimary('transaction')
    return asked === 'primary' ? toPrimary('hint') : { to: 'replica', because: 'read' }
  }
  if (transaction.kind === 'deferred') {
    if (op === 'commit' || op === 'rollback' || op === 'set-transaction') return { to: 'local', because: 'local' }
    const fits = facts.verdict !== 'primary' && session.pins.size === 0
    if (fits && transaction.readOnly) {
      return asked === 'primary' ? toPrimary('hint') : { to: 'replica', because: 'read-only-transaction' }
    }
    return toPrimary(facts.verdict === 'primary' ? facts.because : 'transaction')
  }
  // What is no read would be there without a transaction, too.
  if (facts.verdict === 'primary' && facts.transaction === null) return toPrimary(facts.because)
  if (transaction.kind === 'on-replica') return { to: 'replica', because: 'read-only-transaction' }
  return toPrimary('in-transaction')
}

const consistentSnapshot = ({ transaction }: Facts): boolean =>
  transaction?.op === 'begin' && transaction.consistentSnapshot === true

/** A hot standby refuses serializable. */
function begins({ transaction }: Facts, before: boolean): Transaction {
  if (transaction?.op !== 'begin' && transaction?.op !== 'set-transaction')
    return { kind: 'deferred', readOnly: before }
  const readOnly = (transaction.readOnly ?? before) && transaction.isolation !== 'serializable'
  return { kind: 'deferred', readOnly }
}

/** The session behind a statement that is placed already; for each one of those that are sent together. */
export function follow(session: LoggedSession, facts: Facts, { to }: Placement): void {
  const { transaction } = session
  const control = facts.transaction
  switch (control?.op) {
    case 'begin':
      session.transaction = to === 'local' ? begins(facts, false) : { kind: 'on-primary' }
      return
    case 'set-transaction':
      if (transaction?.kind === 'deferred') session.transaction = begins(facts, transaction.readOnly)
      return
    case 'commit':
    case 'rollback':
      session.transaction = control.chain ? { kind: 'on-primary' } : null
      return
    case 'set-autocommit':
      session.autocommit = control.value !== false
      if (session.autocommit) session.transaction = null
      return
    case 'prepare-transaction':
      session.transaction = null
      return
    case 'xa':
      if (control.verb === 'start') session.transaction = { kind: 'on-primary' }
      else if (control.verb !== 'end' && control.verb !== 'recover') session.transaction = null
      return
    default:
  }
  if (facts.commitsImplicitly) session.transaction = null
  else if (transaction !== null) session.transaction = { kind: to === 'replica' ? 'on-replica' : 'on-primary' }
  else if (!session.autocommit && facts.statements > 0) session.transaction = { kind: 'on-primary' }
}
