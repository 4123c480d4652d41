import type { Reason } from '../routing/reasons.ts'
import { type Digest, digest } from '../units.ts'
import { Budget } from './budget.ts'
import { canonicalText } from './canonical.ts'
import { findControl } from './controls.ts'
import type { Classifier, Facts, LexMode } from './facts.ts'
import { FactsTable } from './facts-table.ts'
import { findHint } from './hints.ts'
import type { Lexicon } from './lexicon.ts'
import { needsPrimary } from './needs-primary.ts'
import { OK, type Outcome, type ScanLimits, Scanner, type TextScanner, TOO_LARGE } from './scan.ts'
import { hashed, sipHash } from './siphash.ts'

/** Facts before they belong to a digest. */
export type Judgement = Omit<Facts, 'digest'>

/** What every engine's analysis tells of a text, whatever a catalog says. */
type Basics = Pick<Facts, 'statements' | 'command' | 'transaction' | 'literalDependent'> & {
  /** It asks for the time. */
  readonly clock: boolean
}

/** What an engine adds: its lexical rules, its parser, and its knowledge of what functions and relations do. */
export interface Engine<Analysis extends Basics, Catalog> {
  readonly lexicon: Lexicon
  /** Scans by rules that a lexicon cannot tell. */
  readonly scanner?: (limits: ScanLimits) => TextScanner
  /** The canonical text as `analyze` wants it, where that is not SQL with sample literals. */
  readonly render?: (out: Uint8Array, length: number) => string
  /** Everything that the text alone tells; null when the parser cannot take it. */
  analyze(sql: string): Analysis | null
  /** The same for a text with its literals, when they count; absent: `analyze` takes it as it is. */
  analyzeExactly?(text: Uint8Array, start: number, end: number, mode: LexMode): Analysis | null
  /** `catalog` null: none has been read yet. `doubtful`: it may be out of date, because DDL has been seen since it was read. */
  judge(analysis: Analysis, catalog: Catalog | null, doubtful: boolean): Judgement
}

export interface ClassifierLimits {
  /** Digests whose facts are remembered. */
  readonly digests: number
  /** A text longer than this is not even scanned. */
  readonly scanBytes?: number
  /** A canonical text (literals and comments removed) longer than this is not parsed. */
  readonly parseBytes?: number
  readonly nesting?: number
  readonly operators?: number
  /** The part of one core's time that parsing may take over a while. */
  readonly parseShare?: number
  /** Milliseconds of parsing allowed at once after a quiet while. */
  readonly parseBurstMs?: number
  /** How long a digest that a replica refused counts as a write, in milliseconds. */
  readonly learnedMs?: number
}

export interface ClassifierOptions<Catalog> {
  /** A random integer below 2^53, one per process. */
  readonly seed: number
  readonly limits: ClassifierLimits
  /** The catalog as last read. A new one is a new object. */
  readonly catalog: () => Catalog | null
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number
}

interface Entry<Analysis> {
  readonly analysis: Analysis
  /** Valid while `stamp` is the classifier's. */
  facts: Facts
  stamp: object | null
}

const BACKSLASH = 0x5c
const LEARNED_MAX = 10_000
const EXACT_MAX = 512

