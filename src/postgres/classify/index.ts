import { type ClassifierOptions, classifierFor, type Engine } from '../../sql/classifier.ts'
import { digestSampler } from '../../sql/digest-sample.ts'
import type { Classifier } from '../../sql/facts.ts'
import { warmUp } from '../../sql/warm-up.ts'
import type { Analysis } from './analysis.ts'
import { analyze } from './analyze.ts'
import type { Catalog } from './catalog.ts'
import { judge } from './judge.ts'
import { postgresLexicon } from './lexicon.ts'
import { initParser, STATEMENT_TOKENS_MAX } from './parser.ts'

export type { Catalog } from './catalog.ts'
export { loadCatalog } from './catalog-query.ts'
export { readAhead } from './function-judge.ts'

const engine: Engine<Analysis, Catalog> = {
  lexicon: postgresLexicon,
  analyze: (sql) => analyze(sql, STATEMENT_TOKENS_MAX),
  judge,
}

/** Loads PostgreSQL's grammar. Once per thread, before the first classifier is used; until then every statement is `unparsed`. */
export const initClassifier: () => Promise<void> = initParser

/** Lets that become quick, where clients wait for it. */
export const warmClassifier = (): void =>
  warmUp(createClassifier, { standardConformingStrings: true, asciiSafeEncoding: true })

/** Classifies PostgreSQL statements: facts from the digest's cache, at first sight from PostgreSQL's own parser and the catalog. */
export function createClassifier(options: ClassifierOptions<Catalog>): Classifier {
  return classifierFor(engine, options)
}

/** A statement's text without its literals, for people; null when they cannot be told. */
export const digestSample: (sql: string) => string | null = digestSampler(postgresLexicon)
