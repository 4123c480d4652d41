import type { Failure, Unit, Work } from '../dialect.ts'
import { NO_FLOOR } from '../routing/floors.ts'
import type { Reason } from '../routing/reasons.ts'
import type { Decision, Floor, Policy } from '../routing/types.ts'
import { type Instant, NEVER } from '../units.ts'
import { applyHint } from './hint.ts'
import { isFailure } from './settings.ts'

/** The unit at the head of a session's queue, and what has been decided about it so far. One object per session, used again and again. */
export class CurrentUnit {
  unit!: Unit
  work!: Work
  policy!: Policy
  /** What is wrong with its hint. */
  wrongHint: Failure | null = null
  /** What it must not be older than, as of its arrival. */
  floor: Floor = NO_FLOOR
  arrived: Instant = NEVER
  /** It has waited for a horizon. */
  waited = false
  because: Reason = 'local'
  /** While its cluster only observes: what would have been done with it. null: what is done. */
  would: Decision | null = null
  /** It has to run on the primary whatever `decide` would say now, and why. */
  forcePrimary: Reason | null = null
  /** A replica refused it as something that only a primary can do; if the primary then does it, its digest counts as a write. */
  refusedAsWrite = false
  /** It has lost its place on a lane: it gets a connection of its own. */
  alone = false

  /** `policy`: the session's. */
  begin(unit: Unit, work: Work, policy: Policy, arrived: Instant): void {
    this.unit = unit
    this.work = work
    const hinted = work.hint === null ? policy : applyHint(policy, work.hint)
    this.policy = isFailure(hinted) ? policy : hinted
    this.wrongHint = isFailure(hinted) ? hinted : null
    this.arrived = arrived
    this.waited = false
    this.would = null
    this.forcePrimary = null
    this.refusedAsWrite = false
    this.alone = false
  }
}
