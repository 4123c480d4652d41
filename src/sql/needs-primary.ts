import type { Reason } from '../routing/reasons.ts'
import { digest } from '../units.ts'
import type { Facts, SessionEffect } from './facts.ts'

const UNKNOWN_EFFECT: SessionEffect = { kind: 'unknown' }

/** Facts about something that was not, or could not be, classified. */
export function needsPrimary(command: string, because: Reason, effect: SessionEffect = UNKNOWN_EFFECT): Facts {
  return {
    digest: digest(0),
    statements: 1,
    verdict: 'primary',
    because,
    command,
    tables: [],
    functions: [],
    usesClock: false,
    usesLastSequence: false,
    transaction: null,
    effect,
    literalDependent: true,
  }
}
