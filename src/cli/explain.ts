/** `freshet explain`: what a statement counts as, from its text alone. */
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as mysql from '../mysql/classify/index.ts'
import * as postgres from '../postgres/classify/index.ts'
import { REASONS } from '../routing/reasons.ts'
import type { Classifier, Facts, LexMode } from '../sql/facts.ts'
import { parseUsage, UsageError } from './usage.ts'

const HELP = `usage: freshet explain [--engine ENGINE] 'SELECT ...'
       freshet explain [--engine ENGINE] --file FILE

  -e, --engine ENGINE postgres (default), mysql or mariadb
  -f, --file FILE   the statement is in this file (several together count as they would when sent together)

Without a server: functions and tables of your own are not known here. Through a running Freshet, EXPLAIN ROUTE SELECT ... knows
them, and says which server would run it; so does /api/v1/explain.
`

const VERDICTS: Readonly<Record<Facts['verdict'], string>> = {
  read: 'a plain read: may run on a replica',
  'read-in-transaction': 'may run on a replica inside a read-only transaction, else on the primary',
  primary: 'runs on the primary',
}

const ENGINES = ['postgres', 'mysql', 'mariadb'] as const
type EngineName = (typeof ENGINES)[number]

const OPTIONS = {
  seed: randomInt(2 ** 47),
  limits: { digests: 100 },
  catalog: () => null,
  now: () => performance.now(),
}

/** Executable comments (`!80000`) are read as the newest servers read them. */
const NEWEST = { mysql: 90_700, mariadb: 120_000 } as const

async function classifierFor(engine: EngineName): Promise<{ classifier: Classifier; mode: LexMode }> {
  if (engine === 'postgres') {
    await postgres.initClassifier()
    const mode = { standardConformingStrings: true, asciiSafeEncoding: true }
    return { classifier: postgres.createClassifier(OPTIONS), mode }
  }
  await mysql.initClassifier()
  const servers = { flavour: engine, versionMin: NEWEST[engine], versionMax: NEWEST[engine] }
  const mode = mysql.mysqlLexMode({ sqlMode: '', characterSetClient: 'utf8mb4' })
  return { classifier: mysql.createClassifier({ ...OPTIONS, servers: () => servers }), mode }
}

/** The rows that are printed. */
export async function explainText(sql: string, engine: EngineName = 'postgres'): Promise<[string, string][]> {
  const { classifier, mode } = await classifierFor(engine)
  const text = new TextEncoder().encode(sql)
  const control = classifier.control(text, 0, text.length, mode)
  if (control) {
    return [
      ['verdict', 'answered by Freshet itself'],
      ['because', `local: ${REASONS.local}`],
    ]
  }
  const facts = classifier.classify(text, 0, text.length, mode)
  const hint = classifier.hint(text, 0, text.length)
  const list = (names: readonly string[]) => (names.length === 0 ? '-' : names.join(', '))
  const rows: [string, string][] = [
    ['verdict', VERDICTS[facts.verdict]],
    ['because', `${facts.because}: ${REASONS[facts.because]}`],
    ['command', facts.command],
    ['statements', String(facts.statements)],
    ['tables', list(facts.tables)],
    ['functions', list(facts.functions)],
  ]
  if (facts.usesClock) rows.push(['clock', "asks for the time: on replicas only while the servers' clocks agree"])
  if (facts.effect.kind !== 'none') rows.push(['session', `its effect on the session: ${facts.effect.kind}`])
  if (facts.pins?.length) rows.push(['pins', `holds its server connection: ${list(facts.pins)}`])
  if (facts.asksPrevious?.length)
    rows.push(['previous', `asks about the statement before it: ${list(facts.asksPrevious)}`])
  if (facts.commitsImplicitly) rows.push(['commits', 'an open transaction, as this statement does'])
  if (hint) rows.push(['hint', hint.map(({ name, value }) => `${name}=${value}`).join(', ')])
  if (facts.because === 'unknown-relation' || facts.because === 'unknown-function') {
    rows.push(['note', 'without a server nothing of your own is known; through Freshet, EXPLAIN ROUTE knows it'])
  }
  return rows
}

function statementOf(positionals: readonly string[], file: string | undefined): string {
  if (file !== undefined && positionals.length > 0) throw new UsageError('either a statement or --file, not both')
  if (file === undefined) {
    if (positionals.length !== 1) throw new UsageError('one statement, in quotes; see --help')
    return positionals[0]!
  }
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

export async function explain(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseUsage(args, {
    file: { type: 'string', short: 'f' },
    engine: { type: 'string', short: 'e' },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const engine = ENGINES.find((name) => name === (values.engine ?? 'postgres'))
  if (engine === undefined) throw new UsageError(`--engine ${values.engine}: there are ${ENGINES.join(', ')}`)
  for (const [fact, value] of await explainText(statementOf(positionals, values.file), engine)) {
    process.stdout.write(`${fact.padEnd(12)}${value}\n`)
  }
  return 0
}
