import type { Work } from '../dialect.ts'
import type { Policy } from '../routing/types.ts'
import type { Isolation } from '../sql/facts.ts'

/**
 * A transaction as Freshet sees it before and while a server runs it. A plain BEGIN is answered at once and kept in `prefix`; it
 * travels with the first statement, which decides where the transaction goes.
 */
export class Transaction {
  /** Statements answered already and not yet sent: BEGIN, SET TRANSACTION. */
  prefix: string[] = []
  /** The prefix as it was sent, to begin the same transaction on another server. */
  sent: readonly string[] = []
  readOnly = false
  isolation: Isolation = 'read committed'
  /** The statement that began it names none, so what the default makes of it is taken for granted. */
  isolationAssumed = false
  /** Nothing but plain reads so far: the transaction can go on elsewhere without anybody noticing. */
  movable = true
  /** Settings or other state may have changed within it; the server is asked at its end. */
  stateChanged = false
  schemaChanged = false
  /** It did something other than reading. */
  wrote = false
  /** What the session's policy goes back to at its end; null: SET LOCAL freshet.* has not been used. */
  policyAfter: Policy | null = null
  /** The same when it is rolled back; null: freshet.* has not been changed in it, or that stays. */
  policyBefore: Policy | null = null

  get deferred(): boolean {
    return this.prefix.length > 0
  }

  /** `isolation`: of a transaction that asks for none. */
  defer(work: Work, isolation: Isolation): void {
    const control = work.facts.transaction!
    if (this.prefix.length === 0) {
      this.isolation = isolation
      this.isolationAssumed = true
    }
    this.prefix.push(work.text())
    if (control.op !== 'begin' && control.op !== 'set-transaction') return
    if (control.readOnly !== null) this.readOnly = control.readOnly
    if (control.isolation === null) return
    this.isolation = control.isolation
    this.isolationAssumed = false
  }

  /** One replica may serve it. A hot standby refuses serializable. */
  get mayRunOnReplica(): boolean {
    return this.readOnly && this.isolation !== 'serializable'
  }

  /** In these a statement sees what was committed before it began; in the others the snapshot of the first one holds. */
  get snapshotPerStatement(): boolean {
    return this.isolation === 'read committed' || this.isolation === 'read uncommitted'
  }

  started(): void {
    this.sent = this.prefix
    this.prefix = []
  }

  over(): void {
    if (this.prefix.length > 0) this.prefix = []
    if (this.sent.length > 0) this.sent = []
    this.readOnly = false
    this.isolation = 'read committed'
    this.isolationAssumed = false
    this.movable = true
    this.stateChanged = false
    this.schemaChanged = false
    this.wrote = false
    this.policyAfter = null
    this.policyBefore = null
  }
}

/** COMMIT RELEASE, ROLLBACK RELEASE: the server ends the session behind it. */
export function releases({ facts }: Work): boolean {
  const control = facts.transaction
  return (control?.op === 'commit' || control?.op === 'rollback') && control.release === true
}
