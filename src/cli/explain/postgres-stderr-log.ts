import { type Emit, type Reader, STATEMENT_MAX } from './entry.ts'
import { Body, lineReader } from './lines.ts'
import { postgresMessage, type Said } from './postgres-message.ts'

/** `log_line_prefix` is the administrator's; what stands between it and the text is the server's own. */
const SEVERITY =
  /^(.*?)\b(DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|QUERY|CONTEXT|STATEMENT|LOCATION|BACKTRACE): {2}(.*)$/s

/** So much of a prefix is looked at. */
const PREFIX_MAX = 500

/** A line that begins a message; a tab begins those that go on with one. */
export const isPostgresLine = (line: string): boolean =>
  !line.startsWith('\t') && /^.{0,500}?\b(LOG|ERROR|FATAL|WARNING|DETAIL|STATEMENT|HINT): {2}\S/.test(line)

/** A process id in brackets (`%p`, the default), a session id (`%c`), or the last number that stands alone. */
function sessionOf(prefix: string): string | null {
  const found =
    /\[(\d+)(?:-\d+)?\]/.exec(prefix) ??
    /\b([0-9a-f]{8}\.[0-9a-f]+)\b/.exec(prefix) ??
    /\b(?:pid|p)[=: ]+(\d+)\b/.exec(prefix) ??
    /(?:^|\s)(\d{2,8}):?\s*(?:\S+@\S+)?\s*$/.exec(prefix)
  return found?.[1] ?? null
}

const databaseOf = (prefix: string): string | null =>
  /[^\s:@=,]*@([^\s:@=,[\]]+)/.exec(prefix)?.[1] ?? /\bdb=([^\s,]+)/.exec(prefix)?.[1] ?? null

/** PostgreSQL's log as it is written to standard error or by the collector without csvlog and jsonlog. */
export function postgresStderrLog(emit: Emit): Reader {
  let body = new Body(STATEMENT_MAX + 200)
  let said: Said | null = null
  const complete = () => {
    if (said !== null) postgresMessage(body.text, said, emit)
    said = null
  }
  const line = (text: string, number: number) => {
    if (text.startsWith('\t')) {
      body.add(`\n${text.slice(1)}`)
      return
    }
    complete()
    const [, prefix = '', severity, message = ''] = SEVERITY.exec(text.slice(0, STATEMENT_MAX + 1000)) ?? []
    if (severity !== 'LOG') return
    const known = prefix.slice(-PREFIX_MAX)
    said = { session: sessionOf(known), database: databaseOf(known), line: number }
    body = new Body(STATEMENT_MAX + 200)
    body.add(message)
  }
  return lineReader(line, complete)
}
