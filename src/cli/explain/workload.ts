/** From entries to judged statements, with what their sessions are in the middle of; and what a whole workload comes to. */
import type { Reason } from '../../routing/reasons.ts'
import type { Facts, Hint } from '../../sql/facts.ts'
import { Bounded } from './bounded.ts'
import type { Entry } from './entry.ts'
import { type Judge, modeAfter } from './judge.ts'
import { follow, type LoggedSession, LoggedSessions, type Placement, pinPostgres, place } from './sessions.ts'
import { SqlFile } from './sql-file.ts'

export interface Judged {
  readonly entry: Extract<Entry, { kind: 'statement' }>
  readonly facts: Facts
  readonly hint: Hint | null
  readonly placement: Placement
  readonly database: string | null
  /** Its time as far as it is known with the statement; more may be said later. */
  readonly ms: number | null
}

export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')

/** Judges entries in their order. `later` is told of time that a log gives behind the statement. */
export class Workload {
  readonly #judge: Judge
  readonly #textOnly: Judge
  readonly #sessions: LoggedSessions
  readonly #judged: (judged: Judged) => ((ms: number) => void) | null

  /** `textOnly`: for statements of databases whose catalog has not been read. */
  constructor(judge: Judge, textOnly: Judge, judged: (judged: Judged) => ((ms: number) => void) | null) {
    this.#judge = judge
    this.#textOnly = textOnly
    this.#sessions = new LoggedSessions(() => judge.mode)
    this.#judged = judged
  }

  /** Whether a backslash escapes in the strings of what has no sessions. */
  readonly escapes = (): boolean => !this.#sessions.get(null).mode.standardConformingStrings

  readonly take = (entry: Entry): void => {
    switch (entry.kind) {
      case 'over':
        this.#sessions.over(entry.session)
        return
      case 'use':
        this.#sessions.get(entry.session).database = entry.database
        return
      case 'duration': {
        const session = this.#sessions.get(entry.session)
        if (entry.of === 'next') session.msAhead += entry.ms
        else session.last?.(entry.ms)
        return
      }
      case 'statement':
        this.#statement(entry)
    }
  }

  #statement(entry: Extract<Entry, { kind: 'statement' }>): void {
    const session = this.#sessions.get(entry.session)
    const database = entry.database ?? session.database
    const { catalog } = this.#judge
    const elsewhere = catalog?.database != null && database !== null && database !== catalog.database
    const { classifier } = elsewhere ? this.#textOnly : this.#judge
    const bytes = bytesOf(entry.text)
    const facts = classifier.classify(bytes, 0, bytes.length, session.mode)
    // Nothing but white space and comments.
    if (facts.statements === 0) return
    const hint = classifier.hint(bytes, 0, bytes.length)
    const local = classifier.control(bytes, 0, bytes.length, session.mode)
    const placement: Placement =
      local !== null && local.kind !== 'kill' && !(local.kind === 'sequence' && local.rest !== null)
        ? { to: 'local', because: 'local' }
        : place(session, facts, hint)
    if (this.#judge.engine === 'postgres') pinPostgres(session, facts, entry.text)
    if (facts.statements > 1) this.#eachOf(entry.text, session, placement)
    session.mode = modeAfter(session.mode, this.#judge.engine, entry.text)
    const ahead = session.msAhead
    session.msAhead = 0
    const ms = entry.ms === null && ahead === 0 ? null : Math.round(((entry.ms ?? 0) + ahead) * 1e3) / 1e3
    session.last = this.#judged({ entry, facts, hint, placement, database, ms })
  }

  /** Statements that were sent together run in one place, but each may begin or end a transaction. */
  #eachOf(text: string, session: LoggedSession, placement: Placement): void {
    const engine = this.#judge.engine === 'postgres' ? 'postgres' : 'mysql'
    const escapes = () => !session.mode.standardConformingStrings
    const splitter = new SqlFile({ engine, escapes }, (entry) => {
      if (entry.kind !== 'statement') return
      const bytes = bytesOf(entry.text)
      const facts = this.#textOnly.classifier.classify(bytes, 0, bytes.length, session.mode)
      follow(session, facts, placement)
    })
    splitter.feed(text)
    splitter.end()
  }
}

export interface Sum {
  count: number
  ms: number
}

export interface DigestSum extends Sum {
  readonly text: string
}

export interface Kept extends Sum {
  readonly because: Reason
  readonly digests: Bounded<DigestSum>
}

/** Digests told apart per reason; those that come on top are counted together. */
const DIGESTS_PER_REASON = 2000
const TEXT_MAX = 300

/** What a workload comes to. */
export class Totals {
  readonly replica: Sum = { count: 0, ms: 0 }
  readonly primary: Sum = { count: 0, ms: 0 }
  readonly local: Sum = { count: 0, ms: 0 }
  readonly kept = new Map<Reason, Kept>()
  /** Statements whose time is known. */
  timed = 0
  /** BEGIN, COMMIT and the like. */
  transactionControls = 0
  /** Judged by their text alone, although there is a catalog: of another database. */
  elsewhere = 0
  /** Whether its session is known. */
  withSession = 0
  readonly #sample: Judge['sample']
  readonly #database: string | null

  constructor(judge: Judge) {
    this.#sample = judge.sample
    this.#database = judge.catalog?.database ?? null
  }

  readonly add = (judged: Judged): ((ms: number) => void) => {
    const { facts, placement, entry, database, ms } = judged
    if (facts.transaction !== null) this.transactionControls++
    if (entry.session !== null) this.withSession++
    if (this.#database !== null && database !== null && database !== this.#database) this.elsewhere++
    const sums: Sum[] = [this[placement.to]]
    if (placement.to === 'primary') sums.push(...this.#keep(judged))
    for (const sum of sums) sum.count++
    let timed = false
    const later = (more: number) => {
      if (!timed) this.timed++
      timed = true
      for (const sum of sums) sum.ms += more
    }
    if (ms !== null) later(ms)
    return later
  }

  #keep({ facts, placement, entry }: Judged): Sum[] {
    const { because } = placement
    let kept = this.kept.get(because)
    if (kept === undefined) {
      kept = { because, count: 0, ms: 0, digests: new Bounded(DIGESTS_PER_REASON) }
      this.kept.set(because, kept)
    }
    const text = () => {
      // Without its literals or not at all: they may be secrets.
      const shown = this.#sample(bytesOf(entry.text).toString('utf8')) ?? `${facts.command} (not readable)`
      const spaced = shown.replace(/(\?|\.\.\.)(?=[a-z])/g, '$1 ')
      return spaced.length > TEXT_MAX ? `${spaced.slice(0, TEXT_MAX)}...` : spaced
    }
    const key = Number(facts.digest) === 0 ? facts.command : Number(facts.digest)
    return [kept, kept.digests.get(key, () => ({ count: 0, ms: 0, text: text() }))]
  }
}
