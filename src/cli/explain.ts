/** `freshet explain`: what a statement counts as, from its text alone. */
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createClassifier, initClassifier } from '../postgres/classify/index.ts'
import { REASONS } from '../routing/reasons.ts'
import type { Facts, LexMode } from '../sql/facts.ts'
import { parseUsage, UsageError } from './usage.ts'

const HELP = `usage: freshet explain 'SELECT ...'
       freshet explain --file FILE

  -f, --file FILE   the statement is in this file (several together count as they would when sent together)

Without a server: functions and tables of your own are not known here. Through a running Freshet, EXPLAIN ROUTE SELECT ... knows
them, and says which server would run it; so does /api/v1/explain.
`

const VERDICTS: Readonly<Record<Facts['verdict'], string>> = {
  read: 'a plain read: may run on a replica',
  'read-in-transaction': 'may run on a replica inside a read-only transaction, else on the primary',
  primary: 'runs on the primary',
}

const MODE: LexMode = { standardConformingStrings: true, asciiSafeEncoding: true }
const DIGESTS = 100

/** The rows that are printed. */
export async function explainText(sql: string): Promise<[string, string][]> {
  await initClassifier()
  const classifier = createClassifier({
    seed: randomInt(2 ** 47),
    limits: { digests: DIGESTS },
    catalog: () => null,
    now: () => performance.now(),
  })
  const text = new TextEncoder().encode(sql)
  const control = classifier.control(text, 0, text.length, MODE)
  if (control) {
    return [
      ['verdict', 'answered by Freshet itself'],
      ['because', `local: ${REASONS.local}`],
    ]
  }
  const facts = classifier.classify(text, 0, text.length, MODE)
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
  const { values, positionals } = parseUsage(args, { file: { type: 'string', short: 'f' } })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  for (const [fact, value] of await explainText(statementOf(positionals, values.file))) {
    process.stdout.write(`${fact.padEnd(12)}${value}\n`)
  }
  return 0
}
