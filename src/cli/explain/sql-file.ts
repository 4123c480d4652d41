/**
 * A file of statements, cut at semicolons as the engine's own client does it: not inside of quotes, comments and dollar quotes. PostgreSQL's psql
 * goes on inside of parentheses and of BEGIN ATOMIC ... END, and takes lines that begin with a backslash for itself; MySQL's client knows DELIMITER.
 */
import { type Emit, type Reader, STATEMENT_MAX } from './entry.ts'
import { Body } from './lines.ts'

export interface Splitting {
  readonly engine: 'postgres' | 'mysql'
  /** Whether a backslash escapes in ordinary strings. Asked again and again: a statement of the file may change it. */
  readonly escapes: () => boolean
}

/** No token but a quoted one is longer: so much is kept back until more has come. A longer delimiter or tag is none. */
const AHEAD = 160

type State =
  | { readonly in: 'code' }
  | { readonly in: 'quotes'; readonly quote: string; readonly escapes: boolean }
  | { readonly in: 'line-comment' }
  | { readonly in: 'comment'; readonly depth: number }
  | { readonly in: 'dollars'; readonly tag: string }
  /** Up to the end of the line, and then this. */
  | { readonly in: 'ignored'; readonly next: State }
  /** Data behind COPY ... FROM STDIN, up to a line of `\.`. */
  | { readonly in: 'data'; readonly atLineStart: boolean }