/** A classifier for one engine. Hot path: scan, hash, look up; nothing is allocated. */
export function classifierFor<Analysis extends Basics, Catalog>(
  engine: Engine<Analysis, Catalog>,
  options: ClassifierOptions<Catalog>,
): Classifier {
  const { limits, now } = options
  const parseBytes = limits.parseBytes ?? 12 * 1024
  const scanBytes = limits.scanBytes ?? 1024 * 1024
  const learnedMs = limits.learnedMs ?? 600_000
  const scanLimits = { canonicalBytes: parseBytes, nesting: limits.nesting ?? 200, operators: limits.operators ?? 1000 }
  const scanner: TextScanner = engine.scanner?.(scanLimits) ?? new Scanner(engine.lexicon, scanLimits)
  const render = engine.render ?? canonicalText
  const keyLow = options.seed >>> 0
  const keyHigh = Math.floor(options.seed / 2 ** 32) >>> 0
  const table = new FactsTable<Entry<Analysis>>(limits.digests)
  const exact = new Map<string, Facts>()
  const learned = new Map<Digest, number>()
  const budget = new Budget(limits.parseShare ?? 0.2, limits.parseBurstMs ?? 1000, now())
  const stats = { entries: 0, hits: 0, misses: 0 }
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let catalog = options.catalog()
  let doubtful = false
  /** Facts judged under another stamp are judged again. */
  let stamp: object = {}
  let version = 0

  function withinBudget(analyze: () => Analysis | null): Analysis | null | undefined {
    const before = now()
    if (!budget.allows(before)) return undefined
    const analysis = safely(analyze)
    budget.spend(now() - before)
    return analysis
  }

  function judged(key: Digest, analysis: Analysis): Facts {
    const facts: Facts = {
      ...(safely(() => engine.judge(analysis, catalog, doubtful)) ?? undecided(analysis)),
      digest: key,
    }
    const until = learned.get(key)
    if (until === undefined || facts.verdict === 'primary') return facts
    if (now() < until) return { ...facts, verdict: 'primary', because: 'learned-write' }
    learned.delete(key)
    return facts
  }

  function exactly(key: Digest, text: Uint8Array, start: number, end: number, mode: LexMode): Facts {
    const sql = decoder.decode(text.subarray(start, end))
    // The session's settings decide what a text says, and so does its digest with which they were made.
    const name = engine.analyzeExactly === undefined ? sql : `${key} ${sql}`
    const known = exact.get(name)
    if (known !== undefined) return known
    const analysis = withinBudget(() =>
      engine.analyzeExactly === undefined ? engine.analyze(sql) : engine.analyzeExactly(text, start, end, mode),
    )
    if (analysis === null || analysis === undefined) return conservative('unparsed', key)
    const facts = judged(key, analysis)
    if (exact.size >= EXACT_MAX) exact.delete(exact.keys().next().value!)
    exact.set(name, facts)
    return facts
  }

  function firstSight(text: Uint8Array, start: number, end: number, mode: LexMode, low: number, high: number): Facts {
    stats.misses++
    const key = digest(high * 2 ** 32 + low)
    let entry = table.get(low, high)
    if (entry === null) {
      const analysis = withinBudget(() => engine.analyze(render(scanner.out, scanner.length)))
      if (analysis === undefined) return conservative('unparsed', key)
      if (analysis === null) {
        // Remembered as well: a statement with a syntax error is not parsed over and over.
        const facts = conservative('unparsed', key)
        table.set(low, high, { analysis: UNPARSABLE as Analysis, facts, stamp: FOREVER })
        return facts
      }
      entry = { analysis, facts: judged(key, analysis), stamp: null }
      table.set(low, high, entry)
      stats.entries = table.size
    }
    if (entry.analysis.literalDependent) {
      if (end - start > parseBytes) return conservative('unparsed', key)
      // The parser knows strings with backslashes in one way only.
      const otherStrings = engine.analyzeExactly === undefined && !mode.standardConformingStrings
      if (otherStrings && text.subarray(start, end).includes(BACKSLASH)) return conservative('unparsed', key)
      return exactly(key, text, start, end, mode)
    }
    entry.facts = judged(key, entry.analysis)
    entry.stamp = entry.facts.because === 'learned-write' ? null : stamp
    return entry.facts
  }

  function noticeCatalog(): void {
    const current = options.catalog()
    if (current === catalog) return
    catalog = current
    doubtful = false
    stamp = {}
    version++
  }

  function classify(text: Uint8Array, start: number, end: number, mode: LexMode): Facts {
    noticeCatalog()
    if (end - start > scanBytes) return TOO_LARGE_FACTS
    const outcome: Outcome = scanner.scan(text, start, end, mode)
    if (outcome !== OK) return outcome === TOO_LARGE ? TOO_LARGE_FACTS : UNPARSED_FACTS
    if (scanner.length === 0) return EMPTY_FACTS
    sipHash(scanner.words, scanner.out, scanner.length, keyLow, keyHigh)
    const low = hashed.low
    const high = hashed.high >>> 11
    const entry = table.get(low, high)
    if (entry !== null && (entry.stamp === stamp || entry.stamp === FOREVER)) {
      stats.hits++
      return entry.facts
    }
    return firstSight(text, start, end, mode, low, high)
  }

  return {
    classify,
    control: (text, start, end, mode) => findControl(engine.lexicon, text, start, end, mode),
    hint: (text, start, end) => findHint(text, start, end, engine.lexicon.controls === 'mysql'),
    learnWrite(key) {
      if (key === NO_DIGEST) return
      if (learned.size >= LEARNED_MAX) learned.delete(learned.keys().next().value!)
      learned.set(key, now() + learnedMs)
      version++
      const entry = table.get(key >>> 0, Math.floor(key / 2 ** 32))
      if (entry !== null && entry.stamp !== FOREVER) entry.stamp = null
    },
    invalidate() {
      // A catalog that has come since the last statement is older than the change: it must not end the doubt.
      noticeCatalog()
      doubtful = true
      stamp = {}
      version++
    },
    get version() {
      noticeCatalog()
      return version
    },
    stats,
  }
}

/** A mistake of ours on some text nobody has thought of must cost offload, not the client's statement. */
function safely<Result>(find: () => Result): Result | null {
  try {
    return find()
  } catch {
    return null
  }
}

function undecided({ statements, command, transaction, literalDependent, clock }: Basics): Judgement {
  return { ...needsPrimary(command, 'unparsed'), statements, transaction, literalDependent, usesClock: clock }
}

/** Stands for all texts whose digest is not taken. */
export const NO_DIGEST = digest(0)

/** The stamp of facts that no catalog can change. */
const FOREVER = {}
/** In place of an analysis; never looked at, because such an entry's stamp is FOREVER. */
const UNPARSABLE: unknown = {}

/** What holds for all texts with this digest. */
const conservative = (because: Reason, key: Digest): Facts => ({
  ...needsPrimary('UNKNOWN', because),
  digest: key,
  literalDependent: false,
})

const UNPARSED_FACTS = conservative('unparsed', NO_DIGEST)
const TOO_LARGE_FACTS = conservative('too-large', NO_DIGEST)
const EMPTY_FACTS: Facts = {
  ...conservative('read', NO_DIGEST),
  statements: 0,
  verdict: 'read',
  command: '',
  effect: { kind: 'none' },
}
