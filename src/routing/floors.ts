/**
 * Floors: the instants that reads must not be older than. A floor is (epoch, instant), because an instant taken before a promotion says
 * nothing about what the new primary has. The floor whose instant is NEVER asks for nothing, whatever its epoch.
 *
 * Floors of an older epoch are satisfied by the new primary only (`decide` does that): what they stand for may be lost, and one reply of the
 * new primary raises the session's floor into the new epoch, after which replicas serve it again. The floors that nobody's own reply
 * raises, `global` and those of causal keys, would keep their readers on the primary until the next write; `startEpoch` therefore moves
 * them to the instant at which the new epoch was seen. That is safe because an epoch begins only when the new primary has applied its
 * backlog: everything that survived is on it by then, and a horizon of the new epoch at or after that instant covers all of it.
 */
import { type Instant, NEVER, unreachable } from '../units.ts'
import type { Floor, Policy, SessionView } from './types.ts'

/** Asks for nothing. What a session begins with. */
export const NO_FLOOR: Floor = { epoch: 0, instant: NEVER }

/** The floor that satisfies both. A later epoch wins, and within one epoch the later instant. */
export function laterFloor(a: Floor, b: Floor): Floor {
  if (b.instant === NEVER) return a
  if (a.instant === NEVER) return b
  if (a.epoch !== b.epoch) return a.epoch > b.epoch ? a : b
  return a.instant >= b.instant ? a : b
}

export interface Floors {
  /** The last write acknowledged to anyone. */
  readonly global: Floor
  /** The last write acknowledged to a session with this causal key, or a later floor when the key was forgotten. */
  scope(key: string): Floor
  /** A write is about to be acknowledged to a client: call this first, then release the acknowledgement. `key`: the session's causal key. */
  acknowledge(key: string | null, floor: Floor): void
  /** A promotion: everything known before it now asks for what the new primary had at `at`. */
  startEpoch(epoch: number, at: Instant): void
  /** Keys remembered one by one. */
  readonly size: number
}

/** `keysMax`: causal keys remembered one by one; the one written longest ago is forgotten first, into a floor common to all unknown keys. */
export function createFloors({ keysMax }: { readonly keysMax: number }): Floors {
  // In the order of their last writes, so that the first entry is the one to forget.
  const byKey = new Map<string, Floor>()
  let global = NO_FLOOR
  let forgotten = NO_FLOOR

  function raiseKey(key: string, floor: Floor): void {
    const raised = laterFloor(byKey.get(key) ?? forgotten, floor)
    byKey.delete(key)
    byKey.set(key, raised)
    if (byKey.size <= keysMax) return
    for (const [oldest, its] of byKey) {
      byKey.delete(oldest)
      forgotten = laterFloor(forgotten, its)
      return
    }
  }

  return {
    get global() {
      return global
    },
    scope: (key) => byKey.get(key) ?? forgotten,
    acknowledge(key, floor) {
      global = laterFloor(global, floor)
      if (key !== null) raiseKey(key, floor)
    },
    startEpoch(epoch, at) {
      const began: Floor = { epoch, instant: at }
      if (global.instant !== NEVER) global = laterFloor(global, began)
      if (byKey.size > 0 || forgotten.instant !== NEVER) forgotten = laterFloor(forgotten, began)
      byKey.clear()
    },
    get size() {
      return byKey.size
    },
  }
}

/**
 * What a read must not be older than. Ask once, when the read arrives, and keep it while the read waits: `strict` and `global` mean the
 * moment of arrival, and a floor that moves on with other people's writes would never be reached. `epoch` is the snapshot's.
 * Each level includes `session`, except `eventual`, which asks for nothing.
 */
export function effectiveFloor(
  policy: Policy,
  session: SessionView,
  floors: Floors,
  epoch: number,
  arrived: Instant,
): Floor {
  switch (policy.consistency) {
    case 'eventual':
      return NO_FLOOR
    case 'session':
      return session.floor
    case 'scope':
      return policy.causalKey === null ? session.floor : laterFloor(session.floor, floors.scope(policy.causalKey))
    case 'global':
      return laterFloor(session.floor, floors.global)
    case 'strict':
      return laterFloor(laterFloor(session.floor, floors.global), { epoch, instant: arrived })
    default:
      return unreachable(policy.consistency)
  }
}
