import type { SessionState } from '../dialect.ts'
import type { Facts } from '../sql/facts.ts'
import type { Profile } from './capabilities.ts'
import type { ResultEncoding } from './diagnostic-columns.ts'
import { readDiagnosticQuery } from './diagnostic-query.ts'

const INSERTS = /^(?:INSERT|REPLACE|LOAD DATA|LOAD XML|CREATE TABLE)$/
const UNSEEN = new Set(['unparsed', 'too-large', 'unknown-function', 'volatile-function', 'unknown-relation'])

/** It may read LAST_INSERT_ID(), openly or in what it runs. */
function usesInsertId(facts: Facts): boolean {
  if (facts.asksPrevious?.includes('insert-id') === true || setsInsertId(facts)) return true
  if (facts.verdict === 'read' || facts.transaction !== null) return false
  return facts.statements > 1 || facts.command === 'CALL' || facts.command === 'EXECUTE' || UNSEEN.has(facts.because)
}

const setsInsertId = (facts: Facts): boolean =>
  facts.settings?.some(({ name }) => name === 'last_insert_id' || name === 'identity') === true

/** It may make a new one, or leave the one that is there. */
export const makesInsertId = (facts: Facts): boolean => INSERTS.test(facts.command)

/**
 * Its connection must have the session's last insert id before it runs: because it may read it, or because that connection alone can tell
 * afterwards what it is. `kept`: its session stays there for a while. `bulk`: MariaDB's bulk execute, to which clients can have rows in answer.
 */
export function needsInsertId(facts: Facts, kept: boolean, bulk: boolean): boolean {
  if (usesInsertId(facts)) return true
  return makesInsertId(facts) && (kept || bulk || facts.returnsChanged === true)
}

/** It reads how the statement before it went in a form that only the connection of that one can answer. */
export function needsFirmConnection(facts: Facts, text: () => string): boolean {
  const { asksPrevious, command } = facts
  if (asksPrevious === undefined) return false
  const beyond =
    asksPrevious.includes('row-count') || asksPrevious.includes('found-rows') || command === 'GET DIAGNOSTICS'
  return beyond && readDiagnosticQuery(text()) === null
}

/** The session's schema for names without one. */
export const schemaOf = ({ state, database }: { state(): SessionState; readonly database: string }): string =>
  state().settings.get('schema') ?? database

/** Default collations and bytes per character of what results are commonly sent in. */
const ENCODINGS: Readonly<Record<string, readonly [mysql: number, mariadb: number, widest: number]>> = {
  utf8mb4: [255, 45, 4],
  utf8mb3: [33, 33, 3],
  utf8: [33, 33, 3],
  latin1: [8, 8, 1],
  ascii: [11, 11, 1],
  binary: [63, 63, 1],
}

/** How a session's results are encoded. `readable`: texts in it are UTF-8, which is all that Freshet reads and writes. */
export function resultEncoding(of: {
  readonly profile: Profile
  readonly flavour: 'mysql' | 'mariadb'
  state(): SessionState
}): ResultEncoding & { readonly readable: boolean } {
  const set = of.state().settings.get('character_set_results')
  if (set === undefined) return byCollation(of.profile.collation)
  const name = set.replace(/^'(.*)'$/s, '$1').toLowerCase()
  const known = ENCODINGS[name]
  if (known === undefined) return { collation: 63, widest: 1, readable: false }
  const [mysql, mariadb, widest] = known
  return { collation: of.flavour === 'mysql' ? mysql : mariadb, widest, readable: name.startsWith('utf8') }
}

/** Collation ids (information_schema.collations): utf8mb3 has 33, 76, 83 and 192 to 223; utf8mb4 45, 46 and 224 to 255. */
function byCollation(collation: number): ResultEncoding & { readonly readable: boolean } {
  if (collation === 45 || collation === 46 || collation >= 224) return { collation, widest: 4, readable: true }
  if (collation === 33 || collation === 76 || collation === 83 || collation >= 192)
    return { collation, widest: 3, readable: true }
  return { collation, widest: 1, readable: false }
}
