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

const MAKES_RELATIONS = /\b(?:CREATE|SELECT INTO)\b/

/**
 * What it makes may be temporary without its saying so: PostgreSQL takes the first schema of search_path, which may be that of temporary
 * objects, by the session's own doing or as its role's default (manual, "search_path").
 */
export const mayMakeTemporary = ({ command }: Facts): boolean => MAKES_RELATIONS.test(command)
