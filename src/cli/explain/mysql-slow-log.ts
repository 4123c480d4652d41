import { type Emit, type Reader, STATEMENT_MAX } from './entry.ts'
import { Body, lineReader } from './lines.ts'

/** Strict, because a statement may hold lines that begin like these. */
const TIME = /^# Time: (?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\d{6} +\d{1,2}:\d\d:\d\d)$/
const USER = /^# User@Host: \S*\[[^\]]*\] @ .*\[[^\]]*\](?: +Id: *(\d+))? *$/
const SET_TIMESTAMP = /^SET (?:last_insert_id=\d+,)?(?:insert_id=\d+,)?timestamp=\d+(?:\.\d+)?;$/
const ADMINISTRATOR = /^# administrator command: [A-Z][A-Za-z ]*;$/
const USE = /^use (?:`((?:[^`]|``)+)`|(\S+));$/

/** None of these is longer; looking for them in a line of millions of characters could take very long. */
const HEAD_MAX = 2000

export const isMysqlSlowLine = (line: string): boolean =>
  line.startsWith('# ') && line.length < HEAD_MAX && (TIME.test(line) || USER.test(line))

/** What the server writes at its start, and in MySQL whenever it opens the file. */
export const isMysqlLogHead = (line: string): boolean =>
  line.length < HEAD_MAX &&
  /, Version: .* started with:$|^Tcp port: .*Unix socket: |^Time\s+Id Command\s+Argument$/.test(line)

/**
 * The slow query log of MySQL, MariaDB and Percona Server. An entry is a head of lines with `#`, perhaps `use`, always `SET timestamp`, and the
 * statement with one semicolon that the server adds.
 */
export function mysqlSlowLog(emit: Emit): Reader {
  let place: 'head' | 'before' | 'body' = 'before'
  let session: string | null = null
  let database: string | null = null
  let ms: number | null = null
  let began = 0
  let body = new Body(STATEMENT_MAX + 1)
  let ended = true

  const complete = () => {
    const text = body.text.replace(/;\s*$/, '')
    body = new Body(STATEMENT_MAX + 1)
    ended = true
    if (place === 'body' && text !== '') emit({ kind: 'statement', text, line: began, session, database, ms })
    place = 'before'
    database = null
    ms = null
  }
  const head = (text: string) => {
    session = /\bId: *(\d+)/.exec(text)?.[1] ?? /\bThread_id: (\d+)/.exec(text)?.[1] ?? session
    database = /\bSchema: (\S+)/.exec(text)?.[1] ?? database
    const took = /\bQuery_time: (\d+(?:\.\d+)?)/.exec(text)?.[1]
    if (took !== undefined) ms = Math.round(Number(took) * 1e6) / 1e3
  }
  const administrator = (text: string) => {
    if (/: (?:Quit|Change user|Reset connection);$/.test(text)) emit({ kind: 'over', session })
    place = 'before'
    database = null
    ms = null
  }

  const line = (text: string, number: number) => {
    const boundary = isMysqlSlowLine(text)
    if (place === 'body' && body.length === 0 && ADMINISTRATOR.test(text)) administrator(text)
    else if (place === 'body' && !(ended && (boundary || isMysqlLogHead(text)))) {
      body.add(body.length === 0 ? text : `\n${text}`)
      ended = text.endsWith(';')
    } else if (boundary) {
      if (place === 'body') complete()
      if (place === 'before') session = null
      place = 'head'
      head(text)
    } else if (isMysqlLogHead(text)) complete()
    else if (place === 'head') inHead(text, number)
  }

  const inHead = (text: string, number: number) => {
    const [, quoted, plain] = USE.exec(text) ?? []
    const name = quoted?.replaceAll('``', '`') ?? plain
    if (ADMINISTRATOR.test(text)) administrator(text)
    else if (text.startsWith('#')) head(text)
    else if (name !== undefined) emit({ kind: 'use', session, database: name })
    else {
      // Servers before 5.1 wrote no SET timestamp.
      const first = !SET_TIMESTAMP.test(text)
      place = 'body'
      began = first ? number : number + 1
      ended = first && text.endsWith(';')
      if (first) body.add(text)
    }
  }
  return lineReader(line, complete)
}