const CODE: State = { in: 'code' }
/** What may stand between the pieces that code is cut into. */
const PLAIN = /[^'"`$;()\\/#\-A-Za-z_\x80-\xff\n]+/y
const WORD = /[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*/y
const NESTED = /\/\*|\*\//g
const CLOSING = /\*\//g
const TAG = /\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$/y

/** Cuts one file. A class, because a token can begin in one piece of it and end in another. */
export class SqlFile implements Reader {
  readonly #emit: Emit
  readonly #how: Splitting
  #text = ''
  #at = 0
  #state: State = CODE
  #body = new Body(STATEMENT_MAX)
  #final = false
  /** Nothing has come of the statement yet. */
  #blank = true
  /** Nothing but comments has. */
  #bare = true
  /** The last two characters. */
  #before = ''
  #line = 1
  #began = 1
  #delimiter = ';'
  #words: string[] = []
  #parentheses = 0
  #blocks = 0

  constructor(how: Splitting, emit: Emit) {
    this.#how = how
    this.#emit = emit
  }

  feed(text: string): void {
    this.#text += text
    this.#run(this.#text.length - AHEAD)
  }

  end(): void {
    this.#final = true
    this.#run(this.#text.length)
    this.#complete()
  }

  #run(until: number): void {
    while (this.#at < until) this.#step()
    this.#text = this.#text.slice(this.#at)
    this.#at = 0
  }

  /** The next `length` characters belong to the statement. */
  #take(length: number): void {
    const piece = this.#text.slice(this.#at, this.#at + length)
    if (this.#blank && piece.trim() !== '') {
      this.#blank = false
      this.#began = this.#line
    }
    if (!this.#blank) this.#body.add(piece)
    this.#before = (this.#before + piece).slice(-2)
    this.#skip(length)
  }

  #skip(length: number): void {
    // Only what is skipped is searched, not all that lies ahead.
    const piece = this.#text.slice(this.#at, this.#at + length)
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) this.#line++
    this.#at += piece.length
  }

  #step(): void {
    const { in: where } = this.#state
    if (where === 'code') this.#code()
    else if (where === 'quotes') this.#quotes(this.#state)
    else if (where === 'line-comment') this.#until('\n', 1)
    else if (where === 'comment') this.#comment(this.#state)
    else if (where === 'dollars') this.#until(this.#state.tag, this.#state.tag.length)
    else if (where === 'ignored') this.#ignored(this.#state)
    else this.#data(this.#state)
  }

  #ignored({ next }: State & { in: 'ignored' }): void {
    const feed = this.#text.indexOf('\n', this.#at)
    this.#skip((feed < 0 ? this.#text.length : feed + 1) - this.#at)
    if (feed >= 0) this.#state = next
  }

  /** Up to the end mark and over it; what has not come yet is awaited. */
  #until(mark: string, length: number): void {
    const found = this.#text.indexOf(mark, this.#at)
    if (found >= 0) {
      this.#take(found + length - this.#at)
      this.#state = CODE
    } else this.#take(Math.max(1, this.#text.length - this.#at - AHEAD))
  }

  #quotes({ quote, escapes }: State & { in: 'quotes' }): void {
    const text = this.#text
    let at = this.#at
    for (; at < text.length; at++) {
      const escaping = escapes && text[at] === '\\'
      if (!escaping && text[at] !== quote) continue
      // What follows may be in the next piece.
      if (at + 1 >= text.length && !this.#final) break
      if (escaping || text[at + 1] === quote) at++
      else {
        this.#take(at + 1 - this.#at)
        this.#state = CODE
        return
      }
    }
    this.#take(Math.min(at, text.length) - this.#at)
  }

  #comment({ depth }: State & { in: 'comment' }): void {
    const nested = this.#how.engine === 'postgres'
    // One search for both: a text full of openings without an end must not be searched for the end at each of them.
    const mark = nested ? NESTED : CLOSING
    mark.lastIndex = this.#at
    const found = mark.exec(this.#text)
    if (found !== null) {
      this.#take(found.index + 2 - this.#at)
      const left = found[0] === '/*' ? depth + 1 : depth - 1
      this.#state = left > 0 ? { in: 'comment', depth: left } : CODE
    } else this.#take(Math.max(1, this.#text.length - this.#at - AHEAD))
  }

  #data({ atLineStart }: State & { in: 'data' }): void {
    const feed = this.#text.indexOf('\n', this.#at)
    const end = feed < 0 ? this.#text.length : feed
    const line = this.#text.slice(this.#at, end)
    this.#skip(Math.max(1, end + 1 - this.#at))
    const over = feed >= 0 && atLineStart && (line === '\\.' || line === '\\.\r')
    this.#state = over ? CODE : { in: 'data', atLineStart: feed >= 0 }
  }

  #code(): void {
    const text = this.#text
    const at = this.#at
    const mysql = this.#how.engine === 'mysql'
    if (this.#bare && this.#commandOfClient()) return
    if (text.startsWith(this.#delimiter, at) && (mysql || (this.#parentheses === 0 && this.#blocks === 0))) {
      this.#skip(this.#delimiter.length)
      this.#complete()
      return
    }
    const character = text[at]!
    if (this.#beginsComment(character, text, at)) return
    if (character.trim() !== '') this.#bare = false
    if (character === "'" || character === '"' || (mysql && character === '`')) this.#open(character)
    else if (character === '$' && !mysql) this.#dollar()
    else this.#other(character)
  }

  #dollar(): void {
    TAG.lastIndex = this.#at
    const tag = TAG.exec(this.#text)?.[0]
    this.#take(tag?.length ?? 1)
    if (tag !== undefined) this.#state = { in: 'dollars', tag }
  }

  #other(character: string): void {
    if (character === '(') this.#parentheses++
    else if (character === ')' && this.#parentheses > 0) this.#parentheses--
    WORD.lastIndex = this.#at
    const word = WORD.exec(this.#text)?.[0]
    if (word !== undefined) {
      // A delimiter may consist of anything, and stand right behind a word.
      const delimiter = this.#delimiter === ';' ? -1 : word.indexOf(this.#delimiter)
      this.#word(delimiter > 0 ? word.slice(0, delimiter) : word)
      return
    }
    PLAIN.lastIndex = this.#at
    const plain = PLAIN.exec(this.#text)?.[0]
    this.#take(this.#delimiter === ';' && plain !== undefined && !this.#bare ? Math.min(plain.length, AHEAD) : 1)
  }

  #open(quote: string): void {
    const { engine, escapes } = this.#how
    // E'...', where the letter is a word of its own.
    const prefixed = engine === 'postgres' && quote === "'" && /(?:^|[^A-Za-z0-9_$\x80-\xff])[eE]$/.test(this.#before)
    const inStrings = engine === 'mysql' ? quote !== '`' : quote === "'"
    this.#take(1)
    this.#state = { in: 'quotes', quote, escapes: prefixed || (inStrings && escapes()) }
  }

  #beginsComment(character: string, text: string, at: number): boolean {
    const next = text[at + 1]
    const mysql = this.#how.engine === 'mysql'
    const dashes = character === '-' && next === '-' && (!mysql || !/[^\s\x00-\x1f]/.test(text[at + 2] ?? ' '))
    if (dashes || (mysql && character === '#')) this.#state = { in: 'line-comment' }
    else if (character === '/' && next === '*') this.#state = { in: 'comment', depth: 1 }
    else return false
    this.#take(this.#state.in === 'comment' ? 2 : 1)
    return true
  }

  /** psql's way to know that a body in SQL goes on: CREATE [OR REPLACE] FUNCTION or PROCEDURE, then BEGIN, CASE and END count. */
  #word(word: string): void {
    this.#take(word.length)
    const lower = word.toLowerCase()
    if (this.#words.length < 4) this.#words.push(lower)
    if (this.#parentheses > 0 || !/^create (?:or replace )?(?:function|procedure)\b/.test(this.#words.join(' '))) return
    if (lower === 'begin') this.#blocks++
    else if (lower === 'case' && this.#blocks > 0) this.#blocks++
    else if (lower === 'end' && this.#blocks > 0) this.#blocks--
  }

  /** Lines that the client takes for itself, where a statement would begin. */
  #commandOfClient(): boolean {
    const first = this.#text[this.#at]
    if (this.#how.engine === 'postgres' ? first !== '\\' : first !== 'd' && first !== 'D') return false
    const [line = ''] = this.#text.slice(this.#at, this.#at + AHEAD).split('\n', 1)
    if (this.#how.engine === 'mysql') {
      const delimiter = /^delimiter[ \t]+(\S{1,60})/i.exec(line)?.[1]
      if (delimiter === undefined) return false
      this.#delimiter = delimiter
    }
    this.#body = new Body(STATEMENT_MAX)
    this.#blank = true
    this.#state = { in: 'ignored', next: CODE }
    return true
  }

  #complete(): void {
    const text = this.#body.text.trimEnd()
    const copies = this.#how.engine === 'postgres' && this.#words[0] === 'copy' && /\bfrom\s+stdin\b/i.test(text)
    this.#body = new Body(STATEMENT_MAX)
    this.#blank = true
    this.#bare = true
    this.#before = ''
    this.#words = []
    this.#parentheses = 0
    this.#blocks = 0
    if (text === '') return
    this.#emit({ kind: 'statement', text, line: this.#began, session: null, database: null, ms: null })
    // The data begin on the next line.
    this.#state = copies ? { in: 'ignored', next: { in: 'data', atLineStart: true } } : CODE
  }
}
