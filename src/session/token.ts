/** SHOW freshet.token and SET freshet.token: what one session has seen, as a text that any other session, also behind another Freshet, can ask for. */
import type { Failure, LocalAnswer } from '../dialect.ts'
import type { Floor } from '../routing/types.ts'
import { unreachable } from '../units.ts'
import { done, oneValue } from './local.ts'
import type { Session } from './session.ts'

const NO_PRIMARY: Failure = {
  code: '57P03',
  message: 'no primary is known that could be asked for its position',
}

/** The primary's position, sampled after every reply that the session has had from it. */
export async function showToken({ context }: Session, column: string): Promise<LocalAnswer> {
  const position = (await context.fleet.samplePrimary())?.sample.position ?? null
  if (position === null) return { failure: NO_PRIMARY }
  return oneValue(column, context.dialect.formatToken(position))
}

/** From now on the session sees at least what the token stands for. */
export async function setToken(session: Session, token: string): Promise<LocalAnswer> {
  const { context } = session
  const { epoch } = context.fleet.snapshot()
  const sampled = await context.fleet.samplePrimary()
  if (sampled === null) return { failure: NO_PRIMARY }
  const standing = context.dialect.tokenStanding(token, sampled.sample)
  switch (standing) {
    case 'covered':
      // The primary had it at t0: whatever has all that was acknowledged before t0 has it too. A floor of the session stays below.
      ask(session, { epoch, instant: sampled.t0 })
      return done('SET')
    case 'unproved':
      // Only the primary itself satisfies a floor of an older epoch, and its first reply ends that.
      ask(session, { epoch: epoch - 1, instant: sampled.t0 })
      return done('SET')
    case 'malformed':
      return refusal(token, 'SHOW freshet.token gives one.')
    case 'foreign':
      return refusal(token, 'It belongs to another cluster.')
    case 'ahead':
      return refusal(token, 'It is of a later timeline than the primary that is known here.')
    default:
      return unreachable(standing)
  }
}

function ask(session: Session, floor: Floor): void {
  session.floor = floor
  session.observation?.mustSee(floor)
}

function refusal(token: string, hint: string): LocalAnswer {
  const shown = token.length > 100 ? `${token.slice(0, 100)}...` : token
  return { failure: { code: '22023', message: `invalid value for parameter "freshet.token": "${shown}"`, hint } }
}
