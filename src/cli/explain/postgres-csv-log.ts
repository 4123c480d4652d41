import { type Emit, type Reader, STATEMENT_MAX } from './entry.ts'
import { postgresMessage } from './postgres-message.ts'

/** Columns of csvlog, counted from 0; versions only add some at the end. */
const DATABASE = 2
const SESSION = 5
const SEVERITY = 11
const MESSAGE = 13

/** Which columns are looked at. */
const WANTED: ReadonlySet<number> = new Set([DATABASE, SESSION, SEVERITY, MESSAGE])

export const isPostgresCsvLine = (line: string): boolean =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [^,"]*,(?:"(?:[^"]|"")*")?,(?:"(?:[^"]|"")*")?,\d*,/.test(line)

/** csvlog: messages may hold line feeds, inside quotes. */
export function postgresCsvLog(emit: Emit): Reader {
  let fields = new Map<number, string>()
  let column = 0
  let quoted = false
  let line = 1
  let began = 1

  const add = (text: string) => {
    if (!WANTED.has(column) || text === '') return
    const before = fields.get(column) ?? ''
    if (before.length <= STATEMENT_MAX + 200) fields.set(column, (before + text).slice(0, STATEMENT_MAX + 201))
  }
  const complete = () => {
    const session = fields.get(SESSION) ?? null
    const message = fields.get(MESSAGE)
    if (fields.get(SEVERITY) === 'LOG' && message !== undefined) {
      postgresMessage(message, { session, database: fields.get(DATABASE) ?? null, line: began }, emit)
    }
    fields = new Map()
    column = 0
    began = line
  }
  /** The last character was a quote inside quotes: another one makes it a quote, anything else ends them. */
  let quote = false
  return {
    feed(text) {
      let at = 0
      while (at < text.length) {
        if (quote) {
          quote = false
          if (text[at] === '"') {
            add('"')
            at++
            continue
          }
          quoted = false
        }
        let next = at
        if (quoted) {
          next = text.indexOf('"', at)
          if (next < 0) next = text.length
          const piece = text.slice(at, next)
          add(piece)
          for (let feed = piece.indexOf('\n'); feed >= 0; feed = piece.indexOf('\n', feed + 1)) line++
          if (next < text.length) quote = true
          at = next + 1
          continue
        }
        while (next < text.length && text[next] !== ',' && text[next] !== '"' && text[next] !== '\n') next++
        add(text.slice(at, next))
        const stop = text[next]
        if (stop === ',') column++
        else if (stop === '"') quoted = true
        else if (stop === '\n') {
          line++
          complete()
        }
        at = next + 1
      }
    },
    end: complete,
  }
}
