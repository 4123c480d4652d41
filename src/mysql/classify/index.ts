import { digestText } from '../../sql/canonical.ts'
import { type ClassifierOptions, classifierFor, type Engine } from '../../sql/classifier.ts'
import type { Classifier } from '../../sql/facts.ts'
import { OK } from '../../sql/scan.ts'
import { warmUp } from '../../sql/warm-up.ts'
import { type Analysis, UNKNOWN_EFFECT } from './analysis.ts'
import { analyze } from './analyze.ts'
import type { Catalog } from './catalog.ts'
import { type Servers, UNKNOWN_SERVERS } from './executable-comment.ts'
import { judge } from './judge.ts'
import { mysqlLexicon } from './lexicon.ts'
import { mysqlLexMode, readText } from './read-text.ts'
import { MysqlScanner } from './scanner.ts'
import { loadSecondOpinion, objects } from './second-opinion.ts'

export { SYSTEM_SCHEMAS } from './builtins.ts'
export { type Catalog, loadCatalog } from './catalog.ts'
export { type Servers, UNKNOWN_SERVERS } from './executable-comment.ts'
export { mysqlLexMode } from './read-text.ts'
export { readAhead } from './routines.ts'

export interface MysqlClassifierOptions extends ClassifierOptions<Catalog> {
  /** What decides how executable comments are read; asked at every statement. */
  readonly servers: () => Servers
}

/** Classifies statements of MySQL and MariaDB: facts from the digest's cache, at first sight from their tokens and the catalog. One per cluster. */
export function createClassifier(options: MysqlClassifierOptions): Classifier {
  return classifierFor(mysqlEngine(options.servers), options)
}

/** What `classifierFor` has to know of MySQL and MariaDB. */
export function mysqlEngine(servers: () => Servers): Engine<Analysis, Catalog> {
  return {
    lexicon: mysqlLexicon,
    scanner: (limits) => new MysqlScanner(limits, servers),
    render: (out, length) => decoder.decode(out.subarray(0, length)),
    analyze(canonical) {
      const analysis = analyze(canonical)
      return analysis.kind === 'read' && objects(canonical, servers().flavour) ? doubted(analysis) : analysis
    },
    analyzeExactly(text, start, end, mode) {
      const read = readText(text, start, end, mode, servers())
      return read === null ? null : analyze(read.canonical, read.values)
    },
    judge,
  }
}

const decoder = new TextDecoder()

/** Loads the second opinion's grammars. Once per thread, before the first classifier is used; without it the tokens alone decide. */
export const initClassifier: () => Promise<void> = loadSecondOpinion

/** Lets all of that become quick, where clients wait for it. */
export function warmClassifier(): void {
  const mode = mysqlLexMode({ sqlMode: '', characterSetClient: 'utf8mb4' })
  for (const flavour of ['mysql', 'mariadb'] as const) {
    const servers = { ...UNKNOWN_SERVERS, flavour }
    warmUp((options) => createClassifier({ ...options, servers: () => servers }), mode)
  }
}

/** Two ways of reading it disagree. */
const doubted = (analysis: Analysis): Analysis => ({
  ...analysis,
  kind: 'primary',
  because: 'unparsed',
  effect: UNKNOWN_EFFECT,
})

/** A statement's text without its literals, for people; null when they cannot be told. */
export const digestSample: (sql: string) => string | null = (() => {
  const limits = { canonicalBytes: 12 * 1024, nesting: 200, operators: 1000 }
  const scanner = new MysqlScanner(limits, () => UNKNOWN_SERVERS)
  const mode = mysqlLexMode({ sqlMode: '', characterSetClient: 'utf8mb4' })
  return (sql: string) => {
    const text = Buffer.from(sql)
    return scanner.scan(text, 0, text.length, mode) === OK ? digestText(scanner.out, scanner.length).trim() : null
  }
})()
