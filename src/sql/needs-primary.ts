import type { Reason } from '../routing/reasons.ts'
import { digest } from '../units.ts'
import type { Facts, SessionEffect } from './facts.ts'

const UNKNOWN_EFFECT: SessionEffect = { kind: 'unknown' }

/** Nothing is known of what the statement does, nor of what it calls. */
export const isUnread = ({ because }: Facts): boolean => because === 'unparsed' || because === 'too-large'

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
