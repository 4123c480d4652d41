import type { Emit, SessionKey } from './entry.ts'

/** Who said something, and where it stands. */
export interface Said {
  readonly session: SessionKey
  readonly database: string | null
  readonly line: number
}

/**
 * What one message of PostgreSQL's log means, whichever format carries it. `log_statement` writes `statement: ...` or `execute NAME: ...`, and
 * `log_duration` the time in a message of its own behind it; `log_min_duration_statement` writes both in one. Parsing and binding take time
 * that belongs to the execution; only that counts as a statement.
 */
export function postgresMessage(message: string, { session, database, line }: Said, emit: Emit): void {
  const timed = /^duration: (\d+(?:\.\d+)?) ms(?: {2}|$)/.exec(message)
  const ms = timed === null ? null : Number(timed[1])
  const rest = timed === null ? message : message.slice(timed[0].length)
  if (timed !== null && rest === '') emit({ kind: 'duration', session, ms: Number(timed[1]), of: 'last' })
  const said = /^(?:statement|execute (?:fetch from )?\S+|(parse|bind) \S+): /.exec(rest)
  if (said !== null) {
    if (said[1] === undefined)
      emit({ kind: 'statement', text: rest.slice(said[0].length), line, session, database, ms })
    else if (ms !== null) emit({ kind: 'duration', session, ms, of: 'next' })
  } else if (/^(?:disconnection: |connection (?:received|authenticated|authorized): )/.test(rest))
    emit({ kind: 'over', session })
}
